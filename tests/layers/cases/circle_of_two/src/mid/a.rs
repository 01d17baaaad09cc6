use super::b::{Other, other};

pub struct One(Other);

pub fn one() {
    other();
}
