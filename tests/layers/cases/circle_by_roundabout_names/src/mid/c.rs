use super::a::*;

pub enum Kind {
    One,
    Two,
}

pub fn g() {
    f();
}
