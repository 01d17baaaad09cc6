pub use crate::low as far;
