use super::*;
use crate::state::Outcome;
use crate::trace::{Begin, Event, Stamped, TaskName};
use crate::units::{CoreId, Stamp};
use proptest::prelude::*;

const TASKS: u32 = 6;

fn trace(workers: u16, events: impl IntoIterator<Item = (u64, u16, Event)>) -> Trace {
    let name = |i: u32| TaskName { name: format!("task {}", i + 1), background: false };
    let mut trace = Trace::new((0..TASKS).map(name).collect(), workers);
    let kernel_record = KernelRecord::Switches;
    trace.begin(&Begin { t0: Stamp(0), pid: 1, workers, cores: vec![0, 1], kernel_record, ..Begin::default() });
    let stamped = |(us, worker, event)| Stamped {
        at: Stamp(us * 1_000),
        worker: WorkerId(worker),
        core: CoreId(worker % 2),
        event,
    };
    let events: Vec<Stamped> = events.into_iter().map(stamped).collect();
    trace.extend(&events);
    trace
}

fn enter(task: u32, state: State, holds: bool) -> Event {
    Event::Enter { task: TaskId(task), state, holds, ago: Ns::ZERO, due: None }
}

fn end(task: u32) -> Event {
    Event::Ended { task: TaskId(task), outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO }
}

fn view(to: Ns, columns: u16) -> Viewport {
    Viewport { grid: Grid::over(Range::new(Ns::ZERO, to), columns), until: to }
}

fn built(trace: &Trace, view: &Viewport, looped: bool) -> Workers {
    Workers::build(trace, view, &worker_rows(trace, looped, false), looped)
}

#[test]
fn who_is_not_there_is_told_from_who_starts_and_from_who_has_no_task() {
    let begun = Event::WorkerStarted { pid: 1, tid: 7 };
    let gone = Event::WorkerEnded { who: WorkerId(0), outcome: Outcome::Done, signal: 0 };
    let starting = Event::WorkerStarting { who: WorkerId(0), task: TaskId(0) };
    let made = trace(
        2,
        [
            (1_000, 2, starting),
            (2_000, 0, begun),
            (2_000, 0, enter(0, State::Running, true)),
            (3_000, 0, enter(0, State::Sleep, true)),
            (4_000, 0, end(0)),
            (5_000, 0, enter(3, State::Running, true)),
            (6_000, 0, end(3)),
            (7_000, 2, gone),
        ],
    );
    let scene = built(&made, &view(Ns::from_millis(8), 8), false);
    let [first, second] = scene.lanes.as_slice() else { panic!("two workers") };
    let halves: Vec<_> = first.cells.iter().map(|cell| cell.halves.expect("nothing is folded")[0]).collect();
    let (task, other) = (TaskId(0), TaskId(3));
    assert_eq!(
        halves,
        [
            Doing::Absent,
            Doing::Wait(State::Starting, task),
            Doing::Work(task),
            Doing::Wait(State::Sleep, task),
            Doing::Idle,
            Doing::Work(other),
            Doing::Idle,
            Doing::Absent,
        ]
    );
    assert_eq!((first.tasks.as_slice(), first.there), (&[task, other][..], Ns::from_millis(6)));
    assert!(second.cells.iter().all(|cell| cell.halves == Some([Doing::Absent; 2])) && second.there == Ns::ZERO);
    assert_eq!(task_of(&made, WorkerId(0), Ns::from_micros(4_500), Ns::from_millis(8)), Some(task), "the last it had");
    assert_eq!(task_of(&made, WorkerId(0), Ns::from_micros(5_500), Ns::from_millis(8)), Some(other));
    assert_eq!(task_of(&made, WorkerId(1), Ns::ZERO, Ns::from_millis(8)), None);
}

#[test]
fn on_an_event_loop_only_what_keeps_it_is_in_its_lane() {
    let made = trace(
        1,
        [
            (0, 0, enter(0, State::Running, true)),
            (1_000, 0, enter(0, State::Sleep, false)),
            (1_000, 0, enter(1, State::Running, true)),
            (2_000, 0, enter(1, State::Sleep, true)),
            (3_000, 0, enter(1, State::Io, false)),
            (3_000, 0, enter(0, State::Running, true)),
            (4_000, 0, end(0)),
            (5_000, 0, end(1)),
        ],
    );
    let view = view(Ns::from_millis(5), 5);
    let scene = built(&made, &view, true);
    let halves: Vec<_> = scene.lanes[0].cells.iter().map(|cell| cell.halves.map(|halves| halves[0])).collect();
    let (zero, one) = (TaskId(0), TaskId(1));
    let expected =
        [Doing::Work(zero), Doing::Work(one), Doing::Wait(State::Sleep, one), Doing::Work(zero), Doing::Idle];
    assert_eq!(halves, expected.map(Some));
    assert_eq!(scene.lanes[0].states.iter().copied().sum::<Ns>(), Ns::from_millis(4));
}

#[test]
fn helpers_have_a_lane_where_a_loop_leaves_files_to_them() {
    let mut made = trace(1, [(0, 0, enter(0, State::Running, true)), (10_000, 0, end(0))]);
    let busy = Range::new(Ns::from_millis(2), Ns::from_millis(3));
    made.aggregate_mut().put_off_task(0, busy, Owner::Helper);
    assert_eq!(worker_rows(&made, true, true), [WorkerRow::Worker(WorkerId(0)), WorkerRow::Helpers]);
    assert_eq!(worker_rows(&made, false, true).len(), 1);
    assert_eq!(worker_rows(&made, true, false).len(), 1);
    let view = view(Ns::from_millis(10), 5);
    let scene = Workers::build(&made, &view, &worker_rows(&made, true, true), true);
    let helpers = scene.helpers.expect("a lane");
    assert_eq!(helpers.cells, [0.0, 0.5, 0.0, 0.0, 0.0].map(Some));
    assert!((helpers.mean - 0.1).abs() < 1e-9);
    made.kernel_record = KernelRecord::None("refused".to_owned());
    assert_eq!(worker_rows(&made, true, true).len(), 1, "without the record nobody knows them");
}

#[test]
fn names_are_the_models_or_what_the_run_told() {
    let made = trace(3, []);
    let name = |model| worker_names(&made, WorkerRow::Worker(WorkerId(2)), model)[0].clone();
    assert_eq!(name(Some(ModelKind::Threads)), "worker 3");
    assert_eq!(name(Some(ModelKind::Serial)), "main thread");
    assert_eq!(name(Some(ModelKind::Async)), "event loop");
    assert_eq!(name(None), "worker 3");
}

/// What each worker does, one task after the other: stretches of a state, whether it keeps the worker, and their lengths.
type Steps = Vec<Vec<(State, bool, u64)>>;

fn steps() -> impl Strategy<Value = Steps> {
    const STATES: [State; 6] = [State::Running, State::Running, State::Sleep, State::Ready, State::Io, State::Gil];
    let step = (proptest::sample::select(&STATES[..]), any::<bool>(), 1u64..3_000);
    proptest::collection::vec(proptest::collection::vec(step, 1..90), 1..=TASKS as usize)
}

/// The tasks of `steps` on `workers` workers: each has its tasks one after the other.
fn pool(steps: &Steps, workers: u16) -> (Trace, Ns) {
    let mut free = vec![0u64; usize::from(workers)];
    let mut events = Vec::new();
    for (task, steps) in (0..).zip(steps) {
        let worker = (task % u32::from(workers)) as u16;
        let at = &mut free[usize::from(worker)];
        for (state, holds, length) in steps {
            events.push((*at, worker, enter(task, *state, *holds || *state == State::Running)));
            *at += length;
        }
        events.push((*at, worker, end(task)));
    }
    events.sort_by_key(|(at, ..)| *at);
    (trace(workers, events), Ns::from_micros(free.into_iter().max().unwrap_or(1)))
}

proptest! {
    #[test]
    fn work_in_all_lanes_is_what_cores_were_busy(steps in steps(), workers in 1u16..4, columns in 1u16..90) {
        let (made, end) = pool(&steps, workers);
        let view = view(end, columns);
        let scene = built(&made, &view, false);
        let busy = super::super::busy(&made, &view);
        for (index, busy) in busy.iter().enumerate() {
            let work: f64 = scene.lanes.iter().map(|l| l.cells[index].running().share_of(view.grid.cell)).sum();
            prop_assert!((work - busy).abs() < 1e-9, "{} for {}", work, busy);
        }
        for lane in &scene.lanes {
            for cell in &lane.cells {
                let all: Ns = cell.states.iter().copied().sum();
                prop_assert!(all <= view.grid.cell + Ns(State::COUNT as u64), "one task at a time");
                if let Some(halves) = cell.halves {
                    let ink = halves.iter().filter(|half| half.works()).count() as f64 / 2.0;
                    prop_assert!((ink - cell.running().share_of(view.grid.cell)).abs() <= 0.25 + 1e-9);
                }
                prop_assert_eq!(cell.whose.is_some(), cell.running() > Ns::ZERO);
            }
        }
        let tasks: usize = scene.lanes.iter().map(|lane| lane.tasks.len()).sum();
        let begun = (0..TASKS).filter(|task| taken_up(&made, TaskId(*task)).is_some()).count();
        prop_assert_eq!(tasks, begun);
    }

    #[test]
    fn a_loop_s_lane_has_all_work_and_the_waits_that_keep_it(steps in steps(), columns in 1u16..90) {
        let (made, end) = pool(&steps, 1);
        let view = view(end, columns);
        let (looped, plain) = (built(&made, &view, true), built(&made, &view, false));
        for (one, other) in looped.lanes[0].cells.iter().zip(&plain.lanes[0].cells) {
            prop_assert_eq!(one.running(), other.running());
        }
        prop_assert_eq!(&looped.lanes[0].tasks, &plain.lanes[0].tasks);
    }
}
