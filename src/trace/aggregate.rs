//! All tasks together on one line of time: every change of state of any of them, in blocks that begin with exact sums.
//! So the time that all tasks spent in a state up to any instant, and how many are in it then, are found in the time it
//! takes to search one block, however many tasks and changes there are.
//!
//! A change takes twelve bytes; the sums at a block's begin take memory for each core seen before it. A change that
//! arrives late is put in its place; then the sums of the blocks behind it are computed anew.

use super::grow;
use super::mark::{Mark, Placed};
use crate::state::State;
use crate::units::{CoreId, Ns, TaskId};

mod activity;
mod few;
mod places;
mod queries;

pub use activity::{Activity, Counts, Owner, Totals};
pub use queries::{Turn, Turns};

pub use activity::{HELPER, SOMEBODY, WATCHER};

use activity::{FREE, LOOP, OnCore, Owners};
use places::Places;

/// How many changes a block holds at most where there are few cores.
const FULL: usize = 128;
/// How many changes a block holds for each core, where this makes more than [`FULL`]. So the sums that the block begins
/// with, some 34 bytes for each core, take less than the changes, however many cores there are.
const FULL_EACH: usize = 4;

/// One change: twelve bytes.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// The low 32 of 48 bits of the time since the block's begin, in ns. 48 bits are 78 hours.
    low: u32,
    high: u16,
    task: u16,
    from: Activity,
    to: Activity,
}

/// The farthest that a change may lie behind its block's begin, in ns.
const FARTHEST: u64 = (1 << 48) - 1;

impl Change {
    fn after(self) -> u64 {
        u64::from(self.low) | u64::from(self.high) << 32
    }

    fn at(self, after: u64) -> Change {
        Change { low: after as u32, high: (after >> 32) as u16, ..self }
    }

    /// How many tasks are ready after this change, where `before` are ready before it.
    fn ready_after(self, before: u16) -> u16 {
        before.wrapping_add(self.to.is_ready().into()).wrapping_sub(self.from.is_ready().into())
    }
}

/// How many tasks do what at one instant, and who has the cores and the loop.
#[derive(Clone, Debug, Default)]
struct Standing {
    counts: Counts,
    owners: Owners,
}

impl Standing {
    #[inline]
    fn apply(&mut self, change: Change) {
        let left = self.counts.change(change.from, change.to);
        if let Some(lane) = change.from.lane() {
            self.owners.leave(lane, change.task, left > 0);
        }
        if change.from.has_loop() {
            self.owners.leave(LOOP, change.task, false);
        }
        if let Some(lane) = change.to.lane() {
            self.owners.take(lane, change.task);
        }
        if change.to.has_loop() {
            self.owners.take(LOOP, change.task);
        }
    }
}

/// The sums and the standing just before a block's first change. Cores that were first seen later are not in it.
#[derive(Clone, Debug, Default)]
struct Header {
    totals: Totals,
    now: Standing,
    /// How many changes lie before the block.
    before: u64,
}

/// Up to [`Aggregate::full`] changes in order, and all that lies before them as sums.
#[derive(Clone, Debug)]
struct Block {
    /// The block's begin: not later than its first change.
    first: Ns,
    header: Header,
    /// The most that are ready at one time, from `first` to the next block's begin.
    peak: u16,
    changes: Vec<Change>,
}

impl Block {
    fn new(first: Ns, room: usize) -> Block {
        Block { first, header: Header::default(), peak: 0, changes: Vec::with_capacity(room) }
    }

    fn at(&self, change: Change) -> Ns {
        self.first + Ns(change.after())
    }

    fn totals(&self, at: Ns) -> Totals {
        let mut totals = self.header.totals.clone();
        let passed = at - self.first;
        totals.pass(&self.header.now.counts, passed);
        for change in self.changes.iter().take_while(|c| c.after() <= passed.0) {
            totals.shift(change.from, change.to, Ns(passed.0 - change.after()));
        }
        totals
    }

    /// The header of the next block, which begins at `to`, and the most tasks that are ready at one time up to then.
    fn end(&self, to: Ns) -> (Header, u16) {
        let mut now = self.header.now.clone();
        let (mut ready, mut peak, mut at) = (now.counts.ready(), 0, self.first);
        for change in &self.changes {
            let next = self.at(*change);
            if next > at {
                peak = peak.max(ready);
                at = next;
            }
            ready = change.ready_after(ready);
            now.apply(*change);
        }
        if to > at {
            peak = peak.max(ready);
        }
        let before = self.header.before + self.changes.len() as u64;
        (Header { totals: self.totals(to), now, before }, peak)
    }

    /// Moves the block's begin back to `first` and tells whether it could: the block must hold fewer than `full`
    /// changes, and its last change must stay within [`FARTHEST`].
    fn rebase(&mut self, first: Ns, full: usize) -> bool {
        let shift = (self.first - first).0;
        let last = self.changes.last().map_or(0, |c| c.after());
        let fits = self.changes.len() < full && shift.saturating_add(last) <= FARTHEST;
        if fits {
            self.first = first;
            self.changes.iter_mut().for_each(|c| *c = c.at(c.after() + shift));
        }
        fits
    }
}

/// The place of a change: the index of its block, and its index in that block.
type Place = (usize, usize);

/// All tasks' changes.
#[derive(Clone, Debug)]
pub struct Aggregate {
    blocks: Vec<Block>,
    places: Places,
    /// The sums of the blocks behind this one must be computed anew; `usize::MAX` where all sums are right.
    stale: usize,
}

impl Default for Aggregate {
    fn default() -> Aggregate {
        Aggregate { blocks: Vec::new(), places: Places::default(), stale: usize::MAX }
    }
}

impl Aggregate {
    /// The kernel's numbers of the cores on which the run was seen, in the order of first sight: the indices are
    /// places.
    pub fn cores(&self) -> &[u16] {
        self.places.seen()
    }

    /// The place of `core` among [`Aggregate::cores`], if it is one of them.
    pub fn place_of(&self, core: u16) -> Option<usize> {
        self.places.get(core)
    }

    /// Whether work on every core is told apart; false where the run used more cores than there are places.
    pub fn tells_all_cores(&self) -> bool {
        self.places.tells_all()
    }

    /// Sets the cores that the run may use.
    pub(super) fn allow(&mut self, cores: &[u16]) {
        self.places.allow(cores);
    }

    /// How many changes a block holds at most.
    fn full(&self) -> usize {
        FULL.max(FULL_EACH * self.places.seen().len())
    }

    /// What the task does from `mark` on.
    fn activity(&mut self, mark: &Mark) -> Activity {
        let works = (mark.state == State::Running).then(|| self.places.take(mark.core.0)).flatten();
        works.map_or(Activity::of(mark.state, mark.holds), |place| Activity::on_core(place, OnCore::Computes))
    }

    /// Adds `mark`, which `task` got; `placed` says which marks stand around it.
    pub(super) fn mark(&mut self, task: TaskId, mark: &Mark, placed: &Placed) {
        let (task, activities) = self.activities(task, mark, placed);
        let [before, was, now, then] = activities;
        self.replace(mark.at, task, (before, was), (before, now));
        if let Some(next) = placed.next {
            self.replace(next.at, task, (was, then), (now, then));
        }
    }

    /// Takes back `mark`, which `task` lost again.
    pub(super) fn unmark(&mut self, task: TaskId, mark: &Mark, placed: &Placed) {
        let (task, activities) = self.activities(task, mark, placed);
        let [before, was, now, then] = activities;
        if let Some(next) = placed.next {
            self.replace(next.at, task, (now, then), (was, then));
        }
        self.replace(mark.at, task, (before, now), (before, was));
    }

    /// The task's number in a change, and four activities: before the mark, at the mark's place until it came, from the
    /// mark on, and from the next mark on.
    fn activities(&mut self, task: TaskId, mark: &Mark, placed: &Placed) -> (u16, [Activity; 4]) {
        let mut activity = |m: Option<Mark>| m.map_or(Activity::NOTHING, |m| self.activity(&m));
        let before = activity(placed.before);
        // Mostly nothing lies at the same instant.
        let was = if placed.was == placed.before { before } else { activity(placed.was) };
        (short(task), [before, was, activity(Some(*mark)), activity(placed.next)])
    }

    /// From `at` on, a thread is on `core` without computing, or, where `on` is false, no longer is. `who` is its owner
    /// (a task, a helper or a watcher), and whether it watches the run.
    pub(super) fn off_task(&mut self, at: Ns, core: CoreId, who: (u16, bool), on: bool) {
        if let Some((from, to)) = self.stands(core, who.1, on) {
            self.insert(at, who.0, from, to);
        }
    }

    /// Takes back what [`Aggregate::off_task`] has put in.
    pub(super) fn take_off_task(&mut self, at: Ns, core: CoreId, who: (u16, bool), on: bool) {
        if let Some(activities) = self.stands(core, who.1, on) {
            self.remove(at, who.0, activities);
        }
    }

    fn stands(&mut self, core: CoreId, watches: bool, on: bool) -> Option<(Activity, Activity)> {
        let what = if watches { OnCore::Overhead } else { OnCore::OffTask };
        let there = Activity::on_core(self.places.take(core.0)?, what);
        Some(if on { (Activity::NOTHING, there) } else { (there, Activity::NOTHING) })
    }

    /// A loop begins or ceases to listen.
    pub(super) fn listens(&mut self, at: Ns, listens: bool) {
        let (off, on) = (Activity::NOTHING, Activity::LISTENS);
        let (from, to) = if listens { (off, on) } else { (on, off) };
        self.insert(at, FREE, from, to);
    }

    fn replace(&mut self, at: Ns, task: u16, old: (Activity, Activity), new: (Activity, Activity)) {
        if old.0 != old.1 {
            self.remove(at, task, old);
        }
        if new.0 != new.1 {
            self.insert(at, task, new.0, new.1);
        }
    }

    fn insert(&mut self, at: Ns, task: u16, from: Activity, to: Activity) {
        let change = Change { low: 0, high: 0, task, from, to };
        // Mostly changes arrive in order, and belong behind all others.
        let full = self.full();
        if let Some(block) = self.blocks.last_mut()
            && block.changes.len() < full
            && let Some(after) = at.0.checked_sub(block.first.0)
            && (block.changes.last().map_or(0, |c| c.after())..=FARTHEST).contains(&after)
        {
            block.changes.push(change.at(after));
        } else {
            self.put(at, change, full);
        }
    }

    /// Puts `change` in its place among all changes, in a new block if need be.
    fn put(&mut self, at: Ns, change: Change, full: usize) {
        let found = self.blocks.partition_point(|b| b.first <= at);
        let Some(index) = found.checked_sub(1) else {
            if !self.blocks.first_mut().is_some_and(|b| b.rebase(at, full)) {
                grow(&mut self.blocks);
                self.blocks.insert(0, Block::new(at, full));
            }
            self.blocks[0].changes.insert(0, change);
            self.is_stale(0);
            return;
        };
        let block = &mut self.blocks[index];
        let after = (at - block.first).0;
        let is_last = block.changes.last().is_none_or(|c| c.after() <= after);
        let place = if is_last { block.changes.len() } else { block.changes.partition_point(|c| c.after() <= after) };
        let behind = block.changes.len() >= full && place == block.changes.len();
        if behind && self.blocks.get_mut(index + 1).is_some_and(|next| next.rebase(at, full)) {
            self.blocks[index + 1].changes.insert(0, change);
            self.is_stale(index);
            return;
        }
        let block = &mut self.blocks[index];
        if after > FARTHEST || behind {
            let mut next = Block::new(at, full);
            next.changes.push(change);
            grow(&mut self.blocks);
            self.blocks.insert(index + 1, next);
            self.is_stale(index);
        } else if block.changes.len() >= full {
            let tail = block.changes.split_off(block.changes.len() / 2);
            // Late changes mostly belong near the end, in the new block: the old one gives back its spare room.
            block.changes.shrink_to_fit();
            let shift = tail.first().map_or(0, |c| c.after());
            let mut next = Block::new(block.first + Ns(shift), full);
            next.changes.extend(tail.iter().map(|c| c.at(c.after() - shift)));
            grow(&mut self.blocks);
            self.blocks.insert(index + 1, next);
            self.is_stale(index);
            self.put(at, change, full);
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
        // Nothing is derived from the last block.
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

    /// The begin of the middle block: about half of all changes lie before it.
    pub(super) fn middle(&self) -> Option<Ns> {
        self.blocks.get(self.blocks.len() / 2).map(|block| block.first)
    }

    /// Drops the blocks wholly before `cut`; the sums stay. Returns how many of their changes were no task's.
    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        self.settle();
        let gone = self.blocks.partition_point(|b| b.first < cut).saturating_sub(1);
        let dropped = self.blocks.drain(..gone);
        dropped.flat_map(|b| b.changes).filter(|c| c.from.is_apart() || c.to.is_apart()).count()
    }
}

/// The number of `task` in a change; [`SOMEBODY`] where the task's number is too large for one.
pub(super) fn short(task: TaskId) -> u16 {
    u16::try_from(task.0).ok().filter(|task| *task < WATCHER).unwrap_or(SOMEBODY)
}

#[cfg(test)]
impl Aggregate {
    /// In `range`, `who` is on the core at `place` among [`Aggregate::cores`] without computing.
    pub(crate) fn put_off_task(&mut self, place: usize, range: crate::units::Range, who: Owner) {
        let (what, who) = match who {
            Owner::Task(task) => (OnCore::OffTask, task.0 as u16),
            Owner::Watcher => (OnCore::Overhead, WATCHER),
            _ => (OnCore::OffTask, HELPER),
        };
        let there = Activity::on_core(place as u16, what);
        self.insert(range.from, who, Activity::NOTHING, there);
        self.insert(range.to, who, there, Activity::NOTHING);
        self.settle();
    }

    /// The bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let more = |b: &Block| b.header.totals.bytes() + b.header.now.counts.bytes() + b.header.now.owners.bytes();
        let apart: usize = self.blocks.iter().map(|b| b.changes.capacity() * size_of::<Change>() + more(b)).sum();
        apart + self.blocks.capacity() * size_of::<Block>()
    }
}

#[cfg(test)]
mod tests;
