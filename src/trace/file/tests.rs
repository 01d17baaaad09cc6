use proptest::prelude::*;

use super::block::{BLOCK_HEAD, HEAD, block_head, head};
use super::*;
use crate::state::{Failure, Outcome, State};
use crate::trace::event::tests::events;
use crate::trace::{Direction, Event, Frame, KernelRecord, QueueEnd, Stamped, Switch, TaskName, Trace};
use crate::units::{CoreId, LockId, Ns, Range, Stamp, TaskId, TurnLength, WorkerId};

mod damage;
mod nonsense;

const T0: u64 = 5_000_000_000;
const TASKS: u32 = 4;

fn begin() -> Begin {
    let kernel_record = KernelRecord::Switches;
    Begin {
        t0: Stamp(T0),
        pid: 40,
        workers: 4,
        cores: vec![0, 1],
        kernel_record,
        watchers: vec![41, 42],
        ..Begin::default()
    }
}

fn own(at: u64, worker: u16, event: Event) -> Stamped {
    Stamped { at: Stamp(T0 + at), worker: WorkerId(worker), core: CoreId(worker % 2), event }
}

fn switched(at: u64, tid: u32, core: u16, switch: Switch) -> Stamped {
    let event = Event::Switched { tid, switch };
    Stamped { at: Stamp(T0 + at), worker: Stamped::NO_WORKER, core: CoreId(core), event }
}

/// What a run might send: every kind of event, several workers, locks, and the kernel's record.
fn story(rounds: u64) -> Vec<Stamped> {
    let mut events = Vec::new();
    for n in 0..TASKS {
        let (task, worker) = (TaskId(n), n as u16);
        events.push(own(u64::from(n), TASKS as u16, Event::Submitted { task }));
        events.push(own(10 + u64::from(n), TASKS as u16, Event::WorkerStarting { who: WorkerId(worker), task }));
        events.push(switched(20 + u64::from(n), 100 + n, worker % 2, Switch::In));
        events.push(own(30 + u64::from(n), worker, Event::WorkerStarted { pid: 40, tid: 100 + n }));
    }
    for round in 0..rounds {
        let (n, at) = ((round % u64::from(TASKS)) as u32, 1_000 + round * 700);
        let (task, worker, tid) = (TaskId(n), n as u16, 100 + n);
        let enter = |state, ago, due| Event::Enter { task, state, holds: true, ago: Ns(ago), due };
        let lock = if round % 3 == 0 { LockId(0) } else { LockId::named((round % 2) as u16) };
        events.extend([
            own(at, worker, enter(State::Running, round % 5 * 100, None)),
            switched(at + 50, tid, worker % 2, if round % 2 == 0 { Switch::Preempted } else { Switch::Blocked }),
            switched(at + 90, tid, (round % 2) as u16, Switch::In),
            own(at + 100, worker, Event::LockTaken { lock, task, waited: Ns(round % 7 * 30) }),
            own(at + 130, worker, Event::DropRequest { lock, task: TaskId((n + 1) % TASKS) }),
            own(at + 140, worker, Event::LockTimeout { lock, task: TaskId((n + 2) % TASKS) }),
            own(at + 150, worker, Event::LockReleased { lock, task, forced: round % 2 == 0 }),
            own(at + 200, worker, Event::Copied { task, direction: Direction::Out, bytes: 4_096, spent: Ns(60) }),
            own(at + 260, worker, Event::WasOff { task, spent: Ns(40) }),
            own(at + 300, worker, Event::Moved { task }),
            own(at + 350, worker, enter(State::Sleep, 0, Some(Ns(5_000)))),
            own(at + 400, worker, if round % 2 == 0 { Event::LoopListens } else { Event::LoopWakes }),
        ]);
    }
    let end = 2_000 + rounds * 700;
    events.push(own(end, 4, Event::Lost { count: 3 }));
    events.push(own(end + 1, 4, Event::Suspended { spent: Ns(200) }));
    events.push(own(end + 2, 4, Event::LockAbandoned { lock: LockId(0) }));
    events.push(own(end + 3, 4, Event::IntervalChanged { length: TurnLength::Time(Ns(50_000)) }));
    events.push(own(end + 4, 4, Event::IntervalChanged { length: TurnLength::Ticks(100) }));
    for n in 0..TASKS {
        let (who, outcome) = (WorkerId(n as u16), if n == 3 { Outcome::Killed } else { Outcome::Done });
        let at = end + 10 + u64::from(n);
        events.push(own(at, n as u16, Event::Ended { task: TaskId(n), outcome, signal: 9, cpu: Ns(77) }));
        events.push(own(at + 10, 4, Event::WorkerEnded { who, outcome, signal: 0 }));
        events.push(switched(at + 20, 100 + n, 0, Switch::Gone));
    }
    events
}

fn end() -> End {
    End { at: Stamp(T0 + 90_000), cpu: Ns(50_000), events: 12, ..End::default() }
}

fn write(writer: &mut FileWriter<Vec<u8>>, events: &[Stamped]) {
    writer.header("{\"plan\": \"a plan\"}").expect("a vector takes everything");
    writer.names(&told_names()).expect("a vector takes everything");
    writer.plan("{}").expect("a vector takes everything");
    writer.frame(&Frame::Begin(begin())).expect("a vector takes everything");
    for sweep in events.chunks(37) {
        writer.frame(&Frame::Events(sweep.to_vec())).expect("a vector takes everything");
    }
    writer.frame(&Frame::End(end())).expect("a vector takes everything");
    writer.tail("load 0.1").expect("a vector takes everything");
}

fn file(runs: &[&[Stamped]]) -> Vec<u8> {
    let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
    runs.iter().for_each(|events| write(&mut writer, events));
    writer.into_inner().expect("a vector takes everything")
}

fn names() -> Vec<TaskName> {
    (0..TASKS).map(|n| TaskName { name: format!("task {n}"), background: false }).collect()
}

fn told_names() -> Names {
    Names::new(&names(), &["a".to_owned(), "b".to_owned()])
}

fn open(run: &RecordedRun<'_>) -> Trace {
    run.trace(names(), vec!["a".to_owned(), "b".to_owned()])
}

/// Asks a trace everything that the screen and the reports ask it.
fn ask(trace: &Trace) {
    let end = trace.latest();
    let windows = [Range::new(Ns::ZERO, end), Range::new(Ns(1_000), Ns(5_000)), Range::new(Ns::ZERO, Ns::MAX)];
    for window in windows {
        let mut spans = 0;
        for (task, track) in (0..).zip(&trace.tasks) {
            for span in track.spans(window).take(50) {
                trace.unblocker(TaskId(task), &span, window.to);
            }
            spans += track.sums(window.to).len();
        }
        trace.stats(window.to);
        trace.busy(window.to);
        trace.longest_block(window.to);
        trace.switched(window);
        trace.switches();
        trace.aggregate().turns(window, |_, _| spans += 1);
        trace.aggregate().most_ready(window, &[]);
        trace.aggregate().changes(window);
        let totals = trace.aggregate().totals(window.to).since(&trace.aggregate().totals(window.from));
        assert!(totals.states().len() == totals.free().len() && totals.on_loop() <= Ns::MAX);
        for queue in trace.sharing.queues.values() {
            queue.lengths(window);
            for passage in queue.passages(window).take(50) {
                queue.passage(passage.number, QueueEnd::In);
            }
            queue.counts(window.to);
            for end in [QueueEnd::In, QueueEnd::Out] {
                queue.waiting_at(end, window.from);
                queue.waiting(end, window);
            }
        }
        for counter in trace.sharing.counters.values() {
            for copy in counter.shared().into_iter().chain(counter.copies().map(|(_, copy)| copy)) {
                copy.values(window);
                copy.first_loss();
                copy.next_loss(window.from);
                copy.last_loss(window.to);
                copy.lost(window.to);
                copy.expected(window.to);
            }
        }
        for (id, permits) in &trace.sharing.permits {
            permits.taken(window);
            permits.waiting(window);
            permits.waiting_at(window.from);
            permits.changes_before(window.to);
            trace.sharing.refusals(*id, window);
        }
        for lock in trace.locks.values() {
            lock.figures(window.to);
            lock.waiting(window);
            lock.holds(window).take(50).for_each(drop);
        }
    }
}

/// Where the payloads of a sound file lie.
fn payloads(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = HEAD;
    while let Some(length) = bytes.get(at + 1..at + 5) {
        let length = u32::from_le_bytes(length.try_into().expect("four bytes")) as usize;
        found.push(at + BLOCK_HEAD..at + BLOCK_HEAD + length);
        at += BLOCK_HEAD + length;
    }
    found
}

/// Makes the checksum of the block with this payload right again.
fn seal(bytes: &mut [u8], payload: &std::ops::Range<usize>) {
    let sum = {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&bytes[payload.start - BLOCK_HEAD..payload.start - 4]);
        hasher.update(&bytes[payload.clone()]);
        hasher.finalize()
    };
    bytes[payload.start - 4..payload.start].copy_from_slice(&sum.to_le_bytes());
}

#[test]
fn what_is_written_is_read_back_run_by_run() {
    let (short, long) = (story(3), story(2_000));
    let bytes = file(&[&short, &long]);
    let contents = read(&bytes).expect("a recording");
    assert_eq!((contents.damage, contents.sound), (None, bytes.len() as u64));
    assert_eq!(contents.runs.len(), 2);
    for (run, events) in contents.runs.iter().zip([&short, &long]) {
        assert_eq!(run.header, "{\"plan\": \"a plan\"}");
        assert_eq!(run.begin, Some(begin()));
        assert_eq!(run.end, Some(end()));
        assert_eq!((&run.failed, run.tail), (&None, Some("load 0.1")));
        let stamps = || events.iter().map(|stamped| stamped.at);
        assert_eq!(run.span, stamps().min().zip(stamps().max()));
        assert!(run.skipped.is_empty() && run.names == Some(told_names()) && run.plan == Some("{}"));
        assert_eq!(run.events, events.len() as u64);
        assert_eq!(run.events(), *events);
    }
    let each = bytes.len() / (short.len() + long.len());
    assert!(each < 12, "{each} bytes an event");
}

#[test]
fn an_opened_run_is_what_it_was_live() {
    let events = story(900);
    let mut live = Trace::new(names(), 4).naming_locks(vec!["a".to_owned(), "b".to_owned()]);
    live.begin(&begin());
    events.chunks(50).for_each(|sweep| live.extend(sweep));
    live.end(end());
    let bytes = file(&[&events]);
    let opened = open(&read(&bytes).expect("a recording").runs[0]);
    assert_eq!(opened.makespan(), live.makespan());
    let marks = |t: &Trace| t.tasks.iter().map(|t| t.marks().to_vec()).collect::<Vec<_>>();
    assert_eq!(marks(&opened), marks(&live));
    for until in [0, 1_000, 50_000, 500_000, 700_000].map(Ns) {
        assert_eq!(opened.stats(until), live.stats(until));
        assert_eq!(opened.aggregate().totals(until), live.aggregate().totals(until));
    }
}

#[test]
fn an_opened_run_keeps_everything() {
    let count = crate::trace::KEPT_MARKS as u64 + 20_000;
    let stamped = |n: u64| {
        let state = if (n / u64::from(TASKS)).is_multiple_of(2) { State::Running } else { State::Sleep };
        let task = TaskId((n % u64::from(TASKS)) as u32);
        own(n * 100, task.0 as u16, Event::Enter { task, state, holds: true, ago: Ns::ZERO, due: None })
    };
    let events: Vec<Stamped> = (0..count).map(stamped).collect();
    let bytes = file(&[&events]);
    let trace = open(&read(&bytes).expect("a recording").runs[0]);
    assert_eq!(trace.forgotten, Ns::ZERO);
    assert_eq!(trace.tasks.iter().map(|t| t.marks().len() as u64).sum::<u64>(), count);
}

#[test]
fn a_run_that_broke_off_says_why_and_one_that_was_cut_off_says_nothing() {
    let mut writer = FileWriter::create(Vec::new()).expect("a vector takes everything");
    writer.header("first").expect("a vector takes everything");
    writer.frame(&Frame::Failed(Failure::Killed)).expect("a vector takes everything");
    writer.header("second").expect("a vector takes everything");
    writer.frame(&Frame::Begin(begin())).expect("a vector takes everything");
    writer.events(&story(1)).expect("a vector takes everything");
    writer.header("third").expect("a vector takes everything");
    let bytes = writer.into_inner().expect("a vector takes everything");
    let contents = read(&bytes).expect("a recording");
    assert_eq!(contents.damage, None);
    let [first, second, third] = contents.runs.as_slice() else { panic!("{contents:?}") };
    assert_eq!((&first.failed, &first.begin), (&Some(Failure::Killed), &None));
    assert_eq!((second.header, second.events(), &second.end), ("second", story(1), &None));
    assert_eq!((third.header, third.events), ("third", 0));
    for run in &contents.runs {
        ask(&open(run));
    }
}

/// The kind of a block as a number, and its payload.
type Raw<'a> = (u8, &'a [u8]);

/// A file of these blocks.
fn raw(minor: u16, blocks: &[Raw<'_>]) -> Vec<u8> {
    let mut bytes = head().to_vec();
    bytes[10..12].copy_from_slice(&minor.to_le_bytes());
    let sum = crc32fast::hash(&bytes[..12]);
    bytes[12..16].copy_from_slice(&sum.to_le_bytes());
    for (kind, payload) in blocks {
        let start = bytes.len() + BLOCK_HEAD;
        bytes.extend(block_head(BlockKind::Tail, &[payload]));
        bytes[start - BLOCK_HEAD] = *kind;
        bytes.extend_from_slice(payload);
        seal(&mut bytes, &(start..start + payload.len()));
    }
    bytes
}

#[test]
fn kinds_of_a_newer_minor_version_are_skipped_and_a_newer_major_one_is_refused() {
    let blocks: &[Raw<'_>] =
        &[(99, b"new"), (BlockKind::Header as u8, b"h"), (77, &[0; 90]), (BlockKind::Tail as u8, b"t")];
    let newer = raw(MINOR + 1, blocks);
    let contents = read(&newer).expect("a recording");
    assert_eq!((contents.runs[0].header, contents.runs[0].tail, contents.damage), ("h", Some("t"), None));
    assert_eq!(contents.runs[0].skipped.blocks, BTreeMap::from([(77, 1)]));
    let mut first = raw(MINOR, &blocks[1..]);
    first[8..10].copy_from_slice(&1u16.to_le_bytes());
    let sum = crc32fast::hash(&first[..12]);
    first[12..16].copy_from_slice(&sum.to_le_bytes());
    let damage = read(&first).expect("a recording").damage.expect("a damage");
    assert_eq!(damage.to_string(), "damaged at byte 26: a block of kind 77, which this format does not have");

    let mut major = newer;
    major[8..10].copy_from_slice(&7u16.to_le_bytes());
    let sum = crc32fast::hash(&major[..12]);
    major[12..16].copy_from_slice(&sum.to_le_bytes());
    let why = read(&major).expect_err("another format").to_string();
    assert_eq!(
        why,
        "the recording has format 7.1, this version reads format 2 and older ones: open it with a newer concviz"
    );
}

#[test]
fn what_is_no_recording_is_told_so_in_a_sentence() {
    let sentence = |bytes: &[u8]| read(bytes).expect_err("nothing to be read").to_string();
    assert_eq!(sentence(b""), "the file is empty: nothing was recorded into it");
    let stranger = "this is no recording of concviz: expected a file that `--trace` has written";
    assert_eq!(sentence(b"{\"traceEvents\": []}"), stranger);
    assert_eq!(sentence(b"x"), stranger);
    let cut = "the recording is damaged in its first 16 bytes: nothing can be read from it";
    assert_eq!(sentence(b"conc"), cut);
    assert_eq!(sentence(&head()), "the recording holds no run: it ends before the first one begins");
    let mut noise = head().to_vec();
    noise.extend([0; 40]);
    let damaged = "the recording is damaged at byte 16: a block whose checksum is wrong, before its first run begins: nothing can be read from it";
    assert_eq!(sentence(&noise), damaged);
}

#[test]
fn a_file_of_nothing_but_begins_takes_no_more_memory_than_is_stated() {
    let bytes = raw(MINOR, &vec![(BlockKind::Header as u8, b"".as_slice()); 70_000]);
    let contents = read(&bytes).expect("a recording");
    assert_eq!(contents.runs.len(), 1 << 16);
    assert_eq!(contents.damage.map(|d| d.at), Some(contents.sound));
}

#[test]
fn parts_out_of_place_are_damage() {
    let json = serde_json::to_vec(&begin()).expect("it is data");
    let account = serde_json::to_vec(&end()).expect("it is data");
    let (h, b, e) = ((1, b"h".as_slice()), (2, json.as_slice()), (4, account.as_slice()));
    let orders: &[(&[Raw<'_>], usize)] = &[
        (&[h, (3, &[0, 0, 0])], 1),
        (&[h, b, b], 2),
        (&[h, e], 1),
        (&[h, b, e, (3, &[0, 0, 0])], 3),
        (&[h, b, e, e], 3),
        (&[h, (5, br#"{"reason":"killed"}"#), b], 2),
        (&[h, (5, b"why")], 1),
        (&[h, (6, b"t"), (6, b"t")], 2),
        (&[h, b, (3, &[1, 0, 0, 0x20, 1])], 2),
        (&[h, b, (3, &[0, 0, 0, 0])], 2),
        (&[h, (2, b"3")], 1),
        (&[h, (7, b"3")], 1),
        (&[h, b, (7, b"{}")], 2),
        (&[h, (8, b"{}"), (8, b"{}")], 2),
        (&[h, b, (8, b"{}")], 2),
        (&[h, (6, &[0xff, 0xfe])], 1),
    ];
    for (blocks, wrong) in orders {
        let bytes = raw(MINOR, blocks);
        let contents = read(&bytes).expect("a recording");
        let at = payloads(&bytes)[*wrong].start - BLOCK_HEAD;
        assert_eq!(contents.damage.map(|d| d.at), Some(at as u64), "{blocks:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_recording_or_a_sentence(bytes in proptest::collection::vec(any::<u8>(), 0..400), minor in 0u16..2) {
        let blocks: [Raw<'_>; 3] = [(1, b"h"), (2, b"{}"), (3, &bytes)];
        for bytes in [bytes.clone(), raw(minor, &blocks)] {
            if let Ok(contents) = read(&bytes) {
                contents.runs.iter().for_each(|run| ask(&open(run)));
            }
        }
    }
}
