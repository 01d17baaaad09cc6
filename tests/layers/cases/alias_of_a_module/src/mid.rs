mod deep;

use crate::mid::deep as d;
use d::far as f;

pub fn g() {
    f::call();
    d::far::call();
}
