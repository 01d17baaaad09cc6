extern crate self as near;

use whole::high::Thing;

mod child;

pub fn f() {
    ::whole::high::call();
    whole::low::call();
    near::high::call();
    println!("{}", ::whole::high::call());
    println!("{} {}", <u8>::whole::high::call(), Vec::<u8>::whole::high());
    <u8>::whole::high::call();
}
