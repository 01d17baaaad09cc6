//! A lane: work stands tall, and a wait has a body: dim where nobody is held, bright where a worker is, or where a core,
//! a lock or a turn is waited for.
//!
//! The height of work is the share of a core in its column. Where work and waits alternate, the waits stand upon it,
//! each as high as its share, so that all of the column's time is seen. A wait alone is half a lane high; short work in
//! it is drawn as it lies: over the full height, as wide as it lasted.

use ratatui::buffer::Buffer;

use super::theme::{Look, Role};
use super::{paint, stack};
use crate::scene::{Column, Half, Lone};
use crate::state::State;
use crate::trace::Sums;
use crate::units::Ns;

mod brush;

pub use super::stack::eighths;
pub use brush::symbol;

use brush::{Brush, Spot};

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
        let count = |(mixed, drawn): (usize, usize), c: &Column| {
            (mixed + usize::from(is_mixed(c)), drawn + usize::from(!c.is_empty()))
        };
        let (mixed, drawn) = columns.fold((0, 0), count);
        Manner { rows, airy, folded: mixed * 4 > drawn }
    }
}

/// How one column is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// One or two states, each with its half of the column.
    Halves([Half; 2]),
    /// One stretch of work, where it lies.
    Lone(Lone),
    /// Every state with its share, one upon the other.
    Folded,
}

/// Draws `columns` from `x`, `y` on. A column stands for `whole` of its tasks' time.
pub fn draw(buffer: &mut Buffer, look: Look, (x, y): (u16, u16), manner: Manner, columns: &[Column], whole: Ns) {
    let Manner { rows, airy, folded } = manner;
    let field = rows == 1 && folded && !look.is_plain();
    let brush = Brush { look, rows: u32::from(rows), touches: !airy, field };
    let marks: Vec<Mark> = columns.iter().map(|column| Mark::of(column, brush, whole)).collect();
    let trace = |at: usize| marks.get(at).is_some_and(|mark| mark.trace);
    for (index, column) in columns.iter().enumerate().filter(|(_, column)| !column.is_empty()) {
        // A wait between columns in which it alternates with work is as high as it is there.
        let dense = |at: usize| at < marks.len() && is_dense(&marks, at);
        let before = || dense(index.wrapping_sub(1)) || dense(index.wrapping_sub(2));
        let amid = column.running() == Ns::ZERO && (dense(index + 1) || dense(index + 2)) && before();
        let brush = Brush { field: field || amid, ..brush };
        let spot = Spot { x: x + index as u16, y, odd: index % 2 == 1, dense: dense(index) };
        let hidden = stack::is_thinned(index, trace);
        match form(column, &marks, index, spot.dense, rows > 1 || !look.is_plain()) {
            Form::Halves(halves) => brush.halves(buffer, spot, halves),
            Form::Lone(_) | Form::Folded if hidden => {
                brush.folded(buffer, spot, &Column { sums: without_work(column), ..*column }, whole);
            }
            Form::Lone(lone) => {
                let works = |at: usize| columns.get(at).is_some_and(|c| c.running() > Ns::ZERO);
                let least = if works(index + 1) || (index > 0 && works(index - 1)) { 1 } else { TICK };
                let wide = (column.running().share_of(whole) * 8.0).round() as usize;
                brush.lone(buffer, spot, lone, wide.max(least));
            }
            Form::Folded => brush.folded(buffer, spot, column, whole),
        }
    }
}

fn without_work(column: &Column) -> Sums {
    let mut sums = column.sums;
    sums.states[State::Running as usize] = Ns::ZERO;
    sums
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

/// The least width of work, in eighths of a cell, where there is none in the columns beside it: it is seen from afar.
const TICK: usize = 3;

/// Whether there is work in `column`, and a wait.
fn is_mixed(column: &Column) -> bool {
    column.running() > Ns::ZERO && column.waiting() > Ns::ZERO
}

/// What decides on how a column and those beside it are drawn.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    /// Whether there is work in it, and a wait.
    mixed: bool,
    /// Whether there is more than one stretch of work in it besides.
    several: bool,
    /// Whether it is mixed, and the work too little for any height.
    trace: bool,
}

impl Mark {
    fn of(column: &Column, brush: Brush, whole: Ns) -> Mark {
        let mixed = is_mixed(column);
        Mark { mixed, several: mixed && column.lone.is_none(), trace: mixed && brush.is_trace(column, whole) }
    }
}

/// Whether work and waits alternate around the column at `index`, so that where each of them lies says less than their
/// shares: in the column itself, beside it, or in three columns in a row.
fn is_dense(marks: &[Mark], index: usize) -> bool {
    let at = |at: usize| marks.get(at).copied().unwrap_or_default();
    let [two_before, before, here, after, two_after] =
        [index.wrapping_sub(2), index.wrapping_sub(1), index, index + 1, index + 2].map(at);
    let beside = before.several || after.several || (here.several && (before.mixed || after.mixed));
    let in_a_row = [[two_before, before], [before, after], [after, two_after]];
    here.mixed && (beside || in_a_row.iter().any(|[one, other]| one.mixed && other.mixed))
}

/// Work so short that where in `column` it lies says nothing.
fn anywhere(column: &Column) -> Lone {
    let beside = column.commonest_wait().map(|state| Half { state: Some(state), holds: column.holds() });
    Lone { first: true, beside }
}

/// How `column`, the one at `index`, is drawn. `dense` says whether work and waits alternate around it; where `tells` is
/// not set, one column cannot show both: without colours in a lane of one row.
fn form(column: &Column, marks: &[Mark], index: usize, dense: bool, tells: bool) -> Form {
    let mark = marks[index];
    let works = |half: &Half| half.state == Some(State::Running);
    let quiet = |at: usize| marks.get(at).is_none_or(|mark| !mark.mixed || mark.trace);
    match (column.halves, column.lone) {
        (Some(halves), _) if halves[0] == halves[1] || !halves.iter().any(works) => Form::Halves(halves),
        _ if tells && mark.trace && quiet(index.wrapping_sub(1)) && quiet(index + 1) => {
            Form::Lone(column.lone.unwrap_or_else(|| anywhere(column)))
        }
        _ if dense => Form::Folded,
        (_, Some(lone)) if tells => Form::Lone(lone),
        (Some(halves), _) => Form::Halves(halves),
        (None, _) if mark.mixed && tells => Form::Lone(anywhere(column)),
        (None, _) => Form::Folded,
    }
}

#[cfg(test)]
mod tests;
