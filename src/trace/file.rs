//! Recorded runs in a file: what a runner sent, kept so that it can be looked at again on any machine, and by versions
//! to come.
//!
//! A file is a head of 16 bytes and then blocks, one after the other, nothing else: no index, and nothing that must be
//! written at the end. So a further run is further blocks behind the last one, and a program that dies while it writes
//! loses the block that it was at and no other.
//!
//! ```text
//! head   "concviz" and 0x1a, major and minor version (two bytes each), checksum of these twelve bytes (four)
//! block  kind (one byte), length of the payload (four), checksum of kind, length and payload (four), payload
//! ```
//!
//! Numbers are little-endian, checksums are CRC-32. A run is, in this order,
//!
//! - a [`BlockKind::Header`]: who made it and what it is, as JSON of the program that writes the file;
//! - a [`BlockKind::Names`]: [`Names`], as JSON: those of its tasks, locks, queues and counters, so that it can be drawn
//!   whatever it was asked to do, and those of the kinds of events and states, so that a reader that does not know one can name it;
//! - a [`BlockKind::Plan`]: what it was asked to do, as JSON of the program that writes the file; left out where nobody
//!   asked;
//! - a [`BlockKind::Begin`], as JSON, and blocks of [`BlockKind::Events`], packed as `events` says: five to eight bytes
//!   each. Such a block begins with the number of its events, their earliest and latest stamp ([`spans()`]);
//! - a [`BlockKind::End`], or a [`BlockKind::Failed`] with the reason ([`crate::state::Failure`]), as JSON;
//! - a [`BlockKind::Tail`]: what was known only afterwards, as JSON of the program that writes the file.
//!
//! Every block but the first may be missing: a run that is cut off ends anywhere.
//!
//! **Versions.** A reader refuses a newer major version, which it would misread. It skips and counts the kinds of
//! blocks, of events and of states that it does not know ([`Skipped`]); in JSON it ignores names that it does not know.
//! So a newer minor version only adds. The head has this form for ever. Format 1 is read but not written: its header
//! holds what the plan holds here, it has no names, it packs events in another way, and it stores a failure as a
//! sentence.
//!
//! **Damage.** Reading ends whatever the bytes are. It gives all that lies before the first block that is cut off, has
//! a wrong checksum or makes no sense, and the place of that block. What lies behind it is not read, since nothing says
//! where the next block would begin.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::codec::KINDS;
use super::sharing::Sharing;
use super::store::TaskName;
use super::wire::{Begin, End};

mod block;
mod events;
mod read;
mod replay;
mod spans;
mod write;

pub use block::{BlockKind, MAJOR, MINOR};
pub use read::read;
pub use replay::Playback;
pub use spans::{Span, spans};
pub use write::FileWriter;

use crate::state::{Failure, State};
use crate::text::file::{self as text, Fault};
use crate::units::Stamp;

/// What a file holds.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    /// The major version of its format.
    pub major: u16,
    /// Its runs, in the order in which they were written; at least one.
    pub runs: Vec<RecordedRun<'a>>,
    /// Where it stops making sense, if it does.
    pub damage: Option<Damage>,
    /// How many of its bytes, from the first, are sound: a further run is written behind these.
    pub sound: u64,
}

/// One run of a file, still packed.
#[derive(Clone, Debug, Default)]
pub struct RecordedRun<'a> {
    /// The text that its writer put at its begin.
    pub header: &'a str,
    /// What its tasks and locks are called; nothing in a file of format 1.
    pub names: Option<Names>,
    /// What it was asked to do, in its writer's words; nothing where nobody asked, and in a file of format 1, whose
    /// header says it.
    pub plan: Option<&'a str>,
    /// The runner's first frame; nothing where the file ends before it, or the run failed before it began.
    pub begin: Option<Begin>,
    /// The runner's account; nothing where the run did not come to its end.
    pub end: Option<End>,
    /// Why it broke off, if it did.
    pub failed: Option<Failure>,
    /// What its writer added afterwards.
    pub tail: Option<&'a str>,
    /// How many events it has that this version knows.
    pub events: u64,
    /// The earliest stamp of an event and the latest; nothing where there is none, and in a file of format 1.
    pub span: Option<(Stamp, Stamp)>,
    /// What this version does not know of it.
    pub skipped: Skipped,
    /// Payloads of blocks of events, each known to be sound.
    packed: Vec<&'a [u8]>,
    /// Whether the events are packed as in format 1.
    first_format: bool,
}

/// What a run's tasks are called and what they share, and what the numbers of its events mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// Its tasks, in the plan's order; nothing where they become known only by their events.
    #[serde(default)]
    pub tasks: Vec<String>,
    /// The indices of those tasks that the run need not wait for.
    #[serde(default)]
    pub background: Vec<u32>,
    /// The workload's own locks, in the plan's order.
    #[serde(default)]
    pub locks: Vec<String>,
    /// How many tasks may hold each of these locks at a time; one, where nothing is said.
    #[serde(default, skip_serializing_if = "are_all_one")]
    pub limits: Vec<u16>,
    /// The queues between its tasks, in the plan's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<String>,
    /// For how many messages each of these queues has room.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<u32>,
    /// The counters that its tasks add to, in the plan's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<String>,
    /// The value of each of these counters at first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<u32>,
    /// The states, by their code.
    #[serde(default)]
    pub states: Vec<String>,
    /// The kinds of events, by their code.
    #[serde(default)]
    pub events: Vec<String>,
}

fn are_all_one(limits: &[u16]) -> bool {
    limits.iter().all(|limit| *limit == 1)
}

impl Names {
    /// The names of a run with these tasks and locks, as this version writes them.
    pub fn new(tasks: &[TaskName], locks: &[String]) -> Names {
        let background = (0..).zip(tasks).filter(|(_, task)| task.background).map(|(place, _)| place);
        Names {
            tasks: tasks.iter().map(|task| task.name.clone()).collect(),
            background: background.collect(),
            locks: locks.to_vec(),
            limits: Vec::new(),
            queues: Vec::new(),
            rooms: Vec::new(),
            counters: Vec::new(),
            starts: Vec::new(),
            states: (0..).map_while(State::from_code).map(|state| state.name().to_owned()).collect(),
            events: KINDS.iter().map(|kind| kind.name.to_owned()).collect(),
        }
    }

    /// With these `limits` of its locks, and what `sharing` says of queues and counters.
    #[must_use]
    pub fn sharing(self, limits: &[u16], sharing: &Sharing) -> Names {
        let (queues, counters) = (&sharing.queue_names, &sharing.counter_names);
        Names {
            limits: limits.to_vec(),
            queues: queues.iter().map(|queue| queue.name.clone()).collect(),
            rooms: queues.iter().map(|queue| queue.room).collect(),
            counters: counters.iter().map(|counter| counter.name.clone()).collect(),
            starts: counters.iter().map(|counter| counter.start).collect(),
            ..self
        }
    }

    /// Its tasks, as a trace wants them.
    pub fn task_names(&self) -> Vec<TaskName> {
        let background = |place: u32| self.background.binary_search(&place).is_ok();
        (0..)
            .zip(&self.tasks)
            .map(|(place, name)| TaskName { name: name.clone(), background: background(place) })
            .collect()
    }
}

/// What a reader found of a run and does not know: a newer version wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// How many events of each kind.
    pub events: BTreeMap<u8, u64>,
    /// How many times a task came into a state that has no name here: from then on it is in [`State::Unknown`].
    pub states: u64,
    /// How many blocks of each kind.
    pub blocks: BTreeMap<u8, u64>,
}

impl Skipped {
    /// Whether nothing was skipped.
    pub fn is_empty(&self) -> bool {
        self.states == 0 && self.events.is_empty() && self.blocks.is_empty()
    }

    fn events(&mut self, kind: u8, count: u64) {
        *self.events.entry(kind).or_default() += count;
    }
}

/// Where a file stops making sense, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", text::damaged_at(*at, *fault))]
pub struct Damage {
    /// The offset of the first byte that could not be used; all bytes before it are sound.
    pub at: u64,
    /// What is wrong there.
    pub fault: Fault,
}

/// Why nothing could be read from a file. The caller adds the file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It has no bytes.
    #[error("{}", text::empty_file())]
    Empty,
    /// It does not begin as a recording does.
    #[error("{}", text::strange_file())]
    Stranger,
    /// It begins as a recording does, but its head is cut off or changed.
    #[error("{}", text::damaged_head())]
    Head,
    /// The format has a newer major version.
    #[error("{}", text::newer_format(*major, *minor, MAJOR))]
    Newer {
        /// Its major version.
        major: u16,
        /// Its minor version.
        minor: u16,
    },
    /// The head is sound, but no run follows it.
    #[error("{}", text::no_run())]
    NoRun {
        /// Its major version.
        major: u16,
    },
    /// The head is sound, but what follows it is no run.
    #[error("{}", text::damaged_before(.0.at, .0.fault))]
    Damaged(Damage),
}

#[cfg(test)]
mod tests;
