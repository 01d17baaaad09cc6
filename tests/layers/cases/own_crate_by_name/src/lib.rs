extern crate self as whole;
pub mod high;
pub mod low;
pub mod mid;
