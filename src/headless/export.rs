//! Recorded runs made into something for others: pictures, pages, tables, data, moving pictures.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Stop, code};
use crate::app::{App, Key, Message, Playhead, Shown, Speed, View, update};
use crate::export::picture::{Options, Picture, Subject};
use crate::export::{self, Portion, ansi, cast, chrome, spans};
use crate::files;
use crate::palette::Theme;
use crate::pictures;
use crate::recorder;
use crate::recording::{Comparison, Opened, Recording, sources};
use crate::report;
use crate::settings::{ExportFormat, ExportView, Exporting, Which};
use crate::text;
use crate::ui::{self, Depth, Look};
use crate::units::{Ns, Range, Stamp};

/// Pictures of the screen in a cast, each so long after the one before.
const FRAME: Ns = Ns::from_millis(50);
/// The most of them.
const MOST_FRAMES: u64 = 20_000;
/// For how long the last one is held.
const HOLD: Duration = Duration::from_secs(3);

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
                Err(e) => Err(Stop::Failed(e.text())),
            }
        }
        Some(path) => {
            let mut refused = None;
            let written = files::write(path, wish.force, |out| match write(wish, runs, out) {
                Ok(()) => Ok(()),
                Err(Failure::Out(e)) => Err(e),
                Err(Failure::Wish(why)) => {
                    refused = Some(why);
                    Err(io::Error::other("nothing to write"))
                }
            });
            match (refused, written) {
                (Some(why), _) => Err(Stop::Failed(why)),
                (None, Err(e)) => Err(Stop::Failed(e.to_string())),
                (None, Ok(())) => Ok(()),
            }
        }
    }
}

/// Why nothing was written.
enum Failure {
    /// What it is written to does not take it.
    Out(io::Error),
    /// What is wished for is not there.
    Wish(String),
}

impl Failure {
    fn text(self) -> String {
        match self {
            Failure::Out(e) => format!("the export cannot be written to standard output: {e}"),
            Failure::Wish(why) => why,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(e: io::Error) -> Failure {
        Failure::Out(e)
    }
}

/// Reads the files. What is damaged is said on stderr, and the rest is used.
fn open(paths: &[PathBuf]) -> Result<FromFiles, Stop> {
    let mut files = Vec::new();
    for path in paths {
        let opened = recorder::read(path).map_err(Stop::Failed)?;
        for note in &opened.notes {
            let _ = writeln!(io::stderr(), "note: {}: {note}", path.display());
        }
        files.push((path.display().to_string(), opened));
    }
    Ok(FromFiles { recordings: Vec::new(), files })
}

impl FromFiles {
    /// Those of the files at `paths`.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub(super) fn read(paths: &[PathBuf]) -> Result<FromFiles, Stop> {
        let mut runs = open(paths)?;
        runs.unpack();
        Ok(runs)
    }

    /// Takes the runs out of their files; where there are several, each is told by the name of its own.
    fn unpack(&mut self) {
        let names: Vec<&str> = self.files.iter().map(|(name, _)| name.as_str()).collect();
        let sources = sources(&names);
        for ((_, opened), file) in std::mem::take(&mut self.files).into_iter().zip(sources) {
            self.recordings.extend(opened.recordings.into_iter().map(|r| Recording { file: file.clone(), ..r }));
        }
    }

    /// All of them, lent.
    pub(super) fn lent(&self) -> Vec<&Recording> {
        self.recordings.iter().collect()
    }
}

/// Which of `runs` is wished for.
fn chosen(runs: &[&Recording], which: Which) -> Result<usize, Failure> {
    let found = match which {
        Which::First => Some(0),
        Which::Number(n) => n.checked_sub(1).filter(|n| *n < runs.len()),
        // Of several runs under one model the median one, as in a comparison.
        Which::Model(kind, locked) => {
            let is_it =
                |r: &&Recording| r.model().is_some_and(|model| model.kind == kind && model.lock.is_on() == locked);
            let rows = Comparison::of(runs).rows;
            let shown = rows.iter().filter_map(|row| row.shown).find(|n| is_it(&runs[*n]));
            shown.or_else(|| runs.iter().position(is_it))
        }
    };
    found.ok_or_else(|| {
        let names: Vec<String> = runs.iter().zip(1..).map(|(r, n)| format!("{n} {}", who(r))).collect();
        Failure::Wish(text::no_such_run(&names))
    })
}

fn who(run: &Recording) -> String {
    run.model().map_or_else(|| run.origin.name().to_owned(), |model| crate::insight::who(model).row())
}

fn write(wish: &Exporting, mut runs: FromFiles, out: &mut dyn Write) -> Result<(), Failure> {
    if wish.is_screen() {
        return screen(wish, runs.files, out);
    }
    if (wish.format, wish.view) == (ExportFormat::Png, ExportView::Screen) {
        return Err(Failure::Wish(text::no_dots_of_the_screen().to_owned()));
    }
    runs.unpack();
    let runs = runs.lent();
    match wish.format {
        ExportFormat::Svg => {
            let picture = picture(wish, &runs)?;
            let svg = match wish.animate {
                Some(time) => picture.animated(wish.theme, time.as_secs()),
                None => picture.svg(wish.theme),
            };
            out.write_all(svg.as_bytes())?;
        }
        ExportFormat::Png => {
            let png = picture(wish, &runs)?.png(wish.theme.unwrap_or(Theme::Dark), wish.scale);
            out.write_all(&png.map_err(Failure::Wish)?)?;
        }
        ExportFormat::Html => {
            let page = pictures::page(&runs, wish.theme, wish.title.as_deref(), &command(wish));
            out.write_all(page.as_bytes())?;
        }
        ExportFormat::Markdown => {
            let comparison = Comparison::of(&runs);
            let heading = report::comparison_heading(&comparison, &runs);
            let table = report::comparison_markdown(&comparison);
            write!(out, "{heading}\n{table}")?;
        }
        _ => data(wish, &runs, out)?,
    }
    Ok(())
}

/// That some of `runs` lies in the stretch that is wished for.
fn seen<'a>(wish: &Exporting, runs: impl IntoIterator<Item = &'a Recording>) -> Result<(), Failure> {
    let latest = runs.into_iter().map(|run| run.trace.latest()).max().unwrap_or_default();
    let beyond = wish.range.filter(|range| range.from >= latest);
    beyond.map_or(Ok(()), |_| Err(Failure::Wish(text::nothing_in_range(latest))))
}

/// Stretches and statistics of all runs, or of the one that is wished for.
fn data(wish: &Exporting, runs: &[&Recording], mut out: &mut dyn Write) -> Result<(), Failure> {
    let wanted: Vec<&Recording> = match wish.which {
        Which::First => runs.to_vec(),
        which => vec![runs[chosen(runs, which)?]],
    };
    seen(wish, wanted.iter().copied())?;
    let about: Vec<(String, String, String)> = wanted
        .iter()
        .map(|run| {
            let name = run.file.as_ref().map_or_else(|| who(run), |file| format!("{file} {}", who(run)));
            let command = run.planned().map_or_else(String::new, |planned| planned.setup.command());
            (name, pictures::sentence(run), command)
        })
        .collect();
    let runs: Vec<Portion<'_>> = wanted
        .iter()
        .zip(&about)
        .map(|(run, (name, sentence, command))| Portion { name, run, sentence, command, part: wish.range })
        .collect();
    match wish.format {
        ExportFormat::Chrome => drop(chrome::chrome(&mut out, &runs)?),
        ExportFormat::Csv => drop(spans::csv(&mut out, &runs)?),
        ExportFormat::Stats => spans::statistics_csv(&mut out, &runs)?,
        _ => drop(spans::json(&mut out, &runs)?),
    }
    Ok(())
}

fn picture(wish: &Exporting, runs: &[&Recording]) -> Result<Picture, Failure> {
    let usual = if wish.post { Options::post() } else { Options::default() };
    let width = wish.width.map_or(usual.width, f64::from);
    let options = Options { range: wish.range, width, title: wish.title.clone(), ..usual };
    let view = match wish.view {
        ExportView::Compare => {
            seen(wish, runs.iter().copied())?;
            return Ok(pictures::of_comparison(runs, &options, &command(wish), None));
        }
        ExportView::Tasks | ExportView::Screen => Subject::Tasks,
        ExportView::Workers => Subject::Workers,
        ExportView::Cores => Subject::Cores,
        ExportView::Lock => Subject::Lock,
        ExportView::Utilization => Subject::Utilization,
    };
    let run = runs[chosen(runs, wish.which)?];
    seen(wish, [run])?;
    Ok(pictures::of_run(run, view, &options, &command(wish)))
}

/// The command line that makes the same again.
fn command(wish: &Exporting) -> String {
    let mut line = "concviz export".to_owned();
    for file in &wish.files {
        line += &format!(" {}", quoted(&file.to_string_lossy()));
    }
    if let Some(out) = &wish.out {
        line += &format!(" -o {}", quoted(&out.to_string_lossy()));
    }
    let named = wish.out.as_ref().and_then(|o| ExportFormat::of_file(&o.to_string_lossy()));
    if named != Some(wish.format) {
        line += &format!(" --format {}", wish.format.name());
    }
    if wish.view != ExportView::default() && wish.format != ExportFormat::Html {
        line += &format!(" --view {}", wish.view.name());
    }
    match wish.which {
        Which::First => {}
        _ if wish.view == ExportView::Compare => {}
        Which::Number(n) => line += &format!(" --run {n}"),
        Which::Model(kind, locked) => line += &format!(" --run {}{}", kind.name(), if locked { "+gil" } else { "" }),
    }
    if let Some(range) = wish.range {
        let to = if range.to == Ns::MAX { String::new() } else { range.to.written() };
        line += &format!(" --range {}..{to}", range.from.written());
    }
    if let Some(width) = wish.width {
        line += &format!(" --width {width}");
    }
    if wish.format == ExportFormat::Png && wish.scale.to_bits() != 1.0_f64.to_bits() {
        line += &format!(" --scale {}", wish.scale);
    }
    if wish.is_screen() && wish.screen != Exporting::SCREEN {
        line += &format!(" --screen {}x{}", wish.screen.0, wish.screen.1);
    }
    if let Some(speed) = wish.speed.filter(|_| wish.format == ExportFormat::Cast) {
        line += &format!(" --speed {speed}");
    }
    if wish.post {
        line += " --post";
    }
    if let Some(time) = wish.animate {
        line += &format!(" --animate {}", time.written());
    }
    if let Some(theme) = wish.theme {
        line += &format!(" --theme {}", theme.name());
    }
    if let Some(title) = &wish.title {
        line += &format!(" --title {}", quoted(title));
    }
    line
}

/// `text` as a shell reads it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:+,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The program's own screen: a still one, or all of a run.
fn screen(wish: &Exporting, files: Vec<(String, Opened)>, mut out: &mut dyn Write) -> Result<(), Failure> {
    let Some(mut app) = App::viewing(files, Stamp(0), wish.screen) else { return Ok(()) };
    app.toast = None;
    look_at(&mut app, wish)?;
    // Text without colours tells states by shapes and letters.
    let depth = if wish.format == ExportFormat::Txt { Depth::None } else { Depth::True };
    let look = Look { theme: wish.theme.unwrap_or_default(), depth, ..Look::default() };
    let drawn = |app: &App| {
        let area = Rect::new(0, 0, wish.screen.0, wish.screen.1);
        let mut buffer = Buffer::empty(area);
        ui::render(app, look, area, &mut buffer);
        buffer
    };
    match wish.format {
        ExportFormat::Txt => out.write_all(export::text(&drawn(&app)).as_bytes())?,
        ExportFormat::Ansi => out.write_all(ansi::ansi(&drawn(&app)).as_bytes())?,
        ExportFormat::Cast => {
            let title = wish.title.clone().unwrap_or_else(|| app.setup.title());
            let header = cast::Header { size: wish.screen, title, command: command(wish), hold: HOLD };
            let mut out = io::BufWriter::new(&mut out);
            cast::cast(&mut out, &header, frames(&mut app, wish, drawn))?;
            out.flush()?;
        }
        _ => {
            let title = wish.title.clone().unwrap_or_else(|| app.setup.title());
            let description = app.finding().map_or_else(String::new, |found| found.say.text());
            let caption = export::Caption { title, description, command: command(wish) };
            out.write_all(export::svg(&drawn(&app), &caption).as_bytes())?;
        }
    }
    Ok(())
}

/// Shows the run and the view that are wished for.
fn look_at(app: &mut App, wish: &Exporting) -> Result<(), Failure> {
    let which = wish.which;
    let number = {
        let mut runs: Vec<_> = app.runs().collect();
        runs.sort_by_key(|run| run.id);
        let runs: Vec<&Recording> = runs.iter().map(|run| &run.recording).collect();
        let number = chosen(&runs, which)?;
        seen(wish, [runs[number]])?;
        number
    };
    app.open_run(number);
    match wish.view {
        ExportView::Tasks | ExportView::Screen => app.shown = Shown::Run(View::Tasks),
        ExportView::Cores => app.shown = Shown::Run(View::Cores),
        ExportView::Utilization => app.shown = Shown::Run(View::Utilization),
        ExportView::Compare => {
            // Of what was made before nothing is asked for.
            drop(update(app, Message::Key(Key::Char('x'))));
            app.playhead = Playhead::Live;
        }
        ExportView::Workers | ExportView::Lock => {
            return Err(Failure::Wish(text::no_such_screen(wish.view.name())));
        }
    }
    app.focus.zoom = wish.range.map(|range| range.and(Range::new(Ns::ZERO, app.end())));
    Ok(())
}

/// The run played from its start, picture by picture, each as `drawn` draws it.
fn frames(app: &mut App, wish: &Exporting, drawn: impl Fn(&App) -> Buffer) -> impl Iterator<Item = (Duration, Buffer)> {
    let end = app.end();
    let natural = Speed::natural(end);
    let speed = wish.speed.unwrap_or(f64::from(natural.run) / f64::from(natural.real));
    let lasts = (end.0 as f64 / speed) as u64;
    // Of a run that would take hours there are fewer pictures, not a file without end.
    let each = FRAME.0.max(lasts / MOST_FRAMES).max(1);
    let count = lasts.div_ceil(each);
    (0..=count).map(move |n| {
        let at = Ns((n as f64 * each as f64 * speed) as u64);
        app.playhead = if n == count || at >= end {
            Playhead::Live
        } else {
            Playhead::Replay { at, speed: near(speed), paused: false, moved: app.now }
        };
        (Duration::from_nanos(n * each), drawn(app))
    })
}

/// The nearest speed that the screen can name.
fn near(speed: f64) -> Speed {
    if speed >= 1.0 {
        Speed { run: speed.round().clamp(1.0, 1e9) as u32, real: 1 }
    } else {
        Speed { run: 1, real: (1.0 / speed.max(1e-9)).round().clamp(1.0, 1e9) as u32 }
    }
}
