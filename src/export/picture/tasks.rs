//! The tasks: a lane for each, one for several, or a band for all of them.

use super::list::{Fill, Ink, width_of};
use super::page::{Below, CALM, Entry, Inside, LaneRow, Page, SMALL, TICK, letter, room_for, room_for_scale};
use super::shares::{ShareStyle, Shares, UNITS};
use super::usage::strip_below;
use super::{Options, sharing};
use crate::palette::{Role, STACK};
use crate::scene::{Folding, Grid, MOST_IN_A_ROW, OUTSIDE};
use crate::state::{Outcome, State};
use crate::text::{Label, percent, picture as text, screen};
use crate::trace::{Span, Trace};
use crate::units::{Ns, Range, TaskId};

/// The place of each state in a stack.
const PLACES: [usize; State::COUNT] = {
    let (mut places, mut place) = ([0; State::COUNT], 0);
    while place < STACK.len() {
        places[STACK[place] as usize] = place;
        place += 1;
    }
    places
};
/// The number of kinds: each state, with a worker kept occupied and without.
pub(super) const STATES: usize = 2 * State::COUNT;
/// Height of the strip of tasks that wait, in pixels.
const WAITING: f64 = 36.0;
/// Work that takes less than [`TICK`] of the width has a tick if there is no other for as far as this, in pixels.
const APART: f64 = 8.0;

/// The place of a state among the kinds of a lane.
pub(super) fn kind_of(state: State, holds: bool) -> Option<usize> {
    let place = PLACES.get(state as usize)?;
    Some(2 * place + usize::from(!holds && state != State::Running))
}

/// The state of the kind at that place, and whether it keeps a worker occupied.
pub(super) fn state_of(kind: usize) -> (State, bool) {
    (STACK[kind / 2 % STACK.len()], kind.is_multiple_of(2))
}

/// How a state is filled.
fn fill(state: State, holds: bool) -> Fill {
    match state {
        State::Unknown => Fill::Hatched(Role::State(state).into()),
        State::Starting => Fill::Dotted(Role::State(state).into()),
        State::Running | State::Queued | State::Copying | State::Ready | State::Preempted | State::Lock => {
            Fill::Solid(Role::of(state, holds).into())
        }
        State::Channel | State::Gil | State::Io | State::Sleep | State::Ended => {
            Fill::Solid(Role::of(state, holds).into())
        }
    }
}

/// How each kind is drawn; waits are `low` units high where they are alone.
pub(super) fn kinds(low: u32) -> Vec<ShareStyle> {
    let kind = |place: usize| {
        let (state, holds) = state_of(place);
        ShareStyle { fill: fill(state, holds), units: if state == State::Running { UNITS } else { low }, upon: UNITS }
    };
    (0..STATES).map(kind).collect()
}

/// Calls `each` with every span of `task` that is seen.
pub(super) fn spans(trace: &Trace, task: usize, page: &Page, until: Ns, mut each: impl FnMut(Span)) {
    let Some(track) = trace.tasks.get(task) else { return };
    let first = track.marks().partition_point(|m| m.at <= page.window.from).saturating_sub(1);
    track.spans_from(first, page.window, until).for_each(&mut each);
}

/// The last instant that is drawn: the playhead, or the last one known.
pub(super) fn until(trace: &Trace, options: &Options) -> Ns {
    options.until.unwrap_or(trace.latest()).min(trace.latest())
}

/// Height of each of `count` lanes, and the space below it, in pixels, with `more` pixels spread over all of them.
pub(super) fn heights(count: usize, more: f64) -> (f64, f64) {
    let (height, gap) = match count {
        0 | 1 => (90.0, 18.0),
        2 => (64.0, 18.0),
        3..=4 => (46.0, 16.0),
        5..=8 => (34.0, 12.0),
        9..=12 => (26.0, 9.0),
        13..=20 => (20.0, 7.0),
        21..=32 => (14.0, 6.0),
        _ => (11.0, 5.0),
    };
    let each = more / count.max(1) as f64;
    ((height + each * 0.75_f64).clamp(7.0, 170.0).round(), (gap + each * 0.25).clamp(3.0, 48.0).round())
}

/// The tasks that share each lane; no lane where there are too many for that.
fn groups(trace: &Trace, options: &Options) -> Vec<std::ops::Range<usize>> {
    let tasks = trace.tasks.len();
    let size = tasks.div_ceil(options.lanes()).max(1);
    if size > MOST_IN_A_ROW { Vec::new() } else { Folding::Groups(size).lanes(tasks, None) }
}

pub(super) fn room(trace: &Trace, options: &Options) -> (f64, f64) {
    let groups = groups(trace, options);
    let rights = groups.iter().filter_map(|group| right(trace, group));
    let beside = rights.map(|(text, _)| width_of(&text, SMALL)).fold(width_of("0.00", SMALL), f64::max);
    let names = names_of(&groups, trace);
    let scale = room_for_scale(Label::CoresBusy.text(), trace.cores.len() as u32);
    let scale = scale.max(room_for([Label::WaitingAtOnce.text()].into_iter()));
    let tasks = trace.tasks.len();
    let band = if groups.is_empty() { room_for_scale(&text::tasks(tasks), tasks as u32) } else { 0.0 };
    let shared = sharing::room(trace, until(trace, options));
    (room_for(names.iter().map(String::as_str)).max(scale).max(band).max(shared.0), beside.max(shared.1))
}

pub(super) fn lanes(page: &mut Page, trace: &Trace, options: &Options, more: f64) -> Below {
    let (tasks, groups) = (trace.tasks.len(), groups(trace, options));
    let mut sums = vec![Ns::ZERO; STATES];
    let mut waiting = Shares::new(&page.grid, WAITS);
    let until = until(trace, options);
    if groups.is_empty() {
        let mut shares = Shares::new(&page.grid, STATES);
        (0..tasks).for_each(|task| add(trace, task, page, until, &mut shares, &mut |_| {}));
        account(&shares, &mut sums);
        account_waits(&shares, &page.grid, &mut waiting);
        let whole = page.grid.cell.times(tasks.max(1) as u64, 1);
        let height = (240.0 + more).clamp(60.0, 1_200.0);
        let name = text::tasks(tasks);
        page.row(LaneRow {
            gap: 26.0,
            scale: Some(tasks as u32),
            ..LaneRow::new(name, shares, kinds(UNITS), whole, height)
        });
    }
    let (height, gap) = heights(groups.len(), more);
    for (group, name) in groups.iter().zip(names_of(&groups, trace)) {
        let mut shares = Shares::new(&page.grid, STATES);
        let mut longest = [Range::default(); STATES];
        let mut ticks = Ticks::on(page);
        for task in group.clone() {
            add(trace, task, page, until, &mut shares, &mut |span| {
                let place = kind_of(span.state, span.holds).unwrap_or(0);
                if span.range.len() > longest[place].len() {
                    longest[place] = span.range;
                }
                if span.state == State::Running {
                    ticks.add(span.range);
                }
            });
        }
        account(&shares, &mut sums);
        account_waits(&shares, &page.grid, &mut waiting);
        let whole = page.grid.cell.times(group.len() as u64, 1);
        let alone = group.len() == 1;
        let labels = if alone { letters(&longest) } else { Vec::new() };
        let ticks = if alone { ticks.done() } else { Vec::new() };
        let (right, end) = (right(trace, group), broken(trace, group));
        page.row(LaneRow {
            gap,
            right,
            labels,
            ticks,
            end,
            ..LaneRow::new(name, shares, kinds(UNITS / 2), whole, height)
        });
    }
    let mut below = Below { entries: legend(&sums), notes: Vec::new() };
    sharing::strips(page, trace, &mut below);
    waiting_strip(page, trace, options, waiting);
    strip_below(page, trace, options);
    below
}

/// Work that is too short to be seen, and stands alone.
#[derive(Default)]
struct Ticks {
    /// What is as far from other work as this stands alone.
    apart: Ns,
    /// What takes less than this is too short.
    least: Ns,
    found: Vec<Range>,
    /// Work that may be followed by more.
    last: Option<Range>,
    /// The end of the work before that.
    before: Option<Ns>,
}

impl Ticks {
    fn on(page: &Page) -> Ticks {
        Ticks { apart: page.time(APART), least: page.time(TICK), ..Ticks::default() }
    }

    /// A stretch of work; stretches come in order.
    fn add(&mut self, range: Range) {
        match &mut self.last {
            Some(last) if range.from.less(last.to) < self.apart => last.to = range.to,
            last => {
                let last = last.replace(range);
                self.end(last);
            }
        }
    }

    fn end(&mut self, last: Option<Range>) {
        let Some(last) = last else { return };
        let alone = self.before.is_none_or(|before| last.from.less(before) >= self.apart);
        self.found.extend((alone && last.len() < self.least).then_some(last));
        self.before = Some(last.to);
    }

    fn done(mut self) -> Vec<Range> {
        let last = self.last.take();
        self.end(last);
        self.found
    }
}

/// How many kinds of waits there are for something outside: each state, with a worker kept occupied and without.
const WAITS: usize = 2 * OUTSIDE.len();

/// Adds the waits of a lane for something outside to those of all.
fn account_waits(shares: &Shares, grid: &Grid, waiting: &mut Shares) {
    let kinds = OUTSIDE.into_iter().flat_map(|state| [kind_of(state, false), kind_of(state, true)]);
    for (place, kind) in kinds.enumerate().filter_map(|(place, kind)| kind.map(|kind| (place, kind))) {
        (0..usize::from(grid.columns)).for_each(|column| waiting.put(column, place, shares.time(column, kind)));
    }
}

/// How many tasks wait at once for something outside, if any does, on a scale that reaches to the most.
fn waiting_strip(page: &mut Page, trace: &Trace, options: &Options, waiting: Shares) {
    if !options.strip || waiting.sums().into_iter().all(|time| time == Ns::ZERO) {
        return;
    }
    let cell = page.grid.cell;
    let columns = 0..usize::from(page.grid.columns);
    let highest = columns.map(|column| (0..WAITS).map(|kind| waiting.time(column, kind)).sum::<Ns>()).max();
    let mean = highest.unwrap_or_default().0.div_ceil(cell.0);
    // A wait that is overdue in the trace is none in the lanes: never fewer than are drawn.
    let most = (trace.aggregate().most_in(page.window, &OUTSIDE) as u64).max(mean).max(1);
    let kinds = OUTSIDE.into_iter().flat_map(|state| [false, true].map(|holds| ShareStyle::tall(fill(state, holds))));
    let name = Label::WaitingAtOnce.text().to_owned();
    let right = Some((screen::at_best(most as usize), Role::Dim.into()));
    let row = LaneRow::new(name, waiting, kinds.collect(), cell.times(most, 1), WAITING);
    page.y += 12.0;
    page.row(LaneRow { right, gap: 8.0, least: CALM, ..row });
}

/// Adds what `task` did to `shares`.
fn add(trace: &Trace, task: usize, page: &Page, until: Ns, shares: &mut Shares, each: &mut impl FnMut(&Span)) {
    spans(trace, task, page, until, |span| {
        if let Some(kind) = kind_of(span.state, span.holds) {
            shares.add(&page.grid, span.range, kind);
            each(&span);
        }
    });
}

/// Adds the times of a lane to the sums of all lanes.
pub(super) fn account(shares: &Shares, sums: &mut [Ns]) {
    sums.iter_mut().zip(shares.sums()).for_each(|(sum, time)| *sum += time);
}

/// The states that occur, work first, then by their time.
pub(super) fn legend(sums: &[Ns]) -> Vec<Entry> {
    let all: Ns = sums.iter().copied().sum();
    let mut present: Vec<usize> = (0..sums.len()).filter(|kind| sums[*kind] > Ns::ZERO).collect();
    present.sort_by_key(|kind| (*kind != 0, std::cmp::Reverse(sums[*kind])));
    let kinds = kinds(UNITS / 2);
    let entry = |kind: usize| {
        let (state, holds) = state_of(kind);
        let (text, share) = (Label::of_state(state, holds).text().to_owned(), percent(sums[kind].share_of(all)));
        Entry { fill: kinds[kind].fill, tall: state == State::Running, letter: letter(state), text, share }
    };
    present.into_iter().map(entry).collect()
}

/// The letters of waits, each in its longest stretch.
pub(super) fn letters(longest: &[Range]) -> Vec<Inside> {
    let kinds = kinds(UNITS / 2);
    let inside = |(kind, range): (usize, &Range)| {
        let letter = letter(state_of(kind).0).filter(|_| !range.is_empty())?;
        Some(Inside { range: *range, text: letter.to_string(), part: 0.5, fill: kinds[kind].fill })
    };
    longest.iter().enumerate().filter_map(inside).collect()
}

pub(super) fn task_name(trace: &Trace, task: TaskId) -> &str {
    trace.names.get(task.index()).map_or("", |n| n.name.as_str())
}

fn name(trace: &Trace, group: &std::ops::Range<usize>) -> String {
    let name = |task: usize| task_name(trace, TaskId(task as u32));
    if group.len() <= 1 { name(group.start).to_owned() } else { text::group(name(group.start), name(group.end - 1)) }
}

fn names_of(groups: &[std::ops::Range<usize>], trace: &Trace) -> Vec<String> {
    groups.iter().map(|g| name(trace, g)).collect()
}

/// What stands at the right of a lane: when its task was over, or how.
fn right(trace: &Trace, group: &std::ops::Range<usize>) -> Option<(String, Ink)> {
    if group.len() > 1 {
        return Some((text::tasks(group.len()), Role::Dim.into()));
    }
    let track = trace.tasks.get(group.start)?;
    match (track.end?.0, track.ended_at()?) {
        (Outcome::Done, at) => Some((at.to_string(), Role::Dim.into())),
        (calm @ (Outcome::Stopped | Outcome::Unknown), _) => Some((calm.name().to_owned(), Role::Dim.into())),
        (broken @ (Outcome::Failed | Outcome::Killed), _) => Some((broken.name().to_owned(), Role::Alarm.into())),
    }
}

/// Where a lane's task broke off, if it did.
fn broken(trace: &Trace, group: &std::ops::Range<usize>) -> Option<(Ns, bool)> {
    let track = trace.tasks.get(group.start).filter(|_| group.len() == 1)?;
    let broke = track.end?.0.is_broken();
    track.ended_at().filter(|_| broke).map(|at| (at, false))
}
