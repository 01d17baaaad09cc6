//! From a selected wait to the task that ended it: the holder's time with the lock, in its own lane and in the lock's, and a
//! line between the two lanes at the instant at which it was let go of. Where tasks wait in vain, from each to the one
//! that has what it waits for.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Modifier, Style};

use super::layout::{Layout, Slot};
use super::theme::{Look, Role};
use super::{lock, paint};
use crate::app::{App, Run};
use crate::scene::{Grid, Scene};
use crate::units::{Ns, Range};

/// Draws what connects the selected wait with the task that ended it, as far as it is in view.
pub fn draw(app: &App, run: &Run, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (Some(selection), Some(found)) = (app.focus.selection, app.unblocker()) else {
        return draw_stuck(app, look, layout, buffer);
    };
    let grid = app.grid(layout.columns());
    let rows = lock::rows(run, scene, layout);
    if let Some((y, _)) = rows.iter().find(|(_, lane)| Some(lane.lock) == found.means.lock()) {
        for column in columns(&grid, found.hold) {
            if let Some(cell) = buffer.cell_mut((layout.plot.0 + column, *y)) {
                cell.set_style(Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD));
            }
        }
    }
    let (Some(holder), Some(waiter)) = (layout.slot_of(found.holder), layout.slot_of(selection.task)) else { return };
    if holder == waiter {
        return;
    }
    let low = layout.lane_rows - 1;
    let (from, to) = facing(layout, holder, waiter);
    let mark = |unicode: char, ascii: char| if look.ascii { ascii } else { unicode };
    let (thick, thin) = (mark('━', '='), mark('─', '-'));
    let at = found.released.unwrap_or(app.until());
    let waited = app.selected_span().map_or(Range::new(at, at), |span| Range::new(span.range.from, at));
    columns(&grid, found.hold).for_each(|c| over(buffer, look, layout.plot.0 + c, from, thick));
    columns(&grid, waited).for_each(|c| over(buffer, look, layout.plot.0 + c, waiter.y + low, thin));
    if let Some(column) = column(&grid, at) {
        connect(buffer, look, layout.plot.0 + column, from, to);
    }
}

/// The columns from one line to the next.
const APART: u16 = 2;

/// Draws, where tasks wait in vain, an arrow from each to the one that has what it waits for: side by side, so that a
/// circle is seen to be one.
fn draw_stuck(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some(last) = column(&app.grid(layout.columns()), app.until()) else { return };
    let lanes =
        app.stuck().into_iter().filter_map(|stuck| layout.slot_of(stuck.task).zip(layout.slot_of(stuck.holder)));
    let apart: Vec<(Slot, Slot)> = lanes.filter(|(waiter, holder)| waiter != holder).collect();
    let first = last.saturating_sub(APART * apart.len() as u16);
    for (column, (waiter, holder)) in (first..).step_by(APART.into()).zip(apart) {
        let (from, to) = facing(layout, waiter, holder);
        connect(buffer, look, layout.plot.0 + column, from, to);
    }
}

/// The rows of the lanes `from` and `to` that face each other.
fn facing(layout: &Layout, from: Slot, to: Slot) -> (u16, u16) {
    let low = layout.lane_rows - 1;
    if from.y < to.y { (from.y + low, to.y) } else { (from.y, to.y + low) }
}

/// The columns that `range` touches.
fn columns(grid: &Grid, range: Range) -> std::ops::Range<u16> {
    let part = range.and(grid.range());
    let ends = column(grid, part.from + Ns(1)).zip(column(grid, part.to)).filter(|_| !part.is_empty());
    ends.map_or(0..0, |(first, last)| first..last + 1)
}

/// The column in which `at`, the end of something, lies.
fn column(grid: &Grid, at: Ns) -> Option<u16> {
    let at = Ns(at.0.saturating_sub(1));
    grid.range().contains(at).then(|| ((at - grid.from).0 / grid.cell.0) as u16)
}

/// A line in column `x` from one row to another, with an arrow there.
fn connect(buffer: &mut Buffer, look: Look, x: u16, from: u16, to: u16) {
    let mark = |unicode: char, ascii: char| if look.ascii { ascii } else { unicode };
    (from.min(to) + 1..from.max(to)).for_each(|y| over(buffer, look, x, y, mark('┃', '|')));
    over(buffer, look, x, from, mark('●', 'o'));
    over(buffer, look, x, to, if from < to { mark('▼', 'v') } else { mark('▲', '^') });
}

/// A symbol in front of what is drawn there: a cell that was filled keeps its colour as ground.
fn over(buffer: &mut Buffer, look: Look, x: u16, y: u16, symbol: char) {
    let filled = |cell: &Cell| matches!(cell.symbol(), "█" | "▇" | "▆" | "▅" | "▌");
    let ground = buffer.cell((x, y)).filter(|c| filled(c) && !look.is_mono()).map(|c| c.fg);
    let style = look.fg(Role::Text).add_modifier(Modifier::BOLD).remove_modifier(Modifier::UNDERLINED);
    paint::cell(buffer, x, y, symbol, ground.map_or(style, |ground| style.bg(ground)));
}
