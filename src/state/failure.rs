//! Why a run could not be made, or broke off: a reason with its figures, as it is stored and handed on. Its sentence
//! for people is in `text`.

use std::io;

use serde::{Deserialize, Serialize};

/// Why a run could not be made, or broke off.
///
/// The name of each in JSON is its `reason`; once given, it stays. Figures may be added, with a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Failure {
    /// Tasks wait for each other: each of these for the next one, the last for the first.
    Deadlock {
        /// All of them.
        circle: Vec<Waiting>,
    },
    /// All tasks that are under way wait, each for something that none of the others can do.
    Stuck {
        /// Those tasks, the first sixteen of them.
        waiting: Vec<Waiting>,
        /// Why no other task comes to their help, if it is because all workers are taken.
        pool: Option<Pool>,
    },
    /// A task wants a message from a queue that is empty, and into which nobody will put anything any more.
    NoMessage {
        /// Which task.
        task: String,
        /// Which queue.
        queue: String,
    },
    /// A task on an event loop goes round until a lock is free, and never gives way to whoever has it.
    Spins {
        /// Which task.
        task: String,
        /// Which lock.
        lock: String,
    },
    /// A queue between processes broke: one of them died in the middle of a message, or the system refused to carry
    /// on.
    Pipe {
        /// Which queue.
        queue: String,
        /// What the system says.
        system: SystemError,
    },
    /// A worker died while it sent or received a message: what follows it in the queue cannot be read.
    Torn {
        /// Which queue.
        queue: String,
        /// Which worker, from 0.
        number: u16,
    },
    /// A message carries more than there is memory for.
    Payload {
        /// How many bytes.
        bytes: u64,
        /// How many bytes of memory programs could still have.
        free: u64,
    },
    /// Tasks that wait for each other need a process each, and there are too many.
    TooManyProcesses {
        /// How many processes they need.
        needed: u64,
        /// How many there may be.
        most: u64,
    },
    /// The system allows no further thread.
    Thread {
        /// What it was for.
        purpose: ThreadPurpose,
        /// Which one it would have been, from 0, where there are several.
        number: Option<u16>,
        /// What the system says.
        system: SystemError,
    },
    /// The system allows no further process.
    Process {
        /// Which worker it would have been, from 0; so many had been made before.
        number: u16,
        /// Whether it is file descriptors that are missing.
        descriptors: bool,
        /// What the system says.
        system: SystemError,
    },
    /// The dispatcher cannot listen to its worker processes.
    Unheard {
        /// What the system says.
        system: SystemError,
    },
    /// No memory can be shared with the workers.
    SharedMemory {
        /// What the system says.
        system: SystemError,
    },
    /// The event loop cannot be made.
    EventLoop {
        /// What the system says.
        system: SystemError,
    },
    /// The server that requests ask finds no port.
    Server {
        /// Whether it is file descriptors that are missing.
        descriptors: bool,
        /// What the system says.
        system: SystemError,
    },
    /// A request of a task failed.
    Request {
        /// What was missing.
        lack: RequestLack,
        /// What the system says.
        system: SystemError,
    },
    /// A file of a task could not be read or written.
    File {
        /// What was missing.
        lack: FileLack,
        /// Where the file is.
        folder: String,
        /// Whether it was to be written, or read.
        writing: bool,
        /// What the system says.
        system: SystemError,
    },
    /// A thread that reads and writes files for the event loop broke down.
    Helper {
        /// What is known of it.
        said: String,
    },
    /// The system cannot keep a program on some of its cores only.
    Cores {
        /// On how many cores the workers were to be kept.
        wanted: u16,
        /// The system's name.
        system: String,
    },
    /// The runner got no plan that it can carry out.
    Plan {
        /// What is wrong with it.
        fault: PlanFault,
    },
    /// The runner's process could not be started.
    Runner {
        /// The program that was to be executed.
        program: String,
        /// What the system says.
        system: SystemError,
    },
    /// The runner's process ended, or closed its input, before it had its plan.
    Refused {
        /// The process.
        pid: u32,
        /// What the system says.
        system: SystemError,
    },
    /// The runner's process ended before its tasks did: it was killed.
    Killed,
    /// What the runner sent makes no sense, or broke off.
    Garbled {
        /// What is wrong with it.
        said: String,
    },
    /// The recording ends before the run does. The run itself may have come to its end.
    CutOff,
    /// A signal asked for its end.
    Signal {
        /// Its number.
        signal: i32,
    },
    /// A reason that another version of the program has given, and this one does not know.
    Unknown {
        /// Its name there.
        name: String,
    },
    /// A sentence: what format 1 of recordings stored.
    Told {
        /// The sentence, without an end mark.
        sentence: String,
    },
}

/// A task that waits, and for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The task's name.
    pub task: String,
    /// What it waits for.
    #[serde(flatten)]
    pub awaits: Awaited,
}

/// What a task waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// The lock of this name; nothing where the plan has no name for it.
    Lock(Option<String>),
    /// The end of the task of this name.
    End(String),
    /// One of the permits of the lock of this name.
    Permit(String),
    /// Room in the queue of this name.
    Room(String),
    /// A message from the queue of this name.
    Message(String),
}

/// Workers that are all taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// How many tasks can be under way at a time.
    pub workers: u64,
    /// How many would have to be, so that those that wait get what they wait for.
    pub needed: u64,
    /// A task that has no worker, and could help.
    pub helper: String,
}

/// What a thread is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadPurpose {
    /// It executes tasks.
    Worker,
    /// It serves the runner: collects what workers record, or hears commands.
    Runner,
    /// It answers requests.
    Server,
    /// It reads what the runner sends.
    Watcher,
}

/// What a request lacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestLack {
    /// A file descriptor at the task's end.
    Descriptors,
    /// A free port.
    Ports,
    /// A way to 127.0.0.1.
    Route,
    /// A server that takes it: most likely a file descriptor at the other end.
    Server,
    /// Something else.
    Other,
}

/// What a file lacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileLack {
    /// Room on the disk.
    Room,
    /// A folder in which files can be made.
    Folder,
    /// A file descriptor.
    Descriptors,
    /// Permission to be so large.
    Size,
    /// Something else.
    Other,
}

/// What is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanFault {
    /// It cannot be read.
    Unreadable(String),
    /// There is none: nobody but the program itself starts a runner.
    Missing,
    /// It has no tasks or no workers.
    Empty,
    /// It has more workers than can be told apart.
    Workers,
    /// It names a lock that it does not have.
    Lock,
    /// It names a queue that it does not have.
    Queue,
    /// It names a counter that it does not have.
    Counter,
}

/// What the operating system says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemError {
    /// The system's number for the error, where it has one.
    pub code: Option<i32>,
    /// The error in the system's own words.
    pub said: String,
}

impl From<&io::Error> for SystemError {
    fn from(e: &io::Error) -> SystemError {
        SystemError { code: e.raw_os_error(), said: e.to_string() }
    }
}

impl From<io::Error> for SystemError {
    fn from(e: io::Error) -> SystemError {
        SystemError::from(&e)
    }
}

impl Failure {
    /// The tasks that wait, as far as it names them, and what for.
    pub fn waiting(&self) -> &[Waiting] {
        match self {
            Failure::Deadlock { circle } => circle,
            Failure::Stuck { waiting, .. } => waiting,
            _ => &[],
        }
    }

    /// Whether its tasks waited for what none of them could do: it fails whenever it is made in this way.
    pub const fn is_stuck(&self) -> bool {
        matches!(
            self,
            Failure::Deadlock { .. }
                | Failure::Stuck { .. }
                | Failure::NoMessage { .. }
                | Failure::Spins { .. }
                | Failure::TooManyProcesses { .. }
        )
    }

    /// As it is stored and handed on: a JSON object with a `reason` and its figures.
    pub fn to_json(&self) -> String {
        // There are only strings and numbers: none of them can be refused.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The failure that `json` says. A reason that this version does not know, or whose figures it cannot read, is
    /// [`Failure::Unknown`]. Nothing where `json` is no JSON object with a reason.
    pub fn from_json(json: &str) -> Option<Failure> {
        #[derive(Deserialize)]
        struct Named {
            reason: String,
        }
        serde_json::from_str(json)
            .ok()
            .or_else(|| serde_json::from_str::<Named>(json).ok().map(|named| Failure::Unknown { name: named.reason }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_come_back_with_their_figures_and_unknown_ones_with_their_name() {
        let system = SystemError::from(io::Error::from_raw_os_error(11));
        let wait = |task: &str, awaits| Waiting { task: task.to_owned(), awaits };
        let circle = vec![
            wait("left", Awaited::Lock(Some("b".to_owned()))),
            wait("right", Awaited::Lock(None)),
            wait("last", Awaited::End("left".to_owned())),
        ];
        let failures = [
            Failure::Deadlock { circle },
            Failure::Thread { purpose: ThreadPurpose::Worker, number: Some(7), system: system.clone() },
            Failure::File { lack: FileLack::Room, folder: "/tmp".to_owned(), writing: true, system },
            Failure::Plan { fault: PlanFault::Unreadable("cut off".to_owned()) },
            Failure::Plan { fault: PlanFault::Empty },
            Failure::Killed,
            Failure::Signal { signal: 2 },
            Failure::Told { sentence: "no \"room\"".to_owned() },
        ];
        for failure in failures {
            assert_eq!(Failure::from_json(&failure.to_json()), Some(failure));
        }
        let unknown = |name: &str| Some(Failure::Unknown { name: name.to_owned() });
        assert_eq!(Failure::from_json(r#"{"reason":"pool_exhausted","threads":4}"#), unknown("pool_exhausted"));
        assert_eq!(Failure::from_json(r#"{"reason":"deadlock","circle":4}"#), unknown("deadlock"));
        assert_eq!(Failure::from_json(r#"{"reason":"killed","by":9}"#), Some(Failure::Killed));
        for nothing in ["", "no more processes", "{}", "[]", r#"{"reason":4}"#] {
            assert_eq!(Failure::from_json(nothing), None);
        }
    }
}
