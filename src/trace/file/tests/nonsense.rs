//! Recordings that are sound, of runs that cannot have been.

use super::*;

/// Opens a file of `events`, whatever they are.
fn open_nonsense(events: &[Stamped]) -> Trace {
    let bytes = file(&[events]);
    let contents = read(&bytes).expect("a recording");
    assert_eq!((contents.runs[0].events().as_slice(), contents.damage), (events, None));
    let trace = open(&contents.runs[0]);
    ask(&trace);
    trace
}

/// How many events of nonsense a file has: with so many, anything quadratic would take minutes.
const MANY: u64 = 100_000;

fn running(at: u64, task: u32, ago: u64) -> Stamped {
    let task = TaskId(task);
    own(at, 0, Event::Enter { task, state: State::Running, holds: true, ago: Ns(ago), due: None })
}

#[test]
fn a_record_in_reverse_is_opened_soon_and_right() {
    let enter = |n: u64| {
        let state = if n.is_multiple_of(2) { State::Running } else { State::Sleep };
        own(n * 10, 0, Event::Enter { task: TaskId(0), state, holds: true, ago: Ns::ZERO, due: None })
    };
    let mut events: Vec<Stamped> = (0..MANY * 4).map(enter).collect();
    let mut live = Trace::new(names(), 4).keeping_everything();
    live.begin(&begin());
    live.extend(&events);
    live.end(end());
    events.reverse();
    let trace = open_nonsense(&events);
    assert_eq!(trace.tasks[0].marks(), live.tasks[0].marks());
    assert_eq!(trace.stats(trace.latest()), live.stats(live.latest()));
}

#[test]
fn wild_instants_and_durations_are_opened_soon() {
    let wild = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // All before the run, all at one instant, at any instants, and each with a duration that reaches back anywhere.
    open_nonsense(
        &(0..MANY).map(|n| Stamped { at: Stamp(n % 7), ..running(0, (n % 4) as u32, 0) }).collect::<Vec<_>>(),
    );
    let ended = |n: u64| Event::Ended { task: TaskId(0), outcome: Outcome::Done, signal: 0, cpu: Ns(n) };
    let same = |n: u64| if n < MANY / 2 { own(50, 1, ended(n)) } else { running(50, 0, 0) };
    open_nonsense(&(0..MANY).map(same).collect::<Vec<_>>());
    open_nonsense(&(0..MANY).map(|n| Stamped { at: Stamp(wild(n)), ..running(0, 0, wild(n + 1)) }).collect::<Vec<_>>());
    open_nonsense(&(0..MANY).map(|n| running(n, (n % 4) as u32, u64::MAX)).collect::<Vec<_>>());
    let waited = |n: u64| Event::LockTaken { lock: LockId::named(0), task: TaskId(0), waited: Ns(u64::MAX - n) };
    open_nonsense(&(0..MANY).map(|n| own(n * 3, 0, waited(n))).collect::<Vec<_>>());
}

#[test]
fn wild_numbers_of_threads_locks_tasks_and_cores_make_no_large_tables() {
    let many = |event: &dyn Fn(u32) -> Event| -> Vec<Stamped> {
        let stamped = |n: u64| Stamped { core: CoreId((n * 7) as u16), ..own(n, (n * 13) as u16, event(n as u32)) };
        (0..MANY).map(stamped).collect()
    };
    let trace = open_nonsense(&many(&|n| Event::Switched { tid: n, switch: Switch::In }));
    assert!(trace.threads.len() <= 1 << 16);
    let taken = |n: u32| Event::LockTaken { lock: LockId(n * 40_000), task: TaskId(n % 4), waited: Ns(3) };
    assert!(open_nonsense(&many(&taken)).locks.len() <= 1 << 13);
    let by_anybody = |n: u32| Event::LockTaken { lock: LockId(0), task: TaskId(n * 40_000), waited: Ns(3) };
    open_nonsense(&many(&by_anybody));
    open_nonsense(&many(&|n| Event::WorkerStarted { pid: n, tid: n }));
    // A task that somebody else says is over is looked for among all threads.
    let mut events = many(&|n| Event::WorkerStarted { pid: n, tid: n });
    events.extend(many(&|n| Event::Ended { task: TaskId(n % 4), outcome: Outcome::Killed, signal: 9, cpu: Ns(1) }));
    open_nonsense(&events);
    // Switches far ahead, and a worker whose own events are all older.
    let mut events = vec![own(1, 0, Event::WorkerStarted { pid: 1, tid: 100 })];
    for n in 0..MANY / 2 {
        let switch = if n.is_multiple_of(2) { Switch::In } else { Switch::Blocked };
        events.push(switched(10_000_000 + n, 100, 0, switch));
    }
    events.extend((0..MANY / 2).map(|n| running(n * 2, 0, 0)));
    open_nonsense(&events);
}

#[test]
fn a_begin_with_the_same_core_and_thread_again_and_again_has_each_once() {
    let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
    writer.header("").expect("a vector takes everything");
    let many = Begin { cores: [1, 0].repeat(9_000), watchers: [9, 8].repeat(9_000), ..begin() };
    writer.frame(&Frame::Begin(many)).expect("a vector takes everything");
    let bytes = writer.into_inner().expect("a vector takes everything");
    let contents = read(&bytes).expect("a recording");
    let begin = contents.runs[0].begin.as_ref().expect("a begin");
    assert_eq!((begin.cores.as_slice(), begin.watchers.as_slice()), ([1, 0].as_slice(), [9, 8].as_slice()));
}

proptest! {
    #[test]
    fn any_records_are_read_back(
        events in proptest::collection::vec((any::<u64>(), any::<u16>(), any::<u16>(), events(u64::MAX)), 0..300),
    ) {
        let stamped = |(at, worker, core, event)| {
            Stamped { at: Stamp(at), worker: WorkerId(worker), core: CoreId(core), event }
        };
        open_nonsense(&events.into_iter().map(stamped).collect::<Vec<_>>());
    }

    /// Numbers that exist, in wild order.
    #[test]
    fn records_of_a_run_in_any_order_are_opened(
        (seed, rounds) in (any::<u64>(), 1u64..60),
        times in any::<bool>(),
    ) {
        let mut events = story(rounds);
        let mut random = fastrand::Rng::with_seed(seed);
        random.shuffle(&mut events);
        if times {
            let mut instants: Vec<Stamp> = events.iter().map(|r| r.at).collect();
            instants.sort_unstable();
            events.iter_mut().zip(instants).for_each(|(r, at)| r.at = at);
        }
        open_nonsense(&events);
    }
}
