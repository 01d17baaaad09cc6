//! The scoreboard with more rows than the usual ones: as many as have room, and how many more there are.

use concviz::app::{Action, App, Message, RowKey, Scoreboard, Target};
use concviz::export::text;
use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::recording::Score;
use concviz::ui::{Look, hit};
use concviz::units::Ns;
use insta::assert_snapshot;
use ratatui::layout::Rect;

use super::made;
use super::pictures::draw;

const GIL: GlobalLock = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);

/// Every model with and without the lock, each with its figures but the last; the run that is shown is of `chosen`.
fn eight(size: (u16, u16), chosen: Model) -> App {
    let keys = ModelKind::ALL.into_iter().flat_map(|kind| [false, true].map(|locked| RowKey { kind, locked }));
    let mut app = made::app("cpu", size);
    made::serial_cpu(&mut app);
    app.setup.model = chosen;
    app.scoreboard = Scoreboard::of(keys.collect());
    for (key, ms) in
        app.scoreboard.keys().to_vec().into_iter().take(7).zip([2_000, 2_100, 1_030, 2_050, 1_100, 1_200, 2_000])
    {
        let time = Ns::from_millis(ms);
        let busy = 2_000.0 / ms as f64;
        app.scoreboard.enter(key.model(GIL), Score { time, busy, ..Score::default() });
    }
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
    let app = eight((80, 24), Model::plain(ModelKind::Serial));
    assert_snapshot!(text(&draw(&app, Look::default())));
    // Those around the chosen one are shown.
    for kind in ModelKind::ALL {
        for lock in [GlobalLock::Off, GIL] {
            let app = eight((80, 24), Model { kind, lock });
            let rows = text(&draw(&app, Look::default()));
            assert!(rows.lines().any(|row| row.trim_end() == " 4 more"), "{rows}");
            assert_eq!(named(&app).len(), 4, "{rows}");
        }
    }
}

#[test]
fn where_there_is_room_all_are_shown() {
    for size in [(120, 36), (200, 60)] {
        let app = eight(size, Model::plain(ModelKind::Serial));
        assert_eq!(named(&app).len(), 8, "{size:?}");
        assert!(!text(&draw(&app, Look::default())).contains(" more"));
    }
    assert_snapshot!(text(&draw(&eight((120, 36), Model::plain(ModelKind::Serial)), Look::default())));
}

#[test]
fn a_press_on_a_row_means_the_one_that_is_drawn_there() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let app = eight(size, Model::plain(ModelKind::Async));
        let rows = text(&draw(&app, Look::default()));
        let y = rows.lines().position(|row| row.starts_with(" processes ")).expect("its row") as u16;
        let pressed = hit(&app, Rect::new(0, 0, size.0, size.1), 30, y);
        let Some(Message::Click(Target::Action(action))) = pressed else { panic!("{pressed:?}:\n{rows}") };
        assert_eq!(action, Action::Model(ModelKind::Processes));
    }
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
