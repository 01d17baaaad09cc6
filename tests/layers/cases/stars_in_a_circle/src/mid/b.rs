pub use super::a::*;

pub struct Two;
