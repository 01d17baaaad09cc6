//! Expected behaviour as data: each file in `tests/scenarios` names a workload and what its trace must show under each
//! model. The runs are real; nothing here depends on how fast they are.

use std::collections::BTreeMap;
use std::path::Path;

use concviz::engine::real::Runner;
use concviz::insight::{Facts, find};
use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::{Plan, Rates, Wishes};
use concviz::state::{Failure, Outcome, State};
use concviz::trace::{Frame, KernelRecord, Source, Span, TaskName, Trace};
use concviz::units::{Ns, Range};
use concviz::workload::{Kernel, Scale, Value, find as workload};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    workload: String,
    /// Which of its variants.
    variant: Option<String>,
    /// Whether who does how much of the work is chance: then only the sum is the same under every model.
    #[serde(default)]
    shared: bool,
    /// How many messages are put into its queues and taken out again, together.
    messages: Option<u64>,
    /// How many additions are made.
    additions: Option<u64>,
    scale: f64,
    /// Values of the workload's parameters.
    #[serde(default)]
    set: BTreeMap<String, String>,
    cpu: Option<Cpu>,
    #[serde(default)]
    ends: Vec<String>,
    /// How many times a task waits for a socket or a file, under every model.
    io: Option<usize>,
    /// How many rounds the foreground tasks make at least, each of them with one wait.
    laps: Option<u64>,
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
    in_io: Option<usize>,
    in_io_at_least: Option<usize>,
    holders: Option<usize>,
    locks: Option<usize>,
    taken: Option<usize>,
    /// How many tasks compute at one instant, or would if they had a core, at least.
    computing_at_least: Option<usize>,
    /// How many waits for a socket or a file begin while another task is in one, at least.
    together: Option<usize>,
    /// How often foreground tasks wait for the global lock, at least.
    gil_waits: Option<usize>,
    /// How often a holder lets go of the global lock because it was asked.
    asked: Option<Bounds>,
    ticks: Option<Bounds>,
    /// States that keep a worker occupied, all the time.
    #[serde(default)]
    holds: Vec<State>,
    /// States that never do.
    #[serde(default)]
    frees: Vec<State>,
    #[serde(default)]
    present: Vec<State>,
    #[serde(default)]
    absent: Vec<State>,
    says: Option<String>,
    /// How many additions are lost.
    lost: Option<Bounds>,
    /// How many copies of its counter there are, each with the additions of one worker.
    copies: Option<usize>,
    /// How often a task finds a lock taken that it only tried to take.
    refused: Option<Bounds>,
    /// What is said of the run, which does not come to its end.
    stuck: Option<String>,
}

/// How often something happens; of `ticks`, how often the background tasks sleep.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    #[serde(default)]
    least: usize,
    #[serde(default = "endless")]
    most: usize,
}

const fn endless() -> usize {
    usize::MAX
}

fn scenario(name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios").join(name);
    let text = std::fs::read_to_string(&file).expect("a scenario");
    let scenario: Scenario = toml::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut first: Option<Vec<Option<u64>>> = None;
    for expected in &scenario.run {
        let context = format!("{name}: {} {}", expected.model.name(), if expected.lock { "with the lock" } else { "" });
        let (trace, model) = match (run(&scenario, expected), &expected.stuck) {
            (Ok(run), None) => run,
            (Err(why), Some(said)) => {
                let why = concviz::text::failure(&why);
                assert!(why.contains(said.as_str()), "{context}: {why}");
                continue;
            }
            (Ok(_), Some(said)) => panic!("{context}: it came to its end, not: {said}"),
            (Err(why), None) => panic!("{context}: the run failed: {why:?}"),
        };
        check(&scenario, expected, (&trace, model), &context);
        let mut values = values(&trace);
        if scenario.shared {
            values = vec![Some(values.iter().flatten().fold(0, |sum: u64, value| sum.wrapping_add(*value)))];
        }
        let first = first.get_or_insert_with(|| values.clone());
        assert_eq!(&values, first, "{context}: the tasks came to something else");
    }
}

/// What tasks shared, counted by the tasks themselves: whatever events are lost, these are right.
fn shares(scenario: &Scenario, expected: &Expected, trace: &Trace, context: &str) {
    let report = trace.report.as_ref().expect("an account");
    if let Some(messages) = scenario.messages {
        let (put, got) = report.queues.iter().fold((0, 0), |(put, got), queue| (put + queue.put, got + queue.got));
        assert_eq!((put, got), (messages, messages), "{context}: messages put and got");
        assert!(report.queues.iter().all(|queue| queue.closed), "{context}: a queue is open");
    }
    let Some(additions) = scenario.additions else { return };
    let counter = report.counters.first().expect("a counter");
    assert_eq!(counter.additions, additions, "{context}: additions");
    assert_eq!(counter.copies.len(), expected.copies.unwrap_or(0), "{context}: {:?}", counter.copies);
    let lost = additions - u64::from(counter.value) - counter.copies.iter().map(|c| u64::from(*c)).sum::<u64>();
    let (least, most) = expected.lost.as_ref().map_or((0, 0), |Bounds { least, most }| (*least, *most));
    assert!((least..=most).contains(&(lost as usize)), "{context}: {lost} lost");
}

/// What the tasks that count came to.
fn values(trace: &Trace) -> Vec<Option<u64>> {
    let results = &trace.report.as_ref().expect("an account").results;
    results.iter().zip(&trace.names).filter(|(_, n)| !n.background).map(|(r, _)| r.value).collect()
}

fn check(scenario: &Scenario, expected: &Expected, (trace, model): (&Trace, Model), context: &str) {
    let end = trace.makespan().expect("an end");
    let stats = trace.stats(end);
    for (track, name) in trace.tasks.iter().zip(&trace.names).filter(|(_, n)| !n.background) {
        assert_eq!(track.end, Some((Outcome::Done, 0)), "{context}: {}", name.name);
    }
    for state in &expected.present {
        assert!(stats.sums[*state as usize] > Ns::ZERO, "{context}: nobody was ever `{}`", state.name());
    }
    // The kernel's record also tells of waits inside the system that nobody announced.
    let unannounced = |state: State| state == State::Io && trace.kernel_record == KernelRecord::Switches;
    for state in expected.absent.iter().filter(|state| !unannounced(**state)) {
        assert_eq!(stats.sums[*state as usize], Ns::ZERO, "{context}: somebody was `{}`", state.name());
    }
    let at_once = |state| most_at_once(trace, end, |s| s == state);
    let bounded = [(State::Running, expected.running), (State::Sleep, expected.sleeping), (State::Io, expected.in_io)];
    for (state, most) in bounded.into_iter().filter_map(|(state, most)| Some((state, most?))) {
        let tasks = at_once(state);
        assert!(tasks <= most, "{context}: {tasks} tasks were `{}` at once", state.name());
    }
    if let Some(least) = expected.in_io_at_least {
        assert!(at_once(State::Io) >= least, "{context}: only {} tasks were in I/O at once", at_once(State::Io));
    }
    if let Some(least) = expected.computing_at_least {
        let computing = most_at_once(trace, end, |state| matches!(state, State::Running | State::Preempted));
        assert!(computing >= least, "{context}: only {computing} tasks computed at once");
    }
    if let Some(Bounds { least, most }) = expected.asked {
        let forced = stats.lock.expect("a lock").forced as usize;
        assert!((least..=most).contains(&forced), "{context}: asked to let go {forced} times");
    }
    if let Some(least) = expected.together {
        let begun = begun_beside_another(trace, end, State::Io);
        assert!(begun >= least, "{context}: only {begun} waits began while another task waited");
    }
    if let Some(least) = expected.under_way {
        let under_way = most_at_once(trace, end, State::is_in_flight);
        assert!(under_way >= least, "{context}: only {under_way} tasks were under way at once");
    }
    shares(scenario, expected, trace, context);
    if let Some(Bounds { least, most }) = expected.refused {
        let refused = trace.locks.keys().map(|lock| trace.sharing.refused(*lock, end)).sum::<u64>() as usize;
        assert!((least..=most).contains(&refused), "{context}: refused {refused} times");
    }
    occupies(expected, trace, end, context);
    locks(expected, trace, end, context);
    waits(scenario, expected, trace, end, context);
    in_order(scenario, trace, context);
    if let Some(cpu) = scenario.cpu {
        works(cpu, trace, context);
    }
    if let Some(says) = &expected.says {
        let facts = Facts {
            trace,
            stats: &stats,
            model,
            workers: trace.workers.len() as u16,
            cores: 2.0,
            serial: None,
            ratio: None,
            over: true,
            varied: false,
            seen: &|_| false,
        };
        let said = find(&facts).say.text();
        assert!(said.contains(says.as_str()), "{context}: said {said:?}");
    }
}

fn spans(trace: &Trace, end: Ns) -> impl Iterator<Item = Span> {
    trace.tasks.iter().flat_map(move |t| t.spans(Range::new(Ns::ZERO, end)))
}

/// Whose worker is free meanwhile, and whose is not.
fn occupies(expected: &Expected, trace: &Trace, end: Ns, context: &str) {
    for span in spans(trace, end) {
        assert!(span.holds || !expected.holds.contains(&span.state), "{context}: holds no worker: {span:?}");
        assert!(!span.holds || !expected.frees.contains(&span.state), "{context}: holds a worker: {span:?}");
    }
}

/// The locks: how many, how often, and never two holders.
fn locks(expected: &Expected, trace: &Trace, end: Ns, context: &str) {
    let Some(most) = expected.holders else {
        assert!(trace.locks.is_empty(), "{context}: somebody took a lock that is off");
        return;
    };
    for (lock, track) in &trace.locks {
        let holds = track.holds(Range::new(Ns::ZERO, end)).map(|h| h.range);
        let holders = overlap(&holds.collect::<Vec<_>>());
        assert!(holders <= most, "{context}: {holders} held lock {lock:?} at once");
    }
    assert!(!trace.locks.is_empty(), "{context}: nobody took the lock");
    if let Some(locks) = expected.locks {
        assert_eq!(trace.locks.len(), locks, "{context}: number of locks");
    }
    if let Some(taken) = expected.taken {
        let named: Vec<_> = trace.locks.iter().filter(|(id, _)| id.name_index().is_some()).map(|(_, l)| l).collect();
        let holds: Vec<_> = named.iter().flat_map(|l| l.holds(Range::new(Ns::ZERO, end))).collect();
        assert_eq!(holds.len(), taken, "{context}: how often the workload's locks were taken");
        assert!(holds.iter().all(|h| !h.open), "{context}: somebody kept a lock");
        // Where it is chance nothing is said of it.
        let (some, none) = (expected.present.contains(&State::Lock), expected.absent.contains(&State::Lock));
        let waited = holds.iter().any(|h| h.waited > Ns::ZERO);
        assert!(if some { waited } else { !(none && waited) }, "{context}: whether anybody waited for a lock");
    }
}

/// How often tasks waited, and who answered.
fn waits(scenario: &Scenario, expected: &Expected, trace: &Trace, end: Ns, context: &str) {
    let entered = |background: bool, state: State| {
        let tasks = trace.tasks.iter().zip(&trace.names).filter(|(_, n)| n.background == background);
        tasks.flat_map(|(t, _)| t.marks()).filter(|m| m.state == state && m.at <= end).count()
    };
    if let Some(times) = scenario.io {
        // The kernel's record also tells of waits that nobody announced: closing a file that was written is one.
        let (seen, recorded) = (entered(false, State::Io), trace.kernel_record == KernelRecord::Switches);
        assert!(seen == times || (recorded && seen > times), "{context}: {seen} times in I/O, not {times}");
    }
    if let Some(least) = expected.gil_waits {
        let waits = entered(false, State::Gil);
        assert!(waits >= least, "{context}: only {waits} waits for the GIL");
    }
    if let Some(Bounds { least, most }) = expected.ticks {
        let ticks = entered(true, State::Sleep);
        assert!((least..=most).contains(&ticks), "{context}: {ticks} ticks");
    }
    let report = trace.report.as_ref().expect("an account");
    if let Some(least) = scenario.laps {
        let made = report.results.iter().zip(&trace.names).filter(|(_, n)| !n.background);
        let made: u64 = made.map(|(r, _)| r.laps.expect("it came to its end")).sum();
        assert!(made >= least, "{context}: {made} rounds");
        let waits = entered(false, State::Io) + entered(false, State::Sleep);
        // A wait for the global lock may part a request in two: between asking and hearing the answer.
        let parted = expected.holders.is_some() && made < waits as u64;
        assert!(made == waits as u64 || parted, "{context}: {made} rounds, {waits} waits in them");
    }
    let asks = ["requests", "mixed", "convoy"].contains(&scenario.workload.as_str());
    assert_eq!(report.overhead.server > Ns::ZERO, asks, "{context}: the server used {}", report.overhead.server);
    assert_eq!(report.files.is_some(), scenario.workload == "files", "{context}: {:?}", report.files);
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
    overlap(&spans(trace, end).filter(|s| counts(s.state)).map(|s| s.range).collect::<Vec<_>>())
}

/// How many stays in a state begin while another task is in it.
fn begun_beside_another(trace: &Trace, end: Ns, state: State) -> usize {
    let all = Range::new(Ns::ZERO, end);
    let stays = trace.tasks.iter().map(|t| t.spans(all).filter(|s| s.state == state).map(|s| s.range));
    let tasks: Vec<Vec<Range>> = stays.map(Iterator::collect).collect();
    let beside = |task: usize, at: Ns| {
        let mut others = tasks.iter().enumerate().filter(|(other, _)| *other != task);
        others.any(|(_, stays)| stays.iter().any(|s| s.from <= at && at < s.to))
    };
    let begun = |(task, stays): (usize, &Vec<Range>)| stays.iter().filter(|s| beside(task, s.from)).count();
    tasks.iter().enumerate().map(begun).sum()
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

fn run(scenario: &Scenario, expected: &Expected) -> Result<(Trace, Model), Failure> {
    let mut workload = workload(&scenario.workload).expect("a shipped workload");
    if let Some(variant) = &scenario.variant {
        workload = workload.with_variant(variant).expect("a variant");
    }
    for (name, value) in &scenario.set {
        workload.set(name, value.parse::<Value>().expect("a value")).expect("a parameter");
    }
    let scale: Scale = scenario.scale.to_string().parse().expect("a scale");
    let tasks = workload.resolve(scale).expect("programs");
    let lock = if expected.lock { GlobalLock::gil(Ns::from_millis(1)) } else { GlobalLock::Off };
    let model = Model { kind: expected.model, lock };
    // The rate need not be this machine's: the work is the same under every model, whatever it takes.
    let per_ms = |kernel| match kernel {
        Kernel::Count => 2_000_000,
        Kernel::Primes => 4_000,
        Kernel::Sort => 250,
        Kernel::Sha256 => 10_000,
        Kernel::Mandelbrot => 200_000,
        Kernel::Matrix => 1_000,
    };
    let rates: Rates = Kernel::ALL.into_iter().map(|kernel| (kernel, per_ms(kernel))).collect();
    let names = tasks.iter().map(|t| TaskName { name: t.name.clone(), background: t.background }).collect();
    let plan = Plan::new(&workload, tasks, model, Wishes::default(), 2, rates);
    let mut trace = Trace::new(names, plan.workers);
    let program = Path::new(env!("CARGO_BIN_EXE_concviz"));
    let mut runner = Runner::spawn_with(program, &plan).expect("a runner");
    let mut frames = runner.frames().expect("its frames");
    while let Some(frame) = frames.next_frame().expect("a frame") {
        match frame {
            Frame::Begin(begin) => trace.begin(&begin),
            Frame::Events(records) => records.iter().for_each(|r| trace.push(r)),
            Frame::End(end) => trace.end(end),
            Frame::Failed(why) => return Err(why),
        }
    }
    assert!(trace.losses.is_empty());
    Ok((trace, model))
}

#[test]
fn tasks_that_count() {
    scenario("cpu.toml");
}

#[test]
fn tasks_that_wait() {
    scenario("io.toml");
}

#[test]
fn tasks_that_ask_a_server() {
    scenario("requests.toml");
}

#[test]
fn tasks_that_write_and_read_files() {
    scenario("files.toml");
}

#[test]
fn tasks_that_ask_and_compute() {
    scenario("mixed.toml");
}

#[test]
fn tasks_that_need_one_lock() {
    scenario("locks.toml");
}

#[test]
fn a_ticker_beside_tasks_that_compute() {
    scenario("responsive.toml");
}

#[test]
fn small_requests_beside_a_task_that_computes() {
    scenario("convoy.toml");
}

#[test]
fn short_sleeps_beside_a_task_that_computes() {
    scenario("convoy-sleep.toml");
}

#[test]
fn one_task_and_the_lock() {
    scenario("gil-1.toml");
}

#[test]
fn three_tasks_and_the_lock() {
    scenario("gil-3.toml");
}

#[test]
fn tasks_that_look_for_primes() {
    scenario("primes.toml");
}

#[test]
fn tasks_that_sort() {
    scenario("sort.toml");
}

#[test]
fn tasks_that_hash() {
    scenario("hash.toml");
}

#[test]
fn tasks_that_draw() {
    scenario("image.toml");
}

#[test]
fn additions_that_overwrite_each_other() {
    scenario("race.toml");
}

#[test]
fn additions_without_a_switch_in_between() {
    scenario("race-no-switch.toml");
}

#[test]
fn additions_under_a_lock() {
    scenario("race-locked.toml");
}

#[test]
fn additions_of_one_instruction() {
    scenario("race-atomic.toml");
}

#[test]
fn a_queue_between_makers_and_users() {
    scenario("queue-balanced.toml");
}

#[test]
fn a_queue_whose_users_are_slow() {
    scenario("queue-full.toml");
}

#[test]
fn a_queue_whose_makers_are_slow() {
    scenario("queue-empty.toml");
}

#[test]
fn a_queue_with_two_kinds_of_users() {
    scenario("queue-two-kinds.toml");
}

#[test]
fn messages_that_are_copied() {
    scenario("pickle.toml");
}

#[test]
fn two_locks_in_two_orders() {
    scenario("deadlock.toml");
}

#[test]
fn philosophers_in_a_circle() {
    scenario("deadlock-philosophers.toml");
}

#[test]
fn philosophers_in_order() {
    scenario("deadlock-ordered.toml");
}

#[test]
fn philosophers_that_try() {
    scenario("deadlock-try.toml");
}

#[test]
fn tasks_that_do_the_same() {
    scenario("order.toml");
}

#[test]
fn calls_that_let_go_of_the_gil() {
    scenario("gil-io.toml");
}

#[test]
fn calls_that_keep_the_gil() {
    scenario("gil-io-held.toml");
}
