//! The results of a run: a JSON document and lines of values for programs, a table and sentences for people. Pure
//! functions of the plan and the trace; prints nothing and measures nothing.

mod comparison;
mod csv;
mod document;
mod fields;
mod laps;
mod map;
mod narrator;
mod printout;
mod rounds;
mod sentences;
mod series;
mod table;

pub use comparison::{
    ComparisonDocument, ComparisonFormat, ComparisonPrint, comparison_cell, comparison_csv, comparison_has,
    comparison_heading, comparison_json, comparison_markdown, comparison_sentences, comparison_table, comparison_text,
    variant_of,
};
pub use csv::{csv_head, csv_rows};
pub use document::{finding_of, json};
pub use fields::*;
pub use map::{map_json, map_letter, map_sentence, map_table};
pub use narrator::Narrator;
pub use printout::Printout;
pub use sentences::{shortfall, summary};
pub use series::Series;
pub use table::{heading, shared_lines, table};

/// If other programs take at least this share of the cores, they make times too long, and reports say so.
const BUSY: f64 = 0.05;
/// A state is mentioned from this share of a task's time on.
const NOTEWORTHY: f64 = 0.005;

/// How the result of a run is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs: one document.
    Json,
    /// For spreadsheets: a line for each task.
    Csv,
}

impl Format {
    /// All there are.
    pub const ALL: [Format; 3] = [Format::Table, Format::Json, Format::Csv];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
            Format::Csv => "csv",
        }
    }
}

/// How a list that is not the result of a run is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListFormat {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
}

impl ListFormat {
    /// All there are.
    pub const ALL: [ListFormat; 2] = [ListFormat::Table, ListFormat::Json];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            ListFormat::Table => "table",
            ListFormat::Json => "json",
        }
    }
}

#[cfg(test)]
mod tests;
