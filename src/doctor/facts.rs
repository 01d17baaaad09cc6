//! What is known of the machine, as plain values that a test can make up. Nothing is unknown.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

/// Everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Facts {
    /// The operating system, in a word.
    pub system: String,
    /// Its kernel's version.
    pub kernel: Option<String>,
    /// The cores there are.
    pub cores: Cores,
    /// What they are.
    pub cpu: Cpu,
    /// What others do with them.
    pub load: Load,
    /// How fast they compute.
    pub speed: Speed,
    /// The clock that events are stamped with.
    pub clock: Clock,
    /// The kernel's setting of who may read records of scheduling: the higher, the fewer.
    pub perf_event_paranoid: Option<i32>,
    /// Whether the kernel records the switches of what this program starts.
    pub kernel_record: RecordFacts,
    /// How much a program may have.
    pub limits: Limits,
    /// Where temporary files go.
    pub temporary: Temporary,
    /// Connections of this machine to itself.
    pub loopback: Loopback,
    /// Memory.
    pub memory: Memory,
    /// The terminal.
    pub terminal: Terminal,
}

/// The cores there are, and those that can be used.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cores {
    /// How many the machine has.
    pub present: Option<usize>,
    /// How many of the allowed ones are cores in truth, and not another one's second thread.
    pub physical: Option<usize>,
    /// The kernel's numbers of those this process may run on.
    pub allowed: Vec<u16>,
    /// The smallest quota of a control group.
    pub quota: Option<Group>,
}

impl Cores {
    /// How many cores' worth of time can be had.
    pub fn usable(&self) -> f64 {
        let allowed = self.allowed.len() as f64;
        self.quota.as_ref().map_or(allowed, |q| q.cores.min(allowed))
    }
}

/// A control group with a quota.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Group {
    /// How many cores' worth of time it grants.
    pub cores: f64,
    /// Its folder.
    pub folder: PathBuf,
}

/// What the cores are.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cpu {
    /// The name its maker gave it.
    pub name: Option<String>,
    /// Whether it belongs to a virtual machine.
    pub is_virtual: Option<bool>,
    /// Who chooses its frequency.
    pub governor: Option<String>,
    /// Whether it is faster while few of its cores are busy.
    pub turbo: Option<bool>,
}

/// What others do with the cores, watched for a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Load {
    /// Cores that other programs keep busy.
    pub others: Option<f64>,
    /// Cores that the host of a virtual machine keeps for itself.
    pub stolen: Option<f64>,
}

/// How fast a core computes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Speed {
    /// Iterations in a millisecond, by kernel.
    pub per_ms: BTreeMap<&'static str, u64>,
    /// Whether they were measured before, rather than now.
    pub from_cache: bool,
    /// Where they are kept.
    pub cache: Option<PathBuf>,
    /// The speed at this moment, as a share of the one that was measured before.
    pub now: Option<f64>,
}

/// The clock.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Clock {
    /// What the kernel reads it from.
    pub source: Option<String>,
    /// What reading it once costs, in nanoseconds.
    pub read_ns: f64,
}

/// The kernel's record of switches, tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordFacts {
    /// Why there is none, if there is none.
    pub refused: Option<String>,
    /// What would allow it, where anything would.
    pub cure: Option<&'static str>,
}

/// How much of something there may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// Nobody says.
    #[default]
    Unknown,
    /// As much as one likes.
    None,
    /// So much.
    Most(u64),
}

impl Limit {
    /// The number, where there is one.
    pub fn most(self) -> Option<u64> {
        match self {
            Limit::Most(n) => Some(n),
            Limit::Unknown | Limit::None => None,
        }
    }
}

/// How much a program may have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Open files of a process.
    pub files: Files,
    /// Processes and threads of this user.
    pub user: Limit,
    /// Processes and threads of this control group.
    pub group: Limit,
    /// Threads of the whole system.
    pub system: Limit,
}

/// Open files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Files {
    /// As many as there may be now.
    pub now: Limit,
    /// As many as the user may raise that to.
    pub at_most: Limit,
}

/// Where temporary files go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Temporary {
    /// The folder.
    pub folder: PathBuf,
    /// Its file system.
    pub file_system: Option<String>,
    /// Bytes that are free there.
    pub free: Option<u64>,
    /// Why no file can be written there, if none can.
    pub refused: Option<String>,
}

/// Connections of this machine to itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Loopback {
    /// How long a byte took there and back, in seconds.
    pub there_and_back_s: Option<f64>,
    /// Why there is no connection, if there is none.
    pub refused: Option<String>,
}

/// Memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// What programs can still have.
    pub free: Option<u64>,
    /// What there is.
    pub all: Option<u64>,
}

/// The terminal, and what the screen would make of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Terminal {
    /// Columns and rows; nothing where there is no terminal.
    pub size: Option<(u16, u16)>,
    /// The smallest size that the screen can be drawn on.
    pub least: (u16, u16),
    /// What `TERM` says.
    pub term: Option<String>,
    /// What `COLORTERM` says.
    pub colorterm: Option<String>,
    /// How many colours would be used.
    pub colours: u32,
    /// Whether the user asked for none.
    pub no_color: bool,
    /// Whether more than ASCII would be drawn.
    pub unicode: bool,
}
