//! What can be found wrong in a workload without running it: tasks that would wait for themselves.

use super::{RepeatSpec, StepSpec, TaskSpec, each_step};

/// The first group of tasks that waits for itself, directly or through others.
pub(super) fn endless(tasks: &[TaskSpec]) -> Option<usize> {
    let mut awaited: Vec<Vec<&str>> = vec![Vec::new(); tasks.len()];
    for (names, task) in awaited.iter_mut().zip(tasks) {
        collect_awaited(&task.steps, names);
    }
    (0..tasks.len()).find(|start| {
        let mut seen = vec![false; tasks.len()];
        let mut open = vec![*start];
        while let Some(at) = open.pop() {
            for next in (0..tasks.len()).filter(|i| awaited[at].contains(&tasks[*i].name.as_str())) {
                if !std::mem::replace(&mut seen[next], true) {
                    open.push(next);
                }
            }
        }
        seen[*start]
    })
}

fn collect_awaited<'a>(steps: &'a [StepSpec], names: &mut Vec<&'a str>) {
    each_step(steps, &mut |step| {
        if let StepSpec::Repeat { rule: RepeatSpec::Until(name), .. } = step {
            names.push(name);
        }
    });
}

/// The first group of tasks that takes a lock which it already holds, and that lock.
pub(super) fn taken_twice(tasks: &[TaskSpec]) -> Option<(usize, &str)> {
    fn within<'a>(steps: &'a [StepSpec], held: &mut Vec<&'a str>) -> Option<&'a str> {
        steps.iter().find_map(|step| {
            let [body, otherwise] = step.bodies();
            let Some(name) = step.lock() else { return within(body, held) };
            if held.contains(&name) {
                return Some(name);
            }
            held.push(name);
            let found = within(body, held);
            held.pop();
            found.or_else(|| within(otherwise, held))
        })
    }
    tasks.iter().enumerate().find_map(|(index, task)| Some((index, within(&task.steps, &mut Vec::new())?)))
}

/// The first name that two groups of tasks have, as the place of the second one.
pub(super) fn named_twice(tasks: &[TaskSpec]) -> Option<usize> {
    (0..tasks.len()).find(|at| tasks[..*at].iter().any(|other| other.name == tasks[*at].name))
}

/// Whether `steps` try to take a lock.
pub(super) fn try_any(steps: &[StepSpec]) -> bool {
    let mut found = false;
    each_step(steps, &mut |step| found |= matches!(step, StepSpec::Lock { otherwise: Some(_), .. }));
    found
}
