//! What the tasks of a run shared and how it ended, as its runner counted it, or else as far as the run got: queues and
//! counters.

use super::Recording;
use crate::state::{Failure, State};
use crate::text::Additions;
use crate::trace::file::Names;
use crate::trace::{CounterTrack, CounterUse, QueueEnd, Track, Wanted};
use crate::units::{CounterId, LockId, Ns, QueueId, Range};
use crate::workload::{Counter, Op, Queue, walk};

/// A queue of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedQueue {
    /// Its name.
    pub name: String,
    /// For how many messages it has room; 0 where a recording does not say.
    pub room: u32,
    /// Messages put in.
    pub put: Option<u64>,
    /// Messages taken out.
    pub got: Option<u64>,
    /// Bytes that those put in carried.
    pub bytes: Option<u64>,
    /// Whether every task that puts messages in was over.
    pub closed: Option<bool>,
    /// For how long tasks waited for room, and for a message, added up.
    pub waited: Option<[Ns; 2]>,
}

/// A counter of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedCounter {
    /// Its name.
    pub name: String,
    /// Its value at first.
    pub start: u32,
    /// What it came to; `None` where that is not known.
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
        let whole = self.is_whole();
        let queue = |(place, queue): (usize, &Queue)| {
            let id = QueueId(place as u8);
            let track = self.trace.sharing.queues.get(&id);
            let used = self.trace.report.as_ref().and_then(|end| end.queues.get(place)).copied();
            let counts = whole.then(|| track.map_or((0, 0), |track| track.counts(Ns::MAX)));
            let payload = whole.then(|| self.payload(id)).flatten();
            let all = Range::new(Ns::ZERO, self.trace.latest());
            let waited = |end| track.map_or(Ns::ZERO, |track| track.waiting(end, all));
            SharedQueue {
                name: queue.name.clone(),
                room: queue.room,
                put: used.map(|used| used.put).or(counts.map(|counts| counts.0)),
                got: used.map(|used| used.got).or(counts.map(|counts| counts.1)),
                bytes: used
                    .map(|used| used.bytes)
                    .or(counts.zip(payload).map(|((put, _), bytes)| put.saturating_mul(bytes))),
                closed: used
                    .map(|used| used.closed)
                    .or(whole.then(|| track.is_some_and(|track| track.closed_at().is_some()))),
                waited: whole.then(|| [QueueEnd::In, QueueEnd::Out].map(waited)),
            }
        };
        queues.iter().enumerate().map(queue).collect()
    }

    /// Whether all is there that its tasks did from its beginning on, as far as it got.
    fn is_whole(&self) -> bool {
        self.trace.t0().is_some()
            && self.trace.losses.is_empty()
            && (self.trace.report.is_some() || self.broken.is_some())
    }

    /// How many bytes each message carries that is put into `queue`, if all carry as many.
    fn payload(&self, queue: QueueId) -> Option<u64> {
        let tasks = &self.planned()?.plan.tasks;
        let payload = |op: &Op| if let Op::Put(id, bytes) = op { Some(*bytes).filter(|_| *id == queue) } else { None };
        let mut all = tasks.iter().flat_map(|task| walk(&task.ops)).filter_map(|visit| payload(visit.op));
        let first = all.next().unwrap_or(0);
        all.all(|other| other == first).then_some(first)
    }

    /// The counters that its tasks add to, in the order of the file.
    pub fn counters(&self) -> Vec<SharedCounter> {
        let counters = self.planned().map_or(&[][..], |planned| &planned.plan.counters);
        let used = |(place, start): (usize, u32)| {
            let told = self.trace.report.as_ref().and_then(|end| end.counters.get(place)).cloned();
            let so_far = || self.trace.sharing.counters.get(&CounterId(place as u8)).map(CounterTrack::so_far);
            let none = || CounterUse { value: start, ..CounterUse::default() };
            told.or_else(|| self.is_whole().then(|| so_far().unwrap_or_else(none)))
        };
        let counter = |(place, counter): (usize, &Counter)| SharedCounter {
            name: counter.name.clone(),
            start: counter.start,
            used: used((place, counter.start)),
        };
        counters.iter().enumerate().map(counter).collect()
    }

    /// How exact its counters are, all together; `None` where there are none, or that is not known.
    pub fn additions(&self) -> Option<Additions> {
        self.counters().iter().filter_map(SharedCounter::additions).reduce(Additions::with)
    }

    /// Hands the waits that go on as the run breaks off to what they are for, as far as that is known.
    pub(super) fn leave_waits_open(&mut self) {
        let waits = |(task, track): (usize, &Track)| {
            let last = track.marks().last().filter(|_| track.end.is_none())?;
            let wanted = matches!(last.state, State::Lock | State::Channel).then(|| self.wanted(task, last.state))?;
            Some((wanted?, last.at))
        };
        let open: Vec<(Wanted, Ns)> = self.trace.tasks.iter().enumerate().filter_map(waits).collect();
        open.into_iter().for_each(|(wanted, since)| self.trace.leave_open(wanted, since));
    }

    /// What this task waits for, which is in a wait for a lock or a queue: the reason why the run broke off says so, or
    /// the task waits for nothing else.
    fn wanted(&self, task: usize, state: State) -> Option<Wanted> {
        let name = &self.trace.names.get(task)?.name;
        let said = self.broken.iter().flat_map(Failure::waiting).find(|waiting| waiting.task == *name);
        if let Some(waiting) = said {
            return self.trace.wanted(&waiting.awaits);
        }
        let at_lock = |op: &Op| {
            let lock = if let Op::Lock(lock, _) = op { Some(*lock) } else { None };
            lock.map(|lock| Wanted::Lock(LockId::named(lock.0)))
        };
        let at_queue = |op: &Op| {
            let put = op.puts_into().map(|queue| Wanted::Queue(queue, QueueEnd::In));
            put.or_else(|| op.gets_from().map(|queue| Wanted::Queue(queue, QueueEnd::Out)))
        };
        let of_state = |op: &Op| if state == State::Lock { at_lock(op) } else { at_queue(op) };
        let mut all = walk(&self.planned()?.plan.tasks.get(task)?.ops).filter_map(|visit| of_state(visit.op));
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }
}
