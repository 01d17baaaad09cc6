//! A system that has no more to give: each time one sentence that says what to do, soon, and nobody stays behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use concviz::engine::real::Runner;
use concviz::model::{Model, ModelKind};
use concviz::plan::Plan;
use concviz::trace::Source;
use concviz::workload::{Op, Task};

use crate::deadlock::deadlock;
use crate::skipped::skipped;
use crate::support::{EXE, plain_models, plan, read, request, task, wrapped};

/// Whether a process of the group `leader` is alive.
fn group_lives(leader: u32) -> bool {
    let stats =
        fs::read_dir("/proc").expect("/proc").filter_map(|e| fs::read_to_string(e.ok()?.path().join("stat")).ok());
    let group = leader.to_string();
    let fields: Vec<Vec<String>> = stats
        .filter_map(|s| Some(s.rsplit_once(") ")?.1.split(' ').take(3).map(str::to_owned).collect::<Vec<_>>()))
        .collect();
    fields.iter().any(|f| f.get(2) == Some(&group) && !["Z", "X"].contains(&f[0].as_str()))
}

/// What comes of `plan` after `setup`; nobody is left in any case.
fn attempt(setup: &str, plan: &Plan) -> Result<(), String> {
    let own = tempfile::tempdir().expect("a folder");
    let mut runner = Runner::spawn_with(&wrapped(own.path(), setup), plan).expect("a runner");
    let outcome = read(&mut runner.frames().expect("frames"), |_| {});
    // Its last word said, the runner has a moment to end by itself.
    let patience = Instant::now() + Duration::from_secs(20);
    while group_lives(runner.pid()) {
        assert!(Instant::now() < patience, "{setup}: somebody is left");
        std::thread::yield_now();
    }
    if let Err(why) = &outcome {
        assert!(!why.contains('\n') && !why.contains("panic") && why.len() < 250, "{setup}: {why}");
    }
    outcome.map(|_| ())
}

fn tasks(count: usize, ops: &[Op]) -> Vec<Task> {
    (0..count).map(|_| task(ops.to_vec())).collect()
}

#[test]
fn too_few_file_descriptors_are_a_sentence_wherever_they_run_out() {
    for model in plain_models() {
        for (ops, count) in [
            ([request(2, 10), request(2, 10)], 1),
            ([request(2, 10), request(2, 10)], 5),
            ([Op::Write(10), Op::Read(10)], 8),
        ] {
            let plan = plan(model, 5, tasks(count, &ops));
            let refused = (7..20).filter_map(|most| Some((most, attempt(&format!("ulimit -n {most}"), &plan).err()?)));
            for (most, why) in refused {
                assert!(why.contains("`ulimit -n`"), "{model:?}, {most} descriptors: {why}");
            }
            assert_eq!(attempt("ulimit -n 64", &plan), Ok(()), "{model:?}");
        }
    }
}

#[test]
fn a_folder_that_cannot_have_files_is_a_sentence() {
    for model in plain_models() {
        let plan = plan(model, 2, tasks(2, &[Op::Write(10)]));
        for folder in ["/nonexistent/folder", "/proc", EXE] {
            let why = attempt(&format!("export TMPDIR={folder}"), &plan).expect_err("no file can be there");
            assert!(why.contains(folder) && why.contains("set TMPDIR"), "{model:?}: {why}");
        }
        assert_eq!(attempt("export TMPDIR=", &plan), Ok(()), "{model:?}: nothing said is nothing chosen");
    }
}

#[test]
fn a_file_that_may_not_be_so_large_is_a_sentence() {
    for model in plain_models() {
        let plan = plan(model, 2, tasks(2, &[Op::Write(64_000_000)]));
        let why = attempt("ulimit -f 20000", &plan).expect_err("it is larger");
        assert!(why.contains("`ulimit -f`"), "{model:?}: {why}");
        let why = attempt("ulimit -f 8", &plan).expect_err("the memory that workers share is a file, too");
        assert!(why.contains("`ulimit -f`"), "{model:?}: {why}");
    }
}

#[test]
fn no_loopback_is_a_sentence() {
    let isolated = Command::new("unshare").args(["-rn", "true"]).stderr(Stdio::null()).status();
    if !isolated.is_ok_and(|status| status.success()) {
        skipped("this system allows no network of one's own");
        return;
    }
    let own = tempfile::tempdir().expect("a folder");
    let script = own.path().join("isolated");
    let exe = wrapped(own.path(), ":");
    fs::write(&script, format!("#!/bin/sh\nexec unshare -rn {} \"$@\"\n", exe.display())).expect("a script");
    fs::set_permissions(&script, fs::metadata(&exe).expect("a file").permissions()).expect("permissions");
    for model in plain_models() {
        let mut runner = Runner::spawn_with(&script, &plan(model, 2, tasks(2, &[request(1, 1)]))).expect("a runner");
        let why = read(&mut runner.frames().expect("frames"), |_| {}).err().expect("nobody can be reached");
        assert!(why.contains("`ip link set lo up`"), "{model:?}: {why}");
    }
}

#[test]
fn what_the_program_says_is_one_line_and_its_exit_code_is_one() {
    let own = tempfile::tempdir().expect("a folder");
    let deadlock = deadlock(own.path());
    for model in [ModelKind::Threads, ModelKind::Processes, ModelKind::Async].map(Model::plain) {
        for (setup, workload, said) in [
            ("ulimit -n 12", "requests", "`ulimit -n`"),
            ("export TMPDIR=/nonexistent/folder", "files", "set TMPDIR"),
            (":", deadlock.as_str(), "take locks in one order"),
        ] {
            let exe = wrapped(own.path(), setup);
            let mut command = Command::new(exe);
            command.args(["run", "-w", workload, "-m", model.kind.name()]).stdin(Stdio::null());
            let output = command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).output().expect("the program runs");
            let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.status.code(), Some(1), "{workload} {model:?}: {err}");
            // What was known of its tasks, if it began.
            assert!(out.is_empty() || out.contains(said), "{workload} {model:?}: {out}");
            assert!(err.starts_with("error: the run failed: ") && err.contains(said), "{workload} {model:?}: {err}");
            assert_eq!(err.lines().count(), 1, "{workload} {model:?}: {err}");
        }
    }
    assert_eq!(names(own.path()), ["deadlock.toml", "wrapped"]);
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|e| e.expect("a file").file_name());
    let mut names: Vec<String> = entries.map(|n| n.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
