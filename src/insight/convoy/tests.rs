use super::*;
use crate::insight::{Change, find};
use crate::model::{Generation, GlobalLock, Model};
use crate::state::Outcome;
use crate::text::Try;
use crate::trace::{Begin, End, Event, Stamped, TaskName, Trace};
use crate::units::{CoreId, Stamp, TaskId, WorkerId};

const GIL: GlobalLock = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);

/// A second in which the first task computes in the background, and the second makes rounds of `each` ms: a wait in
/// `wait` for the first of them, one in `behind` for all but the last tenth, and a little work.
fn rounds(wait: State, behind: State, each: u64) -> Trace {
    let name = |name: &str, background| TaskName { name: name.to_owned(), background };
    let mut trace = Trace::new(vec![name("computer", true), name("client", false)], 2);
    trace.begin(&Begin { t0: Stamp(0), pid: 1, workers: 2, cores: vec![0, 1], ..Begin::default() });
    let mut push = |us: u64, task: u32, event| {
        let (worker, core) = (WorkerId(task as u16), CoreId(task as u16));
        trace.push(&Stamped { at: Stamp(us * 1_000), worker, core, event });
    };
    let enter = |task: u32, state| Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due: None };
    push(0, 0, enter(0, State::Running));
    push(0, 1, enter(1, State::Running));
    for from in (0..1_000_000 / (each * 1_000)).map(|n| n * each * 1_000) {
        push(from + 1, 1, enter(1, wait));
        push(from + 1_000, 1, enter(1, behind));
        push(from + each * 1_000 - 100, 1, enter(1, State::Running));
    }
    for task in [0, 1] {
        let event = Event::Ended { task: TaskId(task), outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO };
        push(1_000_000, task, event);
    }
    trace.end(End { at: Stamp(1_000_000_000), ..End::default() });
    trace
}

/// What `ask` makes of `trace` as a run under `model`.
fn of<T>(trace: &Trace, model: Model, ask: impl Fn(&Facts<'_>) -> T) -> T {
    let stats = trace.stats(Ns::from_millis(1_000));
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
        seen: &|_| false,
    })
}

fn said(trace: &Trace, kind: ModelKind, lock: GlobalLock) -> String {
    of(trace, Model { kind, lock }, |facts| find(facts).say.text())
}

#[test]
fn each_round_says_what_it_waited_for_and_how_many_there_were() {
    use ModelKind::{Async, Processes, Threads};
    let behind_the_lock = rounds(State::Io, State::Gil, 5);
    assert_eq!(said(&behind_the_lock, Threads, GIL), "Each answer waits 3.9 ms for the GIL: 200 a second.");
    let naps = rounds(State::Sleep, State::Gil, 10);
    assert_eq!(said(&naps, Threads, GIL), "Each round waits 8.9 ms for the GIL: 100 a second.");
    let a_long_interval = rounds(State::Io, State::Gil, 100);
    assert_eq!(said(&a_long_interval, Threads, GIL), "Each answer waits 98.9 ms for the GIL: 10 a second.");
    let on_a_loop = rounds(State::Io, State::Ready, 5);
    for lock in [GlobalLock::Off, GIL] {
        assert_eq!(said(&on_a_loop, Async, lock), "Each answer waits 3.9 ms for the loop: 200 a second.");
    }
    for kind in [Threads, Processes] {
        assert_eq!(said(&on_a_loop, kind, GlobalLock::Off), "Each answer waits 3.9 ms for a core: 200 a second.");
        let free = rounds(State::Sleep, State::Running, 1);
        assert_eq!(said(&free, kind, GlobalLock::Off), "Nobody waits for a GIL: 1000 rounds a second.");
    }
}

#[test]
fn with_the_lock_one_is_told_to_drop_it_and_without_it_to_take_it() {
    let run = rounds(State::Io, State::Gil, 5);
    let threads = |lock| Model { kind: ModelKind::Threads, lock };
    let cure = |lock| of(&run, threads(lock), |facts| find(facts).cure.map(|c| (c.change, c.why)));
    let (dropped, taken) = (Change::Model(ModelKind::Threads), Change::Locked(ModelKind::Threads, Generation::Newer));
    assert_eq!(cure(GIL), Some((dropped, Try::DropGil)), "also beside other programs: nothing is compared");
    assert_eq!(cure(GlobalLock::Off), Some((taken, Try::AddGil)));
    let seen = |facts: &Facts<'_>| find(&Facts { seen: &|m| m.kind == ModelKind::Threads, ..*facts }).cure;
    assert_eq!(of(&run, threads(GIL), seen).map(|c| c.why), Some(Try::OneByOne));
}

#[test]
fn where_nobody_computes_or_nobody_asks_again_and_again_nothing_is_said() {
    let model = Model { kind: ModelKind::Threads, lock: GIL };
    let nothing = |trace: &Trace| of(trace, model, |facts| found(facts).is_none());
    assert!(nothing(&rounds(State::Io, State::Gil, 200)), "five rounds are few");
    assert!(nothing(&rounds(State::Running, State::Gil, 5)), "nobody asks");
    let with = |task: u32, state| {
        let mut run = rounds(State::Io, State::Gil, 5);
        run.push(&Stamped {
            at: Stamp(500_000_000),
            worker: WorkerId(task as u16),
            core: CoreId(task as u16),
            event: Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due: None },
        });
        run
    };
    for wait in [State::Sleep, State::Channel] {
        assert!(nothing(&with(0, wait)), "nobody only computes");
    }
    assert!(!nothing(&with(1, State::Sleep)), "who asks may sleep as well");
    for wait in [State::Lock, State::Channel] {
        assert!(nothing(&with(1, wait)), "it waits for other tasks too: its rounds are not its own");
    }
    let serial = Model { kind: ModelKind::Serial, lock: GlobalLock::Off };
    assert!(of(&rounds(State::Io, State::Io, 5), serial, |facts| found(facts).is_none()));
}
