use self::far::*;

mod far {
    pub use crate::high::Thing;
    pub use crate::low::Plain;
}

pub fn g(_: Plain) {}

pub fn h(_: Thing) {}
