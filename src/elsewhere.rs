//! The program on systems that are no Unix: it has no engine there, and says so. Help, workload files and the doctor work
//! as everywhere.

use std::process::ExitCode;

use crate::cli::Exit;

/// Says that there are no measured runs here. The code is 1.
pub fn refuse() -> ExitCode {
    Exit::failure(&crate::text::cli::no_unix(std::env::consts::OS)).print()
}
