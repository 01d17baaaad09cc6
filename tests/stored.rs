//! Recordings in files: what a run was comes back whole, whatever was set up; what is wrong with a file is said in a
//! sentence; and a file that is there is never harmed.

use std::fs;
use std::path::Path;

use concviz::app::App;
use concviz::machine::Machine;
use concviz::model::{GlobalLock, LockSettings, Model, ModelKind};
use concviz::plan::{Rates, Wishes};
use concviz::recorder::{self, Recorder, Scratch};
use concviz::recording::{
    Comparison, Conditions, Observed, Origin, Planned, Recording, SameWork, SharedCounter, begin, open, tail,
};
use concviz::settings::Setup;
use concviz::state::{Failure, Outcome, State};
use concviz::trace::file::{FileWriter, Names, read};
use concviz::trace::{Begin, CounterUse, End, Event, Frame, QueueUse, Stamped};
use concviz::units::{CoreId, Ns, QueueId, Stamp, TaskId, WorkerId};
use concviz::workload::{self, Scale, Workload, find, parse, shipped};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::tempdir;

const T0: Stamp = Stamp(7_000_000_000);

/// A setup of `tasks` tasks of the workload `cpu`.
fn setup(tasks: u64, model: Model) -> Setup {
    let mut workload = find("cpu").expect("a shipped workload");
    workload.set("tasks", workload::Value::Count(tasks)).expect("as many as there may be");
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
        begin(&mut writer, run).expect("a vector takes everything");
        let some = if place + 1 == runs.len() { of_last } else { usize::MAX };
        for frame in frames.iter().take(some) {
            writer.frame(frame).expect("a vector takes everything");
        }
        if some >= frames.len() {
            writer.tail(&tail(run)).expect("a vector takes everything");
        }
    }
    writer.into_inner().expect("a vector takes everything")
}

#[track_caller]
fn assert_same(opened: &Recording, run: &Recording) {
    let planned = |run: &Recording| {
        let Planned { setup, plan, rates, known } = run.planned().expect("it was planned").clone();
        (setup, plan, rates, known)
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
        prop_assert_eq!((opened.recordings.len(), opened.notes.len()), (2, 0));
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
            Err(why) => prop_assert!(why.to_string().len() > 20 && !why.to_string().contains('\n'), "{}", why),
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
        assert!(opened.notes.is_empty(), "its end is the end of a block");
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

/// The header and the plan of `run` as its file has them.
fn told(run: &(Recording, Vec<Frame>)) -> (Value, Value) {
    let bytes = file(std::slice::from_ref(run), usize::MAX);
    let contents = read(&bytes).expect("sound");
    let json = |text: &str| serde_json::from_str(text).expect("JSON");
    (json(contents.runs[0].header), json(contents.runs[0].plan.expect("it was planned")))
}

/// A file of what `frames` say, whose run has this header and this plan.
fn retold(header: &str, plan: Option<&str>, run: &(Recording, Vec<Frame>)) -> Vec<u8> {
    let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
    writer.header(header).expect("a vector takes everything");
    let trace = &run.0.trace;
    let limits = run.0.planned().map_or(&[][..], |planned| &planned.plan.limits);
    let names = Names::new(&trace.names, &trace.lock_names).sharing(limits, &trace.sharing);
    writer.names(&names).expect("a vector takes everything");
    plan.iter().for_each(|plan| writer.plan(plan).expect("a vector takes everything"));
    run.1.iter().for_each(|frame| writer.frame(frame).expect("a vector takes everything"));
    writer.into_inner().expect("a vector takes everything")
}

fn changed(sound: &Value, pointer: &str, value: Value) -> String {
    let mut json = sound.clone();
    *json.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    json.to_string()
}

#[test]
fn a_header_that_nobody_wrote_is_refused_in_a_sentence() {
    let run = made(&setup(4, Model::plain(ModelKind::Serial)), Conditions::default());
    let (header, plan) = told(&run);
    let cases = [
        (changed(&header, "/workers", json!(-1)), None),
        (changed(&header, "/workers", json!(0)), None),
        (changed(&header, "/workers", json!(70_000)), None),
        (changed(&header, "/machine/usable", json!(-1.0)), None),
        (changed(&header, "/machine/usable", json!(null)), None),
        (changed(&header, "/machine/usable", json!("NaN")), None),
        (changed(&header, "/origin", json!("dreamt")), None),
        (changed(&header, "/model/kind", json!("\u{1b}[31mfibres")), None),
        ("{".to_owned(), None),
        (String::new(), None),
        ("[]".to_owned(), None),
        (header.to_string(), Some(changed(&plan, "/plan/stages/0/workers", json!(0)))),
    ];
    for (header, plan) in cases {
        let why =
            open(&retold(&header, plan.as_deref(), &run)).expect_err(&header[..header.len().min(300)]).to_string();
        assert!(why.starts_with("Run 1 of the file cannot be read (") && why.ends_with('.'), "{why}");
        assert!(!why.contains(char::is_control) && why.len() < 300, "{why}");
    }
}

#[test]
fn a_run_whose_steps_nobody_here_knows_is_shown_all_the_same() {
    let run = made(&setup(4, Model::plain(ModelKind::Serial)), Conditions::default());
    let (header, plan) = told(&run);
    let header = header.to_string();
    let cases = [
        (Some(changed(&plan, "/plan/stages/0/tasks/0/ops", json!([{"teleport": 3}]))), "teleport"),
        (Some(changed(&plan, "/setup/workload/tasks/0/steps", json!([{"teleport": {"to": 3}}]))), "teleport"),
        (Some(changed(&plan, "/plan/stages", json!([]))), "no stage"),
        (Some(changed(&plan, "/plan/stages/0/workers", json!("as many as there are"))), "invalid type"),
        (Some("{".to_owned()), "EOF"),
        (None, "does not say"),
    ];
    for (plan, word) in cases {
        let bytes = retold(&header, plan.as_deref(), &run);
        let opened = open(&bytes).expect("what happened is known");
        let [note] = opened.notes.as_slice() else { panic!("{:?}", opened.notes) };
        let note = note.text();
        assert!(note.contains(word) && note.contains("cannot be run again"), "{note}");
        let again = &opened.recordings[0];
        let planned = again.planned().expect("it was planned");
        assert!(!planned.known && planned.setup.title() == run.0.planned().expect("it was").setup.title());
        assert_eq!(again.trace.names, run.0.trace.names);
        assert_eq!(again.score().map(|score| score.time), run.0.score().map(|score| score.time));
        assert_eq!(again.fixed_work(), None, "nobody knows what it was asked to compute");
        // It is drawn, its note is said, and every key finds something to do or says why not.
        let app = App::viewing(vec![("new.concviz".to_owned(), opened)], T0, (120, 36)).expect("a run");
        assert!(app.toast.is_some_and(|toast| toast.text.contains(word)));
        let two = open(&bytes).expect("sound").recordings.into_iter().chain(open(&bytes).expect("sound").recordings);
        let two: Vec<Recording> = two.collect();
        let comparison = Comparison::of(&two.iter().collect::<Vec<_>>());
        assert_eq!(comparison.work, SameWork::No, "nobody knows whether they did the same");
    }
}

#[test]
fn what_tasks_share_has_its_names_where_nobody_knows_their_steps() {
    let text = "format = 1\nname = 'pair'\n[queues]\njobs = { room = 3 }\n[counters]\ntotal = 5\n[[tasks]]\nname = 'a'\n\
                steps = [{ put = 'jobs' }, { lock = { name = 'slots', limit = 2, steps = [{ add = 'total' }] } }]\n\
                [[tasks]]\nname = 'b'\nsteps = [{ get = 'jobs' }]\n";
    let workload = parse("pair.toml", text).expect("a workload");
    let model = Model::plain(ModelKind::Processes);
    let setup = Setup { workload, model, ..setup(1, model) };
    let mut run = made(&setup, Conditions::default());
    let used = QueueUse { put: 1, got: 1, bytes: 64, closed: true };
    let counted = CounterUse { additions: 1, value: 5, copies: vec![6, 5] };
    for frame in &mut run.1 {
        if let Frame::End(end) = frame {
            *end = End { queues: vec![used], counters: vec![counted.clone()], ..end.clone() };
        }
    }
    let opened = open(&retold(&told(&run).0.to_string(), None, &run)).expect("what happened is known");
    let again = &opened.recordings[0];
    let planned = again.planned().expect("it was planned");
    assert!(!planned.known && planned.plan.limits == [2], "{:?}", planned.plan.limits);
    let [queue] = again.queues().try_into().expect("a queue");
    assert_eq!((queue.name.as_str(), queue.room, queue.waited), ("jobs", 3, Some([Ns::ZERO; 2])));
    assert_eq!((queue.put, queue.got, queue.bytes, queue.closed), (Some(1), Some(1), Some(64), Some(true)));
    assert_eq!(again.counters(), [SharedCounter { name: "total".to_owned(), start: 5, used: Some(counted) }]);
    let counter = &again.counters()[0];
    assert_eq!((counter.expected(), counter.lost(), counter.changed_copies()), (Some(6), None, vec![6]));
    assert!(again.trace.sharing.counter_names[0].apart && again.trace.sharing.queue_names[0].room == 3);
}

#[test]
fn files_of_other_work_do_not_share_a_scoreboard() {
    let one = made(&setup(4, Model::plain(ModelKind::Serial)), Conditions::default());
    let two = made(&setup(40, Model::plain(ModelKind::Threads)), Conditions::default());
    let opened = |run: &(Recording, Vec<Frame>)| open(&file(std::slice::from_ref(run), usize::MAX)).expect("sound");
    let files = vec![("one".to_owned(), opened(&one)), ("two".to_owned(), opened(&two))];
    let mut app = App::viewing(files, T0, (120, 36)).expect("runs");
    let scored = |app: &App| {
        let rows = app.scoreboard.rows(app.row());
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
    recorder.end(run).expect("ended");
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
        assert_eq!((opened.recordings.len(), opened.notes.len()), (2 * count, 0));
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
    let why = recorder::read(&path).expect_err("there is nothing in it").to_string();
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
        let why = Recorder::open(&path).expect_err(name).to_string();
        assert!(why.contains(part) && why.contains(name) && !why.contains('\n'), "{name}: {why}");
        assert_eq!(fs::read(&path).expect("read"), bytes, "{name} is changed");
    }
    for path in [folder.path(), Path::new("/dev/zero"), &folder.path().join("no/such/folder/file")] {
        let why = Recorder::open(path).expect_err("no file").to_string();
        assert!(why.contains(&path.display().to_string()) && why.contains("cannot be recorded into"), "{why}");
        let why = recorder::read(path).expect_err("no file").to_string();
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
    assert_eq!((broken, opened.notes.len()), (vec![true, false], 0));
}

/// What nobody has begun yet has a place in a file, too, and so has what nobody planned.
#[test]
fn a_run_that_was_watched_comes_back_with_its_command() {
    let command: Vec<String> = ["sh", "-c", "ls *"].map(str::to_owned).to_vec();
    let seen = Recording::new(Origin::Observed(Observed { command: command.clone() }), machine());
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("seen.concviz");
    let mut recorder = Recorder::open(&path).expect("new");
    recorder.begin(&seen).expect("it has a place");
    frames(2).iter().for_each(|frame| recorder.frame(frame).expect("taken"));
    recorder.end(&seen).expect("ended");
    let opened = recorder::read(&path).expect("sound");
    assert!(opened.notes.is_empty(), "{:?}", opened.notes);
    let Origin::Observed(again) = &opened.recordings[0].origin else { panic!("nobody planned it") };
    assert_eq!(again.command, command);
    assert_eq!(opened.recordings[0].trace.tasks.len(), 2, "tasks appear as they are heard of");
    assert_eq!(opened.recordings[0].trace.makespan(), Some(Ns::from_millis(2)));
}

#[test]
fn a_file_of_the_first_format_is_read_and_not_gone_on_with() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("old.concviz");
    let bytes = include_bytes!("files/runs-v1.concviz");
    fs::write(&path, bytes).expect("written");
    let why = Recorder::open(&path).expect_err("nothing is added to it").to_string();
    assert!(why.contains("old.concviz") && why.contains("format 1") && why.contains("another name"), "{why}");
    assert_eq!(fs::read(&path).expect("read"), bytes);
    assert!(recorder::read(&path).expect("readable").recordings.len() > 1);
}

#[test]
fn more_messages_than_there_can_be_have_no_more_bytes_than_a_number_holds() {
    let text = "format = 1\nname = 'pair'\n[queues]\njobs = { room = 3, payload = '1MB' }\n[[tasks]]\nname = 'a'\n\
                steps = [{ put = 'jobs' }]\n[[tasks]]\nname = 'b'\nsteps = [{ get = 'jobs' }]\n";
    let model = Model::plain(ModelKind::Threads);
    let setup = Setup { workload: parse("pair.toml", text).expect("a workload"), ..setup(1, model) };
    let (mut run, _) = made(&setup, Conditions::default());
    run.trace.report = None;
    let put = Event::Put { queue: QueueId(0), task: TaskId(0), number: 1 << 60, length: 1, waited: Ns::ZERO };
    run.take(Frame::Events(vec![Stamped { at: T0 + Ns(9), worker: WorkerId(0), core: CoreId(0), event: put }]));
    run.take(Frame::Failed(Failure::Killed));
    assert_eq!(run.queues()[0].bytes, Some(u64::MAX));
}
