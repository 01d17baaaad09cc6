//! The options of `concviz compare`, and the settings that follow from them.

use std::path::PathBuf;

use clap::Args;

use super::Host;
use super::refusal::Refusal;
use super::shared::{self, HowArgs, MOST_ROUNDS, WorkArgs};
use super::values::{self, LockArg, ModelArg, one_of};
use crate::model::{Model, ModelKind};
use crate::recording::usual_models;
use crate::report::ComparisonFormat;
use crate::settings::{Comparing, Setup};
use crate::text::cli::help::{compare, heading, shared as common, value};
use crate::workload::StartLock;

/// The options of `concviz compare`.
#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// Compare the runs in these files in place of making new ones
    #[arg(value_name = value::FILE, help = compare::FILES)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub work: WorkArgs,
    /// Which models: a list of serial, threads, processes, async, threads+gil [default: all of them]
    #[arg(short, long, value_name = value::LIST, value_delimiter = ',', value_parser = values::model, help_heading = heading::MODEL, help = compare::MODELS)]
    pub models: Vec<ModelArg>,
    #[arg(long, value_name = value::LOCK, help = compare::GLOBAL_LOCK, value_parser = one_of(&[LockArg::Gil, LockArg::GilLegacy], LockArg::name), help_heading = heading::MODEL)]
    pub global_lock: Option<LockArg>,
    #[command(flatten)]
    pub how: HowArgs,
    /// Print the result in sentences: for screen readers and logs
    #[arg(long, help_heading = heading::OUTPUT, help = compare::PLAIN)]
    pub plain: bool,
    /// Add the runs to this file, which `concviz view` opens and `concviz export` draws
    #[arg(long, value_name = value::FILE, help_heading = heading::OUTPUT, help = compare::TRACE)]
    pub trace: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_name = value::FORMAT, default_value = "table", value_parser = one_of(&ComparisonFormat::ALL, ComparisonFormat::name), help_heading = heading::OUTPUT, help = common::FORMAT)]
    pub format: ComparisonFormat,
    /// Measure all of them so many times, round by round, and take each one's median run
    #[arg(long, value_name = value::N, default_value = "1", allow_hyphen_values = true, value_parser = values::count(MOST_ROUNDS), help_heading = heading::OUTPUT, help = compare::REPEAT)]
    pub repeat: u16,
}

/// What `concviz compare` is asked for.
pub(super) fn comparing(options: &CompareArgs, host: &impl Host) -> Result<Comparing, Refusal> {
    if options.plain && options.format != ComparisonFormat::Table {
        return Err(Refusal::PlainOrDocument(options.format.name()));
    }
    if let (Some(trace), false) = (&options.trace, options.files.is_empty()) {
        return Err(Refusal::RecordedAlready(trace.clone()));
    }
    let usual = |start| if start == StartLock::GilLegacy { LockArg::GilLegacy } else { LockArg::Gil };
    let lock = |start| options.global_lock.unwrap_or(usual(start));
    let setup = shared::setup(&options.work, ModelKind::Serial, lock, &options.how, host)?;
    let lock = setup.lock;
    let models = match options.models.as_slice() {
        [] => usual_models(lock.lock()).to_vec(),
        some => shared::models(some, lock),
    };
    Ok(Comparing {
        setup: Setup { model: Model::plain(ModelKind::Serial), ..setup },
        models,
        repeat: options.repeat,
        plain: options.plain,
        trace: options.trace.clone(),
        files: options.files.clone(),
    })
}

#[cfg(test)]
mod tests;
