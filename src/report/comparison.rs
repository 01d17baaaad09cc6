//! A comparison as a table, as Markdown, as lines of values and in sentences. Pure: the runs may be new or from files.

use csv::WriterBuilder;
use unicode_width::UnicodeWidthStr;

use super::csv::cleaned;
use super::table::clean;
use crate::model::ModelKind;
use crate::recording::{Comparison, Figures, Reason, Recording, Row, SameWork, Works};
use crate::text::markup::markdown;
use crate::text::report::Cores;
use crate::text::report::compare::{Column, Note, measured, used};
use crate::text::{Additions, rate_of};
use crate::text::{bounds, wrapped};
use crate::units::Ns;

mod json;

pub use json::{ComparisonDocument, ComparisonRow, JudgedRow, comparison_json};

/// How a comparison is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ComparisonFormat {
    /// For people.
    #[default]
    Table,
    /// For programs: one document.
    Json,
    /// For spreadsheets: a line for each row.
    Csv,
    /// For pages and chats: a table of pipes.
    Markdown,
}

impl ComparisonFormat {
    /// All there are.
    pub const ALL: [ComparisonFormat; 4] =
        [ComparisonFormat::Table, ComparisonFormat::Json, ComparisonFormat::Csv, ComparisonFormat::Markdown];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            ComparisonFormat::Table => "table",
            ComparisonFormat::Json => "json",
            ComparisonFormat::Csv => "csv",
            ComparisonFormat::Markdown => "markdown",
        }
    }
}

/// How a comparison is printed, and where to.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonPrint<'a> {
    /// The format.
    pub format: ComparisonFormat,
    /// Whether it is printed in sentences instead.
    pub plain: bool,
    /// How many columns there are for a table.
    pub width: usize,
    /// Whether bold text is shown as such.
    pub bold: bool,
    /// Why there are no more runs, for the reader of the document.
    pub broken: Option<&'a Reason>,
}

/// The whole output for `comparison`, which is one of `runs`.
pub fn comparison_text(comparison: &Comparison, runs: &[&Recording], how: ComparisonPrint<'_>) -> String {
    let heading = || comparison_heading(comparison, runs);
    match how.format {
        _ if how.plain => spoken_heading(comparison, runs) + &comparison_sentences(comparison),
        ComparisonFormat::Table => format!("{}\n{}", heading(), comparison_table(comparison, how.width, how.bold)),
        ComparisonFormat::Json => comparison_json(comparison, runs, how.broken),
        ComparisonFormat::Csv => comparison_csv(comparison, runs),
        ComparisonFormat::Markdown => comparison_markdown(comparison, &variant_of(runs)),
    }
}

fn spoken_heading(comparison: &Comparison, runs: &[&Recording]) -> String {
    let Some(first) = runs.first() else { return String::new() };
    let works = Works::of(runs);
    if works.are_several() {
        return Note::Works { works: works.names().iter().map(|name| clean(name)).collect() }.text() + ".\n";
    }
    let (workload, tasks) = (clean(&first.origin.name()), first.trace.tasks.len());
    Note::Head { workload, tasks, cores: comparison.cores }.text() + ".\n"
}

/// The codes that make a terminal begin and end bold text.
const BOLD: (&str, &str) = ("\u{1b}[1m", "\u{1b}[0m");
/// The fewest columns of a table; on terminals still narrower its lines wrap.
const NARROWEST: usize = 32;
/// Blanks between two columns.
const GAP: usize = 2;

/// The heading of a comparison of `runs`, in two lines: the workload, and how it was measured.
pub fn comparison_heading(comparison: &Comparison, runs: &[&Recording]) -> String {
    let Some(run) = runs.first() else { return String::new() };
    let (name, title) = (clean(&run.origin.name()), clean(&run.origin.title()));
    let what = if title.is_empty() { name } else { format!("{name}: {title}") };
    // If the runs did different work, the first one's workload is no heading for all.
    let what = if comparison.work == SameWork::No { clean(&sources(runs)) } else { what };
    let pinned = run.planned().and_then(|planned| planned.plan.cores).map(usize::from);
    let cores = Cores { allowed: pinned.unwrap_or(run.machine.allowed.len().max(1)), usable: comparison.cores };
    let rounds = comparison.rows.iter().map(|r| r.runs.len()).max().unwrap_or(0);
    format!("{what}\n{}\n", measured(cores, run.trace.made_by.name(), rounds))
}

/// The files of `runs`, as far as they come from several, and what was done in them.
fn sources(runs: &[&Recording]) -> String {
    let mut files: Vec<&str> = runs.iter().filter_map(|r| r.file.as_deref()).collect();
    files.dedup();
    let parts = [files.join(", "), Works::of(runs).names().join(", ")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

/// The table, at most `width` columns wide: columns that do not fit are left out, the least important first. Its last
/// line is the verdict, in bold if `bold`.
pub fn comparison_table(comparison: &Comparison, width: usize, bold: bool) -> String {
    let width = width.max(NARROWEST);
    let columns = fitting(comparison, width);
    let widths: Vec<usize> = columns.iter().map(|c| width_of(comparison, *c)).collect();
    let first = first_width(comparison);
    let mut text = line(first, "", &widths, &columns.iter().map(|c| c.head().to_owned()).collect::<Vec<_>>());
    for row in &comparison.rows {
        let cells: Vec<String> = columns.iter().map(|c| comparison_cell(comparison, row, *c)).collect();
        text += &line(first, &clean(&row.name()), &widths, &cells);
    }
    text += &ideal_line(comparison, &columns, &widths, first, width);
    let notes = notes(comparison);
    if !notes.is_empty() {
        text.push('\n');
        let lines = notes.iter().flat_map(|note| wrapped(&note.text(), width));
        lines.for_each(|line| text += &(line + "\n"));
    }
    text.push('\n');
    for said in comparison.verdict.lines(width) {
        let said = clean(&said);
        text += &if bold { format!("{}{said}{}\n", BOLD.0, BOLD.1) } else { said + "\n" };
    }
    text
}

/// The columns for which `width` has room.
fn fitting(comparison: &Comparison, width: usize) -> Vec<Column> {
    let spread = comparison.rows.iter().any(|r| r.figures.is_some_and(|f| f.timing.spread.is_some()));
    let tells = |column: &Column| comparison_has(comparison, *column) && (spread || *column != Column::Spread);
    let mut columns: Vec<Column> = Column::ALL.into_iter().filter(tells).collect();
    let needs = |columns: &[Column]| {
        first_width(comparison) + columns.iter().map(|c| GAP + width_of(comparison, *c)).sum::<usize>()
    };
    for least in Column::DISPENSABLE {
        if needs(&columns) <= width {
            break;
        }
        columns.retain(|c| *c != least);
    }
    columns
}

fn first_width(comparison: &Comparison) -> usize {
    let names = comparison.rows.iter().map(|r| clean(&r.name()).width());
    names.chain([Note::Ideal.text().width()]).max().unwrap_or(0)
}

fn width_of(comparison: &Comparison, column: Column) -> usize {
    let cells = comparison.rows.iter().map(|row| comparison_cell(comparison, row, column).width());
    let ideal = match column {
        Column::Time => comparison.ideal.as_ref().map_or(0, |i| time(comparison, i.time).width()),
        Column::Ratio => comparison.ideal_ratio().map_or(0, |x| factor(x).width()),
        _ => 0,
    };
    cells.chain([column.head().width(), ideal]).max().unwrap_or(0)
}

/// A time of a run, in the unit of the longest; in its own unit if the shortest would then show too few digits.
fn time(comparison: &Comparison, time: Ns) -> String {
    let times = comparison.rows.iter().filter_map(|r| Some(r.figures.as_ref()?.timing.time));
    let slowest = comparison.slowest().unwrap_or(time);
    let shortest = times.min().unwrap_or(time);
    if shortest.times(20, 1) < slowest { time.to_string() } else { time.like(slowest) }
}

/// A ratio without the sign, which stands in the head of its column.
fn factor(x: f64) -> String {
    if x >= 99.5 {
        format!("{x:.0}")
    } else if x >= 9.95 {
        format!("{x:.1}")
    } else {
        format!("{x:.2}")
    }
}

/// The text of `row` in the column of ratios.
fn ratio_of(comparison: &Comparison, row: &Row) -> String {
    match row.ratio {
        Some(Ok(ratio)) => {
            bounds(ratio.speedup).map_or_else(|| factor(ratio.speedup.times), |(low, high)| format!("{low}–{high}"))
        }
        Some(Err(why)) => why.word().to_owned(),
        // Where the others did other work nothing is held against it.
        None if comparison.work == SameWork::No => "-".to_owned(),
        None if comparison.baseline.is_some_and(|b| comparison.rows[b] == *row) => factor(1.0),
        None => "-".to_owned(),
    }
}

/// Whether `column` belongs to `comparison`: those about rounds only where tasks go round beside the work, that of runs
/// only where some rows rest on one and others on more.
pub fn comparison_has(comparison: &Comparison, column: Column) -> bool {
    let (rounds, gaps) = comparison.has_rounds();
    match column {
        Column::Runs => {
            let counted = || comparison.rows.iter().map(|row| row.counted);
            counted().any(|n| n == 1) && counted().any(|n| n > 1)
        }
        Column::Gap => gaps,
        Column::Additions => comparison.rows.iter().any(|row| row.figures.is_some_and(|f| f.additions.is_some())),
        Column::Rounds | Column::RoundRate => rounds,
        Column::Time | Column::Spread | Column::Ratio | Column::Cores | Column::Start => true,
        Column::Copied | Column::Memory | Column::Used | Column::P50 | Column::P99 => true,
    }
}

/// The text of `row` in `column`.
pub fn comparison_cell(comparison: &Comparison, row: &Row, column: Column) -> String {
    let nothing = || "-".to_owned();
    let Some(figures) = row.figures else {
        return if column == Column::Time { row.stop().word().to_owned() } else { nothing() };
    };
    let Figures { timing, busy, start, copied, memory, threads, processes, p50, p99, rounds, .. } = figures;
    let own = |t: Option<Ns>| t.map_or_else(nothing, |t| t.to_string());
    let like = |t: Option<Ns>| t.map_or_else(nothing, |t| time(comparison, t));
    let amount = |n: Option<u64>| n.map_or_else(nothing, crate::text::report::bytes);
    match column {
        Column::Time => time(comparison, timing.time),
        Column::Spread => own(timing.spread),
        Column::Ratio => ratio_of(comparison, row),
        Column::Runs => row.counted.to_string(),
        Column::Additions => figures.additions.map_or_else(nothing, Additions::word),
        Column::Gap => own(rounds.and_then(|r| r.gap).map(|gap| gap.length)),
        Column::Rounds => rounds.and_then(|r| r.made).map_or_else(nothing, |made| made.to_string()),
        Column::RoundRate => figures.rounds_a_second().map_or_else(nothing, rate_of),
        Column::Cores => format!("{busy:.2}"),
        Column::Start => own(start),
        Column::Copied => amount(copied),
        Column::Memory => amount(memory),
        Column::Used if row.model.kind == ModelKind::Processes => used(processes, true),
        Column::Used => used(threads, false),
        Column::P50 => like(p50),
        Column::P99 => like(p99),
    }
}

fn line(first: usize, name: &str, widths: &[usize], cells: &[String]) -> String {
    let mut text = name.to_owned() + &" ".repeat(first.saturating_sub(name.width()));
    for (cell, width) in cells.iter().zip(widths) {
        text += &" ".repeat(GAP + width.saturating_sub(cell.width()));
        text += cell;
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// The line of the time that no model can beat, and why.
fn ideal_line(comparison: &Comparison, columns: &[Column], widths: &[usize], first: usize, width: usize) -> String {
    let Some(ideal) = &comparison.ideal else { return String::new() };
    let has_one = |c: &Column| matches!(c, Column::Time | Column::Spread | Column::Ratio);
    let shown: Vec<Column> = columns.iter().copied().take_while(has_one).collect();
    let ratio = comparison.ideal_ratio().map_or_else(|| "-".to_owned(), factor);
    let cells: Vec<String> = shown
        .iter()
        .map(|column| match column {
            Column::Time => time(comparison, ideal.time),
            Column::Ratio => ratio.clone(),
            _ => String::new(),
        })
        .collect();
    let text = line(first, &Note::Ideal.text(), widths, &cells);
    let reason = clean(&ideal.limit.text());
    let text = text.trim_end();
    let room = text.width() + GAP + reason.width() <= width;
    if room { format!("{text}{}{reason}\n", " ".repeat(GAP)) } else { format!("{text}\n") }
}

/// Notes on the rows.
fn notes(comparison: &Comparison) -> Vec<Note> {
    let mut notes = Vec::new();
    for row in &comparison.rows {
        let who = clean(&row.name());
        notes.extend(row.trouble().map(|why| Note::Failure { who, why: clean(&why) }));
    }
    notes.extend(comparison.stand_in().map(|row| Note::StandIn { than: clean(&row.name()) }));
    let part = |r: &&Row| r.counted < r.runs.len() && r.counted > 0;
    let of: Vec<_> = comparison.rows.iter().filter(part).map(|r| (clean(&r.name()), r.counted)).collect();
    if !of.is_empty() {
        notes.push(Note::Counted { of, runs: comparison.rows.iter().map(|r| r.runs.len()).max().unwrap_or(0) });
    }
    if comparison.rows.iter().any(|r| r.ratio.is_some_and(|r| r.is_ok_and(|r| r.doubt.is_some()))) {
        notes.push(Note::Ranges);
    }
    if comparison.rows.iter().any(|r| r.figures.is_some_and(|f| f.timing.spread.is_some())) {
        notes.push(Note::Spread);
    }
    notes
}

/// The workload of `runs` with its variant, where it has variants and they are all of one; else empty.
pub fn variant_of(runs: &[&Recording]) -> String {
    let variant = |run: &&Recording| Some(run.planned()?.setup.workload.variant.clone());
    let all = runs.iter().filter_map(variant).collect::<std::collections::BTreeSet<_>>();
    let one = runs.first().filter(|_| all.len() == 1 && !all.contains(&None));
    one.map_or_else(String::new, |run| run.origin.name().into_owned())
}

/// The table for a page: all columns, the ideal, the verdict below. Above the names of its rows stands `head`.
pub fn comparison_markdown(comparison: &Comparison, head: &str) -> String {
    let columns = fitting(comparison, usize::MAX);
    let row = |name: &str, cells: &[String]| {
        let cells = cells.iter().map(|c| markdown(c));
        let name = markdown(name);
        format!("| {name} | {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut text = row(head, &columns.iter().map(|c| c.head().to_owned()).collect::<Vec<_>>());
    text += &format!("|:---|{}\n", "---:|".repeat(columns.len()));
    for of in &comparison.rows {
        text += &row(&of.name(), &columns.iter().map(|c| comparison_cell(comparison, of, *c)).collect::<Vec<_>>());
    }
    if let Some(ideal) = &comparison.ideal {
        let name = format!("{}: {}", Note::Ideal.text(), ideal.limit.text());
        let cells = columns.iter().map(|column| match column {
            Column::Time => time(comparison, ideal.time),
            Column::Ratio => comparison.ideal_ratio().map_or_else(String::new, factor),
            _ => String::new(),
        });
        text += &row(&name, &cells.collect::<Vec<_>>());
    }
    text + "\n" + &markdown(&comparison.verdict.text()) + "\n"
}

/// The rows as comma-separated values, times in seconds; an unknown value is empty.
pub fn comparison_csv(comparison: &Comparison, runs: &[&Recording]) -> String {
    let document = ComparisonDocument::of(comparison, runs, None);
    let mut writer = WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    // Writing into memory cannot fail, and all rows have the same length.
    let _ = writer.write_record(ComparisonRow::COLUMNS.into_iter().chain(["error"]));
    for JudgedRow { row, reason, .. } in &document.rows {
        let _ = writer.serialize((row, reason.as_ref().map(Reason::sentence)));
    }
    cleaned(&writer.into_inner().unwrap_or_default())
}

/// The comparison in sentences.
pub fn comparison_sentences(comparison: &Comparison) -> String {
    let mut lines = Vec::new();
    for row in &comparison.rows {
        let who = match &row.source {
            Some(source) => format!("{} of {}", row.who.name(), clean(source)),
            None => row.who.name(),
        };
        let Some(figures) = row.figures else { continue };
        let ratio = row.ratio.and_then(Result::ok).filter(|_| row.source.is_none()).map(|r| r.speedup);
        let (time, busy, cores) = (figures.timing.time, figures.busy, comparison.cores);
        let than = comparison.baseline.map_or_else(String::new, |place| clean(&comparison.rows[place].name()));
        lines.push(Note::Row { who: who.clone(), time, ratio: ratio.map(|ratio| (ratio, than)), busy, cores });
        lines.extend(figures.additions.map(|additions| Note::Additions { who: who.clone(), additions }));
        let Figures { start, copied, memory, p99, .. } = figures;
        lines.push(Note::Cost { who: who.clone(), start, copied, memory, p99 });
        if let Some(rounds) = figures.rounds {
            let (made, rate, gap) = (rounds.made, figures.rounds_a_second(), rounds.gap.map(|gap| gap.length));
            lines.push(Note::Rounds { who, made, rate, gap });
        }
    }
    if let Some(ideal) = &comparison.ideal {
        lines.push(Note::BestPossible { time: ideal.time, limit: ideal.limit.text().replace(['`', '…'], "") });
    }
    lines.extend(notes(comparison).into_iter().filter(|n| matches!(n, Note::Failure { .. } | Note::Counted { .. })));
    if comparison.work == SameWork::No {
        lines.push(Note::OtherWork);
    }
    let text: String = lines.iter().map(|line| line.text().replace('+', " with ") + ".\n").collect();
    text + &clean(&comparison.verdict.spoken()) + "\n"
}

#[cfg(test)]
mod tests;
