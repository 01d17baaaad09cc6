//! The options of `concviz export`, and the settings that follow from them.

use std::path::PathBuf;

use clap::Args;

use super::refusal::{Refusal, ValueRefusal};
use super::values::{self, one_of};
use crate::model::ModelKind;
use crate::palette::Theme;
use crate::settings::{ExportFormat, ExportOption, ExportView, Exporting, Made, Runs, Which};
use crate::text::cli::help::heading::OUTPUT;
use crate::text::cli::help::{export, value};
use crate::units::{Ns, Range};

/// The narrowest and the widest picture, in pixels.
const WIDTHS: (u16, u16) = (480, 8_000);
/// The least and the most columns and rows of a screen.
const SCREENS: ((u16, u16), (u16, u16)) = ((40, 12), (500, 200));
/// The fewest and the most dots of a PNG to a pixel.
const SCALES: (f64, f64) = (0.5, 8.0);
/// The slowest and the fastest that a cast is played, as a factor.
const SPEEDS: (f64, f64) = (0.000_1, 10_000.0);
/// The shortest and the longest time that sweeps over a picture.
const SWEEPS: (Ns, Ns) = (Ns::from_millis(500), Ns::from_millis(600_000));

/// The options of `concviz export`.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Files that --trace or the key S has written
    #[arg(value_name = value::FILE, required = true, help = export::FILES)]
    pub files: Vec<PathBuf>,
    #[arg(short, long, value_name = value::FILE, help = out_help())]
    pub out: Option<PathBuf>,
    /// What is written, where the name does not say it; needed for standard output
    #[arg(long, value_name = value::FORMAT, value_parser = one_of(&ExportFormat::ALL, ExportFormat::name), help = export::FORMAT)]
    pub format: Option<ExportFormat>,
    /// Replace a file that is there
    #[arg(long, help = export::FORCE)]
    pub force: bool,
    /// What is looked at [default: tasks]
    #[arg(long, value_name = value::VIEW, value_parser = one_of(&ExportView::ALL, ExportView::name), help_heading = OUTPUT, help = export::VIEW)]
    pub view: Option<ExportView>,
    /// Which of several runs: its number, its model like threads or threads+gil, or with its workload, like io:threads
    /// or io:all; again: one more, on the same axis
    #[arg(long, value_name = value::RUN, value_parser = which, help_heading = OUTPUT, help = export::RUN)]
    pub run: Vec<Which>,
    /// The stretch of time that is shown, like 10ms..50ms, 10ms.. or ..50ms
    #[arg(long, value_name = value::FROM_TO, value_parser = range, help_heading = OUTPUT, help = export::RANGE)]
    pub range: Option<Range>,
    /// A title in place of the workload's
    #[arg(long, value_name = value::TEXT, help_heading = OUTPUT, help = export::TITLE)]
    pub title: Option<String>,
    /// The colours; without it an SVG and a page follow their viewer
    #[arg(long, value_name = value::THEME, value_parser = one_of(&Theme::ALL, Theme::name), help_heading = OUTPUT, help = export::THEME)]
    pub theme: Option<Theme>,
    /// The width of a picture in pixels [default: 1200]
    #[arg(long, value_name = value::PIXELS, allow_hyphen_values = true, value_parser = width, help_heading = OUTPUT, help = export::WIDTH)]
    pub width: Option<u16>,
    /// Dots of a PNG to a pixel: 2 for sharp displays
    #[arg(long, value_name = value::N, allow_hyphen_values = true, value_parser = scale, help_heading = OUTPUT, help = export::SCALE)]
    pub scale: Option<f64>,
    /// Make the picture 1200 by 675 pixels, for posts
    #[arg(long, conflicts_with = "width", help_heading = OUTPUT, help = export::POST)]
    pub post: bool,
    /// Let the time sweep over an SVG, for so long
    #[arg(long, value_name = value::TIME, allow_hyphen_values = true, value_parser = sweep, help_heading = OUTPUT, help = export::ANIMATE)]
    pub animate: Option<Ns>,
    /// Columns and rows of a screen: of txt, ansi, cast, and --view screen [default: 120x36]
    #[arg(long, value_name = value::COLUMNS_AND_ROWS, value_parser = screen, help_heading = OUTPUT, help = export::SCREEN)]
    pub screen: Option<(u16, u16)>,
    /// How many times as fast as the run a cast is, like 0.25 [default: as can be watched]
    #[arg(long, value_name = value::FACTOR, allow_hyphen_values = true, value_parser = speed, help_heading = OUTPUT, help = export::SPEED)]
    pub speed: Option<f64>,
}

/// Reads which run is meant: its number, or its model, or its workload and its model.
fn which(text: &str) -> Result<Which, ValueRefusal> {
    if let Ok(n) = text.parse() {
        return Ok(Which::Number(n));
    }
    // A name may hold a colon, a model holds none.
    let (work, model) = text.rsplit_once(':').map_or((None, text), |(work, model)| (Some(work.to_owned()), model));
    // As people type it, and as runs are listed.
    let plain = ["+gil", "+GIL"].into_iter().find_map(|lock| model.strip_suffix(lock));
    let (name, locked) = (plain.unwrap_or(model), plain.is_some());
    let kind = ModelKind::ALL.into_iter().find(|k| k.name() == name);
    match (work, kind) {
        (Some(work), None) if model == Which::ALL => Ok(Which::All(work)),
        (_, None) => Err(ValueRefusal::Run(values::model_names())),
        (Some(work), Some(kind)) => Ok(Which::OfWork(work, kind, locked)),
        (None, Some(kind)) => Ok(Which::Model(kind, locked)),
    }
}

/// Reads a stretch of time; an end that is left out is open.
fn range(text: &str) -> Result<Range, ValueRefusal> {
    let (from, to) = text.split_once("..").ok_or_else(|| ValueRefusal::NoRange(text.to_owned()))?;
    let time = |text: &str, open: Ns| {
        if text.trim().is_empty() { Ok(open) } else { values::time(text.trim()) }
    };
    let (from, to) = (time(from, Ns::ZERO)?, time(to, Ns::MAX)?);
    if from < to { Ok(Range::new(from, to)) } else { Err(ValueRefusal::EndsBeforeItBegins(text.to_owned())) }
}

/// Reads a width in pixels.
fn width(text: &str) -> Result<u16, ValueRefusal> {
    let (least, most) = WIDTHS;
    text.parse().ok().filter(|n| (least..=most).contains(n)).ok_or(ValueRefusal::Width { least, most })
}

/// Reads how many dots there are to a pixel.
fn scale(text: &str) -> Result<f64, ValueRefusal> {
    let (least, most) = SCALES;
    text.parse().ok().filter(|n: &f64| (least..=most).contains(n)).ok_or(ValueRefusal::Number { least, most })
}

/// Reads how fast a cast is played.
fn speed(text: &str) -> Result<f64, ValueRefusal> {
    let (least, most) = SPEEDS;
    text.parse().ok().filter(|n: &f64| (least..=most).contains(n)).ok_or(ValueRefusal::Factor { least, most })
}

/// Reads for how long the time sweeps over a picture.
fn sweep(text: &str) -> Result<Ns, ValueRefusal> {
    let (least, most) = SWEEPS;
    let time = values::time(text)?;
    if (least..=most).contains(&time) { Ok(time) } else { Err(ValueRefusal::Sweep { least, most }) }
}

/// Reads the columns and rows of a screen.
fn screen(text: &str) -> Result<(u16, u16), ValueRefusal> {
    let size = text.split_once('x').and_then(|(columns, rows)| Some((columns.parse().ok()?, rows.parse().ok()?)));
    let (least, most) = SCREENS;
    let fits = |(columns, rows): &(u16, u16)| (least.0..=most.0).contains(columns) && (least.1..=most.1).contains(rows);
    size.filter(fits).ok_or(ValueRefusal::Screen { least, most })
}

/// The help of `--out`.
fn out_help() -> String {
    export::out(&ExportFormat::ALL.map(ExportFormat::end))
}

/// Whether `option` was given.
fn is_given(options: &ExportArgs, option: ExportOption) -> bool {
    match option {
        ExportOption::View => options.view.is_some(),
        ExportOption::Run => !options.run.is_empty(),
        ExportOption::Range => options.range.is_some(),
        ExportOption::Width => options.width.is_some(),
        ExportOption::Scale => options.scale.is_some(),
        ExportOption::Screen => options.screen.is_some(),
        ExportOption::Speed => options.speed.is_some(),
        ExportOption::Post => options.post,
        ExportOption::Animate => options.animate.is_some(),
        ExportOption::Theme => options.theme.is_some(),
        ExportOption::Title => options.title.is_some(),
    }
}

/// Refuses an option that was given but says nothing about what is written: nobody asks for something and silently gets
/// something else.
fn nothing_is_ignored(options: &ExportArgs, wish: &Exporting) -> Result<(), Refusal> {
    let format = wish.format.name();
    for option in ExportOption::ALL.into_iter().filter(|option| is_given(options, *option)) {
        let flag = option.flag();
        if !wish.format.knows(option) {
            let knowing = ExportFormat::ALL.into_iter().filter(|f| f.knows(option)).map(ExportFormat::name);
            return Err(Refusal::NotOfFormat { flag, format, formats: knowing.collect() });
        }
        // Where nothing can be made another sentence says so.
        let Some(made) = wish.made().filter(|made| !option.is_about(*made)) else { continue };
        let other = wish.format.row().makes.iter().find(|made| option.is_about(**made));
        let other = other.map(|made| made.name());
        let view = match ExportView::ALL.into_iter().find(|v| v.row().of != wish.view.row().of) {
            Some(view) => view.name(),
            None => ExportView::default().name(),
        };
        return Err(Refusal::NotOfMade { flag, made: made.name(), other, view });
    }
    several(wish)
}

/// Refuses several named runs where only one is shown.
fn several(wish: &Exporting) -> Result<(), Refusal> {
    let stacked = |view: ExportView| view.row().runs != Runs::One;
    let shows = match wish.made() {
        Some(Made::Picture) => stacked(wish.view),
        Some(Made::Screen) | None => false,
        Some(Made::Page | Made::Table | Made::Data) => true,
    };
    // A comparison on the screen is of all runs of one workload.
    let compared = wish.made() == Some(Made::Screen) && wish.view.row().runs == Runs::Compared;
    let all = !compared && wish.which.iter().any(|which| matches!(which, Which::All(_)));
    if shows || (wish.which.len() < 2 && !all) {
        return Ok(());
    }
    let what = match wish.made() {
        Some(Made::Picture) => format!("{} {}", ExportOption::View.flag(), wish.view.name()),
        Some(made) => made.name().to_owned(),
        None => wish.format.name().to_owned(),
    };
    Err(Refusal::OneRun { what, views: ExportView::names(stacked) })
}

/// The export that `options` ask for.
pub(super) fn exporting(options: &ExportArgs) -> Result<Exporting, Refusal> {
    let out = options.out.clone().filter(|path| path.as_os_str() != "-");
    let named = out.as_ref().and_then(|path| ExportFormat::of_file(&path.to_string_lossy()));
    let Some(format) = options.format.or(named) else {
        return Err(Refusal::NoFormat(out, ExportFormat::ALL.map(ExportFormat::name).into()));
    };
    let wish = Exporting {
        files: options.files.clone(),
        out,
        force: options.force,
        format,
        view: options.view.unwrap_or_default(),
        which: options.run.clone(),
        range: options.range,
        title: options.title.clone(),
        theme: options.theme,
        width: options.width,
        scale: options.scale.unwrap_or(1.0),
        post: options.post,
        animate: options.animate,
        screen: options.screen.unwrap_or(Exporting::SCREEN),
        speed: options.speed,
    };
    nothing_is_ignored(options, &wish)?;
    Ok(wish)
}
