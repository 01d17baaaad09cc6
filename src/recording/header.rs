//! Recordings in a file: the texts before and after a run's events, and reading them back.

use std::borrow::Cow::{self, Borrowed};
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::{Conditions, Observed, Origin, Planned, Recording, names, shared};
use crate::machine::Machine;
use crate::model::{LockSettings, Model};
use crate::plan::{Plan, Rates, Wishes};
use crate::settings::Setup;
use crate::state::Failure;
use crate::text;
use crate::trace::LONGEST;
use crate::trace::file::{self, Damage, FileError, FileWriter, Names, RecordedRun};
use crate::units::{Ns, TaskId};
use crate::workload::{Kernel, MAX_TASKS, Param, Scale, Task, Workload};

/// The text before a run's events: enough to draw the run and to say what it was, even if its steps are not known. It
/// is read in parts, each from the whole text: so a part needs to know nothing of the others.
#[derive(Serialize)]
struct Header<'a> {
    /// Which version of the program made it.
    concviz: Cow<'a, str>,
    machine: Cow<'a, Machine>,
    #[serde(flatten)]
    origin: Told<'a>,
}

/// Where the run comes from.
#[derive(Serialize)]
#[serde(tag = "origin", rename_all = "lowercase")]
enum Told<'a> {
    Planned(Asked<'a>),
    Observed(Watched<'a>),
}

/// The part of a header that all runs have.
#[derive(Deserialize)]
struct Head {
    machine: Machine,
    origin: ToldKind,
}

/// Which origin the header describes, so which other part it has.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ToldKind {
    Planned,
    Observed,
}

/// What was watched.
#[derive(Serialize, Deserialize)]
struct Watched<'a> {
    command: Cow<'a, [String]>,
}

/// What was asked for, without the steps.
#[derive(Serialize, Deserialize)]
struct Asked<'a> {
    workload: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    variant: Option<Cow<'a, str>>,
    /// What the workload does, with its numbers filled in.
    title: Cow<'a, str>,
    params: Cow<'a, [Param]>,
    model: Model,
    workers: u16,
    #[serde(default)]
    at_once: Option<u16>,
    #[serde(default)]
    cores: Option<u16>,
    seed: u64,
    scale: Scale,
}

/// What the run was asked to do, to the last step.
#[derive(Serialize, Deserialize)]
struct Program<'a> {
    setup: Cow<'a, Setup>,
    plan: Cow<'a, Plan>,
    rates: Rates,
}

/// The header of a file of format 1, beside the program.
#[derive(Deserialize)]
struct FirstHead {
    machine: Machine,
}

/// The text after a run's events: what is known of it only at its end.
#[derive(Serialize)]
struct Tail {
    #[serde(flatten)]
    conditions: Conditions,
    #[serde(flatten)]
    end: TailEnd,
}

/// The part of a tail that is not about the machine.
#[derive(Default, Serialize, Deserialize)]
struct TailEnd {
    /// When it broke off, if it did: its last event may have been earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Ns>,
}

/// The contents of a file.
#[derive(Debug)]
pub struct Opened {
    /// Its runs, at least one.
    pub recordings: Vec<Recording>,
    /// What to report of it: damage, before which everything was read, and what this version of the program does not
    /// know.
    pub notes: Vec<Note>,
}

/// What to report of a file beside its runs, which count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It is damaged: everything before the damage was read.
    Damaged(Damage),
    /// A run cannot be read.
    Unreadable {
        /// Which.
        run: usize,
        /// Why.
        why: RunError,
    },
    /// What a run was asked to do is not known.
    UnknownPlan {
        /// Which run.
        run: usize,
        /// What this version does not know of it; `None` where the file does not say what the run was asked to do.
        what: Option<String>,
    },
    /// A newer version recorded things of a run that this one does not know.
    Skipped {
        /// Which run.
        run: usize,
        /// The events, by what the file calls them, and how many.
        events: Vec<(String, u64)>,
        /// How many blocks.
        blocks: u64,
        /// How many times a task entered an unknown state.
        states: u64,
    },
}

impl Note {
    /// Its sentence.
    pub fn text(&self) -> String {
        match self {
            Note::Damaged(damage) => text::file::damaged(damage.at, damage.fault),
            Note::Unreadable { run, why } => text::unreadable_run(*run, &why.to_string()),
            Note::UnknownPlan { run, what } => {
                text::file::unknown_plan(*run, what.as_deref().unwrap_or(text::file::no_plan()))
            }
            Note::Skipped { run, events, blocks, states } => text::file::skipped(*run, events, *blocks, *states),
        }
    }
}

/// Why a run of a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// Its header cannot be read: the JSON reader's message.
    #[error("{0}")]
    Header(String),
    /// Its plan, or its machine, is not one that the program could have made.
    #[error("{}", text::file::nonsense_plan())]
    Nonsense,
    /// The file ends before it begins.
    #[error("{}", text::file::no_run_yet())]
    NotBegun,
}

impl From<serde_json::Error> for RunError {
    fn from(e: serde_json::Error) -> RunError {
        RunError::Header(e.to_string())
    }
}

/// Why nothing could be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The file holds no run that can be read.
    #[error("{0}")]
    File(#[from] FileError),
    /// There are runs, but none of them can be read: what is wrong with the first.
    #[error("{}", text::unreadable_run(1, &.0.to_string()))]
    Runs(RunError),
}

/// The names that tell runs of several `files` apart: `None` for a single file, else its name without folder and
/// suffix; the whole names where two would be the same.
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

/// Writes the header of `run`, its names and its plan.
///
/// # Errors
/// As the file says.
pub fn begin<W: Write>(writer: &mut FileWriter<W>, run: &Recording) -> io::Result<()> {
    let origin = match &run.origin {
        Origin::Planned(planned) => Told::Planned(asked(planned)),
        Origin::Observed(observed) => Told::Observed(Watched { command: Borrowed(&observed.command) }),
    };
    let header = Header { concviz: Borrowed(env!("CARGO_PKG_VERSION")), machine: Borrowed(&run.machine), origin };
    writer.header(&serde_json::to_string(&header)?)?;
    match &run.origin {
        Origin::Planned(planned) => {
            let Planned { setup, plan, rates, known } = planned.as_ref();
            writer.names(&Names::new(&names(plan), &plan.locks).sharing(&plan.limits, &run.trace.sharing))?;
            if *known {
                let program = Program { setup: Borrowed(setup), plan: Borrowed(plan), rates: *rates };
                writer.plan(&serde_json::to_string(&program)?)?;
            }
            Ok(())
        }
        // Its tasks appear as it goes on; their final names are known only if it is stored afterwards.
        Origin::Observed(_) => writer.names(&Names::new(&run.trace.names, &run.trace.lock_names)),
    }
}

fn asked(planned: &Planned) -> Asked<'_> {
    let Planned { setup, plan, .. } = planned;
    Asked {
        workload: Borrowed(&plan.workload),
        variant: setup.workload.variant.as_deref().map(Borrowed),
        title: setup.title().into(),
        params: Borrowed(&setup.workload.params),
        model: plan.model,
        workers: plan.workers,
        at_once: plan.at_once,
        cores: plan.cores,
        seed: plan.seed,
        scale: setup.scale,
    }
}

/// The text that stands after the events of `run`.
pub fn tail(run: &Recording) -> String {
    let broke_off = run.broken.is_some() && run.trace.report.is_none();
    let end = TailEnd { until: broke_off.then(|| run.trace.latest()) };
    let tail = Tail { conditions: run.conditions, end };
    serde_json::to_string(&tail).unwrap_or_default()
}

/// The runs of a file whose bytes these are.
///
/// # Errors
/// If the file holds no run that can be read.
pub fn open(bytes: &[u8]) -> Result<Opened, OpenError> {
    let contents = file::read(bytes)?;
    let mut recordings = Vec::new();
    let mut notes = Vec::new();
    let mut refused = None;
    for (run, number) in contents.runs.iter().zip(1..) {
        let read = if contents.major == 1 { first_recording(run) } else { recording(run, number, &mut notes) };
        match read {
            Ok(recording) => recordings.push(recording),
            Err(why) => {
                notes.push(Note::Unreadable { run: number, why: why.clone() });
                refused.get_or_insert(why);
            }
        }
        if !run.skipped.is_empty() {
            notes.push(skipped(run, number));
        }
    }
    if let (true, Some(damage)) = (recordings.is_empty(), &contents.damage) {
        return Err(FileError::Damaged(damage.clone()).into());
    }
    // Damage matters more than parts that are not understood.
    if let Some(damage) = contents.damage {
        notes.insert(0, Note::Damaged(damage));
    }
    match refused {
        Some(why) if recordings.is_empty() => Err(OpenError::Runs(why)),
        _ => Ok(Opened { recordings, notes }),
    }
}

/// The note of what this version does not know of `run`, by the names in its file.
fn skipped(run: &RecordedRun<'_>, number: usize) -> Note {
    let name = |kind: u8| {
        let name = run.names.as_ref().and_then(|names| names.events.get(usize::from(kind)));
        name.cloned().unwrap_or_else(|| kind.to_string())
    };
    let events = run.skipped.events.iter().map(|(kind, count)| (name(*kind), *count)).collect();
    Note::Skipped { run: number, events, blocks: run.skipped.blocks.values().sum(), states: run.skipped.states }
}

fn is_sound(plan: &Plan, machine: &Machine) -> bool {
    plan.tasks.len() <= MAX_TASKS && plan.workers > 0 && machine.usable.is_finite() && machine.usable >= 0.0
}

fn first_recording(run: &RecordedRun<'_>) -> Result<Recording, RunError> {
    let FirstHead { machine } = serde_json::from_str(run.header)?;
    let Program { setup, plan, rates } = serde_json::from_str(run.header)?;
    let (setup, plan) = (setup.into_owned(), plan.into_owned());
    if !is_sound(&plan, &machine) {
        return Err(RunError::Nonsense);
    }
    Ok(of(run, Origin::Planned(Box::new(Planned { setup, plan, rates, known: true })), machine))
}

fn recording(run: &RecordedRun<'_>, number: usize, notes: &mut Vec<Note>) -> Result<Recording, RunError> {
    let Head { machine, origin } = serde_json::from_str(run.header)?;
    let origin = match origin {
        ToldKind::Observed => {
            let Watched { command } = serde_json::from_str(run.header)?;
            if !machine.usable.is_finite() || machine.usable < 0.0 {
                return Err(RunError::Nonsense);
            }
            Origin::Observed(Observed { command: command.into_owned() })
        }
        ToldKind::Planned if run.plan.is_none() && run.begin.is_none() && run.failed.is_none() => {
            return Err(RunError::NotBegun);
        }
        ToldKind::Planned => {
            let asked: Asked<'_> = serde_json::from_str(run.header)?;
            let program = run.plan.ok_or(None);
            let planned = match program.and_then(|text| serde_json::from_str(text).map_err(Some)) {
                Ok(Program { setup, plan, rates }) => {
                    Planned { setup: setup.into_owned(), plan: plan.into_owned(), rates, known: true }
                }
                Err(why) => {
                    notes.push(Note::UnknownPlan { run: number, what: why.map(|e| unknown_word(&e.to_string())) });
                    stand_in(asked, run.names.as_ref())
                }
            };
            if !is_sound(&planned.plan, &machine) {
                return Err(RunError::Nonsense);
            }
            Origin::Planned(Box::new(planned))
        }
    };
    Ok(of(run, origin, machine))
}

/// The unknown word, without the list of known ones, if `why` is about an unknown word; else `why`.
fn unknown_word(why: &str) -> String {
    let word = why.strip_prefix("unknown variant ").and_then(|rest| rest.split(", expected").next());
    word.unwrap_or(why).to_owned()
}

/// The plan of a run whose steps are not known, with what its header says.
fn stand_in(asked: Asked<'_>, names: Option<&Names>) -> Planned {
    let Asked { workload, variant, title, params, model, workers, at_once, cores, seed, scale } = asked;
    let name = workload.into_owned();
    let tasks = names.map(Names::task_names).unwrap_or_default();
    let tasks = tasks.into_iter().map(|t| Task { name: t.name, background: t.background, ops: Vec::new() }).collect();
    let (limits, queues, counters) = shared::described(names.cloned().unwrap_or_default());
    let plan = Plan {
        workload: name.clone(),
        tasks,
        model,
        workers,
        at_once,
        cores,
        poll_every: [0; Kernel::COUNT],
        locks: names.map(|names| names.locks.clone()).unwrap_or_default(),
        limits,
        queues,
        counters,
        seed,
        no_kernel_record: false,
    };
    let workload = Workload {
        title: title.into_owned(),
        params: params.into_owned(),
        variant: variant.map(Cow::into_owned),
        ..Workload::of(name, Vec::new())
    };
    let lock = LockSettings::default().like(model.lock);
    let wishes = Wishes { cores, seed, ..Wishes::default() };
    Planned { setup: Setup { workload, model, lock, wishes, scale }, plan, rates: Rates::default(), known: false }
}

/// The recording of `run`, which comes from `origin`.
fn of(run: &RecordedRun<'_>, origin: Origin, machine: Machine) -> Recording {
    let mut trace = run.told_to(origin.empty_trace());
    if let (Origin::Observed(_), Some(names)) = (&origin, &run.names) {
        (0..).map(TaskId).zip(names.task_names()).for_each(|(id, name)| trace.name_task(id, name));
        trace.lock_names.clone_from(&names.locks);
    }
    // If the tail cannot be read, the conditions are unknown.
    let conditions: Conditions = run.tail.and_then(|tail| serde_json::from_str(tail).ok()).unwrap_or_default();
    let TailEnd { until } = run.tail.and_then(|tail| serde_json::from_str(tail).ok()).unwrap_or_default();
    if let (Some(t0), Some(until)) = (trace.t0().filter(|_| trace.report.is_none()), until) {
        trace.fail(t0 + until.min(LONGEST));
    }
    let cut_off = trace.makespan().is_none().then_some(Failure::CutOff);
    let mut recording = Recording { trace, conditions, ..Recording::new(origin, machine) };
    recording.break_off(run.failed.clone().or(cut_off));
    recording
}
