//! The state of the global lock with which a workload starts.

use serde::{Deserialize, Serialize};

/// Whether a workload starts with a global lock, and with which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartLock {
    /// Without one.
    #[default]
    Off,
    /// With that of `CPython` 3.2 and later.
    Gil,
    /// With that of `CPython` 2.
    GilLegacy,
}

impl StartLock {
    /// All there are.
    pub const ALL: [StartLock; 3] = [StartLock::Off, StartLock::Gil, StartLock::GilLegacy];

    /// The word for it in a workload file and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            StartLock::Off => "off",
            StartLock::Gil => "gil",
            StartLock::GilLegacy => "gil-legacy",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<StartLock> {
        StartLock::ALL.into_iter().find(|lock| lock.name() == name)
    }

    /// Whether it starts without one.
    pub const fn is_off(&self) -> bool {
        matches!(self, StartLock::Off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::{Workload, find};

    #[test]
    fn it_is_stored_where_there_is_one_and_older_recordings_say_nothing_of_it() {
        for lock in StartLock::ALL {
            let workload = Workload { lock, ..find("cpu").expect("a shipped workload") };
            let text = serde_json::to_string(&workload).expect("JSON");
            assert_eq!(text.contains("\"lock\""), !lock.is_off(), "{text}");
            assert_eq!(serde_json::from_str::<Workload>(&text).expect("a workload"), workload);
            assert_eq!(StartLock::named(lock.name()), Some(lock));
        }
    }
}
