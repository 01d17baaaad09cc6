//! What tasks share, as bytes: how full a queue is, what a counter holds, how many permits of a lock are taken, and where
//! an addition was lost or a try refused.

use serde::Serialize;

use super::pack::{Packed, base64, fitting, number};
use crate::trace::{Addition, CounterCopy, CounterTrack, Trace};
use crate::units::{CounterId, LockId, Ns, QueueId, Range, TaskId};

/// The most lanes of what tasks share.
const MOST: usize = 8;
/// The most copies of a counter whose values are listed.
const MOST_COPIES: usize = 64;

/// A lane.
#[derive(Serialize)]
pub(super) struct LevelData {
    kind: &'static str,
    name: String,
    /// For how many there is room; 0 where nothing bounds it.
    room: u32,
    /// The number that the lane begins with at its foot.
    start: u32,
    /// The number before the first change.
    first: u32,
    /// What a counter should hold before the first change.
    expected: u64,
    /// What each worker's copy of a counter holds at the end.
    copies: Vec<u32>,
    changes: Option<Packed>,
}

/// A lane before it is known how much room there is for it.
pub(super) struct RawLevels {
    data: LevelData,
    changes: Vec<Change>,
    pub exact: Vec<u8>,
}

/// A change of a number, or a mark where it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    at: Ns,
    level: u32,
    mark: Option<Mark>,
}

/// Something to be marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// A task's addition destroyed another, which was that task's.
    Lost(TaskId, Option<TaskId>),
    /// A task tried to take the lock, and was refused.
    Refused(TaskId),
}

/// The lanes of `trace`: queues, then counters, then locks with permits.
pub(super) fn lanes(trace: &Trace, end: Ns) -> Vec<RawLevels> {
    let source = Source { trace, whole: Range::new(Ns::ZERO, end + Ns(1)) };
    let sharing = &trace.sharing;
    let queues = (0..=u8::MAX).take(sharing.queue_names.len()).filter_map(|id| source.queue(QueueId(id)));
    let counters = (0..=u8::MAX).take(sharing.counter_names.len()).filter_map(|id| source.counter(CounterId(id)));
    let locks = (0u16..).zip(&sharing.limits).filter(|(_, limit)| **limit > 1);
    let permits = locks.filter_map(|(id, limit)| source.permits(LockId::named(id), *limit));
    queues.chain(counters).chain(permits).take(MOST).collect()
}

/// The number before the first change, which was at `first`: `start` if that was at once.
fn before(first: Option<Ns>, start: u32, level: impl Fn(Ns) -> u32) -> u32 {
    match first {
        None => level(Ns::ZERO),
        Some(Ns::ZERO) => start,
        Some(at) => level(Ns(at.0 - 1)),
    }
}

/// Where lanes come from.
struct Source<'a> {
    trace: &'a Trace,
    whole: Range,
}

impl Source<'_> {
    fn queue(&self, id: QueueId) -> Option<RawLevels> {
        let known = self.trace.sharing.queue_names.get(id.index())?;
        let lane = LevelData::new("queue", &known.name, known.room);
        let Some(track) = self.trace.sharing.queues.get(&id) else { return Some(lane.with(Vec::new())) };
        let changes: Vec<Change> =
            track.passages(self.whole).map(|p| Change { at: p.at, level: p.length, mark: None }).collect();
        let first = before(changes.first().map(|c| c.at), 0, |at| track.length_at(at));
        Some(LevelData { first, ..lane }.with(changes))
    }

    fn counter(&self, id: CounterId) -> Option<RawLevels> {
        let known = self.trace.sharing.counter_names.get(id.index())?;
        let track = self.trace.sharing.counters.get(&id);
        if known.apart {
            let copies: Vec<&CounterCopy> =
                track.into_iter().flat_map(CounterTrack::copies).map(|(_, copy)| copy).collect();
            let lane = LevelData { first: known.start, start: known.start, ..LevelData::new("copies", &known.name, 0) };
            return Some(self.copies(lane, &copies));
        }
        let lane = LevelData { start: known.start, ..LevelData::new("counter", &known.name, 0) };
        let Some(copy) = track.and_then(CounterTrack::shared) else {
            return Some(LevelData { first: known.start, expected: known.start.into(), ..lane }.with(Vec::new()));
        };
        let lost = |a: &Addition| (a.lost() > 0).then_some(Mark::Lost(a.task, a.overwrote));
        let additions = copy.within(self.whole);
        let changes: Vec<Change> =
            additions.iter().map(|a| Change { at: a.at, level: a.value, mark: lost(a) }).collect();
        let first = before(changes.first().map(|c| c.at), known.start, |at| copy.value_at(at));
        let expected = copy.expected(changes.first().map_or(Ns::ZERO, |c| c.at));
        Some(LevelData { first, expected, ..lane }.with(changes))
    }

    /// The largest of the workers' copies.
    fn copies(&self, lane: LevelData, copies: &[&CounterCopy]) -> RawLevels {
        let additions = copies.iter().flat_map(|copy| copy.within(self.whole));
        let mut changes: Vec<Change> = additions.map(|a| Change { at: a.at, level: a.value, mark: None }).collect();
        changes.sort_by_key(|change| change.at);
        let begins = |copy: &&CounterCopy| {
            before(copy.within(self.whole).first().map(|a| a.at), lane.first, |at| copy.value_at(at))
        };
        let first = copies.iter().map(begins).max().unwrap_or(lane.first);
        let mut most = first;
        for change in &mut changes {
            most = most.max(change.level);
            change.level = most;
        }
        let copies = copies.iter().take(MOST_COPIES).map(|copy| copy.value_at(self.whole.to)).collect();
        LevelData { first, copies, ..lane }.with(changes)
    }

    fn permits(&self, id: LockId, limit: u16) -> Option<RawLevels> {
        let name = self.trace.lock_names.get(id.name_index()?)?;
        let lane = LevelData::new("permits", name, limit.into());
        let track = self.trace.sharing.permits.get(&id);
        let taken = track.into_iter().flat_map(|track| track.changes(self.whole));
        let mut changes: Vec<Change> = taken.map(|p| Change { at: p.at, level: p.taken.into(), mark: None }).collect();
        let first = before(changes.first().map(|c| c.at), 0, |at| track.map_or(0, |track| track.taken_at(at)));
        let refusals = self.trace.sharing.refusals(id, self.whole);
        changes.extend(refusals.iter().map(|(at, task)| Change {
            at: *at,
            level: track.map_or(0, |track| track.taken_at(*at)),
            mark: Some(Mark::Refused(*task)),
        }));
        changes.sort_by_key(|change| change.at);
        Some(LevelData { first, ..lane }.with(changes))
    }
}

impl LevelData {
    fn new(kind: &'static str, name: &str, room: u32) -> LevelData {
        LevelData {
            kind,
            name: name.to_owned(),
            room,
            start: 0,
            first: 0,
            expected: 0,
            copies: Vec::new(),
            changes: None,
        }
    }

    fn with(self, changes: Vec<Change>) -> RawLevels {
        let exact = exact(&changes);
        RawLevels { data: self, changes, exact }
    }
}

impl RawLevels {
    /// Its changes, or, if there is no room for these, what they add up to.
    pub fn pack(&self, end: Ns, room: usize) -> Packed {
        let count = self.changes.len() as u64;
        if self.exact.len() <= room {
            return Packed { count, cell: 0, columns: 0, bytes: base64(&self.exact) };
        }
        fitting(end, room, count, |cell, columns| sums(self.data.first, &self.changes, cell, columns))
    }

    /// The lane with what was packed of it.
    pub fn packed(self, changes: Option<Packed>) -> LevelData {
        LevelData { changes, ..self.data }
    }
}

/// Changes as bytes, one by one: the gap since the one before; twice the number, and one more where there is a mark;
/// then the mark's task, and the other task's number from 1 on.
fn exact(changes: &[Change]) -> Vec<u8> {
    let (mut out, mut last) = (Vec::new(), Ns::ZERO);
    for change in changes {
        number(&mut out, change.at.less(last).0);
        last = change.at;
        number(&mut out, 2 * u64::from(change.level) + u64::from(change.mark.is_some()));
        let (task, other) = match change.mark {
            None => continue,
            Some(Mark::Refused(task)) => (task, None),
            Some(Mark::Lost(task, other)) => (task, other),
        };
        number(&mut out, task.0.into());
        number(&mut out, other.map_or(0, |task| u64::from(task.0) + 1));
    }
    out
}

/// The same as sums in columns: of each the mean in thousandths, the most, the number at its end, how many changes there
/// were and how many marks.
fn sums(first: u32, changes: &[Change], cell: Ns, columns: u64) -> Vec<u8> {
    let (mut out, mut level, mut rest) = (Vec::new(), first, changes);
    for column in 0..columns {
        // The last column takes in what happens at the very end.
        let to = if column + 1 == columns { Ns::MAX } else { Ns((column + 1) * cell.0) };
        let (within, later) = rest.split_at(rest.partition_point(|change| change.at < to));
        rest = later;
        let (mut area, mut most, mut at) = (0u128, level, Ns(column * cell.0));
        let end = at + cell;
        for change in within {
            area += u128::from(level) * u128::from(change.at.less(at).0);
            (level, most, at) = (change.level, most.max(change.level), change.at);
        }
        area += u128::from(level) * u128::from(end.less(at).0);
        let mean = area * 1_000 / u128::from(cell.0);
        let marks = within.iter().filter(|change| change.mark.is_some()).count();
        for value in [mean as u64, most.into(), level.into(), within.len() as u64, marks as u64] {
            number(&mut out, value);
        }
    }
    out
}
