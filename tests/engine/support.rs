//! Making plans and runs, and asking what happened.

use std::path::Path;

use concviz::engine::real::Runner;
use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::{Engine, Plan, Stage};
use concviz::state::{Outcome, State};
use concviz::trace::{Begin, End, Event, Frame, FrameReader, Record};
use concviz::units::{Ns, Stamp, TaskId, WorkerId};
use concviz::workload::{Kernel, Op, Task, Work};

pub const EXE: &str = env!("CARGO_BIN_EXE_concviz");

/// Some milliseconds of work.
pub const SOME: u64 = 5_000_000;

/// Every model, without a global lock and with one whose turns are short.
pub fn models() -> Vec<Model> {
    let gil = GlobalLock::Gil { interval: Ns::from_micros(500) };
    let both = |kind| [Model::plain(kind), Model { kind, lock: gil }];
    ModelKind::ALL.into_iter().flat_map(both).collect()
}

pub fn compute(iterations: u64) -> Op {
    Op::Compute(Kernel::Count, Work::Iterations(iterations))
}

pub fn sleep(millis: u64) -> Op {
    Op::Sleep(Ns::from_millis(millis))
}

pub fn task(ops: Vec<Op>) -> Task {
    Task { name: "task".to_owned(), background: false, ops }
}

pub fn background(ops: Vec<Op>) -> Task {
    Task { background: true, ..task(ops) }
}

pub fn plan(model: Model, workers: u16, tasks: Vec<Task>) -> Plan {
    let workers = if model.kind.rules().many_workers { workers } else { 1 };
    let stage = Stage {
        workload: "test".to_owned(),
        tasks,
        model,
        workers,
        cores: None,
        poll_every: [10_000; Kernel::COUNT],
        locks: Vec::new(),
    };
    Plan { stages: vec![stage], seed: 1, engine: Engine::Measured }
}

/// A run that came to its end, events sorted by time (those of one moment in the order of arrival).
pub struct Run {
    pub begin: Begin,
    pub records: Vec<Record>,
    pub end: End,
}

/// Makes a run and expects it to come to its end.
pub fn run(plan: &Plan) -> Run {
    run_with(Path::new(EXE), plan).expect("a run that comes to its end")
}

/// Makes a run with `exe` as the program; the reason where it failed.
pub fn run_with(exe: &Path, plan: &Plan) -> Result<Run, String> {
    let mut runner = Runner::spawn_with(exe, plan).expect("a runner");
    read(&mut runner.frames().expect("frames"), |_| {})
}

/// Reads a run to its end, showing every event to `see`.
pub fn read(frames: &mut FrameReader<impl std::io::Read>, mut see: impl FnMut(&Record)) -> Result<Run, String> {
    let (mut begin, mut records) = (None, Vec::new());
    loop {
        match frames.next_frame().map_err(|e| e.to_string())?.ok_or("the runner went without a word")? {
            Frame::Begin(b) => begin = Some(b),
            Frame::Events(some) => {
                some.iter().for_each(&mut see);
                records.extend(some);
            }
            Frame::End(end) => {
                records.sort_by_key(|r: &Record| r.at);
                return Ok(Run { begin: begin.expect("a beginning"), records, end });
            }
            Frame::Failed(reason) => return Err(reason),
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

impl Run {
    /// How each task ended.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.end.results.iter().map(|r| r.outcome).collect()
    }

    pub fn values(&self) -> Vec<Option<u64>> {
        self.end.results.iter().map(|r| r.value).collect()
    }

    /// All stretches of all tasks, as they are recorded.
    pub fn spans(&self) -> Vec<Span> {
        let tasks = self.end.results.len() as u32;
        (0..tasks).flat_map(|t| self.spans_of(TaskId(t))).collect()
    }

    pub fn spans_of(&self, id: TaskId) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for record in &self.records {
            let (task, state, holds) = match record.event {
                Event::Submitted { task } => (task, State::Queued, false),
                Event::Enter { task, state, holds, .. } => (task, state, holds),
                Event::Ended { task, .. } => (task, State::Ended, false),
                _ => continue,
            };
            if task != id {
                continue;
            }
            if let Some(last) = spans.last_mut() {
                last.to = record.at;
            }
            spans.push(Span { state, holds, from: record.at, to: record.at });
        }
        spans
    }

    /// The sum of a state over all tasks.
    pub fn sum(&self, state: State) -> Ns {
        self.spans().iter().filter(|s| s.state == state).map(|s| s.to.since(s.from)).sum()
    }

    pub fn count(&self, what: impl Fn(&Event) -> bool) -> usize {
        self.records.iter().filter(|r| what(&r.event)).count()
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
