//! What one task did: the instants at which its state changed, sorted by time whatever the order of arrival.
//!
//! Every [`EACH`]th mark comes with the exact time spent in every state before it, so that the sums up to any instant
//! take a search and a few steps.

use super::grow;
use super::mark::{Mark, Placed};
use super::sums::{StateSums, Sums};
use crate::state::{Outcome, State};
use crate::units::{CoreId, Ns, Range, WorkerId};

/// A stretch of time in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// From when to when.
    pub range: Range,
    /// What the task does.
    pub state: State,
    /// Whether it keeps its worker occupied.
    pub holds: bool,
    /// Its worker.
    pub worker: WorkerId,
    /// Its core, where it is on one.
    pub core: CoreId,
    /// Whether it goes on: nobody has recorded its end.
    pub open: bool,
}

/// How long the end of a timed wait may be overdue before the task counts as ready: the collector's own delay.
const GRACE: Ns = Ns::from_millis(25);
/// How many marks lie from one that comes with sums to the next.
const EACH: usize = 16;

/// One task's record.
#[derive(Clone, Debug)]
pub struct Track {
    marks: Vec<Mark>,
    /// The sums before every [`EACH`]th mark; those before the first hold what was dropped to bound the memory.
    before: Vec<Sums>,
    /// When the wait that the last mark begins should end; [`Ns::MAX`] where nobody knows.
    due: Ns,
    /// Whether the first mark stands for an earlier one, which was dropped.
    cut: bool,
    /// How many marks had to move to make room for late ones.
    pub(super) moved: u64,
    /// How it ended, and the signal that killed its worker, if one did.
    pub end: Option<(Outcome, u8)>,
    /// CPU time of its worker when it ended.
    pub worker_cpu: Ns,
    /// Payload bytes to the worker and back.
    pub copied: u64,
    /// CPU time of serializing, sending and reading them.
    pub copying: Ns,
}

impl Default for Track {
    fn default() -> Track {
        Track {
            marks: Vec::new(),
            before: Vec::new(),
            due: Ns::MAX,
            cut: false,
            moved: 0,
            end: None,
            worker_cpu: Ns::ZERO,
            copied: 0,
            copying: Ns::ZERO,
        }
    }
}

/// Spans in order, cut to a window.
struct Spans<'a> {
    track: &'a Track,
    window: Range,
    /// Since when the open span is overdue; [`Ns::MAX`] where it is not.
    overdue: Ns,
    /// The index of the mark that begins the next span.
    index: usize,
    /// The overdue part of the last span, which comes next, as `ready`.
    ready: Option<Span>,
}

impl Iterator for Spans<'_> {
    type Item = Span;

    #[expect(clippy::inline_always, reason = "called for each span of a run, by whom a call costs as much as the rest")]
    #[inline(always)]
    fn next(&mut self) -> Option<Span> {
        let window = self.window;
        if self.ready.is_some() {
            return self.ready.take();
        }
        while self.track.marks.get(self.index).is_some_and(|m| m.at < window.to) {
            let mut span = self.track.span(self.index, window.to);
            self.index += 1;
            if span.open && self.overdue < window.to {
                let split = self.overdue.max(span.range.from);
                let late = Span { range: Range::new(split, window.to).and(window), state: State::Ready, ..span };
                self.ready = Some(late).filter(|late| !late.range.is_empty());
                span.range.to = split;
            }
            span.range = span.range.and(window);
            if span.state != State::Ended && !span.range.is_empty() {
                return Some(span);
            }
        }
        self.ready.take()
    }
}

impl Track {
    /// All changes of state, sorted.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Puts `mark` in its place; a wait that it begins should end at `due`. Gives back what that changes; nothing where
    /// another mark at the same instant stands behind it.
    // Inlined into its one caller: it is called for every change of state.
    #[inline]
    pub(super) fn insert(&mut self, mark: Mark, due: Ns) -> Option<Placed> {
        let after = |m: &Mark| m.at < mark.at || (m.at == mark.at && (m.state != State::Ended));
        let is_last = self.marks.last().is_none_or(after);
        let place = if is_last { self.marks.len() } else { self.marks.partition_point(after) };
        self.moved += (self.marks.len() - place) as u64;
        let ended = |m: &Mark| m.state == State::Ended && mark.state == State::Ended && m.at == mark.at;
        if self.marks.get(place).is_some_and(ended) {
            return None;
        }
        if place == self.marks.len() {
            self.due = due;
        }
        grow(&mut self.marks);
        self.marks.insert(place, mark);
        self.add_up(place);
        self.placed(place)
    }

    /// Takes `mark` out again, which [`Track::insert`] has put in. Gives back what putting it in had changed.
    #[inline]
    pub(super) fn remove(&mut self, mark: &Mark) -> Option<Placed> {
        let place = self.marks.iter().rposition(|known| known == mark)?;
        let placed = self.placed(place);
        self.moved += (self.marks.len() - place) as u64;
        self.marks.remove(place);
        self.add_up(place);
        placed
    }

    fn placed(&self, place: usize) -> Option<Placed> {
        let (earlier, mark) = (&self.marks[..place], self.marks[place]);
        let next = self.marks.get(place + 1).map(|n| n.at);
        if next == Some(mark.at) {
            return None;
        }
        let rest = &self.marks[place + 1..];
        let last = |at: Ns| {
            let is_only = rest.get(1).is_none_or(|m| m.at > at);
            rest[if is_only { 0 } else { rest.partition_point(|m| m.at <= at) - 1 }]
        };
        let was = earlier.last().copied();
        // Mostly `was` has an earlier instant: then it is `before` as well.
        let is_last = was.is_none_or(|m| m.at < mark.at);
        let count = if is_last { place } else { earlier.partition_point(|m| m.at < mark.at) };
        // The first of a cut record began before all others, whatever its stamp says.
        let count = if self.cut { count.max(place.min(1)) } else { count };
        let before = count.checked_sub(1).map(|i| earlier[i]);
        Some(Placed { before, was, next: next.map(last) })
    }

    /// Renews the sums behind the mark at `place`.
    fn add_up(&mut self, place: usize) {
        if self.before.is_empty() {
            self.before.push(Sums::default());
        }
        self.before.truncate(place.saturating_sub(1) / EACH + 1);
        while self.before.len() * EACH < self.marks.len() {
            let index = self.before.len() * EACH;
            let sums = self.walk(self.before.len() - 1, index, self.marks[index].at);
            grow(&mut self.before);
            self.before.push(sums);
        }
    }

    /// The sums at `at`, when the first `count` marks have come, starting from those that `before[kept]` holds.
    fn walk(&self, kept: usize, count: usize, at: Ns) -> Sums {
        let mut sums = self.before[kept];
        let marks = &self.marks[kept * EACH..count];
        for (mark, to) in marks.iter().zip(marks[1..].iter().map(|m| m.at).chain([at])) {
            sums.add(mark.state, mark.holds, to - mark.at);
        }
        sums
    }

    /// The time spent in each state up to `at`, when the first `count` marks have come. An overdue wait counts as a
    /// wait.
    pub fn sums_after(&self, count: usize, at: Ns) -> Sums {
        match count.checked_sub(1) {
            Some(last) => self.walk(last / EACH, count, at),
            None => self.before.first().copied().unwrap_or_default(),
        }
    }

    /// How many marks lie before `at`, where the first `known` of them are known to.
    pub fn marks_before(&self, at: Ns, known: usize) -> usize {
        let rest = &self.marks[known.min(self.marks.len())..];
        // Mostly few more marks lie before `at`: the search begins near and widens.
        let mut reach = 1;
        while rest.get(reach).is_some_and(|m| m.at < at) {
            reach *= 2;
        }
        known + rest[..reach.min(rest.len())].partition_point(|m| m.at < at)
    }

    /// What it does at `at`, and since when.
    pub fn state_at(&self, at: Ns) -> Option<Span> {
        let next = self.marks.partition_point(|m| m.at <= at);
        (next > 0).then(|| self.span(next - 1, at.max(self.marks[next - 1].at)))
    }

    /// The first instant at which it was executing, if it was.
    pub fn first_running(&self) -> Option<Ns> {
        self.marks.iter().find(|m| m.state == State::Running).map(|m| m.at)
    }

    /// The instant of its end, if it is over.
    pub fn ended_at(&self) -> Option<Ns> {
        self.marks.last().filter(|m| m.state == State::Ended).map(|m| m.at)
    }

    #[inline]
    fn span(&self, index: usize, until: Ns) -> Span {
        let mark = self.marks[index];
        let next = self.marks.get(index + 1);
        let to = next.map_or(until, |n| n.at.min(until));
        Span {
            range: Range::new(mark.at, to),
            state: mark.state,
            holds: mark.holds,
            worker: mark.worker,
            core: mark.core,
            open: next.is_none() && mark.state != State::Ended,
        }
    }

    /// Since when, at `until`, the end of its wait is overdue: the task could go on, and counts as `ready`.
    pub fn overdue(&self, until: Ns) -> Option<Ns> {
        if self.due.0.saturating_add(GRACE.0) >= until.0 {
            return None;
        }
        let waits = |m: &&Mark| !matches!(m.state, State::Ended | State::Running) && m.at < until;
        let last = self.marks.last().filter(waits)?;
        // A cut mark's stamp is not when the wait began; what of it was overdue before is in the sums as a wait.
        let began = if self.cut && self.marks.len() == 1 { Ns::ZERO } else { last.at };
        Some(self.due.max(began))
    }

    /// Its spans that touch `window`, in order, cut to it; what goes on is cut at the window's end. A timed wait that
    /// is overdue at the window's end counts as `ready` from its deadline on.
    pub fn spans(&self, window: Range) -> impl Iterator<Item = Span> + '_ {
        self.spans_from(self.marks.partition_point(|m| m.at <= window.from).saturating_sub(1), window, window.to)
    }

    /// As [`Track::spans`], from the mark at `first` on, which must not be later than the window's begin unless it is
    /// the first of all. Whether a wait is overdue is judged at `until`.
    pub fn spans_from(&self, first: usize, window: Range, until: Ns) -> impl Iterator<Item = Span> + '_ {
        // Only an open span can be overdue, and only the last one is open.
        let overdue = self.overdue(until).unwrap_or(Ns::MAX);
        Spans { track: self, window, overdue, index: first, ready: None }
    }

    /// The span at `at`, as it is known at `until`.
    pub fn span_at(&self, at: Ns, until: Ns) -> Option<Span> {
        let first = self.marks.partition_point(|m| m.at <= at).checked_sub(1)?;
        self.spans_from(first, Range::new(Ns::ZERO, until), until).find(|s| s.range.contains(at))
    }

    /// The time spent in each state up to `until`.
    pub fn sums(&self, until: Ns) -> StateSums {
        let mut sums = self.sums_after(self.marks.partition_point(|m| m.at < until), until).states;
        if let (Some(from), Some(last)) = (self.overdue(until), self.marks.last()) {
            let late = until - from;
            let wait = &mut sums[last.state as usize];
            *wait = *wait - late;
            sums[State::Ready as usize] += late;
        }
        sums
    }

    /// Forgets what happened before `cut`, keeping the sums. Returns how many marks were dropped.
    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        let keep = self.marks.partition_point(|m| m.at <= cut).saturating_sub(1);
        let Some(first) = self.marks.get(keep).copied() else { return 0 };
        let sums = self.sums_after(keep + 1, cut.max(first.at));
        if first.at < cut {
            self.marks[keep].at = cut;
            self.cut = true;
        } else if keep > 0 {
            self.cut = false;
        }
        self.marks.drain(..keep);
        self.before.clear();
        self.before.push(sums);
        self.add_up(0);
        keep
    }
}

#[cfg(test)]
impl Track {
    /// The bytes its changes take, with their sums.
    pub(super) fn bytes(&self) -> usize {
        self.marks.capacity() * size_of::<Mark>() + self.before.capacity() * size_of::<Sums>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mark(at: u64, state: State) -> Mark {
        Mark { at: Ns(at), state, holds: true, worker: WorkerId(0), core: CoreId(0) }
    }

    fn track(marks: &[(u64, State)]) -> Track {
        let mut track = Track::default();
        for &(at, state) in marks {
            track.insert(mark(at, state), Ns::MAX);
        }
        track
    }

    #[test]
    fn late_arrivals_find_their_place() {
        let late = track(&[(0, State::Queued), (100, State::Ended), (50, State::Copying), (10, State::Running)]);
        let spans: Vec<_> =
            late.spans(Range::new(Ns(0), Ns(200))).map(|s| (s.range.from.0, s.range.to.0, s.state)).collect();
        assert_eq!(spans, [(0, 10, State::Queued), (10, 50, State::Running), (50, 100, State::Copying)]);
        assert_eq!(late.ended_at(), Some(Ns(100)));
    }

    #[test]
    fn nothing_follows_the_end_even_at_the_same_instant() {
        let track = track(&[(0, State::Running), (10, State::Ended), (10, State::Copying)]);
        assert_eq!(track.ended_at(), Some(Ns(10)));
    }

    #[test]
    fn an_overdue_wait_is_ready_and_a_fresh_one_is_not() {
        let mut track = Track::default();
        track.insert(mark(0, State::Sleep), Ns(100));
        let states = |to: u64| track.spans(Range::new(Ns(0), Ns(to))).map(|s| s.state).collect::<Vec<_>>();
        assert_eq!(states(100 + GRACE.0), [State::Sleep]);
        assert_eq!(states(101 + GRACE.0), [State::Sleep, State::Ready]);
    }

    fn changes() -> impl Strategy<Value = Vec<(u64, State)>> {
        proptest::collection::vec((0u64..10_000, proptest::sample::select(&State::ALL[..])), 1..60)
    }

    proptest! {
        #[test]
        fn spans_are_balanced_and_fill_the_time(changes in changes(), to in 1u64..12_000) {
            let track = track(&changes);
            let first = changes.iter().map(|c| c.0).min().expect("one at least");
            let mut at = Ns(first.min(to));
            for span in track.spans(Range::new(Ns(0), Ns(to))) {
                prop_assert_eq!(span.range.from, at);
                at = span.range.to;
            }
            prop_assert_eq!(at, Ns(to));
        }

        #[test]
        fn forgetting_keeps_the_sums(changes in changes(), cut in 0u64..12_000) {
            let mut track = track(&changes);
            let before = track.sums(Ns(20_000));
            track.forget(Ns(cut));
            prop_assert_eq!(track.sums(Ns(20_000)), before);
        }
    }
}
