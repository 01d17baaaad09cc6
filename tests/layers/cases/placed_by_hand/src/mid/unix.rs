use crate::high::Thing;
mod beside;
