//! Lets threads compete for the global lock and prints how it went from hand to hand, to be held against `CPython`.
//!
//! ```sh
//! cargo run --release --example turns -- target/release/concviz 3 5ms 3s 5
//! ```

use std::path::Path;

use concviz::engine::real::{Runner, calibrate};
use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::{Engine, Plan, Stage};
use concviz::trace::{Event, Frame, Record};
use concviz::units::{Ns, Stamp};
use concviz::workload::{Kernel, Op, Task, Until, Work};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [exe, threads, interval, time, times] = args.as_slice() else {
        eprintln!("usage: turns EXE THREADS INTERVAL TIME TIMES");
        std::process::exit(2);
    };
    let threads: u16 = threads.parse().expect("a number of threads");
    let interval: Ns = interval.parse().expect("an interval");
    let time: Ns = time.parse().expect("a time");
    let piece = calibrate::measure([Kernel::Count].into_iter().collect()).per_ms(Kernel::Count) / 50;
    let work = Op::Compute(Kernel::Count, Work::Iterations(piece));
    let task = Task { name: "task".to_owned(), background: false, ops: vec![Op::Repeat(Until::For(time), vec![work])] };
    let stage = Stage {
        workload: "turns".to_owned(),
        tasks: vec![task; threads as usize],
        model: Model { kind: ModelKind::Threads, lock: GlobalLock::gil(interval) },
        workers: threads,
        cores: None,
        poll_every: [piece; Kernel::COUNT],
        locks: Vec::new(),
    };
    let plan = Plan { stages: vec![stage], seed: 1, engine: Engine::Measured };
    for _ in 0..times.parse().expect("a number of runs") {
        print(&run(Path::new(exe), &plan));
    }
}

fn run(exe: &Path, plan: &Plan) -> Vec<Record> {
    let mut runner = Runner::spawn_with(exe, plan).expect("a runner");
    let mut frames = runner.frames().expect("frames");
    let mut all = Vec::new();
    while let Some(frame) = frames.next_frame().expect("a frame") {
        match frame {
            Frame::Events(records) => all.extend(records),
            Frame::Failed(reason) => panic!("{reason}"),
            Frame::Begin(_) | Frame::End(_) => {}
        }
    }
    all.sort_by_key(|r| r.at);
    all
}

fn print(records: &[Record]) {
    let (mut holders, mut holds, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    let (mut since, mut free) = (None, None::<Stamp>);
    let mut requests = 0;
    for record in records {
        match record.event {
            Event::LockTaken { .. } => {
                holders.push(record.worker);
                gaps.extend(free.map(|f| record.at.since(f)));
                since = Some(record.at);
            }
            Event::LockReleased { .. } => {
                holds.extend(since.map(|s: Stamp| record.at.since(s)));
                free = Some(record.at);
            }
            Event::DropRequest { .. } => requests += 1,
            _ => {}
        }
    }
    let length: Ns = holds.iter().copied().chain(gaps.iter().copied()).sum();
    let switches = holders.windows(2).filter(|w| w[0] != w[1]).count();
    let back = holders.windows(3).filter(|w| w[0] == w[2] && w[0] != w[1]).count();
    let triples = holders.windows(3).filter(|w| w[0] != w[1]).count();
    let at = |of: &mut Vec<Ns>, share: f64| {
        of.sort_unstable();
        of[(share * (of.len() - 1) as f64) as usize]
    };
    println!(
        "{:.1} hand-overs/s  hold p50 {:.2} p90 {:.2} ms  gap p50 {:.0} us  A-B-A {:.2}  requests {requests}",
        switches as f64 / length.as_secs(),
        at(&mut holds, 0.5).as_millis(),
        at(&mut holds, 0.9).as_millis(),
        at(&mut gaps, 0.5).as_millis() * 1e3,
        back as f64 / triples as f64,
    );
}
