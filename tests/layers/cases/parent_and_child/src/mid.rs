mod child;
mod other;

pub use child::Given;
pub(crate) use other::*;
use child::Own;

const NOBODY: u8 = 0;

pub fn f(_: Own, _: Given) {
    child::deep::g();
}
