mod a;
mod b;

use a::{Missing, Two};
use again::again;
use other::again as other;
