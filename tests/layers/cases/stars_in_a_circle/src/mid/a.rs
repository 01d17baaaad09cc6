pub use super::b::*;
