//! Runs made up for the tests of exporters: any events in any order, and one that is always the same.

use proptest::prelude::*;

use crate::machine::Machine;
use crate::model::{LockSettings, Model, ModelKind};
use crate::plan::{Rates, Wishes};
use crate::recording::Recording;
use crate::settings::Setup;
use crate::state::{Outcome, State};
use crate::trace::{Begin, CounterName, End, Event, KernelRecord, QueueName, Stamped, Switch, TaskName, Trace};
use crate::units::{CoreId, CounterId, LockId, Ns, QueueId, Stamp, TaskId, TurnLength, WorkerId};
use crate::workload::{Scale, find};

pub(super) const T0: u64 = 1_000_000_000;
const TASKS: u32 = 5;
const WORKERS: u16 = 3;

pub(super) fn empty(names: &[&str], kernel_record: KernelRecord) -> Trace {
    let name = |(n, name): (usize, &&str)| TaskName { name: (*name).to_owned(), background: n == 4 };
    let mut trace = Trace::new(names.iter().enumerate().map(name).collect(), WORKERS);
    trace = trace.naming_locks(vec!["the \"table\"\n".to_owned(), "seats".to_owned()]);
    let queue = QueueName { name: "the \"belt\"\n".to_owned(), room: 3 };
    let counter = |name: &str, apart| CounterName { name: name.to_owned(), start: 7, apart };
    trace = trace.naming_shared(vec![queue], vec![counter("the \"sum\"\n", false), counter("own", true)]);
    let begin = Begin {
        t0: Stamp(T0),
        pid: 7,
        workers: WORKERS,
        cores: vec![4, 0],
        kernel_record,
        watchers: vec![900],
        ..Begin::default()
    };
    trace.begin(&begin);
    trace
}

fn event() -> impl Strategy<Value = Event> {
    let task = || (0..TASKS + 1).prop_map(TaskId);
    let who = (0..WORKERS + 1).prop_map(WorkerId);
    let lock = || prop_oneof![Just(LockId(0)), Just(LockId(1)), Just(LockId::named(0))];
    let state = proptest::sample::select(&State::ALL[..]);
    let short = || (0u64..2_000).prop_map(Ns);
    let outcome = (0u8..4).prop_map(|n| Outcome::from_repr(n).expect("an outcome"));
    let enter = (task(), state, any::<bool>(), short(), proptest::option::of(short()))
        .prop_map(|(task, state, holds, ago, due)| Event::Enter { task, state, holds, ago, due });
    let switch = (prop_oneof![300u32..303, Just(900)], 0u8..4)
        .prop_map(|(tid, n)| Event::Switched { tid, switch: Switch::from_repr(n).expect("a switch") });
    prop_oneof![
        1 => task().prop_map(|task| Event::Submitted { task }),
        12 => enter,
        2 => (task(), short()).prop_map(|(task, spent)| Event::WasOff { task, spent }),
        2 => task().prop_map(|task| Event::Moved { task }),
        1 => (task(), outcome).prop_map(|(task, outcome)| Event::Ended { task, outcome, signal: 9, cpu: Ns(5) }),
        1 => (who.clone(), task()).prop_map(|(who, task)| Event::WorkerStarting { who, task }),
        1 => (300u32..303).prop_map(|tid| Event::WorkerStarted { pid: 7, tid }),
        1 => prop_oneof![Just(Event::LoopListens), Just(Event::LoopWakes)],
        4 => (lock(), task(), short()).prop_map(|(lock, task, waited)| Event::LockTaken { lock, task, waited }),
        4 => (lock(), task(), any::<bool>())
            .prop_map(|(lock, task, forced)| Event::LockReleased { lock, task, forced }),
        1 => (lock(), task()).prop_map(|(lock, task)| Event::DropRequest { lock, task }),
        1 => (lock(), task()).prop_map(|(lock, task)| Event::LockTimeout { lock, task }),
        1 => (1u64..9).prop_map(|count| Event::Lost { count }),
        1 => short().prop_map(|spent| Event::Suspended { spent }),
        1 => short().prop_map(|time| Event::IntervalChanged { length: TurnLength::Time(time) }),
        3 => switch,
        6 => sharing(),
    ]
}

/// What happens at queues, counters and permits.
fn sharing() -> impl Strategy<Value = Event> {
    let task = || (0..TASKS + 1).prop_map(TaskId);
    let queue = || prop_oneof![9 => Just(QueueId(0)), 1 => Just(QueueId(3))];
    let counter = prop_oneof![5 => Just(CounterId(0)), 3 => Just(CounterId(1)), 1 => Just(CounterId(3))];
    let short = || (0u64..2_000).prop_map(Ns);
    let seats = LockId::named(1);
    prop_oneof![
        3 => (queue(), task(), 0u64..6, 0u32..5, short())
            .prop_map(|(queue, task, number, length, waited)| Event::Put { queue, task, number, length, waited }),
        3 => (queue(), task(), 0u64..6, 0u32..5, short())
            .prop_map(|(queue, task, number, length, waited)| Event::Got { queue, task, number, length, waited }),
        1 => queue().prop_map(|queue| Event::QueueClosed { queue }),
        4 => (counter, task(), 0u32..20, 0u32..20, proptest::option::of(task()), short()).prop_map(
            |(counter, task, value, found, overwrote, since)| {
                Event::Added { counter, task, value, found, overwrote, since }
            }
        ),
        2 => (task(), 0u8..4, short())
            .prop_map(move |(task, taken, waited)| Event::PermitTaken { lock: seats, task, taken, waited }),
        2 => (task(), 0u8..4).prop_map(move |(task, taken)| Event::PermitReleased { lock: seats, task, taken }),
        2 => (0u16..3, task()).prop_map(|(lock, task)| Event::LockRefused { lock: LockId::named(lock), task }),
    ]
}

/// What belongs to one wait: somebody takes a lock, another waits for it, it is let go of, the other goes on.
fn wait() -> impl Strategy<Value = Vec<(u64, u16, u16, Event)>> {
    let lock = prop_oneof![Just((LockId(0), State::Gil)), Just((LockId::named(0), State::Lock))];
    (0u64..19_000, 0..TASKS, 1..TASKS, 1u64..300, any::<bool>(), lock).prop_map(
        |(at, one, by, gap, forced, (lock, state))| {
            let (one, two) = (TaskId(one), TaskId((one + by) % TASKS));
            let enter = |task, state| Event::Enter { task, state, holds: true, ago: Ns::ZERO, due: None };
            let events = [
                (0, Event::LockTaken { lock, task: one, waited: Ns::ZERO }),
                (1, enter(two, state)),
                (2, Event::LockReleased { lock, task: one, forced }),
                (2, enter(two, State::Ready)),
                (3, enter(two, State::Running)),
                (3, Event::LockTaken { lock, task: two, waited: Ns(2 * gap) }),
                (4, Event::LockReleased { lock, task: two, forced: !forced }),
            ];
            events.into_iter().map(|(n, event)| (at + n * gap, 0, (n % 3) as u16, event)).collect()
        },
    )
}

/// Any run: whatever is recorded, in any order, whole or cut off, with the kernel's record or without.
pub(super) fn traces() -> impl Strategy<Value = Trace> {
    let stamped = (0u64..20_000, 0..WORKERS + 1, 0u16..3, event()).prop_map(|one| vec![one]);
    let kept = prop_oneof![Just(10_000usize), Just(40)];
    let stamped = prop_oneof![9 => stamped, 1 => wait()];
    (proptest::collection::vec(stamped, 0..120), any::<bool>(), any::<bool>(), any::<bool>(), kept).prop_map(
        |(events, sorted, kernel, ends, kept)| {
            let none = || KernelRecord::None("refused".to_owned());
            let kernel = if kernel { KernelRecord::Switches } else { none() };
            let mut trace = empty(&["a", "b \\ \"c\"", "a", "d\u{1}é", "e"], kernel).with_limit(kept);
            let core = |n: u16| [CoreId(0), CoreId(4), Stamped::NO_CORE][usize::from(n)];
            let mut events: Vec<Stamped> = events
                .into_iter()
                .flatten()
                .map(|(at, worker, n, event)| Stamped {
                    at: Stamp(T0 + at),
                    worker: WorkerId(worker),
                    core: core(n),
                    event,
                })
                .collect();
            if sorted {
                events.sort_by_key(|r| r.at);
            }
            trace.extend(&events);
            if ends {
                trace.end(End { at: Stamp(T0 + 18_000), ..End::default() });
            }
            trace
        },
    )
}

/// Three tasks that share a lock on two cores; the third is killed.
pub(super) fn three() -> Trace {
    let mut trace = empty(&["task 1", "task 2", "task 3"], KernelRecord::Switches);
    let mut push = |at: u64, task: u32, event: Event| {
        let (worker, core) = (WorkerId(task as u16), CoreId(if task == 1 { 4 } else { 0 }));
        trace.push(&Stamped { at: Stamp(T0 + at), worker, core, event });
    };
    let enter = |task: u32, state: State| Event::Enter {
        task: TaskId(task),
        state,
        holds: state != State::Sleep,
        ago: Ns::ZERO,
        due: None,
    };
    let lock = LockId::named(0);
    (0..3).for_each(|task| push(0, task, Event::Submitted { task: TaskId(task) }));
    push(1_001, 0, enter(0, State::Running));
    push(1_500, 1, enter(1, State::Running));
    push(2_000, 0, Event::LockTaken { lock, task: TaskId(0), waited: Ns::ZERO });
    push(2_250, 1, enter(1, State::Lock));
    push(3_000, 2, enter(2, State::Sleep));
    push(5_999, 0, Event::LockReleased { lock, task: TaskId(0), forced: true });
    push(6_000, 0, enter(0, State::Io));
    push(6_100, 1, Event::LockTaken { lock, task: TaskId(1), waited: Ns(3_850) });
    push(6_100, 1, enter(1, State::Running));
    push(7_000, 0, Event::DropRequest { lock, task: TaskId(0) });
    push(7_500, 2, Event::IntervalChanged { length: TurnLength::Time(Ns::from_millis(1)) });
    push(8_000, 1, Event::LockReleased { lock, task: TaskId(1), forced: false });
    let ended =
        |task: u32, outcome: Outcome, signal: u8| Event::Ended { task: TaskId(task), outcome, signal, cpu: Ns(9) };
    push(9_000, 0, ended(0, Outcome::Done, 0));
    push(9_500, 1, ended(1, Outcome::Done, 0));
    push(9_999, 2, ended(2, Outcome::Killed, 9));
    trace.end(End { at: Stamp(T0 + 10_000), ..End::default() });
    trace
}

/// Two tasks that put three messages into a queue, and one that takes two of them; two of them add to a counter, and one
/// addition is lost; two take a permit, and a third is refused one.
pub(super) fn shared() -> Trace {
    let mut trace = empty(&["maker 1", "maker 2", "user"], KernelRecord::Switches);
    let mut push = |at: u64, task: u32, event: Event| {
        trace.push(&Stamped { at: Stamp(T0 + at), worker: WorkerId(task as u16), core: CoreId(0), event });
    };
    let (queue, counter, lock) = (QueueId(0), CounterId(0), LockId::named(1));
    let put = |task, number, length| Event::Put { queue, task: TaskId(task), number, length, waited: Ns::ZERO };
    let got = |number, length, waited| Event::Got { queue, task: TaskId(2), number, length, waited: Ns(waited) };
    let added = |task, value, found, overwrote: Option<u32>| {
        let (task, overwrote, since) = (TaskId(task), overwrote.map(TaskId), Ns(300));
        Event::Added { counter, task, value, found, overwrote, since }
    };
    for task in 0..3 {
        let state = if task == 2 { State::Channel } else { State::Running };
        push(100, task, Event::Enter { task: TaskId(task), state, holds: true, ago: Ns::ZERO, due: None });
    }
    push(1_000, 0, put(0, 0, 1));
    push(1_200, 1, put(1, 1, 1));
    // Its instant is taken after the act, and comes before that of the put.
    push(990, 2, got(0, 0, 890));
    let (task, state) = (TaskId(2), State::Running);
    push(995, 2, Event::Enter { task, state, holds: true, ago: Ns::ZERO, due: None });
    push(2_000, 2, got(1, 0, 0));
    push(2_500, 1, put(1, 2, 1));
    push(3_000, 0, added(0, 8, 7, None));
    push(3_100, 1, added(1, 8, 8, Some(0)));
    push(3_500, 1, added(1, 9, 8, None));
    push(4_000, 0, Event::PermitTaken { lock, task: TaskId(0), taken: 1, waited: Ns::ZERO });
    push(4_100, 1, Event::PermitTaken { lock, task: TaskId(1), taken: 2, waited: Ns(50) });
    push(4_200, 2, Event::LockRefused { lock, task: TaskId(2) });
    push(5_000, 0, Event::PermitReleased { lock, task: TaskId(0), taken: 1 });
    push(5_100, 1, Event::PermitReleased { lock, task: TaskId(1), taken: 0 });
    for task in 0..3 {
        push(8_000, task, Event::Ended { task: TaskId(task), outcome: Outcome::Done, signal: 0, cpu: Ns(9) });
    }
    trace.end(End { at: Stamp(T0 + 8_000), ..End::default() });
    trace
}

/// A run with that trace, on an event loop or not.
pub(super) fn run_of(trace: &Trace, event_loop: bool) -> Recording {
    let workload = find("cpu").expect("a shipped workload");
    let model = Model::plain(if event_loop { ModelKind::Async } else { ModelKind::Threads });
    let (lock, wishes) = (LockSettings::default(), Wishes::default());
    let setup = Setup { workload, model, lock, wishes, scale: Scale::ONE };
    let plan = setup.plan(setup.tasks().expect("sound"), 2, Rates::all(1_000));
    let run = Recording::of_plan(setup, plan, Rates::all(1_000), Machine::default());
    Recording { trace: trace.clone(), ..run }
}
