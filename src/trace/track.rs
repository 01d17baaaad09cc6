//! What one task did: the instants at which its state changed, sorted by time whatever the order of arrival.

use crate::state::{Outcome, State};
use crate::units::{CoreId, Ns, Range, WorkerId};

/// From `at` on, the task is in `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Since when, from the start of the run.
    pub at: Ns,
    /// When a wait with a known end should end; [`Ns::MAX`] where nobody knows.
    pub due: Ns,
    /// What it does.
    pub state: State,
    /// Whether it keeps its worker occupied.
    pub holds: bool,
    /// The worker that recorded it.
    pub worker: WorkerId,
    /// The core it was recorded on.
    pub core: CoreId,
}

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

/// Time spent in each state, by `State as usize`.
pub type StateSums = [Ns; State::COUNT];

/// How long the end of a timed wait may be overdue before the task counts as ready: the collector's own delay.
const GRACE: Ns = Ns::from_millis(25);

/// One task's record.
#[derive(Clone, Debug, Default)]
pub struct Track {
    marks: Vec<Mark>,
    /// Sums over what was dropped to bound the memory.
    dropped: StateSums,
    /// How it ended, and the signal that killed its worker, if one did.
    pub end: Option<(Outcome, u8)>,
    /// CPU time of its worker when it ended.
    pub worker_cpu: Ns,
    /// Payload bytes to the worker and back.
    pub copied: u64,
    /// Time spent on serializing and sending them.
    pub copying: Ns,
}

impl Track {
    /// All changes of state, sorted.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    pub(super) fn insert(&mut self, mark: Mark) {
        let after = |m: &Mark| m.at < mark.at || (m.at == mark.at && (m.state != State::Ended));
        let mut place = self.marks.len();
        while place > 0 && !after(&self.marks[place - 1]) {
            place -= 1;
        }
        self.marks.insert(place, mark);
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

    /// Its spans that touch `window`, in order, cut to it; what goes on is cut at the window's end. A timed wait that
    /// is overdue counts as `ready` from its deadline on.
    pub fn spans(&self, window: Range) -> impl Iterator<Item = Span> + '_ {
        let first = self.marks.partition_point(|m| m.at <= window.from).saturating_sub(1);
        (first..self.marks.len())
            .take_while(move |i| self.marks[*i].at < window.to)
            .flat_map(move |i| {
                let span = self.span(i, window.to);
                let due = self.marks[i].due;
                let overdue = span.open && due.0.saturating_add(GRACE.0) < window.to.0;
                let split = if overdue { due.max(span.range.from) } else { span.range.to };
                let head = Span { range: Range::new(span.range.from, split), ..span };
                let tail = Span { range: Range::new(split, span.range.to), state: State::Ready, ..span };
                [head, tail]
            })
            .filter(|s| s.state != State::Ended)
            .map(move |s| Span { range: s.range.and(window), ..s })
            .filter(|s| !s.range.is_empty())
    }

    /// The time spent in each state up to `until`.
    pub fn sums(&self, until: Ns) -> StateSums {
        let mut sums = self.dropped;
        for span in self.spans(Range::new(Ns::ZERO, until)) {
            sums[span.state as usize] += span.range.len();
        }
        sums
    }

    /// Forgets what happened before `cut`, keeping the sums.
    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        let keep = self.marks.partition_point(|m| m.at <= cut).saturating_sub(1);
        for i in 0..keep {
            let span = self.span(i, cut);
            if span.state != State::Ended {
                self.dropped[span.state as usize] += span.range.len();
            }
        }
        if keep < self.marks.len() && self.marks[keep].at < cut {
            let first = self.marks[keep];
            if first.state != State::Ended {
                self.dropped[first.state as usize] += cut - first.at;
            }
            self.marks[keep].at = cut;
        }
        self.marks.drain(..keep);
        keep
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mark(at: u64, state: State) -> Mark {
        Mark { at: Ns(at), due: Ns::MAX, state, holds: true, worker: WorkerId(0), core: CoreId(0) }
    }

    fn track(marks: &[(u64, State)]) -> Track {
        let mut track = Track::default();
        marks.iter().for_each(|&(at, state)| track.insert(mark(at, state)));
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
        track.insert(Mark { due: Ns(100), ..mark(0, State::Sleep) });
        let states = |to: u64| track.spans(Range::new(Ns(0), Ns(to))).map(|s| s.state).collect::<Vec<_>>();
        assert_eq!(states(100 + GRACE.0), [State::Sleep]);
        assert_eq!(states(101 + GRACE.0), [State::Sleep, State::Ready]);
    }

    fn changes() -> impl Strategy<Value = Vec<(u64, State)>> {
        proptest::collection::vec((0u64..10_000, (0u8..10).prop_map(|n| State::from_repr(n).expect("a state"))), 1..60)
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
