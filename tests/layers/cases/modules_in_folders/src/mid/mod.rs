mod deep;

pub fn f() {
    crate::high::call();
}
