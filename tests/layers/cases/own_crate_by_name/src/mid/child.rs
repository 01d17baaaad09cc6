pub fn f() {
    near::high::call();
    super::near::high::call();
    whole::high::call();
}
