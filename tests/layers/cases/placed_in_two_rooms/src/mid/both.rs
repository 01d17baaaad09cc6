pub fn f() {
    super::own();
    crate::high::call();
}
