//! How many tasks wait at once for something outside the program: a timer, an answer, a disk.

use super::Grid;
use super::holders::LOOKED_AT;
use crate::state::State;
use crate::trace::{Aggregate, Totals};
use crate::units::Range;

/// The states in which a task waits for something outside.
pub const OUTSIDE: [State; 3] = [State::Io, State::Sleep, State::Unknown];

/// How many tasks wait at each moment.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// Per column and per state of [`OUTSIDE`], the mean number over the column: of tasks that hold no worker, and of
    /// those that do.
    pub columns: Vec<[[f64; 2]; OUTSIDE.len()]>,
    /// The most that wait at one time. Where more changes are visible than can be looked at, the largest mean of a
    /// column, rounded.
    pub most: usize,
}

impl Waiting {
    /// How many wait in `window`, where all tasks together did in each column of `grid` what `columns` say.
    pub(super) fn of(aggregate: &Aggregate, grid: &Grid, window: Range, columns: &[Totals]) -> Waiting {
        let column = |totals: &Totals| {
            let (states, free) = (totals.states(), totals.free());
            OUTSIDE.map(|state| {
                let (all, free) = (states[state as usize], free[state as usize]);
                [free, all - free].map(|time| time.share_of(grid.cell))
            })
        };
        let columns: Vec<_> = columns.iter().map(column).collect();
        let means = columns.iter().map(|c| c.iter().flatten().sum::<f64>());
        let mean = means.fold(0.0, f64::max);
        let few = aggregate.changes(window) <= LOOKED_AT;
        let most = if mean > 0.0 && few { aggregate.most_in(window, &OUTSIDE) } else { mean.round() as usize };
        Waiting { columns, most }
    }
}
