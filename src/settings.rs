//! What the user chose, checked and complete: what a screen or a run without one starts from. Plain data: knows
//! neither the command line it came from nor the machine.

use crate::model::{LockSettings, Model};
use crate::palette::Theme;
use crate::plan::Wishes;
use crate::workload::{Scale, Workload};

/// Everything the command line decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What is run, its parameters set.
    pub workload: Workload,
    /// How it is run.
    pub model: Model,
    /// Workers, cores and seed, where the user asked for them.
    pub wishes: Wishes,
    /// The factor on all amounts.
    pub scale: Scale,
    /// How the global lock is set, whether it is on or is switched on later.
    pub lock: LockSettings,
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
