//! What a run teaches: from its trace to one finding with numbers, and the change that would show more. Knows no
//! keys (a [`Cure`] is a value) and no terminal.

use crate::model::{Generation, Model, ModelKind};
use crate::state::Outcome;
use crate::text::{self, Sentence, Try};
use crate::trace::{Stats, Trace};
use crate::units::Ns;

mod convoy;
mod findings;
mod orders;
mod pace;
mod ratio;
mod rounds;
mod shared;
mod sharing;
mod timing;
mod verdict;

pub use orders::{KEPT_ORDERS, Orders, parted};
pub use pace::{Pace, STEADY, compare, planned, speed, worked};
pub use ratio::Ratio;
pub use rounds::{Gap, Going, Rounds, waits_begun};
pub use timing::Timing;
pub use verdict::{Contender, Field, doubts, verdict, who};

/// What to try next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cure {
    /// The change.
    pub change: Change,
    /// What it shows.
    pub why: Try,
}

/// A change of the setup that a key makes, or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// This model without a global lock.
    Model(ModelKind),
    /// This model with the global lock of this generation.
    Locked(ModelKind, Generation),
    /// The same again.
    Again,
    /// Another workload.
    Workload,
    /// Other numbers on the dials.
    Dials,
    /// The next variant of the workload.
    Variant,
}

/// A fact, and what to try next.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The fact.
    pub say: Sentence,
    /// What to try.
    pub cure: Option<Cure>,
}

/// What is known of a run.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Its trace.
    pub trace: &'a Trace,
    /// Its figures, up to the playhead.
    pub stats: &'a Stats,
    /// How it was run.
    pub model: Model,
    /// How many workers it had.
    pub workers: u16,
    /// How many cores it could use; not whole under a quota.
    pub cores: f64,
    /// The measured serial time of the same work, if there is one.
    pub serial: Option<Ns>,
    /// How many times as fast as serial it is, if there is a serial run of the same work.
    pub ratio: Option<Ratio>,
    /// Whether it is over.
    pub over: bool,
    /// Whether its workload has variants.
    pub varied: bool,
    /// Which models the scoreboard already has: the next one to try is one it has not.
    pub seen: &'a dyn Fn(Model) -> bool,
}

/// How many cores other programs may keep busy before that is said, as a share of the usable ones.
pub const BUSY_SHARE: f64 = 0.10;

/// Whether a run beside which other programs kept `others` of `cores` cores busy had the machine as good as to itself.
pub fn is_comparable(others: f64, cores: f64) -> bool {
    others <= BUSY_SHARE * cores.max(1.0)
}

/// The finding of a run.
pub fn find(facts: &Facts<'_>) -> Finding {
    if facts.over { findings::afterwards(facts) } else { findings::meanwhile(facts) }
}

/// What a workload's tasks mostly do, as far as this run shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// They work.
    Cpu,
    /// They wait.
    Waits,
}

/// How many tasks broke, and how most of them did.
fn broken(trace: &Trace) -> Option<(usize, &'static str)> {
    let with = |outcome| trace.tasks.iter().filter(|t| t.end.is_some_and(|(o, _)| o == outcome)).count();
    let (killed, failed) = (with(Outcome::Killed), with(Outcome::Failed));
    match (killed, failed) {
        (0, 0) => None,
        (k, f) => Some((k + f, text::screen::broke(k > 0, k + f > 1))),
    }
}

#[cfg(test)]
mod tests;
