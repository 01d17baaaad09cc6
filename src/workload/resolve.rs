//! From what a workload file says to programs with every amount resolved.

use super::program::{Addition, LockIndex, Op, Request, Task, Until, Work};
use super::quantity::{Quantity, Unit, Value};
use super::refusal::{AmountFault, MAX_STEPS, MAX_TASKS, ResolveError};
use super::{AddHow, GilUse, Kernel, RepeatSpec, Scale, StepSpec, Workload, walk, walk_mut};
use crate::units::{CounterId, Ns, QueueId, TaskId};

/// The longest that a single amount of time may be.
const MAX_TIME: Ns = Ns(24 * 3_600 * 1_000_000_000);
/// The most bytes of an answer to a request.
const MOST_ANSWERED: u64 = 64_000_000;
/// The most bytes a step reads or writes.
const MOST_IN_A_FILE: u64 = 1_000_000_000;
/// The most bytes of a message.
pub(super) const MOST_PAYLOAD: u64 = 1_000_000_000;

pub(super) fn programs(workload: &Workload, scale: Scale) -> Result<Vec<Task>, ResolveError> {
    let queues = workload.queues()?;
    workload.counters()?;
    workload.limits()?;
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
    expect_messages(&mut tasks, queues.len());
    if tasks.iter().all(|t| t.background) { Err(ResolveError::OnlyBackground) } else { Ok(tasks) }
}

fn steps_in(steps: &[StepSpec]) -> u64 {
    steps.iter().map(|step| 1 + step.bodies().into_iter().map(steps_in).sum::<u64>()).sum()
}

/// Sets how many messages each task that repeats for each message of a queue most likely gets: an equal part of what
/// is put. What is put may depend on what is got from another queue, so it goes round a few times.
fn expect_messages(tasks: &mut [Task], queues: usize) {
    const ROUNDS: usize = 4;
    for _ in 0..ROUNDS.min(queues) {
        let (mut put, mut takers) = (vec![0u64; queues], vec![0u64; queues]);
        for visit in tasks.iter().flat_map(|task| walk(&task.ops)) {
            if let Some(queue) = visit.op.puts_into() {
                put[queue.index()] = put[queue.index()].saturating_add(visit.rounds.times);
            }
            takers
                .iter_mut()
                .zip(0..)
                .filter(|(_, q)| visit.op.gets_from() == Some(QueueId(*q)))
                .for_each(|(n, _)| *n += 1);
        }
        for task in &mut *tasks {
            walk_mut(&mut task.ops, &mut |op| {
                if let Op::Repeat(Until::Each(queue, expected), _) = op {
                    *expected = put[queue.index()] / takers[queue.index()].max(1);
                }
            });
        }
    }
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
                let (kernel, work) = (*kernel, self.work(COMPUTE, amount)?);
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
            StepSpec::Lock { name, steps, otherwise: None, .. } => Op::Lock(self.lock(name), self.ops(steps)?),
            StepSpec::Lock { name, steps, otherwise: Some(otherwise), .. } => {
                Op::Try(self.lock(name), self.ops(steps)?, self.ops(otherwise)?)
            }
            StepSpec::Put { queue, payload } => {
                let of = self.workload.queues.iter().find(|spec| spec.name == *queue).map(|spec| &spec.payload);
                let bytes = payload.as_ref().or(of).map_or(Ok(0), |amount| self.workload.payload(amount));
                Op::Put(self.queue(queue), bytes.map_err(|why| self.error(&["put", "payload"], why))?)
            }
            StepSpec::Get(queue) => Op::Get(self.queue(queue)),
            StepSpec::Add { counter, how, gap, switch, steps } => {
                let id = self.counter(counter);
                if *how == AddHow::Atomic {
                    return Ok(Op::AddAtomic(id));
                }
                let work = gap.as_ref().map(|gap| self.work(&["add", "gap"], gap)).transpose()?;
                let gap = |work| if *switch { Op::Compute(Kernel::Count, work) } else { Op::Gap(Kernel::Count, work) };
                let is_none = |work: &Work| matches!(work, Work::Time(Ns::ZERO) | Work::Iterations(0));
                let mut between: Vec<Op> = work.filter(|work| !is_none(work)).map(gap).into_iter().collect();
                between.extend(self.ops(steps)?);
                let add = Op::Add(Addition { counter: id, switch: *switch }, between);
                match how {
                    AddHow::Locked => Op::Lock(self.lock(counter), vec![add]),
                    AddHow::Plain | AddHow::Atomic => add,
                }
            }
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
            RepeatSpec::Each(queue) => Until::Each(self.queue(queue), 1),
            RepeatSpec::Retry => Until::Retry,
        })
    }

    fn work(&self, keys: Keys, amount: &Quantity) -> Result<Work, ResolveError> {
        Ok(match self.value(keys, amount)? {
            Value::Time(t) => Work::Time(self.within_a_day(keys, t)?),
            Value::Count(n) => Work::Iterations(self.scale.number(n)),
            Value::Bytes(_) => return Err(self.error(keys, AmountFault::TakesWork)),
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

    fn queue(&self, name: &str) -> QueueId {
        QueueId(self.workload.queues.iter().position(|spec| spec.name == name).unwrap_or(0) as u8)
    }

    fn counter(&self, name: &str) -> CounterId {
        CounterId(self.workload.counters.iter().position(|spec| spec.name == name).unwrap_or(0) as u8)
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
