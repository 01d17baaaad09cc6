//! Programs with every amount resolved: what an engine executes.

use serde::{Deserialize, Serialize};

use super::quantity::{Quantity, Unit, Value};
use super::refusal::{AmountFault, MAX_STEPS, MAX_TASKS, ResolveError};
use super::{GilUse, Kernel, RepeatSpec, Scale, StepSpec, Workload};
use crate::units::{Ns, TaskId};

/// The longest that a single amount of time may be.
const MAX_TIME: Ns = Ns(24 * 3_600 * 1_000_000_000);
/// A guess at how long (ns) a byte takes to be written to a file or read from it, until a first run shows better.
const NS_PER_BYTE: u64 = 2;
/// The most bytes of an answer to a request.
const MOST_ANSWERED: u64 = 64_000_000;
/// The most bytes a step reads or writes.
const MOST_IN_A_FILE: u64 = 1_000_000_000;

/// A task: a program of steps with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its name, as it stands before its lane.
    pub name: String,
    /// Whether the run may end before it does.
    pub background: bool,
    /// What it does, in order.
    pub ops: Vec<Op>,
}

/// One step of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Keep a core busy, giving way to others that want the global lock.
    Compute(Kernel, Work),
    /// Keep a core busy in one call that holds the global lock to its end.
    HoldingCall(Kernel, Work),
    /// Keep a core busy in one call that lets go of the global lock meanwhile.
    ReleasingCall(Kernel, Work),
    /// Wait for a timer, giving way.
    Sleep(Ns),
    /// Wait for a timer without giving way, even in async code.
    BlockingSleep(Ns),
    /// Give way once.
    Yield,
    /// Give way once on an event loop; elsewhere nothing.
    Await,
    /// Ask a server over a socket and wait for its answer.
    Request(Request),
    /// Read this many bytes of the task's own file.
    Read(u64),
    /// Write this many bytes to the task's own file, and wait until they are on the disk.
    Write(u64),
    /// Do the steps while holding a lock.
    Lock(LockIndex, Vec<Op>),
    /// Do the steps over and over.
    Repeat(Until, Vec<Op>),
}

/// A request and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// How long the server takes, on average.
    pub latency: Ns,
    /// How the latency differs from one request to the next.
    pub spread: Spread,
    /// Bytes of the answer.
    pub bytes: u64,
}

/// How latencies are spread around their mean. The latency of a request depends on the seed, the task and how many
/// requests the task made before, not on the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spread {
    /// All the same.
    #[default]
    Constant,
    /// Anything from nothing to twice the mean, equally often.
    Uniform,
    /// Mostly short, seldom long: the answer is equally likely to come at each instant.
    Exponential,
}

/// A lock by its place in [`Workload::locks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LockIndex(pub u16);

macro_rules! step_kinds {
    ($($(#[$about:meta])* $kind:ident,)*) => {
        /// A kind of step that does something itself: `semantics` has a row for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum StepKind {
            $($(#[$about])* $kind,)*
        }

        impl StepKind {
            /// All there are.
            pub const ALL: [StepKind; [$(stringify!($kind)),*].len()] = [$(StepKind::$kind),*];
        }
    };
}

step_kinds! {
    /// [`Op::Compute`].
    Compute,
    /// [`Op::HoldingCall`].
    HoldingCall,
    /// [`Op::ReleasingCall`].
    ReleasingCall,
    /// [`Op::Sleep`].
    Sleep,
    /// [`Op::BlockingSleep`].
    BlockingSleep,
    /// [`Op::Yield`].
    Yield,
    /// [`Op::Await`].
    Await,
    /// [`Op::Request`].
    Request,
    /// [`Op::Read`].
    Read,
    /// [`Op::Write`].
    Write,
    /// The wait for the lock of an [`Op::Lock`].
    Lock,
}

/// What a step may need besides a core, a clock and locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facility {
    /// A server that answers requests.
    Server,
    /// A file of the task's own.
    File,
}

/// How much a `compute` step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// As long as this takes on one idle core; the plan turns it into iterations.
    Time(Ns),
    /// A number of iterations of the kernel.
    Iterations(u64),
}

/// When a `repeat` ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Until {
    /// After this number of rounds.
    Times(u64),
    /// At the first end of a round after this time.
    For(Ns),
    /// At the first end of a round after all these tasks are over.
    Tasks(Vec<TaskId>),
}

impl Op {
    /// Its row in `semantics`; a `repeat` has none, being only its steps.
    pub const fn kind(&self) -> Option<StepKind> {
        Some(match self {
            Op::Compute(..) => StepKind::Compute,
            Op::HoldingCall(..) => StepKind::HoldingCall,
            Op::ReleasingCall(..) => StepKind::ReleasingCall,
            Op::Sleep(_) => StepKind::Sleep,
            Op::BlockingSleep(_) => StepKind::BlockingSleep,
            Op::Yield => StepKind::Yield,
            Op::Await => StepKind::Await,
            Op::Request(_) => StepKind::Request,
            Op::Read(_) => StepKind::Read,
            Op::Write(_) => StepKind::Write,
            Op::Lock(..) => StepKind::Lock,
            Op::Repeat(..) => return None,
        })
    }

    /// The steps inside it, if it is a `lock` or a `repeat`.
    pub fn body(&self) -> Option<&[Op]> {
        match self {
            Op::Lock(_, body) | Op::Repeat(_, body) => Some(body),
            Op::Compute(..) | Op::HoldingCall(..) | Op::ReleasingCall(..) => None,
            Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => None,
            Op::Request(_) | Op::Read(_) | Op::Write(_) => None,
        }
    }

    /// As [`Op::body`].
    pub fn body_mut(&mut self) -> Option<&mut Vec<Op>> {
        match self {
            Op::Lock(_, body) | Op::Repeat(_, body) => Some(body),
            Op::Compute(..) | Op::HoldingCall(..) | Op::ReleasingCall(..) => None,
            Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => None,
            Op::Request(_) | Op::Read(_) | Op::Write(_) => None,
        }
    }

    /// When it ends, if it is a `repeat`.
    pub const fn until(&self) -> Option<&Until> {
        if let Op::Repeat(until, _) = self { Some(until) } else { None }
    }

    /// Its kernel and amount of work, if it computes.
    pub const fn work(&self) -> Option<(Kernel, Work)> {
        match self {
            Op::Compute(kernel, work) | Op::HoldingCall(kernel, work) | Op::ReleasingCall(kernel, work) => {
                Some((*kernel, *work))
            }
            Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => None,
            Op::Request(_) | Op::Read(_) | Op::Write(_) | Op::Lock(..) | Op::Repeat(..) => None,
        }
    }

    /// As [`Op::work`].
    pub const fn work_mut(&mut self) -> Option<(Kernel, &mut Work)> {
        match self {
            Op::Compute(kernel, work) | Op::HoldingCall(kernel, work) | Op::ReleasingCall(kernel, work) => {
                Some((*kernel, work))
            }
            Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => None,
            Op::Request(_) | Op::Read(_) | Op::Write(_) | Op::Lock(..) | Op::Repeat(..) => None,
        }
    }

    /// What it needs besides a core, a clock and locks; `None` if nothing.
    pub const fn facility(&self) -> Option<Facility> {
        match self {
            Op::Request(_) => Some(Facility::Server),
            Op::Read(_) | Op::Write(_) => Some(Facility::File),
            Op::Compute(..) | Op::HoldingCall(..) | Op::ReleasingCall(..) => None,
            Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => None,
            Op::Lock(..) | Op::Repeat(..) => None,
        }
    }

    /// How long it waits for a timer, an answer or a disk, as far as that is known beforehand; `None` for a step that
    /// waits for none of these.
    pub fn expected_wait(&self) -> Option<Ns> {
        match self {
            Op::Sleep(time) | Op::BlockingSleep(time) => Some(*time),
            Op::Request(request) => Some(request.latency),
            Op::Read(bytes) | Op::Write(bytes) => Some(Ns(bytes.saturating_mul(NS_PER_BYTE))),
            Op::Compute(..) | Op::HoldingCall(..) | Op::ReleasingCall(..) => None,
            Op::Yield | Op::Await | Op::Lock(..) | Op::Repeat(..) => None,
        }
    }
}

pub(super) fn resolve(workload: &Workload, scale: Scale) -> Result<Vec<Task>, ResolveError> {
    let values = workload.values();
    let mut counts = Vec::with_capacity(workload.tasks.len());
    let mut total = 0u64;
    for spec in &workload.tasks {
        let refused = |why| ResolveError::Amount { task: spec.name.clone(), keys: &["count"], why };
        let count = match spec.count.value(&values, 0).map_err(|why| refused(why.into()))? {
            Value::Count(n) => n,
            Value::Time(_) | Value::Bytes(_) => return Err(refused(AmountFault::Takes(Unit::Number))),
        };
        total = total.saturating_add(count);
        counts.push(count);
    }
    if total == 0 || total > MAX_TASKS as u64 {
        return Err(ResolveError::TaskCount(total));
    }
    let steps: u64 = workload.tasks.iter().zip(&counts).map(|(t, n)| n.saturating_mul(steps_in(&t.steps))).sum();
    if steps > MAX_STEPS {
        return Err(ResolveError::StepCount(steps));
    }
    let mut tasks = Vec::with_capacity(total as usize);
    let locks = workload.locks();
    for (spec, &count) in workload.tasks.iter().zip(&counts) {
        for index in 0..count {
            let name = if count == 1 { spec.name.clone() } else { format!("{} {}", spec.name, index + 1) };
            let cx = Resolver { workload, counts: &counts, locks: &locks, task: &spec.name, index, scale };
            tasks.push(Task { name, background: spec.background, ops: cx.ops(&spec.steps)? });
        }
    }
    if tasks.iter().all(|t| t.background) { Err(ResolveError::OnlyBackground) } else { Ok(tasks) }
}

fn steps_in(steps: &[StepSpec]) -> u64 {
    let inner = |step: &StepSpec| match step {
        StepSpec::Repeat { steps, .. } | StepSpec::Lock { steps, .. } => 1 + steps_in(steps),
        StepSpec::Compute { .. } | StepSpec::Sleep(_) | StepSpec::BlockingSleep(_) | StepSpec::Yield => 1,
        StepSpec::Await | StepSpec::Request { .. } | StepSpec::Read(_) | StepSpec::Write(_) => 1,
    };
    steps.iter().map(inner).sum()
}

/// The keys of a file that lead to an amount.
type Keys = &'static [&'static str];
/// The keys that lead to the amount of work.
const COMPUTE: Keys = &["compute", "amount"];

struct Resolver<'a> {
    workload: &'a Workload,
    counts: &'a [u64],
    locks: &'a [&'a str],
    task: &'a str,
    index: u64,
    scale: Scale,
}

impl Resolver<'_> {
    fn ops(&self, steps: &[StepSpec]) -> Result<Vec<Op>, ResolveError> {
        steps.iter().map(|s| self.op(s)).collect()
    }

    fn op(&self, step: &StepSpec) -> Result<Op, ResolveError> {
        Ok(match step {
            StepSpec::Compute { kernel, amount, gil } => {
                let (kernel, work) = (*kernel, self.work(amount)?);
                match gil {
                    GilUse::Python => Op::Compute(kernel, work),
                    GilUse::Held => Op::HoldingCall(kernel, work),
                    GilUse::Released => Op::ReleasingCall(kernel, work),
                }
            }
            StepSpec::Sleep(t) => Op::Sleep(self.time(&["sleep"], t)?),
            StepSpec::BlockingSleep(t) => Op::BlockingSleep(self.time(&["blocking_sleep"], t)?),
            StepSpec::Yield => Op::Yield,
            StepSpec::Await => Op::Await,
            StepSpec::Request { latency, bytes, spread } => Op::Request(Request {
                latency: self.time(&["request", "latency"], latency)?,
                spread: *spread,
                bytes: self.bytes(&["request", "bytes"], bytes, MOST_ANSWERED)?,
            }),
            StepSpec::Read(bytes) => Op::Read(self.file_bytes(&["read"], bytes)?),
            StepSpec::Write(bytes) => Op::Write(self.file_bytes(&["write"], bytes)?),
            StepSpec::Lock { name, steps } => Op::Lock(self.lock(name), self.ops(steps)?),
            StepSpec::Repeat { rule, steps } => Op::Repeat(self.until(rule)?, self.ops(steps)?),
        })
    }

    fn until(&self, rule: &RepeatSpec) -> Result<Until, ResolveError> {
        Ok(match rule {
            RepeatSpec::For(t) => Until::For(self.time(&["repeat", "for"], t)?),
            RepeatSpec::Times(n) => match self.value(&["repeat", "times"], n)? {
                Value::Count(n) => Until::Times(n),
                Value::Time(_) | Value::Bytes(_) => {
                    return Err(self.error(&["repeat", "times"], AmountFault::Takes(Unit::Number)));
                }
            },
            RepeatSpec::Until(name) => {
                let mut ids = Vec::new();
                let mut next = 0u64;
                for (spec, &count) in self.workload.tasks.iter().zip(self.counts) {
                    if spec.name == *name {
                        ids.extend((next..next + count).map(|id| TaskId(id as u32)));
                    }
                    next += count;
                }
                if ids.is_empty() {
                    return Err(self.error(&["repeat", "until"], AmountFault::NoSuchTask(name.clone())));
                }
                Until::Tasks(ids)
            }
        })
    }

    fn work(&self, amount: &Quantity) -> Result<Work, ResolveError> {
        Ok(match self.value(COMPUTE, amount)? {
            Value::Time(t) => Work::Time(self.within_a_day(COMPUTE, t)?),
            Value::Count(n) => Work::Iterations(self.scale.number(n)),
            Value::Bytes(_) => return Err(self.error(COMPUTE, AmountFault::TakesWork)),
        })
    }

    fn time(&self, keys: Keys, amount: &Quantity) -> Result<Ns, ResolveError> {
        match self.value(keys, amount)? {
            Value::Time(t) => self.within_a_day(keys, t),
            Value::Count(0) => Ok(Ns::ZERO),
            Value::Count(_) | Value::Bytes(_) => Err(self.error(keys, AmountFault::Takes(Unit::Time))),
        }
    }

    /// An amount of data in bytes; a plain number is a number of bytes.
    fn bytes(&self, keys: Keys, amount: &Quantity, most: u64) -> Result<u64, ResolveError> {
        match self.value(keys, amount)? {
            Value::Bytes(n) | Value::Count(n) if n <= most => Ok(n),
            Value::Bytes(_) | Value::Count(_) => Err(self.error(keys, AmountFault::MoreThan(Value::Bytes(most)))),
            Value::Time(_) => Err(self.error(keys, AmountFault::Takes(Unit::Size))),
        }
    }

    fn file_bytes(&self, keys: Keys, amount: &Quantity) -> Result<u64, ResolveError> {
        self.bytes(keys, amount, MOST_IN_A_FILE)
    }

    fn lock(&self, name: &str) -> LockIndex {
        LockIndex(self.locks.iter().position(|l| *l == name).unwrap_or(0) as u16)
    }

    fn within_a_day(&self, keys: Keys, time: Ns) -> Result<Ns, ResolveError> {
        let scaled = self.scale.time(time);
        if scaled <= MAX_TIME { Ok(scaled) } else { Err(self.error(keys, AmountFault::LongerThan(MAX_TIME))) }
    }

    fn value(&self, keys: Keys, amount: &Quantity) -> Result<Value, ResolveError> {
        amount.value(&self.workload.values(), self.index).map_err(|why| self.error(keys, why.into()))
    }

    fn error(&self, keys: Keys, why: AmountFault) -> ResolveError {
        ResolveError::Amount { task: self.task.to_owned(), keys, why }
    }
}
