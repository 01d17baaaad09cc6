//! Recordings in files: what a run was comes back whole, whatever was set up; what is wrong with a file is said in a
//! sentence; and a file that is there is never harmed.

use std::fs;
use std::path::Path;

use concviz::app::App;
use concviz::machine::Machine;
use concviz::model::{GlobalLock, LockSettings, Model, ModelKind};
use concviz::plan::{Rates, Wishes};
use concviz::recorder::{self, Recorder, Scratch};
use concviz::recording::{Conditions, Observed, Origin, Planned, Recording, head, open, tail};
use concviz::settings::Setup;
use concviz::state::{Failure, Outcome, State};
use concviz::trace::file::FileWriter;
use concviz::trace::{Begin, End, Event, Frame, Stamped};
use concviz::units::{CoreId, Ns, Stamp, TaskId, WorkerId};
use concviz::workload::{Scale, Value, Workload, find, parse, shipped};
use proptest::prelude::*;
use tempfile::tempdir;

const T0: Stamp = Stamp(7_000_000_000);

/// A setup of `tasks` tasks of the workload `cpu`.
fn setup(tasks: u64, model: Model) -> Setup {
    let mut workload = find("cpu").expect("a shipped workload");
    workload.set("tasks", Value::Count(tasks)).expect("as many as there may be");
    Setup { workload, model, lock: LockSettings::default(), wishes: Wishes::default(), scale: Scale::ONE }
}

fn machine() -> Machine {
    Machine { usable: 2.0, allowed: vec![0, 1] }
}

/// What a runner would send of a run in which each task runs for a millisecond, one after the other.
fn frames(tasks: usize) -> Vec<Frame> {
    let stamped =
        |us: u64, event| Stamped { at: T0 + Ns::from_micros(us), worker: WorkerId(0), core: CoreId(0), event };
    let ids = || (0..tasks as u32).map(TaskId);
    let mut events: Vec<Stamped> = ids().map(|task| stamped(0, Event::Submitted { task })).collect();
    for task in ids() {
        let from = u64::from(task.0) * 1_000;
        let enter = Event::Enter { task, state: State::Running, holds: true, ago: Ns::ZERO, due: None };
        events.push(stamped(from, enter));
        let ended = Event::Ended { task, outcome: Outcome::Done, signal: 0, cpu: Ns::from_millis(1) };
        events.push(stamped(from + 1_000, ended));
    }
    let end = End { at: T0 + Ns::from_millis(tasks as u64), ..End::default() };
    vec![
        Frame::Begin(Begin { t0: T0, pid: 9, workers: 1, cores: vec![0, 1], ..Begin::default() }),
        Frame::Events(events),
        Frame::End(end),
    ]
}

/// A run of it, and what it sent.
fn made(setup: &Setup, conditions: Conditions) -> (Recording, Vec<Frame>) {
    let tasks = setup.tasks().expect("a sound workload");
    let rates = Rates::all(1_000_000);
    let frames = frames(tasks.len());
    let plan = setup.plan(tasks, 2, rates);
    let mut run = Recording { conditions, ..Recording::of_plan(setup.clone(), plan, rates, machine()) };
    frames.iter().for_each(|frame| run.take(frame.clone()));
    (run, frames)
}

/// A file of these runs; of the last one only so many frames.
fn file(runs: &[(Recording, Vec<Frame>)], of_last: usize) -> Vec<u8> {
    let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
    for (place, (run, frames)) in runs.iter().enumerate() {
        writer.header(&head(run).expect("it was planned")).expect("a vector takes everything");
        let some = if place + 1 == runs.len() { of_last } else { usize::MAX };
        for frame in frames.iter().take(some) {
            writer.frame(frame).expect("a vector takes everything");
        }
        if some >= frames.len() {
            writer.tail(&tail(&run.conditions)).expect("a vector takes everything");
        }
    }
    writer.into_inner().expect("a vector takes everything")
}

#[track_caller]
fn assert_same(opened: &Recording, run: &Recording) {
    let planned = |run: &Recording| {
        let Planned { setup, plan, rates } = run.planned().expect("it was planned").clone();
        (setup, plan, rates)
    };
    assert_eq!(planned(opened), planned(run));
    assert_eq!((&opened.machine, opened.conditions, &opened.broken), (&run.machine, run.conditions, &run.broken));
    assert_eq!((opened.trace.makespan(), &opened.trace.names), (run.trace.makespan(), &run.trace.names));
    let end = run.trace.latest();
    for until in (0..=5).map(|part| end.times(part, 5)) {
        assert_eq!(opened.trace.stats(until), run.trace.stats(until));
    }
    assert_eq!(opened.score(), run.score());
}

fn any_lock() -> impl Strategy<Value = GlobalLock> {
    prop_oneof![
        Just(GlobalLock::Off),
        (100_000..10_000_000_000_u64, any::<bool>())
            .prop_map(|(ns, forced_switching)| GlobalLock::Gil { interval: Ns(ns), forced_switching }),
        (1..u32::MAX).prop_map(|check_interval| GlobalLock::GilLegacy { check_interval }),
    ]
}

/// A shipped workload, or one from a file with names that a document must escape.
fn any_workload() -> impl Strategy<Value = Workload> {
    let own = |name: String| {
        let name: String = name.chars().filter(|c| !c.is_control()).take(20).collect();
        let name = serde_json::to_string(&format!("t{name}")).expect("a text");
        let text = format!(
            "format = 1\nname = \"own\"\n[params]\nn = 2\n[[tasks]]\nname = {name}\ncount = \"n\"\nsteps = [{{ compute = {{ amount = \"1ms\" }} \
             }}, {{ sleep = \"2ms\" }}]\n"
        );
        parse("own.toml", &text).ok()
    };
    prop_oneof![proptest::sample::select(shipped()), any::<String>().prop_filter_map("the parser refuses it", own),]
}

fn any_setup() -> impl Strategy<Value = Setup> {
    let kind = proptest::sample::select(ModelKind::ALL.to_vec());
    let scale = proptest::sample::select(vec!["0.0001", "0.5", "1", "3", "10"]);
    let wishes = (proptest::option::of(1..64_u16), proptest::option::of(1..3_u16), any::<u64>());
    (any_workload(), kind, any_lock(), scale, wishes).prop_map(
        |(workload, kind, lock, scale, (workers, cores, seed))| {
            let wishes = Wishes { workers, cores, seed, ..Wishes::default() };
            let model = Model { kind, lock };
            Setup {
                workload,
                model,
                lock: LockSettings::default().like(lock),
                wishes,
                scale: scale.parse().expect("a scale"),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_was_set_up_comes_back(
        setup in any_setup(),
        // Of what is measured the last of sixteen digits may change, which nobody sees.
        figures in proptest::array::uniform4((0..64_000_u32).prop_map(|n| f64::from(n) / 1_000.0)),
        throttled in proptest::option::of(any::<u64>()),
    ) {
        prop_assume!(setup.tasks().is_ok_and(|tasks| tasks.len() <= 200));
        let conditions = Conditions {
            others: Some(figures[0]),
            watching: figures[1],
            screen: Some(figures[2]),
            stolen: Some(figures[3]),
            throttled: throttled.map(Ns),
        };
        let run = made(&setup, conditions);
        let opened = open(&file(&[run.clone(), run.clone()], usize::MAX)).expect("a sound file");
        prop_assert_eq!((opened.recordings.len(), &opened.damage), (2, &None));
        for again in &opened.recordings {
            assert_same(again, &run.0);
        }
        // And what is written of what was read is the same file.
        let again: Vec<_> = opened.recordings.into_iter().map(|r| (r, run.1.clone())).collect();
        prop_assert_eq!(file(&again, usize::MAX), file(&[run.clone(), run], usize::MAX));
    }

    #[test]
    fn a_file_that_is_cut_off_anywhere_is_read_up_to_there(part in 0.0..1.0_f64) {
        let whole = made(&setup(40, Model::plain(ModelKind::Serial)), Conditions::default());
        let bytes = file(&[whole.clone(), whole], usize::MAX);
        let cut = (bytes.len() as f64 * part) as usize;
        match open(&bytes[..cut]) {
            Err(why) => prop_assert!(why.len() > 20 && !why.contains('\n'), "{}", why),
            Ok(opened) => {
                for run in &opened.recordings {
                    prop_assert!(run.broken.is_some() == run.trace.makespan().is_none());
                }
            }
        }
    }
}

#[test]
fn a_run_that_was_cut_off_is_broken_and_says_why() {
    let run = made(&setup(4, Model::plain(ModelKind::Serial)), Conditions::default());
    for of_last in [0, 1, 2] {
        let bytes = file(&[run.clone(), run.clone()], of_last);
        let opened = open(&bytes).expect("a file");
        assert_eq!(opened.damage, None, "its end is the end of a block");
        assert_eq!(opened.recordings[0].broken, None);
        assert_eq!(opened.recordings[1].broken, Some(Failure::CutOff));
        let app = App::viewing(vec![("cut.concviz".to_owned(), opened)], T0, (120, 36)).expect("runs");
        let broken = app.runs().find(|run| run.broken() == Some(&Failure::CutOff));
        assert!(broken.is_some());
    }
}

#[test]
fn a_damaged_file_shows_what_comes_before_and_says_where_it_breaks() {
    let run = made(&setup(4, Model::plain(ModelKind::Serial)), Conditions::default());
    let one = file(std::slice::from_ref(&run), usize::MAX).len();
    let mut bytes = file(&[run.clone(), run], usize::MAX);
    bytes[one + 12] ^= 0x40;
    let opened = open(&bytes).expect("the first run is sound");
    assert_eq!(opened.recordings.len(), 1);
    let app = App::viewing(vec![("hurt.concviz".to_owned(), opened)], T0, (120, 36)).expect("a run");
    let said = app.toast.expect("it is said").text;
    assert!(said.contains(&format!("byte {one}")) && said.contains("hurt.concviz"), "{said}");
}

#[test]
fn a_plan_that_nobody_made_is_refused_in_a_sentence() {
    let (run, frames) = made(&setup(4, Model::plain(ModelKind::Serial)), Conditions::default());
    let sound: serde_json::Value = serde_json::from_str(&head(&run).expect("it was planned")).expect("JSON");
    let changed = |pointer: &str, value: serde_json::Value| {
        let mut head = sound.clone();
        *head.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
        head.to_string()
    };
    let heads = [
        changed("/plan/stages", serde_json::json!([])),
        changed("/plan/stages/0/workers", serde_json::json!(0)),
        changed("/plan/stages/0/workers", serde_json::json!(-1)),
        changed("/plan/stages/0/workers", serde_json::json!(70_000)),
        changed("/machine/usable", serde_json::json!(-1.0)),
        changed("/machine/usable", serde_json::json!(null)),
        changed("/machine/usable", serde_json::json!("NaN")),
        changed("/plan/stages/0/tasks", serde_json::json!([{}])),
        changed("/setup", serde_json::json!(null)),
        changed("/plan", serde_json::json!("none")),
        "{".to_owned(),
        String::new(),
        "[]".to_owned(),
    ];
    for head in heads {
        let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
        writer.header(&head).expect("a vector takes everything");
        for frame in &frames {
            writer.frame(frame).expect("a vector takes everything");
        }
        let bytes = writer.into_inner().expect("a vector takes everything");
        let why = open(&bytes).expect_err(&head[..head.len().min(300)]);
        assert!(why.starts_with("Run 1 of the file cannot be read (") && why.ends_with('.'), "{why}");
        assert!(!why.contains('\n') && why.len() < 200, "{why}");
    }
}

#[test]
fn files_of_other_work_do_not_share_a_scoreboard() {
    let one = made(&setup(4, Model::plain(ModelKind::Serial)), Conditions::default());
    let two = made(&setup(40, Model::plain(ModelKind::Threads)), Conditions::default());
    let opened = |run: &(Recording, Vec<Frame>)| open(&file(std::slice::from_ref(run), usize::MAX)).expect("sound");
    let files = vec![("one".to_owned(), opened(&one)), ("two".to_owned(), opened(&two))];
    let mut app = App::viewing(files, T0, (120, 36)).expect("runs");
    let scored = |app: &App| {
        let rows = app.scoreboard.rows(app.setup.model);
        rows.iter().filter(|row| row.score.is_some()).map(|row| row.key.kind).collect::<Vec<_>>()
    };
    assert_eq!(scored(&app), [ModelKind::Serial]);
    app.open_run(1);
    assert_eq!(app.run().and_then(|run| run.recording.file.as_deref()), Some("two"));
    assert_eq!(scored(&app), [ModelKind::Threads], "a ratio to other work says nothing");
    app.open_run(0);
    assert_eq!(scored(&app), [ModelKind::Serial]);
}

#[test]
fn a_run_of_thousands_of_tasks_comes_back() {
    let run = made(&setup(4_096, Model::plain(ModelKind::Async)), Conditions::default());
    let opened = open(&file(std::slice::from_ref(&run), usize::MAX)).expect("a sound file");
    assert_eq!(opened.recordings[0].trace.tasks.len(), 4_096);
    assert_same(&opened.recordings[0], &run.0);
}

/// Adds `run` to the file as it is followed.
fn follow(recorder: &mut Recorder, (run, frames): &(Recording, Vec<Frame>)) {
    recorder.begin(run).expect("begun");
    frames.iter().for_each(|frame| recorder.frame(frame).expect("taken"));
    recorder.end(&run.conditions).expect("ended");
}

fn kept(frames: &[Frame]) -> Scratch {
    let mut scratch = Scratch::new().expect("room");
    frames.iter().for_each(|frame| scratch.frame(frame));
    scratch.close();
    scratch
}

#[test]
fn a_file_grows_by_whole_runs_however_they_come() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("runs.concviz");
    let run = made(&setup(3, Model::plain(ModelKind::Serial)), Conditions::default());
    for count in 1..=3 {
        let mut recorder = Recorder::open(&path).expect("new, or sound");
        follow(&mut recorder, &run);
        recorder.add(&run.0, &kept(&run.1)).expect("added");
        let opened = recorder::read(&path).expect("whole while it is open");
        assert_eq!((opened.recordings.len(), opened.damage), (2 * count, None));
        opened.recordings.iter().for_each(|again| assert_same(again, &run.0));
    }
    // The same written in one go.
    let mut bytes = Vec::new();
    let scratch = kept(&run.1);
    recorder::write(&mut bytes, std::iter::repeat_n((&run.0, &scratch), 6)).expect("written");
    assert_eq!(bytes, fs::read(&path).expect("a file"));
}

#[test]
fn a_file_into_which_no_run_came_takes_the_first_one() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("runs.concviz");
    let run = made(&setup(3, Model::plain(ModelKind::Serial)), Conditions::default());
    drop(Recorder::open(&path).expect("new"));
    let why = recorder::read(&path).expect_err("there is nothing in it");
    assert!(why.contains("holds no run"), "{why}");
    follow(&mut Recorder::open(&path).expect("empty"), &run);
    assert_eq!(recorder::read(&path).expect("sound").recordings.len(), 1);
}

#[test]
fn what_is_there_and_is_no_sound_recording_stays_as_it_is() {
    let folder = tempdir().expect("a folder");
    let run = made(&setup(3, Model::plain(ModelKind::Serial)), Conditions::default());
    let sound = file(&[run], usize::MAX);
    let mut hurt = sound.clone();
    let middle = hurt.len() / 2;
    hurt[middle] ^= 1;
    let mut newer = sound.clone();
    newer[8] = 99;
    let cases: [(&str, Vec<u8>, &str); 5] = [
        ("hurt", hurt, "damaged at byte"),
        ("cut", sound[..sound.len() - 3].to_vec(), "damaged at byte"),
        ("foreign", b"a letter to my mother\n".to_vec(), "choose another name"),
        ("short", b"concviz".to_vec(), "choose another name"),
        ("newer", newer, "cannot be recorded into"),
    ];
    for (name, bytes, part) in cases {
        let path = folder.path().join(name);
        fs::write(&path, &bytes).expect("written");
        let why = Recorder::open(&path).expect_err(name);
        assert!(why.contains(part) && why.contains(name) && !why.contains('\n'), "{name}: {why}");
        assert_eq!(fs::read(&path).expect("read"), bytes, "{name} is changed");
    }
    for path in [folder.path(), Path::new("/dev/zero"), &folder.path().join("no/such/folder/file")] {
        let why = Recorder::open(path).expect_err("no file");
        assert!(why.contains(&path.display().to_string()) && why.contains("cannot be recorded into"), "{why}");
        let why = recorder::read(path).expect_err("no file");
        assert!(why.contains(&path.display().to_string()) && why.contains("cannot be opened"), "{why}");
    }
}

#[test]
fn a_file_that_ends_between_two_blocks_of_a_run_takes_further_runs() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("runs.concviz");
    let run = made(&setup(3, Model::plain(ModelKind::Serial)), Conditions::default());
    fs::write(&path, file(std::slice::from_ref(&run), 2)).expect("written");
    follow(&mut Recorder::open(&path).expect("sound"), &run);
    let opened = recorder::read(&path).expect("sound");
    let broken: Vec<bool> = opened.recordings.iter().map(|run| run.broken.is_some()).collect();
    assert_eq!((broken, opened.damage), (vec![true, false], None));
}

/// What nobody has begun yet has a place in a file, too; what nobody planned has none so far.
#[test]
fn a_plan_alone_is_a_head() {
    let setup = setup(2, Model::plain(ModelKind::Serial));
    let plan = setup.plan(setup.tasks().expect("sound"), 2, Rates::default());
    let text = head(&Recording::of_plan(setup, plan, Rates::default(), machine())).expect("it was planned");
    let head: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(head["concviz"], env!("CARGO_PKG_VERSION"));
    let seen = Recording::new(Origin::Observed(Observed { command: vec!["ls".to_owned()] }), machine());
    assert_eq!(concviz::recording::head(&seen), None);
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("seen.concviz");
    let why = Recorder::open(&path).expect("new").begin(&seen).expect_err("it has no place");
    assert!(why.contains("seen.concviz") && !why.contains('\n'), "{why}");
}
