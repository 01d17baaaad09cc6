//! Calls that compute and hold the global lock to their end, or let go of it: who has the lock when, under both
//! generations.

use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::state::{Outcome, State};
use concviz::trace::Event;
use concviz::units::{LockId, Ns, Stamp, TaskId};
use concviz::workload::{Kernel, Op, Task, Until, Work};

use crate::support::{Run, SOME, background, compute, models, plan, run, sleep, task};

/// Some tens of milliseconds of work.
const LONG: u64 = 10 * SOME;

fn holding(iterations: u64) -> Op {
    Op::HoldingCall(Kernel::Count, Work::Iterations(iterations))
}

fn releasing(iterations: u64) -> Op {
    Op::ReleasingCall(Kernel::Count, Work::Iterations(iterations))
}

/// Threads under each generation of the global lock, with short turns.
fn locked_threads() -> impl Iterator<Item = Model> {
    models().into_iter().filter(|m| m.kind == ModelKind::Threads && m.lock.is_on())
}

/// How many times `task` let go of the global lock before its end: because it was asked, and by itself.
fn let_go(run: &Run, id: u32) -> (usize, usize) {
    let ended = run.events.iter().position(|e| matches!(e.event, Event::Ended { task, .. } if task == TaskId(id)));
    let before = &run.events[..ended.expect("its end")];
    let times = |because: bool| {
        let of = |e: &Event| matches!(e, Event::LockReleased { lock: LockId(0), task, forced } if task.0 == id && *forced == because);
        before.iter().filter(|e| of(&e.event)).count()
    };
    (times(true), times(false))
}

#[test]
fn the_same_work_comes_to_the_same_value_however_it_uses_the_lock() {
    for model in models() {
        let kinds = [compute(SOME), holding(SOME), releasing(SOME)];
        let run = run(&plan(model, 3, kinds.map(|op| task(vec![op])).into()));
        assert_eq!(run.outcomes(), [Outcome::Done; 3], "{model:?}");
        let values = run.values();
        assert!(values[0].is_some() && values.iter().all(|v| *v == values[0]), "{model:?}: {values:?}");
    }
}

#[test]
fn a_call_that_holds_the_lock_lets_go_of_it_only_at_its_end() {
    for model in locked_threads() {
        let run = run(&plan(model, 3, (0..3).map(|_| task(vec![holding(LONG), holding(LONG)])).collect()));
        for id in 0..3 {
            let (forced, by_itself) = let_go(&run, id);
            assert!(forced <= 2 && by_itself == 0, "{model:?}: task {id} let go {forced} and {by_itself} times");
        }
        assert!(run.most_running() <= 1 || model.lock.is_legacy(), "{model:?}: {} at once", run.most_running());
    }
}

#[test]
fn a_call_that_lets_go_of_the_lock_takes_it_again_once_and_leaves_it_to_others_meanwhile() {
    for model in locked_threads() {
        let run = run(&plan(model, 3, (0..3).map(|_| task(vec![releasing(LONG), releasing(LONG)])).collect()));
        for id in 0..3 {
            assert_eq!(let_go(&run, id).1, 2, "{model:?}: once for each call");
        }
        assert!(run.most_running() >= 2, "{model:?}: they took turns");
    }
}

/// How many times the first task of `run` began to run during the longest stretch in which the second one ran.
fn moved_beside(run: &Run) -> usize {
    let runs = run.spans_of(TaskId(1)).into_iter().filter(|s| s.state == State::Running);
    let call = runs.max_by_key(|s| s.to.since(s.from)).expect("it computes");
    let moved = |from: Stamp| call.from < from && from < call.to;
    run.spans_of(TaskId(0)).into_iter().filter(|s| s.state == State::Running && moved(s.from)).count()
}

/// Sleeps for a millisecond, again and again, until the second task is over.
fn ticker() -> Task {
    background(vec![Op::Repeat(Until::Tasks(vec![TaskId(1)]), vec![sleep(1)])])
}

#[test]
fn a_ticker_beside_a_call_that_holds_the_lock_stands_still_for_all_of_it() {
    for model in locked_threads() {
        let run = run(&plan(model, 2, vec![ticker(), task(vec![sleep(5), holding(LONG)])]));
        assert_eq!(moved_beside(&run), 0, "{model:?}: the ticker moved during the call");
        let waits = run.spans_of(TaskId(0)).iter().any(|s| s.state == State::Gil);
        assert!(waits, "{model:?}: it waited for nothing");
    }
}

#[test]
fn a_ticker_beside_a_call_that_lets_go_of_the_lock_need_not_ask_for_it() {
    // Intervals after which nobody who asks would still be there.
    for lock in [GlobalLock::gil(Ns::from_millis(3_600_000)), GlobalLock::GilLegacy { check_interval: u32::MAX }] {
        let model = Model { kind: ModelKind::Threads, lock };
        let run = run(&plan(model, 2, vec![ticker(), task(vec![sleep(5), releasing(LONG)])]));
        assert!(moved_beside(&run) > 0, "{model:?}: the ticker stood still");
        assert_eq!(let_go(&run, 1).0, 0, "{model:?}");
    }
}

#[test]
fn on_a_loop_a_call_that_lets_go_of_the_lock_still_keeps_the_thread() {
    for model in models().into_iter().filter(|m| m.kind == ModelKind::Async) {
        let run = run(&plan(model, 1, (0..3).map(|_| task(vec![sleep(1), releasing(SOME)])).collect()));
        assert_eq!((run.most_running(), run.sum(State::Gil)), (1, Ns::ZERO), "{model:?}");
        let of_each = usize::from(model.lock.is_on());
        assert!((0..3).all(|id| let_go(&run, id).1 >= of_each), "{model:?}");
    }
}
