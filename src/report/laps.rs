//! How long a task's laps took, if its record tells one from the next: if its program has one `repeat` whose steps wait
//! exactly once, so that a lap lasts from the begin of a wait to that of the next. For other programs there are no
//! figures.

use super::fields::Laps;
use crate::recording::Recording;
use crate::state::State;
use crate::units::Ns;
use crate::workload::{Op, Visit, walk};

/// The percentiles of the laps of the task `index`, by nearest rank; `None` where they cannot be told apart, or where
/// the record is not whole.
pub(super) fn of(run: &Recording, index: usize) -> Option<Laps> {
    let trace = &run.trace;
    let made = trace.report.as_ref()?.results.get(index)?.laps?;
    let program = &run.planned()?.plan.tasks.get(index)?.ops;
    if !waits_once_a_lap(program) || trace.forgotten > Ns::ZERO || !trace.losses.is_empty() {
        return None;
    }
    let waits = |state: State| matches!(state, State::Io | State::Sleep);
    // A wait for the global lock may split the wait for an answer in two: the second part is no new wait.
    let marks = trace.tasks[index].marks();
    let new = marks.windows(2).filter(|pair| pair[0].state == State::Running && waits(pair[1].state));
    let begins: Vec<Ns> = new.map(|pair| pair[1].at).collect();
    if begins.len() as u64 != made {
        return None;
    }
    let mut times: Vec<Ns> = begins.windows(2).map(|pair| pair[1] - pair[0]).collect();
    times.sort_unstable();
    let max = times.last()?.as_secs();
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100).saturating_sub(1)].as_secs();
    Some(Laps { p50: at(50), p99: at(99), max })
}

/// Whether the only wait in `ops` is one step inside their one `repeat`.
fn waits_once_a_lap(ops: &[Op]) -> bool {
    // A task that takes a lock, or has a further `repeat`, waits an unknown number of times a lap.
    let plain = |visit: &Visit<'_>| visit.op.body().is_none();
    let containers: Vec<_> = walk(ops).filter(|visit| !plain(visit)).collect();
    let [Visit { op, depth: 0, .. }] = containers.as_slice() else { return false };
    let waiting = |visit: &Visit<'_>| visit.op.expected_wait().is_some();
    op.until().is_some() && walk(ops).filter(waiting).map(|visit| visit.depth).eq([1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::{Kernel, LockIndex, Until, Work};

    #[test]
    fn laps_are_told_apart_only_where_each_waits_once() {
        let (nap, work) = (|| Op::Sleep(Ns(1)), || Op::Compute(Kernel::Count, Work::Iterations(1)));
        let round = |body: Vec<Op>| Op::Repeat(Until::Times(3), body);
        assert!(waits_once_a_lap(&[work(), round(vec![work(), nap(), Op::Await])]));
        for other in [
            vec![],
            vec![nap()],
            vec![round(vec![work()])],
            vec![round(vec![nap(), nap()])],
            vec![nap(), round(vec![nap()])],
            vec![round(vec![nap()]), round(vec![nap()])],
            vec![round(vec![round(vec![nap()])])],
            vec![round(vec![Op::Lock(LockIndex(0), vec![nap()])])],
        ] {
            assert!(!waits_once_a_lap(&other), "{other:?}");
        }
    }
}
