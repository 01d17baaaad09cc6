//! Key scripts: what a sequence of keys asks for, and what the program's state is afterwards.

use concviz::app::{Action, App, Catalogue, Coloring, Dial, Effect, Key, Layer, Message, Phase, Playhead, Speed, keys};
use concviz::model::{Generation, GlobalLock, ModelKind};
use concviz::palette::Theme;
use concviz::recording::Conditions;
use concviz::state::{Outcome, State};
use concviz::units::{Ns, TurnLength};
use concviz::workload::{StartLock, Workload, find};
use proptest::prelude::*;

use super::made;

fn started(effects: &[Effect]) -> Option<(ModelKind, bool)> {
    effects.iter().rev().find_map(|e| match e {
        Effect::Start(_, plan) => Some((plan.model.kind, plan.model.lock.is_on())),
        _ => None,
    })
}

#[test]
fn every_model_key_starts_its_model() {
    let mut app = made::app("cpu", (80, 24));
    for (keys, kind) in
        [("1&", ModelKind::Serial), ("2é", ModelKind::Threads), ("3\"", ModelKind::Processes), ("4'", ModelKind::Async)]
    {
        for key in keys.chars() {
            let effects = made::press(&mut app, &[Key::Char(key)]);
            assert_eq!(started(&effects), Some((kind, false)), "{key}");
        }
    }
    assert_eq!(started(&made::type_in(&mut app, "2g")), Some((ModelKind::Threads, true)));
    assert_eq!(started(&made::type_in(&mut app, "g")), Some((ModelKind::Threads, false)));
}

fn locked_with(effects: &[Effect]) -> Option<GlobalLock> {
    effects.iter().rev().find_map(|e| match e {
        Effect::Start(_, plan) => Some(plan.model.lock),
        _ => None,
    })
}

#[test]
fn one_key_turns_the_lock_on_and_off_and_the_other_takes_its_other_generation() {
    let mut app = made::app("cpu", (80, 24));
    let newer = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);
    let older = GlobalLock::GilLegacy { check_interval: 100 };
    let said = |app: &App| app.setup.model.lock;
    made::type_in(&mut app, "2");
    for (key, lock) in [
        ("G", older),
        ("G", newer),
        ("G", older),
        ("g", GlobalLock::Off),
        ("g", older),
        ("g", GlobalLock::Off),
        ("G", newer),
    ] {
        let effects = made::type_in(&mut app, key);
        assert_eq!((locked_with(&effects), said(&app)), (Some(lock), lock), "{key}");
    }
    // From behind a layer too, and a new workload begins with the newer one.
    assert_eq!(locked_with(&made::type_in(&mut app, "dG")), Some(older));
    made::press(&mut app, &[Key::Char('o'), Key::Enter]);
    assert_eq!(locked_with(&made::type_in(&mut app, "g")), Some(newer));
}

#[test]
fn both_generations_of_the_lock_have_a_row_and_keep_it() {
    let mut app = made::first_minute((120, 36));
    let scored = |app: &App| {
        let rows = app.rows().into_iter().filter(|row| row.score.is_some());
        rows.map(|row| (row.key.kind, row.key.lock)).collect::<Vec<_>>()
    };
    let [serial, threads] = [(ModelKind::Serial, None), (ModelKind::Threads, None)];
    let [newer, older] = [Generation::Newer, Generation::Older].map(|lock| (ModelKind::Threads, Some(lock)));
    assert_eq!(scored(&app), [serial, threads, newer]);
    made::type_in(&mut app, "G");
    assert_eq!(scored(&app), [serial, threads, newer], "the figures are still the newer lock's");
    made::threads_gil(&mut app);
    made::type_in(&mut app, "4");
    made::serial_cpu(&mut app);
    made::type_in(&mut app, "g");
    made::serial_cpu(&mut app);
    let [r#async, with_older] = [None, Some(Generation::Older)].map(|lock| (ModelKind::Async, lock));
    assert_eq!(scored(&app), [serial, threads, r#async, newer, older, with_older]);
    // All of them are left in the shell and copied, each under a name of its own.
    let names = ["serial", "threads", "async", "thr + GIL", "thr + old GIL", "async + old GIL"];
    let left = concviz::ui::scoreboard_text(&app);
    let left: Vec<&str> = left.lines().skip(1).map(|line| line.get(..15).unwrap_or(line).trim_end()).collect();
    assert_eq!(left, names);
    let copied = concviz::ui::result_text(&app);
    assert_eq!(copied.lines().count(), 5, "{copied}");
    let rows = copied.lines().nth(1).into_iter().chain(copied.lines().nth(2)).flat_map(|line| line.split("; "));
    let copied: Vec<&str> = rows.collect();
    assert_eq!(copied.len(), names.len(), "{copied:?}");
    assert!(names.iter().zip(&copied).all(|(name, row)| row.starts_with(&format!("{name} "))), "{copied:?}");
    // Other work: the board begins anew.
    made::press(&mut app, &[Key::Char('o'), Key::Down, Key::Enter]);
    assert_eq!((app.rows().len(), app.scoreboard.is_empty()), (5, true));
}

/// Opens the dials and goes to `dial`.
fn to_dial(app: &mut App, dial: &Dial) {
    let place = app.setup.dials().iter().position(|d| d == dial).expect("a dial");
    made::type_in(app, "d");
    made::press(app, &vec![Key::Down; place]);
}

#[test]
fn an_interval_turned_while_the_run_goes_on_is_told_to_it_and_kept() {
    let mut app = made::app("cpu", (80, 24));
    made::type_in(&mut app, "2g");
    let run = made::id(&app);
    to_dial(&mut app, &Dial::Interval);
    let turned = |to: u64| [Effect::TurnLock(run, TurnLength::Time(Ns::from_millis(to)))];
    assert_eq!(made::press(&mut app, &[Key::Left]), turned(2));
    assert_eq!(made::press(&mut app, &[Key::Left]), turned(1));
    let lock = GlobalLock::gil(Ns::from_millis(1));
    assert_eq!((app.setup.model.lock, app.run().map(|r| r.model.lock)), (lock, Some(lock)));
    assert!(made::press(&mut app, &[Key::Esc]).is_empty());
    assert_eq!(app.setup.model.lock, lock, "what was told cannot be taken back");
    assert_eq!(locked_with(&made::type_in(&mut app, "r")), Some(lock));
    // Another dial still asks for another run.
    to_dial(&mut app, &Dial::ForcedSwitching);
    assert!(made::press(&mut app, &[Key::Right]).is_empty());
    let unforced = GlobalLock::Gil { interval: Ns::from_millis(1), forced_switching: false };
    assert_eq!(locked_with(&made::press(&mut app, &[Key::Enter])), Some(unforced));
    // Ticks are the older lock's.
    made::type_in(&mut app, "G");
    let run = made::id(&app);
    to_dial(&mut app, &Dial::CheckInterval);
    assert_eq!(made::press(&mut app, &[Key::Right]), [Effect::TurnLock(run, TurnLength::Ticks(200))]);
}

#[test]
fn an_interval_turned_while_nothing_runs_or_without_the_lock_waits_for_the_next_run() {
    let mut app = made::first_minute((80, 24));
    to_dial(&mut app, &Dial::Interval);
    assert!(made::press(&mut app, &[Key::Left]).is_empty(), "it is over");
    assert_eq!(locked_with(&made::press(&mut app, &[Key::Enter])), Some(GlobalLock::gil(Ns::from_millis(2))));
    let mut app = made::app("cpu", (80, 24));
    to_dial(&mut app, &Dial::Interval);
    assert!(made::press(&mut app, &[Key::Left]).is_empty(), "there is no lock");
    made::press(&mut app, &[Key::Esc]);
    assert_eq!(app.setup.lock.interval, GlobalLock::DEFAULT_INTERVAL);
}

#[test]
fn toggling_fills_the_scoreboard_and_keeps_the_axis() {
    let mut app = made::app("cpu", (80, 24));
    let axis = app.axis;
    made::serial_cpu(&mut app);
    made::type_in(&mut app, "2");
    made::threads_cpu(&mut app);
    made::type_in(&mut app, "g");
    made::threads_gil(&mut app);
    assert_eq!(app.axis, axis, "toggling must show the speedup on one axis");
    let scored: Vec<_> = app.scoreboard.rows(app.row()).iter().map(|r| r.score.is_some()).collect();
    assert_eq!(scored, [true, true, false, false, true]);
    let score = app.scoreboard.rows(app.row())[1].score.expect("threads ran");
    let ratio = app.scoreboard.ratio(app.row(), score, 2.0).expect("serial ran");
    assert!((ratio.speedup.times - 2_000.0 / 1_030.0).abs() < 1e-6);
}

#[test]
fn a_stopped_run_leaves_no_score_and_its_late_words_are_not_heard() {
    let mut app = made::app("cpu", (80, 24));
    let old = made::id(&app);
    made::type_in(&mut app, "2");
    made::tell(
        &mut app,
        Message::End(
            old,
            Box::new(concviz::trace::End { at: made::at(5.0), ..Default::default() }),
            Conditions::default(),
        ),
    );
    assert!(app.scoreboard.is_empty());
    assert_eq!(app.run().map(|r| r.phase), Some(Phase::Starting));
}

#[test]
fn a_run_longer_than_the_axis_doubles_it() {
    let mut app = made::app("cpu", (80, 24));
    let axis = app.axis;
    made::Made::default().begin(&mut app);
    made::tell(&mut app, Message::Tick(made::T0 + axis + Ns(1)));
    assert_eq!(app.axis, axis.times(2, 1));
}

#[test]
fn the_axis_fits_a_short_run_that_is_over_and_stays_for_the_next_ones() {
    // Four tasks that only give way: nobody knows beforehand how long that takes.
    let text = "format = 1\nname = \"own\"\n[[tasks]]\nname = \"task\"\ncount = 4\nsteps = [\"yield\"]";
    let mut app = made::app("cpu", (80, 24));
    app.setup.workload = concviz::workload::parse("own.toml", text).expect("a workload");
    made::type_in(&mut app, "1");
    let ahead = app.axis;
    assert_eq!(ahead, Ns::from_micros(100));
    let short = |app: &mut App, us: f64| {
        let mut run = made::Made::default();
        run.submit(4);
        for task in 0..4 {
            run.enter(0.0, task, 0, 0, State::Running, true);
            run.end(us / 1e3, task, 0, Outcome::Done, 0);
        }
        run.finish(app, us / 1e3, 0.0);
    };
    made::Made::default().begin(&mut app);
    made::tell(&mut app, Message::Tick(made::T0 + Ns::from_micros(5)));
    assert_eq!(app.axis, ahead, "it does not jump while the run grows");
    short(&mut app, 6.0);
    assert_eq!(app.axis, Ns::from_micros(8));
    made::type_in(&mut app, "2");
    assert_eq!(app.axis, Ns::from_micros(8), "one axis for all models");
    short(&mut app, 5.0);
    assert_eq!(app.axis, Ns::from_micros(8));
    made::type_in(&mut app, "3");
    short(&mut app, 20.0);
    assert_eq!(app.axis, Ns::from_micros(32), "a longer one doubles it");
}

#[test]
fn pause_freezes_the_picture_while_the_run_goes_on() {
    let mut app = made::app("cpu", (80, 24));
    made::Made::default().begin(&mut app);
    made::tell(&mut app, Message::Tick(made::at(300.0)));
    made::type_in(&mut app, " ");
    assert!(app.is_paused() && !app.is_moving());
    made::tell(&mut app, Message::Tick(made::at(900.0)));
    assert_eq!(app.until(), Ns::from_millis(300));
    made::type_in(&mut app, " ");
    assert_eq!(app.until(), Ns::from_millis(900));
}

#[test]
fn slow_motion_is_a_quarter_and_again_a_quarter_of_that() {
    let mut app = made::first_minute((80, 24));
    let now = app.now;
    made::type_in(&mut app, "z");
    made::tell(&mut app, Message::Tick(now + Ns::from_millis(400)));
    assert_eq!(app.until(), Ns::from_millis(100));
    made::type_in(&mut app, "z");
    assert!(matches!(app.playhead, Playhead::Replay { speed: Speed { run: 1, real: 16 }, .. }));
    made::tell(&mut app, Message::Tick(now + Ns::from_millis(400 + 16_000 * 3)));
    assert_eq!(app.playhead, Playhead::Live, "a replay ends where the run ended");
}

#[test]
fn zoom_pan_fit_and_edges_stay_inside() {
    let mut app = made::first_minute((80, 24));
    let axis = app.visible();
    made::type_in(&mut app, "+++");
    assert_eq!(app.visible().len(), axis.len().times(1, 8));
    made::press(&mut app, &[Key::Home]);
    assert_eq!(app.visible().from, Ns::ZERO);
    made::press(&mut app, &[Key::Left]);
    assert_eq!(app.visible().from, Ns::ZERO, "there is nothing before the start");
    made::press(&mut app, &[Key::End]);
    assert_eq!(app.visible().to, app.until());
    made::type_in(&mut app, "---");
    assert_eq!(app.visible(), axis);
    made::type_in(&mut app, "f");
    assert_eq!(app.visible().to, Ns::from_millis(2_000));
    made::type_in(&mut app, "f");
    assert_eq!(app.visible(), axis);
    for _ in 0..64 {
        made::type_in(&mut app, "+");
    }
    assert!(app.visible().len() >= Ns::from_micros(20));
}

#[test]
fn segments_are_walked_in_order_and_explained() {
    let mut app = made::first_minute((80, 24));
    made::press(&mut app, &[Key::Down, Key::Char('.'), Key::Char('.')]);
    let first = app.selected_span().expect("a segment");
    assert!(app.focus.detail);
    made::type_in(&mut app, ".");
    let second = app.selected_span().expect("a segment");
    assert_eq!(second.range.from, first.range.to);
    made::type_in(&mut app, ",");
    assert_eq!(app.selected_span(), Some(first));
}

#[test]
fn enter_opens_the_detail_and_keeps_it_where_a_segment_was_walked_to() {
    let mut app = made::first_minute((80, 24));
    made::press(&mut app, &[Key::Char('.'), Key::Enter]);
    assert!(app.focus.detail);
    made::press(&mut app, &[Key::Esc]);
    assert!(!app.focus.detail);
    made::press(&mut app, &[Key::Enter]);
    assert!(app.focus.detail);
}

#[test]
fn escape_closes_one_layer_at_a_time() {
    let mut app = made::first_minute((80, 24));
    made::press(&mut app, &[Key::Down, Key::Enter, Key::Tab, Key::Char('?')]);
    assert_eq!(app.layer, Some(Layer::Help(0)));
    let states: [fn(&App) -> bool; 4] = [
        |a| a.layer.is_none() && a.focus.detail,
        |a| !a.focus.detail && a.focus.lens,
        |a| !a.focus.lens,
        |a| a.focus.selection.is_none(),
    ];
    for (index, state) in states.iter().enumerate() {
        assert!(made::press(&mut app, &[Key::Esc]).is_empty());
        assert!(state(&app), "after Esc number {}", index + 1);
    }
}

#[test]
fn the_picker_opens_a_workload_and_begins_its_story() {
    let mut app = made::first_minute((80, 24));
    let effects = made::press(&mut app, &[Key::Char('o'), Key::Down, Key::Enter]);
    assert_eq!(started(&effects), Some((ModelKind::Serial, false)));
    assert_eq!(app.setup.workload.name, "io");
    assert!(app.scoreboard.is_empty(), "other work, other times");
}

#[test]
fn a_workload_opened_from_the_picker_starts_with_the_lock_that_its_file_names_whatever_was_chosen_before() {
    let starts = |lock| Workload { lock, ..find("io").expect("a shipped workload") };
    for (lock, expected) in [
        (StartLock::Off, GlobalLock::Off),
        (StartLock::Gil, GlobalLock::gil(Ns::from_millis(5))),
        (StartLock::GilLegacy, GlobalLock::GilLegacy { check_interval: 100 }),
    ] {
        for before in ["", "2g", "G"] {
            let mut app = made::first_minute((80, 24));
            app.catalogue = Catalogue::with(starts(lock));
            made::type_in(&mut app, before);
            let effects = made::press(&mut app, &[Key::Char('o'), Key::Down, Key::Enter]);
            assert_eq!(started(&effects), Some((ModelKind::Serial, expected.is_on())));
            assert_eq!(app.setup.model.lock, expected, "after `{before}`");
            made::press(&mut app, &[Key::Char('g')]);
            assert_eq!(app.setup.model.lock.is_on(), !expected.is_on(), "the key changes it as always");
            made::press(&mut app, &[Key::Char('o'), Key::Up, Key::Enter]);
            assert_eq!(app.setup.model.lock, GlobalLock::Off, "the other workload starts without one");
        }
    }
}

#[test]
fn dials_run_once_they_are_closed_and_only_if_they_were_turned() {
    let mut app = made::first_minute((80, 24));
    assert!(made::press(&mut app, &[Key::Char('d'), Key::Esc]).is_empty());
    let effects = made::press(&mut app, &[Key::Char('d'), Key::Right, Key::Enter]);
    assert!(started(&effects).is_some());
    assert_eq!(app.run().map(|r| r.trace().tasks.len()), Some(6));
    assert!(app.scoreboard.is_empty());
    // The interval changes how the lock is taken, not the work: the other rows still compare.
    made::serial_cpu(&mut app);
    let dials = app.setup.dials();
    let interval = dials.iter().position(|d| *d == Dial::Interval).expect("a dial of the lock's");
    let mut keys = vec![Key::Char('d')];
    keys.extend(std::iter::repeat_n(Key::Down, interval));
    keys.extend([Key::Right, Key::Enter]);
    assert!(started(&made::press(&mut app, &keys)).is_some());
    assert!(!app.scoreboard.is_empty());
    assert_eq!(app.setup.model.lock, GlobalLock::gil(Ns::from_millis(10)));
}

#[test]
fn model_keys_work_from_behind_every_layer() {
    for open in ["?", "o", "d"] {
        let mut app = made::first_minute((80, 24));
        let effects = made::type_in(&mut app, &format!("{open}4"));
        assert_eq!(started(&effects), Some((ModelKind::Async, true)), "{open}");
        assert_eq!(app.layer, None);
    }
}

#[test]
fn the_theme_changes_with_every_press_and_is_named() {
    let mut app = made::first_minute((80, 24));
    let said = |app: &App| app.toast.as_ref().map(|toast| toast.text.clone()).unwrap_or_default();
    for theme in [Theme::Light, Theme::HighContrast, Theme::ColorBlind, Theme::Dark] {
        assert!(made::type_in(&mut app, "T").is_empty());
        assert_eq!(app.coloring, Coloring::Theme(theme));
        assert!(said(&app).contains(theme.name()), "{}", said(&app));
    }
    made::type_in(&mut app, "?T");
    assert_eq!((app.coloring, app.layer), (Coloring::Theme(Theme::Light), Some(Layer::Help(0))), "from a layer too");
    made::press(&mut app, &[Key::Esc]);
    made::type_in(&mut app, "/T");
    assert_eq!(app.coloring, Coloring::Theme(Theme::Light), "in a filter it is a letter");
    made::press(&mut app, &[Key::Esc]);
    app.coloring = Coloring::Off;
    made::type_in(&mut app, "T");
    assert_eq!(app.coloring, Coloring::Off);
    assert!(said(&app).starts_with("Colours are off (NO_COLOR"), "{}", said(&app));
}

#[test]
fn quitting_stops_the_run_first() {
    for key in [Key::Char('q'), Key::Ctrl('c'), Key::F(10)] {
        let mut app = made::app("cpu", (80, 24));
        made::type_in(&mut app, "?");
        assert_eq!(made::press(&mut app, &[key]), [Effect::Stop, Effect::Quit], "{key:?}");
    }
}

#[test]
fn nothing_runs_before_the_machine_is_known() {
    let mut app = made::app("cpu", (80, 24));
    made::live(&mut app).rates = None;
    let kernels = [concviz::workload::Kernel::Count].into_iter().collect();
    assert_eq!(made::type_in(&mut app, "2"), [Effect::Stop, Effect::Calibrate(kernels)]);
    assert!(app.is_calibrating());
    assert!(made::type_in(&mut app, "3").is_empty(), "once is enough");
    let rates = concviz::plan::Rates::all(500_000);
    let effects = made::tell(&mut app, Message::Calibrated(rates));
    assert_eq!(started(&effects), Some((ModelKind::Processes, false)));
}

fn any_key() -> impl Strategy<Value = Key> {
    let table: Vec<Key> = keys::KEYS
        .iter()
        .filter(|b| !matches!(b.action, Action::Quit | Action::Suspend))
        .flat_map(|b| b.keys.iter().copied())
        .chain(keys::LINE.iter().flat_map(|b| b.keys.iter().copied()))
        .chain([Key::Char('x'), Key::Ctrl('l'), Key::F(5)])
        .collect();
    // Now and then something to write, so that the filter is more than opened.
    let written = prop_oneof![Just(Key::Char('/')), any::<char>().prop_map(Key::Char), Just(Key::Char('='))];
    prop_oneof![4 => proptest::sample::select(table), 1 => written]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn no_keys_in_any_order_break_it(keys in proptest::collection::vec(any_key(), 1..120), io in any::<bool>()) {
        let mut app = if io { made::app("io", (80, 24)) } else { made::first_minute((80, 24)) };
        for (index, key) in keys.into_iter().enumerate() {
            made::tell(&mut app, Message::Tick(made::at(index as f64 * 40.0)));
            made::tell(&mut app, Message::Key(key));
            prop_assert!(!app.visible().is_empty());
            prop_assert!(app.setup.tasks().is_ok());
            let shown: std::collections::HashSet<_> = app.order().into_iter().collect();
            prop_assert_eq!(shown.len(), app.order().len(), "a task has two lanes");
            prop_assert!(shown.len() <= app.tasks());
            let area = ratatui::layout::Rect::new(0, 0, 80, 24);
            concviz::ui::render(&app, concviz::ui::Look::default(), area, &mut ratatui::buffer::Buffer::empty(area));
        }
    }
}
