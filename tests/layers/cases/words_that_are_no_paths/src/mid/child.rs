use super::*;
use ::high::Foreign;

impl Own {
    #[serde(call, high)]
    fn own(self) {
        Self::call();
        <Own>::call();
        self.call().high.call();
        let call = 1;
        Own { call: 1, ..self }
    }
}

macro_rules! made {
    ($call:call, $t:ty) => {
        fn f<'high>(_: $t) {
            $t::call();
            $t.call().high::<u8>();
            matches!($call, _)
        }
    };
}

made! { 'call: loop { break 'call; } }

made!(Own { call: 1, high: <u8>::call(), other: 1..2 });

fn g() {
    made!(use crate::{low::{Plain as call}, low as high};);
}
