//! Recorded runs in a file: what a runner sent, kept so that it can be looked at again on any machine.
//!
//! A file is a head of 16 bytes and then blocks, one after the other, nothing else: no index, and nothing that must be
//! written at the end. So a further run is further blocks behind the last one, and a program that dies while it writes
//! loses the block that it was at and no other.
//!
//! ```text
//! head   "concviz" and 0x1a, major and minor version (two bytes each), checksum of these twelve bytes (four)
//! block  kind (one byte), length of the payload (four), checksum of kind, length and payload (four), payload
//! ```
//!
//! Numbers are little-endian, checksums are CRC-32. A run is a [`BlockKind::Header`] (text of whoever writes the file: this
//! module never looks into it), a [`BlockKind::Begin`], blocks of [`BlockKind::Events`], and an [`BlockKind::End`] or a
//! [`BlockKind::Failed`] where it came to one; a [`BlockKind::Tail`] may hold what was known only afterwards. Events are packed
//! as `events` says: five to eight bytes each, and every block by itself.
//!
//! **Versions.** A reader refuses a newer major version: it would misread what it holds. A newer minor version only adds
//! kinds of blocks, which are skipped. The head has this form for ever.
//!
//! **Damage.** Whatever the bytes are, reading ends: with all that lies before the first block that is cut off, whose
//! checksum is wrong, or that makes no sense, and with the place of that block. What lies behind it is not read, since
//! nothing says where the next block would begin.

use super::wire::{Begin, End};

mod block;
mod events;
mod read;
mod replay;
mod write;

pub use block::{BlockKind, MAJOR, MINOR};
pub use read::read;
pub use replay::Playback;
pub use write::FileWriter;

/// What a file holds.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    /// Its runs, in the order in which they were written; at least one.
    pub runs: Vec<RecordedRun<'a>>,
    /// Where it stops making sense, if it does.
    pub damage: Option<Damage>,
    /// How many of its bytes, from the first, are sound: a further run is written behind these.
    pub sound: u64,
}

/// One run of a file, still packed.
#[derive(Clone, Debug, Default)]
pub struct RecordedRun<'a> {
    /// What its writer put before it.
    pub header: &'a str,
    /// Nothing where the file ends before it, or the run failed before it began.
    pub begin: Option<Begin>,
    /// The runner's account; nothing where the run did not come to its end.
    pub end: Option<End>,
    /// Why it broke off, if it did.
    pub failed: Option<&'a str>,
    /// What its writer added afterwards.
    pub tail: Option<&'a str>,
    /// How many events it has.
    pub events: u64,
    /// Payloads of blocks of events, each known to be sound.
    packed: Vec<&'a [u8]>,
}

/// Where a file stops making sense, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("damaged at byte {at}: {what}")]
pub struct Damage {
    /// The first byte that could not be used; as many before it are sound.
    pub at: u64,
    /// What is wrong there.
    pub what: String,
}

/// Why nothing could be read from a file. Its name is for the caller to add.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It has no bytes.
    #[error("the file is empty: nothing was recorded into it")]
    Empty,
    /// It begins with something else.
    #[error("this is no recording of concviz: expected a file that `--trace` has written")]
    Stranger,
    /// It begins as one does, and its head is cut off or changed.
    #[error("the recording is damaged in its first 16 bytes: nothing can be read from it")]
    Head,
    /// Another format.
    #[error(
        "the recording has format {major}.{minor}, this version reads format {}: open it with a newer concviz",
        MAJOR
    )]
    Newer {
        /// Its major version.
        major: u16,
        /// Its minor version.
        minor: u16,
    },
    /// A head, and no run behind it.
    #[error("the recording holds no run: it ends before the first one begins")]
    NoRun,
    /// A head, and something behind it that is no run.
    #[error("the recording is {0}, before its first run begins: nothing can be read from it")]
    Damaged(Damage),
}

#[cfg(test)]
mod tests;
