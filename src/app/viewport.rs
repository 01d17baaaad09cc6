//! Looking closer: zoom, pan, and walking from segment to segment.

use super::{App, Run, Selection};
use crate::model::ModelKind;
use crate::scene::first_turns;
use crate::state::{Failure, State};
use crate::text::NoLink;
use crate::trace::{Span, Stuck, Track, Unblocker};
use crate::units::{Ns, Range, TaskId};

/// The shortest stretch of time that is looked at.
const CLOSEST: Ns = Ns::from_micros(20);
/// How many turns the lens shows.
const LENS_TURNS: usize = 24;

/// Shows less time (`closer`) or more, around `at`.
pub(super) fn zoom(app: &mut App, closer: bool, at: Option<Ns>) {
    let visible = app.visible();
    let at = at.unwrap_or_else(|| anchor(app)).clamp(visible.from, visible.to);
    let (num, den) = if closer { (1, 2) } else { (2, 1) };
    let length = visible.len().times(num, den).max(CLOSEST);
    if !closer && length >= whole(app).len() {
        app.focus.widen();
        return;
    }
    let before = (at - visible.from).times(num, den);
    let from = at - before;
    app.focus.lens = false;
    app.focus.zoom = Some(within(app, Range::new(from, from + length)));
}

/// Shows a later stretch (`later`) or an earlier one, by a quarter of what is visible.
pub(super) fn pan(app: &mut App, later: bool) {
    let step = app.visible().len().times(1, 4);
    shift(app, step, later);
}

/// The picture follows the mouse: `columns` to the right show what was earlier.
pub(super) fn drag(app: &mut App, columns: i32, width: u16) {
    let cell = app.grid(width).cell;
    shift(app, cell.times(u64::from(columns.unsigned_abs()), 1), columns < 0);
}

fn shift(app: &mut App, by: Ns, later: bool) {
    let Some(zoom) = app.focus.zoom else { return };
    let from = if later { zoom.from + by } else { zoom.from - by };
    app.focus.zoom = Some(within(app, Range::new(from, from + zoom.len())));
}

/// To the start or the end of the run, at the same zoom.
pub(super) fn edge(app: &mut App, end: bool) {
    let Some(zoom) = app.focus.zoom else { return };
    let from = if end { app.until() - zoom.len() } else { Ns::ZERO };
    app.focus.zoom = Some(Range::new(from, from + zoom.len()));
}

/// Shows the run alone, or, where a zoom is on, the whole axis again.
pub(super) fn fit(app: &mut App) {
    let run = app.run().and_then(|r| r.trace().makespan()).unwrap_or_else(|| app.until());
    if app.focus.zoom.is_some() || run == Ns::ZERO {
        app.focus.widen();
    } else {
        app.focus.zoom = Some(Range::new(Ns::ZERO, run));
    }
}

/// Turns the lens on: the first turns of a lock, unfolded.
pub(super) fn lens(app: &mut App) {
    let Some(run) = app.run() else { return };
    if let Some(turns) = first_turns(run.trace(), LENS_TURNS).filter(|r| !r.is_empty()) {
        app.focus.enter_lens(turns);
    }
}

/// Everything there is to see: the axis, or the run where it is longer.
fn whole(app: &App) -> Range {
    Range::new(Ns::ZERO, app.axis.max(app.until()))
}

fn within(app: &App, range: Range) -> Range {
    let whole = whole(app);
    let length = range.len().min(whole.len());
    let from = range.from.min(whole.to - length);
    Range::new(from, from + length)
}

/// Where a zoom by key goes: the selected segment, or the middle of what is drawn.
fn anchor(app: &App) -> Ns {
    if let Some(at) = app.focus.instant() {
        return at;
    }
    let drawn = app.visible().and(Range::new(Ns::ZERO, app.until()));
    Ns(u64::midpoint(drawn.from.0, drawn.to.0.max(drawn.from.0)))
}

/// Selects the lane `by` places further down, negative is up, not beyond the ends. Where no task with a lane is
/// selected, that is the first lane or the last.
pub(super) fn lane(app: &mut App, by: i32) {
    let order = app.lanes.order();
    let Some(last) = order.len().checked_sub(1) else { return };
    let next = match app.focus.task().and_then(|task| app.lanes.place(task)) {
        None if by > 0 => 0,
        None => last,
        Some(here) => here.saturating_add_signed(by as isize).min(last),
    };
    let at = app.focus.instant();
    app.focus.selection = Some(Selection { task: order[next], at });
}

/// The next (`true`) or previous segment of the selected lane; brought into view where it is not.
pub(super) fn segment(app: &mut App, next: bool) {
    let Some(run) = app.run() else { return };
    let until = app.until();
    let whole = Range::new(Ns::ZERO, until);
    let Some(task) = app.focus.task().or(app.first_lane()) else { return };
    let Some(track) = run.trace().tasks.get(task.index()) else { return };
    let at = app.focus.instant();
    let found = match (at, next) {
        (None, true) => track.spans(whole).next(),
        (None, false) => track.spans(whole).last(),
        (Some(at), true) => track.spans(whole).find(|s| s.range.from > at),
        (Some(at), false) => {
            let here = track.spans(whole).find(|s| s.range.contains(at)).map_or(at, |s| s.range.from);
            track.spans(whole).take_while(|s| s.range.to <= here).last()
        }
    };
    let Some(span) = found else { return };
    select(app, task, span.range.from, span.range.from);
}

/// Selects the segment of `task` at `at`; `shown` is brought into view where it is not.
pub(super) fn select(app: &mut App, task: TaskId, at: Ns, shown: Ns) {
    app.focus.explain(task, at);
    bring(app, shown);
}

/// Brings the instant `at` into view where it is not.
pub(super) fn bring(app: &mut App, at: Ns) {
    let visible = app.visible();
    if app.focus.zoom.is_some() && !visible.contains(at) {
        let from = at - visible.len().times(1, 2);
        app.focus.zoom = Some(within(app, Range::new(from, from + visible.len())));
    }
}

/// Goes from the selected wait to what the task that ended it did then: its longest work with the lock.
///
/// # Errors
///
/// Where there is no task to go to, or it has no lane.
pub(super) fn unblocker(app: &mut App) -> Result<(), NoLink> {
    let span = app.selected_span().ok_or(NoLink::NothingSelected)?;
    let looped = app.run().is_some_and(|r| r.model.kind == ModelKind::Async);
    let until = app.until();
    let is_stuck = app.run().and_then(Run::broken).is_some_and(Failure::is_stuck);
    let in_vain = is_stuck && span.range.to >= until && matches!(span.state, State::Lock | State::Channel);
    let none = if in_vain { NoLink::InVain } else { NoLink::State(span.state, looped) };
    let found = app.unblocker().ok_or(none)?;
    let track = app.run().and_then(|run| run.trace().tasks.get(found.holder.index()));
    let with_lock = |track: &Track| {
        let last = Ns(found.hold.to.0.saturating_sub(1)).max(found.hold.from);
        // Of its work with the lock the longest stretch: what it did after it lost its core for a moment says less.
        let works = track.spans(found.hold).filter(|s| s.state == State::Running).max_by_key(|s| s.range.len());
        track.span_at(works.map_or(last, |s| s.range.from), until)
    };
    let there = track.and_then(with_lock).ok_or(NoLink::State(span.state, looped))?;
    app.lanes.place(found.holder).ok_or(NoLink::Hidden)?;
    select(app, found.holder, there.range.from, there.range.from.max(found.hold.from));
    Ok(())
}

impl App {
    /// Who ended the selected wait for something that tasks share, or keeps it going on.
    pub fn unblocker(&self) -> Option<Unblocker> {
        let (selection, span) = (self.focus.selection?, self.selected_span()?);
        let (run, until) = (self.run()?, self.until());
        let in_vain = || run.trace().stuck_keeper(run.broken()?, selection.task, &span, until);
        run.trace().unblocker(selection.task, &span, until).or_else(in_vain)
    }

    /// The tasks that wait in vain, each for another one, where the run that is watched is stuck and its end is looked
    /// at.
    pub fn stuck(&self) -> Vec<Stuck> {
        let at_its_end = |run: &&Run| self.until() >= run.trace().latest();
        let why = self.run().filter(at_its_end).and_then(|run| Some((run, run.broken()?)));
        why.map_or_else(Vec::new, |(run, why)| run.trace().stuck(why))
    }

    /// The selected segment, or what the selected task does at the playhead.
    pub fn selected_span(&self) -> Option<Span> {
        let selection = self.focus.selection?;
        let track = self.run()?.trace().tasks.get(selection.task.index())?;
        let until = self.until();
        let at = selection.at.unwrap_or(until);
        track.span_at(at, until).or_else(|| track.state_at(at).filter(|s| s.state != State::Ended))
    }
}
