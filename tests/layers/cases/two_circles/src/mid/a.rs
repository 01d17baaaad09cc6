pub fn f() {
    super::b::f();
    super::c::f();
}
