//! The scoreboard with more rows than the usual ones: as many as have room, and how many more there are.

use concviz::app::{App, Effect, Message, RowKey, Run, Scoreboard, Target};
use concviz::export::text;
use concviz::model::{Generation, LockSettings, Model, ModelKind};
use concviz::recording::Score;
use concviz::text::Label;
use concviz::ui::{Look, hit};
use concviz::units::Ns;
use insta::assert_snapshot;
use ratatui::layout::Rect;

use super::made;
use super::pictures::draw;

/// Every model with each lock and without one.
pub fn all() -> Vec<RowKey> {
    let locks = [None, Some(Generation::Newer), Some(Generation::Older)];
    ModelKind::ALL.into_iter().flat_map(|kind| locks.map(|lock| RowKey { kind, lock, variant: 0 })).collect()
}

/// The figures of a row: no two rows have the same.
fn score(key: RowKey) -> Score {
    let ms = match (key.kind, key.lock) {
        (ModelKind::Serial, lock) => 2_000 + 10 * lock.map_or(0, |lock| 1 + lock as u64),
        (ModelKind::Threads, None) => 1_030,
        (ModelKind::Threads, Some(lock)) => 2_050 + 300 * lock as u64,
        (ModelKind::Processes, lock) => 1_100 + 10 * lock.map_or(0, |lock| 1 + lock as u64),
        (ModelKind::Async, lock) => 2_100 + 10 * lock.map_or(0, |lock| 1 + lock as u64),
    };
    let (time, busy) = (Ns::from_millis(ms), 2_000.0 / ms as f64);
    Score { time, busy, ..Score::default() }
}

/// A run of `chosen` is shown, and these rows have figures.
fn measured(size: (u16, u16), chosen: Model, keys: &[RowKey]) -> App {
    let mut app = made::app("cpu", size);
    made::serial_cpu(&mut app);
    app.setup.model = chosen;
    app.setup.lock = app.setup.lock.like(chosen.lock);
    app.scoreboard.clear();
    keys.iter().for_each(|key| app.scoreboard.enter(*key, Ok(score(*key))));
    app
}

/// The lines of the screen that begin with the name of a row.
fn named(app: &App) -> Vec<String> {
    let rows = text(&draw(app, Look::default()));
    let kinds = ["ser", "thr", "proc", "async"];
    let of_board = |row: &&str| kinds.iter().any(|kind| row.starts_with(&format!(" {kind}")));
    rows.lines().filter(of_board).map(str::to_owned).collect()
}

#[test]
fn where_not_all_rows_have_room_the_last_one_counts_the_others() {
    let app = measured((80, 24), Model::plain(ModelKind::Serial), &all());
    assert_snapshot!(text(&draw(&app, Look::default())));
    let settings = LockSettings::default();
    for chosen in all() {
        for size in [(40, 15), (64, 18), (80, 24)] {
            let app = measured(size, chosen.model(settings), &all());
            let rows = text(&draw(&app, Look::default()));
            let shown = named(&app);
            let more = format!(" {} more", 12 - shown.len());
            assert!(rows.lines().any(|row| row.trim_end() == more), "{rows}");
            // The one that all are compared with is there, and the chosen one.
            assert!(shown[0].starts_with(" serial ") || shown[0].starts_with(" ser "), "{rows}");
            assert!(shown.iter().any(|row| row.contains(&time(&app, chosen))), "{chosen:?}:\n{rows}");
        }
    }
}

/// The time of the row `key`, as its row shows it.
fn time(app: &App, key: RowKey) -> String {
    let time = app.scoreboard.get(key).expect("it was measured").time;
    time.like(app.scoreboard.slowest().expect("it was measured"))
}

#[test]
fn where_there_is_room_all_are_shown() {
    for size in [(120, 36), (200, 60)] {
        let app = measured(size, Model::plain(ModelKind::Serial), &all());
        assert_eq!(named(&app).len(), 12, "{size:?}");
        assert!(!text(&draw(&app, Look::default())).contains(" more"));
    }
    assert_snapshot!(text(&draw(&measured((120, 36), Model::plain(ModelKind::Serial), &all()), Look::default())));
}

#[test]
fn a_press_on_a_row_runs_the_one_that_is_drawn_there() {
    let settings = LockSettings::default();
    for size in [(80, 24), (120, 36), (200, 60)] {
        for (chosen, pressed) in all().into_iter().flat_map(|from| all().into_iter().map(move |to| (from, to))) {
            let mut app = measured(size, chosen.model(settings), &all());
            let rows = text(&draw(&app, Look::default()));
            let is_it = |row: &str| row.starts_with(' ') && row.contains(&format!(" {}", time(&app, pressed)));
            let Some(y) = rows.lines().position(is_it) else { continue };
            let message = hit(&app, Rect::new(0, 0, size.0, size.1), 30, y as u16);
            assert!(
                matches!(message, Some(Message::Click(Target::Board(key))) if key == pressed),
                "{message:?}:\n{rows}"
            );
            let effects = made::tell(&mut app, message.expect("a row"));
            let [Effect::Start(_, plan)] = effects.as_slice() else { panic!("{effects:?}") };
            assert_eq!(plan.model, pressed.model(settings));
            assert_eq!(app.setup.model, plan.model);
            assert!(pressed.lock.is_none_or(|lock| lock == app.setup.lock.generation()), "the key turns on the same");
        }
    }
}

#[test]
fn a_press_on_a_row_of_a_file_shows_its_run_and_runs_nothing() {
    let mut app = made::viewed((120, 36), &["one.concviz", "two.concviz"]);
    for key in RowKey::usual().into_iter().rev() {
        let effects = made::tell(&mut app, Message::Click(Target::Board(key)));
        assert_eq!((effects.as_slice(), app.run().map(Run::row)), (&[][..], Some(key)));
        assert_eq!(app.run().and_then(|run| run.recording.file.as_deref()), Some("one"), "the row of its own file");
    }
    let missing = RowKey { kind: ModelKind::Async, lock: Some(Generation::Older), variant: 0 };
    assert!(made::tell(&mut app, Message::Click(Target::Board(missing))).is_empty());
    assert_eq!(app.toast.map(|toast| toast.text).as_deref(), Some(Label::NoSuchRun.text()));
}

#[test]
fn few_rows_leave_their_place_to_others() {
    for count in 0..5 {
        for size in [(40, 12), (80, 24), (120, 36), (200, 60)] {
            let mut app = made::first_minute(size);
            app.scoreboard = Scoreboard::of(RowKey::usual().into_iter().take(count).collect());
            draw(&app, Look::default());
        }
    }
}
