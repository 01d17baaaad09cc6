//! All tasks together on one line of time: every change of state of any of them, in blocks that begin with exact sums.
//! So the time that all tasks spent in a state up to any instant, and how many are in it then, are found in the time it
//! takes to search one block, however many tasks and changes there are.
//!
//! A change takes ten bytes. Changes that arrive late find their place; the blocks behind them are added up anew.

use super::grow;
use super::mark::{Mark, Placed};
use crate::state::State;
use crate::units::{CoreId, Ns, TaskId};

mod activity;
mod queries;

pub use activity::{Activity, Counts, Owner, Totals};
pub use queries::Turn;

pub use activity::{HELPER, SOMEBODY, WATCHER};

use activity::{ACTIVITIES, ALSO, CORES, FREE, LISTENS, LOOP, NOTHING, OFF_TASK, ON_CORE, OVERHEAD, Owners, PLACES};

/// How many changes a block holds at most.
const FULL: usize = 128;

/// One change: ten bytes.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// Nanoseconds after the block's begin, of 48 bits: 78 hours.
    after: [u16; 3],
    task: u16,
    from: Activity,
    to: Activity,
}

/// The farthest that a change may lie behind its block's begin.
const FARTHEST: u64 = (1 << 48) - 1;

impl Change {
    fn after(self) -> u64 {
        let [low, middle, high] = self.after;
        u64::from(low) | u64::from(middle) << 16 | u64::from(high) << 32
    }

    fn at(self, after: u64) -> Change {
        Change { after: [after as u16, (after >> 16) as u16, (after >> 32) as u16], ..self }
    }
}

/// What is true just before a block's first change.
#[derive(Clone, Debug)]
struct Header {
    totals: Totals,
    counts: Counts,
    owners: Owners,
    /// How many changes lie before.
    before: u64,
}

impl Header {
    const EMPTY: Header =
        Header { totals: Totals::NONE, counts: Counts([0; ACTIVITIES]), owners: Owners([FREE; PLACES]), before: 0 };

    fn apply(&mut self, change: Change) {
        let (from, to) = (change.from.index(), change.to.index());
        self.counts.0[from] = self.counts.0[from].wrapping_sub(1);
        self.counts.0[to] = self.counts.0[to].wrapping_add(1);
        if let Some(place) = change.from.place_on_core() {
            let others = self.counts.0[from] > 0;
            self.owners.leave(place, change.task, others);
        }
        if change.from.has_loop() {
            self.owners.leave(LOOP, change.task, false);
        }
        if let Some(place) = change.to.place_on_core() {
            self.owners.0[place] = change.task;
        }
        if change.to.has_loop() {
            self.owners.0[LOOP] = change.task;
        }
    }
}

/// Up to [`FULL`] changes in order, and all that lies before them as sums.
#[derive(Clone, Debug)]
struct Block {
    /// Not later than its first change.
    first: Ns,
    header: Header,
    /// The most that are ready at one time, from `first` to the next block's begin.
    peak: u16,
    changes: Vec<Change>,
}

impl Block {
    fn new(first: Ns) -> Block {
        Block { first, header: Header::EMPTY, peak: 0, changes: Vec::with_capacity(FULL) }
    }

    fn at(&self, change: Change) -> Ns {
        self.first + Ns(change.after())
    }

    fn totals(&self, at: Ns) -> Totals {
        let mut totals = self.header.totals.clone();
        let passed = (at - self.first).0;
        for (sum, count) in totals.0.iter_mut().zip(self.header.counts.0) {
            *sum = sum.wrapping_add(passed.wrapping_mul(count.into()));
        }
        for change in self.changes.iter().take_while(|c| c.after() <= passed) {
            totals.shift(change.from, change.to, Ns(passed - change.after()));
        }
        totals
    }

    /// What is true at the begin of the next block, `to`; and the most that are ready at one time up to then.
    fn end(&self, to: Ns) -> (Header, u16) {
        let mut header = Header { totals: self.totals(to), ..self.header.clone() };
        let (mut peak, mut at) = (0, self.first);
        for change in &self.changes {
            let next = self.at(*change);
            if next > at {
                peak = peak.max(header.counts.ready());
                at = next;
            }
            header.apply(*change);
        }
        if to > at {
            peak = peak.max(header.counts.ready());
        }
        header.before += self.changes.len() as u64;
        (header, peak)
    }

    /// Lets it begin at `first`, earlier than before, if it can.
    fn rebase(&mut self, first: Ns) -> bool {
        let shift = (self.first - first).0;
        let last = self.changes.last().map_or(0, |c| c.after());
        let fits = self.changes.len() < FULL && shift.saturating_add(last) <= FARTHEST;
        if fits {
            self.first = first;
            self.changes.iter_mut().for_each(|c| *c = c.at(c.after() + shift));
        }
        fits
    }
}

/// Where a change stands: the block, and the place in it.
type Place = (usize, usize);

/// All tasks' changes.
#[derive(Clone, Debug)]
pub struct Aggregate {
    blocks: Vec<Block>,
    /// The kernel's numbers of the cores that are told apart.
    cores: Vec<u16>,
    /// The blocks behind this one must be added up anew.
    stale: usize,
}

impl Default for Aggregate {
    fn default() -> Aggregate {
        Aggregate { blocks: Vec::new(), cores: Vec::new(), stale: usize::MAX }
    }
}

impl Aggregate {
    /// The kernel's numbers of the cores that work was seen on, in the order in which it was.
    pub fn cores(&self) -> &[u16] {
        &self.cores
    }

    /// Whether work on every core is told apart: there were not too many of them.
    pub fn tells_all_cores(&self) -> bool {
        self.cores.len() < CORES
    }

    /// What the task does from `mark` on; `allowed` are the cores of the run.
    fn activity(&mut self, mark: &Mark, allowed: &[u16]) -> Activity {
        let CoreId(core) = mark.core;
        if mark.state != State::Running || !allowed.contains(&core) {
            return Activity::of(mark.state, mark.holds);
        }
        self.place_of(core).map_or(Activity::of(mark.state, mark.holds), |p| Activity(ON_CORE + p))
    }

    /// The place of `core` among those that are told apart, if there is one left for it.
    fn place_of(&mut self, core: u16) -> Option<u8> {
        let known = self.cores.iter().position(|c| *c == core).or_else(|| {
            (self.cores.len() < CORES).then(|| {
                self.cores.push(core);
                self.cores.len() - 1
            })
        });
        known.map(|place| place as u8)
    }

    /// `task` got a mark, which stands where `placed` says.
    pub(super) fn mark(&mut self, task: TaskId, mark: &Mark, placed: &Placed, allowed: &[u16]) {
        let (task, activities) = self.activities(task, mark, placed, allowed);
        let [before, was, now, then] = activities;
        self.replace(mark.at, task, (before, was), (before, now));
        if let Some(next) = placed.next {
            self.replace(next.at, task, (was, then), (now, then));
        }
    }

    /// `task` lost that mark again.
    pub(super) fn unmark(&mut self, task: TaskId, mark: &Mark, placed: &Placed, allowed: &[u16]) {
        let (task, activities) = self.activities(task, mark, placed, allowed);
        let [before, was, now, then] = activities;
        if let Some(next) = placed.next {
            self.replace(next.at, task, (now, then), (was, then));
        }
        self.replace(mark.at, task, (before, now), (before, was));
    }

    /// What was done before a mark, in its place, what it is, and what follows.
    fn activities(&mut self, task: TaskId, mark: &Mark, placed: &Placed, allowed: &[u16]) -> (u16, [Activity; 4]) {
        let mut activity = |m: Option<Mark>| m.map_or(Activity::NOTHING, |m| self.activity(&m, allowed));
        let before = activity(placed.before);
        // Mostly nothing lies at the same instant.
        let was = if placed.was == placed.before { before } else { activity(placed.was) };
        (short(task), [before, was, activity(Some(*mark)), activity(placed.next)])
    }

    /// A thread of `owner` (a task, a helper, or one that `watches`) is on `core` without computing from `at`, or no
    /// longer is.
    pub(super) fn off_task(&mut self, at: Ns, core: CoreId, who: (u16, bool), on: bool, allowed: &[u16]) {
        if let Some((from, to)) = self.stands(core, who.1, on, allowed) {
            self.insert(at, Change { after: [0; 3], task: who.0, from, to });
        }
    }

    /// Takes back what [`Aggregate::off_task`] has put in.
    pub(super) fn take_off_task(&mut self, at: Ns, core: CoreId, who: (u16, bool), on: bool, allowed: &[u16]) {
        if let Some(activities) = self.stands(core, who.1, on, allowed) {
            self.remove(at, who.0, activities);
        }
    }

    fn stands(&mut self, core: CoreId, watches: bool, on: bool, allowed: &[u16]) -> Option<(Activity, Activity)> {
        let place = if allowed.contains(&core.0) { self.place_of(core.0)? } else { return None };
        let there = Activity(if watches { OVERHEAD } else { OFF_TASK } + place);
        Some(if on { (Activity::NOTHING, there) } else { (there, Activity::NOTHING) })
    }

    /// A loop begins or ceases to listen.
    pub(super) fn listens(&mut self, at: Ns, listens: bool) {
        let (off, on) = (Activity::NOTHING, Activity(LISTENS));
        let (from, to) = if listens { (off, on) } else { (on, off) };
        self.insert(at, Change { after: [0; 3], task: FREE, from, to });
    }

    fn replace(&mut self, at: Ns, task: u16, old: (Activity, Activity), new: (Activity, Activity)) {
        if old.0 != old.1 {
            self.remove(at, task, old);
        }
        if new.0 != new.1 {
            self.insert(at, Change { after: [0; 3], task, from: new.0, to: new.1 });
        }
    }

    fn insert(&mut self, at: Ns, change: Change) {
        // Mostly nothing is late: what comes belongs behind all there is.
        let behind_all = self.blocks.last().is_some_and(|b| b.first <= at);
        let found = if behind_all { self.blocks.len() } else { self.blocks.partition_point(|b| b.first <= at) };
        let Some(index) = found.checked_sub(1) else {
            if !self.blocks.first_mut().is_some_and(|b| b.rebase(at)) {
                grow(&mut self.blocks);
                self.blocks.insert(0, Block::new(at));
            }
            self.blocks[0].changes.insert(0, change);
            self.is_stale(0);
            return;
        };
        let block = &mut self.blocks[index];
        let after = (at - block.first).0;
        let is_last = block.changes.last().is_none_or(|c| c.after() <= after);
        let place = if is_last { block.changes.len() } else { block.changes.partition_point(|c| c.after() <= after) };
        let behind = block.changes.len() >= FULL && place == block.changes.len();
        if behind && self.blocks.get_mut(index + 1).is_some_and(|next| next.rebase(at)) {
            self.blocks[index + 1].changes.insert(0, change);
            self.is_stale(index);
            return;
        }
        let block = &mut self.blocks[index];
        if after > FARTHEST || behind {
            let mut next = Block::new(at);
            next.changes.push(change);
            grow(&mut self.blocks);
            self.blocks.insert(index + 1, next);
            self.is_stale(index);
        } else if block.changes.len() >= FULL {
            let tail = block.changes.split_off(FULL / 2);
            let shift = tail.first().map_or(0, |c| c.after());
            let mut next = Block::new(block.first + Ns(shift));
            next.changes.extend(tail.iter().map(|c| c.at(c.after() - shift)));
            grow(&mut self.blocks);
            self.blocks.insert(index + 1, next);
            self.is_stale(index);
            self.insert(at, change);
        } else {
            block.changes.insert(place, change.at(after));
            self.is_stale(index);
        }
    }

    fn remove(&mut self, at: Ns, task: u16, (from, to): (Activity, Activity)) {
        let mut index = self.blocks.partition_point(|b| b.first <= at);
        while let Some(here) = index.checked_sub(1) {
            let block = &mut self.blocks[here];
            let after = (at - block.first).0;
            let start = block.changes.partition_point(|c| c.after() < after);
            let same = |c: &Change| c.after() == after && (c.task, c.from, c.to) == (task, from, to);
            if let Some(found) = block.changes[start..].iter().position(same) {
                block.changes.remove(start + found);
                self.is_stale(here);
                return;
            }
            if start > 0 {
                return;
            }
            index = here;
        }
    }

    fn is_stale(&mut self, index: usize) {
        // Of the last block nothing is derived.
        if index + 1 < self.blocks.len() {
            self.stale = self.stale.min(index);
        }
    }

    /// Adds up anew what late arrivals have changed.
    pub(super) fn settle(&mut self) {
        for index in self.stale..self.blocks.len().saturating_sub(1) {
            let (header, peak) = self.blocks[index].end(self.blocks[index + 1].first);
            self.blocks[index].peak = peak;
            self.blocks[index + 1].header = header;
        }
        self.stale = usize::MAX;
    }

    /// The instant in the middle of all changes.
    pub(super) fn middle(&self) -> Option<Ns> {
        self.blocks.get(self.blocks.len() / 2).map(|block| block.first)
    }

    /// Drops what lies wholly before `cut`; the sums stay. Gives back how many of those changes were no task's.
    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        self.settle();
        let gone = self.blocks.partition_point(|b| b.first < cut).saturating_sub(1);
        let dropped = self.blocks.drain(..gone);
        let apart = |activity: Activity| activity.0 == LISTENS || (OFF_TASK..NOTHING).contains(&activity.0);
        dropped.flat_map(|b| b.changes).filter(|c| apart(c.from) || apart(c.to)).count()
    }
}

/// A task as a change names it; one beyond all that can be named is somebody.
pub(super) fn short(task: TaskId) -> u16 {
    u16::try_from(task.0).ok().filter(|task| *task < WATCHER).unwrap_or(SOMEBODY)
}

#[cfg(test)]
impl Aggregate {
    /// In `range`, `who` is on the core at `place` among [`Aggregate::cores`] without computing.
    pub(crate) fn put_off_task(&mut self, place: usize, range: crate::units::Range, who: Owner) {
        let (first, who) = match who {
            Owner::Task(task) => (activity::OFF_TASK, task.0 as u16),
            Owner::Watcher => (activity::OVERHEAD, activity::WATCHER),
            _ => (activity::OFF_TASK, activity::HELPER),
        };
        let there = Activity(first + place as u8);
        self.insert(range.from, Change { after: [0; 3], task: who, from: Activity::NOTHING, to: there });
        self.insert(range.to, Change { after: [0; 3], task: who, from: there, to: Activity::NOTHING });
        self.settle();
    }

    /// The bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let changes: usize = self.blocks.iter().map(|b| b.changes.capacity() * size_of::<Change>()).sum();
        changes + self.blocks.capacity() * size_of::<Block>()
    }
}

#[cfg(test)]
mod tests;
