//! Variants of a workload on the screen: the key that leads from one to the next, the rows that stay, the hints, and what
//! becomes of them in a file.

use std::collections::BTreeSet;

use concviz::app::{Action, App, Effect, Key, Message, RowKey, Run, Scoreboard, Target};
use concviz::export::text;
use concviz::model::{Generation, GlobalLock, LockSettings, Model, ModelKind};
use concviz::plan::{Rates, Wishes};
use concviz::recording::{Opened, Origin, Recording, Score, begin, open};
use concviz::settings::Setup;
use concviz::state::{Awaited, Failure, Waiting};
use concviz::text::Label;
use concviz::trace::file::FileWriter;
use concviz::trace::{Begin, Frame};
use concviz::ui::{Look, result_text};
use concviz::units::{Ns, TaskId};
use concviz::workload::{Scale, Value, Workload, parse};
use insta::assert_snapshot;

use super::made::{self, T0, machine};
use super::pictures::draw;

/// Four tasks in each of three variants, and in a fourth just two.
const RACE: &str = r#"
format  = 1
name    = "race"
title   = "{tasks} tasks add up"
about   = "Who adds without a lock loses updates."
variant = "plain"

[params]
tasks = 4
cpu   = "500ms"

[[tasks]]
name  = "adder"
count = "tasks"
steps = [{ compute = { amount = "cpu" } }]

[[variants]]
name  = "locked"
title = "{tasks} tasks add up under a lock"
[[variants.tasks]]
name  = "adder"
count = "tasks"
steps = [{ lock = { name = "total", steps = [{ compute = { amount = "cpu" } }] } }]

[[variants]]
name   = "late"
lock   = "gil"
params = { cpu = "250ms" }

[[variants]]
name   = "few"
params = { tasks = 2 }
"#;

/// A workload with four variants.
pub fn race() -> Workload {
    parse("race.toml", RACE).unwrap_or_else(|e| panic!("{e}"))
}

/// The program, started with `workload`, its first run asked for.
pub fn started(size: (u16, u16), workload: Workload) -> App {
    let (model, lock) = (Model::plain(ModelKind::Serial), LockSettings::default());
    let setup = Setup { workload, model, lock, wishes: Wishes::default(), scale: Scale::ONE };
    let mut app = App::new(setup, machine(), Some(Rates::all(1_000_000)), T0, size);
    let effects = app.launch();
    assert!(matches!(effects.as_slice(), [Effect::Start(..)]));
    app
}

/// The screen after these keys, each of whose runs comes to its end.
fn after(app: &mut App, keys: &str) {
    for key in keys.chars() {
        made::type_in(app, &key.to_string());
        if app.run().is_some_and(|run| !run.is_over()) {
            made::answer(app);
        }
    }
}

fn screen(app: &App) -> String {
    text(&draw(app, Look::default()))
}

fn shown(app: &App) -> (String, RowKey) {
    (app.work().into_owned(), app.run().expect("a run").row())
}

fn row(kind: ModelKind, variant: usize) -> RowKey {
    RowKey { kind, lock: None, variant }
}

/// The rows that have figures.
fn scored(app: &App) -> Vec<RowKey> {
    app.rows().into_iter().filter(|row| row.score.is_some()).map(|row| row.key).collect()
}

#[test]
fn the_key_goes_round_the_variants_and_keeps_the_model_and_the_lock() {
    let mut app = started((120, 36), race());
    made::answer(&mut app);
    after(&mut app, "2");
    for (place, name) in ["race:locked", "race:late", "race:few", "race:plain"].into_iter().enumerate() {
        let effects = made::type_in(&mut app, "a");
        assert!(
            matches!(effects.as_slice(), [Effect::Start(_, plan)] if plan.model == Model::plain(ModelKind::Threads))
        );
        let expected = row(ModelKind::Threads, (place + 1) % 4);
        assert_eq!(shown(&app), (name.to_owned(), expected));
        made::answer(&mut app);
    }
    made::type_in(&mut app, "g");
    made::answer(&mut app);
    made::type_in(&mut app, "aa");
    let locked = RowKey { lock: Some(Generation::Newer), ..row(ModelKind::Threads, 2) };
    assert_eq!(shown(&app), ("race:late".to_owned(), locked));
    // That a variant starts with a lock counts where it is opened, and not on the way from another one.
    made::answer(&mut app);
    made::type_in(&mut app, "ga");
    assert_eq!(app.setup.model.lock, GlobalLock::Off);
}

#[test]
fn all_rows_stay_on_the_board_and_a_ratio_is_to_the_serial_run_of_its_own_variant() {
    let mut app = started((80, 24), race());
    made::answer(&mut app);
    after(&mut app, "2a");
    let (plain, locked) = ([row(ModelKind::Serial, 0), row(ModelKind::Threads, 0)], row(ModelKind::Threads, 1));
    assert_eq!(scored(&app), [&plain[..], &[locked]].concat());
    let ratios = |app: &App| {
        let ratio = |key: RowKey| app.scoreboard.ratio(key, app.scoreboard.get(key)?, 2.0);
        app.rows().into_iter().map(|row| ratio(row.key).is_some()).collect::<Vec<_>>()
    };
    assert_eq!(ratios(&app), [true, true, false, false, false, false, false]);
    assert!(app.finding().is_some_and(|found| !found.say.text().contains('×')), "{:?}", app.finding());
    assert_snapshot!(screen(&app));
    after(&mut app, "1");
    assert_eq!(ratios(&app), [true, true, true, true, false, false, false]);
    // Back again: nothing was lost, and what was measured is not lost with another number either, until it is turned.
    after(&mut app, "aaa");
    assert_eq!((app.work().as_ref(), scored(&app).len()), ("race:plain", 6));
    let mut wide = app.clone();
    wide.size = (120, 36);
    assert_snapshot!(screen(&wide));
    let kept: BTreeSet<RowKey> = app.runs().map(Run::row).collect();
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), scored(&app), "each row keeps its run");
}

#[test]
fn rows_that_have_no_room_are_counted_and_the_chosen_one_is_shown() {
    let mut app = started((80, 24), race());
    made::answer(&mut app);
    after(&mut app, "234a123a123");
    let rows = app.rows().len();
    let said = screen(&app);
    let shown = said.lines().filter(|line| line.contains(" ms") || line.contains(" s ")).count();
    assert!(said.lines().any(|line| line.trim().ends_with(" more")), "{shown} of {rows}:\n{said}");
    assert!(said.contains("proc late"), "{said}");
    // With it stands the row that it is compared with, and not that of another variant.
    after(&mut app, "2g4");
    let said = screen(&app);
    assert!(said.contains(" ser late ") && said.contains("async+GIL") && !said.contains(" ser plain "), "{said}");
}

#[test]
fn turned_numbers_belong_to_all_variants_that_do_not_set_them() {
    let mut app = started((80, 24), race());
    made::answer(&mut app);
    after(&mut app, "2a");
    assert_eq!(scored(&app).len(), 3);
    made::press(&mut app, &[Key::Char('d'), Key::Right, Key::Enter]);
    assert_eq!((app.work().as_ref(), scored(&app).len()), ("race:locked", 0), "other numbers, other work");
    let tasks = |app: &App| app.setup.workload.param("tasks");
    assert_eq!(tasks(&app), Some(Value::Count(6)));
    made::answer(&mut app);
    let axis = app.axis;
    after(&mut app, "aa");
    assert_eq!((app.work().as_ref(), tasks(&app)), ("race:few", Some(Value::Count(2))));
    after(&mut app, "a");
    assert_eq!((app.work().as_ref(), tasks(&app), scored(&app).len()), ("race:plain", Some(Value::Count(6)), 4));
    assert_eq!(app.setup.command(), "concviz -w race:plain -m threads --set tasks=6 --set cpu=500ms");
    assert!(app.axis >= axis, "one axis for all");
    // What was turned and not run is taken back together with the variant that it was turned in.
    made::press(&mut app, &[Key::Char('d'), Key::Right, Key::Esc]);
    assert_eq!((app.work().as_ref(), tasks(&app)), ("race:plain", Some(Value::Count(6))));
    // From the dials the key runs the next variant with what was turned.
    made::press(&mut app, &[Key::Char('d'), Key::Right, Key::Char('a')]);
    assert_eq!((app.work().as_ref(), tasks(&app), scored(&app).len()), ("race:locked", Some(Value::Count(8)), 0));
}

#[test]
fn a_task_that_the_other_variant_does_not_have_is_chosen_no_more() {
    let mut app = started((80, 24), race());
    made::answer(&mut app);
    made::press(&mut app, &[Key::Down, Key::Down, Key::Down, Key::Down]);
    let chosen = app.focus.task();
    assert_eq!(chosen.map(TaskId::index), Some(3));
    after(&mut app, "a");
    assert_eq!(app.focus.task(), chosen);
    after(&mut app, "aa");
    assert_eq!((app.work().as_ref(), app.focus.selection), ("race:few", None));
    screen(&app);
}

#[test]
fn the_comparison_is_of_the_models_of_one_variant() {
    let mut app = started((120, 36), race());
    made::answer(&mut app);
    after(&mut app, "2a");
    let effects = made::type_in(&mut app, "x");
    let made = made::carry_out(&mut app, effects, |_| false);
    assert_eq!(made.len(), 4, "all models but the one that was measured: {made:?}");
    let compared = app.compared();
    assert!(compared.len() == 5 && compared.iter().all(|c| c.run.is_some_and(|run| run.variant == 1)));
    let said = screen(&app);
    assert!(said.contains("race:locked"), "{said}");
    let comparison = made::comparison(&app).result().expect("a result");
    assert!(comparison.rows.iter().all(|row| row.variant.as_deref() == Some("locked") && row.source.is_none()));
    assert!(result_text(&app).contains("concviz compare -w race:locked"), "{}", result_text(&app));
    // The rows of the other variant are still there, and the key leads away from the comparison as those of models do.
    assert!([row(ModelKind::Serial, 0), row(ModelKind::Threads, 0)].iter().all(|key| scored(&app).contains(key)));
    let effects = made::type_in(&mut app, "a");
    assert!(matches!(effects.as_slice(), [Effect::Start(..)]) && app.shown.comparison().is_none());
    assert_eq!(shown(&app), ("race:late".to_owned(), row(ModelKind::Threads, 2)));
}

#[test]
fn the_key_is_offered_only_where_there_are_variants() {
    for (workload, offered) in [(race(), true), (concviz::workload::find("cpu").expect("a shipped workload"), false)] {
        let mut app = started((200, 60), workload);
        made::answer(&mut app);
        assert_eq!(app.footer(false).contains(&Action::Variant), offered);
        assert_eq!(screen(&app).contains(" a variant"), offered, "{}", screen(&app));
        made::type_in(&mut app, "?");
        let help = screen(&app);
        assert_eq!(help.contains(" a         variant"), offered, "{help}");
        made::press(&mut app, &[Key::Esc]);
        made::type_in(&mut app, "o");
        assert_eq!(screen(&app).contains("Variants (a): plain,"), offered, "{}", screen(&app));
        made::press(&mut app, &[Key::Esc]);
        let effects = made::type_in(&mut app, "a");
        assert_eq!(effects.is_empty(), !offered);
        let toast = app.toast.as_ref().map(|toast| toast.text.as_str());
        assert_eq!(toast == Some(Label::NoVariants.text()), !offered, "{toast:?}");
    }
    // Where it does nothing it closes nothing.
    let mut app = made::compared((120, 36));
    made::type_in(&mut app, "a");
    assert!(app.shown.comparison().is_some());
    made::press(&mut app, &[Key::Esc, Key::Char('d'), Key::Char('a')]);
    assert!(app.layer.is_some());
}

/// The rows whose ratio is in doubt, each with the keys that run serial and then this row again.
fn doubted(app: &App) -> Vec<(String, String)> {
    let row = |line: &str| {
        let (before, _) = line.split_once(": both again")?;
        let (name, keys) = (before.split("  ").next()?.trim().to_owned(), before.rsplit_once("; ")?.1.to_owned());
        Some((name, keys))
    };
    screen(app).lines().filter_map(row).collect()
}

#[test]
fn hints_that_lead_to_another_variant_name_its_key_as_often_as_it_is_to_be_pressed() {
    let names = ["plain", "locked", "late", "few"];
    let disturbed =
        Score { time: Ns::from_millis(2_000), crowded: Ns::from_millis(1_500), busy: 0.3, ..Score::default() };
    let others = Score { time: Ns::from_millis(1_900), busy: 1.0, ..Score::default() };
    let mut seen = 0;
    for from in 0..4 {
        for kind in ModelKind::ALL {
            let mut app = started((160, 60), race());
            made::answer(&mut app);
            after(&mut app, &"a".repeat(from));
            after(&mut app, &(kind as usize + 1).to_string());
            app.scoreboard.clear();
            for variant in 0..4 {
                app.scoreboard.enter(row(ModelKind::Serial, variant), Ok(disturbed));
                app.scoreboard.enter(row(ModelKind::Threads, variant), Ok(others));
                app.scoreboard
                    .enter(RowKey { lock: Some(Generation::Newer), ..row(ModelKind::Threads, variant) }, Ok(others));
            }
            app.axis = Ns::from_millis(20_000);
            let doubted = doubted(&app);
            assert_eq!(doubted.len(), 8, "{}", screen(&app));
            for (name, keys) in doubted {
                let mut there = app.clone();
                let mut runs = Vec::new();
                for key in keys.split(' ') {
                    made::type_in(&mut there, key);
                    runs.push(shown(&there));
                }
                let (model, variant) = name.rsplit_once(' ').expect("a variant");
                let place = names.iter().position(|name| *name == variant).expect("its name");
                let lock = model.contains("GIL").then_some(Generation::Newer);
                let expected = (format!("race:{variant}"), RowKey { lock, ..row(ModelKind::Threads, place) });
                assert_eq!(runs.last(), Some(&expected), "`{keys}` from {kind:?} of {}", names[from]);
                let serial = (expected.0, row(ModelKind::Serial, place));
                let first = runs.iter().position(|run| *run == serial);
                assert!(first.is_some(), "`{keys}` from {kind:?} of {} runs {runs:?}", names[from]);
                seen += keys.matches('a').count();
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn empty_rows_are_of_the_chosen_variant_and_their_hints_lead_within_it() {
    let mut app = started((120, 44), race());
    made::answer(&mut app);
    after(&mut app, "a");
    app.scoreboard = Scoreboard::default();
    let hints: Vec<(String, String)> = screen(&app)
        .lines()
        .filter_map(|line| line.split_once(" press "))
        .map(|(name, keys)| (name.trim().to_owned(), keys.trim().to_owned()))
        .collect();
    assert_eq!(hints.len(), 5, "{}", screen(&app));
    for (name, keys) in hints {
        assert!(name.ends_with(" locked"), "{name}");
        let mut there = app.clone();
        keys.split(' ').for_each(|key| drop(made::type_in(&mut there, key)));
        assert_eq!(there.work(), "race:locked", "`{keys}` to {name}");
    }
}

#[test]
fn a_press_on_a_row_of_another_variant_runs_that() {
    let mut app = started((120, 36), race());
    made::answer(&mut app);
    after(&mut app, "2aaa");
    let effects = made::tell(&mut app, Message::Click(Target::Board(row(ModelKind::Threads, 0))));
    assert!(matches!(effects.as_slice(), [Effect::Start(..)]));
    assert_eq!(shown(&app), ("race:plain".to_owned(), row(ModelKind::Threads, 0)));
}

/// `run` with what a file says of it as it is read from one.
fn through_a_file(run: Recording) -> Recording {
    let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
    begin(&mut writer, &run).expect("a vector takes everything");
    writer.frame(&Frame::Begin(Begin::default())).expect("a vector takes everything");
    let read = open(&writer.into_inner().expect("a vector takes everything")).expect("a recording");
    Recording { origin: read.recordings[0].origin.clone(), ..run }
}

/// The runs of `app` as they are read from a file.
fn stored(app: &App) -> Opened {
    let Opened { recordings, notes } = made::opened(app);
    Opened { recordings: recordings.into_iter().map(through_a_file).collect(), notes }
}

/// Runs of three variants, looked at from a file.
pub fn viewed(size: (u16, u16)) -> App {
    let mut live = started((120, 36), race());
    made::answer(&mut live);
    after(&mut live, "2aa1");
    App::viewing(vec![("runs.concviz".to_owned(), stored(&live))], T0, size).expect("runs")
}

#[test]
fn in_a_file_the_key_leads_to_runs_of_the_other_variants_that_are_there() {
    let mut live = started((120, 36), race());
    made::answer(&mut live);
    after(&mut live, "2aa1");
    let mut app = App::viewing(vec![("runs.concviz".to_owned(), stored(&live))], T0, (120, 36)).expect("runs");
    assert_eq!(
        app.works().iter().map(|work| work.name).collect::<Vec<_>>(),
        ["race:plain", "race:locked", "race:late"]
    );
    assert_eq!(shown(&app), ("race:plain".to_owned(), row(ModelKind::Serial, 0)));
    assert_eq!(scored(&app), scored(&live), "the board holds the rows of all variants");
    assert!(app.footer(false).contains(&Action::Variant));
    made::type_in(&mut app, "2");
    made::type_in(&mut app, "a");
    assert_eq!(shown(&app), ("race:locked".to_owned(), row(ModelKind::Threads, 1)));
    assert_eq!(scored(&app), scored(&live));
    assert!(
        result_text(&app).ends_with("concviz -w race:locked -m threads --set tasks=4 --set cpu=500ms\n"),
        "{}",
        result_text(&app)
    );
    made::type_in(&mut app, "a");
    assert_eq!(shown(&app), ("race:late".to_owned(), row(ModelKind::Threads, 2)));
    made::type_in(&mut app, "1");
    made::type_in(&mut app, "a");
    assert_eq!(
        shown(&app),
        ("race:plain".to_owned(), row(ModelKind::Serial, 0)),
        "of one without runs nothing is said"
    );
    // A row of the board leads there too.
    made::tell(&mut app, Message::Click(Target::Board(row(ModelKind::Threads, 2))));
    assert_eq!(shown(&app), ("race:late".to_owned(), row(ModelKind::Threads, 2)));
    assert_snapshot!(screen(&app));
}

#[test]
fn a_row_that_is_stuck_stays_on_the_board_and_says_why_in_a_file_too() {
    let mut live = started((120, 44), race());
    made::answer(&mut live);
    made::type_in(&mut live, "2");
    let id = live.run().expect("a run").id;
    let waiting = ["left", "right"].map(|task| Waiting { task: task.to_owned(), awaits: Awaited::Room("jobs".into()) });
    made::tell(&mut live, Message::Failed(id, Failure::Stuck { waiting: waiting.into(), pool: None }));
    let failed = live.run().expect("a run").recording.clone();
    after(&mut live, "aa");
    let Opened { mut recordings, notes } = stored(&live);
    recordings.push(through_a_file(failed));
    let files = vec![("runs.concviz".to_owned(), Opened { recordings, notes })];
    let app = App::viewing(files, T0, (120, 44)).expect("runs");
    for shown in [&live, &app] {
        let screen = screen(shown);
        let stuck = |line: &&str| line.contains("stuck: left waits for room in `jobs`") && !line.starts_with(" stuck");
        let told = screen.lines().find(stuck).unwrap_or_else(|| panic!("{screen}"));
        assert!(told.trim_start().starts_with("threads plain "), "{screen}");
    }
}

#[test]
fn a_file_with_one_variant_offers_no_other() {
    let mut live = started((120, 36), race());
    made::answer(&mut live);
    let mut app = App::viewing(vec![("runs.concviz".to_owned(), stored(&live))], T0, (120, 36)).expect("runs");
    assert!(!app.footer(false).contains(&Action::Variant));
    made::type_in(&mut app, "a");
    assert_eq!(app.toast.as_ref().map(|toast| toast.text.as_str()), Some(Label::NoVariants.text()));
    assert_eq!(shown(&app), ("race:plain".to_owned(), row(ModelKind::Serial, 0)));
}

#[test]
fn a_run_whose_steps_are_not_known_is_still_of_its_variant() {
    let mut live = started((120, 36), race());
    made::answer(&mut live);
    after(&mut live, "aa");
    let mut runs = made::opened(&live);
    for run in &mut runs.recordings {
        let Origin::Planned(planned) = &mut run.origin else { panic!("it was planned") };
        planned.known = false;
    }
    let runs = runs.recordings.into_iter().map(through_a_file).collect();
    let files = vec![("runs.concviz".to_owned(), Opened { recordings: runs, notes: Vec::new() })];
    let mut app = App::viewing(files, T0, (120, 36)).expect("runs");
    for (place, name) in [(0, "race:plain"), (1, "race:locked"), (2, "race:late"), (0, "race:plain")] {
        assert_eq!(shown(&app), (name.to_owned(), row(ModelKind::Serial, place)));
        assert!(screen(&app).starts_with(&format!(" {name} ")), "{}", screen(&app));
        made::type_in(&mut app, "a");
    }
}
