//! Drawing: `render(&App, Look, Rect, &mut Buffer)`. Reads the state and changes nothing; what stands where is decided
//! by [`layout::Layout`], which the mouse uses too.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::{Action, App, Message, Shown, Target, View};
use crate::model::ModelKind;
use crate::state::State;
use crate::text::{self, Label};
use crate::units::{Ns, TaskId};

mod band;
mod board;
mod compare;
mod core_lanes;
mod cores;
mod event_loop;
mod finished;
mod flags;
mod footer;
mod header;
mod honesty;
mod lane;
mod layout;
mod legend;
mod link;
mod lock;
mod messages;
mod overlay;
mod paint;
mod prompt;
mod sharing;
mod signs;
mod stack;
mod theme;
mod timeline;
mod turns;
mod utilization;
mod views;
mod waiting;
mod whose;
mod workers;

pub use layout::{LEAST, Layout};
pub use theme::{Depth, Look};

use theme::Role;

/// Draws the whole screen.
pub fn render(app: &App, look: Look, area: Rect, buffer: &mut Buffer) {
    paint::fill(buffer, area, look.ground());
    let Some(layout) = Layout::of(app, area) else {
        too_small(look, area, buffer);
        return;
    };
    header::draw(app, look, &layout, buffer);
    header::draw_tabs(app, look, &layout, buffer);
    header::draw_sentence(app, look, &layout, buffer);
    match &app.shown {
        Shown::Comparison(compare) => compare::draw(app, compare, look, area, buffer),
        Shown::Run(view) => {
            draw_view(app, *view, look, &layout, buffer);
            board::draw(app, look, &layout, buffer);
            board::draw_figures(app, look, &layout, buffer);
        }
    }
    if app.focus.detail {
        let head = app.run().filter(|_| app.shown.view() == Some(View::Workers));
        let head = head.and_then(|run| workers::summary(app, run));
        legend::draw_detail(app, head.as_deref(), look, &layout, buffer);
    }
    honesty::draw(app, look, &layout, buffer);
    prompt::draw_nobody(app, look, &layout, buffer);
    let covered = app.layer.is_some_and(|layer| overlay::area(app, layer, area).bottom() > layout.footer);
    match app.lanes.prompt() {
        Some(line) => prompt::draw(line, app.pressed, look, &layout, buffer),
        None => footer::draw(app.pressed, covered, look, &layout, buffer),
    }
    if let Some(layer) = app.layer {
        let seen = signs::seen(app, look, &layout, buffer);
        overlay::draw(app, layer, (look, &seen), area, buffer);
    }
    if let Some(pressed) = app.pressed.filter(|_| covered) {
        footer::draw_badge(pressed, look, &layout, buffer);
    }
    if look.ascii {
        to_ascii(buffer);
    }
}

/// Everything with a time axis, and the legend of it.
fn draw_view(app: &App, view: View, look: Look, layout: &Layout, buffer: &mut Buffer) {
    if app.run().is_none() {
        return;
    }
    if view.is_over_time() {
        timeline::draw_axis(app, view, look, layout, buffer);
    }
    (drawing(view).draw)(app, look, layout, buffer);
}

/// How a view is drawn, and what a press in it means.
struct Drawing {
    /// Draws its rows and its legend.
    draw: fn(&App, Look, &Layout, &mut Buffer),
    /// The task that a row of its pane belongs to at an instant; nothing where a press there means no task.
    task_at: fn(&App, &Layout, u16, Ns) -> Option<TaskId>,
}

const fn drawing(view: View) -> Drawing {
    match view {
        View::Tasks => Drawing { draw: draw_tasks, task_at: nobody },
        View::Workers => Drawing { draw: workers::draw, task_at: workers::task_at },
        View::Order => Drawing { draw: finished::draw, task_at: nobody },
        View::Cores => Drawing { draw: core_lanes::draw, task_at: core_lanes::task_at },
        View::Utilization => Drawing { draw: utilization::draw, task_at: nobody },
    }
}

fn draw_tasks(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    if let Some(scene) = app.scene(layout.columns(), &layout.rows()) {
        timeline::draw(app, &scene, look, layout, buffer);
        legend::draw(app, &scene, look, layout, buffer);
    }
}

const fn nobody(_: &App, _: &Layout, _: u16, _: Ns) -> Option<TaskId> {
    None
}

/// Replaces what texts and names hold beyond ASCII by the nearest ASCII character.
fn to_ascii(buffer: &mut Buffer) {
    for cell in buffer.content.iter_mut().filter(|c| !c.symbol().is_ascii()) {
        let mut chars = cell.symbol().chars();
        let (first, more) = (chars.next(), chars.next());
        cell.set_char(first.filter(|_| more.is_none()).map_or('?', text::to_ascii));
    }
}

fn too_small(look: Look, area: Rect, buffer: &mut Buffer) {
    let [text, need] = text::screen::too_small((area.width, area.height), LEAST);
    let y = area.y + area.height / 2;
    for (y, line) in [(y.saturating_sub(1), text), (y, need)] {
        let x = area.x + area.width.saturating_sub(paint::width(&line)) / 2;
        paint::put(buffer, x, y, area.right(), &line, look.fg(Role::Text));
    }
}

/// A model's name where there is room, its first letters where there is not.
fn kind_label(kind: ModelKind, narrow: bool) -> &'static str {
    match (kind, narrow) {
        (ModelKind::Serial, true) => "ser",
        (ModelKind::Threads, true) => "thr",
        (ModelKind::Processes, true) => "proc",
        (ModelKind::Async, true) => "async",
        (ModelKind::Serial, false) => Label::Serial.text(),
        (ModelKind::Threads, false) => Label::Threads.text(),
        (ModelKind::Processes, false) => Label::Processes.text(),
        (ModelKind::Async, false) => Label::Async.text(),
    }
}

/// The scoreboard as text, for the shell after the program has left.
pub fn scoreboard_text(app: &App) -> String {
    board::text(app)
}

/// The result in five lines, for a chat.
pub fn result_text(app: &App) -> String {
    board::result(app)
}

/// What a press of the mouse at `x`, `y` means on a screen of `area`.
pub fn hit(app: &App, area: Rect, x: u16, y: u16) -> Option<Message> {
    let layout = Layout::of(app, area)?;
    let inside = |start: u16, width: u16| x >= start && x < start + width;
    if let Some(layer) = app.layer {
        let item = overlay::item_at(app, layer, area, y);
        let within = overlay::area(app, layer, area).contains(Position { x, y });
        return match item.filter(|_| within) {
            Some(n) => Some(Message::Click(Target::Item(n))),
            None if within => None,
            None => Some(Message::Click(Target::Action(Action::Close))),
        };
    }
    let action = |action| Some(Message::Click(Target::Action(action)));
    if y == area.y + 1 {
        let tabs = header::tabs(app, &layout);
        let after = tabs.last().map_or(0, |t| t.at.0 + t.at.1);
        if let Some(tab) =
            views::tabs(app, &layout, after, header::load_room(app)).into_iter().find(|t| inside(t.at.0, t.at.1))
        {
            return Some(Message::Click(tab.target));
        }
        let tab = tabs.into_iter().find(|t| inside(t.at.0, t.at.1));
        return tab.and_then(|t| action(t.action));
    }
    if let (Shown::Comparison(compare), true) = (&app.shown, y != layout.footer) {
        let row = compare::row_at(app, compare, area, y);
        return row.map(|n| Message::Click(Target::Row(n))).or_else(|| {
            let at = compare::instant(app, area, x).filter(|_| compare::axis(app, area) == y)?;
            Some(Message::Click(Target::Moment(at)))
        });
    }
    if y == layout.axis && x < layout.plot.0 {
        return action(Action::NextView);
    }
    if y == layout.axis && app.shown.view().is_some_and(View::is_over_time) {
        return instant(app, area, x).map(|at| Message::Click(Target::Moment(at)));
    }
    if y == layout.footer && app.lanes.prompt().is_some() {
        return None;
    }
    if y == layout.footer {
        return footer::entries(&layout).into_iter().find(|f| inside(f.0, f.1)).and_then(|f| action(f.2));
    }
    if let Some(slot) = layout.lanes.iter().find(|s| y >= s.y && y < s.y + layout.lane_rows) {
        let at = at(app, &layout, x);
        let task = one_of(app, &layout.order[slot.tasks()], at)?;
        return Some(Message::Click(Target::Lane(task, at)));
    }
    if layout.band.is_some_and(|(top, rows)| y >= top && y < top + rows) {
        let at = at(app, &layout, x)?;
        return Some(Message::Click(Target::Lane(one_of(app, &layout.order, Some(at))?, Some(at))));
    }
    if layout.pane.is_some_and(|(top, rows)| y >= top && y < top + rows) {
        let at = at(app, &layout, x)?;
        let task = (drawing(app.shown.view()?).task_at)(app, &layout, y, at)?;
        return Some(Message::Click(Target::Lane(task, Some(at))));
    }
    board::row_at(app, &layout, y).map(|row| Message::Click(Target::Board(row.key)))
}

/// Which task a press on the lane of `tasks` means: the first that worked at that instant, else the first that waited,
/// else the first.
fn one_of(app: &App, tasks: &[TaskId], at: Option<Ns>) -> Option<TaskId> {
    let trace = app.run()?.trace();
    let state = |task: &&TaskId| trace.tasks.get(task.index())?.span_at(at?, app.until()).map(|s| s.state);
    let works = |task: &&TaskId| state(task) == Some(State::Running);
    let waits = |task: &&TaskId| state(task).is_some_and(State::is_in_flight);
    let found = tasks.iter().find(works).or_else(|| tasks.iter().find(waits));
    found.or(tasks.first()).copied()
}

/// The instant under column `x`, if it is on the timeline.
fn at(app: &App, layout: &Layout, x: u16) -> Option<Ns> {
    let column = x.checked_sub(layout.plot.0).filter(|c| *c < layout.plot.1)?;
    let range = app.grid(layout.columns()).column(column);
    let middle = Ns(u64::midpoint(range.from.0, range.to.0));
    (middle <= app.until()).then_some(middle)
}

/// The instant of the axis at `x` of a screen of `area`, for zooming around it.
pub fn instant(app: &App, area: Rect, x: u16) -> Option<Ns> {
    if let Shown::Comparison(_) = app.shown {
        return compare::instant(app, area, x);
    }
    let layout = Layout::of(app, area)?;
    let column = x.checked_sub(layout.plot.0).filter(|c| *c < layout.plot.1)?;
    Some(app.grid(layout.columns()).column(column).from)
}
