//! The same work under several models, one run after the other, round by round: so that slow changes of the machine
//! affect all models alike.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use super::export::FromFiles;
use super::{Fault, Made, Runs, Stop, code, plan, print};
use crate::machine::Machine;
use crate::recording::{Comparison, Reason, Recording};
use crate::report::{ComparisonFormat, ComparisonPrint, comparison_text};
use crate::settings::{Comparing, Setup};

/// The columns of a table if the width of the reader's screen is not known.
const USUAL_WIDTH: usize = 80;

/// The result of measuring: the runs so far, and why there are no more.
#[derive(Debug)]
pub(super) struct Compared {
    /// The runs, in the order in which they were made; those that failed too.
    pub(super) recordings: Vec<Recording>,
    /// Why there are no more of them; `None` if all were made.
    pub(super) stop: Option<Stop>,
}

impl Compared {
    /// Its runs, for a comparison.
    pub(super) fn lent(&self) -> Vec<&Recording> {
        self.recordings.iter().collect()
    }
}

/// Measures what `comparing` describes and prints the comparison in `format`, even if something ends the measuring
/// early. The exit code is 0, also where serial cannot do the work and another model can; or 1 if a run failed; or 128 plus
/// the number of the signal that ended it.
pub fn compare(comparing: &Comparing, format: ComparisonFormat) -> ExitCode {
    code(attempt(comparing, format))
}

fn attempt(comparing: &Comparing, format: ComparisonFormat) -> Result<(), Stop> {
    if !comparing.files.is_empty() {
        let runs = FromFiles::read(&comparing.files)?;
        return show(&runs.lent(), format, comparing.plain, None);
    }
    let compared = measure(comparing)?;
    let lent = compared.lent();
    let broken = compared.stop.as_ref().and_then(Stop::reason);
    let printed = show(&lent, format, comparing.plain, broken.as_ref());
    // Of several faults the most important counts: what ended the runs, then a failed run, then a failure to write.
    match compared.stop {
        Some(stop) => Err(stop),
        None => printed,
    }
}

/// Prints the comparison of `runs`, new or from files, in `format`, or in sentences if `plain`; `broken` says why there
/// are no more of them.
///
/// # Errors
/// If it cannot be printed, or if one of the runs does not count: then it is still printed.
pub(super) fn show(
    runs: &[&Recording],
    format: ComparisonFormat,
    plain: bool,
    broken: Option<&Reason>,
) -> Result<(), Stop> {
    let comparison = Comparison::of(runs);
    let how = ComparisonPrint { format, plain, width: width(), bold: is_bold(), broken };
    print(&comparison_text(&comparison, runs, how))?;
    let answered = comparison.rows.iter().any(|row| row.figures.is_some());
    let mut counted = comparison.rows.iter().filter(|row| !(answered && row.is_answer()));
    let failed = counted.find_map(|row| Some((row.name(), row.failure.clone()?)));
    failed.map_or(Ok(()), |(who, why)| Err(Fault::Row { who, why }.into()))
}

/// Makes the runs that `comparing` describes, all models in turn in each of its rounds, all with the same programs to
/// the last iteration. Progress goes to stderr, where that is a terminal.
///
/// # Errors
/// If signals cannot be listened for, or the file to keep the runs in cannot be opened. A run that fails becomes a
/// recording and ends nothing; a signal ends the rest.
pub(super) fn measure(comparing: &Comparing) -> Result<Compared, Stop> {
    let runs = Runs::open(comparing.trace.as_deref())?;
    let (first, rates) = match plan(&comparing.setup) {
        Ok(planned) => planned,
        Err(stop) => return Ok(Compared { recordings: Vec::new(), stop: Some(stop) }),
    };
    let programs = &first.tasks;
    let setups = comparing.models.iter().map(|model| Setup { model: *model, ..comparing.setup.clone() });
    let usable = Machine::here().whole_cores();
    let plans: Vec<_> = setups.map(|setup| (setup.plan(programs.clone(), usable, rates), setup)).collect();
    let all = plans.len() * usize::from(comparing.repeat);
    let mut compared = Compared { recordings: Vec::with_capacity(all), stop: None };
    for _ in 0..comparing.repeat {
        for (plan, setup) in &plans {
            let number = compared.recordings.len() + 1;
            let who = crate::insight::who(setup.model).row();
            let what = format!("{number} of {all}: {} as {who}", setup.workload.full_name());
            let Made { recording, stop } = runs.make((setup, plan, rates), what, false);
            compared.recordings.push(recording);
            if !matches!(stop, None | Some(Stop::Broke(_))) {
                return Ok(Compared { stop, ..compared });
            }
        }
    }
    Ok(compared)
}

/// The columns of the terminal that stdout is, if it is one.
pub(super) fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok().map(|s| usize::from(s.ws_col));
    size.filter(|columns| *columns > 0).unwrap_or(USUAL_WIDTH)
}

/// Whether stdout is a terminal that can show bold text.
pub(super) fn is_bold() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|t| t == "dumb" || t.is_empty());
    io::stdout().is_terminal() && !dumb
}
