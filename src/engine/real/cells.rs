//! Tests that both hosts do what the table says: a cell that is changed changes the run. They try every step that
//! waits, under every model, with every effect on the worker, another state, and the other use of the global lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::carriers::Queues;
use super::compute::Worker;
use super::run::Run;
use super::server::Server;
use super::shared::Shared;
use super::{blocking, event_loop};
use crate::machine::sys;
use crate::model::{GlobalLock, Model, ModelKind};
use crate::plan::Plan;
use crate::semantics::{Effect, LockUse, TABLE, Table, Worker as Doing};
use crate::state::State;
use crate::trace::{Event, KernelRecord, Stamped};
use crate::units::{CounterId, LockId, Ns, QueueId, TaskId, WorkerId};
use crate::workload::{Addition, Counter, Kernel, LockIndex, Op, Queue, Request, Spread, StepKind, Task, Work};

const WORKERS: [Doing; 7] = [
    Doing::Computes,
    Doing::Blocks,
    Doing::Suspends,
    Doing::Offloads,
    Doing::YieldsCore,
    Doing::YieldsLoop,
    Doing::PassesBy,
];
/// Work that is soon done.
const MOMENT: Work = Work::Iterations(100_000);
/// The number of the global lock.
const GIL: LockId = LockId(0);

/// The steps that wait, whatever other tasks do.
fn waiting() -> impl Iterator<Item = StepKind> {
    let waits = |step: &StepKind| match step {
        StepKind::Sleep | StepKind::BlockingSleep | StepKind::Yield | StepKind::Await => true,
        StepKind::Request | StepKind::Read | StepKind::Write | StepKind::Lock => true,
        StepKind::Compute | StepKind::HoldingCall | StepKind::ReleasingCall | StepKind::Gap => false,
        StepKind::Try | StepKind::Put | StepKind::Get | StepKind::Add | StepKind::AddAtomic => false,
    };
    StepKind::ALL.into_iter().filter(waits)
}

/// The operation of `step`; if the step is timed, it takes `time`.
fn op(step: StepKind, time: Ns) -> Op {
    match step {
        StepKind::Sleep => Op::Sleep(time),
        StepKind::BlockingSleep => Op::BlockingSleep(time),
        StepKind::Yield => Op::Yield,
        StepKind::Await => Op::Await,
        StepKind::Request => Op::Request(Request { latency: time, spread: Spread::Constant, bytes: 1 }),
        StepKind::Read => Op::Read(1),
        StepKind::Write => Op::Write(1),
        // Long enough for the next one to find it held.
        StepKind::Lock => Op::Lock(LockIndex(0), vec![Op::Sleep(Ns::from_millis(2))]),
        StepKind::Compute => Op::Compute(Kernel::Count, MOMENT),
        StepKind::HoldingCall => Op::HoldingCall(Kernel::Count, MOMENT),
        StepKind::ReleasingCall => Op::ReleasingCall(Kernel::Count, MOMENT),
        StepKind::Gap => Op::Gap(Kernel::Count, MOMENT),
        StepKind::Try => Op::Try(LockIndex(0), vec![Op::Yield], vec![]),
        StepKind::Put => Op::Put(QueueId(0), 8),
        StepKind::Get => Op::Get(QueueId(0)),
        StepKind::Add => Op::Add(Addition { counter: CounterId(0), switch: true }, vec![]),
        StepKind::AddAtomic => Op::AddAtomic(CounterId(0)),
    }
}

/// A run of `tasks` tasks that do `op`, as `table` says, with a server and a global lock, in this process.
fn run(kind: ModelKind, op: &Op, tasks: usize, table: Table) -> Arc<Run> {
    run_of(kind, vec![vec![op.clone()]; tasks], 1, table)
}

/// The same for any programs, and as many workers.
fn run_of(kind: ModelKind, programs: Vec<Vec<Op>>, workers: u16, table: Table) -> Arc<Run> {
    let task = |ops| Task { name: "task".to_owned(), background: false, ops };
    let plan = Plan {
        workload: "cells".to_owned(),
        tasks: programs.into_iter().map(task).collect(),
        model: Model { kind, lock: GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL) },
        workers,
        at_once: None,
        cores: None,
        poll_every: [10_000; Kernel::COUNT],
        locks: vec!["a".to_owned()],
        limits: vec![1],
        queues: vec![Queue { name: "q".to_owned(), room: 1 }],
        counters: vec![Counter { name: "n".to_owned(), start: 0 }],
        seed: 1,
        no_kernel_record: true,
    };
    let (shared, memory) = Shared::create(&plan).expect("memory");
    let queues = Queues::create(&plan, shared).expect("pipes");
    let server = Server::start(&[]).expect("a server");
    shared.set_port(server.port);
    let dispatcher = shared.tracer(WorkerId(plan.workers)).expect("a ring");
    Arc::new(Run {
        plan,
        table: Box::leak(Box::new(table)),
        record: KernelRecord::None("it is a test".to_owned()),
        listener: 0,
        shared,
        queues,
        memory,
        server: Some(server),
        files: None,
        dispatcher,
        pinned: Vec::new(),
    })
}

/// A run whose tasks are not performed.
pub(super) fn a_run() -> Arc<Run> {
    run(ModelKind::Async, &Op::Yield, 1, TABLE.clone())
}

/// What the events show of a step.
#[derive(Debug, PartialEq)]
struct Seen {
    /// The state that the task was in and whether it kept its worker; `None` if it went on as before.
    state: Option<(State, bool)>,
    /// Whether the task let go of the global lock at once.
    released: bool,
    /// How long the whole program took.
    took: Ns,
}

/// What the events of `run` show of `task`.
fn seen(run: &Run, task: TaskId) -> Seen {
    let mut events: Vec<Stamped> = Vec::new();
    run.shared.rings().for_each(|(_, ring)| ring.drain(&mut events));
    events.sort_by_key(|stamped| stamped.at);
    let of = |stamped: &&Stamped| matches!(stamped.event, Event::Enter { task: t, .. } | Event::Ended { task: t, .. } if t == task);
    let own: Vec<&Stamped> = events.iter().filter(of).collect();
    let runs = |s: &&Stamped| matches!(s.event, Event::Enter { state: State::Running, .. });
    let first = own.iter().position(runs).expect("it ran");
    let took = own.last().map_or(Ns::ZERO, |last| last.at.since(own[first].at));
    let waits = own[first..].iter().find_map(|stamped| match stamped.event {
        Event::Enter { state: State::Running | State::Gil, .. } => None,
        Event::Enter { state, holds, .. } => Some((**stamped, (state, holds))),
        _ => None,
    });
    let released = waits.is_some_and(|(stamped, _)| {
        let after = events.iter().skip_while(|s| **s != stamped).nth(1);
        after.is_some_and(|s| matches!(s.event, Event::LockReleased { lock: GIL, .. }))
    });
    Seen { state: waits.map(|(_, state)| state), released, took }
}

/// Performs `step` on a worker that blocks; another thread holds the workload's lock until the task waits for it.
fn on_a_worker(kind: ModelKind, step: StepKind, table: Table, time: Ns) -> Seen {
    let run = run(kind, &op(step, time), 1, table);
    let over = AtomicBool::new(false);
    let (shared, task) = (run.shared, TaskId(0));
    thread::scope(|scope| {
        hold_until_wanted(scope, shared, step, &over);
        scope.spawn(|| {
            let tracer = shared.tracer(WorkerId(0)).expect("a ring");
            let mut worker = Worker::new(shared, tracer, run.queues, run.gil(WorkerId(0)).as_ref());
            let done = blocking::perform(&mut worker, (kind, run.table), task, &run.plan.tasks[0]);
            worker.end(task, done.expect("nothing is refused").outcome);
            over.store(true, Ordering::Release);
        });
    });
    seen(&run, task)
}

/// Has another thread keep the lock until a task waits for it, or is over without waiting.
fn hold_until_wanted<'s>(scope: &'s thread::Scope<'s, '_>, shared: Shared, step: StepKind, over: &'s AtomicBool) {
    if step != StepKind::Lock {
        return;
    }
    let (say, hear) = std::sync::mpsc::channel();
    scope.spawn(move || {
        let lock = shared.lock(LockIndex(0)).expect("there is one");
        lock.try_take(TaskId(9), 0).expect("nobody has it");
        say.send(()).expect("somebody waits for that");
        while shared.waits_for(TaskId(0)).is_none() && !over.load(Ordering::Acquire) {
            thread::yield_now();
        }
        lock.let_go(sys::now());
    });
    hear.recv().expect("it is held");
}

/// Performs `step` on the loop. Of two tasks that take a lock the second waits; where the wait blocks the loop, another
/// thread holds the lock instead.
fn on_a_loop(step: StepKind, table: Table, time: Ns) -> Seen {
    let kept = step == StepKind::Lock
        && matches!(table.effect(step, ModelKind::Async).worker, Doing::Blocks | Doing::Computes);
    let tasks = if step == StepKind::Lock && !kept { 2 } else { 1 };
    let run = run(ModelKind::Async, &op(step, time), tasks, table);
    let over = AtomicBool::new(false);
    let (shared, made) = (run.shared, Arc::clone(&run));
    thread::scope(|scope| {
        hold_until_wanted(scope, shared, if kept { step } else { StepKind::Sleep }, &over);
        // In a thread of its own, which gets the name of the loop and whose CPU time counts.
        let done = scope.spawn(move || event_loop::run(&made).map(|finish| finish.is_complete())).join();
        assert_eq!(done.expect("no panic"), Ok(true));
        over.store(true, Ordering::Release);
    });
    seen(&run, TaskId(tasks as u32 - 1))
}

fn look(kind: ModelKind, step: StepKind, table: Table, time: Ns) -> Seen {
    match kind {
        ModelKind::Async => on_a_loop(step, table, time),
        ModelKind::Serial | ModelKind::Threads | ModelKind::Processes => on_a_worker(kind, step, table, time),
    }
}

/// What a host makes of an effect: whether the step has a state of its own, keeps its worker, and takes its time.
fn expected(kind: ModelKind, step: StepKind, worker: Doing) -> (bool, bool, bool) {
    let looped = kind == ModelKind::Async;
    let lock = step == StepKind::Lock;
    match worker {
        Doing::Blocks => (true, true, true),
        Doing::Suspends | Doing::Offloads => (true, !looped, true),
        // A task that takes a lock always waits until it has it, whatever other tasks do meanwhile.
        Doing::YieldsCore => (true, !(looped && lock), lock),
        Doing::YieldsLoop => (looped || lock, !looped, lock),
        Doing::Computes => (lock, true, true),
        Doing::PassesBy => (false, false, false),
    }
}

/// Whether what `step` waits for takes as long as it is told to.
fn is_timed(step: StepKind) -> bool {
    match step {
        StepKind::Sleep | StepKind::BlockingSleep | StepKind::Request => true,
        StepKind::Yield | StepKind::Await | StepKind::Read | StepKind::Write => false,
        StepKind::Lock | StepKind::Compute | StepKind::HoldingCall | StepKind::ReleasingCall | StepKind::Gap => false,
        StepKind::Try | StepKind::Put | StepKind::Get | StepKind::Add | StepKind::AddAtomic => false,
    }
}

#[test]
fn what_a_cell_says_of_the_worker_is_what_happens() {
    let (short, for_ever) = (Ns::from_millis(2), Ns::from_millis(3_600_000));
    for kind in ModelKind::ALL {
        for step in waiting() {
            for worker in WORKERS {
                let effect = Effect { worker, lock: LockUse::Kept, state: State::Copying, by_value: false };
                let (state, holds, waits) = expected(kind, step, worker);
                let time = if waits { short } else { for_ever };
                let seen = look(kind, step, TABLE.with(step, kind, effect), time);
                let what = format!("{step:?} under {kind:?} that {worker:?}: {seen:?}");
                // A `lock` step that passes by leaves no state: the first state seen is that of the step inside it.
                let instead = (step == StepKind::Lock).then_some((State::Sleep, kind != ModelKind::Async));
                let expected = if state { Some((State::Copying, holds)) } else { instead };
                assert_eq!(seen.state, expected, "{what}");
                assert!(!is_timed(step) || !waits || seen.took >= short, "{what}");
            }
        }
    }
}

#[test]
fn what_a_cell_says_of_the_state_and_of_the_global_lock_is_what_happens() {
    for kind in ModelKind::ALL {
        for step in waiting() {
            let usual = TABLE.effect(step, kind);
            // A step that passes by has no state: the test has it block instead.
            let worker = if usual.worker == Doing::PassesBy { Doing::Blocks } else { usual.worker };
            for state in [State::Io, State::Starting, State::Sleep] {
                for lock in [LockUse::Kept, LockUse::Released] {
                    let effect = Effect { worker, lock, state, by_value: false };
                    let seen = look(kind, step, TABLE.with(step, kind, effect), Ns::from_millis(1));
                    let what = format!("{step:?} under {kind:?} with {effect:?}: {seen:?}");
                    assert_eq!(seen.state.map(|(state, _)| state), Some(state), "{what}");
                    assert_eq!(seen.released, lock == LockUse::Released, "{what}");
                }
            }
        }
    }
}

/// How many times a task that does `step` under `kind`, as `table` says, lets go of the global lock before it ends.
fn let_go_while_computing(kind: ModelKind, step: StepKind, table: Table) -> usize {
    let run = run(kind, &op(step, Ns::ZERO), 1, table);
    match kind {
        ModelKind::Async => {
            let made = Arc::clone(&run);
            // In a thread of its own, which gets the name of the loop.
            let done = thread::spawn(move || event_loop::run(&made).map(|finish| finish.is_complete())).join();
            assert_eq!(done.expect("no panic"), Ok(true));
        }
        ModelKind::Serial | ModelKind::Threads | ModelKind::Processes => {
            let tracer = run.shared.tracer(WorkerId(0)).expect("a ring");
            let mut worker = Worker::new(run.shared, tracer, run.queues, run.gil(WorkerId(0)).as_ref());
            let done = blocking::perform(&mut worker, (kind, run.table), TaskId(0), &run.plan.tasks[0]);
            worker.end(TaskId(0), done.expect("nothing is refused").outcome);
        }
    }
    let mut events: Vec<Stamped> = Vec::new();
    run.shared.rings().for_each(|(_, ring)| ring.drain(&mut events));
    events.sort_by_key(|stamped| stamped.at);
    let runs = |e: &Stamped| matches!(e.event, Event::Enter { state: State::Running, .. });
    let own = events.iter().skip_while(|e| !runs(e)).take_while(|e| !matches!(e.event, Event::Ended { .. }));
    own.filter(|e| matches!(e.event, Event::LockReleased { lock: GIL, .. })).count()
}

#[test]
fn what_a_cell_says_of_the_global_lock_while_a_task_computes_is_what_happens() {
    for kind in ModelKind::ALL {
        for step in StepKind::ALL.into_iter().filter(|step| op(*step, Ns::ZERO).work().is_some()) {
            let all = [LockUse::Held, LockUse::HeldToTheEnd, LockUse::HeldBeyond, LockUse::Kept, LockUse::Released];
            for lock in all {
                let table = TABLE.with(step, kind, Effect { lock, ..TABLE.effect(step, kind) });
                let times = let_go_while_computing(kind, step, table);
                assert_eq!(times, usize::from(lock == LockUse::Released), "{step:?} under {kind:?} with {lock:?}");
            }
        }
    }
}

/// Performs two programs at the same time, `first` alone at first; returns what the events show of it.
fn two_at_a_queue(kind: ModelKind, first: Vec<Op>, second: Vec<Op>, table: Table) -> Seen {
    let run = run_of(kind, vec![first, second], if kind == ModelKind::Async { 1 } else { 2 }, table);
    if kind == ModelKind::Async {
        let made = Arc::clone(&run);
        let done = thread::spawn(move || event_loop::run(&made).map(|finish| finish.is_complete())).join();
        assert_eq!(done.expect("no panic"), Ok(true));
        return seen(&run, TaskId(0));
    }
    let perform = |n: u32| {
        let (run, shared) = (Arc::clone(&run), run.shared);
        move || {
            let tracer = shared.tracer(WorkerId(n as u16)).expect("a ring");
            let mut worker = Worker::new(shared, tracer, run.queues, run.gil(WorkerId(n as u16)).as_ref());
            let done = blocking::perform(&mut worker, (kind, run.table), TaskId(n), &run.plan.tasks[n as usize]);
            worker.end(TaskId(n), done.expect("nothing is refused").outcome);
        }
    };
    let first = thread::spawn(perform(0));
    while run.shared.waits(TaskId(0)).is_none() {
        thread::yield_now();
    }
    thread::spawn(perform(1)).join().expect("no panic");
    first.join().expect("no panic");
    seen(&run, TaskId(0))
}

#[test]
fn what_a_cell_says_of_a_wait_at_a_queue_is_what_happens() {
    let (put, get) = (Op::Put(QueueId(0), 8), Op::Get(QueueId(0)));
    let for_a_message = (StepKind::Get, vec![get.clone()], vec![put.clone()]);
    let for_room = (StepKind::Put, vec![put.clone(), put], vec![get.clone(), get]);
    for (step, first, second) in [for_a_message, for_room] {
        for kind in [ModelKind::Threads, ModelKind::Async] {
            for worker in [Doing::Blocks, Doing::Suspends, Doing::Offloads, Doing::YieldsCore, Doing::YieldsLoop] {
                // A loop that is blocked never comes to whoever could end the wait.
                if kind == ModelKind::Async && worker == Doing::Blocks {
                    continue;
                }
                for lock in [LockUse::Kept, LockUse::Released] {
                    let effect = Effect { worker, lock, state: State::Io, by_value: false };
                    let table = TABLE.with(step, kind, effect);
                    let seen = two_at_a_queue(kind, first.clone(), second.clone(), table);
                    let what = format!("{step:?} under {kind:?} with {effect:?}: {seen:?}");
                    assert_eq!(seen.state, Some((State::Io, kind != ModelKind::Async)), "{what}");
                    // On a loop the lock goes from task to task without being free.
                    let told = kind == ModelKind::Async || seen.released == (lock == LockUse::Released);
                    assert!(told, "{what}");
                }
            }
        }
    }
}

#[test]
fn by_value_means_that_a_message_is_copied_and_a_counter_is_the_workers_own() {
    let (put, get) = (Op::Put(QueueId(0), 1_000), Op::Get(QueueId(0)));
    let add = Op::AddAtomic(CounterId(0));
    for by_value in [false, true] {
        let kind = ModelKind::Threads;
        let table =
            [StepKind::Put, StepKind::Get, StepKind::AddAtomic].into_iter().fold(TABLE.clone(), |table, step| {
                let effect = Effect { by_value, ..TABLE.effect(step, kind) };
                table.with(step, kind, effect)
            });
        let programs = vec![vec![put.clone(), get.clone(), add.clone()]];
        let run = run_of(kind, programs, 1, table);
        let tracer = run.shared.tracer(WorkerId(0)).expect("a ring");
        let mut worker = Worker::new(run.shared, tracer, run.queues, None);
        let done = blocking::perform(&mut worker, (kind, run.table), TaskId(0), &run.plan.tasks[0]);
        worker.end(TaskId(0), done.expect("nothing is refused").outcome);
        let mut events: Vec<Stamped> = Vec::new();
        run.shared.rings().for_each(|(_, ring)| ring.drain(&mut events));
        let copied = events.iter().filter(|e| matches!(e.event, Event::Copied { .. })).count();
        assert_eq!(copied, if by_value { 2 } else { 0 });
        let counter = run.shared.counter_accounts(1, by_value).remove(0);
        assert_eq!((counter.additions, counter.value), (1, u32::from(!by_value)));
        assert_eq!(counter.copies, if by_value { vec![1] } else { vec![] });
    }
}
