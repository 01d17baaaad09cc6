use crate::r#high::Thing;

pub fn r#mid() {
    crate::r#mid::r#fn();
}
