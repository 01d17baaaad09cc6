//! The workers: whose task each of them had, and what it did for that task. A worker has one task at a time; what a task
//! does that leaves its worker free is in no lane.

mod building;

use building::Building;

use super::fold::{Part, each_part};
use super::holders::LOOKED_AT;
use super::{Gap, Grid, Viewport, edges, gaps, window};
use crate::model::ModelKind;
use crate::state::State;
use crate::text::{Label, outside};
use crate::trace::{KernelRecord, Owner, Span, StateSums, Totals, Trace, Track, Turn, WorkerTrack};
use crate::units::{Ns, Range, TaskId, WorkerId};

/// What a worker does for half a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doing {
    /// It is not there: not created yet, or gone.
    #[default]
    Absent,
    /// It has no task.
    Idle,
    /// It computes for this task.
    Work(TaskId),
    /// It waits in this state, kept by this task.
    Wait(State, TaskId),
}

impl Doing {
    fn of(state: State, task: TaskId) -> Doing {
        if state == State::Running { Doing::Work(task) } else { Doing::Wait(state, task) }
    }

    fn works(self) -> bool {
        matches!(self, Doing::Work(_))
    }
}

/// One column of a worker's lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WorkerCell {
    /// Where at most one change lies in the column: what the worker does in its left and its right half.
    pub halves: Option<[Doing; 2]>,
    /// For whom it computed longest, if that is known.
    pub whose: Option<TaskId>,
    /// The time that its tasks kept it in each state.
    pub states: StateSums,
}

impl WorkerCell {
    /// The time in which it computed.
    pub fn running(&self) -> Ns {
        self.states[State::Running as usize]
    }
}

/// A worker's lane.
#[derive(Clone, Debug)]
pub struct WorkerLane {
    /// Which one.
    pub worker: WorkerId,
    /// The columns.
    pub cells: Vec<WorkerCell>,
    /// The time in each state, over the visible, past time.
    pub states: StateSums,
    /// How much of that it was there.
    pub there: Ns,
    /// The tasks that it had taken up by the playhead, in the order in which it did.
    pub tasks: Vec<TaskId>,
}

/// The lane of the threads that read and write files for an event loop.
#[derive(Clone, Debug)]
pub struct HelperLane {
    /// How many cores they had, per column: the mean number over the column; nothing where that is not known.
    pub cells: Vec<Option<f64>>,
    /// The mean over what is known of the visible, past time.
    pub mean: f64,
}

/// Who has a lane in which row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerRow {
    /// A worker.
    Worker(WorkerId),
    /// The threads that read and write files for the event loop, all in one.
    Helpers,
}

/// The lanes of some workers.
#[derive(Clone, Debug, Default)]
pub struct Workers {
    /// The workers asked for, from top to bottom.
    pub lanes: Vec<WorkerLane>,
    /// The helpers, where they were asked for.
    pub helpers: Option<HelperLane>,
    /// What is visible and past.
    pub window: Range,
    /// Columns about which less is known, or nothing.
    pub gaps: Vec<Option<Gap>>,
}

/// Who has a lane, from top to bottom. `files` says whether the run may read or write files: an event loop leaves that to
/// helpers, which the kernel's record shows.
pub fn worker_rows(trace: &Trace, looped: bool, files: bool) -> Vec<WorkerRow> {
    let helpers = looped && files && trace.kernel_record == KernelRecord::Switches;
    let workers = (0..trace.workers.len()).map(|index| WorkerRow::Worker(WorkerId(index as u16)));
    workers.chain(helpers.then_some(WorkerRow::Helpers)).collect()
}

/// What the lane of `row` is called in a run under `model`, which is nothing where nobody planned the run: from the best
/// name to the shortest.
pub fn worker_names(trace: &Trace, row: WorkerRow, model: Option<ModelKind>) -> [String; 2] {
    let both = |long: Label, short: Label| [long, short].map(|label| label.text().to_owned());
    match (row, model) {
        (WorkerRow::Helpers, _) => both(Label::HelperThreads, Label::HelperThreads),
        (_, Some(ModelKind::Serial)) => both(Label::MainThread, Label::MainThreadShort),
        (_, Some(ModelKind::Async)) => both(Label::EventLoop, Label::LoopShort),
        (WorkerRow::Worker(who), Some(ModelKind::Threads | ModelKind::Processes)) => numbered(who),
        (WorkerRow::Worker(who), None) => {
            let told = trace.report.as_ref().and_then(|end| end.workers.get(who.index()));
            let told = told.map(|used| outside(&used.name).into_owned()).filter(|name| !name.is_empty());
            let [long, short] = numbered(who);
            [told.unwrap_or(long), short]
        }
    }
}

fn numbered(who: WorkerId) -> [String; 2] {
    let number = u32::from(who.0) + 1;
    [format!("{} {number}", Label::Worker.text()), number.to_string()]
}

/// The worker of `trace` that `span` kept occupied, if it did and it was one.
pub fn kept_by(trace: &Trace, span: &Span) -> Option<WorkerId> {
    let keeps = span.holds || span.state == State::Running;
    Some(span.worker).filter(|who| keeps && who.index() < trace.workers.len())
}

/// The worker that took `task` up, and when; nothing where none has by then. A dispatcher that sends the task away has
/// not taken it up.
pub fn taken_up(trace: &Trace, task: TaskId) -> Option<(Ns, WorkerId)> {
    let first = |track: &Track| {
        let mut marks = track.marks().iter();
        marks.find(|mark| mark.state.is_in_flight() && mark.worker.index() < trace.workers.len()).copied()
    };
    trace.tasks.get(task.index()).and_then(first).map(|mark| (mark.at, mark.worker))
}

/// The tasks that `worker` has taken up by the instant `until`, in the order in which it did.
pub fn tasks_of(trace: &Trace, worker: WorkerId, until: Ns) -> Vec<TaskId> {
    let all = (0..trace.tasks.len() as u32).map(TaskId);
    let mut own: Vec<(Ns, TaskId)> = all
        .filter_map(|task| {
            taken_up(trace, task).filter(|(at, who)| *who == worker && *at <= until).map(|up| (up.0, task))
        })
        .collect();
    own.sort_unstable();
    own.into_iter().map(|(_, task)| task).collect()
}

/// The task that `worker` has at the instant `at`, else the one that it took up last before that, else its first; of
/// those that it has taken up by the instant `until`.
pub fn task_of(trace: &Trace, worker: WorkerId, at: Ns, until: Ns) -> Option<TaskId> {
    let own = tasks_of(trace, worker, until);
    let here = |task: &&TaskId| {
        let span = trace.tasks.get(task.index()).and_then(|track| track.span_at(at, until));
        span.is_some_and(|span| kept_by(trace, &span) == Some(worker))
    };
    let before = |task: &&TaskId| taken_up(trace, **task).is_some_and(|(up, _)| up <= at);
    own.iter().find(here).or_else(|| own.iter().rfind(before)).or(own.first()).copied()
}

/// How long helpers were on cores in each column of `grid` within `window`; nothing of a column with too many changes for
/// all of them to be looked at, where `most` are.
pub fn helper_times(trace: &Trace, grid: &Grid, window: Range, most: u64) -> Vec<Option<Ns>> {
    let mut looking = trace.aggregate().looking();
    let time = |index: u16| {
        let part = grid.column(index).and(window);
        if part.is_empty() {
            return Some(Ns::ZERO);
        }
        let mut sum = Ns::ZERO;
        let few = trace.aggregate().changes(part) <= most / u64::from(grid.columns);
        few.then(|| {
            looking.within(part, |range, turn| {
                if matches!(turn, Turn::OffTask(_, Owner::Helper)) {
                    sum += range.len();
                }
            });
            sum
        })
    };
    (0..grid.columns).map(time).collect()
}

/// From when to when a worker is there, as far as is known at `until`; one that nobody saw begin was there all the time
/// if it `worked`.
fn presence(worker: &WorkerTrack, worked: bool, until: Ns) -> Range {
    let from = worker.starting.or(worker.started).or(worked.then_some(Ns::ZERO));
    let to = worker.ended.map_or(until, |(at, _, _)| at.min(until));
    from.filter(|from| *from <= to).map_or(Range::default(), |from| Range::new(from, to))
}

impl Workers {
    /// The lanes of `rows` of `trace`, seen through `view`. `looped` says whether the one worker is an event loop.
    pub fn build(trace: &Trace, view: &Viewport, rows: &[WorkerRow], looped: bool) -> Workers {
        let grid = &view.grid;
        let window = window(trace, view);
        let columns = usize::from(grid.columns);
        let shown: Vec<WorkerId> = rows
            .iter()
            .filter_map(|row| match row {
                WorkerRow::Worker(who) => Some(*who),
                WorkerRow::Helpers => None,
            })
            .collect();
        let place = |who: WorkerId| shown.iter().position(|one| *one == who);
        let mut lanes: Vec<Vec<Building>> = vec![vec![Building::default(); columns]; shown.len()];
        let mut tasks: Vec<Vec<(Ns, TaskId)>> = vec![Vec::new(); shown.len()];
        for task in (0..trace.tasks.len() as u32).map(TaskId) {
            let Some((at, who)) = taken_up(trace, task).filter(|(at, _)| *at <= view.until) else { continue };
            let Some(lane) = place(who) else { continue };
            tasks[lane].push((at, task));
            if !looped {
                add_task(&mut lanes[lane], trace, (task, at, who), grid, (window, view.until));
            }
        }
        if let (true, Some(lane)) = (looped, lanes.first_mut()) {
            add_loop(lane, trace, view, window);
        }
        for (who, lane) in shown.iter().zip(&mut lanes) {
            if let Some(worker) = trace.workers.get(who.index()) {
                add_start(lane, worker, grid, (window, view.until));
            }
        }
        let lanes = shown.into_iter().zip(lanes).zip(tasks).map(|((worker, columns), mut tasks)| {
            tasks.sort_unstable();
            let there = trace
                .workers
                .get(worker.index())
                .map_or(Range::default(), |track| presence(track, !tasks.is_empty(), view.until));
            let cell = |(index, built): (u16, Building)| built.done(grid.column(index), there.and(window));
            let cells: Vec<WorkerCell> = (0..grid.columns).zip(columns).map(cell).collect();
            let mut states = StateSums::default();
            for cell in &cells {
                states.iter_mut().zip(cell.states).for_each(|(sum, time)| *sum += time);
            }
            let tasks = tasks.into_iter().map(|(_, task)| task).collect();
            WorkerLane { worker, cells, states, there: there.and(window).len(), tasks }
        });
        let helpers = rows.contains(&WorkerRow::Helpers).then(|| HelperLane::of(trace, grid, window));
        Workers { lanes: lanes.collect(), helpers, window, gaps: gaps(trace, grid, window) }
    }
}

/// Adds the time in which `worker` was being created, for the task that waited for it.
fn add_start(lane: &mut [Building], worker: &WorkerTrack, grid: &Grid, (window, until): (Range, Ns)) {
    let (Some(from), Some(task)) = (worker.starting, worker.first_task) else { return };
    let gone = worker.ended.map(|(at, ..)| at);
    let start = Range::new(from, worker.started.or(gone).unwrap_or(until));
    grid.each_column(start.and(window), |index, part| {
        let built = &mut lane[usize::from(index)];
        built.states[State::Starting as usize] += part.len();
        built.add(part, Doing::Wait(State::Starting, task), grid.cell);
    });
}

/// Adds what `task`, which `who` took up at the instant `at`, did in `window`.
fn add_task(
    lane: &mut [Building],
    trace: &Trace,
    (task, at, who): (TaskId, Ns, WorkerId),
    grid: &Grid,
    (window, until): (Range, Ns),
) {
    let Some(track) = trace.tasks.get(task.index()) else { return };
    each_part(track, grid, (at.max(window.from), until), |index, part| {
        let built = &mut lane[index];
        match part {
            Part::Stretch(range, half, mark) => {
                let Some(state) = half.state.filter(|state| half.holds || *state == State::Running) else { return };
                if mark.worker == who {
                    built.states[state as usize] += range.len();
                    built.add(range, Doing::of(state, task), grid.cell);
                }
            }
            Part::Sums(sums) => {
                let running = sums.states[State::Running as usize];
                built.worked(task, running);
                built.dense = true;
                // Of a wait that kept the worker in part, only the sum over all waits is known.
                let waited: Ns = sums.states.iter().copied().sum::<Ns>() - running;
                for state in State::ALL {
                    let time = sums.states[state as usize];
                    let held = if state == State::Running { time } else { time.times(sums.held.0, waited.0) };
                    built.states[state as usize] += held;
                }
            }
        }
    });
}

/// Adds whose turn it was on the event loop. What keeps the loop is known of all tasks together.
fn add_loop(lane: &mut [Building], trace: &Trace, view: &Viewport, window: Range) {
    let grid = &view.grid;
    let edges = edges(trace, grid, window, view.until);
    let mut looking = trace.aggregate().looking();
    let each = (0..grid.columns).zip(lane.iter_mut()).zip(edges.windows(2));
    for ((index, built), edge) in each {
        let part = grid.column(index).and(window);
        if part.is_empty() {
            continue;
        }
        let totals: Totals = edge[1].since(&edge[0]);
        let (all, free) = (totals.states(), totals.free());
        for state in State::ALL {
            built.states[state as usize] = all[state as usize].less(free[state as usize]);
        }
        if trace.aggregate().changes(part) > LOOKED_AT / u64::from(grid.columns) {
            built.dense = true;
            continue;
        }
        looking.within(part, |range, turn| match turn {
            Turn::Loop(Owner::Task(task)) => {
                let Some(track) = trace.tasks.get(task.index()) else { return };
                let keeps = |span: &Span| span.holds || span.state == State::Running;
                for span in track.spans(range).filter(keeps) {
                    built.add(span.range, Doing::of(span.state, task), grid.cell);
                }
            }
            Turn::Loop(_) | Turn::Core(..) | Turn::OffTask(..) | Turn::Listens => {}
        });
    }
}

impl HelperLane {
    fn of(trace: &Trace, grid: &Grid, window: Range) -> HelperLane {
        let times = helper_times(trace, grid, window, LOOKED_AT);
        let known = (0..grid.columns).zip(&times).filter(|(_, time)| time.is_some());
        let known: Ns = known.map(|(index, _)| grid.column(index).and(window).len()).sum();
        let all: Ns = times.iter().flatten().copied().sum();
        let cells = times.iter().map(|time| time.map(|time| time.share_of(grid.cell))).collect();
        HelperLane { cells, mean: all.share_of(known) }
    }
}

#[cfg(test)]
mod tests;
