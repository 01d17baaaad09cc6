//! A column of a worker's lane, as it is put together.

use smallvec::SmallVec;

use super::{Doing, WorkerCell};
use crate::scene::halves::{FULL, halves};
use crate::state::State;
use crate::trace::StateSums;
use crate::units::{Ns, Range, TaskId};

/// More stretches than these in one column are not told apart.
const MOST: usize = 64;

/// A column under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Building {
    /// Mostly there are two at most, or so many that they are not told apart.
    stretches: SmallVec<[(Range, Doing); 2]>,
    /// For how long it waits in them.
    waits: Ns,
    /// Whether there were more.
    pub(super) dense: bool,
    pub(super) states: StateSums,
    /// For how long it computed for each task.
    had: SmallVec<[(TaskId, Ns); 1]>,
}

impl Building {
    /// Adds a stretch in a column that is `cell` long.
    pub(super) fn add(&mut self, range: Range, doing: Doing, cell: Ns) {
        match doing {
            Doing::Work(task) => self.worked(task, range.len()),
            Doing::Wait(..) | Doing::Idle | Doing::Absent => self.waits += range.len(),
        }
        if self.dense {
            return;
        }
        // Of more stretches than two it counts only where work fills the column.
        let few = self.stretches.len() < 2 || cell.less(self.waits).share_of(cell) >= FULL;
        let room = few && self.stretches.len() < MOST;
        match self.stretches.last_mut() {
            Some((last, same)) if *same == doing && last.to == range.from => last.to = range.to,
            _ if room => self.stretches.push((range, doing)),
            _ => self.dense = true,
        }
    }

    /// Notes that it computed for `task`. Mostly the same task comes again: tasks are added one by one, except on a loop,
    /// where a task may stand in the list several times, once for each of its turns.
    pub(super) fn worked(&mut self, task: TaskId, time: Ns) {
        match self.had.last_mut() {
            Some((known, sum)) if *known == task => *sum += time,
            _ => self.had.push((task, time)),
        }
    }

    /// For whom it computed longest, if it did.
    fn whose(&mut self) -> Option<TaskId> {
        self.had.sort_unstable_by_key(|(task, _)| *task);
        let time = |turns: &[(TaskId, Ns)]| turns.iter().map(|(_, time)| *time).sum::<Ns>();
        let tasks = self.had.chunk_by(|a, b| a.0 == b.0).map(|turns| (turns[0].0, time(turns)));
        tasks.filter(|(_, time)| *time > Ns::ZERO).max_by_key(|(_, time)| *time).map(|(task, _)| task)
    }

    pub(super) fn done(mut self, column: Range, there: Range) -> WorkerCell {
        let whose = self.whose();
        let work = self.states[State::Running as usize].share_of(column.len());
        let found = halves(&self.stretches, column, work, |doing| doing.works(), Doing::Idle).filter(|_| !self.dense);
        let middle = Ns(u64::midpoint(column.from.0, column.to.0));
        let parts = [Range::new(column.from, middle), Range::new(middle, column.to)];
        let is_there = |part: Range| part.and(there).len().0 * 2 >= part.len().0.max(1);
        let halves = found.map(|found| {
            let [left, right] = [0, 1].map(|half| match found[half] {
                Doing::Idle if !is_there(parts[half]) => Doing::Absent,
                doing => doing,
            });
            [left, right]
        });
        WorkerCell { halves, whose, states: self.states }
    }
}
