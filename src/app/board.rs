//! The scoreboard: the figures of the last run of each row. The rows are a list of any length. Knows neither runs nor
//! the screen.

use std::collections::BTreeMap;

use crate::insight::{self, Pace};
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

    /// Whether `score` was measured on a machine with `cores` that others left to it.
    pub fn is_fair(&self, score: Score, cores: f64) -> bool {
        score.is_fair(cores)
    }

    /// How the cores of `score` compare with those that serial had.
    pub fn pace(&self, score: Score) -> Pace {
        insight::compare(score.work, self.serial().and_then(|s| s.work))
    }

    /// How many times as fast as serial `score` is, on a machine with `cores`; nothing where serial is not known, or
    /// where the ratio would say nothing of the models: see [`Score::speedup`].
    pub fn speedup(&self, score: Score, cores: f64) -> Option<f64> {
        score.speedup(self.serial()?, cores)
    }

    /// Whether the ratio of `score` is that of slower cores to a faster one: true, but not the model's doing alone.
    pub fn is_slowed(&self, score: Score) -> bool {
        self.serial().is_some_and(|serial| score.is_slowed(serial))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(ms: u64, others: f64) -> Score {
        Score { time: Ns::from_millis(ms), busy: 1.0, others, stolen: 0.0, work: None, speed: None, waits: Ns::ZERO }
    }

    /// A score of `ms` in which `busy` cores computed, for `work` milliseconds in all.
    fn worked(ms: u64, busy: f64, work: u64) -> Score {
        Score { busy, work: Some(Ns::from_millis(work)), ..score(ms, 0.0) }
    }

    fn against(serial: Score) -> Scoreboard {
        let mut board = Scoreboard::default();
        board.enter(Model::plain(ModelKind::Serial), serial);
        board
    }

    #[test]
    fn a_slow_host_is_not_held_against_a_model() {
        let board = against(worked(2_000, 1.0, 2_000));
        let at_once = |ms, work| board.speedup(worked(ms, 1.9, work), 2.0);
        assert_eq!(at_once(1_000, 2_000), Some(2.0));
        assert_eq!(at_once(1_250, 2_500), Some(1.6), "two cores, each slower than one alone");
        assert!(board.is_slowed(worked(1_250, 1.9, 2_500)) && !board.is_slowed(worked(1_000, 1.9, 2_000)));
        assert_eq!(at_once(1_300, 1_700), None, "serial had slower cores: this is no gain of threads");
        assert_eq!(board.speedup(worked(2_500, 1.0, 2_500), 2.0), None, "one core at a time has no such excuse");
        assert_eq!(board.speedup(worked(2_100, 1.0, 2_050), 2.0), Some(2_000.0 / 2_100.0));
    }

    #[test]
    fn what_waits_is_not_judged_by_its_cores() {
        let waits = |ms, work| Score { waits: Ns::from_millis(6_000), ..worked(ms, 0.1, work) };
        let board = against(waits(6_000, 300));
        assert_eq!(board.speedup(waits(3_000, 150), 2.0), Some(2.0));
        assert_eq!(board.speedup(waits(1_500, 300), 1.0), Some(4.0), "waits overlap on one core too");
    }

    #[test]
    fn part_of_a_core_is_faster_for_nobody() {
        let board = against(worked(2_200, 0.45, 1_000));
        assert_eq!(board.speedup(worked(1_980, 0.5, 1_000), 0.5), None);
        assert_eq!(board.speedup(worked(2_200, 0.45, 1_000), 0.5), Some(1.0));
    }

    #[test]
    fn what_the_host_kept_makes_a_ratio_worthless_too() {
        let board = against(score(2_000, 0.0));
        assert_eq!(board.speedup(Score { stolen: 0.5, ..score(1_500, 0.0) }, 2.0), None);
    }

    #[test]
    fn a_busy_machine_gets_no_ratio() {
        let mut board = Scoreboard::default();
        board.enter(Model::plain(ModelKind::Serial), score(2_000, 0.01));
        let speedup = board.speedup(score(1_000, 0.05), 2.0).expect("a fair ratio");
        assert!((speedup - 2.0).abs() < 1e-9);
        assert_eq!(board.speedup(score(1_000, 0.9), 2.0), None);
        assert_eq!(board.speedup(score(900, 0.0), 2.0), None, "2.2 times as fast on two cores");
        board.enter(Model::plain(ModelKind::Serial), score(2_000, 1.5));
        assert_eq!(board.speedup(score(1_000, 0.0), 2.0), None);
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
            board.enter(key.model(lock), score(ms, 0.0));
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
        board.enter(Model { kind: ModelKind::Serial, lock }, score(2_000, 0.0));
        assert!(board.serial().is_none(), "nothing is compared with a run under the lock");
        for kind in ModelKind::ALL {
            for lock in [GlobalLock::Off, lock] {
                let lit = board.rows(Model { kind, lock }).iter().filter(|r| r.current).count();
                assert_eq!(lit, 1, "{kind:?} {lock:?}");
            }
        }
    }
}
