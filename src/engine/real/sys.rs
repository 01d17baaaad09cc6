//! The calls that the compiler cannot check: clocks, shared memory, the C library's mutex and condition variable.
//! Everything here is safe to call; nothing here decides anything.
#![expect(unsafe_code, reason = "the one module that talks to the kernel and the C library directly")]

use std::cell::UnsafeCell;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;
use std::ptr;
use std::sync::atomic::AtomicU64;

use crate::trace::Switches;
use crate::units::{CoreId, Ns, Stamp};

mod mutex;
mod watch;

pub use mutex::{MUTEX_WORDS, SharedMutex, Taken};
pub use watch::{Poller, Watched};

/// This instant.
#[inline]
pub fn now() -> Stamp {
    Stamp(clock(libc::CLOCK_MONOTONIC).unwrap_or(Ns::ZERO).0)
}

/// CPU time of the calling thread.
pub fn thread_cpu() -> Ns {
    clock(libc::CLOCK_THREAD_CPUTIME_ID).unwrap_or(Ns::ZERO)
}

/// CPU time of this process, all its threads.
pub fn process_cpu() -> Ns {
    clock(libc::CLOCK_PROCESS_CPUTIME_ID).unwrap_or(Ns::ZERO)
}

/// The kernel's number of the calling thread.
pub fn thread_id() -> u32 {
    rustix::thread::gettid().as_raw_pid().cast_unsigned()
}

/// CPU time of the thread `tid` of this process; nothing once it is gone.
pub fn thread_cpu_of(tid: u32) -> Option<Ns> {
    // The kernel's numbering of CPU clocks: the id inverted, bit 2 for a thread, the low bits for "as scheduled".
    clock((!tid.cast_signed() << 3) | 4 | 2)
}

/// CPU time of the process `pid`; nothing once it is gone.
pub fn process_cpu_of(pid: u32) -> Option<Ns> {
    clock((!pid.cast_signed() << 3) | 2)
}

#[inline]
fn clock(id: libc::clockid_t) -> Option<Ns> {
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: `time` is valid for writes of a timespec; an unknown clock only makes the call fail.
    if unsafe { libc::clock_gettime(id, time.as_mut_ptr()) } != 0 {
        return None;
    }
    // SAFETY: the call has succeeded, so it has written all of `time`.
    let time = unsafe { time.assume_init() };
    Some(Ns(time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64))
}

/// Returns `value` as if anything could have looked at it: the compiler must come by it, and may assume nothing of
/// it. It stays in a register: through memory, as `black_box` does it, a loop's speed depends on whether the processor
/// guesses the address, fivefold, and differently in every program.
#[inline]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub fn seen(mut value: u64) -> u64 {
    // SAFETY: no instruction at all.
    unsafe { std::arch::asm!("/* {0} */", inout(reg) value, options(nomem, nostack, preserves_flags)) };
    value
}

/// Returns `value` as if anything could have looked at it.
#[inline]
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn seen(value: u64) -> u64 {
    std::hint::black_box(value)
}

/// Sleeps until `deadline`, whatever interrupts it.
pub fn sleep_until(deadline: Stamp) {
    use rustix::thread::{ClockId, clock_nanosleep_absolute};
    let until = rustix::time::Timespec {
        tv_sec: (deadline.0 / 1_000_000_000).cast_signed(),
        tv_nsec: (deadline.0 % 1_000_000_000).cast_signed(),
    };
    while clock_nanosleep_absolute(ClockId::Monotonic, &until) == Err(rustix::io::Errno::INTR) {}
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

/// Asks the kernel for short turns (0.1 ms) for the calling thread: it does not get more time than others, but gets it
/// soon after it wakes, even where all cores are busy. Needs no privilege, and Linux 6.12; without it, nothing changes.
pub fn take_short_turns() {
    let mut attributes = MaybeUninit::<libc::sched_attr>::zeroed();
    let size = size_of::<libc::sched_attr>() as libc::c_uint;
    // SAFETY: `attributes` is valid for reads and writes of `size` bytes, and all zeroes are valid; 0 is this thread.
    unsafe {
        if libc::syscall(libc::SYS_sched_getattr, 0, attributes.as_mut_ptr(), size, 0) == 0 {
            let attributes = attributes.assume_init_mut();
            if attributes.sched_policy == libc::SCHED_OTHER as u32 {
                attributes.sched_runtime = 100_000;
                libc::syscall(libc::SYS_sched_setattr, 0, &raw mut *attributes, 0);
            }
        }
    }
}

/// Maps the first `words` words of the file `fd` into memory, shared, until the process ends.
///
/// # Errors
/// If the file is shorter, or may become so (touching what is gone would kill the process), or the kernel refuses.
pub fn map_shared(fd: BorrowedFd<'_>, words: usize) -> io::Result<&'static [AtomicU64]> {
    use rustix::fs::SealFlags;
    use rustix::mm::{MapFlags, ProtFlags};
    let (rw, bytes) = (ProtFlags::READ | ProtFlags::WRITE, words * size_of::<AtomicU64>());
    let keeps_its_length = rustix::fs::fcntl_get_seals(fd)?.contains(SealFlags::SHRINK);
    if !keeps_its_length || (rustix::fs::fstat(fd)?.st_size as usize) < bytes {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // SAFETY: no address is asked for, so the kernel picks one that nothing else uses.
    let start = unsafe { rustix::mm::mmap(ptr::null_mut(), bytes, rw, MapFlags::SHARED, fd, 0)? };
    // SAFETY: the mapping is page-aligned, `bytes` long and never unmapped; other processes write to it too, which is
    // what atomics allow; any bits are an AtomicU64.
    Ok(unsafe { std::slice::from_raw_parts(start.cast(), words) })
}

/// A mutex with its condition variable, the C library's own: whom a signal wakes, and what a timeout costs, is part
/// of what a global lock built on them shows, and other implementations answer differently.
pub struct Monitor(Box<Parts>);

struct Parts {
    mutex: UnsafeCell<libc::pthread_mutex_t>,
    condition: UnsafeCell<libc::pthread_cond_t>,
}

// SAFETY: pthread mutexes and condition variables are made to be used by many threads.
unsafe impl Send for Monitor {}
// SAFETY: as above; every access goes through the C library's calls.
unsafe impl Sync for Monitor {}

impl Default for Monitor {
    /// A new one, unlocked. Its clock is `CLOCK_MONOTONIC`.
    fn default() -> Monitor {
        let parts = Box::new(Parts {
            mutex: UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER),
            condition: UnsafeCell::new(libc::PTHREAD_COND_INITIALIZER),
        });
        let mut attributes = MaybeUninit::<libc::pthread_condattr_t>::uninit();
        // SAFETY: the attributes are initialised before they are used and destroyed after; the condition variable is
        // in its final place and nobody knows of it yet.
        unsafe {
            libc::pthread_condattr_init(attributes.as_mut_ptr());
            libc::pthread_condattr_setclock(attributes.as_mut_ptr(), libc::CLOCK_MONOTONIC);
            libc::pthread_cond_init(parts.condition.get(), attributes.as_ptr());
            libc::pthread_condattr_destroy(attributes.as_mut_ptr());
        }
        Monitor(parts)
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        // SAFETY: nobody else has a reference, so nobody holds the mutex or waits.
        unsafe {
            libc::pthread_cond_destroy(self.0.condition.get());
            libc::pthread_mutex_destroy(self.0.mutex.get());
        }
    }
}

/// The mutex of a [`Monitor`], held until this is dropped.
pub struct Held<'a> {
    monitor: &'a Monitor,
    /// A mutex is unlocked by the thread that locked it.
    _stays: std::marker::PhantomData<*const ()>,
}

impl Monitor {
    /// Waits for the mutex. A thread that already holds it waits for ever.
    pub fn enter(&self) -> Held<'_> {
        // SAFETY: the mutex is initialised and does not move.
        unsafe { libc::pthread_mutex_lock(self.0.mutex.get()) };
        Held { monitor: self, _stays: std::marker::PhantomData }
    }
}

impl Held<'_> {
    /// Wakes one of those who wait.
    pub fn signal(&self) {
        // SAFETY: the condition variable is initialised and does not move.
        unsafe { libc::pthread_cond_signal(self.monitor.0.condition.get()) };
    }

    /// Lets go of the mutex until signalled, or for no reason.
    pub fn wait(&mut self) {
        // SAFETY: this thread holds the mutex, and the condition variable is never used with another one.
        unsafe { libc::pthread_cond_wait(self.monitor.0.condition.get(), self.monitor.0.mutex.get()) };
    }

    /// As [`Held::wait`], for `limit` at most; whether it was the limit that ended it.
    pub fn wait_for(&mut self, limit: Ns) -> bool {
        let until = now() + limit;
        let until = libc::timespec {
            tv_sec: (until.0 / 1_000_000_000).cast_signed(),
            tv_nsec: (until.0 % 1_000_000_000).cast_signed(),
        };
        // SAFETY: as in `wait`; `until` is valid for reads.
        let why = unsafe {
            libc::pthread_cond_timedwait(self.monitor.0.condition.get(), self.monitor.0.mutex.get(), &raw const until)
        };
        why == libc::ETIMEDOUT
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // SAFETY: this thread holds the mutex: it came from `enter` and cannot change threads.
        unsafe { libc::pthread_mutex_unlock(self.monitor.0.mutex.get()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn clocks_go_forward_and_foreign_ones_are_read_or_refused() {
        let (a, cpu) = (now(), thread_cpu());
        assert!(now() >= a && thread_cpu() >= cpu && process_cpu() >= cpu);
        let tid = rustix::thread::gettid().as_raw_pid().cast_unsigned();
        assert!(thread_cpu_of(tid).is_some_and(|c| c >= cpu));
        assert!(process_cpu_of(std::process::id()).is_some());
        assert_eq!(thread_cpu_of(u32::MAX >> 8), None);
    }

    #[test]
    fn a_monitor_wakes_whoever_waits_and_a_limit_ends_a_wait() {
        let monitor = Monitor::default();
        let ready = AtomicBool::new(false);
        std::thread::scope(|s| {
            s.spawn(|| {
                let held = monitor.enter();
                ready.store(true, Ordering::Relaxed);
                held.signal();
            });
            let mut held = monitor.enter();
            while !ready.load(Ordering::Relaxed) {
                held.wait();
            }
            let start = now();
            while !held.wait_for(Ns::from_millis(2)) {}
            assert!(now().since(start) >= Ns::from_millis(2));
        });
    }
}
