//! The lanes of what tasks share beside locks with one holder. A queue is as high as it is full; a counter as high as
//! what it holds, with what it lacks upon it; a lock with permits as high as they are taken.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::paint;
use super::stack::{self, Layer};
use super::theme::{Look, Role};
use crate::app::{App, Run};
use crate::scene::{Scene, SharedColumn, SharedFigures, SharedLane};
use crate::state::State;
use crate::text;
use crate::trace::Addition;
use crate::units::TaskId;

/// Where an addition was lost.
pub const LOST: char = '×';
/// Where a try to take a lock was refused.
pub const REFUSED: [char; 2] = ['○', 'o'];

/// The sign of what is marked in `lane`.
fn mark(lane: &SharedLane, look: Look) -> char {
    match lane.figures {
        SharedFigures::Permits { .. } => REFUSED[usize::from(look.ascii)],
        SharedFigures::Queue { .. } | SharedFigures::Counter { .. } | SharedFigures::Copies(_) => LOST,
    }
}

/// In what the lower and the upper part of its area are drawn.
const fn roles(figures: &SharedFigures) -> [Role; 2] {
    match figures {
        SharedFigures::Queue { .. } => [Role::State(State::Channel), Role::Behind(State::Channel)],
        SharedFigures::Counter { .. } => [Role::Bar, Role::Alarm],
        SharedFigures::Copies(_) => [Role::Bar, Role::Bar],
        SharedFigures::Permits { .. } => [Role::Bar, Role::Faint],
    }
}

/// All lanes for which there is room, and how the first addition was lost.
pub fn draw(app: &App, run: &Run, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let grid = app.grid(layout.columns());
    let chosen = app.focus.instant().filter(|at| grid.range().contains(*at)).and_then(|at| grid.place(at));
    for ((top, rows), lane) in layout.shared.iter().zip(&scene.shared) {
        draw_lane(lane, (*top, *rows), chosen.map(|column| column as u16), look, layout, buffer);
    }
    let first = scene.shared.iter().find_map(|lane| match &lane.figures {
        SharedFigures::Counter { first, .. } => *first,
        SharedFigures::Queue { .. } | SharedFigures::Copies(_) | SharedFigures::Permits { .. } => None,
    });
    if let (Some(y), Some(first)) = (layout.first_loss, first) {
        draw_first(run, first, look, layout, y + 1, buffer);
    }
}

fn draw_lane(
    lane: &SharedLane,
    (top, rows): (u16, u16),
    chosen: Option<u16>,
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    // Where something was lost or refused, the lowest row has the marks.
    let marked = lane.marks.iter().any(|count| *count > 0);
    let high = if marked && rows > 1 { rows - 1 } else { rows };
    let [low_role, high_role] = roles(&lane.figures);
    for (x, column) in (layout.plot.0..).zip(&lane.columns) {
        let Some(SharedColumn { low, high: most }) = *column else { continue };
        let shares = [(low_role, low), (high_role, most - low)];
        let layers = stack::layers(&shares, u32::from(high) * 8);
        if high_role == Role::Alarm && most > low {
            draw_lacking(buffer, look, (x, top), high, &layers);
        } else {
            stack::draw(buffer, look, (x, top), high, &layers, true);
        }
    }
    let named = top + high - 1;
    let end = layout.plot.0 - 1;
    let room = end.saturating_sub(layout.area.x + 1);
    paint::put(buffer, layout.area.x + 1, named, end, &paint::shorten(&lane.name, room), look.fg(Role::Text));
    if marked {
        draw_marks(lane, (top + rows - 1, rows == 1), chosen, look, layout, buffer);
    }
    let above = (rows > 1).then(|| named.saturating_sub(1).max(top)).filter(|y| *y != named);
    let places = [named, above.unwrap_or(top + rows - 1)];
    figures(lane, if rows > 1 { &places } else { &places[..1] }, look, layout, buffer);
}

/// A column of what a counter holds, with what it lacks upon it. A cell has two colours only: where it holds some of both
/// and ground as well, what is lacking always shows, and takes the place of whichever of the others is less.
fn draw_lacking(buffer: &mut Buffer, look: Look, (x, top): (u16, u16), rows: u16, layers: &[Layer]) {
    let to = |role: Role| layers.iter().find(|layer| layer.role == role).map(|layer| layer.to);
    let (holds, lacks) = (to(Role::Bar).unwrap_or(0), to(Role::Alarm));
    // What is lost counts, however little it is.
    let lacks = lacks.unwrap_or(holds + 1);
    for row in 0..rows {
        let from = u32::from(rows - 1 - row) * 8;
        let room = if row == 0 { 7 } else { 8 };
        let part = |to: u32| to.saturating_sub(from).min(room);
        let (grey, all) = (part(holds), part(lacks));
        let mut put = |to: u32, role: Role, behind: Option<Role>| {
            let style = behind.map_or(look.fg(role), |behind| look.on(role, behind));
            paint::cell(buffer, x, top + row, stack::eighths(look, to), style);
        };
        match () {
            () if all == 0 => {}
            () if look.is_plain() || grey == 0 || all == grey => {
                put(all, if grey == all { Role::Bar } else { Role::Alarm }, None);
            }
            () if all == room => put(grey, Role::Bar, Some(Role::Alarm)),
            () if grey >= room - all => put(grey, Role::Bar, Some(Role::Alarm)),
            () => put(all, Role::Alarm, None),
        }
    }
}

/// A mark in each column in which something was lost or refused; the one in the `chosen` column stands out.
fn draw_marks(
    lane: &SharedLane,
    (y, over): (u16, bool),
    chosen: Option<u16>,
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let symbol = mark(lane, look);
    let role = if symbol == LOST { Role::Alarm } else { Role::Text };
    let [ground, _] = roles(&lane.figures);
    for (x, _) in (layout.plot.0..).zip(&lane.marks).filter(|(_, count)| **count > 0) {
        let filled = over && buffer.cell((x, y)).is_some_and(|cell| cell.symbol() == "▇" || cell.symbol() == "█");
        let style = match () {
            () if chosen == Some(x - layout.plot.0) => look.field(role),
            () if filled => look.on(role, ground),
            () => look.fg(role),
        };
        paint::cell(buffer, x, y, symbol, style.add_modifier(Modifier::BOLD));
    }
}

/// What stands to the right of a lane: the main figure in the first of `rows`, what else there is to say in the second.
fn figures(lane: &SharedLane, rows: &[u16], look: Look, layout: &Layout, buffer: &mut Buffer) {
    let room = layout.area.right() - layout.right;
    let mut put = |row: usize, texts: &[String], role: Role| {
        let text = texts.iter().find(|text| paint::width(text) <= room);
        if let (Some(y), Some(text)) = (rows.get(row), text) {
            paint::put(buffer, layout.right, *y, layout.area.right(), text, look.fg(role));
        }
    };
    match &lane.figures {
        SharedFigures::Queue { mean, room, waiting } => {
            put(0, &[text::shared::of(*mean, u64::from(*room))], Role::Dim);
            let [for_room, for_message] = *waiting;
            if for_room.max(for_message) >= SELDOM {
                put(1, &text::shared::at_queue(for_room, for_message), Role::Dim);
            }
        }
        SharedFigures::Counter { value, expected, .. } if value == expected => {
            put(0, &text::shared::exact(*value), Role::Dim);
        }
        SharedFigures::Counter { value, expected, .. } => {
            if rows.len() > 1 {
                put(0, &[text::shared::is(*value)], Role::Text);
                put(1, &[text::shared::should_be(*expected)], Role::Alarm);
            } else {
                put(0, &[text::shared::value_of(*value, *expected)], Role::Alarm);
            }
        }
        SharedFigures::Copies(values) => {
            let [count, values] = text::shared::copies(values);
            put(0, &values, Role::Dim);
            put(1, &count, Role::Dim);
        }
        SharedFigures::Permits { mean, limit, waiting, refused } => {
            put(0, &[text::shared::of(*mean, u64::from(*limit))], Role::Dim);
            if *refused > 0 {
                put(1, &text::shared::refused(*refused), Role::Text);
            } else if *waiting >= SELDOM {
                put(1, &[text::shared::wait(*waiting)], Role::Dim);
            }
        }
    }
}

/// With less, nobody waits worth a word.
const SELDOM: f64 = 0.05;

/// How the first addition was lost: two lines, each with the load and the store of one task, from left to right as they
/// happened.
fn draw_first(
    run: &Run,
    (by, other): (Addition, Option<Addition>),
    look: Look,
    layout: &Layout,
    y: u16,
    buffer: &mut Buffer,
) {
    let name = |task: TaskId| {
        let name = run.trace().names.get(task.index()).map_or("", |name| name.name.as_str());
        paint::shorten(name, NAME)
    };
    let (x, end) = (layout.plot.0, layout.area.right());
    let [first, at] = text::shared::first_loss(by.at);
    let label = layout.plot.0 - 1;
    paint::put(buffer, layout.area.x + 1, y, label, &first, look.fg(Role::Dim));
    paint::put(buffer, layout.area.x + 1, y + 1, label, &at, look.fg(Role::Dim));
    let steps = |addition: &Addition| text::shared::steps(addition.loaded(), addition.value);
    let dots = if look.ascii { '.' } else { '·' };
    let mut line = |y: u16, addition: &Addition, (before, between): (u16, u16), after: &str| {
        let own = look.fg(Role::Task(addition.task));
        let next = paint::put(buffer, x, y, end, &name(addition.task), own);
        let [load, store] = steps(addition);
        let from = next.max(x + NAME) + 1 + before;
        let next = paint::put(buffer, from, y, end, &load, own) + 1;
        let next = paint::put(buffer, next, y, end, &dots.to_string().repeat(between.into()), look.fg(Role::Faint)) + 1;
        let next = paint::put(buffer, next, y, end, &store, own);
        paint::put(buffer, next + 2, y, end, after, look.fg(Role::Alarm));
    };
    let arrow = if look.ascii { "<" } else { "◂" };
    let gone = format!("{arrow} {}", text::shared::overwrites(by.lost()));
    match other {
        Some(other) => {
            // Whoever loaded first stands further to the left, and so does the store that came first.
            let late = |a: &Addition, b: &Addition| if a.loaded_at() > b.loaded_at() { SHIFT } else { 0 };
            let (first, second) = (late(&other, &by), late(&by, &other));
            let width = |a: &Addition| paint::width(&steps(a)[0]);
            let first_ends = first + width(&other) + DOTS;
            let dots = (first_ends + SHIFT).saturating_sub(second + width(&by)).max(DOTS);
            line(y, &other, (first, DOTS), "");
            line(y + 1, &by, (second, dots), &gone);
        }
        None => line(y, &by, (0, DOTS), &gone),
    }
}

/// Columns for the name of a task, for what comes later, and for the time between load and store.
const NAME: u16 = 14;
const SHIFT: u16 = 4;
const DOTS: u16 = 6;
