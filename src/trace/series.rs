//! A number over time: what it is from each change to the next, with sums and extremes that are found quickly. Each
//! change is somebody's, and may tell of a wait before it.

use std::collections::BTreeMap;

use super::instants::Instants;
use super::{grow, place_of};
use crate::units::{Ns, Range, TaskId};

/// How many changes lie from one that comes with sums to the next.
const EACH: usize = 32;

/// A change of a number.
pub(super) trait Change: Copy {
    /// When.
    fn at(&self) -> Ns;
    /// The same change at another instant.
    fn moved_to(self, at: Ns) -> Self;
    /// Whose.
    fn task(&self) -> TaskId;
    /// The number from then on.
    fn level(&self) -> u32;
    /// Which of two changes of the same instant came first: the one with the lower order.
    fn order(&self) -> u64 {
        0
    }
    /// What is missing from then on, if the change is one to look for.
    fn missing(&self) -> Option<i64> {
        None
    }
}

/// What the number was during some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// The smallest.
    pub least: u32,
    /// The largest.
    pub most: u32,
    /// The mean by time.
    pub mean: f64,
}

/// The changes of a number, in order.
#[derive(Clone, Debug)]
pub(super) struct Series<T> {
    list: Vec<T>,
    /// The sums before every [`EACH`]th change, and the extremes from there to the next such one.
    blocks: Vec<Block>,
    /// How many changes, from the first, are in the blocks.
    settled: usize,
    /// The instants of each task's own changes.
    own: BTreeMap<TaskId, Vec<Ns>>,
    /// Where the record begins: all before was dropped.
    base: Base,
    /// How many changes had to move to make room for late ones.
    moved: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Base {
    at: Ns,
    level: u32,
    dropped: u64,
    sums: Sums,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// The number times the nanoseconds that it lasted.
    area: u128,
    /// How many changes with something missing there were, and how much it was.
    found: u64,
    missing: i64,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    before: Sums,
    least: u32,
    most: u32,
}

impl<T: Change> Series<T> {
    /// Without changes: the number is `level`.
    pub(super) fn new(level: u32) -> Series<T> {
        Series {
            list: Vec::new(),
            blocks: Vec::new(),
            settled: 0,
            own: BTreeMap::new(),
            base: Base { level, ..Base::default() },
            moved: 0,
        }
    }

    /// Puts in a change. Call [`Series::settle`] before anything is asked.
    pub(super) fn insert(&mut self, change: T) {
        let change = change.moved_to(change.at().max(self.base.at));
        let key = |c: &T| (c.at(), c.order());
        let is_last = self.list.last().is_none_or(|last| key(last) <= key(&change));
        let place = if is_last { self.list.len() } else { self.list.partition_point(|c| key(c) <= key(&change)) };
        self.moved += (self.list.len() - place) as u64;
        grow(&mut self.list);
        self.list.insert(place, change);
        self.settled = self.settled.min(place);
        let own = self.own.entry(change.task()).or_default();
        let place = place_of(own, change.at(), |at| *at);
        self.moved += (own.len() - place) as u64;
        grow(own);
        own.insert(place, change.at());
    }

    /// Computes the sums anew behind the earliest change that arrived since the last time.
    pub(super) fn settle(&mut self) {
        if self.settled == self.list.len() {
            return;
        }
        // The last block may have been cut short.
        self.blocks.truncate(self.settled / EACH);
        for number in self.blocks.len()..self.list.len().div_ceil(EACH) {
            let before = self.sums(number * EACH, self.list[number * EACH].at());
            let levels = self.list[number * EACH..].iter().take(EACH).map(Change::level);
            let (least, most) = levels.fold((u32::MAX, 0), |(least, most), level| (least.min(level), most.max(level)));
            grow(&mut self.blocks);
            self.blocks.push(Block { before, least, most });
        }
        self.settled = self.list.len();
    }

    /// The sums at `at`, when the first `count` changes have come.
    fn sums(&self, count: usize, at: Ns) -> Sums {
        let area = |level: u32, from: Ns, to: Ns| u128::from(level) * u128::from(to.less(from).0);
        let Some(last) = count.checked_sub(1) else {
            let Base { at: from, level, sums, .. } = self.base;
            return Sums { area: sums.area + area(level, from, at), ..sums };
        };
        let block = (last / EACH).min(self.blocks.len().saturating_sub(1));
        let first = block * EACH;
        let mut sums = match self.blocks.get(block) {
            Some(block) => block.before,
            None => self.sums(0, self.list[0].at()),
        };
        for index in first..count {
            let change = self.list[index];
            let to = if index == last { at } else { self.list[index + 1].at() };
            sums.area += area(change.level(), change.at(), to);
            if let Some(missing) = change.missing() {
                sums.found += 1;
                sums.missing = sums.missing.saturating_add(missing);
            }
        }
        sums
    }

    /// How many changes are kept.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// How many records had to move to make room for late ones.
    pub(super) fn moved(&self) -> u64 {
        self.moved
    }

    fn place(&self, at: Ns) -> usize {
        self.list.partition_point(|c| c.at() < at)
    }

    /// How many changes there were before `at`.
    pub(super) fn before(&self, at: Ns) -> u64 {
        self.base.dropped + self.place(at) as u64
    }

    /// What is missing because of the changes before `at`: how many such changes there were, and how much it is.
    pub(super) fn missing(&self, at: Ns) -> (u64, i64) {
        let count = self.place(at);
        let sums = self.sums(count, self.list.get(count.saturating_sub(1)).map_or(at, Change::at));
        (sums.found, sums.missing)
    }

    /// The number at `at`.
    pub(super) fn level(&self, at: Ns) -> u32 {
        let count = self.list.partition_point(|c| c.at() <= at);
        count.checked_sub(1).map_or(self.base.level, |last| self.list[last].level())
    }

    /// The number during `range`, which is not empty.
    pub(super) fn levels(&self, range: Range) -> Levels {
        let (first, end) = (self.list.partition_point(|c| c.at() <= range.from), self.place(range.to));
        let level = first.checked_sub(1).map_or(self.base.level, |last| self.list[last].level());
        let end = end.max(first);
        let (mut least, mut most, mut index) = (level, level, first);
        while index < end {
            let (low, high, next) = match self.blocks.get(index / EACH) {
                Some(block) if index.is_multiple_of(EACH) && index + EACH <= end => {
                    (block.least, block.most, index + EACH)
                }
                _ => (self.list[index].level(), self.list[index].level(), index + 1),
            };
            (least, most, index) = (least.min(low), most.max(high), next);
        }
        let area = self.sums(end, range.to).area.saturating_sub(self.sums(first, range.from).area);
        // Nothing is known of the time before the record.
        let length = range.to.less(range.from.max(self.base.at)).0;
        let mean = if length == 0 { f64::from(level) } else { area as f64 / length as f64 };
        Levels { least, most, mean: mean.clamp(f64::from(least), f64::from(most)) }
    }

    /// The changes within `range`.
    pub(super) fn within(&self, range: Range) -> &[T] {
        let from = self.place(range.from);
        &self.list[from..self.place(range.to).max(from)]
    }

    /// All changes that are kept.
    pub(super) fn all(&self) -> &[T] {
        &self.list
    }

    /// The first change of `task` after `at`: its index.
    pub(super) fn next_of(&self, task: TaskId, at: Ns) -> Option<usize> {
        let own = self.own.get(&task)?;
        self.index(task, *own.get(own.partition_point(|x| *x <= at))?)
    }

    /// The last change of `task` before `at`: its index.
    pub(super) fn last_of(&self, task: TaskId, at: Ns) -> Option<usize> {
        let own = self.own.get(&task)?;
        self.index(task, own[own.partition_point(|x| *x < at).checked_sub(1)?])
    }

    fn index(&self, task: TaskId, at: Ns) -> Option<usize> {
        let first = self.place(at);
        let same = self.list[first..].iter().take_while(|c| c.at() == at).position(|c| c.task() == task);
        same.map(|further| first + further)
    }

    /// The first change after `at` from which something is missing.
    pub(super) fn next_missing(&self, at: Ns) -> Option<&T> {
        let first = self.list.partition_point(|c| c.at() <= at);
        let rest = &self.list[first..];
        let to_block = first.next_multiple_of(EACH).min(self.list.len()) - first;
        let is_one = |c: &&T| c.missing().is_some();
        rest[..to_block].iter().find(is_one).or_else(|| {
            let (from, known) = (first + to_block, self.blocks.get((first + to_block) / EACH)?.before.found);
            // The last block that begins with no more of them than are known already holds the next, or nothing does.
            let block = self.blocks.partition_point(|b| b.before.found <= known) - 1;
            self.list[(block * EACH).max(from)..].iter().find(is_one)
        })
    }

    /// The last change before `at` from which something is missing.
    pub(super) fn last_missing(&self, at: Ns) -> Option<&T> {
        let end = self.place(at);
        let block = end.checked_sub(1)? / EACH;
        let is_one = |c: &&T| c.missing().is_some();
        self.list[block * EACH..end].iter().rev().find(is_one).or_else(|| {
            let known = self.blocks.get(block)?.before.found;
            let block = self.blocks.partition_point(|b| b.before.found < known).checked_sub(1)?;
            self.list[block * EACH..((block + 1) * EACH).min(end)].iter().rev().find(is_one)
        })
    }

    /// Half of all changes lie before it.
    pub(super) fn middle(&self) -> Option<Ns> {
        self.list.get(self.list.len() / 2).map(Change::at)
    }

    /// Drops the changes before `cut`, keeping the sums. Returns how many those were.
    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        self.settle();
        let gone = self.place(cut);
        if gone > 0 {
            let at = cut.max(self.base.at);
            let (sums, level) = (self.sums(gone, at), self.list[gone - 1].level());
            self.base = Base { at, level, dropped: self.base.dropped + gone as u64, sums };
            self.list.drain(..gone);
            self.own.retain(|_, own| {
                own.drain(..own.partition_point(|at| *at < cut));
                !own.is_empty()
            });
            self.blocks.clear();
            self.settled = 0;
            self.settle();
        }
        gone
    }
}

/// How many tasks wait at a time: when waits that are over began, and when they ended; and when those began that were
/// left open as the run broke off.
#[derive(Clone, Debug, Default)]
pub(super) struct Waits {
    over: [Instants; 2],
    open: Vec<Ns>,
}

impl Waits {
    /// A wait of the length `waited` that ended at `at`; returns how many records that makes: none where there was no
    /// wait.
    pub(super) fn insert(&mut self, at: Ns, waited: Ns) -> usize {
        let is_one = waited > Ns::ZERO;
        if is_one {
            self.over[0].insert(at.less(waited));
            self.over[1].insert(at);
        }
        usize::from(is_one)
    }

    /// A wait that began at `since` and never ended.
    pub(super) fn leave_open(&mut self, since: Ns) {
        self.open.push(since);
    }

    /// The time for which those waits that never ended have lasted at `until`, added up.
    pub(super) fn open(&self, until: Ns) -> Ns {
        self.open.iter().map(|since| until.less(*since)).sum()
    }

    pub(super) fn settle(&mut self) {
        self.over.iter_mut().for_each(Instants::settle);
    }

    pub(super) fn moved(&self) -> u64 {
        self.over.iter().map(|list| list.moved).sum()
    }

    /// How many wait at `at`.
    pub(super) fn at(&self, at: Ns) -> u64 {
        let begun = |list: &Instants| list.count(at + Ns(1));
        let open = self.open.iter().filter(|since| **since <= at).count();
        (begun(&self.over[0]).saturating_sub(begun(&self.over[1])) + open) as u64
    }

    /// The time for which tasks waited within `range`, added up.
    pub(super) fn within(&self, range: Range) -> Ns {
        let up_to = |at: Ns| self.over[0].since(at).saturating_sub(self.over[1].since(at));
        Ns(up_to(range.to).saturating_sub(up_to(range.from)) as u64) + self.open(range.to).less(self.open(range.from))
    }

    /// Drops what lies before `cut`; returns how many waits ended there.
    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        self.over[0].forget(cut);
        self.over[1].forget(cut)
    }
}

#[cfg(test)]
mod tests;
