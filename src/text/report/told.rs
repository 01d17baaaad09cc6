//! What is told of a run while it goes on: what happens in it, and what its tasks wait for.

use crate::state::{Outcome, State};
use crate::text::counted;
use crate::units::Ns;

/// Something that happens in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Told {
    Submitted { tasks: usize, workers: u16, cores: usize },
    WorkerReady { worker: u16, pid: u32, tid: u32 },
    WorkerKilled { worker: u16, signal: u8 },
    WorkerFailed { worker: u16 },
    Lost { worker: u16, count: u64 },
    SwitchesLost { count: u64 },
    StoodStill { time: Ns },
    Starts { task: String, worker: u16 },
    Waits { task: String, wait: Wait, due: Option<Ns> },
    Waited { task: String, after: Ns, wait: Wait, goes_on: bool },
    WasOff { task: String, time: Ns },
    Copied { task: String, back: bool, bytes: u64, time: Ns },
    Put { task: String, queue: String, length: u32, waited: Ns },
    Got { task: String, queue: String, length: u32, waited: Ns },
    QueueClosed { queue: String },
    Overwrote { task: String, other: String, counter: String, value: u32, found: u32, lost: u32 },
    Permit { task: String, lock: String, taken: u8, waited: Ns },
    Refused { task: String, lock: String },
    Ended { task: String, outcome: Outcome, signal: u8 },
    WillCount,
    Count { over: usize, tasks: usize, doing: Vec<(State, usize)>, on_loop: bool },
}

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named after what is waited for")]
pub enum Wait {
    Core,
    Preempted,
    Loop,
    Gil,
    Lock,
    Queue,
    Io,
    Timer,
    Unknown,
}

impl Wait {
    /// What a task in `state` waits for; nothing if it does not wait. On a loop it is the loop that a task waits for, and
    /// not a core.
    pub const fn of(state: State, on_loop: bool) -> Option<Wait> {
        Some(match state {
            State::Ready if on_loop => Wait::Loop,
            State::Ready => Wait::Core,
            State::Preempted => Wait::Preempted,
            State::Gil => Wait::Gil,
            State::Lock => Wait::Lock,
            State::Channel => Wait::Queue,
            State::Io => Wait::Io,
            State::Sleep => Wait::Timer,
            State::Unknown => Wait::Unknown,
            State::Queued | State::Starting | State::Copying | State::Running | State::Ended => return None,
        })
    }

    /// As what a task does: `waits for the GIL`.
    pub(in crate::text) const fn verb(self) -> &'static str {
        match self {
            Wait::Core => "waits for a core",
            Wait::Preempted => "is preempted",
            Wait::Loop => "waits for the loop",
            Wait::Gil => "waits for the GIL",
            Wait::Lock => "waits for a lock",
            Wait::Queue => "waits for a queue",
            Wait::Io => "waits for I/O",
            Wait::Timer => "sleeps",
            Wait::Unknown => "waits, reason unknown",
        }
    }

    /// As what time is spent on.
    pub(in crate::text) const fn noun(self) -> &'static str {
        match self {
            Wait::Core => "waiting for a core",
            Wait::Preempted => "preemption",
            Wait::Loop => "waiting for the loop",
            Wait::Gil => "waiting for the GIL",
            Wait::Lock => "waiting for a lock",
            Wait::Queue => "waiting for a queue",
            Wait::Io => "waiting for I/O",
            Wait::Timer => "sleep",
            Wait::Unknown => "waiting, reason unknown",
        }
    }
}

/// What several tasks in `state` are doing.
const fn doing(state: State, on_loop: bool) -> &'static str {
    match (state, Wait::of(state, on_loop)) {
        // There may be more of these tasks than cores: which of them have one is seen only afterwards.
        (State::Running, _) => "computing",
        (_, Some(Wait::Timer)) => "sleeping",
        (_, Some(Wait::Preempted)) => "preempted",
        (_, Some(wait)) => wait.noun(),
        (other, None) => other.name(),
    }
}

/// After how long a wait something happened, if there was one.
fn after(waited: Ns) -> String {
    if waited == Ns::ZERO { String::new() } else { format!(" after {waited}") }
}

impl Told {
    /// The sentence about it; `at` is the time since the first submission.
    pub fn sentence(&self, at: Ns) -> String {
        format!("{:.3} s: {}.", at.as_secs(), self.english())
    }

    fn english(&self) -> String {
        match self {
            Told::Submitted { tasks, workers, cores } => {
                let workers = counted(u64::from(*workers), "worker", "workers");
                let cores = counted(*cores as u64, "core", "cores");
                format!("{} submitted, for {workers} on {cores}", counted(*tasks as u64, "task", "tasks"))
            }
            Told::WorkerReady { worker, pid, tid } => format!("worker {worker} is ready: process {pid}, thread {tid}"),
            Told::WorkerKilled { worker, signal } => format!("worker {worker} was killed by signal {signal}"),
            Told::WorkerFailed { worker } => format!("worker {worker} failed"),
            Told::SwitchesLost { count } => {
                format!("{} of the kernel's record lost", counted(*count, "switch", "switches"))
            }
            Told::Lost { worker, count } => format!("{} of worker {worker} lost", counted(*count, "event", "events")),
            Told::StoodStill { time } => format!("the run stood still for {time}"),
            Told::Starts { task, worker } => format!("{task} starts on worker {worker}"),
            Told::Waits { task, wait, due: Some(due) } => format!("{task} {} for {due}", wait.verb()),
            Told::Waits { task, wait, due: None } => format!("{task} {}", wait.verb()),
            Told::Waited { task, after, wait, goes_on } => {
                let verb = if *goes_on { "goes on after" } else { "is through with" };
                format!("{task} {verb} {after} of {}", wait.noun())
            }
            Told::WasOff { task, time } => format!("{task} was preempted for {time}"),
            Told::Copied { task, back, bytes, time } => {
                let way = if *back { "back from" } else { "to" };
                format!("{} copied {way} {task}, in {time}", super::bytes(*bytes))
            }
            Told::Put { task, queue, length, waited } => {
                format!("{task} puts a message into {queue}{}, which now holds {length}", after(*waited))
            }
            Told::Got { task, queue, length, waited } => {
                format!("{task} takes a message out of {queue}{}, which now holds {length}", after(*waited))
            }
            Told::QueueClosed { queue } => format!("{queue} is closed: nobody will put anything in any more"),
            Told::Overwrote { task, other, counter, value, found, lost } => {
                let lost = if *lost == 1 { "one addition is".to_owned() } else { format!("{lost} additions are") };
                format!("{task} stores {value} in {counter} over {other}'s {found}: {lost} lost")
            }
            Told::Permit { task, lock, taken, waited } => {
                let taken = counted(u64::from(*taken), "is", "are");
                format!("{task} takes a permit of {lock}{}: now {taken} taken", after(*waited))
            }
            Told::Refused { task, lock } => format!("{task} tries to take {lock} and finds it taken"),
            Told::WillCount => "they are too many to follow each: at times it is said how many do what".to_owned(),
            Told::Count { over, tasks, doing, on_loop } => {
                let doing: Vec<String> =
                    doing.iter().map(|(s, n)| format!("{n} {}", self::doing(*s, *on_loop))).collect();
                format!("{over} of {tasks} tasks are over; {}", doing.join(", "))
            }
            Told::Ended { task, outcome, signal } => match outcome {
                Outcome::Done => format!("{task} is done"),
                Outcome::Failed => format!("{task} failed"),
                Outcome::Killed => format!("{task} was killed by signal {signal}"),
                Outcome::Stopped => format!("{task} is stopped: it was in the background and the run is over"),
                Outcome::Unknown => format!("{task} is over: nobody here knows how"),
            },
        }
    }
}
