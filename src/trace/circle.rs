//! What becomes of waits that never end: they count, and where a run is stuck it is known who waits for whom.

use super::queue::QueueEnd;
use super::store::Trace;
use super::track::Span;
use super::unblock::Unblocker;
use crate::state::{Awaited, Failure, State, Waiting};
use crate::units::{LockId, Ns, QueueId, TaskId};

/// A task that waits in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// Which one.
    pub task: TaskId,
    /// Who has what it waits for, or would have to end.
    pub holder: TaskId,
    /// For which lock it waits, if it is for one.
    pub lock: Option<LockId>,
}

/// What a task waits for, as the plan numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A lock of the workload's, or a permit of it.
    Lock(LockId),
    /// To pass this end of a queue.
    Queue(QueueId, QueueEnd),
}

impl Trace {
    /// What a task waits for that awaits this; nothing where that is another task, or nobody named it.
    pub fn wanted(&self, awaits: &Awaited) -> Option<Wanted> {
        let queue = |name: &String, end| {
            let place = self.sharing.queue_names.iter().position(|queue| queue.name == *name)?;
            Some(Wanted::Queue(QueueId(place as u8), end))
        };
        match awaits {
            Awaited::Lock(Some(name)) | Awaited::Permit(name) => {
                let place = self.lock_names.iter().position(|lock| lock == name)?;
                Some(Wanted::Lock(LockId::named(place as u16)))
            }
            Awaited::Room(name) => queue(name, QueueEnd::In),
            Awaited::Message(name) => queue(name, QueueEnd::Out),
            Awaited::Lock(None) | Awaited::End(_) => None,
        }
    }

    /// Notes that a task that waits for `wanted` since that instant will wait for ever: the run broke off.
    pub fn leave_open(&mut self, wanted: Wanted, since: Ns) {
        match wanted {
            Wanted::Lock(id) => match (self.locks.get_mut(&id), self.sharing.permits.get_mut(&id)) {
                (Some(lock), _) => lock.leave_open(since),
                (None, Some(permits)) => permits.leave_open(since),
                (None, None) => {}
            },
            Wanted::Queue(id, end) if id.index() < self.sharing.queue_names.len() => {
                self.sharing.queues.entry(id).or_default().leave_open(end, since);
            }
            Wanted::Queue(..) => {}
        }
    }

    /// The tasks that wait in vain, each for another one, in a run that ended because of `why`. Whoever waits for a
    /// message, for room or for a permit waits for nobody in particular.
    pub fn stuck(&self, why: &Failure) -> Vec<Stuck> {
        let (Failure::Deadlock { circle: waiting } | Failure::Stuck { waiting, .. }) = why else { return Vec::new() };
        waiting.iter().filter_map(|waiting| self.stuck_by(waiting)).filter(|stuck| stuck.task != stuck.holder).collect()
    }

    fn stuck_by(&self, waiting: &Waiting) -> Option<Stuck> {
        let task = self.task_called(&waiting.task)?;
        if let Awaited::End(other) = &waiting.awaits {
            return Some(Stuck { task, holder: self.task_called(other)?, lock: None });
        }
        // Of permits there is no such track: several may have one.
        let Wanted::Lock(lock) = self.wanted(&waiting.awaits)? else { return None };
        let holder = self.locks.get(&lock)?.holder_at(self.latest)?.task;
        Some(Stuck { task, holder, lock: Some(lock) })
    }

    /// The only task of that name.
    fn task_called(&self, name: &str) -> Option<TaskId> {
        let mut places = (0..).zip(&self.names).filter(|(_, task)| task.name == name).map(|(place, _)| TaskId(place));
        places.next().filter(|_| places.next().is_none())
    }

    /// Who keeps `task` waiting in `span`, its last wait, where it waits in vain because of `why`.
    pub fn stuck_keeper(&self, why: &Failure, task: TaskId, span: &Span, until: Ns) -> Option<Unblocker> {
        let is_last = span.state == State::Lock && self.tasks.get(task.index())?.marks().last()?.at == span.range.from;
        let stuck = self.stuck(why).into_iter().find(|stuck| stuck.task == task).filter(|_| is_last)?;
        self.keeper_of(stuck.lock?, task, span, until)
    }
}
