//! Tasks that share and talk: what holds of queues, counters and permits under every model.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use concviz::engine::real::Runner;
use concviz::model::{Model, ModelKind};
use concviz::plan::Plan;
use concviz::state::{Outcome, State};
use concviz::trace::{CounterUse, Event, QueueUse, Source};
use concviz::units::{CounterId, Ns, QueueId, TaskId};
use concviz::workload::{Addition, Counter, Kernel, LockIndex, Op, Queue, Task, Until, Work};

use crate::life::kill;
use crate::support::{EXE, Run, compute, locked, models, plain_models, plan, read, run, run_with, sleep, task};

fn put(queue: u8) -> Op {
    Op::Put(QueueId(queue), 0)
}

fn get(queue: u8) -> Op {
    Op::Get(QueueId(queue))
}

fn each(queue: u8, body: Vec<Op>) -> Op {
    Op::Repeat(Until::Each(QueueId(queue), 1), body)
}

fn times(n: u64, body: Vec<Op>) -> Op {
    Op::Repeat(Until::Times(n), body)
}

/// Adds one in three steps, with `body` between the load and the store.
fn add(switch: bool, body: Vec<Op>) -> Op {
    Op::Add(Addition { counter: CounterId(0), switch }, body)
}

const ATOMIC: Op = Op::AddAtomic(CounterId(0));

fn plan_with(model: Model, tasks: Vec<Task>, rooms: &[u32]) -> Plan {
    let queue = |(place, room): (usize, &u32)| Queue { name: format!("queue {place}"), room: *room };
    let mut plan = plan(model, tasks.len() as u16, tasks);
    plan.queues = rooms.iter().enumerate().map(queue).collect();
    plan.counters = vec![Counter { name: "total".to_owned(), start: 100 }];
    plan.locks = ["a", "b"].map(str::to_owned).into();
    plan.limits = vec![1, 2];
    plan
}

/// Checks what is recorded of the queue `id` against its account: no message is lost or doubled, each is got after it
/// was put and in that order, and the lengths add up.
pub fn check_queue(run: &Run, id: u8, account: QueueUse, room: Option<u32>) {
    let (mut puts, mut gets, mut length) = (Vec::new(), Vec::new(), 0i64);
    for stamped in &run.events {
        match stamped.event {
            Event::Put { queue, number, length: told, .. } if queue == QueueId(id) => {
                length += 1;
                assert_eq!(i64::from(told), length, "{stamped:?}");
                puts.push(number);
            }
            Event::Got { queue, number, length: told, .. } if queue == QueueId(id) => {
                length -= 1;
                assert_eq!(i64::from(told), length, "{stamped:?}");
                gets.push(number);
            }
            _ => {}
        }
        assert!(length >= 0 && room.is_none_or(|room| length <= i64::from(room)), "{length} at {stamped:?}");
    }
    assert_eq!(puts, (0..account.put).collect::<Vec<_>>());
    assert_eq!(gets, (0..account.got).collect::<Vec<_>>());
}

/// Makers that put `count` messages each, and users that take them and pass every one on to a second queue, from which
/// one task takes them.
fn line(makers: u64, users: u64, count: u64, work: u64) -> Vec<Task> {
    let make = || task(vec![times(count, vec![compute(work), put(0)])]);
    let pass_on = || task(vec![each(0, vec![compute(work), put(1)])]);
    let mut tasks: Vec<Task> = (0..makers).map(|_| make()).collect();
    tasks.extend((0..users).map(|_| pass_on()));
    tasks.push(task(vec![each(1, vec![compute(work)])]));
    tasks
}

#[test]
fn no_message_is_lost_or_doubled_and_all_come_in_their_order() {
    for (makers, users, rooms) in [(1, 1, [1, 1]), (3, 2, [2, 5]), (2, 4, [8, 1])] {
        for model in models() {
            let tasks = line(makers, users, 30, 2_000);
            let count = tasks.len();
            let run = run(&plan_with(model, tasks, &rooms));
            assert_eq!(run.outcomes(), vec![Outcome::Done; count], "{model:?}");
            let all = 30 * makers;
            for (id, account) in (0..).zip(&run.end.queues) {
                let bytes = 0;
                assert_eq!(*account, QueueUse { put: all, got: all, bytes, closed: true }, "{model:?}");
                let bounded = model.kind != ModelKind::Serial;
                check_queue(&run, id, *account, bounded.then_some(rooms[usize::from(id)]));
            }
            assert_eq!(run.count(|e| matches!(e, Event::QueueClosed { .. })), 2, "{model:?}");
            // Where messages go by value they are copied, where not they are not.
            let copied = run.count(|e| matches!(e, Event::Copied { bytes: 16, .. }));
            let expected = if model.kind == ModelKind::Processes { 2 * all as usize } else { 0 };
            assert_eq!(copied, expected, "{model:?}");
        }
    }
}

#[test]
fn a_wait_for_a_message_or_for_room_is_a_wait_for_a_queue_and_ends_with_it() {
    for model in models().into_iter().filter(|m| m.kind != ModelKind::Serial) {
        // The user comes first and waits; the maker fills the queue and waits until the user, which sleeps, takes one.
        let user = task(vec![each(0, vec![sleep(2)])]);
        let maker = task(vec![sleep(5), times(5, vec![put(0)])]);
        let run = run(&plan_with(model, vec![user, maker], &[1]));
        for id in [TaskId(0), TaskId(1)] {
            let waits: Vec<_> = run.spans_of(id).into_iter().filter(|s| s.state == State::Channel).collect();
            assert!(!waits.is_empty(), "{model:?} {id:?}");
            assert!(waits.iter().all(|s| s.holds == (model.kind != ModelKind::Async)), "{model:?}");
        }
        let waited = |event: &Event| match event {
            Event::Put { waited, .. } | Event::Got { waited, .. } => *waited > Ns::ZERO,
            _ => false,
        };
        assert!(run.count(waited) >= 2, "{model:?}");
    }
}

/// How many additions to the counter `id` are lost, as the events tell.
pub fn lost(run: &Run, id: CounterId) -> i64 {
    let lost = |event: Event| match event {
        Event::Added { counter, value, found, overwrote, .. } if counter == id => {
            let lost = i64::from(found) - (i64::from(value) - 1);
            assert_eq!(overwrote.is_some(), lost != 0, "{event:?}");
            lost
        }
        _ => 0,
    };
    run.events.iter().map(|stamped| lost(stamped.event)).sum()
}

fn total(run: &Run) -> &CounterUse {
    &run.end.counters[0]
}

#[test]
fn counters_add_up_and_every_loss_is_told() {
    const EACH: u32 = 50;
    let under_lock = || locked(0, vec![add(true, vec![compute(500)])]);
    for (step, is_exact) in [(ATOMIC, true), (under_lock(), true), (add(false, vec![]), false)] {
        for model in models() {
            let adder = || task(vec![times(EACH.into(), vec![step.clone(), compute(300)])]);
            let run = run(&plan_with(model, vec![adder(), adder(), adder()], &[]));
            let total = total(&run);
            assert_eq!(total.additions, u64::from(3 * EACH), "{model:?}");
            if model.kind == ModelKind::Processes {
                assert_eq!((total.value, &total.copies), (100, &vec![100 + EACH; 3]), "{model:?}");
                assert_eq!(lost(&run, CounterId(0)), 0, "{model:?}: nothing is shared");
                continue;
            }
            let missing = 100 + 3 * i64::from(EACH) - i64::from(total.value);
            assert_eq!(lost(&run, CounterId(0)), missing, "{model:?}");
            // Whoever holds the GIL through an addition is alone, and so is whoever does not share its thread.
            let alone = model.kind != ModelKind::Threads || model.lock.is_on();
            assert!(missing == 0 || !(is_exact || alone), "{model:?}: {missing} lost");
        }
    }
}

#[test]
fn who_adds_between_the_load_and_the_store_of_another_is_overwritten() {
    // The first task loads, has the second add, and then stores: a queue each way keeps that order.
    let first = || task(vec![add(false, vec![put(0), get(1)])]);
    let second = || task(vec![get(0), add(false, vec![]), add(false, vec![]), put(1)]);
    for model in models().into_iter().filter(|m| m.kind != ModelKind::Serial) {
        let run = run(&plan_with(model, vec![first(), second()], &[1, 1]));
        let total = total(&run);
        assert_eq!(total.additions, 3);
        if model.kind == ModelKind::Processes {
            assert_eq!(total.copies, [101, 102], "{model:?}");
            continue;
        }
        assert_eq!(total.value, 101, "{model:?}");
        let last = run.events.iter().rev().find_map(|stamped| match stamped.event {
            Event::Added { task, value, found, overwrote, .. } => Some((task, value, found, overwrote)),
            _ => None,
        });
        assert_eq!(last, Some((TaskId(0), 101, 102, Some(TaskId(1)))), "{model:?}");
    }
}

#[test]
fn no_more_tasks_have_a_permit_than_there_are_and_all_come_back() {
    let slots = |body| Op::Lock(LockIndex(1), body);
    for model in models() {
        let tasks: Vec<Task> =
            (0..5).map(|_| task(vec![times(4, vec![slots(vec![sleep(1), compute(5_000)])])])).collect();
        let run = run(&plan_with(model, tasks, &[]));
        assert_eq!(run.outcomes(), [Outcome::Done; 5], "{model:?}");
        let mut holders = BTreeSet::new();
        let mut takes = 0;
        for stamped in &run.events {
            match stamped.event {
                Event::PermitTaken { task, taken, .. } => {
                    assert!(holders.insert(task), "{model:?}");
                    assert!(taken <= 2, "{model:?}");
                    takes += 1;
                }
                Event::PermitReleased { task, .. } => assert!(holders.remove(&task), "{model:?}"),
                _ => {}
            }
            assert!(holders.len() <= 2, "{model:?} {stamped:?}");
        }
        let expected = if model.kind == ModelKind::Serial { 0 } else { 20 };
        assert_eq!((takes, holders.len()), (expected, 0), "{model:?}");
        let waited = run.sum(State::Lock) > Ns::ZERO;
        match model.kind {
            ModelKind::Serial => assert!(!waited, "{model:?}"),
            ModelKind::Async => assert!(waited, "{model:?}: five come at the same time"),
            // Whether they come at the same time depends on the machine.
            ModelKind::Threads | ModelKind::Processes => {}
        }
    }
}

#[test]
fn whoever_only_tries_does_something_else_and_may_try_again() {
    for lock in [0, 1] {
        // The others have all there is of the lock, and let go of it once the first task has found it taken.
        let (taken, free) = (vec![compute(1)], vec![compute(10), sleep(1), put(1), put(1)]);
        let tries = Op::Repeat(Until::Retry, vec![Op::Try(LockIndex(lock), taken, free)]);
        let first = || task(vec![get(0), get(0), tries.clone()]);
        let others = || task(vec![Op::Lock(LockIndex(lock), vec![put(0), get(1)])]);
        let signals = || task(vec![put(0)]);
        let second = || if lock == 0 { signals() } else { others() };
        for model in models().into_iter().filter(|m| m.kind != ModelKind::Serial) {
            let run = run(&plan_with(model, vec![first(), others(), second()], &[9, 9_000]));
            assert_eq!(run.outcomes(), [Outcome::Done; 3], "{model:?} {lock}");
            let refused = run.count(|e| matches!(e, Event::LockRefused { task: TaskId(0), .. }));
            assert!(refused >= 1, "{model:?} {lock}");
            // Each refusal made ten iterations, and the success one.
            assert_eq!(run.values()[0], Some(10 * refused as u64 + 1), "{model:?} {lock}");
        }
    }
}

#[test]
fn who_goes_round_on_a_loop_and_never_gives_way_to_whoever_has_the_lock_is_named() {
    let tries = |otherwise| Op::Repeat(Until::Retry, vec![Op::Try(LockIndex(1), vec![sleep(1)], vec![otherwise])]);
    let keeper = || task(vec![Op::Lock(LockIndex(1), vec![Op::Lock(LockIndex(1), vec![sleep(5)])])]);
    let tasks = |otherwise| vec![keeper(), Task { name: "guest".to_owned(), ..task(vec![sleep(1), tries(otherwise)]) }];
    let on_a_loop = Model::plain(ModelKind::Async);
    let why = failure(&plan_with(on_a_loop, tasks(compute(1_000)), &[]));
    assert_eq!(why, "stuck: guest tries `b` again and again and never gives way; add \"await\" to `otherwise`");
    // Elsewhere the keeper goes on meanwhile, and on a loop if the other gives way.
    for (model, otherwise) in [(on_a_loop, Op::Await), (Model::plain(ModelKind::Threads), compute(1_000))] {
        assert_eq!(run(&plan_with(model, tasks(otherwise), &[])).outcomes(), [Outcome::Done; 2], "{model:?}");
    }
}

fn failure(plan: &Plan) -> String {
    match run_with(Path::new(EXE), plan) {
        Ok(_) => panic!("it came to its end: {plan:?}"),
        Err(why) => why,
    }
}

#[test]
fn what_waits_in_vain_is_named() {
    let named = |name: &str, ops| Task { name: name.to_owned(), ..task(ops) };
    for model in models().into_iter().filter(|m| m.kind != ModelKind::Serial) {
        let circle = vec![named("left", vec![get(0), put(1)]), named("right", vec![get(1), put(0)])];
        let why = failure(&plan_with(model, circle, &[1, 1]));
        let expected = "stuck: left waits for a message in `queue 0`, right waits for a message in `queue 1`; each waits \
                        for another that waits too";
        assert_eq!(why, expected, "{model:?}");
        let alone = vec![named("maker", vec![times(3, vec![put(0)])]), named("user", vec![get(0)])];
        let why = failure(&plan_with(model, alone, &[1]));
        assert_eq!(why, "stuck: maker waits for room in `queue 0`; nobody is left to take one out", "{model:?}");
        let late = vec![named("maker", vec![put(0)]), named("user", vec![get(0), get(0)])];
        let why = failure(&plan_with(model, late, &[4]));
        let expected = "user wants a message from `queue 0`, which is empty, and nobody will put one in; use `each`";
        assert_eq!(why, expected, "{model:?}");
        let permits = vec![
            named("keeper", vec![Op::Lock(LockIndex(1), vec![Op::Lock(LockIndex(1), vec![put(0), put(0), get(1)])])]),
            named("other", vec![get(0), Op::Lock(LockIndex(1), vec![put(1)])]),
        ];
        let why = failure(&plan_with(model, permits, &[4, 4]));
        let expected = "stuck: keeper waits for a message in `queue 1`, other waits for `b`; each waits for another that \
                        waits too";
        assert_eq!(why, expected, "{model:?}");
    }
    let serial = vec![named("user", vec![get(0)]), named("maker", vec![put(0)])];
    let why = failure(&plan_with(Model::plain(ModelKind::Serial), serial, &[1]));
    assert_eq!(why, "stuck: user waits for a message in `queue 0`; nobody is left to put one in");
}

#[test]
fn who_sends_more_than_a_pipe_holds_to_nobody_is_named() {
    let named = |name: &str, ops| Task { name: name.to_owned(), ..task(ops) };
    let long = |queue| Op::Put(QueueId(queue), 2_000_000);
    let processes = Model::plain(ModelKind::Processes);
    let alone = vec![named("maker", vec![long(0)]), named("other", vec![long(0)]), named("user", vec![])];
    let why = failure(&plan_with(processes, alone, &[4]));
    let expected = "stuck: maker waits for room in `queue 0`, other waits for room in `queue 0`; nobody is left to take \
                    one out";
    assert_eq!(why, expected);
    let crossed = vec![named("a", vec![long(0), get(1)]), named("b", vec![long(1), get(0)])];
    let why = failure(&plan_with(processes, crossed, &[4, 4]));
    let expected = "stuck: a waits for room in `queue 0`, b waits for room in `queue 1`; each waits for another that \
                    waits too";
    assert_eq!(why, expected);
}

#[test]
fn a_pool_whose_workers_all_wait_for_a_task_without_one_is_exhausted() {
    let named = |name: &str, ops| Task { name: name.to_owned(), ..task(ops) };
    let makers = || named("maker", vec![times(5, vec![put(0)])]);
    let tasks = || vec![makers(), makers(), named("user", vec![each(0, vec![])])];
    for model in plain_models().filter(|m| m.kind != ModelKind::Serial) {
        let plan = Plan { workers: 2, at_once: Some(2), ..plan_with(model, tasks(), &[2]) };
        let plan = Plan { workers: if model.kind == ModelKind::Async { 1 } else { 2 }, ..plan };
        let expected = "pool exhausted: 2 workers wait for room in `queue 0`, and user has none; --workers 3";
        assert_eq!(failure(&plan), expected, "{model:?}");
        assert_eq!(run(&plan_with(model, tasks(), &[2])).outcomes(), [Outcome::Done; 3], "{model:?}");
    }
}

#[test]
fn tasks_that_go_round_until_others_end_do_not_hide_that_these_wait_in_vain() {
    let spinner = || task(vec![Op::Repeat(Until::Tasks(vec![TaskId(1)]), vec![sleep(1)])]);
    let user = || Task { name: "user".to_owned(), ..task(vec![get(0), put(0)]) };
    for model in plain_models().filter(|m| m.kind != ModelKind::Serial) {
        let why = failure(&plan_with(model, vec![spinner(), user()], &[1]));
        assert!(
            why.starts_with("stuck: ") && why.contains("user waits for a message in `queue 0`"),
            "{model:?}: {why}"
        );
    }
    // Here the one that goes round is who feeds the other.
    let feeder = || task(vec![Op::Repeat(Until::Tasks(vec![TaskId(1)]), vec![sleep(150), put(0)])]);
    let user = || task(vec![get(0), get(0), get(0)]);
    for model in plain_models().filter(|m| m.kind != ModelKind::Serial) {
        let run = run(&plan_with(model, vec![feeder(), user()], &[9]));
        assert_eq!(run.outcomes(), [Outcome::Done; 2], "{model:?}");
    }
}

#[test]
fn payloads_of_any_length_go_through_a_pipe_whole() {
    let send = |bytes| task(vec![times(3, vec![Op::Put(QueueId(0), bytes)])]);
    for model in plain_models() {
        let sizes = [1, 65_536, 3_000_000];
        let mut tasks: Vec<Task> = sizes.into_iter().map(send).collect();
        tasks.extend([task(vec![each(0, vec![])]), task(vec![each(0, vec![])])]);
        let run = run(&plan_with(model, tasks, &[2]));
        assert_eq!(run.outcomes(), [Outcome::Done; 5], "{model:?}");
        let all = 3 * sizes.iter().sum::<u64>();
        assert_eq!(run.end.queues[0], QueueUse { put: 9, got: 9, bytes: all, closed: true }, "{model:?}");
    }
}

#[test]
fn where_the_program_has_no_race_every_model_comes_to_the_same() {
    let programs = || {
        let kernel = Op::Compute(Kernel::Count, Work::Iterations(700));
        let maker = task(vec![times(20, vec![kernel.clone(), put(0), locked(0, vec![add(true, vec![])])])]);
        let user = task(vec![each(0, vec![kernel, locked(0, vec![add(true, vec![])])])]);
        vec![maker.clone(), maker, user]
    };
    let mut seen = BTreeMap::new();
    for model in models().into_iter().filter(|m| m.kind != ModelKind::Processes) {
        let run = run(&plan_with(model, programs(), &[3]));
        seen.insert(model, (run.values(), total(&run).value, run.end.queues.clone()));
    }
    let expected = (vec![Some(14_000), Some(14_000), Some(28_000)], 180);
    for (model, (values, value, queues)) in seen {
        assert_eq!((values, value), expected, "{model:?}");
        assert_eq!(queues, [QueueUse { put: 40, got: 40, bytes: 0, closed: true }], "{model:?}");
    }
}

#[test]
fn what_a_killed_process_had_comes_back_and_its_queue_closes() {
    // Two processes have both permits and say so; the third waits for one, and for the end of the queue.
    let keeper = || task(vec![Op::Lock(LockIndex(1), vec![put(0), sleep(60_000)])]);
    let waiter = task(vec![get(0), get(0), Op::Lock(LockIndex(1), vec![each(0, vec![])])]);
    let plan = plan_with(Model::plain(ModelKind::Processes), vec![keeper(), keeper(), waiter], &[2]);
    let mut runner = Runner::spawn_with(EXE.as_ref(), &plan).expect("a runner");
    let mut pids = BTreeMap::new();
    let run = read(&mut runner.frames().expect("frames"), |r| match r.event {
        Event::WorkerStarted { pid, .. } => drop(pids.insert(r.worker.0, pid)),
        Event::Got { number: 1, .. } => [0, 1].iter().for_each(|worker| kill(pids[worker])),
        _ => {}
    })
    .expect("a run that comes to its end");
    assert_eq!(run.outcomes(), [Outcome::Killed, Outcome::Killed, Outcome::Done]);
    assert_eq!(run.end.queues[0], QueueUse { put: 2, got: 2, bytes: 0, closed: true });
}
