//! Figures of a run, all derived from its trace.

use super::store::Trace;
use super::track::StateSums;
use crate::state::{Outcome, State};
use crate::units::{Ns, Range};

/// What a run comes to, up to some instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Up to when, from the first submission.
    pub elapsed: Ns,
    /// Time in each state, over all tasks.
    pub sums: StateSums,
    /// Mean number of tasks executing on a core: cores kept busy.
    pub busy: f64,
    /// Mean number of tasks started and not over.
    pub concurrency: f64,
    /// How many tasks are over, and how many of them not as they should.
    pub ended: usize,
    /// How many ended otherwise than done (or stopped).
    pub broken: usize,
    /// Workers that were created, and the time that took in all.
    pub spawned: usize,
    /// From the begin of each creation to the worker's first instruction, added up.
    pub spawning: Ns,
    /// From the first worker's creation to the last one's first instruction.
    pub all_started: Ns,
    /// Payload bytes that crossed a process boundary.
    pub copied: u64,
    /// Time spent on serializing and sending them.
    pub copying: Ns,
    /// The global lock, summed over processes; nothing where nobody took one.
    pub lock: Option<LockStats>,
    /// Events that are missing.
    pub lost: u64,
}

/// What a global lock comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LockStats {
    /// How many there are: one in each process.
    pub instances: usize,
    /// Time held.
    pub held: Ns,
    /// Time that tasks waited for it.
    pub wait: Ns,
    /// How many times it went to another task.
    pub hand_overs: u64,
    /// How many times a waiter asked for it.
    pub drop_requests: u64,
    /// How many times the holder let go because it was asked.
    pub forced: u64,
    /// How many times the holder let go by itself.
    pub voluntary: u64,
}

impl Trace {
    /// The figures of the run up to `until`.
    pub fn stats(&self, until: Ns) -> Stats {
        let window = Range::new(Ns::ZERO, until);
        let mut stats = Stats { elapsed: until, ..Stats::default() };
        let mut in_flight = Ns::ZERO;
        for track in &self.tasks {
            for (state, sum) in State::ALL.into_iter().zip(track.sums(until)) {
                stats.sums[state as usize] += sum;
                if state.is_in_flight() {
                    in_flight += sum;
                }
            }
            if track.ended_at().is_some_and(|at| at <= until) {
                stats.ended += 1;
                let broken = matches!(track.end, Some((Outcome::Failed | Outcome::Killed, _)));
                stats.broken += usize::from(broken);
            }
            stats.copied += track.copied;
            stats.copying += track.copying;
        }
        stats.busy = stats.sums[State::Running as usize].share_of(until);
        stats.concurrency = in_flight.share_of(until);
        for worker in &self.workers {
            if let (Some(starting), Some(started)) = (worker.starting, worker.started) {
                stats.spawned += 1;
                stats.spawning += started - starting;
                stats.all_started = stats.all_started.max(started);
            }
        }
        stats.lost = self.losses.iter().map(|l| l.count).sum();
        stats.lock = self.lock_stats(window, stats.sums[State::Gil as usize]);
        stats
    }

    fn lock_stats(&self, window: Range, wait: Ns) -> Option<LockStats> {
        let used = self.locks.iter().filter(|(id, l)| id.name_index().is_none() && !l.is_empty()).map(|(_, l)| l);
        let mut sum = LockStats { wait, ..LockStats::default() };
        for lock in used {
            sum.instances += 1;
            sum.held += lock.held(window.to);
            sum.hand_overs += lock.hand_overs(window.to);
            sum.drop_requests += lock.drop_requests;
            sum.forced += lock.forced;
            sum.voluntary += lock.voluntary;
        }
        (sum.instances > 0).then_some(sum)
    }
}
