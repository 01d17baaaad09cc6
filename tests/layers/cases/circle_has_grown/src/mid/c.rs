pub fn f() {
    super::a::f();
}
