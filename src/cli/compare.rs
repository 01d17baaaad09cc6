//! The options of `concviz compare`, and what they come to.

use std::path::PathBuf;

use clap::Args;

use super::shared::{self, HowArgs, MODEL, MOST_ROUNDS, OUTPUT, WorkArgs};
use super::values::{self, LockArg, ModelArg, one_of};
use super::{Exit, Host};
use crate::model::ModelKind;
use crate::recording::usual_models;
use crate::report::ComparisonFormat;
use crate::settings::Comparing;

/// The options of `concviz compare`.
#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// Compare the runs in these files in place of making new ones
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub work: WorkArgs,
    /// Which models: a list of serial, threads, processes, async, threads+gil [default: all of them]
    #[arg(short, long, value_name = "LIST", value_delimiter = ',', value_parser = values::model, help_heading = MODEL)]
    pub models: Vec<ModelArg>,
    #[arg(long, value_name = "LOCK", default_value = "gil", help = "The global lock of threads+gil: like CPython's, or that of Python 2", value_parser = one_of(&[LockArg::Gil, LockArg::GilLegacy], LockArg::name), help_heading = MODEL)]
    pub global_lock: LockArg,
    #[command(flatten)]
    pub how: HowArgs,
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

/// What `concviz compare` is asked for.
pub(super) fn comparing(options: &CompareArgs, host: &impl Host) -> Result<Comparing, Exit> {
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
    let setup = shared::setup(&options.work, (ModelKind::Serial, LockArg::Off), &options.how, host);
    let lock = shared::lock(options.global_lock, &options.how)?;
    let mut setup = setup?;
    setup.lock = lock;
    let models = match options.models.as_slice() {
        [] => usual_models(lock.lock()).to_vec(),
        some => shared::models(some, lock),
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

#[cfg(test)]
mod tests;
