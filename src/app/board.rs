//! The scoreboard: the figures of the last run of each row. Its rows are an open set: the usual ones are there from the
//! start, any other comes when it was measured or is chosen. Knows neither runs nor the screen.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::insight::Ratio;
use crate::model::{Generation, GlobalLock, LockSettings, Model, ModelKind};
use crate::recording::{Score, place, usual_models};
use crate::state::Failure;
use crate::units::Ns;

/// What names a row: a model with its lock, and the variant of the workload. A newer run takes the place of an older one of
/// the same row; runs of different rows are compared as far as they are of one variant. Rows are ordered by the variants,
/// and within one as those of a comparison are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowKey {
    /// The model.
    pub kind: ModelKind,
    /// Which global lock its runs have, if they have one.
    pub lock: Option<Generation>,
    /// The place of the variant among all of them; 0 where the workload has none.
    pub variant: usize,
}

impl RowKey {
    /// The row of runs under `model`, of the first variant.
    pub const fn of(model: Model) -> RowKey {
        RowKey { kind: model.kind, lock: model.lock.generation(), variant: 0 }
    }

    /// The row to which the ratio of this one refers: serial, without a lock, of the same variant.
    pub const fn baseline(self) -> RowKey {
        RowKey { kind: ModelKind::Serial, lock: None, ..self }
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
        let place = |key: &RowKey| (key.variant, place(key.model(LockSettings::default())));
        place(self).cmp(&place(other))
    }
}

impl PartialOrd for RowKey {
    fn partial_cmp(&self, other: &RowKey) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What the last run of a row came to: its figures, or why it came to nothing though it began, its tasks waiting for what
/// none of them could do.
pub type Came = Result<Score, Failure>;

/// What the last run of each row came to, for one workload and all its variants.
#[derive(Clone, Debug)]
pub struct Scoreboard {
    from_the_start: Vec<RowKey>,
    came: BTreeMap<RowKey, Came>,
}

/// One row of the scoreboard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// What names it.
    pub key: RowKey,
    /// Its last run, if there was one.
    pub score: Option<Score>,
    /// Whether it is the row of the model and the variant that are chosen now.
    pub current: bool,
}

impl Default for Scoreboard {
    fn default() -> Scoreboard {
        Scoreboard::of(RowKey::usual())
    }
}

impl Scoreboard {
    /// An empty scoreboard that has these rows from the start, whichever variant is chosen.
    pub fn of(keys: Vec<RowKey>) -> Scoreboard {
        Scoreboard { from_the_start: keys, came: BTreeMap::new() }
    }

    /// What names its rows, from top to bottom, while `chosen` is chosen: those from the start, those that ran, and that
    /// of the chosen model. Those from the start are of the chosen variant.
    pub fn keys(&self, chosen: RowKey) -> Vec<RowKey> {
        let from_the_start = self.from_the_start.iter().map(|key| RowKey { variant: chosen.variant, ..*key });
        let keys = from_the_start.chain(self.came.keys().copied()).chain([chosen]);
        keys.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The last run of the row `key` came to this.
    pub fn enter(&mut self, key: RowKey, came: Came) {
        self.came.insert(key, came);
    }

    /// Why the last run of the row `key` broke off, if its tasks waited for what none of them could do.
    pub fn stuck(&self, key: RowKey) -> Option<&Failure> {
        self.came.get(&key).and_then(|came| came.as_ref().err())
    }

    /// Forgets all figures: the work has changed.
    pub fn clear(&mut self) {
        self.came.clear();
    }

    /// The score of the row `key`.
    pub fn get(&self, key: RowKey) -> Option<Score> {
        self.came.get(&key).and_then(|came| came.as_ref().ok()).copied()
    }

    /// Whether no run came to anything yet.
    pub fn is_empty(&self) -> bool {
        self.came.is_empty()
    }

    /// The row to which the ratio of the row `key` refers: serial; where serial cannot do the work, the first row with
    /// figures.
    pub fn baseline_key(&self, key: RowKey) -> RowKey {
        let serial = key.baseline();
        let first = || self.scores().map(|(other, _)| other).find(|other| other.variant == key.variant);
        if self.stuck(serial).is_some() { first().unwrap_or(serial) } else { serial }
    }

    /// The figures to which the ratio of the row `key` refers.
    pub fn baseline(&self, key: RowKey) -> Option<Score> {
        self.get(self.baseline_key(key))
    }

    /// The time of the slowest run.
    pub fn slowest(&self) -> Option<Ns> {
        self.scores().map(|(_, score)| score.time).max()
    }

    fn scores(&self) -> impl Iterator<Item = (RowKey, Score)> {
        self.came.iter().filter_map(|(key, came)| came.as_ref().ok().map(|score| (*key, *score)))
    }

    /// The rows, from top to bottom, while `chosen` is chosen.
    pub fn rows(&self, chosen: RowKey) -> Vec<Row> {
        let row = |key| Row { key, score: self.get(key), current: key == chosen };
        self.keys(chosen).into_iter().map(row).collect()
    }

    /// How many times as fast as its baseline, mostly serial, the row `key` is with `score`, on a machine with `cores`; nothing where serial is
    /// not known of its variant.
    pub fn ratio(&self, key: RowKey, score: Score, cores: f64) -> Option<Ratio> {
        let serial = self.baseline(key)?;
        Some(if score == serial { Ratio::exactly(1.0) } else { score.ratio(&serial, cores) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(ms: u64) -> Score {
        Score { time: Ns::from_millis(ms), busy: 1.0, lanes: 2.0, ..Score::default() }
    }

    fn plain_row(kind: ModelKind) -> RowKey {
        RowKey::of(Model::plain(kind))
    }

    #[test]
    fn ratios_are_to_serial_and_serial_is_once_as_fast_as_itself() {
        let mut board = Scoreboard::default();
        assert_eq!(board.ratio(plain_row(ModelKind::Threads), score(1_000), 2.0), None, "serial is not known");
        let serial = Score { crowded: Ns::from_millis(900), others: 0.9, ..score(2_000) };
        board.enter(plain_row(ModelKind::Serial), Ok(serial));
        assert_eq!(
            board.ratio(plain_row(ModelKind::Serial), serial, 2.0),
            Some(Ratio::exactly(1.0)),
            "whatever disturbed it"
        );
        let ratio = board.ratio(plain_row(ModelKind::Threads), score(1_000), 2.0).expect("serial is known");
        assert!((ratio.speedup.high - 2.0).abs() < 1e-9 && (ratio.speedup.low - 1.1).abs() < 1e-9, "{ratio:?}");
        assert!(ratio.doubt.is_some_and(|doubt| doubt.baseline));
    }

    #[test]
    fn where_serial_cannot_do_the_work_ratios_are_to_the_first_row_that_ran() {
        let [serial, threads, r#async] = [ModelKind::Serial, ModelKind::Threads, ModelKind::Async].map(plain_row);
        let mut board = Scoreboard::default();
        let stuck = Failure::Stuck { waiting: Vec::new(), pool: None };
        board.enter(serial, Err(stuck.clone()));
        assert_eq!((board.stuck(serial), board.baseline_key(r#async)), (Some(&stuck), serial));
        board.enter(r#async, Ok(score(500)));
        board.enter(threads, Ok(score(1_000)));
        assert_eq!(board.baseline_key(r#async), threads);
        let ratio = board.ratio(r#async, score(500), 2.0).expect("threads ran").speedup;
        assert!((ratio.times - 2.0).abs() < 1e-9, "{ratio:?}");
        // Once it can be done it is the baseline again; a row that is stuck now has no figures of before.
        board.enter(serial, Ok(score(2_000)));
        assert_eq!((board.stuck(serial), board.baseline_key(r#async)), (None, serial));
        board.enter(threads, Err(stuck));
        assert_eq!(board.get(threads), None);
    }

    #[test]
    fn five_rows_are_there_from_the_start_and_each_run_keeps_one_of_its_own() {
        let locks = [None, Some(Generation::Newer), Some(Generation::Older)];
        let all = || ModelKind::ALL.into_iter().flat_map(|kind| locks.map(|lock| RowKey { kind, lock, variant: 0 }));
        let mut board = Scoreboard::default();
        let mut expected = RowKey::usual();
        assert_eq!(board.keys(plain_row(ModelKind::Serial)), expected);
        for (key, ms) in all().zip(1..) {
            // It is there as soon as it is chosen, and stays once it was measured.
            if !expected.contains(&key) {
                let found = board.keys(key);
                assert_eq!(found.len(), expected.len() + 1, "{key:?}");
                assert!(expected.iter().all(|key| found.contains(key)));
                assert_eq!(board.keys(plain_row(ModelKind::Serial)), expected, "it was not measured");
                expected = found;
            }
            board.enter(key, Ok(score(ms)));
            assert_eq!(board.keys(plain_row(ModelKind::Serial)), expected);
        }
        for key in all() {
            let rows = board.rows(key);
            assert_eq!(rows.iter().map(|row| row.key).collect::<Vec<_>>(), expected, "nothing changes places");
            assert_eq!(rows.iter().filter(|row| row.current).map(|row| row.key).collect::<Vec<_>>(), [key]);
            assert!(rows.iter().all(|row| row.score.is_some()));
        }
        let times: BTreeSet<Ns> = board.rows(expected[0]).iter().filter_map(|r| Some(r.score?.time)).collect();
        assert_eq!((times.len(), board.slowest()), (12, Some(Ns::from_millis(12))));
        board.clear();
        assert_eq!(board.keys(plain_row(ModelKind::Serial)), RowKey::usual(), "other work: a new board");
    }

    #[test]
    fn both_generations_of_the_lock_stand_side_by_side_below_the_models_without_one() {
        use ModelKind::{Async, Processes, Serial, Threads};
        let mut board = Scoreboard::default();
        for kind in [Async, Threads, Serial] {
            for generation in [Generation::Older, Generation::Newer] {
                board.enter(RowKey { kind, lock: Some(generation), variant: 0 }, Ok(score(100)));
            }
        }
        let plain = [Serial, Threads, Processes, Async].map(|kind| RowKey { kind, lock: None, variant: 0 });
        let both =
            |kind| [Generation::Newer, Generation::Older].map(|lock| RowKey { kind, lock: Some(lock), variant: 0 });
        let order = [&plain[..], &both(Threads), &both(Serial), &both(Async)].concat();
        assert_eq!(board.keys(plain_row(Serial)), order);
    }

    #[test]
    fn serial_with_the_lock_is_no_baseline_and_the_chosen_row_is_lit_once() {
        let lock = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);
        let mut board = Scoreboard::default();
        board.enter(RowKey::of(Model { kind: ModelKind::Serial, lock }), Ok(score(2_000)));
        assert!(
            board.baseline(plain_row(ModelKind::Threads)).is_none(),
            "nothing is compared with a run under the lock"
        );
        for kind in ModelKind::ALL {
            for lock in [GlobalLock::Off, lock, GlobalLock::GilLegacy { check_interval: 7 }] {
                let lit = board.rows(RowKey::of(Model { kind, lock })).iter().filter(|r| r.current).count();
                assert_eq!(lit, 1, "{kind:?} {lock:?}");
            }
        }
    }

    #[test]
    fn each_variant_has_rows_of_its_own_and_its_own_serial_run_as_baseline() {
        let of = |variant, kind| RowKey { variant, ..plain_row(kind) };
        let mut board = Scoreboard::default();
        board.enter(of(0, ModelKind::Serial), Ok(score(2_000)));
        board.enter(of(0, ModelKind::Threads), Ok(score(1_000)));
        board.enter(of(1, ModelKind::Threads), Ok(score(500)));
        let speedup = |board: &Scoreboard, key| {
            board.ratio(key, board.get(key).expect("figures"), 2.0).map(|ratio| ratio.speedup.times)
        };
        assert_eq!(speedup(&board, of(0, ModelKind::Threads)), Some(2.0));
        assert_eq!(speedup(&board, of(1, ModelKind::Threads)), None, "the other variant did other work");
        board.enter(of(1, ModelKind::Serial), Ok(score(250)));
        assert_eq!(speedup(&board, of(1, ModelKind::Threads)), Some(0.5));
        assert_eq!(speedup(&board, of(0, ModelKind::Threads)), Some(2.0));
        // The rows from the start are those of the variant that is chosen; what was measured stays where it is.
        let keys = board.keys(of(1, ModelKind::Async));
        let first = [of(0, ModelKind::Serial), of(0, ModelKind::Threads)];
        let second = RowKey::usual().into_iter().map(|key| RowKey { variant: 1, ..key });
        assert_eq!(keys, first.into_iter().chain(second).collect::<Vec<_>>());
        let lit = board.rows(of(1, ModelKind::Threads)).into_iter().filter(|row| row.current).map(|row| row.key);
        assert_eq!(lit.collect::<Vec<_>>(), [of(1, ModelKind::Threads)]);
    }
}
