//! What a program asks for, added up: to say before a run how long it may take.

use super::program::{Op, Task, Until, Work};
use super::{Kernel, Kernels};
use crate::units::Ns;

/// A guess at how long a byte takes to a file and back, for want of anything better before the first run.
const NS_PER_BYTE: u64 = 2;

/// What a program asks for, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkSum {
    /// Time on a core.
    pub cpu: Ns,
    /// Time waited, as far as anybody can say.
    pub wait: Ns,
    /// Iterations of each kernel whose time nobody has said.
    pub iterations: [u64; Kernel::COUNT],
}

impl WorkSum {
    fn add(&mut self, other: WorkSum, rounds: u64) {
        self.cpu += other.cpu.times(rounds, 1);
        self.wait += other.wait.times(rounds, 1);
        for (sum, more) in self.iterations.iter_mut().zip(other.iterations) {
            *sum = sum.saturating_add(more.saturating_mul(rounds));
        }
    }

    /// The sum over `ops`.
    pub fn of(ops: &[Op]) -> WorkSum {
        let mut sum = WorkSum::default();
        for op in ops {
            match op {
                Op::Compute(_, Work::Time(t)) => sum.cpu += *t,
                Op::Compute(kernel, Work::Iterations(n)) => {
                    let place = &mut sum.iterations[*kernel as usize];
                    *place = place.saturating_add(*n);
                }
                Op::Sleep(t) | Op::BlockingSleep(t) => sum.wait += *t,
                Op::Request(request) => sum.wait += request.latency,
                Op::Read(bytes) | Op::Write(bytes) => sum.wait += Ns(bytes.saturating_mul(NS_PER_BYTE)),
                Op::Yield | Op::Await => {}
                Op::Lock(_, body) => sum.add(WorkSum::of(body), 1),
                Op::Repeat(Until::Times(n), body) => sum.add(WorkSum::of(body), *n),
                Op::Repeat(Until::For(t), _) => sum.wait += *t,
                Op::Repeat(Until::Tasks(_), body) => sum.add(WorkSum::of(body), 1),
            }
        }
        sum
    }
}

impl Kernels {
    /// Those that any of `tasks` computes with.
    pub fn of_all(tasks: &[Task]) -> Kernels {
        tasks.iter().flat_map(|task| Kernels::of(&task.ops).iter()).collect()
    }

    /// Those that `ops` compute with.
    pub fn of(ops: &[Op]) -> Kernels {
        let mut set = Kernels::default();
        for op in ops {
            match op {
                Op::Compute(kernel, _) => set.insert(*kernel),
                Op::Repeat(_, body) | Op::Lock(_, body) => Kernels::of(body).iter().for_each(|k| set.insert(k)),
                Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => {}
                Op::Request(_) | Op::Read(_) | Op::Write(_) => {}
            }
        }
        set
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
        assert_eq!((sum.cpu, sum.wait, sum.iterations[Kernel::Sort as usize]), (Ns(11), Ns(21), 15));
        assert_eq!(Kernels::of(&ops).iter().collect::<Vec<_>>(), [Kernel::Count, Kernel::Sort]);
    }
}
