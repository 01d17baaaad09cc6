//! The lanes that say whose turn it is: on the lock, on the loop, on each core; and how many cores are busy.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::theme::{Look, Role};
use super::{lane, paint};
use crate::app::{App, Run};
use crate::model::ModelKind;
use crate::scene::{CoreLane, Holder, HolderCell, Scene, level};
use crate::state::State;
use crate::text::{Label, percent, turn_length};
use crate::units::{LockId, Ns, TaskId};

/// The lock's lane, or the loop's.
pub fn draw_special(app: &App, run: &Run, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
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
            let tasks = run.trace.tasks.len().max(1);
            for (x, ready) in (layout.plot.0..).zip(&turns.ready) {
                let eighths = level(f64::from(*ready) / tasks as f64, 8);
                paint::cell(buffer, x, y, lane::eighths(look, eighths), look.fg(Role::State(State::Ready)));
            }
        }
        if most > 0 {
            let room = layout.area.right() - layout.right;
            let text = Some(format!("up to {most} ready")).filter(|t| paint::width(t) <= room);
            let text = text.unwrap_or_else(|| format!("{most} ready"));
            paint::put(buffer, layout.right, layout.ready.unwrap_or(y), layout.area.right(), &text, look.fg(Role::Dim));
        }
        return;
    }
    if let Some((id, lock)) = &scene.lock {
        draw_holders(buffer, look, layout.plot.0, y, lock);
        if let Some(name) = id.name_index().and_then(|n| run.trace.lock_names.get(n)) {
            draw_named_lock((run, *id, app.until()), name, look, layout, y, buffer);
            return;
        }
    }
    if !run.model.lock.is_on() {
        return;
    }
    label(if narrow { Label::GilShort } else { Label::GilHeld }, buffer);
    if let Some(length) = run.model.lock.turn_length() {
        let asked = run.trace.locks.values().any(|l| l.forced > 0);
        let interval = turn_length(length);
        let text = match (asked, narrow || run.model.lock.is_legacy()) {
            (false, _) => String::new(),
            (true, true) => interval,
            (true, false) => format!("by turns, {interval}"),
        };
        paint::put(buffer, layout.right, y, layout.area.right(), &text, look.fg(Role::Dim));
    }
}

/// What a lock of the workload's own is called, and for how much of the time somebody had it.
fn draw_named_lock(
    (run, id, until): (&Run, LockId, Ns),
    name: &str,
    look: Look,
    layout: &Layout,
    y: u16,
    buffer: &mut Buffer,
) {
    let room = layout.plot.0 - layout.area.x - 2;
    let long = format!("{} {name}", Label::Lock.text());
    let text = if paint::width(&long) <= room { long } else { paint::shorten(name, room) };
    paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, &text, look.fg(Role::Text));
    let held = run.trace.locks.get(&id).map_or(Ns::ZERO, |l| l.held(until));
    let text = format!("{} {}", Label::Held.text(), percent(held.share_of(until)));
    paint::put(buffer, layout.right, y, layout.area.right(), &text, look.fg(Role::Dim));
}

/// Cells in the colour of whose they are. A turn of two or more whole cells carries the task's digit in its middle, so
/// that it can be told without colours.
fn draw_holders(buffer: &mut Buffer, look: Look, x: u16, y: u16, cells: &[HolderCell]) {
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
            (Holder::Many, _) | (_, Holder::Many) => {
                paint::cell(buffer, x, y, lane::eighths(look, level(cell.share, 8)), look.fg(Role::Bar));
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

/// How many cores are busy over time.
pub fn draw_busy(app: &App, run: &Run, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
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
        let busy = run.trace.busy(until);
        let all = app.cores();
        let of = if (all - all.round()).abs() < 0.05 { format!("{all:.0}") } else { format!("{all:.1}") };
        let text = format!("{busy:.1} of {of}");
        let bold = look.fg(Role::Text).add_modifier(Modifier::BOLD);
        paint::put(buffer, layout.right, y, layout.area.right(), &text, bold);
    }
}

/// A row for each core that worked; those that did nothing so far share one. Where rows are short, the last stands for
/// all that are left.
pub fn draw_cores(app: &App, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let rows = layout.cores.len();
    let idle = usize::from(!scene.idle.is_empty());
    let fits = scene.cores.len() + idle <= rows;
    let own = if fits { scene.cores.len() } else { rows.saturating_sub(1) };
    let name = |text: &str, y: u16, buffer: &mut Buffer| {
        paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, text, look.fg(Role::Dim));
    };
    for (core, y) in scene.cores.iter().take(own).zip(&layout.cores) {
        name(&format!("{} {}", Label::Core.text(), core.core), *y, buffer);
        draw_shares(buffer, look, layout.plot.0, *y, &core.cells);
        let live = app.load.cores.iter().find(|(c, _)| *c == core.core).map(|(_, share)| *share);
        let now = live.map_or_else(String::new, |l| format!(", now {}", percent(l)));
        let own = percent(core.share);
        let fits = layout.right + paint::width(&own) + paint::width(&now) <= layout.area.right();
        let text = if fits { own + &now } else { own };
        paint::put(buffer, layout.right, *y, layout.area.right(), &text, look.fg(Role::Dim));
    }
    let Some(y) = layout.cores.get(own) else { return };
    if fits && idle > 0 {
        name(&format!("{} {}", core_names(&scene.idle), Label::Idle.text()), *y, buffer);
    } else if !fits {
        let rest = &scene.cores[own..];
        let count = rest.len() + scene.idle.len();
        name(&format!("{count} {}", Label::MoreCores.text()), *y, buffer);
        draw_holders(buffer, look, layout.plot.0, *y, &together(rest, count));
        let share = rest.iter().map(|c| c.share).sum::<f64>() / count as f64;
        paint::put(buffer, layout.right, *y, layout.area.right(), &percent(share), look.fg(Role::Dim));
    }
}

/// `core 3`, `cores 2-7`, or how many they are.
fn core_names(cores: &[u16]) -> String {
    match cores {
        [one] => format!("{} {one}", Label::Core.text()),
        [first, .., last] if usize::from(last - first) + 1 == cores.len() => {
            format!("{} {first}-{last}", Label::CoresShort.text())
        }
        _ => format!("{} {}", cores.len(), Label::CoresShort.text()),
    }
}

/// Several cores as one: how much of all `count` of them was used.
fn together(lanes: &[CoreLane], count: usize) -> Vec<HolderCell> {
    let columns = lanes.first().map_or(0, |lane| lane.cells.len());
    let share = |index: usize| lanes.iter().map(|lane| lane.cells[index].share).sum::<f64>() / count as f64;
    let cell = |share: f64| HolderCell { halves: [Holder::Many; 2], share, turns: 2, longest: None };
    (0..columns).map(share).map(|s| if s > 0.0 { cell(s) } else { HolderCell::default() }).collect()
}
