//! Why what was asked for could not be done: each reason with its figures, and its sentence from `text`.

use std::io;

use crate::export::picture::PngError;
use crate::files::WriteError;
use crate::recording::{Reason, RecorderError};
use crate::settings::ExportView;
use crate::state::NoRates;
use crate::text;
use crate::units::Ns;
use crate::workload::ResolveError;

/// Why nothing, or not all, was done; the run's own failures are [`crate::state::Failure`].
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
    /// What is wished for is not there.
    #[error(transparent)]
    Wish(#[from] Wish),
    /// Nobody can listen for signals.
    #[error("{}", text::screen::no_signals(&.0.to_string()))]
    Signals(io::Error),
    /// A result cannot be printed.
    #[error("{}", text::report::not_printed(&.0.to_string()))]
    Output(io::Error),
    /// Nor can an export.
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
    /// Nor does a cell of a map.
    #[error("{}", .0.sentence())]
    Cell(Reason),
}

/// What is wished for of recorded runs and is not there.
#[derive(Debug, thiserror::Error)]
pub(super) enum Wish {
    /// The run, among those that there are.
    #[error("{}", text::no_such_run(.0))]
    Run(Vec<String>),
    /// Anything in the range: the run ends here.
    #[error("{}", text::nothing_in_range(*.0))]
    Range(Ns),
    /// The view, on the screen, which has those of the list.
    #[error("{}", text::no_such_screen(view.name(), known))]
    View {
        /// Which.
        view: ExportView,
        /// Those that there are.
        known: String,
    },
    /// A picture of the screen in dots.
    #[error("{}", text::no_dots_of_the_screen())]
    Dots,
    /// A picture that can be drawn.
    #[error(transparent)]
    Picture(PngError),
}
