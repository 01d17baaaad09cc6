//! Who held a lock, and when; who waited for it, and asked. Derived from the events of taking and letting go, sorted by
//! time.

use std::collections::BTreeMap;

use super::instants::Dated;
use super::series::Waits;
use super::{grow, place_of};
use crate::units::{Ns, Range, TaskId};

#[cfg(test)]
mod tests;

/// A stretch during which one task held the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// From when to when.
    pub range: Range,
    /// Who held it.
    pub task: TaskId,
    /// How long the holder had waited for it.
    pub waited: Ns,
    /// Whether the holder let go because it was asked; false while it still holds the lock.
    pub forced: bool,
    /// Whether the task still holds the lock.
    pub open: bool,
}

/// The figures of a lock, up to some instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LockFigures {
    /// For how long it was held.
    pub held: Ns,
    /// How long the tasks that got it had waited for it, added up.
    pub waited: Ns,
    /// How many times a task took it that was not the last one to hold it.
    pub hand_overs: u64,
    /// How many times the holder let go because it was asked.
    pub forced: u64,
    /// How many times the holder let go by itself.
    pub voluntary: u64,
    /// How many times a waiter asked for it.
    pub drop_requests: u64,
    /// How many times a waiter had waited for a whole interval and did not ask: another had asked, or the lock had gone
    /// to another meanwhile. Once for each wait.
    pub timeouts: u64,
}

/// How many turns lie from one that comes with sums to the next.
const EACH: usize = 16;

/// One lock's record.
#[derive(Clone, Debug, Default)]
pub struct LockTrack {
    turns: Vec<Turn>,
    /// The sums before every [`EACH`]th turn; the first are those of the turns that were dropped to bound the memory.
    before: Vec<Before>,
    /// Each task's own holds.
    own: BTreeMap<TaskId, OwnHolds>,
    /// How many turns, from the first, are in the sums of `before` and `own`.
    settled: usize,
    requests: Dated<TaskId>,
    timeouts: Dated<TaskId>,
    /// When tasks waited for it; kept only for locks that the workload names.
    waits: Option<Box<Waits>>,
    /// How many turns had to move to make room for late ones.
    moved: u64,
    /// How many times its holder died while it held the lock.
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

/// One task's holds.
#[derive(Clone, Debug, Default)]
struct OwnHolds {
    /// The time held in the holds that were dropped.
    dropped: Ns,
    /// For each hold, the index of the turn that begins it, and the time for which the task had held the lock before.
    holds: Vec<(u32, Ns)>,
}

/// The sums of all that lies before a turn.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    held: Ns,
    waited: Ns,
    hand_overs: u64,
    forced: u64,
    voluntary: u64,
    taker: Option<TaskId>,
}

impl Before {
    /// The sums after `turn`, which lasts until `to`.
    fn after(mut self, turn: &Turn, to: Ns) -> Before {
        match turn.what {
            What::Taken => {
                self.held += to - turn.at;
                self.waited += turn.waited;
                let changed = self.taker.replace(turn.task).is_some_and(|last| last != turn.task);
                self.hand_overs += u64::from(changed);
            }
            What::Forced => self.forced += 1,
            What::Released => self.voluntary += 1,
        }
        self
    }
}

/// Who had a lock at the end of somebody's wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    pub holder: TaskId,
    pub hold: Range,
    /// When it was let go of, if that is recorded.
    pub released: Option<Ns>,
    pub forced: bool,
}

impl LockTrack {
    /// The track of a lock that the workload names: it also keeps how many tasks wait for it at a time.
    pub(super) fn named() -> LockTrack {
        LockTrack { waits: Some(Box::default()), ..LockTrack::default() }
    }

    pub(super) fn taken(&mut self, at: Ns, task: TaskId, waited: Ns) {
        if let Some(waits) = &mut self.waits {
            waits.insert(at, waited);
        }
        self.insert(Turn { at, waited, task, what: What::Taken });
    }

    pub(super) fn released(&mut self, at: Ns, task: TaskId, forced: bool) {
        let what = if forced { What::Forced } else { What::Released };
        self.insert(Turn { at, waited: Ns::ZERO, task, what });
    }

    /// A task that waits for it since that instant will never get it.
    pub(super) fn leave_open(&mut self, since: Ns) {
        if let Some(waits) = &mut self.waits {
            waits.leave_open(since);
        }
    }

    pub(super) fn asked(&mut self, at: Ns, task: TaskId) {
        self.requests.insert(at, task);
    }

    pub(super) fn timed_out(&mut self, at: Ns, task: TaskId) {
        self.timeouts.insert(at, task);
    }

    fn insert(&mut self, turn: Turn) {
        let place = place_of(&self.turns, turn.at, |t| t.at);
        self.moved += (self.turns.len() - place) as u64;
        grow(&mut self.turns);
        self.turns.insert(place, turn);
        self.settled = self.settled.min(place);
    }

    /// How many records had to move to make room for late ones.
    pub(super) fn moved(&self) -> u64 {
        self.waits.as_ref().map_or(0, |waits| waits.moved()) + self.moved + self.requests.moved + self.timeouts.moved
    }

    /// Computes the sums anew behind the earliest turn that arrived since the last time. Before that, only the turns
    /// themselves are right.
    pub(super) fn settle(&mut self) {
        if let Some(waits) = &mut self.waits {
            waits.settle();
        }
        let from = self.settled;
        if from == self.turns.len() && !self.before.is_empty() {
            return;
        }
        if self.before.is_empty() {
            self.before.push(Before::default());
        }
        self.before.truncate(from.saturating_sub(1) / EACH + 1);
        while self.before.len() * EACH < self.turns.len() {
            let count = self.before.len() * EACH;
            let next = self.after(count, self.turns[count].at);
            grow(&mut self.before);
            self.before.push(next);
        }
        for turn in &self.turns[from..] {
            let is_stale = |(index, _): &(u32, Ns)| *index as usize >= from;
            if let Some(own) = self.own.get_mut(&turn.task).filter(|own| own.holds.last().is_some_and(is_stale)) {
                let sound = own.holds.partition_point(|hold| !is_stale(hold));
                own.holds.truncate(sound);
            }
        }
        for index in from..self.turns.len() {
            let turn = self.turns[index];
            if turn.what == What::Taken {
                let own = self.own.entry(turn.task).or_default();
                let last = own.holds.last();
                let before = last.map_or(own.dropped, |(last, before)| *before + length(&self.turns, *last, Ns::MAX));
                grow(&mut own.holds);
                own.holds.push((index as u32, before));
            }
        }
        self.settled = self.turns.len();
    }

    /// The sums at `at`, when the first `count` turns have come.
    fn after(&self, count: usize, at: Ns) -> Before {
        let Some(last) = count.checked_sub(1) else { return self.before.first().copied().unwrap_or_default() };
        let kept = (last / EACH).min(self.before.len() - 1);
        let turns = &self.turns[kept * EACH..count];
        let ends = turns[1..].iter().map(|t| t.at).chain([at]);
        turns.iter().zip(ends).fold(self.before[kept], |sums, (turn, to)| sums.after(turn, to))
    }

    /// How many turns it keeps.
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

    /// Its figures up to `until`.
    pub fn figures(&self, until: Ns) -> LockFigures {
        let Before { held, waited, hand_overs, forced, voluntary, .. } = self.after(self.turns_before(until), until);
        let (drop_requests, timeouts) = (self.requests.before(until), self.timeouts.before(until));
        let waited = waited + self.waits.as_ref().map_or(Ns::ZERO, |waits| waits.open(until));
        LockFigures { held, waited, hand_overs, forced, voluntary, drop_requests, timeouts }
    }

    /// How many times it changed hands up to `until`: a task took it that was not the last one to hold it.
    pub fn hand_overs(&self, until: Ns) -> u64 {
        self.after(self.turns_before(until), until).hand_overs
    }

    /// For how long it was held, up to `until`.
    pub fn held(&self, until: Ns) -> Ns {
        self.after(self.turns_before(until), until).held
    }

    /// For how long `task` held it, up to `until`.
    pub fn held_by(&self, task: TaskId, until: Ns) -> Ns {
        let Some(own) = self.own.get(&task) else { return Ns::ZERO };
        let count = own.holds.partition_point(|(index, _)| self.turns[*index as usize].at < until);
        let last = count.checked_sub(1).map(|last| own.holds[last]);
        last.map_or(own.dropped, |(index, before)| before + length(&self.turns, index, until))
    }

    /// How long tasks waited for it within `range`, added up; only waits that ended with the lock count, and those that a
    /// run left open. Zero for a global lock, whose waiters have a state of their own.
    pub fn waiting(&self, range: Range) -> Ns {
        self.waits.as_ref().map_or(Ns::ZERO, |waits| waits.within(range))
    }

    /// The waiters who asked for it within `window`, and when.
    pub fn drop_requests(&self, window: Range) -> &[(Ns, TaskId)] {
        self.requests.within(window)
    }

    /// The waiters who waited for a whole interval and did not ask, within `window`, and the instant at which that
    /// interval ended.
    pub fn timeouts(&self, window: Range) -> &[(Ns, TaskId)] {
        self.timeouts.within(window)
    }

    /// When `task` takes the lock for the first time after `at`: the index of that turn, and its instant.
    pub(super) fn next_turn(&self, task: TaskId, at: Ns) -> Option<(usize, Ns)> {
        let own = self.own.get(&task)?;
        let next = own.holds.partition_point(|(index, _)| self.turns[*index as usize].at <= at);
        let index = own.holds.get(next)?.0 as usize;
        Some((index, self.turns[index].at))
    }

    /// Who had the lock before the turn at `index`, if it is known.
    pub(super) fn opened(&self, index: usize) -> Option<Opened> {
        let before = self.turns[index.checked_sub(1)?];
        if before.what == What::Taken {
            let hold = Range::new(before.at, self.turns[index].at);
            return Some(Opened { holder: before.task, hold, released: None, forced: false });
        }
        let begin = index.checked_sub(2).map(|i| self.turns[i]);
        let begin = begin.filter(|t| t.what == What::Taken && t.task == before.task).map_or(before.at, |t| t.at);
        let forced = before.what == What::Forced;
        let hold = Range::new(begin, before.at);
        Some(Opened { holder: before.task, hold, released: Some(before.at), forced })
    }

    /// The hold that is under way at `at`, cut off there, if there is one.
    pub fn holder_at(&self, at: Ns) -> Option<Hold> {
        let last = self.turns.partition_point(|t| t.at <= at).checked_sub(1)?;
        let hold = self.hold(last, at)?;
        Some(Hold { range: Range::new(hold.range.from, at), ..hold })
    }

    /// How many times others held the lock between `from` and the turn at `index`, or up to now.
    pub(super) fn turns_between(&self, from: Ns, index: Option<usize>) -> usize {
        let turns = &self.turns[..index.unwrap_or(self.turns.len())];
        // Mostly they are few: the search begins near and widens.
        let mut reach = 1;
        while turns.iter().nth_back(reach).is_some_and(|t| t.at > from) {
            reach *= 2;
        }
        let last = &turns[turns.len().saturating_sub(reach + 1)..];
        last[last.partition_point(|t| t.at <= from)..].len().div_ceil(2)
    }

    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        self.settle();
        let asked = self.requests.forget(cut) + self.timeouts.forget(cut);
        if let Some(waits) = &mut self.waits {
            waits.forget(cut);
        }
        let gone = self.turns_before(cut).saturating_sub(1);
        if gone > 0 {
            // The sums keep the last holder: whether the next turn is a hand-over depends on it.
            let sums = self.after(gone, self.turns[gone].at);
            for own in self.own.values_mut() {
                let old = own.holds.partition_point(|(index, _)| (*index as usize) < gone);
                if let Some((index, before)) = old.checked_sub(1).map(|last| own.holds[last]) {
                    own.dropped = before + length(&self.turns, index, Ns::MAX);
                }
                own.holds.clear();
            }
            self.turns.drain(..gone);
            self.before.clear();
            self.before.push(sums);
            self.settled = 0;
            self.settle();
        }
        gone + asked
    }
}

/// How long the hold that the turn at `index` begins lasts, up to `until`.
fn length(turns: &[Turn], index: u32, until: Ns) -> Ns {
    let index = index as usize;
    let to = turns.get(index + 1).map_or(until, |next| next.at.min(until));
    to - turns[index].at
}

#[cfg(test)]
impl LockTrack {
    /// The bytes that its turns take, with their sums.
    pub(super) fn bytes(&self) -> usize {
        let own = self.own.values().map(|o| o.holds.capacity() * size_of::<(u32, Ns)>()).sum::<usize>();
        self.turns.capacity() * size_of::<Turn>() + self.before.capacity() * size_of::<Before>() + own
    }
}
