//! What is to be drawn, without saying how: a trace seen through a viewport becomes lanes of columns with exact
//! shares. All folding happens here; the screen and every picture draw from the same scene. Knows no terminal.

use crate::state::State;
use crate::trace::{StateSums, Totals, Trace};
use crate::units::{Ns, Range, TaskId};

mod axis;
mod cores;
mod fold;
mod halves;
mod holders;
mod locks;
mod rows;
mod sharing;
mod waiting;
mod workers;

pub use axis::{Grid, Tick, axis_ahead, axis_for, ticks};
pub use cores::{Core, CoreCell, Cores, Occupant, Sampled, Shares, Usage};
pub use fold::{Column, Half, Lone, fold, fold_into, level};
pub use holders::{Holder, HolderCell};
pub use locks::{LockLane, MOST_LOCKS, Marks};
pub use rows::{Folding, MOST_IN_A_ROW, SPARE, folding};
pub use sharing::{
    MOST_SHARED, Message, Shared, SharedColumn, SharedFigures, SharedLane, lanes as shared_lanes,
    shared as shared_things,
};
pub use waiting::{OUTSIDE, Waiting};
pub use workers::{
    Doing, HelperLane, WorkerCell, WorkerLane, WorkerRow, Workers, helper_times, kept_by, taken_up, task_of, tasks_of,
    worker_names, worker_rows,
};

/// How many columns there are at least for each message that is followed.
const COLUMNS_A_MESSAGE: usize = 8;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewport {
    /// The columns and the time each stands for.
    pub grid: Grid,
    /// Nothing later is drawn: the playhead, or the present.
    pub until: Ns,
}

/// Which tasks are drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows<'a> {
    /// The tasks that have a place, from top to bottom.
    pub order: &'a [TaskId],
    /// The lanes: the stretch of the order that each stands for, never empty.
    pub lanes: Vec<std::ops::Range<usize>>,
    /// Whether one band stands for all of the order.
    pub band: bool,
}

/// Everything drawn of a trace.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The lanes, from top to bottom.
    pub lanes: Vec<Lane>,
    /// The tasks by state over time; nothing where all have lanes.
    pub band: Option<Band>,
    /// The locks that were taken: the global one, then the workload's own, by the time tasks waited for them.
    pub locks: Vec<LockLane>,
    /// Queues, counters, and locks that several tasks may hold at a time.
    pub shared: Vec<SharedLane>,
    /// Messages on their way; none where they are too many to be told apart.
    pub messages: Vec<Message>,
    /// Whose turn it was on the event loop; nothing where there is none.
    pub turns: Option<Turns>,
    /// How many tasks waited for something outside the program.
    pub waiting: Waiting,
    /// Cores kept busy by this run, per column: the mean number over the column.
    pub busy: Vec<f64>,
    /// Who was on each of the run's cores, as far as workers reported it; without the cores on which nothing was seen
    /// so far.
    pub cores: Vec<CoreLane>,
    /// The kernel's numbers of the cores on which nothing was seen so far.
    pub idle: Vec<u16>,
    /// For each column, why little or nothing is known about it, if so.
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
    /// What happened there was dropped to bound the memory.
    Forgotten,
}

/// A lane: of one task, or of several that share it.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The first of its tasks.
    pub task: TaskId,
    /// How many tasks it has.
    pub tasks: usize,
    /// The columns.
    pub columns: Vec<Column>,
    /// What its task does at the playhead, if it has only one.
    pub now: Option<State>,
}

/// All tasks by state over time.
#[derive(Clone, Debug)]
pub struct Band {
    /// How many there are.
    pub tasks: usize,
    /// The columns.
    pub columns: Vec<Column>,
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
            for (sum, part) in sums.iter_mut().zip(column.sums.states) {
                *sum += part;
            }
        }
        sums
    }
}

/// Cores that the tasks of `trace` kept busy, per column: the mean number over the column, nothing after `view.until`.
pub fn busy(trace: &Trace, view: &Viewport) -> Vec<f64> {
    let window = window(trace, view);
    let edges = edges(trace, &view.grid, window, view.until);
    let running = |t: &Totals| t.states()[State::Running as usize].share_of(view.grid.cell);
    edges.windows(2).map(|edge| running(&edge[1].since(&edge[0]))).collect()
}

impl Scene {
    /// The scene of `trace` seen through `view`, with the tasks in `rows`. `has_loop` says whether the run has an event
    /// loop to show.
    pub fn build(trace: &Trace, view: &Viewport, rows: &Rows<'_>, has_loop: bool) -> Scene {
        let grid = &view.grid;
        let window = window(trace, view);
        let edges = edges(trace, grid, window, view.until);
        let (turns, cores) = holders::turns(trace.aggregate(), grid, window, &edges, has_loop);
        let mut scene = Scene {
            lanes: rows.lanes.iter().filter_map(|lane| Lane::of(trace, view, &rows.order[lane.clone()])).collect(),
            gaps: gaps(trace, grid, window),
            locks: locks::lanes(trace, grid, window, &edges),
            shared: sharing::lanes(trace, grid, window),
            messages: sharing::messages(trace, window, usize::from(grid.columns) / COLUMNS_A_MESSAGE),
            turns: turns.map(|cells| Turns { cells, ready: most_ready(trace, view, window) }),
            idle: trace.cores.iter().copied().filter(|core| cores.iter().all(|lane| lane.core != *core)).collect(),
            cores,
            ..Scene::default()
        };
        let columns: Vec<Totals> = edges.windows(2).map(|edge| edge[1].since(&edge[0])).collect();
        let running = |t: &Totals| t.states()[State::Running as usize].share_of(grid.cell);
        scene.busy = columns.iter().map(running).collect();
        scene.waiting = Waiting::of(trace.aggregate(), grid, window, &columns);
        if let (Some(first), Some(last)) = (edges.first(), edges.last()) {
            let all = last.since(first);
            (scene.profile, scene.free) = (all.states(), all.free());
        }
        if rows.band {
            let tasks = rows.order.len();
            // Of all tasks the sums are known; of some they are added up.
            let columns = if tasks == trace.tasks.len() {
                columns.iter().map(Column::of).collect()
            } else {
                shared(trace, view, rows.order)
            };
            scene.band = Some(Band { tasks, columns });
        }
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

impl Lane {
    fn of(trace: &Trace, view: &Viewport, tasks: &[TaskId]) -> Option<Lane> {
        let first = *tasks.first()?;
        if tasks.len() > 1 {
            return Some(Lane { task: first, tasks: tasks.len(), columns: shared(trace, view, tasks), now: None });
        }
        let track = trace.tasks.get(first.index())?;
        let now = track.state_at(view.until).map(|s| s.state);
        Some(Lane { task: first, tasks: 1, columns: fold(track, &view.grid, view.until), now })
    }
}

/// What several tasks together did.
fn shared(trace: &Trace, view: &Viewport, tasks: &[TaskId]) -> Vec<Column> {
    let mut columns = vec![Column::default(); view.grid.columns as usize];
    for track in tasks.iter().filter_map(|task| trace.tasks.get(task.index())) {
        fold_into(&mut columns, track, &view.grid, view.until);
    }
    columns
}

/// What is visible, past and not forgotten.
fn window(trace: &Trace, view: &Viewport) -> Range {
    let window = view.grid.range().and(Range::new(Ns::ZERO, view.until));
    Range::new(window.from.max(trace.forgotten.min(window.to)), window.to)
}

/// The totals at the edges of all columns; an edge outside `window` has the totals of the window's end. A task that is
/// overdue counts as `ready`.
fn edges(trace: &Trace, grid: &Grid, window: Range, until: Ns) -> Vec<Totals> {
    let at = |index: u16| (grid.from + grid.cell.times(u64::from(index), 1)).max(window.from).min(window.to);
    let mut edges: Vec<Totals> = (0..=grid.columns).map(|index| trace.aggregate().totals(at(index))).collect();
    // A task that is overdue is ready in all columns up to the playhead: what it adds to each edge is the edge's
    // distance from its deadline. Distances are added up with the number of those that have begun.
    let mut late: Vec<_> = trace.overdue(until).collect();
    late.sort_unstable_by_key(|l| (l.kind.place(), l.from));
    for kind in late.chunk_by(|a, b| a.kind == b.kind) {
        let (mut begun, mut sum) = (0u64, 0u128);
        let mut rest = kind.iter().peekable();
        for (index, edge) in (0..).zip(&mut edges) {
            let at = at(index);
            while let Some(one) = rest.next_if(|one| one.from < at) {
                begun += 1;
                sum += u128::from(one.from.0);
            }
            let time = u128::from(at.0) * u128::from(begun) - sum;
            edge.shift(kind[0].kind, kind[0].ready(), Ns(time as u64));
        }
    }
    edges
}

/// The most tasks that are ready at one time, per column.
fn most_ready(trace: &Trace, view: &Viewport, window: Range) -> Vec<u32> {
    let mut late: Vec<Ns> = trace.overdue(view.until).map(|l| l.from).collect();
    late.sort_unstable();
    let part = |index: u16| view.grid.column(index).and(window);
    let most = |part: Range| if part.is_empty() { 0 } else { trace.aggregate().most_ready(part, &late) as u32 };
    (0..view.grid.columns).map(|index| most(part(index))).collect()
}

fn gaps(trace: &Trace, grid: &Grid, window: Range) -> Vec<Option<Gap>> {
    let mut gaps = vec![None; grid.columns as usize];
    let suspended = trace.suspended.iter().map(|r| (*r, Gap::Suspended));
    let lost = trace.losses.iter().map(|l| (Range::new(l.at, l.at + Ns(1)), Gap::Lost));
    let forgotten = (Range::new(Ns::ZERO, trace.forgotten), Gap::Forgotten);
    let visible = Range::new(grid.from, window.to);
    for (range, gap) in suspended.chain(lost).chain([forgotten]) {
        grid.each_column(range.and(visible), |index, _| {
            let slot = &mut gaps[usize::from(index)];
            *slot = (*slot).max(Some(gap));
        });
    }
    gaps
}

/// The lens on a lock: the stretch in which the first `turns` turns were taken, if it was ever taken.
pub fn first_turns(trace: &Trace, turns: usize) -> Option<Range> {
    let lock = trace.locks.get(locks::shown(trace).first()?)?;
    let whole = Range::new(trace.forgotten, trace.latest());
    let mut holds = lock.holds(whole).take(turns.max(1)).peekable();
    let from = holds.peek()?.range.from;
    holds.last().map(|h| Range::new(from, h.range.to))
}
