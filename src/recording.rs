//! A run kept whole: what was asked for, what was planned, what happened, and what the machine did meanwhile. Whatever is
//! drawn, printed, compared or stored of a run needs no more than this. Performs nothing and touches no files: bytes come
//! in and go out.

use serde::{Deserialize, Serialize};

use crate::insight::{self, Disturbance, Pace};
use crate::machine::Machine;
use crate::plan::{Plan, Rates};
use crate::settings::Setup;
use crate::trace::{TaskName, Trace};
use crate::units::Ns;

mod comparison;
pub mod map;
mod score;
mod stored;

pub use comparison::{Comparison, Entry, Figures, Ideal, Ratio, Row, SameWork, disturbed, usual_models};
pub use score::Score;
pub use stored::{Opened, head, open, sources, tail};

/// What happened on the cores beside a run. Nothing stands for what nobody could measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    /// Cores that other programs kept busy.
    pub others: Option<f64>,
    /// Cores that watching the run kept busy: this program and the run's own collector and dispatcher.
    pub watching: f64,
    /// Cores that this program alone kept busy: the screen, or whoever followed the run without one.
    pub screen: Option<f64>,
    /// Cores that the host of a virtual machine kept for itself.
    pub stolen: Option<f64>,
    /// For how long a quota kept work from running, added up over the cores; nothing where there is no quota.
    pub throttled: Option<Ns>,
}

/// A run and all that is known of it.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What was asked for.
    pub setup: Setup,
    /// What was planned.
    pub plan: Plan,
    /// How fast the machine was believed to be when the plan was made.
    pub rates: Rates,
    /// The machine.
    pub machine: Machine,
    /// What happened.
    pub trace: Trace,
    /// What the machine did beside it.
    pub conditions: Conditions,
    /// Why it broke off, if it did.
    pub broken: Option<String>,
}

/// The same, lent.
#[derive(Clone, Copy, Debug)]
pub struct Finished<'a> {
    /// What was asked for.
    pub setup: &'a Setup,
    /// What was planned.
    pub plan: &'a Plan,
    /// How fast the machine was believed to be.
    pub rates: Rates,
    /// The machine.
    pub machine: &'a Machine,
    /// What happened.
    pub trace: &'a Trace,
    /// What the machine did beside it.
    pub conditions: Conditions,
}

/// The trace of a run of `plan` that has not begun.
pub fn empty_trace(plan: &Plan) -> Trace {
    let name = |t: &crate::workload::Task| TaskName { name: t.name.clone(), background: t.background };
    Trace::new(plan.tasks.iter().map(name).collect(), plan.workers).naming_locks(plan.locks.clone())
}

impl Recording {
    /// It, lent.
    pub fn finished(&self) -> Finished<'_> {
        let Recording { setup, plan, rates, machine, trace, conditions, .. } = self;
        Finished { setup, plan, rates: *rates, machine, trace, conditions: *conditions }
    }
}

impl Finished<'_> {
    /// How many cores' worth of time its workers could get: what it was pinned to, or the whole machine.
    pub fn cores(&self) -> f64 {
        self.plan.cores.map_or(self.machine.usable, |n| f64::from(n).min(self.machine.usable))
    }

    /// The share of the allowed cores that other programs took; nothing where nobody could measure it.
    pub fn busy_machine(&self) -> Option<f64> {
        self.conditions.others.map(|cores| cores / self.machine.allowed.len().max(1) as f64)
    }

    /// How long its tasks compute at the calibrated speed, where the plan fixes that.
    pub fn planned(&self) -> Option<Ns> {
        insight::planned(self.plan, self.rates)
    }

    /// What the machine did to it. Without another run to hold it against, its pace is even.
    pub fn disturbance(&self) -> Disturbance {
        let worked = insight::worked(self.trace);
        let speed = self.planned().zip(worked).and_then(|(planned, work)| insight::speed(planned, work));
        Disturbance { stolen: self.conditions.stolen, throttled: self.conditions.throttled, speed, pace: Pace::Even }
    }

    /// Its figures, for holding it against others; nothing if it is not over.
    pub fn score(&self) -> Option<Score> {
        Score::of(self.trace, self.planned().is_some(), self.conditions)
    }

    /// Whether it can be held against others: it came to its end, no task broke, and it was never suspended.
    pub fn counts(&self) -> bool {
        let whole = self.trace.makespan().is_some_and(|time| self.trace.stats(time).broken == 0);
        whole && self.trace.suspended.is_empty()
    }
}
