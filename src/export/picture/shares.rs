//! What lanes are drawn from: the exact time of every kind in every column, and the heights that follow from it.

use super::list::{Fill, Stair, Stairs};
use crate::scene::Grid;
use crate::units::{Ns, Range};

/// A lane's full height, in its own units: the quantum in which shares are drawn.
pub const UNITS: u32 = 1_000;

/// One kind of time, and how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareStyle {
    /// How it is filled.
    pub fill: Fill,
    /// How high it is where it fills all of a column: [`UNITS`], or half of that for waits.
    pub units: u32,
    /// The same where the first kind is in the column too: waits stand upon work, and have their share of the height.
    pub upon: u32,
}

impl ShareStyle {
    /// What has its share of the whole height everywhere.
    pub const fn tall(fill: Fill) -> ShareStyle {
        ShareStyle { fill, units: UNITS, upon: UNITS }
    }

    /// What has its share of half the height everywhere.
    pub const fn low(fill: Fill) -> ShareStyle {
        ShareStyle { fill, units: UNITS / 2, upon: UNITS / 2 }
    }
}

/// The time of each kind in each column of a lane.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    kinds: usize,
    columns: Vec<u64>,
}

impl Shares {
    pub(super) fn new(grid: &Grid, kinds: usize) -> Shares {
        Shares { kinds, columns: vec![0; usize::from(grid.columns) * kinds] }
    }

    /// Adds `time` of `kind` to a column.
    pub(super) fn put(&mut self, column: usize, kind: usize, time: Ns) {
        if let Some(slot) = self.columns.get_mut(column * self.kinds + kind).filter(|_| kind < self.kinds) {
            *slot = slot.saturating_add(time.0);
        }
    }

    /// Adds the stretch `range` as time of `kind`.
    pub(super) fn add(&mut self, grid: &Grid, range: Range, kind: usize) {
        grid.each_column(range, |column, part| self.put(column.into(), kind, part.len()));
    }

    /// The time of `kind` in a column.
    pub(super) fn time(&self, column: usize, kind: usize) -> Ns {
        Ns(self.columns.get(column * self.kinds + kind).copied().unwrap_or(0))
    }

    /// The time of each kind, all columns added up.
    pub(super) fn sums(&self) -> Vec<Ns> {
        let mut sums = vec![Ns::ZERO; self.kinds];
        for column in self.columns.chunks_exact(self.kinds.max(1)) {
            sums.iter_mut().zip(column).for_each(|(sum, time)| *sum += Ns(*time));
        }
        sums
    }

    /// The staircases, the highest first, of a lane in which each column stands for `merged` of these. `whole` is all
    /// the time in one of these, of all tasks that share the lane.
    pub(super) fn stairs(&self, kinds: &[ShareStyle], whole: Ns, merged: usize) -> Vec<Stairs> {
        let merged = merged.max(1);
        let mut stairs: Vec<Stairs> = kinds.iter().map(|kind| Stairs { fill: kind.fill, steps: Vec::new() }).collect();
        let whole = u128::from(whole.0.max(1)) * merged as u128;
        let mut times = vec![0u64; self.kinds];
        for columns in self.columns.chunks(merged * self.kinds.max(1)) {
            times.fill(0);
            for column in columns.chunks_exact(self.kinds) {
                times.iter_mut().zip(column).for_each(|(sum, time)| *sum = sum.saturating_add(*time));
            }
            let (mut exact, mut rounded, mut top) = (0u128, 0u128, 0u32);
            let works = times.first().is_some_and(|time| *time > 0);
            for ((kind, time), stairs) in kinds.iter().zip(&times).zip(&mut stairs) {
                if *time == 0 {
                    push(&mut stairs.steps, 0);
                    continue;
                }
                exact += u128::from(*time) * u128::from(if works { kind.upon } else { kind.units });
                // Sums are rounded, not parts: so no part is ever off by a unit or more, and neither is the whole.
                let now = (exact * 2 + whole) / (whole * 2);
                // Any time at all is one unit high at least.
                top += ((now - rounded) as u32).max(1);
                rounded = now;
                push(&mut stairs.steps, top);
            }
        }
        stairs.retain(|s| s.steps.iter().any(|step| step.top > 0));
        stairs.reverse();
        stairs
    }
}

fn push(steps: &mut Vec<Stair>, top: u32) {
    match steps.last_mut() {
        Some(last) if last.top == top => last.columns += 1,
        _ => steps.push(Stair { columns: 1, top }),
    }
}

/// About how many bytes `stairs` take in a document.
pub(super) fn bytes(stairs: &[Stairs]) -> usize {
    let digits = |n: u32| n.checked_ilog10().map_or(1, |d| d as usize + 1);
    let mut sum = 0;
    for stairs in stairs {
        let mut height = 0u32;
        for step in &stairs.steps {
            let by = step.top.abs_diff(height);
            let relative = digits(by) + usize::from(step.top < height);
            sum += 2 + digits(step.columns) + relative.min(digits(step.top));
            height = step.top;
        }
    }
    sum
}
