//! The workers: what each of them does, and below that for whom.

use super::Options;
use super::list::{Fill, width_of};
use super::page::{Below, Inside, LaneRow, Page, SMALL, room_for, room_for_scale};
use super::shares::{ShareStyle, Shares, UNITS};
use super::tasks::{STATES, account, heights, kind_of, kinds, legend, letters, spans, task_name, until};
use super::usage::strip_below;
use super::whose::{task_entries, task_kinds};
use crate::palette::{Role, TASK_COLORS};
use crate::scene::{WorkerRow, helper_times, kept_by, worker_names, worker_rows};
use crate::text::{Label, percent, picture as text};
use crate::trace::Trace;
use crate::units::{Ns, Range, TaskId};

/// Height, in pixels, of the ribbon that says for which task the worker works: with room for the tasks' numbers, and
/// without.
const RIBBON: (f64, f64) = (15.0, 4.0);

/// One worker's lane under construction.
struct WorkerLane {
    states: Shares,
    whose: Shares,
    tasks: Vec<TaskId>,
    longest: Vec<Range>,
    stretches: Vec<(Range, TaskId)>,
}

/// Who has a lane, and what it is called.
fn named(trace: &Trace, options: &Options) -> Vec<(WorkerRow, String)> {
    // Only event loops listen.
    let looped = trace.aggregate().totals(trace.latest()).listening() > Ns::ZERO;
    let files = trace.report.as_ref().is_some_and(|end| end.files.is_some());
    let mut rows = worker_rows(trace, looped, files);
    rows.truncate(options.lanes());
    let name = |row: WorkerRow| worker_names(trace, row, None)[0].clone();
    rows.into_iter().map(|row| (row, name(row))).collect()
}

pub(super) fn room(trace: &Trace, options: &Options) -> (f64, f64) {
    let names = named(trace, options);
    let room = room_for(names.iter().map(|(_, name)| name.as_str()))
        .max(room_for_scale(Label::CoresBusy.text(), trace.cores.len() as u32));
    let longest = trace.names.iter().map(|n| width_of(&n.name, SMALL)).fold(width_of("0.00", SMALL), f64::max);
    (room, longest.max(width_of(&text::tasks(trace.tasks.len()), SMALL)).min(150.0))
}

pub(super) fn lanes(page: &mut Page, trace: &Trace, options: &Options, more: f64) -> Below {
    let names = named(trace, options);
    let (lanes, margin) = (names.len(), room(trace, options).1);
    let has_helpers = names.iter().any(|(row, _)| *row == WorkerRow::Helpers);
    let shown = lanes - usize::from(has_helpers);
    let mut workers: Vec<WorkerLane> = (0..shown).map(|_| WorkerLane::new(page)).collect();
    let until = until(trace, options);
    for task in 0..trace.tasks.len() {
        spans(trace, task, page, until, |span| {
            let worker = kept_by(trace, &span).and_then(|who| workers.get_mut(who.index()));
            if let Some((worker, kind)) = worker.zip(kind_of(span.state, true)) {
                worker.add(page, TaskId(task as u32), span.range, kind);
            }
        });
    }
    let (mut sums, mut whose) = (vec![Ns::ZERO; STATES], vec![Ns::ZERO; TASK_COLORS]);
    let (height, gap) = heights(lanes, more);
    // Where each worker had one task, its name at the right says it.
    let shared = workers.iter().any(|work| work.tasks.len() > 1);
    let ribbon = if height >= 30.0 { RIBBON.0 } else { RIBBON.1 };
    let height = if shared { (height - ribbon).max(7.0) } else { height };
    for ((_, name), work) in names.into_iter().zip(workers) {
        whose.iter_mut().zip(work.whose.sums()).for_each(|(sum, time)| *sum += time);
        account(&work.states, &mut sums);
        let labels = letters(&work.longest);
        let right = match work.tasks.as_slice() {
            [] => None,
            [task] => Some(super::page::shorten(task_name(trace, *task), margin, SMALL)),
            tasks => Some(text::tasks(tasks.len())),
        };
        let right = right.map(|text| (text, Role::Dim.into()));
        let cell = page.grid.cell;
        let row = LaneRow::new(name, work.states, kinds(UNITS / 2), cell, height);
        page.row(LaneRow { labels, right, gap: if shared { 2.0 } else { gap }, ..row });
        if !shared {
            continue;
        }
        let labels = work.stretches.iter().map(|(range, task)| Inside {
            range: *range,
            text: (task.0 + 1).to_string(),
            part: 1.0,
            fill: Fill::Solid(Role::Task(*task).into()),
        });
        let labels = labels.collect();
        page.row(LaneRow { gap, labels, ..LaneRow::new(String::new(), work.whose, task_kinds(), cell, ribbon) });
    }
    let mut entries = legend(&sums);
    if shared {
        entries.extend(task_entries(trace, &whose));
    }
    if has_helpers {
        helpers(page, trace, (height, gap));
    }
    strip_below(page, trace, options);
    let hidden = trace.workers.len() - shown;
    let notes = (hidden > 0).then(|| text::more_workers(hidden)).into_iter().collect();
    Below { entries, notes }
}

/// How long the threads that read and write files for an event loop were on cores: the height is the share of one core.
fn helpers(page: &mut Page, trace: &Trace, (height, gap): (f64, f64)) {
    let mut shares = Shares::new(&page.grid, 1);
    let times = helper_times(trace, &page.grid, page.window, u64::MAX);
    let mut all = Ns::ZERO;
    for (column, time) in times.into_iter().enumerate() {
        let time = time.unwrap_or_default();
        all += time;
        shares.put(column, 0, time.min(page.grid.cell));
    }
    let name = Label::HelperThreads.text().to_owned();
    let right = Some((percent(all.share_of(page.window.len())), Role::Dim.into()));
    let kinds = vec![ShareStyle::tall(Fill::Solid(Role::Dim.into()))];
    page.row(LaneRow { gap, right, ..LaneRow::new(name, shares, kinds, page.grid.cell, height) });
}

impl WorkerLane {
    fn new(page: &Page) -> WorkerLane {
        WorkerLane {
            states: Shares::new(&page.grid, STATES),
            whose: Shares::new(&page.grid, TASK_COLORS),
            tasks: Vec::new(),
            longest: vec![Range::default(); STATES],
            stretches: Vec::new(),
        }
    }

    /// Adds that `task` kept the worker in `range`, which is time of `kind`.
    fn add(&mut self, page: &Page, task: TaskId, range: Range, kind: usize) {
        page.grid.each_column(range, |column, part| {
            self.states.put(column.into(), kind, part.len());
            self.whose.put(column.into(), task.index() % TASK_COLORS, part.len());
        });
        if self.tasks.last() != Some(&task) {
            self.tasks.push(task);
        }
        if range.len() > self.longest[kind].len() {
            self.longest[kind] = range;
        }
        match self.stretches.last_mut() {
            Some((before, last)) if *last == task && before.to == range.from => before.to = range.to,
            _ => self.stretches.push((range, task)),
        }
    }
}
