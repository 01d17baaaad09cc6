//! What is printed of a comparison besides its figures: heads of columns, notes, and sentences to be listened to.

use super::{Additions, Cores, bytes};
use crate::text::of_cores;
use crate::text::{bounds, counted, rate_of};
use crate::units::{Ns, Speedup};

/// A column of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after what stands in it")]
pub enum Column {
    Time,
    Spread,
    Ratio,
    Runs,
    Additions,
    Gap,
    Rounds,
    RoundRate,
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
    pub const ALL: [Column; 15] = [
        Column::Time,
        Column::Spread,
        Column::Ratio,
        Column::Runs,
        Column::Additions,
        Column::Gap,
        Column::Rounds,
        Column::RoundRate,
        Column::Cores,
        Column::Start,
        Column::Copied,
        Column::Memory,
        Column::Used,
        Column::P50,
        Column::P99,
    ];

    /// The columns that a table can do without, the least important first.
    pub const DISPENSABLE: [Column; 13] = [
        Column::P50,
        Column::Used,
        Column::Copied,
        Column::Start,
        Column::P99,
        Column::Memory,
        Column::RoundRate,
        Column::Spread,
        Column::Cores,
        Column::Runs,
        Column::Rounds,
        Column::Gap,
        Column::Additions,
    ];

    /// The columns about tasks that go round beside the work.
    pub const OF_ROUNDS: [Column; 3] = [Column::Gap, Column::Rounds, Column::RoundRate];

    /// What stands above it.
    pub const fn head(self) -> &'static str {
        match self {
            Column::Time => "time",
            Column::Spread => "±",
            Column::Ratio => "×",
            Column::Runs => "runs",
            Column::Additions => "counter",
            Column::Gap => "max gap",
            Column::Rounds => "rounds",
            Column::RoundRate => "rounds/s",
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
    let median = if runs > 1 { format!(", {runs} rounds") } else { ", one run each".to_owned() };
    format!("{}, {engine} one after the other{median}", cores.text())
}

/// How many threads or processes were used, in a few characters: `64 thr`.
pub fn used(n: usize, processes: bool) -> String {
    match (n, processes) {
        (0, _) => "-".to_owned(),
        (n, false) => format!("{n} thr"),
        (n, true) => format!("{n} proc"),
    }
}

/// A line about a comparison.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Note {
    Head { workload: String, tasks: usize, cores: f64 },
    Works { works: Vec<String> },
    Ideal,
    StandIn { than: String },
    Additions { who: String, additions: Additions },
    Ranges,
    Spread,
    Counted { of: Vec<(String, usize)>, runs: usize },
    Failure { who: String, why: String },
    OtherWork,
    Row { who: String, time: Ns, ratio: Option<(Speedup, String)>, busy: f64, cores: f64 },
    Cost { who: String, start: Option<Ns>, copied: Option<u64>, memory: Option<u64>, p99: Option<Ns> },
    Rounds { who: String, made: Option<u64>, rate: Option<f64>, gap: Option<Ns> },
    BestPossible { time: Ns, limit: String },
}

impl Note {
    /// The line, without a full stop at its end.
    pub fn text(&self) -> String {
        match self {
            Note::Head { workload, tasks, cores } => {
                let (tasks, cores) = (counted(*tasks as u64, "task", "tasks"), of_cores(*cores));
                format!("{workload}, {tasks} under each model on {cores}, one after the other")
            }
            Note::Works { works } => format!("Runs of {} workloads: {}", works.len(), works.join(", ")),
            Note::Ideal => "ideal".to_owned(),
            Note::StandIn { than } => format!("× is how many times as fast as {than}: serial cannot do this work"),
            Note::Additions { who, additions } => match additions {
                Additions::Exact => format!("{who}: the counter is exact"),
                Additions::Lost(1) => format!("{who}: 1 update of the counter was lost"),
                Additions::Lost(n) => format!("{who}: {} updates of the counter were lost", super::grouped(*n)),
                Additions::Copies(_) => format!("{who}: each process added to a copy of the counter"),
            },
            Note::Ranges => {
                "1.6–2.0: between these lies the ratio where nothing disturbs; --repeat 5 can narrow it".to_owned()
            }
            Note::Spread => "time is that of the median run; half of the runs lie within ± of the median".to_owned(),
            Note::Counted { of, runs } => {
                let of: Vec<String> = of.iter().map(|(who, counted)| format!("{who} {counted}")).collect();
                format!("of {runs} runs each count, the others were disturbed: {}", of.join(", "))
            }
            Note::Failure { who, why } => format!("{who}: {why}"),
            Note::OtherWork => "note: the runs did not do the same work".to_owned(),
            Note::Row { who, time, ratio, busy, cores } => {
                let times = |x: Speedup| {
                    bounds(x).map_or_else(|| format!("{:.2}", x.times), |(low, high)| format!("{low} to {high}"))
                };
                let ratio = ratio
                    .as_ref()
                    .map_or_else(String::new, |(x, than)| format!(", {} times as fast as {than}", times(*x)));
                format!("{who} took {time}{ratio}, with {busy:.2} of {} busy", of_cores(*cores))
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
            Note::Rounds { who, made, rate, gap } => {
                let parts = [
                    made.map(|n| counted(n, "round", "rounds")),
                    rate.map(|rate| format!("{} a second", rate_of(rate))),
                    gap.map(|gap| format!("at most {gap} between two of a task")),
                ];
                let parts: Vec<String> = parts.into_iter().flatten().collect();
                format!("{who}: {}", if parts.is_empty() { "no rounds are known".to_owned() } else { parts.join(", ") })
            }
            Note::BestPossible { time, limit } => format!("the best possible time is {time}: {limit}"),
        }
    }
}

/// A line about a map.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum MapLine {
    Head { length: Ns, cores: f64, rounds: usize },
    Waiting,
    Tasks,
    Tie,
    Unknown,
    Won { won: Vec<(String, usize)>, ties: usize, cells: usize },
    Busy { others: f64, cores: f64 },
    Failure { who: String, tasks: u16, wait: u8, why: String },
    Progress { round: usize, rounds: usize, tasks: u16, wait: u8, who: String, left: Ns },
    Ahead { runs: usize, rounds: usize, length: Ns, time: Ns },
}

impl MapLine {
    /// The line, without a full stop at its end.
    pub fn text(&self) -> String {
        match self {
            MapLine::Head { length, cores, rounds } => {
                let cores = of_cores(*cores);
                let rounds = counted(*rounds as u64, "round", "rounds");
                format!("Who is fastest: tasks of {length}, of which a part is waiting; {cores}, {rounds}")
            }
            MapLine::Waiting => "waiting".to_owned(),
            MapLine::Tasks => "tasks".to_owned(),
            MapLine::Tie => "blank: a tie".to_owned(),
            MapLine::Unknown => "?: not measured".to_owned(),
            MapLine::Won { won, ties, cells } => {
                let mut parts: Vec<String> = won.iter().map(|(who, n)| format!("{who} {n}")).collect();
                if let Some((who, n)) = won.first() {
                    parts[0] = format!("{who}: {n} of {}", counted(*cells as u64, "cell", "cells"));
                }
                match (parts.is_empty(), *ties) {
                    (true, _) => "Nobody wins: all cells are ties".to_owned(),
                    (false, 0) => parts.join(", "),
                    (false, 1) => format!("{}; 1 is a tie", parts.join(", ")),
                    (false, n) => format!("{}; {n} are ties", parts.join(", ")),
                }
            }
            MapLine::Busy { others, cores } => {
                let cores = of_cores(*cores);
                format!("note: other programs kept {others:.1} of {cores} busy: who wins may be their doing")
            }
            MapLine::Failure { who, tasks, wait, why } => {
                format!("{who}, {}, {wait} % waiting: {why}", counted((*tasks).into(), "task", "tasks"))
            }
            MapLine::Progress { round, rounds, tasks, wait, who, left } => {
                let left = left.to_std().as_secs();
                format!("round {round} of {rounds}, {left} s left: {tasks} x {wait} % as {who}")
            }
            MapLine::Ahead { runs, rounds, length, time } => {
                let secs = time.to_std().as_secs().max(1);
                format!("about {secs} s: {rounds} rounds of {runs} runs, {length} a task")
            }
        }
    }
}
