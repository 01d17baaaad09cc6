//! The run that is watched, and the scoreboard of those that came to their end.

use std::collections::BTreeMap;

use super::Beside;
use crate::insight::is_comparable;
use crate::model::{Model, ModelKind};
use crate::plan::Plan;
use crate::trace::{TaskName, Trace};
use crate::units::Ns;

/// Which run; stale messages of a run that was stopped are told by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The runner was started; its first word has not come.
    Starting,
    /// It goes on.
    Running,
    /// It came to its end.
    Over,
    /// It broke off, for this reason.
    Failed(String),
}

/// A run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Which.
    pub id: RunId,
    /// How.
    pub model: Model,
    /// On how many workers.
    pub workers: u16,
    /// How far it is.
    pub phase: Phase,
    /// What is known of it.
    pub trace: Trace,
    /// What else the cores did meanwhile; known at the end.
    pub beside: Beside,
}

impl Run {
    /// A run of `plan` that has just been asked for.
    pub fn new(id: RunId, plan: &Plan) -> Run {
        let stage = plan.stage();
        let name = |t: &crate::workload::Task| TaskName { name: t.name.clone(), background: t.background };
        let trace = Trace::new(stage.tasks.iter().map(name).collect(), stage.workers);
        Run { id, model: stage.model, workers: stage.workers, phase: Phase::Starting, trace, beside: Beside::default() }
    }

    /// Whether nothing more will come.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over | Phase::Failed(_))
    }
}

/// A finished run's figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// How long it took.
    pub time: Ns,
    /// Cores it kept busy, on average.
    pub busy: f64,
    /// Cores that other programs kept busy meanwhile.
    pub others: f64,
}

/// The best-known figures of each model, for one workload.
#[derive(Clone, Debug, Default)]
pub struct Scoreboard(BTreeMap<(ModelKind, bool), Score>);

/// One row of the scoreboard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The model.
    pub kind: ModelKind,
    /// With the global lock.
    pub locked: bool,
    /// Its last run, if there was one.
    pub score: Option<Score>,
    /// Whether it is the model chosen now.
    pub current: bool,
}

impl Scoreboard {
    /// A run under `model` came to its end.
    pub fn enter(&mut self, model: Model, score: Score) {
        self.0.insert((model.kind, model.lock.is_on()), score);
    }

    /// Forgets everything: the work is another.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The score of `model`.
    pub fn get(&self, model: Model) -> Option<Score> {
        self.0.get(&(model.kind, model.lock.is_on())).copied()
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The serial time.
    pub fn serial(&self) -> Option<Score> {
        self.get(Model::plain(ModelKind::Serial))
    }

    /// The slowest of all.
    pub fn slowest(&self) -> Option<Ns> {
        self.0.values().map(|s| s.time).max()
    }

    /// The five rows: each model, and threads with the global lock. The other models stand with the lock in their own row
    /// while they are chosen with it.
    pub fn rows(&self, chosen: Model) -> [Row; 5] {
        let row = |kind, locked| {
            let current = chosen.kind == kind && chosen.lock.is_on() == locked;
            Row { kind, locked, score: self.0.get(&(kind, locked)).copied(), current }
        };
        let locked = |kind| chosen.kind == kind && chosen.lock.is_on();
        [
            row(ModelKind::Serial, locked(ModelKind::Serial)),
            row(ModelKind::Threads, false),
            row(ModelKind::Processes, locked(ModelKind::Processes)),
            row(ModelKind::Async, locked(ModelKind::Async)),
            row(ModelKind::Threads, true),
        ]
    }

    /// Whether `score` was measured on a machine with `cores` that others left to it. Work that hardly needs a core does
    /// not suffer from others who do.
    pub fn is_fair(&self, score: Score, cores: f64) -> bool {
        is_comparable(score.others, cores) || score.busy < 0.2
    }

    /// How many times as fast as serial `score` is, on a machine with `cores`; nothing where serial is not known or
    /// other programs make the ratio worthless.
    pub fn speedup(&self, score: Score, cores: f64) -> Option<f64> {
        let serial = self.serial()?;
        let fair = self.is_fair(score, cores) && self.is_fair(serial, cores);
        let ratio = serial.time.share_of(score.time);
        // Work that keeps one core busy cannot be done faster than by all of them: then one of the two was disturbed.
        let possible = serial.busy < 0.9 || ratio <= 1.05 * cores;
        (fair && possible && score.time > Ns::ZERO).then_some(ratio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GlobalLock;

    fn score(ms: u64, others: f64) -> Score {
        Score { time: Ns::from_millis(ms), busy: 1.0, others }
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
    fn serial_with_the_lock_is_no_baseline_and_the_chosen_row_is_lit_once() {
        let lock = GlobalLock::Gil { interval: GlobalLock::DEFAULT_INTERVAL };
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
