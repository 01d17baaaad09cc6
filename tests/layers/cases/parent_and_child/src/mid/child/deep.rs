use super::super::NOBODY;
use super::*;

pub fn g() -> Own {
    f();
    super::super::f(Own(NOBODY), Given)
}
