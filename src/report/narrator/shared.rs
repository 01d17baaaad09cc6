//! What is told of queues, counters and locks: of each task and each kind the first, then one from time to time.

use super::due;
use crate::report::table::clean;
use crate::text::report::Told;
use crate::trace::{Event, Trace};
use crate::units::{CounterId, LockId, Ns, QueueId, TaskId};

/// The kinds of things that are told of a task for themselves.
#[derive(Clone, Copy)]
enum Kind {
    Put,
    Got,
    Lost,
    Permit,
    Refused,
}

/// What is known of what tasks share, and what has been told of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    queues: Vec<String>,
    counters: Vec<String>,
    locks: Vec<String>,
    /// For each task, when something of each kind was told last.
    told: Vec<[Option<Ns>; 5]>,
}

impl Shared {
    /// With the names of `trace`, of whose tasks so `many` are told one by one.
    pub(super) fn of(trace: &Trace, many: usize) -> Shared {
        Shared {
            queues: trace.sharing.queue_names.iter().map(|queue| clean(&queue.name)).collect(),
            counters: trace.sharing.counter_names.iter().map(|counter| clean(&counter.name)).collect(),
            locks: trace.lock_names.iter().map(|name| clean(name)).collect(),
            told: vec![[None; 5]; many],
        }
    }

    /// What is told of a queue that is closed; nothing of any other event.
    pub(super) fn closed(&self, event: Event) -> Option<Told> {
        match event {
            Event::QueueClosed { queue } => Some(Told::QueueClosed { queue: self.queue(queue)? }),
            _ => None,
        }
    }

    /// What is told of `event`, of a task called as in `names`, if so much time has passed since the last that it is
    /// told `again`.
    pub(super) fn tell(&mut self, at: Ns, event: Event, again: Ns, names: &[String]) -> Option<Told> {
        let name = |task: TaskId| names.get(task.index()).cloned();
        let (task, kind, told) = match event {
            Event::Put { queue, task, length, waited, .. } => {
                (task, Kind::Put, Told::Put { task: name(task)?, queue: self.queue(queue)?, length, waited })
            }
            Event::Got { queue, task, length, waited, .. } => {
                (task, Kind::Got, Told::Got { task: name(task)?, queue: self.queue(queue)?, length, waited })
            }
            Event::Added { counter, task, value, found, overwrote: Some(other), .. } => {
                // The values go round after four billion.
                let lost = found.wrapping_sub(value.wrapping_sub(1)).cast_signed();
                let lost = u32::try_from(lost).ok().filter(|lost| *lost > 0)?;
                let (task_name, other, counter) = (name(task)?, name(other)?, self.counter(counter)?);
                (task, Kind::Lost, Told::Overwrote { task: task_name, other, counter, value, found, lost })
            }
            Event::PermitTaken { lock, task, taken, waited } => {
                (task, Kind::Permit, Told::Permit { task: name(task)?, lock: self.lock(lock)?, taken, waited })
            }
            Event::LockRefused { lock, task } => {
                (task, Kind::Refused, Told::Refused { task: name(task)?, lock: self.lock(lock)? })
            }
            _ => return None,
        };
        due(&mut self.told.get_mut(task.index())?[kind as usize], at, again).then_some(told)
    }

    fn queue(&self, queue: QueueId) -> Option<String> {
        self.queues.get(queue.index()).cloned()
    }

    fn counter(&self, counter: CounterId) -> Option<String> {
        self.counters.get(counter.index()).cloned()
    }

    fn lock(&self, lock: LockId) -> Option<String> {
        self.locks.get(lock.name_index()?).cloned()
    }
}
