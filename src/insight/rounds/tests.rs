use super::*;
use crate::text::Base;
use crate::trace::{Begin, End, Event, Loss, Stamped, TaskName, TaskResult};
use crate::units::{CoreId, Stamp, WorkerId};
use crate::workload::{Kernel, LockIndex, Request};

const RATES: Rates = Rates::all(1_000);

fn ms(n: u64) -> Ns {
    Ns::from_millis(n)
}

fn task(background: bool, ops: Vec<Op>) -> Task {
    Task { name: if background { "spin" } else { "slow" }.to_owned(), background, ops }
}

/// Turns every 20 ms in the background until the other task is over.
fn spinner() -> Task {
    task(true, vec![Op::Repeat(Until::Tasks(vec![TaskId(1)]), vec![Op::Sleep(ms(20))])])
}

fn slow() -> Task {
    task(false, vec![Op::BlockingSleep(ms(500))])
}

/// A run of `tasks` until 500 ms, of which the first went to sleep at each of `naps`, in ms, and ended as `result` says:
/// at 500 ms, or at `over`.
fn run(tasks: &[Task], naps: &[u64], over: u64, result: TaskResult) -> Trace {
    let names = tasks.iter().map(|t| TaskName { name: t.name.clone(), background: t.background });
    let mut trace = Trace::new(names.collect(), 2);
    trace.begin(&Begin { t0: Stamp(0), pid: 1, workers: 2, cores: vec![0, 1], ..Begin::default() });
    let mut push = |at: u64, task: u32, event| {
        let (worker, core) = (WorkerId(task as u16), CoreId(0));
        trace.push(&Stamped { at: Stamp(at * 1_000_000), worker, core, event });
    };
    let enter = |task: u32, state| Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due: None };
    for id in 0..tasks.len() as u32 {
        push(0, id, Event::Submitted { task: TaskId(id) });
        push(0, id, enter(id, State::Running));
    }
    for nap in naps {
        push(*nap, 0, enter(0, State::Running));
        push(*nap, 0, enter(0, State::Sleep));
    }
    let ended = |task, outcome| Event::Ended { task: TaskId(task), outcome, signal: 0, cpu: Ns::ZERO };
    push(over, 0, ended(0, result.outcome));
    push(500, 1, ended(1, Outcome::Done));
    let results = vec![result, TaskResult::done(0, 0)];
    trace.end(End { at: Stamp(500_000_000), results, ..End::default() });
    trace
}

/// Rounds made, and the longest gap in ms.
fn told(trace: &Trace, tasks: &[Task]) -> Option<(Option<u64>, Option<u64>)> {
    let rounds = Rounds::of(trace, tasks, RATES)?;
    Some((rounds.made, rounds.gap.map(|gap| gap.length.0 / 1_000_000)))
}

#[test]
fn the_gap_is_counted_from_the_submission_to_the_first_round_and_from_the_last_to_the_end() {
    let tasks = [spinner(), slow()];
    let every_20: Vec<u64> = (0..25).map(|n| n * 20).collect();
    let turning = run(&tasks, &every_20, 500, TaskResult::stopped(24));
    assert_eq!(told(&turning, &tasks), Some((Some(24), Some(20))));
    let frozen = run(&tasks, &[0], 500, TaskResult::stopped(0));
    assert_eq!(told(&frozen, &tasks), Some((Some(0), Some(500))), "from its submission until it was stopped");
    let late = run(&tasks, &[300, 320, 340, 480], 500, TaskResult::stopped(3));
    assert_eq!(told(&late, &tasks), Some((Some(3), Some(320))), "it began late");
    let in_between = run(&tasks, &[0, 20, 290, 310, 330], 500, TaskResult::stopped(4));
    assert_eq!(told(&in_between, &tasks), Some((Some(4), Some(270))));
    let never = run(&tasks, &[], 500, TaskResult::stopped(0));
    assert_eq!(told(&never, &tasks), Some((Some(0), Some(500))));
}

#[test]
fn one_that_ends_before_those_it_should_go_round_for_stands_still_until_then() {
    let tasks = [spinner(), slow()];
    let serial = run(&tasks, &[0], 20, TaskResult::done(0, 1));
    assert_eq!(told(&serial, &tasks), Some((Some(1), Some(480))));
    let for_a_time = [task(false, vec![Op::Repeat(Until::For(ms(20)), vec![Op::Sleep(ms(20))])]), slow()];
    assert_eq!(told(&serial, &for_a_time), Some((Some(1), Some(20))), "its time is over");
}

#[test]
fn only_tasks_that_go_round_count_and_among_them_those_that_wait() {
    let times = || Op::Repeat(Until::Times(1), vec![Op::Sleep(ms(20))]);
    let serial = |tasks: &[Task]| told(&run(tasks, &[0], 20, TaskResult::done(0, 1)), tasks);
    assert_eq!(serial(&[task(false, vec![times()]), slow()]), None, "this is the work itself");
    assert_eq!(serial(&[task(true, vec![times()]), slow()]), Some((Some(1), Some(20))));
    assert_eq!(serial(&[task(true, vec![Op::Sleep(ms(20))]), slow()]), None, "once is no round");
    let compute = Op::Compute(Kernel::Count, Work::Iterations(9));
    let computes = task(true, vec![Op::Repeat(Until::Tasks(vec![TaskId(1)]), vec![compute])]);
    let beside = [computes.clone(), slow()];
    assert_eq!(told(&run(&beside, &[], 500, TaskResult::stopped(7)), &beside), Some((Some(7), None)));
    let both = [spinner(), slow(), computes];
    let mut trace = run(&both, &[0, 20], 500, TaskResult::stopped(1));
    trace.report.as_mut().expect("it is over").results.push(TaskResult::stopped(9_000));
    assert_eq!(Rounds::of(&trace, &both, RATES).map(|r| (r.tasks, r.made)), Some((1, Some(1))));
}

#[test]
fn waits_that_do_not_match_the_rounds_tell_no_gap_and_old_recordings_count_by_waits() {
    let tasks = [spinner(), slow()];
    let more = run(&tasks, &[0, 20, 40, 60], 500, TaskResult::stopped(1));
    assert_eq!(told(&more, &tasks), Some((Some(1), None)), "the record tells of waits that are no rounds");
    let old = run(&tasks, &[0, 20, 40, 60], 500, TaskResult::broken(Outcome::Stopped));
    assert_eq!(told(&old, &tasks), Some((Some(3), Some(440))));
    let mut holes = run(&tasks, &[0, 20], 500, TaskResult::stopped(1));
    holes.losses.push(Loss { at: ms(9), worker: WorkerId(0), count: 3 });
    assert_eq!(told(&holes, &tasks), Some((Some(1), None)));
}

#[test]
fn laps_are_told_apart_only_where_each_waits_once() {
    let (nap, work) = (|| Op::Sleep(Ns(1)), || Op::Compute(Kernel::Count, Work::Iterations(1)));
    let round = |body: Vec<Op>| Op::Repeat(Until::Times(3), body);
    assert_eq!(wait_of_a_lap(&[work(), round(vec![work(), nap(), Op::Await])]), Some(&nap()));
    for other in [
        vec![],
        vec![nap()],
        vec![round(vec![work()])],
        vec![round(vec![nap(), nap()])],
        vec![nap(), round(vec![nap()])],
        vec![round(vec![nap()]), round(vec![nap()])],
        vec![round(vec![round(vec![nap()])])],
        vec![round(vec![Op::Lock(LockIndex(0), vec![nap()])])],
    ] {
        assert_eq!(wait_of_a_lap(&other), None, "{other:?}");
    }
}

#[test]
fn a_usual_round_is_its_work_and_its_wait_and_an_answer_may_take_longer_than_the_mean() {
    let work = Op::Compute(Kernel::Count, Work::Iterations(2_000));
    let round = |wait: Op| [Op::Repeat(Until::For(ms(9)), vec![work.clone(), wait])];
    assert_eq!(usual(&round(Op::Sleep(ms(20))), RATES), ms(22));
    let ask = |spread| Op::Request(Request { latency: ms(10), spread, bytes: 1 });
    let spreads = [Spread::Constant, Spread::Uniform, Spread::Exponential];
    assert_eq!(spreads.map(|spread| usual(&round(ask(spread)), RATES)), [ms(12), ms(22), ms(52)]);
}

/// What is said of models under which a task that goes round every `usual` ms had gaps of so many.
fn said(of: usize, usual: u64, gaps: &[(Who, u64, f64)]) -> String {
    let going = |&(who, gap, rate): &(Who, u64, f64)| {
        (who, Going { task: "spin".to_owned(), of, gap: ms(gap), usual: ms(usual), rate: Some(rate) })
    };
    let going: Vec<(Who, Going)> = gaps.iter().map(going).collect();
    let lent: Vec<(Who, &Going)> = going.iter().map(|(who, going)| (*who, going)).collect();
    judged(&lent).0.iter().map(Clause::text).collect::<Vec<_>>().join(" ")
}

#[test]
fn who_keeps_it_going_comes_first_and_who_freezes_it_is_named() {
    use Who::{Async, Gil, Processes, Serial, Threads};
    let gil = Gil(Base::Threads);
    let text = said(1, 20, &[(Serial, 500, 2.0), (Threads, 21, 48.0), (Async, 498, 0.0), (gil, 26, 40.0)]);
    assert_eq!(
        text,
        "Threads and threads with the GIL keep `spin` going: gaps up to 26 ms. \
         Serial and async freeze it for 500 ms: another task keeps the one thread."
    );
    let text = said(3, 20, &[(Threads, 21, 48.0), (Processes, 90, 30.0), (Async, 900, 1.0), (gil, 300, 9.0)]);
    assert_eq!(
        text,
        "Threads keep `spin` and the others going: gaps up to 21 ms. \
         Async and threads with the GIL freeze one of them for up to 900 ms. \
         Processes make one of them stutter: gaps up to 90 ms."
    );
    assert_eq!(
        said(1, 20, &[(Async, 21, 48.0), (Serial, 20, 47.0)]),
        "Every model keeps `spin` going: gaps up to 21 ms."
    );
    assert_eq!(said(1, 20, &[(Async, 21, 48.0)]), "Async keeps `spin` going: gaps up to 21 ms.");
    let text = said(1, 20, &[(Async, 400, 1.0), (Serial, 410, 1.0)]);
    assert_eq!(text, "Every model freezes `spin` for 410 ms: another task keeps the one thread.");
    assert_eq!(said(1, 20, &[(Processes, 400, 1.0)]), "Processes freeze `spin` for 400 ms.");
    assert_eq!(judged(&[]), (Vec::new(), false));
}

#[test]
fn a_busy_machine_makes_all_late_and_quick_rounds_may_not_wait_as_long_as_slow_ones() {
    use Who::{Async, Processes, Threads};
    let text = said(1, 20, &[(Threads, 64, 38.0), (Processes, 44, 38.0), (Async, 3_740, 0.0)]);
    assert!(text.starts_with("Threads and processes keep `spin` going: gaps up to 64 ms"), "{text}");
    let text = said(1, 1, &[(Threads, 2, 800.0), (Async, 12, 60.0)]);
    assert_eq!(
        text,
        "Threads keep `spin` going: gaps up to 2 ms. \
         Async makes it stutter: gaps up to 12 ms. \
         Most rounds: 800 a second under threads; fewest: 60 under async."
    );
    // As slow under all models: nobody is excused.
    let text = said(1, 20, &[(Threads, 900, 1.0), (Async, 700, 1.0)]);
    assert_eq!(text, "Every model freezes `spin` for up to 900 ms.");
}
