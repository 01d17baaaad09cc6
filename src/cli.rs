//! The command line: from arguments to settings that are known to be good, or to one sentence that says what is wrong.
//! Decides nothing about a run and prints nothing; what it needs of the machine it asks a [`Host`] for.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use self::refusal::Refusal;
use crate::report::{ComparisonFormat, Format, ListFormat};
use crate::settings::{Comparing, Exporting, Mapping, Settings, Viewing};
use crate::text::cli as words;

mod args;
mod clap_error;
mod compare;
mod completions;
mod doctor;
mod export;
mod man;
mod map;
mod refusal;
mod run;
mod shared;
mod values;
mod view;
mod work;
mod workloads;

/// What the user asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Invocation {
    /// The screen, started with these settings.
    Screen(Settings),
    /// A run without a screen, its result printed in this format; or so many runs of the same plan.
    Run(Settings, Format, Option<u16>),
    /// The screen on recorded runs.
    View(Viewing),
    /// An export of recorded runs.
    Export(Box<Exporting>),
    /// A comparison of the same work under several models, printed in this format.
    Compare(Comparing, ComparisonFormat),
    /// A map of which model wins, printed in this format.
    Map(Mapping, ListFormat),
    /// What this machine can show, printed in this format.
    Doctor(ListFormat),
    /// This text on stdout.
    Print(String),
}

/// The program ends here, with a text for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The code to exit with.
    pub code: u8,
    /// What to print.
    pub text: String,
    /// Whether the text was asked for and belongs on stdout: `--help`, `--version`.
    pub asked_for: bool,
}

impl Exit {
    fn usage(sentence: &str) -> Exit {
        Exit { code: 2, text: words::error(sentence), asked_for: false }
    }

    /// A failure that does not come from wrong usage.
    pub fn failure(sentence: &str) -> Exit {
        Exit { code: 1, text: words::error(sentence), asked_for: false }
    }

    /// Prints the text where it belongs, and becomes the code to exit with.
    pub fn print(&self) -> ExitCode {
        if self.asked_for {
            return print(&self.text);
        }
        // Where nobody reads this, the exit code alone has to tell.
        let _ = io::stderr().write_all(self.text.as_bytes());
        ExitCode::from(self.code)
    }
}

impl From<Refusal> for Exit {
    fn from(refusal: Refusal) -> Exit {
        Exit::usage(&refusal.to_string())
    }
}

/// Prints `text`, which was asked for, on stdout. The code to exit with is 0, also where nobody reads it to its end, or
/// 1 if it cannot be written.
pub fn print(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(e) => Exit::failure(&words::no_output(&e.to_string())).print(),
    }
}

/// What the command line must know of the machine that it runs on.
pub trait Host {
    /// The first `most` bytes of the file at `path`.
    ///
    /// # Errors
    /// If the system cannot read it.
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>>;

    /// How many cores workers may be pinned to.
    fn allowed_cores(&self) -> u16;
}

/// The machine itself, which allows this many cores.
#[derive(Clone, Copy, Debug)]
pub struct ThisMachine {
    /// How many cores workers may be pinned to.
    pub allowed_cores: u16,
}

impl Host for ThisMachine {
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn allowed_cores(&self) -> u16 {
        self.allowed_cores
    }
}

/// What `args`, the program's name first, ask for.
///
/// # Errors
/// If they ask for nothing that can be done, or for a text (`--help`) only.
pub fn parse<I, T>(args: I, host: &impl Host) -> Result<Invocation, Exit>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let args = args::Args::try_parse_from(args).map_err(clap_error::exit)?;
    match args.command {
        None => {
            let mut settings = shared::settings(&args.shared, host)?;
            settings.color = args.screen.color;
            settings.theme = args.screen.theme;
            settings.ascii = args.screen.ascii;
            settings.mouse = !args.screen.no_mouse;
            Ok(Invocation::Screen(settings))
        }
        Some(args::Command::Run(options)) => {
            Ok(Invocation::Run(run::running(&options, host)?, options.format, options.repeat))
        }
        Some(args::Command::View(options)) => Ok(Invocation::View(view::viewing(options))),
        Some(args::Command::Export(options)) => Ok(Invocation::Export(Box::new(export::exporting(&options)?))),
        Some(args::Command::Compare(options)) => {
            Ok(Invocation::Compare(compare::comparing(&options, host)?, options.format))
        }
        Some(args::Command::Map(options)) => Ok(Invocation::Map(map::mapping(&options, host)?, options.format)),
        Some(args::Command::Workloads(options)) => Ok(Invocation::Print(workloads::printed(&options)?)),
        Some(args::Command::Doctor(options)) => Ok(Invocation::Doctor(options.format)),
        Some(args::Command::Completions(options)) => {
            Ok(Invocation::Print(completions::script(options.shell, args::Args::command())))
        }
        Some(args::Command::Man) => Ok(Invocation::Print(man::page())),
    }
}

/// What can be done without a terminal, in place of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    /// A run, whose result is printed.
    Run,
    /// An export of recorded runs.
    Export,
}

/// Makes sure that there is a terminal to draw on and to read keys from.
///
/// # Errors
/// If standard input or standard output is no terminal.
pub fn require_terminal(instead: Instead) -> Result<(), Exit> {
    let missing = match (io::stdin().is_terminal(), io::stdout().is_terminal()) {
        (true, true) => return Ok(()),
        (_, false) => words::OUTPUT,
        (false, true) => words::INPUT,
    };
    let instead = match instead {
        Instead::Run => words::RUN_INSTEAD,
        Instead::Export => words::EXPORT_INSTEAD,
    };
    Err(Exit::failure(&words::no_terminal(missing, instead)))
}

#[cfg(test)]
mod tests;
