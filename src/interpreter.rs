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
use crate::units::{Ns, Stamp, TaskId};
use crate::workload::{Kernel, LockIndex, Op, Request, StepKind, Until, Work, walk};

mod dice;

pub use dice::Dice;

/// How many `repeat until` a task is inside of. A lock that it takes in there, it lets go of before it checks again.
pub type Depth = u8;

/// What a task needs next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Need<'p> {
    /// Do this action, with this effect on worker, lock and state. The answer, once it is done, is [`Answer::Value`]
    /// for computing, else [`Answer::Done`].
    Step(Action, Effect),
    /// Let go of this lock, the last that it took of those it still holds.
    Release(LockIndex),
    /// Tell what time it is: [`Answer::Instant`].
    Now,
    /// A round of a `repeat` has ended.
    Round,
    /// Tell whether all these tasks are over, or never will be: [`Answer::Over`]. If not, the task goes round once
    /// more, `depth` deep in `repeat until` loops.
    Others {
        /// The tasks that it waits for.
        tasks: &'p [TaskId],
        /// In how many `repeat until` it is, this one included.
        depth: Depth,
    },
    /// Nothing: the program is over. Every further question gives this again.
    End {
        /// The value that it has computed.
        value: u64,
        /// Rounds of its innermost repeats.
        laps: u64,
    },
}

/// What a host is to do for a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// Compute.
    Compute {
        /// With which kernel.
        kernel: Kernel,
        /// How many iterations.
        amount: u64,
        /// Starting from this.
        value: u64,
    },
    /// Wait for a timer of this length.
    Wait(Ns),
    /// Ask the server and wait for its answer.
    Request {
        /// How long after the request the server answers.
        latency: Ns,
        /// Bytes of the answer.
        bytes: u64,
    },
    /// Read this many bytes of the task's own file.
    Read(u64),
    /// Write this many bytes to the task's own file, and wait until they are on the disk.
    Write(u64),
    /// Let other tasks move, once.
    GiveWay,
    /// Take the lock, as long as that takes.
    Take {
        /// Which.
        lock: LockIndex,
        /// In how many `repeat until` the task is.
        depth: Depth,
    },
}

impl Action {
    /// How long it takes if nothing is late; `None` where that depends on other tasks or on a disk.
    ///
    /// An answer takes about a nanosecond a byte to arrive. A task that has not gone on by then most likely has it, and
    /// waits for its turn; the server's own stamp says exactly when the answer was sent.
    pub fn due(self) -> Option<Ns> {
        match self {
            Action::Wait(time) => Some(time),
            Action::Request { latency, bytes } => Some(latency + Ns(bytes)),
            Action::Compute { .. } | Action::Read(_) | Action::Write(_) | Action::GiveWay | Action::Take { .. } => None,
        }
    }
}

/// What a host answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// It is done. Also the first answer to a new interpreter, which has asked for nothing yet.
    Done,
    /// What was computed.
    Value(u64),
    /// The instant.
    Instant(Stamp),
    /// Whether the tasks are over.
    Over(bool),
}

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
    asked: Asked,
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
}

/// What the next answer is the answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
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
}

impl<'p> Interpreter<'p> {
    /// The program `steps` under `model`, before its first step, with `table` deciding what each does, and `dice` how
    /// long each of its requests takes.
    pub fn new(steps: &'p [Op], model: ModelKind, table: &'p Table, dice: Dice) -> Interpreter<'p> {
        let frames = vec![Frame { steps, next: 0, enclosing: Enclosing::Nothing }];
        Interpreter { table, model, dice, frames, value: 0, laps: 0, depth: 0, asked: Asked::Nothing }
    }

    /// Rounds of its innermost repeats so far.
    pub const fn laps(&self) -> u64 {
        self.laps
    }

    /// What the task needs next, given the `answer` to what it needed last.
    pub fn next(&mut self, answer: Answer) -> Need<'p> {
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
            (asked, _) => debug_assert_eq!(asked, Asked::Nothing, "{answer:?} is no answer to that"),
        }
        None
    }

    /// The `repeat` whose steps are being done.
    fn innermost(&mut self) -> Option<&mut Loop<'p>> {
        match &mut self.frames.last_mut()?.enclosing {
            Enclosing::Repeat(of) => Some(of),
            Enclosing::Nothing | Enclosing::Lock(_) => None,
        }
    }

    /// A round has ended: starts another, ends the loop, or returns the need that decides between them.
    fn end_round(&mut self) -> Option<Need<'p>> {
        let (table, model, depth) = (self.table, self.model, self.depth);
        let frame = self.frames.last_mut()?;
        let body = frame.steps;
        let Enclosing::Repeat(of) = &mut frame.enclosing else { return None };
        of.rounds += 1;
        let (until, rounds) = (of.until, of.rounds);
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
            // While this task goes round no other task can move, so waiting would never end.
            Until::Tasks(_) => self.again_unless(true),
        }
        None
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
        let step = |kind: StepKind| self.table.effect(kind, self.model);
        let (action, effect) = match op {
            Op::Repeat(until, body) => return self.repeat(until, body),
            Op::Lock(lock, body) => {
                let (effect, depth) = (step(StepKind::Lock), self.depth);
                let passes_by = effect.worker == Worker::PassesBy;
                let enclosing = if passes_by { Enclosing::Nothing } else { Enclosing::Lock(*lock) };
                self.frames.push(Frame { steps: body, next: 0, enclosing });
                (Action::Take { lock: *lock, depth }, effect)
            }
            Op::Compute(kernel, work) => (self.compute(*kernel, *work), step(StepKind::Compute)),
            Op::HoldingCall(kernel, work) => (self.compute(*kernel, *work), step(StepKind::HoldingCall)),
            Op::ReleasingCall(kernel, work) => (self.compute(*kernel, *work), step(StepKind::ReleasingCall)),
            Op::Sleep(time) => (Action::Wait(*time), step(StepKind::Sleep)),
            Op::BlockingSleep(time) => (Action::Wait(*time), step(StepKind::BlockingSleep)),
            Op::Yield => (Action::GiveWay, step(StepKind::Yield)),
            Op::Await => (Action::GiveWay, step(StepKind::Await)),
            Op::Request(request) => {
                let effect = step(StepKind::Request);
                (self.request(request), effect)
            }
            Op::Read(bytes) => (Action::Read(*bytes), step(StepKind::Read)),
            Op::Write(bytes) => (Action::Write(*bytes), step(StepKind::Write)),
        };
        if effect.worker == Worker::PassesBy {
            return None;
        }
        self.asked = if matches!(action, Action::Compute { .. }) { Asked::Value } else { Asked::Nothing };
        Some(Need::Step(action, effect))
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
        let enclosing = Enclosing::Repeat(Loop { until, laps, from: Stamp(0), rounds: 0 });
        self.frames.push(Frame { steps: body, next: 0, enclosing });
        match until {
            Until::Times(_) => None,
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
