use crate::{
    high::{
        self,
        Thing as Other,
    },
    low::{Plain, call},
};
use {crate::low, crate::high::MOST};

pub fn f(_: Other, _: Plain) -> u8 {
    high::call();
    call();
    low::call();
    MOST
}
