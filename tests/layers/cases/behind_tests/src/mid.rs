#[cfg(test)]
mod tests {
    use crate::high::Thing;

    #[test]
    fn f(_: Thing) {}
}

use crate::high::Thing;

pub struct Own;

impl Own {
    #[cfg(test)]
    fn of_tests() -> Thing {
        crate::high::call()
    }

    fn f() {
        crate::high::call();
    }
}

#[cfg(test)]
use crate::high::MOST;

#[cfg(test)]
mod more;

pub fn last() {
    crate::high::call();
}
