//! What came of saving something, in a picture, a file or the clipboard.

use crate::recording::RecorderError;
use crate::state::SystemError;
use crate::text::{self, storing::Clipboard};

/// What was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// A picture, in files of these names.
    Picture {
        /// The SVG file.
        svg: String,
        /// The PNG file.
        png: String,
    },
    /// Runs, in a file.
    Runs {
        /// How many.
        count: usize,
        /// What it is called.
        file: String,
    },
    /// The result was sent to a clipboard; no terminal says whether it took it.
    Sent {
        /// How many lines.
        lines: usize,
        /// Whose clipboard.
        to: Clipboard,
    },
}

/// Why nothing was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsaved {
    /// There is no run that a picture could show.
    NoRun,
    /// The picture cannot be drawn: why, in a few words.
    Undrawn(String),
    /// The picture's file cannot be written.
    Picture {
        /// What it would have been called.
        file: String,
        /// What the system says.
        system: SystemError,
    },
    /// What the runs to be stored had sent was not kept.
    NotKept,
    /// The file of runs cannot be written.
    Runs {
        /// What the system says.
        system: SystemError,
    },
    /// What the run to be added to a file had sent was not kept.
    RunNotKept,
    /// The file to which runs are added takes no further one.
    NotRecorded(RecorderError),
    /// There is no clipboard.
    NoClipboard,
    /// Nothing can be sent to the clipboard.
    Clipboard {
        /// What the system says.
        system: SystemError,
    },
}

impl Saved {
    /// What is said of it.
    pub fn text(&self) -> String {
        match self {
            Saved::Picture { svg, png } => text::saved(svg, png),
            Saved::Runs { count, file } => text::stored(*count, file),
            Saved::Sent { lines, to } => text::storing::sent(*lines, *to),
        }
    }
}

impl Unsaved {
    /// What is said of it.
    pub fn text(&self) -> String {
        match self {
            Unsaved::NoRun => text::storing::nothing_to_draw(),
            Unsaved::Undrawn(why) => text::no_picture(why),
            Unsaved::Picture { file, system } => text::storing::picture_not_written(file, &system.said),
            Unsaved::NotKept => text::not_stored(text::storing::not_kept()),
            Unsaved::Runs { system } => text::not_stored(&system.said),
            Unsaved::RunNotKept => text::storing::run_not_kept().to_owned(),
            Unsaved::NotRecorded(why) => why.to_string(),
            Unsaved::NoClipboard => text::storing::no_clipboard().to_owned(),
            Unsaved::Clipboard { system } => system.said.clone(),
        }
    }
}
