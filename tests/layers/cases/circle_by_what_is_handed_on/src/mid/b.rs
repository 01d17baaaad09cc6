use super::*;

pub struct Handed;

pub enum Kind {
    One,
    Two,
}

fn d() {}

pub fn g() {
    a::handed();
    d();
    d::start();
}
