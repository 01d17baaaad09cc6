//! What a recording costs: bytes an event, nanoseconds an event to write and to read, and the time from a file's bytes
//! to the trace of a million spans. At the end, how long it takes to know when a recording of ten million events was.
//!
//! ```sh
//! cargo bench --bench file
//! cargo bench --bench file -- "64 cores"
//! ```
//!
//! Bytes a span are what the process grew by: exact only of the first row, since the others use what it left. An argument
//! chooses rows by their names.
//!
//! Each figure is the median of several rounds, in time on a core, over a run made by hand; the last one is with the
//! kernel's record beside what workers say.

use std::hint::black_box;
use std::time::{Duration, Instant};

use concviz::state::{Outcome, State};
use concviz::trace::file::{FileWriter, read, spans};
use concviz::trace::{Begin, EVENT_BYTES, End, Event, Frame, KernelRecord, Stamped, Switch, TaskName, Trace};
use concviz::units::{CoreId, LockId, Ns, Stamp, TaskId, WorkerId};
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 7;
const T0: Stamp = Stamp(7_000_000_000_000);
const SPANS: u32 = 1_000_000;
/// Records of a sweep of the collector.
const SWEEP: usize = 300;

fn main() {
    println!(
        "{:44}{:>10}{:>8}{:>10}{:>10}{:>12}{:>12}",
        "", "events", "bytes", "write ns", "check ns", "to trace ms", "bytes a span"
    );
    for cores in [2, 16, 64] {
        measure("threads, 160 tasks", (160, cores), || turns(160, 8, cores));
    }
    measure("async, 4,096 tasks", (4_096, 2), || turns(4_096, 1, 2));
    measure("threads, 64 tasks, GIL", (64, 2), || locked(64));
    for cores in [2, 16, 64] {
        let tasks = 8 * u32::from(cores);
        measure(&format!("threads, {tasks} tasks, kernel's record"), (tasks, cores), || switched(tasks, cores));
    }
    find_span();
}

/// How long it takes to know the first and the last stamp of a file of ten million events: in real time, with the file in
/// the system's memory, as the call that asks for it.
fn find_span() {
    const WHAT: &str = "first and last stamp of ten million events";
    const TIMES: u64 = 10;
    if std::env::args().skip(1).any(|arg| !arg.starts_with('-') && !WHAT.contains(&arg)) {
        return;
    }
    let events = turns(160, 8, 2);
    let count = events.len() as u64 * TIMES;
    let length = events.last().map_or(Ns::ZERO, |last| last.at.since(T0));
    let file = tempfile::tempfile().expect("a file");
    let mut writer = FileWriter::create(std::io::BufWriter::new(&file)).expect("room on the disk");
    writer.header("{}").expect("room on the disk");
    writer.frame(&Frame::Begin(Begin { t0: T0, ..Begin::default() })).expect("room on the disk");
    for time in 0..TIMES {
        let later = length.times(time, 1);
        let moved: Vec<Stamped> = events.iter().map(|e| Stamped { at: e.at + later, ..*e }).collect();
        writer.events(&moved).expect("room on the disk");
    }
    writer.into_inner().expect("room on the disk").into_inner().expect("room on the disk");
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            let known = spans(&mut &file).expect("a recording");
            assert_eq!((known[0].events, known[0].stamps), (count, Some((T0, T0 + length.times(TIMES, 1)))));
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("{WHAT}: {:.2} ms, median of {ROUNDS}", times[ROUNDS / 2].as_secs_f64() * 1e3);
}

fn measure(what: &str, (tasks, cores): (u32, u16), events: impl FnOnce() -> Vec<Stamped>) {
    // Two are what all other runs here have.
    let what = if cores == 2 { what.to_owned() } else { format!("{what}, {cores} cores") };
    if std::env::args().skip(1).any(|arg| !arg.starts_with('-') && !what.contains(&arg)) {
        return;
    }
    let events = &events();
    let (bytes, written) = median(|| write(events, cores));
    let count = events.len() as f64;
    let (_, checked) = median(|| read(black_box(&bytes)).expect("a recording").runs.len());
    let name = |n: u32| TaskName { name: format!("task {n}"), background: false };
    let names: Vec<TaskName> = (0..tasks).map(name).collect();
    let before = resident();
    let (trace, opened) = median(|| open(&bytes, names.clone()));
    let spans: usize = trace.tasks.iter().map(|t| t.marks().len()).sum();
    println!(
        "{what:44}{:>10}{:>8.2}{:>10.1}{:>10.1}{:>12.0}{:>12.0}   {spans} spans",
        events.len(),
        bytes.len() as f64 / count,
        written * 1e9 / count,
        checked * 1e9 / count,
        opened * 1e3,
        (resident() - before) as f64 / spans as f64,
    );
    assert!(bytes.len() < events.len() * EVENT_BYTES);
}

fn write(events: &[Stamped], cores: u16) -> Vec<u8> {
    let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
    let (cores, kernel_record) = ((0..cores).collect(), KernelRecord::Switches);
    let begin = Begin { t0: T0, workers: 64, cores, kernel_record, ..Begin::default() };
    writer.header("{}").expect("a vector takes everything");
    writer.frame(&Frame::Begin(begin)).expect("a vector takes everything");
    events.chunks(SWEEP).for_each(|sweep| writer.events(sweep).expect("a vector takes everything"));
    let at = events.last().map_or(T0, |r| r.at);
    writer.frame(&Frame::End(End { at, ..End::default() })).expect("a vector takes everything");
    writer.into_inner().expect("a vector takes everything")
}

fn open(bytes: &[u8], names: Vec<TaskName>) -> Trace {
    let contents = read(black_box(bytes)).expect("a recording");
    contents.runs[0].trace(names, Vec::new())
}

/// Seconds for which this thread has had a core: what others do meanwhile counts little.
fn busy() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The last result, and the median of the seconds that one took.
fn median<T>(mut what: impl FnMut() -> T) -> (T, f64) {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..ROUNDS {
        drop(last.take());
        let began = busy();
        last = Some(what());
        times.push(busy() - began);
    }
    times.sort_by(f64::total_cmp);
    (last.expect("a round at least"), times[ROUNDS / 2])
}

/// Tasks that work and wait in turn, on so many cores.
fn turns(tasks: u32, workers: u32, cores: u16) -> Vec<Stamped> {
    let mut events = submitted(tasks);
    for n in 0..SPANS {
        let (task, round) = (n % tasks, n / tasks);
        let state = [State::Running, State::Sleep, State::Ready][(round as usize + task as usize) % 3];
        let due = (state == State::Sleep).then_some(Ns(5_000_000));
        let ago = if state == State::Running && n % 2 == 0 { Ns(1_500) } else { Ns::ZERO };
        let event = Event::Enter { task: TaskId(task), state, holds: workers > 1, ago, due };
        let core = CoreId((task % u32::from(cores)) as u16);
        events.push(Stamped { core, ..stamped(2_000 * u64::from(n) + jitter(n), task, task % workers, event) });
    }
    ended(events, tasks)
}

/// Tasks that hand a lock round.
fn locked(tasks: u32) -> Vec<Stamped> {
    let mut events = submitted(tasks);
    let enter = |task, state| Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due: None };
    for n in 0..SPANS / 2 {
        let (task, at) = (n % tasks, 20_000 * u64::from(n) + jitter(n));
        let (lock, waited) = (LockId(0), Ns(20_000 * u64::from(tasks)));
        events.push(stamped(at, task, task, Event::LockTaken { lock, task: TaskId(task), waited }));
        events.push(stamped(at + 300, task, task, enter(task, State::Running)));
        events.push(stamped(at + 18_000, task, task, Event::LockReleased { lock, task: TaskId(task), forced: true }));
        events.push(stamped(at + 18_100, task, task, enter(task, State::Gil)));
    }
    ended(events, tasks)
}

/// Tasks that the kernel takes off their core and puts back, and which sleep now and then.
fn switched(tasks: u32, cores: u16) -> Vec<Stamped> {
    let mut events = submitted(tasks);
    let put = |at, core, tid, switch| Stamped {
        at: T0 + Ns(at),
        worker: Stamped::NO_WORKER,
        core: CoreId(core),
        event: Event::Switched { tid, switch },
    };
    // Its thread is known before its first word: it was put on a core to say it.
    for task in 0..tasks {
        let started = Event::WorkerStarted { pid: 4_000, tid: 4_001 + task };
        events.push(put(50 + u64::from(task), (task % u32::from(cores)) as u16, 4_001 + task, Switch::In));
        events.push(stamped(100 + u64::from(task), task, task, started));
        let event = Event::Enter { task: TaskId(task), state: State::Running, holds: true, ago: Ns::ZERO, due: None };
        events.push(stamped(200 + u64::from(task), task, task, event));
    }
    for n in 0..SPANS / 6 {
        let (task, at) = (n % tasks, 10_000 + 20_000 * u64::from(n) + jitter(n));
        let (core, tid) = (((n / 3) % u32::from(cores)) as u16, 4_001 + task);
        let (state, due) = (State::Sleep, Some(Ns(1_000_000)));
        let enter = |state, due| Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due };
        events.push(put(at, core, tid, Switch::In));
        events.push(put(at + 4_000, core, tid, Switch::Preempted));
        events.push(put(at + 6_000, core, tid, Switch::In));
        events.push(stamped(at + 8_000, task, task, enter(state, due)));
        events.push(put(at + 8_100, core, tid, Switch::Blocked));
        events.push(put(at + 9_000, core, tid, Switch::In));
        events.push(stamped(at + 9_300, task, task, enter(State::Running, None)));
        events.push(put(at + 12_000, core, tid, Switch::Preempted));
    }
    ended(events, tasks)
}

/// Some hundreds of nanoseconds, never the same twice in a row.
fn jitter(n: u32) -> u64 {
    u64::from(n.wrapping_mul(2_654_435_761) >> 22)
}

fn submitted(tasks: u32) -> Vec<Stamped> {
    (0..tasks).map(|task| stamped(0, task, 64, Event::Submitted { task: TaskId(task) })).collect()
}

fn ended(mut events: Vec<Stamped>, tasks: u32) -> Vec<Stamped> {
    let at = events.last().map_or(0, |r| r.at.since(T0).0) + 1_000;
    let event = |task| Event::Ended { task: TaskId(task), outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO };
    events.extend((0..tasks).map(|task| stamped(at, task, 64, event(task))));
    events
}

fn stamped(at: u64, task: u32, worker: u32, event: Event) -> Stamped {
    Stamped { at: T0 + Ns(at), worker: WorkerId(worker as u16), core: CoreId((task % 2) as u16), event }
}

/// Bytes of this process in memory.
fn resident() -> i64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split_whitespace().nth(1).and_then(|pages| pages.parse::<i64>().ok()).map_or(0, |pages| pages * 4_096)
}
