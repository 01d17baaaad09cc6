//! Folding: a column stands for a stretch of time and keeps the exact share of every state in it. Never a majority
//! vote: what is drawn as height is a share, so that no work disappears however far one zooms out.

use super::axis::Grid;
use crate::state::State;
use crate::trace::{StateSums, Trace, Track};
use crate::units::{Ns, Range};

/// One column of a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Time in each state.
    pub sums: StateSums,
    /// The longest stretch of one wait inside.
    pub longest_wait: Ns,
    /// How many stretches of different states touch it.
    pub spans: u32,
    /// Where nothing is folded: what the left and the right half show.
    pub halves: Option<[Half; 2]>,
    /// Whether the commonest wait keeps a worker occupied.
    pub holds: bool,
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
    /// Time on a core.
    pub fn running(&self) -> Ns {
        self.sums[State::Running as usize]
    }

    /// The commonest state that is not `running`, if any.
    pub fn commonest_wait(&self) -> Option<State> {
        let waits = State::ALL.into_iter().filter(|s| *s != State::Running && self.sums[*s as usize] > Ns::ZERO);
        waits.max_by_key(|s| self.sums[*s as usize])
    }

    /// The running share in `levels` steps of height. Any work at all shows as one step, anything less than all the
    /// time stays below full height.
    pub fn height(&self, cell: Ns, levels: u32) -> u32 {
        level(self.running().share_of(cell), levels)
    }
}

/// `share` in `levels` steps of height: nothing only for nothing, everything only for (nearly) everything.
pub fn level(share: f64, levels: u32) -> u32 {
    let exact = share.clamp(0.0, 1.0) * f64::from(levels);
    if exact <= 0.0 { 0 } else { (exact.round() as u32).clamp(1, levels) }
}

/// The columns of `track` on `grid`, up to `until`.
pub fn fold(track: &Track, grid: &Grid, until: Ns) -> Vec<Column> {
    let mut columns = vec![Column::default(); grid.columns as usize];
    let mut hold_sums = vec![Ns::ZERO; columns.len()];
    let mut edges: Vec<Edge> = vec![Edge::default(); columns.len()];
    let window = grid.range().and(Range::new(Ns::ZERO, until));
    let mut last: Option<(State, bool)> = None;
    for span in track.spans(window) {
        let same = last == Some((span.state, span.holds));
        last = Some((span.state, span.holds));
        let first = column_of(grid, span.range.from);
        let end = column_of(grid, Ns(span.range.to.0 - 1));
        for index in first..=end.min(columns.len() - 1) {
            let part = grid.column(index as u16).and(span.range);
            let column = &mut columns[index];
            column.sums[span.state as usize] += part.len();
            if span.state != State::Running {
                column.longest_wait = column.longest_wait.max(part.len());
                if span.holds {
                    hold_sums[index] += part.len();
                }
            }
            if !(same && index == first && column.spans > 0) {
                column.spans += 1;
            }
            edges[index].add(part, Half { state: Some(span.state), holds: span.holds });
        }
    }
    for (index, column) in columns.iter_mut().enumerate() {
        let waits: Ns = column.sums.iter().copied().sum::<Ns>() - column.running();
        column.holds = hold_sums[index].0 * 2 >= waits.0.max(1);
        column.halves = edges[index].halves(grid.column(index as u16));
    }
    columns
}

fn column_of(grid: &Grid, at: Ns) -> usize {
    ((at.0.saturating_sub(grid.from.0)) / grid.cell.0) as usize
}

/// What touches one column, as long as it is at most two stretches.
#[derive(Clone, Copy, Debug, Default)]
struct Edge {
    parts: [Option<(Range, Half)>; 2],
    more: bool,
}

impl Edge {
    fn add(&mut self, part: Range, what: Half) {
        match &mut self.parts {
            [first @ None, _] => *first = Some((part, what)),
            [Some((range, half)), None] if *half == what && range.to == part.from => range.to = part.to,
            [Some(_), second @ None] => *second = Some((part, what)),
            [_, Some((range, half))] if *half == what && range.to == part.from => range.to = part.to,
            _ => self.more = true,
        }
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

/// The most tasks in `state` at one time, per column.
pub fn most_at_once(trace: &Trace, grid: &Grid, window: Range, state: State) -> Vec<u32> {
    let mut changes: Vec<(Ns, i32)> = Vec::new();
    for track in &trace.tasks {
        for span in track.spans(window).filter(|s| s.state == state) {
            changes.push((span.range.from, 1));
            changes.push((span.range.to, -1));
        }
    }
    changes.sort_unstable();
    let mut most = vec![0u32; grid.columns as usize];
    let mut level = 0i32;
    let mut changes = changes.into_iter().peekable();
    for (index, most) in most.iter_mut().enumerate() {
        let column = grid.column(index as u16);
        let mut peak = level;
        while let Some((_, by)) = changes.next_if(|(at, _)| *at < column.to) {
            level += by;
            peak = peak.max(level);
        }
        *most = peak.max(0) as u32;
    }
    most
}
