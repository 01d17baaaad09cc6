//! Runs beside each other: what is measured, what every key does meanwhile and afterwards, and how it looks.

use concviz::app::{App, Effect, Key, Layer, Message, Playhead, RowKey, RunId, Shown, Source, Target, View};
use concviz::export::picture::Options;
use concviz::model::{Generation, GlobalLock, Model, ModelKind};
use concviz::palette::Theme;
use concviz::recording::{Origin, Recording};
use concviz::state::{Failure, NoRates};
use concviz::text::Label;
use concviz::ui::{Depth, Look, hit, instant};
use concviz::units::Ns;
use insta::assert_snapshot;
use ratatui::layout::Rect;

use super::made::{self, Made};
use super::pictures::{draw, styled};

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 36), (200, 60)];

fn rows(app: &App) -> String {
    concviz::export::text(&draw(app, Look::default()))
}

/// The models of the runs that `effects` ask for.
fn started(effects: &[Effect]) -> Vec<Model> {
    let model = |e: &Effect| match e {
        Effect::Start(_, plan) => Some(plan.model),
        _ => None,
    };
    effects.iter().filter_map(model).collect()
}

/// What the run under way is.
fn under_way(app: &App) -> (ModelKind, bool) {
    let model = app.run().filter(|run| !run.is_over()).expect("a run that goes on").model;
    (model.kind, model.lock.is_on())
}

const ALL: [(ModelKind, bool); 5] = [
    (ModelKind::Serial, false),
    (ModelKind::Threads, false),
    (ModelKind::Processes, false),
    (ModelKind::Async, false),
    (ModelKind::Threads, true),
];

/// Brings the runs that are still to be made to their ends: which they were.
fn measure(app: &mut App) -> Vec<(ModelKind, bool)> {
    let mut made = Vec::new();
    while made::is_measuring(app) {
        made.push(under_way(app));
        made::answer(app);
    }
    made
}

fn models(app: &App) -> Vec<(ModelKind, bool)> {
    app.compared().iter().map(|c| (c.model.kind, c.model.lock.is_on())).collect()
}

/// Nothing that is said of the chosen run is said of another.
#[track_caller]
fn assert_lit(app: &App, model: Model) {
    assert_eq!(app.run().map(|run| run.model), Some(model));
    assert_eq!(app.setup.model, model, "the tabs show another");
}

#[test]
fn what_is_missing_is_measured_one_after_the_other_and_then_all_are_replayed() {
    let mut app = made::app("cpu", (80, 24));
    made::serial_cpu(&mut app);
    let effects = made::type_in(&mut app, "x");
    assert_eq!(started(&effects), [Model::plain(ModelKind::Threads)], "serial is there");
    for (number, model) in (1..).zip(&ALL[1..]) {
        assert_eq!(made::comparison(&app).progress(), Some((number, 4)));
        assert_eq!(under_way(&app), *model);
        let said = rows(&app);
        assert!(said.contains(&format!(": run {number} of 4.")) && said.contains("Measuring "), "{said}");
        assert!(number == 4 || said.contains(Label::ComesLater.text()), "{said}");
        made::answer(&mut app);
    }
    assert!(!made::is_measuring(&app));
    assert_eq!(models(&app), ALL);
    assert!(app.compared().iter().all(|c| c.run.is_some() && c.row.is_some()));
    assert_lit(&app, Model::plain(ModelKind::Serial));
    // All from the start, each to its own flag.
    assert!(matches!(app.playhead, Playhead::Replay { at: Ns::ZERO, paused: false, .. }));
    assert_eq!(app.end(), Ns::from_millis(2_000));
    assert_eq!(rows(&app).matches('⚑').count(), 0);
    let mut flags = Vec::new();
    let begin = app.now;
    for ms in (0..3_000).step_by(100) {
        made::tell(&mut app, Message::Tick(begin + Ns::from_millis(ms)));
        flags.push(rows(&app).matches('⚑').count());
    }
    assert!(flags.is_sorted() && flags.contains(&2) && flags.last() == Some(&5), "{flags:?}");
    assert_eq!(app.playhead, Playhead::Live);
}

#[test]
fn runs_that_are_kept_are_not_made_again() {
    let mut app = made::first_minute((80, 24));
    let before: Vec<RunId> = app.runs().map(|run| run.id).collect();
    made::type_in(&mut app, "x");
    assert_eq!(measure(&mut app), [ALL[2], ALL[3]]);
    let after: Vec<RunId> = app.runs().map(|run| run.id).collect();
    assert!(before.iter().all(|id| after.contains(id)));
    assert_lit(&app, Model { kind: ModelKind::Threads, lock: GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL) });
    // Back, and there again: everything is there.
    assert!(made::type_in(&mut app, "xx").is_empty() && !made::is_measuring(&app));
    // Anew only where that is asked for.
    made::type_in(&mut app, "r");
    assert_eq!(measure(&mut app), ALL);
    assert!(app.compared().iter().all(|c| c.run.is_some() && c.row.is_some_and(|row| row.counted == 1)));
}

/// After `g`, `G`, `4` and `1` on the first minute: rows with either lock beside the usual ones.
fn with_further_rows(size: (u16, u16)) -> App {
    let mut app = made::first_minute(size);
    for key in ["G", "4", "1"] {
        made::type_in(&mut app, key);
        made::answer(&mut app);
    }
    app
}

#[test]
fn each_further_row_of_the_scoreboard_has_one_here_and_is_not_measured_again() {
    for size in SIZES {
        let mut app = with_further_rows(size);
        let before: Vec<RowKey> = app.rows().iter().map(|row| row.key).collect();
        let older = |kind| RowKey { kind, lock: Some(Generation::Older), variant: 0 };
        let further = [ModelKind::Threads, ModelKind::Serial, ModelKind::Async].map(older);
        assert_eq!(before, [RowKey::usual(), further.to_vec()].concat());
        made::type_in(&mut app, "x");
        let said = rows(&app);
        assert!(size.0 < 64 || said.contains("Measuring processes: run 1 of 2."), "{said}");
        assert_eq!(measure(&mut app), [ALL[2], ALL[3]], "the others are there");
        let compared: Vec<RowKey> = app.compared().iter().map(|c| RowKey::of(c.model)).collect();
        assert_eq!(compared, before);
        assert!(app.compared().iter().all(|c| c.run.is_some() && c.row.is_some()));
        let chosen = RowKey { kind: ModelKind::Serial, lock: Some(Generation::Older), variant: 0 };
        assert_lit(&app, chosen.model(app.setup.lock));
        assert_eq!(app.compared()[made::comparison(&app).row].model, app.setup.model);
        // Anew: every row, each with its own lock, and what was chosen comes back.
        let effects = made::type_in(&mut app, "r");
        let asked = made::carry_out(&mut app, effects, |_| false);
        let settings = app.setup.lock;
        assert_eq!(asked, before.iter().map(|key| key.model(settings)).collect::<Vec<_>>());
        assert_lit(&app, chosen.model(app.setup.lock));
        assert_eq!(app.rows().iter().map(|row| row.key).collect::<Vec<_>>(), before);
    }
}

#[test]
fn a_further_row_is_said_to_be_measured_by_its_own_name() {
    let mut app = with_further_rows((80, 24));
    made::type_in(&mut app, "xr");
    let mut said = Vec::new();
    while made::is_measuring(&app) {
        let rows = rows(&app);
        let (_, what) = rows.split_once("Measuring ").unwrap_or_else(|| panic!("{rows}"));
        said.push(what.split('.').next().unwrap_or_default().to_owned());
        made::answer(&mut app);
    }
    let names = ["serial", "threads", "processes", "async", "threads+GIL", "threads+old GIL", "serial+old GIL"];
    let expected = (1..).zip(names.into_iter().chain(["async+old GIL"]));
    assert_eq!(said, expected.map(|(number, name)| format!("{name}: run {number} of 8")).collect::<Vec<_>>());
}

#[test]
fn a_row_that_is_chosen_but_was_not_measured_is_measured_too() {
    let mut app = made::first_minute((80, 24));
    made::type_in(&mut app, "4");
    let chosen = app.setup.model;
    made::type_in(&mut app, "x");
    measure(&mut app);
    assert_eq!(models(&app), [&ALL[..], &[(ModelKind::Async, true)]].concat());
    assert_lit(&app, chosen);
}

#[test]
fn other_work_or_another_lock_leaves_no_row_of_the_old_work_behind() {
    let mut app = with_further_rows((80, 24));
    made::type_in(&mut app, "x");
    measure(&mut app);
    // Other numbers: only the usual rows and the chosen one.
    made::press(&mut app, &[Key::Char('d'), Key::Right]);
    let effects = made::press(&mut app, &[Key::Enter]);
    assert_eq!(started(&effects), [Model::plain(ModelKind::Serial)]);
    assert_eq!(made::comparison(&app).progress(), Some((1, 6)));
    measure(&mut app);
    assert_eq!(models(&app), [&ALL[..], &[(ModelKind::Serial, true)]].concat());
    // Another workload: the usual rows alone.
    let effects = made::press(&mut app, &[Key::Char('o'), Key::Down, Key::Enter]);
    assert_eq!(started(&effects), [Model::plain(ModelKind::Serial)]);
    assert_eq!(made::comparison(&app).progress(), Some((1, 5)));
    assert_eq!(measure(&mut app), ALL);
    assert_eq!((models(&app), app.rows().len()), (ALL.to_vec(), 5));
}

#[test]
fn the_lock_that_is_turned_on_next_survives_a_comparison_and_a_way_out_of_it() {
    // Without a lock, the older one being set, and a row of the newer one still to be measured.
    let mut app = made::app("cpu", (80, 24));
    made::serial_cpu(&mut app);
    for key in ["G", "2", "g"] {
        made::type_in(&mut app, key);
        made::answer(&mut app);
    }
    let settings = app.setup.lock;
    assert!(settings.legacy && !app.setup.model.lock.is_on());
    let newer = RowKey { kind: ModelKind::Threads, lock: Some(Generation::Newer), variant: 0 }.model(settings);
    made::type_in(&mut app, "x");
    while app.run().map(|run| run.model) != Some(newer) {
        made::answer(&mut app);
    }
    let mut left = app.clone();
    measure(&mut app);
    assert_eq!(app.setup.lock, settings);
    assert_lit(&app, Model::plain(ModelKind::Threads));
    // Left while the newer one is measured: that run is what is shown, and its lock is the one that the keys turn.
    made::press(&mut left, &[Key::Esc]);
    assert_lit(&left, newer);
    made::answer(&mut left);
    made::type_in(&mut left, "gg");
    assert_eq!(left.setup.model, newer);
}

#[test]
fn of_two_runs_of_one_model_the_newer_stands_in_its_row() {
    let mut app = made::first_minute((80, 24));
    // Threads again, and then another one is shown in between, so that they change places.
    made::type_in(&mut app, "g");
    made::threads_cpu(&mut app);
    made::type_in(&mut app, "r");
    made::threads_cpu(&mut app);
    let newest = made::id(&app);
    for _ in 0..3 {
        made::type_in(&mut app, "x");
        measure(&mut app);
        let row = app.compared()[1];
        assert_eq!(row.run.map(|run| run.id), Some(newest));
        // A picture is of the same runs, and points out the same row.
        let held: Vec<RunId> = app.comparable().iter().map(|run| run.id).collect();
        assert!(held.contains(&newest) && held.len() == app.compared().iter().filter(|c| c.run.is_some()).count());
        let chosen = app.chosen_row().expect("a row");
        let model = app.compared()[made::comparison(&app).row].model;
        assert_eq!(made::comparison(&app).result().expect("a comparison").rows[chosen].model, model);
        assert!(row.row.is_some_and(|row| row.counted == 1));
        made::press(&mut app, &[Key::Up, Key::Enter]);
    }
}

#[test]
fn every_row_opens_its_own_run_live_and_recorded() {
    let apps = [
        made::compared((80, 24)),
        made::viewed((80, 24), &["one.concviz"]),
        made::viewed((120, 36), &["one.concviz", "two.concviz"]),
        made::viewed((40, 12), &["one.concviz", "two.concviz"]),
    ];
    for mut app in apps {
        app.shown = Shown::Run(View::Tasks);
        made::type_in(&mut app, "x");
        let count = app.compared().len();
        let files = if let Source::Files(files) = &app.source { files.names().len() } else { 1 };
        assert_eq!(count, files * 5);
        // Back and forth, so that what was opened before has changed places already.
        for row in (0..count).chain((0..count).rev()) {
            made::press(&mut app, &vec![Key::Up; count]);
            made::press(&mut app, &vec![Key::Down; row]);
            assert_eq!(made::comparison(&app).row, row);
            let wanted = app.compared()[row].run.map(|run| (run.id, run.model, run.recording.file.clone()));
            let (id, model, origin) = wanted.expect("a run");
            assert!(made::press(&mut app, &[Key::Enter]).is_empty());
            assert_eq!(app.shown.view(), Some(View::Tasks));
            let shown = app.run().expect("a run");
            assert_eq!((shown.id, &shown.recording.file), (id, &origin), "row {row}");
            assert_lit(&app, model);
            made::type_in(&mut app, "x");
            assert_eq!(made::comparison(&app).row, row, "it stands where it was");
        }
        let mut ids: Vec<RunId> = app.runs().map(|run| run.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "none is lost");
    }
}

#[test]
fn the_mouse_chooses_a_row_opens_it_and_moves_the_playhead() {
    for (files, size) in [(&["a"][..], (80, 24)), (&["a", "b"][..], (80, 24)), (&["a", "b", "c"][..], (40, 12))] {
        let mut app = made::viewed(size, files);
        made::press(&mut app, &[Key::Char('x'), Key::Esc]);
        let area = Rect::new(0, 0, size.0, size.1);
        // The last row: where not all have room the first ones are not to be seen.
        made::press(&mut app, &[Key::PageDown; 3]);
        let text = rows(&app);
        let y = text.lines().position(|row| row.starts_with('▌')).expect("a chosen row") as u16;
        let above = text.lines().take(usize::from(y)).enumerate().filter(|(_, row)| row.contains('⚑')).last();
        let (above, _) = above.expect("a row above it");
        let Some(message) = hit(&app, area, 2, above as u16) else { panic!("nothing there:\n{text}") };
        made::tell(&mut app, message);
        assert_eq!(made::comparison(&app).row, app.compared().len() - 2, "{text}");
        assert_eq!(app.shown.view(), None);
        let id = app.compared()[made::comparison(&app).row].run.map(|run| run.id);
        let text = rows(&app);
        let y = text.lines().position(|row| row.starts_with('▌')).expect("a chosen row") as u16;
        let message = hit(&app, area, 2, y).expect("the row");
        made::tell(&mut app, message);
        assert_eq!((app.shown.view(), app.run().map(|run| run.id)), (Some(View::Tasks), id));
        // And the axis.
        made::press(&mut app, &[Key::Char('x'), Key::Esc]);
        let axis = (0..size.1).find(|y| {
            let pressed = hit(&app, area, size.0 / 3, *y);
            matches!(pressed, Some(Message::Click(Target::Moment(_))))
        });
        let message = hit(&app, area, size.0 / 3, axis.expect("an axis")).expect("an instant");
        made::tell(&mut app, message);
        assert!(app.is_paused());
        assert_eq!(Some(app.moment()), instant(&app, area, size.0 / 3));
    }
}

#[test]
fn escape_while_it_measures_watches_the_run_under_way_to_its_end() {
    let mut app = made::first_minute((80, 24));
    made::type_in(&mut app, "x");
    assert!(made::press(&mut app, &[Key::Esc]).is_empty());
    assert_eq!((app.shown.view(), under_way(&app)), (Some(View::Tasks), ALL[2]));
    assert_lit(&app, Model::plain(ModelKind::Processes));
    made::answer(&mut app);
    assert!(app.run().is_some_and(concviz::app::Run::is_over), "nothing else was begun");
    assert_lit(&app, Model::plain(ModelKind::Processes));
    made::type_in(&mut app, "x");
    assert_eq!(measure(&mut app), [ALL[3]], "what was measured is kept");
}

#[test]
fn escape_ends_the_replay_and_then_leads_back_to_the_run() {
    let mut app = made::first_minute((80, 24));
    let (id, model) = (made::id(&app), app.setup.model);
    made::type_in(&mut app, "x");
    measure(&mut app);
    made::press(&mut app, &[Key::Esc]);
    assert_eq!((app.shown.view(), app.playhead), (None, Playhead::Live));
    made::press(&mut app, &[Key::Esc]);
    assert_eq!((app.shown.view(), made::id(&app)), (Some(View::Tasks), id));
    assert_lit(&app, model);
}

#[test]
fn a_model_key_leaves_the_comparison_for_its_run() {
    for measuring in [false, true] {
        for (key, model) in [("1", ALL[0]), ("2", ALL[1]), ("3", ALL[2]), ("4", ALL[3])] {
            let mut app = made::first_minute((80, 24));
            made::type_in(&mut app, "gx");
            if !measuring {
                measure(&mut app);
            }
            assert_eq!(started(&made::type_in(&mut app, key)).len(), 1);
            // The lock stays as it was chosen before: on for the story of the first minute, off after `g`.
            assert_eq!((app.shown.view(), under_way(&app)), (Some(View::Tasks), model), "{key}");
            made::answer(&mut app);
            assert!(app.run().is_some_and(concviz::app::Run::is_over) && !made::is_measuring(&app));
        }
    }
}

#[test]
fn the_lock_key_leaves_it_too() {
    let mut app = made::compared((80, 24));
    assert_eq!(started(&made::type_in(&mut app, "g")), [Model::plain(ModelKind::Threads)]);
    assert_eq!(app.shown.view(), Some(View::Tasks));
}

#[test]
fn another_view_leaves_it_and_nothing_more_is_measured() {
    for key in [Key::Tab, Key::BackTab] {
        let mut app = made::first_minute((120, 36));
        made::type_in(&mut app, "x");
        made::press(&mut app, &[key]);
        assert!(app.shown.view().is_some() && !made::is_measuring(&app));
        assert_lit(&app, Model::plain(ModelKind::Processes));
        made::answer(&mut app);
        assert!(app.run().is_some_and(concviz::app::Run::is_over));
        let mut app = made::compared((120, 36));
        let model = app.setup.model;
        made::press(&mut app, &[key]);
        assert_lit(&app, model);
    }
}

#[test]
fn another_workload_empties_it_and_is_measured_from_the_start() {
    let mut app = made::compared((80, 24));
    let effects = made::press(&mut app, &[Key::Char('o'), Key::Down, Key::Enter]);
    assert_eq!(started(&effects), [Model::plain(ModelKind::Serial)]);
    assert_eq!((app.setup.workload.name.as_str(), app.shown.view()), ("io", None));
    assert!(made::comparison(&app).result().is_none() && made::live(&mut app).kept.is_empty());
    assert_eq!(made::comparison(&app).progress(), Some((1, 5)));
    let said = rows(&app);
    assert!(said.contains("Measuring serial: run 1 of 5.") && !said.contains('⚑'), "{said}");
    assert_eq!(measure(&mut app), ALL);
    assert_lit(&app, Model::plain(ModelKind::Serial));
}

#[test]
fn what_is_in_front_stays_there_when_the_next_run_begins() {
    for (key, layer) in [("?", Layer::Help(0)), ("o", Layer::Picker(0))] {
        let mut app = made::app("cpu", (80, 24));
        made::type_in(&mut app, "x");
        made::type_in(&mut app, key);
        made::answer(&mut app);
        assert_eq!((app.layer, under_way(&app)), (Some(layer), ALL[1]));
    }
}

#[test]
fn while_numbers_are_turned_nothing_is_begun_with_them() {
    let mut app = made::app("cpu", (80, 24));
    made::type_in(&mut app, "x");
    made::press(&mut app, &[Key::Char('d'), Key::Right]);
    let turned = app.setup.clone();
    made::answer(&mut app);
    assert!(app.run().is_some_and(concviz::app::Run::is_over), "it waits");
    assert_eq!((&app.setup.workload, app.layer), (&turned.workload, Some(Layer::Dials(0))));
    // Taken back: on with the next.
    let effects = made::press(&mut app, &[Key::Esc]);
    assert_eq!(started(&effects), [Model::plain(ModelKind::Threads)]);
    assert_eq!(made::comparison(&app).progress(), Some((2, 5)));
    made::answer(&mut app);
    // Turned: everything from the start, with the new numbers.
    made::press(&mut app, &[Key::Char('d'), Key::Right]);
    let effects = made::press(&mut app, &[Key::Enter]);
    assert_eq!(started(&effects), [Model::plain(ModelKind::Serial)]);
    assert_eq!((made::comparison(&app).progress(), app.run().map(|r| r.trace().tasks.len())), (Some((1, 5)), Some(6)));
    assert!(made::live(&mut app).kept.is_empty());
    // Looked at in the last moment: the end waits as well.
    let mut app = made::first_minute((80, 24));
    let model = app.setup.model;
    made::type_in(&mut app, "x");
    made::answer(&mut app);
    made::type_in(&mut app, "d");
    made::answer(&mut app);
    assert_eq!(app.layer, Some(Layer::Dials(0)));
    made::press(&mut app, &[Key::Esc]);
    assert_lit(&app, model);
    assert!(matches!(app.playhead, Playhead::Replay { .. }));
}

#[test]
fn dials_that_leave_the_work_as_it_is_measure_only_what_they_change() {
    let turn = |app: &mut App, dial: &concviz::app::Dial| {
        let place = app.setup.dials().iter().position(|d| d == dial).expect("a dial");
        made::type_in(app, "d");
        made::press(app, &vec![Key::Down; place]);
        made::press(app, &[Key::Right, Key::Enter])
    };
    let mut app = made::compared((80, 24));
    let effects = turn(&mut app, &concviz::app::Dial::Interval);
    let lock = GlobalLock::gil(Ns::from_millis(10));
    assert_eq!(started(&effects), [Model { kind: ModelKind::Threads, lock }]);
    assert_eq!(measure(&mut app), [ALL[4]]);
    assert_eq!(app.compared()[4].model.lock, lock);
    assert_lit(&app, Model { kind: ModelKind::Threads, lock });
    turn(&mut app, &concviz::app::Dial::Workers);
    assert_eq!(measure(&mut app), ALL, "other workers");
}

#[test]
fn the_interval_that_was_chosen_survives_a_comparison() {
    let mut app = made::app("cpu", (80, 24));
    made::serial_cpu(&mut app);
    // Turned while serial is chosen: a run is made with it, and nothing of it may get lost.
    let place = app.setup.dials().iter().position(|d| *d == concviz::app::Dial::Interval).expect("a dial");
    made::type_in(&mut app, "d");
    made::press(&mut app, &vec![Key::Down; place]);
    made::press(&mut app, &[Key::Right, Key::Enter]);
    made::serial_cpu(&mut app);
    for run in &mut made::live(&mut app).kept {
        let Origin::Planned(planned) = &mut run.recording.origin else { panic!("it was planned") };
        planned.setup.lock.interval = GlobalLock::DEFAULT_INTERVAL;
    }
    made::type_in(&mut app, "x");
    measure(&mut app);
    made::press(&mut app, &[Key::Esc, Key::Esc]);
    assert_eq!(app.setup.lock.interval, Ns::from_millis(10));
}

#[test]
fn a_run_that_breaks_off_has_a_row_that_says_so_and_the_others_go_on() {
    let mut app = made::app("cpu", (120, 36));
    made::serial_cpu(&mut app);
    made::type_in(&mut app, "3");
    made::type_in(&mut app, "x");
    for _ in 0..4 {
        if under_way(&app) == ALL[2] {
            let id = made::id(&app);
            made::tell(&mut app, Message::Failed(id, Failure::Killed));
        } else {
            made::answer(&mut app);
        }
    }
    assert!(!made::is_measuring(&app));
    let said = rows(&app);
    assert!(said.contains("the run's process was killed"), "{said}");
    assert!(said.contains("processes"), "{said}");
    let runs: Vec<bool> = app.compared().iter().map(|c| c.run.is_some()).collect();
    assert_eq!(runs, [true, true, false, true, true]);
    // It was the one that was watched: it comes back, and what is lit is what is shown.
    assert_lit(&app, Model::plain(ModelKind::Processes));
    // There is nothing to be opened, and the next time it is measured again.
    made::press(&mut app, &[Key::Up; 5]);
    made::press(&mut app, &[Key::Down, Key::Down, Key::Enter]);
    assert_eq!(app.shown.view(), None);
    made::press(&mut app, &[Key::Esc, Key::Esc]);
    made::type_in(&mut app, "x");
    assert_eq!(measure(&mut app), [ALL[2]]);
}

#[test]
fn a_run_that_cannot_be_started_has_such_a_row_too() {
    let mut app = made::app("cpu", (120, 36));
    made::serial_cpu(&mut app);
    let effects = made::type_in(&mut app, "x");
    let started = made::carry_out(&mut app, effects, |model| model.kind == ModelKind::Processes);
    let gil = Model { kind: ModelKind::Threads, lock: GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL) };
    assert_eq!(started, [Model::plain(ModelKind::Threads), Model::plain(ModelKind::Async), gil]);
    assert!(!made::is_measuring(&app));
    let runs: Vec<bool> = app.compared().iter().map(|c| c.run.is_some()).collect();
    assert_eq!(runs, [true, true, false, true, true]);
    assert!(rows(&app).contains("the run cannot be started"), "{}", rows(&app));
    assert_lit(&app, Model::plain(ModelKind::Serial));
    // Where no run can be started it comes to its end all the same.
    let effects = made::type_in(&mut app, "r");
    assert_eq!(made::carry_out(&mut app, effects, |_| true), []);
    assert!(!made::is_measuring(&app) && app.compared().iter().all(|c| c.failure.is_some()));
}

#[test]
fn a_killed_task_is_no_time_and_its_run_can_be_opened() {
    let mut app = made::first_minute((120, 36));
    made::type_in(&mut app, "x");
    made::processes_cpu(&mut app);
    made::answer(&mut app);
    made::press(&mut app, &[Key::Esc]);
    let said = rows(&app);
    let row = said.lines().find(|row| row.contains("processes  ") && row.contains('⚑')).unwrap_or_default();
    assert!(row.contains("failed"), "{said}");
    made::press(&mut app, &[Key::Up; 5]);
    made::press(&mut app, &[Key::Down, Key::Down, Key::Enter]);
    assert_lit(&app, Model::plain(ModelKind::Processes));
}

#[test]
fn what_cannot_be_measured_gives_the_screen_back() {
    let mut app = made::app("cpu", (80, 24));
    made::serial_cpu(&mut app);
    made::live(&mut app).rates = None;
    let effects = made::type_in(&mut app, "x");
    assert!(matches!(effects.as_slice(), [Effect::Stop, Effect::Calibrate(_)]), "{effects:?}");
    made::tell(&mut app, Message::NotCalibrated(NoRates::Answer { said: "nothing".to_owned() }));
    assert!(!made::is_measuring(&app) && !app.is_calibrating());
    assert_lit(&app, Model::plain(ModelKind::Serial));
    made::press(&mut app, &[Key::Esc]);
    assert_eq!(app.shown.view(), Some(View::Tasks));
}

#[test]
fn keys_that_look_closer_at_one_run_do_nothing_here() {
    let mut app = made::compared((80, 24));
    let before = rows(&app);
    for key in "+=-f,.u/shl".chars().map(Key::Char).chain([Key::Left, Key::Right]) {
        assert!(made::press(&mut app, &[key]).is_empty());
        assert_eq!((rows(&app), app.focus.zoom, app.focus.detail), (before.clone(), None, false), "{key:?}");
        assert!(app.lanes.prompt().is_none(), "{key:?}");
    }
    made::tell(&mut app, Message::Wheel { steps: -1, zoom_at: Some(Ns::from_millis(300)) });
    made::tell(&mut app, Message::Drag(9));
    assert_eq!(app.focus.zoom, None);
    made::tell(&mut app, Message::Wheel { steps: -1, zoom_at: None });
    assert_eq!(made::comparison(&app).row, 3, "the wheel walks the rows");
}

#[test]
fn slow_motion_and_pause_move_all_of_them() {
    let mut app = made::compared((80, 24));
    made::type_in(&mut app, "z");
    let from = app.now;
    made::tell(&mut app, Message::Tick(from + Ns::from_millis(400)));
    assert_eq!(app.moment(), Ns::from_millis(100));
    made::type_in(&mut app, " ");
    made::tell(&mut app, Message::Tick(from + Ns::from_millis(900)));
    assert_eq!(app.moment(), Ns::from_millis(100));
    let said = rows(&app);
    assert_eq!(said.lines().skip(1).filter(|row| row.contains(" 0.10 s")).count(), 5, "{said}");
    made::press(&mut app, &[Key::End]);
    assert_eq!((app.playhead, app.moment()), (Playhead::Live, app.end()));
    // From the end it begins anew.
    made::type_in(&mut app, " ");
    assert!(matches!(app.playhead, Playhead::Replay { at: Ns::ZERO, paused: false, .. }));
    // While runs are made there is nothing to be replayed.
    made::type_in(&mut app, "rz");
    assert!(!matches!(app.playhead, Playhead::Replay { .. }));
}

#[test]
fn nothing_overlaps_at_any_size() {
    for size in SIZES {
        for mut app in [made::compared(size), made::viewed(size, &["here.concviz", "a-long-name-of-a-file.concviz"])] {
            app.shown = Shown::Run(View::Tasks);
            made::type_in(&mut app, "x");
            made::press(&mut app, &[Key::Esc]);
            for row in 0..app.compared().len() {
                let Shown::Comparison(compare) = &mut app.shown else { panic!("it is shown") };
                compare.row = row;
                let text = rows(&app);
                assert!(text.lines().all(|row| row.chars().count() <= usize::from(size.0)), "{text}");
                assert_eq!(text.matches('▌').count(), 1, "the chosen row is shown:\n{text}");
                assert!(text.lines().last().is_some_and(|row| row.contains("? help")), "{text}");
                // Figures keep their distance: a flag is never hidden behind a number.
                assert!(!text.contains("⚑1") && !text.contains("⚑2"), "{text}");
            }
        }
    }
}

#[test]
fn the_comparison_on_the_least_screen() {
    assert_snapshot!(styled(&draw(&made::compared((40, 12)), Look::default())));
}

#[test]
fn the_comparison_on_a_projector() {
    assert_snapshot!(styled(&draw(&made::compared((80, 24)), Look::default())));
}

#[test]
fn the_comparison_on_the_reference_size() {
    assert_snapshot!(styled(&draw(&made::compared((120, 36)), Look::default())));
}

#[test]
fn the_comparison_on_a_large_screen() {
    assert_snapshot!(styled(&draw(&made::compared((200, 60)), Look::default())));
}

#[test]
fn bars_and_figures_of_a_picture_are_of_one_instant_and_it_says_of_which() {
    let runs = made::opened(&made::compared((80, 24))).recordings;
    let runs: Vec<&Recording> = runs.iter().collect();
    let drawn = |until: Option<Ns>| {
        let options = Options { until, ..Options::default() };
        concviz::pictures::of_comparison(&runs, &options, "", None).svg(None)
    };
    let whole = drawn(None);
    assert!(whole.contains(">1.82<") && whole.contains("2.00 s") && !whole.contains("of each run"), "{whole}");
    assert_eq!(drawn(Some(Ns::from_millis(2_000))), whole, "the end is no instant in the middle");
    let at = drawn(Some(Ns::from_millis(1_200)));
    assert!(at.contains("at 1.20 s of each run; measured in turn"), "{at}");
    assert!(at.contains("Done: threads, processes. Under way: serial, async, threads+GIL."), "{at}");
    assert_eq!(at.matches(">1.20 s<").count(), 3, "those under way have taken that long");
    assert!(at.contains(">1.03 s<") && at.contains(">1.10 s<"), "those that are done have their times");
    for later in [">2.00 s<", ">1.82<"] {
        assert!(!at.contains(later), "nobody knows yet how long serial takes: {later} in {at}");
    }
    assert!(at.contains(">Ideal: work / cores.<") && !at.contains("Same ink"), "{at}");
    // The same axis, and a line where the playhead is.
    let last = |svg: &str| svg.contains(">2 s<") || svg.contains(">2<");
    assert!(last(&whole) && last(&at), "{at}");
    assert!(at.matches("accent").count() > whole.matches("accent").count(), "{at}");
}

#[test]
fn the_comparison_while_it_is_measured() {
    let mut app = made::first_minute((80, 24));
    made::type_in(&mut app, "x");
    assert_snapshot!(styled(&draw(&app, Look::default())));
}

#[test]
fn the_comparison_with_both_generations_of_the_lock() {
    let mut app = with_further_rows((80, 24));
    made::type_in(&mut app, "x");
    measure(&mut app);
    made::press(&mut app, &[Key::Esc]);
    assert_snapshot!(concviz::export::text(&draw(&app, Look::default())));
}

#[test]
fn the_comparison_of_two_files() {
    let mut app = made::viewed((120, 36), &["before.concviz", "after.concviz"]);
    made::type_in(&mut app, "x");
    made::press(&mut app, &[Key::Esc]);
    assert_snapshot!(styled(&draw(&app, Look::default())));
}

#[test]
fn the_comparison_in_ascii() {
    let look = Look { ascii: true, ..Look::default() };
    for size in SIZES {
        let buffer = draw(&made::compared(size), look);
        assert_eq!(buffer.content.iter().find(|c| !c.symbol().is_ascii()), None, "{size:?}");
    }
    assert_snapshot!(concviz::export::text(&draw(&made::compared((80, 24)), look)));
}

#[test]
fn the_comparison_without_colour() {
    let look = Look { theme: Theme::Dark, depth: Depth::None, ascii: false };
    assert_snapshot!(styled(&draw(&made::compared((80, 24)), look)));
    // A run made by nobody is a row too.
    let mut app = made::app("cpu", (80, 24));
    Made::default().begin(&mut app);
    made::type_in(&mut app, "x");
    draw(&app, look);
}
