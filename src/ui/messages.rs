//! Messages on their way from lane to lane, as thin lines where nothing else stands: only where they are few enough to be
//! told apart.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::paint;
use super::theme::{Look, Role};
use crate::app::App;
use crate::scene::{Message, Scene};
use crate::units::{Ns, Range};

/// A line for each message, from the lane of the task that put it in to the lane of the one that took it out. The one
/// that the selected task put in or took out in the selected segment, or next after it, stands out and has its number.
pub fn draw(app: &App, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let chosen = chosen(app, &scene.messages);
    let rest = scene.messages.iter().filter(|message| Some(**message) != chosen);
    for message in rest {
        line(app, message, look, layout, false, buffer);
    }
    if let Some(message) = chosen {
        line(app, &message, look, layout, true, buffer);
    }
}

/// The message of the selected segment.
fn chosen(app: &App, messages: &[Message]) -> Option<Message> {
    let selection = app.focus.selection?;
    let span = app.selected_span().map_or(Range::new(Ns::ZERO, Ns::ZERO), |span| span.range);
    let own = |message: &&Message| {
        let ends = [message.from, message.to];
        ends.into_iter().find(|(task, at)| *task == selection.task && *at >= span.from).map(|(_, at)| at)
    };
    messages.iter().filter(|m| own(m).is_some()).min_by_key(|m| own(m)).copied()
}

/// The most columns from row to row.
const FLATTEST: f64 = 3.0;

fn line(app: &App, message: &Message, look: Look, layout: &Layout, chosen: bool, buffer: &mut Buffer) {
    let grid = app.grid(layout.columns());
    let column = |at: Ns| grid.place(at).filter(|place| *place < f64::from(grid.columns));
    let (Some(from), Some(to)) = (layout.slot_of(message.from.0), layout.slot_of(message.to.0)) else { return };
    let (Some(begin), Some(end)) = (column(message.from.1), column(message.to.1)) else { return };
    let low = layout.lane_rows - 1;
    let down = from.y < to.y;
    if from.y == to.y {
        return;
    }
    let (first, last) = if down { (from.y + low, to.y) } else { (from.y, to.y + low) };
    let rows = f64::from(first.abs_diff(last)).max(1.0);
    let step = (end - begin) / rows;
    let style = if chosen { look.fg(Role::Text).add_modifier(Modifier::BOLD) } else { look.fg(Role::Faint) };
    // What is flatter is no line any more: of a few cells in each gap nobody can tell where they lead.
    if step > FLATTEST && !chosen {
        return;
    }
    let symbol = match (step < 0.5, down) {
        (true, _) => ['│', '|'],
        (false, true) => ['╲', '\\'],
        (false, false) => ['╱', '/'],
    }[usize::from(look.ascii)];
    let mut numbered = false;
    for row in 1..first.abs_diff(last) {
        let y = if down { first + row } else { first - row };
        let x = layout.plot.0 + (begin + step * f64::from(row)).round() as u16;
        let is_free =
            |x: u16| x < layout.plot.0 + layout.plot.1 && buffer.cell((x, y)).is_some_and(|c| c.symbol() == " ");
        if !is_free(x) {
            continue;
        }
        let number = (message.number + 1).to_string();
        let room = (0..paint::width(&number) + 2).all(|more| is_free(x + more));
        paint::cell(buffer, x, y, symbol, style);
        if chosen && room && !numbered {
            paint::put(buffer, x + 2, y, layout.plot.0 + layout.plot.1, &number, style);
            numbered = true;
        }
    }
}
