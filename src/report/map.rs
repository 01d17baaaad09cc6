//! A map of which model is fastest, as a table of letters and as a JSON document.

use serde::Serialize;

use super::table::clean;
use crate::insight::{self, Timing};
use crate::recording::map::{Map, Winner};
use crate::recording::{Reason, RunOutcome, SCHEMA};
use crate::text::markup;
use crate::text::report::compare::MapLine;
use crate::units::Ns;

/// If other programs take more than this share of the cores, they may have decided which model wins.
const BUSY: f64 = 0.10;

/// The letter of a cell's winner: blank for a tie, a question mark where nothing can be compared.
pub fn map_letter(map: &Map, winner: &Winner) -> char {
    match winner {
        Winner::One(place) => map.models.get(*place).map_or('?', |model| insight::who(*model).letter()),
        Winner::Tie(_) => ' ',
        Winner::Unknown => '?',
    }
}

/// The sentence below a map.
pub fn map_sentence(map: &Map) -> String {
    let mut won: Vec<(String, usize)> =
        map.models.iter().zip(map.won()).filter(|(_, n)| *n > 0).map(|(m, n)| (insight::who(*m).name(), n)).collect();
    won.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    if let Some((who, _)) = won.first_mut() {
        let mut chars = who.chars();
        *who = chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect());
    }
    let ties = map.cells.iter().filter(|c| matches!(c.winner(), Winner::Tie(_))).count();
    MapLine::Won { won, ties, cells: map.cells.len() }.text() + "."
}

/// The table, its last line in bold if `bold`.
pub fn map_table(map: &Map, bold: bool) -> String {
    let mut text = MapLine::Head { length: map.length, cores: map.cores, rounds: map.rounds() }.text() + "\n\n";
    let first = 8;
    let width = if map.waits.len() > 10 { 6 } else { 7 };
    text += &format!("{:>first$}  {}\n", "", MapLine::Waiting.text());
    text += &format!("{:>first$}", MapLine::Tasks.text());
    for wait in &map.waits {
        text += &format!("{:>width$}", format!("{wait} %"));
    }
    text.push('\n');
    for (row, tasks) in map.tasks.iter().enumerate() {
        let mut line = format!("{tasks:>first$}");
        for cell in (0..map.waits.len()).filter_map(|column| map.cell(row, column)) {
            line += &format!("{:>width$}", format!("{}  ", map_letter(map, &cell.winner())));
        }
        text += line.trim_end();
        text.push('\n');
    }
    let legend: Vec<String> =
        map.models.iter().map(|m| insight::who(*m)).map(|who| format!("{} {}", who.letter(), who.row())).collect();
    let unknown = map.cells.iter().any(|c| c.winner() == Winner::Unknown);
    let unknown = if unknown { format!("; {}", MapLine::Unknown.text()) } else { String::new() };
    text += &format!("\n{}; {}{unknown}\n", legend.join("  "), MapLine::Tie.text());
    for note in map_notes(map) {
        text += &(clean(&note.text()) + "\n");
    }
    let sentence = map_sentence(map);
    text + &if bold { format!("\n\u{1b}[1m{sentence}\u{1b}[0m\n") } else { format!("\n{sentence}\n") }
}

/// Notes on the measurement.
fn map_notes(map: &Map) -> Vec<MapLine> {
    let mut notes = Vec::new();
    if let Some(others) = map.others.filter(|others| *others > BUSY * map.cores.max(1.0)) {
        notes.push(MapLine::Busy { others, cores: map.cores });
    }
    for (index, cell) in map.cells.iter().enumerate() {
        let Some((tasks, wait)) = map.place(index) else { continue };
        for (model, why) in map.models.iter().zip(&cell.failures) {
            let who = insight::who(*model).row();
            notes.extend(why.as_ref().map(|why| MapLine::Failure { who, tasks, wait, why: why.sentence() }));
        }
    }
    notes
}

/// The whole document, in the order in which it is printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct MapDocument {
    schema: u32,
    concviz: &'static str,
    cores: f64,
    length_s: f64,
    rounds: usize,
    models: Vec<MapModel>,
    tasks: Vec<u16>,
    waits_percent: Vec<u8>,
    cells: Vec<MapCell>,
    others_cores: Option<f64>,
    sentence: String,
    outcome: &'static str,
    reason: Option<Reason>,
}

/// A model that was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct MapModel {
    model: &'static str,
    global_lock: &'static str,
    letter: char,
}

/// The measurements of a cell; models are named by their place in the list of models.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct MapCell {
    tasks: u16,
    wait_percent: u8,
    winner: Option<usize>,
    tied: Vec<usize>,
    times: Vec<MapTimes>,
}

/// A model's times in a cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct MapTimes {
    median_s: Option<f64>,
    spread_s: Option<f64>,
    times_s: Vec<f64>,
    reason: Option<Reason>,
}

/// The document of `map` as text, with a line break at its end; `broken` says why not all of it was measured.
pub fn map_json(map: &Map, broken: Option<&Reason>) -> String {
    let cell = |index: usize| {
        let (cell, (tasks, wait_percent)) = (map.cells.get(index)?, map.place(index)?);
        let (winner, tied) = match cell.winner() {
            Winner::One(place) => (Some(place), Vec::new()),
            Winner::Tie(tied) => (None, tied),
            Winner::Unknown => (None, Vec::new()),
        };
        let times = |(place, times): (usize, &Vec<Ns>)| {
            let timing: Option<Timing> = cell.timing(place);
            MapTimes {
                median_s: timing.map(|t| t.time.as_secs()),
                spread_s: timing.and_then(|t| t.spread).map(Ns::as_secs),
                times_s: times.iter().map(|t| t.as_secs()).collect(),
                reason: cell.failures[place].clone(),
            }
        };
        Some(MapCell { tasks, wait_percent, winner, tied, times: cell.times.iter().enumerate().map(times).collect() })
    };
    let model = |m: &crate::model::Model| MapModel {
        model: m.kind.name(),
        global_lock: m.lock.name(),
        letter: insight::who(*m).letter(),
    };
    let failed = map.cells.iter().flat_map(|cell| &cell.failures).flatten().next();
    let (outcome, reason) = RunOutcome::of_several(broken, failed);
    let document = MapDocument {
        schema: SCHEMA,
        concviz: env!("CARGO_PKG_VERSION"),
        cores: map.cores,
        length_s: map.length.as_secs(),
        rounds: map.rounds(),
        models: map.models.iter().map(model).collect(),
        tasks: map.tasks.clone(),
        waits_percent: map.waits.clone(),
        cells: (0..map.cells.len()).filter_map(cell).collect(),
        others_cores: map.others,
        sentence: map_sentence(map),
        outcome: outcome.name(),
        reason,
    };
    markup::json(&serde_json::to_string_pretty(&document).unwrap_or_default()).into_owned() + "\n"
}

#[cfg(test)]
mod tests;
