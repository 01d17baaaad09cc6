//! What drawing a frame costs, in milliseconds: 200 columns and 60 rows, into a buffer.
//!
//! ```sh
//! cargo bench --bench frame
//! ```
//!
//! Each figure is the median of many frames of a run made by hand: as it goes on and after its end, the whole axis and
//! close by; then the scene alone with a band of half the tasks; then the views of the workers, of the cores and of
//! their utilization. Beside them stands what recording an event takes, and how much memory: of the first run only, since
//! later ones are given what earlier ones have left.

use std::fs;
use std::hint::black_box;
use std::sync::Once;
use std::time::Instant;

use concviz::app::{App, Key, Message, Shown, View, update};
use concviz::machine::Machine;
use concviz::machine::sys::keep_freed_memory;
use concviz::model::{GlobalLock, LockSettings, Model, ModelKind};
use concviz::plan::{Rates, Wishes};
use concviz::recording::Conditions;
use concviz::scene::Rows;
use concviz::settings::Setup;
use concviz::state::{Outcome, State};
use concviz::trace::{Begin, End, Event, KernelRecord, Stamped};
use concviz::ui::{Look, render};
use concviz::units::{CoreId, CounterId, LockId, Ns, QueueId, Stamp, TaskId, WorkerId};
use concviz::workload::{Scale, Value, Workload, find, parse};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const AREA: Rect = Rect { x: 0, y: 0, width: 200, height: 60 };
const T0: Stamp = Stamp(1_000_000_000);
const FRAMES: usize = 101;
/// Passed by the first run.
static FIRST: Once = Once::new();
/// How long every run takes.
const END: Ns = Ns::from_millis(2_000);

fn main() {
    // As the screen does: else memory that a frame frees goes back to the system, and its pages come anew in the next one.
    keep_freed_memory();
    println!(
        "{:52}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}",
        "ms a frame, 200x60", "live", "closer", "over", "closer", "some", "workers", "cores", "usage"
    );
    let off = GlobalLock::Off;
    let gil = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);
    let threads = Model { kind: ModelKind::Threads, lock: off };
    frames("threads, 64 tasks, 10,000 marks", 64, threads, &turns(64, 10_000, 2));
    frames("threads, 64 tasks, 10,000 marks, 64 cores", 64, threads, &turns(64, 10_000, 64));
    for (what, cores) in [("", 2), (", 16 cores", 16), (", 64 cores", 64)] {
        frames(&format!("threads, 160 tasks, 400,000 marks{what}"), 160, threads, &turns(160, 400_000, cores));
    }
    frames(
        "async, 4,096 tasks, 500,000 marks",
        4_096,
        Model { kind: ModelKind::Async, lock: off },
        &turns(4_096, 490_000, 2),
    );
    frames(
        "threads, 4,096 tasks, GIL, 100,000 hand-overs",
        4_096,
        Model { kind: ModelKind::Threads, lock: gil },
        &locked(4_096, 100_000),
    );
    frames(
        "threads, 4 tasks, GIL, 100,000 hand-overs",
        4,
        Model { kind: ModelKind::Threads, lock: gil },
        &locked(4, 100_000),
    );
    frames(
        "threads, 64 tasks, GIL, 100,000 hand-overs",
        64,
        Model { kind: ModelKind::Threads, lock: gil },
        &locked(64, 100_000),
    );
    let workload = parse("sharing.toml", SHARING).expect("a workload");
    frames_of("threads, 8 tasks, 100,000 messages and additions", workload, threads, &sharing(8, 100_000));
}

/// What tasks with a queue and a counter do.
const SHARING: &str = r#"
format = 1
name = "sharing"
[queues]
jobs = 64
[counters]
total = 0
[[tasks]]
name = "task"
count = 8
steps = [{ put = "jobs" }, { get = "jobs" }, { add = { counter = "total", how = "plain" } }]
"#;

/// Tasks that put messages into a queue and take them out, and add one to a counter for each: every tenth addition is
/// lost.
fn sharing(tasks: u32, messages: u32) -> Vec<Stamped> {
    let mut events = submitted(tasks);
    let step = END.0 / u64::from(messages * 3 + 1);
    let (mut at, mut value) = (0, 0u32);
    let (queue, counter, waited) = (QueueId(0), CounterId(0), Ns::ZERO);
    for n in 0..messages {
        let (task, number) = (n % tasks, u64::from(n));
        // The queue fills up over 50 messages and is emptied over the next 50.
        let length = if n % 100 < 50 { n % 100 + 1 } else { 100 - n % 100 };
        let (id, other) = (TaskId(task), TaskId((task + 1) % tasks));
        let lost = n % 10 == 9;
        let found = value;
        value += u32::from(!lost);
        let overwrote = lost.then_some(other);
        for event in [
            Event::Put { queue, task: id, number, length, waited },
            Event::Got { queue, task: other, number, length: length - 1, waited },
            Event::Added { counter, task: id, value, found, overwrote, since: Ns(step) },
        ] {
            events.push(stamped(at, task, event));
            at += step;
        }
    }
    ended(events, tasks)
}

/// Tasks that work and wait in turn on so many cores, `marks` changes in all, in order of time.
fn turns(tasks: u32, marks: u32, cores: u32) -> Vec<Stamped> {
    let each = marks / tasks;
    let mut events = submitted(tasks);
    let step = END.0 / u64::from(each * tasks + 1);
    for n in 0..each * tasks {
        let (task, round) = (n % tasks, n / tasks);
        let state = [State::Running, State::Sleep, State::Ready][(round as usize + task as usize) % 3];
        let due = (state == State::Sleep).then_some(Ns(step * u64::from(tasks) * 2));
        let event = Event::Enter { task: TaskId(task), state, holds: state == State::Running, ago: Ns::ZERO, due };
        events.push(Stamped { core: CoreId((task % cores) as u16), ..stamped(step * u64::from(n), task, event) });
    }
    ended(events, tasks)
}

/// Tasks that hand a lock round, `hand_overs` times.
fn locked(tasks: u32, hand_overs: u32) -> Vec<Stamped> {
    let mut events = submitted(tasks);
    let step = END.0 / u64::from(hand_overs + 1);
    let enter = |task, state| Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due: None };
    for n in 0..hand_overs {
        let (task, at) = (n % tasks, step * u64::from(n));
        let lock = LockId(0);
        events.push(stamped(at, task, Event::LockTaken { lock, task: TaskId(task), waited: Ns(step) }));
        events.push(stamped(at, task, enter(task, State::Running)));
        events.push(stamped(at + step - 9, task, Event::LockReleased { lock, task: TaskId(task), forced: true }));
        events.push(stamped(at + step - 9, task, enter(task, State::Gil)));
    }
    ended(events, tasks)
}

fn submitted(tasks: u32) -> Vec<Stamped> {
    (0..tasks).map(|task| stamped(0, task, Event::Submitted { task: TaskId(task) })).collect()
}

fn ended(mut events: Vec<Stamped>, tasks: u32) -> Vec<Stamped> {
    let event = |task| Event::Ended { task: TaskId(task), outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO };
    events.extend((0..tasks).map(|task| stamped(END.0, task, event(task))));
    events
}

fn stamped(at: u64, task: u32, event: Event) -> Stamped {
    Stamped { at: T0 + Ns(at), worker: WorkerId((task % 8) as u16), core: CoreId((task % 2) as u16), event }
}

fn frames(what: &str, tasks: u64, model: Model, events: &[Stamped]) {
    let mut workload = find("io").expect("a shipped workload");
    workload.set("tasks", Value::Count(tasks)).expect("as many as there may be");
    frames_of(what, workload, model, events);
}

fn frames_of(what: &str, workload: Workload, model: Model, events: &[Stamped]) {
    let mut app = begun(workload.clone(), model, events, 8);
    let count = events.len();
    let before = resident();
    let began = Instant::now();
    take(&mut app, events);
    let each = began.elapsed().as_nanos() as f64 / count as f64;
    let bytes = (resident() - before) as f64 / count as f64;
    // As it goes on: nothing has ended at that instant.
    tell(&mut app, Message::Tick(T0 + Ns(END.0 - 1)));
    let live = both(&mut app);
    end(&mut app);
    let over = both(&mut app);
    let some = some(&app);
    let [cores, usage] = [View::Cores, View::Utilization].map(|view| {
        app.shown = Shown::Run(view);
        median(&app)
    });
    let workers = workers(workload, model, events);
    let [a, b, c, d] = [live.0, live.1, over.0, over.1];
    let mut memory = String::new();
    FIRST.call_once(|| memory = format!(" and {bytes:.0} bytes"));
    println!(
        "{what:52}{a:9.2}{b:9.2}{c:9.2}{d:9.2}{some:9.2}{workers:9.2}{cores:9.2}{usage:9.2}   {each:.0} ns{memory} an event"
    );
}

/// The view of the workers after the end. A worker has one task at a time: each task has its own, or all have the loop.
fn workers(workload: Workload, model: Model, events: &[Stamped]) -> f64 {
    let task = |event: &Event| match *event {
        Event::Submitted { task } | Event::Enter { task, .. } | Event::Ended { task, .. } => task,
        Event::LockTaken { task, .. } | Event::LockReleased { task, .. } => task,
        Event::Put { task, .. } | Event::Got { task, .. } | Event::Added { task, .. } => task,
        _ => TaskId(0),
    };
    let many = model.kind.rules().many_workers;
    let own = |stamped: &Stamped| {
        let worker = if many { task(&stamped.event).0 as u16 } else { 0 };
        Stamped { worker: WorkerId(worker), ..*stamped }
    };
    let events: Vec<Stamped> = events.iter().map(own).collect();
    let count = events.iter().map(|stamped| stamped.worker.0 + 1).max().expect("an event");
    let mut app = begun(workload, model, &events, count);
    take(&mut app, &events);
    end(&mut app);
    app.shown = Shown::Run(View::Workers);
    median(&app)
}

/// A run on so many workers that has begun, and will have these events.
fn begun(workload: Workload, model: Model, events: &[Stamped], workers: u16) -> App {
    let wishes = Wishes { workers: None, ..Wishes::default() };
    let setup = Setup { workload, model, lock: LockSettings::default(), wishes, scale: Scale::ONE };
    let last = events.iter().map(|stamped| stamped.core.0).max().expect("an event");
    let cores: Vec<u16> = (0..=last).collect();
    let machine = Machine { usable: cores.len() as f64, allowed: cores.clone() };
    let mut app = App::new(setup, machine, Some(Rates::all(1_000_000)), T0, (AREA.width, AREA.height));
    drop(app.launch());
    app.axis = END;
    let run = app.run().expect("a run").id;
    let begin = Begin { t0: T0, pid: 1, workers, cores, kernel_record: KernelRecord::Switches, ..Begin::default() };
    tell(&mut app, Message::Begin(run, begin));
    app
}

fn take(app: &mut App, events: &[Stamped]) {
    let run = app.run().expect("a run").id;
    for batch in events.chunks(2_000) {
        tell(app, Message::Events(run, batch.to_vec()));
    }
}

fn end(app: &mut App) {
    let run = app.run().expect("a run").id;
    tell(app, Message::End(run, Box::new(End { at: T0 + END, ..End::default() }), Conditions::default()));
    tell(app, Message::Tick(T0 + END));
}

/// The whole axis, and a sixteenth of it.
fn both(app: &mut App) -> (f64, f64) {
    let wide = median(app);
    for _ in 0..4 {
        tell(app, Message::Key(Key::Char('+')));
    }
    let close = median(app);
    tell(app, Message::Key(Key::Esc));
    (wide, close)
}

/// Nobody carries out what is asked for: there is nothing to be seen of it.
fn tell(app: &mut App, message: Message) {
    drop(update(app, message));
}

fn median(app: &App) -> f64 {
    let mut buffer = Buffer::empty(AREA);
    timed(|| render(black_box(app), Look::default(), AREA, &mut buffer))
}

/// A band of every other task: its sums are not known, they are added up.
fn some(app: &App) -> f64 {
    let order: Vec<TaskId> = app.order().into_iter().step_by(2).collect();
    let rows = Rows { order: &order, lanes: Vec::new(), band: true };
    timed(|| drop(black_box(app.scene(150, &rows))))
}

fn timed(mut frame: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..FRAMES)
        .map(|_| {
            let began = Instant::now();
            frame();
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[FRAMES / 2]
}

/// Bytes of this process in memory.
fn resident() -> i64 {
    let text = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split_whitespace().nth(1).and_then(|pages| pages.parse::<i64>().ok()).map_or(0, |pages| pages * 4_096)
}
