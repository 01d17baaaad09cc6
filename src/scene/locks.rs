//! The lanes of locks: who held them, how many waited, who asked, and how they were let go of.

use std::cmp::Reverse;

use super::axis::Grid;
use super::holders::{self, HolderCell};
use crate::state::State;
use crate::trace::{LockFigures, LockTrack, Totals, Trace};
use crate::units::{LockId, Ns, Range};

/// The most locks that have a lane.
pub const MOST_LOCKS: usize = 4;

/// A lock's lane.
#[derive(Clone, Debug)]
pub struct LockLane {
    /// Which lock.
    pub lock: LockId,
    /// Who held it.
    pub cells: Vec<HolderCell>,
    /// How many waited for it, per column: the mean number over the column.
    pub waiting: Vec<f64>,
    /// What happened to it, per column.
    pub marks: Vec<Marks>,
    /// Its figures over the visible, past time.
    pub figures: LockFigures,
    /// How long the visible, past time is.
    pub visible: Ns,
}

/// What happened to a lock in one column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// How many times a waiter asked the holder to let go.
    pub asked: u64,
    /// How many times a waiter had waited for a whole interval and did not ask.
    pub timeouts: u64,
    /// How many times the holder let go because it was asked.
    pub forced: u64,
    /// How many times the holder let go by itself.
    pub voluntary: u64,
    /// How many times a task tried to take it and found it taken.
    pub refused: u64,
}

/// The locks that have a lane: the global one first, where there is one for all; then the workload's own, by the time
/// for which tasks waited for them. Locks that nobody took have none.
pub(super) fn shown(trace: &Trace) -> Vec<LockId> {
    let taken = |id: &LockId| trace.locks.get(id).is_some_and(|l| !l.is_empty());
    let mut named: Vec<LockId> = (0u16..).map(LockId::named).take(trace.lock_names.len()).filter(taken).collect();
    let figures = |id: &LockId| trace.locks.get(id).map(|l| l.figures(trace.latest())).unwrap_or_default();
    named.sort_by_cached_key(|id| Reverse((figures(id).waited, figures(id).held)));
    let one_for_all = taken(&LockId(0)) && (named.is_empty() || !taken(&LockId(1)));
    one_for_all.then_some(LockId(0)).into_iter().chain(named).take(MOST_LOCKS).collect()
}

/// The lanes. `edges` are the totals at the columns' edges.
pub(super) fn lanes(trace: &Trace, grid: &Grid, window: Range, edges: &[Totals]) -> Vec<LockLane> {
    let named = trace.locks.iter().filter(|(id, lock)| id.name_index().is_some() && !lock.is_empty()).count();
    let lane = |id: LockId| {
        let lock = trace.locks.get(&id)?;
        // Where all tasks that wait for a lock of its kind wait for this one, waits that still go on are known too.
        let state = match id.name_index() {
            None => Some(State::Gil),
            Some(_) => Some(State::Lock).filter(|_| named == 1),
        };
        let refused = |part: Range| trace.sharing.refusals(id, part).len() as u64;
        Some(LockLane::of((id, lock), (state, &refused), grid, window, edges))
    };
    shown(trace).into_iter().filter_map(lane).collect()
}

impl LockLane {
    fn of(
        (id, lock): (LockId, &LockTrack),
        (state, refused): (Option<State>, &dyn Fn(Range) -> u64),
        grid: &Grid,
        window: Range,
        edges: &[Totals],
    ) -> Self {
        let part = |index: u16| grid.column(index).and(window);
        let waiting = (0..grid.columns).zip(edges.windows(2)).map(|(index, edge)| {
            let time = match state {
                Some(state) => edge[1].since(&edge[0]).states()[state as usize],
                None => lock.waiting(part(index)),
            };
            time.share_of(grid.cell)
        });
        let marks = (0..grid.columns).map(|index| {
            let part = part(index);
            if part.is_empty() {
                Marks::default()
            } else {
                Marks { refused: refused(part), ..Marks::of(&between(lock, part)) }
            }
        });
        LockLane {
            lock: id,
            cells: holders::lock(lock, grid, window),
            waiting: waiting.collect(),
            marks: marks.collect(),
            figures: between(lock, window),
            visible: window.len(),
        }
    }

    /// How many times a second the lock went to another task, in the visible, past time.
    pub fn rate(&self) -> f64 {
        if self.visible == Ns::ZERO { 0.0 } else { self.figures.hand_overs as f64 / self.visible.as_secs() }
    }
}

impl Marks {
    fn of(figures: &LockFigures) -> Marks {
        Marks {
            asked: figures.drop_requests,
            timeouts: figures.timeouts,
            forced: figures.forced,
            voluntary: figures.voluntary,
            refused: 0,
        }
    }
}

/// The figures of `lock` within `range`.
fn between(lock: &LockTrack, range: Range) -> LockFigures {
    let (now, then) = (lock.figures(range.to), lock.figures(range.from));
    LockFigures {
        held: now.held - then.held,
        waited: now.waited - then.waited,
        hand_overs: now.hand_overs.saturating_sub(then.hand_overs),
        forced: now.forced.saturating_sub(then.forced),
        voluntary: now.voluntary.saturating_sub(then.voluntary),
        drop_requests: now.drop_requests.saturating_sub(then.drop_requests),
        timeouts: now.timeouts.saturating_sub(then.timeouts),
    }
}
