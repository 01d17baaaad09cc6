//! What a finished run comes to: a JSON document for programs, a table and sentences for people. Pure functions of
//! the plan and the trace; prints nothing and measures nothing.

mod document;
mod fields;
mod sentences;
mod table;

pub use document::{KERNEL_RECORD, SCHEMA, json};
pub use fields::*;
pub use sentences::{Narrator, shortfall, summary};
pub use table::{heading, table};

use crate::insight::Around;
use crate::plan::Plan;
use crate::settings::Settings;
use crate::trace::Trace;

/// How the result of a run is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
}

impl Format {
    /// All there are.
    pub const ALL: [Format; 2] = [Format::Table, Format::Json];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
        }
    }
}

/// A finished run: all that a report is made from.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What was asked for.
    pub settings: &'a Settings,
    /// What was planned.
    pub plan: &'a Plan,
    /// What happened, up to the end.
    pub trace: &'a Trace,
    /// The share of the usable cores that other programs took meanwhile; nothing where nobody could measure it.
    pub busy_machine: Option<f64>,
    /// How many cores' worth of time the workers could get: less than the cores they were allowed on under a quota.
    pub usable: f64,
    /// What the machine did to the run.
    pub around: Around,
}

#[cfg(test)]
mod tests;
