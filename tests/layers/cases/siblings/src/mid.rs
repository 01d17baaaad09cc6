pub fn f() {
    crate::side::g();
}
