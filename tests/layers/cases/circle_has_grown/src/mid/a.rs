pub fn f() {
    super::b::f();
}
