//! What a message costs: a put or a get that need not wait, a hand-over to a thread that is parked, and a million of them.
//!
//! ```sh
//! cargo bench --bench queue
//! cargo bench --bench queue -- 1      # once each, instead of medians of five
//! ```
//!
//! Goals: a put or a get that need not wait takes at most 150 ns and its event; a hand-over to a parked thread at most 1.2
//! times what a bounded channel of crossbeam takes, measured in turn; of a million messages every event is recorded. The
//! hand-overs are the medians of their runs: from the instant at which the message is in the queue to the one at which the
//! receiver has it. On a busy machine both wait for a core, and the ratio says little.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use concviz::engine::real::Runner;
use concviz::machine::sys;
use concviz::model::{Model, ModelKind};
use concviz::plan::Plan;
use concviz::trace::{End, Event, Frame, Frames, Source, Stamped};
use concviz::units::{Ns, QueueId};
use concviz::workload::{Kernel, Op, Queue, Task, Until, Work};
use crossbeam::channel;

const TIMES: usize = 5;
/// Messages for each measurement of a hand-over.
const HAND_OVERS: u64 = 1_000;
/// The receiver is parked by then.
const PAUSE: Duration = Duration::from_micros(300);
const ROOM: u32 = 8;

fn main() {
    let times = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(TIMES);
    let median = |of: &mut dyn FnMut() -> f64| {
        let mut all: Vec<f64> = (0..times).map(|_| of()).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let (mut each, mut event) = (Vec::new(), 0.0);
    for _ in 0..times {
        let (step, recording) = uncontended();
        each.push(step);
        event = recording;
    }
    each.sort_by(f64::total_cmp);
    let step = each[each.len() / 2];
    println!(
        "a put or a get that need not wait   {step:8.1} ns, {event:.1} of it its event   at most 150 and its event"
    );
    let mut ratios = Vec::new();
    for _ in 0..times {
        let (ours, theirs) = (hand_over(), crossbeam());
        println!("a hand-over to a parked thread      {ours:8.0} ns, crossbeam {theirs:.0} ns");
        ratios.push(ours / theirs);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "    ours to crossbeam's             {:8.2}                             at most 1.2",
        ratios[ratios.len() / 2]
    );
    let millis = median(&mut || million(1).0 * 1e3);
    println!("a million messages                  {millis:8.0} ms");
    let (_, end, recorded) = million(1);
    println!("    put {}, got {}, events recorded {recorded}, lost {}", end.queues[0].put, end.queues[0].got, end.lost);
}

fn plan(tasks: Vec<Vec<Op>>) -> Plan {
    let task = |ops| Task { name: "task".to_owned(), background: false, ops };
    Plan {
        workload: "bench".to_owned(),
        workers: tasks.len() as u16,
        tasks: tasks.into_iter().map(task).collect(),
        model: Model::plain(ModelKind::Threads),
        at_once: None,
        cores: None,
        poll_every: [10_000; Kernel::COUNT],
        locks: Vec::new(),
        limits: Vec::new(),
        queues: vec![Queue { name: "queue".to_owned(), room: ROOM }],
        counters: Vec::new(),
        seed: 1,
        no_kernel_record: false,
    }
}

/// Makes a run; shows every event to `see`.
fn run(plan: &Plan, mut see: impl FnMut(&Stamped)) -> End {
    let mut runner = Runner::spawn_with(Path::new(env!("CARGO_BIN_EXE_concviz")), plan).expect("a runner");
    let mut frames = runner.frames().expect("frames");
    loop {
        match frames.next_frame().expect("a frame").expect("a frame") {
            Frame::Begin(_) => {}
            Frame::Events(events) => events.iter().for_each(&mut see),
            Frame::End(end) => return end,
            Frame::Failed(why) => panic!("{why:?}"),
        }
    }
}

fn times(n: u64, body: Vec<Op>) -> Op {
    Op::Repeat(Until::Times(n), body)
}

/// Nanoseconds of a step where one task puts and gets in turn, and those of an event. (The interpreter's part is in it.)
fn uncontended() -> (f64, f64) {
    const PAIRS: u64 = 20_000;
    let ops = vec![times(PAIRS, vec![Op::Put(QueueId(0), 0), Op::Get(QueueId(0))])];
    let mut gaps: Vec<u64> = Vec::new();
    let mut last = None;
    let end = run(&plan(vec![ops]), |stamped| {
        if matches!(stamped.event, Event::Put { .. } | Event::Got { .. }) {
            gaps.extend(last.replace(stamped.at).map(|before| stamped.at.since(before).0));
        }
    });
    gaps.sort_unstable();
    (gaps[gaps.len() / 2] as f64, end.thousand_events.0 as f64 / 1_000.0)
}

/// The median of the time from a message's put to its get, where the receiver waits.
fn hand_over() -> f64 {
    let pause = Op::Compute(Kernel::Count, Work::Iterations(600_000));
    let sender = vec![times(HAND_OVERS, vec![pause, Op::Put(QueueId(0), 0)])];
    let receiver = vec![Op::Repeat(Until::Each(QueueId(0), 1), vec![])];
    let (mut put, mut took) = (BTreeMap::new(), Vec::new());
    run(&plan(vec![sender, receiver]), |stamped| match stamped.event {
        Event::Put { number, .. } => drop(put.insert(number, stamped.at)),
        Event::Got { number, waited, .. } if waited > Ns::ZERO => {
            took.extend(put.get(&number).map(|at| stamped.at.since(*at).0));
        }
        _ => {}
    });
    middle(took)
}

fn middle(mut took: Vec<u64>) -> f64 {
    took.sort_unstable();
    took.get(took.len() / 2).copied().unwrap_or_default() as f64
}

/// The same between two threads of this program with a channel of crossbeam.
fn crossbeam() -> f64 {
    let (send, receive) = channel::bounded(ROOM as usize);
    let receiver = std::thread::spawn(move || receive.iter().map(|at| sys::now().since(at).0).collect::<Vec<_>>());
    for _ in 0..HAND_OVERS {
        let from = Instant::now();
        while from.elapsed() < PAUSE {
            std::hint::spin_loop();
        }
        send.send(sys::now()).expect("a receiver");
    }
    drop(send);
    middle(receiver.join().expect("no panic"))
}

/// Seconds that a million messages take from one task to another; the account, and how many events of them there are.
fn million(users: usize) -> (f64, End, u64) {
    let mut tasks = vec![vec![times(1_000_000, vec![Op::Put(QueueId(0), 0)])]];
    tasks.extend((0..users).map(|_| vec![Op::Repeat(Until::Each(QueueId(0), 1), vec![])]));
    let from = Instant::now();
    let mut recorded = 0;
    let end = run(&plan(tasks), |stamped| {
        recorded += u64::from(matches!(stamped.event, Event::Put { .. } | Event::Got { .. }));
    });
    (from.elapsed().as_secs_f64(), end, recorded)
}
