//! How full a queue was, and when; who put each message in and who took it out; who waited at which end.

use super::series::{Change, Levels, Series, Waits};
use crate::units::{Ns, Range, TaskId};

/// An end of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueEnd {
    /// Where messages go in: here tasks wait for room.
    In,
    /// Where they come out: here tasks wait for a message.
    Out,
}

/// A message that passed one end of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// When.
    pub at: Ns,
    /// Which end.
    pub end: QueueEnd,
    /// Who put it in or took it out.
    pub task: TaskId,
    /// Which message, from 0.
    pub number: u64,
    /// How many messages were in the queue after that.
    pub length: u32,
    /// How long the task had waited for room or for the message.
    pub waited: Ns,
}

/// One queue's record.
#[derive(Clone, Debug)]
pub struct QueueTrack {
    moves: Series<Move>,
    /// Waits for room, and for a message.
    waits: [Waits; 2],
    closed: Option<Ns>,
}

/// A [`Passage`] in less memory.
#[derive(Clone, Copy, Debug)]
struct Move {
    at: Ns,
    waited: Ns,
    /// The number of the message times two, and one more where it went in.
    message: u64,
    length: u32,
    task: TaskId,
}

impl Move {
    const fn is_put(self) -> bool {
        self.message & 1 == 1
    }

    const fn number(self) -> u64 {
        self.message >> 1
    }

    /// How many messages had been put in and taken out after it.
    const fn counts(self) -> (u64, u64) {
        let (count, length) = (self.number() + 1, self.length as u64);
        if self.is_put() { (count, count.saturating_sub(length)) } else { (count + length, count) }
    }

    const fn passage(self) -> Passage {
        let end = if self.is_put() { QueueEnd::In } else { QueueEnd::Out };
        let Move { at, waited, length, task, .. } = self;
        Passage { at, end, task, number: self.number(), length, waited }
    }
}

impl Change for Move {
    fn at(&self) -> Ns {
        self.at
    }

    fn moved_to(self, at: Ns) -> Move {
        Move { at, ..self }
    }

    fn task(&self) -> TaskId {
        self.task
    }

    fn level(&self) -> u32 {
        self.length
    }

    fn order(&self) -> u64 {
        let (put, got) = self.counts();
        put + got
    }
}

impl Default for QueueTrack {
    fn default() -> QueueTrack {
        QueueTrack { moves: Series::new(0), waits: Default::default(), closed: None }
    }
}

impl QueueTrack {
    /// Takes in a passage; returns how many records it makes.
    pub(super) fn passed(&mut self, passage: Passage) -> usize {
        let Passage { at, end, task, number, length, waited } = passage;
        let message = number << 1 | u64::from(end == QueueEnd::In);
        self.moves.insert(Move { at, waited, message, length, task });
        1 + self.waits[end as usize].insert(at, waited)
    }

    /// A task that waits at `end` since that instant will wait for ever.
    pub(super) fn leave_open(&mut self, end: QueueEnd, since: Ns) {
        self.waits[end as usize].leave_open(since);
    }

    pub(super) fn close(&mut self, at: Ns) {
        self.closed = Some(self.closed.map_or(at, |known| known.min(at)));
    }

    pub(super) fn settle(&mut self) {
        self.moves.settle();
        self.waits.iter_mut().for_each(Waits::settle);
    }

    pub(super) fn moved(&self) -> u64 {
        self.moves.moved() + self.waits.iter().map(Waits::moved).sum::<u64>()
    }

    pub(super) fn middle(&self) -> (usize, Option<Ns>) {
        (self.moves.len(), self.moves.middle())
    }

    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        self.waits.iter_mut().map(|w| w.forget(cut)).sum::<usize>() + self.moves.forget(cut)
    }

    /// How many messages are kept that passed one of its ends; one that passed both counts twice.
    pub fn kept(&self) -> usize {
        self.moves.len()
    }

    /// Whether no message ever passed it.
    pub fn is_unused(&self) -> bool {
        self.moves.before(Ns::MAX) == 0
    }

    /// When it was closed: from then on nobody puts anything in.
    pub fn closed_at(&self) -> Option<Ns> {
        self.closed
    }

    /// How many messages are in it at `at`.
    pub fn length_at(&self, at: Ns) -> u32 {
        self.moves.level(at)
    }

    /// How many messages were in it during `range`.
    pub fn lengths(&self, range: Range) -> Levels {
        self.moves.levels(range)
    }

    /// How many messages had been put in and taken out before `at`, as far as no event is lost.
    pub fn counts(&self, at: Ns) -> (u64, u64) {
        let passages = self.moves.all();
        let last = passages.partition_point(|m| m.at < at).checked_sub(1);
        last.map_or_else(
            // Where all before is dropped, the next message tells.
            || {
                passages.first().map_or((0, 0), |m| {
                    let (put, got) = m.counts();
                    if m.is_put() { (put - 1, got) } else { (put, got - 1) }
                })
            },
            |last| passages[last].counts(),
        )
    }

    /// The messages that passed either end within `window`, in order.
    pub fn passages(&self, window: Range) -> impl DoubleEndedIterator<Item = Passage> + ExactSizeIterator + '_ {
        self.moves.within(window).iter().map(|m| m.passage())
    }

    /// How message `number` passed the end `end`, if it did and that is kept.
    pub fn passage(&self, number: u64, end: QueueEnd) -> Option<Passage> {
        let count = |m: &Move| match end {
            QueueEnd::In => m.counts().0,
            QueueEnd::Out => m.counts().1,
        };
        let all = self.moves.all();
        let found = all.get(all.partition_point(|m| count(m) <= number))?.passage();
        (found.number == number && found.end == end).then_some(found)
    }

    /// The first message that `task` put in or took out after `at`.
    pub fn next_passage(&self, task: TaskId, at: Ns) -> Option<Passage> {
        self.moves.next_of(task, at).map(|index| self.moves.all()[index].passage())
    }

    /// The end at which `task` waits at `at`, if its wait is over and known.
    pub fn wait_of(&self, task: TaskId, at: Ns) -> Option<QueueEnd> {
        let next = self.next_passage(task, at)?;
        (next.at.less(next.waited) <= at).then_some(next.end)
    }

    /// How many tasks wait at `end` at `at`; only waits that ended with a message count, and those that a run left open.
    pub fn waiting_at(&self, end: QueueEnd, at: Ns) -> u64 {
        self.waits[end as usize].at(at)
    }

    /// How long tasks waited at `end` within `range`, added up; only waits that ended with a message count, and those that a run left open.
    pub fn waiting(&self, end: QueueEnd, range: Range) -> Ns {
        self.waits[end as usize].within(range)
    }
}

#[cfg(test)]
mod tests;
