mod a;
mod b;
mod c;
mod d;

pub use b::Kind::*;
pub use d::d;

pub fn d() {}
