pub fn f() {}

fn 1() {}
