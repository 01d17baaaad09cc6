use crate::high::Thing;

mod more;
