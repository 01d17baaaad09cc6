//! Styled pictures of the screen at every size that matters. A changed picture is looked at before it is accepted.

use concviz::app::{Action, App, Key};
use concviz::export::text;
use concviz::palette::Theme;
use concviz::state::State;
use concviz::trace::Event;
use concviz::ui::{Depth, Look, render};
use concviz::units::{Ns, TurnLength};
use insta::assert_snapshot;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use super::made;

pub fn draw(app: &App, look: Look) -> Buffer {
    let area = Rect::new(0, 0, app.size.0, app.size.1);
    let mut buffer = Buffer::empty(area);
    render(app, look, area, &mut buffer);
    buffer
}

/// What stands for a style.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Each row as text, and below it, where anything is styled, a letter for each cell's style; the letters are explained
/// at the end.
pub fn styled(buffer: &Buffer) -> String {
    let area = buffer.area;
    let style = |c: &Cell| format!("{} on {} {:?}", c.fg, c.bg, c.modifier).replace(" NONE", "");
    let ground = buffer.cell((area.x, area.y + area.height / 2)).map(style).unwrap_or_default();
    let mut seen: Vec<String> = vec![ground];
    let mut out = String::new();
    for y in area.top()..area.bottom() {
        let (mut text, mut styles) = (String::new(), String::new());
        for x in area.left()..area.right() {
            let cell = buffer.cell((x, y)).expect("inside");
            let index = seen.iter().position(|s| *s == style(cell)).unwrap_or_else(|| {
                seen.push(style(cell));
                seen.len() - 1
            });
            text.push_str(cell.symbol());
            styles.push(if index == 0 { ' ' } else { char::from(LETTERS[index - 1]) });
        }
        out += &format!("|{}\n:{}\n", text.trim_end(), styles.trim_end());
    }
    for (index, style) in seen.iter().enumerate().skip(1) {
        let letter = char::from(LETTERS[index - 1]);
        out += &format!("{letter} = {}\n", style.trim_end());
    }
    out
}

fn picture(app: &App) -> String {
    styled(&draw(app, Look::default()))
}

#[test]
fn the_first_minute_on_a_projector() {
    assert_snapshot!(picture(&made::first_minute((80, 24))));
}

#[test]
fn the_first_minute_on_the_reference_size() {
    assert_snapshot!(picture(&made::first_minute((120, 36))));
}

#[test]
fn the_first_minute_on_a_large_screen() {
    assert_snapshot!(picture(&made::first_minute((200, 60))));
}

#[test]
fn too_small_says_what_it_needs() {
    assert_snapshot!(picture(&made::first_minute((39, 11))));
}

#[test]
fn just_large_enough_holds_together() {
    assert_snapshot!(picture(&made::first_minute((40, 12))));
}

#[test]
fn threads_share_the_cores() {
    let mut app = made::app("cpu", (80, 24));
    made::serial_cpu(&mut app);
    made::type_in(&mut app, "2");
    made::threads_cpu(&mut app);
    assert_snapshot!(picture(&app));
}

#[test]
fn what_was_turned_while_the_run_went_on_has_a_flag() {
    let mut app = made::app("cpu", (80, 24));
    made::type_in(&mut app, "2g");
    let mut made = made::Made::default();
    let turned = |length| Event::IntervalChanged { length };
    made.add(480.0, 4, 0, turned(TurnLength::Time(Ns::from_millis(1))));
    made.add(500.0, 4, 0, turned(TurnLength::Time(Ns::from_millis(2))));
    made.add(1_200.0, 4, 0, turned(TurnLength::Ticks(1_000)));
    made.submit(4);
    made.enter(0.1, 0, 0, 0, State::Running, true);
    made.finish(&mut app, 2_000.0, 0.0);
    assert_snapshot!(picture(&app));
    let ascii = text(&draw(&app, Look { ascii: true, ..Look::default() }));
    assert!(ascii.contains("|> 2 ms") && ascii.contains("|> 1000 ticks"), "{ascii}");
}

#[test]
fn the_lens_unfolds_the_first_turns() {
    let mut app = made::first_minute((120, 36));
    made::press(&mut app, &[Key::Tab]);
    assert_snapshot!(picture(&app));
}

#[test]
fn processes_start_copy_run_and_one_is_killed() {
    let mut app = made::app("cpu", (80, 24));
    made::serial_cpu(&mut app);
    made::type_in(&mut app, "3");
    made::processes_cpu(&mut app);
    made::press(&mut app, &[Key::Down, Key::Down, Key::Down, Key::Enter]);
    assert_snapshot!(picture(&app));
}

#[test]
fn a_loop_listens_while_its_tasks_sleep() {
    let mut app = made::app("io", (80, 24));
    made::type_in(&mut app, "4");
    made::async_io(&mut app);
    assert_snapshot!(picture(&app));
}

#[test]
fn without_colour_shapes_and_letters_tell_it() {
    let look = Look { depth: Depth::None, ..Look::default() };
    assert_snapshot!(styled(&draw(&made::first_minute((80, 24)), look)));
}

#[test]
fn ascii_is_ascii() {
    let look = Look { ascii: true, ..Look::default() };
    for size in [(40, 12), (80, 24), (120, 36), (200, 60)] {
        for keys in [&[][..], &[Key::Char('?')], &[Key::Char('o')], &[Key::Char('d')], &[Key::Down, Key::Enter]] {
            let mut app = made::first_minute(size);
            made::press(&mut app, keys);
            let buffer = draw(&app, look);
            let stranger = buffer.content.iter().find(|c| !c.symbol().is_ascii());
            assert_eq!(stranger, None, "{size:?} {keys:?}");
            let unknown = buffer.content.iter().any(|c| c.symbol() == "?") && !keys.contains(&Key::Char('?'));
            let asked = text(&buffer).matches('?').count();
            assert!(!unknown || asked <= 1, "something has no ASCII of its own: {}", text(&buffer));
        }
    }
}

#[test]
fn the_help_names_every_key() {
    let mut app = made::first_minute((120, 60));
    made::type_in(&mut app, "?");
    let text = text(&draw(&app, Look::default()));
    // This workload has no variants and no counter: the keys for these would do nothing.
    let idle = [Action::Variant, Action::NextLoss, Action::PreviousLoss];
    for row in concviz::app::keys::KEYS.iter().filter(|row| !idle.contains(&row.action)) {
        assert!(text.contains(row.label.text()), "{} is missing", row.label.text());
    }
    assert_snapshot!(text);
}

#[test]
fn every_size_theme_and_depth_can_be_drawn() {
    for app in [made::first_minute((1, 1)), made::app("io", (1, 1))] {
        for (width, height) in [(0, 0), (1, 1), (39, 12), (40, 12), (41, 13), (63, 20), (64, 23), (99, 30), (300, 100)]
        {
            for theme in Theme::ALL {
                for depth in [Depth::True, Depth::Indexed, Depth::Sixteen, Depth::None] {
                    let area = Rect::new(0, 0, width, height);
                    render(&app, Look { theme, depth, ascii: false }, area, &mut Buffer::empty(area));
                }
            }
        }
    }
}
