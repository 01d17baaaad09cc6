//! Whose turn it is, in the cells of a lane: the tasks' colours and digits.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::theme::{Look, Role};
use super::{lane, paint};
use crate::scene::{Holder, HolderCell, level};
use crate::units::TaskId;

/// Draws each cell in the colour of the task that has it. A turn of two or more whole cells carries the task's digit in
/// its middle, so that it can be told without colours.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::palette::TASK_COLORS;

    #[test]
    fn where_a_colour_comes_again_the_digit_is_another() {
        let mut seen = std::collections::BTreeSet::new();
        for task in 0..5 * TASK_COLORS as u32 {
            assert!(seen.insert((task as usize % TASK_COLORS, digit(TaskId(task)))), "task {}", task + 1);
        }
    }
}
