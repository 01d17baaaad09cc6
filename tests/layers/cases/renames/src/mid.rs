use crate as all;
use crate::high::Able as _;
use crate::nest as n;
use crate::{self as again, low as high};

pub fn f() {
    all::low::call();
    all::high::call();
    n::above();
    n::core::below();
    again::high::call();
    high::call();
}
