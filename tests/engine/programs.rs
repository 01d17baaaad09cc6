//! What programs may say: repeats, background tasks, waiting for others; and that every such run ends.

use concviz::model::{Model, ModelKind};
use concviz::state::{Outcome, State};
use concviz::trace::Event;
use concviz::units::{Ns, Stamp, TaskId};
use concviz::workload::{Op, Until};

use crate::support::{SOME, background, compute, models, plan, run, sleep, task};

fn until(task: u32, body: Vec<Op>) -> Op {
    Op::Repeat(Until::Tasks(vec![TaskId(task)]), body)
}

#[test]
fn background_tasks_do_not_hold_up_the_end() {
    for model in models() {
        let forever = background(vec![Op::Repeat(Until::For(Ns::from_millis(60_000)), vec![sleep(1)])]);
        let run = run(&plan(model, 2, vec![task(vec![sleep(2), compute(SOME)]), forever]));
        assert_eq!(run.outcomes(), [Outcome::Done, Outcome::Stopped], "{model:?}");
        let spans = run.spans_of(TaskId(1));
        let last = spans.last().expect("spans");
        assert_eq!((last.state, last.from), (State::Ended, run.end.at), "{model:?}");
    }
}

#[test]
fn a_repeat_until_others_are_over_ends_when_they_are() {
    for model in models() {
        let watcher = task(vec![until(1, vec![sleep(1), compute(1)])]);
        let run = run(&plan(model, 2, vec![watcher, task(vec![sleep(8)])]));
        assert_eq!(run.outcomes(), [Outcome::Done; 2], "{model:?}");
        let rounds = run.values()[0].expect("a value");
        let ended = |id| run.spans_of(TaskId(id)).last().expect("spans").from;
        if model.kind == ModelKind::Serial {
            assert_eq!(rounds, 1, "nobody else moves: {model:?}");
        } else {
            assert!(ended(0) >= ended(1), "{model:?}");
        }
    }
}

#[test]
fn a_repeat_that_nobody_can_end_ends_itself() {
    for model in models() {
        // One worker, whose second task is what the first waits for.
        let queued = run(&plan(model, 1, vec![task(vec![until(1, vec![compute(9)])]), task(vec![])]));
        assert_eq!(queued.outcomes(), [Outcome::Done; 2], "{model:?}");
        // Three that wait for each other and one that is soon done. On a loop they go on for ever, as such code does.
        if model.kind != ModelKind::Async {
            let ring = [1, 2, 0].map(|next| task(vec![until(next, vec![compute(9)])]));
            let tasks = ring.into_iter().chain([task(vec![])]).collect();
            let run = run(&plan(model, 4, tasks));
            assert_eq!(run.outcomes(), [Outcome::Done; 4], "{model:?}");
        }
    }
}

#[test]
fn rounds_are_counted_where_no_other_repeat_is_inside_also_of_who_was_stopped() {
    let times = |n, body| Op::Repeat(Until::Times(n), body);
    for model in models() {
        let nested = vec![times(3, vec![times(4, vec![compute(9)]), compute(9)]), times(5, vec![Op::Await, sleep(0)])];
        let endless = background(vec![times(2, vec![compute(9)]), sleep(3_600_000)]);
        let run = run(&plan(model, 3, vec![task(nested), task(vec![compute(9)]), endless]));
        let laps: Vec<_> = run.end.results.iter().map(|r| r.laps).collect();
        // A worker of its own may come too late for it; the loop turns to it when the first task gives way.
        let stopped = laps[2].expect("the rounds so far");
        let least = if model.kind == ModelKind::Async { 2 } else { 0 };
        assert!((least..=2).contains(&stopped), "{model:?}: {stopped}");
        assert_eq!(laps[..2], [Some(17), Some(0)], "{model:?}");
    }
}

#[test]
fn who_awaits_after_each_piece_gives_way_to_a_loop_and_keeps_the_lock_elsewhere() {
    for model in models() {
        let computes = background(vec![until(1, vec![compute(SOME), Op::Await])]);
        let run = run(&plan(model, 2, vec![computes, task(vec![sleep(1), compute(9)])]));
        assert_eq!(run.outcomes()[1], Outcome::Done, "{model:?}");
        let gives_way = run.spans_of(TaskId(0)).iter().any(|s| s.state == State::Ready && !s.holds);
        assert_eq!(gives_way, model.kind == ModelKind::Async, "{model:?}");
    }
}

#[test]
fn sleepers_on_a_loop_sleep_together_and_the_loop_says_when_it_listens() {
    let run = run(&plan(Model::plain(ModelKind::Async), 1, (0..40).map(|_| task(vec![sleep(20)])).collect()));
    let asleep: Ns = run.sum(State::Sleep);
    assert!(asleep >= Ns::from_millis(800));
    assert!(run.end.at.since(run.begin.t0) < asleep, "one after the other would take as long as the sum");
    assert!(run.count(|e| matches!(e, Event::LoopListens)) >= 1);
    assert!(run.count(|e| matches!(e, Event::LoopWakes)) >= 1);
    let first = run.spans_of(TaskId(39));
    assert!(first.iter().any(|s| s.state == State::Ready && !s.holds), "spawned, not polled: {first:?}");
}

#[test]
fn a_loop_with_thousands_of_tasks_loses_nothing() {
    let run = run(&plan(Model::plain(ModelKind::Async), 1, (0..4096).map(|_| task(vec![sleep(5)])).collect()));
    assert_eq!(run.end.lost, 0);
    assert_eq!(run.count(|e| matches!(e, Event::Ended { outcome: Outcome::Done, .. })), 4096);
}

#[test]
fn a_task_on_a_loop_whose_time_has_come_is_ready_while_another_blocks_it() {
    let blocks = task(vec![Op::BlockingSleep(Ns::from_millis(30))]);
    let run = run(&plan(Model::plain(ModelKind::Async), 1, vec![task(vec![sleep(2), compute(1)]), blocks]));
    let ago = run.events.iter().find_map(|r| match r.event {
        Event::Enter { task: TaskId(0), state: State::Running, ago, .. } if ago > Ns::ZERO => Some(ago),
        _ => None,
    });
    assert!(ago.is_some_and(|ago| ago > Ns::from_millis(20)), "{ago:?}");
}

#[test]
fn more_workers_than_tasks_are_not_started() {
    for model in models() {
        let run = run(&plan(model, 5, vec![task(vec![compute(9)]), task(vec![compute(9)])]));
        let started = run.count(|e| matches!(e, Event::WorkerStarting { .. }));
        assert_eq!(started, if model.kind.rules().many_workers { 2 } else { 0 }, "{model:?}");
    }
}

#[test]
fn pinned_workers_stay_on_their_cores() {
    for model in models() {
        let mut plan = plan(model, 2, (0..2).map(|_| task(vec![compute(SOME)])).collect());
        plan.cores = Some(1);
        let run = run(&plan);
        let [core] = run.begin.cores.as_slice() else { panic!("{:?}", run.begin.cores) };
        for record in run.events.iter().filter(|r| r.worker < run.dispatcher()) {
            if let Event::WasOff { .. } | Event::Moved { .. } = record.event {
                assert_eq!(record.core.0, *core, "{model:?}: {record:?}");
            }
        }
    }
}

#[test]
fn many_tasks_on_few_workers() {
    for model in models() {
        let run = run(&plan(model, 3, (0..200).map(|_| task(vec![compute(1_000)])).collect()));
        assert_eq!(run.outcomes(), [Outcome::Done; 200], "{model:?}");
        assert_eq!(run.values(), [Some(1_000); 200], "{model:?}");
    }
}

#[test]
fn workers_are_a_limit_of_tasks_under_way_on_a_loop_too() {
    let mut limited = plan(Model::plain(ModelKind::Async), 1, vec![task(vec![sleep(3), Op::Yield, sleep(2)]); 7]);
    limited.at_once = Some(3);
    let run = run(&limited);
    let mut edges: Vec<(Stamp, i32, usize)> = Vec::new();
    for task in 0..7 {
        let spans = run.spans_of(TaskId(task));
        let under_way: Vec<_> = spans.iter().filter(|s| s.state.is_in_flight()).collect();
        let (first, last) = (under_way[0].from, under_way[under_way.len() - 1].to);
        edges.extend([(first, 1, task as usize), (last, -1, task as usize)]);
    }
    edges.sort_unstable();
    let mut most = 0;
    edges.iter().fold(0, |now, (_, by, _)| {
        most = most.max(now + by);
        now + by
    });
    assert_eq!(most, 3);
    let begun: Vec<usize> = edges.iter().filter(|(_, by, _)| *by > 0).map(|(_, _, task)| *task).collect();
    assert_eq!(begun, (0..7).collect::<Vec<_>>(), "in the order of the file");
    assert!(run.makespan() >= Ns::from_millis(15), "three rounds");
    assert_eq!(run.begin.workers, 1, "rings do not depend on it");
}
