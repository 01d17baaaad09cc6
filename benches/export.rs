//! What writing a run of 1,000,000 spans for others costs: time, and megabytes a second.
//!
//! ```sh
//! cargo bench --bench export
//! ```
//!
//! A run made by hand: 64 tasks on 8 workers and 2 cores work, sleep, and wait for a lock. Medians of some rounds, into a
//! stream that keeps nothing.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use concviz::export::{Portion, chrome, spans};
use concviz::machine::Machine;
use concviz::recording::{Observed, Origin, Recording};
use concviz::state::{Outcome, State};
use concviz::trace::{Begin, End, Event, KernelRecord, Stamped, TaskName, Trace};
use concviz::units::{CoreId, LockId, Ns, Stamp, TaskId, WorkerId};

const SPANS: u64 = 1_000_000;
const TASKS: u64 = 64;
const ROUNDS: usize = 5;

/// Takes everything, counts it, and keeps nothing.
#[derive(Default)]
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += black_box(bytes).len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() {
    for (what, locked) in [("work and sleep", false), ("a lock handed round", true)] {
        let origin = Origin::Observed(Observed { command: vec!["made-by-hand".to_owned()] });
        let recording = Recording { trace: made(locked), ..Recording::new(origin, Machine::default()) };
        let run = Portion { command: "concviz run -w cpu", ..Portion::of("threads", &recording) };
        println!("{what}: {} spans", spans::csv(&mut io::sink(), &[run]).unwrap_or(0));
        report("Chrome JSON", |out| chrome::chrome(out, &[run]).map(drop));
        report("CSV", |out| spans::csv(out, &[run]).map(drop));
        report("JSON", |out| spans::json(out, &[run]).map(drop));
    }
}

fn report(what: &str, write: impl Fn(&mut Counted) -> io::Result<()>) {
    let mut times: Vec<(f64, u64)> = (0..ROUNDS)
        .map(|_| {
            let (mut out, began) = (Counted::default(), Instant::now());
            write(&mut out).expect("it takes everything");
            (began.elapsed().as_secs_f64(), out.0)
        })
        .collect();
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (time, bytes) = times[ROUNDS / 2];
    let megabytes = bytes as f64 / 1e6;
    println!("  {what:12}{:8.0} ms{megabytes:8.0} MB{:8.0} MB/s", time * 1e3, megabytes / time);
}

/// A run of so many spans; where it is `locked` each stretch of work is a turn with one lock.
fn made(locked: bool) -> Trace {
    let name = |n: u64| TaskName { name: format!("task {}", n + 1), background: false };
    let mut trace = Trace::new((0..TASKS).map(name).collect(), 8).naming_locks(vec!["table".to_owned()]);
    trace = trace.with_limit(usize::MAX);
    let t0 = Stamp(1_000_000_000);
    trace.begin(&Begin {
        t0,
        pid: 1,
        workers: 8,
        cores: vec![0, 1],
        kernel_record: KernelRecord::Switches,
        ..Begin::default()
    });
    let (lock, mut events) = (LockId::named(0), Vec::new());
    let mut push = |at: u64, task: u64, event: Event| {
        let (worker, core) = (WorkerId((task % 8) as u16), CoreId((task % 2) as u16));
        events.push(Stamped { at: t0 + Ns(at), worker, core, event });
    };
    let enter = |task: u64, state: State| Event::Enter {
        task: TaskId(task as u32),
        state,
        holds: state != State::Sleep,
        ago: Ns::ZERO,
        due: None,
    };
    let wait = if locked { State::Lock } else { State::Sleep };
    let step = 12_345;
    for task in 0..TASKS {
        push(0, task, enter(task, wait));
    }
    for n in 0..SPANS / 2 {
        let (id, at) = (n % TASKS, (n + 1) * step);
        let task = TaskId(id as u32);
        if locked {
            push(at, id, Event::LockTaken { lock, task, waited: Ns(step * (TASKS - 1)) });
        }
        push(at, id, enter(id, State::Running));
        if locked {
            push(at + step - 99, id, Event::LockReleased { lock, task, forced: n % 3 == 0 });
        }
        push(at + step - 9, id, enter(id, wait));
    }
    let end = (SPANS / 2 + 2) * step;
    for task in 0..TASKS {
        let task_id = TaskId(task as u32);
        push(end, task, Event::Ended { task: task_id, outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO });
    }
    trace.extend(&events);
    trace.end(End { at: t0 + Ns(end), ..End::default() });
    trace
}
