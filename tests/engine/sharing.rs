//! Locks: who has them when, who waits and how, and what becomes of those who die, stay or wait for each other.

use concviz::engine::real::Runner;
use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::Plan;
use concviz::state::{Outcome, State};
use concviz::trace::{Command, Event, Frames, Source};
use concviz::units::{Ns, TaskId};
use concviz::workload::{LockIndex, Op, Task, Until};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{
    EXE, Run, SOME, background, compute, locked, models, plain_models, plan_with_locks, read, request, run, run_with,
    sleep, task,
};

const THREADS: Model = Model::plain(ModelKind::Threads);
const PROCESSES: Model = Model::plain(ModelKind::Processes);
const ASYNC: Model = Model::plain(ModelKind::Async);

fn times(n: u64, body: Vec<Op>) -> Op {
    Op::Repeat(Until::Times(n), body)
}

fn until(task: u32, body: Vec<Op>) -> Op {
    Op::Repeat(Until::Tasks(vec![TaskId(task)]), body)
}

fn reason(plan: &Plan) -> String {
    run_with(EXE.as_ref(), plan).err().expect("a run that fails")
}

#[test]
fn who_finds_a_lock_free_has_it_after_whoever_had_it_before() {
    // So short and so often that one often comes while another lets go.
    let own = || times(1_000, vec![Op::Lock(LockIndex(0), vec![]), Op::Try(LockIndex(0), vec![], vec![])]);
    for model in [THREADS, PROCESSES] {
        let run = run(&plan_with_locks(model, 3, (0..3).map(|_| task(vec![own()])).collect()));
        assert_eq!(run.end.lost, 0, "{model:?}");
        assert!(run.takers(0).len() >= 3_000, "{model:?}");
    }
}

#[test]
fn a_lock_has_one_holder_at_a_time_whatever_is_done_with_it() {
    let body = vec![compute(SOME / 20), sleep(1), Op::Yield, request(1, 100), Op::Write(1_000)];
    for model in models() {
        let program = || task(vec![times(3, vec![locked(1, body.clone()), compute(SOME / 20)])]);
        let run = run(&plan_with_locks(model, 4, (0..4).map(|_| program()).collect()));
        assert_eq!(run.outcomes(), [Outcome::Done; 4], "{model:?}");
        let takers = run.takers(1);
        if model.kind == ModelKind::Serial {
            assert_eq!((takers.len(), run.sum(State::Lock)), (0, Ns::ZERO), "one after the other, it has no meaning");
        } else {
            assert_eq!(takers.len(), 12, "{model:?}");
            assert!(run.sum(State::Lock) > Ns::ZERO, "{model:?}: nobody waited");
            assert!((0..4).all(|who| takers.iter().filter(|t| **t == who).count() == 3), "{model:?}: {takers:?}");
        }
        assert_eq!((run.takers(0).len(), run.takers(2).len()), (0, 0), "{model:?}: nobody needs the others");
        for span in run.spans().iter().filter(|s| s.state == State::Lock) {
            assert_eq!(span.holds, model.kind != ModelKind::Async, "{model:?}: {span:?}");
        }
    }
}

#[test]
fn on_a_loop_whoever_came_first_gets_the_lock_first_and_the_loop_goes_on() {
    let mut tasks: Vec<Task> = (0..6).map(|_| task(vec![locked(0, vec![sleep(4)])])).collect();
    tasks.push(task(vec![sleep(2), compute(SOME)]));
    let run = run(&plan_with_locks(ASYNC, 1, tasks));
    assert_eq!(run.takers(0), [0, 1, 2, 3, 4, 5]);
    let waits: Vec<Ns> = (1..6).map(|n| run.waits(TaskId(n), State::Lock)[0]).collect();
    assert!(waits.is_sorted(), "{waits:?}");
    // The last one waits for five others, and the one that needs no lock is done by then.
    assert!(waits[4] >= Ns::from_millis(20), "{waits:?}");
    let ended = |id| run.spans_of(TaskId(id)).last().expect("spans").from;
    assert!(ended(6) < ended(5));
}

#[test]
fn who_waits_is_told_how_long_and_could_go_on_only_once_the_lock_was_free() {
    for model in [THREADS, PROCESSES, ASYNC] {
        let keeper = task(vec![locked(0, vec![sleep(60)])]);
        let run = run(&plan_with_locks(model, 2, vec![keeper, task(vec![sleep(30), locked(0, vec![compute(9)])])]));
        let released = run.of_lock(0).find_map(|(at, e)| match e {
            Event::LockReleased { task: TaskId(0), .. } => Some(at),
            _ => None,
        });
        let taken = run.of_lock(0).find_map(|(at, e)| match e {
            Event::LockTaken { task: TaskId(1), waited, .. } => Some((at, waited)),
            _ => None,
        });
        let (released, (taken, waited)) = (released.expect("let go"), taken.expect("taken"));
        let came = run.spans_of(TaskId(1)).iter().find(|s| s.state == State::Lock).expect("a wait").from;
        assert!(released <= taken && came + waited == taken, "{model:?}: {released:?} {taken:?} {waited}");
        let wait = run.waits(TaskId(1), State::Lock)[0];
        assert!(came + wait >= released, "{model:?}: it could not go on before {released:?}");
    }
}

#[test]
fn a_background_task_may_have_a_lock_when_the_run_ends() {
    for model in [THREADS, PROCESSES, ASYNC] {
        let keeper = background(vec![locked(0, vec![sleep(60_000)])]);
        let run = run(&plan_with_locks(model, 2, vec![keeper, task(vec![sleep(3)])]));
        assert_eq!(run.outcomes(), [Outcome::Stopped, Outcome::Done], "{model:?}");
        assert_eq!(run.takers(0), [0], "{model:?}");
    }
}

#[test]
fn the_lock_of_a_killed_process_goes_to_the_next() {
    let dies = task(vec![locked(0, vec![compute(1), sleep(60_000)])]);
    let needs = || task(vec![sleep(5), locked(0, vec![compute(SOME)])]);
    let plan = plan_with_locks(PROCESSES, 3, vec![dies, needs(), needs()]);
    let mut runner = Runner::spawn_with(EXE.as_ref(), &plan).expect("a runner");
    let (mut pid, mut waiting, mut taken, mut killed) = (None, 0, false, false);
    let run = read(&mut runner.frames().expect("frames"), |r| {
        match r.event {
            Event::WorkerStarted { pid: started, .. } if r.worker.0 == 0 => pid = Some(started),
            Event::LockTaken { task: TaskId(0), .. } => taken = true,
            Event::Enter { state: State::Lock, .. } => waiting += 1,
            _ => {}
        }
        // Only once both others wait for it, too: what they wait for is the death.
        if let (true, true, 2, Some(pid)) = (!killed, taken, waiting, pid) {
            killed = true;
            let pid = Pid::from_raw(pid.cast_signed()).expect("a pid");
            kill_process(pid, Signal::KILL).expect("somebody to kill");
        }
    })
    .expect("a run that comes to its end");
    assert!(killed);
    assert_eq!(run.outcomes(), [Outcome::Killed, Outcome::Done, Outcome::Done]);
    assert_eq!(run.count(|e| matches!(e, Event::LockAbandoned { .. })), 1);
    assert_eq!(run.takers(0).len(), 3);
    for id in [1, 2] {
        // The lock was let go of by nobody: all of the wait is one.
        let waits = run.waits(TaskId(id), State::Lock);
        let all: Ns =
            run.spans_of(TaskId(id)).iter().filter(|s| s.state == State::Lock).map(|s| s.to.since(s.from)).sum();
        assert!(waits[0] > Ns::ZERO && waits[0] <= all, "{waits:?} of {all}");
    }
    let next = TaskId(run.takers(0)[1]);
    let wait = run.spans_of(next).iter().find(|s| s.state == State::Lock).map(|s| s.to.since(s.from));
    assert_eq!(run.waits(next, State::Lock).first().copied(), wait, "nobody knows since when it was free");
}

/// Two tasks that take two locks in opposite order, each while the other has its first.
fn opposite() -> Vec<Task> {
    let both = |first, second| task(vec![locked(first, vec![sleep(30), locked(second, vec![compute(1)])])]);
    vec![both(0, 1), both(1, 0)]
}

#[test]
fn tasks_that_wait_for_each_other_end_the_run_with_a_sentence() {
    let gil = Model { kind: ModelKind::Threads, lock: GlobalLock::gil(Ns::from_millis(1)) };
    for model in [THREADS, gil, PROCESSES, ASYNC] {
        let mut plan = plan_with_locks(model, 3, opposite());
        for (task, name) in plan.tasks.iter_mut().zip(["left", "right"]) {
            name.clone_into(&mut task.name);
        }
        let why = reason(&plan);
        let expected = "deadlock: left wants `b`, right wants `a`; take locks in one order";
        assert_eq!(why, expected, "{model:?}");
        let link = |first, second| task(vec![locked(first, vec![sleep(30), locked(second, vec![compute(1)])])]);
        let why = reason(&plan_with_locks(model, 3, vec![link(0, 1), link(1, 2), link(2, 0)]));
        assert!(why.starts_with("deadlock: ") && why.contains("`a`") && why.contains("`c`"), "{model:?}: {why}");
        // Somebody goes round and round until another is over that needs what it has.
        let holder = task(vec![locked(0, vec![until(1, vec![sleep(2)])])]);
        let why = reason(&plan_with_locks(model, 2, vec![holder, task(vec![sleep(5), locked(0, vec![])])]));
        assert!(
            why.contains(" waits for task") && why.ends_with("; let go of locks before waiting"),
            "{model:?}: {why}"
        );
    }
    let run = run(&plan_with_locks(Model::plain(ModelKind::Serial), 1, opposite()));
    assert_eq!(run.outcomes(), [Outcome::Done; 2], "one after the other, nobody is in anybody's way");
}

#[test]
fn taking_turns_is_no_circle_however_seldom_it_is_ones_turn() {
    for model in [THREADS, PROCESSES, ASYNC] {
        // The job waits for the ticker's lock nearly all the time, and the ticker goes on until the job is over.
        let ticker = background(vec![until(1, vec![locked(0, vec![sleep(60)]), sleep(1)])]);
        let job = task(vec![times(5, vec![locked(0, vec![compute(SOME / 5)]), sleep(3)])]);
        let run = run(&plan_with_locks(model, 2, vec![ticker, job]));
        assert_eq!(run.outcomes()[1], Outcome::Done, "{model:?}");
        assert_eq!(run.takers(0).iter().filter(|who| **who == 1).count(), 5, "{model:?}");
    }
}

#[test]
fn whoever_waits_for_a_task_that_gets_no_worker_goes_on() {
    for model in [THREADS, PROCESSES] {
        // Both workers are occupied: by one that waits for the third task, and by one that waits for the first one's lock.
        let tasks = vec![
            task(vec![locked(0, vec![until(2, vec![sleep(2)])])]),
            task(vec![sleep(5), locked(0, vec![compute(1)])]),
            task(vec![compute(SOME)]),
        ];
        let run = run(&plan_with_locks(model, 2, tasks));
        assert_eq!(run.outcomes(), [Outcome::Done; 3], "{model:?}");
    }
}

#[test]
fn the_values_and_the_latencies_are_the_same_under_every_model() {
    let program = || task(vec![locked(2, vec![request(1, 10), compute(SOME / 10)]), request(1, 0), compute(3)]);
    let runs = plain_models().map(|model| run(&plan_with_locks(model, 4, (0..4).map(|_| program()).collect())));
    let values: Vec<_> = runs.map(|run: Run| run.values()).collect();
    assert!(values.iter().all(|v| *v == [Some(SOME / 10 + 3); 4]), "{values:?}");
}

#[test]
fn a_wait_for_a_lock_does_not_outlive_a_run_that_is_ended() {
    for model in [THREADS, PROCESSES, ASYNC] {
        let waits = || task(vec![locked(0, vec![sleep(60_000)])]);
        let mut runner =
            Runner::spawn_with(EXE.as_ref(), &plan_with_locks(model, 2, vec![waits(), waits()])).expect("a runner");
        let mut frames = runner.frames().expect("frames");
        let mut waiting = false;
        while !waiting {
            if let Ok(Some(concviz::trace::Frame::Events(records))) = frames.next_frame() {
                let is_wait = |e: &Event| matches!(e, Event::Enter { state: State::Lock, .. });
                waiting = records.iter().any(|r| is_wait(&r.event));
            }
        }
        runner.tell(Command::Stop).expect("told");
        assert!(!std::path::Path::new(&format!("/proc/{}", runner.pid())).exists(), "{model:?}");
    }
}
