//! Why a run does not count in a comparison.

use serde::Serialize;

use super::counted;

/// Why a run does not count, though nothing broke it off. In JSON each has its name as its `reason`, like a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[expect(missing_docs, reason = "named after what happened")]
pub enum Uncounted {
    NotOver,
    Suspended,
    Tasks { broken: usize, of: usize },
}

impl Uncounted {
    /// The sentence, without a full stop.
    pub fn text(self) -> String {
        match self {
            Uncounted::NotOver => "it did not come to its end".to_owned(),
            Uncounted::Suspended => "it was suspended meanwhile".to_owned(),
            Uncounted::Tasks { broken, of } => {
                format!("{broken} of {} did not come to the end", counted(of as u64, "task", "tasks"))
            }
        }
    }
}
