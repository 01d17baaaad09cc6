//! The cores: whose work was done on each of them. A thread that was there without computing is drawn low.

use super::Options;
use super::list::{Fill, width_of};
use super::page::{Below, Entry, Inside, LaneRow, MARGIN, Page, SMALL, room_for, room_for_scale};
use super::shares::{ShareStyle, Shares};
use super::tasks::heights;
use super::usage::strip_below;
use super::whose::{task_entries, task_kinds};
use crate::palette::{Role, TASK_COLORS};
use crate::state::State;
use crate::text::{self, Label, percent};
use crate::trace::{KernelRecord, Owner, Trace, Turn};
use crate::units::{Ns, Range, TaskId};

/// The places of the kinds behind the tasks' own.
const SOMEBODY: usize = TASK_COLORS;
const OFF_TASK: usize = SOMEBODY + 1;
const HELPER: usize = OFF_TASK + TASK_COLORS;
const WATCHER: usize = HELPER + 1;
const KINDS: usize = WATCHER + 1;

fn kinds() -> Vec<ShareStyle> {
    let low = ShareStyle::low;
    let shade = |n: usize| low(Fill::Solid(Role::Shade(TaskId(n as u32)).into()));
    let mut kinds = task_kinds();
    kinds.push(ShareStyle::tall(Fill::Solid(Role::State(State::Running).into())));
    kinds.extend((0..TASK_COLORS).map(shade));
    kinds.push(low(Fill::Solid(Role::Dim.into())));
    kinds.push(low(Fill::Solid(Role::Bar.into())));
    kinds
}

fn kind_of(turn: Turn) -> Option<(usize, usize, Option<TaskId>)> {
    let color = |task: TaskId| task.index() % TASK_COLORS;
    match turn {
        Turn::Core(place, Owner::Task(task)) => Some((place, color(task), Some(task))),
        Turn::Core(place, _) => Some((place, SOMEBODY, None)),
        Turn::OffTask(place, Owner::Task(task)) => Some((place, OFF_TASK + color(task), None)),
        Turn::OffTask(place, Owner::Watcher) => Some((place, WATCHER, None)),
        Turn::OffTask(place, _) => Some((place, HELPER, None)),
        Turn::Loop(_) | Turn::Listens => None,
    }
}

/// The places of the cores that have a lane, in the order of the cores' numbers, and their names.
fn shown(trace: &Trace, options: &Options) -> Vec<(usize, String)> {
    let seen = trace.aggregate().cores();
    let mut lanes: Vec<usize> = (0..seen.len()).collect();
    lanes.sort_by_key(|place| seen[*place]);
    lanes.truncate(options.lanes());
    lanes.into_iter().map(|place| (place, format!("{} {}", Label::Core.text(), seen[place]))).collect()
}

pub(super) fn room(trace: &Trace, options: &Options) -> (f64, f64) {
    let lanes = shown(trace, options);
    let room = room_for(lanes.iter().map(|(_, name)| name.as_str()))
        .max(room_for_scale(Label::CoresBusy.text(), trace.cores.len() as u32));
    (room, width_of("0.00 %", SMALL))
}

pub(super) fn lanes(page: &mut Page, trace: &Trace, options: &Options, more: f64) -> Below {
    let seen = trace.aggregate().cores();
    let lanes = shown(trace, options);
    let mut shares: Vec<Shares> = seen.iter().map(|_| Shares::new(&page.grid, KINDS)).collect();
    let mut stretches: Vec<Vec<(Range, TaskId)>> = vec![Vec::new(); seen.len()];
    let least = page.grid.cell.times(20, 1);
    trace.aggregate().turns(page.window, |range, turn| {
        let Some((place, kind, task)) = kind_of(turn) else { return };
        let Some(lane) = shares.get_mut(place) else { return };
        lane.add(&page.grid, range, kind);
        if let Some(task) = task.filter(|_| range.len() >= least) {
            stretches[place].push((range, task));
        }
    });
    let mut sums = vec![Ns::ZERO; KINDS];
    let (height, gap) = heights(lanes.len(), more);
    for (place, name) in lanes {
        let lane = std::mem::replace(&mut shares[place], Shares::new(&page.grid, 0));
        let had = lane.sums();
        sums.iter_mut().zip(&had).for_each(|(sum, time)| *sum += *time);
        let used: Ns = had[..OFF_TASK].iter().copied().sum();
        let right = Some((percent(used.share_of(page.window.len())), Role::Dim.into()));
        let labels = std::mem::take(&mut stretches[place]).into_iter().map(|(range, task)| Inside {
            range,
            text: (task.0 + 1).to_string(),
            part: 0.6,
            fill: Fill::Solid(Role::Task(task).into()),
        });
        let labels = labels.collect();
        page.row(LaneRow { gap, right, labels, ..LaneRow::new(name, lane, kinds(), page.grid.cell, height) });
    }
    strip_below(page, trace, options);
    let entries = legend(trace, &sums, page.window.len().times(trace.cores.len() as u64, 1));
    let unused = trace.cores.iter().filter(|core| !seen.contains(core)).count();
    let mut notes = vec![text::picture::unused(unused)];
    if let (KernelRecord::None(why), true) = (&trace.kernel_record, trace.t0().is_some()) {
        let room = (page.edge - MARGIN) / width_of("x", SMALL);
        notes.push(text::cores::no_record(why, room as usize));
    }
    Below { entries, notes }
}

/// The tasks' colours, and what was on the cores without computing; `whole` is all the time they had.
fn legend(trace: &Trace, sums: &[Ns], whole: Ns) -> Vec<Entry> {
    let mut entries = task_entries(trace, &sums[..TASK_COLORS]);
    let off_task: Ns = sums[OFF_TASK..WATCHER].iter().copied().sum();
    let mut low = |label: Label, role: Role, time: Ns| {
        if time > Ns::ZERO {
            let (text, share) = (label.text().to_owned(), percent(time.share_of(whole)));
            entries.push(Entry { fill: Fill::Solid(role.into()), tall: false, letter: None, text, share });
        }
    };
    low(Label::CoreOffTask, Role::Shade(TaskId(0)), off_task);
    low(Label::CoreOverhead, Role::Bar, sums[WATCHER]);
    entries
}
