//! Which signs stand on the screen: read from what has been drawn, so that the help explains these and no others, each
//! as it stands there.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Style;

use super::layout::Layout;
use super::lock::Symbols;
use super::theme::{Look, Role};
use super::{lane, sharing};
use crate::app::{App, Shown};
use crate::scene::{Shared, shared_things};
use crate::state::State;
use crate::text::{Label, Sign};

/// A sign as it stands on the screen, with its style, the words beside it, and what it means.
pub type Seen = (String, Style, &'static str, Sign);

/// All signs that stand in `buffer`, which shows `app` with nothing in front of it.
pub fn seen(app: &App, look: Look, layout: &Layout, buffer: &Buffer) -> Vec<Seen> {
    let mut seen = Vec::new();
    if !app.focus.detail {
        layout.legend.iter().for_each(|y| in_legend(buffer, Row::whole(layout, *y), &mut seen));
    }
    if matches!(app.shown, Shown::Run(_)) {
        on_axis(look, layout, buffer, &mut seen);
        in_lanes(look, layout, buffer, &mut seen);
        in_shared(app, look, layout, buffer, &mut seen);
        on_board(look, layout, buffer, &mut seen);
    } else {
        let rows = || (layout.area.y + 2..layout.footer).map(|y| Row::whole(layout, y));
        for (label, sign) in [
            (Label::ColumnLatency, Sign::Half),
            (Label::ColumnTail, Sign::NinetyNine),
            (Label::ColumnSpeedup, Sign::Ratio),
        ] {
            if rows().any(|row| row.finds(buffer, label.text()).is_some()) {
                seen.push((label.text().to_owned(), look.fg(Role::Dim), "", sign));
            }
        }
    }
    in_header(layout, buffer, &mut seen);
    seen
}

/// A part of a row of the screen.
#[derive(Clone, Copy, Debug)]
struct Row {
    y: u16,
    from: u16,
    to: u16,
}

impl Row {
    fn whole(layout: &Layout, y: u16) -> Row {
        Row { y, from: layout.area.x, to: layout.area.right() }
    }

    fn plot(layout: &Layout, y: u16) -> Row {
        Row { y, from: layout.plot.0, to: layout.plot.0 + layout.plot.1 }
    }

    fn right(layout: &Layout, y: u16) -> Row {
        Row { y, from: layout.right, to: layout.area.right() }
    }

    fn cells(self, buffer: &Buffer) -> impl Iterator<Item = (u16, &Cell)> {
        (self.from..self.to).filter_map(move |x| Some((x, buffer.cell((x, self.y))?)))
    }

    /// The first column of `text`, if it stands here.
    fn finds(self, buffer: &Buffer, text: &str) -> Option<u16> {
        let symbol = |x: u16| buffer.cell((x, self.y)).filter(|_| x < self.to).map(Cell::symbol);
        let there = |x: &u16| (*x..).zip(text.chars()).all(|(x, c)| symbol(x).is_some_and(|s| s.chars().eq([c])));
        (self.from..self.to).find(there)
    }

    /// The first cell that `fits`.
    fn first(self, buffer: &Buffer, fits: impl Fn(&str) -> bool) -> Option<&Cell> {
        self.cells(buffer).map(|(_, cell)| cell).find(|cell| fits(cell.symbol()))
    }
}

/// A sign as it stands in `cell`.
fn as_drawn(cell: &Cell, words: &'static str, sign: Sign) -> Seen {
    (cell.symbol().to_owned(), cell.style(), words, sign)
}

fn in_legend(buffer: &Buffer, row: Row, seen: &mut Vec<Seen>) {
    let states = State::ALL.into_iter().flat_map(|state| [true, false].map(|holds| (state, holds)));
    let states = states.map(|(state, holds)| (Label::of_state(state, holds), Sign::State(state, holds)));
    let cores = [
        (Label::CoreComputes, Sign::CoreComputes),
        (Label::CoreOffTask, Sign::CoreOffTask),
        (Label::CoreOffTaskShort, Sign::CoreOffTask),
        (Label::CoreOverhead, Sign::CoreOverhead),
        (Label::CoreOthersSampled, Sign::CoreOthers),
    ];
    for (label, sign) in states.chain(cores) {
        let swatch =
            row.finds(buffer, &format!(" {} ", label.text())).and_then(|x| buffer.cell((x.checked_sub(1)?, row.y)));
        let known = seen.iter().any(|(_, _, words, _)| *words == label.text());
        if let Some(cell) = swatch.filter(|cell| !known && cell.symbol() != " ") {
            seen.push(as_drawn(cell, label.text(), sign));
        }
    }
}

fn on_axis(look: Look, layout: &Layout, buffer: &Buffer, seen: &mut Vec<Seen>) {
    let row = Row::plot(layout, layout.axis);
    let [lost, flag] = if look.ascii { ["!", "|"] } else { ["╳", "⚑"] };
    for (symbol, sign) in [(lost, Sign::Lost), (flag, Sign::Flag)] {
        seen.extend(row.first(buffer, |s| s == symbol).map(|cell| as_drawn(cell, "", sign)));
    }
}

/// The lanes of locks, of the loop and of cores.
fn in_lanes(look: Look, layout: &Layout, buffer: &Buffer, seen: &mut Vec<Seen>) {
    let lanes = || layout.special.into_iter().chain(layout.locks.iter().copied());
    let pane = layout.pane.into_iter().flat_map(|(top, rows)| top..top + rows);
    let digit = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let mut holders = lanes().chain(layout.cores.iter().copied()).chain(pane).map(|y| Row::plot(layout, y));
    if let Some(cell) = holders.find_map(|row| row.first(buffer, digit)) {
        seen.push(as_drawn(cell, "", Sign::Digits));
    }
    let symbols = Symbols::of(look);
    let lane = layout.special.map(|y| Row::plot(layout, y));
    let waiters = layout.ready.map(|y| Row::plot(layout, y));
    let figures = layout.ready.map(|y| Row::right(layout, y));
    for (symbol, sign, rows) in [
        (symbols.forced, Sign::Forced, [lane, figures]),
        (symbols.voluntary, Sign::Voluntary, [lane, figures]),
        (symbols.asked, Sign::Asked, [waiters, None]),
        (symbols.timeout, Sign::TimedOut, [waiters, None]),
    ] {
        let is = |s: &str| s.chars().eq([symbol]);
        if let Some(cell) = rows.into_iter().flatten().find_map(|row| row.first(buffer, is)) {
            seen.push((cell.symbol().to_owned(), look.fg(Role::Text), "", sign));
        }
    }
}

/// The lanes of queues, counters and locks with permits.
fn in_shared(app: &App, look: Look, layout: &Layout, buffer: &Buffer, seen: &mut Vec<Seen>) {
    let shared = app.run().map_or_else(Vec::new, |run| shared_things(run.trace()));
    let marks = [(sharing::LOST, Sign::LostAddition), (sharing::REFUSED[usize::from(look.ascii)], Sign::Refused)];
    let is_mark = |symbol: &str| marks.iter().any(|(mark, _)| symbol.chars().eq([*mark]));
    let red = Some(look.fg(Role::Alarm)).filter(|_| !look.is_mono()).and_then(|style| style.fg);
    let mut add = |found: Option<Seen>| {
        seen.extend(found.filter(|(_, _, _, sign)| seen.iter().all(|(_, _, _, known)| known != sign)));
    };
    for (shared, (top, rows)) in shared.iter().zip(&layout.shared) {
        let cells = || {
            let rows = (*top..top + rows).rev().map(|y| Row::plot(layout, y));
            rows.flat_map(|row| row.cells(buffer).map(|(_, cell)| cell)).filter(|cell| cell.symbol() != " ")
        };
        let area = || cells().filter(|cell| !is_mark(cell.symbol()) && Some(cell.fg) != red);
        let sign = match shared {
            Shared::Queue(_) => Sign::InQueue,
            Shared::Counter(_) => Sign::CounterHolds,
            Shared::Permits(_) => Sign::Permits,
        };
        add(area().next().map(|cell| (cell.symbol().to_owned(), Style::new().fg(cell.fg), "", sign)));
        let lacks =
            |cell: &&Cell| red.is_some() && !is_mark(cell.symbol()) && [Some(cell.fg), Some(cell.bg)].contains(&red);
        if cells().any(|cell| lacks(&cell)) {
            add(Some((lane::eighths(look, 4).to_string(), look.fg(Role::Alarm), "", Sign::CounterLacks)));
        }
    }
    let locks = layout.special.into_iter().chain(layout.locks.iter().copied());
    let rows = layout.shared.iter().flat_map(|(top, rows)| *top..top + rows).chain(locks);
    let rows: Vec<Row> = rows.map(|y| Row::plot(layout, y)).collect();
    for (mark, sign) in marks {
        let found = rows.iter().find_map(|row| row.first(buffer, |symbol| symbol.chars().eq([mark])));
        add(found.map(|cell| as_drawn(cell, "", sign)));
    }
}

fn on_board(look: Look, layout: &Layout, buffer: &Buffer, seen: &mut Vec<Seen>) {
    let rows = || {
        let first = layout.board.into_iter();
        first.flat_map(|top| (0..layout.board_rows).map(move |n| top + n * layout.board_pitch))
    };
    let bars = rows().filter(|y| Row::right(layout, *y).first(buffer, |s| s != " ").is_some());
    let bar = |y: u16| buffer.cell((layout.plot.0, y)).filter(|cell| cell.symbol() != " ");
    seen.extend(bars.clone().find_map(bar).map(|cell| as_drawn(cell, Label::BoardBar.text(), Sign::Bar)));
    let ratio = rows().find_map(|y| Row::right(layout, y).first(buffer, |s| s == "×"));
    seen.extend(ratio.map(|cell| as_drawn(cell, "", Sign::Ratio)));
    let range = rows().find_map(|y| Row::right(layout, y).first(buffer, |s| matches!(s, "–" | "~")));
    seen.extend(range.map(|cell| as_drawn(cell, "", Sign::Range)));
    let figures = layout.figures.map(|y| Row::whole(layout, y));
    for (label, sign) in [(Label::TasksUnderWay, Sign::UnderWay), (Label::HandOvers, Sign::HandOvers)] {
        if figures.and_then(|row| row.finds(buffer, label.text())).is_some() {
            seen.push((label.text().to_owned(), look.fg(Role::Dim), "", sign));
        }
    }
}

fn in_header(layout: &Layout, buffer: &Buffer, seen: &mut Vec<Seen>) {
    let row = Row::whole(layout, layout.area.y + 1);
    for (labels, sign) in [
        ([Label::MachineLoad, Label::MachineLoadShort], Sign::Load),
        ([Label::OtherPrograms, Label::Others], Sign::OtherPrograms),
    ] {
        let found = labels.into_iter().find_map(|label| Some((label, row.finds(buffer, label.text())?)));
        if let Some((label, x)) = found {
            let style = buffer.cell((x, row.y)).map_or_else(Style::new, Cell::style);
            seen.push((label.text().to_owned(), style, "", sign));
        }
    }
}
