//! What this machine can show, and what keeps it from showing more: `concviz doctor`. Facts are gathered in one place,
//! judged in a second, which touches nothing, and put into words in a third. Nothing here fails: a fact that cannot be
//! found out is reported as unknown.

use std::io::Write;
use std::process::ExitCode;

use serde::Serialize;

use crate::report::ListFormat;

mod facts;
mod gather;
mod judge;
mod wording;

pub use facts::{
    Clock, Cores, Cpu, Facts, Files, Group, Limit, Limits, Load, Loopback, Memory, RecordFacts, Speed, Temporary,
    Terminal,
};
pub use judge::judge;
pub use wording::{json, text};

/// The verdict on a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is as it should be.
    Good,
    /// It limits what can be shown.
    Limits,
    /// It cannot be found out.
    Unknown,
}

/// A fact, judged and in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it is about, in a word or two.
    pub topic: &'static str,
    /// The verdict on it.
    pub verdict: Verdict,
    /// The fact, in words.
    pub says: String,
    /// What would improve it, if anything would.
    pub improve: Option<String>,
}

/// Gathers the facts of this machine, judges them and prints the result in `format`; `terminal` is what the screen
/// would make of the terminal. The exit code is always 0.
pub fn run(terminal: Terminal, format: ListFormat) -> ExitCode {
    let facts = gather::facts(terminal);
    let checks = judge(&facts);
    let printed = match format {
        ListFormat::Table => text(&checks),
        ListFormat::Json => json(&facts, &checks),
    };
    // If nobody reads stdout, an error would reach nobody either.
    let _ = std::io::stdout().write_all(printed.as_bytes());
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests;
