//! Noticing that tasks wait in vain: in a circle, each for the next one, or all that are under way, for what none of
//! them can do. Nothing will ever happen to these any more, and the run has to be ended.

use super::shared::{Halt, Shared, Waits};
use crate::plan::Plan;
use crate::state::{Awaited, Failure, Pool, Waiting};
use crate::units::{QueueId, TaskId};
use crate::workload::{Op, walk};

/// This many looks in a row must find the same circle: values read while tasks move may be half old and half new.
const LOOKS: u32 = 3;

/// The tasks in a circle, each with what it waits for; the next task in the circle has that.
type Circle = Vec<(TaskId, Waits)>;

/// The most tasks of a stuck run that are named.
const MOST_NAMED: usize = 16;

/// Something that was found, and at how many looks in a row.
#[derive(Debug, Default)]
struct Seen<T> {
    last: Option<T>,
    times: u32,
}

impl<T: PartialEq> Seen<T> {
    /// What is found now; returns it once it has been found often enough.
    fn again(&mut self, found: Option<T>) -> Option<&T> {
        self.times = if found.is_none() || found != self.last { 1 } else { self.times + 1 };
        self.last = found;
        self.last.as_ref().filter(|_| self.times >= LOOKS)
    }
}

/// The state of repeated looks for tasks that wait in vain.
#[derive(Debug, Default)]
pub(super) struct Deadlock {
    circle: Seen<Circle>,
    halt: Seen<Halt>,
}

impl Deadlock {
    /// Looks once; returns why the run has to end, once enough looks have found the same. `names` has the names.
    pub(super) fn look(&mut self, shared: Shared, names: &Names) -> Option<Failure> {
        let found = circle(shared.tasks(), |task| shared.waits_for(task));
        if let Some(circle) = self.circle.again(Some(found).filter(|circle| !circle.is_empty())) {
            let circle = circle.iter().map(|waiting| names.waiting(waiting)).collect();
            return Some(Failure::Deadlock { circle });
        }
        self.halt.again(shared.halt()).map(|halt| names.stuck(halt))
    }
}

/// What the plan calls everything, and what each task could do for others.
#[derive(Debug, Default)]
pub(super) struct Names {
    tasks: Vec<String>,
    locks: Vec<String>,
    queues: Vec<String>,
    /// For each task the queues that it puts messages into, and those that it takes messages out of.
    ends: Vec<(Vec<QueueId>, Vec<QueueId>)>,
}

impl Names {
    /// Those of `plan`.
    pub(super) fn of(plan: &Plan) -> Names {
        let ends = |ops: &[Op], end: fn(&Op) -> Option<QueueId>| walk(ops).filter_map(|v| end(v.op)).collect();
        Names {
            tasks: plan.tasks.iter().map(|task| task.name.clone()).collect(),
            locks: plan.locks.clone(),
            queues: plan.queues.iter().map(|queue| queue.name.clone()).collect(),
            ends: plan.tasks.iter().map(|t| (ends(&t.ops, Op::puts_into), ends(&t.ops, Op::gets_from))).collect(),
        }
    }

    /// Whether there is anything that tasks can wait for in vain.
    pub(super) fn has_waits(&self) -> bool {
        !self.locks.is_empty() || !self.queues.is_empty()
    }

    fn task(&self, task: TaskId) -> String {
        self.tasks.get(task.index()).cloned().unwrap_or_else(|| (task.0 + 1).to_string())
    }

    fn waiting(&self, (task, waits): &(TaskId, Waits)) -> Waiting {
        let lock = |index: u16| self.locks.get(usize::from(index)).cloned();
        let queue = |id: QueueId| self.queues.get(id.index()).cloned().unwrap_or_default();
        let awaits = match waits {
            Waits::Lock(index) => Awaited::Lock(lock(index.0)),
            Waits::Permit(index) => Awaited::Permit(lock(index.0).unwrap_or_default()),
            Waits::Task(other, _) => Awaited::End(self.task(*other)),
            Waits::Room(id) | Waits::Pipe(id) => Awaited::Room(queue(*id)),
            Waits::Message(id) => Awaited::Message(queue(*id)),
        };
        Waiting { task: self.task(*task), awaits }
    }

    /// Whether `task` could end such a wait, if it had a worker.
    fn could_help(&self, task: TaskId, waits: Waits) -> bool {
        let Some((puts, gets)) = self.ends.get(task.index()) else { return false };
        match waits {
            Waits::Room(queue) | Waits::Pipe(queue) => gets.contains(&queue),
            Waits::Message(queue) => puts.contains(&queue),
            Waits::Task(other, _) => other == task,
            // Only who has a lock can let go of it.
            Waits::Lock(_) | Waits::Permit(_) => false,
        }
    }

    fn stuck(&self, halt: &Halt) -> Failure {
        let helps = |task: &&TaskId| halt.waiting.iter().any(|(_, waits)| self.could_help(**task, *waits));
        let pool = halt.not_begun.iter().find(helps).map(|task| Pool {
            workers: halt.waiting.len() as u64,
            // Tasks begin in the plan's order.
            needed: u64::from(task.0) + 1,
            helper: self.task(*task),
        });
        let waiting = halt.waiting.iter().take(MOST_NAMED).map(|waiting| self.waiting(waiting)).collect();
        Failure::Stuck { waiting, pool }
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
        let names = Names {
            tasks: vec!["left".to_owned(), "right".to_owned()],
            locks: vec!["a".to_owned()],
            queues: vec!["jobs".to_owned()],
            ends: Vec::new(),
        };
        let waiting = |task: &str, awaits| Waiting { task: task.to_owned(), awaits };
        for (task, waits, expected) in [
            (0, Waits::Lock(LockIndex(0)), waiting("left", Awaited::Lock(Some("a".to_owned())))),
            (1, Waits::Lock(LockIndex(1)), waiting("right", Awaited::Lock(None))),
            (2, Waits::Task(TaskId(0), 1), waiting("3", Awaited::End("left".to_owned()))),
            (0, Waits::Permit(LockIndex(0)), waiting("left", Awaited::Permit("a".to_owned()))),
            (1, Waits::Room(QueueId(0)), waiting("right", Awaited::Room("jobs".to_owned()))),
            (1, Waits::Message(QueueId(0)), waiting("right", Awaited::Message("jobs".to_owned()))),
        ] {
            assert_eq!(names.waiting(&(TaskId(task), waits)), expected);
        }
    }

    #[test]
    fn a_pool_is_exhausted_where_a_task_without_a_worker_could_help() {
        let (jobs, done) = (QueueId(0), QueueId(1));
        let names = Names {
            tasks: ["maker 1", "maker 2", "idler", "user"].map(str::to_owned).into(),
            locks: Vec::new(),
            queues: ["jobs", "done"].map(str::to_owned).into(),
            ends: vec![(vec![jobs], vec![]), (vec![jobs], vec![]), (vec![], vec![]), (vec![done], vec![jobs])],
        };
        let halt = |waits: [Waits; 2], not_begun: &[u32]| Halt {
            waiting: (0..).map(TaskId).zip(waits).collect(),
            not_begun: not_begun.iter().map(|n| TaskId(*n)).collect(),
            ..Halt::default()
        };
        let pool = |halt: &Halt| match names.stuck(halt) {
            Failure::Stuck { waiting, pool } => {
                assert_eq!(waiting.len(), 2);
                pool
            }
            other => panic!("{other:?}"),
        };
        let room = [Waits::Room(jobs); 2];
        let expected = Pool { workers: 2, needed: 4, helper: "user".to_owned() };
        assert_eq!(pool(&halt(room, &[2, 3])), Some(expected.clone()));
        assert_eq!(pool(&halt([Waits::Message(done); 2], &[2, 3])), Some(expected));
        assert_eq!(pool(&halt(room, &[2])), None, "the one without a worker is of no help");
        assert_eq!(pool(&halt([Waits::Message(jobs); 2], &[3])), None);
    }

    #[test]
    fn what_is_found_once_or_changes_counts_for_nothing() {
        let mut seen = Seen::default();
        let answers = [1, 1, 2, 2, 2, 2].map(|found| seen.again(Some(found)).copied());
        assert_eq!(answers, [None, None, None, None, Some(2), Some(2)]);
        assert_eq!(seen.again(None), None);
        assert_eq!(seen.again(Some(2)), None);
    }
}
