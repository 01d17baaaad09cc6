//! Why it is not known how fast this machine computes. Who shows it asks `text` for the sentence.

use std::io;

use super::SystemError;

/// Why the machine's rates are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRates {
    /// What measures cannot be started, or broke off.
    Process {
        /// What the system says.
        system: SystemError,
    },
    /// The measuring process came to no good end.
    Ended {
        /// With what, as the system says it.
        status: String,
    },
    /// It said what is no measurement.
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
