pub fn f() {
    let = 1;
}
