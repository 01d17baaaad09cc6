pub fn f() {
    super::super::super::low::call();
    super::super::super::high::call();
    super::super::f();
    super::f();
}
