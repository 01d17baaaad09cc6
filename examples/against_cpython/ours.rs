//! This program's side: runs made for the purpose.

use std::path::Path;

use concviz::engine::real::Runner;
use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::Plan;
use concviz::state::State;
use concviz::trace::{Begin, End, Event, Frame, Source, Stamped};
use concviz::units::{Ns, TaskId};
use concviz::workload::{Kernel, Op, Request, Spread, Task, Until, Work};

use super::Measured;
use super::figures::{Turn, Waits};

pub struct Ours<'a> {
    exe: &'a Path,
    /// Iterations in a millisecond.
    per_ms: u64,
}

/// What became of a run.
struct Run {
    begin: Begin,
    events: Vec<Stamped>,
    end: End,
}

impl<'a> Ours<'a> {
    pub fn new(exe: &'a Path, per_ms: u64) -> Ours<'a> {
        Ours { exe, per_ms }
    }

    pub fn turns(&self, threads: u16, lock: GlobalLock, time: Ns) -> Measured<Vec<Turn>> {
        let task = task(vec![Op::Repeat(Until::For(time), vec![self.compute(Ns::from_millis(1))])]);
        let run = self.run(ModelKind::Threads, lock, vec![task; usize::from(threads)]);
        let mut turns: Vec<Turn> = Vec::new();
        for stamped in &run.events {
            let who = stamped.worker.index();
            // One whose time is over leaves the others alone: what comes then is another game.
            if matches!(stamped.event, Event::Ended { .. }) {
                break;
            }
            if matches!(stamped.event, Event::LockTaken { .. }) && turns.last().is_none_or(|t| t.who != who) {
                turns.push(Turn { at: stamped.at.since(run.begin.t0), who });
            }
        }
        if run.end.lost > 0 {
            eprintln!("{} of {} events were lost", run.end.lost, run.end.events);
        }
        run.measured(turns)
    }

    /// How much longer threads take than one after the other.
    pub fn count(&self, threads: u16, lock: GlobalLock, time: Ns) -> Measured<f64> {
        let each = time.times(1, threads.into());
        let tasks = vec![task(vec![self.compute(each)]); usize::from(threads)];
        let serial = self.run(ModelKind::Serial, GlobalLock::Off, tasks.clone());
        let run = self.run(ModelKind::Threads, lock, tasks);
        let ratio = run.makespan().share_of(serial.makespan());
        Measured { what: ratio, cpu: serial.cpu() + run.cpu() }
    }

    /// How long each short wait takes for a task that does nothing else, beside so many that compute.
    pub fn waits(&self, what: &str, beside: u16, lock: GlobalLock, time: Ns) -> Measured<Waits> {
        let (wait, state) = match what {
            "sleep" => (Op::Sleep(Ns::from_millis(1)), State::Sleep),
            _ => (Op::Request(Request { latency: ANSWER, spread: Spread::Constant, bytes: 1 }), State::Io),
        };
        let waits = task(vec![Op::Repeat(Until::For(time), vec![wait])]);
        let until = Op::Repeat(Until::Tasks(vec![TaskId(0)]), vec![self.compute(Ns::from_millis(1))]);
        let computes = Task { background: true, ..task(vec![until]) };
        let tasks = std::iter::once(waits).chain(vec![computes; usize::from(beside)]).collect();
        let run = self.run(ModelKind::Threads, lock, tasks);
        let states = run.events.iter().filter_map(|r| match r.event {
            Event::Enter { task: TaskId(0), state, .. } => Some((r.at, state)),
            _ => None,
        });
        let states: Vec<_> = states.collect();
        // What follows a wait for the lock goes on with an answer that was being waited for.
        let new = states.windows(2).filter(|pair| pair[0].1 == State::Running && pair[1].1 == state);
        let starts: Vec<_> = new.map(|pair| pair[1].0).collect();
        let waits = starts.windows(2).map(|w| w[1].since(w[0])).collect();
        run.measured(waits)
    }

    fn compute(&self, time: Ns) -> Op {
        Op::Compute(Kernel::Count, Work::Iterations(time.times(self.per_ms, 1_000_000).0))
    }

    fn run(&self, kind: ModelKind, lock: GlobalLock, tasks: Vec<Task>) -> Run {
        let plan = Plan {
            workload: "against".to_owned(),
            workers: if kind == ModelKind::Serial { 1 } else { tasks.len() as u16 },
            tasks,
            model: Model { kind, lock },
            at_once: None,
            cores: None,
            // 20 us of work, as for every run.
            poll_every: [self.per_ms / 50; Kernel::COUNT],
            locks: Vec::new(),
            limits: Vec::new(),
            queues: Vec::new(),
            counters: Vec::new(),
            seed: 1,
            no_kernel_record: false,
        };
        let mut runner = Runner::spawn_with(self.exe, &plan).expect("a runner");
        let mut frames = runner.frames().expect("frames");
        let mut run = Run { begin: Begin::default(), events: Vec::new(), end: End::default() };
        while let Some(frame) = frames.next_frame().expect("a frame") {
            match frame {
                Frame::Begin(begin) => run.begin = begin,
                Frame::Events(events) => run.events.extend(events),
                Frame::End(end) => run.end = end,
                Frame::Failed(reason) => panic!("{reason:?}"),
            }
        }
        run.events.sort_by_key(|r| r.at);
        run
    }
}

/// The server's own time for an answer: as long as `CPython`'s echo takes for a round trip when nobody computes, since
/// who wins a race against a thread that wakes up depends on it.
const ANSWER: Ns = Ns::from_micros(50);

impl Run {
    fn makespan(&self) -> Ns {
        self.end.at.since(self.begin.t0)
    }

    fn cpu(&self) -> Ns {
        self.end.cpu + self.end.overhead.all()
    }

    fn measured<T>(&self, what: T) -> Measured<T> {
        Measured { what, cpu: self.cpu() }
    }
}

fn task(ops: Vec<Op>) -> Task {
    Task { name: "task".to_owned(), background: false, ops }
}
