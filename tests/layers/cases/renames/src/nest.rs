pub mod core;

pub fn above() {}
