//! The lane of the loop: whose turn it is, and how many tasks wait for it.

use ratatui::buffer::Buffer;

use super::layout::Layout;
use super::theme::{Look, Role};
use super::{lane, paint, turns};
use crate::app::Run;
use crate::scene::{Scene, Turns, level};
use crate::state::State;
use crate::text::{self, Label};

/// The lane of the loop, and below it how many tasks waited for it.
pub fn draw(run: &Run, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some(y) = layout.special else { return };
    let name = if layout.is_narrow() { Label::LoopShort } else { Label::TheLoop };
    label(name, y, Role::Text, look, layout, buffer);
    let Some(turns) = &scene.turns else { return };
    turns::draw_holders(buffer, look, layout.plot.0, y, &turns.cells);
    if let Some(y) = layout.ready {
        draw_ready(run, turns, y, look, layout, buffer);
    }
    let most = turns.ready.iter().max().copied().unwrap_or(0);
    if most > 0 {
        let room = layout.area.right() - layout.right;
        let [long, short] = text::screen::waiters(most.into());
        let text = if paint::width(&long) <= room { long } else { short };
        paint::put(buffer, layout.right, layout.ready.unwrap_or(y), layout.area.right(), &text, look.fg(Role::Dim));
    }
}

fn label(text: Label, y: u16, role: Role, look: Look, layout: &Layout, buffer: &mut Buffer) {
    paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, text.text(), look.fg(role));
}

/// How many tasks waited for the loop, as height: full where every task did.
fn draw_ready(run: &Run, turns: &Turns, y: u16, look: Look, layout: &Layout, buffer: &mut Buffer) {
    label(Label::ReadyBehindIt, y, Role::Dim, look, layout, buffer);
    let tasks = run.trace().tasks.len().max(1);
    for (x, ready) in (layout.plot.0..).zip(&turns.ready) {
        let eighths = level(f64::from(*ready) / tasks as f64, 8);
        paint::cell(buffer, x, y, lane::eighths(look, eighths), look.fg(Role::State(State::Ready)));
    }
}
