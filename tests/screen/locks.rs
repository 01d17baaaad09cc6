//! Lanes of locks, and the way from a wait to whoever ended it.

use concviz::app::{App, Key, Message};
use concviz::export::text;
use concviz::state::{Awaited, Failure, Outcome, State, Waiting};
use concviz::text::NoLink;
use concviz::trace::Event;
use concviz::ui::{Look, render};
use concviz::units::{LockId, Ns, Range, TaskId, WorkerId};
use insta::assert_snapshot;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::made::{self, Made};

const GIL: LockId = LockId(0);

fn screen(app: &App, look: Look) -> Buffer {
    let area = Rect::new(0, 0, app.size.0, app.size.1);
    let mut buffer = Buffer::empty(area);
    render(app, look, area, &mut buffer);
    buffer
}

fn drawn(app: &App) -> String {
    text(&screen(app, Look::default()))
}

fn start(made: &mut Made, tasks: u32) {
    made.submit(tasks);
    for task in 0..tasks {
        made.add(0.05, task as u16, 0, Event::WorkerStarted { pid: 100, tid: 101 + task });
    }
}

/// `task` has the lock from one instant to the other, computing, and had waited for it for some time.
fn turn(made: &mut Made, lock: LockId, task: u32, (from, to): (f64, f64), waited: f64, forced: bool) {
    let (worker, id) = (task as u16, TaskId(task));
    made.add(from, worker, 0, Event::LockTaken { lock, task: id, waited: Ns((waited * 1e6) as u64) });
    made.enter(from, task, worker, (task % 2) as u16, State::Running, true);
    made.add(to, worker, 0, Event::LockReleased { lock, task: id, forced });
}

/// Three tasks take turns on the GIL, 5 ms each. In every turn one asks and another one times out; each fourth turn ends
/// by itself, with a sleep of 4 ms.
fn gil(turns: u32) -> Made {
    let mut made = Made::default();
    start(&mut made, 4);
    for task in 0..3u32 {
        made.enter(0.1, task, task as u16, 0, State::Gil, true);
    }
    made.enter(0.1, 3, 3, 0, State::Sleep, true);
    for n in 0..turns {
        let (task, next, other) = (n % 3, (n + 1) % 3, (n + 2) % 3);
        let (from, to) = (0.2 + f64::from(n) * 5.2, 0.2 + f64::from(n) * 5.2 + 5.1);
        let forced = n % 4 != 3;
        turn(&mut made, GIL, task, (from, to), 10.0, forced);
        made.add(to - 2.0, other as u16, 0, Event::LockTimeout { lock: GIL, task: TaskId(other) });
        if forced {
            made.add(to - 0.02, next as u16, 0, Event::DropRequest { lock: GIL, task: TaskId(next) });
            made.enter(to, task, task as u16, 0, State::Gil, true);
        } else {
            made.enter(to, task, task as u16, 0, State::Sleep, true);
            made.enter(to + 4.0, task, task as u16, 0, State::Gil, true);
        }
    }
    made
}

/// The program with that run, over after 24 turns, and the lens on them.
fn turns(size: (u16, u16)) -> App {
    let mut app = made::app("cpu", size);
    made::type_in(&mut app, "2g");
    let mut made = gil(24);
    for task in 0..4 {
        made.end(125.0, task, task as u16, Outcome::Done, 0);
    }
    made.finish(&mut app, 125.0, 0.0);
    made::press(&mut app, &[Key::Tab]);
    app
}

/// Selects task 1, and of its segments the first in `state` from `ms` on.
fn select(app: &mut App, state: State, ms: f64) {
    app.focus.selection = None;
    app.focus.detail = false;
    made::press(app, &[Key::Down]);
    for _ in 0..60 {
        made::type_in(app, ".");
        let span = app.selected_span().expect("a segment");
        if span.state == state && span.range.from.as_millis() >= ms {
            return;
        }
    }
    panic!("there is no {state:?} after {ms} ms");
}

fn toast(app: &App) -> &str {
    app.toast.as_ref().map_or("", |t| t.text.as_str())
}

#[test]
fn a_wait_is_connected_with_whoever_ended_it_on_a_projector() {
    let mut app = turns((80, 24));
    select(&mut app, State::Gil, 30.0);
    assert_snapshot!(drawn(&app));
}

#[test]
fn a_wait_is_connected_with_whoever_ended_it_on_the_reference_size() {
    let mut app = turns((120, 36));
    select(&mut app, State::Gil, 30.0);
    assert_snapshot!(drawn(&app));
}

#[test]
fn a_wait_is_connected_with_whoever_ended_it_on_a_large_screen() {
    let mut app = turns((200, 60));
    select(&mut app, State::Gil, 30.0);
    assert_snapshot!(drawn(&app));
}

#[test]
fn the_way_to_the_holder_is_drawn_in_ascii_too() {
    for size in [(40, 12), (80, 24), (120, 36), (200, 60)] {
        let mut app = turns(size);
        select(&mut app, State::Gil, 30.0);
        let buffer = screen(&app, Look { ascii: true, ..Look::default() });
        let stranger = buffer.content.iter().find(|c| !c.symbol().is_ascii());
        assert_eq!(stranger, None, "{size:?}");
        assert_eq!(text(&buffer).matches('?').count(), 1, "only the footer's: {}", text(&buffer));
    }
}

#[test]
fn u_goes_to_what_the_holder_did_and_brings_it_into_view() {
    let mut app = turns((120, 36));
    select(&mut app, State::Gil, 30.0);
    let wait = app.selected_span().expect("a wait");
    let found = app.unblocker().expect("somebody had it");
    assert_eq!((found.holder, found.forced), (TaskId(2), true));
    // So near that the holder's turn begins left of what is seen.
    app.focus.zoom = Some(Range::new(wait.range.to - Ns::from_millis(2), wait.range.to + Ns::from_millis(2)));
    made::type_in(&mut app, "u");
    let there = app.selected_span().expect("the holder's segment");
    assert_eq!(app.focus.task(), Some(TaskId(2)));
    assert_eq!((there.state, Some(there.range.to)), (State::Running, found.released));
    assert!(app.focus.detail && app.visible().contains(there.range.from));
    assert_eq!(toast(&app), "");
    // From there it goes no further by itself, but from the wait before it does.
    made::type_in(&mut app, "u");
    assert_eq!(toast(&app), NoLink::State(State::Running, false).text());
    made::type_in(&mut app, ",u");
    let further = app.focus.selection.expect("a selection");
    assert_eq!(further.task, TaskId(1), "who had it before task 3");
}

#[test]
fn where_nobody_ended_it_u_says_why() {
    let mut app = turns((80, 24));
    made::type_in(&mut app, "u");
    assert_eq!(toast(&app), NoLink::NothingSelected.text());
    for state in [State::Sleep, State::Running, State::Queued] {
        select(&mut app, state, 0.0);
        let before = app.focus.selection;
        made::type_in(&mut app, "u");
        assert_eq!((toast(&app), app.focus.selection), (NoLink::State(state, false).text(), before));
        assert!(drawn(&app).contains(toast(&app)), "it is shown");
    }
    select(&mut app, State::Gil, 30.0);
    made::type_in(&mut app, "/task 1");
    made::press(&mut app, &[Key::Enter]);
    let before = app.focus.selection;
    made::type_in(&mut app, "u");
    assert_eq!((toast(&app), app.focus.selection), (NoLink::Hidden.text(), before));
}

#[test]
fn while_a_wait_goes_on_the_holder_is_named() {
    let mut app = made::app("cpu", (120, 36));
    made::type_in(&mut app, "2g");
    gil(3).begin(&mut app);
    let mut more = Made::default();
    more.add(15.8, 0, 0, Event::LockTaken { lock: GIL, task: TaskId(0), waited: Ns::from_millis(10) });
    more.enter(15.8, 0, 0, 0, State::Running, true);
    let run = made::id(&app);
    made::tell(&mut app, Message::Events(run, more.into_events()));
    made::tell(&mut app, Message::Tick(made::at(18.0)));
    made::press(&mut app, &[Key::Down, Key::Down, Key::Enter]);
    let text = drawn(&app);
    assert!(text.contains("GIL held by task 1, for 2.2 ms so far.  u: go there"), "{text}");
    made::type_in(&mut app, "u");
    assert_eq!(app.focus.task(), Some(TaskId(0)));
    assert_eq!(app.selected_span().map(|s| (s.state, s.open)), Some((State::Running, true)));
}

/// Four tasks on threads, two locks of the workload's own, and the GIL where `gil` says so.
fn two_locks(size: (u16, u16), gil: bool) -> App {
    let text = "format = 1\nname = \"own\"\n[[tasks]]\nname = \"task\"\ncount = 4\nsteps = [\n\
                { lock = { name = \"ledger\", steps = [\"yield\"] } }, { lock = { name = \"till\", steps = [\"yield\"] } } ]";
    let mut app = made::app("cpu", size);
    app.setup.workload = concviz::workload::parse("own.toml", text).expect("a workload");
    made::type_in(&mut app, if gil { "2g" } else { "2" });
    let mut made = Made::default();
    start(&mut made, 4);
    // One after the other has the ledger for 2 ms, and the till for 10.
    for task in 0..4u32 {
        let n = f64::from(task);
        made.add(0.1, task as u16, 0, Event::WorkerStarting { who: WorkerId(task as u16), task: TaskId(task) });
        made.enter(0.2, task, task as u16, 0, State::Lock, true);
        let (first, second) = (1.0 + n * 2.0, 10.0 + n * 10.0);
        turn(&mut made, LockId::named(0), task, (first, first + 2.0), first - 0.2, false);
        if gil {
            turn(&mut made, GIL, task, (first, first + 2.0), 0.0, false);
        }
        made.enter(first + 2.0, task, task as u16, 0, State::Lock, true);
        turn(&mut made, LockId::named(1), task, (second, second + 10.0), second - first - 2.0, false);
        made.end(second + 10.0, task, task as u16, Outcome::Done, 0);
    }
    made.finish(&mut app, 50.0, 0.0);
    made::type_in(&mut app, "f");
    app
}

#[test]
fn locks_of_the_workload_have_lanes_below_the_gil_the_one_most_waited_for_first() {
    let app = two_locks((200, 60), true);
    let text = drawn(&app);
    let row =
        |name: &str| text.lines().position(|l| l.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {text}"));
    assert!(row(" GIL held") < row(" waiters"));
    assert!(row(" waiters") < row(" lock till"));
    assert!(row(" lock till") < row(" lock ledger"));
    assert!(text.contains("held 80 %"), "{text}");
}

#[test]
fn waiters_of_several_locks_are_told_apart() {
    let app = two_locks((120, 36), false);
    let columns = 84;
    let rows = concviz::scene::Rows::default();
    let scene = app.scene(columns, &rows).expect("a run");
    let grid = app.grid(columns);
    let total = |place: usize| scene.locks[place].waiting.iter().sum::<f64>() * grid.cell.as_millis();
    // Of the till: what each waited; of the ledger likewise.
    let till: f64 = (0..4).map(f64::from).map(|n| 10.0 + n * 10.0 - 3.0 - n * 2.0).sum();
    let ledger: f64 = (0..4).map(f64::from).map(|n| 0.8 + n * 2.0).sum();
    assert_eq!(scene.locks.iter().map(|l| l.lock).collect::<Vec<_>>(), [LockId::named(1), LockId::named(0)]);
    assert!((total(0) - till).abs() < 0.01, "{} {till}", total(0));
    assert!((total(1) - ledger).abs() < 0.01, "{} {ledger}", total(1));
}

#[test]
fn a_wait_for_a_lock_of_the_workload_leads_to_its_holder() {
    let mut app = two_locks((120, 36), false);
    made::press(&mut app, &[Key::Down, Key::Down, Key::Down]);
    for _ in 0..10 {
        made::type_in(&mut app, ".");
        if app.selected_span().is_some_and(|s| s.state == State::Lock && s.range.from.as_millis() > 3.0) {
            break;
        }
    }
    assert_snapshot!(drawn(&app));
    made::type_in(&mut app, "u");
    assert_eq!(app.focus.task(), Some(TaskId(1)));
}

/// Five tasks on threads, each of which has a fork and waits for the next one's: the run was ended for that.
fn philosophers(size: (u16, u16)) -> App {
    let steps = |own: u16, next: u16| {
        format!(
            "[{{ lock = {{ name = \"fork {own}\", steps = [{{ lock = {{ name = \"fork {next}\", steps = [] }} }}] }} }}]"
        )
    };
    let task = |n: u16| format!("[[tasks]]\nname = \"thinker {n}\"\nsteps = {}\n", steps(n, n % 5 + 1));
    let text = format!("format = 1\nname = \"own\"\n{}", (1..=5).map(task).collect::<String>());
    let text = text.replace("steps = []", "steps = [\"yield\"]");
    let mut app = made::app("cpu", size);
    app.setup.workload = concviz::workload::parse("own.toml", &text).expect("a workload");
    made::type_in(&mut app, "2");
    let mut made = Made::default();
    start(&mut made, 5);
    for task in 0..5u32 {
        let (worker, at) = (task as u16, 2.0 + f64::from(task) * 3.0);
        let lock = LockId::named(worker);
        made.enter(0.2, task, worker, 0, State::Sleep, true);
        made.add(at, worker, 0, Event::LockTaken { lock, task: TaskId(task), waited: Ns::ZERO });
        made.enter(at, task, worker, 0, State::Running, true);
        made.enter(at + 20.0, task, worker, 0, State::Lock, true);
    }
    made.begin(&mut app);
    let names: Vec<String> = app.run().expect("a run").trace().lock_names.clone();
    let waiting = |n: usize| Waiting {
        task: format!("thinker {}", n + 1),
        awaits: Awaited::Lock(Some(format!("fork {}", (n + 1) % 5 + 1))),
    };
    assert_eq!(names, (1..=5).map(|n| format!("fork {n}")).collect::<Vec<_>>());
    made::tell(&mut app, Message::Tick(made::at(80.0)));
    let run = made::id(&app);
    made::tell(&mut app, Message::Failed(run, Failure::Deadlock { circle: (0..5).map(waiting).collect() }));
    app
}

#[test]
fn a_circle_is_drawn_from_each_to_the_one_that_has_what_it_waits_for() {
    for size in [(80, 24), (120, 36)] {
        let app = philosophers(size);
        let stuck: Vec<_> = app.stuck().into_iter().map(|s| (s.task.0, s.holder.0, s.lock)).collect();
        let expected = |n: u32| (n, (n + 1) % 5, Some(LockId::named(((n + 1) % 5) as u16)));
        assert_eq!(stuck, (0..5).map(expected).collect::<Vec<_>>());
        assert_snapshot!(format!("a_circle_{}x{}", size.0, size.1), drawn(&app));
    }
}

#[test]
fn in_a_circle_u_goes_round() {
    let mut app = philosophers((120, 36));
    made::press(&mut app, &[Key::Down]);
    for expected in [1, 2, 3, 4, 0] {
        made::type_in(&mut app, ",.");
        while app.selected_span().is_some_and(|span| span.state != State::Lock) {
            made::type_in(&mut app, ".");
        }
        made::type_in(&mut app, "u");
        assert_eq!((app.focus.task(), toast(&app)), (Some(TaskId(expected)), ""));
    }
}
