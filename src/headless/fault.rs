//! Why a command could not do what was asked for: each reason with its figures, and its sentence from `text`.

use std::io;

use crate::export::picture::PngError;
use crate::files::WriteError;
use crate::recording::{Reason, RecorderError};
use crate::settings::ExportView;
use crate::state::NoRates;
use crate::text;
use crate::units::Ns;
use crate::workload::ResolveError;

/// Why a command did nothing, or not all; failures of the run itself are [`crate::state::Failure`].
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// A file takes no run, or gives none.
    #[error(transparent)]
    File(#[from] RecorderError),
    /// A file cannot be written.
    #[error(transparent)]
    Unwritten(#[from] WriteError),
    /// The workload makes no tasks.
    #[error(transparent)]
    Workload(#[from] ResolveError),
    /// It is not known how fast the machine computes.
    #[error("{}", text::no_rates(.0))]
    Rates(NoRates),
    /// Something that was asked for does not exist.
    #[error(transparent)]
    Wish(#[from] Wish),
    /// Signals cannot be listened for.
    #[error("{}", text::screen::no_signals(&.0.to_string()))]
    Signals(io::Error),
    /// A result cannot be printed.
    #[error("{}", text::report::not_printed(&.0.to_string()))]
    Output(io::Error),
    /// An export cannot be written.
    #[error("{}", text::not_exported(&.0.to_string()))]
    Export(io::Error),
    /// The run cannot be followed any more.
    #[error("{}", text::screen::unfollowed())]
    Unfollowed,
    /// Tasks did not come to their end: which, in the sentence of the report.
    #[error("{0}")]
    Incomplete(String),
    /// A row of a comparison does not count.
    #[error("{who}: {}", why.sentence())]
    Row {
        /// Its name.
        who: String,
        /// Why.
        why: Reason,
    },
    /// A model of a map's cell does not count.
    #[error("{}", .0.sentence())]
    Cell(Reason),
}

/// Something that was asked for and that the recorded runs do not have.
#[derive(Debug, thiserror::Error)]
pub(super) enum Wish {
    /// The run; the list is of those that exist.
    #[error("{}", text::no_such_run(.0))]
    Run(Vec<String>),
    /// One run: the model has runs of several workloads, which the list names.
    #[error("{}", text::several_runs(.0))]
    Several(Vec<String>),
    /// Anything in the asked range: the run ends at this time.
    #[error("{}", text::nothing_in_range(*.0))]
    Range(Ns),
    /// The view, which the screen does not have.
    #[error("{}", text::no_such_screen(view.name(), known))]
    View {
        /// Which.
        view: ExportView,
        /// The views that the screen has.
        known: String,
    },
    /// A picture of the screen in dots.
    #[error("{}", text::no_dots_of_the_screen())]
    Dots,
    /// The picture, which cannot be drawn.
    #[error(transparent)]
    Picture(PngError),
}
