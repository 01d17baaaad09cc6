pub mod high;
pub mod low;
pub mod mid;
pub mod inner;

pub use high::Thing as Same;
pub use inner::*;
