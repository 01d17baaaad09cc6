mod absent;
mod broken;
#[path = "mid.rs"]
mod itself;
