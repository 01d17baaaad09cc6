//! What tasks share, below their lanes: how full each queue was, what each counter held and lacked, how many permits of
//! each lock were taken.

use super::list::{Anchor, Element, Fill, Ink, Words, width_of};
use super::page::{Below, CALM, Entry, LaneRow, Page, SMALL, room_for};
use super::shares::{ShareStyle, Shares};
use crate::palette::Role;
use crate::scene::{Grid, SharedFigures, SharedLane, shared_lanes};
use crate::state::State;
use crate::text::{picture as text, shared as told};
use crate::trace::{Addition, Trace};
use crate::units::{Ns, Range, TaskId};

/// Height of a lane, of the marks below it, and of the space below both, in pixels.
const HEIGHT: f64 = 34.0;
const MARKS: f64 = 11.0;
const GAP: f64 = 10.0;
/// What stands for the whole height of a column.
const FULL: Ns = Ns(1_000_000);
/// How far marks lie from each other at least, in pixels: of several in one place one is drawn.
const APART: f64 = 8.0;
/// The sign of an addition that was lost, and that of a try that was refused.
const LOST: char = '×';
const REFUSED: char = '○';

/// What the lower and the upper part of a lane are drawn in: the mean and the most, or what is held and what is missing.
const fn fills(figures: &SharedFigures) -> [Fill; 2] {
    let roles = match figures {
        SharedFigures::Queue { .. } => [Role::State(State::Channel), Role::Behind(State::Channel)],
        SharedFigures::Counter { .. } => [Role::Bar, Role::Alarm],
        SharedFigures::Copies(_) => [Role::Bar, Role::Bar],
        SharedFigures::Permits { .. } => [Role::Bar, Role::Faint],
    };
    [Fill::Solid(Ink::Role(roles[0])), Fill::Solid(Ink::Role(roles[1]))]
}

/// What a lane is called.
fn name(lane: &SharedLane) -> String {
    match lane.figures {
        SharedFigures::Queue { .. } => text::queue(&lane.name),
        SharedFigures::Counter { .. } | SharedFigures::Copies(_) => text::counter(&lane.name),
        SharedFigures::Permits { .. } => text::permits(&lane.name),
    }
}

/// What stands at the right of a lane.
fn right(lane: &SharedLane) -> (String, Ink) {
    match &lane.figures {
        SharedFigures::Queue { mean, room, .. } => (told::of(*mean, (*room).into()), Role::Dim.into()),
        SharedFigures::Permits { mean, limit, .. } => (told::of(*mean, (*limit).into()), Role::Dim.into()),
        SharedFigures::Counter { value, expected, .. } if value == expected => {
            let [words, _] = told::exact(*value);
            (words, Role::Dim.into())
        }
        SharedFigures::Counter { value, expected, .. } => (told::value_of(*value, *expected), Role::Alarm.into()),
        SharedFigures::Copies(values) => {
            let [_, held] = told::copies(values);
            (held.into_iter().next_back().unwrap_or_default(), Role::Dim.into())
        }
    }
}

/// The room that the names of the lanes need, and the texts at their right, where nothing after `until` is drawn.
pub(super) fn room(trace: &Trace, until: Ns) -> (f64, f64) {
    let end = until.max(Ns(1));
    let grid = Grid { from: Ns::ZERO, cell: end, columns: 1 };
    let lanes = shared_lanes(trace, &grid, Range::new(Ns::ZERO, end));
    let names: Vec<String> = lanes.iter().map(name).collect();
    // Another stretch may have longer figures.
    let beside = lanes.iter().map(|lane| width_of(&right(lane).0, SMALL) + width_of(".0", SMALL)).fold(0.0, f64::max);
    (room_for(names.iter().map(String::as_str)), beside)
}

/// Draws the lanes, and says below what is marked in them.
pub(super) fn strips(page: &mut Page, trace: &Trace, below: &mut Below) {
    // The most of a column is that of a column as wide as it is drawn.
    let wide = page.grid.cell.times(CALM as u64, 1);
    let grid = Grid { cell: wide, columns: page.grid.columns.div_ceil(CALM as u16), ..page.grid };
    let lanes = shared_lanes(trace, &grid, page.window);
    if !lanes.is_empty() {
        page.y += 12.0;
    }
    for lane in &lanes {
        let mut shares = Shares::new(&page.grid, 2);
        for index in 0..usize::from(page.grid.columns) {
            // These are no times: a column of which a part is past is as high as it was until then.
            let Some(Some(column)) = lane.columns.get(index / CALM) else { continue };
            // A damaged record may tell of more messages than a queue has room for.
            let low = column.low.clamp(0.0, 1.0);
            for (kind, share) in [low, column.high.clamp(low, 1.0) - low].into_iter().enumerate() {
                shares.put(index, kind, Ns((FULL.0 as f64 * share).round() as u64));
            }
        }
        let kinds = fills(&lane.figures).map(ShareStyle::tall).to_vec();
        let marked = lane.marks.iter().any(|count| *count > 0);
        let row = LaneRow::new(name(lane), shares, kinds, FULL, HEIGHT);
        page.row(LaneRow { right: Some(right(lane)), least: CALM, ..row });
        if marked {
            marks(page, lane, &grid);
        }
        page.y += GAP;
        below.entries.extend(entries(lane));
        if let SharedFigures::Counter { first: Some((by, other)), .. } = &lane.figures {
            below.notes.extend(first_loss(trace, &lane.name, by, other.as_ref()));
        }
    }
}

/// The marks of a lane, below it.
fn marks(page: &mut Page, lane: &SharedLane, grid: &Grid) {
    let (sign, ink): (char, Ink) = match lane.figures {
        SharedFigures::Permits { .. } => (REFUSED, Role::Text.into()),
        SharedFigures::Queue { .. } | SharedFigures::Counter { .. } | SharedFigures::Copies(_) => {
            (LOST, Role::Alarm.into())
        }
    };
    let y = page.y + MARKS;
    let mut free = f64::MIN;
    for (column, _) in (0u16..).zip(&lane.marks).filter(|(_, count)| **count > 0) {
        let range = grid.column(column);
        let x = f64::midpoint(page.place(range.from), page.place(range.to));
        if x < free {
            continue;
        }
        free = x + APART;
        let text = sign.to_string();
        let words = Words { at: (x, y), anchor: Anchor::Middle, size: SMALL, bold: true, ink, text };
        page.picture.moving.push(Element::Words(words));
    }
    page.y += MARKS;
}

/// What is marked, and what is missing.
fn entries(lane: &SharedLane) -> Vec<Entry> {
    let count = lane.marks.iter().sum::<u64>();
    let entry = |fill, sign, words: &str, count: u64| {
        let (text, share) = (words.to_owned(), count.to_string());
        vec![Entry { fill, tall: true, letter: Some(sign), text, share }]
    };
    let [low, high] = fills(&lane.figures);
    match lane.figures {
        SharedFigures::Counter { value, expected, .. } if count > 0 || value != expected => {
            // One store may destroy several additions.
            entry(high, LOST, text::lost_updates(), expected.saturating_sub(value))
        }
        SharedFigures::Permits { .. } if count > 0 => entry(low, REFUSED, text::refused_tries(), count),
        SharedFigures::Queue { .. }
        | SharedFigures::Counter { .. }
        | SharedFigures::Copies(_)
        | SharedFigures::Permits { .. } => Vec::new(),
    }
}

/// How the first addition to a counter was lost, in two lines: what each task loaded and stored.
fn first_loss(trace: &Trace, counter: &str, by: &Addition, other: Option<&Addition>) -> Vec<String> {
    let name = |task: TaskId| trace.names.get(task.index()).map_or("", |named| named.name.as_str());
    let said = |addition: &Addition| {
        let [load, store] = told::steps(addition.loaded(), addition.value);
        text::steps(name(addition.task), &load, &store)
    };
    let [first, at] = told::first_loss(by.at);
    let heading = text::first_loss(counter, &first, &at);
    let lines = other.map(said).into_iter().chain([text::destroys(&said(by), &told::overwrites(by.lost()))]);
    let mut lines: Vec<String> = lines.collect();
    if let Some(line) = lines.first_mut() {
        *line = format!("{heading} {line}");
    }
    lines
}
