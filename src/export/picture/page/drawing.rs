//! The lanes of a page, drawn: in columns as fine as they can be compared in, with what is written in them, and with
//! what is not known.

use super::{CALM, Inside, LaneRow, Page, SMALL, TICK};
use crate::export::picture::list::{Anchor, Element, Fill, Ink, Lane, Words, width_of};
use crate::export::picture::shares::{UNITS, bytes};
use crate::palette::Role;
use crate::state::State;
use crate::units::Ns;

/// How many columns of the grid make one column of a lane: the first number that keeps the picture within its bytes.
const MERGED: [usize; 7] = [1, 2, 4, 6, 8, 12, 24];
/// What all lanes together may take, in bytes.
const BUDGET: usize = 400_000;
/// A lane of no more than this many bytes to a pixel may have the finest columns.
const FEW: f64 = 3.0;

impl Page {
    /// Draws the lanes, and over them what is not known, and the playhead where it stands before the end.
    pub(in super::super) fn finish_lanes(&mut self, until: Option<Ns>) {
        self.finish_rows();
        self.unknown();
        self.playhead(until);
    }

    /// The line of the playhead through the rows, where it is inside of the axis.
    pub(in super::super) fn playhead(&mut self, until: Option<Ns>) {
        let ((_, top), (_, height)) = self.picture.plot;
        if let Some(at) = until.filter(|at| self.grid.range().contains(*at)) {
            let x = self.place(at).round();
            self.still(Element::Rect((x, top - 6.0), (2.0, height + 6.0), Fill::Solid(Role::Accent.into())));
        }
    }

    /// Draws the lanes, in columns as fine as the bytes allow.
    pub(in super::super) fn finish_rows(&mut self) {
        let ((_, top), _) = self.picture.plot;
        let height = self.y - top;
        self.picture.plot.1.1 = height;
        for element in &mut self.picture.still[self.lines.clone()] {
            if let Element::Rect(_, (_, high), _) = element {
                *high = height;
            }
        }
        let per_column = (self.right - self.left) / f64::from(self.grid.columns);
        let rows = std::mem::take(&mut self.rows);
        let merged = self.columns_for(&rows);
        for (bottom, row) in rows {
            let merged = merged.max(row.least);
            let stairs = row.shares.stairs(&row.kinds, row.whole, merged);
            let scale = (per_column * merged as f64, row.height / f64::from(UNITS));
            let time = (self.grid.from, self.grid.cell.times(merged as u64, 1));
            let lane = Lane { at: (self.left, bottom), scale, name: row.name, time, stairs };
            self.picture.moving.push(Element::Lane(lane));
            for tick in &row.ticks {
                let x = self.place(tick.from).min(self.right - TICK);
                let work = Fill::Solid(Role::State(State::Running).into());
                self.picture.moving.push(Element::Rect((x, bottom - row.height), (TICK, row.height), work));
            }
            for label in &row.labels {
                self.inside(label, bottom, row.height);
            }
            if let Some((at, well)) = row.end.filter(|(at, _)| self.grid.range().contains(*at)) {
                self.flag(at, bottom, row.height, well);
            }
        }
    }

    /// How many columns of the grid make one of the lanes'.
    fn columns_for(&self, rows: &[(f64, LaneRow)]) -> usize {
        let few = ((self.right - self.left) * FEW) as usize;
        let fits = |merged: &usize| {
            let mut sum = 0;
            let calm = rows.iter().all(|(_, row)| {
                let bytes = bytes(&row.shares.stairs(&row.kinds, row.whole, (*merged).max(row.least)));
                sum += bytes;
                *merged >= CALM || bytes <= few
            });
            calm && sum <= BUDGET
        };
        MERGED.into_iter().find(fits).unwrap_or(MERGED[MERGED.len() - 1])
    }

    /// Marks what is not known: what was forgotten, lost, or stood still.
    fn unknown(&mut self) {
        let visible = self.grid.range();
        let hatch = Fill::Hatched(Role::Faint.into());
        let mut notes = Vec::new();
        for section in std::mem::take(&mut self.sections) {
            let (top, height) = (section.edges.0, section.edges.1 - section.edges.0);
            for (range, note) in section.unknown {
                let range = range.and(visible);
                if range.is_empty() {
                    continue;
                }
                let (from, to) = (self.place(range.from), self.place(range.to));
                self.picture.moving.push(Element::Rect((from, top), ((to - from).max(2.0), height), hatch));
                notes.push((from, note));
            }
            for (at, note) in section.lost.into_iter().filter(|(at, _)| visible.contains(*at)) {
                let x = self.place(at).round();
                let line = Element::Rect((x, top), (2.0, height), Fill::Solid(Role::Alarm.into()));
                self.picture.moving.push(line);
                notes.push((x, note));
            }
        }
        if notes.is_empty() {
            return;
        }
        let mut free = self.left;
        self.y += SMALL + 4.0;
        for (x, note) in notes {
            let width = width_of(&note, SMALL);
            if x >= free && x + width <= self.edge {
                self.put((x, self.y), Anchor::Start, SMALL, Role::Alarm, note);
                free = x + width + 16.0;
            }
        }
    }

    /// A text inside a lane, where there is room for it.
    fn inside(&mut self, label: &Inside, bottom: f64, height: f64) {
        let range = label.range.and(self.grid.range());
        let (from, to) = (self.place(range.from), self.place(range.to));
        let high = height * label.part;
        let size = (high * 0.72).min(SMALL);
        let width = width_of(&label.text, size);
        if size < 8.0 || to - from < width + 8.0 {
            return;
        }
        let (x, base) = (f64::midpoint(from, to), bottom - high / 2.0 + size * 0.36);
        let ink = match label.fill {
            Fill::Solid(Ink::Role(role)) => Ink::On(role),
            other => {
                // On dots no letter can be read: it has a field of its own.
                let field = ((x - width / 2.0 - 3.0, bottom - high / 2.0 - size / 2.0), (width + 6.0, size));
                self.picture.moving.push(Element::Rect(field.0, field.1, Fill::Solid(other.ground())));
                other.ink()
            }
        };
        let words = Words { at: (x, base), anchor: Anchor::Middle, size, bold: true, ink, text: label.text.clone() };
        self.picture.moving.push(Element::Words(words));
    }

    /// A flag at the end of a lane; one that broke off has another colour.
    pub(in super::super) fn flag(&mut self, at: Ns, bottom: f64, height: f64, well: bool) {
        let x = self.place(at);
        let ink: Ink = if well { Role::Text } else { Role::Alarm }.into();
        let high = height.min(46.0);
        let cloth = (high * 0.5).min(13.0);
        let top = bottom - high;
        self.picture.moving.push(Element::Rect((x, top), (1.5, high), Fill::Solid(ink)));
        let points = vec![(x, top), (x + cloth * 1.1, top + cloth / 2.0), (x, top + cloth)];
        self.picture.moving.push(Element::Shape(points, Fill::Solid(ink)));
    }
}
