//! The calls that the compiler cannot check: clocks, shared memory, the C library's mutex and condition variable.
//! Everything here is safe to call; nothing here decides anything. This file has what is the same on every Unix. What
//! differs has the same signatures in one file for each system, with an honest answer where a system lacks it.
#![expect(unsafe_code, reason = "the one module that talks to the kernel and the C library directly")]

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::AtomicBool;

use crate::trace::Switch;
use crate::units::{CoreId, Ns, Stamp};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
mod macos;
#[cfg(not(target_os = "linux"))]
use macos as system;

pub use system::{
    Alarm, HAS_AFFINITY, affinity, core, die_with_parent, keep_freed_memory, name_thread, process_cpu_of, set_affinity,
    sleep_until, take_short_turns, take_usual_turns, thread_cpu_of, thread_id, thread_switches,
};

mod bell;
mod memory;
mod mutex;
mod pipe;
mod semaphore;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))))]
mod switches_none;
#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
)))]
use switches_none as switches;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
mod switches_perf;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
use switches_perf as switches;
mod watch;

pub use bell::Bell;
pub use memory::SharedMemory;
pub use mutex::{SharedMutex, Taken};
pub use pipe::{inherited, inherited_pipe};
pub use semaphore::Semaphore;
pub use switches::SwitchRing;
pub use watch::{Poller, Watched, on_the_loop};

/// A record that the kernel wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It switched a thread on this core, or the thread is no more.
    Switch {
        /// When.
        at: Stamp,
        /// Which thread.
        tid: u32,
        /// On which core.
        core: CoreId,
        /// How the kernel switched the thread.
        switch: Switch,
    },
    /// `count` records found no room before this instant.
    Lost {
        /// When there was room again.
        at: Stamp,
        /// How many.
        count: u64,
    },
}

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

/// Adds one to `value` up to `times` times, each time as if anything could look at the value. Stops early when it finds
/// `wanted` set, at which it looks after each addition. Returns the value, and how many times it added one.
///
/// The loop begins at the start of a cache line of the processor. A loop that the compiler had laid across two lines
/// took 1.7 times as long, and where it lay differed from program to program.
#[cfg(target_arch = "x86_64")]
pub fn count_up(mut value: u64, times: u64, wanted: &AtomicBool) -> (u64, u64) {
    let mut left = times;
    if left > 0 {
        // SAFETY: it writes to its own two registers only, and reads a byte that may be read as long as `wanted` is
        // lent; a plain load of a byte is a relaxed atomic one on this processor.
        unsafe {
            std::arch::asm!(
                ".p2align 6",
                "2:",
                "inc {value}",
                "dec {left}",
                "jz 3f",
                "cmp byte ptr [{wanted}], 0",
                "je 2b",
                "3:",
                value = inout(reg) value,
                left = inout(reg) left,
                wanted = in(reg) wanted.as_ptr(),
                options(nostack, readonly),
            );
        }
    }
    (value, times - left)
}

/// Adds one to `value` up to `times` times, each time as if anything could look at the value. Stops early when it finds
/// `wanted` set, at which it looks after each addition. Returns the value, and how many times it added one.
#[cfg(not(target_arch = "x86_64"))]
pub fn count_up(mut value: u64, times: u64, wanted: &AtomicBool) -> (u64, u64) {
    let mut left = times;
    while left > 0 {
        value = seen(value.wrapping_add(1));
        left -= 1;
        if wanted.load(std::sync::atomic::Ordering::Relaxed) {
            break;
        }
    }
    (value, times - left)
}

/// Returns `value` as if anything could have looked at it: the compiler must compute it, and may assume nothing about
/// it. It stays in a register. Through memory, as `black_box` does it, a loop's speed depends on whether the processor
/// guesses the address: it varies fivefold, and differently in every program.
#[inline]
#[cfg(target_arch = "aarch64")]
fn seen(mut value: u64) -> u64 {
    // SAFETY: no instruction at all.
    unsafe { std::arch::asm!("/* {0} */", inout(reg) value, options(nomem, nostack, preserves_flags)) };
    value
}

/// Returns `value` as if anything could have looked at it.
#[inline]
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn seen(value: u64) -> u64 {
    std::hint::black_box(value)
}

/// A mutex with its condition variable, the C library's own: which waiter a signal wakes, and what a timeout costs, is
/// part of what a global lock built on them shows, and other implementations behave differently.
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
    /// A new one, unlocked. Its clock is the one of [`now`].
    fn default() -> Monitor {
        let parts = Box::new(Parts {
            mutex: UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER),
            condition: UnsafeCell::new(libc::PTHREAD_COND_INITIALIZER),
        });
        // SAFETY: the condition variable is in its final place and nobody knows of it yet.
        unsafe { system::init_condition(parts.condition.get()) };
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
    /// Keeps this value on its thread: a mutex must be unlocked by the thread that locked it.
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
    /// Wakes one waiter.
    pub fn signal(&self) {
        // SAFETY: the condition variable is initialised and does not move.
        unsafe { libc::pthread_cond_signal(self.monitor.0.condition.get()) };
    }

    /// Lets go of the mutex until signalled; it may also wake for no reason.
    pub fn wait(&mut self) {
        // SAFETY: this thread holds the mutex, and the condition variable is never used with another one.
        unsafe { libc::pthread_cond_wait(self.monitor.0.condition.get(), self.monitor.0.mutex.get()) };
    }

    /// As [`Held::wait`], for `limit` at most; returns whether the limit ended the wait.
    pub fn wait_for(&mut self, limit: Ns) -> bool {
        // SAFETY: as in `wait`.
        unsafe { system::wait_for(self.monitor.0.condition.get(), self.monitor.0.mutex.get(), limit) }
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
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn clocks_go_forward_and_foreign_ones_are_read_or_refused() {
        let (a, cpu) = (now(), thread_cpu());
        assert!(now() >= a && thread_cpu() >= cpu && process_cpu() >= cpu);
        assert!(thread_cpu_of(thread_id()).is_none_or(|c| c >= cpu));
        assert!(process_cpu_of(std::process::id()).is_none_or(|c| c >= cpu));
        assert_eq!(thread_cpu_of(u32::MAX >> 8), None);
    }

    #[test]
    fn a_sleep_ends_no_sooner_than_asked_for() {
        let until = now() + Ns::from_millis(2);
        sleep_until(until);
        assert!(now() >= until);
        sleep_until(Stamp(0));
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

    #[test]
    #[cfg(target_os = "linux")]
    fn turns_become_the_usual_ones_again() {
        let turn = || {
            let text = std::fs::read_to_string("/proc/thread-self/sched").ok()?;
            let line = text.lines().find(|line| line.starts_with("se.slice"))?;
            line.rsplit(':').next()?.trim().parse::<u64>().ok()
        };
        // If the kernel does not tell its turns, there is nothing to check.
        let Some(usual) = turn() else { return };
        take_short_turns();
        let short = turn();
        take_usual_turns();
        assert_eq!(turn(), Some(usual));
        assert!(short <= Some(usual));
    }
}
