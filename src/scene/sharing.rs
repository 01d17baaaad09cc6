//! The lanes of what tasks share beside locks with one holder: how full a queue was, what a counter held and what it
//! should have held, how many permits of a lock were taken.

use super::Grid;
use crate::trace::{Addition, CounterCopy, CounterTrack, Levels, QueueEnd, Trace};
use crate::units::{CounterId, LockId, Ns, QueueId, Range, TaskId};

/// The most lanes of what tasks share.
pub const MOST_SHARED: usize = 4;
/// The most messages that are followed from lane to lane.
const MOST_MESSAGES: usize = 64;

/// What has a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// A queue.
    Queue(QueueId),
    /// A counter.
    Counter(CounterId),
    /// A lock that several tasks may hold at a time.
    Permits(LockId),
}

/// A lane.
#[derive(Clone, Debug)]
pub struct SharedLane {
    /// What it is of.
    pub shared: Shared,
    /// What the workload calls it.
    pub name: String,
    /// Per column, nothing outside the past.
    pub columns: Vec<Option<SharedColumn>>,
    /// How many losses or refusals there were, per column.
    pub marks: Vec<u64>,
    /// Its figures over the visible, past time.
    pub figures: SharedFigures,
}

/// Two heights of a column, as shares of the lane's height: of a queue and of permits the mean and the most, of a
/// counter what was added to its first value, and what should have been added.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SharedColumn {
    /// The lower.
    pub low: f64,
    /// The higher; not below the lower.
    pub high: f64,
}

/// The figures of a lane.
#[derive(Clone, Debug, PartialEq)]
pub enum SharedFigures {
    /// Of a queue: how many messages were in it on average and for how many it has room; how many tasks waited on
    /// average for room, and for a message.
    Queue {
        /// Messages.
        mean: f64,
        /// Room.
        room: u32,
        /// Waiting for room, and for a message.
        waiting: [f64; 2],
    },
    /// Of a counter that all share.
    Counter {
        /// What it holds.
        value: u64,
        /// What it should hold.
        expected: u64,
        /// The first loss so far, and whose addition it destroyed.
        first: Option<(Addition, Option<Addition>)>,
    },
    /// Of a counter of which each worker has a copy: what each copy holds.
    Copies(Vec<u32>),
    /// Of a lock with permits.
    Permits {
        /// How many were taken on average.
        mean: f64,
        /// How many there are.
        limit: u16,
        /// How many tasks waited on average.
        waiting: f64,
        /// How many tries were refused.
        refused: u64,
    },
}

/// A message on its way from one task to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// In which queue.
    pub queue: QueueId,
    /// Which message, from 0.
    pub number: u64,
    /// Who put it in, and when.
    pub from: (TaskId, Ns),
    /// Who took it out, and when.
    pub to: (TaskId, Ns),
}

/// What has a lane in `trace`, whether or not it was used: queues, then counters, then locks with permits.
pub fn shared(trace: &Trace) -> Vec<Shared> {
    let sharing = &trace.sharing;
    let queues = (0..=u8::MAX).take(sharing.queue_names.len()).map(|n| Shared::Queue(QueueId(n)));
    let counters = (0..=u8::MAX).take(sharing.counter_names.len()).map(|n| Shared::Counter(CounterId(n)));
    let locks = (0u16..).zip(&sharing.limits).filter(|(_, limit)| **limit > 1);
    let permits = locks.map(|(n, _)| Shared::Permits(LockId::named(n)));
    queues.chain(counters).chain(permits).take(MOST_SHARED).collect()
}

/// The lanes of `trace` over the columns of `grid`, of which `window` is the past that is kept.
pub fn lanes(trace: &Trace, grid: &Grid, window: Range) -> Vec<SharedLane> {
    let view = View { trace, grid, window };
    let lane = |shared| match shared {
        Shared::Queue(id) => view.queue(id),
        Shared::Counter(id) => view.counter(id),
        Shared::Permits(id) => view.permits(id),
    };
    shared(trace).into_iter().filter_map(lane).collect()
}

/// The messages that were put in and taken out within `window`, if there are no more than `most` of them.
pub(super) fn messages(trace: &Trace, window: Range, most: usize) -> Vec<Message> {
    let most = most.min(MOST_MESSAGES);
    let mut all = Vec::new();
    for (id, queue) in &trace.sharing.queues {
        let passages = queue.passages(window);
        if passages.len() > 2 * most {
            return Vec::new();
        }
        all.extend(passages.filter(|p| p.end == QueueEnd::In).filter_map(|put| {
            let got = queue.passage(put.number, QueueEnd::Out).filter(|got| window.contains(got.at))?;
            Some(Message { queue: *id, number: put.number, from: (put.task, put.at), to: (got.task, got.at) })
        }));
    }
    if all.len() > most { Vec::new() } else { all }
}

/// What is looked at.
struct View<'a> {
    trace: &'a Trace,
    grid: &'a Grid,
    window: Range,
}

impl View<'_> {
    /// The past part of each column.
    fn parts(&self) -> impl Iterator<Item = Range> {
        (0..self.grid.columns).map(|index| self.grid.column(index).and(self.window))
    }

    fn columns(&self, of: impl Fn(Range) -> SharedColumn) -> Vec<Option<SharedColumn>> {
        self.parts().map(|part| Some(part).filter(|part| !part.is_empty()).map(&of)).collect()
    }

    /// The mean number over the visible, past time of what adds up to `time`.
    fn mean(&self, time: Ns) -> f64 {
        if self.window.is_empty() { 0.0 } else { time.share_of(self.window.len()) }
    }

    fn queue(&self, id: QueueId) -> Option<SharedLane> {
        let name = self.trace.sharing.queue_names.get(id.index())?;
        let track = self.trace.sharing.queues.get(&id);
        let full = f64::from(name.room.max(1));
        let columns = track.map_or_else(
            || self.columns(|_| SharedColumn::default()),
            |track| self.columns(|part| SharedColumn::of(track.lengths(part), full)),
        );
        let window = Some(self.window).filter(|w| !w.is_empty());
        let mean = track.zip(window).map_or(0.0, |(track, window)| track.lengths(window).mean);
        let waits = |end| track.map_or(0.0, |track| self.mean(track.waiting(end, self.window)));
        let figures = SharedFigures::Queue { mean, room: name.room, waiting: [QueueEnd::In, QueueEnd::Out].map(waits) };
        let marks = vec![0; columns.len()];
        Some(SharedLane { shared: Shared::Queue(id), name: name.name.clone(), columns, marks, figures })
    }

    fn counter(&self, id: CounterId) -> Option<SharedLane> {
        let name = self.trace.sharing.counter_names.get(id.index())?;
        let track = self.trace.sharing.counters.get(&id);
        let (shared, name) = (Shared::Counter(id), name.name.clone());
        let blank = vec![0; usize::from(self.grid.columns)];
        let start = self.trace.sharing.counter_names[id.index()].start;
        if self.trace.sharing.counter_names[id.index()].apart {
            let (columns, values) = self.copies(track);
            return Some(SharedLane { shared, name, columns, marks: blank, figures: SharedFigures::Copies(values) });
        }
        let Some(copy) = track.and_then(CounterTrack::shared) else {
            let columns = self.columns(|_| SharedColumn::default());
            let figures = SharedFigures::Counter { value: start.into(), expected: start.into(), first: None };
            return Some(SharedLane { shared, name, columns, marks: blank, figures });
        };
        let (value, expected) = self.at_the_end(id, copy);
        // The lane is as high as all that should have been added by the end of what is seen.
        let start = u64::from(start);
        let added = |value: u64| value.saturating_sub(start) as f64;
        let full = added(copy.expected(self.window.to).max(expected)).max(1.0);
        let last = |part: Range| Ns(part.to.0 - 1);
        let columns = self.columns(|part| {
            let low = added(copy.value_at(last(part)).into()) / full;
            SharedColumn { low, high: (added(copy.expected(part.to)) / full).max(low) }
        });
        let marks = self.parts().map(|part| copy.lost(part.to).0.saturating_sub(copy.lost(part.from).0)).collect();
        let first = copy.first_loss().filter(|(by, _)| by.at < self.window.to);
        Some(SharedLane { shared, name, columns, marks, figures: SharedFigures::Counter { value, expected, first } })
    }

    /// What a counter holds and should hold at the end of what is seen. Once the run is over, that is counted, not seen.
    fn at_the_end(&self, id: CounterId, copy: &CounterCopy) -> (u64, u64) {
        let over = self.trace.makespan().is_some_and(|end| self.window.to >= end);
        let used = self.trace.report.as_ref().filter(|_| over).and_then(|end| end.counters.get(id.index()));
        used.map_or_else(
            || (copy.value_at(self.window.to).into(), copy.expected(self.window.to)),
            |used| (used.value.into(), u64::from(copy.start()) + used.additions),
        )
    }

    /// The largest of the workers' copies over time, and what each holds at the end.
    fn copies(&self, track: Option<&CounterTrack>) -> (Vec<Option<SharedColumn>>, Vec<u32>) {
        let copies: Vec<&CounterCopy> =
            track.into_iter().flat_map(CounterTrack::copies).map(|(_, copy)| copy).collect();
        let most = |at: Ns| copies.iter().map(|copy| copy.value_at(at)).max().unwrap_or(0);
        let start = track.map_or(0, |track| track.start);
        let added = |value: u32| f64::from(value.saturating_sub(start));
        let full = added(most(self.window.to)).max(1.0);
        let columns = self.columns(|part| {
            let high = added(most(Ns(part.to.0 - 1))) / full;
            SharedColumn { low: high, high }
        });
        (columns, copies.iter().map(|copy| copy.value_at(self.window.to)).collect())
    }

    fn permits(&self, id: LockId) -> Option<SharedLane> {
        let index = id.name_index()?;
        let (name, limit) = (self.trace.lock_names.get(index)?, *self.trace.sharing.limits.get(index)?);
        let track = self.trace.sharing.permits.get(&id);
        let full = f64::from(limit.max(1));
        let columns = track.map_or_else(
            || self.columns(|_| SharedColumn::default()),
            |track| self.columns(|part| SharedColumn::of(track.taken(part), full)),
        );
        let sharing = &self.trace.sharing;
        let marks: Vec<u64> = self.parts().map(|part| sharing.refusals(id, part).len() as u64).collect();
        let window = Some(self.window).filter(|w| !w.is_empty());
        let figures = SharedFigures::Permits {
            mean: track.zip(window).map_or(0.0, |(track, window)| track.taken(window).mean),
            limit,
            waiting: track.map_or(0.0, |track| self.mean(track.waiting(self.window))),
            refused: sharing.refused(id, self.window.to) - sharing.refused(id, self.window.from),
        };
        Some(SharedLane { shared: Shared::Permits(id), name: name.clone(), columns, marks, figures })
    }
}

impl SharedColumn {
    fn of(levels: Levels, full: f64) -> SharedColumn {
        let low = (levels.mean / full).min(1.0);
        SharedColumn { low, high: (f64::from(levels.most) / full).min(1.0).max(low) }
    }
}
