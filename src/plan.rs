//! Everything that determines a run. A plan is complete: two engines given the same plan do the same work.
//! Touches no hardware; what is known of the machine (its rates) is handed in.

use serde::{Deserialize, Serialize};

use crate::model::{Model, ModelKind};
use crate::units::Ns;
use crate::workload::{Counter, Facility, Kernel, Kernels, Op, Queue, Task, Work, WorkSum, Workload, walk, walk_mut};

mod format;

/// A run: a workload under a model, on a number of workers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "format::Stored")]
pub struct Plan {
    /// The workload's name.
    pub workload: String,
    /// The programs; every `compute` in iterations.
    pub tasks: Vec<Task>,
    /// The model.
    pub model: Model,
    /// How many workers execute them; at least 1.
    pub workers: u16,
    /// How many tasks are under way at a time, at most, where one worker can have several; as many as there are, if
    /// nothing is said. Under the other models `workers` is that limit.
    pub at_once: Option<u16>,
    /// How many of the allowed cores the workers are pinned to; all of them if nothing is said.
    pub cores: Option<u16>,
    /// How many iterations of each kernel a worker does before it looks whether it lost its core or must let go of a
    /// lock: about 20 us of work.
    pub poll_every: [u64; Kernel::COUNT],
    /// The names of the locks that tasks take.
    pub locks: Vec<String>,
    /// How many tasks may hold each of them at a time; one, where nothing is said.
    pub limits: Vec<u16>,
    /// The queues between the tasks.
    pub queues: Vec<Queue>,
    /// The counters that tasks add to.
    pub counters: Vec<Counter>,
    /// The seed of everything random.
    pub seed: u64,
    /// Whether the kernel's record of switches is not wanted: what it costs is known from runs without it.
    pub no_kernel_record: bool,
}

/// How fast this machine is at each kernel, on one idle core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// Iterations in a millisecond, in the order of [`Kernel::ALL`]; 0 while it was not measured.
    per_ms: [u64; Kernel::COUNT],
}

/// How long a worker computes before it looks up, as [`Plan::poll_every`] says.
const POLL: Ns = Ns::from_micros(20);
/// Iterations in a millisecond that are assumed of a kernel that was not measured, to draw an axis before anything is
/// known.
const ASSUMED: u64 = 1_000_000;

impl Rates {
    /// The same rate for every kernel: where nothing was measured.
    pub const fn all(per_ms: u64) -> Rates {
        Rates { per_ms: [per_ms; Kernel::COUNT] }
    }

    /// With `kernel` doing `per_ms` iterations in a millisecond.
    pub const fn with(mut self, kernel: Kernel, per_ms: u64) -> Rates {
        self.per_ms[kernel as usize] = per_ms;
        self
    }

    /// All rates that are known here or in `other`; where both know one, this one's.
    pub fn or(self, other: Rates) -> Rates {
        Kernel::ALL.into_iter().filter_map(|k| Some((k, self.known(k).or(other.known(k))?))).collect()
    }

    /// Iterations of `kernel` in a millisecond, if they were measured.
    pub fn known(self, kernel: Kernel) -> Option<u64> {
        Some(self.per_ms[kernel as usize]).filter(|rate| *rate > 0)
    }

    /// Those of `kernels` that were not measured.
    pub fn missing(self, kernels: Kernels) -> Kernels {
        kernels.iter().filter(|k| self.known(*k).is_none()).collect()
    }

    /// Iterations of `kernel` in a millisecond; a guess where they were not measured.
    pub fn per_ms(self, kernel: Kernel) -> u64 {
        self.known(kernel).unwrap_or(ASSUMED)
    }

    /// Iterations of `kernel` that take `time`; at least 1 where `time` is not nothing.
    pub fn iterations(self, kernel: Kernel, time: Ns) -> u64 {
        let exact = time.times(self.per_ms(kernel), 1_000_000).0;
        if time == Ns::ZERO { 0 } else { exact.max(1) }
    }

    /// The CPU time of `work`.
    fn cpu(self, work: &WorkSum) -> Ns {
        let counted = Kernel::ALL.into_iter().map(|k| self.time(k, work.iterations[k as usize]));
        work.cpu + counted.sum::<Ns>()
    }

    /// The time that `iterations` of `kernel` take.
    pub fn time(self, kernel: Kernel, iterations: u64) -> Ns {
        Ns::from_millis(1).times(iterations, self.per_ms(kernel))
    }
}

impl FromIterator<(Kernel, u64)> for Rates {
    fn from_iter<I: IntoIterator<Item = (Kernel, u64)>>(known: I) -> Rates {
        known.into_iter().fold(Rates::default(), |rates, (kernel, per_ms)| rates.with(kernel, per_ms))
    }
}

/// What the user asked for beyond the workload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// How many workers.
    pub workers: Option<u16>,
    /// How many cores the workers are pinned to.
    pub cores: Option<u16>,
    /// The seed of everything random.
    pub seed: u64,
    /// Whether to do without the kernel's record of switches.
    #[serde(rename = "unrecorded")]
    pub no_kernel_record: bool,
}

impl Plan {
    /// The plan of `tasks`, the programs that `workload` has been resolved to, under `model` on a machine with `usable_cores` and `rates`.
    pub fn new(
        workload: &Workload,
        tasks: Vec<Task>,
        model: Model,
        wishes: Wishes,
        usable_cores: u16,
        rates: Rates,
    ) -> Plan {
        use crate::workload::WorkerWish;
        let cores = wishes.cores.unwrap_or(usable_cores).max(1);
        let wished = wishes.workers.or(match workload.workers {
            Some(WorkerWish::Count(n)) => Some(n),
            Some(WorkerWish::PerTask) => Some(tasks.len().min(u16::MAX as usize) as u16),
            None => None,
        });
        let one_only = !model.kind.rules().many_workers;
        let at_once = wished.filter(|_| model.kind.rules().interleaves);
        let workers = match wished {
            _ if one_only => 1,
            Some(n) => n.max(1),
            None if wait_for_each_other(&tasks) => tasks.len().min(u16::MAX as usize) as u16,
            None => model.kind.default_workers(tasks.len(), cores as usize) as u16,
        };
        let mut tasks = tasks;
        for task in &mut tasks {
            walk_mut(&mut task.ops, &mut |op| to_iterations(op, rates));
        }
        let poll_every = Kernel::ALL.map(|kernel| rates.iterations(kernel, POLL));
        let locks = workload.locks().into_iter().map(str::to_owned).collect();
        let Wishes { cores, seed, no_kernel_record, .. } = wishes;
        Plan {
            workload: workload.name.clone(),
            tasks,
            model,
            workers,
            at_once,
            cores,
            poll_every,
            locks,
            // What cannot be used has been refused where the tasks were resolved.
            limits: workload.limits().unwrap_or_default(),
            queues: workload.queues().unwrap_or_default(),
            counters: workload.counters().unwrap_or_default(),
            seed,
            no_kernel_record,
        }
    }

    /// How many tasks may hold this lock at a time.
    pub fn limit(&self, lock: usize) -> u16 {
        self.limits.get(lock).copied().unwrap_or(1).max(1)
    }
}

/// Whether any of `tasks` can wait for a message, or for room for one: then all must be able to be under way at a time.
fn wait_for_each_other(tasks: &[Task]) -> bool {
    let mut ops = tasks.iter().flat_map(|task| walk(&task.ops)).map(|visit| visit.op);
    ops.any(|op| op.puts_into().is_some() || op.gets_from().is_some())
}

fn to_iterations(op: &mut Op, rates: Rates) {
    if let Some((kernel, work)) = op.work_mut()
        && let Work::Time(time) = *work
    {
        *work = Work::Iterations(rates.iterations(kernel, time));
    }
}

impl Plan {
    /// How many tasks can be under way at a time; at least 1.
    pub fn tasks_at_once(&self) -> usize {
        let limit = if self.model.kind.rules().interleaves {
            self.at_once.map_or(usize::MAX, usize::from)
        } else {
            usize::from(self.workers)
        };
        limit.min(self.tasks.len()).max(1)
    }

    /// Whether any task reads or writes a file.
    pub fn uses_files(&self) -> bool {
        let steps = || self.tasks.iter().flat_map(|task| walk(&task.ops));
        steps().any(|visit| visit.op.facility() == Some(Facility::File))
    }

    /// Whether any task computes in calls that let go of the global lock.
    pub fn computes_without_the_lock(&self) -> bool {
        self.tasks.iter().flat_map(|task| walk(&task.ops)).any(|visit| matches!(visit.op, Op::ReleasingCall(..)))
    }

    /// Whether several of its tasks can compute at the same instant, given the cores: there are workers for that, and
    /// either no global lock lies between them, or some tasks compute without it.
    pub fn computes_in_parallel(&self) -> bool {
        self.model.computes_in_parallel() || (self.model.kind.rules().many_workers && self.computes_without_the_lock())
    }
}

impl Model {
    /// Whether several tasks can compute at the same instant, each holding the global lock if there is one.
    const fn computes_in_parallel(self) -> bool {
        let rules = self.kind.rules();
        rules.many_workers && (!self.lock.is_on() || rules.own_lock)
    }
}

/// What the foreground tasks of a workload ask for, as far as anybody can say before they run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The CPU time of all of them, added up.
    pub cpu: Ns,
    /// How much of it needs no global lock.
    pub released: Ns,
    /// How long they take one after the other, waits included.
    pub serial: Ns,
    /// How long the longest of them takes.
    pub longest: Ns,
}

impl Expected {
    /// What `tasks` ask for on a machine with `rates`.
    pub fn of(tasks: &[Task], rates: Rates) -> Expected {
        let mut all = Expected::default();
        for task in tasks.iter().filter(|t| !t.background) {
            let sum = WorkSum::of(&task.ops);
            let cpu = rates.cpu(&sum);
            all.cpu += cpu;
            all.released += rates.cpu(&WorkSum::without_the_lock(&task.ops));
            all.serial += cpu + sum.wait;
            all.longest = all.longest.max(cpu + sum.wait);
        }
        all
    }

    /// The least time that they take under `model` on `cores` cores, with at most `at_once` of them under way at a
    /// time.
    pub fn under(&self, model: Model, at_once: usize, cores: f64) -> Ns {
        let shared = Ns((self.cpu.0 as f64 / cores.max(0.1)) as u64);
        let computing = match model.computes_in_parallel() {
            true => shared,
            false if model.kind.rules().many_workers => shared.max(self.cpu.less(self.released)),
            false => self.cpu,
        };
        let waiting = match model.kind {
            ModelKind::Serial => self.serial,
            ModelKind::Threads | ModelKind::Processes | ModelKind::Async => self.serial.times(1, at_once.max(1) as u64),
        };
        computing.max(waiting).max(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GlobalLock;

    #[test]
    fn what_is_expected_depends_on_who_may_wait_and_compute_at_once() {
        let ms = Ns::from_millis;
        let ops = vec![Op::Sleep(ms(90)), Op::Compute(Kernel::Count, Work::Time(ms(10)))];
        let task = |background| Task { name: "task".to_owned(), background, ops: ops.clone() };
        let tasks: Vec<Task> = (0..21).map(|n| task(n == 20)).collect();
        let all = Expected::of(&tasks, Rates::all(1_000));
        assert_eq!(all, Expected { cpu: ms(200), released: Ns::ZERO, serial: ms(2_000), longest: ms(100) });
        let under = |model, at_once| all.under(model, at_once, 2.0);
        assert_eq!(under(Model::plain(ModelKind::Serial), 1), ms(2_000));
        assert_eq!(under(Model::plain(ModelKind::Async), 20), ms(200));
        assert_eq!(under(Model::plain(ModelKind::Async), 4), ms(500), "the loop takes up four at a time");
        assert_eq!(under(Model::plain(ModelKind::Threads), 20), ms(100));
        assert_eq!(under(Model::plain(ModelKind::Processes), 4), ms(500));
        let lock = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);
        assert_eq!(under(Model { kind: ModelKind::Threads, lock }, 20), ms(200));
        assert_eq!(under(Model { kind: ModelKind::Processes, lock }, 20), ms(100));
    }

    #[test]
    fn with_the_lock_only_work_that_lets_go_of_it_is_shared_out() {
        let ms = Ns::from_millis;
        let time = |n| Work::Time(ms(n));
        let program = |ops: Vec<Op>| Task { name: "task".to_owned(), background: false, ops };
        let lock = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);
        let model = |kind| Model { kind, lock };
        let hashes =
            || program(vec![Op::Compute(Kernel::Count, time(10)), Op::ReleasingCall(Kernel::Sha256, time(90))]);
        let sorts = || program(vec![Op::HoldingCall(Kernel::Sort, time(100))]);
        let plan = |kind, tasks: Vec<Task>| Plan {
            workload: String::new(),
            tasks,
            model: model(kind),
            workers: 4,
            at_once: None,
            cores: None,
            poll_every: [1; Kernel::COUNT],
            locks: Vec::new(),
            limits: Vec::new(),
            queues: Vec::new(),
            counters: Vec::new(),
            seed: 1,
            no_kernel_record: false,
        };
        for (tasks, released, threads) in
            [((0..4).map(|_| hashes()).collect::<Vec<_>>(), 360, 200), ((0..4).map(|_| sorts()).collect(), 0, 400)]
        {
            let all = Expected::of(&tasks, Rates::all(1_000));
            assert_eq!((all.cpu, all.released), (ms(400), ms(released)));
            assert_eq!(all.under(model(ModelKind::Threads), 4, 2.0), ms(threads));
            assert_eq!(all.under(model(ModelKind::Processes), 4, 2.0), ms(200));
            assert_eq!(all.under(model(ModelKind::Async), 4, 2.0), ms(400));
            let in_parallel = |kind| plan(kind, tasks.clone()).computes_in_parallel();
            let expected = [false, released > 0, true, false];
            assert_eq!(ModelKind::ALL.map(in_parallel), expected);
        }
    }
}
