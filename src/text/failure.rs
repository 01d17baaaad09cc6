//! Why a run could not be made, or broke off, and what to do about it: sentences of [`Failure`], without an end mark.

use std::borrow::Cow;

use crate::state::{Awaited, Failure, FileLack, PlanFault, RequestLack, ThreadPurpose, Waiting};

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
    const TOLD: usize = 3;
    let link = |waiting: &Waiting| match &waiting.awaits {
        Awaited::Lock(Some(lock)) => format!("{} wants `{lock}`", waiting.task),
        Awaited::Lock(None) => format!("{} wants a lock", waiting.task),
        Awaited::End(other) => format!("{} waits for {other}", waiting.task),
    };
    let links: Vec<String> = circle.iter().take(TOLD).map(link).collect();
    let rest = if circle.len() > TOLD { format!(" and {} more", circle.len() - TOLD) } else { String::new() };
    let only_locks = circle.iter().all(|waiting| matches!(waiting.awaits, Awaited::Lock(_)));
    let hint = if only_locks { "take locks in one order" } else { "let go of locks before waiting" };
    format!("deadlock: {}{rest}; {hint}", links.join(", "))
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
        let expected =
            "deadlock: 0 waits for 1, 1 waits for 2, 2 waits for 3 and 6 more; let go of locks before waiting";
        assert_eq!(said((0..9).map(waits).collect()), expected);
    }
}
