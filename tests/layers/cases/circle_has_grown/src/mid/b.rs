pub fn f() {
    super::c::f();
}
