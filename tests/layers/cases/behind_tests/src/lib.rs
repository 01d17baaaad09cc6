pub mod high;
pub mod low;
pub mod mid;
