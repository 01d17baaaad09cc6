//! The lanes of the workers: which there are, which one the selected task belongs to, and walking over them.

use std::collections::BTreeSet;

use super::{App, Run, Selection, View, viewport};
use crate::model::ModelKind;
use crate::scene::{WorkerRow, kept_by, taken_up, task_of, tasks_of, worker_names, worker_rows};
use crate::trace::Span;
use crate::units::{Ns, Range, TaskId, WorkerId};

impl Run {
    /// Who has a lane where workers are shown, from top to bottom.
    pub fn worker_rows(&self) -> Vec<WorkerRow> {
        let planned = self.recording.planned().is_some_and(|planned| planned.plan.uses_files());
        let files = planned || self.trace().report.as_ref().is_some_and(|end| end.files.is_some());
        worker_rows(self.trace(), self.is_looped(), files)
    }

    /// What the lane of `row` is called: from the best name to the shortest.
    pub fn worker_names(&self, row: WorkerRow) -> [String; 2] {
        worker_names(self.trace(), row, self.recording.model().map(|model| model.kind))
    }

    /// Whether its one worker is an event loop.
    pub fn is_looped(&self) -> bool {
        self.model.kind == ModelKind::Async
    }
}

impl App {
    /// The worker that has, or had, the selected task.
    pub fn selected_worker(&self) -> Option<WorkerId> {
        taken_up(self.run()?.trace(), self.focus.task()?).map(|(_, who)| who)
    }
}

/// Whether keys walk over the workers.
fn are_shown(app: &App) -> bool {
    app.shown.view() == Some(View::Workers)
}

/// Selects the lane `by` places further down, negative is up, not beyond the ends. Where workers are shown, that is the
/// task that the worker has at the selected instant or at the playhead, or that it had last; a worker that has had no
/// task cannot be selected.
pub(super) fn lane(app: &mut App, by: i32) {
    if !are_shown(app) {
        return viewport::lane(app, by);
    }
    let Some(run) = app.run() else { return };
    let (trace, until) = (run.trace(), app.until());
    let tasks = (0..trace.tasks.len() as u32).map(TaskId);
    let seen: BTreeSet<WorkerId> =
        tasks.filter_map(|task| taken_up(trace, task).filter(|(at, _)| *at <= until).map(|(_, who)| who)).collect();
    let order: Vec<WorkerId> = seen.into_iter().collect();
    let Some(last) = order.len().checked_sub(1) else { return };
    let next = match app.selected_worker().and_then(|who| order.iter().position(|one| *one == who)) {
        None if by > 0 => 0,
        None => last,
        Some(here) => here.saturating_add_signed(by as isize).min(last),
    };
    let at = app.focus.instant();
    let task = task_of(trace, order[next], at.unwrap_or(until), until);
    app.focus.selection = task.map(|task| Selection { task, at });
}

/// The next (`true`) or previous segment of the selected lane; where workers are shown, whichever task it belongs to.
pub(super) fn segment(app: &mut App, next: bool) {
    if !are_shown(app) {
        return viewport::segment(app, next);
    }
    let Some(run) = app.run() else { return };
    let (trace, until) = (run.trace(), app.until());
    let who = app.selected_worker().or_else(|| app.first_lane().and_then(|task| taken_up(trace, task)).map(|up| up.1));
    let Some(who) = who else { return };
    let whole = Range::new(Ns::ZERO, until);
    let mut spans: Vec<(Span, TaskId)> = Vec::new();
    for task in tasks_of(trace, who, until) {
        let Some(track) = trace.tasks.get(task.index()) else { continue };
        spans.extend(track.spans(whole).filter(|span| kept_by(trace, span) == Some(who)).map(|span| (span, task)));
    }
    spans.sort_unstable_by_key(|(span, _)| span.range.from);
    let found = match (app.focus.instant(), next) {
        (None, true) => spans.first(),
        (None, false) => spans.last(),
        (Some(at), true) => spans.iter().find(|(span, _)| span.range.from > at),
        (Some(at), false) => {
            let here = spans.iter().find(|(span, _)| span.range.contains(at)).map_or(at, |(span, _)| span.range.from);
            spans.iter().rfind(|(span, _)| span.range.to <= here)
        }
    };
    if let Some((span, task)) = found.copied() {
        viewport::select(app, task, span.range.from, span.range.from);
    }
}
