//! This program's own processes. They die with their parent, so that none survives a program that was killed. Three
//! means ensure this: a signal from the kernel when the parent's thread ends, the end of stdin where no signal comes,
//! and one process group for all.

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

/// The time between two looks for the parent, where the kernel does not report its end.
const LOOK: Duration = Duration::from_millis(200);

/// Has the kernel kill this process when the thread that made it ends. If the parent is not the process that
/// `introduced` itself, the real parent died before the kernel was asked, and this process exits. Where the kernel
/// sends no such signal, a thread checks for the parent now and then: a worker that computes does not notice that its
/// stdin has ended.
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
        // Without this thread, the end of stdin is still noticed, only later.
        let _ = thread::Builder::new().name("parent".to_owned()).spawn(look);
    }
}

/// Makes this process the first of a group of its own, if it is not already.
pub fn lead_a_group() {
    if getpgrp() != getpid() {
        // The first process of a session cannot do this, but it leads its group already.
        let _ = setpgid(None, None);
    }
}

/// Kills this process and, if it leads its group, all processes of the group.
pub fn die_with_children() -> ! {
    if getpgrp() == getpid() {
        let _ = kill_process_group(getpgrp(), Signal::KILL);
    }
    std::process::exit(1)
}

/// This program's file: by the kernel's link, which stays valid when the file is replaced, or else by its path.
pub fn own_executable() -> PathBuf {
    let link = PathBuf::from("/proc/self/exe");
    if link.exists() { link } else { std::env::current_exe().unwrap_or(link) }
}

/// Makes a write beyond the size limit of files (`ulimit -f`) an error that can be reported: without this, the kernel
/// kills the process.
pub fn survive_size_limits() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // If this fails, the kernel kills the process, as before.
        let _ = signal_hook::flag::register(libc::SIGXFSZ, Arc::default());
    });
}

/// Whether the system refused something because no file descriptor is left.
pub fn lacks_descriptors(e: &io::Error) -> bool {
    matches!(e.raw_os_error().map(Errno::from_raw_os_error), Some(Errno::MFILE | Errno::NFILE))
}
