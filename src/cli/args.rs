//! The options as they are declared. Each value is read here; what depends on several of them is decided elsewhere.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Args as ClapArgs, Parser, Subcommand};

use super::compare::{Compare, Map};
use super::doctor::Doctor;
use super::export::Export;
use super::values;
use crate::model::ModelKind;
use crate::palette::Theme;
use crate::report::{Format, ListFormat};
use crate::settings::Color;
use crate::units::Ns;
use crate::workload::{SHIPPED, Scale, Value};

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
    pub shared: Shared,
    #[command(flatten)]
    pub screen: Screen,
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
    Run(Run),
    /// Look at recorded runs on the screen, with everything but running them again
    View(View),
    /// Make pictures, pages, tables, data or casts of recorded runs
    Export(Box<Export>),
    /// Run the same under every model and hold them against each other
    Compare(Compare),
    /// Find out which model wins, by how much tasks wait and how many there are
    Map(Map),
    /// List the workloads, or print one as a file to edit
    Workloads(Workloads),
    /// Say what this machine can show, and what limits it
    Doctor(Doctor),
    /// Print the script that completes commands and options in a shell
    Completions(Completions),
    /// Print the manual page: concviz man | man -l -
    Man,
}

/// The options of `concviz workloads`.
#[derive(Debug, ClapArgs)]
pub(super) struct Workloads {
    /// Print this one as the file it is, ready to edit
    #[arg(long, value_name = "NAME", hide_possible_values = true, conflicts_with = "format", value_parser = WorkloadName)]
    pub show: Option<OsString>,
    /// How the list is printed
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&ListFormat::ALL, ListFormat::name))]
    pub format: ListFormat,
}

/// The arguments of `concviz completions`.
#[derive(Debug, ClapArgs)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: clap_complete::Shell,
}

/// The options of `concviz run`.
#[derive(Debug, ClapArgs)]
pub(super) struct Run {
    #[command(flatten)]
    pub shared: Shared,
    /// How the result is printed
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&Format::ALL, Format::name), help_heading = OUTPUT)]
    pub format: Format,
    /// Run so many times, and say how the figures spread
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::count(values::MOST_RUNS), help_heading = OUTPUT)]
    pub repeat: Option<u16>,
}

/// The options of `concviz view`.
#[derive(Debug, ClapArgs)]
pub(super) struct View {
    /// Files that --trace or the key S has written
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub screen: Screen,
}

/// Options of the screen and of `concviz run`.
#[derive(Debug, ClapArgs)]
pub(super) struct Shared {
    #[command(flatten)]
    pub work: Work,
    /// How its tasks are executed
    #[arg(short, long, value_name = "MODEL", default_value = "serial", value_parser = one_of(&ModelKind::ALL, ModelKind::name), help_heading = MODEL)]
    pub model: ModelKind,
    #[arg(long, value_name = "LOCK", default_value = "off", help = "Whether whoever computes must hold a global lock, like CPython's GIL; gil-legacy is that of Python 2", value_parser = one_of(&Lock::ALL, Lock::name), help_heading = MODEL)]
    pub global_lock: Lock,
    #[command(flatten)]
    pub how: How,
    /// Print what happens in sentences: for screen readers and logs
    #[arg(long, help_heading = OUTPUT)]
    pub plain: bool,
    /// Add every run to this file, which `concviz view` opens and `concviz export` draws
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub trace: Option<PathBuf>,
}

/// What is run.
#[derive(Debug, ClapArgs)]
pub(super) struct Work {
    #[arg(short, long, value_name = "NAME|FILE.toml", help = workload_help(), hide_possible_values = true, value_parser = WorkloadName, help_heading = WORK)]
    pub workload: Option<OsString>,
    /// How many tasks: short for --set tasks=N
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::count(values::MOST), help_heading = WORK)]
    pub tasks: Option<u16>,
    /// How long a task computes: short for --set cpu=TIME
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::time, help_heading = WORK)]
    pub cpu: Option<Ns>,
    /// How long each wait of a task takes: short for --set wait=TIME
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::time, help_heading = WORK)]
    pub wait: Option<Ns>,
    /// Set a parameter of the workload, like wait=100ms; can be repeated
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true, value_parser = values::assignment, help_heading = WORK)]
    pub set: Vec<(String, Value)>,
    /// Multiply every amount of computing and of waiting
    #[arg(long, value_name = "FACTOR", default_value = "1", allow_hyphen_values = true, value_parser = values::scale, help_heading = WORK)]
    pub scale: Scale,
    /// The seed of everything random
    #[arg(long, value_name = "N", default_value = "1", allow_hyphen_values = true, value_parser = values::seed, help_heading = WORK)]
    pub seed: u64,
}

/// How it is run, whatever the model.
#[derive(Debug, ClapArgs)]
pub(super) struct How {
    /// How long a thread waits for the global lock before it asks for it [default: 5ms]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::interval, help_heading = MODEL)]
    pub switch_interval: Option<Ns>,
    /// Let whoever was asked for the global lock take it again before another has it
    #[arg(long, help_heading = MODEL)]
    pub no_forced_switching: bool,
    /// After how many ticks the older lock is let go of; one is 4.2 ns of work [default: 100]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::ticks, help_heading = MODEL)]
    pub check_interval: Option<u32>,
    /// How many threads or processes [default: as workload and model say]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::count(values::MOST), help_heading = MODEL)]
    pub workers: Option<u16>,
    /// Keep the workers on the first N cores [default: all allowed]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::count(u16::MAX), help_heading = MODEL)]
    pub cores: Option<u16>,
    /// Do without the kernel's record of who is on which core when
    #[arg(long, help_heading = MODEL)]
    pub no_kernel_record: bool,
}

/// Headings of the help.
pub(super) const WORK: &str = "What is run";
pub(super) const MODEL: &str = "How it is run";
pub(super) const OUTPUT: &str = "How it is shown";

/// How the screen looks.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = OUTPUT)]
pub(super) struct Screen {
    /// Whether to draw in colour
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = one_of(&Color::ALL, Color::name))]
    pub color: Color,
    /// The colours to draw in
    #[arg(long, value_name = "THEME", default_value = "dark", value_parser = one_of(&Theme::ALL, Theme::name))]
    pub theme: Theme,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,
    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
}

/// The global lock, before its interval is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    Off,
    Gil,
    GilLegacy,
}

impl Lock {
    const ALL: [Lock; 3] = [Lock::Off, Lock::Gil, Lock::GilLegacy];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Lock::Off => "off",
            Lock::Gil => "gil",
            Lock::GilLegacy => "gil-legacy",
        }
    }
}

/// The names of all shipped workloads.
pub(super) fn workload_names() -> Vec<&'static str> {
    SHIPPED.iter().map(|f| f.name).collect()
}

fn workload_help() -> String {
    format!(
        "What to run: {}, or a file of your own that ends in .toml [default: cpu; mixed where --cpu or --wait is given]",
        workload_names().join(", ")
    )
}

/// Takes any text, which is looked up elsewhere; knows the names, so that shells can complete them.
#[derive(Clone, Copy, Debug)]
struct WorkloadName;

impl TypedValueParser for WorkloadName {
    type Value = OsString;

    fn parse_ref(&self, _: &clap::Command, _: Option<&Arg>, value: &OsStr) -> Result<OsString, clap::Error> {
        Ok(value.to_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(SHIPPED.iter().map(|f| PossibleValue::new(f.name))))
    }
}

/// Reads one of `all` by its name.
pub(super) fn one_of<T>(all: &'static [T], name: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    let first = all[0];
    let named = move |text: String| all.iter().copied().find(|t| name(*t) == text).unwrap_or(first);
    PossibleValuesParser::new(all.iter().map(|t| name(*t))).map(named)
}
