//! The tasks of a run as comma-separated values: a line for each. Quoted as RFC 4180 says, with a line feed after each
//! line; numbers have a dot whatever the locale; an unknown value is empty.

use csv::{ReaderBuilder, StringRecord, Writer};

use super::fields::{Document, Task};
use crate::state::State;
use crate::text::outside;

/// The columns before those of the states.
const BEFORE: [&str; 11] = [
    "name",
    "worker",
    "worker_name",
    "pid",
    "tid",
    "outcome",
    "signal",
    "submitted_s",
    "started_s",
    "finished_s",
    "latency_s",
];

/// The line with the names of the columns for runs with these `states`; if runs are `repeated`, their number comes
/// first.
pub fn csv_head(states: &[State], repeated: bool) -> String {
    let states = states.iter().map(|s| format!("state_{}_s", s.name()));
    let columns = BEFORE.map(str::to_owned).into_iter().chain(states).chain(["result", "laps"].map(str::to_owned));
    let first = repeated.then(|| "repeat".to_owned());
    lines([first.into_iter().chain(columns).collect()])
}

/// A line for each task of the run that `document` tells of, with the number of the run in front if there is one.
pub fn csv_rows(document: &Document, repeat: Option<u16>) -> String {
    lines(document.tasks.iter().map(|task| row(task, repeat)))
}

fn row(task: &Task, repeat: Option<u16>) -> Vec<String> {
    let mut row: Vec<String> = repeat.iter().map(ToString::to_string).collect();
    row.extend([
        outside(&task.name).into_owned(),
        known(task.worker),
        known(task.worker_name.as_deref().map(outside)),
        known(task.pid),
        known(task.tid),
        known(task.outcome),
        known(task.signal),
        known(task.queued_s),
        known(task.started_s),
        known(task.finished_s),
        known(task.latency_s),
    ]);
    row.extend(task.states_s.0.iter().map(|(_, time)| known(*time)));
    row.extend([known(task.result), known(task.laps)]);
    row
}

/// A `table` of values with all texts from outside cleaned, as they stand in reports.
pub(super) fn cleaned(table: &[u8]) -> String {
    let mut read = ReaderBuilder::new().has_headers(false).from_reader(table);
    let clean = |line: StringRecord| line.iter().map(|value| outside(value).into_owned()).collect();
    lines(read.records().filter_map(Result::ok).map(clean))
}

fn known(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

fn lines(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    for row in rows {
        // Writing into memory cannot fail, and all rows have the same length.
        let _ = writer.write_record(row);
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
