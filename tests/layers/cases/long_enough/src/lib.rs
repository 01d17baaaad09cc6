pub mod high;
pub mod low;
pub mod mid;
#[cfg(test)]
mod of_tests;
