//! Lanes that say *whose* something is: the lock, the loop, a core.

use super::axis::Grid;
use crate::state::State;
use crate::trace::{Span, Trace};
use crate::units::{CoreId, LockId, Ns, Range, TaskId};

use super::{CoreLane, Scene};

/// Who has it in half a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holder {
    /// Nobody, or nobody knows.
    #[default]
    Nobody,
    /// The loop listens.
    Listening,
    /// This task, for most of the time that anybody has it.
    Task(TaskId),
}

/// One column of such a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HolderCell {
    /// Left and right half.
    pub halves: [Holder; 2],
    /// The share of the column in which somebody has it.
    pub share: f64,
    /// How many stretches touch the column.
    pub turns: u32,
    /// Who has it for longest at a stretch.
    pub longest: Option<TaskId>,
}

/// A lane under construction: half columns with the time each task had.
struct Builder<'a> {
    grid: &'a Grid,
    halves: Vec<(Holder, Ns)>,
    cells: Vec<HolderCell>,
}

impl<'a> Builder<'a> {
    fn new(grid: &'a Grid) -> Builder<'a> {
        let columns = grid.columns as usize;
        let halves = vec![(Holder::Nobody, Ns::ZERO); columns * 2];
        Builder { grid, halves, cells: vec![HolderCell::default(); columns] }
    }

    fn add(&mut self, range: Range, holder: Holder) {
        if range.is_empty() {
            return;
        }
        let cell = self.grid.cell.0;
        let half = cell.div_ceil(2).max(1);
        let from = range.from.0.saturating_sub(self.grid.from.0);
        let to = range.to.0.saturating_sub(self.grid.from.0);
        for index in (from / cell)..=((to - 1) / cell) {
            let Some(column) = self.cells.get_mut(index as usize) else { break };
            let start = index * cell;
            let part = to.min(start + cell) - from.max(start);
            if matches!(holder, Holder::Task(_)) {
                column.share += part as f64 / cell as f64;
                column.turns += 1;
            }
            for (side, (a, b)) in [(start, start + half), (start + half, start + cell)].into_iter().enumerate() {
                let part = to.min(b).saturating_sub(from.max(a));
                let slot = &mut self.halves[index as usize * 2 + side];
                if part > slot.1.0 {
                    *slot = (holder, Ns(part));
                }
            }
        }
    }

    fn done(mut self) -> Vec<HolderCell> {
        for (cell, halves) in self.cells.iter_mut().zip(self.halves.chunks_exact(2)) {
            cell.halves = [halves[0].0, halves[1].0];
            let longest = halves.iter().filter(|h| matches!(h.0, Holder::Task(_))).max_by_key(|h| h.1);
            cell.longest = longest.and_then(|(holder, _)| match holder {
                Holder::Task(task) => Some(*task),
                _ => None,
            });
        }
        self.cells
    }
}

/// Who held the global lock of the first process; nothing where nobody took it.
pub(super) fn lock(trace: &Trace, grid: &Grid, window: Range) -> Option<Vec<HolderCell>> {
    let lock = trace.locks.get(&LockId(0)).filter(|l| !l.is_empty())?;
    let mut lane = Builder::new(grid);
    for hold in lock.holds(window) {
        lane.add(hold.range, Holder::Task(hold.task));
    }
    Some(lane.done())
}

/// Whether a task in this span has the loop to itself: it executes, or waits without giving way.
fn has_the_loop(span: &Span) -> bool {
    span.state == State::Running || (span.holds && span.state != State::Starting)
}

/// Whose turn it was on the event loop.
pub(super) fn turns(trace: &Trace, grid: &Grid, window: Range) -> Vec<HolderCell> {
    let mut lane = Builder::new(grid);
    for worker in &trace.workers {
        for (index, (from, listens)) in worker.listens.iter().enumerate() {
            let to = worker.listens.get(index + 1).map_or(window.to, |next| next.0);
            if *listens {
                lane.add(Range::new(*from, to).and(window), Holder::Listening);
            }
        }
    }
    for (index, track) in trace.tasks.iter().enumerate() {
        for span in track.spans(window).filter(has_the_loop) {
            lane.add(span.range, Holder::Task(TaskId(index as u32)));
        }
    }
    lane.done()
}

/// Who was on each core that the run may use, as far as workers said where they were.
pub(super) fn cores(trace: &Trace, grid: &Grid, window: Range) -> Vec<CoreLane> {
    let mut lanes: Vec<_> = trace.cores.iter().map(|core| (*core, Builder::new(grid), Ns::ZERO)).collect();
    for (index, track) in trace.tasks.iter().enumerate() {
        for span in track.spans(window).filter(|s| s.state == State::Running) {
            let Some(CoreId(core)) = Trace::core_of(span.core) else { continue };
            if let Some((_, lane, used)) = lanes.iter_mut().find(|l| l.0 == core) {
                lane.add(span.range, Holder::Task(TaskId(index as u32)));
                *used += span.range.len();
            }
        }
    }
    let share = |used: Ns| used.share_of(window.len()).min(1.0);
    lanes.into_iter().map(|(core, lane, used)| CoreLane { core, cells: lane.done(), share: share(used) }).collect()
}

impl Scene {
    /// How many turns the lock or the loop lane shows in its busiest column: what the lens would unfold.
    pub fn densest_turns(&self) -> u32 {
        self.lock.iter().flatten().map(|c| c.turns).max().unwrap_or(0)
    }
}
