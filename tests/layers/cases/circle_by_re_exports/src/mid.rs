mod a;
mod b;
mod c;

pub use a::*;
pub use more::Second;

mod more {
    pub use super::b::Second;
    pub use super::c::Deep as Third;
}

pub use more::Third;
