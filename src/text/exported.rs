//! Names within files of data that are more than one word: other programs show them, and read them.

/// Time on a core beside the tasks.
pub const BESIDE_WORK: &str = "beside work";
/// Tasks on the way to a worker, or back.
pub const IN_FLIGHT: &str = "in flight";
/// What executes coroutines.
pub const EVENT_LOOP: &str = "event loop";
/// What the lines with the figures of all tasks together are called.
pub const ALL_TASKS: &str = "all tasks";
/// That a task asks for a lock that another one has.
pub const ASKS: &str = "asks for it";
/// That a task waited for a whole interval, and waits on without asking.
pub const WAITS_ON: &str = "waits on";
/// That the beginning of a long run is not kept.
pub const DROPPED: &str = "earlier events were dropped";
/// That a task stored its sum over what another had stored in between.
pub const LOST_UPDATE: &str = "lost update";
/// That a task tried to take a lock that it was not given.
pub const TRY_REFUSED: &str = "try refused";

/// What a worker's own copy of the counter `name` is called.
pub fn of_worker(name: &str, worker: u64) -> String {
    format!("{name} of worker {worker}")
}
