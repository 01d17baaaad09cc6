//! What tasks share beside locks with one holder: queues, counters, permits; and tries that were refused.

use std::collections::BTreeMap;

use super::counter::{Addition, CounterTrack};
use super::event::{Event, Stamped};
use super::instants::Dated;
use super::permit::{Permit, PermitTrack};
use super::queue::{Passage, QueueEnd, QueueTrack};
use crate::units::{CounterId, LockId, Ns, QueueId, Range, TaskId};

/// The most locks of which anything is kept. No run has as many; a damaged file may name any number.
const MOST_LOCKS: usize = 1 << 13;

/// A queue as the workload describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueName {
    /// Its name.
    pub name: String,
    /// For how many messages it has room.
    pub room: u32,
}

/// A counter as the workload describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterName {
    /// Its name.
    pub name: String,
    /// Its value at first.
    pub start: u32,
    /// Whether each worker adds to a copy of its own.
    pub apart: bool,
}

/// What tasks share.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    /// What the workload calls its queues, in the plan's order.
    pub queue_names: Vec<QueueName>,
    /// What the workload calls its counters, in the plan's order.
    pub counter_names: Vec<CounterName>,
    /// How many tasks may hold each of the workload's own locks at a time, in the plan's order.
    pub limits: Vec<u16>,
    /// Each queue that was used.
    pub queues: BTreeMap<QueueId, QueueTrack>,
    /// Each counter that was used.
    pub counters: BTreeMap<CounterId, CounterTrack>,
    /// Each lock that several tasks may hold at a time.
    pub permits: BTreeMap<LockId, PermitTrack>,
    refusals: BTreeMap<LockId, Dated<TaskId>>,
}

impl Sharing {
    /// Takes what happened at `at`, which `stamped` tells; returns how many records it keeps of it.
    pub(super) fn take(&mut self, at: Ns, stamped: &Stamped) -> usize {
        match stamped.event {
            Event::Put { queue, task, number, length, waited } => {
                self.passed(queue, Passage { at, end: QueueEnd::In, task, number, length, waited })
            }
            Event::Got { queue, task, number, length, waited } => {
                self.passed(queue, Passage { at, end: QueueEnd::Out, task, number, length, waited })
            }
            Event::QueueClosed { queue } => {
                self.queues.entry(queue).or_default().close(at);
                0
            }
            Event::Added { counter, task, value, found, overwrote, since } => {
                let name = self.counter_names.get(counter.index());
                // What nobody described starts with what is there first.
                let (start, apart) = name.map_or((found, false), |name| (name.start, name.apart));
                let track = self.counters.entry(counter).or_insert_with(|| CounterTrack::new(start, apart));
                track.added(stamped.worker, Addition { at, task, value, found, overwrote, since })
            }
            Event::PermitTaken { lock, task, taken, waited } => {
                self.permit(lock, Permit { at, task, taken, waited: Some(waited) })
            }
            Event::PermitReleased { lock, task, taken } => self.permit(lock, Permit { at, task, taken, waited: None }),
            Event::LockRefused { lock, task } => {
                if self.refusals.len() >= MOST_LOCKS && !self.refusals.contains_key(&lock) {
                    return 0;
                }
                self.refusals.entry(lock).or_default().insert(at, task);
                1
            }
            _ => 0,
        }
    }

    fn passed(&mut self, queue: QueueId, passage: Passage) -> usize {
        self.queues.entry(queue).or_default().passed(passage)
    }

    fn permit(&mut self, lock: LockId, permit: Permit) -> usize {
        let room = self.permits.len() < MOST_LOCKS || self.permits.contains_key(&lock);
        if room { self.permits.entry(lock).or_default().changed(permit) } else { 0 }
    }

    pub(super) fn settle(&mut self) {
        self.queues.values_mut().for_each(QueueTrack::settle);
        self.counters.values_mut().for_each(CounterTrack::settle);
        self.permits.values_mut().for_each(PermitTrack::settle);
    }

    pub(super) fn moved(&self) -> u64 {
        let queues = self.queues.values().map(QueueTrack::moved);
        let counters = self.counters.values().map(CounterTrack::moved);
        let permits = self.permits.values().map(PermitTrack::moved);
        let refusals = self.refusals.values().map(|list| list.moved);
        queues.chain(counters).chain(permits).chain(refusals).sum()
    }

    /// The middle of the longest record.
    pub(super) fn middle(&self) -> Option<Ns> {
        let queues = self.queues.values().map(QueueTrack::middle);
        let counters = self.counters.values().map(CounterTrack::middle);
        let permits = self.permits.values().map(PermitTrack::middle);
        let refusals = self.refusals.values().map(Dated::middle);
        queues.chain(counters).chain(permits).chain(refusals).max_by_key(|(count, _)| *count)?.1
    }

    /// Drops what lies before `cut`; returns how many records that were.
    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        let queues = self.queues.values_mut().map(|q| q.forget(cut)).sum::<usize>();
        let counters = self.counters.values_mut().map(|c| c.forget(cut)).sum::<usize>();
        let permits = self.permits.values_mut().map(|p| p.forget(cut)).sum::<usize>();
        let refusals = self.refusals.values_mut().map(|r| r.forget(cut)).sum::<usize>();
        queues + counters + permits + refusals
    }

    /// The tasks that tried to take `lock` within `window` and found it taken, and when.
    pub fn refusals(&self, lock: LockId, window: Range) -> &[(Ns, TaskId)] {
        self.refusals.get(&lock).map_or(&[], |list| list.within(window))
    }

    /// The locks that somebody tried to take and found taken.
    pub fn refused_locks(&self) -> impl Iterator<Item = LockId> + '_ {
        self.refusals.keys().copied()
    }

    /// How many tries to take `lock` were refused before `at`.
    pub fn refused(&self, lock: LockId, at: Ns) -> u64 {
        self.refusals.get(&lock).map_or(0, |list| list.before(at))
    }
}
