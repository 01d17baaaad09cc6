//! Pictures of a trace, drawn anew rather than taken from a screen: as SVG that follows the viewer's light or dark scheme,
//! the same with the time sweeping over it, and as PNG. Knows neither files nor the application.
//!
//! The law of the drawing: in every column of every lane the area of each state is its exact share of the time, to one
//! part in [`UNITS`] of the lane's height. Work stands tall, it takes its share of the whole height; what waits lies low,
//! each state takes its share of half of it. What keeps nobody occupied is dotted, what is not known is hatched.

mod compare;
mod cores;
mod list;
mod locks;
mod page;
mod raster;
mod shares;
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
pub use shares::{ShareStyle, UNITS};

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// A lane for each task; where there are too many several share one, or all a band.
    #[default]
    Tasks,
    /// A lane for each worker: what it does, and for whom.
    Workers,
    /// A lane for each core: whose work was done there.
    Cores,
    /// A lane for each lock: who had it, and how many waited.
    Lock,
    /// How many cores were used for what.
    Utilization,
}

impl Subject {
    /// All there are.
    pub const ALL: [Subject; 5] =
        [Subject::Tasks, Subject::Workers, Subject::Cores, Subject::Lock, Subject::Utilization];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Subject::Tasks => "tasks",
            Subject::Workers => "workers",
            Subject::Cores => "cores",
            Subject::Lock => "lock",
            Subject::Utilization => "utilization",
        }
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
}

impl Default for Options {
    fn default() -> Options {
        Options { range: None, width: 1_200.0, height: None, title: None, lanes: 40, until: None }
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
    fitted(options, |stretch| match view {
        Subject::Tasks => tasks::draw(trace, caption, options, stretch),
        Subject::Workers => workers::draw(trace, caption, options, stretch),
        Subject::Cores => cores::draw(trace, caption, options, stretch),
        Subject::Lock => locks::draw(trace, caption, options, stretch),
        Subject::Utilization => usage::draw(trace, caption, options, stretch),
    })
}

/// Several runs on one axis: each a bar as high as cores were busy, so that the area is the work done.
pub fn compare(comparison: &ComparedRuns<'_>, caption: &Caption, options: &Options) -> Picture {
    fitted(options, |stretch| compare::draw(comparison, caption, options, stretch))
}

/// What `draw` draws, with so much more height for its lanes that all of it is as high as is wanted.
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

    /// The same, with the time sweeping over it in so many `seconds` (0.5 to 600), again and again, where the viewer can
    /// and has nothing against it.
    pub fn animated(&self, theme: Option<Theme>, seconds: f64) -> String {
        vector::svg(self, theme, Some(if seconds.is_finite() { seconds } else { 5.0 }))
    }

    /// As a PNG file, `scale` (0.1 to 8) dots to a pixel.
    ///
    /// # Errors
    /// In a sentence: it would be too large.
    pub fn png(&self, theme: Theme, scale: f64) -> Result<Vec<u8>, String> {
        raster::png(self, theme, scale)
    }
}
