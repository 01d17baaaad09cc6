//! Which tasks have a lane, and in which order: those that the filter lets through, sorted. The order is kept from one
//! change to the next, so that asking for it costs only a copy.

use super::filter::{Doing, Filter, Prompt, is_waiting};
use super::{Run, RunId};
use crate::state::{Outcome, State};
use crate::text::Label;
use crate::trace::{Mark, Track};
use crate::units::{Ns, Stamp, TaskId, WorkerId};

/// While the playhead moves, lanes change places no more often than this.
const APART: Ns = Ns::from_millis(500);

/// What lanes are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Their order in the plan.
    #[default]
    Planned,
    /// When a worker took them up; tasks that no worker has taken up yet come last.
    Start,
    /// Their time from submission to end, the longest first; a task that is not over has lasted until now.
    Time,
    /// The share of waiting in the time since they were taken up, the largest first, in steps of one per cent.
    Waiting,
    /// Their worker, and in each worker by start.
    Worker,
}

impl Sort {
    /// The next one; after the last comes the first.
    #[must_use]
    pub const fn next(self) -> Sort {
        match self {
            Sort::Planned => Sort::Start,
            Sort::Start => Sort::Time,
            Sort::Time => Sort::Waiting,
            Sort::Waiting => Sort::Worker,
            Sort::Worker => Sort::Planned,
        }
    }

    /// Its name; nothing for the planned order.
    pub const fn label(self) -> Option<Label> {
        match self {
            Sort::Planned => None,
            Sort::Start => Some(Label::SortStart),
            Sort::Time => Some(Label::SortTime),
            Sort::Waiting => Some(Label::SortWaiting),
            Sort::Worker => Some(Label::SortWorker),
        }
    }
}

/// The lanes: the filter, the sorting, and the order that comes of them.
#[derive(Clone, Debug, Default)]
pub struct Lanes {
    filter: Filter,
    pub(super) sort: Sort,
    pub(super) prompt: Option<Prompt>,
    order: Vec<TaskId>,
    /// The run that the fields from here on belong to, and how many tasks it had.
    of: Option<RunId>,
    known: usize,
    /// The tasks' names in small letters, from the first filter on.
    names: Vec<String>,
    /// The tasks that the filter lets through by name, in the plan's order.
    named: Vec<TaskId>,
    tallies: Vec<Tally>,
    /// When the order was last arranged, for which instant, and with how many events known.
    arranged: (Stamp, Ns, u64),
}

impl Lanes {
    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// What is sorted by.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// The line in which a filter is being written, while it is.
    pub fn prompt(&self) -> Option<&Prompt> {
        self.prompt.as_ref()
    }

    /// The tasks that have a lane, from top to bottom.
    pub fn order(&self) -> &[TaskId] {
        &self.order
    }

    /// Where in the order `task` is.
    pub fn place(&self, task: TaskId) -> Option<usize> {
        self.order.iter().position(|t| *t == task)
    }

    /// Whether the order changes as the playhead moves.
    pub(super) fn is_moving(&self) -> bool {
        self.sort != Sort::Planned || self.filter.asks_for_states()
    }

    /// Whether the order can have changed since it was arranged, and may change again.
    pub(super) fn is_due(&self, run: &Run, until: Ns, now: Stamp, paused: bool) -> bool {
        let (at, shown, events) = self.arranged;
        // A frozen picture changes with the playhead alone, even while more of the run becomes known.
        let changed = until != shown || (events != run.trace().event_count() && !paused);
        changed && now.since(at) >= APART
    }

    /// Whether the lanes are those of another run, or tasks of this one have appeared since.
    pub(super) fn is_stale(&self, run: &Run) -> bool {
        self.of != Some(run.id) || self.known != run.trace().tasks.len()
    }

    /// Lets only those tasks of `run` through that `filter` asks for; the order is still to be arranged.
    pub(super) fn let_through(&mut self, filter: Filter, run: Option<&Run>) {
        self.filter = filter;
        if let Some(run) = run {
            self.pick(run);
        }
    }

    /// Works the order out anew.
    pub(super) fn arrange(&mut self, run: Option<&Run>, until: Ns, now: Stamp) {
        self.order.clear();
        let Some(run) = run else {
            self.of = None;
            return;
        };
        self.arranged = (now, until, run.trace().event_count());
        if self.of != Some(run.id) {
            self.tallies.clear();
        }
        if self.is_stale(run) {
            (self.of, self.known) = (Some(run.id), run.trace().tasks.len());
            self.names.clear();
            self.pick(run);
        }
        if self.filter.asks_for_states() {
            let fits = |task: &&TaskId| {
                self.filter.fits_state(run.trace().tasks.get(task.index()).and_then(|t| doing(t, until)))
            };
            self.order.extend(self.named.iter().filter(fits));
        } else {
            self.order.extend_from_slice(&self.named);
        }
        if self.sort != Sort::Planned {
            self.tallies.resize(run.trace().tasks.len(), Tally::default());
            let keys: Vec<(u64, u64)> = self
                .tallies
                .iter_mut()
                .zip(&run.trace().tasks)
                .map(|(tally, track)| key(self.sort, tally, (track, run.trace().workers.len()), until))
                .collect();
            // Stable: equal tasks stay in the plan's order.
            self.order.sort_by_key(|task| keys[task.index()]);
        }
    }

    /// Finds the tasks that the filter lets through by name. Names change only as tasks appear.
    fn pick(&mut self, run: &Run) {
        if self.names.is_empty() && !self.filter.is_empty() {
            self.names = run.trace().names.iter().map(|n| n.name.to_lowercase()).collect();
        }
        let all = (0..run.trace().tasks.len() as u32).map(TaskId);
        let filter = &self.filter;
        self.named = if filter.is_empty() {
            all.collect()
        } else {
            all.filter(|t| self.names.get(t.index()).is_some_and(|n| filter.fits_name(n))).collect()
        };
    }
}

/// What a task does at `until`, if anything is known of it there.
fn doing(track: &Track, until: Ns) -> Option<Doing> {
    let state = track.state_at(until)?.state;
    let outcome = || track.end.map_or(Outcome::Done, |(outcome, _)| outcome);
    Some(if state == State::Ended { Doing::Ended(outcome()) } else { Doing::In(state) })
}

/// What the lanes are sorted by, smallest first.
fn key(sort: Sort, tally: &mut Tally, (track, workers): (&Track, usize), until: Ns) -> (u64, u64) {
    let first = || first_taken_up(track, workers).filter(|(at, _)| *at <= until);
    match sort {
        Sort::Planned => (0, 0),
        Sort::Start => (first().map_or(u64::MAX, |(at, _)| at.0), 0),
        Sort::Time => {
            let over = track.ended_at().map_or(until, |at| at.min(until));
            let lasted = submitted(track).filter(|at| *at <= until).map(|at| over - at);
            (u64::MAX - lasted.map_or(0, |l| l.0), 0)
        }
        Sort::Waiting => {
            tally.count(track, until);
            let per_cent = tally.waiting(until).map(|share| (share * 100.0).round() as u64);
            (per_cent.map_or(u64::MAX, |n| 100 - n.min(100)), 0)
        }
        Sort::Worker => first().map_or((u64::MAX, 0), |(at, worker)| (u64::from(worker.0), at.0)),
    }
}

/// The time in each state that was dropped from the beginning of `track` to bound the memory.
fn dropped(track: &Track) -> [Ns; State::COUNT] {
    track.sums(Ns::ZERO)
}

/// When the task was submitted, also where the beginning of its track was dropped.
fn submitted(track: &Track) -> Option<Ns> {
    let first = track.marks().first()?.at;
    Some(first - dropped(track).into_iter().sum::<Ns>())
}

/// When one of the `workers` took the task up, and which one, also where the beginning of its track was dropped. A
/// dispatcher that sends the task away has not taken it up.
fn first_taken_up(track: &Track, workers: usize) -> Option<(Ns, WorkerId)> {
    let dropped = dropped(track);
    let in_flight = |s: &State| s.is_in_flight();
    let before: Ns = State::ALL.iter().filter(|s| in_flight(s)).map(|s| dropped[*s as usize]).sum();
    let is_taken = |m: &&Mark| m.state.is_in_flight() && m.worker.index() < workers;
    let mark = track.marks().iter().find(|m| is_taken(m) || m.state == State::Ended)?;
    let known = mark.state.is_in_flight() || before > Ns::ZERO;
    known.then(|| (mark.at - before, mark.worker))
}

/// How long a task waited, counted on from where it was last looked at: a look at all lanes costs only what is new.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// How many changes of state are counted, the last of them, and the times before it.
    counted: usize,
    last: Option<Mark>,
    in_flight: Ns,
    waiting: Ns,
}

impl Tally {
    fn count(&mut self, track: &Track, until: Ns) {
        let marks = track.marks();
        // Where changes came late or were dropped, or where the playhead went back, everything is counted again.
        let goes_on = self.last.is_some_and(|last| marks.get(self.counted - 1) == Some(&last) && last.at <= until);
        if !goes_on {
            *self = Tally::default();
            for (state, time) in State::ALL.into_iter().zip(dropped(track)) {
                self.add(state, time);
            }
        }
        while let Some(mark) = marks.get(self.counted).filter(|m| m.at <= until) {
            if let Some(last) = self.last {
                self.add(last.state, mark.at - last.at);
            }
            self.last = Some(*mark);
            self.counted += 1;
        }
    }

    fn add(&mut self, state: State, time: Ns) {
        if state.is_in_flight() {
            self.in_flight += time;
        }
        if is_waiting(state) {
            self.waiting += time;
        }
    }

    /// The share of waiting at `until`; nothing before the task was taken up.
    fn waiting(mut self, until: Ns) -> Option<f64> {
        if let Some(last) = self.last {
            self.add(last.state, until - last.at);
        }
        (self.in_flight > Ns::ZERO).then(|| self.waiting.share_of(self.in_flight))
    }
}
