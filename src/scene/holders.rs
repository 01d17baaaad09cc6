//! Lanes that say *whose* something is: the lock, the loop, a core.
//!
//! A column with so many turns that no single one can be told says only for how much of it somebody had the thing.

use super::axis::Grid;
use crate::trace::{Aggregate, LockTrack, Owner, Totals, Turn};
use crate::units::{Ns, Range, TaskId};

use super::CoreLane;

/// How many changes a picture looks at one by one. A column with more than its part of them says only for how much of
/// it somebody had the thing.
pub(super) const LOOKED_AT: u64 = 30_000;
/// The same for turns of a lock.
const TURNS_LOOKED_AT: usize = 9_600;

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
    /// Too many in turn for any single one to be named.
    Many,
}

/// One column of such a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HolderCell {
    /// Left and right half.
    pub halves: [Holder; 2],
    /// The share of the column in which somebody has it; above one where several claim it.
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

    /// A turn, which lies within the column `index`.
    fn add(&mut self, index: u16, range: Range, holder: Holder) {
        let column = self.grid.column(index);
        let middle = Ns(u64::midpoint(column.from.0, column.to.0));
        if !matches!(holder, Holder::Nobody | Holder::Listening) {
            self.cells[usize::from(index)].turns += 1;
        }
        let halves = [Range::new(column.from, middle), Range::new(middle, column.to)];
        for (half, slot) in halves.into_iter().zip(&mut self.halves[usize::from(index) * 2..]) {
            let part = range.and(half).len();
            if part > slot.1 {
                *slot = (holder, part);
            }
        }
    }

    /// Enters so many turns into the column `index` that none is looked at; `had` is the time of all of them.
    fn many(&mut self, index: u16, turns: u32, had: Ns) {
        if had > Ns::ZERO {
            self.cells[usize::from(index)].turns = turns;
            self.halves[usize::from(index) * 2..][..2].fill((Holder::Many, had));
        }
    }

    fn share(&mut self, index: u16, had: Ns) {
        self.cells[usize::from(index)].share = had.share_of(self.grid.cell);
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

/// Who held `lock`.
pub(super) fn lock(lock: &LockTrack, grid: &Grid, window: Range) -> Vec<HolderCell> {
    let mut lane = Builder::new(grid);
    for index in 0..grid.columns {
        let part = grid.column(index).and(window);
        if part.is_empty() {
            continue;
        }
        let had = lock.held(part.to) - lock.held(part.from);
        lane.share(index, had);
        let turns = lock.turns_before(part.to) - lock.turns_before(part.from);
        if turns > TURNS_LOOKED_AT / usize::from(grid.columns) {
            lane.many(index, turns as u32, had);
        } else {
            lock.holds(part).for_each(|hold| lane.add(index, hold.range, Holder::Task(hold.task)));
        }
    }
    lane.done()
}

/// Whose turn it was on the event loop, where the run has one, and who was on each core that the run may use and that
/// work was seen on, by the cores' numbers. `edges` are the totals at the columns' edges.
pub(super) fn turns(
    aggregate: &Aggregate,
    grid: &Grid,
    window: Range,
    edges: &[Totals],
    has_loop: bool,
) -> (Option<Vec<HolderCell>>, Vec<CoreLane>) {
    let mut the_loop = has_loop.then(|| Builder::new(grid));
    let mut cores: Vec<_> = aggregate.cores().iter().map(|core| (*core, Builder::new(grid), Ns::ZERO)).collect();
    let mut looking = aggregate.looking();
    for (index, edge) in (0..grid.columns).zip(edges.windows(2)) {
        let part = grid.column(index).and(window);
        if part.is_empty() {
            continue;
        }
        let times = edge[1].since(&edge[0]);
        if let Some(the_loop) = &mut the_loop {
            the_loop.share(index, times.on_loop());
        }
        for (place, (_, lane, used)) in cores.iter_mut().enumerate() {
            lane.share(index, times.on_core(place));
            *used += times.on_core(place);
        }
        let changes = aggregate.changes(part);
        if changes > LOOKED_AT / u64::from(grid.columns) {
            if let Some(the_loop) = &mut the_loop {
                the_loop.many(index, changes as u32, times.on_loop());
            }
            for (place, (_, lane, _)) in cores.iter_mut().enumerate() {
                lane.many(index, changes as u32, times.on_core(place));
            }
            continue;
        }
        looking.within(part, |range, turn| {
            let (lane, holder) = match turn {
                Turn::Listens => (the_loop.as_mut(), Holder::Listening),
                Turn::Loop(owner) => (the_loop.as_mut(), holder(owner)),
                Turn::Core(place, owner) => (Some(&mut cores[place].1), holder(owner)),
                Turn::OffTask(..) => return,
            };
            if let Some(lane) = lane {
                lane.add(index, range, holder);
            }
        });
    }
    let share = |used: Ns| used.share_of(window.len()).min(1.0);
    let lane = |(core, lane, used): (u16, Builder<'_>, Ns)| CoreLane { core, cells: lane.done(), share: share(used) };
    let mut cores: Vec<_> = cores.into_iter().map(lane).collect();
    cores.sort_by_key(|lane| lane.core);
    (the_loop.map(Builder::done), cores)
}

fn holder(owner: Owner) -> Holder {
    match owner {
        Owner::Nobody | Owner::Helper | Owner::Watcher => Holder::Nobody,
        Owner::Task(task) => Holder::Task(task),
        Owner::Somebody => Holder::Many,
    }
}
