use crate::high::{self, Vec};
pub(self) use crate::high::Box;
use crate::high::inner::*;
