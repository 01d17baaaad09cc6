//! The last row: keys and what they do, and which of them was pressed a moment ago.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::paint;
use super::theme::{Look, Role};
use crate::app::{Action, Pressed, keys};
use crate::text::Label;

/// An entry: its first column, its width, its action, how the key is written, and what it is called.
type Entry = (u16, u16, Action, &'static str, Label);

/// What stands in the footer: the keys that fit, and where. `?` always does.
pub fn entries(layout: &Layout) -> Vec<Entry> {
    let (start, end) = (layout.area.x + 1, layout.area.right());
    let entry = |action: Action| keys::binding(action).map(|b| (b.shown, b.label));
    let model = width("1-4", Label::KeyModel) + 2;
    let Some((last, rest)) = layout.keys.split_last() else { return Vec::new() };
    let last_width = entry(*last).map_or(0, |(s, l)| width(s, l)) + 2;
    let mut x = start + model;
    let mut placed = Vec::new();
    for action in rest {
        let Some((shown, label)) = entry(*action) else { continue };
        let wide = width(shown, label);
        if x + wide + last_width > end {
            break;
        }
        placed.push((x, wide, *action, shown, label));
        x += wide + 2;
    }
    if let Some((shown, label)) = entry(*last) {
        placed.push((x, width(shown, label), *last, shown, label));
    }
    placed
}

fn width(shown: &str, label: Label) -> u16 {
    paint::width(shown) + 1 + paint::width(label.text())
}

/// Draws it. A key that was pressed a moment ago and has no entry, or none that can be seen because something is in
/// front of the row, is lit at its end; entries that are in its way are left out meanwhile, and none moves.
pub fn draw(pressed: Option<Pressed>, covered: bool, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let y = layout.footer;
    let strip = look.strip();
    paint::fill(buffer, Rect::new(layout.area.x, y, layout.area.width, 1), strip);
    let end = layout.area.right();
    let key = strip.patch(look.fg(Role::Accent)).add_modifier(Modifier::BOLD);
    let dim = strip.patch(look.fg(Role::Dim));
    let entries = entries(layout);
    let here = |entry: &Entry| !covered && pressed.is_some_and(|pressed| pressed.action == Some(entry.2));
    let apart = pressed.filter(|_| !entries.iter().any(here));
    let free = apart.map_or(end, |pressed| badge_start(pressed, layout).saturating_sub(1));
    paint::parts(buffer, layout.area.x + 1, y, end, &[("1-4", key), (" ", dim), (Label::KeyModel.text(), dim)]);
    for entry in entries.iter().filter(|entry| entry.0 + entry.1 <= free) {
        let (x, _, _, shown, label) = *entry;
        if here(entry) {
            put_lit(buffer, look, (x - 1, y, end), shown, label);
        } else {
            paint::parts(buffer, x, y, end, &[(shown, key), (" ", dim), (label.text(), dim)]);
        }
    }
    if let Some(pressed) = apart {
        draw_badge(pressed, look, layout, buffer);
    }
}

/// A key that was pressed a moment ago, at the end of the row, whatever stands there.
pub fn draw_badge(pressed: Pressed, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let place = (badge_start(pressed, layout), layout.footer, layout.area.right());
    put_lit(buffer, look, place, pressed.key, pressed.label);
}

/// The first column of a lit key at the end of the row.
fn badge_start(pressed: Pressed, layout: &Layout) -> u16 {
    let wide = width(pressed.key, pressed.label) + 2;
    layout.area.right().saturating_sub(wide).max(layout.area.x)
}

/// A key and what it did, with a lit column on each side.
fn put_lit(buffer: &mut Buffer, look: Look, (x, y, end): (u16, u16, u16), key: &str, label: Label) {
    let lit = look.field(Role::Accent);
    let bold = lit.add_modifier(Modifier::BOLD);
    paint::parts(buffer, x, y, end, &[(" ", lit), (key, bold), (" ", lit), (label.text(), bold), (" ", lit)]);
}
