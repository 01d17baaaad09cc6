//! Pictures of a trace, drawn anew rather than taken from a screen: as SVG that follows the viewer's light or dark
//! scheme, the same with the time sweeping over it, and as PNG. Knows neither files nor the application.
//!
//! The law of the drawing: in every column of every lane the area of each state is its exact share of the time, to one
//! part in [`UNITS`] of the lane's height. Work is drawn tall: it takes its share of the whole height. Waits that stand
//! upon work do too; where there is none they are drawn low: each takes its share of half the height. Work alone that is
//! too short for the eye has a tick over it. A wait for something outside that keeps no worker occupied is dim, a stretch
//! of which nothing is known is hatched.

mod compare;
mod cores;
mod list;
mod locks;
mod page;
mod raster;
mod shares;
mod sharing;
mod stack;
mod tasks;
mod usage;
mod vector;
mod whose;
mod workers;

#[cfg(test)]
mod tests;

use super::Caption;
use crate::palette::Theme;
use crate::trace::Trace;
use crate::units::{Ns, Range};

pub use compare::{CompareRow, ComparedRuns, IdealLine};
pub use list::{ADVANCE, Anchor, DOTS, Element, Fill, HATCH, Ink, Lane, Picture, Stair, Stairs, Words, width_of};
use page::{Below, Page};
pub use raster::PngError;
pub use shares::{ShareStyle, UNITS};
pub use stack::StackedRun;

/// How the lanes of a view come onto a page.
#[derive(Clone, Copy)]
struct SubjectRow {
    /// The name on the command line.
    name: &'static str,
    /// The room in pixels that the lanes' names need, and the room for the texts at the right.
    room: fn(&Trace, &Options) -> (f64, f64),
    /// Draws the lanes, with this many pixels more of height for all of them.
    lanes: fn(&mut Page, &Trace, &Options, f64) -> Below,
}

macro_rules! subjects {
    ($($(#[$about:meta])* $subject:ident: $row:expr;)*) => {
        /// What is looked at.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum Subject {
            $($(#[$about])* $subject,)*
        }

        impl Subject {
            /// All there are.
            pub const ALL: [Subject; [$(stringify!($subject)),*].len()] = [$(Subject::$subject),*];

            const fn row(self) -> SubjectRow {
                match self {
                    $(Subject::$subject => $row,)*
                }
            }
        }
    };
}

subjects! {
    /// A lane for each task; where there are too many several share one, or all a band.
    #[default]
    Tasks: SubjectRow { name: "tasks", room: tasks::room, lanes: tasks::lanes };
    /// A lane for each worker: what it does, and for whom.
    Workers: SubjectRow { name: "workers", room: workers::room, lanes: workers::lanes };
    /// A lane for each core: whose work was done there.
    Cores: SubjectRow { name: "cores", room: cores::room, lanes: cores::lanes };
    /// A lane for each lock: who had it, and how many waited.
    Lock: SubjectRow { name: "lock", room: locks::room, lanes: locks::lanes };
    /// How many cores were used for what.
    Utilization: SubjectRow { name: "utilization", room: usage::room, lanes: usage::lanes };
}

impl Subject {
    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        self.row().name
    }
}

/// How a picture is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The stretch of time that is drawn; all of it if nothing is said.
    pub range: Option<Range>,
    /// The width in pixels, from 480 to 8,000.
    pub width: f64,
    /// The height in pixels; as much as it takes if nothing is said.
    pub height: Option<f64>,
    /// A title in place of the caption's.
    pub title: Option<String>,
    /// The most lanes there are, up to 120.
    pub lanes: usize,
    /// Nothing later is drawn: the playhead.
    pub until: Option<Ns>,
    /// Whether the cores that were busy have a strip below lanes of tasks, workers or cores.
    pub strip: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { range: None, width: 1_200.0, height: None, title: None, lanes: 40, until: None, strip: true }
    }
}

impl Options {
    /// For posts: 1200 by 675 pixels.
    pub fn post() -> Options {
        Options { height: Some(675.0), ..Options::default() }
    }

    fn lanes(&self) -> usize {
        self.lanes.clamp(1, 120)
    }

    fn width(&self) -> f64 {
        if self.width.is_finite() { self.width.clamp(480.0, 8_000.0).round() } else { 1_200.0 }
    }
}

/// A picture of `trace`, seen as `view` says.
pub fn picture(trace: &Trace, view: Subject, caption: &Caption, options: &Options) -> Picture {
    stacked(&[StackedRun { name: String::new(), trace }], view, caption, options)
}

/// The lanes of several runs one above the other on one axis, each under a heading.
pub fn stacked(runs: &[StackedRun<'_>], view: Subject, caption: &Caption, options: &Options) -> Picture {
    fitted(options, |stretch| stack::draw(runs, view, caption, options, stretch))
}

/// Several runs on one axis: each a bar as high as cores were busy, so that the area is the work done.
pub fn compare(comparison: &ComparedRuns<'_>, caption: &Caption, options: &Options) -> Picture {
    fitted(options, |stretch| compare::draw(comparison, caption, options, stretch))
}

/// The picture that `draw` draws, with so many pixels more for its lanes that it has the height that is asked for.
fn fitted(options: &Options, draw: impl Fn(f64) -> Picture) -> Picture {
    let picture = draw(0.0);
    let Some(height) = options.height.filter(|h| h.is_finite()).map(|h| h.clamp(200.0, 8_000.0)) else {
        return picture;
    };
    draw(height - picture.size.1).fit(options.width(), height)
}

impl Picture {
    /// As an SVG document: in `theme`, or else in whichever of the dark and the light one the viewer wants.
    pub fn svg(&self, theme: Option<Theme>) -> String {
        vector::svg(self, theme, None)
    }

    /// The same, with the time sweeping over it again and again, each time in `seconds` (0.5 to 600), where the viewer
    /// can show that and nobody asked it for less motion.
    pub fn animated(&self, theme: Option<Theme>, seconds: f64) -> String {
        vector::svg(self, theme, Some(if seconds.is_finite() { seconds } else { 5.0 }))
    }

    /// As a PNG file, `scale` (0.1 to 8) dots to a pixel.
    ///
    /// # Errors
    /// If it would be too large.
    pub fn png(&self, theme: Theme, scale: f64) -> Result<Vec<u8>, PngError> {
        raster::png(self, theme, scale)
    }
}
