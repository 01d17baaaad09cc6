use super::*;

pub fn h() -> u8 {
    NOBODY
}
