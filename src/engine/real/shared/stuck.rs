//! Whether a run is stuck: every task that has begun waits for something that nobody else can do any more.

use std::sync::atomic::Ordering;

use super::{AT_ONCE, BEGUN, FEEDS, RELEASES, Shared, SharedPermits, SharedQueue, Waits};
use crate::units::{TaskId, WorkerId};

/// Tasks that wait, each with what for, as they were found at one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::engine::real) struct Halt {
    /// All tasks that have begun and are not over.
    pub(in crate::engine::real) waiting: Vec<(TaskId, Waits)>,
    /// Tasks that have not begun: all workers are taken.
    pub(in crate::engine::real) not_begun: Vec<TaskId>,
    /// How many messages, permits and ends of tasks have been seen so far: if that is the same at the next look, nothing
    /// has moved.
    pub(in crate::engine::real) moves: u64,
}

impl Shared {
    /// The tasks that wait, if all that are under way do, each for something that is not there.
    pub(in crate::engine::real) fn halt(self) -> Option<Halt> {
        let moves = self.moves();
        let mut halt = Halt { moves, ..Halt::default() };
        for task in (0..self.tasks() as u32).map(TaskId) {
            match self.mark(task)?.load(Ordering::Acquire) {
                0 => halt.not_begun.push(task),
                BEGUN => halt.waiting.push((task, self.waits_in_vain(task)?)),
                _ => {}
            }
        }
        let no_worker_is_free =
            halt.not_begun.is_empty() || halt.waiting.len() >= self.words[AT_ONCE].load(Ordering::Acquire) as usize;
        (!halt.waiting.is_empty() && no_worker_is_free && self.moves() == moves).then_some(halt)
    }

    /// What `task` waits for, if it waits and that is not there.
    fn waits_in_vain(self, task: TaskId) -> Option<Waits> {
        let waits = self.waits(task)?;
        let in_vain = match waits {
            Waits::Lock(_) => self.waits_for(task).is_some(),
            Waits::Task(other, _) => !self.is_over(other) && self.words[FEEDS].load(Ordering::Relaxed) == 0,
            Waits::Permit(_) | Waits::Room(_) | Waits::Message(_) | Waits::Pipe(_) => {
                self.misses_something_shared(waits)
            }
        };
        in_vain.then_some(waits)
    }

    /// Whether what `waits` is about, a permit, room, a message or a reader, is not there now.
    fn misses_something_shared(self, waits: Waits) -> bool {
        match waits {
            Waits::Permit(lock) => self.permits(lock, WorkerId(0)).is_some_and(SharedPermits::are_gone),
            Waits::Room(queue) => self.queue(queue).is_some_and(SharedQueue::is_full),
            Waits::Message(queue) => self.queue(queue).is_some_and(SharedQueue::is_empty),
            Waits::Pipe(queue) => self.queue(queue).is_some_and(SharedQueue::is_unread),
            Waits::Lock(_) | Waits::Task(..) => false,
        }
    }

    /// How many tasks wait for a permit, for room or for a message that is not there. None where a task that goes round
    /// until others end may still provide it.
    pub(super) fn waiting_for_shared(self) -> usize {
        let nothing_is_shared = self.queue_count() == 0 && self.locks() == 0;
        if nothing_is_shared || self.words[FEEDS].load(Ordering::Relaxed) > 0 {
            return 0;
        }
        let waits = |task: &TaskId| {
            !self.is_over(*task) && self.waits(*task).is_some_and(|waits| self.misses_something_shared(waits))
        };
        (0..self.tasks() as u32).map(TaskId).filter(waits).count()
    }

    /// Counts everything that can end a wait.
    fn moves(self) -> u64 {
        let messages = self.queues().fold(0u64, |sum, (_, queue)| sum.wrapping_add(queue.moves()));
        messages.wrapping_add(self.words[RELEASES].load(Ordering::Acquire)).wrapping_add(self.over())
    }
}
