//! The options of `concviz run`, and the settings that follow from them.

use clap::Args;

use super::Host;
use super::refusal::Refusal;
use super::shared::{self, SharedArgs};
use super::values::{self, one_of};
use crate::report::Format;
use crate::settings::Settings;
use crate::text::cli::help::{heading, run, shared as common, value};

/// The most runs of one plan.
const MOST_RUNS: u16 = 1_000;

/// The options of `concviz run`.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub shared: SharedArgs,
    /// How the result is printed
    #[arg(long, value_name = value::FORMAT, default_value = "table", value_parser = one_of(&Format::ALL, Format::name), help_heading = heading::OUTPUT, help = common::FORMAT)]
    pub format: Format,
    /// Run so many times, and say how the figures spread
    #[arg(long, value_name = value::N, allow_hyphen_values = true, value_parser = values::count(MOST_RUNS), help_heading = heading::OUTPUT, help = run::REPEAT)]
    pub repeat: Option<u16>,
}

/// What `concviz run` is asked for.
pub(super) fn running(options: &RunArgs, host: &impl Host) -> Result<Settings, Refusal> {
    let settings = shared::settings(&options.shared, host)?;
    if settings.plain && options.format != Format::Table {
        return Err(Refusal::PlainOrForPrograms(options.format.name()));
    }
    Ok(settings)
}
