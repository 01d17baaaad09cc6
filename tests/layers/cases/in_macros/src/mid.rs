use crate::low;
use crate::nest;
use crate::nest as n;

pub fn f(x: u8) -> bool {
    let text = format!("{} crate::high::x", super::high::call());
    let list = vec![[crate::low::call(), (crate::high::call())]];
    println!("{text}", text = low::call());
    assert!(matches!(x, crate::high::MOST | 2), "crate::high");
    println!("{}", n::core::below());
    println!("{}", list.high::<u8>().high, 0..crate::high::MOST);
    let _ = vec![<crate::low::Plain>::high::call(), low::Plain { high: 1 }];
    thread_local! {
        pub(in crate::high) static OWN: u8 = self::super::high::MOST;
    }
    nest::above!();
    select! { 'high: loop { ::std::mem::drop(crate::low::Plain) } }
    matches!(x, ref y if *y == crate :: high :: MOST)
}

wrap! {
    mod inner {
        fn f() {
            super::super::low::call();
            super::super::high::call();
            super::high::call();
        }
    }
}
