//! How many tasks wait at once for something outside the program, as an area below the lanes: what threads and async are
//! for where tasks wait. It is as high as its rows where most of them wait.

use ratatui::buffer::Buffer;

use super::layout::Layout;
use super::stack::Layer;
use super::theme::{Look, Role};
use super::{paint, stack};
use crate::scene::{OUTSIDE, Scene};
use crate::text::{self, Label};

/// The area, its name to the left, and to the right the most that wait at one time.
pub fn draw(scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some((top, rows)) = layout.waiting else { return };
    let (x, end) = (layout.area.x + 1, layout.plot.0 - 1);
    let low = top + rows - 1;
    let name = Some(Label::WaitingAtOnce.text()).filter(|name| x + paint::width(name) <= end);
    paint::put(buffer, x, low, end, name.unwrap_or(Label::WaitingShort.text()), look.fg(Role::Text));
    let most = scene.waiting.most;
    if most == 0 {
        return;
    }
    let levels = u32::from(rows) * 8;
    let role = |kind: usize| Role::of(OUTSIDE[kind / 2], kind % 2 == 1);
    for (x, column) in (layout.plot.0..).zip(&scene.waiting.columns) {
        let mut layers = [Layer { role: Role::Dim, to: 0 }; 2 * OUTSIDE.len()];
        let (mut sum, mut count, mut to) = (0.0, 0, 0);
        for (kind, tasks) in column.iter().flatten().enumerate() {
            sum += tasks;
            let exact = sum / most as f64 * f64::from(levels);
            let end = if *tasks > 0.0 { (exact.round() as u32).clamp(to.max(1), levels) } else { to };
            // Without colours it is one area.
            count += usize::from(end > to && (count == 0 || !look.is_plain()));
            if end > to {
                layers[count - 1] = Layer { role: role(kind), to: end };
                to = end;
            }
        }
        stack::draw(buffer, look, (x, top), rows, &layers[..count], false);
    }
    let text = text::screen::at_best(most);
    paint::put(buffer, layout.right, low, layout.area.right(), &text, look.fg(Role::Dim));
}
