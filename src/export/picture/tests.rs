use std::collections::BTreeMap;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::palette::TASK_COLORS;
use crate::state::{Outcome, State};
use crate::trace::{Begin, End, Event, KernelRecord, Span, Stamped, TaskName};
use crate::units::{CoreId, LockId, Stamp, TaskId, WorkerId};

mod document;
mod dots;
mod seen;
mod shared;

use seen::{Seen, lanes};

const T0: Stamp = Stamp(1_000_000_000);

/// (when in microseconds, task, what, whether it keeps its worker)
type Step = (u64, u32, State, bool);

fn trace(tasks: u32, workers: u16, events: impl IntoIterator<Item = (u64, u16, u16, Event)>) -> Trace {
    let name = |i: u32| TaskName { name: format!("task {}", i + 1), background: false };
    let mut trace = Trace::new((0..tasks).map(name).collect(), workers);
    let kernel_record = KernelRecord::Switches;
    trace.begin(&Begin { t0: T0, pid: 1, workers, cores: vec![0, 1], kernel_record, ..Begin::default() });
    let stamped = |(us, worker, core, event)| Stamped {
        at: T0 + Ns::from_micros(us),
        worker: WorkerId(worker),
        core: CoreId(core),
        event,
    };
    let events: Vec<Stamped> = events.into_iter().map(stamped).collect();
    trace.extend(&events);
    trace
}

fn enter(task: u32, state: State, holds: bool) -> Event {
    let task = TaskId(task);
    if state == State::Ended {
        return Event::Ended { task, outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO };
    }
    Event::Enter { task, state, holds, ago: Ns::ZERO, due: None }
}

fn of_steps(tasks: u32, workers: u16, steps: &[Step]) -> Trace {
    let worker = |task: u32| (task % u32::from(workers)) as u16;
    trace(
        tasks,
        workers,
        steps.iter().map(|(us, task, state, holds)| {
            // The kernel's record would say more than steps do: a core is no worker's here.
            (*us, worker(*task), Stamped::NO_CORE.0, enter(*task, *state, *holds || *state == State::Running))
        }),
    )
}

/// Two threads and a queue; one of them is killed.
fn small() -> Trace {
    let mut events =
        vec![(0, 2, 0, Event::Submitted { task: TaskId(0) }), (0, 2, 0, Event::Submitted { task: TaskId(1) })];
    events.push((0, 2, 0, Event::Submitted { task: TaskId(2) }));
    let lock = LockId::named(0);
    events.extend([
        (0, 2, 0, Event::WorkerStarting { who: WorkerId(0), task: TaskId(0) }),
        (100, 0, 0, enter(0, State::Running, true)),
        (200, 1, 1, enter(1, State::Running, true)),
        (800, 1, 1, enter(1, State::Lock, true)),
        (400, 0, 0, Event::LockTaken { lock, task: TaskId(0), waited: Ns::ZERO }),
        (1_000, 0, 0, Event::LockReleased { lock, task: TaskId(0), forced: false }),
        (1_000, 1, 1, Event::LockTaken { lock, task: TaskId(1), waited: Ns::from_micros(200) }),
        (1_000, 1, 1, enter(1, State::Running, true)),
        (1_200, 0, 0, enter(0, State::Sleep, false)),
        (1_210, 0, 0, enter(2, State::Running, true)),
        (1_500, 1, 1, Event::LockReleased { lock, task: TaskId(1), forced: false }),
        (1_600, 1, 1, Event::Ended { task: TaskId(1), outcome: Outcome::Killed, signal: 9, cpu: Ns::ZERO }),
        (1_800, 0, 0, enter(2, State::Ended, true)),
        (1_900, 0, 0, enter(0, State::Running, true)),
        (2_000, 0, 0, enter(0, State::Ended, true)),
    ]);
    let mut made = trace(3, 2, events).naming_locks(vec!["ledger".to_owned()]);
    made.end(End { at: T0 + Ns::from_micros(2_000), ..End::default() });
    made
}

fn caption() -> Caption {
    Caption {
        title: "three tasks & a <lock>".to_owned(),
        description: "Two at once, one waits.".to_owned(),
        command: "concviz export run.concviz --view tasks".to_owned(),
        ..Caption::default()
    }
}

fn narrow() -> Options {
    Options { width: 480.0, ..Options::default() }
}

/// How a state is filled.
fn fill(span: &Span) -> String {
    let name = span.state.name();
    let dim = matches!(span.state, State::Channel | State::Io | State::Sleep | State::Queued) && !span.holds;
    if span.state == State::Unknown {
        format!("url(#lines-{name}")
    } else if span.state == State::Starting {
        format!("url(#dots-{name}")
    } else if dim {
        format!("{name}-behind")
    } else {
        name.to_owned()
    }
}

/// What the trace itself says of `range`: the time of each kind over the spans that are counted.
fn told(trace: &Trace, range: Range, until: Ns, count: impl Fn(usize, &Span) -> bool) -> BTreeMap<String, Ns> {
    let range = range.and(Range::new(Ns::ZERO, until));
    let mut sums = BTreeMap::new();
    for (task, track) in trace.tasks.iter().enumerate() {
        for span in track.spans_from(0, range, until).filter(|span| count(task, span)) {
            *sums.entry(fill(&span)).or_insert(Ns::ZERO) += span.range.len();
        }
    }
    sums
}

/// That `lane` has exactly what is counted; `whole` tasks' time is all there is, and what waits has `low` units where it
/// is alone.
fn check(
    trace: &Trace,
    lane: &Seen,
    options: &Options,
    (whole, low): (u64, u32),
    count: impl Fn(usize, &Span) -> bool,
) {
    let until = options.until.unwrap_or(trace.latest()).min(trace.latest());
    for column in 0..lane.seen(options) {
        let sums = told(trace, lane.range(column), until, &count);
        let drawn = lane.heights.iter().map(|(kind, _)| kind);
        let low = if sums.contains_key("running") { UNITS } else { low };
        for kind in drawn.chain(sums.keys()) {
            let time = sums.get(kind).copied().unwrap_or_default();
            let units = if kind == "running" { UNITS } else { low };
            let exact = time.share_of(lane.column.times(whole, 1)) * f64::from(units);
            let height = f64::from(lane.height(kind, column));
            // These look the same whether a worker is kept or not: both kinds are rounded.
            let twofold = !["running", "channel", "io", "sleep", "queued"].iter().any(|name| kind.starts_with(name));
            let most = if twofold { 2.0 } else { 1.0 };
            assert!((height - exact).abs() <= most, "{} {kind} in column {column}: {height} for {exact}", lane.name);
            assert_eq!(height > 0.0, time > Ns::ZERO, "{} {kind} in column {column}", lane.name);
        }
    }
}

fn steps(tasks: u32) -> impl Strategy<Value = Vec<Step>> {
    let state = (0u8..=12).prop_map(|n| State::from_code(n).expect("a state"));
    let step = || (0u64..12_000, 0..tasks, state.clone(), any::<bool>());
    prop_oneof![proptest::collection::vec(step(), 1..40), proptest::collection::vec(step(), 400..900)]
}

fn options() -> impl Strategy<Value = Options> {
    let range = proptest::option::of((0u64..9_000, 1u64..9_000));
    let until = proptest::option::of(0u64..14_000);
    (range, 480u32..1_500, 1usize..12, until).prop_map(|(range, width, lanes, until)| Options {
        range: range.map(|(from, len)| Range::new(Ns::from_micros(from), Ns::from_micros(from + len))),
        width: f64::from(width),
        lanes,
        until: until.map(Ns::from_micros),
        ..Options::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_column_of_every_task_has_its_exact_shares(tasks in 1u32..20, steps in steps(20), options in options()) {
        let made = of_steps(tasks, 3, &steps);
        let lanes = lanes(&picture(&made, Subject::Tasks, &caption(), &options).svg(None));
        let size = (tasks as usize).div_ceil(options.lanes);
        let band = size > crate::scene::MOST_IN_A_ROW;
        let groups = if band { 1 } else { (tasks as usize).div_ceil(size) };
        let outside = |kind: &str| ["io", "sleep", "url(#lines-unknown"].iter().any(|name| kind.starts_with(name));
        let waits = lanes[..groups].iter().flat_map(|lane| &lane.heights).any(|(kind, _)| outside(kind));
        prop_assert_eq!(lanes.len(), groups + 1 + usize::from(waits));
        for (index, lane) in lanes[..groups].iter().enumerate() {
            let group = if band { 0..tasks as usize } else { index * size..((index + 1) * size).min(tasks as usize) };
            let low = if band { UNITS } else { UNITS / 2 };
            check(&made, lane, &options, (group.len() as u64, low), |task, _| group.contains(&task));
        }
        prop_assert_eq!(lanes[lanes.len() - 1].name.as_str(), "cores busy");
        prop_assert!(!waits || lanes[groups].name == "waiting at once");
    }

    #[test]
    fn the_strip_of_waits_is_as_high_as_tasks_waited(steps in steps(6), options in options()) {
        let made = of_steps(6, 3, &steps);
        let until = options.until.unwrap_or(made.latest()).min(made.latest());
        let lanes = lanes(&picture(&made, Subject::Tasks, &caption(), &options).svg(None));
        let Some(strip) = lanes.iter().find(|lane| lane.name == "waiting at once") else { return Ok(()) };
        let outside = |span: &Span| matches!(span.state, State::Io | State::Sleep | State::Unknown);
        let waits = |column: usize| {
            let sums = told(&made, strip.range(column), until, |_, span| outside(span));
            sums.values().copied().sum::<Ns>().share_of(strip.column)
        };
        let shares: Vec<f64> = (0..strip.seen(&options)).map(waits).collect();
        let drawn = |column: usize| {
            let heights = strip.heights.iter().filter_map(|(_, heights)| heights.get(column));
            f64::from(heights.sum::<u32>())
        };
        let drawn: Vec<f64> = (0..shares.len()).map(drawn).collect();
        // The scale reaches to the most that wait at one time: one factor for all columns.
        let sum: f64 = shares.iter().sum();
        let factor = drawn.iter().sum::<f64>() / sum.max(f64::MIN_POSITIVE);
        for (drawn, share) in drawn.iter().zip(&shares) {
            prop_assert!(sum == 0.0 || (drawn - share * factor).abs() <= 7.0, "{drawn} for {share} of {factor}");
            prop_assert!(*drawn <= f64::from(UNITS) + 6.0);
        }
    }

    #[test]
    fn every_column_of_every_worker_has_its_exact_shares(steps in steps(9), options in options()) {
        let made = of_steps(9, 3, &steps);
        let lanes = lanes(&picture(&made, Subject::Workers, &caption(), &options).svg(None));
        let workers = lanes.iter().filter(|lane| lane.name.starts_with("worker "));
        for (index, lane) in workers.enumerate() {
            // Several tasks may claim one worker at a time in a made-up trace; heights go beyond the lane then.
            check(&made, lane, &options, (1, UNITS / 2), |_, span| {
                span.worker.index() == index && (span.holds || span.state == State::Running)
            });
        }
    }

    #[test]
    fn bars_and_strips_are_as_high_as_cores_were_busy(steps in steps(5), options in options(), cores in 1u32..9) {
        let made = of_steps(5, 5, &steps);
        let until = options.until.unwrap_or(made.latest()).min(made.latest());
        let row = CompareRow { label: "threads".to_owned(), trace: &made, cells: Vec::new(), lit: true, until };
        let comparison = ComparedRuns { rows: vec![row], cores: f64::from(cores), ..ComparedRuns::default() };
        let bar = lanes(&compare(&comparison, &caption(), &options).svg(None)).remove(0);
        let usage = lanes(&picture(&made, Subject::Utilization, &caption(), &options).svg(None)).remove(0);
        let strip = lanes(&picture(&made, Subject::Tasks, &caption(), &options).svg(None)).pop().expect("a strip");
        for (lane, kind, least) in [(bar, "accent", f64::from(cores)), (usage, "running", 2.0), (strip, "running", 2.0)] {
            let running = |column: usize| {
                let sums = told(&made, lane.range(column), until, |_, _| true);
                sums.get("running").copied().unwrap_or_default().share_of(lane.column)
            };
            let shares: Vec<f64> = (0..lane.seen(&options)).map(running).collect();
            let drawn: Vec<f64> = (0..lane.seen(&options)).map(|c| f64::from(lane.height(kind, c))).collect();
            // The scale reaches to all cores, or to the most that were busy at one time: one factor for all columns.
            let (most, at) = drawn.iter().zip(0..).fold((0.0, 0), |m, (h, at)| if *h > m.0 { (*h, at) } else { m });
            if most == 0.0 {
                prop_assert!(shares.iter().all(|s| *s == 0.0));
                continue;
            }
            let full = shares[at] / most * f64::from(UNITS);
            let slack = full / f64::from(UNITS) * 2.0;
            prop_assert!(full >= least - slack - least * 2.0 / most, "{kind}: {full} for {least}");
            for (share, height) in shares.iter().zip(&drawn) {
                let exact = share / full * f64::from(UNITS);
                prop_assert!((height - exact).abs() <= 1.0 + exact * 2.0 / most, "{kind}: {height} for {exact}");
                prop_assert_eq!(*height > 0.0, *share > 0.0);
            }
        }
    }

    #[test]
    fn cores_and_locks_show_whose_they_were(
        turns in proptest::collection::vec((0u32..15, 1u64..400, 0u64..200, 0u16..2), 1..200),
        options in options(),
    ) {
        let lock = LockId(0);
        let mut events = Vec::new();
        let mut us = 0;
        let mut had: Vec<(u32, u16, Range)> = Vec::new();
        for (task, works, rests, core) in &turns {
            let id = TaskId(*task);
            events.push((us, *task as u16, *core, enter(*task, State::Running, true)));
            events.push((us, *task as u16, *core, Event::LockTaken { lock, task: id, waited: Ns::ZERO }));
            had.push((*task, *core, Range::new(Ns::from_micros(us), Ns::from_micros(us + works))));
            us += works;
            events.push((us, *task as u16, *core, Event::LockReleased { lock, task: id, forced: false }));
            events.push((us, *task as u16, *core, enter(*task, State::Sleep, true)));
            us += rests;
        }
        let mut made = trace(15, 15, events);
        made.end(End { at: T0 + Ns::from_micros(us), ..End::default() });
        let until = options.until.unwrap_or(made.latest()).min(made.latest());
        for view in [Subject::Cores, Subject::Lock] {
            let lanes = lanes(&picture(&made, view, &caption(), &options).svg(None));
            for lane in lanes.iter().filter(|lane| lane.name == "GIL" || lane.name.starts_with("core ")) {
                let core: Option<u16> = lane.name.strip_prefix("core ").and_then(|n| n.parse().ok());
                for column in 0..lane.seen(&options) {
                    let range = lane.range(column).and(Range::new(Ns::ZERO, until));
                    for color in 0..TASK_COLORS as u32 {
                        let mine = had.iter().filter(|(task, on, _)| task % TASK_COLORS as u32 == color && core.is_none_or(|c| c == *on));
                        let time: Ns = mine.map(|(_, _, r)| r.and(range).len()).sum();
                        let exact = time.share_of(lane.column) * f64::from(UNITS);
                        let height = f64::from(lane.height(&format!("task-{}", color + 1), column));
                        prop_assert!((height - exact).abs() <= 1.0, "{} {color} in {column}: {height} for {exact}", lane.name);
                        prop_assert_eq!(height > 0.0, time > Ns::ZERO);
                    }
                }
            }
        }
    }

    #[test]
    fn whatever_is_asked_for_there_is_a_picture(
        steps in steps(30),
        tasks in 0u32..30,
        width in prop_oneof![Just(f64::NAN), Just(-1.0), Just(1e12), 1.0f64..3_000.0],
        height in proptest::option::of(prop_oneof![Just(f64::INFINITY), Just(0.0), 1.0f64..900.0]),
        range in proptest::option::of((any::<u64>(), any::<u64>())),
        until in proptest::option::of(any::<u64>()),
        lanes in 0usize..50,
    ) {
        let made = of_steps(tasks, 4, &steps);
        let range = range.map(|(a, b)| Range::new(Ns(a), Ns(b)));
        let options = Options { range, width, height, title: None, lanes, until: until.map(Ns), strip: true };
        for view in Subject::ALL {
            let picture = picture(&made, view, &caption(), &options);
            prop_assert!(picture.svg(Some(Theme::Light)).ends_with("</svg>\n"));
        }
    }
}

#[test]
fn a_moment_of_work_in_a_long_wait_is_seen() {
    let steps = [(0, 0, State::Sleep, false), (500_000, 0, State::Running, true), (500_001, 0, State::Sleep, false)];
    let made = of_steps(1, 1, &[steps.as_slice(), &[(60_000_000, 0, State::Ended, true)]].concat());
    let lanes = lanes(&picture(&made, Subject::Tasks, &caption(), &Options::default()).svg(None));
    assert_eq!(lanes[0].heights[0].0, "running");
    assert_eq!(lanes[0].heights[0].1.iter().sum::<u32>(), 1);
    let column = lanes[0].heights[0].1.iter().position(|height| *height > 0).expect("work");
    assert!(lanes[0].height("sleep-behind", column) > UNITS / 2, "its wait is not erased");
    let picture = picture(&made, Subject::Tasks, &caption(), &Options::default());
    let ticks = picture.elements().filter(|e| matches!(e, Element::Rect(_, (wide, _), _) if *wide == page::TICK));
    assert_eq!(ticks.count(), 1, "and a tick stands over it");
}

#[test]
fn a_wait_for_a_queue_has_its_colour_its_letter_and_its_name() {
    let steps = [(0, 0, State::Running, true), (4_000, 0, State::Channel, true), (9_000, 0, State::Ended, true)];
    let dim = [(0, 1, State::Running, true), (1_000, 1, State::Channel, false), (9_000, 1, State::Ended, true)];
    let made = of_steps(2, 2, &[steps, dim].concat());
    let svg = picture(&made, Subject::Tasks, &caption(), &Options::default()).svg(Some(Theme::Dark));
    let seen = lanes(&svg);
    for (lane, [there, not]) in seen.iter().zip([["channel", "channel-behind"], ["channel-behind", "channel"]]) {
        let most = |kind: &str| (0..lane.seen(&Options::default())).map(|column| lane.height(kind, column)).max();
        assert_eq!((most(there), most(not)), (Some(UNITS / 2), Some(0)), "{}", lane.name);
        assert!(
            svg.contains(&format!("class=\"on-{there}\" text-anchor=\"middle\" font-weight=\"700\">m</text>")),
            "{svg}"
        );
    }
    let color = format!("fill:#{:06x}", Theme::Dark.color(crate::palette::Role::State(State::Channel)));
    assert!(svg.contains(&color) && svg.contains(">waits for a queue "), "{svg}");
}

#[test]
fn the_tasks() {
    assert_snapshot!(picture(&small(), Subject::Tasks, &caption(), &narrow()).svg(None));
}

#[test]
fn the_workers() {
    assert_snapshot!(picture(&small(), Subject::Workers, &caption(), &narrow()).svg(Some(Theme::Light)));
}

#[test]
fn the_cores() {
    assert_snapshot!(picture(&small(), Subject::Cores, &caption(), &narrow()).svg(Some(Theme::Dark)));
}

#[test]
fn the_locks() {
    assert_snapshot!(picture(&small(), Subject::Lock, &caption(), &narrow()).svg(Some(Theme::Dark)));
}

#[test]
fn the_utilization() {
    assert_snapshot!(picture(&small(), Subject::Utilization, &caption(), &narrow()).svg(Some(Theme::HighContrast)));
}

#[test]
fn a_comparison_that_moves() {
    let (a, b) = (small(), of_steps(1, 1, &[(0, 0, State::Running, true), (2_400, 0, State::Ended, true)]));
    let row = |label: &str, trace, lit| CompareRow {
        label: label.to_owned(),
        trace,
        cells: vec!["2.00 ms".to_owned(), "1.20×".to_owned()],
        lit,
        until: Ns::from_millis(60),
    };
    let comparison = ComparedRuns {
        rows: vec![row("serial", &b, false), row("threads", &a, true)],
        headings: vec!["time".to_owned(), "speedup".to_owned()],
        ideal: Some(IdealLine {
            label: "ideal".to_owned(),
            at: Ns::from_micros(1_200),
            cells: vec!["1.20 ms".to_owned()],
        }),
        cores: 2.0,
        notes: vec!["Threads.".to_owned()],
        at: None,
    };
    let options = Options { width: 700.0, ..Options::default() };
    assert_snapshot!(compare(&comparison, &caption(), &options).animated(None, 4.0));
}
