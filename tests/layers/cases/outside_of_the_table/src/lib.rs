pub mod high;
pub mod low;
pub mod mid;
pub mod new;

mod small {
    use crate::high::Thing;
}
