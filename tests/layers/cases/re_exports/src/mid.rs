use crate::Same;

pub fn f(_: Same) {
    crate::ring();
    crate::inner::ring();
    let _: crate::high::Text;
}
