//! A recording of the first format, which must stay readable for ever, and what comes out of it. And nonsense: a damaged
//! recording may say anything of a run, and every picture and report of it must stand that.
//!
//! The file was written by `cargo test --test recording -- --ignored`, which never overwrites it.

use std::fs;
use std::path::Path;

use concviz::app::{App, Key, Message, Shown, View, update};
use concviz::engine::real::Runner;
use concviz::machine::Machine;
use concviz::model::{GlobalLock, LockSettings, Model, ModelKind};
use concviz::plan::{Plan, Rates, Wishes};
use concviz::recorder;
use concviz::recording::{Conditions, Observed, Origin, Recording};
use concviz::report;
use concviz::settings::Setup;
use concviz::state::{Failure, Outcome, State};
use concviz::trace::file::{FileWriter, RecordedRun, read};
use concviz::trace::{
    Begin, Direction, End, Event, FileSystem, Frame, KernelRecord, Overhead, RecordUse, Source, Stamped, Switch,
    Switches, TaskName, TaskResult, Trace, WorkerUse,
};
use concviz::ui::{Look, render};
use concviz::units::{CoreId, LockId, Ns, Stamp, TaskId, TurnLength, WorkerId};
use concviz::watching::{News, Watching};
use concviz::workload::{Scale, Value, find};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const T0: u64 = 81_000_000_000_000;
const HEADER: &str = "{\"what\": \"two tasks, einer mit Umlaut: ä\"}";
const TAIL: &str = "{\"load\": 0.25}";

fn begin() -> Begin {
    let kernel_record = KernelRecord::Switches;
    Begin {
        t0: Stamp(T0),
        pid: 4_000,
        workers: 2,
        cores: vec![0, 3],
        kernel_record,
        watchers: vec![4_009],
        ..Begin::default()
    }
}

fn end() -> End {
    let files = FileSystem { folder: "/tmp".to_owned(), kind: "tmpfs".to_owned(), in_memory: true };
    let worker = |n: u32| WorkerUse {
        name: format!("worker {n}"),
        pid: 4_000,
        tid: 4_001 + n,
        cpu: Ns(3_000_000),
        switches: Switches { voluntary: 2, involuntary: 1 },
    };
    End {
        at: Stamp(T0 + 9_000_000),
        cpu: Ns(6_000_000),
        helpers: Ns(1_000),
        overhead: Overhead { collector: Ns(20_000), dispatcher: Ns(10_000), server: Ns(0) },
        switches: Switches { voluntary: 4, involuntary: 2 },
        peak_rss_bytes: 9 << 20,
        workers: (0..2).map(worker).collect(),
        results: vec![TaskResult::done(42, 3), TaskResult::broken(Outcome::Killed)],
        files: Some(files),
        lock_retaken: 5,
        events: 36,
        lost: 1,
        thousand_events: Ns(90_000),
        kernel: Some(RecordUse { switches: 8, lost: 0 }),
    }
}

fn own(at: u64, worker: u16, event: Event) -> Stamped {
    Stamped { at: Stamp(T0 + at), worker: WorkerId(worker), core: CoreId(3 * worker), event }
}

fn switched(at: u64, tid: u32, core: u16, switch: Switch) -> Stamped {
    let event = Event::Switched { tid, switch };
    Stamped { at: Stamp(T0 + at), worker: Stamped::NO_WORKER, core: CoreId(core), event }
}

/// Every event there is, as a run might tell them.
fn events() -> Vec<Stamped> {
    let [first, second] = [TaskId(0), TaskId(1)];
    let enter = |task, state, ago, due: Option<u64>| Event::Enter {
        task,
        state,
        holds: state != State::Io,
        ago: Ns(ago),
        due: due.map(Ns),
    };
    let (gil, named) = (LockId(0), LockId::named(1));
    let elsewhere = |at, event| Stamped { core: Stamped::NO_CORE, ..own(at, 2, event) };
    let starting = |task: TaskId| Event::WorkerStarting { who: WorkerId(task.0 as u16), task };
    let forced = |forced| Event::LockReleased { lock: gil, task: first, forced };
    vec![
        elsewhere(0, Event::Submitted { task: first }),
        elsewhere(900, Event::Submitted { task: second }),
        elsewhere(2_000, starting(first)),
        elsewhere(4_000, starting(second)),
        switched(60_000, 4_001, 0, Switch::In),
        switched(61_000, 4_002, 3, Switch::In),
        own(70_000, 0, Event::WorkerStarted { pid: 4_000, tid: 4_001 }),
        own(72_000, 1, Event::WorkerStarted { pid: 4_000, tid: 4_002 }),
        own(80_000, 0, Event::Copied { task: first, direction: Direction::In, bytes: 1 << 20, spent: Ns(5_000) }),
        own(90_000, 0, Event::LockTaken { lock: gil, task: first, waited: Ns(0) }),
        own(90_100, 0, enter(first, State::Running, 0, None)),
        own(90_300, 1, enter(second, State::Gil, 0, None)),
        own(5_090_300, 1, Event::DropRequest { lock: gil, task: second }),
        own(5_090_400, 1, Event::LockTimeout { lock: gil, task: second }),
        own(5_100_000, 0, forced(true)),
        own(5_100_900, 1, Event::LockTaken { lock: gil, task: second, waited: Ns(5_010_600) }),
        // Stamped before, written down after.
        own(5_100_500, 0, enter(first, State::Gil, 0, None)),
        switched(5_101_000, 4_001, 0, Switch::Blocked),
        own(5_101_500, 1, enter(second, State::Running, 300, None)),
        switched(6_000_000, 4_002, 3, Switch::Preempted),
        switched(6_004_000, 4_002, 0, Switch::In),
        own(6_100_000, 1, Event::WasOff { task: second, spent: Ns(4_000) }),
        own(6_100_001, 1, Event::Moved { task: second }),
        own(6_200_000, 1, enter(second, State::Sleep, 0, Some(1_000_000))),
        own(6_200_500, 1, Event::LoopListens),
        own(7_200_000, 1, Event::LoopWakes),
        own(7_200_100, 1, Event::LockTaken { lock: named, task: second, waited: Ns(0) }),
        own(7_200_200, 1, enter(second, State::Io, 0, None)),
        elsewhere(7_300_000, Event::IntervalChanged { length: TurnLength::Time(Ns(1_000_000)) }),
        elsewhere(7_300_001, Event::IntervalChanged { length: TurnLength::Ticks(100) }),
        elsewhere(7_400_000, Event::Lost { count: 1 }),
        elsewhere(7_500_000, Event::Suspended { spent: Ns(50_000) }),
        own(7_900_000, 0, Event::Copied { task: first, direction: Direction::Out, bytes: 8, spent: Ns(700) }),
        own(7_950_000, 0, forced(false)),
        own(8_000_000, 0, Event::Ended { task: first, outcome: Outcome::Done, signal: 0, cpu: Ns(3_000_000) }),
        switched(8_100_000, 4_002, 0, Switch::Gone),
        elsewhere(8_200_000, Event::LockAbandoned { lock: named }),
        elsewhere(8_300_000, Event::WorkerEnded { who: WorkerId(1), outcome: Outcome::Killed, signal: 9 }),
        elsewhere(8_300_100, Event::Ended { task: second, outcome: Outcome::Killed, signal: 9, cpu: Ns(u64::MAX) }),
    ]
}

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/v1.concviz")
}

fn written() -> std::io::Result<Vec<u8>> {
    let mut writer = FileWriter::create(Vec::new())?;
    writer.header(HEADER)?;
    writer.frame(&Frame::Begin(begin()))?;
    let (early, late) = (events()[..20].to_vec(), events()[20..].to_vec());
    writer.frame(&Frame::Events(early))?;
    writer.flush()?;
    writer.frame(&Frame::Events(late))?;
    writer.frame(&Frame::End(end()))?;
    writer.tail(TAIL)?;
    writer.header("a second run")?;
    writer.frame(&Frame::Failed(Failure::Killed))?;
    writer.into_inner()
}

#[test]
#[ignore = "writes the file that the other test reads; the first one stays"]
fn write_the_first_format() {
    let bytes = written().expect("a vector takes everything");
    let mut file = fs::File::create_new(path()).expect("no such file yet");
    std::io::Write::write_all(&mut file, &bytes).expect("a file");
}

#[test]
fn the_first_format_stays_readable() {
    let bytes = fs::read(path()).expect("tests/files/v1.concviz");
    let contents = read(&bytes).expect("a recording");
    assert_eq!((contents.damage, contents.sound), (None, bytes.len() as u64));
    let [run, failed] = contents.runs.as_slice() else { panic!("two runs") };
    assert_eq!((run.header, run.tail, run.failed), (HEADER, Some(TAIL), None));
    assert_eq!((run.begin.as_ref(), run.end.as_ref()), (Some(&begin()), Some(&end())));
    assert_eq!(run.events(), events());
    assert_eq!((failed.header, failed.failed), ("a second run", Some("no more processes")));
    assert_eq!((failed.begin.as_ref(), failed.events), (None, 0));

    let name = |name: &str| TaskName { name: name.to_owned(), background: false };
    let trace = run.trace(vec![name("one"), name("two")], vec!["a".to_owned(), "b".to_owned()]);
    assert_eq!(trace.makespan(), Some(Ns(9_000_000)));
    let running = |task: usize| trace.tasks[task].sums(Ns(9_000_000))[State::Running as usize];
    assert_eq!((running(0), running(1)), (Ns(5_010_400), Ns(1_090_500)));
}

/// Four words that are some event, near to `record` or far from it.
fn changed(stamped: &Stamped, random: &mut fastrand::Rng) -> Stamped {
    let mut words = stamped.encode();
    for _ in 0..random.usize(1..4) {
        let word = &mut words[random.usize(..4)];
        match random.u8(..4) {
            0 => *word ^= 1 << random.u8(..64),
            1 => *word = word.wrapping_add(random.u64(..100_000)),
            2 => *word = word.rotate_left(random.u32(..64)),
            _ => *word = random.u64(..),
        }
    }
    Stamped::decode(words).unwrap_or(*stamped)
}

/// Reports on the recorded run in every form, as one that was planned and as one that nobody planned.
fn report_of(run: &RecordedRun<'_>, setup: &Setup, machine: &Machine) {
    let tasks = setup.tasks().expect("a shipped workload");
    let names = tasks.iter().map(|t| TaskName { name: t.name.clone(), background: t.background }).collect();
    let trace = run.trace(names, Vec::new());
    let is_over = trace.report.is_some();
    let rates = Rates::all(1_000_000);
    let plan = setup.plan(tasks, 2, rates);
    let planned = Recording { trace, ..Recording::of_plan(setup.clone(), plan, rates, machine.clone()) };
    let origin = Origin::Observed(Observed { command: vec!["/bin/true".to_owned(), "-x".to_owned()] });
    let observed = Recording { origin, ..planned.clone() };
    for (run, is_planned) in [(planned, true), (observed, false)] {
        let documents = [report::json(&run), report::csv_rows(&run, None)];
        assert_eq!(documents[0].is_some(), is_over && is_planned, "documents tell of a plan");
        let sentences = [Some(report::summary(&run)), report::shortfall(&run)];
        assert!(documents.iter().chain(&sentences).flatten().all(|text| !text.is_empty()));
    }
}

/// Shows the recorded run to somebody who presses keys.
fn look_at(bytes: &[u8], model: Model) {
    const AREA: Rect = Rect { x: 0, y: 0, width: 120, height: 40 };
    let contents = read(bytes).expect("a recording");
    let Some((run, begin)) = contents.runs.first().and_then(|run| Some((run, run.begin.clone()?))) else { return };
    let mut workload = find("io").expect("a shipped workload");
    workload.set("tasks", Value::Count(2)).expect("as many as there may be");
    let setup = Setup { workload, model, lock: LockSettings::default(), wishes: Wishes::default(), scale: Scale::ONE };
    let machine = Machine { usable: 2.0, allowed: vec![0, 3] };
    let mut app = App::new(setup, machine, Some(Rates::all(1_000_000)), begin.t0, (AREA.width, AREA.height));
    // Nobody carries out what is asked for: the run that is watched is the recorded one.
    let tell = |app: &mut App, message| drop(update(app, message));
    drop(app.launch());
    let id = app.run().expect("a run").id;
    report_of(run, &app.setup, &app.machine);
    let mut buffer = Buffer::empty(AREA);
    tell(&mut app, Message::Begin(id, begin));
    run.batches(|batch| {
        tell(&mut app, Message::Events(id, batch.to_vec()));
        true
    });
    render(&app, Look::default(), AREA, &mut buffer);
    if let Some(end) = &run.end {
        tell(&mut app, Message::End(id, Box::new(end.clone()), Conditions::default()));
    }
    for key in "x+[],.+--u ".chars().map(Key::Char).chain([Key::Down, Key::Right, Key::Left, Key::Enter, Key::Home]) {
        tell(&mut app, Message::Key(key));
        render(&app, Look::default(), AREA, &mut buffer);
    }
    for view in View::ALL {
        app.shown = Shown::Run(view);
        render(&app, Look::default(), AREA, &mut buffer);
    }
}

#[test]
fn nonsense_can_be_looked_at() {
    let mut random = fastrand::Rng::with_seed(13);
    let models = [
        Model { kind: ModelKind::Threads, lock: GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL) },
        Model { kind: ModelKind::Processes, lock: GlobalLock::Off },
        Model { kind: ModelKind::Async, lock: GlobalLock::Off },
    ];
    for round in 0..300 {
        let mut events = events();
        for _ in 0..random.usize(1..30) {
            let at = random.usize(..events.len());
            events[at] = changed(&events[at], &mut random);
        }
        let (mut begin, mut end) = (begin(), end());
        match random.u8(..8) {
            0 => begin.t0 = Stamp(random.u64(..)),
            1 => end.at = Stamp(random.u64(..)),
            2 => begin.cores = (0..random.u16(..2_000)).rev().collect(),
            3 => begin.workers = random.u16(..),
            4 => end.cpu = Ns(random.u64(..)),
            5 => end.results.clear(),
            _ => {}
        }
        let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
        writer.header("").expect("a vector takes everything");
        writer.frame(&Frame::Begin(begin)).expect("a vector takes everything");
        writer.events(&events).expect("a vector takes everything");
        writer.frame(&Frame::End(end)).expect("a vector takes everything");
        let bytes = writer.into_inner().expect("a vector takes everything");
        look_at(&bytes, models[round % models.len()]);
    }
}

/// What a real run sends is what comes out of its file, down to every sum, in a few bytes an event.
#[test]
fn a_real_run_is_the_same_from_its_file() {
    let models = [
        Model { kind: ModelKind::Threads, lock: GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL) },
        Model::plain(ModelKind::Processes),
        Model::plain(ModelKind::Async),
    ];
    for (model, name) in models.into_iter().zip(["mixed", "io", "locks"]) {
        let workload = find(name).expect("a shipped workload");
        let tasks = workload.resolve("0.02".parse().expect("a scale")).expect("a shipped workload");
        let name = |t: &concviz::workload::Task| TaskName { name: t.name.clone(), background: t.background };
        let names: Vec<TaskName> = tasks.iter().map(name).collect();
        let plan = Plan::new(&workload, tasks, model, Wishes::default(), 2, Rates::all(500_000));
        let locks = plan.locks.clone();
        let mut live = Trace::new(names.clone(), plan.workers).naming_locks(locks.clone());
        let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
        writer.header("{}").expect("a vector takes everything");
        let program = Path::new(env!("CARGO_BIN_EXE_concviz"));
        let mut runner = Runner::spawn_with(program, &plan).expect("a runner");
        let mut frames = runner.frames().expect("its frames");
        let mut all = Vec::new();
        while let Some(frame) = frames.next_frame().expect("a frame") {
            writer.frame(&frame).expect("a vector takes everything");
            match frame {
                Frame::Begin(begin) => live.begin(&begin),
                Frame::Events(events) => {
                    live.extend(&events);
                    all.extend(events);
                }
                Frame::End(end) => live.end(end),
                Frame::Failed(why) => panic!("the run failed: {why:?}"),
            }
        }
        let bytes = writer.into_inner().expect("a vector takes everything");
        let contents = read(&bytes).expect("a recording");
        assert_eq!((contents.damage, contents.runs.len()), (None, 1));
        let run = &contents.runs[0];
        assert_eq!(run.events(), all);
        let opened = run.trace(names.clone(), locks.clone());
        let mut watched = Trace::new(names, live.workers.len() as u16).naming_locks(locks);
        watch(&bytes, &mut watched);
        let end = live.latest();
        for again in [opened, watched] {
            assert_eq!((again.makespan(), &again.report), (live.makespan(), &live.report));
            for until in (1..=10).map(|tenths| end.times(tenths, 10)) {
                assert_eq!(again.stats(until), live.stats(until));
                assert_eq!(again.aggregate().totals(until), live.aggregate().totals(until));
            }
        }
        println!("{model:?}: {} events, {:.1} bytes each", all.len(), bytes.len() as f64 / all.len() as f64);
    }
}

/// Watches the run in a file of these `bytes` as one that goes on is watched: nothing there asks where it comes from.
fn watch(bytes: &[u8], trace: &mut Trace) {
    // Whoever watches may outlive whoever asked for it: a test may well keep its file for ever.
    let contents = Box::leak(Box::new(read(bytes.to_vec().leak()).expect("a recording")));
    let (wake, woken) = std::sync::mpsc::channel();
    let wake = move || wake.send(()).unwrap_or_default();
    let watching = Watching::begin(Box::new(contents.runs[0].source()), |_| (), wake).expect("a thread");
    assert!(woken.iter().count() >= 4, "its begin, its first events, its end, and that nothing follows");
    for news in watching.news() {
        match news {
            News::Frame(frame) => match *frame {
                Frame::Begin(begin) => trace.begin(&begin),
                Frame::Events(events) => trace.extend(&events),
                Frame::End(end) => trace.end(end),
                Frame::Failed(why) => panic!("it failed: {why:?}"),
            },
            News::Cut(why) => assert!(why.is_none(), "{why:?}"),
        }
    }
}

/// Runs that the program itself recorded with its first format: what stands before and behind their events must stay
/// readable too, whatever becomes of the types that it is made from.
#[test]
fn runs_of_the_first_format_stay_whole() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/runs-v1.concviz");
    let opened = recorder::read(&file).expect("it is readable");
    assert_eq!((opened.recordings.len(), opened.damage), (5, None));
    let told: Vec<String> = opened
        .recordings
        .iter()
        .map(|recording| {
            assert_eq!(recording.broken, None);
            let whole = recording.conditions.screen.is_some() && recording.fixed_work().is_some();
            assert!(whole && recording.score().is_some(), "{recording:?}");
            format!("{}\n{}", recording.origin.command(), report::table(recording))
        })
        .collect();
    insta::assert_snapshot!("runs_of_the_first_format", told.join("\n"));
}
