use crate::high::named as called;

macro_rules! own {
    () => {};
}

mod child;

pub fn f() {
    leaks!();
    crate::exported!();
    crate::high::named!();
    called!();
    own!();
    println!("{}", leaks!());
    vec![1];
    of_the_root!();
    crate::of_the_root!();
}
