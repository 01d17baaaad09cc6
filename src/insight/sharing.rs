//! Tasks in each other's way: what there is to find where they share a lock, a loop, or cores with a ticker.

use super::Facts;
use crate::model::ModelKind;
use crate::state::State;
use crate::text::{Reason, Sharing};
use crate::trace::{Trace, Track};
use crate::units::{LockId, Ns, Range};

/// From this share of all tasks' time on, waiting for a lock is the finding.
const LOCKED: f64 = 0.10;
/// The same for the global lock, where tasks mostly wait for something else.
const GIL_WAITS: f64 = 0.20;
/// A loop is full from this share of the time.
const FULL: f64 = 0.90;

/// The finding, if tasks were in each other's way.
pub(super) fn found(facts: &Facts<'_>) -> Option<Sharing> {
    locked(facts).or_else(|| gil_full(facts)).or_else(|| full(facts))
}

/// How late a task in the background came at most, where there is one that waits for its time again and again.
pub(super) fn late(facts: &Facts<'_>) -> Option<Sharing> {
    if facts.model.kind == ModelKind::Serial {
        return None;
    }
    let until = facts.stats.elapsed;
    let tasks = facts.trace.tasks.iter().zip(&facts.trace.names).filter(|(_, name)| name.background);
    let (wait, name) =
        tasks.filter_map(|(track, name)| Some((latest(track, until)?, name))).max_by_key(|l| l.0.late)?;
    let reason = match facts.model.kind {
        ModelKind::Async => Reason::Loop,
        ModelKind::Threads if wait.for_lock.times(2, 1) >= wait.late && facts.model.lock.is_on() => Reason::Gil,
        ModelKind::Serial | ModelKind::Threads | ModelKind::Processes => Reason::Cores,
    };
    Some(Sharing::Late { task: name.name.clone(), late: wait.late, reason })
}

/// How late a task came.
#[derive(Clone, Copy, Default)]
struct Late {
    /// For how long it could not move.
    late: Ns,
    /// The part of that for which it waited for the global lock.
    for_lock: Ns,
}

/// The longest stretch after a timer's end during which the task could not move; nothing if it never slept.
fn latest(track: &Track, until: Ns) -> Option<Late> {
    let (mut longest, mut slept, mut current) = (None, false, Late::default());
    for span in track.spans(Range::new(Ns::ZERO, until)) {
        match span.state {
            State::Sleep => (slept, current) = (true, Late::default()),
            State::Ready | State::Preempted | State::Gil if slept => {
                current.late += span.range.len();
                if span.state == State::Gil {
                    current.for_lock += span.range.len();
                }
            }
            State::Queued | State::Starting | State::Copying | State::Running | State::Ended => slept = false,
            State::Ready | State::Preempted | State::Lock | State::Channel | State::Gil => slept = false,
            State::Io | State::Unknown => slept = false,
        }
        if slept {
            longest = Some(longest.filter(|l: &Late| l.late >= current.late).unwrap_or(current));
        }
    }
    longest
}

/// The lock that was held longest, where tasks waited much for locks.
fn locked(facts: &Facts<'_>) -> Option<Sharing> {
    let sums = &facts.stats.sums;
    let all: Ns = State::ALL.into_iter().filter(|s| s.is_in_flight()).map(|s| sums[s as usize]).sum();
    let wait = sums[State::Lock as usize];
    if wait.share_of(all) < LOCKED {
        return None;
    }
    let until = facts.stats.elapsed;
    let named = (0u16..).zip(&facts.trace.lock_names);
    let held = named.filter_map(|(index, name)| Some((held(facts.trace, LockId::named(index), until)?, name)));
    let (held, name) = held.max_by_key(|h| h.0)?;
    let share = held.share_of(until);
    Some(Sharing::LockWaits { name: name.clone(), share, tasks: facts.trace.tasks.len(), wait })
}

fn held(trace: &Trace, lock: LockId, until: Ns) -> Option<Ns> {
    trace.locks.get(&lock).map(|l| l.held(until))
}

/// Threads that wait for something outside and then for the global lock, of which there is too little.
fn gil_full(facts: &Facts<'_>) -> Option<Sharing> {
    let sums = &facts.stats.sums;
    let all: Ns = State::ALL.into_iter().filter(|s| s.is_in_flight()).map(|s| sums[s as usize]).sum();
    let waits = sums[State::Io as usize] + sums[State::Sleep as usize];
    let is_full = facts.model.kind == ModelKind::Threads
        && sums[State::Gil as usize].share_of(all) >= GIL_WAITS
        && waits > sums[State::Running as usize];
    let share = facts.stats.lock.filter(|_| is_full)?.held.share_of(facts.stats.elapsed);
    Some(Sharing::GilFull { share, tasks: facts.trace.tasks.len(), time: facts.stats.elapsed })
}

/// A loop that has more to compute than there is time for, though its tasks mostly wait.
fn full(facts: &Facts<'_>) -> Option<Sharing> {
    let sums = &facts.stats.sums;
    let waits = sums[State::Io as usize] + sums[State::Sleep as usize];
    let is_full = facts.model.kind == ModelKind::Async && facts.stats.busy >= FULL;
    let share = facts.stats.busy.min(1.0);
    let (tasks, time) = (facts.trace.tasks.len(), facts.stats.elapsed);
    (is_full && waits > sums[State::Running as usize]).then_some(Sharing::LoopFull { share, tasks, time })
}

#[cfg(test)]
mod tests;
