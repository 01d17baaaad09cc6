//! What pictures of a long record cost: a million spans of 40 tasks, drawn as SVG and as PNG, 1200 pixels wide.
//!
//! ```sh
//! cargo bench --bench picture
//! ```
//!
//! Each figure is the median of several pictures, in milliseconds; and the bytes they take. Goals are 300 ms and 500 kB for an SVG, one
//! second for a PNG of one dot to a pixel.

use std::hint::black_box;
use std::time::Instant;

use concviz::export::Caption;
use concviz::export::picture::{Options, Picture, Subject, picture};
use concviz::palette::Theme;
use concviz::state::{Outcome, State};
use concviz::trace::{Begin, End, Event, KernelRecord, Stamped, TaskName, Trace};
use concviz::units::{CoreId, LockId, Ns, Stamp, TaskId, WorkerId};

const T0: Stamp = Stamp(1_000_000_000);
const ROUNDS: usize = 9;

fn main() {
    println!("{:44}{:>10}{:>10}{:>10}{:>10}{:>10}", "1200 pixels", "SVG ms", "kB", "PNG ms", "kB", "2x ms");
    for (name, tasks, spans) in
        [("40 tasks, 1,000,000 spans", 40, 1_000_000), ("4,000 tasks, 1,000,000 spans", 4_000, 1_000_000)]
    {
        let trace = made(tasks, spans);
        for view in Subject::ALL {
            measure(&format!("{name}, {}", view.name()), &trace, view);
        }
    }
}

/// Tasks that work, are taken off their core and wait in turn, and hand a lock round; the times are no round numbers.
fn made(tasks: u32, spans: u32) -> Trace {
    let name = |i: u32| TaskName { name: format!("task {}", i + 1), background: false };
    let mut trace = Trace::new((0..tasks).map(name).collect(), tasks as u16).with_limit(usize::MAX);
    let cores = (0..8).collect();
    let kernel_record = KernelRecord::Switches;
    trace.begin(&Begin { t0: T0, pid: 1, workers: tasks as u16, cores, kernel_record, ..Begin::default() });
    let mut events = Vec::with_capacity(spans as usize * 2);
    let mut random = 88_172_645_463_325_252u64;
    let mut ns = 0u64;
    for n in 0..spans {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let (task, round) = ((random >> 20) as u32 % tasks, n / tasks);
        ns += 200 + random % 4_000;
        let state = [State::Running, State::Preempted, State::Running, State::Io, State::Running, State::Gil];
        let state = state[(round as usize + task as usize) % state.len()];
        let who = (T0 + Ns(ns), WorkerId(task as u16), CoreId((task % 8) as u16));
        let event = Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due: None };
        let stamped = |event| Stamped { at: who.0, worker: who.1, core: who.2, event };
        events.push(stamped(event));
        if n % 8 == 0 {
            events.push(stamped(Event::LockTaken { lock: LockId(0), task: TaskId(task), waited: Ns(500) }));
        } else if n % 8 == 4 {
            events.push(stamped(Event::LockReleased { lock: LockId(0), task: TaskId(task), forced: true }));
        }
    }
    for task in 0..tasks {
        let event = Event::Ended { task: TaskId(task), outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO };
        events.push(Stamped { at: T0 + Ns(ns), worker: WorkerId(task as u16), core: CoreId(0), event });
    }
    trace.extend(&events);
    trace.end(End { at: T0 + Ns(ns), ..End::default() });
    trace
}

fn median(mut of: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            of();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn measure(name: &str, trace: &Trace, view: Subject) {
    let caption = Caption {
        title: name.to_owned(),
        description: "A million spans.".to_owned(),
        command: "concviz export run.concviz".to_owned(),
        ..Caption::default()
    };
    let draw = || -> Picture { picture(trace, view, &caption, &Options::default()) };
    let svg = median(|| drop(black_box(draw().svg(None))));
    let png = median(|| drop(black_box(draw().png(Theme::Dark, 1.0))));
    let double = median(|| drop(black_box(draw().png(Theme::Dark, 2.0))));
    let sizes = (draw().svg(None).len(), draw().png(Theme::Dark, 1.0).map_or(0, |bytes| bytes.len()));
    let kb = |bytes: usize| bytes as f64 / 1e3;
    println!("{name:44}{svg:10.0}{:10.0}{png:10.0}{:10.0}{double:10.0}", kb(sizes.0), kb(sizes.1));
}
