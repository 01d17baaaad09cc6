//! The program as it is met in scripts: exit codes, what goes to which stream, signals, and streams that are closed.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use deadlock::deadlock;
use rustix::process::{Pid, Signal, kill_process};

#[path = "support/deadlock.rs"]
mod deadlock;

fn command(args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_concviz"));
    command.args(args.split_whitespace()).env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).stdin(Stdio::null());
    command
}

fn output(args: &str) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command(args).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn without_a_terminal_the_screen_names_the_way_out() {
    let (code, out, err) = output("");
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("terminal") && err.contains("`concviz run`") && err.lines().count() == 1, "{err}");
}

#[test]
fn wrong_usage_is_two_and_help_is_zero() {
    let (code, out, err) = output("-w cpuu");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("did you mean `cpu`?"), "{err}");
    assert_eq!(output("run --cores 60000").0, Some(2));
    let (code, out, err) = output("--help");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("concviz run") && out.contains("cpu, io"), "{out}");
}

#[test]
fn a_shown_workload_can_be_edited_and_run() {
    let (code, names, err) = output("workloads --format json");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let names: serde_json::Value = serde_json::from_str(&names).expect("JSON");
    let folder = tempfile::tempdir().expect("a folder");
    for workload in names["workloads"].as_array().expect("workloads") {
        let name = workload["name"].as_str().expect("a name");
        let (code, text, _) = output(&format!("workloads --show {name}"));
        assert_eq!(code, Some(0), "{name}");
        let file = folder.path().join("edited.toml");
        std::fs::write(&file, &text).expect("the file is written");
        let tasks = if workload["params"]["tasks"].is_null() { "" } else { "--tasks 1" };
        let (code, out, err) = output(&format!("run -w {} {tasks} --scale 0.0001", file.display()));
        assert_eq!((code, err.as_str()), (Some(0), ""), "{name}");
        let full = workload["variant"].as_str().map_or_else(|| name.to_owned(), |variant| format!("{name}:{variant}"));
        assert!(out.starts_with(&format!("{full}: ")), "{out}");
    }
    let (code, out, err) = output("workloads --show cpuu");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("did you mean `cpu`?") && err.lines().count() == 1, "{err}");
}

#[test]
fn a_table_names_each_task_and_what_they_come_to() {
    let (code, out, err) = output("run -w io -m threads --tasks 3 --set wait=30ms");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for part in
        ["io: 3 tasks", "threads: 3 threads", "task 1", "task 3", "sleep", "done", "in all", "3 workers created"]
    {
        assert!(out.contains(part), "`{part}` is missing:\n{out}");
    }
    assert!(out.lines().all(|l| l.trim_end() == l), "no blanks at the ends of lines");
}

#[test]
fn the_doctor_finds_something_to_say_wherever_it_is() {
    let (code, out, err) = output("doctor");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for topic in ["cores", "other load", "clock", "kernel record", "open files", "temp folder", "loopback", "colours"] {
        assert!(out.contains(topic), "`{topic}` is missing:\n{out}");
    }
    let (code, out, _) = output("doctor --format json");
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &document["schema"]), (Some(0), &2.into()));
    assert!(document["facts"]["cores"]["allowed"].as_array().is_some_and(|cores| !cores.is_empty()));
}

#[test]
fn sentences_tell_a_run_in_order() {
    for args in ["--plain", "run --plain"] {
        let (code, out, err) = output(&format!("{args} -w io -m async --tasks 3 --set wait=150ms"));
        assert_eq!((code, err.as_str()), (Some(0), ""), "{args}");
        let order = [
            "3 tasks submitted",
            "task 3 starts on worker 1.",
            "task 3 sleeps for 300 ms.",
            "task 2 is done.",
            "task 3 goes on after",
            "task 3 is done.",
            "The run is over.",
            "task 3: done after",
            "in all",
        ];
        let mut rest = out.as_str();
        for part in order {
            let at = rest.find(part).unwrap_or_else(|| panic!("{args}: `{part}` is missing or too early:\n{out}"));
            rest = &rest[at..];
        }
        assert!(out.lines().all(|l| l.ends_with('.')), "{out}");
    }
}

#[test]
fn sentences_can_be_listened_to() {
    for args in ["-m processes --global-lock gil -w cpu --tasks 3 --cpu 20ms", "-m async -w io --tasks 300 --wait 2ms"]
    {
        let (code, out, err) = output(&format!("run --plain --repeat 2 {args}"));
        assert_eq!((code, err.as_str()), (Some(0), ""), "{args}");
        let silent = |c: char| !c.is_ascii_alphanumeric() && !" .,:;%/'()\n".contains(c);
        assert_eq!(out.find(silent).map(|at| &out[at..]), None, "{args}: a symbol");
        assert!(out.lines().all(|l| l.ends_with('.')), "{out}");
        let [first, second, end] = ["Run 1 of 2.", "Run 2 of 2.", "2 runs are over"].map(|part| out.find(part));
        assert!(first.is_some() && first < second && second < end, "{out}");
        assert!(out.lines().count() < 80, "{} lines: {out}", out.lines().count());
    }
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    for args in [
        "run -w io -m async --scale 0.0001 --tasks 500",
        "run --plain -w io --scale 0.01 -m threads --tasks 30",
        "run -w io --scale 0.001 --repeat 1000",
        "run -w io --scale 0.001 --repeat 1000 --format json",
    ] {
        let mut child = command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().expect("stderr").read_to_string(&mut said).expect("text");
        assert!(child.wait().expect("it ends").success(), "{args}");
        assert_eq!(said, "", "{args}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
    for args in
        ["run -w io --scale 0.001", "run -w io --scale 0.001 --repeat 2 --format csv", "workloads", "man", "--help"]
    {
        let to = full.try_clone().expect("/dev/full");
        let output = command(args).stdout(to).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(1), "{args}");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(err.contains("standard output") && err.contains("space") && err.lines().count() == 1, "{args}: {err}");
    }
}

/// A run on three worker processes that has begun: the number of the process of the last one is known.
fn long_run(wait: &str) -> (Child, impl BufRead, u32) {
    let mut child = command(&format!("run --plain -w io -m processes --tasks 3 --workers 3 --set wait={wait}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut out = BufReader::new(child.stdout.take().expect("stdout"));
    let line = out.by_ref().lines().map_while(Result::ok).find(|l| l.contains("worker 3 is ready")).expect("a worker");
    let worker = line.split("process ").nth(1).and_then(|l| l.split(',').next()).and_then(|n| n.parse().ok());
    (child, out, worker.expect("a number"))
}

#[cfg(target_os = "linux")]
fn is_alive(pid: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    Path::new(&format!("/proc/{pid}")).exists() && !state.contains(") Z ")
}

#[test]
#[cfg(target_os = "linux")]
fn a_signal_ends_the_run_and_everything_in_it() {
    for (signal, code) in [(Signal::INT, Some(130)), (Signal::TERM, Some(143)), (Signal::KILL, None)] {
        let (mut child, _out, worker) = long_run("20s");
        assert!(is_alive(worker));
        let pid = Pid::from_raw(child.id().cast_signed()).expect("a process");
        let from = Instant::now();
        kill_process(pid, signal).expect("the signal is sent");
        let status = child.wait().expect("it ends");
        assert_eq!(status.code(), code, "{signal:?}");
        while is_alive(worker) && from.elapsed() < Duration::from_secs(5) {
            std::thread::yield_now();
        }
        assert!(!is_alive(worker), "{signal:?}: a worker survived");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_worker_costs_its_task_and_no_other() {
    let (mut child, mut out, worker) = long_run("300ms");
    kill_process(Pid::from_raw(worker.cast_signed()).expect("a process"), Signal::KILL).expect("the worker is there");
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("sentences");
    let mut said = String::new();
    child.stderr.take().expect("stderr").read_to_string(&mut said).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(1), "{rest}");
    assert!(said.contains("1 task did not come to the end") && said.contains("killed by signal 9"), "{said}");
    assert_eq!(rest.matches(": killed by signal 9").count(), 1, "{rest}");
    assert_eq!(rest.matches(": done").count(), 2, "{rest}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_runner_that_dies_is_said() {
    let (mut child, out, worker) = long_run("20s");
    let stat = std::fs::read_to_string(format!("/proc/{worker}/stat")).expect("the worker lives");
    let parent = stat.rsplit(") ").next().and_then(|s| s.split(' ').nth(1)).and_then(|n| n.parse().ok());
    kill_process(Pid::from_raw(parent.expect("a number")).expect("a process"), Signal::KILL)
        .expect("the runner is there");
    let mut said = String::new();
    child.stderr.take().expect("stderr").read_to_string(&mut said).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    assert!(said.starts_with("error: the run broke off") && said.lines().count() == 1, "{said}");
    drop(out);
    let from = Instant::now();
    while is_alive(worker) && from.elapsed() < Duration::from_secs(5) {
        std::thread::yield_now();
    }
    assert!(!is_alive(worker), "a worker survived");
}

#[test]
fn repeated_runs_end_with_their_spread() {
    let (code, out, err) = output("run -w io -m threads --set wait=3ms --repeat 3");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let first: Vec<&str> = out.lines().skip(3).filter_map(|l| l.split_whitespace().next()).take(8).collect();
    assert_eq!(first, ["run", "1", "2", "3", "median", "minimum", "maximum", "spread"], "{out}");
    let widest = out.lines().take(12).map(|l| l.chars().count()).max();
    assert!(widest <= Some(80), "{out}");
    let (code, out, err) = output("run -w io -m async --set wait=3ms --repeat 2 --format csv");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 1 + 2 * 4, "{out}");
    assert!(lines[0].starts_with("repeat,name,worker,") && lines[1].starts_with("1,task 1,1,"), "{out}");
    assert!(lines[8].starts_with("2,task 4,1,"), "{out}");
    let commas = |l: &&str| l.matches(',').count();
    assert!(lines.iter().all(|l| commas(l) == commas(&lines[0])), "{out}");
}

/// Five repetitions of a run on a worker process, with `format`: what it printed up to the first worker that is
/// heard of, or to the first run that is over.
#[cfg(target_os = "linux")]
fn repetition(wait: &str, format: &str, first: &str) -> (Child, BufReader<std::process::ChildStdout>, String) {
    let mut child =
        command(&format!("run -w io -m processes --tasks 2 --workers 1 --set wait={wait} --repeat 5 {format}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
    let mut out = BufReader::new(child.stdout.take().expect("stdout"));
    let mut text = String::new();
    while !text.contains(first) {
        assert!(out.read_line(&mut text).expect("text") > 0, "it ended before `{first}`: {text}");
    }
    (child, out, text)
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupted_repetition_leaves_a_whole_document_and_no_process() {
    let (mut child, mut out, mut text) = repetition("400ms", "--format json", "\"counters\"");
    let from = Instant::now();
    kill_process(Pid::from_raw(child.id().cast_signed()).expect("a process"), Signal::INT).expect("the signal is sent");
    out.read_to_string(&mut text).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let document: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!((&document["repeat"], &document["outcome"]), (&5.into(), &"interrupted".into()));
    assert_eq!((&document["reason"]["reason"], &document["reason"]["signal"]), (&"signal".into(), &2.into()));
    let count = document["summary"]["count"].as_u64().expect("a number") as usize;
    let runs = document["runs"].as_array().expect("runs");
    assert!((1..5).contains(&count) && runs.len() == count + 1, "{count}");
    assert_eq!(runs[count]["outcome"], "interrupted", "what was known of it until then");
    let worker = document["runs"][0]["tasks"][0]["pid"].as_u64().expect("a process") as u32;
    while is_alive(worker) && from.elapsed() < Duration::from_secs(5) {
        std::thread::yield_now();
    }
    assert!(!is_alive(worker), "a worker survived");
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_that_fails_ends_the_repetition() {
    let (mut child, mut out, mut text) = repetition("300ms", "--plain", "worker 1 is ready");
    let worker = text.split("process ").nth(1).and_then(|l| l.split(',').next()).and_then(|n| n.parse().ok());
    let worker = Pid::from_raw(worker.expect("a number")).expect("a process");
    kill_process(worker, Signal::KILL).expect("the worker is there");
    out.read_to_string(&mut text).expect("sentences");
    let mut said = String::new();
    child.stderr.take().expect("stderr").read_to_string(&mut said).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(1), "{text}");
    assert!(said.contains("did not come to the end") && said.lines().count() == 1, "{said}");
    assert!(text.contains("Run 1 of 5.") && !text.contains("Run 2 of 5."), "{text}");
}

#[test]
fn a_comparison_is_a_table_with_a_verdict_as_its_last_line() {
    let (code, out, err) = output("compare -w io --tasks 3 --wait 10ms");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for part in
        ["io: 3 tasks", "one after the other", "serial", "threads", "processes", "async", "threads+GIL", "ideal"]
    {
        assert!(out.contains(part), "`{part}` is missing:\n{out}");
    }
    assert!(out.lines().all(|l| l.chars().count() <= 80 && l.trim_end() == l), "{out}");
    assert!(out.lines().last().is_some_and(|l| l.ends_with('.')), "{out}");
    assert!(!out.contains('\u{1b}'), "bold is for terminals");
    let (code, out, _) = output("compare -w io --tasks 3 --wait 10ms -m serial,async --format markdown");
    assert_eq!((code, out.matches("\n| ").count()), (Some(0), 3), "{out}");
    let (code, out, _) = output("compare -w io --tasks 3 --wait 10ms -m serial,async --format csv --repeat 2");
    assert_eq!((code, out.lines().count()), (Some(0), 3), "{out}");
    let (code, out, _) = output("compare -w io --tasks 3 --wait 10ms -m serial,async --plain");
    assert!(code == Some(0) && out.contains("async took") && out.contains("best possible"), "{out}");
    let silent = |c: char| !c.is_ascii_alphanumeric() && !" .,:;%/'()\n".contains(c);
    assert_eq!(out.find(silent).map(|at| &out[at..]), None, "a symbol");
    assert!(out.lines().all(|l| l.ends_with('.')), "{out}");
}

#[test]
fn a_deadlocked_run_prints_what_was_known_of_it_in_every_format_and_exits_with_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = deadlock(folder.path());
    let sentence = "deadlock: left wants `b`, right wants `a`; take locks in one order";
    let said = format!("error: the run failed: {sentence}\n");
    for model in ["threads", "processes", "async"] {
        let (code, out, err) = output(&format!("run -w {file} -m {model} --format json"));
        assert_eq!((code, err.as_str()), (Some(1), said.as_str()), "{model}");
        let document: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"));
        assert_eq!((&document["outcome"], &document["reason"]["sentence"]), (&"failed".into(), &sentence.into()));
        for task in document["tasks"].as_array().expect("tasks") {
            let waited = |state: &str| task["states_s"][state].as_f64().unwrap_or_else(|| panic!("{state}: {task}"));
            assert!(waited("sleep") >= 0.02 && waited("lock") > 0.01, "{model}: {task}");
            assert!(task["outcome"].is_null() && task["finished_s"].is_null(), "{model}: {task}");
        }
    }
    let (code, out, err) = output(&format!("run -w {file} -m threads"));
    assert_eq!((code, err.as_str()), (Some(1), said.as_str()));
    for part in
        ["opposite: Two locks", "left", "right", "lock", "not over", "The run had not come to its end", sentence]
    {
        assert!(out.contains(part), "`{part}` is missing:\n{out}");
    }
    let (code, out, err) = output(&format!("run -w {file} -m threads --format csv"));
    assert_eq!((code, err.as_str(), out.lines().count()), (Some(1), said.as_str(), 3), "{out}");
    let (code, out, err) = output(&format!("run -w {file} -m threads --plain"));
    assert_eq!((code, err.as_str()), (Some(1), said.as_str()));
    assert!(out.contains("take locks in one order.\nleft: not over; "), "{out}");
    let (code, out, err) = output(&format!("run -w {file} -m threads --repeat 3"));
    assert_eq!((code, err.as_str()), (Some(1), said.as_str()));
    assert_eq!(out.lines().last(), Some(format!("1        {sentence}").as_str()), "{out}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_that_cannot_be_started_has_a_document_too() {
    let no_cache = tempfile::tempdir().expect("a folder");
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    // No worker process more, no runner, nobody who measures how fast this machine is.
    for (files, cache, work, said) in [
        (40, cache, "io --wait 1ms", "the run failed: "),
        (7, cache, "io --wait 1ms", "cannot be started"),
        (7, no_cache.path(), "cpu", "cannot be measured"),
    ] {
        let mut command = Command::new("sh");
        let line = format!(
            "exec 3>&- 4>&- 5>&- 6>&-; ulimit -n {files}; exec {} run -w {work} --tasks 60 --workers 60 -m \
             processes --format json",
            env!("CARGO_BIN_EXE_concviz")
        );
        let command = command.args(["-c", &line]).env("XDG_CACHE_HOME", cache).stdin(Stdio::null());
        let Output { status, stdout, stderr } = command.output().expect("a shell");
        let err = String::from_utf8_lossy(&stderr);
        assert!(err.starts_with("error: ") && err.contains(said) && err.lines().count() == 1, "{said}: {err}");
        let document: serde_json::Value = serde_json::from_slice(&stdout).unwrap_or_else(|e| panic!("{said}: {e}"));
        assert_eq!((status.code(), &document["outcome"]), (Some(1), &"failed".into()), "{said}: {err}");
        assert_eq!(document["tasks"].as_array().map(Vec::len), Some(60), "{said}: what was planned is known");
        assert!(document["makespan_s"].is_null() && document["cpu_s"].is_null(), "{said}: {document:#}");
        assert_eq!(document["model"], "processes", "{said}");
    }
}

/// `args` interrupted as soon as it has begun to measure: when the first runner is there.
#[cfg(target_os = "linux")]
fn interrupted(args: &str) -> (Option<i32>, String) {
    let child = command(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program runs");
    let pid = Pid::from_raw(child.id().cast_signed()).expect("a process");
    let children = || {
        let threads = std::fs::read_dir(format!("/proc/{}/task", child.id())).into_iter().flatten().flatten();
        let of = |t: std::fs::DirEntry| std::fs::read_to_string(t.path().join("children")).unwrap_or_default();
        threads.map(of).any(|c| !c.trim().is_empty())
    };
    let from = Instant::now();
    while !children() && from.elapsed() < Duration::from_secs(20) {
        std::thread::yield_now();
    }
    kill_process(pid, Signal::INT).expect("the signal is sent");
    let Output { status, stdout, .. } = child.wait_with_output().expect("it ends");
    (status.code(), String::from_utf8(stdout).expect("UTF-8"))
}

#[test]
#[cfg(target_os = "linux")]
fn what_was_measured_until_a_signal_is_a_valid_document() {
    for args in [
        "run -w io --tasks 3 --wait 10s --format json",
        "compare -w io --tasks 3 --wait 10s --format json",
        "map --length 10s --waits 100 --format json",
    ] {
        let (code, out) = interrupted(args);
        assert_eq!(code, Some(130), "{args}");
        let document: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{args}: {e}: {out}"));
        let reason = &document["reason"];
        assert_eq!((&document["outcome"], &reason["signal"]), (&"interrupted".into(), &2.into()), "{args}: {out}");
        assert!(reason["sentence"].as_str().is_some_and(|said| said.contains("signal 2")), "{args}: {out}");
    }
}

#[test]
fn a_model_that_cannot_run_has_a_row_that_says_so_and_the_others_go_on() {
    // No process may be made but those of the program itself: the limit counts all of this user's.
    let mut command = Command::new("sh");
    let line = format!(
        "ulimit -n 40; exec {} compare -w io --tasks 60 --wait 1ms --workers 60 --format json",
        env!("CARGO_BIN_EXE_concviz")
    );
    let command = command.args(["-c", &line]).env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).stdin(Stdio::null());
    let Output { status, stdout, stderr } = command.output().expect("a shell");
    let document: serde_json::Value = serde_json::from_slice(&stdout).expect("JSON");
    let rows = document["rows"].as_array().expect("rows");
    let failed: Vec<_> = rows.iter().filter(|r| !r["reason"].is_null()).map(|r| r["model"].clone()).collect();
    let err = String::from_utf8_lossy(&stderr);
    assert_eq!((status.code(), failed), (Some(1), vec!["processes".into()]), "{err}\n{document:#}");
    assert!(err.starts_with("error: processes: ") && err.lines().count() == 1, "{err}");
    assert_eq!((&document["outcome"], document["runs"].as_array().map(Vec::len)), (&"incomplete".into(), Some(5)));
    for row in rows {
        let run = &document["runs"][row["run"].as_u64().expect("a place") as usize];
        assert_eq!((&run["model"], &run["reason"]), (&row["model"], &row["reason"]), "each has its document");
    }
    assert!(rows.iter().filter(|r| r["reason"].is_null()).all(|r| r["makespan_s"].is_number()));
}

#[test]
fn that_serial_cannot_do_the_work_is_an_answer_and_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("late.toml");
    let late = r#"
        format = 1
        name = "late"
        [queues]
        jobs = 2
        [[tasks]]
        name = "user"
        steps = [{ repeat = { each = "jobs", steps = [{ compute = { amount = "1us" } }] } }]
        [[tasks]]
        name = "maker"
        steps = [{ put = "jobs" }]
    "#;
    std::fs::write(&file, late).expect("the file is written");
    let compare = |models: &str| output(&format!("compare -w {} {models}", file.display()));
    let (code, out, err) = compare("-m serial -m threads -m async");
    assert_eq!(code, Some(0), "{out}\n{err}");
    assert!(out.contains("cannot") && err.is_empty(), "{out}\n{err}");
    // With no answer at all it is one.
    let (code, out, err) = compare("-m serial");
    assert_eq!(code, Some(1), "{out}");
    assert!(err.starts_with("error: serial: "), "{err}");
}
