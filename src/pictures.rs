//! What is made of runs for others: the words of the report and the exporters put together. Knows neither files nor the
//! screen's state.

use crate::export::picture::{self, CompareRow, IdealLine, Options, Picture, StackedRun, Subject};
use crate::export::{Caption, Page, PageRun, PageWork, html};
use crate::model::ModelKind;
use crate::palette::Theme;
use crate::recording::{Comparison, Recording, Row, Works, badge};
use crate::report::{self, comparison_cell, comparison_has};
use crate::settings::ExportView;
use crate::text::report::compare::Column;
use crate::text::{self, Label};
use crate::units::Ns;

mod map;
mod orders;

pub use map::of_map;
pub use orders::{OrderedRow, of_orders};

/// What is to be seen in `run`, in a sentence.
pub fn sentence(run: &Recording) -> String {
    report::finding_of(run).or_else(|| failure(run)).unwrap_or_default()
}

/// Why `run` failed, if it did.
fn failure(run: &Recording) -> Option<String> {
    run.broken.as_ref().map(|why| text::outside(&text::failure(why)).into_owned())
}

/// What a picture of `run` says about itself, which did the work called `work`; `command` makes it again.
pub fn caption(run: &Recording, work: &str, command: &str) -> Caption {
    let title = text::picture_title(work, who(run).as_deref(), &run.origin.title());
    let failures = failure(run).into_iter().collect();
    Caption { title, description: sentence(run), command: command.to_owned(), failures }
}

fn who(run: &Recording) -> Option<String> {
    run.model().map(|model| crate::insight::who(model).row())
}

/// How a view is drawn as a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// The lanes of one run, or those of several one above the other.
    Lanes(Subject),
    /// Runs beside each other, a bar for each.
    Comparison,
    /// In which order tasks finished, a line for each run.
    Orders,
    /// Not at all: it is the screen itself.
    Screen,
}

/// How `view` is drawn.
pub const fn drawn(view: ExportView) -> Drawn {
    match view {
        ExportView::Tasks => Drawn::Lanes(Subject::Tasks),
        ExportView::Workers => Drawn::Lanes(Subject::Workers),
        ExportView::Order => Drawn::Orders,
        ExportView::Cores => Drawn::Lanes(Subject::Cores),
        ExportView::Lock => Drawn::Lanes(Subject::Lock),
        ExportView::Utilization => Drawn::Lanes(Subject::Utilization),
        ExportView::Compare => Drawn::Comparison,
        ExportView::Screen => Drawn::Screen,
    }
}

/// A picture of `runs`: of one by itself, of several one above the other on one axis.
pub fn of_runs(runs: &[&Recording], view: Subject, options: &Options, command: &str) -> Picture {
    if let [run] = runs {
        return of_run(run, view, options, command);
    }
    let works = Works::of(runs);
    let named = |(place, run): (usize, &&Recording)| {
        let who =
            who(run).map(|who| if works.are_several() { text::run_of_work(works.name(place), &who) } else { who });
        let who = who.unwrap_or_else(|| run.origin.name().into_owned());
        run.file.as_ref().map_or(who.clone(), |file| format!("{file} {who}"))
    };
    let stack: Vec<_> =
        runs.iter().enumerate().map(|run| StackedRun { name: named(run), trace: &run.1.trace }).collect();
    let times: Vec<_> = stack.iter().map(|run| (run.name.as_str(), run.trace.makespan())).collect();
    let description = text::picture::times(&times);
    let failed = runs.iter().zip(&stack).filter_map(|(run, named)| Some(format!("{}: {}", named.name, failure(run)?)));
    let failures = failed.collect();
    let caption = Caption { title: titled(runs, None), description, command: command.to_owned(), failures };
    picture::stacked(&stack, view, &caption, options)
}

/// A picture of `run`.
pub fn of_run(run: &Recording, view: Subject, options: &Options, command: &str) -> Picture {
    picture::picture(&run.trace, view, &caption(run, &run.origin.name(), command), options)
}

/// A picture of the order in which tasks finished in `runs`, a line for each of the last runs of every row.
pub fn of_runs_orders(runs: &[&Recording], options: &Options, command: &str) -> Picture {
    of_orders(&OrderedRow::of(runs, options), &titled(runs, None), options, command)
}

/// A picture of `runs` beside each other; the row `lit` is pointed out. Where the instant `until` lies before the end of
/// one of them, bars and figures are as of this instant, and the picture names it.
pub fn of_comparison(runs: &[&Recording], options: &Options, command: &str, lit: Option<usize>) -> Picture {
    let comparison = Comparison::of(runs);
    let lit = lit.or_else(|| fastest(&comparison));
    let columns: Vec<Column> = COLUMNS.into_iter().filter(|column| comparison_has(&comparison, *column)).collect();
    let standing = |row: &Row| Some(*runs.get(row.shown.or(row.runs.first().copied())?)?);
    let ends = comparison.rows.iter().filter_map(|row| Some(standing(row)?.trace.latest()));
    let at = options.until.zip(ends.max()).filter(|(until, end)| until < end).map(|(until, _)| until);
    let until = at.unwrap_or(Ns::MAX);
    let is_over = |row: &Row| standing(row).is_some_and(|run| run.trace.latest() <= until);
    let ratios = comparison.baseline.is_none_or(|baseline| is_over(&comparison.rows[baseline]));
    let cell = |row: &Row, run: &Recording, column: Column| match column {
        Column::Ratio if !ratios => String::new(),
        _ if is_over(row) => comparison_cell(&comparison, row, column),
        Column::Time => until.like(comparison.slowest().unwrap_or(until)),
        Column::Cores => text::picture::cores(run.trace.busy(until)),
        _ => String::new(),
    };
    let row = |(index, row): (usize, &Row)| {
        let run = standing(row)?;
        let cells = columns.iter().map(|column| cell(row, run, *column)).collect();
        let until = until.min(run.trace.latest());
        Some(CompareRow { label: row.name(), trace: &run.trace, cells, lit: lit == Some(index), until })
    };
    let ideal = comparison.ideal.as_ref().map(|ideal| IdealLine {
        label: Label::Ideal.text().to_owned(),
        at: ideal.time,
        cells: vec![
            ideal.time.like(comparison.slowest().unwrap_or(ideal.time)),
            comparison
                .ideal_ratio()
                .filter(|_| ratios)
                .map_or_else(String::new, |x| text::factor(x).trim_end_matches('×').to_owned()),
        ],
    });
    let hardly = comparison.ideal.as_ref().is_some_and(|i| i.waiting() > 0.95);
    let note = |ideal: &crate::recording::Ideal| {
        let limit = format!("{}: {}.", Label::IdealNote.text(), ideal.limit.text());
        // In the middle of the runs the work done so far differs.
        if at.is_some() { limit } else { format!("{} {limit}", text::same_ink(ideal.work, hardly)) }
    };
    let notes = comparison.ideal.iter().map(note).collect();
    let drawn = picture::ComparedRuns {
        rows: comparison.rows.iter().enumerate().filter_map(row).collect(),
        headings: columns.iter().map(|column| column.head().to_owned()).collect(),
        ideal,
        cores: comparison.cores,
        notes,
        at,
    };
    let names =
        |over: bool| comparison.rows.iter().filter(|row| is_over(row) == over).map(Row::name).collect::<Vec<_>>();
    let description =
        at.map_or_else(|| comparison.verdict.text(), |at| text::picture::so_far(at, &names(true), &names(false)));
    let caption = Caption { title: titled(runs, at), description, command: command.to_owned(), ..Caption::default() };
    picture::compare(&drawn, &caption, options)
}

/// The row that is faster than every other, if one is.
fn fastest(comparison: &Comparison) -> Option<usize> {
    let timing = |row: &Row| row.figures.as_ref().map(|f| f.timing);
    let best = comparison.rows.iter().filter_map(timing).min_by_key(|t| t.time)?;
    let ties = |row: &Row| timing(row).is_some_and(|t| t.ties(best));
    let mut first = comparison.rows.iter().enumerate().filter(|(_, row)| ties(row)).map(|(place, _)| place);
    let place = first.next();
    place.filter(|_| first.next().is_none())
}

/// The title of `runs`: the names of their workloads, what the workload does where there is only one, and the instant
/// that is shown, if that is not their end.
fn titled(runs: &[&Recording], at: Option<Ns>) -> String {
    let works = Works::of(runs);
    let what = runs.first().filter(|_| !works.are_several()).map_or_else(String::new, |run| run.origin.title());
    text::comparison_title(&works.names().join(", "), &what, at)
}

/// The columns of figures in a picture of a comparison.
const COLUMNS: [Column; 12] = [
    Column::Time,
    Column::Ratio,
    Column::Gap,
    Column::Rounds,
    Column::RoundRate,
    Column::Runs,
    Column::Cores,
    Column::Start,
    Column::Copied,
    Column::Memory,
    Column::P50,
    Column::P99,
];

/// `runs` as a page for the browser.
pub fn page(runs: &[&Recording], theme: Option<Theme>, title: Option<&str>, command: &str) -> String {
    // Of several runs under one model only the one that stands for them is on the page.
    let all = Comparison::of(runs);
    let shown = all.rows.iter().filter_map(|row| row.shown.or(row.runs.first().copied()));
    let shown: Vec<&Recording> = shown.filter_map(|place| runs.get(place).copied()).collect();
    let runs = shown.as_slice();
    let Some(first) = runs.first() else { return String::new() };
    let works = Works::of(runs);
    let mut about: Vec<(usize, About)> = Vec::new();
    let mut done: Vec<WorkDone> = Vec::new();
    for (place, name) in works.names().iter().enumerate() {
        let own: Vec<usize> = (0..runs.len()).filter(|run| works.place(*run) == place).collect();
        let (work, told) =
            WorkDone::of(name, works.are_several(), &own.iter().map(|run| runs[*run]).collect::<Vec<_>>());
        done.push(work);
        about.extend(own.into_iter().zip(told));
    }
    about.sort_by_key(|(run, _)| *run);
    let of_all = |told: fn(&WorkDone) -> &str| match done.as_slice() {
        [only] => told(only).to_owned(),
        several => text::of_works(&several.iter().map(|work| (work.name.as_str(), told(work))).collect::<Vec<_>>()),
    };
    let (subtitle, sentence) = (of_all(|work| &work.title), of_all(|work| &work.sentence));
    let (names, machine) = (works.names().join(", "), text::machine(first.machine.allowed.len(), first.machine.usable));
    let whole = Page {
        title: title.unwrap_or(&names),
        subtitle: &subtitle,
        sentence: &sentence,
        command,
        machine: &machine,
        works: done.iter().map(WorkDone::on_page).collect(),
        runs: about.iter().map(|(run, about)| about.on_page(works.place(*run), runs[*run])).collect(),
    };
    html(&whole, theme)
}

/// What a page says of a work.
struct WorkDone {
    name: String,
    title: String,
    sentence: String,
    ideal: Option<(Ns, String)>,
}

impl WorkDone {
    /// The work `name`, which `runs` did, and what is said of each of these runs, by the name of the work too if it is one
    /// of `several`.
    fn of(name: &str, several: bool, runs: &[&Recording]) -> (WorkDone, Vec<About>) {
        let comparison = Comparison::of(runs);
        let named = |about: About| {
            let name = if several { text::run_of_work(name, &about.name) } else { about.name };
            About { name, ..about }
        };
        let about = |(index, run): (usize, &&Recording)| named(About::of(&comparison, index, run));
        let about: Vec<About> = runs.iter().enumerate().map(about).collect();
        let verdict = comparison.verdict.text();
        let sentence = about.first().filter(|_| runs.len() == 1).map_or(verdict, |about| about.sentence.clone());
        let title = runs.first().map_or_else(String::new, |run| run.origin.title());
        let ideal = comparison.ideal.as_ref().map(|ideal| (ideal.time, ideal.limit.text()));
        (WorkDone { name: name.to_owned(), title, sentence, ideal }, about)
    }

    fn on_page(&self) -> PageWork<'_> {
        let ideal = self.ideal.as_ref().map(|(time, why)| (*time, why.as_str()));
        PageWork { title: &self.title, sentence: &self.sentence, ideal }
    }
}

/// What a page says of a run.
struct About {
    name: String,
    sentence: String,
    badge: &'static str,
    ratio: String,
    figures: Vec<(String, String)>,
    notes: Vec<String>,
}

impl About {
    fn of(comparison: &Comparison, index: usize, run: &Recording) -> About {
        let row = comparison.rows.iter().find(|row| row.runs.contains(&index));
        let shown = row.filter(|row| row.shown == Some(index));
        let cell = |column: Column| shown.map_or_else(String::new, |row| comparison_cell(comparison, row, column));
        let told = |column: &Column| *column != Column::Spread && comparison_has(comparison, *column);
        let columns = Column::ALL.into_iter().filter(told);
        About {
            name: row.map_or_else(|| who(run).unwrap_or_default(), Row::name),
            sentence: sentence(run),
            badge: badge([&run.trace]).text(),
            ratio: cell(Column::Ratio),
            figures: columns.map(|column| (column.head().to_owned(), cell(column))).collect(),
            notes: run.broken.iter().map(text::failure).collect(),
        }
    }

    fn on_page<'a>(&'a self, work: usize, run: &'a Recording) -> PageRun<'a> {
        PageRun {
            name: &self.name,
            work,
            key: run.model().map_or(' ', |model| key(model.kind)),
            locked: run.model().is_some_and(|model| model.lock.is_on()),
            trace: &run.trace,
            sentence: &self.sentence,
            badge: self.badge,
            ratio: &self.ratio,
            cores: run.cores(),
            figures: self.figures.clone(),
            notes: self.notes.clone(),
        }
    }
}

/// The key of a model in the program.
const fn key(kind: ModelKind) -> char {
    match kind {
        ModelKind::Serial => '1',
        ModelKind::Threads => '2',
        ModelKind::Processes => '3',
        ModelKind::Async => '4',
    }
}
