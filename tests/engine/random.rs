//! Programs at random, held against what they must come to: sums of programs without a race that any order can change,
//! and how far tasks get that only send and receive, which a few lines work out without threads, processes or a loop.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;

use concviz::model::{GlobalLock, Model, ModelKind};
use concviz::plan::Plan;
use concviz::state::{Awaited, Failure, Outcome, State, Waiting};
use concviz::trace::{Event, QueueUse};
use concviz::units::{CounterId, Ns, QueueId, TaskId};
use concviz::workload::{Addition, Counter, LockIndex, Op, Queue, Task, Until};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::{EXE, Run, compute, ending, plan, sleep, task};
use crate::talking::{check_queue, lost};

/// The counters that everybody adds to under the lock, in one instruction, and in several with nothing to protect them.
const LOCKED: CounterId = CounterId(0);
const ATOMIC: CounterId = CounterId(1);
const RACED: CounterId = CounterId(2);
/// A lock, and one with two permits.
const ALONE: LockIndex = LockIndex(0);
const SLOTS: LockIndex = LockIndex(1);

/// A few runs each: a run has a process of its own.
fn few(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, max_shrink_iters: 50, failure_persistence: None, ..ProptestConfig::default() }
}

fn any_lock() -> impl Strategy<Value = GlobalLock> {
    let gil = GlobalLock::gil(Ns::from_micros(300));
    select(vec![GlobalLock::Off, gil, GlobalLock::GilLegacy { check_interval: 700 }])
}

fn plan_of(model: Model, tasks: Vec<Task>, rooms: &[u32]) -> Plan {
    let queue = |(place, room): (usize, &u32)| Queue { name: place.to_string(), room: *room };
    let counter = |name: &str| Counter { name: name.to_owned(), start: 7 };
    let count = tasks.len() as u16;
    Plan {
        queues: rooms.iter().enumerate().map(queue).collect(),
        counters: ["locked", "atomic", "raced"].map(counter).into(),
        locks: ["alone", "slots"].map(str::to_owned).into(),
        limits: vec![1, 2],
        ..plan(model, count, tasks)
    }
}

/// A piece of a program that comes to the same in any order.
#[derive(Clone, Debug)]
enum Piece {
    Work(u64),
    Nap,
    GiveWay,
    AddAtomic,
    /// An addition in several steps under the lock.
    AddLocked {
        switch: bool,
        gap: u64,
    },
    /// An addition that nothing protects.
    Race {
        switch: bool,
        gap: u64,
    },
    /// With one of two permits.
    Slot(Vec<Piece>),
    /// Either way the same work.
    Try(u64),
    /// Goes round until the lock was free.
    Retry(u64),
    Times(u64, Vec<Piece>),
    /// Puts so many bytes into a queue further on.
    Put(Index, u64),
}

/// What some steps come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sums {
    iterations: u64,
    /// Additions to each counter.
    additions: [u64; 3],
    /// Messages and bytes put into each queue.
    put: Vec<(u64, u64)>,
}

impl Sums {
    fn add(&mut self, other: &Sums, times: u64) {
        self.iterations += other.iterations * times;
        self.additions.iter_mut().zip(other.additions).for_each(|(sum, more)| *sum += more * times);
        for (sum, more) in self.put.iter_mut().zip(&other.put) {
            *sum = (sum.0 + more.0 * times, sum.1 + more.1 * times);
        }
    }
}

impl Piece {
    /// Its steps in a task that may put into the queues from `first` on, of `queues`; nothing where there is none.
    fn op(&self, first: usize, queues: usize) -> Option<Op> {
        let ops = |pieces: &[Piece]| pieces.iter().filter_map(|piece| piece.op(first, queues)).collect::<Vec<_>>();
        let gap = |gap: u64| if gap == 0 { Vec::new() } else { vec![compute(gap)] };
        Some(match self {
            Piece::Work(iterations) => compute(*iterations),
            Piece::Nap => sleep(1),
            Piece::GiveWay => Op::Yield,
            Piece::AddAtomic => Op::AddAtomic(ATOMIC),
            Piece::AddLocked { switch, gap: work } => {
                Op::Lock(ALONE, vec![Op::Add(Addition { counter: LOCKED, switch: *switch }, gap(*work))])
            }
            Piece::Race { switch, gap: work } => Op::Add(Addition { counter: RACED, switch: *switch }, gap(*work)),
            Piece::Slot(pieces) => Op::Lock(SLOTS, ops(pieces)),
            Piece::Try(work) => Op::Try(ALONE, vec![compute(*work)], vec![compute(*work)]),
            Piece::Retry(work) => {
                Op::Repeat(Until::Retry, vec![Op::Try(ALONE, vec![compute(*work)], vec![Op::Yield, sleep(1)])])
            }
            Piece::Times(times, pieces) => Op::Repeat(Until::Times(*times), ops(pieces)),
            Piece::Put(..) if first == queues => return None,
            Piece::Put(place, bytes) => Op::Put(QueueId((first + place.index(queues - first)) as u8), *bytes),
        })
    }

    fn sums(&self, first: usize, queues: usize) -> Sums {
        let mut sums = Sums { put: vec![(0, 0); queues], ..Sums::default() };
        match self {
            Piece::Work(work) | Piece::Try(work) | Piece::Retry(work) => sums.iterations = *work,
            Piece::Nap | Piece::GiveWay => {}
            Piece::AddLocked { gap, .. } => (sums.additions[0], sums.iterations) = (1, *gap),
            Piece::AddAtomic => sums.additions[1] = 1,
            Piece::Race { gap, .. } => (sums.additions[2], sums.iterations) = (1, *gap),
            Piece::Slot(pieces) => sums.add(&all(pieces, first, queues), 1),
            Piece::Times(times, pieces) => sums.add(&all(pieces, first, queues), *times),
            Piece::Put(..) if first == queues => {}
            Piece::Put(place, bytes) => sums.put[first + place.index(queues - first)] = (1, *bytes),
        }
        sums
    }
}

fn all(pieces: &[Piece], first: usize, queues: usize) -> Sums {
    let mut sums = Sums { put: vec![(0, 0); queues], ..Sums::default() };
    pieces.iter().for_each(|piece| sums.add(&piece.sums(first, queues), 1));
    sums
}

/// Makers, and for each queue who takes its messages: they may put into later queues only, so that none waits in vain.
#[derive(Clone, Debug)]
struct Network {
    makers: Vec<Vec<Piece>>,
    /// For each queue its room, how many tasks take from it, and what these do for each message.
    queues: Vec<(u32, usize, Vec<Piece>)>,
}

impl Network {
    fn tasks(&self) -> Vec<Task> {
        let ops = |pieces: &[Piece], first| -> Vec<Op> {
            pieces.iter().filter_map(|piece| piece.op(first, self.queues.len())).collect()
        };
        let makers = self.makers.iter().map(|pieces| task(ops(pieces, 0)));
        let users = self.queues.iter().enumerate().flat_map(|(place, (_, count, pieces))| {
            let each = Until::Each(QueueId(place as u8), 1);
            vec![task(vec![Op::Repeat(each, ops(pieces, place + 1))]); *count]
        });
        makers.chain(users).collect()
    }

    /// What it comes to: of the messages of each queue, all are used.
    fn sums(&self) -> Sums {
        let mut sums = all(&[], 0, self.queues.len());
        self.makers.iter().for_each(|pieces| sums.add(&all(pieces, 0, self.queues.len()), 1));
        for (place, (_, _, pieces)) in self.queues.iter().enumerate() {
            let messages = sums.put[place].0;
            sums.add(&all(pieces, place + 1, self.queues.len()), messages);
        }
        sums
    }
}

/// Pieces without messages, which may stand where a lock is held.
fn plain() -> impl Strategy<Value = Piece> {
    let gap = || prop_oneof![Just(0u64), 1u64..4_000];
    prop_oneof![
        4 => (1u64..6_000).prop_map(Piece::Work),
        1 => Just(Piece::Nap),
        1 => Just(Piece::GiveWay),
        1 => Just(Piece::AddAtomic),
        2 => (any::<bool>(), gap()).prop_map(|(switch, gap)| Piece::AddLocked { switch, gap }),
        2 => (any::<bool>(), gap()).prop_map(|(switch, gap)| Piece::Race { switch, gap }),
        1 => (1u64..3_000).prop_map(Piece::Try),
        1 => (1u64..3_000).prop_map(Piece::Retry),
    ]
}

fn piece() -> impl Strategy<Value = Piece> {
    let bytes = || select(vec![0u64, 0, 1, 1_000, 70_000, 300_000]);
    prop_oneof![
        4 => plain(),
        1 => vec(plain(), 0..3).prop_map(Piece::Slot),
        4 => (any::<Index>(), bytes()).prop_map(|(place, bytes)| Piece::Put(place, bytes)),
    ]
}

fn network() -> impl Strategy<Value = Network> {
    let rounds = (1u64..8, vec(piece(), 1..5)).prop_map(|(times, pieces)| Piece::Times(times, pieces));
    let maker = vec(prop_oneof![rounds, piece()], 1..4);
    let queue = (1u32..6, 1usize..4, vec(piece(), 0..4));
    (vec(maker, 1..4), vec(queue, 1..4)).prop_map(|(makers, queues)| Network { makers, queues })
}

/// What must hold of a run of `network` under `model`.
fn check(network: &Network, model: Model, run: &Run) {
    let tasks = network.tasks();
    let sums = network.sums();
    assert_eq!(run.outcomes(), vec![Outcome::Done; tasks.len()]);
    assert_eq!(run.end.lost, 0);
    for (place, (account, (room, ..))) in run.end.queues.iter().zip(&network.queues).enumerate() {
        let (put, bytes) = sums.put[place];
        assert_eq!(*account, QueueUse { put, got: put, bytes, closed: true }, "queue {place}");
        let room = Some(*room).filter(|_| model.kind != ModelKind::Serial);
        check_queue(run, place as u8, *account, room);
    }
    let values: u64 = run.values().into_iter().flatten().sum();
    assert_eq!(values, sums.iterations);
    let apart = model.kind == ModelKind::Processes;
    for (counter, (account, expected)) in run.end.counters.iter().zip(sums.additions).enumerate() {
        assert_eq!(account.additions, expected, "counter {counter}");
        let lost = lost(run, CounterId(counter as u8));
        if apart {
            // Nothing is shared, so nothing is lost.
            let copies: u64 = account.copies.iter().map(|copy| u64::from(copy - 7)).sum();
            assert_eq!((copies, account.value, lost), (expected, 7, 0), "counter {counter}");
        } else {
            assert_eq!(i64::from(account.value) + lost, 7 + expected.cast_signed(), "counter {counter}");
            let may_lose = counter == usize::from(RACED.0) && model.kind == ModelKind::Threads;
            assert!(lost == 0 || may_lose, "counter {counter} lost {lost}");
        }
    }
    run.takers(ALONE.0);
    let most = run.events.iter().fold((0i32, 0), |(now, most), stamped| match stamped.event {
        Event::PermitTaken { .. } => (now + 1, most.max(now + 1)),
        Event::PermitReleased { .. } => (now - 1, most),
        _ => (now, most),
    });
    assert!(most.0 == 0 && most.1 <= 2, "{most:?}");
    every_wait_ends(run);
}

/// Each task's last state is its end, and no wait goes beyond it.
fn every_wait_ends(run: &Run) {
    for place in 0..run.end.results.len() {
        let spans = run.spans_of(TaskId(place as u32));
        assert_eq!(spans.last().map(|span| span.state), Some(State::Ended), "task {place}");
    }
}

/// A step of a task that only sends and receives, each queue having one who puts and one who gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Put(u8),
    Get(u8),
    /// Takes messages until the queue is closed and empty.
    Drain(u8),
    Work,
}

impl Step {
    fn op(self) -> Op {
        match self {
            Step::Put(queue) => Op::Put(QueueId(queue), 0),
            Step::Get(queue) => Op::Get(QueueId(queue)),
            Step::Drain(queue) => Op::Repeat(Until::Each(QueueId(queue), 1), vec![compute(50)]),
            Step::Work => compute(3_000),
        }
    }
}

/// Tasks that send and receive. Where each queue has one task at each end, how far they get is the same in any order.
#[derive(Clone, Debug)]
struct Talk {
    tasks: Vec<Vec<Step>>,
    rooms: Vec<u32>,
}

/// How a talk ends.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ending {
    /// All are done; so many messages went through each queue, and so many are left in it.
    Done(Vec<(u64, u64)>),
    /// These wait in vain.
    Stuck(BTreeSet<(usize, Step)>),
    /// These want a message from a queue that is empty and closed; the first ends the run.
    NoMessage(BTreeSet<(usize, u8)>),
}

impl Talk {
    fn plan(&self, model: Model) -> Plan {
        let named = |(place, steps): (usize, &Vec<Step>)| Task {
            name: format!("task {place}"),
            ..task(steps.iter().map(|step| step.op()).collect())
        };
        plan_of(model, self.tasks.iter().enumerate().map(named).collect(), &self.rooms)
    }

    /// How it ends: tasks go on for as long as one can, each in its turn; `alone`, each goes on to its end before the
    /// next begins, and queues have no bound.
    fn ending(&self, alone: bool) -> Ending {
        let mut lengths: Vec<VecDeque<()>> = vec![VecDeque::new(); self.rooms.len()];
        let mut put = vec![0u64; self.rooms.len()];
        let mut at = vec![0usize; self.tasks.len()];
        let is_over = |at: &[usize], task: usize| at[task] == self.tasks[task].len();
        let closed = |at: &[usize], queue: u8| {
            (0..self.tasks.len()).all(|task| is_over(at, task) || !self.tasks[task].contains(&Step::Put(queue)))
        };
        let has_room = |length: usize, queue: u8| alone || length < self.rooms[usize::from(queue)] as usize;
        loop {
            let mut moved = false;
            for task in 0..self.tasks.len() {
                while let Some(step) = self.tasks[task].get(at[task]) {
                    match *step {
                        Step::Work => at[task] += 1,
                        Step::Put(queue) if has_room(lengths[usize::from(queue)].len(), queue) => {
                            lengths[usize::from(queue)].push_back(());
                            put[usize::from(queue)] += 1;
                            at[task] += 1;
                        }
                        Step::Get(queue) if lengths[usize::from(queue)].pop_front().is_some() => at[task] += 1,
                        Step::Drain(queue) if lengths[usize::from(queue)].pop_front().is_some() => {}
                        Step::Drain(queue) if closed(&at, queue) => at[task] += 1,
                        Step::Put(_) | Step::Get(_) | Step::Drain(_) => break,
                    }
                    moved = true;
                }
                if alone && !is_over(&at, task) {
                    moved = false;
                    break;
                }
            }
            if !moved {
                break;
            }
        }
        let waits = (0..self.tasks.len()).filter_map(|task| self.tasks[task].get(at[task]).map(|step| (task, *step)));
        // Alone, who comes after the one that waits has not begun.
        let waits: BTreeSet<(usize, Step)> = waits.take(if alone { 1 } else { usize::MAX }).collect();
        let lacks = |(task, step): &(usize, Step)| match step {
            Step::Get(queue) if closed(&at, *queue) => Some((*task, *queue)),
            _ => None,
        };
        let lacking: BTreeSet<(usize, u8)> = waits.iter().filter_map(lacks).collect();
        if !lacking.is_empty() {
            Ending::NoMessage(lacking)
        } else if waits.is_empty() {
            Ending::Done(put.into_iter().zip(lengths.iter().map(|queue| queue.len() as u64)).collect())
        } else {
            Ending::Stuck(waits)
        }
    }
}

/// Talks that go well, with some of their steps left out, swapped or repeated.
fn talk() -> impl Strategy<Value = Talk> {
    let ends = vec((any::<Index>(), any::<Index>(), 1u32..4), 1..4);
    let said = vec(any::<Index>(), 1..20);
    let faults = prop_oneof![2 => Just(Vec::new()), 3 => vec((any::<Index>(), any::<Index>(), 0u8..4), 1..4)];
    (2usize..5, ends, said, faults, any::<bool>()).prop_map(|(count, ends, said, faults, drain)| {
        let mut tasks = vec![Vec::new(); count];
        for which in said {
            let queue = which.index(ends.len());
            let (from, to, _) = ends[queue];
            tasks[from.index(count)].extend([Step::Work, Step::Put(queue as u8)]);
            tasks[to.index(count)].push(Step::Get(queue as u8));
        }
        for (whose, place, what) in faults {
            let steps = &mut tasks[whose.index(count)];
            if steps.is_empty() {
                continue;
            }
            let at = place.index(steps.len());
            match what {
                0 => drop(steps.remove(at)),
                1 => steps.insert(at, steps[at]),
                2 => steps.swap(at, 0),
                _ => steps.reverse(),
            }
        }
        for (queue, (_, to, _)) in ends.iter().enumerate().filter(|_| drain) {
            tasks[to.index(count)].push(Step::Drain(queue as u8));
        }
        Talk { tasks, rooms: ends.iter().map(|(_, _, room)| *room).collect() }
    })
}

fn expected_wait(waiting: &Waiting) -> (usize, Step) {
    let queue = |name: &str| name.parse().expect("a queue's number");
    let place = waiting.task.strip_prefix("task ").and_then(|place| place.parse().ok());
    let step = match &waiting.awaits {
        Awaited::Room(name) => Step::Put(queue(name)),
        Awaited::Message(name) => Step::Get(queue(name)),
        other => panic!("nobody waits for that: {other:?}"),
    };
    (place.expect("a task's number"), step)
}

/// Whether `failure` is how `expected` has it.
fn is_as(expected: &Ending, failure: &Failure) -> bool {
    match (expected, failure) {
        (Ending::Stuck(waits), Failure::Stuck { waiting, pool: None }) => {
            let as_told = |(task, step): &(usize, Step)| match step {
                Step::Drain(queue) => (*task, Step::Get(*queue)),
                other => (*task, *other),
            };
            waiting.iter().map(expected_wait).collect::<Vec<_>>().len() == waits.len()
                && waiting.iter().map(expected_wait).all(|wait| waits.iter().map(as_told).any(|told| told == wait))
        }
        (Ending::NoMessage(lacking), Failure::NoMessage { task, queue }) => {
            lacking.iter().any(|(place, which)| *task == format!("task {place}") && *queue == which.to_string())
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(few(16))]

    /// No message is lost or doubled, order is kept, counters and results add up, no more have a lock than may, and
    /// every wait has an end, whatever the model.
    #[test]
    fn a_program_without_a_race_comes_to_the_same_under_every_model(network in network(), lock in any_lock()) {
        for kind in ModelKind::ALL {
            let model = Model { kind, lock };
            let rooms: Vec<u32> = network.queues.iter().map(|(room, ..)| *room).collect();
            let run = ending(Path::new(EXE), &plan_of(model, network.tasks(), &rooms));
            check(&network, model, &run.unwrap_or_else(|why| panic!("{model:?}: {why:?}")));
        }
    }
}

proptest! {
    #![proptest_config(few(24))]

    /// Tasks that only send and receive get as far as they must, and who waits in vain is named, no more and no fewer.
    #[test]
    fn every_wait_has_an_end_or_a_name(talk in talk(), lock in any_lock()) {
        for kind in ModelKind::ALL {
            let model = Model { kind, lock };
            let expected = talk.ending(kind == ModelKind::Serial);
            match (ending(Path::new(EXE), &talk.plan(model)), &expected) {
                (Ok(run), Ending::Done(queues)) => {
                    prop_assert_eq!(run.outcomes(), vec![Outcome::Done; talk.tasks.len()]);
                    every_wait_ends(&run);
                    for (place, (account, (put, left))) in run.end.queues.iter().zip(queues).enumerate() {
                        prop_assert_eq!((account.put, account.put - account.got), (*put, *left), "{:?} {}", model, place);
                        let room = Some(talk.rooms[place]).filter(|_| kind != ModelKind::Serial);
                        check_queue(&run, place as u8, *account, room);
                    }
                }
                (Err(why), _) if is_as(&expected, &why) => {}
                (told, _) => {
                    let told = told.map(|_| "it came to its end");
                    prop_assert!(false, "{:?}: {:?}, not {:?}", model, told, expected);
                }
            }
        }
    }
}
