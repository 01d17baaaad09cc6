//! The program.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    // Before anything else: what comes first is part of a worker's start.
    if let Some(code) = concviz::engine::real::hidden(&args) {
        return code;
    }
    ExitCode::SUCCESS
}
