#[cfg(unix)]
use crate::high::Thing;
#[cfg(not(unix))]
use crate::high::Thing;

#[cfg(not(test))]
fn f() {
    crate::high::call();
}

#[cfg(any(test, windows))]
fn f() {
    crate::high::call();
}

#[cfg(target_os = "test")]
mod one;
#[cfg_attr(test, allow(unused))]
mod other;

#[cfg(unix)]
use one as system;
#[cfg(windows)]
use other as system;

fn g() {
    system::far::call();
}
