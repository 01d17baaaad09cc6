use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::semantics::{LockUse, TABLE};
use crate::state::State;
use crate::units::{CounterId, Ns, TaskId};

const MS: fn(u64) -> Ns = Ns::from_millis;

fn compute(amount: u64) -> Op {
    Op::Compute(Kernel::Count, Work::Iterations(amount))
}

fn interpreter(steps: &[Op], model: ModelKind) -> Interpreter<'_> {
    Interpreter::new(steps, model, &TABLE, Dice::new(1, 0))
}

/// The record of a program: each action that it asked for, in order.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Did(Action, Effect),
    LetGo(LockIndex),
    Round,
    Switch,
    Asked(Vec<TaskId>, Depth),
}

/// A host that does nothing and has a clock of its own, on which every step takes a millisecond. It says that other
/// tasks are over at the third question after them, and from the twentieth on. Every second lock that is tried is
/// taken, as long as there are few tries; every fourth message is missing, and all from the twentieth on.
#[derive(Default)]
struct Pretending {
    seen: Vec<Seen>,
    clock: Ns,
    asked: usize,
    tries: usize,
    messages: usize,
    loads: u32,
}

impl Pretending {
    fn act(&mut self, action: Action, effect: Effect, value: &mut u64) {
        self.clock += MS(1);
        self.seen.push(Seen::Did(action, effect));
        if let Action::Compute { amount, .. } = action {
            *value = value.wrapping_mul(31).wrapping_add(amount);
        }
    }

    fn tries(&mut self) -> bool {
        self.tries += 1;
        self.tries.is_multiple_of(2) || self.tries > 20
    }

    fn gets(&mut self) -> bool {
        self.messages += 1;
        !self.messages.is_multiple_of(4) && self.messages < 20
    }

    fn loads(&mut self) -> Loaded {
        self.loads += 1;
        Loaded { value: self.loads, at: Stamp(self.clock.0) }
    }

    fn are_over(&mut self, tasks: &[TaskId], depth: Depth) -> bool {
        self.seen.push(Seen::Asked(tasks.to_vec(), depth));
        self.asked += 1;
        self.asked.is_multiple_of(3) || self.asked > 20
    }

    fn follow(&mut self, mut program: Interpreter<'_>) -> (u64, u64) {
        let (mut answer, mut value) = (Answer::Done, 0);
        loop {
            answer = match program.next(answer) {
                Need::Step(action, effect) => {
                    if let Action::Compute { value: from, .. } = action {
                        assert_eq!(from, value);
                    }
                    self.act(action, effect, &mut value);
                    match action {
                        Action::Compute { .. } => Answer::Value(value),
                        Action::Try { .. } => Answer::Whether(self.tries()),
                        Action::Get { each: true, .. } => Answer::Whether(self.gets()),
                        Action::Get { .. } => Answer::Whether(true),
                        Action::Load(_) => Answer::Loaded(self.loads()),
                        Action::Wait(_) | Action::Request { .. } | Action::Read(_) | Action::Write(_) => Answer::Done,
                        Action::GiveWay | Action::Take { .. } | Action::Put { .. } => Answer::Done,
                        Action::Store(..) | Action::Increment(_) => Answer::Done,
                    }
                }
                Need::Switch => {
                    self.seen.push(Seen::Switch);
                    Answer::Done
                }
                Need::Release(lock) => {
                    self.seen.push(Seen::LetGo(lock));
                    Answer::Done
                }
                Need::Now => Answer::Instant(Stamp(self.clock.0)),
                Need::Round => {
                    self.seen.push(Seen::Round);
                    Answer::Done
                }
                Need::Others { tasks, depth } => Answer::Over(self.are_over(tasks, depth)),
                // Here the lock may be free the next time all the same.
                Need::Spins(_) => Answer::Done,
                Need::End { value: told, laps } => {
                    assert_eq!(told, value);
                    assert_eq!(program.next(Answer::Done), Need::End { value, laps }, "it stays over");
                    return (value, laps);
                }
            };
        }
    }

    /// The same program by plain recursion, as a reader of a workload file imagines it. Returns whether it tried a lock
    /// in vain, outside any `retry` in it.
    fn recurse(&mut self, ops: &[Op], model: ModelKind, (value, laps): (&mut u64, &mut u64), depth: Depth) -> bool {
        let mut refused = false;
        for op in ops {
            let effect = op.kind().map(|kind| TABLE.effect(kind, model));
            let passes_by = effect.is_some_and(|e| e.worker == Worker::PassesBy);
            let mut did = |this: &mut Pretending, action| {
                if let Some(effect) = effect.filter(|_| !passes_by) {
                    this.act(action, effect, value);
                }
            };
            match op {
                Op::Compute(kernel, work)
                | Op::HoldingCall(kernel, work)
                | Op::ReleasingCall(kernel, work)
                | Op::Gap(kernel, work) => {
                    let (from, effect) = (*value, effect.expect("each is in the table"));
                    let action = Action::Compute { kernel: *kernel, amount: iterations(*work), value: from };
                    self.act(action, effect, value);
                }
                Op::Sleep(time) | Op::BlockingSleep(time) => did(self, Action::Wait(*time)),
                Op::Yield | Op::Await => did(self, Action::GiveWay),
                Op::Request(request) => {
                    did(self, Action::Request { latency: request.latency, bytes: request.bytes });
                }
                Op::Read(bytes) => did(self, Action::Read(*bytes)),
                Op::Write(bytes) => did(self, Action::Write(*bytes)),
                Op::Lock(lock, body) => {
                    did(self, Action::Take { lock: *lock, depth });
                    refused |= self.recurse(body, model, (value, laps), depth);
                    if !passes_by {
                        self.seen.push(Seen::LetGo(*lock));
                    }
                }
                Op::Try(lock, body, otherwise) => {
                    did(self, Action::Try { lock: *lock, depth });
                    if passes_by {
                        refused |= self.recurse(body, model, (value, laps), depth);
                    } else if self.tries() {
                        refused |= self.recurse(body, model, (value, laps), depth);
                        self.seen.push(Seen::LetGo(*lock));
                    } else {
                        refused = true;
                        self.recurse(otherwise, model, (value, laps), depth);
                    }
                }
                Op::Put(queue, bytes) => did(self, Action::Put { queue: *queue, bytes: *bytes }),
                Op::Get(queue) => did(self, Action::Get { queue: *queue, each: false }),
                Op::AddAtomic(counter) => did(self, Action::Increment(*counter)),
                Op::Add(Addition { counter, switch }, body) => {
                    did(self, Action::Load(*counter));
                    let loaded = self.loads();
                    refused |= self.recurse(body, model, (value, laps), depth);
                    self.seen.extend(switch.then_some(Seen::Switch));
                    let effect = TABLE.effect(StepKind::Add, model);
                    self.act(Action::Store(*counter, loaded), effect, value);
                }
                Op::Repeat(until, body) => refused |= self.repeat(until, body, model, (value, laps), depth),
            }
        }
        refused
    }

    fn repeat(
        &mut self,
        until: &Until,
        body: &[Op],
        model: ModelKind,
        (value, laps): (&mut u64, &mut u64),
        depth: Depth,
    ) -> bool {
        let mut ever_refused = false;
        let (from, innermost) = (self.clock, !walk(body).any(|visit| visit.op.until().is_some()));
        let depth = depth + Depth::from(matches!(until, Until::Tasks(_)));
        let mut rounds = 0;
        while *until != Until::Times(rounds) {
            if let Until::Each(queue, _) = until {
                self.act(Action::Get { queue: *queue, each: true }, TABLE.effect(StepKind::Get, model), value);
                if !self.gets() {
                    break;
                }
            }
            let refused = self.recurse(body, model, (value, laps), depth);
            self.seen.push(Seen::Round);
            rounds += 1;
            *laps += u64::from(innermost);
            let over = match until {
                Until::Times(_) | Until::Each(..) => false,
                Until::Retry => !refused,
                Until::For(time) => self.clock - from >= *time,
                Until::Tasks(_) if !TABLE.others_move_during(body, model) => true,
                Until::Tasks(tasks) => self.are_over(tasks, depth),
            };
            ever_refused |= refused && *until != Until::Retry;
            if over {
                break;
            }
        }
        ever_refused
    }
}

fn steps() -> impl Strategy<Value = Vec<Op>> {
    let request = Request { latency: MS(3), spread: crate::workload::Spread::Constant, bytes: 8 };
    let leaf = prop_oneof![
        (0u64..9).prop_map(compute),
        (0u64..9).prop_map(|n| Op::HoldingCall(Kernel::Sort, Work::Iterations(n))),
        (0u64..9).prop_map(|n| Op::ReleasingCall(Kernel::Sha256, Work::Iterations(n))),
        (0u64..9).prop_map(|ms| Op::Sleep(MS(ms))),
        Just(Op::BlockingSleep(MS(1))),
        Just(Op::Yield),
        Just(Op::Await),
        Just(Op::Request(request)),
        Just(Op::Read(5)),
        Just(Op::Write(6)),
        (0u8..2).prop_map(|queue| Op::Put(QueueId(queue), 7)),
        (0u8..2).prop_map(|queue| Op::Get(QueueId(queue))),
        (0u8..2).prop_map(|counter| Op::AddAtomic(CounterId(counter))),
        (0u64..9).prop_map(|n| Op::Gap(Kernel::Count, Work::Iterations(n))),
    ];
    let op = leaf.prop_recursive(4, 40, 4, |inner| {
        let body = || proptest::collection::vec(inner.clone(), 1..4);
        // A `repeat for` ends only if something in it takes time.
        let timed = |mut body: Vec<Op>| {
            body.push(compute(1));
            Op::Repeat(Until::For(MS(4)), body)
        };
        prop_oneof![
            (0u16..3, body()).prop_map(|(lock, body)| Op::Lock(LockIndex(lock), body)),
            (0u16..3, body(), proptest::collection::vec(inner.clone(), 0..3))
                .prop_map(|(lock, body, otherwise)| Op::Try(LockIndex(lock), body, otherwise)),
            (any::<bool>(), proptest::collection::vec(inner.clone(), 0..3))
                .prop_map(|(switch, body)| Op::Add(Addition { counter: CounterId(0), switch }, body)),
            body().prop_map(|body| Op::Repeat(Until::Each(QueueId(1), 3), body)),
            body().prop_map(|body| Op::Repeat(Until::Retry, body)),
            (0u64..4, body()).prop_map(|(n, body)| Op::Repeat(Until::Times(n), body)),
            body().prop_map(timed),
            body().prop_map(|body| Op::Repeat(Until::Tasks(vec![TaskId(7)]), body)),
        ]
    });
    proptest::collection::vec(op, 0..5)
}

proptest! {
    #[test]
    fn a_program_needs_just_what_its_text_says(ops in steps()) {
        for model in ModelKind::ALL {
            let mut told = Pretending::default();
            let result = told.follow(interpreter(&ops, model));
            let mut expected = Pretending::default();
            let (mut value, mut laps) = (0, 0);
            expected.recurse(&ops, model, (&mut value, &mut laps), 0);
            prop_assert_eq!(&told.seen, &expected.seen, "{:?}", model);
            prop_assert_eq!(result, (value, laps));
        }
    }
}

#[test]
fn what_a_cell_of_the_table_says_reaches_the_host() {
    let request = Request { latency: MS(3), spread: crate::workload::Spread::Constant, bytes: 8 };
    let ops = [
        compute(5),
        Op::HoldingCall(Kernel::Sort, Work::Iterations(5)),
        Op::ReleasingCall(Kernel::Sha256, Work::Iterations(5)),
        Op::Sleep(MS(1)),
        Op::BlockingSleep(MS(1)),
        Op::Yield,
        Op::Await,
        Op::Request(request),
        Op::Read(1),
        Op::Write(1),
        Op::Lock(LockIndex(0), vec![Op::Sleep(MS(1))]),
        Op::Try(LockIndex(0), vec![Op::Sleep(MS(1))], vec![]),
        Op::Put(QueueId(0), 1),
        Op::Get(QueueId(0)),
        Op::Add(Addition { counter: CounterId(0), switch: false }, vec![Op::Sleep(MS(1))]),
        Op::AddAtomic(CounterId(0)),
        Op::Gap(Kernel::Count, Work::Iterations(5)),
    ];
    let other = Effect { worker: Worker::YieldsCore, lock: LockUse::Released, state: State::Copying, by_value: true };
    let nothing = Effect { worker: Worker::PassesBy, ..other };
    for model in ModelKind::ALL {
        for op in &ops {
            let step = op.kind().expect("each is in the table");
            let usual = TABLE.effect(step, model);
            if usual.worker != Worker::PassesBy {
                assert_eq!(first_effect(op, model, &TABLE), Some(usual), "{step:?} {model:?}");
            }
            let asked = first_effect(op, model, &TABLE.with(step, model, other));
            assert_eq!(asked, Some(other), "{step:?} {model:?}");
            // When a lock or an addition passes by, the steps inside it remain.
            let rest = op.encloses().then(|| TABLE.effect(StepKind::Sleep, model));
            let asked = first_effect(op, model, &TABLE.with(step, model, nothing));
            assert_eq!(asked, rest, "{step:?} {model:?}");
        }
    }
}

/// The effect of the first action that a program of `op` asks for; `None` if it asks for none.
fn first_effect(op: &Op, model: ModelKind, table: &Table) -> Option<Effect> {
    let mut program = Interpreter::new(std::slice::from_ref(op), model, table, Dice::new(1, 0));
    if let Need::Step(_, effect) = program.next(Answer::Done) { Some(effect) } else { None }
}

/// A host without real time, on which all tasks share one loop: computing takes a millisecond for each iteration,
/// timers and the server take what they say. Returns when all tasks are over.
fn simulated(programs: &[Vec<Op>]) -> Ns {
    let mut tasks: Vec<_> = programs.iter().map(|ops| interpreter(ops, ModelKind::Async)).collect();
    // When each task goes on, in the order in which they asked.
    let mut due: BTreeMap<(Ns, u64), (usize, Answer)> = BTreeMap::new();
    let mut asked = 0;
    for task in 0..tasks.len() {
        due.insert((Ns::ZERO, asked), (task, Answer::Done));
        asked += 1;
    }
    let mut now = Ns::ZERO;
    while let Some(((at, _), (task, mut answer))) = due.pop_first() {
        now = now.max(at);
        loop {
            answer = match tasks[task].next(answer) {
                Need::Step(Action::Compute { amount, value, .. }, _) => {
                    now += MS(amount);
                    Answer::Value(value + amount)
                }
                Need::Step(action, effect) => {
                    let then = now + action.due().unwrap_or_default();
                    if effect.worker == Worker::Blocks {
                        now = then;
                        Answer::Done
                    } else {
                        due.insert((then, asked), (task, Answer::Done));
                        asked += 1;
                        break;
                    }
                }
                Need::Now => Answer::Instant(Stamp(now.0)),
                Need::Release(_) | Need::Round | Need::Switch | Need::Spins(_) => Answer::Done,
                Need::Others { .. } => Answer::Over(true),
                Need::End { .. } => break,
            };
        }
    }
    now
}

#[test]
fn a_host_without_real_time_can_follow() {
    let waits = |op: fn(Ns) -> Op| vec![op(MS(20)), compute(3), op(MS(20))];
    assert_eq!(simulated(&vec![waits(Op::Sleep); 5]), MS(20 + 5 * 3 + 20), "the last to compute is the last to wake");
    assert_eq!(simulated(&vec![waits(Op::BlockingSleep); 5]), MS(5 * 43), "nobody gives way");
    let for_a_while = vec![Op::Repeat(Until::For(MS(10)), vec![compute(4), Op::Yield])];
    assert_eq!(simulated(&[for_a_while]), MS(12), "it ends with the round in which the time is up");
}

#[test]
fn a_retry_on_a_loop_that_never_gives_way_once_its_lock_is_taken_spins() {
    let retry =
        |otherwise: Vec<Op>| vec![Op::Repeat(Until::Retry, vec![Op::Try(LockIndex(3), vec![Op::Yield], otherwise)])];
    // The rounds until it spins or is done, where the lock is taken three times and then free.
    let rounds = |otherwise, model| {
        let program = retry(otherwise);
        let mut program = interpreter(&program, model);
        let (mut answer, mut tries) = (Answer::Done, 0);
        loop {
            answer = match program.next(answer) {
                Need::Step(Action::Try { .. }, _) => {
                    tries += 1;
                    Answer::Whether(tries > 3)
                }
                Need::Step(Action::Compute { amount, value, .. }, _) => Answer::Value(value + amount),
                Need::Spins(lock) => return (tries, Some(lock)),
                Need::End { .. } => return (tries, None),
                Need::Step(..) | Need::Release(_) | Need::Now | Need::Round | Need::Switch => Answer::Done,
                Need::Others { .. } => Answer::Over(true),
            };
        }
    };
    assert_eq!(rounds(vec![compute(1)], ModelKind::Async), (1, Some(LockIndex(3))));
    assert_eq!(rounds(vec![Op::BlockingSleep(MS(1))], ModelKind::Async), (1, Some(LockIndex(3))));
    assert_eq!(rounds(vec![Op::Await], ModelKind::Async), (4, None));
    assert_eq!(rounds(vec![compute(1)], ModelKind::Threads), (4, None), "others move all the time");
}

#[test]
fn where_nobody_else_moves_a_loop_that_waits_for_others_ends_after_a_round() {
    let waits = vec![Op::Repeat(Until::Tasks(vec![TaskId(1)]), vec![Op::Sleep(MS(1))])];
    let rounds = |model| {
        let mut host = Pretending::default();
        host.follow(interpreter(&waits, model)).1
    };
    assert_eq!(ModelKind::ALL.map(rounds), [1, 3, 3, 3]);
}
