pub struct Plain;
pub fn call() {}
