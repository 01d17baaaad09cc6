//! The fields of the JSON document, in the order in which they are printed.
#![expect(missing_docs, reason = "assets/run.schema.json describes each field")]

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::recording::{OriginKind, Reason, SharedCounter, SharedQueue};
use crate::state::State;
use crate::workload::{Value, Workload};

/// The whole document, in the order in which it is printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    pub schema: u32,
    pub concviz: &'static str,
    pub origin: OriginKind,
    pub outcome: &'static str,
    pub reason: Option<Reason>,
    pub workload: Option<String>,
    pub variant: Option<String>,
    pub model: Option<&'static str>,
    pub global_lock: Option<&'static str>,
    pub switch_interval_s: Option<f64>,
    pub engine: &'static str,
    pub workers: Option<u16>,
    pub cores: Option<usize>,
    pub usable_cores: f64,
    pub seed: Option<u64>,
    pub scale: Option<f64>,
    pub params: Option<BTreeMap<String, Param>>,
    pub until_s: Option<f64>,
    pub makespan_s: Option<f64>,
    pub cpu_s: Option<f64>,
    pub parallelism: Option<f64>,
    pub concurrency: Option<f64>,
    pub latency_s: Option<Percentiles>,
    pub peak_rss_bytes: Option<u64>,
    pub switches: Switches,
    pub spawn: Spawn,
    pub ipc: Ipc,
    pub lock: Option<Lock>,
    pub locks: Vec<NamedLock>,
    pub queues: Vec<Queue>,
    pub files: Option<Files>,
    pub tasks: Vec<Task>,
    pub order: Vec<String>,
    pub core_ids: Vec<u16>,
    pub core_busy_s: Vec<Option<f64>>,
    pub kernel_record: String,
    pub recorder: EventFields,
    pub overhead_cpu_s: Option<Overhead>,
    pub observing: Option<Observing>,
    pub busy_machine: Option<f64>,
    pub stolen_cores: Option<f64>,
    pub throttled_s: Option<f64>,
    pub speed: Option<f64>,
    pub findings: Vec<String>,
    pub counters: BTreeMap<String, Counter>,
}

/// A parameter: a count, or an amount as it is written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Param {
    Count(u64),
    Written(String),
}

impl From<Value> for Param {
    /// A count as a number, everything else as text that `--set` accepts.
    fn from(value: Value) -> Param {
        if let Value::Count(n) = value { Param::Count(n) } else { Param::Written(value.to_string()) }
    }
}

/// The parameters of `workload` as the JSON document has them.
pub fn params(workload: &Workload) -> BTreeMap<String, Param> {
    workload.params.iter().map(|p| (p.name.clone(), p.value.into())).collect()
}

/// Percentiles of the time from submission to end, over the tasks that are done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Percentiles {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

/// Context switches of the workers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Switches {
    pub voluntary: Option<u64>,
    pub involuntary: Option<u64>,
    pub migrations: Option<u64>,
}

/// The creation of workers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spawn {
    pub count: usize,
    pub total_s: f64,
}

/// The data that crossed process boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ipc {
    pub bytes: u64,
    pub serialize_s: f64,
}

/// The global lock, summed over processes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lock {
    pub generation: &'static str,
    pub check_interval: Option<u32>,
    pub forced_switching: Option<bool>,
    pub instances: u16,
    pub held_s: f64,
    pub wait_s: f64,
    pub hand_overs: u64,
    pub drop_requests: u64,
    pub timeouts: u64,
    pub forced_switches: u64,
    pub voluntary_releases: u64,
    pub retaken: Option<u64>,
    pub interval_changes: Vec<IntervalChange>,
}

/// A change of the global lock's interval while the run went on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct IntervalChange {
    pub at_s: f64,
    pub interval_s: Option<f64>,
    pub check_interval: Option<u32>,
}

/// A lock of the workload's own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NamedLock {
    pub name: String,
    pub limit: Option<u16>,
    pub held_s: f64,
    pub wait_s: f64,
    pub hand_overs: u64,
    pub releases: u64,
    pub abandoned: u64,
    pub refused: u64,
}

/// The place where the files of tasks were.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Files {
    pub folder: String,
    pub file_system: String,
    pub in_memory: bool,
}

/// One task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Task {
    pub name: String,
    pub background: bool,
    pub worker: Option<u16>,
    pub worker_name: Option<String>,
    pub pid: Option<u32>,
    pub tid: Option<u32>,
    pub outcome: Option<&'static str>,
    pub signal: Option<u8>,
    pub queued_s: Option<f64>,
    pub started_s: Option<f64>,
    pub finished_s: Option<f64>,
    pub latency_s: Option<f64>,
    pub states_s: States,
    pub lock_held_s: Option<f64>,
    pub lock_wait_s: Option<f64>,
    pub result: Option<u64>,
    pub laps: Option<u64>,
    pub lap_s: Option<Laps>,
}

/// How long a task's laps took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Laps {
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

/// Time in each state that a run knows, in the order of [`State::ALL`].
#[derive(Clone, Debug, PartialEq)]
pub struct States(pub Vec<(State, Option<f64>)>);

impl States {
    /// The time in `state`.
    pub fn of(&self, state: State) -> Option<f64> {
        self.0.iter().find(|(other, _)| *other == state)?.1
    }
}

impl Serialize for States {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(state, time)| (state.name(), time)))
    }
}

/// Figures about the recording of events itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EventFields {
    pub events: Option<u64>,
    pub events_per_s: Option<f64>,
    pub ns_per_event: Option<f64>,
    pub lost: Option<u64>,
    pub kept_from_s: f64,
    pub switches: Option<u64>,
    pub switches_lost: Option<u64>,
}

/// CPU time of the run that no worker used.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Overhead {
    pub collector: f64,
    pub server: f64,
    pub dispatcher: f64,
}

/// What watching the run took, as shares of all cores' time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Observing {
    pub collector: f64,
    pub server: f64,
    pub dispatcher: f64,
    pub screen: Option<f64>,
    pub follower: Option<f64>,
    pub all: f64,
}

/// A queue between tasks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Queue {
    pub name: String,
    pub room: Option<u32>,
    pub put: Option<u64>,
    pub got: Option<u64>,
    pub bytes: Option<u64>,
    pub closed: Option<bool>,
    pub room_wait_s: Option<f64>,
    pub message_wait_s: Option<f64>,
}

impl From<SharedQueue> for Queue {
    fn from(SharedQueue { name, room, put, got, bytes, closed, waited }: SharedQueue) -> Queue {
        let [room_wait_s, message_wait_s] = [0, 1].map(|end| waited.map(|waited| waited[end].as_secs()));
        Queue { name, room: Some(room).filter(|room| *room > 0), put, got, bytes, closed, room_wait_s, message_wait_s }
    }
}

/// A counter that tasks add to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counter {
    pub start: u32,
    pub expected: Option<u64>,
    pub r#final: Option<u32>,
    pub lost: Option<u64>,
    pub copies: Option<Vec<u32>>,
}

impl From<SharedCounter> for Counter {
    fn from(counter: SharedCounter) -> Counter {
        Counter {
            start: counter.start,
            expected: counter.expected(),
            r#final: counter.used.as_ref().map(|used| used.value),
            lost: counter.lost(),
            copies: counter.used.map(|used| used.copies).filter(|copies| !copies.is_empty()),
        }
    }
}

/// How several runs ended, and their summary: the end of their document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tail {
    pub summary: Summary,
    pub outcome: &'static str,
    pub reason: Option<Reason>,
}

/// The summary of several runs of the same plan.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    pub count: usize,
    pub makespan_s: Option<Spread>,
    pub parallelism: Option<Spread>,
    pub cpu_s: Option<Spread>,
    pub latency_s: Option<LatencySpread>,
}

/// How a figure is spread over runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
    pub mad: f64,
}

/// How the percentiles of latency are spread over runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LatencySpread {
    pub p50: Spread,
    pub p95: Spread,
    pub p99: Spread,
    pub max: Spread,
}
