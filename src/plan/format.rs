//! A plan as text: how it is sent to a runner and how it stands before a run's events. There it is a list with one
//! entry, which this keeps from everybody else.

use serde::{Deserialize, Serialize, Serializer};

use super::Plan;
use crate::model::Model;
use crate::workload::{Kernel, Task};

/// What stood there while a plan said who executes it: older readers want it. Now the run says so itself.
const ENGINE: &str = "measured";

/// As it is read.
#[derive(Deserialize)]
pub(super) struct Stored {
    stages: Vec<StoredStage>,
    seed: u64,
    #[serde(default)]
    unrecorded: bool,
}

#[derive(Deserialize)]
struct StoredStage {
    workload: String,
    tasks: Vec<Task>,
    model: Model,
    workers: u16,
    #[serde(default)]
    at_once: Option<u16>,
    cores: Option<u16>,
    poll_every: [u64; Kernel::COUNT],
    locks: Vec<String>,
}

/// As it is written.
#[derive(Serialize)]
struct Lent<'a> {
    stages: [LentStage<'a>; 1],
    seed: u64,
    engine: &'static str,
    unrecorded: bool,
}

#[derive(Serialize)]
struct LentStage<'a> {
    workload: &'a str,
    tasks: &'a [Task],
    model: Model,
    workers: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_once: Option<u16>,
    cores: Option<u16>,
    poll_every: [u64; Kernel::COUNT],
    locks: &'a [String],
}

/// Why what was read is no plan: its list has no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", crate::text::NO_STAGE)]
pub(super) struct NoStage;

impl TryFrom<Stored> for Plan {
    type Error = NoStage;

    fn try_from(stored: Stored) -> Result<Plan, NoStage> {
        let Stored { stages, seed, unrecorded: no_kernel_record } = stored;
        let stage = stages.into_iter().next().ok_or(NoStage)?;
        let StoredStage { workload, tasks, model, workers, at_once, cores, poll_every, locks } = stage;
        Ok(Plan { workload, tasks, model, workers, at_once, cores, poll_every, locks, seed, no_kernel_record })
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Plan { workload, tasks, model, workers, at_once, cores, poll_every, locks, seed, no_kernel_record } = self;
        let (model, workers, at_once, cores, poll_every) = (*model, *workers, *at_once, *cores, *poll_every);
        let stages = [LentStage { workload, tasks, model, workers, at_once, cores, poll_every, locks }];
        Lent { stages, seed: *seed, engine: ENGINE, unrecorded: *no_kernel_record }.serialize(serializer)
    }
}
