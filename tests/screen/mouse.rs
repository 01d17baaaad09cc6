//! The mouse: what a press on each part of the screen means.

use concviz::app::{Action, Key, Layer, Message, RowKey, Target};
use concviz::export::text;
use concviz::model::ModelKind;
use concviz::ui::{Look, hit, instant, render};
use concviz::units::TaskId;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::made;

const AREA: Rect = Rect { x: 0, y: 0, width: 80, height: 24 };

/// Where `word` stands on the screen.
fn place(app: &concviz::app::App, word: &str) -> (u16, u16) {
    let mut buffer = Buffer::empty(AREA);
    render(app, Look::default(), AREA, &mut buffer);
    let rows = text(&buffer);
    let found = rows.lines().enumerate().find_map(|(y, row)| {
        let byte = row.find(word)?;
        Some((row[..byte].chars().count() as u16, y as u16))
    });
    found.unwrap_or_else(|| panic!("{word} is not on the screen:\n{rows}"))
}

fn target(app: &concviz::app::App, (x, y): (u16, u16)) -> Option<Target> {
    match hit(app, AREA, x, y)? {
        Message::Click(target) => Some(target),
        other => panic!("a press gave {other:?}"),
    }
}

#[test]
fn tabs_footer_lanes_and_scoreboard_can_be_pressed() {
    let app = made::first_minute((80, 24));
    assert_eq!(target(&app, place(&app, "3 processes")), Some(Target::Action(Action::Model(ModelKind::Processes))));
    assert_eq!(target(&app, place(&app, "GIL 5 ms")), Some(Target::Action(Action::Lock)));
    assert_eq!(target(&app, place(&app, "x compare")), Some(Target::Action(Action::Compare)));
    assert_eq!(target(&app, place(&app, "? help")), Some(Target::Action(Action::Help)));
    assert!(matches!(target(&app, place(&app, "task 3")), Some(Target::Lane(TaskId(2), None))));
    let (_, y) = place(&app, "task 3");
    assert!(matches!(target(&app, (20, y)), Some(Target::Lane(TaskId(2), Some(_)))));
    assert_eq!(target(&app, (20, 15)), Some(Target::Board(RowKey { kind: ModelKind::Serial, lock: None, variant: 0 })));
    assert!(hit(&app, AREA, 79, 0).is_none());
}

#[test]
fn a_press_on_a_segment_selects_and_explains_it() {
    let mut app = made::first_minute((80, 24));
    let (_, y) = place(&app, "task 2");
    let message = hit(&app, AREA, 20, y).expect("a lane");
    made::tell(&mut app, message);
    assert!(app.focus.detail && app.selected_span().is_some());
}

#[test]
fn a_press_beside_a_layer_closes_it_and_one_on_an_item_takes_it() {
    let mut app = made::first_minute((80, 24));
    made::type_in(&mut app, "o");
    let io = place(&app, "io ");
    assert_eq!(target(&app, io), Some(Target::Item(1)));
    assert_eq!(target(&app, (0, 0)), Some(Target::Action(Action::Close)));
    made::tell(&mut app, Message::Click(Target::Action(Action::Close)));
    assert_eq!(app.layer, None);
    made::type_in(&mut app, "o");
    made::tell(&mut app, Message::Click(Target::Item(1)));
    assert_eq!(app.setup.workload.name, "io");
}

/// A workload with more numbers than a small screen has rows.
fn many_dials() -> concviz::workload::Workload {
    let params: Vec<String> = (10..40).map(|n| format!("p{n} = {n}")).collect();
    let params = params.join("\n");
    let text = format!(
        "format = 1\nname = \"own\"\n[params]\ntasks = 4\n{params}\n[[tasks]]\nname = \"task\"\ncount = \"tasks\"\n\
         steps = [\"yield\"]"
    );
    concviz::workload::parse("own.toml", &text).expect("a workload")
}

#[test]
fn a_list_longer_than_the_screen_follows_the_chosen_item_and_the_mouse_hits_what_is_drawn() {
    let mut app = made::first_minute((80, 24));
    app.setup.workload = many_dials();
    made::press(&mut app, &[Key::Char('d'), Key::PageDown, Key::PageDown, Key::PageDown]);
    let (x, y) = place(&app, "p39 ");
    assert_eq!(target(&app, (x, y)), Some(Target::Item(30)), "the chosen one is shown");
    assert_eq!(target(&app, (x, y - 3)), Some(Target::Item(27)));
    assert_eq!(place(&app, "p36 "), (x, y - 3));
    place(&app, " of 35 ");
    made::press(&mut app, &[Key::Right, Key::PageDown]);
    assert_eq!(app.setup.workload.param("p39"), Some(concviz::workload::Value::Count(48)));
    place(&app, "GIL interval");
    made::press(&mut app, &[Key::PageUp, Key::PageUp, Key::PageUp, Key::PageUp]);
    place(&app, "tasks ");
}

#[test]
fn the_wheel_walks_and_with_ctrl_zooms_where_it_points() {
    let mut app = made::first_minute((80, 24));
    made::tell(&mut app, Message::Wheel { steps: 1, zoom_at: None });
    assert_eq!(app.focus.task(), Some(TaskId(0)));
    let at = instant(&app, AREA, 30).expect("on the timeline");
    let before = app.grid(52).place(at).expect("visible");
    made::tell(&mut app, Message::Wheel { steps: -1, zoom_at: Some(at) });
    let after = app.grid(52).place(at).expect("still visible");
    assert!((before - after).abs() <= 1.0, "what was under the pointer moved from {before} to {after}");
}

#[test]
fn dragging_moves_a_zoomed_timeline_with_the_pointer() {
    let mut app = made::first_minute((80, 24));
    made::type_in(&mut app, "++");
    let before = app.visible();
    made::tell(&mut app, Message::Drag(-5));
    assert!(app.visible().from > before.from);
    made::tell(&mut app, Message::Drag(5));
    assert_eq!(app.visible(), before);
    assert_eq!(app.layer, None::<Layer>);
}
