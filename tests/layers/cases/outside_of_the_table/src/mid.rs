use crate::new::child::f;
use crate::missing;

pub fn g() {
    f();
    crate::absent::f();
}
