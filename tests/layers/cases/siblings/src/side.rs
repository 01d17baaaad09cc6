pub fn g() {
    super::mid::f();
}
