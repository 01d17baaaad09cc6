//! Files with runs of several workloads: the list of them, what the keys reach, what is compared, and how it looks.

use concviz::app::{App, Effect, Key, Layer, Message, Playhead, Shown, Source, View};
use concviz::model::ModelKind;
use concviz::recording::{Observed, Opened, Origin, Recording};
use concviz::text::Label;
use concviz::ui::{Look, hit};
use insta::assert_snapshot;
use ratatui::layout::Rect;

use super::made::{self, T0};
use super::pictures::{draw, styled};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 36)];

/// Runs of `cpu`, one of `io`, one of `cpu` at half the scale, in the order in which a file could have them.
fn recordings() -> Vec<Recording> {
    let mut runs = made::opened(&made::first_minute((80, 24))).recordings;
    let mut io = made::app("io", (80, 24));
    made::type_in(&mut io, "4");
    made::async_io(&mut io);
    runs.push(io.run().expect("a run").recording.clone());
    runs.push(runs[1].clone());
    let mut half = runs[1].clone();
    let Origin::Planned(planned) = &mut half.origin else { panic!("it was planned") };
    planned.setup.scale = "0.5".parse().expect("a scale");
    runs.push(half);
    runs
}

fn viewed(size: (u16, u16)) -> App {
    opened(vec![("runs.concviz", recordings())], size)
}

fn opened(files: Vec<(&str, Vec<Recording>)>, size: (u16, u16)) -> App {
    let opened = |recordings| Opened { recordings, notes: Vec::new() };
    App::viewing(files.into_iter().map(|(name, runs)| (name.to_owned(), opened(runs))).collect(), T0, size)
        .expect("runs")
}

fn text(app: &App) -> String {
    concviz::export::text(&draw(app, Look::default()))
}

/// The number of the run that is shown.
fn shown(app: &App) -> u64 {
    made::id(app).0
}

fn toast(app: &App) -> &str {
    app.toast.as_ref().map_or("", |toast| toast.text.as_str())
}

/// Opens the work that is `down` places below the one that is shown.
fn open(app: &mut App, down: usize) {
    made::type_in(app, "o");
    made::press(app, &vec![Key::Down; down]);
    made::press(app, &[Key::Enter]);
}

#[test]
fn the_works_are_listed_with_their_models_runs_and_files() {
    let app = viewed((80, 24));
    let works = app.works();
    assert_eq!(works.iter().map(|work| work.name).collect::<Vec<_>>(), ["cpu scale=1", "io", "cpu scale=0.5"]);
    assert_eq!(works.iter().map(|work| work.runs.len()).collect::<Vec<_>>(), [4, 1, 1]);
    let rows: Vec<(ModelKind, bool, usize)> =
        works[0].rows().into_iter().map(|(model, runs)| (model.kind, model.lock.is_on(), runs)).collect();
    let threads = ModelKind::Threads;
    assert_eq!(rows, [(ModelKind::Serial, false, 1), (threads, false, 2), (threads, true, 1)]);
    assert!(works.iter().all(|work| work.files().is_empty()), "there is one file");
    let mut app = opened(vec![("before", recordings()), ("after", recordings())], (80, 24));
    assert_eq!(app.works().len(), 3, "the same work in two files is one work");
    assert_eq!(app.works()[1].files(), ["before", "after"]);
    made::type_in(&mut app, "o");
    let said = text(&app);
    for word in [Label::WorksTitle.text(), "cpu scale=0.5", "8 runs", "serial (2 runs), threads (4 runs)"] {
        assert!(said.contains(word), "no {word} in\n{said}");
    }
    made::press(&mut app, &[Key::Down]);
    let said = text(&app);
    assert!(said.contains("async (2 runs). In before, after."), "{said}");
}

#[test]
fn enter_opens_a_work_and_the_keys_stay_within_it() {
    let mut app = viewed((120, 36));
    assert_eq!((shown(&app), app.work().as_ref()), (1, "cpu scale=1"));
    assert!(text(&app).starts_with(" cpu scale=1 4 tasks"), "{}", text(&app));
    // The second run under threads is reached by the same key, and so is the first one again.
    made::type_in(&mut app, "2");
    assert_eq!((shown(&app), toast(&app)), (2, "Run 1 of 2 of threads."));
    made::type_in(&mut app, "2");
    assert_eq!((shown(&app), toast(&app)), (5, "Run 2 of 2 of threads."));
    made::type_in(&mut app, "2");
    assert_eq!((shown(&app), app.work().as_ref()), (2, "cpu scale=1"), "not the run of another scale");
    made::type_in(&mut app, "g");
    assert_eq!((shown(&app), toast(&app)), (3, ""));
    made::type_in(&mut app, "4");
    assert_eq!(shown(&app), 3, "async is of another workload");
    assert_eq!(toast(&app), "There is no such run of cpu scale=1; o lists the other workloads.");
    open(&mut app, 1);
    assert_eq!((shown(&app), app.work().as_ref(), app.layer), (4, "io", None));
    assert_eq!(app.setup.workload.name, "io");
    assert!(text(&app).starts_with(" io 4 tasks that wait"), "{}", text(&app));
    for key in ["1", "2", "3", "g", "G"] {
        made::type_in(&mut app, key);
        assert_eq!(
            (shown(&app), toast(&app)),
            (4, "There is no such run of io; o lists the other workloads."),
            "{key}"
        );
    }
    let scored = |app: &App| app.rows().iter().filter(|row| row.score.is_some()).count();
    assert_eq!(scored(&app), 1);
    open(&mut app, 1);
    assert_eq!((shown(&app), app.work().as_ref(), scored(&app)), (6, "cpu scale=0.5", 1));
    made::type_in(&mut app, "2");
    assert_eq!((shown(&app), toast(&app)), (6, ""), "one run is no repetition");
    // Back, and the same work again: the run stays.
    made::type_in(&mut app, "o");
    assert_eq!(app.layer, Some(Layer::Works(2)));
    made::press(&mut app, &[Key::Up, Key::Up, Key::Enter]);
    assert_eq!(shown(&app), 1);
    made::type_in(&mut app, "2");
    open(&mut app, 0);
    assert_eq!(shown(&app), 2);
    for close in [Key::Esc, Key::Char('o')] {
        made::type_in(&mut app, "o");
        made::press(&mut app, &[Key::Down, close]);
        assert_eq!((shown(&app), app.layer), (2, None), "{close:?}");
    }
    made::type_in(&mut app, "o4");
    assert_eq!((shown(&app), app.layer), (2, None), "a model key closes the list");
    assert!(toast(&app).starts_with("There is no such run"));
}

#[test]
fn another_work_is_another_story() {
    let mut app = viewed((120, 36));
    made::press(&mut app, &[Key::Tab, Key::Down, Key::Char('+'), Key::Char('/'), Key::Char('2'), Key::Enter]);
    made::type_in(&mut app, "z");
    open(&mut app, 1);
    assert_eq!((app.playhead, app.focus.zoom, app.focus.selection), (Playhead::Live, None, None));
    assert!(app.lanes.filter().is_empty());
    assert_eq!(app.shown.view(), Some(View::Workers), "but what was looked at is looked at");
}

#[test]
fn runs_of_one_work_are_compared() {
    let mut app = viewed((120, 36));
    made::type_in(&mut app, "22x");
    assert_eq!(toast(&app), "", "the verdict is to be read");
    made::press(&mut app, &[Key::Up]);
    let ids = |app: &App| app.compared().iter().map(|row| row.run.map(|run| run.id.0)).collect::<Vec<_>>();
    assert_eq!(ids(&app), [Some(1), Some(2), Some(3)]);
    let result = |app: &App| made::comparison(app).result().expect("a result").clone();
    assert!(result(&app).rows.iter().all(|row| row.source.is_none()), "one work needs no name");
    assert_eq!(result(&app).rows[1].runs.len(), 2);
    assert!(result(&app).rows[1].ratio.is_some_and(|ratio| ratio.is_ok()));
    assert_eq!(app.comparable().len(), 4);
    // Another work from there is compared too, on an axis of its own.
    let axis = app.axis;
    open(&mut app, 1);
    assert_eq!((ids(&app), app.work().as_ref()), (vec![Some(4)], "io"));
    assert!(matches!(app.shown, Shown::Comparison(_)) && app.axis > axis);
    made::press(&mut app, &[Key::Enter]);
    assert_eq!((shown(&app), app.shown.view()), (4, Some(View::Tasks)));
}

#[test]
fn what_nobody_planned_is_a_work_that_is_compared_with_nothing() {
    let command = vec!["/usr/bin/crawl".to_owned(), "--fast".to_owned()];
    let observed = Recording { origin: Origin::Observed(Observed { command }), ..recordings()[0].clone() };
    let mut runs = recordings();
    runs.push(observed);
    let mut app = opened(vec![("runs.concviz", runs)], (120, 36));
    open(&mut app, 3);
    assert_eq!((app.work().as_ref(), shown(&app)), ("crawl", 7));
    assert!(text(&app).starts_with(" crawl /usr/bin/crawl --fast"), "{}", text(&app));
    made::type_in(&mut app, "x");
    assert_eq!((app.shown.view(), toast(&app)), (Some(View::Tasks), Label::NothingToCompare.text()));
    assert_eq!(saved(&mut app), "concviz-crawl");
}

/// What a picture of `app` is called.
fn saved(app: &mut App) -> String {
    match made::type_in(app, "P").as_slice() {
        [Effect::Save(name)] => name.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pictures_are_called_after_workload_and_model() {
    let mut app = viewed((80, 24));
    made::type_in(&mut app, "2");
    assert_eq!(saved(&mut app), "concviz-cpu-scale-1-threads");
    made::type_in(&mut app, "x");
    assert_eq!(saved(&mut app), "concviz-cpu-scale-1-compare");
    open(&mut app, 1);
    assert_eq!(saved(&mut app), "concviz-io-compare");
    made::press(&mut app, &[Key::Enter]);
    assert_eq!(saved(&mut app), "concviz-io-async");
}

#[test]
fn the_list_answers_to_the_mouse() {
    for size in SIZES {
        let mut app = viewed(size);
        made::type_in(&mut app, "o");
        let said = text(&app);
        let y = said.lines().position(|line| line.contains(" io  ") && line.contains("1 run")).expect("its row") as u16;
        let message = hit(&app, Rect::new(0, 0, size.0, size.1), size.0 / 2, y).expect("an item");
        made::tell(&mut app, message);
        assert_eq!((app.work().as_ref(), app.layer), ("io", None));
        made::type_in(&mut app, "o");
        made::tell(&mut app, Message::Wheel { steps: 1, zoom_at: None });
        assert_eq!(app.layer, Some(Layer::Works(2)));
    }
}

#[test]
fn where_there_is_one_work_there_is_no_list() {
    let mut app = made::viewed((80, 24), &["one.concviz"]);
    let Source::Files(_) = &app.source else { panic!("from a file") };
    made::type_in(&mut app, "o");
    assert_eq!((app.layer, toast(&app)), (None, Label::OneWorkload.text()));
    assert!(!app.footer(false).contains(&concviz::app::Action::Open));
    assert!(viewed((80, 24)).footer(false).contains(&concviz::app::Action::Open));
    made::type_in(&mut app, "g");
    made::type_in(&mut app, "G");
    assert_eq!(toast(&app), Label::NoSuchRun.text());
}

#[test]
fn every_key_finds_something_to_do_or_says_why_not() {
    for size in [(40, 12), (80, 24), (200, 60)] {
        for first in ["", "o", "x", "ox"] {
            let mut app = viewed(size);
            made::type_in(&mut app, first);
            for binding in concviz::app::keys::KEYS {
                for key in binding.keys.iter().filter(|key| !matches!(key, Key::Char('q'))) {
                    made::press(&mut app, &[*key]);
                    draw(&app, Look::default());
                }
            }
        }
    }
}

#[test]
fn a_work_of_several_on_a_projector() {
    assert_snapshot!(styled(&draw(&viewed((80, 24)), Look::default())));
}

#[test]
fn a_work_of_several_on_the_reference_size() {
    let mut app = viewed((120, 36));
    open(&mut app, 1);
    assert_snapshot!(styled(&draw(&app, Look::default())));
}

#[test]
fn the_list_on_a_projector() {
    let mut app = viewed((80, 24));
    made::type_in(&mut app, "o");
    made::press(&mut app, &[Key::Down]);
    assert_snapshot!(styled(&draw(&app, Look::default())));
}

#[test]
fn the_list_on_the_reference_size() {
    let mut app = opened(vec![("before.concviz", recordings()), ("after.concviz", recordings())], (120, 36));
    made::type_in(&mut app, "o");
    assert_snapshot!(styled(&draw(&app, Look::default())));
}

#[test]
fn a_work_of_several_compared() {
    for size in SIZES {
        let mut app = viewed(size);
        made::type_in(&mut app, "x");
        made::press(&mut app, &[Key::Esc]);
        assert_snapshot!(
            format!("a_work_of_several_compared_at_{}x{}", size.0, size.1),
            styled(&draw(&app, Look::default()))
        );
    }
}
