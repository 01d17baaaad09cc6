pub fn f() {
    super::super::super::high::call();
}
