//! The middle of the screen: the axis, the tasks' lanes, and the lanes that say whose turn it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::layout::{Layout, Slot};
use super::theme::{Look, Role};
use super::{lane, paint};
use crate::app::{App, Run};
use crate::model::{GlobalLock, ModelKind};
use crate::scene::{Gap, Grid, Holder, HolderCell, Lane, Scene, Tick, level, ticks};
use crate::state::{Outcome, State};
use crate::text::{Label, percent};
use crate::units::{Ns, TaskId};

/// Everything with a time axis.
pub fn draw(app: &App, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let grid = app.grid(layout.columns());
    draw_axis(app, &grid, look, layout, buffer);
    let Some(run) = &app.run else { return };
    for slot in &layout.lanes {
        if let Some(lane) = scene.lanes.get(slot.task.index()) {
            draw_lane(app, run, lane, &grid, *slot, look, layout, buffer);
        }
    }
    draw_gaps(scene, look, layout, buffer);
    draw_special(run, scene, look, layout, buffer);
    draw_busy(app, run, scene, look, layout, buffer);
    draw_cores(app, scene, look, layout, buffer);
}

fn draw_axis(app: &App, grid: &Grid, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (x, y) = (layout.plot.0, layout.axis);
    let end = layout.plot.0 + layout.plot.1;
    let dim = look.fg(Role::Dim);
    let apart = if layout.plot.1 >= 80 { 12 } else { 9 };
    let (ticks, unit) = ticks(grid, apart);
    let mut last = x;
    // A label that does not fit is left out: half a number is another number.
    let fits = |t: &&Tick| t.column + paint::width(&t.label) <= grid.columns;
    for tick in ticks.iter().filter(fits) {
        last = paint::put(buffer, x + tick.column, y, end, &tick.label, dim);
    }
    paint::put(buffer, last + 1, y, layout.area.right(), unit, dim);
    let shown = layout.lanes.len();
    let left = if app.lens {
        let label = if layout.plot.0 < 20 { Label::KeyLens } else { Label::LensTitle };
        label.text().to_owned()
    } else if shown < layout.tasks {
        let first = layout.lanes.first().and_then(|s| app.lanes.place(s.task)).unwrap_or(0) + 1;
        format!("{first}-{} of {}", first + shown - 1, layout.tasks)
    } else {
        String::new()
    };
    let style = if app.lens { look.fg(Role::Accent).add_modifier(Modifier::BOLD) } else { dim };
    paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, &left, style);
}

/// What is not known is drawn as unknown: hatched through all lanes. Where only some events are missing, the axis says
/// so and the lanes stand.
fn draw_gaps(scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some((top, bottom)) = layout.lanes.first().zip(layout.lanes.last()) else { return };
    let (hatch, mark) = if look.ascii { ('%', '!') } else { ('▒', '╳') };
    for (x, gap) in (layout.plot.0..).zip(&scene.gaps) {
        let Some(gap) = gap else { continue };
        paint::cell(buffer, x, layout.axis, mark, look.fg(Role::Alarm));
        if *gap == Gap::Lost {
            continue;
        }
        for y in top.y..bottom.y + layout.lane_rows {
            paint::fill(buffer, Rect::new(x, y, 1, 1), look.ground());
            paint::cell(buffer, x, y, hatch, look.fg(Role::Faint));
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "drawing needs what, where and how")]
fn draw_lane(
    app: &App,
    run: &Run,
    lane: &Lane,
    grid: &Grid,
    slot: Slot,
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let low = slot.y + layout.lane_rows - 1;
    let named = slot.y + layout.lane_rows / 2;
    let chosen = app.selection.is_some_and(|s| s.task == lane.task);
    draw_name(app, run, lane, chosen, (slot.y, low, named), look, layout, buffer);
    lane::draw(buffer, look, layout.plot.0, slot.y, layout.lane_rows, &lane.columns, grid.cell);
    if let Some(at) = app.selection.filter(|s| s.task == lane.task).and_then(|s| s.at) {
        mark_selected(app, grid, at, slot, look, layout, buffer);
    }
    let style = if chosen { look.fg(Role::Text) } else { look.fg(Role::Dim) };
    let text = figures(run, lane, app.until(), layout.area.width - layout.right);
    paint::put(buffer, layout.right, named, layout.area.right(), &text, style);
}

#[expect(clippy::too_many_arguments, reason = "drawing needs what, where and how")]
fn draw_name(
    app: &App,
    run: &Run,
    lane: &Lane,
    chosen: bool,
    (top, low, named): (u16, u16, u16),
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let x = layout.area.x;
    let swatch = if look.ascii { '|' } else { '▌' };
    let top = if layout.airy { top } else { low };
    for y in top..=low {
        paint::cell(buffer, x, y, swatch, look.fg(Role::Task(lane.task)));
    }
    let name = run.trace.names.get(lane.task.index()).map_or("", |n| n.name.as_str());
    let style = if chosen { look.fg(Role::Accent).add_modifier(Modifier::BOLD) } else { look.fg(Role::Text) };
    let pointer = if chosen { if look.ascii { ">" } else { "›" } } else { "" };
    let end = layout.plot.0 - 1;
    let name = paint::shorten(name, end.saturating_sub(x + 1 + paint::width(pointer)));
    let after = paint::put(buffer, x + 1, named, end, &format!("{pointer}{name}"), style);
    let Some(state) = lane.now.filter(|s| *s != State::Ended) else { return };
    if layout.plot.0 - layout.area.x >= 20 && !run.is_over() && app.until() > Ns::ZERO {
        let word = super::legend::short(state, run.model.kind);
        let quiet = matches!(state, State::Queued | State::Starting);
        let role = if quiet { Role::Dim } else { Role::State(state) };
        paint::put(buffer, after + 1, named, end, word, look.fg(role));
    }
}

/// A line under the selected segment's begin.
fn mark_selected(app: &App, grid: &Grid, at: Ns, slot: Slot, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some(span) = app.selected_span() else { return };
    let place = |t: Ns| grid.place(t.max(grid.from)).map(|p| p as u16);
    let Some(from) = place(span.range.from.max(at.min(span.range.from))) else { return };
    let to = place(span.range.to).unwrap_or(layout.plot.1).max(from + 1).min(layout.plot.1);
    let y = slot.y + layout.lane_rows - 1;
    for x in from..to {
        if let Some(cell) = buffer.cell_mut((layout.plot.0 + x, y)) {
            cell.set_style(Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD));
        }
    }
    paint::cell(buffer, layout.plot.0 + from, slot.y, if look.ascii { 'v' } else { '▾' }, look.fg(Role::Text));
}

/// What stands to the right of a lane.
fn figures(run: &Run, lane: &Lane, until: Ns, room: u16) -> String {
    let track = &run.trace.tasks[lane.task.index()];
    let ended = track.ended_at().filter(|at| *at <= until);
    let sums = lane.visible_sums();
    let all: Ns = sums.iter().copied().sum();
    let of = |s: State| sums[s as usize];
    let waits = [State::Ready, State::Preempted, State::Gil, State::Lock].map(of).into_iter().sum::<Ns>();
    let slept = of(State::Sleep) + of(State::Io);
    let share = |t: Ns| percent(t.share_of(all));
    let brief = all.share_of(until) < 0.01;
    let doing = if brief {
        String::new()
    } else if slept > waits && slept > of(State::Running) {
        format!("sleeps {}", share(slept))
    } else if waits.share_of(all) >= 0.1 {
        format!("waits {}", share(waits))
    } else {
        String::new()
    };
    let end = match (ended, track.end) {
        (Some(_), Some((Outcome::Killed, signal))) => return format!("killed, sig {signal}"),
        (Some(_), Some((Outcome::Failed, _))) => return Label::Failed.text().to_owned(),
        (Some(at), Some((outcome, _))) => format!("{} {at}", outcome.name()),
        _ => String::new(),
    };
    match (doing.is_empty(), end.is_empty()) {
        (true, _) => end,
        (false, true) => doing,
        (false, false) if room >= 20 => format!("{end} {doing}"),
        (false, false) => doing,
    }
}

/// The lock's lane, or the loop's.
fn draw_special(run: &Run, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some(y) = layout.special else { return };
    let narrow = layout.is_narrow();
    let label = |text: Label, buffer: &mut Buffer| {
        paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, text.text(), look.fg(Role::Text));
    };
    if run.model.kind == ModelKind::Async {
        label(if narrow { Label::LoopShort } else { Label::TheLoop }, buffer);
        let Some(turns) = &scene.turns else { return };
        draw_holders(buffer, look, layout.plot.0, y, &turns.cells);
        let most = turns.ready.iter().max().copied().unwrap_or(0);
        if let Some(y) = layout.ready {
            paint::put(
                buffer,
                layout.area.x + 1,
                y,
                layout.plot.0 - 1,
                Label::ReadyBehindIt.text(),
                look.fg(Role::Dim),
            );
            let tasks = scene.lanes.len().max(1);
            for (x, ready) in (layout.plot.0..).zip(&turns.ready) {
                let eighths = level(f64::from(*ready) / tasks as f64, 8);
                paint::cell(buffer, x, y, lane::eighths(look, eighths), look.fg(Role::State(State::Ready)));
            }
        }
        if most > 0 {
            let text = format!("up to {most} ready");
            paint::put(buffer, layout.right, layout.ready.unwrap_or(y), layout.area.right(), &text, look.fg(Role::Dim));
        }
        return;
    }
    label(if narrow { Label::GilShort } else { Label::GilHeld }, buffer);
    if let Some(lock) = &scene.lock {
        draw_holders(buffer, look, layout.plot.0, y, lock);
    }
    if let GlobalLock::Gil { interval } = run.model.lock {
        let asked = run.trace.locks.values().any(|l| l.forced > 0);
        let text = match (asked, narrow) {
            (false, _) => String::new(),
            (true, true) => interval.to_string(),
            (true, false) => format!("by turns, {interval}"),
        };
        paint::put(buffer, layout.right, y, layout.area.right(), &text, look.fg(Role::Dim));
    }
}

/// Cells in the colour of whose they are. A turn of two or more whole cells carries the task's digit in its middle, so
/// that it can be told without colours.
pub fn draw_holders(buffer: &mut Buffer, look: Look, x: u16, y: u16, cells: &[HolderCell]) {
    let digits = digit_places(cells);
    for (index, cell) in cells.iter().enumerate() {
        let x = x + index as u16;
        let [left, right] = cell.halves;
        match (left, right) {
            (Holder::Task(l), Holder::Task(r)) if l == r => {
                let shown = digits.contains(&index) || look.is_mono() || look.ascii;
                let digit = if shown { digit(l) } else { ' ' };
                paint::cell(buffer, x, y, digit, look.field(Role::Task(l)).add_modifier(Modifier::BOLD));
            }
            (Holder::Task(l), Holder::Task(r)) if !look.is_mono() && !look.ascii => {
                paint::cell(buffer, x, y, '▌', look.on(Role::Task(l), Role::Task(r)));
            }
            (Holder::Task(t), _) if !look.is_mono() && !look.ascii => {
                paint::cell(buffer, x, y, '▌', look.fg(Role::Task(t)));
            }
            (_, Holder::Task(t)) if !look.is_mono() && !look.ascii => {
                paint::cell(buffer, x, y, '▐', look.fg(Role::Task(t)));
            }
            (Holder::Task(t), _) | (_, Holder::Task(t)) => {
                paint::cell(buffer, x, y, digit(t), look.field(Role::Task(t)));
            }
            (Holder::Listening, _) | (_, Holder::Listening) => {
                paint::cell(buffer, x, y, if look.ascii { '.' } else { '·' }, look.fg(Role::Dim));
            }
            (Holder::Nobody, Holder::Nobody) => {}
        }
    }
}

/// The middles of all turns that fill two or more cells.
fn digit_places(cells: &[HolderCell]) -> Vec<usize> {
    let whole = |cell: &HolderCell| match cell.halves {
        [Holder::Task(l), Holder::Task(r)] if l == r && cell.turns <= 2 => Some(l),
        _ => None,
    };
    let mut places = Vec::new();
    let mut start = 0;
    while start < cells.len() {
        let task = whole(&cells[start]);
        let length = cells[start..].iter().take_while(|c| whole(c) == task).count();
        if task.is_some() && length >= 2 {
            places.push(start + (length - 1) / 2);
        }
        start += length;
    }
    places
}

/// As [`draw_holders`], but where somebody has it for a part of the column only, that part is the height: what is
/// drawn of all cores together is what was used of them.
fn draw_shares(buffer: &mut Buffer, look: Look, x: u16, y: u16, cells: &[HolderCell]) {
    draw_holders(buffer, look, x, y, cells);
    for (x, cell) in (x..).zip(cells) {
        let folded = cell.turns > 1 && cell.share < 0.95;
        let Some(task) = cell.longest.filter(|_| folded) else { continue };
        let eighths = level(cell.share, 8);
        paint::fill(buffer, Rect::new(x, y, 1, 1), look.ground());
        paint::cell(buffer, x, y, lane::eighths(look, eighths), look.fg(Role::Task(task)));
    }
}

fn digit(task: TaskId) -> char {
    char::from_digit((task.0 + 1) % 10, 10).unwrap_or(' ')
}

fn draw_busy(app: &App, run: &Run, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let y = layout.busy;
    let cores = app.cores().max(1.0);
    let label = if layout.is_narrow() { Label::CoresShort } else { Label::CoresBusy };
    paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, label.text(), look.fg(Role::Text));
    for (x, busy) in (layout.plot.0..).zip(&scene.busy) {
        let eighths = level(busy / cores, 8);
        if eighths > 0 {
            paint::cell(buffer, x, y, lane::eighths(look, eighths), look.fg(Role::State(State::Running)));
        }
    }
    let until = app.until();
    if until > Ns::ZERO {
        let busy = run.trace.stats(until).busy;
        let all = app.cores();
        let of = if (all - all.round()).abs() < 0.05 { format!("{all:.0}") } else { format!("{all:.1}") };
        let text = format!("{busy:.1} of {of}");
        let bold = look.fg(Role::Text).add_modifier(Modifier::BOLD);
        paint::put(buffer, layout.right, y, layout.area.right(), &text, bold);
    }
}

fn draw_cores(app: &App, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    for (core, y) in scene.cores.iter().zip(&layout.cores) {
        let name = format!("{} {}", Label::Core.text(), core.core);
        paint::put(buffer, layout.area.x + 1, *y, layout.plot.0 - 1, &name, look.fg(Role::Dim));
        draw_shares(buffer, look, layout.plot.0, *y, &core.cells);
        let live = app.load.cores.iter().find(|(c, _)| *c == core.core).map(|(_, share)| *share);
        let now = live.map_or_else(String::new, |l| format!(", now {}", percent(l)));
        let own = percent(core.share);
        let fits = layout.right + paint::width(&own) + paint::width(&now) <= layout.area.right();
        let text = if fits { own + &now } else { own };
        paint::put(buffer, layout.right, *y, layout.area.right(), &text, look.fg(Role::Dim));
    }
}
