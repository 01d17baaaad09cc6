//! The time and work that a program asks for, added up: to say before a run how long it may take.

use super::program::{Op, Task, Until, Work};
use super::walk::{Visit, walk};
use super::{Kernel, Kernels};
use crate::units::Ns;

/// The time and work that a program asks for, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkSum {
    /// Time on a core.
    pub cpu: Ns,
    /// Time spent waiting, as far as it is known before the run.
    pub wait: Ns,
    /// Iterations of each kernel, where the workload gives a number of iterations instead of a time.
    pub iterations: [u64; Kernel::COUNT],
}

impl WorkSum {
    /// The sum over `ops`. Steps inside a `repeat until` count once; a `repeat for` counts as its time, without its
    /// steps.
    pub fn of(ops: &[Op]) -> WorkSum {
        WorkSum::over(walk(ops))
    }

    /// The same over those steps of `ops` that let go of the global lock while they compute.
    pub fn without_the_lock(ops: &[Op]) -> WorkSum {
        WorkSum::over(walk(ops).filter(|visit| matches!(visit.op, Op::ReleasingCall(..))))
    }

    fn over<'a>(visits: impl Iterator<Item = Visit<'a>>) -> WorkSum {
        let mut sum = WorkSum::default();
        for Visit { op, rounds, .. } in visits.filter(|visit| !visit.rounds.timed) {
            match op.work() {
                Some((_, Work::Time(time))) => sum.cpu += time.times(rounds.times, 1),
                Some((kernel, Work::Iterations(n))) => {
                    let place = &mut sum.iterations[kernel as usize];
                    *place = place.saturating_add(n.saturating_mul(rounds.times));
                }
                None => {}
            }
            let filled = if let Some(Until::For(time)) = op.until() { Some(*time) } else { op.expected_wait() };
            sum.wait += filled.unwrap_or_default().times(rounds.times, 1);
        }
        sum
    }
}

impl Kernels {
    /// The kernels that any of `tasks` computes with.
    pub fn of_all(tasks: &[Task]) -> Kernels {
        tasks.iter().flat_map(|task| walk(&task.ops)).filter_map(|visit| Some(visit.op.work()?.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::LockIndex;

    #[test]
    fn sums_and_sets_see_into_repeats_and_locks() {
        let work = Op::Compute(Kernel::Sort, Work::Iterations(5));
        let inner = vec![Op::Lock(LockIndex(0), vec![work, Op::Sleep(Ns(7))])];
        let ops = [Op::Repeat(Until::Times(3), inner), Op::Compute(Kernel::Count, Work::Time(Ns(11)))];
        let sum = WorkSum::of(&ops);
        let task = Task { name: "task".to_owned(), background: false, ops: ops.into() };
        assert_eq!((sum.cpu, sum.wait, sum.iterations[Kernel::Sort as usize]), (Ns(11), Ns(21), 15));
        assert_eq!(Kernels::of_all(&[task]).iter().collect::<Vec<_>>(), [Kernel::Count, Kernel::Sort]);
    }
}
