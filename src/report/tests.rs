use super::*;
use crate::machine::Machine;
use crate::model::{GlobalLock, LockSettings, Model, ModelKind};
use crate::plan::{Plan, Rates, Wishes};
use crate::recording::{Conditions, Observed, Origin, OriginKind, Reason, Recording};
use crate::settings::Setup;
use crate::state::{Awaited, Failure, Outcome, State, Waiting};
use crate::trace::{Begin, Direction, End, Event, KernelRecord, Stamped, TaskName, TaskResult, Trace, WorkerUse};
use crate::units::{CoreId, LockId, Ns, Stamp, TaskId, WorkerId};
use crate::workload::{Scale, parse};

mod repeats;

const T0: u64 = 1_000_000_000;
const MS: u64 = 1_000_000;

fn setup(model: Model) -> Setup {
    let text = "format = 1\nname = \"pair\"\ntitle = \"{tasks} tasks of {cpu}\"\n[params]\ntasks = 2\ncpu = \"5ms\"\n\
                [[tasks]]\nname = \"task\"\ncount = \"tasks\"\nsteps = [{ compute = { amount = \"cpu\" } }]\n";
    Setup {
        workload: parse("pair.toml", text).expect("a workload"),
        model,
        wishes: Wishes { seed: 7, ..Wishes::default() },
        scale: Scale::ONE,
        lock: LockSettings::default(),
    }
}

fn plan_of(setup: &Setup) -> Plan {
    setup.plan(setup.tasks().expect("programs"), 2, Rates::all(1_000))
}

fn at(ms: u64, worker: u16, core: u16, event: Event) -> Stamped {
    Stamped { at: Stamp(T0 + ms * MS), worker: WorkerId(worker), core: CoreId(core), event }
}

fn enter(task: u32, state: State) -> Event {
    Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due: None }
}

fn ended(task: u32, outcome: Outcome, signal: u8) -> Event {
    Event::Ended { task: TaskId(task), outcome, signal, cpu: Ns::ZERO }
}

fn begin() -> Begin {
    Begin {
        t0: Stamp(T0),
        pid: 100,
        workers: 2,
        cores: vec![4, 6],
        kernel_record: KernelRecord::None("refused".to_owned()),
        ..Begin::default()
    }
}

/// Task 1 runs for 10 ms on core 4; task 2 waits for the lock, runs on core 6 and is killed after 20 ms.
fn events() -> Vec<Stamped> {
    let lock = LockId(0);
    vec![
        at(0, 2, 4, Event::Submitted { task: TaskId(0) }),
        at(0, 2, 4, Event::Submitted { task: TaskId(1) }),
        at(0, 2, 4, Event::WorkerStarting { who: WorkerId(0), task: TaskId(0) }),
        at(1, 0, 4, Event::WorkerStarted { pid: 101, tid: 102 }),
        at(1, 0, 4, Event::LockTaken { lock, task: TaskId(0), waited: Ns::ZERO }),
        at(1, 0, 4, enter(0, State::Running)),
        at(2, 1, 6, enter(1, State::Gil)),
        at(7, 1, 6, Event::DropRequest { lock, task: TaskId(1) }),
        at(11, 0, 4, Event::LockReleased { lock, task: TaskId(0), forced: true }),
        at(11, 0, 4, ended(0, Outcome::Done, 0)),
        at(12, 1, 6, Event::LockTaken { lock, task: TaskId(1), waited: Ns::from_millis(10) }),
        at(12, 1, 6, enter(1, State::Running)),
        at(18, 1, 6, Event::Copied { task: TaskId(1), direction: Direction::Out, bytes: 64, spent: Ns(1_000) }),
        at(20, 1, 6, ended(1, Outcome::Killed, 9)),
    ]
}

fn trace_of(plan: &Plan, events: &[Stamped]) -> Trace {
    let names = plan.tasks.iter().map(|t| TaskName { name: t.name.clone(), background: false }).collect();
    let mut trace = Trace::new(names, plan.workers);
    trace.begin(&begin());
    events.iter().for_each(|r| trace.push(r));
    let used = |n: u32| WorkerUse { name: format!("worker {n}"), pid: 101, tid: 101 + n, ..WorkerUse::default() };
    trace.end(End {
        at: Stamp(T0 + 20 * MS),
        cpu: Ns::from_millis(18),
        workers: vec![used(1), used(2)],
        results: vec![TaskResult::done(42, 0), TaskResult::broken(Outcome::Killed)],
        events: events.len() as u64,
        ..End::default()
    });
    trace
}

const GIL: Model = Model { kind: ModelKind::Threads, lock: GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL) };

/// A run of `model` that has not begun, on a machine with two cores.
fn run_of(model: Model) -> Recording {
    let setup = setup(model);
    let plan = plan_of(&setup);
    Recording::of_plan(setup, plan, Rates::all(1_000), Machine { usable: 2.0, allowed: vec![0, 1] })
}

fn with_run<T>(
    model: Model,
    events: &[Stamped],
    busy_machine: Option<f64>,
    look: impl FnOnce(&mut Recording) -> T,
) -> T {
    let mut run = run_of(model);
    run.trace = trace_of(&run.planned().expect("it is planned").plan, events);
    run.conditions = Conditions { others: busy_machine.map(|share| 2.0 * share), screen: Some(0.01), ..run.conditions };
    look(&mut run)
}

fn document(model: Model, events: &[Stamped]) -> Document {
    with_run(model, events, Some(0.25), |run| Document::of(run))
}

/// Figures are compared as they are written, to the microsecond.
fn us(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}

#[test]
fn figures_follow_from_the_trace() {
    let document = document(GIL, &events());
    assert_eq!(
        (document.workload.as_deref(), document.model, document.global_lock),
        (Some("pair"), Some("threads"), Some("gil"))
    );
    assert_eq!((document.workers, document.cores, document.seed), (Some(2), Some(2), Some(7)));
    assert_eq!(document.params.expect("a plan")["cpu"], Param::Written("5ms".to_owned()));
    assert_eq!(
        [document.makespan_s, document.cpu_s, document.parallelism].map(|f| f.map(us)),
        [20_000, 18_000, 900_000].map(Some)
    );
    assert_eq!(document.core_ids, [4, 6]);
    assert_eq!(document.core_busy_s.iter().flatten().map(|s| us(*s)).collect::<Vec<_>>(), [10_000, 8_000]);
    assert_eq!((document.spawn.count, us(document.spawn.total_s)), (1, 1_000));
    assert_eq!(document.peak_rss_bytes, None);
    assert_eq!(document.busy_machine, Some(0.25));
    let lock = document.lock.expect("a lock");
    assert_eq!((lock.generation, lock.instances, us(lock.wait_s)), ("gil", 1, 10_000));
    assert_eq!((lock.hand_overs, lock.drop_requests, lock.forced_switches), (1, 1, 1));
    let latency = document.latency_s.expect("one task is done");
    assert_eq!((us(latency.p50), us(latency.max)), (11_000, 11_000));
}

#[test]
fn each_task_has_its_worker_its_times_and_its_end() {
    let document = document(GIL, &events());
    let [first, second] = document.tasks.as_slice() else { panic!("two tasks") };
    assert_eq!((first.worker, first.pid, first.tid), (Some(1), Some(101), Some(102)));
    assert_eq!((first.outcome, first.result, first.signal), (Some("done"), Some(42), None));
    assert_eq!(first.started_s.map(us), Some(1_000));
    assert_eq!((second.worker, second.worker_name.as_deref()), (Some(2), Some("worker 2")));
    assert_eq!((second.outcome, second.result, second.signal), (Some("killed"), None, Some(9)));
    assert_eq!(second.states_s.of(State::Gil).map(us), Some(10_000));
    assert_eq!(second.states_s.of(State::Running).map(us), Some(8_000));
    assert_eq!(second.states_s.of(State::Preempted), None);
}

#[test]
fn the_state_of_not_knowing_is_null_and_never_zero() {
    let placeless: Vec<Stamped> = events()
        .into_iter()
        .map(|r| if r.worker.0 == 1 { Stamped { core: Stamped::NO_CORE, ..r } } else { r })
        .collect();
    let document = document(Model::plain(ModelKind::Threads), &placeless);
    assert_eq!(document.core_busy_s.iter().map(|s| s.map(us)).collect::<Vec<_>>(), [Some(10_000), None]);
    assert_eq!(document.lock, None);
    assert_eq!(document.switch_interval_s, None);
    let document = Document::of(&run_of(GIL));
    assert_eq!((document.outcome, document.cores, document.until_s), ("going_on", None, None), "it has not begun");
    assert_eq!((document.workload.as_deref(), document.tasks.len()), (Some("pair"), 2), "what was planned is known");
}

#[test]
fn what_is_no_longer_kept_is_not_made_up() {
    let mut events = events();
    for round in 0..400 {
        let state = if round % 2 == 0 { State::Running } else { State::Sleep };
        events.insert(12 + round as usize, at(12, 1, 6, enter(1, state)));
    }
    let mut run = run_of(GIL);
    run.trace = run.trace.with_limit(100);
    run.trace.begin(&begin());
    events.iter().for_each(|r| run.trace.push(r));
    run.trace.end(End { at: Stamp(T0 + 20 * MS), ..End::default() });
    let document = Document::of(&run);
    assert!(document.recorder.kept_from_s > 0.0);
    assert!(document.core_busy_s.iter().all(Option::is_none));
    assert_eq!(document.tasks[1].queued_s, None);
    assert!(table(&run).contains("no longer kept"), "{}", table(&run));
}

#[test]
fn the_table_reads_like_this() {
    let text = with_run(GIL, &events(), Some(0.25), |run| table(run));
    let expected = "\
pair: 2 tasks of 5 ms
threads with a GIL (switch interval 5ms): 2 threads, 2 cores, measured

task    worker    pid  tid  queued  started  finished  running  waiting               outcome
task 1  worker 1  101  102     0 s   1 ms   11 ms     91 %  starts 9 %                   done
task 2  worker 2  101  103  2 ms   2 ms   20 ms     40 %  waits GIL 50 %, queued 10 %  killed by signal 9

20 ms in all: 18 ms on cores, 0.90 of 2 cores busy, 1.4 tasks under way on average
1 worker created, starting took 1 ms, peak memory unknown, 0 voluntary and 0 involuntary switches
64 B copied between processes in 1 us
GIL: held 18 ms, waited for 10 ms, handed over once; let go once because asked, 0 times by itself
recorded 700 events a second, and no switches by the kernel; watching took 0.5 % of the cores
note: other programs took 25 % of the cores meanwhile; on an idle machine times may be shorter
note: no kernel record (refused): waiting for a core is what workers noticed themselves
";
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&text), words(expected), "\n{text}");
}

#[test]
fn rounds_have_a_column_where_there_are_any() {
    let text = with_run(GIL, &events(), None, |run| {
        run.trace.report.as_mut().expect("a report").results[0] = TaskResult::done(42, 200);
        table(run)
    });
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("task")).collect();
    assert!(rows[0].ends_with("laps  outcome"), "{text}");
    assert!(rows[1].ends_with("200 (20000/s)  done") && rows[2].ends_with("-  killed by signal 9"), "{text}");
    assert!(!with_run(GIL, &events(), None, |run| table(run)).contains("laps"));
}

#[test]
fn a_task_that_was_killed_is_a_shortfall() {
    let said = with_run(GIL, &events(), None, |run| shortfall(run));
    assert_eq!(said.as_deref(), Some("1 task did not come to the end: task 2 (killed by signal 9)"));
}

#[test]
fn sentences_say_what_happens_and_then_what_it_came_to() {
    let plan = plan_of(&setup(GIL));
    let mut narrator = Narrator::new(plan.tasks.iter().map(|t| t.name.clone()), ModelKind::Processes);
    assert_eq!(narrator.begin(&begin()), ["0.000 s: 2 tasks submitted, for 2 workers on 2 cores."]);
    // In the order in which rings are drained: sorted for each worker, but not across workers.
    let mut shuffled = events();
    shuffled.sort_by_key(|r| std::cmp::Reverse(r.worker));
    let expected = [
        "0.001 s: worker 1 is ready: process 101, thread 102.",
        "0.001 s: task 1 starts on worker 1.",
        "0.002 s: task 2 starts on worker 2.",
        "0.002 s: task 2 waits for the GIL.",
        "0.011 s: task 1 is done.",
        "0.018 s: 64 B copied back from task 2, in 1 us.",
        "0.020 s: task 2 was killed by signal 9.",
    ];
    assert_eq!(narrator.tell(&shuffled), expected);
    let summary = with_run(GIL, &events(), None, |run| summary(run));
    assert!(
        summary.contains("task 2: killed by signal 9 after 20 ms; runs 40 %, waits for the GIL 50 %, queued 10 %."),
        "{summary}"
    );
}

#[test]
fn what_a_terminal_would_obey_is_not_printed() {
    let text = with_run(GIL, &events(), None, |run| {
        let Origin::Planned(planned) = &mut run.origin else { panic!("it is planned") };
        planned.setup.workload.title = "\u{1b}[2J\u{7}wiped".to_owned();
        table(run)
    });
    assert!(text.contains("wiped") && !text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
}

#[test]
fn values_are_separated_by_commas_and_quoted_where_they_must_be() {
    let head = csv_head(&State::PLANNED, false);
    let columns: Vec<&str> = head.trim_end().split(',').collect();
    assert_eq!(columns.len(), 24);
    assert_eq!(columns[..4], ["name", "worker", "worker_name", "pid"]);
    assert_eq!(columns[7..12], ["submitted_s", "started_s", "finished_s", "latency_s", "state_queued_s"]);
    assert_eq!(
        (columns[18..20].to_vec(), columns[22], columns[23]),
        (vec!["state_channel_s", "state_gil_s"], "result", "laps")
    );
    assert_eq!(csv_head(&State::PLANNED, true), format!("repeat,{head}"));
    let rows = with_run(GIL, &events(), None, |run| csv_rows(&Document::of(run), None));
    let expected = "\
task 1,1,worker 1,101,102,done,,0,0.001,0.011,0.011,0,0.001,0,0.01,0,,0,0,0,0,0,42,0
task 2,2,worker 2,101,103,killed,9,0,0.002,0.02,0.02,0.002,0,0,0.008,0,,0,0,0.01,0,0,,
";
    assert_eq!(rows, expected);
    let odd = with_run(GIL, &events(), None, |run| {
        run.trace.names[0].name = "one, \"two\"\nthree".to_owned();
        csv_rows(&Document::of(run), Some(7))
    });
    assert!(odd.starts_with("7,\"one, \"\"two\"\" three\",1,") && odd.contains("\n7,task 2,2,"), "{odd}");
}

#[test]
fn one_task_is_not_called_tasks() {
    let mut workload = setup(GIL).workload;
    assert_eq!(workload.title_at(Scale { millionths: 500_000 }), "2 tasks of 2.5 ms");
    workload.set("tasks", crate::workload::Value::Count(1)).expect("a parameter");
    assert_eq!(workload.title_at(Scale::ONE), "1 task of 5 ms");
}

fn told() -> Failure {
    Failure::Told { sentence: "no \"more\" processes".to_owned() }
}

/// Task 1 is done; task 2 waits for the lock from 2 ms on, until all of it breaks off after 30 ms.
fn deadlocked() -> Recording {
    let mut run = run_of(GIL);
    run.trace.begin(&begin());
    events().iter().take(10).filter(|r| r.at != Stamp(T0 + 7 * MS)).for_each(|r| run.trace.push(r));
    run.trace.fail(Stamp(T0 + 30 * MS));
    let awaits = Awaited::Lock(Some("a".to_owned()));
    run.broken = Some(Failure::Deadlock { circle: vec![Waiting { task: "task 2".to_owned(), awaits }] });
    run
}

#[test]
fn what_was_known_when_a_run_broke_off_is_told() {
    let document = Document::of(&deadlocked());
    assert_eq!((document.outcome, document.until_s.map(us)), ("failed", Some(30_000)));
    let unknown = [document.makespan_s, document.cpu_s, document.parallelism, document.recorder.events_per_s];
    assert_eq!(unknown, [None; 4]);
    assert_eq!((document.switches.voluntary, document.recorder.lost, document.overhead_cpu_s), (None, None, None));
    let [first, second] = document.tasks.as_slice() else { panic!("two tasks") };
    assert_eq!((first.outcome, first.finished_s.map(us), first.worker), (Some("done"), Some(11_000), Some(1)));
    assert_eq!((first.pid, first.tid, first.result), (Some(101), Some(102), None));
    assert_eq!((second.outcome, second.finished_s, second.latency_s), (None, None, None));
    assert_eq!(second.states_s.of(State::Gil).map(us), Some(28_000), "it waited to the end");
    assert_eq!(document.lock.expect("a lock").retaken, None);
    assert!(document.findings.is_empty());
}

#[test]
fn a_run_that_broke_off_has_a_table_sentences_and_lines_too() {
    let expected = "\
pair: 2 tasks of 5 ms
threads with a GIL (switch interval 5ms): 2 threads, 2 cores, measured

task    worker    pid  tid  queued  started  finished  running  waiting                     outcome
task 1  worker 1  101  102     0 s     1 ms     11 ms     91 %  starts 9 %                  done
task 2  worker 2    -    -    2 ms     2 ms         -      0 %  waits GIL 93 %, queued 7 %  not over

The run had not come to its end after 30 ms: deadlock: task 2 wants `a`; take locks in one order
";
    let run = deadlocked();
    assert_eq!(table(&run), expected);
    let spoken = summary(&run);
    assert!(
        spoken.starts_with("The run had not come to its end after 30 ms: deadlock: task 2 wants a; take locks"),
        "{spoken}"
    );
    assert!(spoken.ends_with("task 2: not over; waits for the GIL 93 %, queued 7 %.\n"), "{spoken}");
    let rows = csv_rows(&Document::of(&run), None);
    assert!(rows.ends_with("\ntask 2,2,worker 2,,,,,0,0.002,,,0.002,0,0,0,0,,0,0,0.028,0,0,,\n"), "{rows}");
    let mut never = run_of(GIL);
    never.broken = Some(told());
    assert_eq!(table(&never), "");
    assert_eq!(summary(&never), "The run never began: no \"more\" processes.\n");
    let rows = csv_rows(&Document::of(&never), None);
    assert_eq!(rows.lines().nth(1), Some("task 2,,,,,,,,,,,0,0,0,0,0,,0,0,0,0,0,,"), "{rows}");
}

#[test]
fn repeated_runs_of_which_one_breaks_off_are_whole_in_every_format() {
    let made = |format| {
        let mut printout = Printout::new(format, false, Some(3));
        let first = with_run(GIL, &events()[..10], None, |run| {
            run.trace.report.as_mut().expect("a report").results[1].outcome = Outcome::Done;
            printout.end(run, 1)
        });
        first + &printout.end(&deadlocked(), 2) + &printout.close(None)
    };
    let document: serde_json::Value = serde_json::from_str(&made(Format::Json)).expect("JSON");
    assert_eq!((&document["outcome"], &document["summary"]["count"]), (&"failed".into(), &1.into()));
    assert_eq!(document["reason"], document["runs"][1]["reason"]);
    assert_eq!(document["reason"]["circle"][0]["task"], "task 2");
    let table = made(Format::Table);
    assert!(table.contains("\n2        deadlock: task 2 wants `a`; take locks in one order\n\nmedian "), "{table}");
    let lines = made(Format::Csv);
    assert!(lines.lines().all(|l| l.matches(',').count() == 24) && lines.lines().count() == 5, "{lines}");
}

#[test]
fn what_nobody_planned_has_a_document_without_a_plan() {
    let command = vec!["/bin/true".to_owned(), "-x".to_owned()];
    let mut run = Recording::new(Origin::Observed(Observed { command: command.clone() }), Machine::default());
    run.trace.begin(&Begin { workers: 0, ..begin() });
    run.trace.push(&at(1, 0, 4, enter(0, State::Running)));
    run.trace.push(&at(5, 0, 4, enter(0, State::Unknown)));
    run.trace.push(&at(9, 0, 4, ended(0, Outcome::Done, 0)));
    run.trace.end(End { at: Stamp(T0 + 9 * MS), ..End::default() });
    let document = Document::of(&run);
    assert_eq!((document.outcome, document.origin), ("done", OriginKind::Observed { command }));
    let plan = [document.workload.is_some(), document.model.is_some(), document.global_lock.is_some()];
    assert!(plan == [false; 3] && document.workers.is_none() && document.seed.is_none() && document.params.is_none());
    assert_eq!(document.tasks[0].states_s.of(State::Unknown).map(us), Some(4_000));
    assert!(document.findings.is_empty() && document.lock.is_none());
}
