//! A run on the screen.

use super::RowKey;
use crate::insight;
use crate::machine::Machine;
use crate::model::Model;
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

    /// A run that was read from a file; of several files from `origin`.
    pub fn read(id: RunId, recording: Recording, origin: Option<String>) -> Run {
        let Recording { setup, plan, rates, machine, trace, conditions, broken } = recording;
        let mut run = Run { trace, conditions, origin, ..Run::new(id, setup, plan, rates, machine) };
        run.score = run.add_up();
        run.phase = match (broken, run.trace.makespan()) {
            (Some(why), _) => Phase::Failed(why),
            (None, _) => Phase::Over,
        };
        run
    }

    /// The row it stands in.
    pub fn row(&self) -> RowKey {
        RowKey::of(self.model)
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
