//! How many cores were used, and for what: one stacked area on a scale of cores.

use super::Options;
use super::list::Fill;
use super::page::{Below, CALM, Entry, LaneRow, Page, room_for_scale};
use super::shares::{ShareStyle, Shares};
use crate::palette::Role;
use crate::state::State;
use crate::text::{Label, percent, picture as text};
use crate::trace::{Totals, Trace};
use crate::units::Ns;

/// The parts of the area, from the bottom.
const PARTS: [(Label, Role); 3] = [
    (Label::CoreComputes, Role::State(State::Running)),
    (Label::CoreOffTask, Role::Dim),
    (Label::CoreOverhead, Role::Bar),
];

/// Height of the strip of busy cores, in pixels.
const BUSY: f64 = 52.0;

/// Calls `each` with what all tasks together did in every column of the page that is known.
pub(super) fn columns(trace: &Trace, page: &Page, mut each: impl FnMut(usize, Totals)) {
    let edge = |index: u64| {
        let at = page.grid.from + page.grid.cell.times(index, 1);
        at.max(page.window.from).min(page.window.to)
    };
    let mut before = (edge(0), trace.aggregate().totals(edge(0)));
    for column in 0..usize::from(page.grid.columns) {
        let at = edge(column as u64 + 1);
        if at > before.0 {
            let now = trace.aggregate().totals(at);
            each(column, now.since(&before.1));
            before = (at, now);
        }
    }
}

pub(super) fn room(trace: &Trace, _: &Options) -> (f64, f64) {
    (room_for_scale(Label::CoresBusy.text(), trace.cores.len() as u32), 0.0)
}

pub(super) fn lanes(page: &mut Page, trace: &Trace, _: &Options, more: f64) -> Below {
    let name = Label::CoresBusy.text();
    let mut shares = Shares::new(&page.grid, PARTS.len());
    columns(trace, page, |column, totals| {
        let times = [totals.states()[State::Running as usize], totals.all_off_task(), totals.all_overhead()];
        times.into_iter().enumerate().for_each(|(part, time)| shares.put(column, part, time));
    });
    let cell = page.grid.cell;
    // The peak is that of columns at least as wide as they are drawn: in a moment short enough all cores are busy.
    let used = |column: usize| (0..PARTS.len()).map(|part| shares.time(column, part)).sum::<Ns>();
    let wide = |from: usize| (from..from + CALM).map(used).sum::<Ns>();
    let peak = (0..usize::from(page.grid.columns)).step_by(CALM).map(wide).max().unwrap_or_default();
    let peak = peak.times(1, CALM as u64);
    let cores = (trace.cores.len() as u64).max(peak.0.div_ceil(cell.0)).max(1);
    let sums = shares.sums();
    let all: Ns = sums.iter().copied().sum();
    let kind = |(_, role): (Label, Role)| ShareStyle::tall(Fill::Solid(role.into()));
    let height = (300.0 + more).clamp(60.0, 2_000.0);
    let row = LaneRow::new(name.to_owned(), shares, PARTS.map(kind).to_vec(), cell.times(cores, 1), height);
    page.row(LaneRow { scale: Some(cores as u32), least: CALM, ..row });
    let whole = page.window.len().times(trace.cores.len().max(1) as u64, 1);
    let entry = |((label, role), time): ((Label, Role), Ns)| {
        let (text, share) = (label.text().to_owned(), percent(time.share_of(whole)));
        (time > Ns::ZERO).then_some(Entry { fill: Fill::Solid(role.into()), tall: true, letter: None, text, share })
    };
    let entries = PARTS.into_iter().zip(sums).filter_map(entry).collect();
    Below { entries, notes: vec![text::mean_and_peak(all.share_of(page.window.len()), peak.share_of(cell))] }
}

/// Draws a little below how many cores were busy, on a scale that reaches to all of them, if that is wanted.
pub(super) fn strip_below(page: &mut Page, trace: &Trace, options: &Options) {
    if !options.strip {
        return;
    }
    page.y += 12.0;
    let mut busy = Shares::new(&page.grid, 1);
    columns(trace, page, |column, totals| busy.put(column, 0, totals.states()[State::Running as usize]));
    let cell = page.grid.cell;
    let most = (0..usize::from(page.grid.columns)).map(|column| busy.time(column, 0)).max().unwrap_or_default();
    let cores = (trace.cores.len() as u64).max(most.0.div_ceil(cell.0)).max(1);
    let mean = busy.sums().into_iter().sum::<Ns>().share_of(page.window.len());
    let kinds = vec![ShareStyle::tall(Fill::Solid(Role::State(State::Running).into()))];
    let name = Label::CoresBusy.text().to_owned();
    let right = Some((format!("{mean:.2}"), Role::Dim.into()));
    let scale = Some(cores as u32);
    page.row(LaneRow { right, scale, least: CALM, ..LaneRow::new(name, busy, kinds, cell.times(cores, 1), BUSY) });
}
