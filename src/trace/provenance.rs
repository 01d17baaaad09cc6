//! Who makes runs.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Who makes runs: what a run's badge says, and documents call its engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", from = "Cow<'_, str>")]
pub enum Provenance {
    /// The work was really done, by threads, processes and a loop of this program's own.
    #[default]
    Measured,
    /// A maker that only a newer version of the program knows.
    Unknown,
}

impl From<Cow<'_, str>> for Provenance {
    fn from(name: Cow<'_, str>) -> Provenance {
        if name == Provenance::Measured.name() { Provenance::Measured } else { Provenance::Unknown }
    }
}

impl Provenance {
    /// The name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Provenance::Measured => "measured",
            Provenance::Unknown => "unknown",
        }
    }

    /// Whether it is the default, which is left out of what is stored.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn is_usual(&self) -> bool {
        *self == Provenance::default()
    }
}
