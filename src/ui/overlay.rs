//! What comes in front: the help, the list of workloads, the dials.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::theme::{Look, Role};
use super::{lane, paint};
use crate::app::keys::{Group, KEYS};
use crate::app::{App, Layer};
use crate::state::State;
use crate::text::Label;

/// Where the layer in front stands.
pub fn area(app: &App, layer: Layer, screen: Rect) -> Rect {
    let (width, height) = match layer {
        Layer::Help(_) => (78, help_lines(Look::default(), screen.width).len() as u16 + 4),
        Layer::Picker(_) => (74, app.catalogue.len() as u16 * 2 + 5),
        Layer::Dials(_) => (66, app.setup.dials().len() as u16 + 5),
    };
    let (width, height) = (width.min(screen.width), height.min(screen.height));
    Rect::new(screen.x + (screen.width - width) / 2, screen.y + (screen.height - height) / 2, width, height)
}

/// The row of the list in front that is at `y`, if one is.
pub fn item_at(app: &App, layer: Layer, screen: Rect, y: u16) -> Option<usize> {
    let area = area(app, layer, screen);
    let row = usize::from(y.checked_sub(area.y + 2)?);
    match layer {
        Layer::Help(_) => None,
        Layer::Picker(_) => Some(row / 2).filter(|n| *n < app.catalogue.len()),
        Layer::Dials(_) => Some(row).filter(|n| *n < app.setup.dials().len()),
    }
}

/// Draws it.
pub fn draw(app: &App, layer: Layer, look: Look, screen: Rect, buffer: &mut Buffer) {
    let area = area(app, layer, screen);
    let ground = look.ground();
    paint::fill(buffer, area, ground);
    let (title, hint) = match layer {
        Layer::Help(_) => (Label::HelpTitle, Label::HelpScroll),
        Layer::Picker(_) => (Label::PickerTitle, Label::PickerHint),
        Layer::Dials(_) => (Label::DialsTitle, Label::DialsHint),
    };
    frame(buffer, look, area, title, hint);
    match layer {
        Layer::Help(top) => help(top, look, area, buffer),
        Layer::Picker(chosen) => picker(app, chosen, look, area, buffer),
        Layer::Dials(chosen) => dials(app, chosen, look, area, buffer),
    }
}

fn frame(buffer: &mut Buffer, look: Look, area: Rect, title: Label, hint: Label) {
    let line = look.fg(Role::Accent);
    let [h, v, tl, tr, bl, br] =
        if look.ascii { ['-', '|', '+', '+', '+', '+'] } else { ['─', '│', '┌', '┐', '└', '┘'] };
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.x..=right {
        paint::cell(buffer, x, area.y, h, line);
        paint::cell(buffer, x, bottom, h, line);
    }
    for y in area.y..=bottom {
        paint::cell(buffer, area.x, y, v, line);
        paint::cell(buffer, right, y, v, line);
    }
    for (x, y, c) in [(area.x, area.y, tl), (right, area.y, tr), (area.x, bottom, bl), (right, bottom, br)] {
        paint::cell(buffer, x, y, c, line);
    }
    let bold = look.fg(Role::Text).add_modifier(Modifier::BOLD);
    paint::put(buffer, area.x + 2, area.y, right, &format!(" {} ", title.text()), bold);
    paint::put(buffer, area.x + 2, bottom, right, &format!(" {} ", hint.text()), look.fg(Role::Dim));
}

/// A line of the help: text with its style, in order.
type Line = Vec<(String, Style)>;

fn help_lines(look: Look, width: u16) -> Vec<Line> {
    let key = look.fg(Role::Accent).add_modifier(Modifier::BOLD);
    let text = look.fg(Role::Text);
    let mut lines = reading_lines(look);
    for group in Group::ALL {
        let rows: Vec<_> = KEYS.iter().filter(|b| b.group == group).collect();
        lines.push(vec![(group.label().text().to_owned(), text.add_modifier(Modifier::BOLD))]);
        for pair in rows.chunks(if width < 74 { 1 } else { 2 }) {
            let mut line = Vec::new();
            for row in pair {
                line.push((format!("  {:<8}", row.shown), key));
                line.push((format!("{:<27}", row.label.text()), text));
            }
            lines.push(line);
        }
    }
    let dim = look.fg(Role::Dim);
    lines.extend([Label::HelpMouse, Label::HelpMouseMore].map(|label| vec![(label.text().to_owned(), dim)]));
    lines
}

/// How to read a lane: what a newcomer needs first.
fn reading_lines(look: Look) -> Vec<Line> {
    let (text, dim) = (look.fg(Role::Text), look.fg(Role::Dim));
    let running = look.fg(Role::State(State::Running));
    let low = look.fg(Role::State(State::Sleep));
    let folded = if look.is_mono() { running } else { look.on(Role::State(State::Running), Role::Behind(State::Gil)) };
    let symbol = |state, holds| lane::symbol(look, state, holds, 1).to_string();
    let steps: String = [3, 5, 2].iter().map(|n| lane::eighths(look, *n)).collect();
    let dotted = match symbol(State::Sleep, false) {
        letter if letter == State::Sleep.letter().to_string() => format!("{letter} {letter}"),
        dot => dot.repeat(3),
    };
    let title = vec![(Label::LegendTitle.text().to_owned(), text.add_modifier(Modifier::BOLD))];
    let shown = [
        (symbol(State::Running, true).repeat(3), running, Label::LegendTall),
        (symbol(State::Sleep, true).repeat(3), low, Label::LegendLow),
        (dotted, low, Label::LegendDotted),
        (steps, folded, Label::LegendFolded),
    ];
    let line = |(symbols, style, label): (String, Style, Label)| {
        vec![("  ".to_owned(), dim), (symbols, style), ("  ".to_owned(), dim), (label.text().to_owned(), text)]
    };
    std::iter::once(title).chain(shown.map(line)).collect()
}

fn help(top: u16, look: Look, area: Rect, buffer: &mut Buffer) {
    let lines = help_lines(look, area.width);
    let room = area.height.saturating_sub(3);
    let top = top.min((lines.len() as u16).saturating_sub(room));
    for (y, line) in (area.y + 2..area.bottom() - 1).zip(lines.iter().skip(top.into())) {
        let mut x = area.x + 2;
        for (text, style) in line {
            x = paint::put(buffer, x, y, area.right() - 1, text, *style);
        }
    }
}

fn picker(app: &App, chosen: usize, look: Look, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.height.saturating_sub(3)) / 2;
    let first = (chosen + 1).saturating_sub(room.max(1));
    for (row, (index, workload)) in app.catalogue.iter().enumerate().skip(first).take(room).enumerate() {
        let y = area.y + 2 + row as u16 * 2;
        let end = area.right() - 2;
        let (name, rest) = if index == chosen {
            (look.field(Role::Accent).add_modifier(Modifier::BOLD), look.fg(Role::Text))
        } else {
            (look.fg(Role::Text).add_modifier(Modifier::BOLD), look.fg(Role::Dim))
        };
        let label = format!(" {:<12}", workload.name);
        let title = format!("  {}", app.setup.title_of(workload));
        paint::parts(buffer, area.x + 2, y, end, &[(&label, name), (&title, rest)]);
        let group = format!("{:<13}  {}", "", workload.group);
        paint::put(buffer, area.x + 2, y + 1, end, &group, look.fg(Role::Faint));
    }
}

fn dials(app: &App, chosen: usize, look: Look, area: Rect, buffer: &mut Buffer) {
    for (index, dial) in app.setup.dials().iter().enumerate() {
        let y = area.y + 2 + index as u16;
        if y + 1 >= area.bottom() {
            break;
        }
        let (name, value) = app.setup.dial(dial);
        let (style, arrows) = if index == chosen {
            (look.fg(Role::Accent).add_modifier(Modifier::BOLD), if look.ascii { ("<", ">") } else { ("◂", "▸") })
        } else {
            (look.fg(Role::Text), (" ", " "))
        };
        let label = format!("  {name:<16}");
        let shown = format!("{} {value} {}", arrows.0, arrows.1);
        paint::parts(buffer, area.x + 2, y, area.right() - 1, &[(&label, style), (&shown, style)]);
    }
}
