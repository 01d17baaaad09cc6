//! The one interpreter of programs. It performs nothing itself: given the answer to its last request, it says what its
//! task needs next, and a **host** does that, on threads, on an event loop, or in no real time at all. It reads from
//! `semantics` what a step does under a model, and hands that on with the request. It knows no threads, no clocks and
//! no I/O.
//!
//! ```text
//!   program ──> Interpreter::next(answer) ──> Need ──> host ──> Answer ─┐
//!                        ^───────────────────────────────────────────────┘
//! ```

use crate::model::ModelKind;
use crate::semantics::{Effect, Table, Worker};
use crate::units::{QueueId, Stamp};
use crate::workload::{Addition, Kernel, LockIndex, Op, Request, StepKind, Until, Work, walk};

mod dice;
mod need;

pub use dice::Dice;
pub use need::{Action, Answer, Depth, Loaded, Need};

/// A task's program, and how far it has come.
#[derive(Clone, Debug)]
pub struct Interpreter<'p> {
    table: &'p Table,
    model: ModelKind,
    dice: Dice,
    /// Each list of steps that it is inside of, the innermost last; empty once the program is over.
    frames: Vec<Frame<'p>>,
    value: u64,
    laps: u64,
    depth: Depth,
    /// How many of its steps so far may have let other tasks on a loop go on.
    let_go: u64,
    asked: Asked<'p>,
}

/// A list of steps, and what to do at its end.
#[derive(Clone, Debug)]
struct Frame<'p> {
    steps: &'p [Op],
    next: usize,
    enclosing: Enclosing<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Enclosing<'p> {
    /// The steps stand by themselves.
    Nothing,
    /// The task holds this lock during the steps.
    Lock(LockIndex),
    /// A `repeat` that does the steps again.
    Repeat(Loop<'p>),
    /// The steps lie between this load and the store of an addition.
    Add(Addition, Loaded),
}

#[derive(Clone, Copy, Debug)]
struct Loop<'p> {
    until: &'p Until,
    /// Whether its rounds are laps, because it holds no further `repeat`.
    laps: bool,
    /// When it began; set only for a `repeat for`, which needs it.
    from: Stamp,
    /// Rounds so far.
    rounds: u64,
    /// The lock that a `try` in this round found taken.
    refused: Option<LockIndex>,
    /// As [`Interpreter::let_go`] was when this round of a `retry` began.
    let_go: u64,
}

/// What the next answer is the answer to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asked<'p> {
    /// A request whose answer says nothing.
    Nothing,
    /// What was computed.
    Value,
    /// When the innermost `repeat` begins.
    Begin,
    /// The end of a round: whatever the answer, it decides next whether there is another round.
    Round,
    /// When a round of the innermost `repeat` has ended.
    Clock,
    /// Whether others are over.
    Others,
    /// Whether this lock was free: the steps to do if it was, and those to do otherwise.
    Try(LockIndex, &'p [Op], &'p [Op]),
    /// Whether there is a message for the next round of the innermost `repeat`.
    Message,
    /// The value of the innermost addition's counter.
    Load,
}

impl<'p> Interpreter<'p> {
    /// The program `steps` under `model`, before its first step, with `table` deciding what each does, and `dice` how
    /// long each of its requests takes.
    pub fn new(steps: &'p [Op], model: ModelKind, table: &'p Table, dice: Dice) -> Interpreter<'p> {
        let frames = vec![Frame { steps, next: 0, enclosing: Enclosing::Nothing }];
        Interpreter { table, model, dice, frames, value: 0, laps: 0, depth: 0, let_go: 0, asked: Asked::Nothing }
    }

    /// Rounds of its innermost repeats so far.
    pub const fn laps(&self) -> u64 {
        self.laps
    }

    /// What the task needs next, given the `answer` to what it needed last.
    pub fn next(&mut self, answer: Answer) -> Need<'p> {
        let need = self.find_next(answer);
        if let Need::Step(_, effect) = need {
            self.let_go += u64::from(effect.worker.lets_the_loop_go());
        }
        need
    }

    fn find_next(&mut self, answer: Answer) -> Need<'p> {
        if let Some(need) = self.hear(answer) {
            return need;
        }
        loop {
            let Some(frame) = self.frames.last_mut() else {
                return Need::End { value: self.value, laps: self.laps };
            };
            let enclosing = frame.enclosing;
            if let Some(op) = frame.steps.get(frame.next) {
                frame.next += 1;
                if let Some(need) = self.begin(op) {
                    return need;
                }
                continue;
            }
            match enclosing {
                Enclosing::Repeat(of) => {
                    self.laps += u64::from(of.laps);
                    self.asked = Asked::Round;
                    return Need::Round;
                }
                Enclosing::Nothing => drop(self.frames.pop()),
                Enclosing::Add(Addition { switch: true, counter }, loaded) => {
                    frame.enclosing = Enclosing::Add(Addition { switch: false, counter }, loaded);
                    return Need::Switch;
                }
                Enclosing::Add(Addition { switch: false, counter }, loaded) => {
                    self.frames.pop();
                    return Need::Step(Action::Store(counter, loaded), self.effect(StepKind::Add));
                }
                Enclosing::Lock(lock) => {
                    self.frames.pop();
                    return Need::Release(lock);
                }
            }
        }
    }

    /// Takes in an answer; returns the need that follows at once, if there is one.
    fn hear(&mut self, answer: Answer) -> Option<Need<'p>> {
        match (std::mem::replace(&mut self.asked, Asked::Nothing), answer) {
            (Asked::Value, Answer::Value(value)) => self.value = value,
            (Asked::Begin, Answer::Instant(at)) => {
                if let Some(of) = self.innermost() {
                    of.from = at;
                }
            }
            (Asked::Round, _) => return self.end_round(),
            (Asked::Clock, Answer::Instant(at)) => {
                let over = |of: &mut Loop<'_>| matches!(of.until, Until::For(time) if at.since(of.from) >= *time);
                let over = self.innermost().is_none_or(over);
                self.again_unless(over);
            }
            (Asked::Others, Answer::Over(over)) => self.again_unless(over),
            (Asked::Message, Answer::Whether(there)) => self.again_unless(!there),
            (Asked::Try(lock, body, _), Answer::Whether(true)) => self.enter(body, Enclosing::Lock(lock)),
            (Asked::Try(lock, _, otherwise), Answer::Whether(false)) => {
                self.refuse(lock);
                self.enter(otherwise, Enclosing::Nothing);
            }
            (Asked::Load, Answer::Loaded(loaded)) => {
                if let Some(Frame { enclosing: Enclosing::Add(_, place), .. }) = self.frames.last_mut() {
                    *place = loaded;
                }
            }
            (asked, _) => debug_assert_eq!(asked, Asked::Nothing, "{answer:?} is no answer to that"),
        }
        None
    }

    /// The `repeat` whose steps are being done.
    fn innermost(&mut self) -> Option<&mut Loop<'p>> {
        match &mut self.frames.last_mut()?.enclosing {
            Enclosing::Repeat(of) => Some(of),
            Enclosing::Nothing | Enclosing::Lock(_) | Enclosing::Add(..) => None,
        }
    }

    /// A `try` found `lock` taken: the innermost `retry` around it goes round again.
    fn refuse(&mut self, lock: LockIndex) {
        let retries = self.frames.iter_mut().rev().filter_map(|frame| match &mut frame.enclosing {
            Enclosing::Repeat(of) if *of.until == Until::Retry => Some(of),
            Enclosing::Repeat(_) | Enclosing::Nothing | Enclosing::Lock(_) | Enclosing::Add(..) => None,
        });
        retries.take(1).for_each(|of| of.refused = Some(lock));
    }

    fn enter(&mut self, steps: &'p [Op], enclosing: Enclosing<'p>) {
        self.frames.push(Frame { steps, next: 0, enclosing });
    }

    /// What `step` does here.
    const fn effect(&self, step: StepKind) -> Effect {
        self.table.effect(step, self.model)
    }

    /// A round has ended: starts another, ends the loop, or returns the need that decides between them.
    fn end_round(&mut self) -> Option<Need<'p>> {
        let (table, model, depth, let_go) = (self.table, self.model, self.depth, self.let_go);
        let frame = self.frames.last_mut()?;
        let body = frame.steps;
        let Enclosing::Repeat(of) = &mut frame.enclosing else { return None };
        of.rounds += 1;
        let (until, rounds, refused) = (of.until, of.rounds, of.refused.take());
        let stood_still = std::mem::replace(&mut of.let_go, let_go) == let_go;
        match until {
            Until::Times(n) => self.again_unless(rounds >= *n),
            Until::For(_) => {
                self.asked = Asked::Clock;
                return Some(Need::Now);
            }
            Until::Tasks(tasks) if table.others_move_during(body, model) => {
                self.asked = Asked::Others;
                return Some(Need::Others { tasks, depth });
            }
            Until::Each(queue, _) => return self.ask_for_message(*queue),
            // On a loop the next round would find everything as this one did.
            Until::Retry => {
                self.again_unless(refused.is_none());
                return refused.filter(|_| stood_still && model == ModelKind::Async).map(Need::Spins);
            }
            // While this task goes round no other task can move, so waiting would never end.
            Until::Tasks(_) => self.again_unless(true),
        }
        None
    }

    /// Asks for the message that the next round of the innermost `repeat` begins with.
    fn ask_for_message(&mut self, queue: QueueId) -> Option<Need<'p>> {
        let effect = self.effect(StepKind::Get);
        if effect.worker == Worker::PassesBy {
            self.again_unless(true);
            return None;
        }
        self.asked = Asked::Message;
        Some(Need::Step(Action::Get { queue, each: true }, effect))
    }

    fn again_unless(&mut self, over: bool) {
        let Some(frame) = self.frames.last_mut() else { return };
        frame.next = 0;
        if over {
            if let Enclosing::Repeat(Loop { until: Until::Tasks(_), .. }) = frame.enclosing {
                self.depth = self.depth.saturating_sub(1);
            }
            self.frames.pop();
        }
    }

    /// Begins a step; returns what it needs, if it needs anything.
    fn begin(&mut self, op: &'p Op) -> Option<Need<'p>> {
        let effect = op.kind().map(|kind| self.effect(kind));
        let passes_by = effect.is_some_and(|effect| effect.worker == Worker::PassesBy);
        if passes_by {
            // The steps inside it remain.
            let [body, _] = op.bodies();
            if !body.is_empty() {
                self.enter(body, Enclosing::Nothing);
            }
            return None;
        }
        let (action, asked) = match op {
            Op::Repeat(until, body) => return self.repeat(until, body),
            Op::Lock(lock, body) => {
                self.enter(body, Enclosing::Lock(*lock));
                (Action::Take { lock: *lock, depth: self.depth }, Asked::Nothing)
            }
            Op::Try(lock, body, otherwise) => {
                (Action::Try { lock: *lock, depth: self.depth }, Asked::Try(*lock, body, otherwise))
            }
            Op::Add(addition, body) => {
                self.enter(body, Enclosing::Add(*addition, Loaded::default()));
                (Action::Load(addition.counter), Asked::Load)
            }
            Op::AddAtomic(counter) => (Action::Increment(*counter), Asked::Nothing),
            Op::Compute(kernel, work) | Op::HoldingCall(kernel, work) => (self.compute(*kernel, *work), Asked::Value),
            Op::ReleasingCall(kernel, work) | Op::Gap(kernel, work) => (self.compute(*kernel, *work), Asked::Value),
            Op::Sleep(time) | Op::BlockingSleep(time) => (Action::Wait(*time), Asked::Nothing),
            Op::Yield | Op::Await => (Action::GiveWay, Asked::Nothing),
            Op::Request(request) => (self.request(request), Asked::Nothing),
            Op::Read(bytes) => (Action::Read(*bytes), Asked::Nothing),
            Op::Write(bytes) => (Action::Write(*bytes), Asked::Nothing),
            Op::Put(queue, bytes) => (Action::Put { queue: *queue, bytes: *bytes }, Asked::Nothing),
            Op::Get(queue) => (Action::Get { queue: *queue, each: false }, Asked::Nothing),
        };
        self.asked = asked;
        effect.map(|effect| Need::Step(action, effect))
    }

    const fn compute(&self, kernel: Kernel, work: Work) -> Action {
        Action::Compute { kernel, amount: iterations(work), value: self.value }
    }

    fn request(&mut self, request: &Request) -> Action {
        Action::Request { latency: self.dice.latency(request), bytes: request.bytes }
    }

    fn repeat(&mut self, until: &'p Until, body: &'p [Op]) -> Option<Need<'p>> {
        if *until == Until::Times(0) {
            return None;
        }
        let laps = walk(body).all(|visit| visit.op.until().is_none());
        self.enter(
            body,
            Enclosing::Repeat(Loop { until, laps, from: Stamp(0), rounds: 0, refused: None, let_go: self.let_go }),
        );
        match until {
            Until::Times(_) | Until::Retry => None,
            Until::Each(queue, _) => self.ask_for_message(*queue),
            Until::For(_) => {
                self.asked = Asked::Begin;
                Some(Need::Now)
            }
            Until::Tasks(_) => {
                self.depth = self.depth.saturating_add(1);
                None
            }
        }
    }
}

/// Iterations of `work`; a plan has already turned times into iterations.
const fn iterations(work: Work) -> u64 {
    match work {
        Work::Iterations(n) => n,
        Work::Time(_) => 0,
    }
}

#[cfg(test)]
mod tests;
