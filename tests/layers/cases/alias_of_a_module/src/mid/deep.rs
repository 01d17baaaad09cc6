pub use crate::high as far;
