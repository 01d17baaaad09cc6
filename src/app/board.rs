//! The scoreboard: the figures of the last run of each row. The rows are a list of any length. Knows neither runs nor
//! the screen.

use std::collections::BTreeMap;

use crate::insight::Ratio;
use crate::model::{GlobalLock, LockSettings, Model, ModelKind};
use crate::recording::{Score, usual_models};
use crate::units::Ns;

/// What names a row. A newer run takes the place of an older one of the same row; runs of different rows are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The model.
    pub kind: ModelKind,
    /// Whether its runs have the global lock, of either generation.
    pub locked: bool,
}

impl RowKey {
    /// The row of runs under `model`.
    pub const fn of(model: Model) -> RowKey {
        RowKey { kind: model.kind, locked: model.lock.is_on() }
    }

    /// The model of this row's runs, with `lock` as the global lock if the row has one.
    pub const fn model(self, lock: GlobalLock) -> Model {
        Model { kind: self.kind, lock: if self.locked { lock } else { GlobalLock::Off } }
    }

    /// The rows of a scoreboard for which no others are asked for, in their order.
    pub fn usual() -> Vec<RowKey> {
        usual_models(LockSettings::default().lock()).map(RowKey::of).to_vec()
    }
}

/// The best-known figures of each row, for one workload.
#[derive(Clone, Debug)]
pub struct Scoreboard {
    keys: Vec<RowKey>,
    scores: BTreeMap<RowKey, Scored>,
}

/// A row's figures.
#[derive(Clone, Copy, Debug)]
struct Scored {
    score: Score,
    legacy: bool,
}

/// One row of the scoreboard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// What names it.
    pub key: RowKey,
    /// Whether its last run had the older lock.
    pub legacy: bool,
    /// Its last run, if there was one.
    pub score: Option<Score>,
    /// Whether it is the row of the model that is chosen now.
    pub current: bool,
}

impl Default for Scoreboard {
    fn default() -> Scoreboard {
        Scoreboard::of(RowKey::usual())
    }
}

impl Scoreboard {
    /// An empty scoreboard with these rows, in this order.
    pub fn of(keys: Vec<RowKey>) -> Scoreboard {
        Scoreboard { keys, scores: BTreeMap::new() }
    }

    /// What names its rows, in their order.
    pub fn keys(&self) -> &[RowKey] {
        &self.keys
    }

    /// A run under `model` came to its end.
    pub fn enter(&mut self, model: Model, score: Score) {
        self.scores.insert(RowKey::of(model), Scored { score, legacy: model.lock.is_legacy() });
    }

    /// Forgets all figures: the work has changed.
    pub fn clear(&mut self) {
        self.scores.clear();
    }

    /// The score of the row `key`.
    pub fn get(&self, key: RowKey) -> Option<Score> {
        self.scores.get(&key).map(|scored| scored.score)
    }

    /// Whether no row has figures yet.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// The serial time.
    pub fn serial(&self) -> Option<Score> {
        self.get(RowKey::of(Model::plain(ModelKind::Serial)))
    }

    /// The time of the slowest run.
    pub fn slowest(&self) -> Option<Ns> {
        self.scores.values().map(|s| s.score.time).max()
    }

    /// The rows, from top to bottom. A `chosen` model without a row of its own stands in the first row of its kind.
    pub fn rows(&self, chosen: Model) -> Vec<Row> {
        let chosen = RowKey::of(chosen);
        let own = self.keys.iter().position(|key| *key == chosen);
        let place = own.or_else(|| self.keys.iter().position(|key| key.kind == chosen.kind));
        let row = |(index, key): (usize, &RowKey)| {
            let current = Some(index) == place;
            let key = if current { chosen } else { *key };
            let scored = self.scores.get(&key);
            Row { key, legacy: scored.is_some_and(|s| s.legacy), score: scored.map(|s| s.score), current }
        };
        self.keys.iter().enumerate().map(row).collect()
    }

    /// How many times as fast as serial `score` is, on a machine with `cores`; nothing where serial is not known.
    pub fn ratio(&self, score: Score, cores: f64) -> Option<Ratio> {
        let serial = self.serial()?;
        Some(if score == serial { Ratio::exactly(1.0) } else { score.ratio(&serial, cores) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(ms: u64) -> Score {
        Score { time: Ns::from_millis(ms), busy: 1.0, lanes: 2.0, ..Score::default() }
    }

    #[test]
    fn ratios_are_to_serial_and_serial_is_once_as_fast_as_itself() {
        let mut board = Scoreboard::default();
        assert_eq!(board.ratio(score(1_000), 2.0), None, "serial is not known");
        let serial = Score { crowded: Ns::from_millis(900), others: 0.9, ..score(2_000) };
        board.enter(Model::plain(ModelKind::Serial), serial);
        assert_eq!(board.ratio(serial, 2.0), Some(Ratio::exactly(1.0)), "whatever disturbed it");
        let ratio = board.ratio(score(1_000), 2.0).expect("serial is known");
        assert!((ratio.speedup.high - 2.0).abs() < 1e-9 && (ratio.speedup.low - 1.1).abs() < 1e-9, "{ratio:?}");
        assert!(ratio.doubt.is_some_and(|doubt| doubt.baseline));
    }

    #[test]
    fn there_can_be_any_rows_and_the_usual_ones_are_five() {
        let mut board = Scoreboard::default();
        assert_eq!(board.keys().len(), 5);
        let lock = GlobalLock::GilLegacy { check_interval: 100 };
        let all = ModelKind::ALL.into_iter().flat_map(|kind| [false, true].map(|locked| RowKey { kind, locked }));
        let all: Vec<RowKey> = all.collect();
        board = Scoreboard::of(all.clone());
        for (key, ms) in all.iter().zip(1..) {
            board.enter(key.model(lock), score(ms));
        }
        for key in &all {
            let rows = board.rows(key.model(lock));
            assert_eq!(rows.iter().map(|row| row.key).collect::<Vec<_>>(), all, "nothing changes places");
            assert_eq!(rows.iter().filter(|row| row.current).map(|row| row.key).collect::<Vec<_>>(), [*key]);
            assert!(rows.iter().all(|row| row.score.is_some() && row.legacy == row.key.locked));
        }
        assert_eq!(board.slowest(), Some(Ns::from_millis(8)));
    }

    #[test]
    fn serial_with_the_lock_is_no_baseline_and_the_chosen_row_is_lit_once() {
        let lock = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);
        let mut board = Scoreboard::default();
        board.enter(Model { kind: ModelKind::Serial, lock }, score(2_000));
        assert!(board.serial().is_none(), "nothing is compared with a run under the lock");
        for kind in ModelKind::ALL {
            for lock in [GlobalLock::Off, lock] {
                let lit = board.rows(Model { kind, lock }).iter().filter(|r| r.current).count();
                assert_eq!(lit, 1, "{kind:?} {lock:?}");
            }
        }
    }
}
