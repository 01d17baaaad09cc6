//! The options as they are declared. Each value is read here; what depends on several of them is decided elsewhere.

use std::ffi::OsString;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand};

use super::values;
use crate::model::ModelKind;
use crate::report::Format;
use crate::settings::{Color, Theme};
use crate::units::Ns;
use crate::workload::{Scale, Value, shipped};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "concviz",
    version,
    about = "See concurrency: the same work as serial, threads, processes and async, with and without a GIL",
    after_help = EXAMPLES,
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

const EXAMPLES: &str = "\
Examples:
  concviz                                    the screen; keys 1 2 3 4 choose the model, g the GIL
  concviz -w io -m async                     the screen, started there
  concviz run -w cpu -m threads              one run, its result as a table
  concviz run -m threads --global-lock gil --format json";

/// What can be asked for besides the screen.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run without a screen and print the result
    Run(Run),
    /// List the workloads, or print one as a file to edit
    Workloads(Workloads),
}

/// The options of `concviz workloads`.
#[derive(Debug, ClapArgs)]
pub(super) struct Workloads {
    /// Print this one as the file it is, ready to edit
    #[arg(long, value_name = "NAME", conflicts_with = "format")]
    pub show: Option<String>,
    /// How the list is printed
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&ListFormat::ALL, ListFormat::name))]
    pub format: ListFormat,
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListFormat {
    Table,
    Json,
}

impl ListFormat {
    const ALL: [ListFormat; 2] = [ListFormat::Table, ListFormat::Json];

    const fn name(self) -> &'static str {
        match self {
            ListFormat::Table => "table",
            ListFormat::Json => "json",
        }
    }
}

/// The options of `concviz run`.
#[derive(Debug, ClapArgs)]
pub(super) struct Run {
    #[command(flatten)]
    pub shared: Shared,
    /// How the result is printed
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&Format::ALL, Format::name))]
    pub format: Format,
    /// Run so many times, and say how the figures spread
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::count(values::MOST_RUNS))]
    pub repeat: Option<u16>,
}

/// Options of the screen and of `concviz run`.
#[derive(Debug, ClapArgs)]
pub(super) struct Shared {
    #[arg(short, long, value_name = "NAME|FILE.toml", help = workload_help())]
    pub workload: Option<OsString>,
    /// How its tasks are executed
    #[arg(short, long, value_name = "MODEL", default_value = "serial", value_parser = one_of(&ModelKind::ALL, ModelKind::name))]
    pub model: ModelKind,
    #[arg(long, value_name = "LOCK", default_value = "off", help = "Whether whoever computes must hold a global lock, like CPython's GIL", value_parser = one_of(&Lock::ALL, Lock::name))]
    pub global_lock: Lock,
    /// How long a thread waits for the global lock before it asks for it
    #[arg(long, value_name = "TIME", default_value = "5ms", allow_hyphen_values = true, value_parser = values::interval)]
    pub switch_interval: Ns,
    /// How many tasks: short for --set tasks=N
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::count(values::MOST))]
    pub tasks: Option<u16>,
    /// How long a task computes: short for --set cpu=TIME
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::time)]
    pub cpu: Option<Ns>,
    /// How long a task waits: short for --set wait=TIME
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::time)]
    pub wait: Option<Ns>,
    /// How many threads or processes execute them [default: as the workload and the model say]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::count(values::MOST))]
    pub workers: Option<u16>,
    /// Keep the workers on the first N cores [default: all allowed]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::count(u16::MAX))]
    pub cores: Option<u16>,
    /// Multiply every amount of work and of waiting
    #[arg(long, value_name = "FACTOR", default_value = "1", allow_hyphen_values = true, value_parser = values::scale)]
    pub scale: Scale,
    /// The seed of everything random
    #[arg(long, value_name = "N", default_value = "1", allow_hyphen_values = true, value_parser = values::seed)]
    pub seed: u64,
    /// Set a parameter of the workload, like --set wait=100ms; can be repeated
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true, value_parser = values::assignment)]
    pub set: Vec<(String, Value)>,
    /// Print what happens as sentences, without a screen: for screen readers and logs
    #[arg(long)]
    pub plain: bool,
}

/// Options of the screen alone.
#[derive(Debug, ClapArgs)]
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
}

impl Lock {
    const ALL: [Lock; 2] = [Lock::Off, Lock::Gil];

    const fn name(self) -> &'static str {
        match self {
            Lock::Off => "off",
            Lock::Gil => "gil",
        }
    }
}

fn workload_help() -> String {
    let names: Vec<String> = shipped().into_iter().map(|w| w.name).collect();
    format!(
        "What to run: {}, or a file of your own that ends in .toml [default: cpu; mixed where --cpu or --wait is given]",
        names.join(", ")
    )
}

/// Reads one of `all` by its name.
fn one_of<T>(all: &'static [T], name: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    let first = all[0];
    let named = move |text: String| all.iter().copied().find(|t| name(*t) == text).unwrap_or(first);
    PossibleValuesParser::new(all.iter().map(|t| name(*t))).map(named)
}
