pub fn f() {
    super::d::f();
}
