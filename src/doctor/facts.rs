//! The facts of the machine, as plain values that a test can make up. `None` means unknown where a field does not say
//! what else it means.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

/// All facts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Facts {
    /// The operating system, in a word.
    pub system: String,
    /// Its kernel's version.
    pub kernel: Option<String>,
    /// The cores there are.
    pub cores: Cores,
    /// What kind of processor they belong to.
    pub cpu: Cpu,
    /// What other programs do with them.
    pub load: Load,
    /// How fast they compute.
    pub speed: Speed,
    /// The clock that events are stamped with.
    pub clock: Clock,
    /// The kernel's setting for who may read records of scheduling: the higher, the fewer users.
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

/// The cores of the machine, and those that can be used.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cores {
    /// How many the machine has.
    pub present: Option<usize>,
    /// How many of the allowed ones are whole cores, and not a second thread of another one.
    pub physical: Option<usize>,
    /// The kernel's numbers of those this process may run on.
    pub allowed: Vec<u16>,
    /// The control group with the smallest quota, if one has a quota.
    pub quota: Option<Group>,
}

impl Cores {
    /// How many cores' worth of time this process can get.
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
    /// The kernel's governor, which chooses its frequency.
    pub governor: Option<String>,
    /// Whether it is faster while few of its cores are busy.
    pub turbo: Option<bool>,
}

/// What other programs do with the cores, watched for a moment.
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
    /// The file in which the rates are kept.
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

/// The result of trying to start the kernel's record of switches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordFacts {
    /// Why there is none, if there is none.
    pub refused: Option<String>,
    /// What would allow it, where anything would.
    pub cure: Option<&'static str>,
}

/// A limit on how much of something a program may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// The limit is not known.
    #[default]
    Unknown,
    /// There is no limit.
    None,
    /// At most this many.
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
    /// The limit that applies now.
    pub now: Limit,
    /// The highest limit that the user may set.
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
    /// Memory that programs can still get.
    pub free: Option<u64>,
    /// All memory of the machine.
    pub all: Option<u64>,
}

/// The terminal, and what the screen would make of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Terminal {
    /// Columns and rows; `None` where there is no terminal.
    pub size: Option<(u16, u16)>,
    /// The smallest size that the screen can be drawn on.
    pub least: (u16, u16),
    /// What `TERM` says.
    pub term: Option<String>,
    /// What `COLORTERM` says.
    pub colorterm: Option<String>,
    /// How many colours would be used.
    pub colours: u32,
    /// Whether the user asked for no colours.
    pub no_color: bool,
    /// Whether more than ASCII would be drawn.
    pub unicode: bool,
}
