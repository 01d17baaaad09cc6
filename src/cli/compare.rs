//! The options of `concviz compare` and `concviz map`, and what they come to.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::shared::{self, How, MODEL, OUTPUT, WORK, Work};
use super::values::{self, Lock, one_of};
use super::{Exit, Host};
use crate::model::{GlobalLock, LockSettings, Model, ModelKind};
use crate::recording::usual_models;
use crate::report::{ComparisonFormat, ListFormat};
use crate::settings::{Comparing, ExportFormat, Mapping};
use crate::units::Ns;

/// The most rounds of a comparison: all of its runs are kept until the end.
const MOST_ROUNDS: u16 = 100;
/// The longest task of a map, and the longest time for one.
const LONGEST: Ns = Ns::from_millis(10_000);
const LONGEST_MAP: Ns = Ns::from_millis(24 * 3_600_000);
/// The most rows, and columns, of a map.
const MOST_PLACES: usize = 32;
/// The most tasks in a cell of a map.
const MOST_TASKS: u16 = 1_024;

/// The options of `concviz compare`.
#[derive(Debug, ClapArgs)]
pub(super) struct Compare {
    /// Compare the runs in these files in place of making new ones
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub work: Work,
    /// Which models: a list of serial, threads, processes, async, threads+gil [default: all of them]
    #[arg(short, long, value_name = "LIST", value_delimiter = ',', value_parser = model, help_heading = MODEL)]
    pub models: Vec<Named>,
    #[arg(long, value_name = "LOCK", default_value = "gil", help = "The global lock of threads+gil: like CPython's, or that of Python 2", value_parser = one_of(&[Lock::Gil, Lock::GilLegacy], Lock::name), help_heading = MODEL)]
    pub global_lock: Lock,
    #[command(flatten)]
    pub how: How,
    /// Print the result in sentences: for screen readers and logs
    #[arg(long, help_heading = OUTPUT)]
    pub plain: bool,
    /// Add the runs to this file, which `concviz view` opens and `concviz export` draws
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub trace: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&ComparisonFormat::ALL, ComparisonFormat::name), help_heading = OUTPUT)]
    pub format: ComparisonFormat,
    /// Measure all of them so many times, round by round, and take each one's median run
    #[arg(long, value_name = "N", default_value = "1", allow_hyphen_values = true, value_parser = values::count(MOST_ROUNDS), help_heading = OUTPUT)]
    pub repeat: u16,
}

/// The options of `concviz map`.
#[derive(Debug, ClapArgs)]
pub(super) struct Map {
    /// The rows: a list of how many tasks
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "1,2,4,8,16,32,64", allow_hyphen_values = true, value_parser = values::count(MOST_TASKS), help_heading = WORK)]
    pub tasks: Vec<u16>,
    /// The columns: a list of percentages of its time for which a task waits
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "0,25,50,75,90,100", allow_hyphen_values = true, value_parser = share, help_heading = WORK)]
    pub waits: Vec<u8>,
    /// How long a task takes alone [default: up to 20ms, as --time allows]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = length, help_heading = WORK)]
    pub length: Option<Ns>,
    /// How long it should take, as far as --length and --repeat leave that open
    #[arg(long, value_name = "TIME", default_value = "60s", allow_hyphen_values = true, value_parser = budget, help_heading = WORK)]
    pub time: Ns,
    /// How many rounds [default: 3 to 9, as --time allows]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::count(MOST_ROUNDS), help_heading = WORK)]
    pub repeat: Option<u16>,
    /// Which models: a list of serial, threads, processes, async, threads+gil
    #[arg(short, long, value_name = "LIST", value_delimiter = ',', default_value = "serial,threads,processes,async", value_parser = model, help_heading = MODEL)]
    pub models: Vec<Named>,
    #[arg(long, value_name = "LOCK", default_value = "gil", help = "The global lock of threads+gil: like CPython's, or that of Python 2", value_parser = one_of(&[Lock::Gil, Lock::GilLegacy], Lock::name), help_heading = MODEL)]
    pub global_lock: Lock,
    #[command(flatten)]
    pub how: How,
    /// Make a picture of it too: a file that ends in .svg or .png
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    pub out: Option<PathBuf>,
    /// Replace a picture that is there
    #[arg(long, requires = "out", help_heading = OUTPUT)]
    pub force: bool,
    /// How the map is printed
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&ListFormat::ALL, ListFormat::name), help_heading = OUTPUT)]
    pub format: ListFormat,
}

/// A model as it is named in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    kind: ModelKind,
    locked: bool,
}

/// Reads the name of a model, with or without the global lock.
fn model(text: &str) -> Result<Named, String> {
    let (name, locked) = match text.split_once('+') {
        Some((name, "gil")) => (name, true),
        _ => (text, false),
    };
    let kind = ModelKind::ALL.into_iter().find(|k| k.name() == name);
    kind.map(|kind| Named { kind, locked })
        .ok_or_else(|| "write some of serial, threads, processes, async, threads+gil, with commas between".to_owned())
}

/// Reads a share in per cent.
fn share(text: &str) -> Result<u8, String> {
    let bare = text.trim().trim_end_matches('%');
    bare.parse().ok().filter(|n| *n <= 100).ok_or_else(|| "write whole numbers from 0 to 100".to_owned())
}

/// Reads the length of a task.
fn length(text: &str) -> Result<Ns, String> {
    bounded(text, Ns::from_micros(100), LONGEST, "100us to 10s")
}

/// Reads the time for a map.
fn budget(text: &str) -> Result<Ns, String> {
    bounded(text, Ns::from_millis(1), LONGEST_MAP, "1ms to 24h, like 90s or 10min")
}

fn bounded(text: &str, least: Ns, most: Ns, range: &str) -> Result<Ns, String> {
    let time = values::time(text)?;
    if (least..=most).contains(&time) { Ok(time) } else { Err(format!("`{text}` is out of range: write {range}")) }
}

/// The models of a list, each once, with the global lock as it is set.
fn models(named: &[Named], lock: LockSettings) -> Vec<Model> {
    let lock_of = |n: &Named| if n.locked { lock.lock() } else { GlobalLock::Off };
    let mut models: Vec<Model> = Vec::new();
    for model in named.iter().map(|n| Model { kind: n.kind, lock: lock_of(n) }) {
        if !models.contains(&model) {
            models.push(model);
        }
    }
    models
}

/// What `concviz compare` is asked for.
pub(super) fn comparing(options: &Compare, host: &impl Host) -> Result<Comparing, Exit> {
    if options.plain && options.format != ComparisonFormat::Table {
        return Err(Exit::usage(&format!(
            "--plain prints sentences and --format {} a document: choose one of them",
            options.format.name()
        )));
    }
    if let (Some(trace), false) = (&options.trace, options.files.is_empty()) {
        return Err(Exit::usage(&format!(
            "--trace {}: runs that are in a file already are not recorded again, leave it out",
            trace.display()
        )));
    }
    let setup = shared::setup(&options.work, (ModelKind::Serial, Lock::Off), &options.how, host);
    let lock = shared::lock(options.global_lock, &options.how)?;
    let mut setup = setup?;
    setup.lock = lock;
    let models = match options.models.as_slice() {
        [] => usual_models(lock.lock()).to_vec(),
        some => models(some, lock),
    };
    Ok(Comparing {
        setup,
        models,
        repeat: options.repeat,
        plain: options.plain,
        trace: options.trace.clone(),
        files: options.files.clone(),
    })
}

/// A file for a picture, whose name says which kind.
fn picture(path: Option<&PathBuf>) -> Result<Option<PathBuf>, Exit> {
    let Some(path) = path else { return Ok(None) };
    match ExportFormat::of_file(&path.to_string_lossy()) {
        Some(ExportFormat::Svg | ExportFormat::Png) => Ok(Some(path.clone())),
        _ => Err(Exit::usage(&format!("-o {}: write a file that ends in .svg or .png", path.display()))),
    }
}

/// What `concviz map` is asked for.
pub(super) fn mapping(options: &Map, host: &impl Host) -> Result<Mapping, Exit> {
    let lock = shared::lock(options.global_lock, &options.how)?;
    let wishes = shared::wishes(&options.how, 1, host)?;
    let models = models(&options.models, lock);
    if models.len() < 2 {
        return Err(Exit::usage("a map needs two models or more: write --models serial,threads"));
    }
    let (mut tasks, mut waits) = (options.tasks.clone(), options.waits.clone());
    tasks.sort_unstable();
    tasks.dedup();
    waits.sort_unstable();
    waits.dedup();
    if tasks.len() > MOST_PLACES || waits.len() > MOST_PLACES {
        return Err(Exit::usage(&format!("a map has at most {MOST_PLACES} rows and as many columns: write fewer")));
    }
    Ok(Mapping {
        tasks,
        waits,
        length: options.length,
        time: options.time,
        repeat: options.repeat,
        models,
        lock,
        wishes,
        picture: picture(options.out.as_ref())?,
        force: options.force,
    })
}

#[cfg(test)]
mod tests;
