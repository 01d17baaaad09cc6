pub(in crate::high) fn f() {}

pub(in super::high) struct Own(pub(in crate::high) u8);

pub(in crate::mid) fn g(_: (crate::low::Plain, u8)) {}

wrap! {
    pub(in crate::high) fn h() {}
    pub (crate::high::Thing)
}
