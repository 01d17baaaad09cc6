//! The sums of all tasks together against those of each, in any order of arrival.

use proptest::prelude::*;

use crate::state::State;
use crate::trace::{Begin, Event, Owner, Stamped, Switch, TaskName, Trace, Turn, Turns};
use crate::units::{CoreId, Ns, Range, Stamp, TaskId, WorkerId};

const TASKS: u32 = 5;
/// How many cores there are; the run may use all but one.
const CORES: u16 = 40;
const NOT_ALLOWED: u16 = 3;

/// (when, task, state, holds, core, due)
type Step = (u64, u32, State, bool, u16, Option<u64>);

/// Changes at any instant, or most of them at an instant that they share with others.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![3 => within(40_000_000), 1 => within(60)]
}

/// The states of a task that works and sleeps in turn.
fn works_or_sleeps(n: u64) -> State {
    if n.is_multiple_of(2) { State::Running } else { State::Sleep }
}

fn entered() -> impl Strategy<Value = State> {
    (0u8..=12).prop_map(|code| State::from_code(code).expect("a state"))
}

fn within(latest: u64) -> impl Strategy<Value = Vec<Step>> {
    let core = prop_oneof![0u16..4, 0..CORES + 2];
    let step = (0..latest, 0..TASKS, entered(), any::<bool>(), core, proptest::option::of(0u64..9_000_000));
    proptest::collection::vec(step, 1..700)
}

fn stamped(&(at, task, state, holds, core, due): &Step) -> Stamped {
    let event = Event::Enter { task: TaskId(task), state, holds, ago: Ns::ZERO, due: due.map(Ns) };
    Stamped { at: Stamp(at), worker: WorkerId(0), core: CoreId(core), event }
}

fn empty() -> Trace {
    let name = |i: u32| TaskName { name: format!("task {i}"), background: false };
    let mut trace = Trace::new((0..TASKS).map(name).collect(), 1);
    let cores = (0..CORES).filter(|core| *core != NOT_ALLOWED).collect();
    trace.begin(&Begin { t0: Stamp(0), pid: 1, workers: 1, cores, ..Begin::default() });
    trace
}

fn trace(steps: &[Step], batch: usize) -> Trace {
    let events: Vec<Stamped> = steps.iter().map(stamped).collect();
    let mut trace = empty();
    events.chunks(batch).for_each(|batch| trace.extend(batch));
    trace
}

/// All tasks' work on `core`, span by span.
fn work(trace: &Trace, core: u16, until: Ns) -> Ns {
    let spans = trace.tasks.iter().flat_map(|t| t.spans(Range::new(Ns::ZERO, until)));
    spans.filter(|s| s.state == State::Running && s.core.0 == core).map(|s| s.range.len()).sum()
}

/// All tasks' time in each state, span by span.
fn naive(trace: &Trace, until: Ns) -> Vec<Ns> {
    let mut sums = vec![Ns::ZERO; State::COUNT];
    for span in trace.tasks.iter().flat_map(|t| t.spans(Range::new(Ns::ZERO, until))) {
        sums[span.state as usize] += span.range.len();
    }
    sums
}

/// All turns in `range`, as they are handed out.
fn turns_of(looking: &mut Turns<'_>, range: Range) -> Vec<(Range, Turn)> {
    let mut turns = Vec::new();
    looking.within(range, |range, turn| turns.push((range, turn)));
    turns
}

#[test]
fn a_change_takes_no_more_memory_than_is_stated() {
    for (each, seconds) in [(200u64, 1u64), (2_000, 1), (40, 100_000)] {
        let mut steps: Vec<Step> = Vec::new();
        for n in 0..each * u64::from(TASKS) {
            let at = n * seconds * 1_000_000_000 / (each * u64::from(TASKS));
            steps.push((at, (n % u64::from(TASKS)) as u32, works_or_sleeps(n / 5), true, (n % 4) as u16, None));
        }
        let ordered = trace(&steps, 1_000);
        // A little out of order, as several workers' events are.
        steps.chunks_mut(60).for_each(<[Step]>::reverse);
        for trace in [ordered, trace(&steps, 1_000)] {
            let bytes = trace.aggregate().bytes() + trace.tasks.iter().map(crate::trace::Track::bytes).sum::<usize>();
            let marks: usize = trace.tasks.iter().map(|t| t.marks().len()).sum();
            assert!(bytes <= 64 * marks, "{} bytes a change of {marks}", bytes / marks);
        }
    }
}

/// Every core of `cores` has a task of its own that computes in the middle of its turn, and another thread around it;
/// the turns are staggered. In order of time.
fn one_on_each(cores: u16) -> Vec<Stamped> {
    let at = |at, core, event| Stamped { at: Stamp(at), worker: WorkerId(u16::MAX), core: CoreId(core), event };
    let switched = |n: u16, switch| Event::Switched { tid: 7 + u32::from(n), switch };
    let enter = |n: u16, state| Event::Enter { task: TaskId(n.into()), state, holds: true, ago: Ns::ZERO, due: None };
    let mut events: Vec<Stamped> = (0..cores)
        .flat_map(|n| {
            let from = u64::from(n) * 10;
            [
                at(from, n, switched(n, Switch::In)),
                at(from + 5, n, switched(n, Switch::Blocked)),
                Stamped { worker: WorkerId(0), ..at(from + 5, n, enter(n, State::Running)) },
                Stamped { worker: WorkerId(0), ..at(from + 20_005 + u64::from(n), n, enter(n, State::Sleep)) },
            ]
        })
        .collect();
    events.sort_by_key(|e| e.at);
    events
}

fn with_cores(cores: u16, events: &[Stamped]) -> Trace {
    let name = |i: u16| TaskName { name: format!("task {i}"), background: false };
    let mut trace = Trace::new((0..cores.max(TASKS as u16)).map(name).collect(), 1);
    trace.begin(&Begin { t0: Stamp(0), pid: 1, workers: 1, cores: (0..cores).collect(), ..Begin::default() });
    events.chunks(7).for_each(|batch| trace.extend(batch));
    trace
}

#[test]
fn each_of_many_cores_is_told_apart() {
    for cores in [1u16, 4, 5, 16, 17, 40, 100, 1_024] {
        let events = one_on_each(cores);
        let mut late = events.clone();
        late.chunks_mut(60).for_each(<[Stamped]>::reverse);
        for (events, in_order) in [(events, true), (late, false)] {
            let trace = with_cores(cores, &events);
            let aggregate = trace.aggregate();
            assert!(aggregate.tells_all_cores() && aggregate.cores().len() == usize::from(cores));
            let (middle, end) = (Ns(u64::from(cores) * 10 + 5), Ns(60_000));
            let totals = aggregate.totals(end);
            let mut turns = Vec::new();
            aggregate.turns(Range::new(Ns::ZERO, end), |range, turn| turns.push((range, turn)));
            for n in 0..cores {
                let place = aggregate.place_of(n).expect("something was seen there");
                assert_eq!(totals.on_core(place), Ns(20_000 + u64::from(n)), "core {n} of {cores}");
                let from = Ns(u64::from(n) * 10 + 5);
                let works = Range::new(from, from + Ns(20_000 + u64::from(n)));
                assert!(turns.contains(&(works, Turn::Core(place, Owner::Task(TaskId(n.into()))))), "{n} of {cores}");
                if in_order {
                    assert_eq!(totals.off_task(place), Ns(5), "core {n} of {cores}");
                    assert!(turns.contains(&(Range::new(from - Ns(5), from), Turn::OffTask(place, Owner::Helper))));
                }
            }
            assert_eq!(aggregate.counts(middle).state(State::Running), usize::from(cores));
            assert_eq!(totals.all_off_task(), (0..usize::from(cores)).map(|place| totals.off_task(place)).sum());
        }
    }
}

#[test]
fn the_sums_of_many_cores_take_less_than_the_changes() {
    for cores in [2u16, 40, 100, 1_000] {
        let changes = 100_000u64;
        let core = |n: u64| (n / 2 % u64::from(cores)) as u16;
        let steps: Vec<Step> = (0..changes)
            .map(|n| (n * 1_000, (n % u64::from(TASKS)) as u32, works_or_sleeps(n / 5), true, core(n), None))
            .collect();
        let events: Vec<Stamped> = steps.iter().map(stamped).collect();
        let trace = with_cores(cores, &events);
        let bytes = trace.aggregate().bytes() as u64 / changes;
        assert!(bytes <= 26, "{bytes} bytes a change with {cores} cores");
    }
}

#[test]
fn a_loop_that_listens_again_and_again_is_forgotten_too() {
    let mut trace = empty().with_limit(2_000);
    for n in 0..50_000u64 {
        let task = (n % u64::from(TASKS)) as u32;
        let worker = |event| Stamped { at: Stamp(n * 100 + 50), worker: WorkerId(0), core: CoreId(0), event };
        trace.push(&stamped(&(n * 100, task, works_or_sleeps(n / u64::from(TASKS)), true, 0, None)));
        trace.push(&worker(if n % 2 == 0 { Event::LoopListens } else { Event::LoopWakes }));
        assert!(trace.kept() <= 2_000, "after {n} changes {} are kept", trace.kept());
    }
    let listened = trace.aggregate().totals(Ns(5_000_000)).listening();
    assert_eq!(listened, Ns(25_000 * 100));
    let marks: usize = trace.tasks.iter().map(|t| t.marks().len()).sum();
    assert!(trace.kept() <= 3 * marks, "{} of {marks}", trace.kept());
}

proptest! {
    #[test]
    fn all_together_are_the_sum_of_each(steps in steps(), batch in 1usize..200, until in 0u64..60_000_000) {
        let trace = trace(&steps, batch);
        let until = Ns(until);
        let stats = trace.stats(until);
        prop_assert_eq!(stats.sums.to_vec(), naive(&trace, until));
        let state = |t: &crate::trace::Track| t.state_at(until).map(|s| s.state);
        let count = |s: State| trace.tasks.iter().filter(|t| state(t) == Some(s)).count();
        for each in State::ALL.into_iter().chain([State::Ended]) {
            prop_assert_eq!(trace.aggregate().counts(until).state(each), count(each), "{:?}", each);
        }
        let totals = trace.aggregate().totals(until);
        for core in 0..CORES + 2 {
            let sum = trace.aggregate().place_of(core).map(|place| totals.on_core(place));
            let known = core < CORES && core != NOT_ALLOWED;
            prop_assert_eq!(sum.unwrap_or_default(), if known { work(&trace, core, until) } else { Ns::ZERO });
        }
        for track in &trace.tasks {
            let each: Vec<Ns> = State::ALL.into_iter().map(|s| {
                track.spans(Range::new(Ns::ZERO, until)).filter(|p| p.state == s).map(|p| p.range.len()).sum()
            }).collect();
            prop_assert_eq!(track.sums(until).to_vec(), each);
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(steps in steps(), turn in 0usize..700) {
        // At equal instants the later arrival counts: such changes are left out.
        let mut steps = steps;
        steps.sort_by_key(|s| (s.1, s.0));
        steps.dedup_by_key(|s| (s.1, s.0));
        let straight = trace(&steps, 50);
        let turn = turn % steps.len();
        steps.rotate_left(turn);
        let turned = trace(&steps, 1);
        for until in [5_000_000, 20_000_000, 39_000_000, 70_000_000].map(Ns) {
            prop_assert_eq!(straight.stats(until).sums, turned.stats(until).sums);
            let range = Range::new(Ns(until.0 / 2), until);
            prop_assert_eq!(straight.aggregate().most_ready(range, &[]), turned.aggregate().most_ready(range, &[]));
        }
    }

    #[test]
    fn what_is_dropped_stays_in_the_sums(steps in within(40_000_000), limit in 16usize..300) {
        let (all, mut some) = (trace(&steps, 64), empty().with_limit(limit));
        let mut ordered = steps.clone();
        ordered.sort_by_key(|s| s.0);
        let all_sums = trace(&ordered, 64).stats(Ns(80_000_000)).sums;
        ordered.iter().for_each(|s| some.push(&stamped(s)));
        prop_assert_eq!(some.stats(Ns(80_000_000)).sums, all_sums);
        prop_assert!(all.forgotten == Ns::ZERO);
    }

    #[test]
    fn looks_one_after_the_other_see_what_each_would_alone(
        steps in steps(), parts in prop::collection::vec((0u64..50_000_000, 0u64..9_000_000), 1..30), sorted in any::<bool>(),
    ) {
        let trace = trace(&steps, 64);
        let mut parts: Vec<Range> = parts.into_iter().map(|(from, len)| Range::new(Ns(from), Ns(from + len))).collect();
        if sorted {
            parts.sort_by_key(|part| part.from);
        }
        let mut looking = trace.aggregate().looking();
        for part in parts {
            prop_assert_eq!(turns_of(&mut looking, part), turns_of(&mut trace.aggregate().looking(), part));
        }
    }

    #[test]
    fn turns_and_the_most_that_are_ready_are_those_of_the_spans(steps in steps(), from in 0u64..30_000_000, len in 1u64..20_000_000) {
        let trace = trace(&steps, 64);
        let range = Range::new(Ns(from), Ns(from + len));
        let mut turns: Vec<(Range, usize, TaskId)> = Vec::new();
        trace.aggregate().turns(range, |part, turn| {
            if let Turn::Core(place, Owner::Task(task)) = turn {
                turns.push((part, place, task));
            }
        });
        for (part, place, task) in turns {
            let core = trace.aggregate().cores()[place];
            let works: Ns = trace.tasks[task.index()].spans(part).filter(|s| s.state == State::Running && s.core.0 == core)
                .map(|s| s.range.len()).sum();
            prop_assert_eq!(works, part.len());
        }
        let mut changes: Vec<(Ns, i32)> = Vec::new();
        let until = Ns(u64::MAX / 2);
        let far = |track: &crate::trace::Track| {
            let spans: Vec<_> = track.spans_from(0, range, until).collect();
            spans
        };
        for span in trace.tasks.iter().flat_map(far).filter(|s| s.state == State::Ready) {
            changes.extend([(span.range.from, 1), (span.range.to, -1)]);
        }
        changes.sort_unstable();
        let mut level = 0;
        let most = changes.iter().map(|(_, by)| { level += by; level }).max().unwrap_or(0);
        // An overdue task is ready in the spans; one that is ready already is not overdue.
        let late: Vec<Ns> = trace.overdue(until).filter(|l| l.state != State::Ready).map(|l| l.from)
            .collect::<std::collections::BinaryHeap<_>>().into_sorted_vec();
        prop_assert_eq!(trace.aggregate().most_ready(range, &late), most as usize);
        let aggregate = trace.aggregate();
        prop_assert_eq!(aggregate.most_in(range, &[State::Ready]), aggregate.most_ready(range, &[]));
        let waits = [State::Io, State::Sleep];
        let instants = trace.tasks.iter().flat_map(crate::trace::Track::marks).map(|m| m.at).filter(|at| range.contains(*at));
        let count = |at: Ns| waits.map(|state| aggregate.counts(at).state(state)).iter().sum::<usize>();
        prop_assert_eq!(aggregate.most_in(range, &waits), instants.chain([range.from]).map(count).max().unwrap_or(0));
    }
}
