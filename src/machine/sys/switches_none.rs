//! The stand-in for systems whose kernel keeps no record of its switches that a program could read.

use std::convert::Infallible;
use std::io;

use super::Noted;

/// The ring of one core: there is none.
#[derive(Debug)]
pub struct SwitchRing(Infallible);

impl SwitchRing {
    /// There is no such record here.
    ///
    /// # Errors
    /// Always.
    pub fn open(_core: u16, _pages: usize) -> io::Result<SwitchRing> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Is never called.
    pub fn drain(&mut self, _each: impl FnMut(Noted)) {
        match self.0 {}
    }

    /// Is never called.
    pub fn lost(&self) -> u64 {
        match self.0 {}
    }
}
