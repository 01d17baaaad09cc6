pub fn own() {}

mod a {
    pub fn own() {
        super::own();
        super::super::high::call();
    }

    pub mod b {
        use super::super::super::high::Thing;
        use super::super::super::low::Plain;

        pub fn f(_: Plain) {
            super::own();
            super::super::own();
            self::g();
        }

        fn g() {}
    }

    mod c;
}

fn f() {
    a::b::f();
}
