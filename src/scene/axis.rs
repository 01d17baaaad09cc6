//! The time axis: a fixed grid of columns, and the places of its labels.

use crate::units::{Ns, Range};

/// Columns of equal length. Their edges lie on multiples of that length, so that panning moves the picture and never
/// changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Where the first column begins: a multiple of `cell`.
    pub from: Ns,
    /// The time one column stands for; never zero.
    pub cell: Ns,
    /// How many there are.
    pub columns: u16,
}

impl Grid {
    /// The grid of `columns` columns that covers `range`.
    pub fn over(range: Range, columns: u16) -> Grid {
        let columns = columns.max(1);
        let cell = Ns(range.len().0.div_ceil(u64::from(columns)).max(1));
        Grid { from: Ns(range.from.0 / cell.0 * cell.0), cell, columns }
    }

    /// All the time that it covers.
    pub fn range(&self) -> Range {
        Range::new(self.from, self.from + self.cell.times(u64::from(self.columns), 1))
    }

    /// The column `index`.
    pub fn column(&self, index: u16) -> Range {
        let from = self.from + self.cell.times(u64::from(index), 1);
        Range::new(from, from + self.cell)
    }

    /// Calls `each` with every column that `range` touches and what it covers of that, from left to right.
    pub fn each_column(&self, range: Range, mut each: impl FnMut(u16, Range)) {
        let Range { from: mut at, to: end } = range.and(self.range());
        if at >= end {
            return;
        }
        let mut index = ((at - self.from).0 / self.cell.0) as u16;
        let mut edge = self.column(index).to;
        while edge < end {
            each(index, Range::new(at, edge));
            (index, at, edge) = (index + 1, edge, edge + self.cell);
        }
        each(index, Range::new(at, end));
    }

    /// The place of `at`, in columns from the left edge; nothing if it is not on the grid.
    pub fn place(&self, at: Ns) -> Option<f64> {
        (at >= self.from && at <= self.range().to).then(|| (at - self.from).share_of(self.cell))
    }
}

/// A label of the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// The column whose left edge it marks.
    pub column: u16,
    /// What it says, without a unit.
    pub label: String,
}

/// The labels of `grid`, at round numbers and at least `apart` columns from each other, and their unit.
pub fn ticks(grid: &Grid, apart: u16) -> (Vec<Tick>, &'static str) {
    let range = grid.range();
    let step = round_up(grid.cell.times(u64::from(apart.max(1)), 1));
    let (unit, scale) = unit_for(range.to, step);
    let first = range.from.0.div_ceil(step.0) * step.0;
    let mut ticks = Vec::new();
    let mut at = first;
    while at < range.to.0 {
        let column = ((at - range.from.0) as f64 / grid.cell.0 as f64).round() as u16;
        if column < grid.columns {
            ticks.push(Tick { column, label: in_unit(at, scale) });
        }
        at += step.0;
    }
    (ticks, unit)
}

/// The unit that reads best for ticks `step` apart on an axis up to `to`, and its length in nanoseconds.
fn unit_for(to: Ns, step: Ns) -> (&'static str, u64) {
    match () {
        () if to.0 >= 1_000_000_000 && step.0 >= 1_000_000 => ("s", 1_000_000_000),
        () if to.0 >= 1_000_000 && step.0 >= 1_000 => ("ms", 1_000_000),
        () if to.0 >= 1_000 => ("us", 1_000),
        () => ("ns", 1),
    }
}

fn in_unit(at: u64, scale: u64) -> String {
    let text = format!("{:.6}", at as f64 / scale as f64);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The next of 1, 2, 5, 10, 20, 50 ... nanoseconds that is not below `least`.
fn round_up(least: Ns) -> Ns {
    let mut decade = 1u64;
    loop {
        for factor in [1, 2, 5] {
            if decade.saturating_mul(factor) >= least.0 {
                return Ns(decade.saturating_mul(factor));
            }
        }
        decade = decade.saturating_mul(10);
    }
}

/// The shortest axis.
const SHORTEST: Ns = Ns::from_micros(1);

/// The end of the axis for runs of up to `longest`: a quarter of a round step beyond it, so that a run a little slower
/// than expected still fits.
pub fn axis_for(longest: Ns) -> Ns {
    let wanted = longest.times(108, 100).max(SHORTEST);
    let step = round_up(wanted.times(1, 5));
    let steps = wanted.0.div_ceil(step.0);
    Ns(steps * step.0)
}

/// The most that an axis reaches ahead of what is known: nobody waits for longer.
const AHEAD: Ns = Ns::from_millis(60_000);

/// The least that an axis reaches ahead of what is known: the start of a worker alone takes as long.
const LEAST_AHEAD: Ns = Ns::from_micros(90);

/// The end of the axis before a run that would take `estimate` with one task after the other, where the slowest run so
/// far took `slowest`. A run that goes on beyond it makes it longer.
pub fn axis_ahead(estimate: Ns, slowest: Ns) -> Ns {
    if slowest == Ns::ZERO {
        axis_for(estimate.clamp(LEAST_AHEAD, AHEAD))
    } else {
        axis_for(estimate.min(AHEAD).max(slowest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_parts_of_a_stretch_are_all_of_it_that_is_on_the_grid(
            from in 0u64..300, cell in 1u64..20, columns in 1u16..30, at in 0u64..1_000, len in 0u64..1_000,
        ) {
            let grid = Grid { from: Ns(from * cell), cell: Ns(cell), columns };
            let range = Range::new(Ns(at), Ns(at + len));
            let overlaps = |index: &u16| !grid.column(*index).and(range).is_empty();
            let expected: Vec<(u16, Range)> =
                (0..columns).filter(overlaps).map(|index| (index, grid.column(index).and(range))).collect();
            let mut parts = Vec::new();
            grid.each_column(range, |index, part| parts.push((index, part)));
            prop_assert_eq!(parts, expected);
        }
    }

    #[test]
    fn the_axis_leaves_room_and_ends_at_a_round_number() {
        assert_eq!(axis_for(Ns::from_millis(2_000)), Ns::from_millis(2_500));
        assert_eq!(axis_for(Ns::from_millis(6_000)), Ns::from_millis(8_000));
        for ms in [1, 37, 250, 999, 12_345] {
            let longest = Ns::from_millis(ms);
            let axis = axis_for(longest);
            assert!(axis >= longest.times(105, 100) && axis <= longest.times(160, 100), "{longest} {axis}");
        }
    }

    #[test]
    fn an_axis_shows_a_minute_ahead_at_most_and_everything_known() {
        let seconds = |n: u64| Ns::from_millis(1_000 * n);
        assert_eq!(axis_ahead(seconds(2), Ns::ZERO), axis_for(seconds(2)));
        assert_eq!(axis_ahead(seconds(8_000_000), Ns::ZERO), axis_for(seconds(60)));
        assert_eq!(axis_ahead(seconds(8_000_000), seconds(90)), axis_for(seconds(90)));
    }

    #[test]
    fn an_axis_fits_a_run_that_is_known_however_short_it_is() {
        assert_eq!(axis_ahead(Ns::ZERO, Ns::ZERO), Ns::from_micros(100), "nothing is known");
        assert_eq!(axis_ahead(Ns::from_micros(2), Ns::ZERO), Ns::from_micros(100));
        assert_eq!(axis_ahead(Ns::ZERO, Ns::from_micros(6)), Ns::from_micros(8));
        assert_eq!(axis_ahead(Ns::from_micros(2), Ns::from_micros(6)), Ns::from_micros(8));
        assert_eq!(axis_for(Ns(40)), Ns::from_micros(1));
    }

    #[test]
    fn labels_stand_at_round_numbers_and_apart() {
        let grid = Grid::over(Range::new(Ns::ZERO, Ns::from_millis(2_500)), 50);
        let (ticks, unit) = ticks(&grid, 9);
        assert_eq!(unit, "s");
        let labels: Vec<_> = ticks.iter().map(|t| (t.column, t.label.as_str())).collect();
        assert_eq!(labels, [(0, "0"), (10, "0.5"), (20, "1"), (30, "1.5"), (40, "2")]);
    }

    #[test]
    fn panning_by_a_column_moves_every_edge_by_a_column() {
        let grid = Grid::over(Range::new(Ns(1_000_003), Ns(2_000_003)), 77);
        let next = Grid::over(Range::new(grid.from + grid.cell, grid.from + grid.cell + Ns(1_000_000)), 77);
        assert_eq!(grid.cell, next.cell);
        assert_eq!(next.from, grid.from + grid.cell);
    }
}
