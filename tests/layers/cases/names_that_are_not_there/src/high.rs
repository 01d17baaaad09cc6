pub struct Option;
pub struct Box;
pub struct Vec;
pub fn call() {}
pub mod inner {
    pub struct String;
}
