//! Recordings of each format, which must stay readable for ever, and what comes out of them; one of a version to come, of which
//! what is known must be shown. And nonsense: a damaged recording may say anything of a run, and every picture and report
//! of it must stand that.
//!
//! The files in `tests/files` were written by `cargo test --test recording -- --ignored`, which never overwrites one; those
//! whose names begin with `runs` by `concviz compare -w mixed --tasks 3 --cpu 2ms --wait 4ms --trace FILE`.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use concviz::app::{App, Key, Message, Shown, View, update};
use concviz::engine::real::Runner;
use concviz::machine::Machine;
use concviz::model::{GlobalLock, LockSettings, Model, ModelKind};
use concviz::plan::{Plan, Rates, Wishes};
use concviz::recorder;
use concviz::recording::{Conditions, Note, Observed, Opened, Origin, Recording, open};
use concviz::report;
use concviz::settings::Setup;
use concviz::state::{Awaited, Failure, Outcome, State, Waiting};
use concviz::trace::file::{FileWriter, Names, RecordedRun, Span, read, spans};
use concviz::trace::{
    Begin, Direction, End, Event, FileSystem, Frame, KernelRecord, Overhead, Provenance, RecordUse, Source, Stamped,
    Switch, Switches, TaskName, TaskResult, Trace, WorkerUse,
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
        ..End::default()
    }
}

fn own(at: u64, worker: u16, event: Event) -> Stamped {
    Stamped { at: Stamp(T0 + at), worker: WorkerId(worker), core: CoreId(3 * worker), event }
}

fn switched(at: u64, tid: u32, core: u16, switch: Switch) -> Stamped {
    let event = Event::Switched { tid, switch };
    Stamped { at: Stamp(T0 + at), worker: Stamped::NO_WORKER, core: CoreId(core), event }
}

/// Every event that there was when the first file was made, as a run might tell them.
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

/// A wait for a queue keeps its state in a file, with the worker that it holds or does not, and its name stands beside its
/// code, for readers that do not know it.
#[test]
fn a_wait_for_a_queue_is_read_back() {
    let enter =
        |at, task, state, holds| own(at, 0, Event::Enter { task: TaskId(task), state, holds, ago: Ns(0), due: None });
    let told = vec![
        own(0, 0, Event::Submitted { task: TaskId(0) }),
        own(0, 0, Event::Submitted { task: TaskId(1) }),
        enter(1_000, 0, State::Running, true),
        enter(2_000, 0, State::Channel, true),
        enter(2_000, 1, State::Channel, false),
        enter(5_000, 0, State::Running, true),
        own(6_000, 0, Event::Ended { task: TaskId(0), outcome: Outcome::Done, signal: 0, cpu: Ns(2_000) }),
    ];
    let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
    writer.header(HEADER).expect("a vector takes everything");
    let names = Names::new(&two_tasks(), &[]);
    assert_eq!(names.states[usize::from(State::Channel.code())], "channel");
    writer.names(&names).expect("a vector takes everything");
    writer.frame(&Frame::Begin(begin())).expect("a vector takes everything");
    writer.events(&told).expect("a vector takes everything");
    let bytes = writer.into_inner().expect("a vector takes everything");
    let contents = read(&bytes).expect("a recording");
    let run = &contents.runs[0];
    assert_eq!((run.events(), run.skipped.states), (told, 0));
    let trace = run.trace(two_tasks(), Vec::new());
    let waits = |task: usize| {
        let spans = trace.tasks[task].spans(concviz::units::Range::new(Ns(0), Ns(6_000)));
        spans.filter(|s| s.state == State::Channel).map(|s| (s.range.len(), s.holds)).collect::<Vec<_>>()
    };
    assert_eq!((waits(0), waits(1)), (vec![(Ns(3_000), true)], vec![(Ns(4_000), false)]));
}

fn golden(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name);
    fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Makes a file that is never made again: from then on it must stay readable.
fn make_golden(name: &str, bytes: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name);
    let mut file = fs::File::create_new(path).expect("no such file yet");
    std::io::Write::write_all(&mut file, bytes).expect("a file");
}

fn two_tasks() -> Vec<TaskName> {
    let name = |name: &str, background| TaskName { name: name.to_owned(), background };
    vec![name("one", false), name("two", true)]
}

fn two_locks() -> Vec<String> {
    vec!["a".to_owned(), "b".to_owned()]
}

/// Every event there is, under its code in the order of the format: the header, names and plan are no business of these.
fn written() -> std::io::Result<Vec<u8>> {
    let mut writer = FileWriter::create(Vec::new())?;
    writer.header(HEADER)?;
    writer.names(&Names::new(&two_tasks(), &two_locks()))?;
    writer.plan("{}")?;
    writer.frame(&Frame::Begin(begin()))?;
    let (early, late) = (events()[..20].to_vec(), events()[20..].to_vec());
    writer.frame(&Frame::Events(early))?;
    writer.flush()?;
    writer.frame(&Frame::Events(late))?;
    writer.frame(&Frame::End(end()))?;
    writer.tail(TAIL)?;
    writer.header("a second run")?;
    let wait = |task: &str, lock: &str| Waiting { task: task.to_owned(), awaits: Awaited::Lock(Some(lock.to_owned())) };
    let circle = vec![wait("one", "b"), wait("two", "a")];
    writer.frame(&Frame::Failed(Failure::Deadlock { circle }))?;
    writer.into_inner()
}

#[test]
#[ignore = "writes the file that the other test reads; the first one stays"]
fn write_the_second_format() {
    make_golden("v2.concviz", &written().expect("a vector takes everything"));
}

#[test]
fn the_second_format_stays_readable() {
    let bytes = golden("v2.concviz");
    let contents = read(&bytes).expect("a recording");
    assert_eq!((contents.major, &contents.damage, contents.sound), (2, &None, bytes.len() as u64));
    let [run, failed] = contents.runs.as_slice() else { panic!("two runs") };
    assert_eq!((run.header, run.plan, run.tail, &run.failed), (HEADER, Some("{}"), Some(TAIL), &None));
    assert_eq!((run.begin.as_ref(), run.end.as_ref()), (Some(&begin()), Some(&end())));
    let names = run.names.as_ref().expect("names");
    assert_eq!((names.task_names(), names.locks.clone()), (two_tasks(), two_locks()));
    assert_eq!((run.events(), run.span), (events(), Some((Stamp(T0), Stamp(T0 + 8_300_100)))));
    assert!(run.skipped.is_empty());
    assert_eq!((failed.header, failed.begin.as_ref(), failed.events), ("a second run", None, 0));
    let why = concviz::text::failure(failed.failed.as_ref().expect("a reason"));
    assert_eq!(why, "deadlock: one wants `b`, two wants `a`; take locks in one order");
    // What is written today is the same, to the last byte, but for what was added to the names since.
    assert_eq!(read(&written().expect("a vector takes everything")).expect("a recording").runs[0].events(), events());
}

#[test]
fn when_the_runs_of_a_file_were_is_known_without_reading_them() {
    let bytes = golden("v2.concviz");
    let spans = spans(&mut Cursor::new(&bytes)).expect("a recording");
    let stamps = Some((Stamp(T0), Stamp(T0 + 8_300_100)));
    assert_eq!(spans, [Span { events: events().len() as u64, stamps }, Span { events: 0, stamps: None }]);
    for cut in 0..bytes.len() {
        match concviz::trace::file::spans(&mut Cursor::new(&bytes[..cut])) {
            Ok(known) => assert!(known.iter().zip(&spans).all(|(a, b)| a.events <= b.events), "cut at {cut}"),
            Err(e) => assert!(cut < 16, "cut at {cut}: {e}"),
        }
    }
    let first = concviz::trace::file::spans(&mut Cursor::new(golden("v1.concviz"))).expect("a recording");
    assert_eq!(first, [Span { events: 0, stamps: None }; 2]);
    let why = concviz::trace::file::spans(&mut Cursor::new(b"a letter")).expect_err("no recording").to_string();
    assert!(why.contains("no recording"), "{why}");
}

#[test]
fn the_first_format_stays_readable() {
    let bytes = golden("v1.concviz");
    let contents = read(&bytes).expect("a recording");
    assert_eq!((contents.major, &contents.damage, contents.sound), (1, &None, bytes.len() as u64));
    let [run, failed] = contents.runs.as_slice() else { panic!("two runs") };
    assert_eq!((run.header, run.tail, &run.failed), (HEADER, Some(TAIL), &None));
    assert_eq!((run.begin.as_ref(), run.end.as_ref()), (Some(&begin()), Some(&end())));
    assert_eq!((run.names.as_ref(), run.span), (None, None), "it has none");
    assert_eq!(run.events(), events());
    let told = Failure::Told { sentence: "no more processes".to_owned() };
    assert_eq!((failed.header, failed.failed.as_ref()), ("a second run", Some(&told)));
    assert_eq!((failed.begin.as_ref(), failed.events), (None, 0));

    let trace = run.trace(two_tasks(), two_locks());
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
    let rates = Rates::all(1_000_000);
    let plan = setup.plan(tasks, 2, rates);
    let planned = Recording { trace, ..Recording::of_plan(setup.clone(), plan, rates, machine.clone()) };
    let origin = Origin::Observed(Observed { command: vec!["/bin/true".to_owned(), "-x".to_owned()] });
    let observed = Recording { origin, ..planned.clone() };
    for (run, is_planned) in [(planned, true), (observed, false)] {
        let document: serde_json::Value = serde_json::from_str(&report::json(&run)).expect("JSON");
        assert_eq!(document["model"].is_string(), is_planned);
        assert_eq!(document["makespan_s"].is_number(), run.trace.report.is_some());
        let rows = report::csv_rows(&report::Document::of(&run), None);
        let sentences = [Some(rows), Some(report::summary(&run)), report::shortfall(&run)];
        assert!(sentences.iter().flatten().all(|text| !text.is_empty()));
        assert_eq!(report::table(&run).is_empty(), run.trace.t0().is_none());
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

/// Runs that the program itself recorded: what stands before and behind their events must stay readable too, whatever becomes
/// of the types that it is made from.
fn told_of(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name);
    let opened = recorder::read(&file).expect("it is readable");
    assert_eq!((opened.recordings.len(), opened.notes.len()), (5, 0));
    let told = opened.recordings.iter().map(|recording| {
        assert_eq!(recording.broken, None);
        let whole = recording.conditions.screen.is_some() && recording.fixed_work().is_some();
        assert!(whole && recording.score().is_some(), "{recording:?}");
        format!("{}\n{}", recording.origin.command(), report::table(recording))
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn runs_of_the_first_format_stay_whole() {
    insta::assert_snapshot!("runs_of_the_first_format", told_of("runs-v1.concviz"));
}

#[test]
fn runs_of_the_second_format_stay_whole() {
    insta::assert_snapshot!("runs_of_the_second_format", told_of("runs-v2.concviz"));
}

/// A number as a block of events has it.
fn number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// A block of a file.
fn block(out: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    let mut head = vec![kind];
    head.extend(u32::try_from(payload.len()).expect("short").to_le_bytes());
    let mut sum = crc32fast::Hasher::new();
    sum.update(&head);
    sum.update(payload);
    out.extend(head);
    out.extend(sum.finalize().to_le_bytes());
    out.extend(payload);
}

/// A block of events of two tasks of one worker, among them some that no version knows yet, written down byte by byte.
fn events_to_come() -> Vec<u8> {
    let mut out = Vec::new();
    for n in [9, T0, 6_000] {
        number(&mut out, n);
    }
    // Each: the first byte, the shape where it is new (kind, detail, figures), and what follows.
    out.extend([0x60, 0, 0, 0]); // submitted: one
    out.extend([0, 0, 3, 0]); // by worker 0 on core 3, at once
    out.extend([0x80, 2, 0]); // submitted: two
    out.extend([0x01, 1, 0x83, 0]); // enter: running, two
    number(&mut out, 2_000); // 1 us later
    out.extend([0x02, 40, 7, 3]); // a kind that has two figures
    number(&mut out, 0);
    number(&mut out, 5_000_000);
    number(&mut out, 3);
    out.extend([0x03, 1, 0xe3, 0]); // enter: a state to come
    number(&mut out, 2_000);
    out.extend([0x04, 41, 0, 4]); // a kind that is about a lock
    number(&mut out, 0);
    number(&mut out, 2);
    out.extend([0x05, 11, 0, 6]); // lock_released: the same lock, which that one named
    number(&mut out, 2_000);
    out.extend([0x06, 4, 9, 2]); // ended: nobody knows how
    number(&mut out, 2_000);
    number(&mut out, 70);
    out.extend([0x07, 42, 0, 0x10]); // figures to come: what follows cannot be told apart
    out.extend([1, 2, 3]);
    out
}

/// A file as a later version of the second format might write it.
fn to_come() -> Vec<u8> {
    let mut bytes = b"concviz\x1a\x02\x00\x07\x00".to_vec();
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    block(&mut bytes, 30, b"about the whole file");
    let header = r#"{"concviz":"7.1.0","machine":{"usable":2.0,"allowed":[0,3],"clock":"atomic"},"origin":"planned","workload":"teleporters","title":"2 tasks that teleport 5 ms","params":[{"name":"tasks","value":{"count":2}},{"name":"far","value":{"time":5000000}}],"model":{"kind":"threads","lock":"off"},"workers":2,"seed":9007199254740993,"scale":{"millionths":1000000},"stages":[]}"#;
    block(&mut bytes, 1, header.as_bytes());
    let mut kinds = vec!["old"; 40];
    kinds.extend(["teleported", "lock_seen", "entangled"]);
    let names = serde_json::json!({"tasks": ["one", "two"], "background": [1], "locks": ["a", "b"], "events": kinds, "queues": ["jobs"]});
    block(&mut bytes, 7, names.to_string().as_bytes());
    block(&mut bytes, 8, br#"{"setup":{"workload":{"teleport":1}},"plan":{},"rates":{"per_ms":[]}}"#);
    block(&mut bytes, 31, &[0; 300]);
    let begin = format!(
        r#"{{"made_by":"dreamt","t0":{T0},"pid":4000,"workers":2,"cores":[0,3],"record":{{"Guessed":1}},"watchers":[],"weather":"fine"}}"#
    );
    block(&mut bytes, 2, begin.as_bytes());
    block(&mut bytes, 3, &events_to_come());
    block(&mut bytes, 31, &[1]);
    let end = format!(
        r#"{{"at":{},"cpu":3000,"workers":[],"results":[{{"outcome":"cancelled","value":1,"laps":null}},{{"outcome":"done","value":2,"laps":null}}],"events":9,"energy":3}}"#,
        T0 + 6_000
    );
    block(&mut bytes, 4, end.as_bytes());
    block(&mut bytes, 6, br#"{"others":0.25,"moon":"full"}"#);
    block(&mut bytes, 1, br#"{"concviz":"7.1.0","machine":{"usable":2.0,"allowed":[0,3]},"origin":"observed","command":["python","-c","..."]}"#);
    block(&mut bytes, 5, br#"{"reason":"entangled","tasks":["one","two"],"distance_m":3.5}"#);
    block(
        &mut bytes,
        1,
        br#"{"concviz":"7.1.0","machine":{"usable":2.0,"allowed":[0,3]},"origin":"dreamt","by":"nobody"}"#,
    );
    bytes
}

#[test]
#[ignore = "writes the file that the other test reads; the first one stays"]
fn write_the_format_to_come() {
    make_golden("to-come.concviz", &to_come());
}

#[test]
fn what_a_later_version_adds_is_skipped_counted_and_said() {
    let bytes = golden("to-come.concviz");
    assert_eq!(bytes, to_come());
    let contents = read(&bytes).expect("a recording");
    assert_eq!((&contents.damage, contents.sound, contents.runs.len()), (&None, bytes.len() as u64, 3));
    let run = &contents.runs[0];
    assert_eq!(run.skipped.events, [(40, 1), (41, 1), (42, 1)].into());
    assert_eq!((run.skipped.states, run.skipped.blocks.clone()), (1, [(31, 2)].into()));
    let [one, two] = [TaskId(0), TaskId(1)];
    let enter = |state| Event::Enter { task: two, state, holds: true, ago: Ns(0), due: None };
    let told = |at, event| Stamped { at: Stamp(T0 + at), worker: WorkerId(0), core: CoreId(3), event };
    let lock = LockId(1);
    let known = [
        told(0, Event::Submitted { task: one }),
        told(0, Event::Submitted { task: two }),
        told(1_000, enter(State::Running)),
        told(2_000, enter(State::Unknown)),
        told(3_000, Event::LockReleased { lock, task: two, forced: false }),
        told(4_000, Event::Ended { task: two, outcome: Outcome::Unknown, signal: 0, cpu: Ns(70) }),
    ];
    assert_eq!((run.events(), run.span), (known.to_vec(), Some((Stamp(T0), Stamp(T0 + 6_000)))));
    assert_eq!(run.begin.as_ref().expect("a begin").made_by, Provenance::Unknown);
    let outcomes: Vec<Outcome> = run.end.as_ref().expect("an end").results.iter().map(|r| r.outcome).collect();
    assert_eq!(outcomes, [Outcome::Unknown, Outcome::Done]);
    let spans = spans(&mut Cursor::new(&bytes)).expect("a recording");
    assert_eq!(spans[0], Span { events: 9, stamps: run.span });

    let opened = open(&bytes).expect("what is known of it");
    insta::assert_snapshot!(
        "what_is_said_of_a_later_version",
        opened.notes.iter().map(Note::text).collect::<Vec<_>>().join("\n")
    );
    let [first, second] = opened.recordings.as_slice() else { panic!("{:?}", opened.recordings.len()) };
    assert_eq!(first.origin.title(), "2 tasks that teleport 5 ms");
    assert_eq!(first.planned().expect("it was planned").plan.seed, 9_007_199_254_740_993);
    assert_eq!((&first.trace.names, &first.trace.lock_names), (&two_tasks(), &two_locks()));
    assert_eq!(first.conditions.others, Some(0.25));
    assert_eq!(second.broken, Some(Failure::Unknown { name: "entangled".to_owned() }));
    assert_eq!(second.origin.name(), "python");
    // Both can be looked at, and every picture and report stands what they lack.
    let look = |opened: Opened| {
        let mut app = App::viewing(vec![("new.concviz".to_owned(), opened)], Stamp(1), (120, 36)).expect("runs");
        let said = &app.toast.as_ref().expect("what it does not know").text;
        assert!(said.starts_with("1 of 3 notes: new.concviz: Run 1 is shown, but cannot be run again here"), "{said}");
        let area = Rect { x: 0, y: 0, width: 120, height: 36 };
        let mut buffer = Buffer::empty(area);
        render(&app, Look::default(), area, &mut buffer);
        let header: String = (0..120).map(|x| buffer[(x, 0)].symbol()).collect();
        assert!(header.contains("UNKNOWN ORIGIN"), "{header}");
        for key in "12340gxx\t\t\tr?o".chars() {
            let key = if key == '\t' { Key::Tab } else { Key::Char(key) };
            drop(update(&mut app, Message::Key(key)));
            render(&app, Look::default(), area, &mut buffer);
        }
    };
    look(open(&bytes).expect("the same"));
    for run in &opened.recordings {
        report::json(run);
        report::table(run);
    }
}
