//! This program's own processes. They die with their parent, so that nothing survives a program that was killed: a
//! signal from the kernel when the parent's thread ends, the end of stdin where that does not come, and one group for
//! everybody.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, getpgrp, getpid, getppid, kill_process_group, setpgid};

use super::sys;

/// The argument that tells a child who its parent is.
pub fn introduction() -> String {
    std::process::id().to_string()
}

/// How often is looked for the parent where the kernel does not tell of its end.
const LOOK: Duration = Duration::from_millis(200);

/// Has the kernel kill this process when the thread that made it ends; the parent must be the one that `introduced`
/// itself: if it is another, the real one died before we could ask. Where the kernel does no such thing, a thread looks
/// for the parent now and then: a worker that computes does not read the stdin that has ended.
pub fn die_with_parent(introduced: Option<&OsString>) {
    let asked = sys::die_with_parent();
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
pub fn lead_a_group() {
    if getpgrp() != getpid() {
        // The first process of a session cannot; it leads its group already.
        let _ = setpgid(None, None);
    }
}

/// Kills this process and everybody in its group.
pub fn die_with_children() -> ! {
    if getpgrp() == getpid() {
        let _ = kill_process_group(getpgrp(), Signal::KILL);
    }
    std::process::exit(1)
}

/// This program: by the kernel's link, which survives that the file is replaced, or by its path.
pub fn own_executable() -> PathBuf {
    let link = PathBuf::from("/proc/self/exe");
    if link.exists() { link } else { std::env::current_exe().unwrap_or(link) }
}

/// A file that becomes larger than it may (`ulimit -f`) is to be an error, which can be said: without this, the kernel
/// kills the process.
pub fn survive_size_limits() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // A process that cannot be told is killed, as before.
        let _ = signal_hook::flag::register(libc::SIGXFSZ, Arc::default());
    });
}

/// Whether it is for want of a file descriptor that the system refused something.
pub fn lacks_descriptors(e: &io::Error) -> bool {
    matches!(e.raw_os_error().map(Errno::from_raw_os_error), Some(Errno::MFILE | Errno::NFILE))
}
