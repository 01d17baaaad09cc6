//! Whose work it is, by colour: how the time of each task is drawn where lanes are not of tasks, and what the legend says.

use super::list::Fill;
use super::page::Entry;
use super::shares::ShareStyle;
use super::tasks::task_name;
use crate::palette::{Role, TASK_COLORS};
use crate::text;
use crate::trace::Trace;
use crate::units::{Ns, TaskId};

/// A kind for each task's colour.
pub(super) fn task_kinds() -> Vec<ShareStyle> {
    let fill = |n: usize| Fill::Solid(Role::Task(TaskId(n as u32)).into());
    (0..TASK_COLORS).map(|n| ShareStyle::tall(fill(n))).collect()
}

/// Whose each colour is; of many tasks the first ones stand for all.
pub(super) fn task_entries(trace: &Trace, sums: &[Ns]) -> Vec<Entry> {
    let tasks = trace.tasks.len();
    let entry = |n: usize| {
        let task = TaskId(n as u32);
        let last = n + 1 == TASK_COLORS && tasks > TASK_COLORS;
        let name = task_name(trace, task).to_owned();
        let text = if last { text::picture::again(&name) } else { name };
        Entry { fill: Fill::Solid(Role::Task(task).into()), tall: true, letter: None, text, share: String::new() }
    };
    let seen = |n: &usize| tasks > TASK_COLORS || sums.get(*n).is_some_and(|time| *time > Ns::ZERO);
    (0..tasks.min(TASK_COLORS)).filter(seen).map(entry).collect()
}
