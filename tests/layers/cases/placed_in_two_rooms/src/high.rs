#[path = "mid/both.rs"]
mod both;

pub fn own() {}
