//! In which order tasks finished: of the last runs of each row, kept while the same work is done.

use std::collections::BTreeMap;

use super::{RowKey, Run, RunId};
use crate::insight::KEPT_ORDERS;
use crate::units::TaskId;

/// The order of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Which run.
    pub run: RunId,
    /// Its number in its row, from 1.
    pub number: usize,
    /// The tasks that were done, as they finished.
    pub tasks: Vec<TaskId>,
}

/// The orders of all rows.
#[derive(Clone, Debug, Default)]
pub struct Orders {
    rows: BTreeMap<RowKey, (usize, Vec<Finished>)>,
}

impl Orders {
    /// The orders of `runs`, in the order in which they were made.
    pub(super) fn of<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Orders {
        let mut orders = Orders::default();
        runs.into_iter().for_each(|run| orders.enter(run));
        orders
    }

    /// `run` is over: the oldest of its row goes where there are too many. A run that did not come to its end has no
    /// order.
    pub(super) fn enter(&mut self, run: &Run) {
        if run.broken().is_some() || run.trace().makespan().is_none() {
            return;
        }
        let (count, kept) = self.rows.entry(run.row()).or_default();
        *count += 1;
        kept.insert(0, Finished { run: run.id, number: *count, tasks: run.trace().finished(run.trace().latest()) });
        kept.truncate(KEPT_ORDERS);
    }

    /// The rows that have any.
    pub fn keys(&self) -> impl Iterator<Item = RowKey> {
        self.rows.keys().copied()
    }

    /// The orders of the row `key`, the newest first, at most [`KEPT_ORDERS`].
    pub fn of_row(&self, key: RowKey) -> &[Finished] {
        self.rows.get(&key).map_or(&[], |(_, runs)| runs)
    }

    /// How many runs of the row `key` came to their end, also those whose orders are not kept.
    pub fn count(&self, key: RowKey) -> usize {
        self.rows.get(&key).map_or(0, |(count, _)| *count)
    }

    /// Forgets all: the work has changed.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
    }
}
