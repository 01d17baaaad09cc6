//! Why a workload file is refused, and why a workload cannot be run with these numbers.

mod toml;

use super::quoted::{listed, name, path, quoted};

pub use toml::toml;

/// The title of a workload, whose number of tasks is still open, for one task.
pub fn of_one_task(title: &str) -> String {
    title.replace("{tasks} tasks that wait", "1 task that waits").replace("{tasks} tasks", "1 task")
}

/// A fault at its place in a file.
pub fn at(file: &str, line: usize, column: usize, why: &str) -> String {
    format!("{}:{line}:{column}: {why}", path(file))
}

/// That a file is of another version of the format.
pub fn format_not_known(found: i64, read: i64) -> String {
    format!("format {found} is not known: this version reads format {read}")
}

/// That a name was expected.
pub const NO_NAME: &str = "expected a name, without control characters";
/// That there are no tasks.
pub const NO_TASKS: &str = "expected at least one [[tasks]]";
/// That there are no steps.
pub const NO_STEP: &str = "expected at least one step";
/// That a `repeat` says in no way, or in several, when it ends.
pub const ONE_RULE: &str = "expected exactly one of `times`, `for`, `until`, `each` and `retry`";
/// That a queue has no room.
pub const NO_ROOM: &str = "a queue has room for at least one message";
/// That an addition in one instruction has something in its middle.
pub const ATOMIC_GAP: &str = "an atomic addition is one instruction: it has no `gap`, `switch` or `steps`";
/// That a `lock` which waits says what else to do.
pub const NO_TRY: &str = "`otherwise` needs `try = true`: without it the task waits for the lock";
/// That nothing in a `retry` can make it go round again.
pub const RETRY_WITHOUT_TRY: &str =
    "`retry` goes round again while a lock with `try = true` is taken: there is none in its steps";

/// That a value is no number of workers.
pub fn workers(least: u16, most: u16) -> String {
    format!("expected \"per-task\" or a whole number from {least} to {most}")
}

/// That one of `known` was expected, the words for what a step does with the GIL.
pub fn gil(known: &[&str]) -> String {
    one_of("gil", known)
}

/// That one of `known` was expected, the words for the global lock with which a workload starts.
pub fn lock(known: &[&str]) -> String {
    one_of("lock", known)
}

fn one_of(key: &str, known: &[&str]) -> String {
    format!("`{key}` takes one of {}", listed(known, |word| format!("\"{word}\"")))
}

/// That a group of tasks waits for its own end.
pub fn endless(task: &str) -> String {
    format!("{} repeats until itself ends: it never would", quoted(task))
}

/// That a group of tasks takes a lock that it holds, and so waits for itself.
pub fn lock_twice(task: &str, lock: &str) -> String {
    format!("{} takes the lock {} while it holds it: it would wait for itself", quoted(task), quoted(lock))
}

/// That there is no such queue or counter, as `what` says, but these.
pub fn not_declared(what: &str, read: &str, known: &[String]) -> String {
    let known = match known {
        [] => format!("one that [{what}s] names (there are none)"),
        known => listed(known, |name| quoted(name)),
    };
    format!("there is no {what} {}: expected {known}", quoted(read))
}

/// That two groups of tasks have one name.
pub fn named_twice(name: &str) -> String {
    format!("there is a task {} already: each needs a name of its own", quoted(name))
}

/// That messages are taken out of a queue, and none is put in.
pub fn nobody_puts(queue: &str) -> String {
    format!("no task puts anything into {}: whoever waits for a message would wait for ever", quoted(queue))
}

/// That there are too many queues or counters.
pub fn too_many_shared(what: &str, found: usize, most: usize) -> String {
    format!("there are {found} {what}: at most {most} can be told apart")
}

/// That an amount of a queue, a counter or a lock cannot be used.
pub fn shared(what: &str, of: &str, why: &str) -> String {
    format!("{what} {}: {why}", quoted(of))
}

/// That a number is too small or too large.
pub fn out_of_range(least: u64, most: u64) -> String {
    format!("takes a whole number from {least} to {most}")
}

/// That one lock has two limits.
pub fn two_limits(one: u64, other: u64) -> String {
    format!("has `limit = {one}` in one place and {other} in another: it is the same lock everywhere")
}

/// That there are variants, but no name for what the file itself describes.
pub const NO_VARIANT_NAME: &str = "a file with [[variants]] names what it describes itself too: expected `variant = \"plain\"`, or the like, above its \
     first table";
/// That the name of a variant was expected.
pub const VARIANT_NAME: &str = "expected the name of a variant, without control characters and without a colon";

/// That two variants have one name.
pub fn variant_twice(name: &str) -> String {
    format!("there is a variant {} already: each needs a name of its own", quoted(name))
}

/// That there are too many variants.
pub fn too_many_variants(found: usize, most: usize) -> String {
    format!("there are {found} variants, with what the file itself describes: at most {most} have a place")
}

/// That there are too many locks.
pub fn too_many_locks(found: usize, most: usize) -> String {
    format!("there are {found} locks: at most {most} can be told apart")
}

/// That steps are nested too deeply.
pub fn too_deep(most: usize) -> String {
    format!("`repeat`, `lock` and `add` are nested more than {most} deep")
}

/// That there is no such task, but these.
pub fn no_task(read: &str, known: &[String]) -> String {
    format!("{}: expected {}", task_unknown(read), listed(known, |name| quoted(name)))
}

/// That there is no such task.
pub fn task_unknown(read: &str) -> String {
    format!("there is no task {}", quoted(read))
}

/// That there is no such parameter, but these.
pub fn no_parameter(read: &str, known: &[String]) -> String {
    let known = match known {
        [] => "one that [params] names (there are none)".to_owned(),
        known => listed(known, |name| quoted(name)),
    };
    format!("{}: expected {known}", super::amount::no_parameter(read))
}

/// That the workload has no such parameter, but these, each with what it takes.
pub fn cannot_be_set(workload: &str, read: &str, known: &[(String, &str)]) -> String {
    format!("workload {} has no parameter {}: {}", quoted(workload), quoted(read), parameters(known))
}

/// That a parameter takes something else than `found`.
pub fn other_unit(workload: &str, read: &str, takes: &str, found: &str, known: &[(String, &str)]) -> String {
    let (workload, read, known) = (quoted(workload), quoted(read), parameters(known));
    format!("in workload {workload}, {read} takes {takes}, not `{found}`: {known}")
}

fn parameters(known: &[(String, &str)]) -> String {
    match known {
        [] => "it has none".to_owned(),
        known => format!("it has {}", listed(known, |(param, takes)| format!("{} ({takes})", name(param)))),
    }
}

/// That an amount in a task, found where `keys` lead to, cannot be used.
pub fn amount(task: &str, keys: &[&str], why: &str) -> String {
    format!("task {}: {}: {why}", quoted(task), keys.join(" "))
}

/// What an amount should be: `a whole number`, `a duration like 5ms`.
pub fn takes(what: &str) -> String {
    format!("takes {what}")
}

/// The same of an amount that is computed.
pub const TAKES_WORK: &str = "takes a duration like 5ms, or iterations";

/// That an amount of data is too large.
pub fn more_than(most: &str) -> String {
    format!("is more than {most}")
}

/// That a time is too long.
pub fn longer_than(most: crate::units::Ns) -> String {
    format!("is longer than {}", super::amount::longest(most))
}

/// That there are no tasks, or too many.
pub fn task_count(found: u64, most: usize) -> String {
    format!("{found} tasks are asked for: between 1 and {most} can be run")
}

/// That there are too many steps.
pub fn step_count(found: u64, most: u64) -> String {
    format!("the tasks have {found} steps in all: at most {most} can be run; use `repeat`")
}

/// That no task decides when the run ends.
pub const ONLY_BACKGROUND: &str = "all tasks are in the background: at least one must decide when the run ends";
