//! The lanes of locks: who held them, how many waited meanwhile, who asked, and how they were let go of.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::sharing::REFUSED;
use super::theme::{Look, Role};
use super::{lane, paint, turns};
use crate::app::{App, Run};
use crate::model::ModelKind;
use crate::scene::{Holder, LockLane, Scene, level};
use crate::state::State;
use crate::text::{self, Label, percent};

/// Marks stand only where there are on average this many columns for each.
const APART: u64 = 3;

/// How a lock was asked for and let go of, as symbols.
pub struct Symbols {
    /// The holder let go because it was asked.
    pub forced: char,
    /// The holder let go by itself.
    pub voluntary: char,
    /// A waiter asked.
    pub asked: char,
    /// A waiter had waited for a whole interval, and did not ask.
    pub timeout: char,
}

impl Symbols {
    /// The symbols for `look`.
    pub fn of(look: Look) -> Symbols {
        if look.ascii {
            Symbols { forced: '>', voluntary: ')', asked: '^', timeout: '\'' }
        } else {
            Symbols { forced: '▸', voluntary: '▹', asked: '↑', timeout: '·' }
        }
    }
}

/// Whether `lane` is the global lock's.
fn is_global(lane: &LockLane) -> bool {
    lane.lock.name_index().is_none()
}

/// The locks of `run` that can have a lane, in their order. Under processes each process has a global lock of its own,
/// and none of these has a lane.
fn shown<'a>(run: &Run, scene: &'a Scene) -> impl Iterator<Item = &'a LockLane> + use<'a> {
    let many = run.model.kind == ModelKind::Processes;
    scene.locks.iter().filter(move |lane| !(many && is_global(lane)))
}

/// The row of the lane of each lock that has one, and the lane.
pub fn rows<'a>(run: &Run, scene: &'a Scene, layout: &Layout) -> Vec<(u16, &'a LockLane)> {
    if run.model.kind == ModelKind::Async {
        return Vec::new();
    }
    let rows = layout.special.into_iter().chain(layout.locks.iter().copied());
    rows.zip(shown(run, scene)).collect()
}

/// The lanes of all locks for which there is room; below the first, how many waited for it.
pub fn draw(app: &App, run: &Run, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let rows = rows(run, scene, layout);
    for (place, (y, lane)) in rows.iter().enumerate() {
        turns::draw_holders(buffer, look, layout.plot.0, *y, &lane.cells);
        mark_refusals(lane, look, layout, *y, buffer);
        name(run, lane, look, layout, *y, buffer);
        let waiters = layout.ready.filter(|_| place == 0);
        if is_global(lane) {
            mark_releases(lane, look, layout, *y, buffer);
        }
        figures(run, lane, (*y, waiters), look, layout, buffer);
        if let Some(y) = waiters {
            draw_waiters(app, run, lane, look, layout, y, buffer);
        }
    }
    if let (true, Some(y)) = (rows.is_empty() && run.model.lock.is_on(), layout.special) {
        let label = if layout.is_narrow() { Label::GilShort } else { Label::GilHeld };
        paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, label.text(), look.fg(Role::Text));
    }
}

/// What a lock is called.
fn name(run: &Run, lane: &LockLane, look: Look, layout: &Layout, y: u16, buffer: &mut Buffer) {
    let room = layout.plot.0 - layout.area.x - 2;
    let own = lane.lock.name_index().and_then(|n| run.trace().lock_names.get(n));
    let text = match own {
        None if layout.is_narrow() => Label::GilShort.text().to_owned(),
        None => Label::GilHeld.text().to_owned(),
        Some(name) => {
            let long = format!("{} {name}", Label::Lock.text());
            if paint::width(&long) <= room { long } else { paint::shorten(name, room) }
        }
    };
    paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, &text, look.fg(Role::Text));
}

/// What stands to the right of a lock's lane, and of the row below it where there is one.
fn figures(
    run: &Run,
    lane: &LockLane,
    (y, below): (u16, Option<u16>),
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let room = layout.area.right() - layout.right;
    let rate = format!("{:.0} {}", lane.rate(), Label::TurnsASecond.text());
    let mut put = |y: u16, texts: &[String]| {
        let text = texts.iter().find(|t| paint::width(t) <= room).or(texts.last());
        paint::put(buffer, layout.right, y, layout.area.right(), text.map_or("", String::as_str), look.fg(Role::Dim));
    };
    let figures = &lane.figures;
    if !is_global(lane) {
        let held = format!("{} {}", Label::Held.text(), percent(figures.held.share_of(lane.visible)));
        put(y, &[format!("{held}, {rate}"), held]);
        let waited = format!("{} {}", Label::Waited.text(), figures.waited);
        below.into_iter().for_each(|y| put(y, &[format!("{waited} {}", Label::InAll.text()), waited.clone()]));
        return;
    }
    if figures.hand_overs > 0 {
        let mut every = rate.clone();
        if let Some(length) = run.model.lock.turn_length() {
            every += &format!(", {} {}", Label::Every.text(), text::turn_length(length));
        }
        put(y, &[every, rate]);
    }
    let symbols = Symbols::of(look);
    let (forced, own) = (figures.forced, figures.voluntary);
    let short = format!("{} {forced}  {} {own}", symbols.forced, symbols.voluntary);
    let asked = if run.model.lock.is_legacy() { Label::AtACheck } else { Label::WhenAsked }.text();
    let by_itself = Label::ByItself.text();
    let long = format!("{} {forced} {asked}  {} {own} {by_itself}", symbols.forced, symbols.voluntary);
    if forced + own > 0 {
        below.into_iter().for_each(|y| put(y, &[long.clone(), short.clone()]));
    }
}

/// Whether there are too many `marks` for the columns that are drawn.
fn is_dense(marks: u64, lane: &LockLane) -> bool {
    let drawn = lane.cells.iter().filter(|c| c.share > 0.0).count() as u64;
    marks * APART > drawn
}

/// Marks where tasks tried to take the lock and found it taken.
fn mark_refusals(lane: &LockLane, look: Look, layout: &Layout, y: u16, buffer: &mut Buffer) {
    let count = lane.marks.iter().filter(|marks| marks.refused > 0).count() as u64;
    if is_dense(count, lane) {
        return;
    }
    for (x, _) in (layout.plot.0..).zip(&lane.marks).filter(|(_, marks)| marks.refused > 0) {
        let style = buffer.cell((x, y)).map(ratatui::buffer::Cell::style).unwrap_or_default();
        paint::cell(buffer, x, y, REFUSED[usize::from(look.ascii)], style.add_modifier(Modifier::BOLD));
    }
}

/// Marks the end of each turn that fills two or more cells: whether the holder was asked, or let go by itself.
fn mark_releases(lane: &LockLane, look: Look, layout: &Layout, y: u16, buffer: &mut Buffer) {
    if is_dense(lane.figures.forced + lane.figures.voluntary, lane) {
        return;
    }
    let symbols = Symbols::of(look);
    let whole = |index: usize| match lane.cells.get(index).map(|c| c.halves) {
        Some([Holder::Task(l), Holder::Task(r)]) if l == r => Some(l),
        _ => None,
    };
    for index in 1..lane.cells.len() {
        let Some(task) = whole(index) else { continue };
        if whole(index - 1) != Some(task) || whole(index + 1) == Some(task) {
            continue;
        }
        // A turn's end lies in the last cell that is wholly its own, or in the one after.
        let ends = lane.marks[index..].iter().take(2).find(|m| m.forced + m.voluntary > 0);
        let symbol = match ends {
            None => continue,
            Some(end) if end.forced == 0 => symbols.voluntary,
            Some(_) => symbols.forced,
        };
        let style = look.field(Role::Task(task)).add_modifier(Modifier::BOLD);
        paint::cell(buffer, layout.plot.0 + index as u16, y, symbol, style);
    }
}

/// How many tasks wait, as height: full where all that can wait do, all but the holder. Where there is room between the
/// marks, they say who asked and who timed out.
fn draw_waiters(app: &App, run: &Run, lane: &LockLane, look: Look, layout: &Layout, y: u16, buffer: &mut Buffer) {
    let state = if is_global(lane) { State::Gil } else { State::Lock };
    let role = Role::State(state);
    paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, Label::Waiters.text(), look.fg(Role::Dim));
    let able = run.trace().tasks.len().min(run.workers().into());
    let others = (able.max(2) - 1) as f64;
    let symbols = Symbols::of(look);
    let asked = !is_dense(lane.figures.drop_requests, lane);
    let timeouts = !is_dense(lane.figures.drop_requests + lane.figures.timeouts, lane);
    let grid = app.grid(layout.columns());
    for (index, (waiting, marks)) in (0u16..).zip(lane.waiting.iter().zip(&lane.marks)) {
        let x = layout.plot.0 + index;
        // The column of the present is not over yet.
        let past = app.until().min(grid.column(index).to) - grid.column(index).from;
        let now = waiting / past.share_of(grid.cell).max(f64::MIN_POSITIVE);
        let height = if *waiting > 0.0 { level(now / others, 8).max(1) } else { 0 };
        if height > 0 {
            paint::cell(buffer, x, y, lane::eighths(look, height), look.fg(role));
        }
        let symbol = match () {
            () if asked && marks.asked > 0 => symbols.asked,
            () if timeouts && marks.timeouts > 0 => symbols.timeout,
            () => continue,
        };
        let style = if height >= 4 { look.field(role) } else { look.fg(Role::Text) };
        paint::cell(buffer, x, y, symbol, style.add_modifier(Modifier::BOLD));
    }
}
