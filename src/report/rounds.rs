//! Several runs as a table for people: a line for each run as soon as it is over, then their summary.

use super::BUSY;
use super::fields::{Document, Percentiles, Spread, Summary};
use super::series::Series;
use super::table::{heading, unfinished};
use crate::recording::Recording;
use crate::text::report::{Line, Row};
use crate::units::Ns;

/// The widths of the first column and of the others, fixed before the first run is over.
const FIRST: usize = 7;
const WIDTHS: [usize; 7] = [8, 10, 8, 8, 8, 8, 8];

/// The state of a table while it is printed: all its times are in the unit of the first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rounds {
    begun: bool,
    like: Option<Ns>,
}

impl Rounds {
    /// The lines of the run number `repeat`, with the head of the table before the first. A run that broke off has its
    /// reason in place of figures; a run that never began has no line.
    pub fn row(&mut self, run: &Recording, document: &Document, repeat: u16) -> String {
        if document.until_s.is_none() {
            return String::new();
        }
        let mut text = String::new();
        if !self.begun {
            self.begun = true;
            text = heading(run) + "\n" + &line(Row::Run.text(), &Row::COLUMNS.map(str::to_owned));
        }
        self.like = self.like.or(document.makespan_s.map(seconds));
        text + &match unfinished(run) {
            Some(why) => format!("{repeat:<FIRST$}  {why}\n"),
            None => line(&repeat.to_string(), &self.cells(document)),
        }
    }

    fn cells(self, document: &Document) -> [String; 7] {
        let latency = |part: fn(Percentiles) -> f64| self.time(document.latency_s.map(part));
        [
            self.time(document.makespan_s),
            busy(document.parallelism),
            self.time(document.cpu_s),
            latency(|p| p.p50),
            latency(|p| p.p95),
            latency(|p| p.p99),
            latency(|p| p.max),
        ]
    }

    fn time(self, value: Option<f64>) -> String {
        value.map_or_else(|| "-".to_owned(), |s| seconds(s).like(self.like.unwrap_or_default()))
    }

    /// The summary of the runs, and notes on them. Empty where there are none.
    pub fn end(self, series: &Series) -> String {
        if series.is_empty() {
            return String::new();
        }
        let summary = series.summary();
        let mut text = String::from("\n");
        for (row, of) in ROWS {
            text += &line(row.text(), &self.summed(&summary, row, of));
        }
        text.push('\n');
        for line in [Line::WhatLatencyIs, Line::WhatSpreadIs].into_iter().chain(notes(series)) {
            text += &(line.text() + "\n");
        }
        text
    }

    fn summed(self, summary: &Summary, row: Row, of: fn(Spread) -> f64) -> [String; 7] {
        let time = |spread: Option<Spread>| match spread.map(of) {
            // The spread is small beside the figures themselves: it has a unit of its own.
            Some(s) if row == Row::Spread => seconds(s).to_string(),
            other => self.time(other),
        };
        let latency = summary.latency_s;
        [
            time(summary.makespan_s),
            busy(summary.parallelism.map(of)),
            time(summary.cpu_s),
            time(latency.map(|l| l.p50)),
            time(latency.map(|l| l.p95)),
            time(latency.map(|l| l.p99)),
            time(latency.map(|l| l.max)),
        ]
    }
}

fn busy(cores: Option<f64>) -> String {
    cores.map_or_else(|| "-".to_owned(), |n| format!("{n:.2}"))
}

/// A row of the summary, and the figure that stands in it.
type Figure = (Row, fn(Spread) -> f64);

const ROWS: [Figure; 4] =
    [(Row::Median, |s| s.median), (Row::Minimum, |s| s.min), (Row::Maximum, |s| s.max), (Row::Spread, |s| s.mad)];

/// Notes on the runs in `series`, besides their figures.
pub(super) fn notes(series: &Series) -> Vec<Line> {
    let mut notes = Vec::new();
    if series.busy() > 0 {
        notes.push(Line::BusyRuns { busy: series.busy(), runs: series.len(), share: BUSY });
    }
    if series.lost() > 0 {
        notes.push(Line::LostRuns { lossy: series.lost(), runs: series.len() });
    }
    notes
}

/// A figure of the document as a time again.
pub(super) fn seconds(s: f64) -> Ns {
    Ns((s * 1e9).round() as u64)
}

fn line(first: &str, cells: &[String; 7]) -> String {
    let mut text = format!("{first:<FIRST$}");
    for (cell, width) in cells.iter().zip(WIDTHS) {
        text += &format!("  {cell:>width$}");
    }
    text + "\n"
}
