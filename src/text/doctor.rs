//! What `concviz doctor` says of the machine: what is so, and what would improve it.

pub mod cores;
pub mod resources;
pub mod system;
pub mod terminal;

use super::counted;

/// What a check is about.
#[expect(missing_docs, reason = "each is named after what it says")]
pub mod topic {
    pub const CORES: &str = "cores";
    pub const OTHERS: &str = "other load";
    pub const HOST: &str = "host";
    pub const PROCESSOR: &str = "processor";
    pub const SPEED: &str = "speed";
    pub const CLOCK: &str = "clock";
    pub const SYSTEM: &str = "system";
    pub const KERNEL_RECORD: &str = "kernel record";
    pub const FILES: &str = "open files";
    pub const WORKERS: &str = "workers";
    pub const MEMORY: &str = "memory";
    pub const TEMPORARY: &str = "temp folder";
    pub const LOOPBACK: &str = "loopback";
    pub const TERMINAL: &str = "terminal";
    pub const COLOURS: &str = "colours";
}

/// That something is as it should be.
pub const GOOD: &str = "good";
/// That something limits what can be shown.
pub const LIMITS: &str = "limits";
/// That nobody can tell whether something limits it.
pub const UNKNOWN: &str = "unknown";

/// What stands above the checks.
pub fn title(version: &str) -> String {
    format!("concviz {version} on this machine")
}

/// What would improve something.
pub fn better(improve: &str) -> String {
    format!("better: {improve}")
}

/// What stands below the checks: how many things limit, and how many are unknown.
pub fn summary(limits: u64, unknown: u64) -> String {
    let limits = counted(limits, "thing limits", "things limit");
    format!("{limits} what can be shown here, {unknown} unknown")
}
