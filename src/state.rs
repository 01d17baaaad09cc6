//! The vocabulary: what a task can be doing, and how it can end. Every name a person reads for a state is
//! one of these; the letters are what is drawn where there is no colour.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

mod failure;
mod no_rates;
mod no_record;

pub use failure::{Awaited, Failure, FileLack, PlanFault, Pool, RequestLack, SystemError, ThreadPurpose, Waiting};
pub use no_rates::NoRates;
pub use no_record::NoRecord;

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
    /// Waiting for a mutex or a semaphore, or for another task.
    Lock = 6,
    /// Waiting for room in a queue, or for a message from it.
    Channel = 7,
    /// Waiting for the global lock.
    Gil = 8,
    /// Waiting for a socket or a file.
    Io = 9,
    /// Waiting for a timer.
    Sleep = 10,
    /// Waiting for something that nobody names, in a program that was only watched from outside.
    Unknown = 11,
    /// Over. Nothing follows.
    Ended = 12,
}

impl State {
    /// How many states there are, `Ended` not counted.
    pub const COUNT: usize = 12;

    /// All states but `Ended`, in the order of the legend and of the documents, which is also their index.
    pub const ALL: [State; State::COUNT] = [
        State::Queued,
        State::Starting,
        State::Copying,
        State::Running,
        State::Ready,
        State::Preempted,
        State::Lock,
        State::Channel,
        State::Gil,
        State::Io,
        State::Sleep,
        State::Unknown,
    ];

    /// How many states a planned run can have.
    pub const PLANNED_COUNT: usize = 11;

    /// The states that a planned run can have, in the same order: all but `Unknown`, as each of its waits has a reason.
    pub const PLANNED: [State; State::PLANNED_COUNT] = *State::ALL.first_chunk().expect("they are the first");

    /// All states, by their code. Written out: a code does not change when the order of [`State::ALL`] does.
    const BY_CODE: [State; State::COUNT + 1] = [
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
        State::Ended,
        State::Unknown,
        State::Channel,
    ];

    /// The code of each, by its index.
    const CODES: [u8; State::BY_CODE.len()] = {
        let mut codes = [0; State::BY_CODE.len()];
        let mut code = 0;
        while code < codes.len() {
            codes[State::BY_CODE[code] as usize] = code as u8;
            code += 1;
        }
        codes
    };

    /// The number that stands for it in files and between processes: once given, it stays. The index is for arrays
    /// only.
    pub const fn code(self) -> u8 {
        State::CODES[self as usize]
    }

    /// The state with this code.
    pub fn from_code(code: u8) -> Option<State> {
        State::BY_CODE.get(usize::from(code)).copied()
    }

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
            State::Channel => "channel",
            State::Gil => "gil",
            State::Io => "io",
            State::Sleep => "sleep",
            State::Unknown => "unknown",
            State::Ended => "ended",
        }
    }

    /// The letter that shows it where colour cannot.
    pub const fn letter(self) -> char {
        match self {
            State::Ended => ' ',
            State::Queued => '_',
            State::Starting => ':',
            State::Copying => '=',
            State::Running => '#',
            State::Ready => '/',
            State::Preempted => 'p',
            State::Lock => 'L',
            State::Channel => 'm',
            State::Gil => 'g',
            State::Io => '~',
            State::Sleep => 'z',
            State::Unknown => '?',
        }
    }

    /// Whether the task has been begun and is not over: what *concurrency* counts.
    pub const fn is_in_flight(self) -> bool {
        !matches!(self, State::Queued | State::Starting | State::Ended)
    }
}

/// How a task, or a worker, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", from = "Cow<'_, str>")]
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
    /// An outcome that a newer version of the program has recorded, and this one does not know.
    Unknown = 4,
}

impl From<Cow<'_, str>> for Outcome {
    fn from(name: Cow<'_, str>) -> Outcome {
        (0..).map_while(Outcome::from_repr).find(|outcome| outcome.name() == name).unwrap_or(Outcome::Unknown)
    }
}

impl Outcome {
    /// The name in code, JSON and on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::Killed => "killed",
            Outcome::Stopped => "stopped",
            Outcome::Unknown => "unknown",
        }
    }

    /// Whether it did not end as it should.
    pub const fn is_broken(self) -> bool {
        match self {
            Outcome::Failed | Outcome::Killed => true,
            Outcome::Done | Outcome::Stopped | Outcome::Unknown => false,
        }
    }

    /// Back from the number it is stored as.
    pub const fn from_repr(n: u8) -> Option<Outcome> {
        Some(match n {
            0 => Outcome::Done,
            1 => Outcome::Failed,
            2 => Outcome::Killed,
            3 => Outcome::Stopped,
            4 => Outcome::Unknown,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_letter_of_its_own() {
        let letters: Vec<char> = State::ALL.map(State::letter).to_vec();
        for (place, letter) in letters.iter().enumerate() {
            assert!(letter.is_ascii_graphic() && !letters[..place].contains(letter), "{letter} is not clear");
        }
        assert_eq!(State::Ended.letter(), ' ', "what is over is not drawn");
    }

    #[test]
    fn an_index_is_a_place_among_all_and_a_code_stays_what_it_was() {
        for (index, state) in State::ALL.into_iter().enumerate() {
            assert_eq!(state as usize, index);
        }
        let codes = State::ALL.into_iter().chain([State::Ended]).map(State::code);
        assert_eq!(codes.collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 12, 7, 8, 9, 11, 10]);
        for code in 0..=u8::MAX {
            assert_eq!(State::from_code(code).map(State::code), (code < 13).then_some(code));
        }
        assert_eq!(State::PLANNED, *State::ALL.split_last().expect("some").1);
    }
}
