//! The key that was pressed last: for a short while it is lit in the footer.

use concviz::app::{Action, App, Key, Message, keys};
use concviz::palette::Theme;
use concviz::ui::{Depth, Look};
use concviz::units::Ns;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Modifier;

use super::made;
use super::pictures::draw;

const MONO: Look = Look { theme: Theme::Dark, depth: Depth::None, ascii: false };

/// What is lit in the last row, without the columns around it.
fn lit(buffer: &Buffer) -> String {
    let y = buffer.area.bottom() - 1;
    let row = (buffer.area.left()..buffer.area.right()).map(|x| &buffer[(x, y)]);
    let lit: String = row.filter(|cell| cell.modifier.contains(Modifier::REVERSED)).map(Cell::symbol).collect();
    lit.trim().to_owned()
}

fn last_row(buffer: &Buffer) -> String {
    concviz::export::text(buffer).lines().last().unwrap_or_default().to_owned()
}

/// Presses a key, whose light stays.
fn press(app: &mut App, key: Key) {
    made::tell(app, Message::Key(key));
}

fn shows(app: &App) -> String {
    lit(&draw(app, MONO))
}

#[test]
fn a_key_of_the_footer_is_lit_in_its_place() {
    let mut app = made::first_minute((120, 36));
    let before = last_row(&draw(&app, MONO));
    for (key, said) in [('g', "g GIL"), ('r', "r again"), ('d', "d dials"), ('+', "+ zoom in")] {
        press(&mut app, Key::Char(key));
        assert_eq!(shows(&app), said);
        assert_eq!(last_row(&draw(&app, MONO)), before, "nothing moves");
        press(&mut app, Key::Esc);
    }
    press(&mut app, Key::Char('='));
    assert_eq!(shows(&app), "+ zoom in", "the entry of its action");
}

#[test]
fn it_stands_out_in_colour_too() {
    let mut app = made::first_minute((80, 24));
    let look = Look::default();
    let ground = |app: &App| {
        let buffer = draw(app, look);
        let x = last_row(&buffer).find("g GIL").expect("its entry") as u16;
        buffer[(x, 23)].bg
    };
    let before = ground(&app);
    press(&mut app, Key::Char('g'));
    assert_ne!(ground(&app), before);
}

#[test]
fn a_key_without_an_entry_is_lit_at_the_end_and_no_entry_moves() {
    let mut app = made::first_minute((80, 24));
    let before = last_row(&draw(&app, MONO));
    for (key, said) in [
        (Key::Char('3'), "3 processes"),
        (Key::Char('&'), "1 serial"),
        (Key::Char('k'), "k previous task"),
        (Key::Up, "up previous task"),
        (Key::BackTab, "Shift-Tab previous view"),
    ] {
        press(&mut app, key);
        let buffer = draw(&app, MONO);
        assert_eq!(lit(&buffer), said);
        let row = last_row(&buffer);
        assert!(row.ends_with(said), "{row}");
        let rest = row.strip_suffix(said).unwrap_or_default().trim_end();
        assert!(before.starts_with(rest), "{rest}\n{before}");
        let left_out = &before[rest.len()..];
        assert!(left_out.is_empty() || left_out.starts_with(' '), "no entry is cut: {row}");
    }
}

#[test]
fn its_light_goes_out_by_itself_and_wakes_nobody_after_that() {
    let mut app = made::first_minute((80, 24));
    assert_eq!(app.fades(), None);
    let now = app.now;
    press(&mut app, Key::Char('+'));
    assert_eq!(app.fades(), Some(now + Ns::from_millis(600)));
    made::tell(&mut app, Message::Tick(now + Ns::from_millis(599)));
    assert_eq!(shows(&app), "+ zoom in");
    // Pressed again, it is lit anew.
    press(&mut app, Key::Char('+'));
    made::tell(&mut app, Message::Tick(now + Ns::from_millis(1_198)));
    assert_eq!(shows(&app), "+ zoom in");
    made::tell(&mut app, Message::Tick(now + Ns::from_millis(1_199)));
    assert_eq!((shows(&app), app.fades()), (String::new(), None));
    // A toast stands longer than the key that asked for it is lit.
    press(&mut app, Key::Char('T'));
    let key = app.fades();
    assert_eq!(key, Some(app.now + Ns::from_millis(600)));
    made::tell(&mut app, Message::Tick(key.expect("it is lit")));
    assert_eq!((shows(&app), app.fades()), (String::new(), app.toast.as_ref().map(|toast| toast.until)));
}

#[test]
fn what_means_nothing_lights_nothing() {
    let mut app = made::first_minute((80, 24));
    for key in [Key::Char('v'), Key::Ctrl('x'), Key::F(5), Key::Backspace] {
        press(&mut app, key);
        assert_eq!(shows(&app), "", "{key:?}");
    }
    made::type_in(&mut app, "?");
    press(&mut app, Key::Char('z'));
    assert_eq!(shows(&app), "", "it is not meant for the help");
    let mut app = made::compared((80, 24));
    press(&mut app, Key::Char(','));
    assert_eq!(shows(&app), "", "it is not meant for runs beside each other");
    made::tell(&mut app, Message::Wheel { steps: 2, zoom_at: None });
    assert_eq!(shows(&app), "", "the wheel is no key");
}

#[test]
fn in_front_and_beside_each_other_a_key_is_called_what_it_does_there() {
    let mut app = made::first_minute((80, 24));
    for (key, said) in [
        (Key::Char('o'), "o workload"),
        (Key::Down, "down choose"),
        (Key::Esc, "Esc close, back"),
        (Key::Char('?'), "? help"),
        (Key::PageDown, "PgDn scroll"),
        (Key::Char('?'), "? help"),
        (Key::Char('d'), "d dials"),
        (Key::Char('l'), "l turn"),
        (Key::Esc, "Esc cancel"),
        (Key::Char('d'), "d dials"),
        (Key::Enter, "Enter run"),
        (Key::Char('o'), "o workload"),
        (Key::Enter, "Enter open"),
    ] {
        press(&mut app, key);
        assert_eq!(shows(&app), said, "{key:?}");
    }
    let mut app = made::compared((80, 24));
    for (key, said) in [(Key::Char('j'), "j choose"), (Key::Enter, "Enter open")] {
        press(&mut app, key);
        assert_eq!(shows(&app), said, "{key:?}");
    }
}

#[test]
fn a_key_of_the_filters_line_is_lit_in_it_and_after_it() {
    let mut app = made::first_minute((120, 36));
    made::type_in(&mut app, "/3");
    assert_eq!(shows(&app).trim(), "", "what is written is seen as it is");
    press(&mut app, Key::Ctrl('u'));
    assert_eq!(shows(&app), "Ctrl-U empty");
    for (key, said) in [(Key::Enter, "Enter keep"), (Key::Esc, "Esc cancel")] {
        made::type_in(&mut app, "/");
        press(&mut app, key);
        assert_eq!(shows(&app), said);
    }
}

#[test]
fn every_key_that_is_lit_can_be_read_at_every_size() {
    for size in [(40, 12), (80, 24), (120, 36), (200, 60)] {
        let app = made::first_minute(size);
        for row in keys::KEYS.iter().filter(|row| !matches!(row.action, Action::Quit | Action::Suspend)) {
            for key in row.keys {
                let mut app = app.clone();
                press(&mut app, *key);
                let pressed = app.pressed.expect("it means something");
                let said = format!("{} {}", pressed.key, pressed.label.text());
                // An entry names all keys of its action.
                let entry = format!("{} {}", row.shown, row.label.text());
                let shown = shows(&app);
                // The prompt begins with the key that opens it.
                assert!(shown == said || shown == entry || row.action == Action::Filter, "{size:?} {key:?}: {shown}");
            }
        }
    }
}
