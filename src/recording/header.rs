//! Recordings in a file: what stands before a run's events and behind them, and the way back.

use serde::{Deserialize, Serialize};

use super::{Conditions, Origin, Planned, Recording, names};
use crate::machine::Machine;
use crate::plan::{Plan, Rates};
use crate::settings::Setup;
use crate::state::Failure;
use crate::text;
use crate::trace::file::{self, RecordedRun};
use crate::workload::MAX_TASKS;

/// All that is known of a run before it begins.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    /// Which version of the program made it.
    concviz: std::borrow::Cow<'a, str>,
    setup: std::borrow::Cow<'a, Setup>,
    plan: std::borrow::Cow<'a, Plan>,
    rates: Rates,
    machine: std::borrow::Cow<'a, Machine>,
}

/// What a file came to.
#[derive(Debug)]
pub struct Opened {
    /// Its runs, at least one.
    pub recordings: Vec<Recording>,
    /// What is wrong with it, in a sentence, if anything is: what comes before that is all there.
    pub damage: Option<String>,
}

/// What runs of each of `files` are told apart by: nothing where there is one file, else its name without folder and
/// suffix; all of it where two would be the same.
pub fn sources(files: &[&str]) -> Vec<Option<String>> {
    let stem = |file: &&str| {
        let path = std::path::Path::new(file);
        path.file_stem().map_or_else(|| (*file).to_owned(), |s| s.to_string_lossy().into_owned())
    };
    let stems: Vec<String> = files.iter().map(stem).collect();
    let unique = stems.iter().collect::<std::collections::BTreeSet<_>>().len() == stems.len();
    match (files.len(), unique) {
        (0 | 1, _) => vec![None; files.len()],
        (_, true) => stems.into_iter().map(Some).collect(),
        (_, false) => files.iter().map(|file| Some((*file).to_owned())).collect(),
    }
}

/// The text that stands before a run's events; nothing for one that was not planned, for which the format has no place.
pub fn head(run: &Recording) -> Option<String> {
    use std::borrow::Cow::Borrowed;
    let Planned { setup, plan, rates } = run.planned()?;
    let head = Head {
        concviz: Borrowed(env!("CARGO_PKG_VERSION")),
        setup: Borrowed(setup),
        plan: Borrowed(plan),
        rates: *rates,
        machine: Borrowed(&run.machine),
    };
    serde_json::to_string(&head).ok()
}

/// The text that stands behind them.
pub fn tail(conditions: &Conditions) -> String {
    serde_json::to_string(conditions).unwrap_or_default()
}

/// The runs of a file whose bytes these are.
///
/// # Errors
/// In a sentence that goes on after the file's name, where there is no run to be read.
pub fn open(bytes: &[u8]) -> Result<Opened, String> {
    let contents = file::read(bytes).map_err(|e| e.to_string())?;
    let mut recordings = Vec::new();
    let mut damage = contents.damage.map(|d| text::damaged(d.at, &d.what));
    for (run, number) in contents.runs.iter().zip(1..) {
        match recording(run) {
            Ok(recording) => recordings.push(recording),
            Err(why) => {
                damage = Some(text::unreadable_run(number, &why));
                break;
            }
        }
    }
    match (recordings.is_empty(), damage) {
        (true, damage) => Err(damage.unwrap_or_default()),
        (false, damage) => Ok(Opened { recordings, damage }),
    }
}

fn recording(run: &RecordedRun<'_>) -> Result<Recording, String> {
    let head: Head<'_> = serde_json::from_str(run.header).map_err(|e| e.to_string())?;
    let Head { setup, plan, rates, machine, .. } = head;
    let (setup, plan, machine) = (setup.into_owned(), plan.into_owned(), machine.into_owned());
    if plan.tasks.len() > MAX_TASKS || plan.workers == 0 || !machine.usable.is_finite() || machine.usable < 0.0 {
        return Err("its plan is none that this program makes".to_owned());
    }
    let trace = run.trace(names(&plan), plan.locks.clone());
    // A tail that cannot be read says nothing of the machine: unknown, not wrong.
    let conditions = run.tail.and_then(|tail| serde_json::from_str(tail).ok()).unwrap_or_default();
    let broken = match (run.failed, trace.makespan()) {
        (Some(why), _) => Some(Failure::from_json(why).unwrap_or_else(|| Failure::Told { sentence: why.to_owned() })),
        (None, None) => Some(Failure::CutOff),
        (None, Some(_)) => None,
    };
    let origin = Origin::Planned(Box::new(Planned { setup, plan, rates }));
    Ok(Recording { origin, machine, trace, conditions, broken, file: None })
}
