//! The view of the order in which tasks finished: a line for each of the last runs of a row, a column for each place.
//! Where the order is always the same, the lines make stripes; where it is not, a patchwork.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::paint;
use super::theme::{Look, Role};
use crate::app::{App, Finished, RowOrders};
use crate::insight::{Orders, parted};
use crate::text::{self, Label};
use crate::units::TaskId;

/// The most columns that a place takes.
const WIDEST: usize = 8;
/// Where a place has so many columns, the last one stays free.
const APART: usize = 4;

/// How places stand in the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Places {
    /// Columns of one.
    wide: usize,
    /// How many have room.
    count: usize,
    /// Whether a task's whole number has room; else its last digit stands for it.
    whole: bool,
}

impl Places {
    /// Where up to `most` places are to be shown in so many `columns`, of tasks with numbers up to `last`.
    fn of(columns: usize, most: usize, last: u32) -> Places {
        let digits = last.max(1).ilog10() as usize + 1;
        let wide = (columns / most.max(1)).min(WIDEST);
        let whole = wide >= digits;
        let wide = if whole { wide } else { 1 };
        Places { wide, count: (columns / wide).min(most), whole }
    }
}

/// A line that is drawn, and whether its run has not come to its end, or to the playhead.
struct Line<'a> {
    of: &'a Finished,
    part: bool,
}

/// The lines of a row, the newest first.
fn lines(row: &RowOrders) -> Vec<Line<'_>> {
    let mut lines: Vec<Line> = row.runs.iter().map(|of| Line { of, part: false }).collect();
    match &row.so_far {
        Some((Some(place), of)) => lines[*place] = Line { of, part: true },
        Some((None, of)) => lines.insert(0, Line { of, part: true }),
        None => {}
    }
    lines
}

/// What all orders of a row have in common, in a sentence.
fn sentence(row: &RowOrders) -> String {
    let orders: Vec<&[TaskId]> = row.runs.iter().map(|run| run.tasks.as_slice()).collect();
    Orders::of(&orders).text(&row.name, orders.first().copied().unwrap_or_default())
}

/// Draws the view.
pub fn draw(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some((top, rows)) = layout.pane else { return };
    let (x, bottom) = (layout.area.x + 1, top + rows);
    let accent = look.fg(Role::Accent).add_modifier(Modifier::BOLD);
    paint::put(buffer, x, layout.axis, layout.plot.0 - 1, Label::ViewOrder.text(), accent);
    let shown = app.orders();
    let shown: Vec<&RowOrders> = shown.iter().filter(|row| !row.runs.is_empty() || row.so_far.is_some()).collect();
    if shown.is_empty() {
        paint::put(buffer, x, top, layout.area.right(), text::orders::none(), look.fg(Role::Dim));
        return;
    }
    let finished = || shown.iter().flat_map(|row| row.runs.iter().chain(row.so_far.iter().map(|(_, of)| of)));
    let most = finished().map(|of| of.tasks.len()).max().unwrap_or(0);
    let last = finished().flat_map(|of| &of.tasks).map(|task| task.0 + 1).max().unwrap_or(1);
    let places = Places::of(layout.plot.1.into(), most, last);
    draw_places(places, look, layout, buffer);
    // Two rows a line where all lines of the first row have room so, and the headings of the others.
    let first = lines(shown[0]).len() as u16;
    let high = if 1 + 2 * first + 3 * (shown.len() as u16 - 1) <= rows { 2 } else { 1 };
    let mut y = top;
    for (place, row) in shown.iter().enumerate() {
        let lines = lines(row);
        let high = if place == 0 { high } else { 1 };
        // A heading without a line says nothing that is seen.
        if y + 1 + high > bottom {
            break;
        }
        let style = if place == 0 { look.fg(Role::Text).add_modifier(Modifier::BOLD) } else { look.fg(Role::Dim) };
        paint::put(buffer, x, y, layout.area.right(), &sentence(row), style);
        y += 1;
        for line in &lines {
            if y + high > bottom {
                break;
            }
            draw_line(app, (line, row.runs.first()), places, (y, high), look, layout, buffer);
            y += high;
        }
        y += u16::from(usize::from(bottom.saturating_sub(y)) > 2 * (shown.len() - place));
    }
    if let Some(y) = layout.legend {
        let [long, short] = text::orders::places();
        let said = if x + paint::width(long) <= layout.area.right() { long } else { short };
        paint::put(buffer, x, y, layout.area.right(), said, look.fg(Role::Dim));
    }
}

/// The numbers of the places, as many as have room.
fn draw_places(places: Places, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let dim = look.fg(Role::Dim);
    let digits = places.count.max(1).ilog10() as usize + 1;
    let every = [1, 2, 5, 10, 20, 50, 100].into_iter().find(|n| n * places.wide > digits).unwrap_or(100);
    let column = |place: usize| layout.plot.0 + (place * places.wide) as u16;
    for place in (1..=places.count).filter(|place| *place == 1 || place.is_multiple_of(every)) {
        let text = place.to_string();
        let at = column(place - 1) + ((drawn(places, look) - 1) / 2) as u16;
        paint::put(buffer, at, layout.axis, layout.area.right(), &text, dim);
    }
    paint::put(buffer, layout.right, layout.axis, layout.area.right(), Label::Place.text(), dim);
}

/// How many columns of a place are drawn.
fn drawn(places: Places, look: Look) -> usize {
    let apart = places.wide >= APART || (places.wide >= 3 && look.is_plain());
    places.wide - usize::from(apart)
}

fn draw_line(
    app: &App,
    (line, newest): (&Line<'_>, Option<&Finished>),
    places: Places,
    (y, high): (u16, u16),
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let (x, end) = (layout.area.x + 1, layout.plot.0 - 1);
    let is_newest = newest.is_none_or(|newest| newest.run == line.of.run);
    let style = if is_newest || line.part { look.fg(Role::Text) } else { look.fg(Role::Dim) };
    let name = text::orders::run(line.of.number);
    let name = if paint::width(&name) <= end - x { name } else { line.of.number.to_string() };
    paint::put(buffer, x, y, end, &name, style);
    let wide = drawn(places, look);
    for (place, task) in line.of.tasks.iter().take(places.count).enumerate() {
        let number = task.0 + 1;
        let text = if places.whole { number.to_string() } else { (number % 10).to_string() };
        let lit = app.focus.task().is_none_or(|chosen| chosen == *task);
        let style = look.field(if lit { Role::Task(*task) } else { Role::Shade(*task) });
        let at = layout.plot.0 + (place * places.wide) as u16;
        for row in 0..high {
            let text = if row == 0 { text.as_str() } else { "" };
            let style = if row == 0 && lit { style.add_modifier(Modifier::BOLD) } else { style };
            paint::put(buffer, at, y + row, layout.area.right(), &format!("{text:^wide$}"), style);
        }
    }
    let more = line.of.tasks.len().saturating_sub(places.count);
    let beside = newest.filter(|newest| newest.run != line.of.run && !line.part).map(|newest| {
        let parts = (newest.tasks != line.of.tasks).then(|| parted(&newest.tasks, &line.of.tasks));
        let [long, short] = text::orders::beside(parts);
        if layout.right + paint::width(&long) <= layout.area.right() { long } else { short }
    });
    let beside = if high > 1 || more == 0 { beside } else { None };
    let more = (more > 0).then(|| text::orders::more(more));
    for (text, row) in [more, beside].into_iter().flatten().zip(0..high) {
        paint::put(buffer, layout.right, y + row, layout.area.right(), &text, look.fg(Role::Dim));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_many_places_as_have_room_are_shown() {
        assert_eq!(Places::of(52, 4, 4), Places { wide: 8, count: 4, whole: true });
        assert_eq!(Places::of(52, 12, 12), Places { wide: 4, count: 12, whole: true });
        assert_eq!(Places::of(52, 26, 30), Places { wide: 2, count: 26, whole: true });
        assert_eq!(Places::of(52, 64, 64), Places { wide: 1, count: 52, whole: false });
        assert_eq!(Places::of(52, 0, 1), Places { wide: 8, count: 0, whole: true });
    }

    proptest! {
        #[test]
        fn no_place_lies_beyond_the_columns(columns in 17usize..300, most in 0usize..5_000, last in 1u32..40_000) {
            let places = Places::of(columns, most, last);
            prop_assert!(places.wide >= 1 && places.wide * places.count <= columns);
            prop_assert!(places.count == most || places.count == columns);
        }
    }
}
