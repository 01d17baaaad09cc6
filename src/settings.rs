//! What the user chose, checked and complete: what a screen or a run without one starts from. Plain data: knows
//! neither the command line it came from nor the machine.

use std::path::PathBuf;

use crate::palette::Theme;

mod compare;
mod exporting;
mod setup;

pub use compare::{Comparing, Mapping};
pub use exporting::{
    ExportFormat, ExportOption, ExportView, Exporting, FormatRow, Made, PictureFormat, Runs, ViewRow, Which,
};
pub use setup::Setup;

/// Everything the command line decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What is run, and how.
    pub setup: Setup,
    /// Whether to draw in colour.
    pub color: Color,
    /// Which colours.
    pub theme: Theme,
    /// Whether to draw with ASCII characters only.
    pub ascii: bool,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// Whether events are printed as sentences instead of a screen.
    pub plain: bool,
    /// The file to which runs are added as they are made.
    pub trace: Option<PathBuf>,
}

/// How the screen looks at what was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewing {
    /// The files.
    pub files: Vec<PathBuf>,
    /// Whether to draw in colour.
    pub color: Color,
    /// Which colours.
    pub theme: Theme,
    /// Whether to draw with ASCII characters only.
    pub ascii: bool,
    /// Whether the mouse is used.
    pub mouse: bool,
}

/// Whether to draw in colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// As the terminal and the environment say.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

impl Color {
    /// All there are.
    pub const ALL: [Color; 3] = [Color::Auto, Color::Always, Color::Never];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Color::Auto => "auto",
            Color::Always => "always",
            Color::Never => "never",
        }
    }
}
