//! Expected behaviour as data: each file in `tests/scenarios` names a workload and what its trace must show under each
//! model. The runs are real; nothing here depends on how fast they are.

use std::path::Path;

use concviz::engine::real::Runner;
use concviz::insight::{Around, Facts, find};
use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::{Plan, Rates, Wishes};
use concviz::state::{Outcome, State};
use concviz::trace::{Frame, TaskName, Trace};
use concviz::units::{Ns, Range};
use concviz::workload::{Scale, find as workload};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    workload: String,
    scale: f64,
    cpu: Cpu,
    #[serde(default)]
    ends: Vec<String>,
    run: Vec<Expected>,
}

/// What the tasks do with the cores.
#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Cpu {
    Busy,
    Idle,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    model: ModelKind,
    #[serde(default)]
    lock: bool,
    running: Option<usize>,
    under_way: Option<usize>,
    sleeping: Option<usize>,
    holders: Option<usize>,
    locks: Option<usize>,
    #[serde(default)]
    present: Vec<State>,
    #[serde(default)]
    absent: Vec<State>,
    says: Option<String>,
}

fn scenario(name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios").join(name);
    let text = std::fs::read_to_string(&file).expect("a scenario");
    let scenario: Scenario = toml::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    for expected in &scenario.run {
        let context = format!("{name}: {} {}", expected.model.name(), if expected.lock { "with the lock" } else { "" });
        check(&scenario, expected, &context);
    }
}

fn check(scenario: &Scenario, expected: &Expected, context: &str) {
    let (trace, model) = run(scenario, expected);
    let end = trace.makespan().expect("an end");
    let stats = trace.stats(end);
    for (track, name) in trace.tasks.iter().zip(&trace.names) {
        assert_eq!(track.end, Some((Outcome::Done, 0)), "{context}: {}", name.name);
    }
    for state in &expected.present {
        assert!(stats.sums[*state as usize] > Ns::ZERO, "{context}: nobody was ever `{}`", state.name());
    }
    for state in &expected.absent {
        assert_eq!(stats.sums[*state as usize], Ns::ZERO, "{context}: somebody was `{}`", state.name());
    }
    if let Some(most) = expected.running {
        let running = most_at_once(&trace, end, |s| s == State::Running);
        assert!(running <= most, "{context}: {running} tasks ran at once");
    }
    if let Some(least) = expected.under_way {
        let under_way = most_at_once(&trace, end, State::is_in_flight);
        assert!(under_way >= least, "{context}: only {under_way} tasks were under way at once");
    }
    if let Some(most) = expected.sleeping {
        let sleeping = most_at_once(&trace, end, |s| s == State::Sleep);
        assert!(sleeping <= most, "{context}: {sleeping} tasks slept at once");
    }
    if let Some(most) = expected.holders {
        for (lock, track) in &trace.locks {
            let holds = track.holds(Range::new(Ns::ZERO, end)).map(|h| h.range);
            let holders = overlap(&holds.collect::<Vec<_>>());
            assert!(holders <= most, "{context}: {holders} held lock {lock:?} at once");
        }
        assert!(!trace.locks.is_empty(), "{context}: nobody took the lock");
    } else {
        assert!(trace.locks.is_empty(), "{context}: somebody took a lock that is off");
    }
    if let Some(locks) = expected.locks {
        assert_eq!(trace.locks.len(), locks, "{context}: number of locks");
    }
    in_order(scenario, &trace, context);
    works(scenario.cpu, &trace, context);
    if let Some(says) = &expected.says {
        let facts = Facts {
            trace: &trace,
            stats: &stats,
            model,
            workers: trace.workers.len() as u16,
            cores: 2.0,
            serial: None,
            others: 0.0,
            around: Around::default(),
            over: true,
            seen: &|_| false,
        };
        let said = find(&facts).say.text();
        assert!(said.contains(says.as_str()), "{context}: said {said:?}");
    }
}

/// Foreground tasks end in the order the scenario names.
fn in_order(scenario: &Scenario, trace: &Trace, context: &str) {
    if scenario.ends.is_empty() {
        return;
    }
    let mut ended: Vec<_> =
        trace.tasks.iter().zip(&trace.names).map(|(t, n)| (t.ended_at().expect("an end"), n.name.clone())).collect();
    ended.sort();
    let names: Vec<String> = ended.into_iter().map(|e| e.1).collect();
    assert_eq!(names, scenario.ends, "{context}");
}

/// Whether the tasks' time at work is what the worker's own CPU clock says: the ink is real.
fn works(cpu: Cpu, trace: &Trace, context: &str) {
    let end = trace.makespan().expect("an end");
    let running = trace.stats(end).sums[State::Running as usize];
    let clock = trace.report.as_ref().expect("an account").cpu;
    match cpu {
        Cpu::Busy => {
            let ratio = running.share_of(clock);
            assert!((0.7..1.4).contains(&ratio), "{context}: drawn {running}, the CPU clock says {clock}");
        }
        Cpu::Idle => assert!(running < end.times(1, 2), "{context}: {running} at work, and nothing to do"),
    }
}

fn most_at_once(trace: &Trace, end: Ns, counts: impl Fn(State) -> bool) -> usize {
    let window = Range::new(Ns::ZERO, end);
    let spans = trace.tasks.iter().flat_map(|t| t.spans(window)).filter(|s| counts(s.state));
    overlap(&spans.map(|s| s.range).collect::<Vec<_>>())
}

/// The most ranges that have an instant in common.
fn overlap(ranges: &[Range]) -> usize {
    let mut edges: Vec<(Ns, i32)> = ranges.iter().flat_map(|r| [(r.from, 1), (r.to, -1)]).collect();
    // At one instant ends come first: ranges are half open.
    edges.sort_unstable();
    let mut now = 0;
    let levels = edges.into_iter().map(|(_, by)| {
        now += by;
        now
    });
    levels.max().unwrap_or(0) as usize
}

fn run(scenario: &Scenario, expected: &Expected) -> (Trace, Model) {
    let workload = workload(&scenario.workload).expect("a shipped workload");
    let scale: Scale = scenario.scale.to_string().parse().expect("a scale");
    let tasks = workload.resolve(scale).expect("programs");
    let lock = if expected.lock { GlobalLock::Gil { interval: Ns::from_millis(1) } } else { GlobalLock::Off };
    let model = Model { kind: expected.model, lock };
    // The rate need not be this machine's: the work is the same under every model, whatever it takes.
    let rates = Rates::all(2_000_000);
    let names = tasks.iter().map(|t| TaskName { name: t.name.clone(), background: t.background }).collect();
    let plan = Plan::new(&workload, tasks, model, Wishes::default(), 2, rates);
    let mut trace = Trace::new(names, plan.stage().workers);
    let program = Path::new(env!("CARGO_BIN_EXE_concviz"));
    let mut runner = Runner::spawn_with(program, &plan).expect("a runner");
    let mut frames = runner.frames().expect("its frames");
    while let Some(frame) = frames.next_frame().expect("a frame") {
        match frame {
            Frame::Begin(begin) => trace.begin(&begin),
            Frame::Events(records) => records.iter().for_each(|r| trace.push(r)),
            Frame::End(end) => trace.end(end),
            Frame::Failed(why) => panic!("the run failed: {why}"),
        }
    }
    assert!(trace.losses.is_empty());
    (trace, model)
}

#[test]
fn tasks_that_count() {
    scenario("cpu.toml");
}

#[test]
fn tasks_that_wait() {
    scenario("io.toml");
}
