//! Programs with every amount resolved: what an engine executes.

use serde::{Deserialize, Serialize};

use super::Kernel;
use crate::units::{CounterId, Ns, QueueId, TaskId};

/// A guess at how long (ns) a byte takes to be written to a file or read from it, until a first run shows better.
const NS_PER_BYTE: u64 = 2;

/// A task: a program of steps with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its name, as it stands before its lane.
    pub name: String,
    /// Whether the run may end before it does.
    pub background: bool,
    /// What it does, in order.
    pub ops: Vec<Op>,
}

/// One step of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Keep a core busy, giving way to others that want the global lock.
    Compute(Kernel, Work),
    /// Keep a core busy in one call that holds the global lock to its end.
    HoldingCall(Kernel, Work),
    /// Keep a core busy in one call that lets go of the global lock meanwhile.
    ReleasingCall(Kernel, Work),
    /// Wait for a timer, giving way.
    Sleep(Ns),
    /// Wait for a timer without giving way, even in async code.
    BlockingSleep(Ns),
    /// Give way once.
    Yield,
    /// Give way once on an event loop; elsewhere nothing.
    Await,
    /// Ask a server over a socket and wait for its answer.
    Request(Request),
    /// Read this many bytes of the task's own file.
    Read(u64),
    /// Write this many bytes to the task's own file, and wait until they are on the disk.
    Write(u64),
    /// Do the steps while holding a lock.
    Lock(LockIndex, Vec<Op>),
    /// Do the steps while holding a lock if it is free, or else the others.
    Try(LockIndex, Vec<Op>, Vec<Op>),
    /// Do the steps over and over.
    Repeat(Until, Vec<Op>),
    /// Put a message of this many bytes into a queue.
    Put(QueueId, u64),
    /// Take a message out of a queue.
    Get(QueueId),
    /// Add one to a counter: load its value, do the steps, store the sum.
    Add(Addition, Vec<Op>),
    /// Add one to a counter in one instruction.
    AddAtomic(CounterId),
    /// Keep a core busy between the load and the store of an addition, where no interpreter switches to another thread.
    Gap(Kernel, Work),
}

/// An addition in several steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addition {
    /// To which counter.
    pub counter: CounterId,
    /// Whether an interpreter may switch to another thread right before the store.
    pub switch: bool,
}

/// A request and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// How long the server takes, on average.
    pub latency: Ns,
    /// How the latency differs from one request to the next.
    pub spread: Spread,
    /// Bytes of the answer.
    pub bytes: u64,
}

/// How latencies are spread around their mean. The latency of a request depends on the seed, the task and how many
/// requests the task made before, not on the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spread {
    /// All the same.
    #[default]
    Constant,
    /// Anything from nothing to twice the mean, equally often.
    Uniform,
    /// Mostly short, seldom long: the answer is equally likely to come at each instant.
    Exponential,
}

/// A lock by its place in [`Workload::locks`](crate::workload::Workload::locks).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LockIndex(pub u16);

macro_rules! step_kinds {
    ($($(#[$about:meta])* $kind:ident,)*) => {
        /// A kind of step that does something itself: `semantics` has a row for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum StepKind {
            $($(#[$about])* $kind,)*
        }

        impl StepKind {
            /// All there are.
            pub const ALL: [StepKind; [$(stringify!($kind)),*].len()] = [$(StepKind::$kind),*];
        }
    };
}

step_kinds! {
    /// [`Op::Compute`].
    Compute,
    /// [`Op::HoldingCall`].
    HoldingCall,
    /// [`Op::ReleasingCall`].
    ReleasingCall,
    /// [`Op::Sleep`].
    Sleep,
    /// [`Op::BlockingSleep`].
    BlockingSleep,
    /// [`Op::Yield`].
    Yield,
    /// [`Op::Await`].
    Await,
    /// [`Op::Request`].
    Request,
    /// [`Op::Read`].
    Read,
    /// [`Op::Write`].
    Write,
    /// The wait for the lock of an [`Op::Lock`].
    Lock,
    /// The try to take the lock of an [`Op::Try`].
    Try,
    /// [`Op::Put`].
    Put,
    /// [`Op::Get`], and the get of an [`Until::Each`].
    Get,
    /// The load and the store of an [`Op::Add`].
    Add,
    /// [`Op::AddAtomic`].
    AddAtomic,
    /// [`Op::Gap`].
    Gap,
}

impl StepKind {
    /// Whether it puts something where other tasks find it, or takes it from there.
    pub const fn touches_what_tasks_share(self) -> bool {
        match self {
            StepKind::Put | StepKind::Get | StepKind::Add | StepKind::AddAtomic => true,
            StepKind::Compute | StepKind::HoldingCall | StepKind::ReleasingCall | StepKind::Gap => false,
            StepKind::Sleep | StepKind::BlockingSleep | StepKind::Yield | StepKind::Await => false,
            StepKind::Request | StepKind::Read | StepKind::Write | StepKind::Lock | StepKind::Try => false,
        }
    }
}

/// What a step may need besides a core, a clock and locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facility {
    /// A server that answers requests.
    Server,
    /// A file of the task's own.
    File,
}

/// How much a `compute` step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// As long as this takes on one idle core; the plan turns it into iterations.
    Time(Ns),
    /// A number of iterations of the kernel.
    Iterations(u64),
}

/// When a `repeat` ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Until {
    /// After this number of rounds.
    Times(u64),
    /// At the first end of a round after this time.
    For(Ns),
    /// At the first end of a round after all these tasks are over.
    Tasks(Vec<TaskId>),
    /// When this queue is closed and empty. Each round begins with a message out of it; so many a task gets if they are
    /// shared out evenly.
    Each(QueueId, u64),
    /// At the end of a round in which no [`Op::Try`] found its lock taken.
    Retry,
}

impl Op {
    /// Its row in `semantics`; a `repeat` has none, being only its steps.
    pub const fn kind(&self) -> Option<StepKind> {
        Some(match self {
            Op::Compute(..) => StepKind::Compute,
            Op::HoldingCall(..) => StepKind::HoldingCall,
            Op::ReleasingCall(..) => StepKind::ReleasingCall,
            Op::Sleep(_) => StepKind::Sleep,
            Op::BlockingSleep(_) => StepKind::BlockingSleep,
            Op::Yield => StepKind::Yield,
            Op::Await => StepKind::Await,
            Op::Request(_) => StepKind::Request,
            Op::Read(_) => StepKind::Read,
            Op::Write(_) => StepKind::Write,
            Op::Lock(..) => StepKind::Lock,
            Op::Try(..) => StepKind::Try,
            Op::Put(..) => StepKind::Put,
            Op::Get(_) => StepKind::Get,
            Op::Add(..) => StepKind::Add,
            Op::AddAtomic(_) => StepKind::AddAtomic,
            Op::Gap(..) => StepKind::Gap,
            Op::Repeat(..) => return None,
        })
    }

    /// The steps inside it, as up to two lists.
    pub fn bodies(&self) -> [&[Op]; 2] {
        match self {
            Op::Lock(_, body) | Op::Repeat(_, body) | Op::Add(_, body) => [body, &[]],
            Op::Try(_, body, otherwise) => [body, otherwise],
            Op::Compute(..) | Op::HoldingCall(..) | Op::ReleasingCall(..) | Op::Gap(..) => [&[], &[]],
            Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => [&[], &[]],
            Op::Request(_) | Op::Read(_) | Op::Write(_) => [&[], &[]],
            Op::Put(..) | Op::Get(_) | Op::AddAtomic(_) => [&[], &[]],
        }
    }

    /// As [`Op::bodies`].
    pub fn bodies_mut(&mut self) -> [&mut [Op]; 2] {
        match self {
            Op::Lock(_, body) | Op::Repeat(_, body) | Op::Add(_, body) => [body, &mut []],
            Op::Try(_, body, otherwise) => [body, otherwise],
            Op::Compute(..) | Op::HoldingCall(..) | Op::ReleasingCall(..) | Op::Gap(..) => [&mut [], &mut []],
            Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => [&mut [], &mut []],
            Op::Request(_) | Op::Read(_) | Op::Write(_) => [&mut [], &mut []],
            Op::Put(..) | Op::Get(_) | Op::AddAtomic(_) => [&mut [], &mut []],
        }
    }

    /// Whether it has steps inside it.
    pub fn encloses(&self) -> bool {
        self.bodies().iter().any(|body| !body.is_empty())
    }

    /// When it ends, if it is a `repeat`.
    pub const fn until(&self) -> Option<&Until> {
        if let Op::Repeat(until, _) = self { Some(until) } else { None }
    }

    /// The queue that it puts messages into, if it does.
    pub const fn puts_into(&self) -> Option<QueueId> {
        if let Op::Put(queue, _) = self { Some(*queue) } else { None }
    }

    /// The queue that it takes messages out of, if it does.
    pub const fn gets_from(&self) -> Option<QueueId> {
        if let Op::Get(queue) | Op::Repeat(Until::Each(queue, _), _) = self { Some(*queue) } else { None }
    }

    /// Whether other tasks may wait for it to be done: for a message, for room, for a lock.
    pub const fn gives_others_something(&self) -> bool {
        match self {
            Op::Put(..) | Op::Get(_) | Op::Lock(..) | Op::Try(..) | Op::Repeat(Until::Each(..), _) => true,
            Op::Compute(..) | Op::HoldingCall(..) | Op::ReleasingCall(..) | Op::Gap(..) => false,
            Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => false,
            Op::Request(_) | Op::Read(_) | Op::Write(_) | Op::Add(..) | Op::AddAtomic(_) | Op::Repeat(..) => false,
        }
    }

    /// Its kernel and amount of work, if it computes.
    pub const fn work(&self) -> Option<(Kernel, Work)> {
        match self {
            Op::Compute(kernel, work) | Op::HoldingCall(kernel, work) => Some((*kernel, *work)),
            Op::ReleasingCall(kernel, work) | Op::Gap(kernel, work) => Some((*kernel, *work)),
            Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => None,
            Op::Request(_) | Op::Read(_) | Op::Write(_) | Op::Put(..) | Op::Get(_) | Op::AddAtomic(_) => None,
            Op::Lock(..) | Op::Try(..) | Op::Repeat(..) | Op::Add(..) => None,
        }
    }

    /// As [`Op::work`].
    pub const fn work_mut(&mut self) -> Option<(Kernel, &mut Work)> {
        match self {
            Op::Compute(kernel, work) | Op::HoldingCall(kernel, work) => Some((*kernel, work)),
            Op::ReleasingCall(kernel, work) | Op::Gap(kernel, work) => Some((*kernel, work)),
            Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => None,
            Op::Request(_) | Op::Read(_) | Op::Write(_) | Op::Put(..) | Op::Get(_) | Op::AddAtomic(_) => None,
            Op::Lock(..) | Op::Try(..) | Op::Repeat(..) | Op::Add(..) => None,
        }
    }

    /// What it needs besides a core, a clock and what tasks share; `None` if nothing.
    pub const fn facility(&self) -> Option<Facility> {
        match self {
            Op::Request(_) => Some(Facility::Server),
            Op::Read(_) | Op::Write(_) => Some(Facility::File),
            Op::Compute(..) | Op::HoldingCall(..) | Op::ReleasingCall(..) | Op::Gap(..) => None,
            Op::Sleep(_) | Op::BlockingSleep(_) | Op::Yield | Op::Await => None,
            Op::Lock(..) | Op::Try(..) | Op::Repeat(..) | Op::Add(..) => None,
            Op::Put(..) | Op::Get(_) | Op::AddAtomic(_) => None,
        }
    }

    /// How long it waits for a timer, an answer or a disk, as far as that is known beforehand; `None` for a step that
    /// waits for none of these.
    pub fn expected_wait(&self) -> Option<Ns> {
        match self {
            Op::Sleep(time) | Op::BlockingSleep(time) => Some(*time),
            Op::Request(request) => Some(request.latency),
            Op::Read(bytes) | Op::Write(bytes) => Some(Ns(bytes.saturating_mul(NS_PER_BYTE))),
            Op::Compute(..) | Op::HoldingCall(..) | Op::ReleasingCall(..) | Op::Gap(..) => None,
            Op::Yield | Op::Await | Op::Lock(..) | Op::Try(..) | Op::Repeat(..) | Op::Add(..) => None,
            Op::Put(..) | Op::Get(_) | Op::AddAtomic(_) => None,
        }
    }
}
