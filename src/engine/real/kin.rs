//! Dying with one's parent, so that nothing survives a program that was killed: a signal from the kernel when the
//! parent's thread ends, the end of stdin where that does not come, and one group for everybody.

use std::ffi::OsString;
use std::io::Read;
use std::thread;
use std::time::Duration;

use super::message::{self, Command};
use rustix::process::{Pid, Signal, getpgrp, getpid, getppid, kill_process_group, setpgid};

/// The argument that tells a child who its parent is.
pub(super) fn introduction() -> String {
    std::process::id().to_string()
}

/// How often is looked for the parent where the kernel does not tell of its end.
const LOOK: Duration = Duration::from_millis(200);

/// Has the kernel kill this process when the thread that made it ends; the parent must be the one that `introduced`
/// itself: if it is another, the real one died before we could ask. Where the kernel does no such thing, a thread looks
/// for the parent now and then: whoever computes does not read the stdin that has ended.
pub(super) fn die_with_parent(introduced: Option<&OsString>) {
    let asked = super::sys::die_with_parent();
    let Some(expected) = introduced.and_then(|p| p.to_str()).and_then(|p| p.parse().ok()).and_then(Pid::from_raw)
    else {
        return;
    };
    if getppid() != Some(expected) {
        std::process::exit(1);
    }
    if !asked {
        let look = move || {
            while getppid() == Some(expected) {
                thread::sleep(LOOK);
            }
            die_with_children()
        };
        // Without it, the end of stdin is noticed all the same, only later.
        let _ = thread::Builder::new().name("parent".to_owned()).spawn(look);
    }
}

/// Makes this process the first of a group of its own, if it is not already.
pub(super) fn lead_a_group() {
    if getpgrp() != getpid() {
        // The first process of a session cannot; it leads its group already.
        let _ = setpgid(None, None);
    }
}

/// Kills this process and everybody in its group.
pub(super) fn die_with_children() -> ! {
    if getpgrp() == getpid() {
        let _ = kill_process_group(getpgrp(), Signal::KILL);
    }
    std::process::exit(1)
}

/// Hears what comes on `stdin` and hands it to `obey`; dies when it ends: whoever held its other end is gone. So is
/// whoever sends what is no command.
pub(super) fn watch(mut stdin: impl Read, mut obey: impl FnMut(Command)) -> ! {
    while let Ok(Some(command)) = message::receive(&mut stdin) {
        obey(command.value);
    }
    die_with_children()
}
