//! The run that is watched, and the scoreboard of those that came to their end.

use std::collections::{BTreeMap, BTreeSet};

use crate::insight::{self, Pace};
use crate::machine::Machine;
use crate::model::{GlobalLock, Model, ModelKind};
use crate::plan::{Plan, Rates};
use crate::recording::{Conditions, Entry, Finished, Recording, Score, empty_trace};
use crate::settings::Setup;
use crate::trace::Trace;
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
    /// What was asked for.
    pub setup: Setup,
    /// What was planned.
    pub plan: Plan,
    /// How fast the machine was believed to be.
    pub rates: Rates,
    /// The machine.
    pub machine: Machine,
    /// How; its lock's interval as it was turned last.
    pub model: Model,
    /// On how many workers.
    pub workers: u16,
    /// How far it is.
    pub phase: Phase,
    /// What is known of it.
    pub trace: Trace,
    /// What else the cores did meanwhile; known at the end.
    pub conditions: Conditions,
    /// How long its tasks compute at the calibrated speed, where the plan fixes that.
    pub planned: Option<Ns>,
    /// Its figures for the scoreboard, once it is over.
    pub score: Option<Score>,
    /// Which of several files it was read from.
    pub origin: Option<String>,
}

impl Run {
    /// A run of `plan`, made with `rates` for what `setup` asks for, that has just been asked for.
    pub fn new(id: RunId, setup: Setup, plan: Plan, rates: Rates, machine: Machine) -> Run {
        let (model, workers, planned) = (plan.model, plan.workers, insight::planned(&plan, rates));
        let trace = empty_trace(&plan);
        let (phase, conditions) = (Phase::Starting, Conditions::default());
        Run {
            id,
            setup,
            plan,
            rates,
            machine,
            model,
            workers,
            phase,
            trace,
            conditions,
            planned,
            score: None,
            origin: None,
        }
    }

    /// A run that was made and stored before.
    pub fn recorded(id: RunId, recording: Recording) -> Run {
        let Recording { setup, plan, rates, machine, trace, conditions, broken } = recording;
        let mut run = Run { trace, conditions, ..Run::new(id, setup, plan, rates, machine) };
        run.score = run.add_up();
        run.phase = match (broken, run.trace.makespan()) {
            (Some(why), _) => Phase::Failed(why),
            (None, _) => Phase::Over,
        };
        run
    }

    /// All that is known of it, for whoever draws, prints or compares runs.
    pub fn finished(&self) -> Finished<'_> {
        let Run { setup, plan, rates, machine, trace, conditions, .. } = self;
        Finished { setup, plan, rates: *rates, machine, trace, conditions: *conditions }
    }

    /// The same for a comparison, with the file it comes from and why it broke off.
    pub fn entry(&self) -> Entry<'_> {
        Entry { source: self.origin.as_deref(), run: self.finished(), broken: self.broken() }
    }

    /// Adds up its figures for the scoreboard; nothing if it is not over.
    pub(super) fn add_up(&self) -> Option<Score> {
        self.finished().score()
    }

    /// Whether it did not break off, but what was recorded of it.
    pub fn is_cut_off(&self) -> bool {
        self.broken() == Some(crate::text::cut_off())
    }

    /// Why it broke off, if it did.
    pub fn broken(&self) -> Option<&str> {
        match &self.phase {
            Phase::Failed(why) => Some(why),
            Phase::Starting | Phase::Running | Phase::Over => None,
        }
    }

    /// Whether nothing more will come.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over | Phase::Failed(_))
    }
}

/// The best-known figures of each model, for one workload.
#[derive(Clone, Debug, Default)]
pub struct Scoreboard {
    scores: BTreeMap<(ModelKind, bool), Score>,
    /// Of the scores with a global lock, those with the older one.
    legacy: BTreeSet<ModelKind>,
}

/// One row of the scoreboard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The model.
    pub kind: ModelKind,
    /// With the global lock.
    pub locked: bool,
    /// With the older one: the last run was.
    pub legacy: bool,
    /// Its last run, if there was one.
    pub score: Option<Score>,
    /// Whether it is the model chosen now.
    pub current: bool,
}

impl Scoreboard {
    /// A run under `model` came to its end.
    pub fn enter(&mut self, model: Model, score: Score) {
        self.scores.insert((model.kind, model.lock.is_on()), score);
        match model.lock {
            GlobalLock::Off => {}
            GlobalLock::Gil { .. } => drop(self.legacy.remove(&model.kind)),
            GlobalLock::GilLegacy { .. } => drop(self.legacy.insert(model.kind)),
        }
    }

    /// Forgets everything: the work is another.
    pub fn clear(&mut self) {
        self.scores.clear();
        self.legacy.clear();
    }

    /// The score of `model`.
    pub fn get(&self, model: Model) -> Option<Score> {
        self.scores.get(&(model.kind, model.lock.is_on())).copied()
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// The serial time.
    pub fn serial(&self) -> Option<Score> {
        self.get(Model::plain(ModelKind::Serial))
    }

    /// The slowest of all.
    pub fn slowest(&self) -> Option<Ns> {
        self.scores.values().map(|s| s.time).max()
    }

    /// The five rows: each model, and threads with the global lock. The other models stand with the lock in their own row
    /// while they are chosen with it.
    pub fn rows(&self, chosen: Model) -> [Row; 5] {
        let row = |kind, locked| {
            let current = chosen.kind == kind && chosen.lock.is_on() == locked;
            let legacy = locked && self.legacy.contains(&kind);
            Row { kind, locked, legacy, score: self.scores.get(&(kind, locked)).copied(), current }
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

    /// Whether `score` was measured on a machine with `cores` that others left to it.
    pub fn is_fair(&self, score: Score, cores: f64) -> bool {
        score.is_fair(cores)
    }

    /// How the cores of `score` compare with those that serial had.
    pub fn pace(&self, score: Score) -> Pace {
        insight::compare(score.work, self.serial().and_then(|s| s.work))
    }

    /// How many times as fast as serial `score` is, on a machine with `cores`; nothing where serial is not known, or where
    /// the ratio would say nothing of the models: see [`Score::speedup`].
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
        Score { time: Ns::from_millis(ms), busy: 1.0, others, stolen: 0.0, work: None, waits: Ns::ZERO }
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
