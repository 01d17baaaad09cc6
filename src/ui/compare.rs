//! Runs beside each other on one axis: a bar for each, as long as the run took and as high as it kept cores busy, so
//! that every model shows the same work in another shape.
//!
//! ```text
//!               0        0.5       1        1.5       2    s     time     ×   cores
//!  serial       ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄⚑       2.01 s  1.00   1.0
//!  threads      ████████████████████⚑                           1.03 s  1.95   1.9
//!  ideal        ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┆  work / cores              1.00 s
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::theme::{Look, Role};
use super::{board, paint};
use crate::app::{Action, App, Compare, Compared, Run, Source, keys};
use crate::recording::{self, Comparison};
use crate::report::{comparison_cell, comparison_has};
use crate::scene::{Grid, Viewport, busy, level, ticks};
use crate::text::report::compare::Column;
use crate::text::{self, Label, factor, failure};
use crate::units::{Ns, Range};

/// Where the rows stand.
struct Place {
    /// First column and width of the bars.
    plot: (u16, u16),
    /// Row of the axis.
    axis: u16,
    /// First row of the first bar.
    top: u16,
    /// Rows a bar is high.
    bar: u16,
    /// Rows from one bar to the next.
    pitch: u16,
    /// How many bars have room.
    rows: usize,
}

/// The columns of figures, the most important first, each with its width.
const COLUMNS: [(Column, u16); 13] = [
    (Column::Time, 9),
    (Column::Ratio, 8),
    (Column::Gap, 8),
    (Column::Rounds, 7),
    (Column::RoundRate, 8),
    (Column::Runs, 4),
    (Column::Cores, 6),
    (Column::Start, 8),
    (Column::Copied, 8),
    (Column::Memory, 8),
    (Column::Used, 8),
    (Column::P50, 9),
    (Column::P99, 9),
];

impl Place {
    fn of(app: &App, area: Rect) -> Place {
        let count = app.compared().len().max(1) as u16;
        let label = match area.width {
            ..64 => 9,
            64..100 => 13,
            100..160 => 20,
            _ => 24,
        };
        let right: u16 = columns(app, area).iter().map(|c| c.1 + 1).sum();
        let plot = (area.x + label, area.width.saturating_sub(label + right + 1).max(8));
        // Header and tabs, two rows for the sentence, the axis, the ideal, the row that says what is the same in all
        // runs, the footer; and free rows between them where there is room.
        let airy = u16::from(area.height >= 30);
        let axis = area.y + if area.height >= 20 { 4 + airy } else { 3 };
        let room = area.bottom().saturating_sub(axis + 1 + airy + 3);
        let pitch = (room / count).clamp(1, 8);
        let bar = if pitch > 1 { pitch - 1 } else { 1 };
        let rows = usize::from(room / pitch).min(usize::from(count));
        Place { plot, axis, top: axis + 1 + airy, bar, pitch, rows }
    }

    /// The first row that is shown: where not all have room, those around the chosen one.
    fn first(&self, app: &App, chosen: usize) -> usize {
        let most = app.compared().len().saturating_sub(self.rows);
        (chosen + 1).saturating_sub(self.rows).min(most)
    }

    fn row(&self, index: usize) -> u16 {
        self.top + index as u16 * self.pitch
    }
}

/// The columns of figures that have room. Where tasks go round beside the work, theirs come before the others.
fn columns(app: &App, area: Rect) -> Vec<(Column, u16)> {
    let result = app.shown.comparison().and_then(Compare::result);
    let is_there = |column: Column| match result {
        Some(result) => comparison_has(result, column),
        None => !Column::OF_ROUNDS.contains(&column),
    };
    let columns: Vec<(Column, u16)> = COLUMNS.into_iter().filter(|(column, _)| is_there(*column)).collect();
    let gaps = columns.iter().any(|(column, _)| *column == Column::Gap);
    let room = match area.width {
        ..64 => 2 + usize::from(gaps),
        64..100 => 3 + usize::from(gaps),
        100..140 => 6,
        140..170 => 9,
        _ => COLUMNS.len(),
    };
    columns.into_iter().take(room).collect()
}

/// Which row a press at `y` means.
pub fn row_at(app: &App, compare: &Compare, area: Rect, y: u16) -> Option<usize> {
    let place = Place::of(app, area);
    let index = usize::from(y.checked_sub(place.top)? / place.pitch);
    (index < place.rows).then_some(place.first(app, compare.row) + index)
}

/// The row of the axis.
pub fn axis(app: &App, area: Rect) -> u16 {
    Place::of(app, area).axis
}

/// The instant of the axis at `x`.
pub fn instant(app: &App, area: Rect, x: u16) -> Option<Ns> {
    let place = Place::of(app, area);
    let column = x.checked_sub(place.plot.0).filter(|c| *c < place.plot.1)?;
    Some(grid(app, &place).column(column).from)
}

fn grid(app: &App, place: &Place) -> Grid {
    Grid::over(Range::new(Ns::ZERO, app.axis), place.plot.1)
}

/// The whole comparison.
pub fn draw(app: &App, compare: &Compare, look: Look, area: Rect, buffer: &mut Buffer) {
    let place = Place::of(app, area);
    draw_axis(app, look, area, &place, buffer);
    let rows = app.compared();
    let first = place.first(app, compare.row);
    for (index, row) in rows.iter().skip(first).take(place.rows).enumerate() {
        let (chosen, y) = (first + index == compare.row, place.row(index));
        draw_row(app, compare, (row, chosen), y, look, (area, &place), buffer);
    }
    if let Some(comparison) = compare.result() {
        draw_ideal(app, comparison, look, area, &place, place.row(place.rows.min(rows.len())), buffer);
    }
}

fn draw_axis(app: &App, look: Look, area: Rect, place: &Place, buffer: &mut Buffer) {
    let dim = look.fg(Role::Dim);
    let grid = grid(app, place);
    let (x, end) = (place.plot.0, place.plot.0 + place.plot.1);
    let (ticks, unit) = ticks(&grid, if place.plot.1 >= 80 { 12 } else { 9 });
    let mut last = x;
    for tick in ticks.iter().filter(|t| t.column + paint::width(&t.label) < grid.columns) {
        last = paint::put(buffer, x + tick.column, place.axis, end, &tick.label, dim);
    }
    paint::put(buffer, last + 1, place.axis, end, unit, dim);
    let mut x = end + 1;
    for (column, width) in columns(app, area) {
        let text = column.head();
        paint::put(buffer, x + width.saturating_sub(paint::width(text)), place.axis, area.right(), text, dim);
        x += width + 1;
    }
}

fn draw_row(
    app: &App,
    compare: &Compare,
    (row, chosen): (&Compared<'_>, bool),
    y: u16,
    look: Look,
    (area, place): (Rect, &Place),
    buffer: &mut Buffer,
) {
    let low = y + place.bar - 1;
    let text = if chosen { look.fg(Role::Text).add_modifier(Modifier::BOLD) } else { look.fg(Role::Dim) };
    let room = place.plot.0 - area.x - 2;
    let name = board::model_name(row.model, room);
    let name =
        row.run.and_then(|run| run.recording.file.as_deref()).map_or(name.clone(), |from| format!("{from} {name}"));
    if chosen {
        paint::cell(buffer, area.x, low, if look.ascii { '>' } else { '▌' }, look.fg(Role::Accent));
    }
    paint::put(buffer, area.x + 1, low, place.plot.0 - 1, &paint::shorten(&name, room), text);
    let Some(run) = row.run else {
        if let Some(why) = row.failure {
            let room = area.right().saturating_sub(place.plot.0);
            paint::put(
                buffer,
                place.plot.0,
                low,
                area.right(),
                &paint::shorten(&failure(why), room),
                look.fg(Role::Alarm),
            );
            return;
        }
        let label = if compare.is_measuring() { Label::ComesLater } else { Label::NotMeasured };
        paint::put(buffer, place.plot.0, low, area.right(), label.text(), look.fg(Role::Faint));
        return;
    };
    let over = run.is_over();
    let present = if over { run.trace().latest() } else { app.now.since(run.trace().t0().unwrap_or(app.now)) };
    let until = app.playhead.position(if over { app.end().max(present) } else { present }).min(present);
    let role = if chosen { Role::Accent } else { Role::Bar };
    draw_bar(app, run, until, (place, y), role, look, buffer);
    let planted = over && until >= present;
    if planted {
        draw_flag(app, present, (place, low), text, look, buffer);
    }
    let comparison = compare.result().filter(|_| planted);
    let mut x = place.plot.0 + place.plot.1 + 1;
    for (column, width) in columns(app, area) {
        let figure = match (comparison.zip(row.row), column) {
            (Some((comparison, row)), _) => comparison_cell(comparison, row, column),
            (None, Column::Time) => until.like(app.axis),
            (None, _) => String::new(),
        };
        let at = x + width.saturating_sub(paint::width(&figure));
        paint::put(buffer, at, low, area.right(), &figure, text);
        x += width + 1;
    }
}

/// The bar of a run: a body as long as the run, and in it, as height, the cores that it kept busy.
fn draw_bar(app: &App, run: &Run, until: Ns, (place, y): (&Place, u16), role: Role, look: Look, buffer: &mut Buffer) {
    let grid = grid(app, place);
    let whole = run.recording.cores().max(1.0);
    let levels = u32::from(place.bar) * 8;
    let low = y + place.bar - 1;
    // A column that is over in part only counts too: so the bar shows where the run ends.
    let length = grid.place(until).unwrap_or(f64::from(grid.columns)).ceil() as u16;
    for (column, cores) in (0..length).zip(busy(run.trace(), &Viewport { grid, until })) {
        // The last column may be over in part only: its height is the mean over that part.
        let part = grid.column(column).and(Range::new(Ns::ZERO, until)).len().share_of(grid.cell);
        let share = if part > 0.0 { cores / part / whole } else { 0.0 };
        let mut eighths = level(share, levels);
        let x = place.plot.0 + column;
        if grid.column(column).to <= run.trace().forgotten {
            // What was kept no longer is not idle: nobody knows.
            let unknown = if look.ascii { '?' } else { '░' };
            (y..=low).for_each(|row| paint::cell(buffer, x, row, unknown, look.within(role)));
            continue;
        }
        for row in (y..=low).rev() {
            board::draw_cell(buffer, look, (x, row), eighths.min(8), role);
            eighths = eighths.saturating_sub(8);
        }
    }
}

fn draw_flag(app: &App, end: Ns, (place, low): (&Place, u16), style: Style, look: Look, buffer: &mut Buffer) {
    let grid = grid(app, place);
    let column = grid.place(end).unwrap_or(f64::from(grid.columns)).ceil() as u16;
    if column < place.plot.1 {
        paint::cell(buffer, place.plot.0 + column, low, if look.ascii { 'P' } else { '⚑' }, style);
    }
}

/// The shortest time there can be, and why; and that all runs did the same work.
fn draw_ideal(app: &App, comparison: &Comparison, look: Look, area: Rect, place: &Place, y: u16, buffer: &mut Buffer) {
    let Some(ideal) = comparison.ideal.as_ref().filter(|_| y < area.bottom().saturating_sub(1)) else { return };
    let (dim, faint) = (look.fg(Role::Dim), look.fg(Role::Faint));
    paint::put(buffer, area.x + 1, y, place.plot.0 - 1, Label::Ideal.text(), dim);
    let grid = grid(app, place);
    let length = (grid.place(ideal.time).unwrap_or(f64::from(grid.columns)).round() as u16).min(place.plot.1);
    let (line, end) = if look.ascii { ('-', '|') } else { ('┄', '┆') };
    for x in 0..length {
        paint::cell(buffer, place.plot.0 + x, y, line, faint);
    }
    paint::cell(buffer, place.plot.0 + length.min(place.plot.1 - 1), y, end, dim);
    let right = place.plot.0 + place.plot.1;
    let reason = paint::shorten(&ideal.limit.text(), right.saturating_sub(place.plot.0 + length + 2));
    paint::put(buffer, place.plot.0 + length + 2, y, right, &reason, dim);
    let figures = [
        Some(ideal.time.like(comparison.slowest().unwrap_or(ideal.time))),
        comparison.ideal_ratio().map(|x| factor(x).trim_end_matches('×').to_owned()),
    ];
    let mut x = right + 1;
    for ((_, width), figure) in columns(app, area).into_iter().zip(figures) {
        let figure = figure.unwrap_or_default();
        paint::put(buffer, x + width.saturating_sub(paint::width(&figure)), y, area.right(), &figure, dim);
        x += width + 1;
    }
    if y + 2 < area.bottom() {
        let doubtful = |row: &recording::Row| row.ratio.is_some_and(|r| r.is_ok_and(|r| r.doubt.is_some()));
        let doubt = matches!(app.source, Source::Live(_)) && comparison.rows.iter().any(doubtful);
        let (said, style) = if doubt {
            (text::screen::all_again(keys::shown(Action::Again)), dim)
        } else {
            (same_ink(comparison), faint)
        };
        let said = paint::shorten(&said, area.width.saturating_sub(2));
        paint::put(buffer, area.x + 1, area.bottom() - 2, area.right(), &said, style);
    }
}

/// What the heights mean.
fn same_ink(comparison: &Comparison) -> String {
    let hardly = comparison.ideal.as_ref().is_some_and(|i| i.waiting() > 0.95);
    let work = comparison.ideal.as_ref().map_or(Ns::ZERO, |i| i.work);
    crate::text::same_ink(work, hardly)
}
