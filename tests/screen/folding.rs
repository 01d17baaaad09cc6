//! Laws of folding: exact sums, kept ink, and a picture that does not flicker.

use concviz::app::{App, Message, Selection, Target};
use concviz::export::text;
use concviz::recording::Conditions;
use concviz::scene::{Column, Folding, Grid, Rows, Scene, Viewport, fold, fold_into, level};
use concviz::state::{Outcome, State};
use concviz::trace::{Begin, End, Event, KernelRecord, Stamped, Sums, TaskName, Trace};
use concviz::ui::{Depth, Look, hit, render};
use concviz::units::{CoreId, Ns, Range, Stamp, TaskId, WorkerId};
use concviz::workload::Value;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::made::{self, Made};

/// A trace of tasks, each a list of states with their lengths.
fn trace(tasks: &[Vec<(State, u64)>]) -> (Trace, Ns) {
    let name = |i: usize| TaskName { name: format!("task {i}"), background: false };
    let mut trace = Trace::new((0..tasks.len()).map(name).collect(), tasks.len() as u16);
    trace.begin(&Begin {
        t0: Stamp(0),
        pid: 1,
        workers: tasks.len() as u16,
        cores: vec![0, 1],
        kernel_record: KernelRecord::Switches,
        ..Begin::default()
    });
    let mut end = 0;
    for (index, spans) in tasks.iter().enumerate() {
        let task = TaskId(index as u32);
        let mut at = 0;
        let mut push = |at, event| {
            trace.push(&Stamped { at: Stamp(at), worker: WorkerId(index as u16), core: CoreId(0), event });
        };
        for &(state, length) in spans {
            push(at, Event::Enter { task, state, holds: true, ago: Ns::ZERO, due: None });
            at += length;
        }
        push(at, Event::Ended { task, outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO });
        end = end.max(at);
    }
    (trace, Ns(end))
}

fn order(trace: &Trace) -> Vec<TaskId> {
    (0..trace.tasks.len() as u32).map(TaskId).collect()
}

fn rows(order: &[TaskId], how: Folding) -> Rows<'_> {
    Rows { order, lanes: how.lanes(order.len(), None), band: how == Folding::Band }
}

fn span() -> impl Strategy<Value = (State, u64)> {
    (proptest::sample::select(&State::ALL[..]), 1u64..5_000)
}

fn tasks() -> impl Strategy<Value = Vec<Vec<(State, u64)>>> {
    proptest::collection::vec(proptest::collection::vec(span(), 1..40), 1..6)
}

proptest! {
    #[test]
    fn a_column_holds_the_exact_share_of_every_state(tasks in tasks(), columns in 1u16..200) {
        let (trace, end) = trace(&tasks);
        let grid = Grid::over(Range::new(Ns::ZERO, end), columns);
        for (track, spans) in trace.tasks.iter().zip(&tasks) {
            let folded = fold(track, &grid, end);
            for state in State::ALL {
                let drawn: Ns = folded.iter().map(|c| c.sums.states[state as usize]).sum();
                let asked: u64 = spans.iter().filter(|(s, _)| *s == state).map(|(_, l)| l).sum();
                prop_assert_eq!(drawn, Ns(asked), "{:?}", state);
            }
            for column in &folded {
                let all: Ns = column.sums.states.iter().copied().sum();
                prop_assert!(all <= grid.cell && column.sums.held <= all);
            }
        }
    }

    #[test]
    fn each_column_holds_what_its_own_spans_add_up_to_however_many_they_are(
        spans in proptest::collection::vec((proptest::sample::select(&State::ALL[..]), 1u64..100, any::<bool>()), 1..400),
        columns in 1u16..20, part in 1u64..=100,
    ) {
        // Long spans lie between crowds of short ones, so that columns of few changes stand beside columns of many.
        let spans: Vec<_> = spans.into_iter().map(|(s, l, long)| (s, if long && l < 5 { l * 1_000 } else { l })).collect();
        let (trace, end) = trace(&[spans]);
        let (track, until) = (&trace.tasks[0], end.times(part, 100));
        let grid = Grid::over(Range::new(Ns::ZERO, end), columns);
        let mut added = vec![Column::default(); usize::from(columns)];
        fold_into(&mut added, track, &grid, until);
        let folded = fold(track, &grid, until);
        for index in 0..columns {
            let mut expected = Sums::default();
            for span in track.spans(grid.column(index).and(Range::new(Ns::ZERO, until))) {
                expected.add(span.state, span.holds, span.range.len());
            }
            let at = usize::from(index);
            prop_assert_eq!((folded[at].sums, added[at].sums), (expected, expected), "column {}", index);
        }
    }

    #[test]
    fn summed_running_height_is_cores_busy(tasks in tasks(), columns in 1u16..120) {
        let (trace, end) = trace(&tasks);
        let view = Viewport { grid: Grid::over(Range::new(Ns::ZERO, end), columns), until: end };
        let order = order(&trace);
        let scene = Scene::build(&trace, &view, &rows(&order, Folding::Alone), false);
        for (index, busy) in scene.busy.iter().enumerate() {
            let exact: f64 = scene.lanes.iter().map(|l| l.columns[index].running().share_of(view.grid.cell)).sum();
            prop_assert!((exact - busy).abs() < 1e-9);
            let drawn: u32 = scene.lanes.iter().map(|l| l.columns[index].height(view.grid.cell, 16)).sum();
            // Rounding costs half a step a lane; a whole one where a trace of work is kept visible.
            let tolerance = scene.lanes.len() as f64 / 16.0;
            prop_assert!((f64::from(drawn) / 16.0 - busy).abs() <= tolerance + 1e-9);
        }
    }

    #[test]
    fn no_work_disappears_and_none_is_invented(tasks in tasks(), columns in 1u16..120) {
        let (trace, end) = trace(&tasks);
        let grid = Grid::over(Range::new(Ns::ZERO, end), columns);
        for track in &trace.tasks {
            for column in fold(track, &grid, end) {
                let worked = column.running() > Ns::ZERO;
                prop_assert_eq!(column.height(grid.cell, 16) > 0, worked);
                if let Some(halves) = column.halves {
                    for state in State::ALL {
                        let shown = halves.iter().any(|h| h.state == Some(state));
                        prop_assert_eq!(shown, column.sums.states[state as usize] > Ns::ZERO, "{:?} {:?}", state, column);
                    }
                }
            }
        }
    }

    #[test]
    fn panning_by_columns_moves_the_picture_and_changes_nothing(tasks in tasks(), columns in 4u16..60, by in 1u16..4) {
        let (trace, end) = trace(&tasks);
        let length = Ns((end.0 / 2).max(u64::from(columns)));
        let here = Grid::over(Range::new(Ns::ZERO, length), columns);
        let there = Grid { from: here.from + Ns(here.cell.0 * u64::from(by)), ..here };
        for track in &trace.tasks {
            let (a, b) = (fold(track, &here, end), fold(track, &there, end));
            prop_assert_eq!(&a[usize::from(by)..], &b[..b.len() - usize::from(by)]);
        }
    }

    #[test]
    fn a_playhead_never_shows_the_future(tasks in tasks(), part in 0u64..100) {
        let (trace, end) = trace(&tasks);
        let until = end.times(part, 100);
        let grid = Grid::over(Range::new(Ns::ZERO, end), 50);
        let order = order(&trace);
        let scene = Scene::build(&trace, &Viewport { grid, until }, &rows(&order, Folding::Alone), true);
        let drawn: Ns = scene.lanes.iter().flat_map(|l| &l.columns).flat_map(|c| c.sums.states).sum();
        let past: Ns = trace.tasks.iter().flat_map(|t| t.sums(until)).sum();
        prop_assert_eq!(drawn, past);
    }

    #[test]
    fn heights_keep_order_and_ends(a in 0.0f64..1.0, b in 0.0f64..1.0, levels in 1u32..64) {
        if a <= b {
            prop_assert!(level(a, levels) <= level(b, levels));
        }
        prop_assert_eq!(level(0.0, levels), 0);
        prop_assert_eq!(level(1.0, levels), levels);
    }

    #[test]
    fn rows_of_several_tasks_keep_all_the_ink(
        tasks in proptest::collection::vec(proptest::collection::vec(span(), 1..120), 1..20),
        columns in 1u16..120,
        size in 1usize..9,
        part in 1u64..110,
    ) {
        let (trace, end) = trace(&tasks);
        let until = end.times(part, 100);
        let view = Viewport { grid: Grid::over(Range::new(Ns::ZERO, end), columns), until };
        let order = order(&trace);
        let past: Vec<Ns> = State::ALL.map(|s| trace.tasks.iter().map(|t| t.sums(until)[s as usize]).sum()).to_vec();
        for how in [Folding::Alone, Folding::Groups(size), Folding::Band] {
            let scene = Scene::build(&trace, &view, &rows(&order, how), false);
            let lanes = scene.lanes.iter().flat_map(|l| &l.columns);
            let drawn: Vec<_> = lanes.chain(scene.band.iter().flat_map(|b| &b.columns)).collect();
            let sums: Vec<Ns> = State::ALL.map(|s| drawn.iter().map(|c| c.sums.states[s as usize]).sum()).to_vec();
            prop_assert_eq!(&sums, &past, "{:?}", how);
            // And what is drawn of it: summed over rows and columns, to half a step each, or one where it is little.
            let cell = view.grid.cell;
            let exact = trace.tasks.iter().map(|t| t.sums(until)[State::Running as usize].share_of(cell)).sum::<f64>();
            let heights = scene.lanes.iter().map(|l| {
                let whole = cell.times(l.tasks as u64, 1);
                l.columns.iter().map(|c| f64::from(c.height(whole, 16))).sum::<f64>() * l.tasks as f64 / 16.0
            });
            let band = scene.band.iter().map(|b| {
                let whole = cell.times(b.tasks as u64, 1);
                b.columns.iter().map(|c| f64::from(c.height(whole, 80))).sum::<f64>() * b.tasks as f64 / 80.0
            });
            let off = heights.chain(band).sum::<f64>() - exact;
            let most = f64::from(columns) * tasks.len() as f64 / 16.0;
            prop_assert!(off.abs() <= most + 1e-6, "{} of {}", off, exact);
        }
    }

    #[test]
    fn a_band_of_some_tasks_is_the_sum_of_theirs(tasks in tasks(), columns in 1u16..120, part in 1u64..110) {
        let (trace, end) = trace(&tasks);
        let until = end.times(part, 100);
        let grid = Grid::over(Range::new(Ns::ZERO, end), columns);
        let mut order = order(&trace);
        let scene = |order: &[TaskId]| {
            Scene::build(&trace, &Viewport { grid, until }, &rows(order, Folding::Band), false).band.expect("a band")
        };
        let all = scene(&order);
        let mut added = vec![concviz::scene::Column::default(); usize::from(grid.columns)];
        trace.tasks.iter().for_each(|t| fold_into(&mut added, t, &grid, until));
        for (one, other) in all.columns.iter().zip(&added) {
            prop_assert_eq!(one.sums, other.sums);
        }
        order.truncate(1);
        let (one, alone) = (scene(&order), fold(&trace.tasks[0], &grid, until));
        for (one, other) in one.columns.iter().zip(&alone) {
            prop_assert_eq!(one.sums, other.sums);
        }
    }
}

/// A run of `tasks` tasks that take turns on the cores 0 and 1 of ten, each for its own while.
fn many(tasks: u32, size: (u16, u16)) -> App {
    let mut app = made::app("cpu", size);
    app.setup.workload.set("tasks", Value::Count(tasks.into())).expect("as many as there may be");
    let each = 2_000.0 / f64::from(tasks);
    app.setup.workload.set("cpu", Value::Time(Ns((each * 1e6) as u64))).expect("a length of time");
    made::type_in(&mut app, "2");
    let run = made::id(&app);
    made::tell(
        &mut app,
        Message::Begin(
            run,
            Begin {
                t0: made::T0,
                pid: 100,
                workers: 8,
                cores: (0..10).collect(),
                kernel_record: KernelRecord::Switches,
                ..Begin::default()
            },
        ),
    );
    let mut made = Made::default();
    made.submit(tasks);
    for task in 0..tasks {
        let from = f64::from(task) * each * 0.5;
        made.enter(from, task, 0, 0, State::Ready, true);
        made.enter(from + each, task, 0, (task % 2) as u16, State::Running, true);
        made.end(from + 2.0 * each, task, 0, Outcome::Done, 0);
    }
    made::tell(&mut app, Message::Events(run, made.into_events()));
    let end = End { at: made::at(1_900.0), ..End::default() };
    made::tell(&mut app, Message::End(run, Box::new(end), Conditions::default()));
    made::tell(&mut app, Message::Tick(made::at(1_900.0)));
    app
}

fn drawn(app: &App) -> String {
    let area = Rect::new(0, 0, app.size.0, app.size.1);
    let mut buffer = Buffer::empty(area);
    render(app, Look::default(), area, &mut buffer);
    text(&buffer)
}

/// The row in which `word` stands.
fn row(screen: &str, word: &str) -> u16 {
    let found = screen.lines().position(|line| line.contains(word));
    found.unwrap_or_else(|| panic!("{word} is not on the screen:\n{screen}")) as u16
}

#[test]
fn where_not_all_tasks_fit_they_share_rows() {
    let app = many(64, (120, 36));
    insta::assert_snapshot!(drawn(&app));
}

#[test]
fn the_selected_task_has_a_lane_of_its_own_and_nothing_moves_above_it() {
    let mut app = many(64, (120, 36));
    let before = drawn(&app);
    app.focus.selection = Some(Selection { task: TaskId(18), at: None });
    let after = drawn(&app);
    for name in ["task 17-18", "›task 19", "task 20-24", "task 57-64"] {
        row(&after, name);
    }
    assert_eq!(row(&before, "task 9-16"), row(&after, "task 9-16"));
    assert_eq!(row(&before, "cores busy"), row(&after, "cores busy"));
}

#[test]
fn far_too_many_tasks_become_a_band_by_state() {
    let app = many(1_000, (80, 24));
    insta::assert_snapshot!(drawn(&app));
    let mut app = many(1_000, (80, 24));
    app.focus.selection = Some(Selection { task: TaskId(499), at: None });
    let screen = drawn(&app);
    assert!(row(&screen, "›task 500") > row(&screen, "1000"));
    assert_eq!(row(&screen, "cores busy"), row(&drawn(&many(1_000, (80, 24))), "cores busy"));
}

#[test]
fn a_press_on_what_several_tasks_share_means_the_one_that_worked() {
    let app = many(64, (120, 36));
    let area = Rect::new(0, 0, 120, 36);
    let y = row(&drawn(&app), "task 17-24");
    // Task 20 works from 328 to 359 ms; the axis begins in column 20.
    let grid = app.grid(84);
    let x = 20 + grid.place(Ns::from_millis(345)).expect("visible") as u16;
    let pressed = hit(&app, area, x, y);
    let Some(Message::Click(Target::Lane(task, Some(at)))) = pressed else { panic!("{pressed:?}") };
    let track = &app.run().expect("a run").trace().tasks[task.index()];
    assert!((16..24).contains(&task.0));
    assert_eq!(track.state_at(at).map(|s| s.state), Some(State::Running));
    let band = many(1_000, (80, 24));
    let y = row(&drawn(&band), "tasks  ");
    assert!(matches!(hit(&band, Rect::new(0, 0, 80, 24), 30, y + 2), Some(Message::Click(Target::Lane(_, Some(_))))));
}

#[test]
fn idle_cores_share_one_row() {
    let screen = drawn(&many(8, (200, 60)));
    assert!(row(&screen, "core 1 ") > row(&screen, "core 0 "));
    let idle = row(&screen, "cores 2-9");
    assert_eq!(idle, row(&screen, "core 1 ") + 1);
    assert!(screen.lines().nth(idle.into()).is_some_and(|line| line.ends_with("idle")), "{screen}");
    let narrow = drawn(&many(8, (80, 24)));
    assert!(!narrow.contains("idl ") && !narrow.contains("idle cor"), "{narrow}");
}

#[test]
fn a_band_of_nothing_but_ascii_and_one_without_colours_can_be_read() {
    let app = many(1_000, (80, 24));
    let area = Rect::new(0, 0, 80, 24);
    for look in [Look { ascii: true, ..Look::default() }, Look { depth: Depth::None, ..Look::default() }] {
        let mut buffer = Buffer::empty(area);
        render(&app, look, area, &mut buffer);
        let screen = text(&buffer);
        let count = |c: char| screen.matches(c).count();
        let queued = if look.ascii { '_' } else { '·' };
        assert!(count(queued) > 50, "the queue is an area:\n{screen}");
        assert!(!look.ascii || buffer.content.iter().all(|c| c.symbol().is_ascii()));
    }
}

#[test]
fn any_number_of_tasks_can_be_drawn_at_any_size_and_every_one_selected() {
    for tasks in [1, 5, 12, 24, 25, 73, 400, 4_096] {
        let mut app = many(tasks, (80, 24));
        for (width, height) in [(40, 12), (41, 13), (63, 20), (80, 24), (99, 30), (120, 36), (200, 60), (300, 100)] {
            let area = Rect::new(0, 0, width, height);
            for selected in [None, Some(0), Some(tasks / 2), Some(tasks - 1)] {
                app.focus.selection = selected.map(|n| Selection { task: TaskId(n), at: None });
                let mut buffer = Buffer::empty(area);
                render(&app, Look::default(), area, &mut buffer);
                let screen = text(&buffer);
                let name = selected.map(|n| format!("›{}", n + 1));
                // Where the name is cut, its number is what is kept.
                let own = |n: &String| screen.contains('›') && screen.contains(&n[n.len().min(3)..]);
                assert!(name.as_ref().is_none_or(own), "{tasks} tasks, {width}x{height}:\n{screen}");
                for y in 0..height {
                    hit(&app, area, width / 2, y);
                }
            }
        }
    }
}
