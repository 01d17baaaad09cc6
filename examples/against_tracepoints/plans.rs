//! What is run to be compared: from threads that only compute to twenty thousand switches a second.

use concviz::machine::{calibrate, cores};
use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::{Plan, Rates, Wishes};
use concviz::units::Ns;
use concviz::workload::{Kernel, Op, Scale, Task, Until, Work, find};

/// The names that can be asked for, and what they are.
pub const NAMES: [(&str, &str); 8] = [
    ("spin", "4 threads that compute"),
    ("processes", "4 processes that compute"),
    ("mix", "4 threads that compute 3 ms and sleep 2 ms in turn"),
    ("many", "16 threads that compute 3 ms and sleep 2 ms in turn"),
    ("locks", "8 threads that compete for a lock"),
    ("requests", "8 threads that ask a server and compute"),
    ("gil", "4 threads under the GIL"),
    ("pingpong", "2 threads on one core that give way to each other every 40 us"),
];

const TIME: Ns = Ns::from_millis(1_500);

/// How fast this machine is.
pub fn rates() -> Rates {
    calibrate::measure(Kernel::ALL.into_iter().collect())
}

/// The plan called `name`; nothing if there is none.
pub fn named(name: &str, rates: Rates) -> Option<Plan> {
    let threads = Model::plain(ModelKind::Threads);
    let gil = Model { kind: ModelKind::Threads, lock: GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL) };
    let compute = |time| Op::Compute(Kernel::Count, Work::Iterations(rates.iterations(Kernel::Count, time)));
    // Over a second on two cores.
    let twice: Scale = "2".parse().ok()?;
    let turns = || vec![compute(Ns::from_millis(3)), Op::Sleep(Ns::from_millis(2))];
    Some(match name {
        "spin" => shipped("cpu", threads, twice, rates)?,
        "processes" => shipped("cpu", Model::plain(ModelKind::Processes), twice, rates)?,
        "mix" => over_and_over(turns(), 4, None, threads, rates),
        "many" => over_and_over(turns(), 16, None, threads, rates),
        "locks" => shipped("locks", threads, "3".parse().ok()?, rates)?,
        "requests" => shipped("mixed", threads, "5".parse().ok()?, rates)?,
        "gil" => over_and_over(vec![compute(Ns::from_millis(1))], 4, None, gil, rates),
        "pingpong" => over_and_over(vec![compute(Ns(40_000)), Op::Yield], 2, Some(1), threads, rates),
        _ => return None,
    })
}

/// A shipped workload under `model`; nothing if there is none of this name.
pub fn shipped(name: &str, model: Model, scale: Scale, rates: Rates) -> Option<Plan> {
    let workload = find(name)?;
    let tasks = workload.resolve(scale).ok()?;
    let cores = cores::usable().ceil() as u16;
    Some(Plan::new(&workload, tasks, model, Wishes::default(), cores, rates))
}

fn over_and_over(steps: Vec<Op>, tasks: u16, cores: Option<u16>, model: Model, rates: Rates) -> Plan {
    let ops = vec![Op::Repeat(Until::For(TIME), steps)];
    let task = |n| Task { name: format!("task {n}"), background: false, ops: ops.clone() };
    Plan {
        workload: "made for this".to_owned(),
        tasks: (1..=tasks).map(task).collect(),
        model,
        workers: tasks,
        at_once: None,
        cores,
        poll_every: Kernel::ALL.map(|kernel| rates.iterations(kernel, Ns(20_000))),
        locks: Vec::new(),
        limits: Vec::new(),
        queues: Vec::new(),
        counters: Vec::new(),
        seed: 1,
        no_kernel_record: false,
    }
}
