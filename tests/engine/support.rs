//! Making plans and runs, and asking what happened.

use std::path::{Path, PathBuf};

use concviz::engine::real::Runner;
use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::Plan;
use concviz::state::{Failure, Outcome, State};
use concviz::trace::{Begin, End, Event, Frame, Frames, Source, Stamped};
use concviz::units::{LockId, Ns, Stamp, TaskId, WorkerId};
use concviz::workload::{Kernel, LockIndex, Op, Request, Spread, Task, Work};

pub const EXE: &str = env!("CARGO_BIN_EXE_concviz");

/// Some milliseconds of work.
pub const SOME: u64 = 5_000_000;

/// Every model, without a global lock and with one of each generation whose turns are short.
pub fn models() -> Vec<Model> {
    let gil = GlobalLock::gil(Ns::from_micros(500));
    let old = GlobalLock::GilLegacy { check_interval: 1_000 };
    let both = |kind| [Model::plain(kind), Model { kind, lock: gil }, Model { kind, lock: old }];
    ModelKind::ALL.into_iter().flat_map(both).collect()
}

pub fn compute(iterations: u64) -> Op {
    Op::Compute(Kernel::Count, Work::Iterations(iterations))
}

pub fn sleep(millis: u64) -> Op {
    Op::Sleep(Ns::from_millis(millis))
}

/// Asks for `bytes`, with a constant latency.
pub fn request(millis: u64, bytes: u64) -> Op {
    Op::Request(Request { latency: Ns::from_millis(millis), spread: Spread::Constant, bytes })
}

/// While it holds the lock of that number.
pub fn locked(lock: u16, body: Vec<Op>) -> Op {
    Op::Lock(LockIndex(lock), body)
}

pub fn task(ops: Vec<Op>) -> Task {
    Task { name: "task".to_owned(), background: false, ops }
}

pub fn background(ops: Vec<Op>) -> Task {
    Task { background: true, ..task(ops) }
}

pub fn plan(model: Model, workers: u16, tasks: Vec<Task>) -> Plan {
    let workers = if model.kind.rules().many_workers { workers } else { 1 };
    Plan {
        workload: "test".to_owned(),
        tasks,
        model,
        workers,
        at_once: None,
        cores: None,
        poll_every: [10_000; Kernel::COUNT],
        locks: Vec::new(),
        limits: Vec::new(),
        queues: Vec::new(),
        counters: Vec::new(),
        seed: 1,
        no_kernel_record: false,
    }
}

/// As [`plan`], of a workload that names the locks `a`, `b` and `c`.
pub fn plan_with_locks(model: Model, workers: u16, tasks: Vec<Task>) -> Plan {
    let mut plan = plan(model, workers, tasks);
    plan.locks = ["a", "b", "c"].map(str::to_owned).into();
    plan
}

/// Every model without a global lock.
pub fn plain_models() -> impl Iterator<Item = Model> {
    ModelKind::ALL.into_iter().map(Model::plain)
}

/// A program that does what `setup`, a line of shell, says, and then becomes this one. It lives in `folder`.
pub fn wrapped(folder: &Path, setup: &str) -> PathBuf {
    let script = folder.join("wrapped");
    let text = format!("#!/bin/sh\n{setup}\nexec {EXE} \"$@\"\n");
    // Written by another process: a test beside this one may start a child while the file is open here, and nobody can
    // execute what somebody has open for writing.
    let write = "printf %s \"$1\" > \"$0\" && chmod 755 \"$0\"";
    let status = std::process::Command::new("sh").args(["-c", write]).arg(&script).arg(text).status();
    assert!(status.expect("a shell").success());
    script
}

/// A run that came to its end, events sorted by time (those of one moment in the order of arrival).
pub struct Run {
    pub begin: Begin,
    pub events: Vec<Stamped>,
    pub end: End,
}

/// Makes a run and expects it to come to its end.
pub fn run(plan: &Plan) -> Run {
    run_with(Path::new(EXE), plan).expect("a run that comes to its end")
}

/// Makes a run with `exe` as the program; the reason where it failed, in words.
pub fn run_with(exe: &Path, plan: &Plan) -> Result<Run, String> {
    let mut runner = Runner::spawn_with(exe, plan).expect("a runner");
    read(&mut runner.frames().expect("frames"), |_| {})
}

/// Makes a run with `exe` as the program; the reason where it failed.
pub fn ending(exe: &Path, plan: &Plan) -> Result<Run, Failure> {
    let mut runner = Runner::spawn_with(exe, plan).expect("a runner");
    read_ending(&mut runner.frames().expect("frames"), |_| {}).expect("a run that can be read")
}

/// Reads a run to its end, showing every event to `see`; the reason where it failed, in words.
pub fn read(frames: &mut impl Frames, see: impl FnMut(&Stamped)) -> Result<Run, String> {
    read_ending(frames, see)?.map_err(|why| concviz::text::failure(&why))
}

fn read_ending(frames: &mut impl Frames, mut see: impl FnMut(&Stamped)) -> Result<Result<Run, Failure>, String> {
    let (mut begin, mut events) = (None, Vec::new());
    loop {
        match frames.next_frame().map_err(|e| e.to_string())?.ok_or("the runner went without a word")? {
            Frame::Begin(b) => begin = Some(b),
            Frame::Events(some) => {
                some.iter().for_each(&mut see);
                events.extend(some);
            }
            Frame::End(end) => {
                events.sort_by_key(|r: &Stamped| r.at);
                return Ok(Ok(Run { begin: begin.expect("a beginning"), events, end }));
            }
            Frame::Failed(why) => return Ok(Err(why)),
        }
    }
}

/// A stretch of a task in a state.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub state: State,
    pub holds: bool,
    pub from: Stamp,
    pub to: Stamp,
}

fn is_of(event: Event, id: LockId) -> bool {
    match event {
        Event::LockTaken { lock, .. }
        | Event::LockReleased { lock, .. }
        | Event::LockAbandoned { lock }
        | Event::DropRequest { lock, .. } => lock == id,
        _ => false,
    }
}

impl Run {
    /// How each task ended.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.end.results.iter().map(|r| r.outcome).collect()
    }

    pub fn values(&self) -> Vec<Option<u64>> {
        self.end.results.iter().map(|r| r.value).collect()
    }

    /// All stretches of all tasks, as they are recorded; of what was lost there is none.
    pub fn spans(&self) -> Vec<Span> {
        let tasks = self.end.results.len() as u32;
        (0..tasks).flat_map(|t| self.spans_of(TaskId(t))).collect()
    }

    pub fn spans_of(&self, id: TaskId) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        // The stretch that goes on, and who said so.
        let mut open: Option<(Span, WorkerId)> = None;
        for stamped in &self.events {
            let (task, state, holds) = match stamped.event {
                Event::Submitted { task } => (task, State::Queued, false),
                Event::Enter { task, state, holds, .. } => (task, state, holds),
                Event::Ended { task, .. } => (task, State::Ended, false),
                // What its worker did since it last spoke is unknown.
                Event::Lost { .. } if open.is_some_and(|(_, worker)| worker == stamped.worker) => {
                    open = None;
                    continue;
                }
                _ => continue,
            };
            if task != id {
                continue;
            }
            let next = Span { state, holds, from: stamped.at, to: stamped.at };
            if let Some((last, _)) = open.replace((next, stamped.worker)) {
                spans.push(Span { to: stamped.at, ..last });
            }
        }
        spans.extend(open.map(|(last, _)| last));
        spans
    }

    /// The sum of a state over all tasks.
    pub fn sum(&self, state: State) -> Ns {
        self.spans().iter().filter(|s| s.state == state).map(|s| s.to.since(s.from)).sum()
    }

    pub fn count(&self, what: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|r| what(&r.event)).count()
    }

    /// Whatever was recorded of the lock of that number, in order, with the instant.
    pub fn of_lock(&self, lock: u16) -> impl Iterator<Item = (Stamp, Event)> + '_ {
        let id = LockId::named(lock);
        self.events.iter().filter(move |r| is_of(r.event, id)).map(|r| (r.at, r.event))
    }

    /// Who took the lock of that number, in order; never two at a time, which is checked.
    pub fn takers(&self, lock: u16) -> Vec<u32> {
        let (mut takers, mut holder) = (Vec::new(), None);
        for (at, event) in self.of_lock(lock) {
            match event {
                Event::LockTaken { task, .. } => {
                    assert_eq!(holder.replace(task), None, "{task:?} took it at {at:?}, and another has it");
                    takers.push(task.0);
                }
                Event::LockReleased { task, .. } => assert_eq!(holder.take(), Some(task), "at {at:?}"),
                Event::LockAbandoned { .. } => assert!(holder.take().is_some(), "nobody left it at {at:?}"),
                _ => {}
            }
        }
        takers
    }

    /// How long each wait of a task in `state` lasted, less the time in which it could have gone on already.
    pub fn waits(&self, id: TaskId, state: State) -> Vec<Ns> {
        let mut since = None;
        let mut waits = Vec::new();
        for stamped in &self.events {
            match stamped.event {
                Event::Enter { task, state: entered, .. } if task == id && entered == state => since = Some(stamped.at),
                Event::Enter { task, ago, .. } if task == id => {
                    waits.extend(since.take().map(|from| stamped.at.since(from).less(ago)));
                }
                _ => {}
            }
        }
        waits
    }

    /// How long the run took.
    pub fn makespan(&self) -> Ns {
        self.end.at.since(self.begin.t0)
    }

    /// The dispatcher's number.
    pub fn dispatcher(&self) -> WorkerId {
        WorkerId(self.begin.workers)
    }

    /// How many tasks are `running` at once, at most.
    pub fn most_running(&self) -> usize {
        let mut edges: Vec<(Stamp, i32)> = Vec::new();
        for span in self.spans().iter().filter(|s| s.state == State::Running && s.from < s.to) {
            edges.extend([(span.from, 1), (span.to, -1)]);
        }
        // One that ends where another begins ends first.
        edges.sort_unstable();
        let mut now = 0;
        edges
            .iter()
            .map(|(_, by)| {
                now += by;
                now
            })
            .max()
            .unwrap_or(0) as usize
    }
}
