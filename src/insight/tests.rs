use super::*;
use crate::model::GlobalLock;
use crate::state::State;
use crate::text::{Cause, Doubt};
use crate::trace::{Begin, End, Event, Stamped, TaskName};
use crate::units::{CoreId, Speedup, Stamp, TaskId, WorkerId};

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

/// What is said of a run of `ms` under `model` on `cores`, serial having taken two seconds, and this being the `ratio`.
fn said(model: Model, ms: u64, cores: f64, ratio: Option<Ratio>) -> (String, Option<Cure>) {
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
        ratio,
        over: true,
        varied: false,
        seen: &seen,
    };
    let finding = find(&facts);
    (finding.say.text(), finding.cure)
}

fn plainly(kind: ModelKind, cores: f64) -> String {
    said(Model::plain(kind), 2_000, cores, None).0
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
    let locked = |kind| said(Model { kind, lock: LOCK }, 2_000, 1.0, None).0;
    assert_eq!(locked(Threads), "One core, one lock: no two at once, 0 hand-overs.");
    assert_eq!(locked(Processes), "Only one core: nothing can run in parallel. 2 s.");
    let threads = said(Model::plain(Threads), 2_000, 1.0, Some(wide(0.9, 1.9, false))).0;
    assert!(threads.starts_with("Only one core"), "also beside others: {threads}");
    for kind in ModelKind::ALL {
        for lock in [GlobalLock::Off, LOCK] {
            let text = said(Model { kind, lock }, 1_000, 1.0, None).0;
            assert!(!text.contains("as fast"), "{kind:?}: {text}");
        }
    }
}

#[test]
fn under_a_quota_of_less_than_a_core_it_is_the_quota_that_is_told_of() {
    for kind in ModelKind::ALL {
        for lock in [GlobalLock::Off, LOCK] {
            let text = said(Model { kind, lock }, 2_000, 0.5, None).0;
            assert_eq!(text, "Half a core: the quota makes it wait, no two at once.", "{kind:?}");
        }
    }
    assert_eq!(plainly(ModelKind::Threads, 0.3), "0.3 of a core: the quota makes it wait, no two at once.");
}

/// A ratio between `low` and `high`, drawn apart by other programs beside this run or the baseline's.
fn wide(low: f64, high: f64, baseline: bool) -> Ratio {
    let doubt = Doubt { cause: Cause::Busy { others: 0.9, cores: 2.0 }, baseline };
    Ratio { speedup: Speedup { times: f64::midpoint(low, high), low, high }, doubt: Some(doubt) }
}

#[test]
fn the_sentence_is_the_mechanism_whatever_the_machine_did() {
    let gil = Model { kind: ModelKind::Threads, lock: LOCK };
    let ratios = [None, Some(Ratio::exactly(0.98)), Some(wide(0.5, 0.9, false)), Some(wide(0.9, 1.9, true))];
    for ratio in ratios {
        // Of two seconds four tasks computed one.
        assert_eq!(said(gil, 1_000, 2.0, ratio).0, "One GIL: one works, three wait; 1 of 2 cores busy.", "{ratio:?}");
        let text = said(Model::plain(ModelKind::Async), 2_000, 2.0, ratio).0;
        assert_eq!(text, "Nobody sleeps or asks: one loop gains nothing. 2 s.", "{ratio:?}");
        let text = said(Model::plain(ModelKind::Serial), 2_000, 2.0, ratio).0;
        assert!(text.starts_with("One worker, three tasks queue"), "{text}");
    }
}

#[test]
fn doubt_is_the_bounds_of_the_ratio_and_a_run_to_be_made_again_where_it_decides() {
    let threads = |ratio| said(Model::plain(ModelKind::Threads), 1_250, 2.0, Some(ratio));
    assert!(threads(Ratio::exactly(1.6)).0.ends_with(": 1.60× as fast as serial."));
    let (text, cure) = threads(wide(1.6, 2.0, false));
    assert!(text.ends_with(": 1.6–2.0× as fast."), "{text}");
    assert_ne!(cure.map(|cure| cure.why), Some(Try::Again), "it gains in any case: the story goes on");
    let cure = |baseline| threads(wide(0.9, 1.9, baseline)).1;
    assert_eq!(cure(false), Some(Cure { change: Change::Again, why: Try::Again }));
    assert_eq!(cure(true), Some(Cure { change: Change::Model(ModelKind::Serial), why: Try::SerialAgain }));
}
