//! Questions about all tasks together; most are answered from the blocks in which the ends of a range lie.

use super::activity::{FREE, LANES_IN_PLACE, LOOP, computes, core_of, is_there};
use super::few::Few;
use super::{Activity, Aggregate, Change, Counts, Owner, Place, Standing, Totals};
use crate::state::State;
use crate::units::{Ns, Range};

/// What happens in a stretch of time: somebody has a core or the loop, or the loop listens.
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

/// Looks at one stretch of time after the other: who had what at the end of one is known at the begin of the next.
#[derive(Debug)]
pub struct Turns<'a> {
    aggregate: &'a Aggregate,
    /// The standing just before the change at `place`; of nothing before the first look.
    now: Standing,
    place: Option<Place>,
}

impl Turns<'_> {
    /// Goes on to the change at `to`.
    fn go(&mut self, to: Place) {
        let block = self.aggregate.blocks.get(to.0);
        match (self.place.replace(to), block) {
            (Some((index, from)), Some(block)) if index == to.0 && from <= to.1 => {
                block.changes[from..to.1].iter().for_each(|change| self.now.apply(*change));
            }
            _ => self.now = self.aggregate.standing(to),
        }
    }

    /// Every turn on a core or on the loop that touches `range`, cut to it. Those of one core are in order.
    pub fn within(&mut self, range: Range, mut each: impl FnMut(Range, Turn)) {
        let aggregate = self.aggregate;
        let place = aggregate.place(range.from);
        self.go(place);
        let now = &mut self.now;
        // Since when each lane's owner has it, in ns; 0, where nothing was written, stands for the range's begin.
        let mut since: Few<u64, LANES_IN_PLACE> = Few::with_room(computes(aggregate.cores().len()));
        let mut quiet_since = range.from;
        let mut close = |lane: usize, owner: Owner, from: u64, to: Ns| {
            let stretch = Range::new(range.from.max(Ns(from)), to);
            if owner != Owner::Nobody && !stretch.is_empty() {
                each(stretch, turn(lane, owner));
            }
        };
        let mut quiet = Vec::new();
        let end = aggregate.walk(place, range.to, |at, change| {
            let (heard, loop_was) = (now.counts.listens(), now.owners.raw(LOOP));
            let lanes = [change.from.lane(), change.to.lane()];
            let before = lanes.map(|lane| lane.map_or(FREE, |lane| now.owners.raw(lane)));
            now.apply(change);
            let mut see = |lane: usize, was: u16| {
                if now.owners.raw(lane) != was {
                    close(lane, Owner::of(was), since.get(lane), at);
                    *since.slot(lane) = at.0;
                }
            };
            if let Some(lane) = lanes[0] {
                see(lane, before[0]);
            }
            if let Some(lane) = lanes[1].filter(|_| lanes[1] != lanes[0]) {
                see(lane, before[1]);
            }
            see(LOOP, loop_was);
            match (heard, now.counts.listens()) {
                (true, false) => quiet.push(Range::new(quiet_since, at)),
                (false, true) => quiet_since = at,
                (true, true) | (false, false) => {}
            }
        });
        self.place = Some(end);
        let cores = 0..aggregate.cores().len();
        for lane in cores.clone().map(computes).chain(cores.map(is_there)).chain([LOOP]) {
            close(lane, now.owners.owner(lane), since.get(lane), range.to);
        }
        if now.counts.listens() {
            quiet.push(Range::new(quiet_since, range.to));
        }
        quiet.into_iter().filter(|r| !r.is_empty()).for_each(|r| each(r, Turn::Listens));
    }
}

impl Aggregate {
    /// The time all tasks together spent in each state up to `at`.
    pub fn totals(&self, at: Ns) -> Totals {
        match self.blocks.partition_point(|b| b.first <= at).checked_sub(1) {
            Some(index) => self.blocks[index].totals(at),
            None => self.blocks.first().map_or_else(Totals::default, |b| b.header.totals.clone()),
        }
    }

    /// How many tasks are in each state at `at`.
    pub fn counts(&self, at: Ns) -> Counts {
        let Some(index) = self.blocks.partition_point(|b| b.first <= at).checked_sub(1) else {
            return Counts::default();
        };
        let block = &self.blocks[index];
        let mut counts = block.header.now.counts.clone();
        for change in block.changes.iter().take_while(|c| block.at(**c) <= at) {
            counts.change(change.from, change.to);
        }
        counts
    }

    /// How many changes lie in `range`.
    pub fn changes(&self, range: Range) -> u64 {
        let ordinal = |(index, place): Place| self.blocks.get(index).map_or(0, |b| b.header.before + place as u64);
        ordinal(self.place(range.to)).saturating_sub(ordinal(self.place(range.from)))
    }

    /// The place of the first change that is not before `at`: in a block, or behind the last change of one.
    fn place(&self, at: Ns) -> Place {
        let Some(index) = self.blocks.partition_point(|b| b.first < at).checked_sub(1) else { return (0, 0) };
        let block = &self.blocks[index];
        (index, block.changes.partition_point(|c| block.at(*c) < at))
    }

    /// Hands the changes from `place` on that are before `to` to `each`, and returns the place behind them.
    #[inline]
    fn walk(&self, place: Place, to: Ns, mut each: impl FnMut(Ns, Change)) -> Place {
        let (mut end, mut skip) = (place, place.1);
        for (index, block) in (place.0..).zip(self.blocks.get(place.0..).unwrap_or_default()) {
            for (place, change) in (skip..).zip(&block.changes[skip..]) {
                let at = block.at(*change);
                if at >= to {
                    return (index, place);
                }
                each(at, *change);
            }
            (end, skip) = ((index, block.changes.len()), 0);
        }
        end
    }

    /// The standing just before the change at `place`.
    fn standing(&self, (index, place): Place) -> Standing {
        let Some(block) = self.blocks.get(index) else { return Standing::default() };
        let mut now = block.header.now.clone();
        block.changes[..place].iter().for_each(|c| now.apply(*c));
        now
    }

    /// As [`Turns::within`], for one stretch.
    pub fn turns(&self, range: Range, each: impl FnMut(Range, Turn)) {
        self.looking().within(range, each);
    }

    /// For many stretches, best one after the other.
    pub fn looking(&self) -> Turns<'_> {
        Turns { aggregate: self, now: Standing::default(), place: None }
    }

    /// How many tasks are ready just before the change at `place`.
    fn ready(&self, (index, place): Place) -> u16 {
        let Some(block) = self.blocks.get(index) else { return 0 };
        block.changes[..place].iter().fold(block.header.now.counts.ready(), |ready, c| c.ready_after(ready))
    }

    /// The most tasks that are ready at one time in `range`. From each of the instants in `more`, which are in order,
    /// one more task is ready.
    pub fn most_ready(&self, range: Range, more: &[Ns]) -> usize {
        let already = more.partition_point(|at| *at <= range.from);
        let mut rising = more[already..].iter().take_while(|at| **at < range.to).peekable();
        let place = self.place(range.from);
        let mut ready = self.ready(place);
        let mut most = 0;
        let mut extra = already;
        if rising.peek().is_none() {
            // The peaks of whole blocks are known; only the blocks in which the ends lie are walked.
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
        let mut level = |ready: u16, extra: usize, from: Ns, to: Ns| {
            if to > from {
                most = most.max(usize::from(ready) + extra);
            }
        };
        self.walk(place, range.to, |next, change| {
            while let Some(rise) = rising.next_if(|rise| **rise <= next) {
                level(ready, extra, at, *rise);
                (at, extra) = (*rise, extra + 1);
            }
            level(ready, extra, at, next);
            at = next;
            ready = change.ready_after(ready);
        });
        for rise in rising {
            level(ready, extra, at, *rise);
            (at, extra) = (*rise, extra + 1);
        }
        level(ready, extra, at, range.to);
        most
    }

    /// The most tasks that are in one of `states` at one time in `range`. All changes in it are looked at.
    pub fn most_in(&self, range: Range, states: &[State]) -> usize {
        let place = self.place(range.from);
        let counts = self.standing(place).counts;
        let mut now: usize = states.iter().map(|state| counts.state(*state)).sum();
        let (mut at, mut most) = (range.from, 0);
        self.walk(place, range.to, |next, change| {
            if next > at {
                most = most.max(now);
                at = next;
            }
            let is_in = |activity: Activity| usize::from(states.iter().any(|state| activity.is_in(*state)));
            now = (now + is_in(change.to)).saturating_sub(is_in(change.from));
        });
        if range.to > at { most.max(now) } else { most }
    }

    /// The most tasks that are ready at one time in `part`, which lies between the begin of the block at `index` and
    /// the next one's.
    fn peak_in(&self, index: usize, part: Range) -> u16 {
        let block = &self.blocks[index];
        let mut ready = block.header.now.counts.ready();
        let mut at = part.from;
        let mut peak = 0;
        for change in &block.changes {
            let next = block.at(*change);
            if next >= part.to {
                break;
            }
            if next > at {
                peak = peak.max(ready);
                at = next;
            }
            ready = change.ready_after(ready);
        }
        if part.to > at { peak.max(ready) } else { peak }
    }

    /// Whether there is no change at all.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

fn turn(lane: usize, owner: Owner) -> Turn {
    match core_of(lane) {
        None => Turn::Loop(owner),
        Some((place, true)) => Turn::Core(place, owner),
        Some((place, false)) => Turn::OffTask(place, owner),
    }
}
