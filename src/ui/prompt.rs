//! All that says which lanes are shown: the line in which the filter is written, the words in the header, and the words
//! where no task fits.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::paint;
use super::theme::{Look, Role};
use crate::app::filter::Prompt;
use crate::app::keys::{self, Action, LINE};
use crate::app::{App, Pressed};
use crate::text::{Label, counted};

/// The columns that the line being written keeps: hints that would take them are left out.
const LEAST_LINE: u16 = 16;

/// This many columns of a filter come before the words around it.
const LEAST_FILTER: u16 = 8;

/// The line being written, in place of the footer. A key of its hints that was pressed a moment ago is lit.
pub fn draw(prompt: &Prompt, pressed: Option<Pressed>, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let row = Rect::new(layout.area.x, layout.footer, layout.area.width, 1);
    let strip = look.strip();
    paint::fill(buffer, row, strip);
    let hints = hints(row.width);
    let hints_width: u16 = hints.iter().map(|(key, label)| hint_width(key, *label)).sum();
    let room = row.width.saturating_sub(hints_width + 3);
    let text = strip.patch(look.fg(Role::Text));
    let accent = strip.patch(look.fg(Role::Accent)).add_modifier(Modifier::BOLD);
    let (before, under, after) = prompt.parts();
    let mut cursor = [0; 4];
    // A mark that belongs to the character before it has no cell of its own to stand in.
    let under: &str = Some(&*under.encode_utf8(&mut cursor)).filter(|c| paint::width(c) > 0).unwrap_or(" ");
    // Text far before the cursor is left out, to make room for the cursor.
    let before = tail(&before, room.saturating_sub(paint::width(under)));
    let x = paint::put(buffer, row.x + 1, row.y, row.right(), keys::shown(Action::Filter), accent);
    let end = x + room;
    let x = paint::put(buffer, x, row.y, end, before, text);
    let x = paint::put(buffer, x, row.y, end, under, text.add_modifier(Modifier::REVERSED));
    paint::put(buffer, x, row.y, end, &after, text);
    let dim = strip.patch(look.fg(Role::Dim));
    let mut x = row.right() - hints_width;
    for (key, label) in hints {
        let gap = if key.is_empty() { "" } else { " " };
        let lit = pressed.is_some_and(|pressed| (pressed.key, pressed.label) == (key, label));
        let field = look.field(Role::Accent).add_modifier(Modifier::BOLD);
        let (accent, plain) = if lit { (field, field) } else { (accent, dim) };
        x = paint::parts(
            buffer,
            x,
            row.y,
            row.right(),
            &[(key, accent), (gap, plain), (label.text(), plain), ("  ", dim)],
        );
    }
}

fn hint_width(key: &str, label: Label) -> u16 {
    paint::width(key) + u16::from(!key.is_empty()) + paint::width(label.text()) + 2
}

/// The hints that leave room for the line, most important first.
fn hints(width: u16) -> Vec<(&'static str, Label)> {
    let mut room = width.saturating_sub(LEAST_LINE);
    let keys = LINE.iter().filter_map(|row| row.hint);
    let (mut first, rest): (Vec<_>, Vec<_>) = keys.enumerate().partition(|(index, _)| *index < 2);
    first.push((2, ("", Label::LineStates)));
    let mut fits = |width: u16| {
        let fits = width <= room;
        room = room.saturating_sub(width);
        fits
    };
    first.into_iter().chain(rest).map(|(_, hint)| hint).take_while(|(k, l)| fits(hint_width(k, *l))).collect()
}

/// The end of `text` that takes at most `room` columns.
fn tail(text: &str, room: u16) -> &str {
    let mut start = 0;
    for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
        start = at;
        if paint::width(&text[at..]) <= room {
            break;
        }
    }
    &text[start..]
}

/// Which lanes are shown, and in which order, in at most `room` columns; nothing where it is all of them as planned.
/// A long filter loses its middle, never its count.
pub fn shown(app: &App, room: u16) -> Option<String> {
    let filter = app.lanes.filter();
    let sort = app.lanes.sort().label().map(Label::text);
    if filter.is_empty() {
        return sort.map(|by| format!("{} {by}", Label::Sorted.text()));
    }
    let (some, all) = (app.lanes.order().len(), app.tasks() as u64);
    let tasks = counted(all, Label::OneTask.text(), Label::ManyTasks.text());
    let by = sort.map_or_else(String::new, |by| format!(", {by}"));
    let text = format!("{}{}", keys::shown(Action::Filter), filter.text());
    let clears = if app.lanes.prompt().is_some() { "" } else { Label::EscClears.text() };
    let gap = if clears.is_empty() { "" } else { "  " };
    let long = format!("{some} {} {tasks}: ", Label::Of.text());
    // As many words around the filter as leave room for its least columns.
    let around = [
        (long.clone(), format!("{by}{gap}{clears}")),
        (long, by.clone()),
        (format!("{some}/{all} "), by),
        (format!("{some}/{all} "), String::new()),
    ];
    let left = |(before, after): &(String, String)| room.saturating_sub(paint::width(before) + paint::width(after));
    let least = LEAST_FILTER.min(paint::width(&text));
    let around = around.iter().find(|a| left(a) >= least).unwrap_or(&around[3]);
    Some(format!("{}{}{}", around.0, paint::shorten(&text, left(around)), around.1))
}

/// Says where lanes would be that no task fits the filter.
pub fn draw_nobody(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let filter = app.lanes.filter();
    if filter.is_empty() || app.tasks() == 0 || !app.lanes.order().is_empty() {
        return;
    }
    let (x, end) = (layout.area.x + 1, layout.area.right());
    let before = format!("{} {}", Label::NobodyFits.text(), keys::shown(Action::Filter));
    let after = if app.lanes.prompt().is_some() { String::new() } else { format!("   {}", Label::EscClears.text()) };
    let room = (end - x).saturating_sub(paint::width(&before) + paint::width(&after) + 1);
    let text = format!("{before}{}{after}", paint::shorten(filter.text(), room));
    let mut y = layout.axis + 1;
    paint::put(buffer, x, y, end, &text, look.fg(Role::Alarm));
    if filter.has_stranger() {
        for label in [Label::NoSuchState, Label::StateNames, Label::OutcomeNames] {
            y += 1;
            if y >= layout.busy {
                break;
            }
            paint::put(buffer, x, y, end, label.text(), look.fg(Role::Dim));
        }
    }
}
