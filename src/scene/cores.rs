//! The cores: who was on each of them, and how many were used by what. What others had is known from samples only: a
//! share of some stretch, never when within it.

use super::halves::halves;
use super::holders::LOOKED_AT;
use super::{Gap, Grid, Viewport, edges, gaps, window};
use crate::state::State;
use crate::trace::{Owner, Totals, Trace, Turn};
use crate::units::{Ns, Range, TaskId};

/// What others had of some cores in a stretch of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sampled {
    /// The stretch.
    pub range: Range,
    /// The kernel's number of each core, and the share of the stretch.
    pub shares: Vec<(u16, f64)>,
}

/// Who has a core for half a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Occupant {
    /// Nobody of this run.
    #[default]
    Nobody,
    /// This task computes.
    Work(TaskId),
    /// This task's worker starts, copies, or is awake for a moment within a wait.
    OffTask(TaskId),
    /// A thread of the run that is no worker.
    Helper,
    /// What watches or serves the run.
    Watcher,
    /// Several in turn, or so unclear that no single one can be named.
    Many,
}

/// One column of a core's lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CoreCell {
    /// Where at most one change lies in the column: who has its left and its right half.
    pub halves: Option<[Occupant; 2]>,
    /// Who computed for longest, all stretches of the column added up.
    pub whose: Occupant,
    /// The share of the column in which the run computed.
    pub work: f64,
    /// The share in which the selected task computed; at most `work`.
    pub chosen: f64,
    /// The share in which the run's threads were on the core without computing.
    pub off_task: f64,
    /// The share in which threads that watch or serve the run were on the core.
    pub overhead: f64,
    /// The share that others had, as sampled; nothing where no sample was taken.
    pub others: Option<f64>,
}

/// Shares of the visible, past time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// In which the run computed.
    pub work: f64,
    /// In which the run's threads were on a core without computing.
    pub off_task: f64,
    /// In which threads that watch or serve the run were on a core.
    pub overhead: f64,
    /// What others had, of the part that was sampled; nothing where no sample was taken.
    pub others: Option<f64>,
}

/// A core's lane.
#[derive(Clone, Debug)]
pub struct Core {
    /// The kernel's number.
    pub core: u16,
    /// The columns.
    pub cells: Vec<CoreCell>,
    /// What it was used for.
    pub shares: Shares,
    /// The share that each task computed on it, the largest first; nothing where that would take too long to find out.
    pub tasks: Option<Vec<(TaskId, f64)>>,
    /// Whether anything of the run was seen on it so far.
    pub seen: bool,
}

/// All cores of a run.
#[derive(Clone, Debug, Default)]
pub struct Cores {
    /// By the kernel's number.
    pub cores: Vec<Core>,
    /// All of them together.
    pub shares: Shares,
    /// What is visible and past.
    pub window: Range,
    /// Columns about which less is known, or nothing.
    pub gaps: Vec<Option<Gap>>,
}

/// A column of a core under construction.
#[derive(Clone, Debug, Default)]
struct Building {
    stretches: Vec<(Range, Occupant)>,
    dense: bool,
}

impl Cores {
    /// The cores of `trace` seen through `view`; `sampled` is what others had, `chosen` the selected task.
    pub fn build(trace: &Trace, view: &Viewport, sampled: &[Sampled], chosen: Option<TaskId>) -> Cores {
        let grid = &view.grid;
        let window = window(trace, view);
        let edges = edges(trace, grid, window, view.until);
        let aggregate = trace.aggregate();
        let places = aggregate.cores().len();
        let mut columns = vec![Building::default(); places * usize::from(grid.columns)];
        let mut looking = aggregate.looking();
        for index in 0..grid.columns {
            let part = grid.column(index).and(window);
            if part.is_empty() {
                continue;
            }
            let slot = |place: usize| usize::from(index) * places + place;
            if aggregate.changes(part) > LOOKED_AT / u64::from(grid.columns) {
                (0..places).for_each(|place| columns[slot(place)].dense = true);
            } else {
                looking.within(part, |range, turn| match turn {
                    Turn::Core(place, owner) => columns[slot(place)].stretches.push((range, works(owner))),
                    Turn::OffTask(place, owner) => columns[slot(place)].stretches.push((range, is_there(owner))),
                    Turn::Loop(_) | Turn::Listens => {}
                });
            }
        }
        let lane = |core: &u16| {
            let others = others(sampled, *core, grid, window);
            match aggregate.place_of(*core) {
                Some(place) => {
                    let columns = columns.iter_mut().skip(place).step_by(places);
                    Core::of(*core, place, columns, &edges, (grid, window), &others, chosen)
                }
                None => Core::unseen(*core, &others),
            }
        };
        let mut numbers = trace.cores.clone();
        numbers.sort_unstable();
        let cores: Vec<Core> = numbers.iter().map(lane).collect();
        Cores { shares: together(&cores), cores, window, gaps: gaps(trace, grid, window) }
    }
}

impl Core {
    fn unseen(core: u16, others: &[Option<f64>]) -> Core {
        let cells = others.iter().map(|others| CoreCell { others: *others, ..CoreCell::default() }).collect();
        let shares = Shares { others: mean(others), ..Shares::default() };
        Core { core, cells, shares, tasks: Some(Vec::new()), seen: false }
    }

    fn of<'a>(
        core: u16,
        place: usize,
        columns: impl Iterator<Item = &'a mut Building>,
        edges: &[Totals],
        (grid, window): (&Grid, Range),
        others: &[Option<f64>],
        chosen: Option<TaskId>,
    ) -> Core {
        let mut times: Option<Vec<(TaskId, Ns)>> = Some(Vec::new());
        let mut cells = Vec::with_capacity(others.len());
        for (((index, built), edge), others) in (0..grid.columns).zip(columns).zip(edges.windows(2)).zip(others) {
            let share =
                |time: fn(&Totals, usize) -> Ns| (time(&edge[1], place) - time(&edge[0], place)).share_of(grid.cell);
            let mut cell = CoreCell {
                work: share(Totals::on_core),
                off_task: share(Totals::off_task),
                overhead: share(Totals::overhead),
                others: *others,
                ..CoreCell::default()
            };
            if built.dense {
                cell.whose = if cell.work > 0.0 { Occupant::Many } else { Occupant::Nobody };
                times = times.filter(|_| cell.work <= 0.0);
            } else {
                built.stretches.sort_unstable_by_key(|(range, _)| range.from);
                built.tell(&mut cell, grid.column(index), chosen, &mut times);
            }
            cells.push(cell);
        }
        let ends = edges.last().zip(edges.first());
        let all = |time: fn(&Totals, usize) -> Ns| ends.map(|(last, first)| time(last, place) - time(first, place));
        let share = |time| all(time).map_or(0.0, |time| time.share_of(window.len()));
        let shares = Shares {
            work: share(Totals::on_core),
            off_task: share(Totals::off_task),
            overhead: share(Totals::overhead),
            others: None,
        };
        // Nobody knows when within a sample others had the core, but they cannot have had what the run had.
        let left = (1.0 - shares.run()).max(0.0);
        let shares = Shares { others: mean(others).map(|share| share.min(left)), ..shares };
        let tasks = times.map(|mut times| {
            times.sort_by_key(|(task, time)| (std::cmp::Reverse(*time), *task));
            times.into_iter().map(|(task, time)| (task, time.share_of(window.len()))).collect()
        });
        Core { core, cells, shares, tasks, seen: true }
    }
}

impl Building {
    /// Fills in who had the core in `cell`, the cell of `column`; adds to the time that each task had.
    fn tell(&self, cell: &mut CoreCell, column: Range, chosen: Option<TaskId>, times: &mut Option<Vec<(TaskId, Ns)>>) {
        let mut had: Vec<(Occupant, Ns)> = Vec::new();
        for (range, who) in &self.stretches {
            let known = had.iter_mut().find(|(known, _)| known == who);
            match known {
                Some((_, time)) => *time += range.len(),
                None => had.push((*who, range.len())),
            }
            if let (Occupant::Work(task), Some(times)) = (*who, times.as_mut()) {
                match times.iter_mut().find(|(known, _)| *known == task) {
                    Some((_, time)) => *time += range.len(),
                    None => times.push((task, range.len())),
                }
            }
        }
        let computes = |(who, _): &&(Occupant, Ns)| matches!(who, Occupant::Work(_) | Occupant::Many);
        let most = had.iter().filter(computes).max_by_key(|(_, time)| *time);
        cell.whose = most.map_or(Occupant::Nobody, |(who, _)| *who);
        let is_chosen = |(who, _): &&(Occupant, Ns)| chosen.is_some_and(|task| *who == Occupant::Work(task));
        cell.chosen = had.iter().find(is_chosen).map_or(0.0, |(_, time)| time.share_of(column.len()));
        let works = |who: &Occupant| matches!(who, Occupant::Work(_) | Occupant::Many);
        cell.halves = halves(&self.stretches, column, cell.work, works, Occupant::Nobody);
    }
}

fn works(owner: Owner) -> Occupant {
    match owner {
        Owner::Task(task) => Occupant::Work(task),
        Owner::Somebody => Occupant::Many,
        Owner::Nobody | Owner::Helper | Owner::Watcher => Occupant::Nobody,
    }
}

fn is_there(owner: Owner) -> Occupant {
    match owner {
        Owner::Task(task) => Occupant::OffTask(task),
        Owner::Helper | Owner::Somebody => Occupant::Helper,
        Owner::Watcher => Occupant::Watcher,
        Owner::Nobody => Occupant::Nobody,
    }
}

/// The share that others had of `core` in each column; nothing where nobody looked.
fn others(sampled: &[Sampled], core: u16, grid: &Grid, window: Range) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, Ns::ZERO); usize::from(grid.columns)];
    for sample in sampled {
        let Some((_, share)) = sample.shares.iter().find(|(number, _)| *number == core) else { continue };
        grid.each_column(sample.range.and(window), |index, part| {
            let (had, known) = &mut sums[usize::from(index)];
            *had += share * part.len().share_of(grid.cell);
            *known += part.len();
        });
    }
    // Of a column that samples cover in part, only that part is known.
    let share = |(had, known): (f64, Ns)| (known > Ns::ZERO).then(|| had / known.share_of(grid.cell));
    sums.into_iter().map(share).collect()
}

/// The mean of what is known.
fn mean(shares: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = shares.iter().flatten().copied().collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

/// All cores' shares as one.
fn together(cores: &[Core]) -> Shares {
    let count = cores.len().max(1) as f64;
    let sum = |of: &dyn Fn(&Shares) -> f64| cores.iter().map(|core| of(&core.shares)).sum::<f64>() / count;
    let others: Vec<Option<f64>> = cores.iter().map(|core| core.shares.others).collect();
    Shares {
        work: sum(&|s| s.work),
        off_task: sum(&|s| s.off_task),
        overhead: sum(&|s| s.overhead),
        others: mean(&others),
    }
}

/// How many cores were used, by what, in each column.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// The columns, in cores: `work`, `off_task`, `overhead` and `others` are those of all cores added up.
    pub columns: Vec<Shares>,
    /// The means over the visible, past time, in cores.
    pub mean: Shares,
    /// The most cores that the run and what watches it used together, as the mean over a column.
    pub peak: f64,
    /// What is visible and past.
    pub window: Range,
    /// Columns about which less is known, or nothing.
    pub gaps: Vec<Option<Gap>>,
}

impl Usage {
    /// How the cores of `trace` were used, seen through `view`; `sampled` is what others had.
    pub fn build(trace: &Trace, view: &Viewport, sampled: &[Sampled]) -> Usage {
        let grid = &view.grid;
        let window = window(trace, view);
        let edges = edges(trace, grid, window, view.until);
        let taken: Vec<Vec<Option<f64>>> =
            trace.cores.iter().map(|core| others(sampled, *core, grid, window)).collect();
        let all = trace.cores.len() as f64;
        let column = |(index, edge): (usize, &[Totals])| {
            let mut shares = of_all(&edge[1].since(&edge[0]), grid.cell);
            let known = taken.iter().filter_map(|core| core[index]);
            // Nobody else can have had what the run had.
            let left = (all - shares.run()).max(0.0);
            shares.others = taken.iter().any(|core| core[index].is_some()).then(|| known.sum::<f64>().min(left));
            shares
        };
        let columns: Vec<Shares> = edges.windows(2).enumerate().map(column).collect();
        let mut mean_of = match (edges.first(), edges.last()) {
            (Some(first), Some(last)) => of_all(&last.since(first), window.len()),
            _ => Shares::default(),
        };
        mean_of.others = mean(&columns.iter().map(|c| c.others).collect::<Vec<_>>());
        let peak = columns.iter().map(Shares::run).fold(0.0, f64::max);
        Usage { columns, mean: mean_of, peak, window, gaps: gaps(trace, grid, window) }
    }
}

impl Shares {
    /// All that the run had: its work, its threads without work, and what watches or serves it.
    pub fn run(&self) -> f64 {
        self.work + self.off_task + self.overhead
    }
}

/// What all tasks and threads had together in `sums`, as multiples of `whole`.
fn of_all(sums: &Totals, whole: Ns) -> Shares {
    Shares {
        work: sums.states()[State::Running as usize].share_of(whole),
        off_task: sums.all_off_task().share_of(whole),
        overhead: sums.all_overhead().share_of(whole),
        others: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Begin, Event, Stamped, TaskName};
    use crate::units::{CoreId, Stamp, WorkerId};
    use proptest::prelude::*;

    const TASKS: u32 = 4;

    /// (when in microseconds, task, at work or asleep, core)
    type Step = (u64, u32, bool, u16);

    fn trace(steps: &[Step]) -> Trace {
        on_cores(3, TASKS, steps)
    }

    fn on_cores(cores: u16, tasks: u32, steps: &[Step]) -> Trace {
        let name = |i: u32| TaskName { name: format!("task {i}"), background: false };
        let mut trace = Trace::new((0..tasks).map(name).collect(), 1);
        trace.begin(&Begin { t0: Stamp(0), pid: 1, workers: 1, cores: (0..cores).collect(), ..Begin::default() });
        for (at, task, works, core) in steps {
            let state = if *works { State::Running } else { State::Sleep };
            let event = Event::Enter { task: TaskId(*task), state, holds: true, ago: Ns::ZERO, due: None };
            trace.push(&Stamped { at: Stamp(at * 1_000), worker: WorkerId(0), core: CoreId(*core), event });
        }
        trace
    }

    fn ms(from: f64, to: f64) -> Range {
        Range::new(Ns((from * 1e6) as u64), Ns((to * 1e6) as u64))
    }

    /// Ten columns of 1 ms.
    fn view() -> Viewport {
        Viewport { grid: Grid::over(ms(0.0, 10.0), 10), until: Ns::from_millis(10) }
    }

    fn build(trace: &Trace, sampled: &[Sampled], chosen: Option<u32>) -> Cores {
        Cores::build(trace, &view(), sampled, chosen.map(TaskId))
    }

    #[test]
    fn whoever_is_there_without_computing_is_told_apart_from_work() {
        let mut made = trace(&[(0, 0, true, 0), (2_000, 0, false, 0), (0, 1, true, 1), (1_000, 1, false, 1)]);
        let put =
            |trace: &mut Trace, place, from, to, who| trace.aggregate_mut().put_off_task(place, ms(from, to), who);
        put(&mut made, 0, 3.0, 4.0, Owner::Task(TaskId(1)));
        put(&mut made, 0, 5.0, 5.5, Owner::Watcher);
        put(&mut made, 0, 6.0, 6.1, Owner::Helper);
        let cores = build(&made, &[], None);
        let [first, second, third] = cores.cores.as_slice() else { panic!("three cores") };
        let halves: Vec<_> = first.cells.iter().map(|cell| cell.halves).collect();
        let both = |who| Some([who; 2]);
        assert_eq!(halves[..2], [both(Occupant::Work(TaskId(0))); 2]);
        assert_eq!(halves[2..4], [both(Occupant::Nobody), both(Occupant::OffTask(TaskId(1)))]);
        assert_eq!(halves[5], Some([Occupant::Watcher, Occupant::Nobody]));
        assert_eq!(halves[6], None, "too short for half a column");
        assert!((first.cells[6].off_task - 0.1).abs() < 1e-6 && first.cells[6].work == 0.0);
        assert!((first.shares.work - 0.2).abs() < 1e-9 && (first.shares.overhead - 0.05).abs() < 1e-9);
        assert!((first.shares.off_task - 0.11).abs() < 1e-9, "{:?}", first.shares);
        assert!(second.seen && !third.seen && third.shares == Shares::default());
        let usage = Usage::build(&made, &view(), &[]);
        assert!((usage.mean.work - 0.3).abs() < 1e-9 && (usage.peak - 2.0).abs() < 1e-9);
        assert!((usage.mean.run() - 0.46).abs() < 1e-9);
    }

    #[test]
    fn each_of_many_cores_has_a_row_of_its_own() {
        for count in [1, 4, 5, 17, 40, 100, 300] {
            // On each core one task, which ends after one to ten columns; the last core has none.
            let ends = |core: u16| 1_000 * (u64::from(core) % 10 + 1);
            let busy = 0..count - 1;
            let steps = busy.clone().map(|core| (0, u32::from(core), true, core));
            let steps: Vec<Step> = steps.chain(busy.map(|core| (ends(core), u32::from(core), false, core))).collect();
            let made = on_cores(count, u32::from(count), &steps);
            let cores = build(&made, &[], None).cores;
            assert_eq!(cores.len(), usize::from(count));
            assert!(!cores[usize::from(count) - 1].seen);
            for (core, row) in (0..count - 1).zip(&cores) {
                assert_eq!((row.core, row.seen), (core, true), "of {count}");
                let columns = (ends(core) / 1_000) as usize;
                let works = Some([Occupant::Work(TaskId(core.into())); 2]);
                assert!(row.cells[..columns].iter().all(|cell| cell.halves == works), "core {core} of {count}");
                assert!(row.cells[columns..].iter().all(|cell| cell.work == 0.0), "core {core} of {count}");
                assert!((row.shares.work - columns as f64 / 10.0).abs() < 1e-9, "core {core} of {count}");
            }
        }
    }

    #[test]
    fn a_column_is_whose_it_was_for_longest_and_the_chosen_task_has_its_share() {
        let made = trace(&[
            (0, 0, true, 0),
            (300, 0, false, 0),
            (300, 1, true, 0),
            (500, 1, false, 0),
            (500, 0, true, 0),
            (600, 0, false, 0),
        ]);
        let cores = build(&made, &[], Some(1));
        let cell = cores.cores[0].cells[0];
        assert_eq!((cell.halves, cell.whose), (None, Occupant::Work(TaskId(0))));
        assert!((cell.work - 0.6).abs() < 1e-9 && (cell.chosen - 0.2).abs() < 1e-9);
        let tasks = cores.cores[0].tasks.clone().expect("few changes");
        assert_eq!(tasks.iter().map(|(task, _)| task.0).collect::<Vec<_>>(), [0, 1]);
        assert!((tasks[0].1 - 0.04).abs() < 1e-9 && (tasks[1].1 - 0.02).abs() < 1e-9);
    }

    #[test]
    fn what_others_had_is_a_share_where_somebody_looked_and_unknown_elsewhere() {
        let made = trace(&[(0, 0, true, 0), (10_000, 0, false, 0)]);
        let sampled = [
            Sampled { range: ms(2.0, 4.5), shares: vec![(0, 0.4), (1, 1.0)] },
            Sampled { range: ms(4.5, 6.0), shares: vec![(0, 0.2), (1, 0.0)] },
        ];
        let cores = build(&made, &sampled, None);
        let others: Vec<_> = cores.cores[0].cells.iter().map(|c| c.others.map(|o| (o * 100.0).round())).collect();
        let known = [Some(40.0), Some(40.0), Some(30.0), Some(20.0)];
        assert_eq!(others[..2], [None; 2]);
        assert_eq!(others[2..6], known);
        assert_eq!(others[6..], [None; 4]);
        assert_eq!(cores.cores[0].shares.others, Some(0.0), "the run had all of it");
        assert_eq!(cores.cores[2].shares.others, None);
        let usage = Usage::build(&made, &view(), &sampled);
        assert_eq!(usage.columns[0].others, None);
        assert!((usage.columns[2].others.expect("looked at") - 1.4).abs() < 1e-9);
    }

    #[test]
    fn of_too_many_changes_a_column_says_how_much_was_used_and_not_by_whom() {
        let turns: Vec<Step> = (0..10_000).map(|n| (n, (n % 2) as u32, n % 4 < 2, 0)).collect();
        let made = trace(&turns);
        let view = Viewport { grid: Grid::over(ms(0.0, 100.0), 10), until: Ns::from_millis(100) };
        let cores = Cores::build(&made, &view, &[], None);
        let core = &cores.cores[0];
        assert_eq!((core.cells[0].halves, core.cells[0].whose), (None, Occupant::Many));
        assert_eq!(core.tasks, None);
        let sums = made.aggregate().totals(Ns::from_millis(10)).on_core(0);
        assert!((core.cells[0].work - sums.share_of(Ns::from_millis(10))).abs() < 1e-9 && sums > Ns::ZERO);
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let dense = proptest::collection::vec((0u64..12_000, 0..TASKS, any::<bool>(), 0u16..4), 1..900);
        let few = proptest::collection::vec((0u64..12_000, 0..TASKS, any::<bool>(), 0u16..4), 1..30);
        prop_oneof![dense, few]
    }

    proptest! {
        #[test]
        fn all_cores_together_are_what_the_tasks_worked_on_them(steps in steps(), from in 0u64..6_000, len in 100u64..9_000) {
            let made = trace(&steps);
            let range = Range::new(Ns::from_micros(from), Ns::from_micros(from + len));
            let view = Viewport { grid: Grid::over(range, 24), until: Ns::from_millis(11) };
            let cores = Cores::build(&made, &view, &[], Some(TaskId(1)));
            for index in 0..view.grid.columns {
                let column = view.grid.column(index).and(Range::new(Ns::ZERO, view.until));
                let worked = |only: Option<usize>| -> Ns {
                    let tasks = made.tasks.iter().enumerate().filter(|(task, _)| only.is_none_or(|o| o == *task));
                    let spans = tasks.flat_map(|(_, track)| track.spans_from(0, column, view.until).collect::<Vec<_>>());
                    spans.filter(|s| s.state == State::Running && s.core.0 < 3).map(|s| s.range.len()).sum()
                };
                let cells = || cores.cores.iter().map(|core| core.cells[usize::from(index)]);
                let drawn: f64 = cells().map(|cell| cell.work).sum();
                let exact = worked(None).share_of(view.grid.cell);
                prop_assert!((drawn - exact).abs() < 1e-6, "{} for {}", drawn, exact);
                for cell in cells() {
                    prop_assert!(cell.chosen <= cell.work + 1e-6);
                    let works = |who: &Occupant| matches!(who, Occupant::Work(_) | Occupant::Many);
                    let ink = cell.halves.map(|halves| halves.iter().filter(|who| works(who)).count() as f64 / 2.0);
                    // Several tasks may claim one core at a time; a cell is full then.
                    prop_assert!(ink.is_none_or(|ink| (ink - cell.work.min(1.0)).abs() <= 0.25), "{:?}", cell);
                }
            }
            let usage = Usage::build(&made, &view, &[]);
            let cell = |index: usize| cores.cores.iter().map(|core| core.cells[index].work).sum::<f64>();
            for (index, column) in usage.columns.iter().enumerate() {
                // Work on a core that is not the run's counts as work, though it has no lane.
                prop_assert!(column.work >= cell(index) - 1e-6);
            }
        }
    }
}
