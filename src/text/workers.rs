//! What is said of workers.

use super::{Label, counted, percent};

/// The process of a worker.
pub fn pid(pid: u32) -> String {
    format!("pid {pid}")
}

/// The thread of a worker.
pub fn tid(tid: u32) -> String {
    format!("tid {tid}")
}

/// How many tasks a worker had, and the share of its time in which it computed.
pub fn did(tasks: usize, computed: f64) -> String {
    format!("{} {}", counted(tasks as u64, "task", "tasks"), percent(computed))
}

/// How many more tasks there are than are named.
pub fn and_more(count: usize) -> String {
    format!("+{count}")
}

/// How many workers have no lane, `above` of them above those that do.
pub fn more(hidden: usize, above: usize) -> String {
    let more = counted(hidden as u64, "more worker", "more workers");
    if above == 0 { more } else { format!("{more}, {above} of them above") }
}

/// Who a worker is, and the numbers of the tasks that it had.
pub fn summary(name: &str, pid: u32, tid: u32, tasks: &[u32]) -> String {
    let place = if pid == 0 { String::new() } else { format!(" (process {pid}, thread {tid})") };
    let numbers: Vec<String> = tasks.iter().take(MOST_NAMED).map(u32::to_string).collect();
    let more = tasks.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" {}", and_more(more)) } else { String::new() };
    match tasks {
        [] => format!("{name}{place}: {}", Label::NoTask.text()),
        [one] => format!("{name}{place}: task {one}"),
        several => format!("{name}{place}: {} tasks: {}{more}", several.len(), numbers.join(" ")),
    }
}

/// The most tasks that a summary names.
const MOST_NAMED: usize = 12;
