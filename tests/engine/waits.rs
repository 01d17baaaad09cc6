//! Requests over sockets and files on a disk: how long they last, who waits meanwhile, and what is left of them.

use std::fs;
use std::path::Path;

use concviz::engine::real::Runner;
use concviz::model::{Model, ModelKind};
use concviz::plan::Plan;
use concviz::state::{Outcome, State};
use concviz::trace::{Command, Event, Frame, Frames, Source};
use concviz::units::{Ns, TaskId};
use concviz::workload::{Op, Request, Spread, Task, Until};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{
    EXE, Run, SOME, compute, models, plain_models, plan, read, request, run, run_with, sleep, task, wrapped,
};

const ASYNC: Model = Model::plain(ModelKind::Async);
const PROCESSES: Model = Model::plain(ModelKind::Processes);

fn spread(millis: u64, spread: Spread) -> Op {
    Op::Request(Request { latency: Ns::from_millis(millis), spread, bytes: 50 })
}

fn times(n: u64, op: Op) -> Op {
    Op::Repeat(Until::Times(n), vec![op])
}

/// All waits of all tasks for answers, in seconds.
fn answers(run: &Run) -> Vec<f64> {
    let tasks = run.end.results.len() as u32;
    (0..tasks).flat_map(|t| run.waits(TaskId(t), State::Io)).map(Ns::as_secs).collect()
}

/// Pearson's correlation: 1 where one goes with the other, 0 where they have nothing to do with each other.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - mean_a, b - mean_b)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

#[test]
fn a_seed_gives_every_request_its_latency_under_every_model() {
    for shape in [Spread::Uniform, Spread::Exponential] {
        let seeded = |model, seed| {
            let program = || task(vec![times(20, spread(6, shape))]);
            run(&Plan { seed, ..plan(model, 3, vec![program(), program(), program()]) })
        };
        let first = answers(&seeded(ASYNC, 7));
        assert_eq!(first.len(), 60);
        // Under a lock, a wait for it may part a request in two: between asking and hearing the answer.
        for model in plain_models().filter(|m| m.kind != ModelKind::Serial) {
            let same = answers(&seeded(model, 7));
            assert_eq!(same.len(), 60, "{model:?}");
            assert!(correlation(&first, &same) > 0.7, "{model:?} {shape:?}: {}", correlation(&first, &same));
        }
        let other = correlation(&first, &answers(&seeded(ASYNC, 8)));
        assert!(other < 0.6, "{shape:?}: another seed is another run, but {other}");
    }
}

#[test]
fn a_request_lasts_at_least_its_latency_and_its_worker_waits_except_on_a_loop() {
    for model in models() {
        let run = run(&plan(model, 3, (0..3).map(|_| task(vec![request(4, 2_000), request(0, 0)])).collect()));
        assert_eq!(run.outcomes(), [Outcome::Done; 3], "{model:?}");
        for id in (0..3).map(TaskId) {
            let waits = run.waits(id, State::Io);
            let whole = waits.len() == 2 && waits[0] >= Ns::from_millis(4);
            assert!(whole || (model.lock.is_on() && waits.len() > 2), "{model:?}: {waits:?}");
        }
        let io: Vec<bool> = run.spans().iter().filter(|s| s.state == State::Io).map(|s| s.holds).collect();
        assert!(io.iter().all(|holds| *holds == (model.kind != ModelKind::Async)), "{model:?}");
        assert!(run.end.overhead.server > Ns::ZERO, "{model:?}: the server's work is overhead");
        assert_eq!(run.end.files, None, "{model:?}: there are none");
    }
}

#[test]
fn an_answer_of_64_megabytes_arrives_also_where_its_reader_is_slow() {
    for model in plain_models() {
        let busy = task((0..20).flat_map(|_| [compute(SOME / 2), Op::Yield]).collect());
        let run = run(&plan(model, 2, vec![task(vec![request(1, 64_000_000)]), busy]));
        assert_eq!(run.outcomes(), [Outcome::Done; 2], "{model:?}");
        let all: Ns = run.spans_of(TaskId(0)).iter().filter(|s| s.state == State::Io).map(|s| s.to.since(s.from)).sum();
        let wait = run.waits(TaskId(0), State::Io)[0];
        assert!(wait > all.times(1, 2), "{model:?}: it was on its way nearly all the time, not {wait} of {all}");
    }
}

#[test]
fn three_hundred_tasks_on_a_loop_wait_for_their_answers_together() {
    let run = run(&plan(ASYNC, 1, (0..300).map(|_| task(vec![request(80, 500)])).collect()));
    assert_eq!(run.outcomes(), [Outcome::Done; 300]);
    assert_eq!(run.end.lost, 0);
    let waits: Ns = (0..300).flat_map(|t| run.waits(TaskId(t), State::Io)).sum();
    assert!(waits >= Ns::from_millis(300 * 80));
    assert!(run.makespan() < waits.times(1, 10), "{}", run.makespan());
}

#[test]
fn an_answer_is_ready_where_the_loop_is_busy_and_only_there() {
    let ready = |blocks: u64| {
        let other = task(vec![sleep(2), Op::BlockingSleep(Ns::from_millis(blocks))]);
        let run = run(&plan(ASYNC, 1, vec![task(vec![request(10, 10)]), other]));
        let spans = run.spans_of(TaskId(0));
        let all: Ns = spans.iter().filter(|s| s.state == State::Io).map(|s| s.to.since(s.from)).sum();
        let wait = run.waits(TaskId(0), State::Io)[0];
        (wait, all.less(wait))
    };
    let (wait, ready_for) = ready(120);
    assert!(wait >= Ns::from_millis(10) && ready_for > Ns::from_millis(40), "{wait}, ready for {ready_for}");
    let (wait, ready_for) = ready(0);
    assert!(ready_for < wait, "{wait}, ready for {ready_for} while nobody else moves");
}

#[test]
fn files_are_read_unwritten_empty_and_again() {
    for model in models() {
        let some =
            vec![Op::Read(5_000), Op::Write(0), Op::Read(0), Op::Write(70_000), Op::Read(70_000), Op::Read(80_000)];
        let run = run(&plan(model, 2, vec![task(some), task(vec![Op::Read(0)])]));
        assert_eq!(run.outcomes(), [Outcome::Done; 2], "{model:?}");
        let waits = |id| run.waits(TaskId(id), State::Io).len();
        assert_eq!((waits(0), waits(1)), (6, 1), "{model:?}");
        let files = run.end.files.as_ref();
        assert!(files.is_some_and(|f| !f.folder.is_empty() && !f.kind.is_empty()), "{model:?}: {files:?}");
        assert_eq!(run.end.overhead.server, Ns::ZERO, "{model:?}: nobody asks");
    }
}

#[test]
fn a_loop_goes_on_while_a_helper_waits_for_the_disk() {
    let other = task((0..200).flat_map(|_| [compute(SOME / 50), Op::Yield]).collect());
    let run = run(&plan(ASYNC, 1, vec![task(vec![Op::Write(8_000_000), Op::Read(8_000_000)]), other]));
    let io: Vec<_> = run.spans_of(TaskId(0)).into_iter().filter(|s| s.state == State::Io).collect();
    assert!(io.iter().all(|s| !s.holds), "{io:?}");
    let moves =
        |from, to| run.spans_of(TaskId(1)).iter().any(|s| s.state == State::Running && s.from > from && s.from < to);
    assert!(io.iter().any(|s| moves(s.from, s.to)), "{io:?}");
}

/// Everything in `folder`.
fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder)
        .expect("a folder")
        .map(|e| e.expect("a file").file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn files_have_no_name_at_any_time_and_go_with_whoever_made_them() {
    for model in plain_models() {
        let (folder, own) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let exe = wrapped(own.path(), &format!("export TMPDIR={}", folder.path().display()));
        let writer = || task(vec![times(4, Op::Write(300_000)), times(4, Op::Read(300_000))]);
        let mut runner =
            Runner::spawn_with(&exe, &plan(model, 3, vec![writer(), writer(), writer()])).expect("a runner");
        let mut looks = 0;
        let run = read(&mut runner.frames().expect("frames"), |_| {
            looks += 1;
            assert_eq!(names(folder.path()), [""; 0], "{model:?}");
        })
        .expect("a run");
        assert!(looks > 20, "{model:?}");
        let files = run.end.files.expect("there were some");
        assert_eq!(files.folder, folder.path().display().to_string(), "{model:?}");
        // Killed while it writes.
        let endless = task(vec![times(1_000_000, Op::Write(300_000))]);
        let mut runner = Runner::spawn_with(&exe, &plan(model, 1, vec![endless])).expect("a runner");
        let mut frames = runner.frames().expect("frames");
        let is_io = |e: &Event| matches!(e, Event::Enter { state: State::Io, .. });
        while !matches!(frames.next_frame().expect("a frame").expect("a frame"), Frame::Events(e) if e.iter().any(|r| is_io(&r.event)))
        {
        }
        runner.tell(Command::Stop).expect("told");
        assert_eq!(names(folder.path()), [""; 0], "{model:?}");
    }
}

#[test]
fn a_worker_that_is_killed_while_it_asks_leaves_the_others_their_answers() {
    let asks = || task(vec![times(3, request(5, 100))]);
    let mut tasks: Vec<Task> = (0..3).map(|_| asks()).collect();
    tasks[0] = task(vec![request(60_000, 100)]);
    let mut runner = Runner::spawn_with(EXE.as_ref(), &plan(PROCESSES, 2, tasks)).expect("a runner");
    let (mut pid, mut asked) = (None, false);
    let run = read(&mut runner.frames().expect("frames"), |r| {
        match r.event {
            Event::WorkerStarted { pid: started, .. } if r.worker.0 == 0 => pid = Some(started),
            Event::Enter { task: TaskId(0), state: State::Io, .. } => asked = true,
            _ => {}
        }
        if asked && let Some(pid) = pid.take() {
            kill_process(Pid::from_raw(pid.cast_signed()).expect("a pid"), Signal::KILL).expect("somebody to kill");
        }
    })
    .expect("a run that comes to its end");
    assert_eq!(run.outcomes(), [Outcome::Killed, Outcome::Done, Outcome::Done]);
}

#[test]
fn a_run_talks_to_itself_alone() {
    let asks = |n| (0..n).map(|_| task(vec![times(1_000, request(5, 100))])).collect();
    let mut runner = Runner::spawn_with(EXE.as_ref(), &plan(ASYNC, 1, asks(3))).expect("a runner");
    let mut frames = runner.frames().expect("frames");
    let answered = |e: &Event| matches!(e, Event::Enter { state: State::Running, ago, .. } if *ago > Ns::ZERO);
    while !matches!(frames.next_frame().expect("a frame").expect("a frame"), Frame::Events(e) if e.iter().any(|r| answered(&r.event)))
    {
    }
    let links = fs::read_dir(format!("/proc/{}/fd", runner.pid())).expect("its files");
    let links = links.filter_map(|e| fs::read_link(e.ok()?.path()).ok());
    let inodes: Vec<String> =
        links.filter_map(|l| Some(l.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_owned())).collect();
    assert!(inodes.len() >= 7, "a listener and both ends of three lines: {inodes:?}");
    // Address, port and inode of every socket that it may have, of any kind.
    let of = |kind: &str| fs::read_to_string(format!("/proc/{}/net/{kind}", runner.pid())).unwrap_or_default();
    let mine = |kind: &str| -> Vec<String> {
        let text = of(kind);
        let rows = text.lines().skip(1).map(|l| l.split_whitespace().collect::<Vec<_>>());
        let mine = rows.filter(|r| r.get(9).is_some_and(|inode| inodes.iter().any(|i| i == inode)));
        mine.flat_map(|r| [r[1].to_owned(), r[2].to_owned()]).collect()
    };
    let addresses = mine("tcp");
    assert!(addresses.len() >= 14, "{addresses:?}");
    let local = |a: &String| a.starts_with("0100007F:") || a == "00000000:0000";
    assert!(addresses.iter().all(local), "127.0.0.1 alone, and nobody: {addresses:?}");
    for kind in ["tcp6", "udp", "udp6"] {
        assert_eq!(mine(kind), [""; 0], "{kind}");
    }
    drop(frames);
}

#[test]
fn a_run_that_fails_says_why_before_it_has_waited_for_anybody() {
    // One task fails at once, the other would wait for a minute.
    let own = tempfile::tempdir().expect("a folder");
    let exe = wrapped(own.path(), "export TMPDIR=/nonexistent/folder");
    for model in [Model::plain(ModelKind::Threads), PROCESSES, ASYNC] {
        let plan = plan(model, 2, vec![task(vec![request(60_000, 1)]), task(vec![Op::Write(10)])]);
        let why = run_with(&exe, &plan).err().expect("no folder for files");
        assert!(why.contains("/nonexistent/folder") && why.contains("set TMPDIR"), "{model:?}: {why}");
    }
}
