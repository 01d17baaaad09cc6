use super::*;
use crate::insight::find;
use crate::model::{GlobalLock, Model};
use crate::state::Outcome;
use crate::trace::{Begin, End, Event, Stamped, TaskName};
use crate::units::{CoreId, Stamp, TaskId, WorkerId};

/// A trace of two tasks, a ticker in the background and a job, made of (when, task, event), 100 ms long.
fn trace(events: &[(u64, u32, Event)]) -> Trace {
    let name = |name: &str, background| TaskName { name: name.to_owned(), background };
    let names = vec![name("ticker", true), name("job", false)];
    let mut trace = Trace::new(names, 2).naming_locks(vec!["db".to_owned()]);
    trace.begin(&Begin { t0: Stamp(0), pid: 1, workers: 2, cores: vec![0, 1], ..Begin::default() });
    for (ms, worker, event) in events {
        let at = Stamp(ms * 1_000_000);
        trace.push(&Stamped { at, worker: WorkerId(*worker as u16), core: CoreId(0), event: *event });
    }
    for task in [0, 1].map(TaskId) {
        let event = Event::Ended { task, outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO };
        trace.push(&Stamped { at: Stamp(100_000_000), worker: WorkerId(0), core: CoreId(0), event });
    }
    trace.end(End { at: Stamp(100_000_000), ..End::default() });
    trace
}

fn enter(task: u32, state: State, ago: u64) -> Event {
    Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::from_millis(ago), due: None }
}

fn said(trace: &Trace, model: Model) -> String {
    of(trace, model, |facts| find(facts).say.text())
}

fn said_on_one_core(trace: &Trace, model: Model) -> String {
    of(trace, model, |facts| find(&Facts { cores: 1.0, ..*facts }).say.text())
}

/// What `ask` makes of the facts of `trace` as a run under `model` on two cores.
fn of<T>(trace: &Trace, model: Model, ask: impl Fn(&Facts<'_>) -> T) -> T {
    let stats = trace.stats(Ns::from_millis(100));
    let (workers, cores, over, serial) = (2, 2.0, true, None);
    ask(&Facts {
        trace,
        stats: &stats,
        model,
        workers,
        cores,
        serial,
        ratio: None,
        over,
        varied: false,
        seen: &|_| true,
    })
}

fn ticking() -> Trace {
    trace(&[
        (0, 0, enter(0, State::Sleep, 0)),
        (0, 1, enter(1, State::Running, 0)),
        (12, 0, enter(0, State::Running, 2)),
        (13, 0, enter(0, State::Sleep, 0)),
        (63, 0, enter(0, State::Running, 40)),
        (64, 0, enter(0, State::Sleep, 0)),
    ])
}

#[test]
fn a_ticker_tells_how_late_it_came_and_who_was_in_its_way() {
    let gil = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);
    let run = ticking();
    let of = |kind, lock| said(&run, Model { kind, lock });
    assert_eq!(of(ModelKind::Async, GlobalLock::Off), "ticker came up to 40 ms late: the loop was taken.");
    assert_eq!(of(ModelKind::Threads, gil), "ticker came up to 40 ms late: cores are shared.", "it did not ask for it");
    let asks = [
        (0, 0, enter(0, State::Sleep, 0)),
        (0, 1, enter(1, State::Running, 0)),
        (20, 0, enter(0, State::Gil, 0)),
        (60, 0, enter(0, State::Running, 0)),
    ];
    let asked = said(&trace(&asks), Model { kind: ModelKind::Threads, lock: gil });
    assert_eq!(asked, "ticker came up to 40 ms late: it asks for the GIL.");
    assert_eq!(of(ModelKind::Processes, gil), "ticker came up to 40 ms late: cores are shared.");
    assert!(!of(ModelKind::Serial, GlobalLock::Off).contains("late"));
}

#[test]
fn waiting_for_the_global_lock_counts_as_late_and_working_on_does_not() {
    let run = trace(&[
        (0, 0, enter(0, State::Sleep, 0)),
        (10, 0, enter(0, State::Gil, 0)),
        (15, 0, enter(0, State::Running, 0)),
        (20, 0, enter(0, State::Ready, 0)),
        (90, 0, enter(0, State::Running, 0)),
    ]);
    let late = |task: usize| latest(&run.tasks[task], Ns::from_millis(100)).map(|late| late.late);
    assert_eq!((late(0), late(1)), (Some(Ns::from_millis(5)), None));
}

#[test]
fn a_lock_that_is_waited_for_is_named_with_its_share_of_the_time() {
    let lock = LockId::named(0);
    let taken = |task: u32, waited| Event::LockTaken { lock, task: TaskId(task), waited: Ns::from_millis(waited) };
    let released = |task: u32| Event::LockReleased { lock, task: TaskId(task), forced: false };
    let run = trace(&[
        (0, 1, enter(1, State::Running, 0)),
        (0, 1, taken(1, 0)),
        (0, 0, enter(0, State::Lock, 0)),
        (50, 1, released(1)),
        (50, 0, taken(0, 50)),
        (50, 0, enter(0, State::Running, 0)),
        (90, 0, released(0)),
    ]);
    assert_eq!(said(&run, Model::plain(ModelKind::Threads)), "Lock `db` 90 % taken: 2 tasks waited 50 ms.");
    assert!(said_on_one_core(&run, Model::plain(ModelKind::Threads)).starts_with("Only one core"));
    let little =
        [(0, 1, enter(1, State::Running, 0)), (0, 0, enter(0, State::Lock, 0)), (9, 0, enter(0, State::Io, 0))];
    assert_eq!(of(&trace(&little), Model::plain(ModelKind::Threads), locked), None);
}

#[test]
fn a_loop_that_hardly_listens_is_full() {
    let mut events = vec![(0, 1, enter(1, State::Io, 0)), (0, 0, enter(0, State::Io, 0))];
    events.extend(
        (0..10).flat_map(|n| [(n * 5, 0, enter(1, State::Running, 0)), (n * 5 + 4, 0, enter(1, State::Io, 0))]),
    );
    let run = trace(&events);
    assert!(!said(&run, Model::plain(ModelKind::Async)).contains("busy"));
    let full = trace(&[
        (0, 1, enter(1, State::Running, 0)),
        (0, 0, enter(0, State::Io, 0)),
        (48, 0, enter(1, State::Io, 0)),
        (49, 0, enter(0, State::Running, 0)),
        (95, 0, enter(0, State::Io, 0)),
    ]);
    assert_eq!(said(&full, Model::plain(ModelKind::Async)), "Two tasks, one loop 94 % busy: 100 ms.");
}
