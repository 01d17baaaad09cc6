use crate::low::{self, Plain};
use std::fmt::{self, Display};

mod own;

pub use own::Own;

pub fn f(_: Plain, _: &dyn Display) -> fmt::Result {
    low::call();
    self::own::g();
    crate::mid::own::g();
    Ok(())
}
