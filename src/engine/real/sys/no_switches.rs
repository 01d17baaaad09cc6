//! Where the kernel keeps no record of its switches that a program could read.

use std::convert::Infallible;
use std::io;

use crate::trace::Switch;
use crate::units::{CoreId, Stamp};

/// What the kernel wrote down: here nothing ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It switched a thread on this core, or the thread is no more.
    Switch {
        /// When.
        at: Stamp,
        /// Which thread.
        tid: u32,
        /// On which core.
        core: CoreId,
        /// What it did.
        switch: Switch,
    },
    /// So many records found no room before this instant.
    Lost {
        /// When there was room again.
        at: Stamp,
        /// How many.
        count: u64,
    },
}

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

    /// Hands on what was written so far.
    pub fn drain(&mut self, _each: impl FnMut(Noted)) {
        match self.0 {}
    }

    /// How many records found no room so far.
    pub fn lost(&self) -> u64 {
        match self.0 {}
    }
}
