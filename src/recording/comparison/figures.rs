//! A run's figures as a comparison shows them.

use crate::insight::{Rounds, Timing};
use crate::recording::{Planned, Recording};
use crate::state::{Outcome, State};
use crate::text::Additions;
use crate::trace::{Trace, Track};
use crate::units::{LockId, Ns, TaskId};

/// The figures of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// How long it took, and how its repetitions spread around that.
    pub timing: Timing,
    /// Cores it kept busy: CPU time over makespan.
    pub busy: f64,
    /// From the begin of the first worker's creation to the last worker's first instruction; `None` where no worker was
    /// created.
    pub start: Option<Ns>,
    /// Payload bytes that crossed a process boundary; `None` where the model has no such boundary.
    pub copied: Option<u64>,
    /// Time spent on copying these bytes.
    pub copying: Ns,
    /// Peak resident memory of the run, in bytes, shared pages counted once.
    pub memory: Option<u64>,
    /// How many workers the plan gave it.
    pub workers: usize,
    /// How many tasks it could have under way at a time.
    pub at_once: usize,
    /// How many threads did its work; 0 where that is unknown.
    pub threads: usize,
    /// In how many processes these threads were; 0 where that is unknown.
    pub processes: usize,
    /// Latency, from submission to end: the time that half of its completed foreground tasks did not exceed.
    pub p50: Option<Ns>,
    /// Latency: the time that 99 of a hundred of these tasks did not exceed.
    pub p99: Option<Ns>,
    /// The share of its tasks' time under way that they waited for a lock of the workload's own.
    pub locked: f64,
    /// The share of that time that they were ready, and waited for a core or for their turn on a loop.
    pub turns: f64,
    /// How exact its counters are; `None` where there are none.
    pub additions: Option<Additions>,
    /// What the tasks came to that go round beside the work; `None` where there are none.
    pub rounds: Option<Rounds>,
}

impl Figures {
    /// How many rounds the tasks made in a second of the run that go round beside its work.
    pub fn rounds_a_second(&self) -> Option<f64> {
        let made = self.rounds?.made?;
        (self.timing.time > Ns::ZERO).then(|| made as f64 / self.timing.time.as_secs())
    }

    /// The figures of `run`, with the `timing` of all its repetitions; `None` if it is not over, or was not planned.
    pub fn of(run: &Recording, timing: Timing) -> Option<Figures> {
        let (trace, Planned { plan, rates, .. }) = (&run.trace, run.planned()?);
        let time = trace.makespan()?;
        let end = trace.report.as_ref()?;
        let stats = trace.stats(time);
        let begins = trace.workers.iter().filter_map(|w| w.starting).min();
        let last = trace.workers.iter().filter(|w| w.starting.is_some()).filter_map(|w| w.started).max();
        let distinct = |id: fn(&crate::trace::WorkerUse) -> u32| {
            let mut ids: Vec<u32> = end.workers.iter().map(id).filter(|id| *id > 0).collect();
            ids.sort_unstable();
            ids.dedup();
            ids.len()
        };
        let latencies = latencies(trace);
        // The nearest rank: the smallest value that this percentage of all values does not exceed.
        let at = |percent: usize| latencies.get((latencies.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        let under_way: Ns = State::ALL.into_iter().filter(|s| s.is_in_flight()).map(|s| stats.sums[s as usize]).sum();
        Some(Figures {
            timing,
            busy: trace.busy(time),
            start: begins.zip(last).map(|(from, to)| to - from),
            copied: plan.model.kind.rules().by_value.then_some(stats.copied),
            copying: stats.copying,
            memory: (end.peak_rss_bytes > 0).then_some(end.peak_rss_bytes),
            workers: usize::from(plan.workers),
            at_once: plan.tasks_at_once(),
            threads: distinct(|w| w.tid),
            processes: distinct(|w| w.pid),
            p50: at(50),
            p99: at(99),
            turns: stats.sums[State::Ready as usize].share_of(under_way),
            locked: stats.sums[State::Lock as usize].share_of(under_way),
            additions: run.additions(),
            rounds: Rounds::of(trace, &plan.tasks, *rates),
        })
    }
}

/// How long each foreground task that came to its end took from its submission to its end, sorted.
fn latencies(trace: &Trace) -> Vec<Ns> {
    let told = |id: usize| trace.report.as_ref().and_then(|end| end.results.get(TaskId(id as u32).index()));
    let done = |id: usize, track: &Track| {
        let outcome = told(id).map(|r| r.outcome).or(track.end.map(|(outcome, _)| outcome));
        outcome == Some(Outcome::Done)
    };
    let of = |(id, track): (usize, &Track)| {
        let submitted = track.marks().first().filter(|_| trace.forgotten == Ns::ZERO)?.at;
        Some(track.ended_at().filter(|_| done(id, track) && !trace.names[id].background)? - submitted)
    };
    let mut times: Vec<Ns> = trace.tasks.iter().enumerate().filter_map(of).collect();
    times.sort_unstable();
    times
}

/// Each of the workload's own locks that was used in `trace`, with how long it was held until `until`.
pub(super) fn locks_held(trace: &Trace, until: Ns) -> Vec<(String, Ns)> {
    let named = (0u16..).zip(&trace.lock_names);
    let held =
        |(index, name): (u16, &String)| Some((name.clone(), trace.locks.get(&LockId::named(index))?.held(until)));
    named.filter_map(held).collect()
}
