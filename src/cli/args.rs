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

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "concviz",
    version,
    about = "See concurrency: the same work as serial, threads, processes and async, with\nand without a GIL",
    override_usage = "concviz [options]            the screen\n       concviz <command> [options]",
    after_help = examples(),
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

/// Command lines, and what they do.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("concviz", "the screen; 1 2 3 4 choose the model, g the GIL"),
    ("concviz -w io -m async", "the screen, started there"),
    ("concviz run -m threads", "one run, its result as a table"),
    ("concviz run -m threads --repeat 10", "ten runs, and how their times are spread"),
    ("concviz run --tasks 200 --cpu 5ms --wait 50ms", "numbers of your own, without a file"),
    ("concviz run --trace runs.concviz", "a run that is kept; view opens it, export draws it"),
    ("concviz view runs.concviz", "the screen on what was recorded"),
    ("concviz export runs.concviz -o runs.svg", "a picture; also png html txt md json csv cast"),
    ("concviz compare -w io", "all models in turn: who gains, and why"),
    ("concviz map", "who wins: share of waiting x number of tasks"),
    ("concviz run --format json", "the result for programs; csv for spreadsheets"),
    ("concviz workloads", "what there is to run"),
];

fn examples() -> String {
    let lines = EXAMPLES.iter().map(|(line, meaning)| match line.len() {
        0..=28 => format!("\n  {line:<28}  {meaning}"),
        _ => format!("\n  {line}\n  {:<28}  {meaning}", ""),
    });
    lines.fold("Examples:".to_owned(), |text, line| text + &line)
}

/// What can be asked for besides the screen.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run without a screen and print the result
    Run(RunArgs),
    /// Look at recorded runs on the screen, with everything but running them again
    View(ViewArgs),
    /// Make pictures, pages, tables, data or casts of recorded runs
    Export(Box<ExportArgs>),
    /// Run the same under every model and hold them against each other
    Compare(CompareArgs),
    /// Find out which model wins, by how much tasks wait and how many there are
    Map(MapArgs),
    /// List the workloads, or print one as a file to edit
    Workloads(WorkloadsArgs),
    /// Say what this machine can show, and what limits it
    Doctor(DoctorArgs),
    /// Print the script that completes commands and options in a shell
    Completions(CompletionsArgs),
    /// Print the manual page: concviz man | man -l -
    Man,
}
