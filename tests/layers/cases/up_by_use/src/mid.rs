use crate::high::Thing;
use crate::low::Plain;

pub fn f(_: Plain, thing: Thing) {
    drop::<Thing>(thing);
}
