//! What the user wants made of recorded runs.

use std::path::PathBuf;

use crate::model::ModelKind;
use crate::palette::Theme;
use crate::units::{Ns, Range};

mod command;
mod format;
mod made;
mod option;
mod view;

pub use format::{ExportFormat, FormatRow, PictureFormat};
pub use made::Made;
pub use option::ExportOption;
pub use view::{ExportView, Runs, ViewRow};

/// Everything that decides an export.
#[derive(Clone, Debug, PartialEq)]
pub struct Exporting {
    /// The files the runs are read from.
    pub files: Vec<PathBuf>,
    /// The file that is written; standard output if nothing is said.
    pub out: Option<PathBuf>,
    /// Whether a file that is there is replaced.
    pub force: bool,
    /// What is written.
    pub format: ExportFormat,
    /// What is looked at.
    pub view: ExportView,
    /// Which of several runs; those that the view shows if nothing is said.
    pub which: Vec<Which>,
    /// The stretch of time that is shown; all of it if nothing is said.
    pub range: Option<Range>,
    /// The title of a picture; the workload's if nothing is said.
    pub title: Option<String>,
    /// The colours; those of the viewer where a picture can follow them, if nothing is said.
    pub theme: Option<Theme>,
    /// The width of a picture, in pixels.
    pub width: Option<u16>,
    /// Dots of a PNG for each pixel of the picture.
    pub scale: f64,
    /// Whether a picture has the size for posts.
    pub post: bool,
    /// For how long the time sweeps over a moving SVG; nothing for one that stands still.
    pub animate: Option<Ns>,
    /// Columns and rows of a screen.
    pub screen: (u16, u16),
    /// How many times as fast as the run a cast is; as fast as can be watched if nothing is said.
    pub speed: Option<f64>,
}

impl Exporting {
    /// The usual columns and rows of a screen.
    pub const SCREEN: (u16, u16) = (120, 36);

    /// What is made: what the view is of, or else the first that the format makes; nothing where the format does not
    /// make it.
    pub fn made(&self) -> Option<Made> {
        let makes = self.format.row().makes;
        self.view.row().of.map_or(makes.first().copied(), |of| makes.contains(&of).then_some(of))
    }
}

/// Which of several runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// This one, from 1.
    Number(usize),
    /// The one with the median time under this model, with a global lock or without.
    Model(ModelKind, bool),
    /// The same among the runs of this workload.
    OfWork(String, ModelKind, bool),
    /// All runs of this workload.
    All(String),
}

impl Which {
    /// The word for all runs of a workload, in place of a model.
    pub const ALL: &str = "all";
}
