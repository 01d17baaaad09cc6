//! The names of the views, in the row of the models where that has room; each can be pressed.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::paint;
use super::theme::{Look, Role};
use crate::app::{App, View};

/// Columns between the models and the views.
const APART: u16 = 3;
/// Columns that are kept free behind them, for how busy the machine is.
const KEPT: u16 = 22;

/// Each view with its first column and width, after column `from`; nothing where they do not fit.
pub fn tabs(layout: &Layout, from: u16) -> Vec<(u16, u16, View)> {
    let mut x = from + APART;
    let mut tabs = Vec::new();
    for view in View::ALL {
        let width = paint::width(view.label().text()) + 2;
        tabs.push((x, width, view));
        x += width + 1;
    }
    if x + KEPT > layout.area.right() {
        tabs.clear();
    }
    tabs
}

/// Draws the names of the views; gives back the column after them.
pub fn draw(app: &App, look: Look, layout: &Layout, from: u16, buffer: &mut Buffer) -> u16 {
    let y = layout.area.y + 1;
    let mut end = from;
    for (x, _, view) in tabs(layout, from) {
        let style = if app.shown.view() == Some(view) {
            look.strip().patch(look.fg(Role::Accent)).add_modifier(Modifier::BOLD)
        } else {
            look.fg(Role::Dim)
        };
        end = paint::put(buffer, x, y, layout.area.right(), &format!(" {} ", view.label().text()), style);
    }
    end
}
