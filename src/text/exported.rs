//! Names within files of data that are more than one word: other programs show them, and read them.

/// Time on a core beside the tasks.
pub const BESIDE_WORK: &str = "beside work";
/// Tasks on the way to a worker, or back.
pub const IN_FLIGHT: &str = "in flight";
/// What executes coroutines.
pub const EVENT_LOOP: &str = "event loop";
/// What figures are of that are of no single task.
pub const ALL_TASKS: &str = "all tasks";
/// That a task asks for a lock that another one has.
pub const ASKS: &str = "asks for it";
/// That it asked, in vain, for as long as it must.
pub const WAITS_ON: &str = "waits on";
/// That a long run is not there from its beginning.
pub const DROPPED: &str = "earlier events were dropped";
