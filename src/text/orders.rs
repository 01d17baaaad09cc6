//! What is said of the order in which tasks finished.

use super::counted;

/// The most tasks that a sentence names.
pub const MOST_NAMED: usize = 12;

/// How many runs of the row `who` there are and how many different orders they have. `parts` is the first place, from 0,
/// on which they differ; `numbers` are those of the tasks of the newest run, one more than are named if there are more.
pub fn told(who: &str, (runs, different): (usize, usize), parts: Option<usize>, numbers: &[u32]) -> String {
    let runs = counted(runs as u64, "run", "runs");
    let shown: Vec<String> = numbers.iter().take(MOST_NAMED).map(u32::to_string).collect();
    let end = if numbers.len() > MOST_NAMED { " ..." } else { "." };
    let order = format!("{}{end}", shown.join(" "));
    match parts {
        None if numbers.is_empty() => format!("{who}: {runs}, no task was done."),
        None if runs.starts_with("1 ") => format!("{who}: {runs}: {order}"),
        None => format!("{who}: {runs}, always the same order: {order}"),
        Some(0) => format!("{who}: {runs}, {different} different orders."),
        Some(1) => format!("{who}: {runs}, {different} different orders; place 1 is always the same."),
        Some(n) => format!("{who}: {runs}, {different} different orders; places 1-{n} are always the same."),
    }
}

/// The name of a run, by its number in its row.
pub fn run(number: usize) -> String {
    format!("run {number}")
}

/// Where the order of a run parts from that of the newest one, from 0; nothing where it is the same. In a few words, and
/// in fewer.
pub fn beside(parts: Option<usize>) -> [String; 2] {
    match parts {
        None => ["as the newest".to_owned(), "the same".to_owned()],
        Some(place) => [format!("differs from {}", place + 1), format!("from {}", place + 1)],
    }
}

/// How many tasks finished behind those that have room.
pub fn more(count: usize) -> String {
    format!("+{count} more")
}

/// That nothing is known yet.
pub const fn none() -> &'static str {
    "No run has come to its end yet."
}

/// What the columns are: in many words and in few.
pub const fn places() -> [&'static str; 2] {
    [
        "Each line is a run, each column a place: who was done first stands at the left.",
        "Columns are places: first to last.",
    ]
}
