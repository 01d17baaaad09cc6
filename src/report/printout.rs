//! The output for one run or for several, in the format that was asked for and in pieces: the output so far can always
//! be completed to a valid document. Prints nothing itself.

use super::fields::{Document, Summary, Tail};
use super::rounds::{Rounds, notes, seconds};
use super::series::Series;
use super::{Format, csv_head, csv_rows, json, summary, table};
use crate::recording::{Reason, Recording, RunOutcome, SCHEMA};
use crate::state::State;
use crate::text::markup;
use crate::text::report::Line;

/// Makes the texts that are printed, in their order: [`Printout::begin`] and [`Printout::end`] for every run, then
/// [`Printout::close`].
#[derive(Clone, Debug)]
pub struct Printout {
    format: Format,
    plain: bool,
    repeat: Option<u16>,
    series: Series,
    rounds: Rounds,
    printed: u16,
    /// Why not all of the last run came to its end.
    reason: Option<Reason>,
}

impl Printout {
    /// A printout of a run, or of `repeat` runs of the same plan; in sentences if `plain`.
    pub fn new(format: Format, plain: bool, repeat: Option<u16>) -> Printout {
        let (series, rounds) = (Series::default(), Rounds::default());
        Printout { format, plain, repeat, series, rounds, printed: 0, reason: None }
    }

    /// The text that is printed before the run number `round`, from 1.
    pub fn begin(&self, round: u16) -> String {
        match self.repeat {
            Some(of) if self.plain => Line::Round { round, of }.text() + ".\n",
            _ => String::new(),
        }
    }

    /// The text that is printed of the run number `round` when it is over, or broke off.
    pub fn end(&mut self, run: &Recording, round: u16) -> String {
        let document = Document::of(run);
        self.printed += 1;
        self.reason.clone_from(&document.reason);
        if document.reason.is_none() {
            self.series.push(&document);
        }
        match self.format {
            _ if self.plain => summary(run),
            Format::Table if self.repeat.is_some() => self.rounds.row(run, &document, round),
            Format::Table => table(run),
            Format::Csv => {
                let first = self.printed == 1;
                let head = first.then(|| csv_head(run.origin.states(), self.repeat.is_some()));
                head.unwrap_or_default() + &csv_rows(&document, self.repeat.map(|_| round))
            }
            Format::Json if self.repeat.is_some() => {
                let before = if self.printed == 1 { self.open() } else { ",\n".to_owned() };
                before + &indented(json(run).trim_end())
            }
            Format::Json => json(run),
        }
    }

    /// The text that is printed last, after all that was printed of the runs; `broken` says why there are no more runs,
    /// if the last run itself has no reason.
    pub fn close(&self, broken: Option<&Reason>) -> String {
        if self.repeat.is_none() {
            return String::new();
        }
        match self.format {
            _ if self.plain => self.sentences(),
            Format::Table => self.rounds.end(&self.series),
            Format::Csv if self.printed == 0 => csv_head(&State::PLANNED, true),
            Format::Csv => String::new(),
            Format::Json => {
                let before = if self.printed == 0 { self.open() } else { "\n".to_owned() };
                let reason = self.reason.as_ref().or(broken);
                let outcome = RunOutcome::of(reason).name();
                let tail = Tail { summary: self.series.summary(), outcome, reason: reason.cloned() };
                let tail = serde_json::to_string_pretty(&tail).unwrap_or_default();
                let tail = markup::json(&tail);
                // The fields of the tail continue the object that [`Printout::open`] began.
                format!("{before}  ],\n{}\n", tail.trim_start_matches("{\n"))
            }
        }
    }

    fn open(&self) -> String {
        let (version, repeat) = (env!("CARGO_PKG_VERSION"), self.repeat.unwrap_or(1));
        format!("{{\n  \"schema\": {SCHEMA},\n  \"concviz\": \"{version}\",\n  \"repeat\": {repeat},\n  \"runs\": [\n")
    }

    fn sentences(&self) -> String {
        let Summary { count, makespan_s: Some(time), parallelism: Some(busy), cpu_s: Some(cpu), .. } =
            self.series.summary()
        else {
            return String::new();
        };
        let [median, least, most, spread] = [time.median, time.min, time.max, time.mad].map(seconds);
        let mut lines = vec![Line::Runs { runs: count, median, least, most }];
        if count > 1 {
            lines.push(Line::RunsSpread { spread });
        }
        lines.push(Line::RunsBusy { busy: busy.median, cpu: seconds(cpu.median) });
        lines.into_iter().chain(notes(&self.series)).map(|line| line.text() + ".\n").collect()
    }
}

/// A document inside the list of another. Its texts hold no line breaks, so only its layout is moved.
fn indented(document: &str) -> String {
    document.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
