mod child;

use crate::high::{self, MOST, Thing};
use crate::low::Plain;
