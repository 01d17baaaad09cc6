use crate::high::Thing;

mod child;

fn f() {
    const ONE: u8 = 1;
}
