//! Noticing that tasks wait for each other in a circle: nothing will ever happen again, and the run has to be ended.

use super::shared::{Shared, Waits};
use crate::state::{Awaited, Failure, Waiting};
use crate::units::TaskId;

/// This many looks in a row must find the same circle: values read while tasks move may be half old and half new.
const LOOKS: u32 = 3;

/// The tasks in a circle, each with what it waits for; the next task in the circle has that.
type Circle = Vec<(TaskId, Waits)>;

/// The state of repeated looks for a deadlock.
#[derive(Debug, Default)]
pub(super) struct Deadlock {
    last: Circle,
    seen: u32,
}

impl Deadlock {
    /// Looks once; returns the circle, once enough looks have found it.
    pub(super) fn look(&mut self, shared: Shared) -> Option<&[(TaskId, Waits)]> {
        let circle = circle(shared.tasks(), |task| shared.waits_for(task));
        self.seen = if circle.is_empty() || circle != self.last { 1 } else { self.seen + 1 };
        self.last = circle;
        (self.seen >= LOOKS && !self.last.is_empty()).then_some(&self.last)
    }
}

/// A circle among the first `count` tasks, if there is one; `next` says what a task waits for, and which task has it.
fn circle(count: usize, next: impl Fn(TaskId) -> Option<(Waits, TaskId)>) -> Circle {
    // A task that an earlier walk passed leads into no circle: that walk would have found it.
    let mut passed = vec![0u32; count];
    for start in 0..count {
        let mut at = TaskId(start as u32);
        let walk = start as u32 + 1;
        while let Some(mark) = passed.get_mut(at.index()) {
            if *mark == walk {
                return circle_from(at, &next);
            }
            if *mark != 0 {
                break;
            }
            *mark = walk;
            let Some((_, whom)) = next(at) else { break };
            at = whom;
        }
    }
    Circle::new()
}

fn circle_from(first: TaskId, next: &impl Fn(TaskId) -> Option<(Waits, TaskId)>) -> Circle {
    let mut circle = Circle::new();
    let mut at = first;
    while let Some((waits, whom)) = next(at) {
        circle.push((at, waits));
        if whom == first || circle.len() > 1 << 16 {
            return circle;
        }
        at = whom;
    }
    Circle::new()
}

/// Why the run ends: `circle`, with the names of its tasks and locks.
pub(super) fn failure(circle: &[(TaskId, Waits)], tasks: &[String], locks: &[String]) -> Failure {
    let name = |task: TaskId| tasks.get(task.index()).cloned().unwrap_or_else(|| (task.0 + 1).to_string());
    let waiting = |(task, waits): &(TaskId, Waits)| {
        let awaits = match waits {
            Waits::Lock(lock) => Awaited::Lock(locks.get(usize::from(lock.0)).cloned()),
            Waits::Task(other, _) => Awaited::End(name(*other)),
        };
        Waiting { task: name(*task), awaits }
    };
    Failure::Deadlock { circle: circle.iter().map(waiting).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::LockIndex;
    use std::collections::BTreeMap;

    fn find(edges: &[(u32, u32)]) -> Vec<u32> {
        let edges: BTreeMap<u32, u32> = edges.iter().copied().collect();
        let next = |t: TaskId| edges.get(&t.0).map(|to| (Waits::Task(TaskId(*to), 1), TaskId(*to)));
        circle(10, next).into_iter().map(|(task, _)| task.0).collect()
    }

    #[test]
    fn circles_are_found_and_chains_are_none() {
        assert_eq!(find(&[]), [0; 0]);
        assert_eq!(find(&[(0, 1), (1, 2), (3, 2), (4, 0)]), [0; 0]);
        assert_eq!(find(&[(0, 0)]), [0]);
        assert_eq!(find(&[(0, 5), (5, 7), (7, 9), (9, 5)]), [5, 7, 9]);
        assert_eq!(find(&[(2, 1), (1, 0), (8, 9), (9, 8)]), [8, 9]);
        assert_eq!(find(&[(0, 99)]), [0; 0]);
    }

    #[test]
    fn the_failure_names_everyone_and_what_each_waits_for() {
        let (tasks, locks) = (["left".to_owned(), "right".to_owned()], ["a".to_owned()]);
        let circle = [
            (TaskId(0), Waits::Lock(LockIndex(0))),
            (TaskId(1), Waits::Lock(LockIndex(1))),
            (TaskId(2), Waits::Task(TaskId(0), 1)),
        ];
        let waiting = |task: &str, awaits| Waiting { task: task.to_owned(), awaits };
        let expected = vec![
            waiting("left", Awaited::Lock(Some("a".to_owned()))),
            waiting("right", Awaited::Lock(None)),
            waiting("3", Awaited::End("left".to_owned())),
        ];
        assert_eq!(failure(&circle, &tasks, &locks), Failure::Deadlock { circle: expected });
    }
}
