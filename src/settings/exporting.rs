//! What the user wants made of recorded runs.

use std::path::PathBuf;

use crate::model::ModelKind;
use crate::palette::Theme;
use crate::units::{Ns, Range};

/// Everything that decides an export.
#[derive(Clone, Debug, PartialEq)]
pub struct Exporting {
    /// The files the runs are read from.
    pub files: Vec<PathBuf>,
    /// The file that is written; standard output if nothing is said.
    pub out: Option<PathBuf>,
    /// Whether a file that is there is replaced.
    pub force: bool,
    /// What is written.
    pub format: ExportFormat,
    /// What is looked at.
    pub view: ExportView,
    /// Which of several runs, where it is one.
    pub which: Which,
    /// The stretch of time that is shown; all of it if nothing is said.
    pub range: Option<Range>,
    /// The title of a picture; the workload's if nothing is said.
    pub title: Option<String>,
    /// The colours; those of the viewer where a picture can follow them, if nothing is said.
    pub theme: Option<Theme>,
    /// The width of a picture, in pixels.
    pub width: Option<u16>,
    /// Dots of a PNG to a pixel.
    pub scale: f64,
    /// Whether a picture has the size for posts.
    pub post: bool,
    /// For how long the time sweeps over a moving SVG; nothing for one that stands still.
    pub animate: Option<Ns>,
    /// Columns and rows of a screen.
    pub screen: (u16, u16),
    /// How many times as fast as the run a cast is; as fast as can be watched if nothing is said.
    pub speed: Option<f64>,
}

impl Exporting {
    /// The usual columns and rows of a screen.
    pub const SCREEN: (u16, u16) = (120, 36);

    /// Whether the program's own screen is written.
    pub fn is_screen(&self) -> bool {
        let always = matches!(self.format, ExportFormat::Txt | ExportFormat::Ansi | ExportFormat::Cast);
        always || (self.format == ExportFormat::Svg && self.view == ExportView::Screen)
    }
}

/// Which of several runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// The first.
    #[default]
    First,
    /// This one, from 1.
    Number(usize),
    /// The one with the median time under this model, with a global lock or without.
    Model(ModelKind, bool),
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A vector picture.
    Svg,
    /// A picture in dots.
    Png,
    /// A page with all runs.
    Html,
    /// The screen as text.
    Txt,
    /// The screen as text with colours for terminals.
    Ansi,
    /// A table of the results.
    Markdown,
    /// Chrome's trace format, which Perfetto and speedscope open.
    Chrome,
    /// Every stretch of every task as a line of values.
    Csv,
    /// The statistics as lines of values.
    Stats,
    /// The same as a document for programs.
    Json,
    /// A recording of the screen that asciinema plays.
    Cast,
}

impl ExportFormat {
    /// All there are.
    pub const ALL: [ExportFormat; 11] = [
        ExportFormat::Svg,
        ExportFormat::Png,
        ExportFormat::Html,
        ExportFormat::Txt,
        ExportFormat::Ansi,
        ExportFormat::Markdown,
        ExportFormat::Chrome,
        ExportFormat::Csv,
        ExportFormat::Stats,
        ExportFormat::Json,
        ExportFormat::Cast,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            ExportFormat::Svg => "svg",
            ExportFormat::Png => "png",
            ExportFormat::Html => "html",
            ExportFormat::Txt => "txt",
            ExportFormat::Ansi => "ansi",
            ExportFormat::Markdown => "markdown",
            ExportFormat::Chrome => "chrome",
            ExportFormat::Csv => "csv",
            ExportFormat::Stats => "stats",
            ExportFormat::Json => "json",
            ExportFormat::Cast => "cast",
        }
    }

    /// The one that a file's name asks for by its end.
    pub fn of_file(name: &str) -> Option<ExportFormat> {
        const ENDS: [(&str, ExportFormat); 14] = [
            (".svg", ExportFormat::Svg),
            (".png", ExportFormat::Png),
            (".html", ExportFormat::Html),
            (".htm", ExportFormat::Html),
            (".txt", ExportFormat::Txt),
            (".ansi", ExportFormat::Ansi),
            (".ans", ExportFormat::Ansi),
            (".md", ExportFormat::Markdown),
            (".chrome.json", ExportFormat::Chrome),
            (".trace.json", ExportFormat::Chrome),
            (".stats.csv", ExportFormat::Stats),
            (".csv", ExportFormat::Csv),
            (".json", ExportFormat::Json),
            (".cast", ExportFormat::Cast),
        ];
        let name = name.to_ascii_lowercase();
        ENDS.iter().find(|(end, _)| name.ends_with(end)).map(|(_, format)| *format)
    }
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExportView {
    /// What each task does.
    #[default]
    Tasks,
    /// What each worker does, and for whom.
    Workers,
    /// Who is on each core.
    Cores,
    /// Who has each lock.
    Lock,
    /// How many cores are used, and by what.
    Utilization,
    /// All runs beside each other.
    Compare,
    /// The program's own screen.
    Screen,
}

impl ExportView {
    /// All there are.
    pub const ALL: [ExportView; 7] = [
        ExportView::Tasks,
        ExportView::Workers,
        ExportView::Cores,
        ExportView::Lock,
        ExportView::Utilization,
        ExportView::Compare,
        ExportView::Screen,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            ExportView::Tasks => "tasks",
            ExportView::Workers => "workers",
            ExportView::Cores => "cores",
            ExportView::Lock => "lock",
            ExportView::Utilization => "utilization",
            ExportView::Compare => "compare",
            ExportView::Screen => "screen",
        }
    }
}
