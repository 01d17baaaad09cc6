//! A lane: work stands tall, waiting lies low, and what is folded keeps its ink.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::paint;
use super::theme::{Look, Role};
use crate::scene::{Column, Half};
use crate::state::State;
use crate::units::Ns;

/// Eighths of a cell, from nothing to all of it.
pub const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The same in ASCII, coarser.
const ASCII: [char; 9] = [' ', '.', '.', '-', '-', '=', '=', '#', '#'];

/// The symbol for `eighths` of a cell.
pub fn eighths(look: Look, eighths: u32) -> char {
    let at = eighths.min(8) as usize;
    if look.ascii { ASCII[at] } else { EIGHTHS[at] }
}

/// How a state is drawn in the lower row of a lane when it has a cell to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fill {
    /// Nothing is there.
    Blank,
    /// The whole cell in the state's colour.
    Solid(State),
    /// A symbol in the state's colour.
    Symbol(char, State),
}

/// The symbol of a waiting state in a lane `rows` high; also in the legend.
pub fn symbol(look: Look, state: State, holds: bool, rows: u16) -> char {
    let solid = if rows == 1 { '▄' } else { '█' };
    match (state, holds) {
        (State::Ended, _) => ' ',
        (State::Running, _) => {
            if look.ascii {
                '#'
            } else {
                '█'
            }
        }
        (State::Queued, _) => {
            if look.ascii {
                '_'
            } else {
                '▁'
            }
        }
        _ if look.is_mono() || look.ascii => state.letter(),
        (State::Starting, _) => '░',
        (State::Ready, false) => '╱',
        (_, false) => '⣀',
        (_, true) => solid,
    }
}

fn fill(look: Look, half: Half, rows: u16) -> Fill {
    let Some(state) = half.state else { return Fill::Blank };
    match symbol(look, state, half.holds, rows) {
        ' ' => Fill::Blank,
        '█' => Fill::Solid(state),
        other => Fill::Symbol(other, state),
    }
}

/// Draws `columns` from `x`, `y` on, `rows` (1 or 2) high. A column stands for `cell` of time.
pub fn draw(buffer: &mut Buffer, look: Look, x: u16, y: u16, rows: u16, columns: &[Column], cell: Ns) {
    for (index, column) in columns.iter().enumerate() {
        let x = x + index as u16;
        match column.halves {
            Some(halves) => pure(buffer, look, (x, y), rows, halves),
            None => folded(buffer, look, (x, y), rows, column, cell),
        }
    }
}

/// One or two states, each with its half of the column.
fn pure(buffer: &mut Buffer, look: Look, (x, y): (u16, u16), rows: u16, halves: [Half; 2]) {
    let running = |h: Half| h.state == Some(State::Running);
    let green = look.fg(Role::State(State::Running));
    if rows == 2 {
        let symbol = match (running(halves[0]), running(halves[1])) {
            (true, true) => symbol(look, State::Running, true, rows),
            (true, false) if !look.ascii => '▌',
            (false, true) if !look.ascii => '▐',
            (true, false) => '#',
            _ => ' ',
        };
        if symbol != ' ' {
            paint::cell(buffer, x, y, symbol, green);
        }
    }
    let low = y + rows - 1;
    let [left, right] = halves.map(|h| fill(look, h, rows));
    let (symbol, style) = both(look, left, right);
    if symbol != ' ' {
        paint::cell(buffer, x, low, symbol, style);
    }
}

/// Two halves in one cell. Where they cannot both be shown, the one at work is, else the left one.
fn both(look: Look, left: Fill, right: Fill) -> (char, Style) {
    let whole = |f: Fill| match f {
        Fill::Blank => (' ', Style::new()),
        Fill::Solid(state) => (symbol(look, state, true, 2), look.fg(Role::State(state))),
        Fill::Symbol(c, state) => (c, look.fg(Role::State(state))),
    };
    match (left, right) {
        (l, r) if l == r => whole(l),
        (Fill::Solid(l), Fill::Solid(r)) if !look.ascii && !look.is_mono() => {
            ('▌', look.on(Role::State(l), Role::State(r)))
        }
        (Fill::Solid(l), _) if !look.ascii => ('▌', look.fg(Role::State(l))),
        (_, Fill::Solid(r)) if !look.ascii => ('▐', look.fg(Role::State(r))),
        (Fill::Blank, r) => whole(r),
        (l, _) => whole(l),
    }
}

/// More than one change: the share at work is the height, the commonest wait stands behind it.
fn folded(buffer: &mut Buffer, look: Look, (x, y): (u16, u16), rows: u16, column: &Column, cell: Ns) {
    let height = column.height(cell, u32::from(rows) * 8);
    let wait = column.commonest_wait();
    let low = y + rows - 1;
    let green = Role::State(State::Running);
    if height == 0 {
        if let Some(state) = wait {
            let (symbol, style) =
                both(look, fill(look, half(state, column), rows), fill(look, half(state, column), rows));
            paint::cell(buffer, x, low, symbol, style);
        }
        return;
    }
    let behind = wait.filter(|s| column.holds && !matches!(s, State::Queued | State::Starting));
    let style = match behind {
        Some(state) if !look.is_mono() => look.on(green, Role::Behind(state)),
        _ => look.fg(green),
    };
    paint::cell(buffer, x, low, eighths(look, height.min(8)), style);
    if height > 8 {
        paint::cell(buffer, x, y, eighths(look, height - 8), look.fg(green));
    }
}

fn half(state: State, column: &Column) -> Half {
    Half { state: Some(state), holds: column.holds }
}
