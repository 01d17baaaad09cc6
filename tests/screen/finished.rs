//! The view of the order in which tasks finished: what is kept, what is said, and pictures.

use concviz::app::{App, Key, Message, RowOrders, Target, View};
use concviz::export::text;
use concviz::insight::KEPT_ORDERS;
use concviz::palette::Theme;
use concviz::state::{Outcome, State};
use concviz::ui::{Depth, Look};
use concviz::units::{Ns, TaskId};
use concviz::workload::Value;
use insta::assert_snapshot;

use super::made::{self, Made};
use super::pictures::{draw, styled};
use super::variants;

/// The run that was asked for comes to its end: its tasks finish in this `order`, one a tenth of a second.
fn finish(app: &mut App, order: &[u32]) {
    let mut made = Made::default();
    made.submit(order.len() as u32);
    for (place, task) in order.iter().enumerate() {
        let end = 100.0 * (place + 1) as f64;
        made.enter(1.0, *task, (*task % 4) as u16, 0, State::Sleep, true);
        made.end(end, *task, (*task % 4) as u16, Outcome::Done, 0);
    }
    made.finish(app, 100.0 * order.len() as f64, 0.0);
}

fn shown(app: &mut App) {
    made::tell(app, Message::Click(Target::View(View::Order, false)));
}

/// Six runs on threads, whose order differs, then two serial ones and one async; threads are watched in the end.
fn runs(size: (u16, u16)) -> App {
    let mut app = made::app("cpu", size);
    finish(&mut app, &[0, 1, 2, 3]);
    made::type_in(&mut app, "r");
    finish(&mut app, &[0, 1, 2, 3]);
    made::type_in(&mut app, "4");
    finish(&mut app, &[0, 1, 2, 3]);
    for order in [[3, 2, 1, 0], [0, 1, 2, 3], [0, 1, 3, 2], [1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 2, 3]] {
        made::type_in(&mut app, "2");
        finish(&mut app, &order);
    }
    shown(&mut app);
    app
}

fn rows(app: &App) -> Vec<String> {
    text(&draw(app, Look::default())).lines().map(str::to_owned).collect()
}

fn picture(app: &App) -> String {
    styled(&draw(app, Look::default()))
}

/// The orders of a row, the newest first.
fn orders(row: &RowOrders) -> Vec<Vec<u32>> {
    row.runs.iter().map(|run| run.tasks.iter().map(|task| task.0).collect()).collect()
}

#[test]
fn the_orders_on_a_projector() {
    assert_snapshot!(picture(&runs((80, 24))));
}

#[test]
fn the_orders_on_the_reference_size() {
    assert_snapshot!(picture(&runs((120, 36))));
}

#[test]
fn the_orders_on_the_least_screen_without_colour() {
    let look = Look { theme: Theme::Dark, depth: Depth::None, ascii: true };
    assert_snapshot!(styled(&draw(&runs((40, 12)), look)));
}

#[test]
fn the_last_five_of_each_row_are_kept_and_told_of() {
    let app = runs((80, 24));
    let kept = app.orders();
    assert_eq!(kept.iter().map(|row| row.runs.len()).collect::<Vec<_>>(), [KEPT_ORDERS, 2, 1]);
    let threads = [[0, 1, 2, 3], [0, 2, 1, 3], [1, 0, 2, 3], [0, 1, 3, 2], [0, 1, 2, 3]];
    assert_eq!(orders(&kept[0]), threads);
    assert_eq!(kept[0].runs.iter().map(|run| run.number).collect::<Vec<_>>(), [6, 5, 4, 3, 2]);
    assert!(kept.iter().all(|row| row.so_far.is_none()));
    let said = rows(&app).join("\n");
    for sentence in [
        "threads: 5 runs, 4 different orders.",
        "serial: 2 runs, always the same order: 1 2 3 4.",
        "async: 1 run: 1 2 3 4.",
    ] {
        assert!(said.contains(sentence), "{said}");
    }
    let beside: Vec<&str> =
        said.lines().filter(|row| row.starts_with(" run ")).map(|row| row.get(64..).unwrap_or("").trim()).collect();
    let threads = ["", "differs from 2", "differs from 1", "differs from 3", "as the newest"];
    assert_eq!(beside, [&threads[..], &["", "as the newest"], &[""]].concat());
}

#[test]
fn other_work_has_no_orders_yet_and_a_run_that_is_stopped_has_none() {
    let mut app = runs((80, 24));
    made::type_in(&mut app, "2");
    made::type_in(&mut app, "3");
    finish(&mut app, &[3, 0, 1, 2]);
    assert_eq!(app.orders().iter().map(|row| row.runs.len()).collect::<Vec<_>>(), [1, 2, KEPT_ORDERS, 1]);
    app.setup.workload.set("tasks", Value::Count(6)).expect("as many as there may be");
    made::type_in(&mut app, "2");
    assert!(app.orders().iter().all(|row| row.runs.is_empty()));
    assert!(rows(&app).iter().any(|row| row.contains("No run has come to its end yet.")), "{:#?}", rows(&app));
    finish(&mut app, &[5, 4, 3, 2, 1, 0]);
    assert_eq!(app.orders().iter().map(orders).collect::<Vec<_>>(), [[[5, 4, 3, 2, 1, 0]]]);
}

#[test]
fn the_line_of_the_run_that_goes_on_grows_and_follows_the_playhead() {
    let mut app = runs((80, 24));
    made::type_in(&mut app, "<<<<<<<<<<<<<<<<<<");
    let so_far = |app: &App| app.orders()[0].so_far.clone();
    let (place, part) = so_far(&app).expect("not at the end");
    assert_eq!((place, part.number), (Some(0), 6));
    assert!(part.tasks.len() < 4 && part.tasks.is_sorted(), "{part:?}");
    made::press(&mut app, &[Key::Esc]);
    assert_eq!(so_far(&app), None);
    made::type_in(&mut app, "2");
    let mut run = Made::default();
    run.submit(4);
    run.end(100.0, 2, 0, Outcome::Done, 0);
    run.end(200.0, 1, 0, Outcome::Killed, 9);
    run.begin(&mut app);
    made::tell(&mut app, Message::Tick(made::T0 + Ns::from_millis(300)));
    let (place, part) = so_far(&app).expect("it goes on");
    assert_eq!((place, part.number, part.tasks), (None, 7, vec![TaskId(2)]), "only who was done is in the order");
}

#[test]
fn where_not_all_places_have_room_the_rest_is_counted_and_a_chosen_task_stands_out() {
    let mut app = made::app("cpu", (80, 24));
    app.setup.workload.set("tasks", Value::Count(1_000)).expect("as many as there may be");
    made::type_in(&mut app, "4");
    let order: Vec<u32> = (0..1_000).collect();
    finish(&mut app, &order);
    shown(&mut app);
    let said = rows(&app);
    assert!(said.iter().any(|row| row.contains("+948 more")), "{said:#?}");
    assert!(said.iter().any(|row| row.contains("async: 1 run: 1 2 3 4 5 6 7 8 9 10 11 12 ...")), "{said:#?}");
    let whole = picture(&runs((80, 24)));
    let mut app = runs((80, 24));
    made::press(&mut app, &[Key::Down]);
    assert_ne!(picture(&app), whole);
}

#[test]
fn a_file_has_the_orders_of_its_runs() {
    let app = runs((80, 24));
    // Of each row the newest run is kept beside the one that is watched: two files that hold them have two of each.
    let viewed = |names: &[&str]| {
        let files = names.iter().map(|name| ((*name).to_owned(), made::opened(&app))).collect();
        App::viewing(files, made::T0, (80, 24)).expect("runs")
    };
    let one = viewed(&["a.concviz"]);
    let counts = |app: &App| app.orders().iter().map(|row| row.runs.len()).collect::<Vec<_>>();
    let single = counts(&one);
    assert_eq!((single.len(), single.iter().sum::<usize>()), (3, made::opened(&app).recordings.len()));
    let two = viewed(&["a.concviz", "b.concviz"]);
    assert_eq!(counts(&two), single.iter().map(|count| 2 * count).collect::<Vec<_>>());
}

#[test]
fn a_variant_has_orders_of_its_own_and_those_of_the_others_stay() {
    let mut app = variants::started((80, 24), variants::race());
    finish(&mut app, &[0, 1, 2, 3]);
    made::type_in(&mut app, "a");
    finish(&mut app, &[3, 2, 1, 0]);
    let kept: Vec<(String, Vec<Vec<u32>>)> = app.orders().iter().map(|row| (row.name.clone(), orders(row))).collect();
    let row = |name: &str, order: [u32; 4]| (name.to_owned(), vec![order.to_vec()]);
    assert_eq!(kept, [row("serial locked", [3, 2, 1, 0]), row("serial plain", [0, 1, 2, 3])]);
}
