use crate::low::*;

pub fn g(_: Plain) {
    call();
}
