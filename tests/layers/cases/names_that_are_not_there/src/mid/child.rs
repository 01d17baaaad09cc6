use super::*;

pub fn f() -> Option<u8> {
    call();
    None
}
