//! The engine that really does the work: with threads, child processes or an event loop, on this machine's cores. A run
//! happens in a process of its own, the **runner**: this program executed again with a hidden first argument. It reads
//! its plan on stdin and writes frames to stdout.
//!
//! ```text
//!   client ── plan ──> runner ──> threads | worker processes | event loop
//!          <─ frames ──   └ collector <── rings in shared memory, one for each worker
//! ```
//!
//! The engine does not draw, does not decide what a step means (`semantics` does) and does not know what a run is for.

use std::ffi::OsString;
use std::process::ExitCode;

mod acts;
mod blocking;
mod carriers;
#[cfg(test)]
mod cells;
mod client;
mod collector;
mod compute;
mod counters;
mod deadlock;
mod event_loop;
mod gil;
mod held;
mod memory;
mod message;
mod notes;
mod processes;
mod protocol;
mod queues;
mod request;
pub mod ring;
mod run;
mod runner;
mod scratch;
mod serial;
mod server;
mod shared;
mod threads;
mod worker;

use crate::machine::{calibrate, sys};

pub use client::Runner;

/// The hidden first arguments with which this program executes itself.
const RUNNER: &str = "__runner";
const WORKER: &str = "__worker";

/// Does what the hidden first argument in `args` (without the program's name) asks for; `None` if there is none.
///
/// Call this before anything else in `main`: whatever runs before it counts as part of a worker's start.
pub fn hidden(args: &[OsString]) -> Option<ExitCode> {
    let born = sys::now();
    let (first, rest) = args.split_first()?;
    match first.to_str()? {
        RUNNER => Some(runner::main(rest)),
        WORKER => Some(worker::main(born, rest)),
        calibrate::ARGUMENT => Some(calibrate::main(rest)),
        _ => None,
    }
}
