//! The program as people meet it: on a real terminal, with keys, a mouse, signals, and other programs' misfortunes.
//!
//! Each test launches the program on a pseudo-terminal of its own, whose output is read and interpreted as a terminal
//! would do it. Nothing here sleeps to let something happen: a test waits for what it wants to see, for a generous
//! time, and shows the screen if that does not come.
#![cfg(target_os = "linux")]

mod glass;
mod kernel;
mod program;

mod deaths;
mod keys;
mod launch;
mod limits;
mod look;
mod looking;
mod pictures;
mod pointer;
mod random;
mod recorded;
mod refusals;
mod signals;
mod sizes;
