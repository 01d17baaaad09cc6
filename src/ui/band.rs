//! The band: where there are far more tasks than rows, all of them as one area. In each column the height of a colour
//! is the share of the tasks in that state: work at the bottom, then waits, always in the same order, then the queue.
//! Tasks that are over take no height. So the green area is the cores' time, and the stack shrinks as tasks end.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::layout::Layout;
use super::legend::short;
use super::theme::{Look, Role};
use super::{paint, stack};
use crate::app::{App, Run};
use crate::palette::STACK;
use crate::scene::{Band, Column, Grid};
use crate::state::State;
use crate::text::Label;
use crate::units::Ns;

/// A stretch of a column in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The state.
    pub state: State,
    /// Its upper end, in eighths of a row from the bottom of the band.
    pub to: u32,
}

/// A column in `levels` steps of height. Work is as high as its share, one step at least; the ends of the other layers
/// are rounded one by one, so that the sum of all has no more than half a step too much or too little.
fn layers(column: &Column, whole: Ns, levels: u32) -> Vec<Layer> {
    let mut layers = Vec::with_capacity(State::COUNT);
    let (mut time, mut to) = (Ns::ZERO, 0);
    for state in STACK {
        let part = column.sums.states[state as usize];
        time += part;
        let end = if state == State::Running {
            column.height(whole, levels)
        } else {
            ((time.share_of(whole) * f64::from(levels)).round() as u32).clamp(to, levels)
        };
        if end > to {
            layers.push(Layer { state, to: end });
            to = end;
        }
    }
    layers
}

/// The band, its axis to the left, and to the right how many tasks do what at the playhead.
pub fn draw(app: &App, run: &Run, band: &Band, grid: &Grid, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some((top, rows)) = layout.band else { return };
    let levels = u32::from(rows) * 8;
    let whole = grid.cell.times(band.tasks.max(1) as u64, 1);
    for (x, column) in (layout.plot.0..).zip(&band.columns) {
        let layers = layers(column, whole, levels);
        for row in 0..rows {
            let from = u32::from(rows - 1 - row) * 8;
            if let Some((symbol, style)) = cell(look, &layers, column.holds(), from) {
                paint::cell(buffer, x, top + row, symbol, style);
            }
        }
    }
    draw_axis(band.tasks, (top, rows), look, layout, buffer);
    draw_counts(app, run, (top, rows), look, layout, buffer);
}

/// The cell for the eight steps from `from` on: it shows the lowest layer and the larger one of those above it.
/// `holds` says whether waits keep workers occupied.
fn cell(look: Look, layers: &[Layer], holds: bool, from: u32) -> Option<(char, Style)> {
    let states = layers.iter().map(|layer| (layer.state, layer.to));
    let (lower, height, upper) = stack::two(states, from, u32::MAX)?;
    let role = |state: State| Role::of(state, holds);
    Some(match upper {
        _ if look.is_mono() || look.ascii => return letter(look, (lower, height), upper),
        Some(upper) => (stack::eighths(look, height), look.on(role(lower), role(upper))),
        None => (stack::eighths(look, height), look.fg(role(lower))),
    })
}

/// Without colours, work is told by its height and every other state by its letter.
fn letter(look: Look, (lower, height): (State, u32), upper: Option<State>) -> Option<(char, Style)> {
    let style = |state: State| look.fg(Role::State(state));
    if lower == State::Running {
        return Some((stack::eighths(look, height), style(lower)));
    }
    let state = if height >= 4 { lower } else { upper? };
    let queued = if look.ascii { '_' } else { '·' };
    let sign = if state == State::Queued { queued } else { state.letter() };
    Some((sign, style(state)))
}

/// How many tasks the band's full height stands for.
fn draw_axis(tasks: usize, (top, rows): (u16, u16), look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (x, end) = (layout.area.x + 1, layout.plot.0 - 1);
    let dim = look.fg(Role::Dim);
    let mut mark = |count: usize, y: u16| {
        let text = count.to_string();
        paint::put(buffer, end.saturating_sub(paint::width(&text)).max(x), y, end, &text, dim);
    };
    mark(tasks, top);
    mark(0, top + rows - 1);
    if rows >= 8 {
        mark(tasks / 2, top + rows / 2);
    }
    let label = Label::DialTasks.text();
    if rows >= 4 {
        paint::put(buffer, x, top + 1, end, label, dim);
    }
}

/// How many tasks are in each state at the playhead: in the order of the stack, with the tasks that are over on top.
fn draw_counts(app: &App, run: &Run, (top, rows): (u16, u16), look: Look, layout: &Layout, buffer: &mut Buffer) {
    let until = app.until();
    let counts = run.trace().aggregate().counts(until);
    let mut now = State::ALL.map(|s| counts.state(s));
    for late in run.trace().overdue(until) {
        now[late.state as usize] = now[late.state as usize].saturating_sub(1);
        now[State::Ready as usize] += 1;
    }
    let over = (counts.state(State::Ended), Label::Done.text(), Role::Dim);
    let state = |s: State| {
        let role = if s == State::Queued { Role::Dim } else { Role::State(s) };
        (now[s as usize], short(s, run.model.kind), role)
    };
    let lines = [over].into_iter().chain(STACK.into_iter().rev().map(state)).filter(|line| line.0 > 0);
    for ((count, word, role), y) in lines.zip(top..top + rows) {
        let text = format!("{word} {count}");
        paint::put(buffer, layout.right, y, layout.area.right(), &text, look.fg(role));
    }
}
