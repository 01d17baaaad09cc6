//! Several runs on one axis. A bar is as high as cores were busy in each column, so that its area is the work done:
//! every model shows the same ink in another shape.

use super::list::{Anchor, Element, Fill, Ink, Picture, width_of};
use super::page::{CALM, LaneRow, MARGIN, NAME, Page, SMALL, Wide, room_for};
use super::shares::{ShareStyle, Shares};
use super::usage::columns;
use super::{Caption, Options};
use crate::palette::Role;
use crate::recording::badge;
use crate::state::State;
use crate::trace::Trace;
use crate::units::{Ns, Range};

/// The space between two columns of text, in pixels.
const BETWEEN: f64 = 22.0;
/// The size of their texts, in pixels.
const TEXT: f64 = 14.0;

/// One run of a comparison.
#[derive(Clone, Debug)]
pub struct CompareRow<'a> {
    /// What it is called: its model.
    pub label: String,
    /// What was recorded of it.
    pub trace: &'a Trace,
    /// What its columns of text say.
    pub cells: Vec<String>,
    /// Whether it is the one that is pointed out.
    pub lit: bool,
    /// Until when it is drawn: its end, or the playhead.
    pub until: Ns,
}

/// The best there could be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdealLine {
    /// What it is called.
    pub label: String,
    /// When a run would be over.
    pub at: Ns,
    /// What its columns of text say.
    pub cells: Vec<String>,
}

/// What is compared.
#[derive(Clone, Debug, Default)]
pub struct ComparedRuns<'a> {
    /// The runs, from top to bottom.
    pub rows: Vec<CompareRow<'a>>,
    /// What stands above the columns of text.
    pub headings: Vec<String>,
    /// The best there could be, if that is known.
    pub ideal: Option<IdealLine>,
    /// How many cores there were to use; a bar is full height where all were busy.
    pub cores: f64,
    /// More sentences, below the bars.
    pub notes: Vec<String>,
    /// The instant of all runs that is shown, if that is not their end.
    pub at: Option<Ns>,
}

impl ComparedRuns<'_> {
    /// The width of each column of text.
    fn widths(&self) -> Vec<f64> {
        let cells = |n: usize| {
            let ideal = self.ideal.iter().map(|ideal| &ideal.cells);
            self.rows.iter().map(|r| &r.cells).chain(ideal).chain([&self.headings]).filter_map(move |c| c.get(n))
        };
        // The ideal's last cell may be a remark: it runs on to the right edge and needs no column.
        let count = self.rows.iter().map(|r| r.cells.len()).chain([self.headings.len()]).max().unwrap_or(0);
        (0..count).map(|n| cells(n).map(|c| width_of(c, TEXT)).fold(0.0, f64::max)).collect()
    }

    fn latest(&self) -> Ns {
        let rows = self.rows.iter().map(|row| row.trace.latest());
        rows.chain(self.ideal.iter().map(|ideal| ideal.at)).max().unwrap_or_default()
    }
}

pub(super) fn draw(comparison: &ComparedRuns<'_>, caption: &Caption, options: &Options, more: f64) -> Picture {
    let labels = comparison.rows.iter().map(|r| r.label.as_str());
    let names = room_for(labels.chain(comparison.ideal.iter().map(|i| i.label.as_str())));
    let widths = fewer(comparison.widths(), options.width() - 2.0 * MARGIN - names);
    let beside: f64 = widths.iter().map(|w| w + BETWEEN).sum::<f64>() - BETWEEN.min(widths.len() as f64 * BETWEEN);
    let wide = Wide {
        latest: comparison.latest(),
        forgotten: Ns::ZERO,
        badge: badge(comparison.rows.iter().map(|row| row.trace)).text(),
        names,
        beside: beside + 6.0,
    };
    let mut page = Page::over(caption, options, &wide);
    let heading = page.y;
    page.axis();
    let rights = rights(page.edge, &widths);
    for (heading_text, x) in comparison.headings.iter().zip(&rights) {
        page.put((*x, heading + SMALL - 4.0), Anchor::End, SMALL, Role::Dim, heading_text.clone());
    }
    page.y += 6.0;
    let count = comparison.rows.len().max(1) as f64;
    let height = (40.0 + more / count * 0.6).clamp(16.0, 110.0).round();
    let gap = (18.0 + more / count * 0.4).clamp(8.0, 60.0).round();
    for row in &comparison.rows {
        let y = page.y;
        bar(&mut page, row, comparison.cores, height, gap);
        let ink = if row.lit { Role::Text } else { Role::Dim };
        cells(&mut page, &row.cells, &rights, (y + height - 4.0, ink.into()));
    }
    if let Some(ideal) = &comparison.ideal {
        ideal_line(&mut page, ideal, &rights);
    }
    page.finish_rows();
    page.playhead(comparison.at);
    for note in &comparison.notes {
        page.say(note);
    }
    page.finish()
}

/// As many of the columns, from the first, as leave half of the `room` for the bars.
fn fewer(mut widths: Vec<f64>, room: f64) -> Vec<f64> {
    while widths.iter().map(|w| w + BETWEEN).sum::<f64>() > room / 2.0 {
        widths.pop();
    }
    widths
}

/// The right edges of the columns of text.
fn rights(edge: f64, widths: &[f64]) -> Vec<f64> {
    let mut rights: Vec<f64> = Vec::new();
    let mut x = edge;
    for width in widths.iter().rev() {
        rights.push(x);
        x -= width + BETWEEN;
    }
    rights.reverse();
    rights
}

fn cells(page: &mut Page, cells: &[String], rights: &[f64], (base, ink): (f64, Ink)) {
    for (cell, x) in cells.iter().zip(rights) {
        page.put((*x, base), Anchor::End, TEXT, ink, cell.clone());
    }
}

fn bar(page: &mut Page, row: &CompareRow<'_>, cores: f64, height: f64, gap: f64) {
    let role = if row.lit { Role::Accent } else { Role::Bar };
    let kinds = vec![ShareStyle::tall(Fill::Solid(role.into()))];
    let until = row.until.min(row.trace.latest());
    page.window = page.grid.range().and(Range::new(row.trace.forgotten.min(until), until));
    let mut shares = Shares::new(&page.grid, 1);
    columns(row.trace, page, |column, totals| shares.put(column, 0, totals.states()[State::Running as usize]));
    let most = (0..usize::from(page.grid.columns)).map(|column| shares.time(column, 0)).max().unwrap_or_default();
    // Where cores come as a quota, more of them can be busy for a moment.
    let cores = if cores.is_finite() { cores.clamp(0.1, 65_536.0) } else { 1.0 };
    let whole = Ns((page.grid.cell.0 as f64 * cores).ceil() as u64).max(most);
    let y = page.y + height - 4.0;
    let (ink, bold) = if row.lit { (Role::Accent, true) } else { (Role::Text, false) };
    let label = super::page::shorten(&row.label, page.left - 14.0 - MARGIN, NAME);
    if bold {
        page.bold((MARGIN, y), Anchor::Start, NAME, ink, label);
    } else {
        page.put((MARGIN, y), Anchor::Start, NAME, ink, label);
    }
    let end = (until == row.trace.latest()).then_some((until, !broke(row.trace)));
    // A body for as long as the run lasts, so that a run that hardly computes is seen too.
    let at = |instant: Ns| {
        page.left + instant.less(page.grid.from).share_of(page.grid.range().len()) * (page.right - page.left)
    };
    let (from, to) = (at(Ns::ZERO).max(page.left), at(until).min(page.right));
    if to > from {
        let body = Element::Rect((from, page.y), (to - from, height), Fill::Solid(Ink::Body(role)));
        page.picture.moving.push(body);
    }
    let row = LaneRow::new(String::new(), shares, kinds, whole, height);
    page.row(LaneRow { gap, end, least: CALM, ..row });
}

/// Whether a task did not come to its end.
fn broke(trace: &Trace) -> bool {
    trace.tasks.iter().any(|task| task.end.is_some_and(|(outcome, _)| outcome.is_broken()))
}

fn ideal_line(page: &mut Page, ideal: &IdealLine, rights: &[f64]) {
    let y = page.y + 14.0;
    page.put((MARGIN, y + 5.0), Anchor::Start, NAME, Role::Dim, ideal.label.clone());
    let x = page.place(ideal.at);
    let ((_, top), _) = page.picture.plot;
    let ink: Ink = Role::Dim.into();
    page.still(Element::Dots((page.left, y), (x, y), 2.0, ink));
    page.still(Element::Dots((x, top), (x, y + 8.0), 1.5, ink));
    cells(page, &ideal.cells, rights, (y + 5.0, Role::Dim.into()));
    page.y += 26.0;
}
