//! Who held a lock, and when. Derived from the events of taking and letting go, sorted by time.

use super::grow;
use crate::units::{Ns, Range, TaskId};

/// A stretch during which one task held the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// From when to when.
    pub range: Range,
    /// Who held it.
    pub task: TaskId,
    /// How long the holder had waited for it.
    pub waited: Ns,
    /// Whether it was asked to let go; false while it holds on.
    pub forced: bool,
    /// Whether it still holds it.
    pub open: bool,
}

/// From one turn that comes with sums to the next.
const EACH: usize = 16;

/// One lock's record.
#[derive(Clone, Debug, Default)]
pub struct LockTrack {
    turns: Vec<Turn>,
    /// What is true before every [`EACH`]th turn; before the first, of what was dropped to bound the memory.
    before: Vec<Before>,
    /// How many times a waiter asked the holder to let go.
    pub drop_requests: u64,
    /// How many times the holder let go because it was asked.
    pub forced: u64,
    /// How many times it let go by itself, to wait.
    pub voluntary: u64,
    /// How many times its holder died with it.
    pub abandoned: u64,
}

#[derive(Clone, Copy, Debug)]
struct Turn {
    at: Ns,
    /// How long the taker had waited.
    waited: Ns,
    task: TaskId,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Taken,
    Released,
    /// Released because somebody had asked.
    Forced,
}

/// What lies before a turn.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    held: Ns,
    hand_overs: u64,
    taker: Option<TaskId>,
}

impl Before {
    /// After `turn`, which lasts until `to`.
    fn after(mut self, turn: &Turn, to: Ns) -> Before {
        if turn.what == What::Taken {
            self.held += to - turn.at;
            let changed = self.taker.replace(turn.task).is_some_and(|last| last != turn.task);
            self.hand_overs += u64::from(changed);
        }
        self
    }
}

impl LockTrack {
    pub(super) fn taken(&mut self, at: Ns, task: TaskId, waited: Ns) {
        self.insert(Turn { at, waited, task, what: What::Taken });
    }

    pub(super) fn released(&mut self, at: Ns, task: TaskId, forced: bool) {
        if forced {
            self.forced += 1;
        } else {
            self.voluntary += 1;
        }
        let what = if forced { What::Forced } else { What::Released };
        self.insert(Turn { at, waited: Ns::ZERO, task, what });
    }

    fn insert(&mut self, turn: Turn) {
        let mut place = self.turns.len();
        while place > 0 && self.turns[place - 1].at > turn.at {
            place -= 1;
        }
        grow(&mut self.turns);
        self.turns.insert(place, turn);
        self.add_up(place);
    }

    /// Renews the sums behind the turn at `place`.
    fn add_up(&mut self, place: usize) {
        if self.before.is_empty() {
            self.before.push(Before::default());
        }
        self.before.truncate(place.saturating_sub(1) / EACH + 1);
        while self.before.len() * EACH < self.turns.len() {
            let count = self.before.len() * EACH;
            let next = self.after(count, self.turns[count].at);
            self.before.push(next);
        }
    }

    /// What is true at `at`, when the first `count` turns have come.
    fn after(&self, count: usize, at: Ns) -> Before {
        let Some(last) = count.checked_sub(1) else { return self.before.first().copied().unwrap_or_default() };
        let kept = (last / EACH).min(self.before.len() - 1);
        let turns = &self.turns[kept * EACH..count];
        let ends = turns[1..].iter().map(|t| t.at).chain([at]);
        turns.iter().zip(ends).fold(self.before[kept], |sums, (turn, to)| sums.after(turn, to))
    }

    /// How many records it keeps.
    pub fn len(&self) -> usize {
        self.turns.len()
    }

    /// Whether nobody ever took it.
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Who held it when, within `window`, in order.
    pub fn holds(&self, window: Range) -> impl Iterator<Item = Hold> + '_ {
        let first = self.turns_before(window.from).saturating_sub(2);
        (first..self.turns.len())
            .take_while(move |i| self.turns[*i].at < window.to)
            .filter_map(move |i| self.hold(i, window.to))
            .map(move |h| Hold { range: h.range.and(window), ..h })
            .filter(|h| !h.range.is_empty())
    }

    fn hold(&self, index: usize, until: Ns) -> Option<Hold> {
        let turn = self.turns[index];
        if turn.what != What::Taken {
            return None;
        }
        let next = self.turns.get(index + 1);
        let forced = next.is_some_and(|n| n.what == What::Forced);
        let to = next.map_or(until, |n| n.at);
        Some(Hold {
            range: Range::new(turn.at, to),
            task: turn.task,
            waited: turn.waited,
            forced,
            open: next.is_none(),
        })
    }

    /// How many times it was taken or let go before `at`.
    pub fn turns_before(&self, at: Ns) -> usize {
        self.turns.partition_point(|t| t.at < at)
    }

    /// How many times it changed hands up to `until`: it was taken by another than the one before.
    pub fn hand_overs(&self, until: Ns) -> u64 {
        self.after(self.turns_before(until), until).hand_overs
    }

    /// For how long it was held, up to `until`.
    pub fn held(&self, until: Ns) -> Ns {
        self.after(self.turns_before(until), until).held
    }

    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        let gone = self.turns_before(cut).saturating_sub(1);
        if gone > 0 {
            // Whoever went last was somebody: the next hand-over counts from it.
            let sums = self.after(gone, self.turns[gone].at);
            self.turns.drain(..gone);
            self.before.clear();
            self.before.push(sums);
            self.add_up(0);
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn holds_follow_from_turns_in_any_order_of_arrival() {
        let mut lock = LockTrack::default();
        lock.taken(Ns(5), TaskId(1), Ns(5));
        lock.taken(Ns(0), TaskId(0), Ns(0));
        lock.released(Ns(4), TaskId(0), true);
        lock.released(Ns(9), TaskId(1), false);
        lock.taken(Ns(12), TaskId(1), Ns(0));
        let holds: Vec<_> =
            lock.holds(Range::new(Ns(0), Ns(20))).map(|h| (h.range.from.0, h.range.to.0, h.task.0, h.forced)).collect();
        assert_eq!(holds, [(0, 4, 0, true), (5, 9, 1, false), (12, 20, 1, false)]);
        assert_eq!((lock.forced, lock.voluntary), (1, 1));
        assert_eq!(lock.hand_overs(Ns(20)), 1);
        assert_eq!(lock.held(Ns(20)), Ns(16));
        let tail: Vec<_> = lock.holds(Range::new(Ns(2), Ns(6))).map(|h| (h.range.from.0, h.range.to.0)).collect();
        assert_eq!(tail, [(2, 4), (5, 6)]);
    }

    #[test]
    fn forgetting_keeps_what_was_held() {
        let mut lock = LockTrack::default();
        for i in 0..100u64 {
            lock.taken(Ns(i * 10), TaskId(i as u32 % 3), Ns(1));
            lock.released(Ns(i * 10 + 9), TaskId(i as u32 % 3), true);
        }
        let figures = |lock: &LockTrack| (lock.held(Ns(2_000)), lock.hand_overs(Ns(2_000)));
        let before = figures(&lock);
        lock.forget(Ns(500));
        assert_eq!(figures(&lock), before);
        assert!(lock.len() < 110);
    }

    proptest! {
        #[test]
        fn kept_sums_are_those_of_all_turns(
            turns in proptest::collection::vec((0u64..5_000, 0u32..4, 0u8..3), 1..120),
            cut in 0u64..4_000,
            until in 0u64..6_000,
        ) {
            let mut lock = LockTrack::default();
            for (at, task, what) in &turns {
                match what {
                    0 => lock.taken(Ns(*at), TaskId(*task), Ns(1)),
                    n => lock.released(Ns(*at), TaskId(*task), *n == 1),
                }
            }
            let naive = |until: Ns| {
                let held: Ns = lock.holds(Range::new(Ns::ZERO, until)).map(|h| h.range.len()).sum();
                let takers = lock.turns.iter().filter(|t| t.at < until && t.what == What::Taken).map(|t| t.task);
                let mut last = None;
                let changes = takers.filter(|t| last.replace(*t).is_some_and(|before| before != *t)).count();
                (held, changes as u64)
            };
            let figures = |lock: &LockTrack, until: Ns| (lock.held(until), lock.hand_overs(until));
            prop_assert_eq!(figures(&lock, Ns(until)), naive(Ns(until)));
            let after = Ns(until.max(cut));
            let before = figures(&lock, after);
            lock.forget(Ns(cut));
            prop_assert_eq!(figures(&lock, after), before);
        }
    }
}
