//! What is said of files with recorded runs, and of runs beside each other.

use crate::units::Ns;

/// What all rows of a comparison share: so much `work`, drawn as height; or that there is hardly any.
pub fn same_ink(work: Ns, hardly: bool) -> String {
    if hardly {
        "Height is cores busy: tasks hardly compute here, they wait.".to_owned()
    } else {
        format!("Same ink, other shape: under every model {work} of work.")
    }
}

/// Which run of a comparison is being made.
pub fn measuring(who: &str, number: usize, of: usize) -> String {
    format!("Measuring {who}: run {number} of {of}.")
}

/// A file is damaged from byte `at` on, for the reason `what`: what comes before that is shown.
pub fn damaged(at: u64, what: &str) -> String {
    format!("The file is damaged at byte {at} ({what}): what comes before it is shown.")
}

/// The run `number` of a file cannot be read, nor what comes behind it.
pub fn unreadable_run(number: usize, why: &str) -> String {
    format!("Run {number} of the file cannot be read ({why}).")
}

/// Why a run that has no end is not over.
pub const fn cut_off() -> &'static str {
    "the recording ends before the run does"
}

/// Where runs were stored.
pub fn stored(runs: usize, file: &str) -> String {
    let runs = super::counted(runs as u64, "run", "runs");
    format!("Stored {runs} in {file}: `concviz view {file}` shows them again.")
}

/// Why they were not.
pub fn not_stored(why: &str) -> String {
    format!("Nothing is stored: {why}.")
}
