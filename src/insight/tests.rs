use super::*;
use crate::model::GlobalLock;
use crate::state::State;
use crate::trace::{Begin, End, Event, Stamped, TaskName};
use crate::units::{CoreId, Stamp, TaskId, WorkerId};

const LOCK: GlobalLock = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);

/// Four tasks that do nothing but compute, one second in all, over within `ms`.
fn computing(ms: u64) -> Trace {
    let names = (1..=4).map(|n| TaskName { name: format!("task {n}"), background: false }).collect();
    let mut trace = Trace::new(names, 4);
    let at = |ms: u64, worker, event| Stamped {
        at: Stamp(ms * 1_000_000),
        worker: WorkerId(worker),
        core: CoreId(0),
        event,
    };
    trace.begin(&Begin { t0: Stamp(0), pid: 1, workers: 4, cores: vec![0, 1], ..Begin::default() });
    for n in 0..4u16 {
        let task = TaskId(n.into());
        let enter = |state| Event::Enter { task, state, holds: true, ago: Ns::ZERO, due: None };
        trace.push(&at(0, n, Event::Submitted { task }));
        trace.push(&at(0, n, enter(State::Running)));
        trace.push(&at(250, n, enter(State::Ready)));
        trace.push(&at(ms, n, Event::Ended { task, outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO }));
    }
    trace.end(End { at: Stamp(ms * 1_000_000), ..End::default() });
    trace
}

/// What is said of a run of `ms` under `model` on `cores`, after `around` and beside `others`, serial having taken two
/// seconds.
fn said(model: Model, ms: u64, cores: f64, others: f64, disturbance: Disturbance) -> (String, Option<Cure>) {
    let trace = computing(ms);
    let stats = trace.stats(Ns::from_millis(ms));
    let serial = Some(Ns::from_millis(2_000));
    let seen = |_| false;
    let facts = Facts {
        trace: &trace,
        stats: &stats,
        model,
        workers: 4,
        cores,
        serial,
        others,
        disturbance,
        over: true,
        seen: &seen,
    };
    let finding = find(&facts);
    (finding.say.text(), finding.cure)
}

fn plainly(kind: ModelKind, cores: f64) -> String {
    said(Model::plain(kind), 2_000, cores, 0.0, Disturbance::default()).0
}

#[test]
fn on_one_core_every_model_is_told_so_and_none_is_faster() {
    use ModelKind::{Async, Processes, Serial, Threads};
    assert_eq!(plainly(Serial, 1.0), "One worker, three tasks queue: 2 s on the only core.");
    for kind in [Threads, Processes] {
        assert_eq!(plainly(kind, 1.0), "Only one core: nothing can run in parallel. 2 s.");
        assert_eq!(plainly(kind, 1.4), "Only 1.4 cores: little can run in parallel. 2 s.");
    }
    assert_eq!(plainly(Async, 1.0), "Nobody sleeps or asks: one loop gains nothing. 2 s.");
    let locked = |kind| said(Model { kind, lock: LOCK }, 2_000, 1.0, 0.0, Disturbance::default()).0;
    assert_eq!(locked(Threads), "One core, one lock: no two at once, 0 hand-overs.");
    assert_eq!(locked(Processes), "Only one core: nothing can run in parallel. 2 s.");
    let slow = Disturbance { pace: Pace::Slower(0.5), ..Disturbance::default() };
    let threads = said(Model::plain(Threads), 2_000, 1.0, 0.9, slow).0;
    assert!(threads.starts_with("Only one core"), "also beside others, on a slow machine: {threads}");
    for kind in ModelKind::ALL {
        for lock in [GlobalLock::Off, LOCK] {
            let text = said(Model { kind, lock }, 1_000, 1.0, 0.0, Disturbance::default()).0;
            assert!(!text.contains("as fast"), "{kind:?}: {text}");
        }
    }
}

#[test]
fn under_a_quota_of_less_than_a_core_it_is_the_quota_that_is_told_of() {
    for kind in ModelKind::ALL {
        for lock in [GlobalLock::Off, LOCK] {
            let text = said(Model { kind, lock }, 2_000, 0.5, 0.0, Disturbance::default()).0;
            assert_eq!(text, "Half a core: the quota makes it wait, no two at once.", "{kind:?}");
        }
    }
    assert_eq!(plainly(ModelKind::Threads, 0.3), "0.3 of a core: the quota makes it wait, no two at once.");
}

#[test]
fn a_ratio_is_told_only_of_cores_as_fast() {
    let threads = |pace| {
        let disturbance = Disturbance { pace, ..Disturbance::default() };
        said(Model::plain(ModelKind::Threads), 1_250, 2.0, 0.0, disturbance)
    };
    assert!(threads(Pace::Even).0.ends_with("1.60× as fast as serial."));
    assert!(threads(Pace::Slower(0.8)).0.ends_with("cores busy, each 0.8 as fast as alone: 1.60×."));
    let (text, cure) = threads(Pace::BaselineSlower(0.8));
    assert_eq!(text, "The machine ran serial at 0.8 of this speed: no fair ratio.");
    assert_eq!(cure, Some(Cure { change: Change::Model(ModelKind::Serial), why: Try::Again }));
}

#[test]
fn one_core_at_a_time_has_no_reason_to_be_slow() {
    let disturbance = Disturbance { pace: Pace::Slower(0.8), ..Disturbance::default() };
    let slow = "The machine ran at 0.8 of serial's speed: no fair ratio.";
    assert_eq!(said(Model::plain(ModelKind::Async), 2_500, 2.0, 0.0, disturbance).0, slow);
    let locked = Model { kind: ModelKind::Threads, lock: LOCK };
    assert_eq!(said(locked, 2_500, 2.0, 0.0, disturbance).0, slow);
    assert!(said(Model::plain(ModelKind::Serial), 2_500, 2.0, 0.0, disturbance).0.starts_with("One worker"));
}

#[test]
fn whoever_took_the_cores_is_named() {
    let threads = Model::plain(ModelKind::Threads);
    let host = Disturbance { stolen: Some(0.6), ..Disturbance::default() };
    let busy = |others, disturbance| said(threads, 2_000, 2.0, others, disturbance).0;
    assert_eq!(busy(0.8, Disturbance::default()), "Other programs kept 0.8 of 2 cores busy: no fair ratio.");
    assert_eq!(busy(0.1, host), "The host took 0.6 of 2 cores away: no fair ratio.");
}
