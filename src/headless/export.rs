//! Exports recorded runs: as pictures, pages, tables, data, moving pictures.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::fault::Wish;
use super::{Fault, Stop, code};
use crate::export::picture::{Options, Picture};
use crate::export::{Portion, chrome, spans};
use crate::files;
use crate::model::ModelKind;
use crate::palette::Theme;
use crate::pictures::{self, Drawn};
use crate::recorder;
use crate::recording::{Comparison, Opened, Recording, Row, Works, sources};
use crate::report;
use crate::settings::{ExportFormat, Exporting, Made, Which};
use crate::text;
use crate::trace::KernelRecord;

mod screen;

/// Writes what `exporting` describes. The code to exit with is 0, or 1 where something cannot be read or written.
pub fn export(exporting: &Exporting) -> ExitCode {
    code(attempt(exporting))
}

/// Runs from files.
pub(super) struct FromFiles {
    recordings: Vec<Recording>,
    files: Vec<(String, Opened)>,
}

fn attempt(wish: &Exporting) -> Result<(), Stop> {
    let runs = open(&wish.files)?;
    match &wish.out {
        None => {
            let mut out = io::stdout().lock();
            let written = write(wish, runs, &mut out).and_then(|()| out.flush().map_err(Failure::Out));
            match written {
                Ok(()) => Ok(()),
                Err(Failure::Out(e)) if e.kind() == io::ErrorKind::BrokenPipe => Err(Stop::NobodyReads),
                Err(e) => Err(Fault::from(e).into()),
            }
        }
        Some(path) => {
            let mut refused = None;
            let written = files::write(path, wish.force, |out| match write(wish, runs, out) {
                Ok(()) => Ok(()),
                Err(Failure::Out(e)) => Err(e),
                Err(Failure::Wish(why)) => {
                    refused = Some(why);
                    // This error is never read: `refused` is reported instead.
                    Err(io::ErrorKind::Other.into())
                }
            });
            match (refused, written) {
                (Some(why), _) => Err(Fault::Wish(why).into()),
                (None, Err(e)) => Err(Fault::Unwritten(e).into()),
                (None, Ok(())) => Ok(()),
            }
        }
    }
}

/// Why nothing was written.
enum Failure {
    /// Writing to the output failed.
    Out(io::Error),
    /// Something that was asked for does not exist.
    Wish(Wish),
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Fault {
        match failure {
            Failure::Out(e) => Fault::Export(e),
            Failure::Wish(why) => Fault::Wish(why),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(e: io::Error) -> Failure {
        Failure::Out(e)
    }
}

/// Reads the files. Damage is reported on stderr, and the rest is used.
fn open(paths: &[PathBuf]) -> Result<FromFiles, Stop> {
    let mut files = Vec::new();
    for path in paths {
        let opened = recorder::read(path).map_err(Fault::File)?;
        for note in &opened.notes {
            let said = format!("{}: {}", path.display(), note.text());
            let _ = writeln!(io::stderr(), "note: {}", text::outside(&said));
        }
        files.push((path.display().to_string(), opened));
    }
    Ok(FromFiles { recordings: Vec::new(), files })
}

impl FromFiles {
    /// The runs of the files at `paths`.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub(super) fn read(paths: &[PathBuf]) -> Result<FromFiles, Stop> {
        let mut runs = open(paths)?;
        runs.unpack();
        Ok(runs)
    }

    /// The runs, out of their files.
    fn unpacked(mut self) -> Vec<Recording> {
        self.unpack();
        self.recordings
    }

    /// Takes the runs out of their files; if there are several files, each run gets the name of its file.
    fn unpack(&mut self) {
        let names: Vec<&str> = self.files.iter().map(|(name, _)| name.as_str()).collect();
        let sources = sources(&names);
        for ((_, opened), file) in std::mem::take(&mut self.files).into_iter().zip(sources) {
            self.recordings.extend(opened.recordings.into_iter().map(|r| Recording { file: file.clone(), ..r }));
        }
    }

    /// References to all runs.
    pub(super) fn lent(&self) -> Vec<&Recording> {
        self.recordings.iter().collect()
    }
}

/// References to all of `runs`.
fn lent(runs: &[Recording]) -> Vec<&Recording> {
    runs.iter().collect()
}

/// The places of the runs in `runs` that `which` names: one, or all of a workload.
fn chosen(runs: &[&Recording], which: &Which) -> Result<Vec<usize>, Failure> {
    let works = Works::of(runs);
    let named = |name: &str| works.names().iter().position(|work| work == name);
    let of_work = |work: usize| (0..runs.len()).filter(|run| works.place(*run) == work).collect::<Vec<_>>();
    let found = match which {
        Which::Number(n) => n.checked_sub(1).filter(|n| *n < runs.len()).into_iter().collect(),
        Which::Model(kind, locked) => {
            let found = (0..works.names().len()).filter_map(|work| standing(runs, &of_work(work), *kind, *locked));
            let found: Vec<usize> = found.collect();
            if found.len() > 1 {
                return Err(Failure::Wish(Wish::Several(
                    found.into_iter().map(|run| listed(runs, &works, run)).collect(),
                )));
            }
            found
        }
        Which::OfWork(name, kind, locked) => {
            named(name).and_then(|work| standing(runs, &of_work(work), *kind, *locked)).into_iter().collect()
        }
        Which::All(name) => named(name).map(of_work).unwrap_or_default(),
    };
    if found.is_empty() {
        return Err(Failure::Wish(Wish::Run((0..runs.len()).map(|run| listed(runs, &works, run)).collect())));
    }
    Ok(found)
}

/// The run that stands for those at `places` under a model, with a global lock or without: the median one, as in a
/// comparison.
fn standing(runs: &[&Recording], places: &[usize], kind: ModelKind, locked: bool) -> Option<usize> {
    let of: Vec<&Recording> = places.iter().map(|place| runs[*place]).collect();
    let is_it = |r: &Recording| r.model().is_some_and(|model| model.kind == kind && model.lock.is_on() == locked);
    let shown = Comparison::of(&of).rows.iter().filter_map(|row| row.shown).find(|n| is_it(of[*n]));
    shown.or_else(|| of.iter().position(|run| is_it(run))).map(|n| places[n])
}

/// The number and the name of the run at `place`, as a list has them.
fn listed(runs: &[&Recording], works: &Works, place: usize) -> String {
    let who = if works.are_several() && runs[place].model().is_some() {
        text::named_run(works.name(place), &who(runs[place]))
    } else {
        who(runs[place])
    };
    format!("{} {who}", place + 1)
}

fn who(run: &Recording) -> String {
    run.model().map_or_else(|| run.origin.name().into_owned(), |model| crate::insight::who(model).row())
}

/// Writes the export that `wish` describes; each format has its writer.
fn write(wish: &Exporting, runs: FromFiles, mut out: &mut dyn Write) -> Result<(), Failure> {
    match wish.format {
        ExportFormat::Svg if wish.made() == Some(Made::Screen) => screen::svg(wish, runs.files, out),
        ExportFormat::Svg => {
            let picture = picture(wish, runs)?;
            let svg = match wish.animate {
                Some(time) => picture.animated(wish.theme, time.as_secs()),
                None => picture.svg(wish.theme),
            };
            Ok(out.write_all(svg.as_bytes())?)
        }
        ExportFormat::Png => {
            let png = picture(wish, runs)?.png(wish.theme.unwrap_or(Theme::Dark), wish.scale);
            Ok(out.write_all(&png.map_err(|e| Failure::Wish(Wish::Picture(e)))?)?)
        }
        ExportFormat::Html => {
            let runs = runs.unpacked();
            let page = pictures::page(&lent(&runs), wish.theme, wish.title.as_deref(), &wish.command());
            Ok(out.write_all(page.as_bytes())?)
        }
        ExportFormat::Txt => screen::text(wish, runs.files, out),
        ExportFormat::Ansi => screen::ansi(wish, runs.files, out),
        ExportFormat::Markdown => {
            let runs = runs.unpacked();
            let runs = lent(&runs);
            let comparison = Comparison::of(&runs);
            let heading = report::comparison_heading(&comparison, &runs);
            let table = report::comparison_markdown(&comparison, &report::variant_of(&runs));
            for line in heading.lines() {
                writeln!(out, "{}", text::markup::markdown(line))?;
            }
            write!(out, "\n{table}")?;
            Ok(shared(&comparison, &runs, out)?)
        }
        ExportFormat::Chrome => data(wish, runs, |runs| chrome::chrome(&mut out, runs)),
        ExportFormat::Stats => data(wish, runs, |runs| spans::statistics_csv(&mut out, runs)),
        ExportFormat::Csv => data(wish, runs, |runs| spans::csv(&mut out, runs)),
        ExportFormat::Json => data(wish, runs, |runs| spans::json(&mut out, runs)),
        ExportFormat::Cast => screen::cast(wish, runs.files, out),
    }
}

/// Writes a list of what tasks shared: a line for each queue and counter of each row's run.
fn shared(comparison: &Comparison, runs: &[&Recording], out: &mut dyn Write) -> io::Result<()> {
    let of = |row: &Row| {
        let run = runs.get(row.shown?)?;
        let (name, lines) = (row.name(), report::shared_lines(run));
        Some(lines.into_iter().map(move |line| text::of_row(&name, &line)))
    };
    for (place, line) in comparison.rows.iter().filter_map(of).flatten().enumerate() {
        let space = if place == 0 { "\n" } else { "" };
        writeln!(out, "{space}- {}", text::markup::markdown(&line))?;
    }
    Ok(())
}

/// Checks that a part of `runs` lies in the stretch of time that `wish` names.
fn seen<'a>(wish: &Exporting, runs: impl IntoIterator<Item = &'a Recording>) -> Result<(), Failure> {
    let latest = runs.into_iter().map(|run| run.trace.latest()).max().unwrap_or_default();
    let beyond = wish.range.filter(|range| range.from >= latest);
    beyond.map_or(Ok(()), |_| Err(Failure::Wish(Wish::Range(latest))))
}

/// Those of `runs` that `wish` names, each once and in the order in which they were named; all if it names none.
fn wanted<'a>(wish: &Exporting, runs: &[&'a Recording]) -> Result<Vec<&'a Recording>, Failure> {
    let mut places: Vec<usize> = Vec::new();
    for which in &wish.which {
        for place in chosen(runs, which)? {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    let wanted: Vec<&Recording> =
        if wish.which.is_empty() { runs.to_vec() } else { places.into_iter().map(|place| runs[place]).collect() };
    seen(wish, wanted.iter().copied())?;
    Ok(wanted)
}

/// Cleans the texts from outside in a run, so that they may be shown: files of data are printed and opened too.
fn clean(run: &mut Recording) {
    let sharing = &mut run.trace.sharing;
    let queues = sharing.queue_names.iter_mut().map(|queue| &mut queue.name);
    let shared = queues.chain(sharing.counter_names.iter_mut().map(|counter| &mut counter.name));
    let names = run.trace.names.iter_mut().map(|task| &mut task.name).chain(&mut run.trace.lock_names);
    names.chain(shared).for_each(|name| *name = text::outside(name).into_owned());
    if let KernelRecord::None(reason) = &mut run.trace.kernel_record {
        *reason = text::outside(reason).into_owned();
    }
}

/// Writes data of all runs, or of those that `wish` names, with `write`.
fn data<T>(
    wish: &Exporting,
    runs: FromFiles,
    write: impl FnOnce(&[Portion<'_>]) -> io::Result<T>,
) -> Result<(), Failure> {
    let mut runs = runs.unpacked();
    runs.iter_mut().for_each(clean);
    let wanted = wanted(wish, &lent(&runs))?;
    let works = Works::of(&wanted);
    let about: Vec<(String, String, String)> = wanted
        .iter()
        .enumerate()
        .map(|(place, run)| {
            // A program that was watched has the name of its work already.
            let several = works.are_several() && run.model().is_some();
            let name = if several { text::run_of_work(works.name(place), &who(run)) } else { who(run) };
            let name = run.file.as_ref().map_or(name.clone(), |file| format!("{file} {name}"));
            let command = run.planned().map_or_else(String::new, |planned| planned.setup.command());
            let clean = |text: String| text::outside(&text).into_owned();
            (clean(name), clean(pictures::sentence(run)), clean(command))
        })
        .collect();
    let runs: Vec<Portion<'_>> = wanted
        .iter()
        .zip(&about)
        .map(|(run, (name, sentence, command))| Portion { name, run, sentence, command, part: wish.range })
        .collect();
    write(&runs)?;
    Ok(())
}

fn picture(wish: &Exporting, runs: FromFiles) -> Result<Picture, Failure> {
    let usual = if wish.post { Options::post() } else { Options::default() };
    let width = wish.width.map_or(usual.width, f64::from);
    let options = Options { range: wish.range, width, title: wish.title.clone(), ..usual };
    let (runs, command) = (runs.unpacked(), wish.command());
    let runs = lent(&runs);
    match pictures::drawn(wish.view) {
        Drawn::Lanes(view) => {
            // The first run is shown if none is named.
            let wanted = match wish.which.as_slice() {
                [] => runs.first().map(|run| seen(wish, [*run]).map(|()| vec![*run])).transpose()?.unwrap_or_default(),
                _ => wanted(wish, &runs)?,
            };
            Ok(pictures::of_runs(&wanted, view, &options, &command))
        }
        Drawn::Orders => Ok(pictures::of_runs_orders(&wanted(wish, &runs)?, &options, &command)),
        Drawn::Comparison => Ok(pictures::of_comparison(&wanted(wish, &runs)?, &options, &command, None)),
        Drawn::Screen => Err(Failure::Wish(Wish::Dots)),
    }
}
