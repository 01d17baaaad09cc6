//! What recording one event costs a worker, in nanoseconds: the clock, the core, encoding, the ring.
//!
//! ```sh
//! cargo bench --bench events
//! ```
//!
//! Medians of several rounds; the ring is emptied by another thread, as in a run, or between the rounds.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use concviz::engine::real::ring::{CAPACITY, Ring, Tracer, ring_words};
use concviz::machine::sys;
use concviz::state::State;
use concviz::trace::Event;
use concviz::units::{Ns, TaskId, WorkerId};

const ROUNDS: usize = 201;
const EVENTS: u32 = CAPACITY as u32;

fn main() {
    let words: Vec<AtomicU64> = std::iter::repeat_with(AtomicU64::default).take(ring_words(CAPACITY)).collect();
    let ring = Ring::new(words.leak()).expect("as many words as a ring has");
    let tracer = Tracer::new(ring, WorkerId(0));
    let event = |n| Event::Enter { task: TaskId(n), state: State::Running, holds: true, ago: Ns(n.into()), due: None };
    let mut sink = Vec::new();
    report(
        "the clock alone",
        || {
            for _ in 0..EVENTS {
                black_box(sys::now());
            }
        },
        || (),
    );
    report(
        "the core alone",
        || {
            for _ in 0..EVENTS {
                black_box(sys::core());
            }
        },
        || (),
    );
    let quiet = report(
        "an event, ring emptied between the rounds",
        || {
            for n in 0..EVENTS {
                tracer.emit(event(n));
            }
        },
        || {
            ring.drain(&mut sink);
            sink.clear();
        },
    );
    let stop = AtomicBool::new(false);
    let busy = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut sink = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                ring.drain(&mut sink);
                sink.clear();
                std::thread::sleep(Duration::from_micros(100));
            }
        });
        let busy = report(
            "an event, ring emptied meanwhile",
            || {
                for n in 0..EVENTS {
                    tracer.emit(event(n));
                }
            },
            || std::thread::sleep(Duration::from_millis(1)),
        );
        stop.store(true, Ordering::Relaxed);
        busy
    });
    println!("{} of {} events refused", ring.dropped(), ring.emitted());
    if quiet.max(busy) > 60.0 {
        println!("above the limit of 60 ns");
    }
}

/// Prints and returns the median time of one of `EVENTS` in `round`, with `between` after each round.
fn report(what: &str, round: impl Fn(), mut between: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let from = Instant::now();
            round();
            let took = from.elapsed().as_nanos() as f64 / f64::from(EVENTS);
            between();
            took
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[(share * (times.len() - 1) as f64) as usize];
    println!("{what:45} {:6.1} ns  (p10 {:.1}, p90 {:.1})", at(0.5), at(0.1), at(0.9));
    at(0.5)
}
