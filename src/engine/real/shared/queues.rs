//! The books of a run's queues, in shared memory: how many messages each holds, who waits at which end, and how many
//! tasks may still put something in. The messages themselves are elsewhere: in this process, or in a pipe.

use std::os::fd::RawFd;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{LINE, Shared};
use crate::machine::sys::{Bell, SharedMutex};
use crate::trace::QueueUse;
use crate::units::{QueueId, Stamp, TaskId, WorkerId};

/// Words that describe a queue, beside its mutexes.
pub(super) const QUEUE_WORDS: usize = 2 * LINE;
/// Mutexes of a queue: of its book, of its pipe's writers, of its pipe's readers.
pub(super) const QUEUE_MUTEXES: usize = 3;

/// For how many messages it has room.
const ROOM: usize = 0;
/// How many tasks that may put something in are not over.
const OPEN: usize = 1;
/// How many places were given to messages that are put in now or have been.
const RESERVED: usize = 2;
/// How many messages were put in.
const PUT: usize = 3;
/// How many messages were promised to tasks that take them out now or have done so.
const CLAIMED: usize = 4;
/// How many messages were taken out.
const GOT: usize = 5;
/// Bytes that all of them carried.
const BYTES: usize = 6;
/// Since when there has been room: when the last message was taken out.
const ROOM_SINCE: usize = 7;
/// How many wait for room, and the bell that they listen to.
const WANT_ROOM: usize = 8;
const ROOM_BELL: usize = 9;
/// How many wait for a message, and their bell.
const WANT_MESSAGE: usize = 10;
const MESSAGE_BELL: usize = 11;
/// The two ends of its pipe, each 1 more than its number; 0 where there is no pipe.
const ENDS: usize = 12;
/// Who is in the middle of a message at the pipe's writing and reading end: the worker's number and 1.
const WRITING: usize = 14;
const READING: usize = 15;

/// One queue.
#[derive(Clone, Copy)]
pub(in crate::engine::real) struct SharedQueue {
    mutexes: [SharedMutex; QUEUE_MUTEXES],
    words: &'static [AtomicU64; QUEUE_WORDS],
}

/// An end of a queue's pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::real) enum PipeEnd {
    /// Where messages go in.
    Writing,
    /// Where they come out.
    Reading,
}

impl SharedQueue {
    fn get(self, at: usize) -> u64 {
        self.words[at].load(Ordering::Relaxed)
    }

    fn set(self, at: usize, value: u64) {
        self.words[at].store(value, Ordering::Relaxed);
    }

    /// Opens its book: nobody else reads or writes in it until this one is dropped.
    pub(in crate::engine::real) fn open(self) -> OpenBook {
        self.mutexes[0].lock();
        OpenBook { queue: self, wake_for_room: 0, wake_for_messages: 0 }
    }

    /// Waits until somebody has rung for those who want room, since `seen` rings.
    pub(in crate::engine::real) fn wait_for_room(self, seen: u32) {
        Bell::new(&self.words[ROOM_BELL]).wait(seen);
    }

    /// Waits until somebody has rung for those who want a message, since `seen` rings.
    pub(in crate::engine::real) fn wait_for_message(self, seen: u32) {
        Bell::new(&self.words[MESSAGE_BELL]).wait(seen);
    }

    /// Gives it room for `room` messages, `open` tasks that put messages in, and the pipe with these ends, if it has
    /// one.
    pub(in crate::engine::real) fn set_up(self, room: u64, open: u64, pipe: Option<(RawFd, RawFd)>) {
        self.set(ROOM, room);
        self.set(OPEN, open);
        if let Some((read, write)) = pipe {
            self.set(ENDS, read as u64 + 1);
            self.set(ENDS + 1, write as u64 + 1);
        }
    }

    /// The reading and the writing end of its pipe, if it has one.
    pub(in crate::engine::real) fn pipe(self) -> Option<(RawFd, RawFd)> {
        let end = |at| RawFd::try_from(self.get(at).checked_sub(1)?).ok();
        Some((end(ENDS)?, end(ENDS + 1)?))
    }

    /// Runs `work` as the only one at that end of its pipe; says so, for the case that `worker` dies in the middle of
    /// it.
    pub(in crate::engine::real) fn at_the_pipe<T>(self, end: PipeEnd, worker: WorkerId, work: impl FnOnce() -> T) -> T {
        let (mutex, who) = match end {
            PipeEnd::Writing => (self.mutexes[1], WRITING),
            PipeEnd::Reading => (self.mutexes[2], READING),
        };
        mutex.lock();
        self.words[who].store(u64::from(worker.0) + 1, Ordering::Release);
        let done = work();
        self.words[who].store(0, Ordering::Release);
        mutex.unlock();
        done
    }

    /// Whether `worker`, which is dead, left a message in the middle: what follows it in the pipe makes no sense.
    fn is_torn_by(self, worker: WorkerId) -> bool {
        let who = u64::from(worker.0) + 1;
        [WRITING, READING].iter().any(|at| self.words[*at].load(Ordering::Acquire) == who)
    }

    /// Nobody puts a message in any more: whoever waits for one learns it.
    fn close(self) {
        let mut book = self.open();
        Bell::new(&self.words[MESSAGE_BELL]).count();
        self.set(WANT_MESSAGE, 0);
        book.wake_for_messages = u32::MAX;
    }

    /// A task that could put messages in is over; returns whether it was the last.
    fn one_less_puts(self) -> bool {
        let last = self.words[OPEN].fetch_sub(1, Ordering::AcqRel) == 1;
        if last {
            self.close();
        }
        last
    }

    /// Whether there is no room now, as far as can be seen without the book.
    pub(super) fn is_full(self) -> bool {
        self.get(RESERVED).saturating_sub(self.get(GOT)) >= self.get(ROOM)
    }

    /// Whether there is no message now and the queue is open, as far as can be seen without the book.
    pub(super) fn is_empty(self) -> bool {
        self.get(PUT) <= self.get(CLAIMED) && self.words[OPEN].load(Ordering::Acquire) > 0
    }

    /// Whether nobody is taking a message out now, as far as can be seen without the book.
    pub(super) fn is_unread(self) -> bool {
        self.get(CLAIMED) == self.get(GOT)
    }

    /// How many messages have passed either end.
    pub(super) fn moves(self) -> u64 {
        self.get(PUT).wrapping_add(self.get(GOT))
    }

    /// What it came to.
    fn account(self) -> QueueUse {
        let book = self.open();
        let queue = book.queue;
        QueueUse { put: queue.get(PUT), got: queue.get(GOT), bytes: queue.get(BYTES), closed: book.is_closed() }
    }
}

/// The book of a queue while one worker has it open. Dropping it closes it, and then wakes those whom it concerns.
pub(in crate::engine::real) struct OpenBook {
    queue: SharedQueue,
    wake_for_room: u32,
    wake_for_messages: u32,
}

impl OpenBook {
    /// Whether there is room for one more message.
    pub(in crate::engine::real) fn has_room(&self) -> bool {
        !self.queue.is_full()
    }

    /// Whether there is a message that nobody has been promised.
    pub(in crate::engine::real) fn has_message(&self) -> bool {
        self.queue.get(PUT) > self.queue.get(CLAIMED)
    }

    /// Whether nobody will put anything in any more.
    pub(in crate::engine::real) fn is_closed(&self) -> bool {
        self.queue.words[OPEN].load(Ordering::Acquire) == 0
    }

    /// Since when there has been room.
    pub(in crate::engine::real) fn room_since(&self) -> Stamp {
        Stamp(self.queue.get(ROOM_SINCE))
    }

    fn one_more(&self, at: usize) -> u64 {
        let count = self.queue.get(at);
        self.queue.set(at, count + 1);
        count
    }

    fn length(&self) -> u32 {
        self.queue.get(PUT).saturating_sub(self.queue.get(GOT)).min(u32::MAX.into()) as u32
    }

    /// Notes one more who waits for room; returns the rings so far, to wait with once the book is closed.
    pub(in crate::engine::real) fn expect_room(&self) -> u32 {
        self.one_more(WANT_ROOM);
        Bell::new(&self.queue.words[ROOM_BELL]).rings()
    }

    /// The same for a message.
    pub(in crate::engine::real) fn expect_message(&self) -> u32 {
        self.one_more(WANT_MESSAGE);
        Bell::new(&self.queue.words[MESSAGE_BELL]).rings()
    }

    /// Keeps a place for a message that is put in later.
    pub(in crate::engine::real) fn reserve(&mut self) {
        self.one_more(RESERVED);
    }

    /// A message of `bytes` bytes, which has a place, is in the queue; returns its number and how many there are now.
    pub(in crate::engine::real) fn publish(&mut self, bytes: u64) -> (u64, u32) {
        self.queue.set(BYTES, self.queue.get(BYTES).saturating_add(bytes));
        let number = self.one_more(PUT);
        self.wake_for_messages += self.ring(WANT_MESSAGE, MESSAGE_BELL);
        (number, self.length())
    }

    /// Promises a message to somebody who takes it out later.
    pub(in crate::engine::real) fn claim(&mut self) {
        self.one_more(CLAIMED);
    }

    /// A message that was promised has been taken out, at the instant `at`; returns its number and how many there are
    /// now.
    pub(in crate::engine::real) fn remove(&mut self, at: Stamp) -> (u64, u32) {
        self.queue.set(ROOM_SINCE, at.0);
        let number = self.one_more(GOT);
        self.wake_for_room += self.ring(WANT_ROOM, ROOM_BELL);
        (number, self.length())
    }

    /// Rings for one of those who wait, if anybody does; returns how many are to be woken.
    fn ring(&self, wanting: usize, bell: usize) -> u32 {
        let waiting = self.queue.get(wanting);
        if waiting == 0 {
            return 0;
        }
        self.queue.set(wanting, waiting - 1);
        Bell::new(&self.queue.words[bell]).count();
        1
    }
}

impl Drop for OpenBook {
    fn drop(&mut self) {
        self.queue.mutexes[0].unlock();
        if self.wake_for_room > 0 {
            Bell::new(&self.queue.words[ROOM_BELL]).wake(self.wake_for_room);
        }
        if self.wake_for_messages > 0 {
            Bell::new(&self.queue.words[MESSAGE_BELL]).wake(self.wake_for_messages);
        }
    }
}

impl Shared {
    /// The queue of that number.
    pub(in crate::engine::real) fn queue(self, queue: QueueId) -> Option<SharedQueue> {
        let from = self.layout().queues + queue.index() * QUEUE_WORDS;
        let words = self.words.get(from..from + QUEUE_WORDS).filter(|_| queue.index() < self.queue_count())?;
        let first = usize::from(self.locks()) + queue.index() * QUEUE_MUTEXES;
        let [book, writers, readers] = [0, 1, 2].map(|n| self.memory.mutex(first + n));
        Some(SharedQueue { mutexes: [book?, writers?, readers?], words: words.first_chunk()? })
    }

    /// All queues, in the plan's order.
    pub(in crate::engine::real) fn queues(self) -> impl Iterator<Item = (QueueId, SharedQueue)> {
        (0..self.queue_count() as u8).map(QueueId).filter_map(move |id| Some((id, self.queue(id)?)))
    }

    /// Stores which queues `task` puts messages into, a bit for each.
    pub(super) fn set_puts(self, task: TaskId, queues: u64) {
        if let Some(word) = self.puts_of(task) {
            word.store(queues, Ordering::Relaxed);
        }
    }

    /// How many tasks put messages into `queue` and are not over.
    pub(in crate::engine::real) fn putters(self, queue: QueueId) -> u64 {
        let puts = |task| self.puts_of(task).is_some_and(|word| word.load(Ordering::Acquire) >> queue.0 & 1 == 1);
        (0..self.tasks() as u32).map(TaskId).filter(|task| puts(*task)).count() as u64
    }

    /// `task`, which is over, puts nothing in any more; returns the queues that this closes.
    pub(super) fn put_no_more(self, task: TaskId) -> Vec<QueueId> {
        let puts = self.puts_of(task).map_or(0, |word| word.swap(0, Ordering::AcqRel));
        let touched = self.queues().filter(|(id, _)| puts >> id.0 & 1 == 1);
        touched.filter(|(_, queue)| queue.one_less_puts()).map(|(id, _)| id).collect()
    }

    /// The first queue whose pipe `worker`, which is dead, left in the middle of a message.
    pub(in crate::engine::real) fn torn_by(self, worker: WorkerId) -> Option<QueueId> {
        self.queues().find(|(_, queue)| queue.is_torn_by(worker)).map(|(id, _)| id)
    }

    /// Wakes everybody who waits at any queue: one of those who were to be woken may be dead.
    pub(in crate::engine::real) fn wake_all_at_queues(self) {
        for (_, queue) in self.queues() {
            let mut book = queue.open();
            Bell::new(&queue.words[ROOM_BELL]).count();
            Bell::new(&queue.words[MESSAGE_BELL]).count();
            (book.wake_for_room, book.wake_for_messages) = (u32::MAX, u32::MAX);
        }
    }

    /// What each queue came to, in the plan's order.
    pub(in crate::engine::real) fn queue_accounts(self) -> Vec<QueueUse> {
        self.queues().map(|(_, queue)| queue.account()).collect()
    }
}
