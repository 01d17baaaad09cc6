//! What macOS does in its own way, or not at all. This code is known to compile, but nobody has run it yet.

use std::ffi::CStr;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

use super::now;
use crate::trace::{Stamped, Switches};
use crate::units::{CoreId, Ns, Stamp};

/// Waits for a moment if `word` is `value`: this system has no call for which it could be woken that every version has.
pub fn wait_while(word: &AtomicU32, value: u32) {
    if word.load(Ordering::Acquire) == value {
        std::thread::sleep(std::time::Duration::from_micros(200));
    }
}

/// Does nothing: nobody sleeps for longer than a moment.
pub fn wake(_word: &AtomicU32, _most: u32) {}

/// CPU time of another thread: unknown, since the system tells it only to a process that holds the thread's port.
pub fn thread_cpu_of(_tid: u32) -> Option<Ns> {
    None
}

/// CPU time of another process: unknown; the last value that the process published has to do.
pub fn process_cpu_of(_pid: u32) -> Option<Ns> {
    None
}

/// The core that the calling thread is on: unknown.
#[inline]
pub fn core() -> CoreId {
    Stamped::NO_CORE
}

/// Context switches of the calling thread: unknown, since the system counts them for whole processes only.
pub fn thread_switches() -> Switches {
    Switches::default()
}

/// Does nothing: this system has no shorter turns.
pub fn take_short_turns() {}

/// Does nothing: all turns are the usual ones.
pub fn take_usual_turns() {}

/// Does nothing: the system decides how much freed memory is kept.
pub fn keep_freed_memory() {}

/// The kernel's number of the calling thread, cut to 32 bits.
pub fn thread_id() -> u32 {
    let mut id = 0;
    // SAFETY: no thread means this one, and `id` is valid for writes.
    unsafe { libc::pthread_threadid_np(0, &raw mut id) };
    id as u32
}

/// Gives the calling thread a name.
pub fn name_thread(name: &CStr) {
    // SAFETY: the name ends with a zero and is copied.
    unsafe { libc::pthread_setname_np(name.as_ptr()) };
}

/// Whether threads can be kept on some of the cores.
pub const HAS_AFFINITY: bool = false;

/// The cores that the calling thread may run on: the system does not say.
pub fn affinity() -> Option<Vec<u16>> {
    None
}

/// Restricts the calling thread to `cores`: not possible on this system.
pub fn set_affinity(_cores: &[u16]) -> bool {
    false
}

/// Asks to be killed when the parent ends: the kernel does not do this, and the end of stdin has to do.
pub fn die_with_parent() -> bool {
    false
}

/// Waits until `deadline`, or not at all if it has passed.
pub fn sleep_until(deadline: Stamp) {
    loop {
        let left = deadline.since(now());
        if left == Ns::ZERO {
            return;
        }
        std::thread::sleep(left.to_std());
    }
}

/// A file `bytes` long without a name, which disappears when no process has it open or mapped any more. (Shared memory
/// objects would be rounded up to whole pages.)
pub fn shared_memory(name: &str, bytes: u64) -> io::Result<OwnedFd> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("{name}-{}-{number}", std::process::id()));
    let file = std::fs::File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    file.set_len(bytes)?;
    Ok(file.into())
}

/// Whether `file` can never become shorter. The system would allow it, but the file has no name: only this program's
/// own processes have it, and they never shorten it.
#[expect(clippy::unnecessary_wraps, reason = "the signature is the same on every system")]
pub(super) fn keeps_its_length(_file: BorrowedFd<'_>) -> io::Result<bool> {
    Ok(true)
}

/// Makes a condition variable.
///
/// # Safety
/// `condition` must be valid for writes, in its final place, and known to nobody else.
pub(super) unsafe fn init_condition(condition: *mut libc::pthread_cond_t) {
    // SAFETY: the caller's word; no attributes are the default ones.
    unsafe { libc::pthread_cond_init(condition, ptr::null()) };
}

/// Lets go of `mutex` until `condition` is signalled, for `limit` at most; returns whether the limit ended the wait.
///
/// # Safety
/// The condition variable must come from [`init_condition`] and belong to `mutex`, which the calling thread must hold.
pub(super) unsafe fn wait_for(
    condition: *mut libc::pthread_cond_t,
    mutex: *mut libc::pthread_mutex_t,
    limit: Ns,
) -> bool {
    let limit = libc::timespec {
        tv_sec: (limit.0 / 1_000_000_000).cast_signed(),
        tv_nsec: (limit.0 % 1_000_000_000).cast_signed(),
    };
    // SAFETY: the caller's word; `limit` is valid for reads.
    unsafe { libc::pthread_cond_timedwait_relative_np(condition, mutex, &raw const limit) == libc::ETIMEDOUT }
}

/// A timer that goes off at an instant: there is none that can be waited for as a file can.
#[derive(Debug)]
pub struct Alarm(std::convert::Infallible);

impl Alarm {
    /// Nothing, on this system.
    ///
    /// # Errors
    /// Never.
    pub fn new() -> io::Result<Option<Alarm>> {
        Ok(None)
    }

    /// Is never called.
    pub fn set(&self, _at: Stamp) {
        match self.0 {}
    }

    /// Is never called.
    pub fn silence(&self) {
        match self.0 {}
    }
}

impl std::os::fd::AsRawFd for Alarm {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        match self.0 {}
    }
}
