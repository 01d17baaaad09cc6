//! Why it is not known how fast this machine computes. Its sentence for people is in `text`.

use std::io;

use super::SystemError;

/// Why the machine's rates are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRates {
    /// The measuring process cannot be started, or broke off.
    Process {
        /// What the system says.
        system: SystemError,
    },
    /// The measuring process came to no good end.
    Ended {
        /// How it ended, as the system says it.
        status: String,
    },
    /// The measuring process answered with something that is no measurement.
    Answer {
        /// What is wrong with it.
        said: String,
    },
}

impl From<io::Error> for NoRates {
    fn from(e: io::Error) -> NoRates {
        NoRates::Process { system: e.into() }
    }
}
