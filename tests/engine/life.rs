//! Birth and death: runners and workers that are killed, stopped, starved or left alone. Nothing survives.

use std::io::{BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use concviz::engine::real::Runner;
use concviz::model::{Model, ModelKind};
use concviz::plan::Plan;
use concviz::state::{Outcome, State};
use concviz::trace::{self, Event, Frame, FrameReader, Frames, Source};
use concviz::units::{Ns, TaskId};
use concviz::workload::{Op, Until};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{EXE, SOME, compute, models, plan, read, run_with, sleep, task};

const PROCESSES: Model = Model::plain(ModelKind::Processes);

pub fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid.cast_signed()).expect("a pid"), Signal::KILL).expect("a process to kill");
}

fn is_gone(pid: u32) -> bool {
    // One that nobody has reaped yet is dead, too.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']))
}

/// Waits until all of `pids` are gone.
fn expect_gone(pids: &[u32]) {
    let patience = Instant::now() + Duration::from_secs(20);
    while !pids.iter().all(|&pid| is_gone(pid)) {
        assert!(Instant::now() < patience, "of {pids:?} somebody is still there");
        std::thread::yield_now();
    }
}

/// A plan that goes on for a minute, with more tasks than workers.
fn endless(model: Model) -> Plan {
    let forever = || task(vec![Op::Repeat(Until::For(Ns::from_millis(60_000)), vec![compute(10_000)])]);
    plan(model, 2, vec![forever(), forever(), forever()])
}

/// Reads until two workers, or the only one, have begun; all processes seen.
fn wait_for_workers(frames: &mut impl Frames, workers: usize) -> Vec<u32> {
    let (mut pids, mut begun) = (Vec::new(), 0);
    while begun < workers {
        match frames.next_frame().expect("a frame").expect("a run that goes on") {
            Frame::Begin(begin) => pids.push(begin.pid),
            Frame::Events(records) => {
                for record in records {
                    if let Event::WorkerStarted { pid, .. } = record.event {
                        pids.push(pid);
                        begun += 1;
                    }
                }
            }
            other => panic!("{other:?}"),
        }
    }
    pids
}

fn workers(model: Model) -> usize {
    if model.kind.rules().many_workers { 2 } else { 1 }
}

#[test]
fn a_killed_run_leaves_nobody_behind_at_whatever_point() {
    for model in models() {
        let mut runner = Runner::spawn_with(EXE.as_ref(), &endless(model)).expect("a runner");
        let pids = wait_for_workers(&mut runner.frames().expect("frames"), workers(model));
        runner.tell(trace::Command::Stop).expect("told");
        runner.tell(trace::Command::Stop).expect("told");
        expect_gone(&pids);
        // At once, before it has done anything; by being dropped.
        let runner = Runner::spawn_with(EXE.as_ref(), &endless(model)).expect("a runner");
        let pid = runner.pid();
        drop(runner);
        expect_gone(&[pid]);
    }
}

#[test]
fn a_suspended_run_can_be_resumed_and_killed() {
    let mut runner = Runner::spawn_with(EXE.as_ref(), &endless(PROCESSES)).expect("a runner");
    let mut frames = runner.frames().expect("frames");
    assert!(runner.frames().is_none(), "to be had once");
    let pids = wait_for_workers(&mut frames, 2);
    runner.tell(trace::Command::Suspend).expect("told");
    runner.tell(trace::Command::Resume).expect("told");
    while !matches!(frames.next_frame(), Ok(Some(Frame::Events(_)))) {}
    runner.tell(trace::Command::Suspend).expect("told");
    runner.tell(trace::Command::Stop).expect("told");
    expect_gone(&pids);
}

#[test]
fn whoever_looks_seldom_is_told_everything_in_fewer_frames() {
    let steps = || (0..200).flat_map(|_| [sleep(1), compute(1_000)]).collect();
    let frames = |looks: &[Ns]| {
        let plan = plan(Model::plain(ModelKind::Threads), 2, vec![task(steps()), task(steps())]);
        let mut runner = Runner::spawn_with(EXE.as_ref(), &plan).expect("a runner");
        let mut frames = runner.frames().expect("frames");
        for every in looks {
            runner.tell(trace::Command::Looks(*every)).expect("told");
        }
        let (mut count, mut naps, mut lost) = (0, 0, 0);
        while let Some(frame) = frames.next_frame().expect("a frame") {
            let Frame::Events(events) = frame else { continue };
            count += 1;
            naps += events.iter().filter(|e| matches!(e.event, Event::Enter { state: State::Sleep, .. })).count();
            lost += events.iter().filter(|e| matches!(e.event, Event::Lost { .. })).count();
        }
        assert_eq!((naps, lost), (400, 0));
        count
    };
    let usual = frames(&[]);
    // Nothing comes later than the collector itself thinks right, and nobody can ask for more than it can give.
    let seldom = frames(&[Ns::ZERO, Ns::MAX]);
    assert!(seldom < usual, "{seldom} and {usual}");
}

#[test]
fn a_killed_worker_process_takes_its_task_with_it_and_the_others_do_the_rest() {
    let tasks = (0..5).map(|_| task(vec![sleep(5), compute(SOME)])).collect();
    let mut plan = plan(PROCESSES, 2, tasks);
    // The victim's first task lasts until it is killed.
    plan.tasks[0] = task(vec![sleep(60_000)]);
    let mut runner = Runner::spawn_with(EXE.as_ref(), &plan).expect("a runner");
    let mut victim = None;
    let run = read(&mut runner.frames().expect("frames"), |r| {
        if let (Event::WorkerStarted { pid, .. }, 0) = (r.event, r.worker.0) {
            victim = Some(pid);
            kill(pid);
        }
    })
    .expect("a run that comes to its end");
    let mut expected = [Outcome::Done; 5];
    expected[0] = Outcome::Killed;
    assert_eq!(run.outcomes(), expected);
    assert_eq!(run.values()[0], None);
    let ended = |e: &Event| matches!(e, Event::Ended { task: TaskId(0), outcome: Outcome::Killed, signal: 9, .. });
    assert_eq!(run.count(ended), 1);
    let gone = |e: &Event| matches!(e, Event::WorkerEnded { who, outcome: Outcome::Killed, signal: 9 } if who.0 == 0);
    assert_eq!(run.count(gone), 1);
    expect_gone(&[victim.expect("a victim")]);
}

#[test]
fn where_all_worker_processes_are_killed_the_rest_fails_and_the_run_ends() {
    let plan = plan(PROCESSES, 2, (0..4).map(|_| task(vec![sleep(60_000)])).collect());
    let mut runner = Runner::spawn_with(EXE.as_ref(), &plan).expect("a runner");
    let run = read(&mut runner.frames().expect("frames"), |r| {
        if let Event::WorkerStarted { pid, .. } = r.event {
            kill(pid);
        }
    })
    .expect("a run that comes to its end");
    assert_eq!(run.outcomes(), [Outcome::Killed, Outcome::Killed, Outcome::Failed, Outcome::Failed]);
}

#[test]
fn a_run_that_came_to_its_end_leaves_nobody_behind() {
    for model in models() {
        let mut runner =
            Runner::spawn_with(EXE.as_ref(), &plan(model, 2, vec![task(vec![]), task(vec![])])).expect("a runner");
        let mut frames = runner.frames().expect("frames");
        let run = read(&mut frames, |_| {}).expect("a run");
        assert!(frames.next_frame().expect("the end of the pipe").is_none(), "nothing follows");
        // The pipe ends when the runner does; it has reaped its workers before.
        for worker in run.end.workers.iter().filter(|w| w.pid != run.begin.pid) {
            assert!(!Path::new(&format!("/proc/{}", worker.pid)).exists(), "{model:?}: {worker:?}");
        }
        runner.tell(trace::Command::Stop).expect("told");
    }
}

/// A runner started by hand: `command` ends in executing it.
fn start(mut command: Command, plan: &Plan) -> (Child, ChildStdin, FrameReader<BufReader<std::process::ChildStdout>>) {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a process");
    let mut stdin = child.stdin.take().expect("stdin");
    let text = serde_json::to_vec(plan).expect("JSON");
    stdin.write_all(&(text.len() as u32).to_le_bytes()).expect("a reader");
    stdin.write_all(&[0; 8]).expect("a reader");
    stdin.write_all(&text).expect("a reader");
    let frames = FrameReader::new(BufReader::new(child.stdout.take().expect("stdout")));
    (child, stdin, frames)
}

#[test]
fn a_runner_dies_when_its_stdin_ends() {
    for model in models() {
        let mut command = Command::new(EXE);
        command.arg("__runner");
        let (mut child, stdin, mut frames) = start(command, &endless(model));
        let pids = wait_for_workers(&mut frames, workers(model));
        drop(stdin);
        expect_gone(&pids);
        child.wait().expect("a dead child");
    }
}

#[test]
fn a_runner_whose_parent_is_killed_dies_with_all_its_workers() {
    for model in [PROCESSES, Model::plain(ModelKind::Threads)] {
        // A shell as the parent; stdin stays open here, so that only the kernel tells of its death.
        let mut command = Command::new("sh");
        command.args(["-c", r#"exec 3<&0; "$0" __runner $$ <&3 & wait"#, EXE]);
        let (mut shell, stdin, mut frames) = start(command, &endless(model));
        let pids = wait_for_workers(&mut frames, workers(model));
        assert!(!pids.contains(&shell.id()));
        kill(shell.id());
        expect_gone(&pids);
        shell.wait().expect("a dead shell");
        drop(stdin);
    }
}

#[test]
fn a_runner_whose_parent_is_another_one_does_nothing() {
    let mut command = Command::new(EXE);
    command.args(["__runner", "1"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
    assert!(!child.wait().expect("an end").success());
}

#[test]
fn a_runner_that_nobody_listens_to_dies() {
    let mut runner = Runner::spawn_with(EXE.as_ref(), &endless(PROCESSES)).expect("a runner");
    let mut frames = runner.frames().expect("frames");
    let pids = wait_for_workers(&mut frames, 2);
    drop(frames);
    expect_gone(&pids);
}

#[test]
fn what_cannot_be_run_is_said_in_a_sentence() {
    let mut empty = endless(PROCESSES);
    empty.tasks.clear();
    let reason = run_with(Path::new(EXE), &empty).err().expect("a reason");
    assert!(reason.contains("no tasks"), "{reason}");
    let missing = Runner::spawn_with(Path::new("/nonexistent/concviz"), &endless(PROCESSES)).expect_err("no program");
    let missing = concviz::text::failure(&missing);
    assert!(missing.contains("/nonexistent/concviz"), "{missing}");
}

#[test]
fn where_the_system_has_no_more_to_give_the_run_fails_with_a_reason_and_nothing_stays() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    let starved = dir.path().join("starved");
    std::fs::write(&starved, format!("#!/bin/sh\nulimit -n 16\nexec {EXE} \"$@\"\n")).expect("a script");
    std::fs::set_permissions(&starved, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let plan = plan(PROCESSES, 40, (0..40).map(|_| task(vec![sleep(60_000)])).collect());
    let reason = run_with(&starved, &plan).err().expect("a reason");
    assert!(reason.contains("no more processes") && reason.contains("fewer workers"), "{reason}");
}
