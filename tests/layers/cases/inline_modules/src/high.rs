pub struct Thing;
pub trait Able {}
pub const MOST: u8 = 1;
pub fn call() {}
