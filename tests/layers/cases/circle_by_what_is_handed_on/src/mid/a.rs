pub use super::c::handed;

pub fn f(_: Handed) -> bool {
    matches!(1, super::Two)
}

use super::b::Handed;
