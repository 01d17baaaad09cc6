use whole::high::Thing;
use whole::mid;

fn main() {
    whole::low::call();
    mid::f();
}
