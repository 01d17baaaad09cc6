use super::a::{self, Own};
use super::update;

pub fn g(_: Own) {
    a::f(1);
    update::start(update());
}
