//! How much a program may have: open files, processes and threads, memory, room for files.

/// How many files each process may have open.
pub fn files(each: u64) -> String {
    format!("{each} for each process")
}

/// That these are too few for many workers.
pub fn few_files(each: u64) -> String {
    format!("{each} for each process: too few for many workers")
}

/// That the limit of open files cannot be raised.
pub const HARD_LIMIT: &str = "the hard limit is as low: only the superuser can raise it";

/// How the limit of open files is raised.
pub fn raise_files(to: u64) -> String {
    format!("ulimit -n {to}")
}

/// That there is no limit of open files.
pub const ALL_FILES: &str = "as many as one likes";
/// That nobody says how many files may be open.
pub const FILES_UNKNOWN: &str = "the system does not say how many";

/// Whose limit one of processes and threads is: the user's.
pub const OF_USER: &str = "this user (ulimit -u)";
/// That it is the control group's.
pub const OF_GROUP: &str = "this control group (pids.max)";
/// That it is the system's.
pub const OF_SYSTEM: &str = "the system (threads-max)";

/// How many processes and threads there may be.
pub fn tasks(most: u64, whose: &str) -> String {
    format!("{most} processes and threads for {whose}")
}

/// What to do about too few processes and threads.
pub fn raise_tasks(workers: u64) -> String {
    format!("raise that: up to {workers} workers can be asked for")
}

/// That nobody says how many processes and threads there may be.
pub const TASKS_UNKNOWN: &str = "the system does not say how many processes and threads there may be";

/// How many bytes of memory are free, of so many where that is known.
pub fn memory(free: u64, all: Option<u64>) -> String {
    let of = all.map_or_else(String::new, |all| format!(" of {}", bytes(all)));
    format!("{} free{of}", bytes(free))
}

/// What to do about little memory.
pub const CLOSE_PROGRAMS: &str = "close other programs, or take few workers";
/// That nobody says how much memory is free.
pub const MEMORY_UNKNOWN: &str = "the system does not say what is free";

/// Where temporary files go: the file system, and the bytes that are free there.
pub fn temporary(folder: &str, file_system: Option<&str>, free: Option<u64>) -> String {
    let free = free.map_or_else(|| "room unknown".to_owned(), |n| format!("{} free", bytes(n)));
    format!("{folder} ({}), {free}", file_system.unwrap_or("file system unknown"))
}

/// That no temporary file can be written to `folder`.
pub fn not_writable(folder: &str, why: &str) -> String {
    format!("{folder}: {why}")
}

/// What to do where no temporary file can be written.
pub const WRITABLE: &str = "set TMPDIR to a folder that you can write to";
/// What to do about little room.
pub const MORE_ROOM: &str = "set TMPDIR to a folder with more room";

/// That what is written to `temporary` never reaches a disk.
pub fn in_memory(temporary: &str) -> String {
    format!("{temporary}: files there are in memory, and no disk is measured")
}

/// What to do about temporary files in memory.
pub const ON_DISK: &str = "set TMPDIR to a folder on a disk";

/// A number of bytes, in decimal units.
fn bytes(n: u64) -> String {
    match n {
        0..1_000_000 => format!("{:.0} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.0} MB", n as f64 / 1e6),
        _ => format!("{:.1} GB", n as f64 / 1e9),
    }
}
