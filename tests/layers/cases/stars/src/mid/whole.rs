use crate::*;

pub fn g(_: low::Plain) {
    high::call();
}
