use crate::high::Thing;
