use super::*;

pub fn f(_: Plain) {}

pub fn g(_: Thing) {}

pub fn h() {
    high::call();
    match 1 {
        MOST => {}
        _ => {}
    }
}
