use proptest::prelude::*;

use crate::state::State::{Preempted, Ready, Running, Sleep};
use crate::state::{Outcome, State};
use crate::trace::Owner::{Helper, Watcher};
use crate::trace::{Begin, Event, KernelRecord, Stamped, Switch, Switched, TaskName, Trace, Turn};
use crate::units::{CoreId, LockId, Ns, Range, Stamp, TaskId, WorkerId};

const CORES: u16 = 2;
/// A worker's thread.
const TID: u32 = 100;
const WATCHER: u32 = 7;

fn trace(tasks: usize, workers: u16) -> Trace {
    let names = vec![TaskName { name: "task".to_owned(), background: false }; tasks];
    let mut trace = Trace::new(names, workers);
    let cores = (0..CORES).collect();
    let (kernel_record, watchers) = (KernelRecord::Switches, vec![WATCHER]);
    trace.begin(&Begin { t0: Stamp(0), pid: 1, workers, cores, kernel_record, watchers, ..Begin::default() });
    trace
}

fn switched(at: u64, tid: u32, core: u16, switch: Switch) -> Stamped {
    let event = Event::Switched { tid, switch };
    Stamped { at: Stamp(at), worker: WorkerId(u16::MAX), core: CoreId(core), event }
}

fn own(at: u64, worker: u16, event: Event) -> Stamped {
    Stamped { at: Stamp(at), worker: WorkerId(worker), core: CoreId(0), event }
}

fn started(at: u64, worker: u16) -> Stamped {
    own(at, worker, Event::WorkerStarted { pid: 1, tid: TID + u32::from(worker) })
}

fn enter(at: u64, worker: u16, task: u32, state: State, ago: u64) -> Stamped {
    own(at, worker, Event::Enter { task: TaskId(task), state, holds: true, ago: Ns(ago), due: None })
}

fn spans(trace: &Trace, task: usize, to: u64) -> Vec<(u64, u64, State)> {
    let window = Range::new(Ns(0), Ns(to));
    trace.tasks[task].spans(window).map(|s| (s.range.from.0, s.range.to.0, s.state)).collect()
}

fn turns(trace: &Trace, to: u64) -> Vec<(Range, Turn)> {
    let mut turns = Vec::new();
    trace.aggregate().turns(Range::new(Ns(0), Ns(to)), |range, turn| turns.push((range, turn)));
    turns.retain(|(_, turn)| matches!(turn, Turn::Core(..) | Turn::OffTask(..)));
    turns.sort_by_key(|(range, _)| range.from);
    turns
}

#[test]
fn a_task_runs_where_its_worker_is_on_a_core_and_is_preempted_where_it_is_not() {
    let mut trace = trace(1, 1);
    trace.extend(&[
        switched(10, TID, 0, Switch::In),
        started(20, 0),
        enter(30, 0, 0, State::Running, 0),
        switched(50, TID, 0, Switch::Preempted),
        switched(70, TID, 1, Switch::In),
        enter(90, 0, 0, State::Sleep, 0),
        switched(95, TID, 1, Switch::Blocked),
        switched(210, TID, 1, Switch::In),
        enter(220, 0, 0, State::Running, 20),
        own(250, 0, Event::Ended { task: TaskId(0), outcome: Outcome::Done, signal: 0, cpu: Ns(0) }),
        switched(260, TID, 1, Switch::Gone),
    ]);
    let expected = [
        (30, 50, Running),
        (50, 70, Preempted),
        (70, 90, Running),
        (90, 200, Sleep),
        // The deadline is known, and so is the instant at which the worker was back on a core.
        (200, 210, Ready),
        (210, 250, Running),
    ];
    assert_eq!(spans(&trace, 0, 400), expected);
    let totals = trace.aggregate().totals(Ns(400));
    let core = |number: u16| trace.aggregate().cores().iter().position(|c| *c == number).expect("it was used");
    assert_eq!((totals.on_core(core(0)), totals.on_core(core(1))), (Ns(20), Ns(60)));
    // Before the worker took its task up, between the step and the wait, and after the end.
    assert_eq!((totals.off_task(core(0)), totals.off_task(core(1))), (Ns(20), Ns(5 + 10)));
    let counted = trace.switched(Range::new(Ns(0), Ns(400)));
    assert_eq!(counted, Some(Switched { voluntary: 1, forced: 1, migrations: 1 }));
    assert_eq!(trace.switched(Range::new(Ns(60), Ns(80))).map(|s| s.migrations), Some(1));
}

#[test]
fn what_was_stamped_before_the_core_was_lost_and_written_after_it_is_put_right() {
    let events = [
        switched(10, TID, 0, Switch::In),
        started(20, 0),
        enter(30, 0, 0, State::Running, 0),
        switched(60, TID, 0, Switch::Preempted),
    ];
    let late = [enter(50, 0, 0, State::Gil, 0), switched(80, TID, 0, Switch::In)];
    let mut seen = trace(1, 1);
    seen.extend(&events);
    assert_eq!(spans(&seen, 0, 70), [(30, 60, State::Running), (60, 70, State::Preempted)]);
    seen.extend(&late);
    assert_eq!(spans(&seen, 0, 90), [(30, 50, State::Running), (50, 90, State::Gil)]);
    let task = crate::trace::Owner::Task(TaskId(0));
    let off_task = |from, to| (Range::new(Ns(from), Ns(to)), Turn::OffTask(0, task));
    let turns = turns(&seen, 90);
    assert!(turns.contains(&off_task(50, 60)) && turns.contains(&off_task(80, 90)), "{turns:?}");
}

#[test]
fn under_a_global_lock_nobody_works_before_having_it() {
    let mut trace = trace(1, 1);
    let lock = LockId(0);
    trace.extend(&[
        switched(10, TID, 0, Switch::In),
        started(20, 0),
        own(25, 0, Event::LockTaken { lock, task: TaskId(0), waited: Ns::ZERO }),
        enter(30, 0, 0, State::Running, 0),
        enter(90, 0, 0, State::Sleep, 0),
        own(91, 0, Event::LockReleased { lock, task: TaskId(0), forced: false }),
        switched(95, TID, 0, Switch::Blocked),
        switched(210, TID, 0, Switch::In),
        own(218, 0, Event::LockTaken { lock, task: TaskId(0), waited: Ns::ZERO }),
        enter(220, 0, 0, State::Running, 20),
    ]);
    assert_eq!(spans(&trace, 0, 250), [(30, 90, Running), (90, 200, Sleep), (200, 220, Ready), (220, 250, Running)]);
}

#[test]
fn watchers_and_helpers_are_nobodys_task() {
    let mut trace = trace(1, 1);
    trace.extend(&[
        switched(0, WATCHER, 0, Switch::In),
        switched(40, WATCHER, 0, Switch::Blocked),
        switched(50, 9, 0, Switch::In),
        switched(60, 9, 0, Switch::Blocked),
    ]);
    let seen: Vec<_> = turns(&trace, 100).into_iter().map(|(r, t)| (r.from.0, r.to.0, t)).collect();
    assert_eq!(seen, [(0, 40, Turn::OffTask(0, Watcher)), (50, 60, Turn::OffTask(0, Helper))]);
    let totals = trace.aggregate().totals(Ns(100));
    assert_eq!((totals.overhead(0), totals.off_task(0), totals.on_core(0)), (Ns(40), Ns(10), Ns::ZERO));
    assert_eq!(trace.switched(Range::new(Ns(0), Ns(100))), Some(Switched::default()), "those of workers are counted");
}

#[test]
fn a_core_that_the_run_may_not_use_has_no_place() {
    let mut trace = trace(1, 1);
    let elsewhere = CORES + 3;
    trace.extend(&[switched(0, WATCHER, elsewhere, Switch::In), switched(40, WATCHER, elsewhere, Switch::Blocked)]);
    trace.extend(&[switched(50, 9, 1, Switch::In), switched(60, 9, 1, Switch::Blocked)]);
    assert_eq!(trace.aggregate().cores(), [1]);
    assert_eq!(trace.aggregate().totals(Ns(100)).off_task(0), Ns(10));
}

#[test]
fn a_worker_that_is_killed_leaves_nothing_running() {
    let mut trace = trace(1, 1);
    trace.extend(&[
        switched(10, TID, 0, Switch::In),
        started(20, 0),
        enter(30, 0, 0, State::Running, 0),
        switched(60, TID, 0, Switch::Gone),
        own(90, 1, Event::Ended { task: TaskId(0), outcome: Outcome::Killed, signal: 9, cpu: Ns(0) }),
    ]);
    assert_eq!(spans(&trace, 0, 200), [(30, 60, State::Running), (60, 90, State::Io)]);
    assert_eq!(trace.tasks[0].ended_at(), Some(Ns(90)));
}

#[test]
fn a_copy_that_is_forced_off_its_core_waits_for_one_and_one_that_waits_for_its_reader_goes_on() {
    let mut trace = trace(1, 1);
    trace.extend(&[
        switched(10, TID, 0, Switch::In),
        started(20, 0),
        enter(30, 0, 0, State::Running, 0),
        enter(40, 0, 0, State::Copying, 0),
        switched(50, TID, 0, Switch::Blocked),
        switched(60, TID, 0, Switch::In),
        switched(70, TID, 0, Switch::Preempted),
        switched(90, TID, 1, Switch::In),
        enter(100, 0, 0, State::Running, 0),
        enter(110, 0, 0, State::Copying, 0),
        // Its result is on its way: the dispatcher says that it has it, later than the switch that comes after.
        switched(130, TID, 1, Switch::Preempted),
        own(120, 1, Event::Ended { task: TaskId(0), outcome: Outcome::Done, signal: 0, cpu: Ns(0) }),
        switched(140, TID, 1, Switch::In),
    ]);
    let copying = State::Copying;
    let expected = [
        (30, 40, Running),
        (40, 70, copying),
        (70, 90, Preempted),
        (90, 100, copying),
        (100, 110, Running),
        (110, 120, copying),
    ];
    let spans = spans(&trace, 0, 200);
    let done = (120, 200, State::Ended);
    assert_eq!(spans.iter().filter(|span| **span != done).copied().collect::<Vec<_>>(), expected);
    let totals = trace.aggregate().totals(Ns(200));
    let off_task: Ns = (0..trace.aggregate().cores().len()).map(|place| totals.off_task(place)).sum();
    assert_eq!(off_task, Ns(20 + 10 + 10 + 10 + 20 + 60), "as before: a copy is no work");
}

/// What a worker did, step by step: on and off its core, and between two tasks.
#[derive(Clone, Copy, Debug)]
enum Step {
    Out(Switch, u16),
    Compute(u32),
    Copy,
    Wait,
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step, bool)>> {
    let out = (any::<bool>(), 0..CORES).prop_map(|(p, core)| {
        let switch = if p { Switch::Preempted } else { Switch::Blocked };
        Step::Out(switch, core)
    });
    let step = prop_oneof![out, (0u32..2).prop_map(Step::Compute), Just(Step::Copy), Just(Step::Wait)];
    proptest::collection::vec((1u64..50, step, any::<bool>()), 1..60)
}

/// The records of `steps`, in the order in which they happened, and for each whether it was written late.
fn events(steps: &[(u64, Step, bool)]) -> Vec<(Stamped, bool)> {
    let mut at = 10;
    let mut list = vec![(switched(at, TID, 0, Switch::In), false), (started(at + 1, 0), false)];
    at += 2;
    let mut task = None;
    let mut core = 0;
    for (gap, step, late) in steps {
        at += gap;
        match *step {
            Step::Out(switch, next) => {
                list.push((switched(at, TID, core, switch), false));
                at += gap;
                core = next;
                list.push((switched(at, TID, core, Switch::In), false));
            }
            Step::Compute(next) if task.is_none() => {
                task = Some(next);
                list.push((enter(at, 0, next, State::Running, 0), *late));
            }
            Step::Copy => {
                if let Some(task) = task {
                    list.push((enter(at, 0, task, State::Copying, 0), *late));
                }
            }
            Step::Wait => {
                if let Some(task) = task.take() {
                    list.push((enter(at, 0, task, State::Sleep, 0), *late));
                }
            }
            Step::Compute(_) => {}
        }
    }
    list
}

proptest! {
    /// However late an event is written down, what comes out is what had happened.
    #[test]
    fn late_words_change_nothing_in_the_end(steps in steps(), batch in 1usize..12) {
        let list = events(&steps);
        let end = list.last().map_or(0, |(r, _)| r.at.0) + 100;
        let mut in_order = trace(2, 1);
        in_order.extend(list.iter().map(|(r, _)| r));
        // Late events come after the switches that follow, up to the worker's next own event.
        let mut arrival: Vec<Stamped> = Vec::new();
        let mut waiting: Option<Stamped> = None;
        for (stamped, late) in &list {
            let is_own = !matches!(stamped.event, Event::Switched { .. });
            if is_own {
                arrival.extend(waiting.take());
            }
            if *late { waiting = Some(*stamped) } else { arrival.push(*stamped) }
        }
        arrival.extend(waiting);
        let mut seen = trace(2, 1);
        for part in arrival.chunks(batch) {
            seen.extend(part);
        }
        for task in 0..2 {
            prop_assert_eq!(spans(&seen, task, end), spans(&in_order, task, end));
        }
        let totals = |t: &Trace| {
            let sums = t.aggregate().totals(Ns(end));
            let of = |core: u16| t.aggregate().cores().iter().position(|c| *c == core)
                .map_or((Ns::ZERO, Ns::ZERO), |p| (sums.on_core(p), sums.off_task(p)));
            (sums.states(), of(0), of(1))
        };
        prop_assert_eq!(totals(&seen), totals(&in_order));
        let whole = Range::new(Ns(0), Ns(end));
        prop_assert_eq!(seen.switched(whole), in_order.switched(whole));
        // The worker is on a core whenever it is not off it, whatever it does there.
        let on: Ns = in_order.aggregate().cores().iter().enumerate().map(|(p, _)| {
            let sums = in_order.aggregate().totals(Ns(end));
            sums.on_core(p) + sums.off_task(p)
        }).sum();
        let off: u64 = steps.iter().filter(|(_, s, _)| matches!(s, Step::Out(..))).map(|(gap, ..)| gap).sum();
        prop_assert_eq!(on, Ns(end - 10 - off));
    }
}
