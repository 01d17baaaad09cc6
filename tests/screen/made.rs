//! Runs made by hand, to the microsecond the same every time.

use std::collections::VecDeque;

use concviz::app::{App, Compare, Effect, Key, Live, Message, RunId, Source, update};
use concviz::machine::Machine;
use concviz::model::{LockSettings, Model, ModelKind};
use concviz::plan::{Rates, Wishes};
use concviz::recording::{Conditions, Opened};
use concviz::settings::Setup;
use concviz::state::{Failure, Outcome, State, SystemError};
use concviz::trace::{Begin, End, Event, KernelRecord, Stamped, Switches};
use concviz::units::{CoreId, LockId, Ns, Stamp, TaskId, WorkerId};
use concviz::workload::{Scale, find};

/// The first submission of every made-up run.
pub const T0: Stamp = Stamp(1_000_000_000);

/// An instant of a run, in milliseconds from its start.
pub fn at(ms: f64) -> Stamp {
    T0 + Ns((ms * 1e6).round() as u64)
}

/// A machine with two cores.
pub fn machine() -> Machine {
    Machine { usable: 2.0, allowed: vec![0, 1] }
}

/// The program, started with `workload` on a screen of `size`, its first run asked for.
pub fn app(workload: &str, size: (u16, u16)) -> App {
    let setup = Setup {
        workload: find(workload).expect("a shipped workload"),
        model: Model::plain(ModelKind::Serial),
        lock: LockSettings::default(),
        wishes: Wishes::default(),
        scale: Scale::ONE,
    };
    let rates = Some(Rates::all(1_000_000));
    let mut app = App::new(setup, machine(), rates, T0, size);
    let effects = app.launch();
    assert!(matches!(effects.as_slice(), [Effect::Start(..)]));
    app
}

/// What the program knows where it makes its own runs.
pub fn live(app: &mut App) -> &mut Live {
    match &mut app.source {
        Source::Live(live) => live,
        Source::Files(_) => panic!("its runs come from files"),
    }
}

/// The comparison that is shown.
pub fn comparison(app: &App) -> &Compare {
    app.shown.comparison().expect("a comparison is shown")
}

/// Whether runs are being made for a comparison.
pub fn is_measuring(app: &App) -> bool {
    app.shown.comparison().is_some_and(Compare::is_measuring)
}

/// The run that goes on, as far as the program knows.
fn under_way(app: &App) -> Option<RunId> {
    app.run().filter(|run| !run.is_over()).map(|run| run.id)
}

/// Tells the program something: what it asks for, of which nothing may be missing. What a shell would have under way after
/// that is what the program takes for the run that goes on, and time alone asks for nothing.
#[track_caller]
pub fn tell(app: &mut App, message: Message) -> Vec<Effect> {
    let mut runs = under_way(app);
    let asks = match &message {
        Message::Key(_) | Message::Click(_) | Message::Wheel { .. } | Message::Calibrated(_) => true,
        Message::End(id, ..) | Message::Failed(id, _) => {
            runs = runs.filter(|run| run != id);
            true
        }
        Message::Drag(_)
        | Message::Tick(_)
        | Message::Resize(..)
        | Message::Begin(..)
        | Message::Events(..)
        | Message::NotCalibrated(_)
        | Message::Load(_)
        | Message::Saved(_)
        | Message::Stopped(..) => false,
    };
    let effects = update(app, message);
    assert!(asks || effects.is_empty(), "nobody expects {effects:?}");
    for effect in &effects {
        match effect {
            Effect::Start(id, _) => runs = Some(*id),
            Effect::Stop => runs = None,
            Effect::TurnLock(id, _) => assert_eq!(runs, Some(*id)),
            Effect::Calibrate(_) => assert_eq!(runs, None, "the machine is measured while nothing runs"),
            Effect::Quit => return effects,
            Effect::Save(_) | Effect::Store(..) | Effect::Copy | Effect::Repaint | Effect::Suspend => {}
        }
    }
    assert_eq!(runs, under_way(app), "after {effects:?}");
    effects
}

/// Carries out `effects` and what comes of it: runs come to their end at once, or cannot be started where the shell
/// `refuses` their model. Those that were started.
pub fn carry_out(app: &mut App, effects: Vec<Effect>, refuses: impl Fn(Model) -> bool) -> Vec<Model> {
    let mut started = Vec::new();
    let mut waiting = VecDeque::from(effects);
    while let Some(effect) = waiting.pop_front() {
        match effect {
            Effect::Start(id, plan) if refuses(plan.model) => {
                let said = "the system allows no further process".to_owned();
                let why = Failure::Runner { program: "concviz".to_owned(), system: SystemError { code: None, said } };
                waiting.extend(tell(app, Message::Failed(id, why)));
            }
            Effect::Start(_, plan) => {
                started.push(plan.model);
                waiting.extend(answer(app));
            }
            Effect::Stop => {}
            other => panic!("{other:?} was not to be asked for"),
        }
    }
    started
}

/// Presses keys, one after the other, and gathers what they ask for. The light of the last one has gone out afterwards:
/// what stays is what most tests look at.
#[track_caller]
pub fn press(app: &mut App, keys: &[Key]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in keys {
        effects.extend(tell(app, Message::Key(*key)));
    }
    app.pressed = None;
    effects
}

/// Presses the characters of `text`.
#[track_caller]
pub fn type_in(app: &mut App, text: &str) -> Vec<Effect> {
    press(app, &text.chars().map(Key::Char).collect::<Vec<_>>())
}

/// The run that is watched.
pub fn id(app: &App) -> RunId {
    app.run().expect("a run").id
}

/// Events of one worker under construction.
#[derive(Default)]
pub struct Made {
    events: Vec<Stamped>,
}

impl Made {
    pub fn add(&mut self, ms: f64, worker: u16, core: u16, event: Event) {
        self.events.push(Stamped { at: at(ms), worker: WorkerId(worker), core: CoreId(core), event });
    }

    pub fn enter(&mut self, ms: f64, task: u32, worker: u16, core: u16, state: State, holds: bool) {
        let event = Event::Enter { task: TaskId(task), state, holds, ago: Ns::ZERO, due: None };
        self.add(ms, worker, core, event);
    }

    pub fn submit(&mut self, tasks: u32) {
        for task in 0..tasks {
            self.add(0.0, 0, 0, Event::Submitted { task: TaskId(task) });
        }
    }

    pub fn end(&mut self, ms: f64, task: u32, worker: u16, outcome: Outcome, signal: u8) {
        self.add(ms, worker, 0, Event::Ended { task: TaskId(task), outcome, signal, cpu: Ns::from_millis(500) });
    }

    /// The events, to be sent to a run that goes on.
    pub fn into_events(self) -> Vec<Stamped> {
        self.events
    }

    /// Sends it all to the program as a finished run of `ms` milliseconds.
    pub fn finish(self, app: &mut App, ms: f64, others: f64) -> Vec<Effect> {
        self.begin(app);
        let run = id(app);
        let end = End {
            at: at(ms),
            switches: Switches { voluntary: 12, involuntary: 200 },
            peak_rss_bytes: 4_100_000,
            ..End::default()
        };
        let conditions = Conditions { others: Some(others), watching: 0.01, ..Conditions::default() };
        let effects = tell(app, Message::End(run, Box::new(end), conditions));
        tell(app, Message::Tick(at(ms)));
        effects
    }

    /// Sends it all to the program as a run that goes on.
    pub fn begin(self, app: &mut App) {
        let run = id(app);
        let workers = app.run().expect("a run").workers();
        tell(
            app,
            Message::Begin(
                run,
                Begin {
                    t0: T0,
                    pid: 100,
                    workers,
                    cores: vec![0, 1],
                    kernel_record: KernelRecord::Switches,
                    ..Begin::default()
                },
            ),
        );
        tell(app, Message::Events(run, self.events));
    }
}

/// Four tasks of 0.5 s, one after the other.
pub fn serial_cpu(app: &mut App) -> Vec<Effect> {
    let mut made = Made::default();
    made.submit(4);
    for task in 0..4 {
        let from = f64::from(task) * 500.0;
        made.enter(from, task, 0, 0, State::Running, true);
        made.end(from + 500.0, task, 0, Outcome::Done, 0);
    }
    made.finish(app, 2_000.0, 0.0)
}

/// Four tasks of 0.5 s on four threads and two cores: they take turns of 4 ms on the cores.
pub fn threads_cpu(app: &mut App) -> Vec<Effect> {
    let mut made = Made::default();
    made.submit(4);
    for task in 0..4u32 {
        made.add(0.0, 4, 0, Event::WorkerStarting { who: WorkerId(task as u16), task: TaskId(task) });
        made.add(0.05, task as u16, 0, Event::WorkerStarted { pid: 100, tid: 101 + task });
        let core = (task % 2) as u16;
        // Two tasks share a core: one runs while the other stands still.
        let first = f64::from(task / 2);
        made.enter(0.1, task, task as u16, core, State::Running, true);
        let mut ms = 0.1 + first * 4.0;
        if first > 0.0 {
            made.add(ms, task as u16, core, Event::WasOff { task: TaskId(task), spent: Ns::from_millis(4) });
        }
        let mut worked = 0.0;
        while worked < 496.0 {
            worked += 4.0;
            ms += 8.0;
            made.add(ms, task as u16, core, Event::WasOff { task: TaskId(task), spent: Ns::from_millis(4) });
        }
        made.end(ms + 4.0, task, task as u16, Outcome::Done, 0);
    }
    made.finish(app, 1_030.0, 0.0)
}

/// The same under the global lock: turns of 5 ms.
pub fn threads_gil(app: &mut App) -> Vec<Effect> {
    let mut made = Made::default();
    made.submit(4);
    for task in 0..4u32 {
        made.add(0.0, 4, 0, Event::WorkerStarting { who: WorkerId(task as u16), task: TaskId(task) });
        made.add(0.05, task as u16, 0, Event::WorkerStarted { pid: 100, tid: 101 + task });
        made.enter(0.1, task, task as u16, 0, State::Gil, true);
    }
    let turns = 4 * 98;
    for turn in 0..turns {
        // Not simply round: every fifth turn the order changes, as it does in life.
        let task = (turn * 3 + turn / 5) % 4;
        let (from, to) = (0.2 + f64::from(turn) * 5.1, 0.2 + f64::from(turn) * 5.1 + 5.08);
        let worker = task as u16;
        let lock = LockId(0);
        made.add(from, worker, 0, Event::LockTaken { lock, task: TaskId(task), waited: Ns::from_millis(15) });
        made.enter(from, task, worker, 0, State::Running, true);
        made.add(to, worker, 0, Event::LockReleased { lock, task: TaskId(task), forced: true });
        made.enter(to, task, worker, 0, State::Gil, true);
    }
    for task in 0..4 {
        made.end(2_000.0, task, task as u16, Outcome::Done, 0);
    }
    made.finish(app, 2_000.0, 0.0)
}

/// Four processes; the third is killed on its way.
pub fn processes_cpu(app: &mut App) -> Vec<Effect> {
    let mut made = Made::default();
    made.submit(4);
    for task in 0..4u32 {
        let worker = task as u16;
        let from = f64::from(task) * 0.8;
        made.add(from, 4, 0, Event::WorkerStarting { who: WorkerId(worker), task: TaskId(task) });
        made.add(from + 40.0, worker, 0, Event::WorkerStarted { pid: 200 + task, tid: 200 + task });
        made.enter(from + 40.0, task, worker, 0, State::Copying, true);
        made.enter(from + 60.0, task, worker, (task % 2) as u16, State::Running, true);
        if task == 2 {
            made.end(from + 500.0, task, 4, Outcome::Killed, 9);
            continue;
        }
        made.enter(from + 560.0, task, worker, 0, State::Copying, true);
        made.end(from + 600.0, task, 4, Outcome::Done, 0);
    }
    made.finish(app, 602.4, 0.0)
}

/// Sleeps of 0, 1, 2 and 3 s on one loop.
pub fn async_io(app: &mut App) -> Vec<Effect> {
    let mut made = Made::default();
    made.submit(4);
    for task in 0..4 {
        made.enter(0.0, task, 0, 0, State::Ready, false);
    }
    for task in 0..4u32 {
        let from = 0.1 + f64::from(task) * 0.1;
        made.enter(from, task, 0, 0, State::Running, true);
        if task > 0 {
            made.enter(from + 0.05, task, 0, 0, State::Sleep, false);
        } else {
            made.end(from + 0.05, task, 0, Outcome::Done, 0);
        }
    }
    made.add(0.6, 0, 0, Event::LoopListens);
    for task in 1..4u32 {
        let due = f64::from(task) * 1_000.0 + 1.0;
        made.add(due, 0, 0, Event::LoopWakes);
        made.enter(due, task, 0, 0, State::Running, true);
        made.end(due + 0.05, task, 0, Outcome::Done, 0);
        made.add(due + 0.1, 0, 0, Event::LoopListens);
    }
    made.finish(app, 3_001.1, 0.0)
}

/// The whole first minute on the workload `cpu`: every model, one after the other, ending with the lock.
pub fn first_minute(size: (u16, u16)) -> App {
    let mut app = app("cpu", size);
    serial_cpu(&mut app);
    type_in(&mut app, "2");
    threads_cpu(&mut app);
    type_in(&mut app, "g");
    threads_gil(&mut app);
    app
}

/// Four processes that all come to their end.
pub fn processes_done(app: &mut App) -> Vec<Effect> {
    let mut made = Made::default();
    made.submit(4);
    for task in 0..4u32 {
        let worker = task as u16;
        made.add(0.0, 4, 0, Event::WorkerStarting { who: WorkerId(worker), task: TaskId(task) });
        made.add(30.0, worker, 0, Event::WorkerStarted { pid: 200 + task, tid: 200 + task });
        made.enter(40.0, task, worker, (task % 2) as u16, State::Running, true);
        let mut ms = 40.0 + f64::from(task / 2) * 20.0;
        while ms < 1_000.0 {
            made.add(ms, worker, (task % 2) as u16, Event::WasOff { task: TaskId(task), spent: Ns::from_millis(20) });
            ms += 40.0;
        }
        made.end(1_060.0, task, worker, Outcome::Done, 0);
    }
    made.finish(app, 1_100.0, 0.0)
}

/// Brings the run that was asked for last to its end, as its model would.
pub fn answer(app: &mut App) -> Vec<Effect> {
    let run = app.run().expect("a run");
    match (run.model.kind, run.model.lock.is_on(), run.trace().tasks.len()) {
        (_, _, ..4) => Made::default().finish(app, 5.0, 0.0),
        (ModelKind::Threads, true, _) => threads_gil(app),
        (ModelKind::Threads, false, _) => threads_cpu(app),
        (ModelKind::Processes, ..) => processes_done(app),
        (ModelKind::Serial | ModelKind::Async, ..) => serial_cpu(app),
    }
}

/// A comparison of all five, at the end of its replay.
pub fn compared(size: (u16, u16)) -> App {
    let mut app = first_minute(size);
    type_in(&mut app, "x");
    answer(&mut app);
    answer(&mut app);
    assert!(!is_measuring(&app));
    press(&mut app, &[Key::Esc]);
    app
}

/// The runs of `app` as a file would hold them, the first one first.
pub fn opened(app: &App) -> Opened {
    let mut runs: Vec<_> = app.runs().collect();
    runs.sort_by_key(|run| run.id);
    Opened { recordings: runs.iter().map(|run| run.recording.clone()).collect(), notes: Vec::new() }
}

/// The same runs, looked at from a file, or from several of the same.
pub fn viewed(size: (u16, u16), files: &[&str]) -> App {
    let app = compared(size);
    let files = files.iter().map(|name| ((*name).to_owned(), opened(&app))).collect();
    App::viewing(files, T0, size).expect("runs")
}
