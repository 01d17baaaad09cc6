#[macro_use]
pub mod high;
pub mod low;
pub mod mid;
pub mod side;

#[macro_export]
macro_rules! of_the_root {
    () => {};
}
