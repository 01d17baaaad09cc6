//! What pictures say beside figures and labels.

use super::{counted, percent};
use crate::units::Ns;

/// The command that makes a picture again, as it stands at its foot.
pub fn command(command: &str) -> String {
    format!("$ {command}")
}

/// How long each of several runs took; a run without an end has none.
pub fn times(runs: &[(&str, Option<Ns>)]) -> String {
    let took = |place: usize, name: &str, time: Ns| {
        if place == 0 { format!("{name} takes {time}") } else { format!("{name} {time}") }
    };
    let ended = runs.iter().filter_map(|(name, time)| Some((name, (*time)?)));
    let ended: Vec<String> = ended.enumerate().map(|(place, (name, time))| took(place, name, time)).collect();
    let open = runs.iter().filter(|(_, time)| time.is_none()).map(|(name, _)| format!("{name} has no end"));
    let said = Some(ended.join(", ")).filter(|said| !said.is_empty());
    said.into_iter().chain(open).map(|said| said + ".").collect::<Vec<_>>().join(" ")
}

/// Which of several runs are `over` at the instant `at` of each, and which are `under_way`.
pub fn so_far(at: Ns, over: &[String], under_way: &[String]) -> String {
    let part = |what: &str, names: &[String]| (!names.is_empty()).then(|| format!(" {what}: {}.", names.join(", ")));
    let parts = [part("Done", over), part("Under way", under_way)];
    format!("At {at} of each run.{}", parts.into_iter().flatten().collect::<String>())
}

/// How many cores were busy, as a cell of a table.
pub fn cores(busy: f64) -> String {
    format!("{busy:.2}")
}

/// The name of a lane that several tasks share.
pub fn group(first: &str, last: &str) -> String {
    // Where names are numbered, the number of the last one says enough.
    let number =
        last.rsplit_once(' ').filter(|(name, _)| first.rsplit_once(' ').is_some_and(|(other, _)| other == *name));
    format!("{first} … {}", number.map_or(last, |(_, number)| number))
}

/// How many tasks a lane, or a worker, has.
pub fn tasks(count: usize) -> String {
    counted(count as u64, "task", "tasks")
}

/// How often a lock changed hands.
pub fn hand_overs(count: u64) -> String {
    counted(count, "hand-over", "hand-overs")
}

/// How many cores the run was not seen on, and that there is no record of anybody else.
pub fn unused(count: usize) -> String {
    let others = "What other programs had of the cores is not recorded";
    if count == 0 {
        return format!("{others}.");
    }
    format!("{others}; nothing of this run was seen on {}.", counted(count as u64, "more core", "more cores"))
}

/// A mean, and the most there was of it.
pub fn mean_and_peak(mean: f64, peak: f64) -> String {
    format!("mean {mean:.2}, peak {peak:.2}")
}

/// What a global lock is called; where each process has one, with the number of its worker.
pub fn global_lock(of: Option<usize>) -> String {
    of.map_or_else(|| "GIL".to_owned(), |worker| format!("GIL of {}", worker + 1))
}

/// The name of the last task that has a colour of its own: behind it the colours come again.
pub fn again(name: &str) -> String {
    format!("{name}, then again")
}

/// How many workers have no lane.
pub fn more_workers(count: usize) -> String {
    format!("{} not shown.", counted(count as u64, "more worker is", "more workers are"))
}

/// How many locks have no lane.
pub fn more_locks(count: usize) -> String {
    format!("{} not shown.", counted(count as u64, "more lock is", "more locks are"))
}

/// That there is nothing to be seen of locks.
pub const fn no_lock() -> &'static str {
    "Nobody took a lock."
}

/// The figures of a lock: the share of the time for which somebody had it, how often it changed hands, and how it was
/// let go of.
pub fn lock(name: &str, held: f64, hand_overs: u64, asked: u64, by_itself: u64) -> String {
    let turns = self::hand_overs(hand_overs);
    format!("{name}: held {}, {turns}; let go of {asked} times when asked, {by_itself} by itself", percent(held))
}

/// What the lane of a queue is called.
pub fn queue(name: &str) -> String {
    format!("queue {name}")
}

/// What the lane of a counter is called.
pub fn counter(name: &str) -> String {
    format!("counter {name}")
}

/// What the lane of a lock is called that several tasks may hold at a time.
pub fn permits(name: &str) -> String {
    format!("lock {name}")
}

/// What the crosses below a counter count.
pub const fn lost_updates() -> &'static str {
    "lost updates"
}

/// What the rings below a lock count.
pub const fn refused_tries() -> &'static str {
    "refused tries"
}

/// What stands before the two lines that tell how the first addition was lost, of which counter and when.
pub fn first_loss(counter: &str, first: &str, at: &str) -> String {
    format!("{counter}: {first} {at}:")
}

/// What a task loaded and stored.
pub fn steps(task: &str, load: &str, store: &str) -> String {
    format!("{task}: {load}, {store}")
}

/// What a task loaded and stored, and what that destroyed.
pub fn destroys(steps: &str, overwrites: &str) -> String {
    format!("{steps}, {overwrites}")
}

/// Why there is no picture in dots: it would have too many dots, or none.
pub fn too_many_dots(width: f64, height: f64) -> String {
    format!("a picture of {width:.0} by {height:.0} dots cannot be made: choose a smaller width or scale")
}

/// Why there is no picture in dots: the program's own font cannot be read.
pub fn no_font() -> String {
    "the font of this program cannot be read".to_owned()
}

/// Why there is no picture in dots: what the encoder says.
pub fn no_png(why: &str) -> String {
    format!("the picture cannot be written as PNG: {why}")
}
