pub struct Plain;
pub fn call() {}
pub mod high {}
