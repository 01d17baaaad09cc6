pub fn f() {
    use crate::high::{self, call};
    call();
    high::call();
    {
        use crate::low as high;
        high::call();
    }
    mod own {
        pub fn f() {
            super::super::high::call();
            super::g();
        }
    }
    own::f();
}

fn g() {
    use crate as here;
    let _ = || {
        here::high::call();
        const fn inner() {
            here::high::call();
        }
    };
}
