//! What is to be drawn, without saying how: a trace seen through a viewport becomes lanes of columns with exact
//! shares. All folding happens here; the screen and every picture draw from the same scene. Knows no terminal.

use crate::state::State;
use crate::trace::{StateSums, Trace};
use crate::units::{LockId, Ns, Range, TaskId};

mod axis;
mod fold;
mod holders;

pub use axis::{Grid, Tick, axis_for, ticks};
pub use fold::{Column, Half, fold, level};
pub use holders::{Holder, HolderCell};

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// The columns and the time each stands for.
    pub grid: Grid,
    /// Nothing later is drawn: the playhead, or the present.
    pub until: Ns,
}

/// Everything drawn of a trace.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// One lane for each task, in the plan's order.
    pub lanes: Vec<Lane>,
    /// Who held the global lock; nothing where nobody took it.
    pub lock: Option<Vec<HolderCell>>,
    /// Whose turn it was on the event loop; nothing where there is none.
    pub turns: Option<Turns>,
    /// Cores kept busy by this run, per column: the mean number over the column.
    pub busy: Vec<f64>,
    /// Who was on each of the run's cores, where workers said it.
    pub cores: Vec<CoreLane>,
    /// Columns about which less is known, or nothing.
    pub gaps: Vec<Option<Gap>>,
    /// Time in each state over all tasks within the visible range: the legend is its profile.
    pub profile: StateSums,
    /// That part of it in which a task waited and kept no worker occupied.
    pub free: StateSums,
}

/// Why little is known about a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Events are missing there: a ring was full.
    Lost,
    /// The whole run stood still: it was suspended.
    Suspended,
    /// It was dropped to bound the memory.
    Forgotten,
}

/// A task's lane.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Whose.
    pub task: TaskId,
    /// The columns.
    pub columns: Vec<Column>,
    /// What it does at the playhead.
    pub now: Option<State>,
}

/// The event loop's lane.
#[derive(Clone, Debug)]
pub struct Turns {
    /// Whose turn it was.
    pub cells: Vec<HolderCell>,
    /// How many tasks were ready meanwhile, per column: the most at one time.
    pub ready: Vec<u32>,
}

/// One core's lane.
#[derive(Clone, Debug)]
pub struct CoreLane {
    /// The kernel's number of the core.
    pub core: u16,
    /// Who was on it.
    pub cells: Vec<HolderCell>,
    /// The share of the visible, past time that it was used by the run.
    pub share: f64,
}

impl Lane {
    /// Time in each state within the visible range.
    pub fn visible_sums(&self) -> StateSums {
        let mut sums = StateSums::default();
        for column in &self.columns {
            for (sum, part) in sums.iter_mut().zip(column.sums) {
                *sum += part;
            }
        }
        sums
    }
}

impl Scene {
    /// The scene of `trace` seen through `view`. `has_loop` says whether the run has an event loop to show.
    pub fn build(trace: &Trace, view: &View, has_loop: bool) -> Scene {
        let grid = &view.grid;
        let window = grid.range().and(Range::new(Ns::ZERO, view.until));
        let mut scene = Scene { busy: vec![0.0; grid.columns as usize], ..Scene::default() };
        for (index, track) in trace.tasks.iter().enumerate() {
            let columns = fold(track, grid, view.until);
            for (busy, column) in scene.busy.iter_mut().zip(&columns) {
                *busy += column.running().share_of(grid.cell);
            }
            for (sum, column) in columns.iter().flat_map(|c| c.sums.iter().enumerate()).map(|(s, t)| (s, *t)) {
                scene.profile[sum] += column;
            }
            for span in track.spans(window).filter(|s| !s.holds) {
                scene.free[span.state as usize] += span.range.len();
            }
            let now = track.state_at(view.until).map(|s| s.state);
            scene.lanes.push(Lane { task: TaskId(index as u32), columns, now });
        }
        scene.gaps = gaps(trace, grid, window);
        scene.lock = holders::lock(trace, grid, window);
        if has_loop {
            scene.turns = Some(Turns {
                cells: holders::turns(trace, grid, window),
                ready: fold::most_at_once(trace, grid, window, State::Ready),
            });
        }
        scene.cores = holders::cores(trace, grid, window);
        scene
    }

    /// The states present in the visible range, with whether they keep a worker occupied and their share of all tasks'
    /// time: work first, then waits by their share.
    pub fn legend(&self) -> Vec<(State, bool, f64)> {
        let all: Ns = self.profile.iter().copied().sum();
        let entry = |s: State, holds: bool| {
            let free = self.free[s as usize];
            let time = if holds { self.profile[s as usize] - free } else { free };
            (time > Ns::ZERO).then(|| (s, holds, time.share_of(all)))
        };
        let both = |s: State| [entry(s, true), entry(s, false)].into_iter().flatten();
        let mut entries: Vec<_> = State::ALL.into_iter().flat_map(both).collect();
        let works = |e: &(State, bool, f64)| e.0 == State::Running;
        entries.sort_by(|a, b| works(b).cmp(&works(a)).then(b.2.total_cmp(&a.2)));
        entries
    }
}

fn gaps(trace: &Trace, grid: &Grid, window: Range) -> Vec<Option<Gap>> {
    let mut gaps = vec![None; grid.columns as usize];
    let suspended = trace.suspended.iter().map(|r| (*r, Gap::Suspended));
    let lost = trace.losses.iter().map(|l| (Range::new(l.at, l.at + Ns(1)), Gap::Lost));
    let forgotten = (Range::new(Ns::ZERO, trace.forgotten), Gap::Forgotten);
    for (range, gap) in suspended.chain(lost).chain([forgotten]) {
        let range = range.and(window);
        for (index, slot) in gaps.iter_mut().enumerate() {
            if !grid.column(index as u16).and(range).is_empty() {
                *slot = (*slot).max(Some(gap));
            }
        }
    }
    gaps
}

/// The lens on a lock: the stretch in which the first `turns` turns were taken, if it was ever taken.
pub fn first_turns(trace: &Trace, turns: usize) -> Option<Range> {
    let lock = trace.locks.get(&LockId(0)).filter(|l| !l.is_empty())?;
    let whole = Range::new(trace.forgotten, trace.latest());
    let mut holds = lock.holds(whole).take(turns.max(1)).peekable();
    let from = holds.peek()?.range.from;
    holds.last().map(|h| Range::new(from, h.range.to))
}
