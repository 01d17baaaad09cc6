//! The options of `concviz run`, and what they come to.

use clap::Args;

use super::shared::{self, OUTPUT, SharedArgs};
use super::values::{self, one_of};
use super::{Exit, Host};
use crate::report::Format;
use crate::settings::Settings;

/// The most runs of one plan.
const MOST_RUNS: u16 = 1_000;

/// The options of `concviz run`.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub shared: SharedArgs,
    /// How the result is printed
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&Format::ALL, Format::name), help_heading = OUTPUT)]
    pub format: Format,
    /// Run so many times, and say how the figures spread
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::count(MOST_RUNS), help_heading = OUTPUT)]
    pub repeat: Option<u16>,
}

/// What `concviz run` is asked for.
pub(super) fn running(options: &RunArgs, host: &impl Host) -> Result<Settings, Exit> {
    let settings = shared::settings(&options.shared, host)?;
    if settings.plain && options.format != Format::Table {
        return Err(Exit::usage(&format!(
            "--plain prints sentences and --format {} is for programs: choose one of them",
            options.format.name()
        )));
    }
    Ok(settings)
}
