//! Why a run could not be made, or broke off, and what to do about it: sentences of [`Failure`], without an end mark.

use std::borrow::Cow;

use crate::state::{Awaited, Failure, FileLack, PlanFault, Pool, RequestLack, ThreadPurpose, Waiting};

/// How a row came to nothing, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Tasks waited for each other in a circle.
    Deadlock,
    /// Tasks waited for what nobody could do.
    Stuck,
    /// It cannot be done one task after the other.
    Cannot,
    /// Something else went wrong.
    Failed,
}

impl Stop {
    /// How a run broke off because of `why`; `serial` says whether its tasks ran one after the other.
    pub const fn of(why: &Failure, serial: bool) -> Stop {
        match why {
            _ if !why.is_stuck() => Stop::Failed,
            _ if serial => Stop::Cannot,
            Failure::Deadlock { .. } => Stop::Deadlock,
            _ => Stop::Stuck,
        }
    }

    /// The word for it, as it stands in a table.
    pub const fn word(self) -> &'static str {
        match self {
            Stop::Deadlock => "deadlock",
            Stop::Stuck => "stuck",
            Stop::Cannot => "cannot",
            Stop::Failed => "failed",
        }
    }
}

/// Why tasks that run one after the other cannot do their work, in a sentence without an end mark; other reasons as
/// [`failure`] has them.
pub fn cannot(why: &Failure) -> String {
    match why {
        Failure::Deadlock { circle: waiting } | Failure::Stuck { waiting, .. } => {
            format!("cannot: {}", waiting.first().map_or_else(String::new, link))
        }
        Failure::NoMessage { task, queue } => format!("cannot: {task} wants a message from `{queue}`"),
        _ => failure(why),
    }
}

/// Why a run on the screen failed, where `again` is the key that makes the run once more.
pub fn failure_here(why: &Failure, again: &str) -> String {
    match why {
        Failure::Killed => format!("the run's process was killed; press {again} to run again"),
        _ => failure(why),
    }
}

/// Why a run without a screen failed: the sentence says itself that it is about a run.
pub fn run_failed(why: &Failure) -> String {
    match why {
        Failure::Killed => "the run broke off: its process was killed before its tasks had ended".to_owned(),
        Failure::Garbled { said } => format!("the run broke off: {said}"),
        // These sentences say themselves what they are about.
        Failure::Runner { .. } | Failure::Refused { .. } | Failure::CutOff | Failure::Signal { .. } => failure(why),
        Failure::Thread { purpose: ThreadPurpose::Watcher, .. } => failure(why),
        _ => format!("the run failed: {}", failure(why)),
    }
}

/// Why, in a sentence that fits a row of the screen.
pub fn failure(why: &Failure) -> String {
    match why {
        Failure::Deadlock { circle } => deadlock(circle),
        Failure::Stuck { waiting, pool: Some(pool) } => exhausted(waiting, pool),
        Failure::Stuck { waiting, pool: None } => stuck(waiting),
        Failure::NoMessage { task, queue } => {
            format!("{task} wants a message from `{queue}`, which is empty, and nobody will put one in; use `each`")
        }
        Failure::Spins { task, lock } => {
            format!("stuck: {task} tries `{lock}` again and again and never gives way; add \"await\" to `otherwise`")
        }
        Failure::Pipe { queue, system } => format!("the queue `{queue}` between processes broke: {}", system.said),
        Failure::Torn { queue, number } => {
            format!("worker {} died in the middle of a message: `{queue}` cannot be read any more", number + 1)
        }
        Failure::Payload { bytes, free } => {
            let (bytes, free) = (super::report::bytes(*bytes), super::report::bytes(*free));
            format!("a message of {bytes} needs three times as much memory, and {free} are left; use a smaller payload")
        }
        Failure::TooManyProcesses { needed, most } => {
            format!(
                "tasks wait for each other, so each needs a process: {needed} are more than {most}; use fewer tasks"
            )
        }
        Failure::Thread { purpose, number, system } => no_thread(*purpose, *number, &system.said),
        Failure::Process { number, descriptors, system } => {
            let hint = if *descriptors { "try fewer workers, or raise `ulimit -n`" } else { "try fewer workers" };
            format!("the system allows no more processes than {number}: {}; {hint}", system.said)
        }
        Failure::Unheard { system } => format!("the worker processes cannot be heard: {}", system.said),
        Failure::SharedMemory { system } => {
            format!("no memory can be shared with workers: {}; raise `ulimit -n` and `ulimit -f`", system.said)
        }
        Failure::EventLoop { system } => {
            format!("the event loop cannot be made: {}; raise `ulimit -n`, or close programs", system.said)
        }
        Failure::Server { descriptors, system } => {
            let hint = if *descriptors {
                "raise `ulimit -n`"
            } else {
                "close programs that hold many ports, or end this run's twin"
            };
            format!("no port can be listened on at 127.0.0.1: {}; {hint}", system.said)
        }
        Failure::Request { lack, system } => request(*lack, &system.said).into_owned(),
        Failure::File { lack, folder, writing, system } => file(*lack, folder, *writing, &system.said),
        Failure::Helper { said } => format!("a helper thread for files broke down: {said}"),
        Failure::Cores { wanted, system } => {
            format!("--cores {wanted} cannot be done: {system} keeps no program on some of its cores")
        }
        Failure::Plan { fault } => plan(fault),
        Failure::Runner { program, system } => format!(
            "the run cannot be started: executing {program} failed: {}; try again, or with fewer processes on the machine",
            system.said
        ),
        Failure::Refused { pid, system } => {
            format!("the run cannot be started: its process {pid} did not take the plan: {}; try again", system.said)
        }
        Failure::Killed => "the run's process was killed before its tasks had ended".to_owned(),
        Failure::Garbled { said } => said.clone(),
        Failure::CutOff => "the recording ends before the run does".to_owned(),
        Failure::Signal { signal } => format!("ended by signal {signal}"),
        Failure::Unknown { name } => {
            format!("another version of concviz gives a reason that this one does not know: `{name}`")
        }
        Failure::Told { sentence } => sentence.clone(),
    }
}

fn deadlock(circle: &[Waiting]) -> String {
    let told = if circle.len() > 3 { 2 } else { 3 };
    let links: Vec<String> = circle.iter().take(told).map(link).collect();
    let rest = if circle.len() > told { format!(" and {} more", circle.len() - told) } else { String::new() };
    let only_locks = circle.iter().all(|waiting| matches!(waiting.awaits, Awaited::Lock(_)));
    let hint = if only_locks { "take locks in one order" } else { "let go of locks before waiting" };
    format!("deadlock: {}{rest}; {hint}", links.join(", "))
}

/// A task, and what it waits for.
fn link(Waiting { task, awaits }: &Waiting) -> String {
    match awaits {
        Awaited::Lock(Some(lock)) => format!("{task} wants `{lock}`"),
        Awaited::Lock(None) => format!("{task} wants a lock"),
        Awaited::End(other) => format!("{task} waits for {other}"),
        Awaited::Permit(_) | Awaited::Room(_) | Awaited::Message(_) => format!("{task} waits for {}", thing(awaits)),
    }
}

fn thing(awaits: &Awaited) -> String {
    match awaits {
        Awaited::Lock(Some(lock)) | Awaited::Permit(lock) => format!("`{lock}`"),
        Awaited::Lock(None) => "a lock".to_owned(),
        Awaited::End(other) => other.clone(),
        Awaited::Room(queue) => format!("room in `{queue}`"),
        Awaited::Message(queue) => format!("a message in `{queue}`"),
    }
}

/// That all workers are taken by tasks that wait for one that has none.
fn exhausted(waiting: &[Waiting], Pool { workers, needed, helper }: &Pool) -> String {
    let what = waiting.first().map_or_else(String::new, |first| thing(&first.awaits));
    let wait = if *workers == 1 { "1 worker waits".to_owned() } else { format!("{workers} workers wait") };
    format!("pool exhausted: {wait} for {what}, and {helper} has none; --workers {needed}")
}

/// That nobody is left who could end these waits.
fn stuck(waiting: &[Waiting]) -> String {
    const TOLD: usize = 2;
    let links: Vec<String> = waiting.iter().take(TOLD).map(link).collect();
    let rest = if waiting.len() > TOLD { format!(" and {} more", waiting.len() - TOLD) } else { String::new() };
    let first = waiting.first().map(|first| &first.awaits);
    let alike = waiting.iter().all(|other| Some(&other.awaits) == first);
    let why = match first {
        Some(Awaited::Room(_)) if alike => "nobody is left to take one out",
        Some(Awaited::Message(_)) if alike => "nobody is left to put one in",
        Some(Awaited::Permit(_)) if alike => "nobody is left to give it back",
        _ => "each waits for another that waits too",
    };
    format!("stuck: {}{rest}; {why}", links.join(", "))
}

fn no_thread(purpose: ThreadPurpose, number: Option<u16>, said: &str) -> String {
    match (purpose, number) {
        (ThreadPurpose::Worker, Some(number)) => {
            format!("the system allows no more threads than {number}: {said}; try fewer workers")
        }
        (ThreadPurpose::Worker | ThreadPurpose::Runner, _) => format!("the system allows no more threads: {said}"),
        (ThreadPurpose::Server, _) => {
            format!("the system allows no thread for the server that requests ask: {said}; close programs")
        }
        (ThreadPurpose::Watcher, _) => format!("the run cannot be watched: {said}; close other programs"),
    }
}

fn request(lack: RequestLack, said: &str) -> Cow<'static, str> {
    match lack {
        RequestLack::Descriptors => {
            "no file descriptor is left for a request: raise `ulimit -n` or use fewer tasks".into()
        }
        RequestLack::Ports => "a request found no free port on 127.0.0.1: wait a minute, or use fewer tasks".into(),
        RequestLack::Route => "127.0.0.1 cannot be reached: bring it up with `ip link set lo up`".into(),
        RequestLack::Server => "127.0.0.1 takes no more requests: raise `ulimit -n`, or use fewer tasks".into(),
        RequestLack::Other => {
            format!("a request to the run's own server on 127.0.0.1 failed: {said}; run again").into()
        }
    }
}

fn file(lack: FileLack, folder: &str, writing: bool, said: &str) -> String {
    match lack {
        FileLack::Room => format!("the disk behind {folder} is full: make room, or set TMPDIR to another disk"),
        FileLack::Folder => format!("no file can be made in {folder}: set TMPDIR to a folder that can be written"),
        FileLack::Descriptors => {
            "no file descriptor is left for a file: raise `ulimit -n` or use fewer tasks".to_owned()
        }
        FileLack::Size => format!("a file in {folder} may not be so large: raise `ulimit -f`, or use less"),
        FileLack::Other => {
            let what = if writing { "written" } else { "read" };
            format!("a file in {folder} cannot be {what}: {said}; set TMPDIR to another folder")
        }
    }
}

fn plan(fault: &PlanFault) -> String {
    match fault {
        PlanFault::Unreadable(said) => format!("the plan cannot be read: {said}"),
        PlanFault::Missing => "there is no plan: this is started by the program itself".to_owned(),
        PlanFault::Empty => "the plan has no tasks or no workers".to_owned(),
        PlanFault::Workers => "the plan has too many workers".to_owned(),
        PlanFault::Lock => "the plan names a lock that it does not have".to_owned(),
        PlanFault::Queue => "the plan names a queue that it does not have".to_owned(),
        PlanFault::Counter => "the plan names a counter that it does not have".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadlock_names_those_in_it_and_says_what_to_do() {
        let wants = |task: &str, lock: &str| Waiting {
            task: task.to_owned(),
            awaits: Awaited::Lock(Some(lock.to_owned()).filter(|lock| !lock.is_empty())),
        };
        let said = |circle| failure(&Failure::Deadlock { circle });
        let expected = "deadlock: left wants `b`, right wants a lock; take locks in one order";
        assert_eq!(said(vec![wants("left", "b"), wants("right", "")]), expected);
        let waits = |n: u32| Waiting { task: n.to_string(), awaits: Awaited::End(((n + 1) % 9).to_string()) };
        let expected = "deadlock: 0 waits for 1, 1 waits for 2 and 7 more; let go of locks before waiting";
        assert_eq!(said((0..9).map(waits).collect()), expected);
    }

    #[test]
    fn what_cannot_be_done_one_after_the_other_is_told_apart_from_what_went_wrong() {
        let waiting = vec![Waiting { task: "user".to_owned(), awaits: Awaited::Message("jobs".to_owned()) }];
        let stuck = Failure::Stuck { waiting, pool: None };
        assert_eq!(cannot(&stuck), "cannot: user waits for a message in `jobs`");
        let none = Failure::NoMessage { task: "user".to_owned(), queue: "jobs".to_owned() };
        assert_eq!(cannot(&none), "cannot: user wants a message from `jobs`");
        assert_eq!(cannot(&Failure::Killed), failure(&Failure::Killed));
        let word = |why: &Failure, serial| Stop::of(why, serial).word();
        let deadlock = Failure::Deadlock { circle: Vec::new() };
        assert_eq!([word(&stuck, true), word(&stuck, false), word(&deadlock, false)], ["cannot", "stuck", "deadlock"]);
        assert_eq!([word(&Failure::Killed, true), word(&Failure::Killed, false)], ["failed"; 2]);
    }

    #[test]
    fn a_stuck_run_says_who_waits_for_what_and_why_nobody_helps() {
        let waits = |task: &str, awaits: &Awaited| Waiting { task: task.to_owned(), awaits: awaits.clone() };
        let said = |waiting: &[Waiting], pool| failure(&Failure::Stuck { waiting: waiting.to_vec(), pool });
        let (room, message) = (Awaited::Room("jobs".to_owned()), Awaited::Message("jobs".to_owned()));
        let makers = [waits("maker 1", &room), waits("maker 2", &room), waits("maker 3", &room)];
        let expected = "stuck: maker 1 waits for room in `jobs`, maker 2 waits for room in `jobs` and 1 more; \
                        nobody is left to take one out";
        assert_eq!(said(&makers, None), expected);
        assert_eq!(
            said(&[waits("user", &message)], None),
            "stuck: user waits for a message in `jobs`; nobody is left to put one in"
        );
        let mixed = [waits("a", &message), waits("b", &Awaited::End("a".to_owned()))];
        let expected = "stuck: a waits for a message in `jobs`, b waits for a; each waits for another that waits too";
        assert_eq!(said(&mixed, None), expected);
        let pool = Pool { workers: 2, needed: 3, helper: "user".to_owned() };
        let expected = "pool exhausted: 2 workers wait for room in `jobs`, and user has none; --workers 3";
        assert_eq!(said(&makers[..2], Some(pool)), expected);
    }
}
