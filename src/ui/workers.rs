//! The view of the workers: a lane for each, which says whose task it had. Work stands tall in the task's colour, a wait
//! that keeps the worker lies low in its state's, and a thin line is a worker without a task.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;
use smallvec::smallvec;

use super::layout::Layout;
use super::theme::{Look, Role};
use super::whose::{self, Layers, Shown, ShownHalf};
use super::{lane, paint, stack, timeline};
use crate::app::{App, Run};
use crate::palette::STACK;
use crate::scene::{Doing, HelperLane, WorkerCell, WorkerLane, WorkerRow, Workers, task_of, tasks_of};
use crate::state::{Outcome, State};
use crate::text::{self, Label, percent};
use crate::trace::StateSums;
use crate::units::{Ns, TaskId};

/// The most rows a lane is high.
const HIGHEST: u16 = 6;

/// Where the lanes stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Places {
    /// Which of the rows of workers have a lane.
    shown: Range<usize>,
    /// The first row of the first lane.
    top: u16,
    /// Rows of a lane.
    rows: u16,
    /// Rows from one lane to the next.
    pitch: u16,
    /// The row that says how many have no lane.
    rest: Option<u16>,
}

impl Places {
    /// Where `count` lanes stand in `rows` rows from `top` on; the one at `chosen` is among those that do.
    fn of((top, rows): (u16, u16), count: usize, chosen: Option<usize>) -> Places {
        let each = rows / (count.max(1) as u16);
        if count <= usize::from(rows) {
            // A free row follows each lane where that leaves it two.
            let gap = u16::from(each >= 3);
            let high = (each.max(1) - gap).min(HIGHEST);
            return Places { shown: 0..count, top, rows: high, pitch: high + gap, rest: None };
        }
        let room = usize::from(rows.saturating_sub(1)).max(1);
        let from = chosen.map_or(0, |at| at.saturating_sub(room / 2)).min(count - room);
        let rest = (rows > 1).then_some(top + rows - 1);
        Places { shown: from..from + room, top, rows: 1, pitch: 1, rest }
    }

    fn y(&self, index: usize) -> u16 {
        self.top + (index - self.shown.start) as u16 * self.pitch
    }
}

/// The rows of workers and where they stand.
fn placed(app: &App, run: &Run, layout: &Layout) -> Option<(Vec<WorkerRow>, Places)> {
    let rows = run.worker_rows();
    let chosen = app.selected_worker().and_then(|who| rows.iter().position(|row| *row == WorkerRow::Worker(who)));
    let places = Places::of(layout.pane?, rows.len(), chosen);
    Some((rows, places))
}

/// Draws the view.
pub fn draw(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some(run) = app.run() else { return };
    let Some((rows, places)) = placed(app, run, layout) else { return };
    let Some(scene) = app.workers_scene(layout.columns(), &rows[places.shown.clone()]) else { return };
    let touches = places.pitch == places.rows;
    for (place, row) in rows.iter().enumerate().take(places.shown.end).skip(places.shown.start) {
        let y = places.y(place);
        draw_name(app, run, *row, (y, places.rows), look, layout, buffer);
        match row {
            WorkerRow::Worker(who) => {
                let Some(shown) = scene.lanes.iter().find(|lane| lane.worker == *who) else { continue };
                let whole = app.grid(layout.columns()).cell;
                let cells: Vec<Shown> =
                    shown.cells.iter().map(|cell| cell_of(look, (whole, places.rows), cell)).collect();
                draw_idle(shown, whole, (y, places.rows), look, layout, buffer);
                whose::draw(buffer, look, (layout.plot.0, y), places.rows, (&cells, touches));
                draw_figures(app, run, shown, (y, places.rows), look, layout, buffer);
                if let Some(at) = app.focus.instant().filter(|_| app.selected_worker() == Some(*who)) {
                    let grid = app.grid(layout.columns());
                    timeline::mark_selected(app, &grid, at, (y, places.rows), look, layout, buffer);
                }
            }
            WorkerRow::Helpers => {
                let Some(helpers) = &scene.helpers else { continue };
                draw_helpers(helpers, (y, places.rows), touches, look, layout, buffer);
            }
        }
    }
    if let Some(y) = places.rest {
        let hidden = rows.len() - places.shown.len();
        let text = text::workers::more(hidden, places.shown.start);
        paint::put(buffer, layout.area.x + 1, y, layout.area.right(), &text, look.fg(Role::Dim));
    }
    let bottom = places.shown.end.checked_sub(1).map_or(places.top, |last| places.y(last) + places.rows);
    timeline::draw_gaps(&scene.gaps, (places.top, bottom), look, layout, buffer);
    draw_legend(&scene, look, layout, buffer);
}

/// A column, which stands for `whole`, as it is drawn in so many `rows`. Without colours only work is told by height.
fn cell_of(look: Look, (whole, rows): (Ns, u16), cell: &WorkerCell) -> Shown {
    if let Some(halves) = cell.halves {
        let task = match halves {
            [Doing::Work(left), Doing::Work(right)] if left == right => Some(left),
            _ => None,
        };
        return Shown { halves: Some(halves.map(|doing| half(look, doing))), task, layers: Layers::new() };
    }
    let share = |state: State| cell.states[state as usize].share_of(whole);
    let work = cell.whose.map_or(Role::State(State::Running), Role::Task);
    let mut layers: Layers = smallvec![(work, share(State::Running))];
    let waits = STACK.into_iter().filter(|state| *state != State::Running);
    if !look.is_mono() && !look.ascii {
        // Work has its share of the whole height, and waits upon it theirs of half; in one row that would be a third
        // colour with the ground, and a row has two.
        let part = if rows == 1 && cell.running() > Ns::ZERO { 1.0 } else { 0.5 };
        layers.extend(waits.map(|state| (Role::of(state, true), share(state) * part)));
    } else if cell.running() == Ns::ZERO {
        layers.extend(waits.max_by_key(|s| cell.states[*s as usize]).map(|s| (Role::of(s, true), share(s) * 0.5)));
    }
    layers.retain(|(_, share)| *share > 0.0);
    Shown { task: cell.whose, layers, ..Shown::default() }
}

fn half(look: Look, doing: Doing) -> Option<ShownHalf> {
    match doing {
        Doing::Absent | Doing::Idle => None,
        Doing::Work(task) => Some(ShownHalf::tall(Role::Task(task))),
        Doing::Wait(state, _) => {
            let role = Role::of(state, true);
            let sign = Some(lane::symbol(look, state, true)).filter(|sign| !stack::EIGHTHS.contains(sign));
            Some(ShownHalf { sign, ..ShownHalf::low(role) })
        }
    }
}

/// A thin line where a worker is there and has no task, mostly.
fn draw_idle(lane: &WorkerLane, whole: Ns, (y, rows): (u16, u16), look: Look, layout: &Layout, buffer: &mut Buffer) {
    for (x, cell) in (layout.plot.0..).zip(&lane.cells) {
        let busy: Ns = cell.states.iter().copied().sum();
        if cell.halves.map_or(busy.0 * 2 < whole.0, |halves| halves == [Doing::Idle; 2]) {
            paint::cell(buffer, x, y + rows - 1, idle(look), look.fg(Role::Faint));
        }
    }
}

fn idle(look: Look) -> char {
    if look.ascii { '_' } else { '▁' }
}

fn draw_name(
    app: &App,
    run: &Run,
    row: WorkerRow,
    (y, rows): (u16, u16),
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let (x, end) = (layout.area.x + 1, layout.plot.0 - 1);
    let chosen = matches!(row, WorkerRow::Worker(who) if app.selected_worker() == Some(who));
    let pointer = if chosen { if look.ascii { ">" } else { "›" } } else { "" };
    let room = (end - x).saturating_sub(paint::width(pointer));
    let [long, short] = run.worker_names(row);
    let name = if paint::width(&long) <= room { long } else { paint::shorten(&short, room) };
    let style = if chosen { look.fg(Role::Accent).add_modifier(Modifier::BOLD) } else { look.fg(Role::Text) };
    let named = y + (rows - 1) / 2;
    let after = paint::put(buffer, x, named, end, &format!("{pointer}{name}"), style);
    let Some(id) = identity(run, row) else { return };
    let width = paint::width(&id);
    let dim = look.fg(Role::Dim);
    if after + 2 + width <= end {
        paint::put(buffer, after + 2, named, end, &id, dim);
    } else if named + 1 < y + rows && x + width <= end {
        paint::put(buffer, x, named + 1, end, &id, dim);
    }
}

/// What the system calls a worker: its process where each has one, else its thread; nothing while that is not known.
fn identity(run: &Run, row: WorkerRow) -> Option<String> {
    let WorkerRow::Worker(who) = row else { return None };
    let worker = run.trace().workers.get(who.index())?;
    let apart = worker.pid != run.trace().pid;
    let known = |number: u32| Some(number).filter(|number| *number > 0);
    if apart { known(worker.pid).map(text::workers::pid) } else { known(worker.tid).map(text::workers::tid) }
}

/// What stands to the right of a lane: how many tasks the worker had and for how long it computed, or that it is gone;
/// below that, where there is a row for it, which tasks they were.
fn draw_figures(
    app: &App,
    run: &Run,
    lane: &WorkerLane,
    (y, rows): (u16, u16),
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let (x, end) = (layout.right, layout.area.right());
    let worker = run.trace().workers.get(lane.worker.index());
    let ended = worker.and_then(|w| w.ended).filter(|(at, ..)| *at <= app.until());
    let running = lane.states[State::Running as usize].share_of(lane.there);
    let figures = match ended {
        Some((_, Outcome::Killed, signal)) => text::screen::killed(signal),
        Some((_, Outcome::Failed, _)) => Label::Failed.text().to_owned(),
        _ if lane.tasks.is_empty() => Label::NoTask.text().to_owned(),
        _ => text::workers::did(lane.tasks.len(), running),
    };
    let named = y + (rows - 1) / 2;
    paint::put(buffer, x, named, end, &figures, look.fg(Role::Text));
    if named + 1 < y + rows {
        draw_tasks(&lane.tasks, (x, named + 1, end), look, buffer);
    }
}

/// The numbers of tasks, each after its swatch; how many more there are, where not all have room.
fn draw_tasks(tasks: &[TaskId], (mut x, y, end): (u16, u16, u16), look: Look, buffer: &mut Buffer) {
    let swatch = if look.ascii { '|' } else { '▌' };
    for (place, task) in tasks.iter().enumerate() {
        let text = (task.0 + 1).to_string();
        let left = tasks.len() - place - 1;
        let more = if left > 0 { text::workers::and_more(left) } else { String::new() };
        let next = x + 1 + paint::width(&text) + 1;
        // A task is named only where the number of those left out has room behind it.
        if next + paint::width(&more) > end + u16::from(left == 0) {
            let rest = text::workers::and_more(left + 1);
            paint::put(buffer, x, y, end, &rest, look.fg(Role::Dim));
            return;
        }
        paint::cell(buffer, x, y, swatch, look.fg(Role::Task(*task)));
        paint::put(buffer, x + 1, y, end, &text, look.fg(Role::Dim));
        x = next;
    }
}

/// How many cores helpers had: the height is the share of one core.
fn draw_helpers(
    helpers: &HelperLane,
    (y, rows): (u16, u16),
    touches: bool,
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let levels = u32::from(rows) * 8;
    for (x, share) in (layout.plot.0..).zip(&helpers.cells) {
        if let Some(share) = share {
            let shown = stack::layers(&[(Role::Dim, share.min(1.0))], levels);
            stack::draw(buffer, look, (x, y), rows, &shown, touches);
        } else {
            let unknown = if look.ascii { '?' } else { '┈' };
            paint::cell(buffer, x, y + rows - 1, unknown, look.fg(Role::Faint));
        }
    }
    let used = format!("{} {}", Label::Used.text(), percent(helpers.mean));
    paint::put(buffer, layout.right, y + (rows - 1) / 2, layout.area.right(), &used, look.fg(Role::Dim));
}

/// The legend: what the workers did with the visible time in which they were there.
fn draw_legend(scene: &Workers, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some(y) = layout.legend else { return };
    let mut states = StateSums::default();
    let mut there = Ns::ZERO;
    for lane in &scene.lanes {
        states.iter_mut().zip(lane.states).for_each(|(sum, time)| *sum += time);
        there += lane.there;
    }
    let busy: Ns = states.iter().copied().sum();
    let time = |state: State| states[state as usize];
    let mut present: Vec<State> = State::ALL.into_iter().filter(|state| time(*state) > Ns::ZERO).collect();
    present.sort_by_key(|state| (*state != State::Running, std::cmp::Reverse(time(*state))));
    let tasks = scene.lanes.iter().flat_map(|lane| &lane.tasks).copied().min();
    let mut entries: Vec<(char, Role, String)> = Vec::new();
    for state in present {
        let work = tasks.filter(|_| state == State::Running).map(Role::Task);
        let role = work.unwrap_or(Role::of(state, true));
        let said = format!("{} {}", Label::of_state(state, true).text(), percent(time(state).share_of(there)));
        entries.push((lane::symbol(look, state, true), role, said));
    }
    let free = there.less(busy);
    if free > Ns::ZERO {
        let said = format!("{} {}", Label::NoTask.text(), percent(free.share_of(there)));
        entries.push((idle(look), Role::Dim, said));
    }
    let (mut x, end) = (layout.area.x + 1, layout.area.right());
    for (symbol, role, said) in entries {
        if x + 2 + paint::width(&said) > end {
            break;
        }
        paint::cell(buffer, x, y, symbol, look.fg(role));
        x = paint::put(buffer, x + 2, y, end, &said, look.fg(Role::Dim)) + 3;
    }
}

/// What is known of the selected worker, in a line.
pub fn summary(app: &App, run: &Run) -> Option<String> {
    let who = app.selected_worker()?;
    let row = WorkerRow::Worker(who);
    let [name, _] = run.worker_names(row);
    let worker = run.trace().workers.get(who.index())?;
    let tasks: Vec<u32> = tasks_of(run.trace(), who, app.until()).into_iter().map(|task| task.0 + 1).collect();
    Some(text::workers::summary(&name, worker.pid, worker.tid, &tasks))
}

/// The task that a press at row `y` of the pane means at the instant `at`: the one that the worker there had then, or
/// else the last that it had taken up.
pub fn task_at(app: &App, layout: &Layout, y: u16, at: Ns) -> Option<TaskId> {
    let run = app.run()?;
    let (rows, places) = placed(app, run, layout)?;
    let hit = |place: &usize| (places.y(*place)..places.y(*place) + places.rows).contains(&y);
    let WorkerRow::Worker(who) = rows[places.shown.clone().find(hit)?] else { return None };
    task_of(run.trace(), who, at, app.until())
}
