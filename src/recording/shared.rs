//! What the tasks of a run shared and how it ended, as its runner counted it: queues and counters.

use super::Recording;
use crate::state::{Awaited, Failure, State, Waiting};
use crate::text::Additions;
use crate::trace::file::Names;
use crate::trace::{CounterUse, QueueUse};
use crate::units::{LockId, Ns};
use crate::workload::{Counter, Op, Queue, walk};

/// A queue of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedQueue {
    /// Its name.
    pub name: String,
    /// For how many messages it has room; 0 where a recording does not say.
    pub room: u32,
    /// What it came to; `None` where the run did not come to its end.
    pub used: Option<QueueUse>,
}

/// A counter of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedCounter {
    /// Its name.
    pub name: String,
    /// Its value at first.
    pub start: u32,
    /// What it came to; `None` where the run did not come to its end.
    pub used: Option<CounterUse>,
}

impl SharedCounter {
    /// What its value would be if every addition counted; `None` where it is not known how many there were.
    pub fn expected(&self) -> Option<u64> {
        Some(u64::from(self.start).saturating_add(self.used.as_ref()?.additions))
    }

    /// How many additions were overwritten; `None` where it is not known, and where each worker adds to a copy of its
    /// own.
    pub fn lost(&self) -> Option<u64> {
        let used = self.used.as_ref().filter(|used| used.copies.is_empty())?;
        Some(self.expected()?.saturating_sub(used.value.into()))
    }

    /// The copies that somebody added to, where each worker has one of its own.
    pub fn changed_copies(&self) -> Vec<u32> {
        let copies = self.used.iter().flat_map(|used| &used.copies);
        copies.copied().filter(|value| *value != self.start).collect()
    }

    /// How exact it is; `None` where that is not known.
    fn additions(&self) -> Option<Additions> {
        Some(match self.lost() {
            Some(0) => Additions::Exact,
            Some(lost) => Additions::Lost(lost),
            None if self.used.is_some() => Additions::Copies(self.changed_copies().len() as u64),
            None => return None,
        })
    }
}

/// The limits of locks, the queues and the counters that `names` describes.
pub(super) fn described(names: Names) -> (Vec<u16>, Vec<Queue>, Vec<Counter>) {
    let number = |numbers: &[u32], place: usize| numbers.get(place).copied().unwrap_or(0);
    let queue = |(place, name)| Queue { name, room: number(&names.rooms, place) };
    let counter = |(place, name)| Counter { name, start: number(&names.starts, place) };
    let queues = names.queues.into_iter().enumerate().map(queue).collect();
    (names.limits, queues, names.counters.into_iter().enumerate().map(counter).collect())
}

impl Recording {
    /// The queues between its tasks, in the order of the file.
    pub fn queues(&self) -> Vec<SharedQueue> {
        let queues = self.planned().map_or(&[][..], |planned| &planned.plan.queues);
        let used = |place: usize| self.trace.report.as_ref().and_then(|end| end.queues.get(place)).copied();
        let queue = |(place, queue): (usize, &Queue)| SharedQueue {
            name: queue.name.clone(),
            room: queue.room,
            used: used(place),
        };
        queues.iter().enumerate().map(queue).collect()
    }

    /// The counters that its tasks add to, in the order of the file.
    pub fn counters(&self) -> Vec<SharedCounter> {
        let counters = self.planned().map_or(&[][..], |planned| &planned.plan.counters);
        let used = |place: usize| self.trace.report.as_ref().and_then(|end| end.counters.get(place)).cloned();
        let counter = |(place, counter): (usize, &Counter)| SharedCounter {
            name: counter.name.clone(),
            start: counter.start,
            used: used(place),
        };
        counters.iter().enumerate().map(counter).collect()
    }

    /// How exact its counters are, all together; `None` where there are none, or that is not known.
    pub fn additions(&self) -> Option<Additions> {
        self.counters().iter().filter_map(SharedCounter::additions).reduce(Additions::with)
    }

    /// For how long tasks waited for the workload's lock of this number and did not get it before the run broke off,
    /// added up. A wait counts where it is known for which lock it is: the reason why the run broke off says so, or the
    /// task takes no other.
    pub fn waits_left_open(&self, lock: LockId) -> Ns {
        let Some(index) = lock.name_index().filter(|_| self.trace.report.is_none()) else { return Ns::ZERO };
        let until = self.trace.latest();
        let open = self.trace.tasks.iter().enumerate().filter_map(|(task, track)| {
            let last = track.marks().last().filter(|mark| mark.state == State::Lock && track.end.is_none())?;
            (self.awaited_lock(task) == Some(index)).then(|| until - last.at)
        });
        open.sum()
    }

    /// The place of the lock that this task waits for, which is in a wait for some lock.
    fn awaited_lock(&self, task: usize) -> Option<usize> {
        let name = &self.trace.names.get(task)?.name;
        let said = self.broken.iter().flat_map(Failure::waiting).find(|waiting| waiting.task == *name);
        let named = |Waiting { awaits, .. }: &Waiting| match awaits {
            Awaited::Lock(lock) => lock.clone(),
            Awaited::Permit(lock) => Some(lock.clone()),
            Awaited::End(_) | Awaited::Room(_) | Awaited::Message(_) => None,
        };
        if let Some(lock) = said.and_then(named) {
            return self.trace.lock_names.iter().position(|name| *name == lock);
        }
        let ops = &self.planned()?.plan.tasks.get(task)?.ops;
        let lock = |op: &Op| if let Op::Lock(lock, _) = op { Some(usize::from(lock.0)) } else { None };
        let mut locks = walk(ops).filter_map(|visit| lock(visit.op));
        let first = locks.next()?;
        locks.all(|lock| lock == first).then_some(first)
    }
}
