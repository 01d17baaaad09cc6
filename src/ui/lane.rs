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

/// How a state is drawn in the lower rows of a lane when it has a cell to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fill {
    /// Nothing is there.
    Blank,
    /// The whole cell in that colour.
    Solid(Role),
    /// A symbol in that colour; whether it stands in the lowest row only.
    Symbol(char, Role, bool),
}

/// The symbol of a waiting state in a lane `rows` high; also in the legend.
pub fn symbol(look: Look, state: State, holds: bool, rows: u16) -> char {
    let solid = if rows == 1 { '▄' } else { '█' };
    match (state, holds) {
        (State::Ended, _) => ' ',
        (State::Running, _) if look.ascii => '#',
        (State::Running, _) => '█',
        (State::Queued, _) => {
            if look.ascii {
                '_'
            } else {
                '▁'
            }
        }
        _ if look.is_mono() || look.ascii => state.letter(),
        (State::Unknown, _) => '▚',
        (State::Starting, _) => '▒',
        (State::Ready, false) => '╱',
        (_, false) => '⣀',
        (_, true) => solid,
    }
}

/// How a lane is drawn.
#[derive(Clone, Copy, Debug)]
struct Brush {
    look: Look,
    /// Rows of the lane.
    rows: u16,
    /// Rows at the bottom that waiting takes.
    low: u16,
    /// Whether another lane follows without a gap: then a thin line of ground stays above the work.
    touches: bool,
    /// Whether waits fill a lane's only row, and are dim: where much is folded, only so do they look the same behind
    /// work as they do alone.
    field: bool,
    /// Whether the column is an odd one: letters of waits that keep no worker occupied stand in even columns only.
    odd: bool,
}

/// How all lanes of a picture are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Rows of a lane.
    pub rows: u16,
    /// Whether there is a gap between lanes.
    pub airy: bool,
    /// Whether much of the picture is folded.
    pub folded: bool,
}

impl Manner {
    /// The manner for lanes of `columns`, `rows` high.
    pub fn of<'a>(rows: u16, airy: bool, columns: impl Iterator<Item = &'a Column>) -> Manner {
        let count = |(folded, drawn): (usize, usize), c: &Column| {
            (folded + usize::from(c.halves.is_none() && !c.is_empty()), drawn + usize::from(!c.is_empty()))
        };
        let (folded, drawn) = columns.fold((0, 0), count);
        Manner { rows, airy, folded: folded * 4 > drawn }
    }
}

/// Draws `columns` from `x`, `y` on. A column stands for `whole` of its tasks' time.
pub fn draw(buffer: &mut Buffer, look: Look, (x, y): (u16, u16), manner: Manner, columns: &[Column], whole: Ns) {
    let Manner { rows, airy, folded } = manner;
    let field = rows == 1 && folded;
    let brush = Brush { look, rows, low: (rows / 2).max(1), touches: !airy, field, odd: false };
    let trace = |index: usize| columns.get(index).is_some_and(|c| brush.is_trace(c, whole));
    for (index, column) in columns.iter().enumerate() {
        let x = x + index as u16;
        let brush = Brush { odd: index % 2 == 1, ..brush };
        // A little work in every column is not to look like work all the time: only some of the columns show it.
        let in_a_row = index > 0 && trace(index - 1) && trace(index) && trace(index + 1);
        match (column.halves, column.commonest_wait()) {
            (Some(halves), _) => brush.pure(buffer, (x, y), halves),
            (None, Some(state)) if in_a_row && index % TRACE_EVERY != 0 => {
                brush.pure(buffer, (x, y), [Half { state: Some(state), holds: column.holds() }; 2]);
            }
            (None, _) => brush.folded(buffer, (x, y), column, whole),
        }
    }
}

/// Writes the core into the work of a lane, from `x` on in the row `y`, wherever it stays the same for long enough to
/// be read.
pub fn write_cores(buffer: &mut Buffer, look: Look, (x, y): (u16, u16), columns: &[Column]) {
    let works = |half: &Half| half.state == Some(State::Running);
    let core = |c: &Column| c.core.filter(|_| c.halves.is_some_and(|halves| halves.iter().all(works)));
    let style = look.field(Role::State(State::Running));
    let mut at = x;
    for stretch in columns.chunk_by(|a, b| core(a) == core(b)) {
        let width = stretch.len() as u16;
        if let Some(core) = stretch.first().and_then(core) {
            let text = format!("core {}", core.0);
            if paint::width(&text) + 2 <= width {
                paint::put(buffer, at + 1, y, at + width, &text, style);
            }
        }
        at += width;
    }
}

/// Of neighbouring columns that all hold a trace of work, one in this many shows it.
const TRACE_EVERY: usize = 4;

impl Brush {
    /// Whether `column` holds so little work, beside a wait, that its height would round to nothing.
    fn is_trace(self, column: &Column, whole: Ns) -> bool {
        let levels = f64::from(self.rows) * 8.0;
        let share = column.running().share_of(whole);
        column.halves.is_none() && share > 0.0 && share * levels < 0.5 && column.commonest_wait().is_some()
    }

    /// A wait's colour: one shade in all of a picture.
    fn wait(self, state: State) -> Role {
        if self.field { Role::Behind(state) } else { Role::State(state) }
    }

    fn fill(self, half: Half) -> Fill {
        let Some(state) = half.state else { return Fill::Blank };
        if state == State::Running {
            return Fill::Solid(Role::State(state));
        }
        let role = self.wait(state);
        match symbol(self.look, state, half.holds, self.rows) {
            ' ' => Fill::Blank,
            '█' => Fill::Solid(role),
            '▄' if self.field => Fill::Solid(role),
            letter if self.odd && !half.holds && letter == state.letter() => Fill::Blank,
            other => Fill::Symbol(other, role, matches!(other, '⣀' | '▁' | '_')),
        }
    }

    /// One or two states, each with its half of the column.
    fn pure(self, buffer: &mut Buffer, (x, y): (u16, u16), halves: [Half; 2]) {
        let fills = halves.map(|h| self.fill(h));
        let working = |i: usize| halves[i].state == Some(State::Running);
        let high = [0, 1].map(|i| if working(i) { fills[i] } else { Fill::Blank });
        for row in 0..self.rows {
            let lowest = row + 1 == self.rows;
            let [left, right] = if row < self.rows - self.low { high } else { fills };
            let shown = |f: Fill| if matches!(f, Fill::Symbol(_, _, true)) && !lowest { Fill::Blank } else { f };
            let (symbol, style) = self.both(shown(left), shown(right));
            if symbol != ' ' {
                let symbol = if row == 0 && symbol == '█' && self.touches { '▇' } else { symbol };
                paint::cell(buffer, x, y + row, symbol, style);
            }
        }
    }

    /// Two halves in one cell. Where they cannot both be shown, the solid one is, else the left one.
    fn both(self, left: Fill, right: Fill) -> (char, Style) {
        let look = self.look;
        let block = |whole: char| if look.ascii { '#' } else { whole };
        let whole = |f: Fill| match f {
            Fill::Blank => (' ', Style::new()),
            Fill::Solid(role) => (block('█'), look.fg(role)),
            Fill::Symbol(c, role, _) => (c, look.fg(role)),
        };
        match (left, right) {
            (l, r) if l == r => whole(l),
            (Fill::Solid(l), Fill::Solid(r)) if !look.is_mono() => (block('▌'), look.on(l, r)),
            (Fill::Solid(l), _) => (block('▌'), look.fg(l)),
            (_, Fill::Solid(r)) => (block('▐'), look.fg(r)),
            (Fill::Blank, r) => whole(r),
            (l, _) => whole(l),
        }
    }

    /// More than one change, or more than one task: the share at work is the height, the commonest wait stands behind
    /// it.
    fn folded(self, buffer: &mut Buffer, (x, y): (u16, u16), column: &Column, whole: Ns) {
        let look = self.look;
        let height = column.height(whole, u32::from(self.rows) * 8);
        let wait = column.commonest_wait().map(|state| Half { state: Some(state), holds: column.holds() });
        if height == 0 {
            if let Some(half) = wait {
                self.pure(buffer, (x, y), [half; 2]);
            }
            return;
        }
        let green = Role::State(State::Running);
        let behind = wait.and_then(|h| h.state).filter(|state| {
            column.holds() && !matches!(state, State::Queued | State::Starting) && !look.is_mono() && !look.ascii
        });
        for row in 0..self.rows {
            let from_bottom = u32::from(self.rows - 1 - row);
            let full = if row == 0 && self.touches { 7 } else { 8 };
            let part = height.saturating_sub(from_bottom * 8).min(full);
            let style = match behind.filter(|_| row >= self.rows - self.low) {
                Some(state) => look.on(green, self.wait(state)),
                None if part == 0 => continue,
                None => look.fg(green),
            };
            paint::cell(buffer, x, y + row, eighths(look, part), style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    /// A lane of columns of 1 ms, in which a task on a loop works for the given microseconds and else waits for an
    /// answer.
    fn drawn(works: &[u64]) -> String {
        let column = |us: &u64| {
            let mut column = Column::default();
            column.sums.states[State::Running as usize] = Ns::from_micros(*us);
            column.sums.states[State::Io as usize] = Ns::from_micros(1_000 - us);
            column
        };
        let columns: Vec<Column> = works.iter().map(column).collect();
        let area = Rect::new(0, 0, works.len() as u16, 1);
        let mut buffer = Buffer::empty(area);
        let manner = Manner { rows: 1, airy: true, folded: true };
        draw(&mut buffer, Look::default(), (0, 0), manner, &columns, Ns::from_millis(1));
        buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn a_trace_of_work_everywhere_is_not_drawn_as_work_all_the_time() {
        assert_eq!(drawn(&[1; 9]), "▁⣀⣀⣀▁⣀⣀⣀▁");
    }

    #[test]
    fn a_lone_trace_stays_and_more_than_a_trace_has_its_height() {
        assert_eq!(drawn(&[0, 0, 1, 0, 0, 1, 0]), "⣀⣀▁⣀⣀▁⣀");
        assert_eq!(drawn(&[250; 5]), "▂▂▂▂▂");
    }
}
