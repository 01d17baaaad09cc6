//! The program on systems that are no Unix: it has no engine there, and says so. Help, workload files and the doctor work
//! as everywhere.

use std::process::ExitCode;

use crate::cli::Exit;

/// Says that there are no measured runs here. The code is 1.
pub fn refuse() -> ExitCode {
    let system = std::env::consts::OS;
    Exit::failure(&format!("measured runs need a Unix system, which {system} is not: try Linux, or WSL")).print()
}
