//! The locks: whose turn it was with each of them, how many waited, and how often it changed hands.

use super::Options;
use super::list::{Anchor, Fill, width_of};
use super::page::{Below, Entry, Inside, LaneRow, NAME, Page, SMALL, room_for, room_for_scale};
use super::shares::{ShareStyle, Shares};
use super::tasks::{heights, until};
use super::usage::columns;
use super::whose::{task_entries, task_kinds};
use crate::palette::{Role, TASK_COLORS};
use crate::state::State;
use crate::text::{Label, picture as text};
use crate::trace::{LockTrack, Trace};
use crate::units::{LockId, Ns};

/// The most locks that have a lane.
const MOST: usize = 8;
/// Height, in pixels, of the strip that says how many tasks wait.
const WAITERS: f64 = 40.0;

/// The locks that were taken: the global ones, then those of the workload's own, by the time tasks waited for them.
fn shown(trace: &Trace) -> Vec<(LockId, &LockTrack)> {
    let mut taken: Vec<_> = trace.locks.iter().filter(|(_, l)| !l.is_empty()).map(|(id, l)| (*id, l)).collect();
    let waited = |lock: &LockTrack| lock.figures(trace.latest()).waited;
    taken.sort_by_cached_key(|(id, lock)| (id.name_index().is_some(), std::cmp::Reverse(waited(lock)), *id));
    taken.truncate(MOST);
    taken
}

fn name(trace: &Trace, id: LockId, alone: bool) -> String {
    match id.name_index() {
        Some(index) => trace.lock_names.get(index).cloned().unwrap_or_else(|| Label::Lock.text().to_owned()),
        None => text::global_lock((!alone).then_some(id.index())),
    }
}

/// How many of `locks` are global ones.
fn globals(locks: &[(LockId, &LockTrack)]) -> usize {
    locks.iter().filter(|(id, _)| id.name_index().is_none()).count()
}

pub(super) fn room(trace: &Trace, options: &Options) -> (f64, f64) {
    let locks = shown(trace);
    let alone = globals(&locks) == 1;
    let names: Vec<String> = locks.iter().map(|(id, _)| name(trace, *id, alone)).collect();
    let scale = room_for_scale(Label::Waiters.text(), trace.tasks.len() as u32);
    let window = until(trace, options);
    let counted = |lock: &LockTrack| text::hand_overs(lock.hand_overs(window));
    let margin = locks.iter().map(|(_, l)| width_of(&counted(l), SMALL)).fold(0.0, f64::max);
    (room_for(names.iter().map(String::as_str)).max(scale), margin)
}

pub(super) fn lanes(page: &mut Page, trace: &Trace, _: &Options, more: f64) -> Below {
    let locks = shown(trace);
    let globals = globals(&locks);
    let (height, gap) = heights(locks.len(), more);
    let named = locks.len() - globals;
    let mut sums = vec![Ns::ZERO; TASK_COLORS];
    let mut waited = false;
    for (id, lock) in &locks {
        let name = name(trace, *id, globals == 1);
        let mut shares = Shares::new(&page.grid, TASK_COLORS);
        let mut labels = Vec::new();
        let least = page.grid.cell.times(20, 1);
        for hold in lock.holds(page.window) {
            shares.add(&page.grid, hold.range, hold.task.index() % TASK_COLORS);
            if hold.range.len() >= least {
                let fill = Fill::Solid(Role::Task(hold.task).into());
                labels.push(Inside { range: hold.range, text: (hold.task.0 + 1).to_string(), part: 1.0, fill });
            }
        }
        sums.iter_mut().zip(shares.sums()).for_each(|(sum, time)| *sum += time);
        let figures = (lock.hand_overs(page.window.to), lock.hand_overs(page.window.from));
        let right = Some((text::hand_overs(figures.0.saturating_sub(figures.1)), Role::Dim.into()));
        let row = LaneRow::new(name, shares, task_kinds(), page.grid.cell, height);
        page.row(LaneRow { right, labels, gap: 8.0, ..row });
        // Where all tasks that wait for a lock of its kind wait for this one, waits that still go on are known too.
        let state = match id.name_index() {
            None => (globals == 1).then_some(State::Gil),
            Some(_) => (named == 1).then_some(State::Lock),
        };
        waited |= waiting(trace, page, (*id, lock), state, gap);
    }
    if locks.is_empty() {
        let at = (page.left + 16.0, page.y + 36.0);
        page.put(at, Anchor::Start, NAME, Role::Dim, text::no_lock());
        page.y += 60.0;
    }
    let mut entries = if locks.is_empty() { Vec::new() } else { task_entries(trace, &sums) };
    if waited {
        let fill = Fill::Solid(Role::State(if globals > 0 { State::Gil } else { State::Lock }).into());
        let (text, share) = (Label::Waiters.text().to_owned(), String::new());
        entries.push(Entry { fill, tall: true, letter: None, text, share });
    }
    let said =
        |(id, lock): &(LockId, &LockTrack)| account(trace, *id, lock, globals == 1, page.window.from, page.window.to);
    let mut notes: Vec<String> = locks.iter().map(said).collect();
    let taken = trace.locks.values().filter(|lock| !lock.is_empty()).count();
    if taken > locks.len() {
        notes.push(text::more_locks(taken - locks.len()));
    }
    Below { entries, notes }
}

/// Draws how many tasks wait for a lock; whether any does.
fn waiting(trace: &Trace, page: &mut Page, (id, lock): (LockId, &LockTrack), state: Option<State>, gap: f64) -> bool {
    let mut shares = Shares::new(&page.grid, 1);
    match state {
        Some(state) => {
            columns(trace, page, |column, totals| shares.put(column, 0, totals.states()[state as usize]));
        }
        None if id.name_index().is_some() => {
            for column in 0..page.grid.columns {
                let range = page.grid.column(column).and(page.window);
                shares.put(usize::from(column), 0, lock.waiting(range));
            }
        }
        None => {}
    }
    let cell = page.grid.cell;
    let most = (0..usize::from(page.grid.columns)).map(|column| shares.time(column, 0)).max().unwrap_or_default();
    if most == Ns::ZERO {
        page.y += gap;
        return false;
    }
    let most = most.0.div_ceil(cell.0).max(1);
    let role = Role::State(if id.name_index().is_some() { State::Lock } else { State::Gil });
    let kinds = vec![ShareStyle::tall(Fill::Solid(role.into()))];
    let row = LaneRow::new(Label::Waiters.text().to_owned(), shares, kinds, cell.times(most, 1), WAITERS);
    page.row(LaneRow { gap: gap + 8.0, scale: Some(most as u32), ..row });
    true
}

/// The figures of a lock, in words.
fn account(trace: &Trace, id: LockId, lock: &LockTrack, alone: bool, from: Ns, to: Ns) -> String {
    let (then, now) = (lock.figures(from), lock.figures(to));
    text::lock(
        &name(trace, id, alone),
        (now.held - then.held).share_of(to - from),
        now.hand_overs.saturating_sub(then.hand_overs),
        now.forced.saturating_sub(then.forced),
        now.voluntary.saturating_sub(then.voluntary),
    )
}
