//! What all pictures have in common: the head with its sentence, the axis, lanes one below the other, the legend, and
//! the command at the foot.

mod drawing;
mod room;

use super::list::{Anchor, Element, Fill, Ink, Picture, Words, width_of};
use super::shares::{ShareStyle, Shares};
use super::{Caption, Options};
use crate::palette::Role;
use crate::scene::{Grid, ticks};
use crate::state::State;
use crate::text::{Label, picture as text};
use crate::trace::Trace;
use crate::units::{Ns, Range};

use room::wrapped;
pub(super) use room::{room_for, room_for_scale, shorten};

/// The space around everything. All lengths here are in pixels.
pub(super) const MARGIN: f64 = 32.0;
/// Height of the strip with the title.
const HEAD: f64 = 46.0;
/// The smallest and the largest size of the sentence.
const SENTENCE: (f64, f64) = (16.0, 24.0);
/// Sizes of the other texts: names, and what stands beside.
pub(super) const NAME: f64 = 15.0;
pub(super) const SMALL: f64 = 13.0;
/// The latest instant that a picture shows, 36 years after the start: nobody looks farther.
const FARTHEST: Ns = Ns(1 << 60);
/// Columns of the grid to a pixel: the finest that lanes are drawn in.
const FINE: f64 = 2.0;
/// With more columns than this they are twice as wide: all times of all lanes are in memory at once.
const MOST: f64 = 5_000.0;
/// At every multiple of this many columns of the grid, columns of all lanes end, whatever their width.
const WHOLE: u64 = 24;
/// Columns of the grid in two pixels. A lane in which much changes is drawn in no finer columns: they would be hairs,
/// and nobody could compare their heights.
pub(super) const CALM: usize = 4;

/// The width of the tick that stands for work too short to be seen, in pixels.
pub(super) const TICK: f64 = 2.5;

/// A lane to be drawn.
pub(super) struct LaneRow {
    pub(super) name: String,
    /// The less important part of the name, which stands behind the rest.
    pub(super) more: String,
    pub(super) shares: Shares,
    pub(super) kinds: Vec<ShareStyle>,
    /// All the time there is in one column.
    pub(super) whole: Ns,
    pub(super) height: f64,
    /// The space below it.
    pub(super) gap: f64,
    /// The text at the right of the lane.
    pub(super) right: Option<(String, Ink)>,
    /// The texts inside the lane.
    pub(super) labels: Vec<Inside>,
    /// Work that is too short to be seen as it lies.
    pub(super) ticks: Vec<Range>,
    /// When the lane's work ended, and whether it ended well.
    pub(super) end: Option<(Ns, bool)>,
    /// How many steps the scale at its left has, if it has one.
    pub(super) scale: Option<u32>,
    /// The least number of the grid's columns that make one column of this lane.
    pub(super) least: usize,
}

impl LaneRow {
    pub(super) fn new(name: String, shares: Shares, kinds: Vec<ShareStyle>, whole: Ns, height: f64) -> LaneRow {
        let more = String::new();
        let (right, labels, ticks, end, scale) = (None, Vec::new(), Vec::new(), None, None);
        LaneRow { name, more, shares, kinds, whole, height, gap: 0.0, right, labels, ticks, end, scale, least: 1 }
    }
}

/// A text inside a lane.
#[derive(Clone, Debug)]
pub(super) struct Inside {
    /// The stretch it is about.
    pub(super) range: Range,
    pub(super) text: String,
    /// How much of the lane's height it has, from the bottom.
    pub(super) part: f64,
    pub(super) fill: Fill,
}

/// An entry of the legend.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) fill: Fill,
    /// Whether it is drawn tall.
    pub(super) tall: bool,
    pub(super) letter: Option<char>,
    pub(super) text: String,
    /// Its share, in words.
    pub(super) share: String,
}

impl Entry {
    fn words(&self) -> String {
        if self.share.is_empty() { self.text.clone() } else { format!("{} {}", self.text, self.share) }
    }
}

/// What stands below the lanes.
#[derive(Clone, Debug, Default)]
pub(super) struct Below {
    /// The legend.
    pub(super) entries: Vec<Entry>,
    /// Notes, each on a line of its own.
    pub(super) notes: Vec<String>,
}

/// What decides on how a page's width is used.
pub(super) struct Wide {
    /// The end of what is known, and the end of what is no longer kept.
    pub(super) latest: Ns,
    pub(super) forgotten: Ns,
    /// What kind of record it is.
    pub(super) badge: &'static str,
    /// The room for lanes' names, and for the texts at the right.
    pub(super) names: f64,
    pub(super) beside: f64,
}

/// The lanes of one run, and what is not known in them.
struct Section {
    /// Its upper and lower edge.
    edges: (f64, f64),
    /// Stretches of which nothing is known, each with what is said of it.
    unknown: Vec<(Range, String)>,
    /// Where events were lost, with what is said of that.
    lost: Vec<(Ns, String)>,
}

/// A picture under construction.
pub(super) struct Page {
    pub(super) picture: Picture,
    pub(super) grid: Grid,
    /// The stretch of time that is drawn.
    pub(super) window: Range,
    /// The part of the width that is time.
    pub(super) left: f64,
    pub(super) right: f64,
    /// The right edge of the texts beside the lanes.
    pub(super) edge: f64,
    pub(super) y: f64,
    rows: Vec<(f64, LaneRow)>,
    sections: Vec<Section>,
    /// Which of the still elements are the lines of the axis: they have no length before the lanes are there.
    lines: std::ops::Range<usize>,
}

/// The grid of a picture: over the range that is asked for or all of the trace, `width` pixels wide.
fn grid(latest: Ns, options: &Options, width: f64) -> Grid {
    // A little room behind the end, where its flag stands.
    let whole = Range::new(Ns::ZERO, latest.max(Ns(1)).times(102, 100));
    let farthest = |r: Range| Range::new(r.from.min(FARTHEST), r.to.min(FARTHEST));
    let range = options.range.map(farthest).filter(|r| !r.is_empty()).unwrap_or(whole);
    let fine = if width * FINE > MOST { 1.0 } else { FINE };
    let most = (width * fine).floor().max(WHOLE as f64) as u64;
    let columns = most.min(range.len().0.div_ceil(WHOLE) * WHOLE) / WHOLE * WHOLE;
    let cell = Ns(range.len().0.div_ceil(columns).max(1));
    Grid { from: range.from, cell, columns: columns as u16 }
}

/// The stretch of `grid` in which a trace is known.
fn known(grid: &Grid, latest: Ns, forgotten: Ns, options: &Options) -> Range {
    let until = options.until.unwrap_or(latest).min(latest);
    grid.range().and(Range::new(forgotten.min(until), until))
}

impl Page {
    /// A page with its head.
    pub(super) fn over(caption: &Caption, options: &Options, wide: &Wide) -> Page {
        let left = (MARGIN + wide.names + 14.0).round();
        let edge = options.width() - MARGIN;
        let apart = if wide.beside > 0.0 { 18.0 } else { 0.0 };
        let room = (edge - wide.beside - apart - left).max(48.0);
        let right = left + room - room % (WHOLE as f64 / FINE);
        let grid = grid(wide.latest, options, right - left);
        let window = known(&grid, wide.latest, wide.forgotten, options);
        let picture = Picture {
            size: (options.width(), 0.0),
            title: options.title.clone().unwrap_or_else(|| caption.title.clone()),
            description: caption.description.clone(),
            command: caption.command.clone(),
            ..Picture::default()
        };
        let mut page = Page {
            picture,
            grid,
            window,
            left,
            right,
            edge,
            y: 0.0,
            rows: Vec::new(),
            sections: Vec::new(),
            lines: 0..0,
        };
        page.head(wide.badge);
        page
    }

    /// Notes that the lanes to come are of `trace`.
    pub(super) fn look_at(&mut self, trace: &Trace, options: &Options) {
        self.window = known(&self.grid, trace.latest(), trace.forgotten, options);
    }

    /// Notes that the lanes from `top` to here are of `trace`; `name` tells it from others.
    pub(super) fn section(&mut self, top: f64, trace: &Trace, name: Option<&str>) {
        let said = |note: String| name.map_or(note.clone(), |name| format!("{name}: {note}"));
        let forgotten = Range::new(Ns::ZERO, trace.forgotten);
        let before = (forgotten, said(format!("{} {}", Label::DetailsFrom.text(), trace.forgotten)));
        let stood = trace.suspended.iter().map(|range| (*range, said(Label::Paused.text().to_owned())));
        let lost = trace.losses.iter().map(|l| (l.at, said(format!("{} {}", l.count, Label::EventsLost.text()))));
        let (unknown, lost) = (stood.chain([before]).collect(), lost.collect());
        self.sections.push(Section { edges: (top, self.y), unknown, lost });
    }

    pub(super) fn place(&self, at: Ns) -> f64 {
        let whole = self.grid.range().len();
        let inside = at.max(self.grid.from).min(self.grid.range().to) - self.grid.from;
        self.left + inside.share_of(whole) * (self.right - self.left)
    }

    /// The least time that is so many pixels wide.
    pub(super) fn time(&self, pixels: f64) -> Ns {
        Ns((pixels / (self.right - self.left) * self.grid.range().len().0 as f64).ceil() as u64)
    }

    pub(super) fn still(&mut self, element: Element) {
        self.picture.still.push(element);
    }

    pub(super) fn put(
        &mut self,
        at: (f64, f64),
        anchor: Anchor,
        size: f64,
        ink: impl Into<Ink>,
        text: impl Into<String>,
    ) {
        let words = Words { at, anchor, size, bold: false, ink: ink.into(), text: text.into() };
        self.still(Element::Words(words));
    }

    pub(super) fn bold(
        &mut self,
        at: (f64, f64),
        anchor: Anchor,
        size: f64,
        ink: impl Into<Ink>,
        text: impl Into<String>,
    ) {
        let words = Words { at, anchor, size, bold: true, ink: ink.into(), text: text.into() };
        self.still(Element::Words(words));
    }

    fn head(&mut self, badge: &str) {
        let width = self.picture.size.0;
        self.still(Element::Rect((0.0, 0.0), (width, HEAD), Fill::Solid(Ink::Strip)));
        let base = HEAD / 2.0 + 5.5;
        self.put((width - MARGIN, base), Anchor::End, SMALL, Role::Dim, badge);
        let room = width - 2.0 * MARGIN - width_of(badge, SMALL) - 24.0;
        let title = shorten(&self.picture.title, room, 16.0);
        self.bold((MARGIN, base), Anchor::Start, 16.0, Role::Text, title);
        self.y = HEAD;
        let room = width - 2.0 * MARGIN;
        let sentence = self.picture.description.clone();
        if !sentence.is_empty() {
            let size = (SENTENCE.1 * room / width_of(&sentence, SENTENCE.1)).clamp(SENTENCE.0, SENTENCE.1);
            self.y += 14.0;
            for line in wrapped(&sentence, room, size) {
                self.y += size * 1.4;
                self.bold((MARGIN, self.y), Anchor::Start, size, Role::Text, line);
            }
        }
        // Lines lie on whole pixels.
        self.y = (self.y + 30.0).round();
    }

    /// The axis: its labels here, its lines behind whatever comes until [`Page::finish_lanes`].
    pub(super) fn axis(&mut self) {
        let per_column = (self.right - self.left) / f64::from(self.grid.columns);
        let (ticks, unit) = ticks(&self.grid, (96.0 / per_column) as u16);
        self.y += SMALL - 4.0;
        let last = ticks.len().saturating_sub(1);
        let mut free = self.left - 40.0;
        for (index, tick) in ticks.iter().enumerate() {
            let x = self.left + f64::from(tick.column) * per_column;
            let label = if index == last { format!("{} {unit}", tick.label) } else { tick.label.clone() };
            let width = width_of(&label, SMALL);
            // A figure stands in the middle above its line, and never beyond the picture.
            let x = x.min(self.edge - width / 2.0);
            if x - width / 2.0 >= free {
                self.put((x, self.y), Anchor::Middle, SMALL, Role::Dim, label);
                free = x + width / 2.0 + 10.0;
            }
        }
        self.y += 12.0;
        self.picture.plot = ((self.left, self.y), (self.right - self.left, 0.0));
        let first = self.picture.still.len();
        self.lines = first..first + ticks.len();
        self.picture.still.extend(ticks.iter().map(|tick| {
            let x = (self.left + f64::from(tick.column) * per_column).round();
            Element::Rect((x, self.y), (1.0, 0.0), Fill::Solid(Ink::Strip))
        }));
    }

    /// One more lane.
    pub(super) fn row(&mut self, row: LaneRow) {
        let (x, y, bottom) = (self.left - 14.0, self.y, self.y + row.height);
        let middle = (y + row.height / 2.0 + NAME * 0.36).min(bottom + 2.0);
        let room = self.left - 14.0 - MARGIN;
        let size = if row.height < 15.0 { (row.height + 1.0).clamp(9.0, NAME) } else { NAME };
        let name = shorten(&row.name, room, size);
        let width = width_of(&name, size);
        self.put((MARGIN, middle.min(bottom)), Anchor::Start, size, Role::Text, name);
        if !row.more.is_empty() && width + 10.0 + width_of(&row.more, SMALL) <= room {
            self.put((x, middle.min(bottom)), Anchor::End, SMALL, Role::Dim, row.more.clone());
        }
        if let Some(steps) = row.scale {
            self.scale(steps, y, row.height);
        } else {
            let line = Element::Rect((self.left, bottom), (self.right - self.left, 1.0), Fill::Solid(Ink::Strip));
            self.still(line);
        }
        if let Some((text, ink)) = &row.right {
            let at = (self.edge, middle.min(bottom));
            self.put(at, Anchor::End, SMALL.min(size), *ink, text.clone());
        }
        self.y = bottom + row.gap;
        self.rows.push((bottom, row));
    }

    /// The lines of a scale of `steps` steps, with figures.
    fn scale(&mut self, steps: u32, y: f64, height: f64) {
        let round = (0..9).flat_map(|power| [1, 2, 5].map(|n| n * 10u32.pow(power)));
        let apart = |n: &u32| height / f64::from(steps.max(1)) * f64::from(*n) >= 16.0;
        let every = round.take_while(|n| *n <= steps).find(apart).unwrap_or(steps).max(1);
        let mut step = 0;
        loop {
            let at = y + height - height * f64::from(step) / f64::from(steps.max(1));
            let line = Element::Rect((self.left, at.round()), (self.right - self.left, 1.0), Fill::Solid(Ink::Strip));
            self.still(line);
            self.put((self.left - 14.0, at + 4.5), Anchor::End, SMALL, Role::Dim, step.to_string());
            if step + every > steps {
                break;
            }
            step += every;
        }
    }

    /// The legend, in as many lines as it takes.
    pub(super) fn legend(&mut self, entries: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        self.y += 20.0;
        let (mut x, side) = (MARGIN, 15.0);
        self.y += side;
        for entry in entries {
            let letter = entry.letter.map_or_else(String::new, |l| l.to_string());
            let lettered = if letter.is_empty() { 0.0 } else { 14.0 };
            let text = entry.words();
            let width = side + 8.0 + lettered + width_of(&text, 14.0);
            if x + width > self.edge && x > MARGIN {
                (x, self.y) = (MARGIN, self.y + 26.0);
            }
            let high = if entry.tall { side } else { side * 0.55 };
            self.still(Element::Rect((x, self.y - high + 1.5), (side, high), entry.fill));
            let at = x + side + 8.0;
            if !letter.is_empty() {
                self.bold((at, self.y), Anchor::Start, 14.0, entry.fill.letter(), letter);
            }
            self.put((at + lettered, self.y), Anchor::Start, 14.0, Role::Dim, text);
            x += width + 30.0;
        }
        self.y += 6.0;
    }

    /// A line of text below the lanes.
    pub(super) fn note(&mut self, text: &str) {
        self.y += 24.0;
        let room = self.edge - MARGIN;
        self.put((MARGIN, self.y), Anchor::Start, SMALL, Role::Dim, shorten(text, room, SMALL));
    }

    /// A sentence below the lanes, in as many lines as it takes.
    pub(super) fn say(&mut self, text: &str) {
        self.y += 8.0;
        for line in wrapped(text, self.edge - MARGIN, NAME) {
            self.y += 22.0;
            self.put((MARGIN, self.y), Anchor::Start, NAME, Role::Text, line);
        }
    }

    /// The foot with the command, and the picture.
    pub(super) fn finish(mut self) -> Picture {
        self.y += 16.0;
        if !self.picture.command.is_empty() {
            self.y += 20.0;
            let text = shorten(&text::command(&self.picture.command), self.edge - MARGIN, 12.0);
            self.put((MARGIN, self.y), Anchor::Start, 12.0, Role::Dim, text);
        }
        self.picture.size.1 = (self.y + 22.0).ceil();
        self.picture
    }
}

/// The letter of a state, unless its shape says enough.
pub(super) fn letter(state: State) -> Option<char> {
    Some(state.letter()).filter(|_| !matches!(state, State::Running | State::Queued | State::Ended))
}
