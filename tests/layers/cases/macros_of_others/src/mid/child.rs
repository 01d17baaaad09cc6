pub fn f() {
    own!();
    leaks!();
}
