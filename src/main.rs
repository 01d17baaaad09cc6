//! The program: calls the module that does what the arguments ask for.

use std::ffi::OsString;
use std::process::ExitCode;

#[cfg(unix)]
use concviz::cli::Instead;
use concviz::cli::{self, Invocation, ThisMachine};
#[cfg(not(unix))]
use concviz::elsewhere;
use concviz::{doctor, look};
#[cfg(unix)]
use concviz::{engine::real, headless, machine, report::Format, runtime};

#[cfg(unix)]
fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    // This comes first: every worker process begins here, and code before this would be part of its start.
    if let Some(code) = real::hidden(args.get(1..).unwrap_or_default()) {
        return code;
    }
    let allowed = machine::cores::allowed().len();
    let here = ThisMachine { allowed_cores: u16::try_from(allowed).unwrap_or(u16::MAX) };
    match cli::parse(args, &here) {
        Ok(Invocation::Run(settings, format, repeat)) => headless::run(&settings, format, repeat),
        Ok(Invocation::Compare(comparing, format)) => headless::compare(&comparing, format),
        Ok(Invocation::Map(mapping, format)) => headless::map(&mapping, format),
        Ok(Invocation::Doctor(format)) => doctor::run(look::terminal_facts(), format),
        Ok(Invocation::Screen(settings)) if settings.plain => headless::run(&settings, Format::Table, None),
        Ok(Invocation::Screen(settings)) => match cli::require_terminal(Instead::Run) {
            Ok(()) => runtime::screen(&settings),
            Err(exit) => exit.print(),
        },
        Ok(Invocation::Export(exporting)) => headless::export(&exporting),
        Ok(Invocation::View(viewing)) => match cli::require_terminal(Instead::Export) {
            Ok(()) => runtime::view(&viewing),
            Err(exit) => exit.print(),
        },
        Ok(Invocation::Print(text)) => cli::print(&text),
        Err(exit) => exit.print(),
    }
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let allowed = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let here = ThisMachine { allowed_cores: u16::try_from(allowed).unwrap_or(u16::MAX) };
    match cli::parse(args, &here) {
        Ok(Invocation::Doctor(format)) => doctor::run(look::terminal_facts(), format),
        Ok(
            Invocation::Run(..)
            | Invocation::Compare(..)
            | Invocation::Map(..)
            | Invocation::Screen(_)
            | Invocation::View(_)
            | Invocation::Export(_),
        ) => elsewhere::refuse(),
        Ok(Invocation::Print(text)) => cli::print(&text),
        Err(exit) => exit.print(),
    }
}
