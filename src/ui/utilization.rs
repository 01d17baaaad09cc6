//! The view of utilization: how many cores were used over time, and by what. Each column's heights are exact sums of
//! the trace; what others had is sampled, and stands on top.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::theme::{Look, Role};
use super::{core_lanes, paint, stack, timeline};
use crate::app::App;
use crate::scene::{Shares, Usage};
use crate::state::State;
use crate::text::{Label, percent};

/// Draws the view.
pub fn draw(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (Some((top, rows)), Some(run)) = (layout.pane, app.run()) else { return };
    let Some(usage) = app.usage_scene(layout.columns()) else { return };
    let cores = app.cores().max(f64::MIN_POSITIVE);
    let note = u16::from(rows >= 6);
    // A row above the area is kept for the line of the usable cores, so that it is seen where all of them are busy.
    let chart = Chart { top: top + 1, rows: (rows - note).saturating_sub(1).max(1), scale: scale(&usage, cores) };
    let levels = u32::from(chart.rows) * 8;
    let all = |c: &Shares| (c.run() + c.others.unwrap_or(0.0)) / chart.scale;
    let traced = |at: usize| usage.columns.get(at).is_some_and(|c| stack::is_trace(all(c), levels));
    for (index, (x, column)) in (layout.plot.0..).zip(&usage.columns).enumerate() {
        if !stack::is_thinned(index, traced) {
            let shown = stack::layers(&parts(column, chart.scale), levels);
            stack::draw(buffer, look, (x, chart.top), chart.rows, &shown, false);
        }
    }
    chart.draw_line(cores, look, layout, buffer);
    chart.draw_axis(look, layout, buffer);
    timeline::draw_gaps(&usage.gaps, (chart.top, chart.top + chart.rows), look, layout, buffer);
    draw_figures(&usage, cores, (chart.top, chart.rows), look, layout, buffer);
    if note > 0 {
        core_lanes::draw_note(run, usage.window, top + rows - 1, look, layout, buffer);
    }
    let of = |part: f64| part / cores;
    let shares = Shares {
        work: of(usage.mean.work),
        off_task: of(usage.mean.off_task),
        overhead: of(usage.mean.overhead),
        others: usage.mean.others.map(of),
    };
    core_lanes::draw_legend(&shares, (Label::StateRunning, &[Role::State(State::Running)]), look, layout, buffer);
}

/// How many cores the full height stands for: all that can be used, and more where more were used.
fn scale(usage: &Usage, cores: f64) -> f64 {
    let highest = usage.columns.iter().map(|c| c.run() + c.others.unwrap_or(0.0)).fold(0.0, f64::max);
    // What lies a hair above comes from where columns end.
    (highest - 0.05).max(cores).ceil().max(1.0)
}

/// What a column is made of, from the bottom up, as shares of the full height.
fn parts(column: &Shares, scale: f64) -> Vec<(Role, f64)> {
    let parts = [
        (Role::State(State::Running), column.work),
        (Role::Dim, column.off_task),
        (Role::Bar, column.overhead),
        (Role::Faint, column.others.unwrap_or(0.0)),
    ];
    parts.into_iter().filter(|(_, cores)| *cores > 0.0).map(|(role, cores)| (role, cores / scale)).collect()
}

/// Where the area stands.
#[derive(Clone, Copy, Debug)]
struct Chart {
    top: u16,
    rows: u16,
    scale: f64,
}

impl Chart {
    /// The row in which `cores` cores end, counted from the top; the row above the area where they take its full
    /// height.
    fn row(self, cores: f64) -> u16 {
        let up = (cores / self.scale * f64::from(self.rows)).round() as u16;
        self.top + self.rows - up.min(self.rows) - 1
    }

    /// A line where all usable cores would be busy, behind the area.
    fn draw_line(self, cores: f64, look: Look, layout: &Layout, buffer: &mut Buffer) {
        let y = self.row(cores);
        let line = if look.ascii { '_' } else { '▁' };
        for x in layout.plot.0..layout.plot.0 + layout.plot.1 {
            let free = buffer.cell((x, y)).is_some_and(|cell| cell.symbol() == " ");
            if free {
                paint::cell(buffer, x, y, line, look.fg(Role::Dim));
            }
        }
    }

    /// The numbers of cores, at the rows in which they end.
    fn draw_axis(self, look: Look, layout: &Layout, buffer: &mut Buffer) {
        let (x, end) = (layout.area.x + 1, layout.plot.0 - 1);
        let steps = [1u32, 2, 5, 10, 20, 50, 100, 200, 500];
        let apart = |step: u32| f64::from(step) / self.scale * f64::from(self.rows) >= 2.0;
        let step = steps.into_iter().find(|s| apart(*s)).unwrap_or(self.scale as u32).max(1);
        for cores in (0..=self.scale as u32).step_by(step as usize) {
            let last = cores.saturating_add(step) > self.scale as u32;
            let text =
                if last && cores > 0 { format!("{} {cores}", Label::CoresShort.text()) } else { cores.to_string() };
            let y = if cores == 0 { self.top + self.rows - 1 } else { self.row(f64::from(cores)) };
            let at = end.saturating_sub(paint::width(&text)).max(x);
            paint::put(buffer, at, y, end, &text, look.fg(Role::Dim));
        }
    }
}

/// The mean, the most, and the share of the usable cores.
fn draw_figures(usage: &Usage, cores: f64, (top, rows): (u16, u16), look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (x, end) = (layout.right, layout.area.right());
    let run = usage.mean.run();
    let of = if (cores - cores.round()).abs() < 0.05 { format!("{cores:.0}") } else { format!("{cores:.1}") };
    let short = format!("{run:.1} {} {of}", Label::Of.text());
    let long = format!("{} {short}", Label::Mean.text());
    let mean = if x + paint::width(&long) <= end { long } else { short };
    let bold = look.fg(Role::Text).add_modifier(Modifier::BOLD);
    let dim = look.fg(Role::Dim);
    let others = usage.mean.others.map_or_else(|| Label::Unknown.text().to_owned(), |others| format!("{others:.1}"));
    let lines = [
        (mean, bold),
        (format!("{} {:.1}", Label::Peak.text(), usage.peak), dim),
        (format!("{} {}", Label::Used.text(), percent((run / cores).min(1.0))), dim),
        (format!("{} {others}", Label::Others.text()), dim),
    ];
    for ((text, style), y) in lines.iter().zip(top..top + rows) {
        paint::put(buffer, x, y, end, text, *style);
    }
}
