//! What is printed of a run without a screen: what happens in it and its result, as values with named figures.
//! Meant to be listened to as well: no symbols, no abbreviations but units and percent.

use super::{Label, Recorded, counted, percent};
use crate::state::{Outcome, State};
use crate::units::Ns;

pub mod compare;
mod gil;
mod shared;
mod told;

pub use gil::Gil;
pub use shared::{Additions, SharedLine, grouped};
pub use told::{Told, Wait};

/// Who executes the tasks of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after what they are")]
pub enum Workers {
    OneThread,
    OneLoop(Option<u16>),
    Threads(u16),
    Processes(u16),
}

impl Workers {
    fn text(self) -> String {
        match self {
            Workers::OneThread => "one thread".to_owned(),
            Workers::OneLoop(None) => "one event loop".to_owned(),
            Workers::OneLoop(Some(n)) => {
                format!("one event loop, {} at a time", counted(u64::from(n), "task", "tasks"))
            }
            Workers::Threads(n) => counted(u64::from(n), "thread", "threads"),
            Workers::Processes(n) => counted(u64::from(n), "process", "processes"),
        }
    }
}

/// The cores of a run: how many it was allowed on, and how many cores' worth of time it could get. That is less under a
/// quota.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "named after what they are")]
pub struct Cores {
    pub allowed: usize,
    pub usable: f64,
}

impl Cores {
    fn has_quota(self) -> bool {
        self.usable < self.allowed as f64 - 0.05
    }

    /// `2 cores`, `0.5 of 2 cores`.
    fn text(self) -> String {
        let whole = counted(self.allowed as u64, "core", "cores");
        if self.has_quota() { format!("{:.1} of {whole}", self.usable) } else { whole }
    }

    /// As a whole that others are a part of: `2 cores`, `0.5 cores`.
    fn whole(self) -> String {
        if self.has_quota() { format!("{:.1} cores", self.usable) } else { self.text() }
    }
}

/// How a run was executed: the second line above its result.
pub fn how(model: &str, lock: Gil, workers: Workers, cores: Cores, engine: &str) -> String {
    let lock = lock.text();
    format!("{model}{lock}: {}, {}, {engine}", workers.text(), cores.text())
}

/// What stands above the columns of the table of tasks.
pub const COLUMNS: [&str; 11] =
    ["task", "worker", "pid", "tid", "queued", "started", "finished", "running", "waiting", "laps", "outcome"];

/// What became of the task `name`: how it ended and when, if that is known, and how it spent its time.
pub fn task(name: &str, ending: &str, at: Option<Ns>, shares: &str) -> String {
    let after = at.map_or_else(String::new, |at| format!(" after {at}"));
    format!("{name}: {ending}{after}; {shares}")
}

/// Why a run did not do what it should: some tasks did not come to their end, each a name and how it ended.
pub fn shortfall(tasks: &[(String, String)]) -> String {
    let shown: Vec<String> = tasks.iter().take(4).map(|(name, ending)| format!("{name} ({ending})")).collect();
    let more = if tasks.len() > 4 { format!(" and {} more", tasks.len() - 4) } else { String::new() };
    let count = counted(tasks.len() as u64, "task", "tasks");
    format!("{count} did not come to the end: {}{more}", shown.join(", "))
}

/// What the figures of running and waiting are based on where the kernel records nothing, for this `reason`.
pub fn by_own_clock(reason: &str) -> String {
    format!("none: {reason}; a worker notices by its own clock when it stood still, and calls that waiting for a core")
}

/// That a result cannot be printed, as the system says.
pub fn not_printed(why: &str) -> String {
    format!("the result cannot be written to standard output: {why}")
}

/// A line about the result of a run.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Line {
    Whole { time: Ns, cpu: Ns, busy: f64, cores: Cores, under_way: f64 },
    Cost { created: usize, starting: Ns, memory: Option<u64>, voluntary: u64, involuntary: u64 },
    Copied { amount: u64, time: Ns },
    Lock { each: bool, ticks: bool, held: Ns, waited: Ns, hand_overs: u64, forced: u64, voluntary: u64 },
    NamedLock { name: String, held: Ns, share: f64, hand_overs: u64, abandoned: u64, refused: u64 },
    Shared(SharedLine),
    Server { cpu: Ns, share: f64 },
    Recorded(Recorded),
    Helpers { cpu: Ns },
    Files { folder: String, kind: String, in_memory: bool },
    Busy { share: f64 },
    Throttled { time: Ns },
    Stolen { share: f64 },
    Slow { speed: f64 },
    Lost { count: u64 },
    Suspended { time: Ns },
    Forgotten { before: Ns },
    NoRecord { why: String },
    Over,
    Unfinished { after: Option<Ns>, why: String },
    Ends { tasks: usize, ends: Vec<(Option<Outcome>, usize)> },
    Latency { half: Ns, most: Ns, longest: Ns },
    Shares { of: String },
    Round { round: u16, of: u16 },
    Runs { runs: usize, median: Ns, least: Ns, most: Ns },
    RunsSpread { spread: Ns },
    RunsBusy { busy: f64, cpu: Ns },
    WhatLatencyIs,
    WhatSpreadIs,
    BusyRuns { busy: usize, runs: usize, share: f64 },
    LostRuns { lossy: usize, runs: usize },
}

impl Line {
    /// The line, without a full stop at its end.
    pub fn text(&self) -> String {
        match *self {
            Line::Whole { time, cpu, busy, cores, under_way } => {
                let cores = cores.whole();
                format!(
                    "{time} in all: {cpu} on cores, {busy:.2} of {cores} busy, {under_way:.1} tasks under way on average"
                )
            }
            Line::Cost { created, starting, memory, voluntary, involuntary } => {
                let created = match created {
                    0 => "no worker created".to_owned(),
                    n => format!("{} created, starting took {starting}", counted(n as u64, "worker", "workers")),
                };
                let memory = memory.map_or_else(
                    || "peak memory unknown".to_owned(),
                    |n| format!("{} of memory at the peak", bytes(n)),
                );
                format!("{created}, {memory}, {voluntary} voluntary and {involuntary} involuntary switches")
            }
            Line::Copied { amount, time } => format!("{} copied between processes in {time}", bytes(amount)),
            Line::Lock { each, ticks, held, waited, hand_overs, forced, voluntary } => {
                gil::line((each, ticks), (held, waited), [hand_overs, forced, voluntary])
            }
            Line::NamedLock { ref name, held, share, hand_overs, abandoned, refused } => {
                let dead = match abandoned {
                    0 => String::new(),
                    n => format!(", {} by one that died with it", times(n)),
                };
                let (share, over, refused) = (percent(share), times(hand_overs), shared::refused(refused));
                format!("lock `{name}`: held {held}, {share} of the time, handed over {over}{dead}{refused}")
            }
            Line::Shared(ref line) => line.text(),
            Line::Server { cpu, share } => {
                format!("the server that requests ask took {cpu} on cores, {} of what there was", percent(share))
            }
            Line::Recorded(recorded) => recorded.text(),
            Line::Helpers { cpu } => {
                format!("of the time on cores {cpu} was that of threads that read and write for the loop")
            }
            Line::Files { ref folder, ref kind, in_memory: false } => format!("files lay in {folder} ({kind})"),
            Line::Files { ref folder, ref kind, in_memory: true } => {
                format!(
                    "note: files lay in {folder} ({kind}), in memory: none waited for a disk; TMPDIR names another folder"
                )
            }
            Line::Busy { share } => format!(
                "note: other programs took {} of the cores meanwhile; on an idle machine times may be shorter",
                percent(share)
            ),
            Line::Throttled { time } => {
                format!("note: the quota held this run back for {time}, added up over the cores")
            }
            Line::Stolen { share } => {
                format!("note: the host of this virtual machine kept {} of the cores for itself", percent(share))
            }
            Line::Slow { speed } => {
                format!("note: the cores computed at {speed:.2} of their calibrated speed; times are longer by that")
            }
            Line::Lost { count } => {
                format!("note: {} were lost; times in states are incomplete", counted(count, "event", "events"))
            }
            Line::Suspended { time } => format!("note: the run was suspended for {time} of that time"),
            Line::Forgotten { before } => {
                format!("note: details before {before} are no longer kept; their sums are")
            }
            Line::NoRecord { ref why } => {
                format!("note: no kernel record ({why}): waiting for a core is what workers noticed themselves")
            }
            Line::Over => "The run is over".to_owned(),
            Line::Unfinished { after, ref why } => unfinished(after, why),
            Line::Ends { tasks, ref ends } => {
                let ends: Vec<String> =
                    ends.iter().map(|(outcome, n)| format!("{n} {}", ending(*outcome, 0))).collect();
                format!("{}: {}", counted(tasks as u64, "task", "tasks"), ends.join(", "))
            }
            Line::Latency { half, most, longest } => format!(
                "Half of those done took at most {half} from submission to end, 95 of 100 at most {most}, the slowest {longest}"
            ),
            Line::Shares { ref of } => format!("Of their time in all: {of}"),
            Line::Round { round, of } => format!("Run {round} of {of}"),
            Line::Runs { runs, median, least, most } => {
                let runs = counted(runs as u64, "run is", "runs are");
                format!("{runs} over: {median} in the median, {least} at least and {most} at most")
            }
            Line::RunsSpread { spread } => format!("Half of them lie within {spread} of the median"),
            Line::RunsBusy { busy, cpu } => {
                format!("In the median {busy:.2} cores were busy, for {cpu} of CPU time")
            }
            Line::WhatLatencyIs => "p50, p95, p99, longest: latency of the tasks, from submission to end".to_owned(),
            Line::WhatSpreadIs => {
                "spread: half of the runs lie this close to the median (median absolute deviation)".to_owned()
            }
            Line::BusyRuns { busy, runs, share } => format!(
                "note: other programs took {} of the cores or more in {busy} of {runs} runs; on an idle machine times may be shorter",
                percent(share)
            ),
            Line::LostRuns { lossy, runs } => {
                format!("note: events were lost in {lossy} of {runs} runs; times in states are incomplete")
            }
        }
    }
}

fn unfinished(after: Option<Ns>, why: &str) -> String {
    match after {
        Some(time) => format!("The run had not come to its end after {time}: {why}"),
        None => format!("The run never began: {why}"),
    }
}

/// A row of the table of several runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after what stands in it")]
pub enum Row {
    Run,
    Median,
    Minimum,
    Maximum,
    Spread,
}

impl Row {
    /// What stands above the columns after the first.
    pub const COLUMNS: [&str; 7] = ["time", "cores busy", "CPU time", "p50", "p95", "p99", "longest"];

    /// What stands in the first column.
    pub const fn text(self) -> &'static str {
        match self {
            Row::Run => "run",
            Row::Median => "median",
            Row::Minimum => "minimum",
            Row::Maximum => "maximum",
            Row::Spread => "spread",
        }
    }
}

/// The name of a state in sentences, of a task that keeps a worker occupied in it (`holds`) or none.
pub const fn state(state: State, holds: bool) -> &'static str {
    Label::of_state(state, holds).text()
}

/// The same in tables.
pub const fn short_state(state: State, holds: bool) -> &'static str {
    Label::short_of_state(state, holds).text()
}

/// How a task ended, if it did, in a few words. The signal is 0 where none killed it.
pub fn ending(outcome: Option<Outcome>, signal: u8) -> String {
    match outcome {
        Some(Outcome::Killed) if signal > 0 => format!("killed by signal {signal}"),
        Some(outcome) => outcome.name().to_owned(),
        None => "not over".to_owned(),
    }
}

fn times(n: u64) -> String {
    match n {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    }
}

/// A number of bytes, in decimal units.
pub fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        _ => format!("{:.1} GB", n as f64 / 1e9),
    }
}
