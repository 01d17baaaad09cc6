//! What the signs on the screen mean, for the help.

use crate::state::State;

/// A sign that may stand on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after what it stands for; see the sentences below")]
pub enum Sign {
    /// A state's swatch in the legend; whether it keeps a worker.
    State(State, bool),
    CoreComputes,
    CoreOffTask,
    CoreOverhead,
    CoreOthers,
    Load,
    OtherPrograms,
    Digits,
    Forced,
    Voluntary,
    Asked,
    TimedOut,
    Bar,
    Ratio,
    Range,
    UnderWay,
    HandOvers,
    InQueue,
    Permits,
    CounterHolds,
    CounterLacks,
    LostAddition,
    Refused,
    Lost,
    Flag,
    Half,
    NinetyNine,
}

impl Sign {
    /// What it means.
    pub const fn means(self) -> &'static str {
        match self {
            Sign::State(State::Queued, _) => "no worker has taken it up yet",
            Sign::State(State::Starting, _) => "its worker is being created",
            Sign::State(State::Copying, _) => "arguments or results go to another process",
            Sign::State(State::Running | State::Ended, _) => "works on a core",
            Sign::State(State::Ready, true) => "could go on, and has no core",
            Sign::State(State::Ready, false) => "could go on, and the loop is busy with another",
            Sign::State(State::Preempted, _) => "was at work, and the kernel took its core away",
            Sign::State(State::Lock, _) => "another task has the lock",
            Sign::State(State::Channel, _) => "the queue is full, or has no message for it",
            Sign::State(State::Gil, _) => "another task has the one global lock",
            Sign::State(State::Io, _) => "an answer or the disk is to come",
            Sign::State(State::Sleep, _) => "a timer is to end",
            Sign::State(State::Unknown, _) => "nobody told for what",
            Sign::CoreComputes => "in its colour a task computes there; green: several in turn",
            Sign::CoreOffTask => "a thread of the run is there and computes for no task",
            Sign::CoreOverhead => "what watches the run, and the server",
            Sign::CoreOthers => "everything else on the machine, as sampled",
            Sign::Load => "how busy each core of this machine is now",
            Sign::OtherPrograms => "cores that something else kept busy during the run",
            Sign::Digits => "last digit of the task's number: it has the lock, loop or core",
            Sign::Forced => "the GIL was let go of because a waiter asked",
            Sign::Voluntary => "the GIL was let go of by itself, to wait for something",
            Sign::Asked => "a waiter asked for the GIL",
            Sign::TimedOut => "a waiter had waited a whole interval and goes on waiting",
            Sign::Bar => "as long as the run took, as high as cores were busy",
            Sign::Ratio => "times as fast as serial",
            Sign::Range => "from, to: a run was disturbed; the reason stands beside it",
            Sign::UnderWay => "begun and not over, at work or waiting, on average",
            Sign::HandOvers => "how often the lock went from one task to another",
            Sign::InQueue => "how full the queue was; dim above: the most at one time",
            Sign::Permits => "how many tasks had the lock; dim above: the most at one time",
            Sign::CounterHolds => "what was added to the counter",
            Sign::CounterLacks => "what additions are missing from it",
            Sign::LostAddition => "a task stored over what another had added meanwhile",
            Sign::Refused => "a task tried to take the lock and found it taken",
            Sign::Lost => "events are missing here",
            Sign::Flag => "here the GIL's interval was turned",
            Sign::Half => "half of the tasks were done within this time",
            Sign::NinetyNine => "99 of 100 tasks were done within this time",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Label;

    #[test]
    fn what_a_state_means_is_more_than_its_name_and_fits_a_row_of_the_help() {
        for state in State::ALL {
            for holds in [true, false] {
                let (name, means) = (Label::of_state(state, holds).text(), Sign::State(state, holds).means());
                assert!(!means.is_empty() && means != name, "{state:?}");
                assert!(name.len() + means.len() + 8 < 74, "{name}: {means}");
            }
        }
    }
}
