//! The view of the workers: whose task each had, keys, mouse and pictures.

use concviz::app::{App, Key, Message, Target, View};
use concviz::export::text;
use concviz::palette::Theme;
use concviz::state::{Outcome, State};
use concviz::trace::{Event, KernelRecord};
use concviz::ui::{Depth, Look, hit};
use concviz::units::{TaskId, WorkerId};
use concviz::workload::Value;
use insta::assert_snapshot;
use ratatui::layout::Rect;

use super::made::{self, Made};
use super::pictures::{draw, styled};

/// The program before a run of `key` with so many tasks on so many workers.
fn asked(size: (u16, u16), key: &str, tasks: u64, workers: u16) -> App {
    let mut app = made::app("cpu", size);
    app.setup.workload.set("tasks", Value::Count(tasks)).expect("as many as there may be");
    app.setup.wishes.workers = Some(workers);
    made::type_in(&mut app, key);
    app
}

/// Twelve tasks on four threads: each works, sleeps, and works again; who is free takes the next. One thread is killed.
fn pool(app: &mut App) {
    let mut made = Made::default();
    made.submit(12);
    for worker in 0..4u32 {
        made.add(0.0, 4, 0, Event::WorkerStarting { who: WorkerId(worker as u16), task: TaskId(worker) });
        made.add(20.0, worker as u16, 0, Event::WorkerStarted { pid: 100, tid: 101 + worker });
    }
    // When each worker is free again: the lengths of tasks differ, so that it is not always the same one's turn.
    let mut free = [20.0f64; 4];
    for task in 0..12u32 {
        let worker = (0..4).min_by(|a, b| free[*a].total_cmp(&free[*b])).expect("four workers");
        let (from, work, sleep) = (free[worker], 40.0 + f64::from(task * 7 % 5) * 20.0, f64::from(task % 3) * 60.0);
        let core = (worker % 2) as u16;
        made.enter(from, task, worker as u16, core, State::Running, true);
        made.enter(from + work, task, worker as u16, core, State::Sleep, true);
        made.enter(from + work + sleep, task, worker as u16, core, State::Running, true);
        free[worker] = from + work + sleep + 30.0;
        made.end(free[worker], task, worker as u16, Outcome::Done, 0);
    }
    let gone = Event::WorkerEnded { who: WorkerId(3), outcome: Outcome::Killed, signal: 9 };
    made.add(free[3] + 40.0, 4, 0, gone);
    made.finish(app, 720.0, 0.0);
}

fn of_pool(size: (u16, u16)) -> App {
    let mut app = asked(size, "2", 12, 4);
    pool(&mut app);
    made::press(&mut app, &[Key::Tab]);
    assert_eq!(app.shown.view(), Some(View::Workers));
    app
}

fn rows(app: &App) -> Vec<String> {
    text(&draw(app, Look::default())).lines().map(str::to_owned).collect()
}

fn picture(app: &App) -> String {
    styled(&draw(app, Look::default()))
}

fn target(app: &App, x: u16, y: u16) -> Option<Target> {
    match hit(app, Rect::new(0, 0, app.size.0, app.size.1), x, y)? {
        Message::Click(target) => Some(target),
        other => panic!("a press gave {other:?}"),
    }
}

#[test]
fn a_pool_on_a_projector() {
    assert_snapshot!(picture(&of_pool((80, 24))));
}

#[test]
fn a_pool_on_the_reference_size() {
    assert_snapshot!(picture(&of_pool((120, 36))));
}

#[test]
fn a_pool_on_a_large_screen() {
    assert_snapshot!(picture(&of_pool((200, 60))));
}

#[test]
fn a_pool_without_colour() {
    let look = Look { theme: Theme::Dark, depth: Depth::None, ascii: false };
    assert_snapshot!(styled(&draw(&of_pool((80, 24)), look)));
}

#[test]
fn a_pool_in_ascii_on_the_least_screen() {
    let look = Look { theme: Theme::Dark, depth: Depth::True, ascii: true };
    assert_snapshot!(styled(&draw(&of_pool((40, 12)), look)));
}

#[test]
fn processes_with_a_worker_selected_and_explained() {
    let mut app = asked((120, 36), "3", 4, 4);
    made::processes_cpu(&mut app);
    made::press(&mut app, &[Key::Tab, Key::Down, Key::Down, Key::Char('.'), Key::Char('.')]);
    assert_snapshot!(picture(&app));
}

#[test]
fn one_worker_has_the_name_of_what_it_is() {
    let name = |key: &str, size| {
        let mut app = asked(size, key, 4, 4);
        if key == "1" {
            made::serial_cpu(&mut app)
        } else {
            made::async_io(&mut app)
        };
        made::press(&mut app, &[Key::Tab]);
        rows(&app)
    };
    for (key, long, short) in [("1", " main thread ", " main "), ("4", " event loop ", " loop ")] {
        assert!(name(key, (120, 36)).iter().any(|row| row.starts_with(long)), "{:#?}", name(key, (120, 36)));
        assert!(name(key, (40, 12)).iter().any(|row| row.starts_with(short)), "{:#?}", name(key, (40, 12)));
    }
}

#[test]
fn keys_walk_over_the_workers_and_over_what_each_did() {
    let mut app = of_pool((80, 24));
    let mut seen = Vec::new();
    for _ in 0..6 {
        made::press(&mut app, &[Key::Down]);
        seen.push(app.selected_worker().expect("one is selected").0);
    }
    assert_eq!(seen, [0, 1, 2, 3, 3, 3]);
    made::press(&mut app, &[Key::PageUp]);
    assert_eq!(app.selected_worker(), Some(WorkerId(0)));
    // Through all that the first worker did, from task to task.
    let (mut at, mut tasks) = (None, Vec::new());
    for _ in 0..20 {
        made::press(&mut app, &[Key::Char('.')]);
        assert!(app.focus.instant() >= at, "always on");
        at = app.focus.instant();
        tasks.extend(app.focus.task());
    }
    tasks.dedup();
    assert_eq!(app.selected_worker(), Some(WorkerId(0)));
    assert!(tasks.len() >= 3 && tasks.is_sorted(), "{tasks:?}");
    let line = rows(&app).into_iter().find(|row| row.contains("tasks: ")).expect("who it is");
    assert!(line.starts_with(" worker 1 (process 100, thread 101): "), "{line}");
    made::press(&mut app, &[Key::Char(','), Key::Char(',')]);
    assert!(app.focus.instant() < at);
}

#[test]
fn a_press_on_a_worker_selects_the_task_that_it_has_there() {
    let app = of_pool((120, 36));
    let y = rows(&app).iter().position(|row| row.starts_with(" worker 2")).expect("a worker") as u16;
    let presses: Vec<TaskId> = (20..100)
        .filter_map(|x| target(&app, x, y))
        .map(|press| match press {
            Target::Lane(task, Some(_)) => task,
            other => panic!("a press meant {other:?}"),
        })
        .collect();
    let mut tasks = presses.clone();
    tasks.dedup();
    assert!(tasks.len() >= 2 && tasks.is_sorted(), "{tasks:?}");
    let worker = app.run().expect("a run").worker_rows().len();
    assert_eq!(worker, 4);
}

#[test]
fn more_workers_than_rows_scroll_with_the_selected_one() {
    let mut app = asked((80, 24), "2", 40, 40);
    let mut made = Made::default();
    made.submit(40);
    for task in 0..40u32 {
        made.enter(f64::from(task), task, task as u16, 0, State::Running, true);
        made.end(f64::from(task) + 1.0, task, task as u16, Outcome::Done, 0);
    }
    made.finish(&mut app, 41.0, 0.0);
    made::press(&mut app, &[Key::Tab]);
    let shown = |app: &App| rows(app).iter().filter(|row| row.contains("worker ")).count();
    let first = rows(&app);
    let lanes = shown(&app);
    assert!(first.iter().any(|row| row.starts_with(" worker 1 ")), "{first:#?}");
    assert!(first.iter().any(|row| row.contains(&format!("{} more workers", 40 - lanes))), "{first:#?}");
    for _ in 0..30 {
        made::press(&mut app, &[Key::Down]);
        let who = app.selected_worker().expect("one").0 + 1;
        assert!(rows(&app).iter().any(|row| row.starts_with(&format!(" ›worker {who}"))), "{:#?}", rows(&app));
        assert_eq!(shown(&app), lanes);
    }
    assert!(rows(&app).iter().any(|row| row.contains("of them above")), "{:#?}", rows(&app));
}

#[test]
fn without_the_kernel_s_record_workers_show_what_they_said() {
    let mut app = of_pool((80, 24));
    let with = picture(&app);
    made::live(&mut app).run_mut().expect("a run").recording.trace.kernel_record =
        KernelRecord::None("it is refused".to_owned());
    let lanes =
        |picture: &str| picture.lines().filter(|row| row.contains("worker")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lanes(&with), lanes(&picture(&app)));
}
