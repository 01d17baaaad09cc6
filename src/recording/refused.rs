//! Why a file takes no run, or gives none. `recorder` reads and writes files; modules that report these errors need
//! only this file.

use std::io;
use std::path::PathBuf;

use super::OpenError;
use crate::state::SystemError;
use crate::text;
use crate::trace::file::{Damage, FileError};

/// Why a file takes no run, or gives none. Its sentence names the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecorderError {
    /// No run can be recorded into it.
    #[error("{}", text::file::not_recorded(file, &why.to_string()))]
    NotRecorded {
        /// Where it is.
        file: PathBuf,
        /// Why.
        why: NotRecorded,
    },
    /// No run can be read from it.
    #[error("{}", text::file::not_opened(file, &why.to_string()))]
    NotOpened {
        /// Where it is.
        file: PathBuf,
        /// Why.
        why: NotOpened,
    },
}

/// Why nothing can be recorded into a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRecorded {
    /// The system refuses.
    #[error("{}", .0.said)]
    System(SystemError),
    /// It is a folder or a device.
    #[error("{}", text::no_file())]
    NoFile,
    /// Another program records into it.
    #[error("{}", text::file::in_use())]
    InUse,
    /// It is a recording of this older format.
    #[error("{}", text::file::older_format(*.0))]
    Older(u16),
    /// It is a recording, and damaged.
    #[error("{}", text::file::damaged_there(.0.at, .0.fault))]
    Damaged(Damage),
    /// Its length changed while it was read.
    #[error("{}", text::file::changing())]
    Changing,
    /// It is something else.
    #[error("{}", text::file::foreign())]
    Foreign,
    /// It is a recording that this version cannot go on with.
    #[error("{}", text::file::another_name(&.0.to_string()))]
    Unreadable(FileError),
    /// The frames of the run to be added could not be kept: the system's words for it.
    #[error("{}", text::no_room_for_it(&.0.said))]
    NotKept(SystemError),
}

/// Why no run can be read from a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// The system refuses.
    #[error("{}", .0.said)]
    System(SystemError),
    /// It is a folder or a device.
    #[error("{}", text::no_file())]
    NoFile,
    /// It holds no run that can be read.
    #[error(transparent)]
    Recording(#[from] OpenError),
}

impl From<io::Error> for NotRecorded {
    fn from(e: io::Error) -> NotRecorded {
        NotRecorded::System(e.into())
    }
}

impl From<io::Error> for NotOpened {
    fn from(e: io::Error) -> NotOpened {
        NotOpened::System(e.into())
    }
}
