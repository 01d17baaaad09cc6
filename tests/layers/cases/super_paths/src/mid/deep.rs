mod deeper;

pub fn f() {
    super::super::high::call();
    super::f();
}
