macro_rules! made {
    ($high:ident, $t:ty) => {
        $high::call();
        $crate::low::call();
        $crate::high::call();
        crate::high::$high();
        fn f(_: $t) -> $crate::high::Thing {
            super::high::call()
        }
        use $crate::{low::Plain, high::{self, Thing}};
        use $crate::{
            low::{self as high, Plain as Other},
            high::*,
        };
        mod $high {
            use super::super::high::MOST;
            use super::high::Own;
        }
    };
}

pub fn g() {
    made!(high, u8);
}
