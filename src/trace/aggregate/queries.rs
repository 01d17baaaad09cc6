//! Questions to all tasks together; each is answered from the blocks that its ends lie in.

use super::activity::PLACES;
use super::{ALSO, Aggregate, Block, Change, Counts, Header, LISTENS, LOOP, Owner, Place, Totals};
use crate::units::{Ns, Range};

/// A stretch in which one has a core, the loop, or in which the loop listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Computing on the core at this place among [`Aggregate::cores`].
    Core(usize, Owner),
    /// On that core without computing: starting, copying, awake for a moment within a wait; or a helper, or a watcher.
    /// Known from the kernel's record only.
    OffTask(usize, Owner),
    /// On the event loop.
    Loop(Owner),
    /// The event loop listens.
    Listens,
}

impl Aggregate {
    /// The time all tasks together spent in each state up to `at`.
    pub fn totals(&self, at: Ns) -> Totals {
        match self.blocks.partition_point(|b| b.first <= at).checked_sub(1) {
            Some(index) => self.blocks[index].totals(at),
            None => self.blocks.first().map_or(Totals::NONE, |b| b.header.totals.clone()),
        }
    }

    /// How many tasks are in each state at `at`.
    pub fn counts(&self, at: Ns) -> Counts {
        let Some(index) = self.blocks.partition_point(|b| b.first <= at).checked_sub(1) else {
            return Header::EMPTY.counts;
        };
        let block = &self.blocks[index];
        let mut header = block.header.clone();
        block.changes.iter().take_while(|c| block.at(**c) <= at).for_each(|c| header.apply(*c));
        header.counts
    }

    /// How many changes lie in `range`.
    pub fn changes(&self, range: Range) -> u64 {
        let ordinal = |(index, place): Place| self.blocks.get(index).map_or(0, |b| b.header.before + place as u64);
        ordinal(self.place(range.to)).saturating_sub(ordinal(self.place(range.from)))
    }

    /// The first change that is not before `at`, in its block or behind the end of the one before.
    fn place(&self, at: Ns) -> Place {
        let Some(index) = self.blocks.partition_point(|b| b.first < at).checked_sub(1) else { return (0, 0) };
        let block = &self.blocks[index];
        (index, block.changes.partition_point(|c| block.at(*c) < at))
    }

    fn from(&self, (index, place): Place) -> impl Iterator<Item = (Ns, Change)> + '_ {
        let behind = |b: &'_ Block, skip: usize| (b.first, skip);
        self.blocks[index.min(self.blocks.len())..].iter().enumerate().flat_map(move |(n, block)| {
            let (first, skip) = behind(block, if n == 0 { place } else { 0 });
            block.changes[skip..].iter().map(move |c| (first + Ns(c.after()), *c))
        })
    }

    /// What is true just before `place`.
    fn header(&self, (index, place): Place) -> Header {
        let Some(block) = self.blocks.get(index) else { return Header::EMPTY };
        let mut header = block.header.clone();
        block.changes[..place].iter().for_each(|c| header.apply(*c));
        header
    }

    /// Every turn on a core or on the loop that touches `range`, cut to it. Those of one core are in order.
    pub fn turns(&self, range: Range, mut each: impl FnMut(Range, Turn)) {
        let place = self.place(range.from);
        let mut header = self.header(place);
        let lanes = self.cores.len();
        let mut since = [range.from; PLACES];
        let mut quiet_since = range.from;
        let owner = |header: &Header, lane: usize| header.owners.owner(lane);
        let turn = |lane: usize, owner: Owner| match lane {
            LOOP => Turn::Loop(owner),
            ALSO.. => Turn::OffTask(lane - ALSO, owner),
            _ => Turn::Core(lane, owner),
        };
        let mut close = |lane: usize, owner: Owner, from: Ns, to: Ns| {
            let stretch = Range::new(from, to);
            if owner != Owner::Nobody && !stretch.is_empty() {
                each(stretch, turn(lane, owner));
            }
        };
        let listens = |header: &Header| header.counts.0[usize::from(LISTENS)] > 0;
        let mut quiet = Vec::new();
        for (at, change) in self.from(place).take_while(|(at, _)| *at < range.to) {
            let heard = listens(&header);
            let lanes = [change.from.place_on_core(), change.to.place_on_core(), Some(LOOP)];
            let before = lanes.map(|lane| lane.map(|l| (l, owner(&header, l))));
            header.apply(change);
            for (lane, was) in before.into_iter().flatten() {
                if owner(&header, lane) != was {
                    close(lane, was, since[lane], at);
                    since[lane] = at;
                }
            }
            match (heard, listens(&header)) {
                (true, false) => quiet.push(Range::new(quiet_since, at)),
                (false, true) => quiet_since = at,
                _ => {}
            }
        }
        for lane in (0..lanes).chain(ALSO..ALSO + lanes).chain([LOOP]) {
            close(lane, owner(&header, lane), since[lane], range.to);
        }
        if listens(&header) {
            quiet.push(Range::new(quiet_since, range.to));
        }
        quiet.into_iter().filter(|r| !r.is_empty()).for_each(|r| each(r, Turn::Listens));
    }

    /// The most tasks that are ready at one time in `range`. `more` are instants, in order, from which one more is.
    pub fn most_ready(&self, range: Range, more: &[Ns]) -> usize {
        let already = more.partition_point(|at| *at <= range.from);
        let mut rising = more[already..].iter().take_while(|at| **at < range.to).peekable();
        let place = self.place(range.from);
        let mut header = self.header(place);
        let mut most = 0;
        let mut extra = already;
        if rising.peek().is_none() {
            // Whole blocks are known; only those that the ends lie in are walked.
            let last = self.blocks.partition_point(|b| b.first < range.to).saturating_sub(1);
            if last > place.0 {
                let within = |i: usize, part: Range| self.peak_in(i, part);
                let head = Range::new(range.from, self.blocks[place.0 + 1].first);
                let tail = Range::new(self.blocks[last].first, range.to);
                let between = self.blocks[place.0 + 1..last].iter().map(|b| b.peak).max().unwrap_or(0);
                let peak = within(place.0, head).max(within(last, tail)).max(between);
                return usize::from(peak) + extra;
            }
            let peak = if self.blocks.is_empty() { 0 } else { self.peak_in(place.0, range) };
            return usize::from(peak) + extra;
        }
        let mut at = range.from;
        let mut level = |header: &Header, extra: usize, from: Ns, to: Ns| {
            if to > from {
                most = most.max(usize::from(header.counts.ready()) + extra);
            }
        };
        for (next, change) in self.from(place).take_while(|(at, _)| *at < range.to) {
            while let Some(rise) = rising.next_if(|rise| **rise <= next) {
                level(&header, extra, at, *rise);
                (at, extra) = (*rise, extra + 1);
            }
            level(&header, extra, at, next);
            at = next;
            header.apply(change);
        }
        for rise in rising {
            level(&header, extra, at, *rise);
            (at, extra) = (*rise, extra + 1);
        }
        level(&header, extra, at, range.to);
        most
    }

    /// The most that are ready at one time in `part`, which lies between this block's begin and the next one's.
    fn peak_in(&self, index: usize, part: Range) -> u16 {
        let block = &self.blocks[index];
        let mut counts = block.header.counts.clone();
        let mut at = part.from;
        let mut peak = 0;
        for change in &block.changes {
            let next = block.at(*change);
            if next >= part.to {
                break;
            }
            if next > at {
                peak = peak.max(counts.ready());
                at = next;
            }
            counts.0[change.from.index()] = counts.0[change.from.index()].wrapping_sub(1);
            counts.0[change.to.index()] = counts.0[change.to.index()].wrapping_add(1);
        }
        if part.to > at { peak.max(counts.ready()) } else { peak }
    }

    /// Whether no task is known.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}
