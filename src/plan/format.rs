//! A plan as text: how it is sent to a runner and how it stands before a run's events. There it is a list with one
//! entry, which this keeps from everybody else.

use serde::{Deserialize, Serialize, Serializer};

use super::Plan;
use crate::model::Model;
use crate::workload::{Counter, Kernel, Queue, Task};

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
    #[serde(default)]
    limits: Vec<u16>,
    #[serde(default)]
    queues: Vec<Queue>,
    #[serde(default)]
    counters: Vec<Counter>,
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
    #[serde(skip_serializing_if = "are_all_one")]
    limits: &'a [u16],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    queues: &'a [Queue],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    counters: &'a [Counter],
}

fn are_all_one(limits: &[u16]) -> bool {
    limits.iter().all(|limit| *limit == 1)
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
        let limits = if stage.limits.is_empty() { vec![1; stage.locks.len()] } else { stage.limits };
        Ok(Plan {
            workload: stage.workload,
            tasks: stage.tasks,
            model: stage.model,
            workers: stage.workers,
            at_once: stage.at_once,
            cores: stage.cores,
            poll_every: stage.poll_every,
            locks: stage.locks,
            limits,
            queues: stage.queues,
            counters: stage.counters,
            seed,
            no_kernel_record,
        })
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stage = LentStage {
            workload: &self.workload,
            tasks: &self.tasks,
            model: self.model,
            workers: self.workers,
            at_once: self.at_once,
            cores: self.cores,
            poll_every: self.poll_every,
            locks: &self.locks,
            limits: &self.limits,
            queues: &self.queues,
            counters: &self.counters,
        };
        Lent { stages: [stage], seed: self.seed, engine: ENGINE, unrecorded: self.no_kernel_record }
            .serialize(serializer)
    }
}
