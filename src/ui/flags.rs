//! Flags on the axis: what was done to the run from outside while it went on, at the instant at which it was done.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::paint;
use super::theme::{Look, Role};
use crate::app::App;
use crate::scene::Grid;
use crate::text::turn_length;
use crate::trace::Flag;

/// A flag on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its column of the timeline, and the first one after it that is free.
    pub columns: (u16, u16),
    /// What stands there.
    text: String,
}

/// The flags up to the playhead that are in view. A flag whose words would run into the next one has only its sign.
pub fn placed(app: &App, look: Look, grid: &Grid) -> Vec<Shown> {
    let Some(run) = app.run() else { return Vec::new() };
    let until = app.until();
    let place = |(at, flag): &(_, Flag)| Some((grid.place(*at)? as u16, *flag)).filter(|p| p.0 < grid.columns);
    let flags: Vec<_> = run.trace().flags.iter().filter(|(at, _)| *at <= until).filter_map(place).collect();
    let nexts = flags.iter().skip(1).map(|f| f.0).chain([grid.columns]);
    let sign = if look.ascii { "|>" } else { "⚑" };
    let shown = |((column, Flag::Interval(length)), next): (&(u16, Flag), u16)| {
        let whole = format!("{sign} {}", turn_length(*length));
        let fits = |text: &str| column + paint::width(text) < next;
        let text = if fits(&whole) { whole } else { sign.to_owned() };
        Shown { columns: (*column, (column + paint::width(&text)).min(grid.columns)), text }
    };
    flags.iter().zip(nexts).map(shown).collect()
}

/// Draws the flags.
pub fn draw(flags: &[Shown], look: Look, layout: &Layout, buffer: &mut Buffer) {
    let style = look.fg(Role::Accent).add_modifier(Modifier::BOLD);
    for flag in flags {
        let end = layout.plot.0 + layout.plot.1;
        paint::put(buffer, layout.plot.0 + flag.columns.0, layout.axis, end, &flag.text, style);
    }
}
