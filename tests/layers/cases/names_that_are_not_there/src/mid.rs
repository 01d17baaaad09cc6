mod child;
mod hidden;
mod other;

#[cfg(not(test))]
use crate::low::call;
#[cfg(test)]
use crate::high::call;
#[cfg(test)]
use crate::high::*;
