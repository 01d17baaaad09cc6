//! Where a run comes from. What was planned has a setup, a seed and an ideal, and can be made again to the last iteration;
//! what was observed has a command line and what was seen: nobody planned what it would do.

use serde::Serialize;

use super::names;
use crate::plan::{Plan, Rates};
use crate::settings::Setup;
use crate::state::State;
use crate::trace::Trace;

/// Where a run comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Somebody asked for it, and it was planned.
    Planned(Box<Planned>),
    /// It was there, and was watched.
    Observed(Observed),
}

/// What was asked for, and what came of that before anything was run.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What was asked for.
    pub setup: Setup,
    /// What was planned.
    pub plan: Plan,
    /// How fast the machine was believed to be when the plan was made.
    pub rates: Rates,
    /// Whether this version knows what its tasks were asked to do. If not, setup and plan have what its recording says of
    /// them (names, numbers, the model) and no step: it cannot be run again, nor be held against another run.
    pub known: bool,
}

/// A program that was watched. Its tasks are known as they appear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The program and its arguments.
    pub command: Vec<String>,
}

/// Where a run comes from, as documents tell it. What else they have of a plan is null where there was none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OriginKind {
    /// Somebody asked for it, and it was planned.
    Planned,
    /// It was there, and was watched.
    Observed {
        /// The program and its arguments.
        command: Vec<String>,
    },
}

impl Origin {
    /// What documents tell of it.
    pub fn kind(&self) -> OriginKind {
        match self {
            Origin::Planned(_) => OriginKind::Planned,
            Origin::Observed(observed) => OriginKind::Observed { command: observed.command.clone() },
        }
    }

    /// What it is called in a word: the workload, or the program.
    pub fn name(&self) -> &str {
        match self {
            Origin::Planned(planned) => &planned.setup.workload.name,
            Origin::Observed(observed) => {
                let program = observed.command.first().map_or("", String::as_str);
                program.rsplit('/').next().unwrap_or(program)
            }
        }
    }

    /// What it does, in a line.
    pub fn title(&self) -> String {
        match self {
            Origin::Planned(planned) => planned.setup.title(),
            Origin::Observed(observed) => observed.command.join(" "),
        }
    }

    /// The command that makes it again.
    pub fn command(&self) -> String {
        match self {
            Origin::Planned(planned) => planned.setup.command(),
            Origin::Observed(observed) => observed.command.join(" "),
        }
    }

    /// The states that its documents list, whether it was in them or not.
    pub const fn states(&self) -> &'static [State] {
        match self {
            Origin::Planned(_) => &State::PLANNED,
            Origin::Observed(_) => &State::ALL,
        }
    }

    /// The trace of a run from here that has not begun.
    pub(super) fn empty_trace(&self) -> Trace {
        match self {
            Origin::Planned(planned) => {
                let plan = &planned.plan;
                Trace::new(names(plan), plan.workers).naming_locks(plan.locks.clone())
            }
            Origin::Observed(_) => Trace::new(Vec::new(), 0).open_ended(),
        }
    }
}
