pub use super::high::call as ring;
