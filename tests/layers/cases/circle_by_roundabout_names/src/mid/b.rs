use super::c::Kind::*;
use crate::mid::a::Made;

pub fn h() -> bool {
    matches!(g(), One | Two)
}

fn g() {}
