//! The scoreboard: the figures of the last run of each row. Its rows are an open set: the usual ones are there from the
//! start, any other comes when it was measured or is chosen. Knows neither runs nor the screen.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::insight::Ratio;
use crate::model::{Generation, GlobalLock, LockSettings, Model, ModelKind};
use crate::recording::{Score, place, usual_models};
use crate::units::Ns;

/// What names a row: a model with its lock. A newer run takes the place of an older one of the same row; runs of
/// different rows are compared. Rows are ordered as those of a comparison are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowKey {
    /// The model.
    pub kind: ModelKind,
    /// Which global lock its runs have, if they have one.
    pub lock: Option<Generation>,
}

impl RowKey {
    /// The row of runs under `model`.
    pub const fn of(model: Model) -> RowKey {
        RowKey { kind: model.kind, lock: model.lock.generation() }
    }

    /// The model of this row's runs, its lock set as `lock` says.
    pub const fn model(self, lock: LockSettings) -> Model {
        let lock = match self.lock {
            None => GlobalLock::Off,
            Some(generation) => lock.lock_of(generation),
        };
        Model { kind: self.kind, lock }
    }

    /// The rows that a scoreboard has from the start, if no others are asked for.
    pub fn usual() -> Vec<RowKey> {
        usual_models(LockSettings::default().lock()).map(RowKey::of).to_vec()
    }
}

impl Ord for RowKey {
    fn cmp(&self, other: &RowKey) -> Ordering {
        let place = |key: &RowKey| place(key.model(LockSettings::default()));
        place(self).cmp(&place(other))
    }
}

impl PartialOrd for RowKey {
    fn partial_cmp(&self, other: &RowKey) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The best-known figures of each row, for one workload.
#[derive(Clone, Debug)]
pub struct Scoreboard {
    from_the_start: Vec<RowKey>,
    scores: BTreeMap<RowKey, Score>,
}

/// One row of the scoreboard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// What names it.
    pub key: RowKey,
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
    /// An empty scoreboard that has these rows from the start.
    pub fn of(keys: Vec<RowKey>) -> Scoreboard {
        Scoreboard { from_the_start: keys, scores: BTreeMap::new() }
    }

    /// What names its rows, from top to bottom, while `chosen` is chosen: those from the start, those with figures, and
    /// that of the chosen model.
    pub fn keys(&self, chosen: Model) -> Vec<RowKey> {
        let keys = self.from_the_start.iter().chain(self.scores.keys()).copied().chain([RowKey::of(chosen)]);
        keys.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// A run under `model` came to its end.
    pub fn enter(&mut self, model: Model, score: Score) {
        self.scores.insert(RowKey::of(model), score);
    }

    /// Forgets all figures: the work has changed.
    pub fn clear(&mut self) {
        self.scores.clear();
    }

    /// The score of the row `key`.
    pub fn get(&self, key: RowKey) -> Option<Score> {
        self.scores.get(&key).copied()
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
        self.scores.values().map(|score| score.time).max()
    }

    /// The rows, from top to bottom, while `chosen` is chosen.
    pub fn rows(&self, chosen: Model) -> Vec<Row> {
        let row = |key| Row { key, score: self.get(key), current: key == RowKey::of(chosen) };
        self.keys(chosen).into_iter().map(row).collect()
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
    fn five_rows_are_there_from_the_start_and_each_run_keeps_one_of_its_own() {
        let lock = LockSettings::default();
        let locks = [None, Some(Generation::Newer), Some(Generation::Older)];
        let all = || ModelKind::ALL.into_iter().flat_map(|kind| locks.map(|lock| RowKey { kind, lock }));
        let mut board = Scoreboard::default();
        let mut expected = RowKey::usual();
        assert_eq!(board.keys(Model::plain(ModelKind::Serial)), expected);
        for (key, ms) in all().zip(1..) {
            // It is there as soon as it is chosen, and stays once it was measured.
            if !expected.contains(&key) {
                let found = board.keys(key.model(lock));
                assert_eq!(found.len(), expected.len() + 1, "{key:?}");
                assert!(expected.iter().all(|key| found.contains(key)));
                assert_eq!(board.keys(Model::plain(ModelKind::Serial)), expected, "it was not measured");
                expected = found;
            }
            board.enter(key.model(lock), score(ms));
            assert_eq!(board.keys(Model::plain(ModelKind::Serial)), expected);
        }
        for key in all() {
            let rows = board.rows(key.model(lock));
            assert_eq!(rows.iter().map(|row| row.key).collect::<Vec<_>>(), expected, "nothing changes places");
            assert_eq!(rows.iter().filter(|row| row.current).map(|row| row.key).collect::<Vec<_>>(), [key]);
            assert!(rows.iter().all(|row| row.score.is_some()));
        }
        let times: BTreeSet<Ns> =
            board.rows(expected[0].model(lock)).iter().filter_map(|r| Some(r.score?.time)).collect();
        assert_eq!((times.len(), board.slowest()), (12, Some(Ns::from_millis(12))));
        board.clear();
        assert_eq!(board.keys(Model::plain(ModelKind::Serial)), RowKey::usual(), "other work: a new board");
    }

    #[test]
    fn both_generations_of_the_lock_stand_side_by_side_below_the_models_without_one() {
        use ModelKind::{Async, Processes, Serial, Threads};
        let lock = LockSettings::default();
        let mut board = Scoreboard::default();
        for kind in [Async, Threads, Serial] {
            for generation in [Generation::Older, Generation::Newer] {
                board.enter(RowKey { kind, lock: Some(generation) }.model(lock), score(100));
            }
        }
        let plain = [Serial, Threads, Processes, Async].map(|kind| RowKey { kind, lock: None });
        let both = |kind| [Generation::Newer, Generation::Older].map(|lock| RowKey { kind, lock: Some(lock) });
        let order = [&plain[..], &both(Threads), &both(Serial), &both(Async)].concat();
        assert_eq!(board.keys(Model::plain(Serial)), order);
    }

    #[test]
    fn serial_with_the_lock_is_no_baseline_and_the_chosen_row_is_lit_once() {
        let lock = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);
        let mut board = Scoreboard::default();
        board.enter(Model { kind: ModelKind::Serial, lock }, score(2_000));
        assert!(board.serial().is_none(), "nothing is compared with a run under the lock");
        for kind in ModelKind::ALL {
            for lock in [GlobalLock::Off, lock, GlobalLock::GilLegacy { check_interval: 7 }] {
                let lit = board.rows(Model { kind, lock }).iter().filter(|r| r.current).count();
                assert_eq!(lit, 1, "{kind:?} {lock:?}");
            }
        }
    }
}
