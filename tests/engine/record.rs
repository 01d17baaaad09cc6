//! The kernel's record of a run: exact where it is there, the same for everybody, and honest where it is refused.
#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::Plan;
use concviz::state::State;
use concviz::trace::{Event, KernelRecord, Switch, TaskName, Trace};
use concviz::units::{CoreId, Ns, Range, Stamp};
use concviz::workload::{Op, Until};

use crate::skipped::skipped;
use crate::support::{EXE, Run, SOME, background, compute, models, plain_models, plan, request, run, sleep, task};

/// The trace of `run`, as whoever watches it has it.
fn trace_of(run: &Run, workers: u16) -> Trace {
    let names = run.end.results.iter().map(|_| TaskName { name: "task".to_owned(), background: false }).collect();
    let mut trace = Trace::new(names, workers);
    trace.begin(&run.begin);
    trace.extend(&run.events);
    trace.end(run.end.clone());
    trace
}

/// Whether the kernel keeps no record for tests. Says so, and why.
fn has_no_record(run: &Run) -> bool {
    if let KernelRecord::None(why) = &run.begin.kernel_record {
        skipped(&format!("no kernel record here: {why}"));
    }
    run.begin.kernel_record != KernelRecord::Switches
}

#[test]
fn each_thread_is_on_one_core_at_a_time_and_each_core_has_one_thread() {
    for model in models() {
        let run = run(&plan(model, 3, vec![task(vec![compute(SOME), sleep(2), compute(SOME)]); 5]));
        if has_no_record(&run) {
            return;
        }
        assert_eq!(run.end.kernel.map(|k| k.lost), Some(0), "{model:?}");
        let mut on: BTreeMap<u32, CoreId> = BTreeMap::new();
        let mut has: BTreeMap<CoreId, u32> = BTreeMap::new();
        for record in &run.events {
            let Event::Switched { tid, switch } = record.event else { continue };
            match switch {
                Switch::In => {
                    assert_eq!(on.insert(tid, record.core), None, "{model:?}: {record:?} was on a core already");
                    assert_eq!(has.insert(record.core, tid), None, "{model:?}: {record:?}: somebody is there");
                }
                Switch::Blocked | Switch::Preempted | Switch::Gone => {
                    let was = on.remove(&tid).expect("whoever leaves a core was on it");
                    assert_eq!((was, has.remove(&was)), (record.core, Some(tid)), "{model:?}: {record:?}");
                }
            }
        }
    }
}

#[test]
fn tasks_run_where_the_kernel_has_their_worker_on_a_core() {
    for model in models() {
        let workers = if model.kind.rules().many_workers { 4 } else { 1 };
        // Longer than a process takes to start: the clocks count that as well.
        let much = if model.kind.rules().by_value { 16 } else { 4 };
        let run = run(&plan(model, 4, vec![task(vec![compute(much * SOME)]); 4]));
        if has_no_record(&run) {
            return;
        }
        let trace = trace_of(&run, workers);
        let end = trace.makespan().expect("an end");
        let totals = trace.aggregate().totals(end);
        let running = totals.states()[State::Running as usize];
        let places = 0..trace.aggregate().cores().len();
        let on_cores: Ns = places.clone().map(|p| totals.on_core(p)).sum();
        assert_eq!(running, on_cores, "{model:?}: whoever runs is on a core that is known");
        for place in places {
            let all = totals.on_core(place) + totals.off_task(place) + totals.overhead(place);
            assert!(all <= end, "{model:?}: a core is there once: {all:?} of {end:?}");
        }
        // Spans are wall time, with what the machine takes away in between; the CPU clocks leave that out. The tasks do
        // hardly anything but compute.
        let clocks = run.end.cpu;
        // Under the older lock they also fight for it.
        let all = running.0 * 10 > clocks.0 * 8 || model.lock.is_legacy();
        assert!(all, "{model:?}: {running:?} of {clocks:?}");
    }
}

#[test]
fn whoever_waits_is_off_its_core_and_wakes_ready() {
    for model in plain_models() {
        let run = run(&plan(model, 2, vec![task(vec![compute(SOME), sleep(5), compute(SOME)]); 2]));
        if has_no_record(&run) {
            return;
        }
        let trace = trace_of(&run, 2);
        for track in &trace.tasks {
            let spans: Vec<_> = track.spans(Range::new(Ns::ZERO, trace.latest())).collect();
            let slept: Ns = spans.iter().filter(|s| s.state == State::Sleep).map(|s| s.range.len()).sum();
            assert!(slept >= Ns::from_millis(4), "{model:?}: {spans:?}");
        }
    }
}

#[test]
fn an_answer_that_comes_during_a_wait_for_the_global_lock_makes_nobody_ready() {
    let gil = GlobalLock::gil(Ns::from_millis(2));
    let until = Op::Repeat(Until::Tasks(vec![concviz::units::TaskId(1)]), vec![compute(SOME / 100)]);
    let tasks = vec![background(vec![until]), task(vec![request(1, 1); 30])];
    for no_kernel_record in [false, true] {
        let plan = plan(Model { kind: ModelKind::Threads, lock: gil }, 2, tasks.clone());
        let run = run(&Plan { no_kernel_record, ..plan });
        let trace = trace_of(&run, 2);
        let states: Vec<State> = trace.tasks[1].marks().iter().map(|m| m.state).collect();
        assert!(states.contains(&State::Gil), "{states:?}");
        let late = states.windows(2).any(|pair| pair == [State::Gil, State::Ready]);
        assert!(!late, "it waits for the lock, not for a core: {states:?}");
    }
}

#[test]
fn watchers_are_overhead_and_never_tasks() {
    let tasks = vec![task(vec![request(1, 100); 20]); 4];
    for model in [Model::plain(ModelKind::Threads), Model::plain(ModelKind::Async)] {
        let run = run(&plan(model, 4, tasks.clone()));
        if has_no_record(&run) {
            return;
        }
        let watchers: BTreeSet<u32> = run.begin.watchers.iter().copied().collect();
        let workers: BTreeSet<u32> = run.end.workers.iter().map(|w| w.tid).collect();
        assert!(watchers.len() >= 2 && watchers.is_disjoint(&workers), "{model:?}: {watchers:?} {workers:?}");
        let trace = trace_of(&run, 4);
        let totals = trace.aggregate().totals(trace.makespan().expect("an end"));
        let overhead: Ns = (0..trace.aggregate().cores().len()).map(|p| totals.overhead(p)).sum();
        assert!(overhead > Ns::ZERO, "{model:?}: the server was on some core");
    }
}

/// What `exe` says of a run, as the user `uid` if there is one.
fn told(exe: &Path, uid: Option<u32>, args: &str) -> serde_json::Value {
    let mut command = Command::new(exe);
    command.args(args.split(' ')).stdin(Stdio::null()).env("XDG_CACHE_HOME", "/nonexistent").current_dir("/");
    if let Some(uid) = uid {
        command.uid(uid).gid(uid);
    }
    let output = command.output().expect("the program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_user_without_privileges_has_the_same_record() {
    const NOBODY: u32 = 65_534;
    let here = tempfile::tempdir().expect("a folder");
    fs::set_permissions(here.path(), fs::Permissions::from_mode(0o755)).expect("its mode");
    let exe = here.path().join("concviz");
    // Written by another process, as `support::wrapped` does and says why.
    let copied = Command::new("cp").arg(EXE).arg(&exe).status().expect("cp");
    assert!(copied.success());
    let args = "run -w cpu --tasks 3 --set cpu=20ms -m threads --format json";
    let own = told(&exe, None, args);
    if !rustix::process::geteuid().is_root() {
        skipped("who runs the tests has no privileges to drop");
        return;
    }
    if own["kernel_record"] != "switches" {
        skipped(&format!("no kernel record here: {}", own["kernel_record"]));
        return;
    }
    let level = fs::read_to_string("/proc/sys/kernel/perf_event_paranoid").expect("the kernel's setting");
    let open = level.trim().parse::<i32>().is_ok_and(|level| level <= 2);
    let theirs = told(&exe, Some(NOBODY), args);
    if !open {
        let why = theirs["kernel_record"].as_str().expect("a text");
        assert!(why.starts_with("none: ") && why.contains("perf_event_paranoid"), "{why}");
        return;
    }
    assert_eq!(theirs["kernel_record"], "switches");
    for document in [&own, &theirs] {
        assert!(document["recorder"]["switches"].as_u64().is_some_and(|n| n > 6), "{document}");
        assert_eq!(document["recorder"]["switches_lost"], 0);
        assert!(document["switches"]["migrations"].is_u64());
        let preempted = |task: &serde_json::Value| task["states_s"]["preempted"].is_f64();
        assert!(document["tasks"].as_array().expect("tasks").iter().all(preempted));
    }
}

/// Has the kernel refuse `perf_event_open` with `errno` to the calling thread and all it starts, for good.
fn refuse(errno: rustix::io::Errno) {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
    let rules = [(libc::SYS_perf_event_open, Vec::new())].into_iter().collect();
    let arch = std::env::consts::ARCH.try_into().expect("an architecture that filters know");
    let refused = SeccompAction::Errno(errno.raw_os_error().cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refused, arch).expect("a filter");
    let program: BpfProgram = filter.try_into().expect("its program");
    apply_filter(&program).expect("the kernel takes it");
}

#[test]
fn a_refused_record_is_said_everywhere_and_the_run_goes_on_without() {
    use rustix::io::Errno;
    for (errno, reason) in [(Errno::PERM, "refused"), (Errno::ACCESS, "refused"), (Errno::NOSYS, "this kernel")] {
        let thread = std::thread::spawn(move || {
            refuse(errno);
            let args = "run -w cpu --tasks 4 --set cpu=20ms -m threads --format json";
            let document = told(Path::new(EXE), None, args);
            let plan = plan(Model::plain(ModelKind::Threads), 4, vec![task(vec![compute(4 * SOME), sleep(1)]); 4]);
            let doctor = Command::new(EXE).arg("doctor").output().expect("the program");
            (document, run(&plan), String::from_utf8(doctor.stdout).expect("text"))
        });
        let (document, run, doctor) = thread.join().expect("what was done without the record");
        let level = fs::read_to_string("/proc/sys/kernel/perf_event_paranoid").unwrap_or_default();
        let paranoid = level.trim().parse::<i32>().is_ok_and(|level| level > 2) && errno != Errno::NOSYS;
        let reason = if paranoid { "users may not read it" } else { reason };
        let record = document["kernel_record"].as_str().expect("a text");
        assert!(record.starts_with("none: ") && record.contains(reason) && record.contains("own clock"), "{record}");
        for unknown in [
            &document["switches"]["migrations"],
            &document["recorder"]["switches"],
            &document["tasks"][0]["states_s"]["preempted"],
        ] {
            assert!(unknown.is_null(), "unknown is not nothing");
        }
        assert!(document["tasks"][0]["states_s"]["running"].as_f64().is_some_and(|s| s > 0.0));
        assert!(!run.events.iter().any(|r| matches!(r.event, Event::Switched { .. })));
        assert!(
            matches!(&run.begin.kernel_record, KernelRecord::None(why) if why.contains(reason)),
            "{:?}",
            run.begin.kernel_record
        );
        let trace = trace_of(&run, 4);
        assert_eq!(trace.switched(Range::new(Ns::ZERO, trace.latest())), None);
        assert!(doctor.contains("kernel record") && doctor.contains(reason), "{doctor}");
    }
}

#[test]
fn twenty_thousand_switches_a_second_and_none_is_lost() {
    // Two threads that yield to each other on one core, with nothing else to do.
    let mut many = plan(Model::plain(ModelKind::Threads), 2, Vec::new());
    let turns = Op::Repeat(Until::Times(8_000), vec![Op::Yield]);
    many.tasks = vec![task(vec![turns.clone()]), task(vec![turns])];
    many.cores = Some(1);
    let run = run(&many);
    if has_no_record(&run) {
        return;
    }
    let kernel = run.end.kernel.expect("its account");
    assert_eq!(kernel.lost, 0);
    let told = run.events.iter().filter(|r| matches!(r.event, Event::Switched { .. })).count() as u64;
    assert!(told <= kernel.switches + 1 && kernel.switches > 4_000, "{told} of {kernel:?}");
    assert!(!run.events.iter().any(|r| matches!(r.event, Event::Lost { .. })));
}

#[test]
fn the_record_goes_on_for_a_task_in_the_background() {
    let until = Op::Repeat(Until::Tasks(vec![concviz::units::TaskId(1)]), vec![compute(SOME / 10)]);
    let tasks = vec![background(vec![until]), task(vec![sleep(2), compute(SOME), sleep(2)])];
    let run = run(&plan(Model::plain(ModelKind::Threads), 2, tasks));
    if has_no_record(&run) {
        return;
    }
    let trace = trace_of(&run, 2);
    assert!(run.events.iter().all(|r| r.at <= run.end.at && r.at > Stamp(0)));
    let computed = trace.tasks[0].sums(trace.latest())[State::Running as usize];
    assert!(computed > Ns::from_micros(100), "{computed:?}");
}
