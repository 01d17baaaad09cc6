//! What the kernel's record costs those who read it, and what a hand-over of a lock costs to record, in nanoseconds.
//!
//! ```sh
//! cargo bench --bench record
//! ```
//!
//! Medians of several rounds. Reading: from the kernel's ring to what it says. Merging: from there into the trace, where
//! workers say nothing meanwhile, and where they do after every switch. A hand-over is four events: the lock let go of,
//! the wait, the lock taken, the work.

use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use concviz::engine::real::ring::{CAPACITY, Ring, Tracer, ring_words};
use concviz::machine::{cores, sys};
use concviz::state::State;
use concviz::trace::{Begin, Event, KernelRecord, Stamped, Switch, TaskName, Trace};
use concviz::units::{CoreId, LockId, Ns, Stamp, TaskId, WorkerId};

const ROUNDS: usize = 21;
const T0: Stamp = Stamp(1_000_000_000);
const WORKERS: u16 = 4;
/// Who records what is no worker's.
const KERNEL: WorkerId = WorkerId(u16::MAX);

fn main() {
    hand_over();
    match read_ring() {
        Some((times, lost)) => report("reading a switch from the kernel's ring", times, &format!("{lost} lost")),
        None => println!("the kernel keeps no record here: concviz doctor says why"),
    }
    let quiet = events(200_000, false);
    let talking = events(100_000, true);
    report("merging a switch, workers silent", merge(&quiet), "");
    report("merging a record, workers speak after each switch", merge(&talking), "");
}

fn report(what: &str, mut times: Vec<f64>, note: &str) {
    times.sort_by(f64::total_cmp);
    let at =
        |share: f64| times.get((share * times.len().saturating_sub(1) as f64) as usize).copied().unwrap_or(f64::NAN);
    println!("{what:52}{:7.1} ns  (p10 {:.1}, p90 {:.1})  {note}", at(0.5), at(0.1), at(0.9));
}

/// The four events of a hand-over.
fn hand_over() {
    let words: Vec<AtomicU64> = std::iter::repeat_with(AtomicU64::default).take(ring_words(CAPACITY)).collect();
    let ring = Ring::new(words.leak()).expect("as many words as a ring has");
    let tracer = Tracer::new(ring, WorkerId(0));
    let (lock, task) = (LockId(0), TaskId(1));
    let enter = |state| Event::Enter { task, state, holds: true, ago: Ns::ZERO, due: None };
    let mut sink = Vec::with_capacity(CAPACITY);
    let turns = CAPACITY / 4;
    let times = (0..201).map(|_| {
        let from = Instant::now();
        for n in 0..turns {
            let at = tracer.emit(Event::LockReleased { lock, task, forced: true });
            tracer.emit_at(at, enter(State::Gil));
            let at = tracer.emit(Event::LockTaken { lock, task, waited: Ns(n as u64) });
            tracer.emit_at(at, enter(State::Running));
        }
        let took = from.elapsed().as_nanos() as f64 / turns as f64;
        sink.clear();
        ring.drain(&mut sink);
        took
    });
    let times: Vec<f64> = times.collect();
    report("recording a hand-over of a lock", times, "four events, two looks at the clock");
}

/// Has two threads wake each other, and reads what the kernel wrote of it.
fn read_ring() -> Option<(Vec<f64>, u64)> {
    let rings = cores::allowed().into_iter().map(|core| sys::SwitchRing::open(core, 128));
    let mut rings = rings.collect::<Result<Vec<_>, _>>().ok()?;
    let times = (0..ROUNDS).map(|_| {
        let (ping, pinged) = sync_channel::<()>(0);
        let (pong, ponged) = sync_channel::<()>(0);
        std::thread::scope(|scope| {
            scope.spawn(move || while pinged.recv().is_ok() && pong.send(()).is_ok() {});
            for _ in 0..2_000 {
                let _ = (ping.send(()), ponged.recv());
            }
            drop(ping);
        });
        let mut count = 0u32;
        let from = Instant::now();
        for ring in &mut rings {
            ring.drain(|noted| {
                black_box(noted);
                count += 1;
            });
        }
        from.elapsed().as_nanos() as f64 / f64::from(count.max(1))
    });
    let times = times.collect();
    Some((times, rings.iter().map(sys::SwitchRing::lost).sum()))
}

fn stamped(at: u64, worker: WorkerId, core: u16, event: Event) -> Stamped {
    Stamped { at: T0 + Ns(at), worker, core: CoreId(core), event }
}

/// Workers that take turns on two cores, `turns` in all, each `speaking` in its turn.
fn events(turns: u64, speaking: bool) -> Vec<Stamped> {
    let mut all = Vec::new();
    for worker in 0..WORKERS {
        let (who, task, tid) = (WorkerId(worker), TaskId(worker.into()), 100 + u32::from(worker));
        let enter = Event::Enter { task, state: State::Running, holds: true, ago: Ns::ZERO, due: None };
        all.push(stamped(0, who, 0, Event::Submitted { task }));
        all.push(stamped(1, KERNEL, worker % 2, Event::Switched { tid, switch: Switch::In }));
        all.push(stamped(2, who, worker % 2, Event::WorkerStarted { pid: 100, tid }));
        all.push(stamped(3, who, worker % 2, enter));
    }
    for turn in 0..turns / 2 {
        let (worker, core, at) = ((turn % u64::from(WORKERS)) as u16, (turn % 2) as u16, 1_000 + turn * 5_000);
        let tid = 100 + u32::from(worker);
        let switched = |at, switch| stamped(at, KERNEL, core, Event::Switched { tid, switch });
        all.push(switched(at, Switch::Preempted));
        all.push(switched(at + 4_000, Switch::In));
        if speaking {
            let task = TaskId(worker.into());
            let enter = Event::Enter { task, state: State::Running, holds: true, ago: Ns::ZERO, due: None };
            all.push(stamped(at + 4_001, WorkerId(worker), core, enter));
        }
    }
    all
}

/// Nanoseconds for each of `records` to become part of a trace, in batches as they arrive.
fn merge(events: &[Stamped]) -> Vec<f64> {
    let names = (0..WORKERS).map(|n| TaskName { name: format!("task {n}"), background: false });
    let names: Vec<TaskName> = names.collect();
    let round = |_| {
        let mut trace = Trace::new(names.clone(), WORKERS);
        let (t0, kernel_record) = (T0, KernelRecord::Switches);
        trace.begin(&Begin { t0, pid: 100, workers: WORKERS, cores: vec![0, 1], kernel_record, ..Begin::default() });
        let from = Instant::now();
        events.chunks(500).for_each(|batch| trace.extend(batch));
        let took = from.elapsed().as_nanos() as f64 / events.len() as f64;
        black_box(&trace);
        took
    };
    (0..ROUNDS).map(round).collect()
}
