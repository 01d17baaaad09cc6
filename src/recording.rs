//! A run kept whole: where it comes from, what happened, and what the machine did meanwhile. Drawing, printing,
//! comparing and storing a run need no more than a reference to this. It performs nothing and touches no files: it
//! works on bytes that are handed in and out.

use serde::{Deserialize, Serialize};

use crate::insight;
use crate::machine::Machine;
use crate::model::Model;
use crate::plan::{Plan, Rates};
use crate::settings::Setup;
use crate::state::Failure;
use crate::trace::{Frame, TaskName, Trace};
use crate::units::Ns;

mod comparison;
mod header;
pub mod map;
mod origin;
mod outcome;
mod refused;
mod score;
mod shared;
mod works;

pub use comparison::{Comparison, Figures, Ideal, Row, SameWork, disturbed, place, usual_models};
pub use header::{Note, OpenError, Opened, RunError, begin, open, sources, tail};
pub use origin::{Observed, Origin, OriginKind, Planned, badge};
pub use outcome::{Reason, RunOutcome, SCHEMA};
pub use refused::{NotOpened, NotRecorded, RecorderError};
pub use score::Score;
pub use shared::{SharedCounter, SharedQueue};
pub use works::Works;

/// What the machine did to a run from outside. `None` means that it could not be measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    /// Cores that other programs kept busy.
    pub others: Option<f64>,
    /// Cores that watching the run kept busy: this program and the run's own collector and dispatcher.
    pub watching: f64,
    /// Cores that this program alone kept busy: the screen, or the command that followed the run without one.
    pub screen: Option<f64>,
    /// Cores that the host of a virtual machine kept for itself.
    pub stolen: Option<f64>,
    /// For how long a quota kept work from running, added up over the cores; `None` where there is no quota.
    pub throttled: Option<Ns>,
}

/// A run and all that is known of it, be it over or not.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Where it comes from: what was asked for and planned, or which program was observed.
    pub origin: Origin,
    /// The machine it was made on.
    pub machine: Machine,
    /// What happened.
    pub trace: Trace,
    /// What the machine did to it; known at the end.
    pub conditions: Conditions,
    /// Why it broke off, if it did.
    pub broken: Option<Failure>,
    /// The name of its file, if runs were read from several files.
    pub file: Option<String>,
}

impl Recording {
    /// A run from `origin` on `machine` that has not begun.
    pub fn new(origin: Origin, machine: Machine) -> Recording {
        let trace = origin.empty_trace();
        Recording { origin, machine, trace, conditions: Conditions::default(), broken: None, file: None }
    }

    /// A run of `plan`, made with `rates` for what `setup` asks for, that has not begun.
    pub fn of_plan(setup: Setup, plan: Plan, rates: Rates, machine: Machine) -> Recording {
        Recording::new(Origin::Planned(Box::new(Planned { setup, plan, rates, known: true })), machine)
    }

    /// Takes in the run's next frame.
    pub fn take(&mut self, frame: Frame) {
        match frame {
            Frame::Begin(begin) => self.trace.begin(&begin),
            Frame::Events(events) => self.trace.extend(&events),
            Frame::End(end) => self.trace.end(end),
            Frame::Failed(reason) => self.break_off(Some(reason)),
        }
    }

    /// Notes why the run broke off, if that is why it is over: what its tasks still waited for then, they wait for to the
    /// end of what is known of it.
    pub fn break_off(&mut self, why: Option<Failure>) {
        let is_first = self.broken.is_none() && why.is_some() && self.trace.report.is_none();
        self.broken = why;
        if is_first {
            self.leave_waits_open();
        }
    }

    /// What was planned, if the run was planned.
    pub fn planned(&self) -> Option<&Planned> {
        match &self.origin {
            Origin::Planned(planned) => Some(planned),
            Origin::Observed(_) => None,
        }
    }

    /// The model that it was planned for; `None` if it was not planned.
    pub fn model(&self) -> Option<Model> {
        self.planned().map(|planned| planned.plan.model)
    }

    /// How many cores' worth of time its workers could get: as many cores as they were pinned to, or the whole machine.
    pub fn cores(&self) -> f64 {
        let pinned = self.planned().and_then(|planned| planned.plan.cores);
        pinned.map_or(self.machine.usable, |n| f64::from(n).min(self.machine.usable))
    }

    /// The share of the allowed cores that other programs took; `None` where it could not be measured.
    pub fn busy_machine(&self) -> Option<f64> {
        self.conditions.others.map(|cores| cores / self.machine.allowed.len().max(1) as f64)
    }

    /// How long its tasks compute at the calibrated speed, where a plan fixes that.
    pub fn fixed_work(&self) -> Option<Ns> {
        self.planned()
            .filter(|planned| planned.known)
            .and_then(|planned| insight::planned(&planned.plan, planned.rates))
    }

    /// Its figures, for comparing it with others; `None` if it is not over.
    pub fn score(&self) -> Option<Score> {
        Score::of(self)
    }

    /// Whether it can be compared with others: it came to its end, no task broke, and it was never suspended.
    pub fn counts(&self) -> bool {
        let whole = self.trace.makespan().is_some_and(|time| self.trace.stats(time).broken == 0);
        self.broken.is_none() && whole && self.trace.suspended.is_empty()
    }
}

/// The names of the tasks of a plan.
fn names(plan: &Plan) -> Vec<TaskName> {
    let name = |t: &crate::workload::Task| TaskName { name: t.name.clone(), background: t.background };
    plan.tasks.iter().map(name).collect()
}
