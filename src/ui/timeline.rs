//! The middle of the screen: the axis and the tasks' lanes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::lane::Manner;
use super::layout::{Layout, Slot};
use super::theme::{Look, Role};
use super::{band, cores, event_loop, flags, lane, link, lock, messages, paint, sharing, waiting};
use crate::app::{App, Run, View};
use crate::model::ModelKind;
use crate::scene::{Folding, Gap, Grid, Lane, Scene, Tick, ticks};
use crate::state::{Outcome, State};
use crate::text::{self, Label, percent};
use crate::units::{Ns, TaskId};

/// Everything with a time axis.
pub fn draw(app: &App, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let grid = app.grid(layout.columns());
    let Some(run) = app.run() else { return };
    if let Some(shown) = &scene.band {
        band::draw(app, run, shown, &grid, look, layout, buffer);
    }
    let manner = Manner::of(layout.lane_rows, layout.airy, scene.lanes.iter().flat_map(|l| &l.columns));
    for (slot, lane) in layout.lanes.iter().zip(&scene.lanes) {
        draw_lane(app, run, (lane, *slot, manner), &grid, look, layout, buffer);
    }
    let places = layout.lanes.iter().map(|s| (s.y, s.y + layout.lane_rows));
    let places: Vec<_> = places.chain(layout.band.map(|(top, rows)| (top, top + rows))).collect();
    let top = places.iter().map(|p| p.0).min().unwrap_or(0);
    let bottom = places.iter().map(|p| p.1).max().unwrap_or(0);
    draw_gaps(&scene.gaps, (top, bottom), look, layout, buffer);
    match run.model.kind {
        ModelKind::Async => event_loop::draw(run, scene, look, layout, buffer),
        ModelKind::Serial | ModelKind::Threads | ModelKind::Processes => {
            lock::draw(app, run, scene, look, layout, buffer);
        }
    }
    sharing::draw(app, run, scene, look, layout, buffer);
    messages::draw(app, scene, look, layout, buffer);
    waiting::draw(scene, look, layout, buffer);
    cores::draw_busy(app, run, scene, look, layout, buffer);
    cores::draw_cores(app, scene, look, layout, buffer);
    link::draw(app, run, scene, look, layout, buffer);
}

/// The axis, and at its left the name of what is looked at where that is not simply each task.
pub fn draw_axis(app: &App, view: View, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let grid = &app.grid(layout.columns());
    let (x, y) = (layout.plot.0, layout.axis);
    let end = layout.plot.0 + layout.plot.1;
    let dim = look.fg(Role::Dim);
    let apart = if layout.plot.1 >= 80 { 12 } else { 9 };
    let (ticks, unit) = ticks(grid, apart);
    let mut last = x;
    // A label that does not fit is left out: half a number is another number.
    let fits = |t: &&Tick| t.column + paint::width(&t.label) <= grid.columns;
    let flags = flags::placed(app, look, grid);
    let flagged =
        |t: &&Tick| flags.iter().any(|f| t.column <= f.columns.1 && f.columns.0 <= t.column + paint::width(&t.label));
    for tick in ticks.iter().filter(fits).filter(|t| !flagged(t)) {
        last = paint::put(buffer, x + tick.column, y, end, &tick.label, dim);
    }
    flags::draw(&flags, look, layout, buffer);
    let last = flags.iter().map(|f| x + f.columns.1).fold(last, u16::max);
    paint::put(buffer, last + 1, y, layout.area.right(), unit, dim);
    let marked = app.focus.lens || view.is_pane();
    let left = if app.focus.lens {
        let cut = app.run().is_some_and(|run| run.trace().forgotten > Ns::ZERO);
        let label = match (layout.plot.0 < 20, cut) {
            (true, _) => Label::LensShort,
            (false, false) => Label::LensTitle,
            (false, true) => Label::LensKept,
        };
        label.text().to_owned()
    } else if marked {
        let room = layout.plot.0 - layout.area.x - 2;
        let label = Some(view.label()).filter(|l| paint::width(l.text()) <= room);
        label.unwrap_or(Label::UtilizationShort).text().to_owned()
    } else {
        match layout.folding {
            Some(Folding::Groups(size)) => {
                let label = if layout.plot.0 < 20 { Label::InARow } else { Label::TasksInARow };
                format!("{size} {}", label.text())
            }
            _ => String::new(),
        }
    };
    let style = if marked { look.fg(Role::Accent).add_modifier(Modifier::BOLD) } else { dim };
    paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, &left, style);
}

/// Hatches the columns of which nothing is known, through all lanes. Where only some events are missing, the axis says
/// so and the lanes stay.
pub fn draw_gaps(gaps: &[Option<Gap>], (top, bottom): (u16, u16), look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (hatch, mark) = if look.ascii { ('%', '!') } else { ('▒', '╳') };
    for (x, gap) in (layout.plot.0..).zip(gaps) {
        let Some(gap) = gap else { continue };
        // A stretch that is merely no longer kept leaves the axis readable: the figures say from when on there is more.
        if *gap != Gap::Forgotten {
            paint::cell(buffer, x, layout.axis, mark, look.fg(Role::Alarm));
        }
        if *gap == Gap::Lost {
            continue;
        }
        for y in top..bottom {
            paint::fill(buffer, Rect::new(x, y, 1, 1), look.ground());
            paint::cell(buffer, x, y, hatch, look.fg(Role::Faint));
        }
    }
}

fn draw_lane(
    app: &App,
    run: &Run,
    (lane, slot, manner): (&Lane, Slot, Manner),
    grid: &Grid,
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let low = slot.y + layout.lane_rows - 1;
    let named = slot.y + layout.lane_rows / 2;
    let chosen = lane.tasks == 1 && app.focus.selection.is_some_and(|s| s.task == lane.task);
    draw_name(app, run, lane, chosen, (slot, low, named), look, layout, buffer);
    let whole = grid.cell.times(lane.tasks as u64, 1);
    lane::draw(buffer, look, (layout.plot.0, slot.y), manner, &lane.columns, whole);
    if lane.tasks == 1 && layout.lane_rows > 1 {
        lane::write_cores(buffer, look, (layout.plot.0, low), &lane.columns);
    }
    if let Some(at) = app.focus.selection.filter(|_| chosen).and_then(|s| s.at) {
        mark_selected(app, grid, at, (slot.y, layout.lane_rows), look, layout, buffer);
    }
    let style = if chosen { look.fg(Role::Text) } else { look.fg(Role::Dim) };
    let room = layout.area.width - layout.right;
    let text = match lane.tasks {
        1 => figures(run, lane, app.until(), room),
        _ => figures_of_all(run, lane, &layout.order[slot.tasks()], app.until(), room),
    };
    paint::put(buffer, layout.right, named, layout.area.right(), &text, style);
}

#[expect(clippy::too_many_arguments, reason = "drawing needs what, where and how")]
fn draw_name(
    app: &App,
    run: &Run,
    lane: &Lane,
    chosen: bool,
    (slot, low, named): (Slot, u16, u16),
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let x = layout.area.x;
    let swatch = if look.ascii { '|' } else { '▌' };
    let top = if layout.airy { slot.y } else { low };
    // A lane of several tasks is in no task's colour.
    let whose = if lane.tasks == 1 { Role::Task(lane.task) } else { Role::Faint };
    for y in top..=low {
        paint::cell(buffer, x, y, swatch, look.fg(whose));
    }
    let name = group_name(run, &layout.order[slot.tasks()]);
    let style = if chosen { look.fg(Role::Accent).add_modifier(Modifier::BOLD) } else { look.fg(Role::Text) };
    let pointer = if chosen { if look.ascii { ">" } else { "›" } } else { "" };
    let end = layout.plot.0 - 1;
    let room = end.saturating_sub(x + 1 + paint::width(pointer));
    // A lane of several tasks keeps their numbers: the word before them is the same for all.
    let numbers = name.rsplit(' ').next().filter(|_| lane.tasks > 1 && paint::width(&name) > room);
    let name = numbers.map_or_else(|| paint::shorten(&name, room), str::to_owned);
    let after = paint::put(buffer, x + 1, named, end, &format!("{pointer}{name}"), style);
    let Some(state) = lane.now.filter(|s| *s != State::Ended) else { return };
    if layout.plot.0 - layout.area.x >= 20 && !run.is_over() && app.until() > Ns::ZERO {
        let word = super::legend::short(state, run.model.kind);
        let quiet = matches!(state, State::Queued | State::Starting);
        let role = if quiet { Role::Dim } else { Role::State(state) };
        paint::put(buffer, after + 1, named, end, word, look.fg(role));
    }
}

/// A line under the selected segment, and a mark at its begin, in the lane of so many rows from `y` on.
pub fn mark_selected(
    app: &App,
    grid: &Grid,
    at: Ns,
    (top, rows): (u16, u16),
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let Some(span) = app.selected_span() else { return };
    let place = |t: Ns| grid.place(t.max(grid.from)).map(|p| p as u16);
    let Some(from) = place(span.range.from.max(at.min(span.range.from))) else { return };
    let to = place(span.range.to).unwrap_or(layout.plot.1).max(from + 1).min(layout.plot.1);
    let y = top + rows - 1;
    for x in from..to {
        if let Some(cell) = buffer.cell_mut((layout.plot.0 + x, y)) {
            cell.set_style(Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD));
        }
    }
    paint::cell(buffer, layout.plot.0 + from, top, if look.ascii { 'v' } else { '▾' }, look.fg(Role::Text));
}

/// The name of a task, or of several: `task 17-32` where they follow each other, else the first and how many more.
fn group_name(run: &Run, tasks: &[TaskId]) -> String {
    let name = |task: &TaskId| run.trace().names.get(task.index()).map_or("", |n| n.name.as_str());
    let (Some(first), Some(last)) = (tasks.first(), tasks.last()) else { return String::new() };
    if tasks.len() == 1 {
        return name(first).to_owned();
    }
    let stem = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (one, other) = (name(first), name(last));
    let (head, number) = other.split_at(stem(other));
    let follow = tasks.is_sorted_by(|a, b| a.0 + 1 == b.0);
    if follow && !number.is_empty() && one.len() > stem(one) && one.starts_with(head) && stem(one) == head.len() {
        format!("{one}-{number}")
    } else {
        format!("{one} +{}", tasks.len() - 1)
    }
}

/// What stands to the right of a lane of several tasks.
fn figures_of_all(run: &Run, lane: &Lane, tasks: &[TaskId], until: Ns, room: u16) -> String {
    let track = |task: &TaskId| run.trace().tasks.get(task.index());
    let ends: Vec<_> = tasks.iter().filter_map(track).filter(|t| t.ended_at().is_some_and(|at| at <= until)).collect();
    let broken = ends.iter().filter(|t| matches!(t.end, Some((Outcome::Killed | Outcome::Failed, _)))).count();
    let end = match ends.iter().filter_map(|t| t.ended_at()).max() {
        _ if broken > 0 => return format!("{broken} {}", Label::Failed.text()),
        Some(last) if ends.len() == tasks.len() => format!("{} {last}", Outcome::Done.name()),
        Some(_) => format!("{}/{} {}", ends.len(), tasks.len(), Outcome::Done.name()),
        None => String::new(),
    };
    if ends.len() == tasks.len() && room < 20 {
        return end;
    }
    both(doing(lane, until), end, room)
}

/// What stands to the right of a lane.
fn figures(run: &Run, lane: &Lane, until: Ns, room: u16) -> String {
    let track = &run.trace().tasks[lane.task.index()];
    let ended = track.ended_at().filter(|at| *at <= until);
    let end = match (ended, track.end) {
        (Some(_), Some((Outcome::Killed, signal))) => return text::screen::killed(signal),
        (Some(_), Some((Outcome::Failed, _))) => return Label::Failed.text().to_owned(),
        (Some(at), Some((outcome, _))) => format!("{} {at}", outcome.name()),
        _ => String::new(),
    };
    both(doing(lane, until), end, room)
}

/// What a lane mostly waits for, where that is worth a word.
fn doing(lane: &Lane, until: Ns) -> String {
    let sums = lane.visible_sums();
    let all: Ns = sums.iter().copied().sum();
    let of = |s: State| sums[s as usize];
    let waits = [State::Ready, State::Preempted, State::Gil, State::Lock, State::Channel, State::Io];
    let waits = waits.map(of).into_iter().sum::<Ns>();
    let slept = of(State::Sleep);
    let share = |t: Ns| percent(t.share_of(all));
    let brief = all.share_of(until) < 0.01;
    let queued = of(State::Queued);
    if brief {
        String::new()
    } else if queued.0 * 2 > all.0 {
        format!("{} {}", Label::StateQueued.text(), share(queued))
    } else if slept > waits && slept > of(State::Running) {
        format!("sleeps {}", share(slept))
    } else if waits.share_of(all) >= 0.1 {
        format!("waits {}", share(waits))
    } else {
        String::new()
    }
}

fn both(doing: String, end: String, room: u16) -> String {
    match (doing.is_empty(), end.is_empty()) {
        (true, _) => end,
        (false, true) => doing,
        (false, false) if room >= 20 => format!("{end} {doing}"),
        (false, false) => doing,
    }
}
