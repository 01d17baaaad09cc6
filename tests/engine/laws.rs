//! What holds of every run.

use std::collections::BTreeMap;

use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::Plan;
use concviz::state::{Outcome, State};
use concviz::trace::{Command, Direction, EVENT_BYTES, Event, Source};
use concviz::units::{Ns, TaskId, TurnLength};
use concviz::workload::{Op, Task, Until};

use crate::support::{Run, SOME, compute, models, plan, run, sleep, task};

/// Tasks of every kind of step, more than workers.
fn mixture() -> Vec<Task> {
    vec![
        task(vec![compute(SOME)]),
        task(vec![sleep(3), compute(SOME)]),
        task(vec![compute(SOME / 2), Op::Yield, compute(SOME / 2)]),
        task(vec![Op::BlockingSleep(Ns::from_millis(2)), compute(SOME)]),
        task(vec![Op::Repeat(Until::Times(4), vec![compute(SOME / 4), Op::Sleep(Ns::ZERO)])]),
        task(vec![]),
    ]
}

fn mixed_run(model: Model) -> Run {
    run(&plan(model, 3, mixture()))
}

#[test]
fn every_task_is_submitted_at_the_start_and_ends_once_with_the_same_value_under_every_model() {
    for model in models() {
        let run = mixed_run(model);
        assert_eq!(run.outcomes(), [Outcome::Done; 6], "{model:?}");
        assert_eq!(run.values(), [SOME, SOME, SOME, SOME, SOME, 0].map(Some), "{model:?}");
        for id in (0..6).map(TaskId) {
            let spans = run.spans_of(id);
            assert_eq!((spans[0].state, spans[0].from), (State::Queued, run.begin.t0), "{model:?} {id:?}");
            let ends = spans.iter().filter(|s| s.state == State::Ended).count();
            assert_eq!(ends, 1, "{model:?} {id:?}");
            let last = spans.last().expect("spans");
            assert_eq!(last.state, State::Ended, "{model:?} {id:?} {spans:?}");
            assert!(last.from <= run.end.at);
        }
    }
}

#[test]
fn each_worker_records_in_order_and_nothing_is_lost_or_miscounted() {
    for model in models() {
        let mut runner =
            concviz::engine::real::Runner::spawn_with(crate::support::EXE.as_ref(), &plan(model, 3, mixture()))
                .expect("a runner");
        let mut last = BTreeMap::new();
        let mut lost = 0;
        let run = crate::support::read(&mut runner.frames().expect("frames"), |r| {
            let before = last.insert(r.worker, r.at).unwrap_or_default();
            assert!(before <= r.at, "{model:?}: {r:?} after {before:?}");
            if let Event::Lost { count } = r.event {
                lost += count;
            }
        })
        .expect("a run");
        assert_eq!(run.end.lost, lost, "{model:?}");
        assert_eq!(lost, 0, "{model:?}");
        let own: Vec<_> = run.events.iter().filter(|r| !matches!(r.event, Event::Switched { .. })).collect();
        assert!(run.end.events >= own.len() as u64, "{model:?}");
        assert!(own.iter().all(|r| r.worker <= run.dispatcher() && r.at >= run.begin.t0), "{model:?}");
        assert_eq!(EVENT_BYTES, 32);
    }
}

#[test]
fn where_there_is_one_worker_or_one_lock_one_task_runs_at_a_time() {
    for model in models() {
        let run = mixed_run(model);
        let one = match model.kind {
            ModelKind::Serial | ModelKind::Async => true,
            ModelKind::Threads => model.lock.is_on(),
            ModelKind::Processes => false,
        };
        let most = run.most_running();
        assert!(if one { most == 1 } else { (1..=3).contains(&most) }, "{model:?}: {most}");
    }
}

#[test]
fn a_lock_has_one_holder_at_a_time_and_each_process_has_its_own() {
    for model in models() {
        let run = mixed_run(model);
        let mut holders = BTreeMap::new();
        let mut turns = BTreeMap::new();
        for record in &run.events {
            match record.event {
                Event::LockTaken { lock, .. } => {
                    *turns.entry(lock).or_insert(0) += 1;
                    assert_eq!(holders.insert(lock, record.worker), None, "{model:?}: {record:?}");
                }
                Event::LockReleased { lock, .. } => {
                    assert_eq!(holders.remove(&lock), Some(record.worker), "{model:?}: {record:?}");
                }
                _ => {}
            }
        }
        let locks = match model.kind {
            _ if !model.lock.is_on() => 0,
            ModelKind::Processes => 3,
            _ => 1,
        };
        assert_eq!(turns.len(), locks, "{model:?}: {turns:?}");
    }
}

#[test]
fn threads_under_a_lock_ask_for_it_and_hand_it_over() {
    let model = models()
        .into_iter()
        .find(|m| m.kind == ModelKind::Threads && m.lock.is_on() && !m.lock.is_legacy())
        .expect("one");
    let run = run(&plan(model, 3, (0..3).map(|_| task(vec![compute(20 * SOME)])).collect()));
    let requests = run.count(|e| matches!(e, Event::DropRequest { .. }));
    let forced = run.count(|e| matches!(e, Event::LockReleased { forced: true, .. }));
    assert!(requests >= forced && forced > 3, "{requests} requests, {forced} forced");
    assert!(run.sum(State::Gil) > run.sum(State::Running), "two of three wait at any time");
}

#[test]
fn nobody_asks_for_the_older_lock_and_keeping_it_is_counted() {
    let lock = GlobalLock::GilLegacy { check_interval: 100 };
    let model = Model { kind: ModelKind::Threads, lock };
    let run = run(&plan(model, 3, (0..3).map(|_| task(vec![compute(10 * SOME)])).collect()));
    assert_eq!(run.count(|e| matches!(e, Event::DropRequest { .. })), 0);
    let taken = run.count(|e| matches!(e, Event::LockTaken { .. }));
    assert!(run.end.lock_retaken > taken as u64, "{} times kept, {taken} taken", run.end.lock_retaken);
    assert_eq!(run.most_running(), 1);
}

#[test]
fn an_interval_that_is_turned_counts_from_then_on_and_is_in_the_record() {
    let ms = Ns::from_millis;
    let rounds = |time| Op::Repeat(Until::For(time), vec![compute(10_000)]);
    let model = Model { kind: ModelKind::Threads, lock: GlobalLock::gil(ms(10_000)) };
    let plan = plan(model, 2, vec![task(vec![rounds(ms(300))]), task(vec![rounds(ms(300))])]);
    let mut runner = concviz::engine::real::Runner::spawn_with(crate::support::EXE.as_ref(), &plan).expect("a runner");
    let mut frames = runner.frames().expect("frames");
    let mut told = false;
    let run = crate::support::read(&mut frames, |record| {
        let waits = matches!(record.event, Event::Enter { state: State::Gil, .. });
        if waits && !std::mem::replace(&mut told, true) {
            runner.tell(Command::Interval(TurnLength::Ticks(7))).expect("a runner that listens");
            runner.tell(Command::Interval(TurnLength::Time(ms(1)))).expect("a runner that listens");
        }
    })
    .expect("a run");
    assert!(told, "one of the two waits");
    let changes: Vec<_> = run.events.iter().filter(|r| matches!(r.event, Event::IntervalChanged { .. })).collect();
    let [change] = changes[..] else { panic!("ticks are no interval of this lock: {changes:?}") };
    assert_eq!(change.event, Event::IntervalChanged { length: TurnLength::Time(ms(1)) });
    assert!(change.at > run.begin.t0 && change.worker == run.dispatcher());
}

#[test]
fn processes_copy_every_program_in_and_every_result_out() {
    let run = mixed_run(Model::plain(ModelKind::Processes));
    for id in (0..6).map(TaskId) {
        for way in [Direction::In, Direction::Out] {
            let copies: Vec<u64> = run
                .events
                .iter()
                .filter_map(|r| match r.event {
                    Event::Copied { task, direction, bytes, .. } if task == id && direction == way => Some(bytes),
                    _ => None,
                })
                .collect();
            assert!(copies.len() == 1 && copies[0] > 10, "{id:?} {way:?} {copies:?}");
        }
        assert!(run.spans_of(id).iter().any(|s| s.state == State::Copying));
    }
    let others = mixed_run(Model::plain(ModelKind::Threads));
    assert_eq!(others.count(|e| matches!(e, Event::Copied { .. })), 0);
}

#[test]
fn a_wait_holds_its_worker_except_on_the_loop_where_only_a_blocking_call_does() {
    for model in models() {
        let run = mixed_run(model);
        let holds = |id| run.spans_of(TaskId(id)).iter().find(|s| s.state == State::Sleep).map(|s| s.holds);
        assert_eq!(holds(1), Some(model.kind != ModelKind::Async), "{model:?}");
        assert_eq!(holds(3), Some(true), "{model:?}");
    }
}

/// Without the kernel's record: workers notice by themselves when they stood still.
fn no_kernel_record(plan: Plan) -> Plan {
    Plan { no_kernel_record: true, ..plan }
}

#[test]
fn time_computing_less_time_off_the_core_is_the_cpu_clock() {
    for kind in [ModelKind::Serial, ModelKind::Threads, ModelKind::Async] {
        let run = run(&no_kernel_record(plan(Model::plain(kind), 4, vec![task(vec![compute(20 * SOME)]); 4])));
        let off = run.events.iter().filter_map(|r| match r.event {
            Event::WasOff { spent, .. } => Some(spent),
            _ => None,
        });
        let on = run.sum(State::Running).less(off.sum());
        let ratio = on.as_secs() / run.end.cpu.as_secs();
        println!("{kind:?}: on a core {on}, CPU clock {}, ratio {ratio:.3}", run.end.cpu);
        // A machine shared with others takes time from a core without anyone's clock telling.
        assert!((0.7..1.6).contains(&ratio), "{kind:?}: on a core {on}, CPU clock {}", run.end.cpu);
    }
}

#[test]
fn many_threads_are_not_seen_on_more_cores_than_there_are() {
    let tasks = vec![task(vec![compute(2 * SOME)]); 32];
    let run = run(&no_kernel_record(plan(Model::plain(ModelKind::Threads), 32, tasks)));
    let off = run.events.iter().filter_map(|r| match r.event {
        Event::WasOff { spent, .. } => Some(spent),
        _ => None,
    });
    let on = run.sum(State::Running).less(off.sum());
    // Each thread may be stopped once or twice for less than it can notice.
    let limit = run.end.cpu.times(13, 10) + Ns::from_millis(32);
    assert!(on <= limit, "on a core {on}, CPU clock {}", run.end.cpu);
}

#[test]
fn every_worker_has_an_account() {
    for model in models() {
        let run = mixed_run(model);
        let workers = if model.kind.rules().many_workers { 3 } else { 1 };
        assert_eq!(run.end.workers.len(), workers, "{model:?}");
        for worker in &run.end.workers {
            assert!(worker.pid > 0 && worker.tid > 0 && !worker.name.is_empty(), "{model:?}: {worker:?}");
            assert_eq!(worker.pid == run.begin.pid, model.kind != ModelKind::Processes, "{model:?}");
        }
        let sum: Ns = run.end.workers.iter().map(|w| w.cpu).sum();
        assert_eq!(sum, run.end.cpu, "{model:?}");
        assert!(run.end.overhead.collector > Ns::ZERO, "{model:?}");
        assert!(run.end.cpu > Ns::ZERO, "{model:?}");
    }
}
