//! The names of the views, in the row of the models where that has room; each can be pressed.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::paint;
use super::theme::{Look, Role};
use crate::app::{App, View};
use crate::text::Label;

/// Columns between the models and the views.
const APART: u16 = 3;
/// Columns that are kept free behind them, for how busy the machine is.
const KEPT: u16 = 22;

/// What a tab is called, also where there is little room: the lens over a view has a name of its own.
fn name((view, lens): (View, bool), narrow: bool) -> &'static str {
    match (lens, view.label()) {
        (true, _) => Label::LensShort,
        (false, Label::Utilization) if narrow => Label::UtilizationShort,
        (false, label) => label,
    }
    .text()
}

/// Each view, and the lens over it, with its first column, its width and its name, after column `from`; nothing where
/// they do not fit.
pub fn tabs(app: &App, layout: &Layout, from: u16) -> Vec<(u16, u16, (View, bool), &'static str)> {
    let placed = |narrow: bool| {
        let mut x = from + APART;
        let place = |stop: (View, bool)| {
            let name = name(stop, narrow);
            let width = paint::width(name) + 2;
            x += width + 1;
            (x - width - 1, width, stop, name)
        };
        let tabs: Vec<_> = app.views().into_iter().map(place).collect();
        (x + KEPT <= layout.area.right()).then_some(tabs)
    };
    placed(false).or_else(|| placed(true)).unwrap_or_default()
}

/// Draws the names of the views; gives back the column after them.
pub fn draw(app: &App, look: Look, layout: &Layout, from: u16, buffer: &mut Buffer) -> u16 {
    let y = layout.area.y + 1;
    let mut end = from;
    let shown = app.shown.view().map(|view| (view, app.focus.lens));
    for (x, _, stop, name) in tabs(app, layout, from) {
        let style = if shown == Some(stop) {
            look.strip().patch(look.fg(Role::Accent)).add_modifier(Modifier::BOLD)
        } else {
            look.fg(Role::Dim)
        };
        end = paint::put(buffer, x, y, layout.area.right(), &format!(" {name} "), style);
    }
    end
}
