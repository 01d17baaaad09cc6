//! What Linux does in its own way.

use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;

use rustix::fs::{MemfdFlags, SealFlags};
use rustix::process::Signal;
use rustix::thread::{ClockId, CpuSet, clock_nanosleep_absolute, futex, sched_getaffinity, sched_setaffinity};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};

use super::{clock, now};
use crate::trace::Switches;
use crate::units::{CoreId, Ns, Stamp};

/// Waits while `word`, which processes may share, is `value`, until another thread wakes this one.
pub fn wait_while(word: &AtomicU32, value: u32) {
    // It fails where the word has changed already, or a signal came: then the caller looks again.
    let _ = futex::wait(word, futex::Flags::empty(), value, None);
}

/// Wakes up to `most` of the threads that wait for `word`.
pub fn wake(word: &AtomicU32, most: u32) {
    // The kernel takes the number as a signed one, and wakes a single thread where that is negative.
    let _ = futex::wake(word, futex::Flags::empty(), most.min(i32::MAX as u32));
}

/// CPU time of the thread `tid` of this process; `None` once the thread is gone.
pub fn thread_cpu_of(tid: u32) -> Option<Ns> {
    // The kernel's numbering of CPU clocks: the id inverted, bit 2 for a thread, the low bits for "as scheduled".
    clock((!tid.cast_signed() << 3) | 4 | 2)
}

/// CPU time of the process `pid`; `None` once the process is gone.
pub fn process_cpu_of(pid: u32) -> Option<Ns> {
    clock((!pid.cast_signed() << 3) | 2)
}

/// The core that the calling thread is on.
#[inline]
pub fn core() -> CoreId {
    // SAFETY: takes nothing and touches no memory of ours.
    let core = unsafe { libc::sched_getcpu() };
    CoreId(u16::try_from(core).unwrap_or(u16::MAX))
}

/// Context switches of the calling thread so far.
pub fn thread_switches() -> Switches {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` is valid for writes of a rusage, and all zeroes are a rusage should the call fail.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_THREAD, usage.as_mut_ptr());
        usage.assume_init()
    };
    Switches { voluntary: usage.ru_nvcsw as u64, involuntary: usage.ru_nivcsw as u64 }
}

/// Asks the kernel for short turns (0.1 ms) for the calling thread, and those it starts: they do not get more time than
/// others, but get it soon after they wake, even where all cores are busy. It needs Linux 6.12 but no privilege; on an
/// older kernel nothing changes.
pub fn take_short_turns() {
    take_turns_of(Ns::from_micros(100));
}

/// Asks the kernel for the usual turns: for a process whose parent takes short ones.
pub fn take_usual_turns() {
    take_turns_of(Ns::ZERO);
}

/// Asks for turns of the length `turn`; zero means the kernel's own length.
fn take_turns_of(turn: Ns) {
    let mut attributes = MaybeUninit::<libc::sched_attr>::zeroed();
    let size = size_of::<libc::sched_attr>() as libc::c_uint;
    // SAFETY: `attributes` is valid for reads and writes of `size` bytes, and all zeroes are valid; 0 is this thread.
    unsafe {
        if libc::syscall(libc::SYS_sched_getattr, 0, attributes.as_mut_ptr(), size, 0) == 0 {
            let attributes = attributes.assume_init_mut();
            if attributes.sched_policy == libc::SCHED_OTHER as u32 {
                attributes.sched_runtime = turn.0;
                libc::syscall(libc::SYS_sched_setattr, 0, &raw mut *attributes, 0);
            }
        }
    }
}

/// Keeps up to 16 MB of freed memory for later use: a program that needs as much again for each frame would otherwise
/// give it back and get it anew, page by page, each time.
pub fn keep_freed_memory() {
    #[cfg(target_env = "gnu")]
    // SAFETY: takes two numbers and only changes how much the allocator keeps.
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, 16 << 20);
        libc::mallopt(libc::M_MMAP_THRESHOLD, 16 << 20);
    }
}

/// The kernel's number of the calling thread.
pub fn thread_id() -> u32 {
    rustix::thread::gettid().as_raw_pid().cast_unsigned()
}

/// Gives the calling thread a name, of which the kernel keeps 15 bytes.
pub fn name_thread(name: &CStr) {
    let _ = rustix::thread::set_name(name);
}

/// Whether threads can be kept on some of the cores.
pub const HAS_AFFINITY: bool = true;

/// The cores that the calling thread may run on, ascending; `None` if the kernel does not say.
pub fn affinity() -> Option<Vec<u16>> {
    let set = sched_getaffinity(None).ok()?;
    Some((0..CpuSet::MAX_CPU).filter(|&core| set.is_set(core)).map(|core| core as u16).collect())
}

/// Restricts the calling thread, and all that it starts from now, to `cores`; returns whether that was possible.
pub fn set_affinity(cores: &[u16]) -> bool {
    let mut set = CpuSet::new();
    cores.iter().for_each(|&core| set.set(core as usize));
    sched_setaffinity(None, &set).is_ok()
}

/// Asks to be killed when the thread that made this process ends; returns whether the kernel will do so.
pub fn die_with_parent() -> bool {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).is_ok()
}

/// Waits until `deadline`, or not at all if it has passed.
pub fn sleep_until(deadline: Stamp) {
    let until = timespec(deadline);
    while clock_nanosleep_absolute(ClockId::Monotonic, &until) == Err(rustix::io::Errno::INTR) {}
}

fn timespec(at: Stamp) -> Timespec {
    let (tv_sec, tv_nsec) = (at.0 / 1_000_000_000, at.0 % 1_000_000_000);
    Timespec { tv_sec: tv_sec.cast_signed(), tv_nsec: tv_nsec.cast_signed() }
}

/// A file without a name in memory, whose length stays `bytes` for ever. It disappears when no process has it open or
/// mapped any more.
pub fn shared_memory(name: &str, bytes: u64) -> io::Result<OwnedFd> {
    let file = rustix::fs::memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    rustix::fs::ftruncate(&file, bytes)?;
    // A process that has the file mapped relies on its length.
    rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
    Ok(file)
}

/// Whether `file` can never become shorter.
pub(super) fn keeps_its_length(file: BorrowedFd<'_>) -> io::Result<bool> {
    Ok(rustix::fs::fcntl_get_seals(file)?.contains(SealFlags::SHRINK))
}

/// Makes a condition variable whose clock is `CLOCK_MONOTONIC`.
///
/// # Safety
/// `condition` must be valid for writes, in its final place, and known to nobody else.
pub(super) unsafe fn init_condition(condition: *mut libc::pthread_cond_t) {
    let mut attributes = MaybeUninit::<libc::pthread_condattr_t>::uninit();
    // SAFETY: the attributes are initialised before they are used and destroyed after; the rest is the caller's word.
    unsafe {
        libc::pthread_condattr_init(attributes.as_mut_ptr());
        libc::pthread_condattr_setclock(attributes.as_mut_ptr(), libc::CLOCK_MONOTONIC);
        libc::pthread_cond_init(condition, attributes.as_ptr());
        libc::pthread_condattr_destroy(attributes.as_mut_ptr());
    }
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
    let until = now() + limit;
    let until = libc::timespec {
        tv_sec: (until.0 / 1_000_000_000).cast_signed(),
        tv_nsec: (until.0 % 1_000_000_000).cast_signed(),
    };
    // SAFETY: the caller's word; `until` is valid for reads.
    unsafe { libc::pthread_cond_timedwait(condition, mutex, &raw const until) == libc::ETIMEDOUT }
}

/// A timer that goes off at an instant, and can be waited for as a file can.
#[derive(Debug)]
pub struct Alarm(OwnedFd);

impl Alarm {
    /// An alarm that is not set; `None` where the system has no such timer.
    ///
    /// # Errors
    /// If no file descriptor is left.
    pub fn new() -> io::Result<Option<Alarm>> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        Ok(Some(Alarm(timerfd_create(TimerfdClockId::Monotonic, flags)?)))
    }

    /// Sets it to go off once, at `at` instead of any earlier setting; at once if `at` is past.
    pub fn set(&self, at: Stamp) {
        let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
        // A time of all zeroes would mean never.
        let at = timespec(Stamp(at.0.max(1)));
        // This cannot fail: the descriptor is a timer, and the instant is valid.
        let spec = Itimerspec { it_interval: zero, it_value: at };
        let _ = timerfd_settime(&self.0, TimerfdTimerFlags::ABSTIME, &spec);
    }

    /// Clears the alarm after it went off, so that it can be waited for anew.
    pub fn silence(&self) {
        let _ = rustix::io::read(&self.0, &mut [0u8; 8]);
    }
}

impl AsRawFd for Alarm {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
