//! The operating system, its record of who is on which core, and its connections to itself.

use crate::units::Ns;

/// The version of a Linux.
pub fn linux(kernel: &str) -> String {
    format!("Linux {kernel}")
}

/// That nothing is measured on a Windows.
pub fn windows(version: &str) -> String {
    format!("Windows {version}: no measured runs")
}

/// What to do where nothing is measured.
pub const NEEDS_UNIX: &str = "measured runs need Linux, or another Unix";

/// What is not known on another system.
pub fn elsewhere(system: &str, kernel: &str) -> String {
    format!("{system} {kernel}: cores, load and quotas of a run are not known here")
}

/// What to do where some things are not known.
pub const ON_LINUX: &str = "everything is measured on Linux";
/// That nobody says which version it is.
pub const VERSION_UNKNOWN: &str = "its version is not known";

/// That the kernel records switches, and what its setting of who may read them is.
pub fn recorded(level: Option<i32>) -> String {
    let level = level.map_or_else(String::new, |level| format!(" (perf_event_paranoid is {level})"));
    format!("every switch of a run is recorded{level}")
}

/// What workers do without the kernel's record.
pub const BY_OWN_CLOCK: &str = "workers notice by their own clock when they stood still";
/// That nothing is run here.
pub const NO_MEASURED_RUNS: &str = "there are no measured runs here";

/// How long a byte takes to this machine and back.
pub fn loopback(time: Ns) -> String {
    format!("127.0.0.1 answers in {time}")
}

/// That the machine cannot be reached from itself.
pub fn no_loopback(why: &str) -> String {
    format!("127.0.0.1 cannot be reached: {why}")
}

/// What to do where the machine cannot be reached from itself.
pub const ALLOW_LOOPBACK: &str = "bring the interface up (ip link set lo up), or allow local connections";
/// That nobody tried whether the machine can be reached from itself.
pub const LOOPBACK_UNTRIED: &str = "not tried";
