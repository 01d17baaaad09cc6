use super::b as there;
use super::c;

made!(Made);

pub fn f() {
    println!("{}", there::h());
}
