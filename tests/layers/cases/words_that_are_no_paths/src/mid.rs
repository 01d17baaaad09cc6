mod child;

use crate::high::{self, Able as _, Thing, call};
