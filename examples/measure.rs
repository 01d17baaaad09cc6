//! Makes runs and prints what came of them: for looking at the engine rather than at a screen.
//!
//! ```sh
//! cargo run --release --example measure -- target/release/concviz cpu 1.0 5
//! cargo run --release --example measure -- target/release/concviz io 0.3 5
//! ```
//!
//! Models are run in turn, so that whatever else the machine does falls on all of them; ratios are of medians.

use std::path::Path;
use std::time::{Duration, Instant};

use concviz::engine::real::Runner;
use concviz::machine::{calibrate, cores};
use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::{Plan, Rates, Wishes};
use concviz::trace::{End, Event, Frame, Source, Stamped};
use concviz::units::Ns;
use concviz::workload::{self, Kernel};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [exe, name, scale, times] = args.as_slice() else {
        eprintln!("usage: measure EXE WORKLOAD SCALE TIMES");
        std::process::exit(2);
    };
    let times: usize = times.parse().expect("a number of runs");
    let rates = calibrate::measure(Kernel::ALL.into_iter().collect());
    println!("{} iterations/ms, {:.2} usable cores", rates.per_ms(Kernel::Count), cores::usable());
    let gil = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);
    let mut models: Vec<Model> = ModelKind::ALL.map(Model::plain).to_vec();
    models.push(Model { kind: ModelKind::Threads, lock: gil });
    let plans: Vec<Plan> = models.iter().map(|&m| plan(name, scale, m, rates)).collect();
    let mut runs: Vec<Vec<Seen>> = plans.iter().map(|_| Vec::new()).collect();
    for _ in 0..times {
        for (plan, runs) in plans.iter().zip(&mut runs) {
            runs.push(Seen::of(Path::new(exe), plan));
        }
    }
    let serial = median(&runs[0], Seen::makespan);
    for (model, runs) in models.iter().zip(&runs) {
        print(*model, runs, serial);
    }
}

fn plan(name: &str, scale: &str, model: Model, rates: Rates) -> Plan {
    let workload = workload::find(name).expect("a shipped workload");
    let tasks = workload.resolve(scale.parse().expect("a scale")).expect("a workload");
    let cores = cores::usable().ceil() as u16;
    Plan::new(&workload, tasks, model, Wishes::default(), cores, rates)
}

/// A run, as it was seen.
struct Seen {
    begin: Duration,
    first: Duration,
    whole: Duration,
    end: End,
    t0: concviz::units::Stamp,
    events: Vec<Stamped>,
}

impl Seen {
    fn of(exe: &Path, plan: &Plan) -> Seen {
        let start = Instant::now();
        let mut runner = Runner::spawn_with(exe, plan).expect("a runner");
        let mut frames = runner.frames().expect("frames");
        let mut seen = Seen {
            begin: Duration::ZERO,
            first: Duration::ZERO,
            whole: Duration::ZERO,
            end: End::default(),
            t0: concviz::units::Stamp(0),
            events: Vec::new(),
        };
        while let Some(frame) = frames.next_frame().expect("a frame") {
            match frame {
                Frame::Begin(begin) => (seen.t0, seen.begin) = (begin.t0, start.elapsed()),
                Frame::Events(events) => {
                    if seen.first.is_zero() {
                        seen.first = start.elapsed();
                    }
                    seen.events.extend(events);
                }
                Frame::End(end) => seen.end = end,
                Frame::Failed(reason) => panic!("{reason:?}"),
            }
        }
        seen.whole = start.elapsed();
        seen
    }

    fn makespan(&self) -> f64 {
        self.end.at.since(self.t0).as_secs()
    }

    fn count(&self, what: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|r| what(&r.event)).count()
    }

    fn off(&self) -> f64 {
        let off = self.events.iter().filter_map(|r| match r.event {
            Event::WasOff { spent, .. } => Some(spent),
            _ => None,
        });
        off.sum::<Ns>().as_secs()
    }
}

fn median(runs: &[Seen], of: impl Fn(&Seen) -> f64) -> f64 {
    let mut all: Vec<f64> = runs.iter().map(of).collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn print(model: Model, runs: &[Seen], serial: f64) {
    let m = |of: &dyn Fn(&Seen) -> f64| median(runs, of);
    let makespan = m(&Seen::makespan);
    let overhead = |s: &Seen| s.end.overhead.collector.as_secs() / s.makespan() / 2.0 * 100.0;
    println!(
        "{:9} {:3}  makespan {makespan:.4} s  ratio {:.3}  speedup {:.3}  cpu {:.3} s  off {:.3} s",
        model.kind.name(),
        model.lock.name(),
        makespan / serial,
        serial / makespan,
        m(&|s| s.end.cpu.as_secs()),
        m(&Seen::off),
    );
    println!(
        "    begin {:.2} ms  first events {:.2} ms  exit after end {:.2} ms  collector {:.3} %  dispatcher {:.2} ms",
        m(&|s| s.begin.as_secs_f64() * 1e3),
        m(&|s| s.first.as_secs_f64() * 1e3),
        m(&|s| s.whole.saturating_sub(s.begin).as_secs_f64() * 1e3 - s.makespan() * 1e3),
        m(&overhead),
        m(&|s| s.end.overhead.dispatcher.as_millis()),
    );
    let taken = |e: &Event| matches!(e, Event::LockTaken { .. });
    println!(
        "    events {}  lost {}  hand-overs/s {:.1}  peak {:.1} MB  switches {}+{}  moved {}",
        m(&|s| s.end.events as f64),
        m(&|s| s.end.lost as f64),
        m(&|s| s.count(taken) as f64 / s.makespan()),
        m(&|s| s.end.peak_rss_bytes as f64 / 1e6),
        m(&|s| s.end.switches.voluntary as f64),
        m(&|s| s.end.switches.involuntary as f64),
        m(&|s| s.count(|e| matches!(e, Event::Moved { .. })) as f64),
    );
}
