//! The whole command line as it is declared: what stands in it besides a command, and the list of commands, each of which
//! has a file of its own.

use clap::{Parser, Subcommand};

use super::compare::CompareArgs;
use super::completions::CompletionsArgs;
use super::doctor::DoctorArgs;
use super::export::ExportArgs;
use super::map::MapArgs;
use super::run::RunArgs;
use super::shared::{ScreenArgs, SharedArgs};
use super::view::ViewArgs;
use super::workloads::WorkloadsArgs;
use crate::text::cli::help::{self, command};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "concviz",
    version,
    about = help::ABOUT,
    override_usage = help::USAGE,
    after_help = help::examples(),
    max_term_width = 80,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub shared: SharedArgs,
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// What can be asked for besides the screen.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run without a screen and print the result
    #[command(about = command::RUN)]
    Run(RunArgs),
    /// Look at recorded runs on the screen, with everything but running them again
    #[command(about = command::VIEW)]
    View(ViewArgs),
    /// Make pictures, pages, tables, data or casts of recorded runs
    #[command(about = command::EXPORT)]
    Export(Box<ExportArgs>),
    /// Run the same under every model and hold them against each other
    #[command(about = command::COMPARE)]
    Compare(CompareArgs),
    /// Find out which model wins, by how much tasks wait and how many there are
    #[command(about = command::MAP)]
    Map(MapArgs),
    /// List the workloads, or print one as a file to edit
    #[command(about = command::WORKLOADS)]
    Workloads(WorkloadsArgs),
    /// Say what this machine can show, and what limits it
    #[command(about = command::DOCTOR)]
    Doctor(DoctorArgs),
    /// Print the script that completes commands and options in a shell
    #[command(about = command::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the manual page: concviz man | man -l -
    #[command(about = command::MAN)]
    Man,
}
