//! The workers: what each of them does, and below that for whom.

use super::Options;
use super::list::{Fill, width_of};
use super::page::{Below, Inside, LaneRow, Page, SMALL, room_for, room_for_scale};
use super::shares::{Shares, UNITS};
use super::tasks::{STATES, account, heights, kind_of, kinds, legend, letters, spans, strip_below, task_name, until};
use super::whose::{task_entries, task_kinds};
use crate::palette::{Role, TASK_COLORS};
use crate::state::State;
use crate::text::{Label, picture as text};
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

/// The names of the workers that have a lane.
fn names(trace: &Trace, options: &Options) -> Vec<String> {
    let shown = trace.workers.len().min(options.lanes());
    (1..=shown).map(|n| format!("{} {n}", Label::Worker.text())).collect()
}

pub(super) fn room(trace: &Trace, options: &Options) -> (f64, f64) {
    let names = names(trace, options);
    let room = room_for(names.iter().map(String::as_str))
        .max(room_for_scale(Label::CoresBusy.text(), trace.cores.len() as u32));
    let longest = trace.names.iter().map(|n| width_of(&n.name, SMALL)).fold(width_of("0.00", SMALL), f64::max);
    (room, longest.max(width_of(&text::tasks(trace.tasks.len()), SMALL)).min(150.0))
}

pub(super) fn lanes(page: &mut Page, trace: &Trace, options: &Options, more: f64) -> Below {
    let names = names(trace, options);
    let (shown, margin) = (names.len(), room(trace, options).1);
    let mut workers: Vec<WorkerLane> = (0..shown).map(|_| WorkerLane::new(page)).collect();
    let mut busy = Shares::new(&page.grid, 1);
    let until = until(trace, options);
    for task in 0..trace.tasks.len() {
        spans(trace, task, page, until, |span| {
            if span.state == State::Running {
                busy.add(&page.grid, span.range, 0);
            }
            let worker = workers.get_mut(span.worker.index());
            if let (Some(worker), true) = (worker, span.holds || span.state == State::Running) {
                worker.add(page, TaskId(task as u32), &span);
            }
        });
    }
    let (mut sums, mut whose) = (vec![Ns::ZERO; STATES], vec![Ns::ZERO; TASK_COLORS]);
    let (height, gap) = heights(shown, more);
    // Where each worker had one task, its name at the right says it.
    let shared = workers.iter().any(|work| work.tasks.len() > 1);
    let ribbon = if height >= 30.0 { RIBBON.0 } else { RIBBON.1 };
    let height = if shared { (height - ribbon).max(7.0) } else { height };
    for (name, work) in names.into_iter().zip(workers) {
        whose.iter_mut().zip(work.whose.sums()).for_each(|(sum, time)| *sum += time);
        account(&work.states, &page.grid, &mut sums, &mut Shares::new(&page.grid, 1));
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
    strip_below(page, trace, options, busy);
    let hidden = trace.workers.len() - shown;
    let notes = (hidden > 0).then(|| text::more_workers(hidden)).into_iter().collect();
    Below { entries, notes }
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

    fn add(&mut self, page: &Page, task: TaskId, span: &crate::trace::Span) {
        let Some(kind) = kind_of(span.state, true) else { return };
        self.states.add(&page.grid, span.range, kind);
        self.whose.add(&page.grid, span.range, task.index() % TASK_COLORS);
        if self.tasks.last() != Some(&task) {
            self.tasks.push(task);
        }
        if span.range.len() > self.longest[kind].len() {
            self.longest[kind] = span.range;
        }
        match self.stretches.last_mut() {
            Some((range, last)) if *last == task && range.to == span.range.from => range.to = span.range.to,
            _ => self.stretches.push((span.range, task)),
        }
    }
}
