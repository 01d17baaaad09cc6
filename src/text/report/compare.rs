//! What is printed of a comparison besides its figures: heads of columns, notes, and sentences to be listened to.

use super::{Cores, bytes};
use crate::text::counted;
use crate::units::Ns;

/// A column of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after what stands in it")]
pub enum Column {
    Time,
    Spread,
    Ratio,
    Cores,
    Start,
    Copied,
    Memory,
    Used,
    P50,
    P99,
}

impl Column {
    /// All of them, in their order.
    pub const ALL: [Column; 10] = [
        Column::Time,
        Column::Spread,
        Column::Ratio,
        Column::Cores,
        Column::Start,
        Column::Copied,
        Column::Memory,
        Column::Used,
        Column::P50,
        Column::P99,
    ];

    /// Those that can be done without, the least important first.
    pub const DISPENSABLE: [Column; 8] = [
        Column::P50,
        Column::Used,
        Column::Copied,
        Column::Start,
        Column::P99,
        Column::Memory,
        Column::Spread,
        Column::Cores,
    ];

    /// What stands above it.
    pub const fn head(self) -> &'static str {
        match self {
            Column::Time => "time",
            Column::Spread => "±",
            Column::Ratio => "×",
            Column::Cores => "cores",
            Column::Start => "start",
            Column::Copied => "copied",
            Column::Memory => "memory",
            Column::Used => "used",
            Column::P50 => "p50",
            Column::P99 => "p99",
        }
    }
}

/// The second line above a comparison.
pub fn measured(cores: Cores, engine: &str, runs: usize) -> String {
    let median = if runs > 1 { format!(", {runs} rounds") } else { String::new() };
    format!("{}, {engine} one after the other{median}", cores.text())
}

/// How many threads or processes were used, in a few characters: `64 thr`.
pub fn used(threads: usize, processes: usize) -> String {
    match (threads, processes) {
        (0, _) => "-".to_owned(),
        (n, 0 | 1) => format!("{n} thr"),
        (_, n) => format!("{n} proc"),
    }
}

/// A line about a comparison.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Note {
    Ideal,
    Failed,
    Slowed,
    Spread,
    Counted { who: String, counted: usize, runs: usize },
    Failure { who: String, why: String },
    OtherWork,
    Columns { hidden: Vec<&'static str> },
    Row { who: String, time: Ns, ratio: Option<f64>, busy: f64, cores: f64 },
    Cost { who: String, start: Option<Ns>, copied: Option<u64>, memory: Option<u64>, p99: Option<Ns> },
    BestPossible { time: Ns, limit: String },
}

impl Note {
    /// The line, without a full stop at its end.
    pub fn text(&self) -> String {
        match self {
            Note::Ideal => "ideal".to_owned(),
            Note::Failed => "failed".to_owned(),
            Note::Slowed => {
                "?: each of several cores was slower than the one alone, which has its part in the ratio".to_owned()
            }
            Note::Spread => "time is that of the median run; half of the runs lie within ± of the median".to_owned(),
            Note::Counted { who, counted, runs } => format!("{who}: {counted} of {runs} runs count"),
            Note::Failure { who, why } => format!("{who}: {why}"),
            Note::OtherWork => "note: the runs did not do the same work".to_owned(),
            Note::Columns { hidden } => format!("a wider terminal also shows {}", hidden.join(", ")),
            Note::Row { who, time, ratio, busy, cores } => {
                let ratio = ratio.map_or_else(String::new, |x| format!(", {x:.2} times as fast as serial"));
                format!("{who} took {time}{ratio}, with {busy:.2} of {cores:.1} cores busy")
            }
            Note::Cost { who, start, copied, memory, p99 } => {
                let parts = [
                    start.map(|t| format!("{t} to start its workers")),
                    copied.map(|n| format!("{} copied", bytes(n))),
                    memory.map(|n| format!("{} of memory", bytes(n))),
                    p99.map(|t| format!("99 % of its tasks done within {t}")),
                ];
                let parts: Vec<String> = parts.into_iter().flatten().collect();
                format!("{who}: {}", if parts.is_empty() { "no more is known".to_owned() } else { parts.join(", ") })
            }
            Note::BestPossible { time, limit } => format!("the best possible time is {time}: {limit}"),
        }
    }
}

/// How many tasks a map's row stands for.
pub fn tasks(n: u16) -> String {
    counted(n.into(), "task", "tasks")
}
