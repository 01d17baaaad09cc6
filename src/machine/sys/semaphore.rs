//! A lock that any thread may open: the C library's semaphore where it has one, of which `CPython` 2 made its global
//! lock. Which waiter wakes when the lock opens, and what that costs, is part of what such a lock shows.

#[cfg(target_os = "linux")]
pub use posix::Semaphore;

#[cfg(not(target_os = "linux"))]
pub use portable::Semaphore;

#[cfg(target_os = "linux")]
mod posix {
    use std::cell::UnsafeCell;

    /// A semaphore that is open or shut.
    pub struct Semaphore(Box<UnsafeCell<libc::sem_t>>);

    // SAFETY: a semaphore is made to be used by many threads.
    unsafe impl Send for Semaphore {}
    // SAFETY: as above; every access goes through the C library's calls.
    unsafe impl Sync for Semaphore {}

    impl Default for Semaphore {
        /// A new one, open.
        fn default() -> Semaphore {
            // SAFETY: all zeros are a valid value of the C type, and `sem_init` writes it before anybody reads it.
            let semaphore = Box::new(UnsafeCell::new(unsafe { std::mem::zeroed() }));
            // SAFETY: it is in its final place and nobody knows of it yet. For one process this cannot fail.
            unsafe { libc::sem_init(semaphore.get(), 0, 1) };
            Semaphore(semaphore)
        }
    }

    impl Drop for Semaphore {
        fn drop(&mut self) {
            // SAFETY: nobody else has a reference, so nobody waits.
            unsafe { libc::sem_destroy(self.0.get()) };
        }
    }

    impl Semaphore {
        /// Shuts it if it is open; whether it was.
        #[inline]
        pub fn try_take(&self) -> bool {
            // SAFETY: the semaphore is initialised and does not move.
            unsafe { libc::sem_trywait(self.0.get()) == 0 }
        }

        /// Waits until it is open, and shuts it.
        pub fn take(&self) {
            // SAFETY: as above. The call fails only when a signal arrives.
            while unsafe { libc::sem_wait(self.0.get()) } != 0 {}
        }

        /// Opens it for the first that comes, and wakes one who waits.
        #[inline]
        pub fn open(&self) {
            // SAFETY: as above.
            unsafe { libc::sem_post(self.0.get()) };
        }
    }
}

#[cfg(any(test, not(target_os = "linux")))]
mod portable {
    use std::sync::atomic::{AtomicBool, Ordering};

    use crate::machine::sys::Monitor;

    /// A semaphore that is open or shut, of a mutex and a condition variable: what `CPython` 2 takes where the system
    /// has no semaphores without a name.
    #[derive(Default)]
    pub struct Semaphore {
        monitor: Monitor,
        shut: AtomicBool,
    }

    impl Semaphore {
        /// Shuts it if it is open; whether it was.
        pub fn try_take(&self) -> bool {
            let _inside = self.monitor.enter();
            !self.shut.swap(true, Ordering::Relaxed)
        }

        /// Waits until it is open, and shuts it.
        pub fn take(&self) {
            let mut inside = self.monitor.enter();
            while self.shut.swap(true, Ordering::Relaxed) {
                inside.wait();
            }
        }

        /// Opens it for the first that comes, and wakes one who waits.
        pub fn open(&self) {
            let inside = self.monitor.enter();
            self.shut.store(false, Ordering::Relaxed);
            inside.signal();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    macro_rules! holds {
        ($name:ident, $semaphore:ty) => {
            #[test]
            fn $name() {
                const TIMES: u64 = 20_000;
                let semaphore = <$semaphore>::default();
                assert!(semaphore.try_take() && !semaphore.try_take());
                semaphore.open();
                let count = AtomicU64::new(0);
                std::thread::scope(|s| {
                    for _ in 0..3 {
                        s.spawn(|| {
                            for _ in 0..TIMES {
                                semaphore.take();
                                // Load and store are two steps: two threads at a time would lose some counts.
                                count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                                semaphore.open();
                            }
                        });
                    }
                });
                assert_eq!(count.load(Ordering::Relaxed), 3 * TIMES);
                assert!(semaphore.try_take(), "whoever is last leaves it open");
            }
        };
    }

    holds!(one_at_a_time_and_nobody_sleeps_for_ever, super::Semaphore);
    holds!(the_same_where_there_are_no_semaphores, super::portable::Semaphore);
}
