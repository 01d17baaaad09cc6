//! Folding: a column stands for a stretch of time and keeps the exact share of every state in it. Never a majority
//! vote: what is drawn as height is a share, so that no work disappears however far one zooms out.

use super::axis::Grid;
use crate::state::State;
use crate::trace::{Mark, Sums, Totals, Trace, Track};
use crate::units::{CoreId, Ns, Range};

/// One column of a lane: of one task, or of several that share it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Time in each state, and how much of the waiting kept a worker occupied.
    pub sums: Sums,
    /// Where nothing is folded: what the left and the right half show.
    pub halves: Option<[Half; 2]>,
    /// Where one stretch of work lies in it, and not all of it is work: where it lies, and what is beside it.
    pub lone: Option<Lone>,
    /// Where nothing is folded: the core that all of its work was done on, where it was one and is known.
    pub core: Option<CoreId>,
}

/// The only stretch of work in a column; how long it is, the column's sums tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lone {
    /// Whether it is drawn at the column's begin; else at its end.
    pub first: bool,
    /// The commonest wait of the rest; nothing where the task was there for less than half of that.
    pub beside: Option<Half>,
}

/// Half a column, in one state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Half {
    /// The state; nothing before the task's begin, after its end, and after the playhead.
    pub state: Option<State>,
    /// Whether a worker is occupied.
    pub holds: bool,
}

impl Column {
    /// What all tasks together did.
    pub(super) fn of(totals: &Totals) -> Column {
        let states = totals.states();
        let free: Ns = totals.free().into_iter().sum();
        let waiting = states.iter().copied().sum::<Ns>() - states[State::Running as usize];
        Column { sums: Sums { states, held: waiting - free }, ..Column::default() }
    }

    fn add(&mut self, range: Range, half: Half) {
        if let Some(state) = half.state {
            self.sums.add(state, half.holds, range.len());
        }
    }

    /// What both halves show where a column of many changes turns out to be in one state all the time.
    fn only(&self, column: Range) -> Option<[Half; 2]> {
        let state = State::ALL.into_iter().find(|s| self.sums.states[*s as usize] == column.len())?;
        let holds = state == State::Running || self.sums.held == column.len();
        let pure = holds || self.sums.held == Ns::ZERO;
        pure.then_some([Half { state: Some(state), holds }; 2])
    }

    /// Time on a core.
    pub fn running(&self) -> Ns {
        self.sums.states[State::Running as usize]
    }

    /// Time in every state that is not `running`.
    pub fn waiting(&self) -> Ns {
        self.sums.states.iter().copied().sum::<Ns>() - self.running()
    }

    /// Whether nothing is known of it, or nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.sums == Sums::default()
    }

    /// Whether the waiting mostly keeps a worker occupied.
    pub fn holds(&self) -> bool {
        self.sums.held.0 * 2 >= self.waiting().0.max(1)
    }

    /// The commonest state that is not `running`, if any.
    pub fn commonest_wait(&self) -> Option<State> {
        let time = |s: State| self.sums.states[s as usize];
        let waits = State::ALL.into_iter().filter(|s| *s != State::Running && time(*s) > Ns::ZERO);
        waits.max_by_key(|s| time(*s))
    }

    /// The running share of `whole`, all the time there is, in `levels` steps of height. Any work at all shows as one
    /// step at least.
    pub fn height(&self, whole: Ns, levels: u32) -> u32 {
        level(self.running().share_of(whole), levels)
    }
}

/// `share` in `levels` steps of height, rounded; any share above zero is one step at least.
pub fn level(share: f64, levels: u32) -> u32 {
    let exact = share.clamp(0.0, 1.0) * f64::from(levels);
    if exact <= 0.0 { 0 } else { ((exact + 0.5) as u32).clamp(1, levels) }
}

/// A column's stretch of work is drawn in so many steps of width.
const FINEST: u64 = 8;
/// How many changes a column may hold before only their sums are looked at.
const DENSE: usize = 24;

/// What happened in a column, or in a part of it.
pub(super) enum Part {
    /// One stretch in one state, which this change of state began.
    Stretch(Range, Half, Mark),
    /// So many stretches that only their sums are looked at.
    Sums(Sums),
}

/// The columns of `track` on `grid`, up to `until`.
pub fn fold(track: &Track, grid: &Grid, until: Ns) -> Vec<Column> {
    let mut columns = vec![Column::default(); grid.columns as usize];
    let mut edges = vec![Edge::default(); columns.len()];
    each_part(track, grid, (Ns::ZERO, until), |index, part| match part {
        Part::Stretch(range, half, mark) => {
            columns[index].add(range, half);
            edges[index].add(range, half, mark.core, grid.cell);
        }
        Part::Sums(sums) => {
            columns[index].sums = sums;
            edges[index].more = true;
            edges[index].works_again = true;
        }
    });
    for (index, (column, edge)) in (0..).zip(columns.iter_mut().zip(edges)) {
        let range = grid.column(index);
        column.halves = edge.halves(range).or_else(|| column.only(range));
        column.lone = edge.lone(range, column);
        column.core = edge.core.filter(|_| !edge.more);
    }
    columns
}

/// Adds what `track` did up to `until` to `columns`, which several tasks share.
pub fn fold_into(columns: &mut [Column], track: &Track, grid: &Grid, until: Ns) {
    each_part(track, grid, (Ns::ZERO, until), |index, part| match part {
        Part::Stretch(range, half, _) => columns[index].add(range, half),
        Part::Sums(sums) => columns[index].sums.add_all(&sums),
    });
}

/// Calls `each` with every part of every column that `track` touches from one instant until another, in order. A column
/// with many changes costs hardly more than one with few.
pub(super) fn each_part(track: &Track, grid: &Grid, (from, until): (Ns, Ns), mut each: impl FnMut(usize, Part)) {
    let window = grid.range().and(Range::new(from, until));
    let marks = track.marks();
    let Some(begin) = marks.first().map(|m| m.at.max(window.from)).filter(|b| *b < window.to) else { return };
    let end = track.ended_at().map_or(window.to, |e| e.min(window.to));
    let overdue = track.overdue(until);
    let first = column_of(grid, begin);
    let mut count = track.marks_before(grid.column(first as u16).and(window).from, 0);
    // The sums at the column's begin, where they are known.
    let mut before: Option<Sums> = None;
    for index in first..usize::from(grid.columns) {
        let part = grid.column(index as u16).and(window);
        if part.is_empty() || part.from >= end {
            break;
        }
        // Only in its last wait can a task be overdue.
        let late = |count: usize| overdue.filter(|from| count == marks.len() && *from < part.to);
        // Where there are few changes, each is looked at anyhow: nothing has to be searched.
        if marks.get(count + DENSE).is_some_and(|mark| mark.at < part.to) {
            let next = track.marks_before(part.to, count + DENSE);
            if late(next).is_none() {
                let sums = track.sums_after(next, part.to);
                let earlier = before.unwrap_or_else(|| track.sums_after(count, part.from));
                each(index, Part::Sums(sums.since(&earlier)));
                (count, before) = (next, Some(sums));
                continue;
            }
        }
        before = None;
        let mut stretch = |from: Ns, to: Ns, state: State, mark: &Mark| {
            if from < to && state != State::Ended {
                let half = Half { state: Some(state), holds: mark.holds };
                each(index, Part::Stretch(Range::new(from, to), half, *mark));
            }
        };
        let (mut from, mut last) = (part.from, count.checked_sub(1).map(|i| &marks[i]));
        while let Some(mark) = marks.get(count).filter(|mark| mark.at < part.to) {
            if let Some(last) = last {
                stretch(from, mark.at, last.state, last);
            }
            (from, last, count) = (mark.at, Some(mark), count + 1);
        }
        if let Some(last) = last {
            let split = late(count).map_or(part.to, |at| at.max(from));
            stretch(from, split, last.state, last);
            stretch(split, part.to, State::Ready, last);
        }
    }
}

fn column_of(grid: &Grid, at: Ns) -> usize {
    ((at.0.saturating_sub(grid.from.0)) / grid.cell.0) as usize
}

/// What touches one column, as long as it is at most two stretches, and its stretch of work, as long as it is one.
#[derive(Clone, Copy, Debug, Default)]
struct Edge {
    parts: [Option<(Range, Half)>; 2],
    more: bool,
    /// From the begin of the first stretch to the end of the last one.
    alive: Option<Range>,
    work: Option<Range>,
    works_again: bool,
    /// The core of its work, where that is known of all of it.
    core: Option<CoreId>,
}

impl Edge {
    fn add(&mut self, part: Range, what: Half, core: CoreId, cell: Ns) {
        self.alive = Some(Range::new(self.alive.map_or(part.from, |alive| alive.from), part.to));
        if what.state == Some(State::Running) {
            match &mut self.work {
                None => self.work = Some(part),
                // What is apart by less than could be drawn is one stretch.
                Some(work) if (part.from - work.to).0 * FINEST <= cell.0 => work.to = part.to,
                Some(_) => self.works_again = true,
            }
        }
        if self.more {
            return;
        }
        if what.state == Some(State::Running) {
            let works = |part: &Option<(Range, Half)>| part.is_some_and(|(_, half)| half.state == what.state);
            let first = !self.parts.iter().any(works);
            self.core = Trace::core_of(core).filter(|core| first || self.core == Some(*core));
        }
        match &mut self.parts {
            [first @ None, _] => *first = Some((part, what)),
            [Some((range, half)), None] if *half == what && range.to == part.from => range.to = part.to,
            [Some(_), second @ None] => *second = Some((part, what)),
            [_, Some((range, half))] if *half == what && range.to == part.from => range.to = part.to,
            _ => self.more = true,
        }
    }

    /// Where the only stretch of work lies in `range`, the times of which are in `column`.
    fn lone(&self, range: Range, column: &Column) -> Option<Lone> {
        let work = self.work.filter(|_| !self.works_again && column.running() != range.len())?;
        let alive = self.alive?;
        let state = column.commonest_wait();
        let beside = column.waiting().0 * 2 >= (range.len() - column.running()).0;
        let beside = state.filter(|_| beside).map(|state| Half { state: Some(state), holds: column.holds() });
        // Where the task begins or ends here, the larger part of the rest says at which side the work stands.
        let first = match (alive.from > range.from, alive.to < range.to) {
            (true, false) => beside.is_some(),
            (false, true) => beside.is_none(),
            (true, true) | (false, false) => work.from - range.from <= range.to - work.to,
        };
        Some(Lone { first, beside })
    }

    /// What each half shows, if there is only one change of state here at most.
    fn halves(&self, column: Range) -> Option<[Half; 2]> {
        if self.more {
            return None;
        }
        let middle = Ns(u64::midpoint(column.from.0, column.to.0));
        let quarter = column.len().0 / 4;
        let covers = |half: Range| {
            let of = |part: &Option<(Range, Half)>| part.map(|(r, h)| (r.and(half).len(), h));
            let best = self.parts.iter().filter_map(of).max_by_key(|(len, _)| *len);
            best.filter(|(len, _)| len.0 >= quarter.max(1)).map_or(Half::default(), |(_, h)| h)
        };
        let halves = [covers(Range::new(column.from, middle)), covers(Range::new(middle, column.to))];
        // A stretch too short for half a column must not vanish: leave it to the folded drawing, which keeps its ink.
        let shown = |h: Half| halves.contains(&h);
        let lost = self.parts.iter().flatten().any(|(_, h)| !shown(*h));
        (!lost).then_some(halves)
    }
}
