//! The lanes that say whose turn it is: on the lock, on the loop.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::theme::{Look, Role};
use super::{lane, lock, paint};
use crate::app::{App, Run};
use crate::model::ModelKind;
use crate::scene::{Holder, HolderCell, Scene, level};
use crate::state::State;
use crate::text::Label;
use crate::units::TaskId;

/// The locks' lanes, or the loop's.
pub fn draw_special(app: &App, run: &Run, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some(y) = layout.special else { return };
    let narrow = layout.is_narrow();
    let label = |text: Label, buffer: &mut Buffer| {
        paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, text.text(), look.fg(Role::Text));
    };
    if run.model.kind == ModelKind::Async {
        label(if narrow { Label::LoopShort } else { Label::TheLoop }, buffer);
        let Some(turns) = &scene.turns else { return };
        draw_holders(buffer, look, layout.plot.0, y, &turns.cells);
        let most = turns.ready.iter().max().copied().unwrap_or(0);
        if let Some(y) = layout.ready {
            paint::put(
                buffer,
                layout.area.x + 1,
                y,
                layout.plot.0 - 1,
                Label::ReadyBehindIt.text(),
                look.fg(Role::Dim),
            );
            let tasks = run.trace.tasks.len().max(1);
            for (x, ready) in (layout.plot.0..).zip(&turns.ready) {
                let eighths = level(f64::from(*ready) / tasks as f64, 8);
                paint::cell(buffer, x, y, lane::eighths(look, eighths), look.fg(Role::State(State::Ready)));
            }
        }
        if most > 0 {
            let room = layout.area.right() - layout.right;
            let text = Some(format!("up to {most} ready")).filter(|t| paint::width(t) <= room);
            let text = text.unwrap_or_else(|| format!("{most} ready"));
            paint::put(buffer, layout.right, layout.ready.unwrap_or(y), layout.area.right(), &text, look.fg(Role::Dim));
        }
        return;
    }
    lock::draw(app, run, scene, look, layout, buffer);
}

/// Cells in the colour of whose they are. A turn of two or more whole cells carries the task's digit in its middle, so
/// that it can be told without colours.
pub fn draw_holders(buffer: &mut Buffer, look: Look, x: u16, y: u16, cells: &[HolderCell]) {
    let digits = digit_places(cells);
    for (index, cell) in cells.iter().enumerate() {
        let x = x + index as u16;
        let [left, right] = cell.halves;
        match (left, right) {
            (Holder::Task(l), Holder::Task(r)) if l == r => {
                let shown = digits.contains(&index) || look.is_mono() || look.ascii;
                let digit = if shown { digit(l) } else { ' ' };
                paint::cell(buffer, x, y, digit, look.field(Role::Task(l)).add_modifier(Modifier::BOLD));
            }
            (Holder::Task(l), Holder::Task(r)) if !look.is_mono() && !look.ascii => {
                paint::cell(buffer, x, y, '▌', look.on(Role::Task(l), Role::Task(r)));
            }
            (Holder::Task(t), _) if !look.is_mono() && !look.ascii => {
                paint::cell(buffer, x, y, '▌', look.fg(Role::Task(t)));
            }
            (_, Holder::Task(t)) if !look.is_mono() && !look.ascii => {
                paint::cell(buffer, x, y, '▐', look.fg(Role::Task(t)));
            }
            (Holder::Task(t), _) | (_, Holder::Task(t)) => {
                paint::cell(buffer, x, y, digit(t), look.field(Role::Task(t)));
            }
            (Holder::Many, _) | (_, Holder::Many) => {
                paint::cell(buffer, x, y, lane::eighths(look, level(cell.share, 8)), look.fg(Role::Bar));
            }
            (Holder::Listening, _) | (_, Holder::Listening) => {
                paint::cell(buffer, x, y, if look.ascii { '.' } else { '·' }, look.fg(Role::Dim));
            }
            (Holder::Nobody, Holder::Nobody) => {}
        }
    }
}

/// The middles of all turns that fill two or more cells.
pub(super) fn digit_places(cells: &[HolderCell]) -> Vec<usize> {
    let whole = |cell: &HolderCell| match cell.halves {
        [Holder::Task(l), Holder::Task(r)] if l == r && cell.turns <= 2 => Some(l),
        _ => None,
    };
    let mut places = Vec::new();
    let mut start = 0;
    while start < cells.len() {
        let task = whole(&cells[start]);
        let length = cells[start..].iter().take_while(|c| whole(c) == task).count();
        if task.is_some() && length >= 2 {
            places.push(start + (length - 1) / 2);
        }
        start += length;
    }
    places
}

/// The digit that a task's swatch carries.
pub fn digit(task: TaskId) -> char {
    char::from_digit((task.0 + 1) % 10, 10).unwrap_or(' ')
}
