//! Where a run comes from. A planned run has a setup, a seed and an ideal, and can be made again to the last iteration.
//! An observed run has a command line and the events that were seen: nobody planned what it would do.

use std::borrow::Cow;

use serde::Serialize;

use super::names;
use crate::plan::{Plan, Rates};
use crate::settings::Setup;
use crate::state::State;
use crate::text::Label;
use crate::trace::{CounterName, Provenance, QueueName, Trace};
use crate::workload::{Counter, Queue};

/// Where a run comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Somebody asked for it, and it was planned.
    Planned(Box<Planned>),
    /// A program that was watched from outside.
    Observed(Observed),
}

/// What was asked for, and the plan that was made of it before anything ran.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What was asked for.
    pub setup: Setup,
    /// What was planned.
    pub plan: Plan,
    /// The speed of the machine that the plan was made with.
    pub rates: Rates,
    /// Whether this version of the program knows the steps of its tasks. If not, setup and plan hold only what its
    /// recording says (names, numbers, the model): the run cannot be made again, nor compared with another run.
    pub known: bool,
}

/// A program that was watched. Its tasks are known as they appear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The program and its arguments.
    pub command: Vec<String>,
}

/// Where a run comes from, as documents tell it. For an observed run their other fields about a plan are null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OriginKind {
    /// Somebody asked for it, and it was planned.
    Planned,
    /// A program that was watched from outside.
    Observed {
        /// The program and its arguments.
        command: Vec<String>,
    },
}

impl Origin {
    /// The origin as documents tell it.
    pub fn kind(&self) -> OriginKind {
        match self {
            Origin::Planned(_) => OriginKind::Planned,
            Origin::Observed(observed) => OriginKind::Observed { command: observed.command.clone() },
        }
    }

    /// Its name: the workload with its variant, or the program.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Origin::Planned(planned) => planned.setup.workload.full_name(),
            Origin::Observed(observed) => {
                let program = observed.command.first().map_or("", String::as_str);
                program.rsplit('/').next().unwrap_or(program).into()
            }
        }
    }

    /// What the run does, in one line.
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

    /// The states that its documents list, even those that it was never in.
    pub const fn states(&self) -> &'static [State] {
        match self {
            Origin::Planned(_) => &State::PLANNED,
            Origin::Observed(_) => &State::ALL,
        }
    }

    /// An empty trace for a run of this origin that has not begun.
    pub(super) fn empty_trace(&self) -> Trace {
        match self {
            Origin::Planned(planned) => {
                let plan = &planned.plan;
                let queue = |q: &Queue| QueueName { name: q.name.clone(), room: q.room };
                let apart = plan.model.kind.rules().by_value;
                let counter = |c: &Counter| CounterName { name: c.name.clone(), start: c.start, apart };
                let (queues, counters) = (plan.queues.iter().map(queue), plan.counters.iter().map(counter));
                Trace::new(names(plan), plan.workers)
                    .naming_locks(plan.locks.clone())
                    .limiting_locks(plan.limits.clone())
                    .naming_shared(queues.collect(), counters.collect())
            }
            Origin::Observed(_) => Trace::new(Vec::new(), 0).open_ended(),
        }
    }
}

/// The badge in a corner of a picture of `runs`: who made them, and what their figures rest on.
pub fn badge<'a>(runs: impl IntoIterator<Item = &'a Trace>) -> Label {
    let (mut made_by, mut whole) = (Provenance::default(), true);
    for run in runs {
        if run.made_by != Provenance::Measured {
            made_by = run.made_by;
        }
        whole &= run.has_kernel_record();
    }
    match made_by {
        Provenance::Measured if whole => Label::Measured,
        Provenance::Measured => Label::NoKernelRecord,
        Provenance::Unknown => Label::UnknownMaker,
    }
}
