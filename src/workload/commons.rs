//! What the tasks of a workload share, with every amount resolved.

use serde::{Deserialize, Serialize};

use super::refusal::{AmountFault, ResolveError};
use super::resolve::MOST_PAYLOAD;
use super::{QueueSpec, StepSpec, Unit, Value, Workload, each_step};

/// A queue: tasks put messages in at one end and take them out at the other, in the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// For how many messages it has room; at least 1.
    pub room: u32,
}

/// A counter that tasks add to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// Its name.
    pub name: String,
    /// Its value at first.
    pub start: u32,
}

/// The most messages that a queue may have room for.
const MOST_ROOM: u64 = 1_000_000;
/// The largest value that a counter may start with: it has room for a few billion additions more.
const MOST_AT_FIRST: u64 = 1_000_000_000;
/// The most tasks that may hold a lock at a time.
const MOST_HOLDERS: u64 = 255;

impl Workload {
    /// The queues between its tasks.
    ///
    /// # Errors
    /// If a queue has no room, or an amount cannot be used.
    pub fn queues(&self) -> Result<Vec<Queue>, ResolveError> {
        let queue = |spec: &QueueSpec| {
            let refused = |what, why| ResolveError::Shared { what, name: spec.name.clone(), why };
            let room = self.number(&spec.room, 1..=MOST_ROOM).map_err(|why| refused("queue", why))?;
            self.payload(&spec.payload).map_err(|why| refused("queue", why))?;
            Ok(Queue { name: spec.name.clone(), room: room as u32 })
        };
        self.queues.iter().map(queue).collect()
    }

    /// The counters that its tasks add to.
    ///
    /// # Errors
    /// If the value of one at first cannot be used.
    pub fn counters(&self) -> Result<Vec<Counter>, ResolveError> {
        let counter = |spec: &super::CounterSpec| {
            let refused = |why| ResolveError::Shared { what: "counter", name: spec.name.clone(), why };
            let start = self.number(&spec.start, 0..=MOST_AT_FIRST).map_err(refused)?;
            Ok(Counter { name: spec.name.clone(), start: start as u32 })
        };
        self.counters.iter().map(counter).collect()
    }

    /// How many tasks may hold each of its locks at a time, in the order of [`Workload::locks`].
    ///
    /// # Errors
    /// If a limit cannot be used, or one lock has several.
    pub fn limits(&self) -> Result<Vec<u16>, ResolveError> {
        let names = self.locks();
        let mut limits: Vec<Option<u64>> = vec![None; names.len()];
        let mut fault = None;
        for task in &self.tasks {
            each_step(&task.steps, &mut |step| {
                let limit = match step {
                    StepSpec::Lock { limit: Some(limit), .. } => self.number(limit, 1..=MOST_HOLDERS),
                    _ => Ok(1),
                };
                let Some(name) = step.lock() else { return };
                let place = names.iter().position(|known| *known == name).and_then(|at| limits.get_mut(at));
                let Some(place) = place else { return };
                let refused = |why| ResolveError::Shared { what: "lock", name: name.to_owned(), why };
                match (limit, *place) {
                    (Err(why), _) => fault = fault.take().or(Some(refused(why))),
                    (Ok(limit), Some(other)) if limit != other => {
                        fault = fault.take().or(Some(refused(AmountFault::TwoLimits(other, limit))));
                    }
                    (Ok(limit), _) => *place = Some(limit),
                }
            });
        }
        match fault {
            Some(why) => Err(why),
            None => Ok(limits.into_iter().map(|limit| limit.unwrap_or(1) as u16).collect()),
        }
    }

    /// A number of bytes that a message may carry.
    pub(super) fn payload(&self, amount: &super::Quantity) -> Result<u64, AmountFault> {
        match amount.value(&self.values(), 0)? {
            Value::Bytes(n) | Value::Count(n) if n <= MOST_PAYLOAD => Ok(n),
            Value::Bytes(_) | Value::Count(_) => Err(AmountFault::MoreThan(Value::Bytes(MOST_PAYLOAD))),
            Value::Time(_) => Err(AmountFault::Takes(Unit::Size)),
        }
    }

    fn number(&self, amount: &super::Quantity, within: std::ops::RangeInclusive<u64>) -> Result<u64, AmountFault> {
        match amount.value(&self.values(), 0)? {
            Value::Count(n) if within.contains(&n) => Ok(n),
            Value::Count(_) => Err(AmountFault::OutOfRange { least: *within.start(), most: *within.end() }),
            Value::Time(_) | Value::Bytes(_) => Err(AmountFault::Takes(Unit::Number)),
        }
    }
}
