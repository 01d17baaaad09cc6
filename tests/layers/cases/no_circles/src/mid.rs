mod a;
mod b;
mod update;

pub use update::update;
