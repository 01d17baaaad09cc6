//! The vocabulary: what a task can be doing, and how it can end. Every name a person reads for a state is
//! one of these; the letters are what is drawn where there is no colour.

use serde::{Deserialize, Serialize};

/// What a task is doing at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum State {
    /// Submitted; no worker has picked it up.
    Queued = 0,
    /// Its worker is being created.
    Starting = 1,
    /// Arguments or results are being serialized and sent.
    Copying = 2,
    /// Executing on a core.
    Running = 3,
    /// Could run, but has no core, or its event loop is busy.
    Ready = 4,
    /// Was running and was taken off its core by the kernel.
    Preempted = 5,
    /// Waiting for a mutex, a channel, another task.
    Lock = 6,
    /// Waiting for the global lock.
    Gil = 7,
    /// Waiting for a socket or a file.
    Io = 8,
    /// Waiting for a timer.
    Sleep = 9,
    /// Over. Nothing follows.
    Ended = 10,
}

impl State {
    /// How many there are, `Ended` not counted.
    pub const COUNT: usize = 10;

    /// All that last, in the order of the legend and of the JSON document.
    pub const ALL: [State; State::COUNT] = [
        State::Queued,
        State::Starting,
        State::Copying,
        State::Running,
        State::Ready,
        State::Preempted,
        State::Lock,
        State::Gil,
        State::Io,
        State::Sleep,
    ];

    /// The name in code, JSON and documentation.
    pub const fn name(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Starting => "starting",
            State::Copying => "copying",
            State::Running => "running",
            State::Ready => "ready",
            State::Preempted => "preempted",
            State::Lock => "lock",
            State::Gil => "gil",
            State::Io => "io",
            State::Sleep => "sleep",
            State::Ended => "ended",
        }
    }

    /// The letter that tells it where colour cannot.
    pub const fn letter(self) -> char {
        match self {
            State::Queued | State::Ended => ' ',
            State::Starting => ':',
            State::Copying => '=',
            State::Running => '#',
            State::Ready | State::Preempted => '/',
            State::Lock => 'L',
            State::Gil => 'g',
            State::Io => '~',
            State::Sleep => 'z',
        }
    }

    /// Whether the task has been begun and is not over: what *concurrency* counts.
    pub const fn is_in_flight(self) -> bool {
        !matches!(self, State::Queued | State::Starting | State::Ended)
    }

    /// Back from the number it is stored as.
    pub fn from_repr(n: u8) -> Option<State> {
        if n == State::Ended as u8 { Some(State::Ended) } else { State::ALL.get(n as usize).copied() }
    }
}

/// How a task, or a worker, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Outcome {
    /// It came to its end.
    Done = 0,
    /// It panicked, or its worker reported an error.
    Failed = 1,
    /// Its worker was killed by a signal.
    Killed = 2,
    /// It was still going when the run was over: a background task.
    Stopped = 3,
}

impl Outcome {
    /// The name in code, JSON and on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::Killed => "killed",
            Outcome::Stopped => "stopped",
        }
    }

    /// Whether it did not end as it should.
    pub const fn is_broken(self) -> bool {
        match self {
            Outcome::Failed | Outcome::Killed => true,
            Outcome::Done | Outcome::Stopped => false,
        }
    }

    /// Back from the number it is stored as.
    pub const fn from_repr(n: u8) -> Option<Outcome> {
        Some(match n {
            0 => Outcome::Done,
            1 => Outcome::Failed,
            2 => Outcome::Killed,
            3 => Outcome::Stopped,
            _ => return None,
        })
    }
}
