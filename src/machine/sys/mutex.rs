//! The C library's mutex in memory that processes share. It outlives its owner: should a process die while it holds
//! one, the next to ask gets it, and is told.

use std::mem::MaybeUninit;
use std::sync::atomic::AtomicU64;

/// Words that a mutex takes: a cache line, which is more than any C library here needs.
pub const MUTEX_WORDS: usize = 8;

const _: () = assert!(size_of::<libc::pthread_mutex_t>() <= MUTEX_WORDS * 8);
const _: () = assert!(align_of::<libc::pthread_mutex_t>() <= align_of::<AtomicU64>());

/// A mutex in shared memory. Copies are the same mutex.
#[derive(Clone, Copy)]
pub struct SharedMutex(&'static [AtomicU64; MUTEX_WORDS]);

/// How a mutex was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was let go of.
    Properly,
    /// Whoever held it died.
    FromTheDead,
}

impl SharedMutex {
    /// Makes a mutex of `words`, which nobody uses as one yet.
    pub fn create(words: &'static [AtomicU64; MUTEX_WORDS]) -> SharedMutex {
        let mutex = SharedMutex(words);
        let mut attributes = MaybeUninit::<libc::pthread_mutexattr_t>::uninit();
        // SAFETY: the attributes are initialised before they are used and destroyed after; the words are large and aligned
        // enough (asserted above), live for ever, do not move, and may be written through a shared reference, being atomics.
        unsafe {
            libc::pthread_mutexattr_init(attributes.as_mut_ptr());
            libc::pthread_mutexattr_setpshared(attributes.as_mut_ptr(), libc::PTHREAD_PROCESS_SHARED);
            #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
            libc::pthread_mutexattr_setrobust(attributes.as_mut_ptr(), libc::PTHREAD_MUTEX_ROBUST);
            libc::pthread_mutex_init(mutex.raw(), attributes.as_ptr());
            libc::pthread_mutexattr_destroy(attributes.as_mut_ptr());
        }
        mutex
    }

    /// The mutex in `words`, of which [`SharedMutex::create`] has made one, in this process or another.
    pub fn at(words: &'static [AtomicU64; MUTEX_WORDS]) -> SharedMutex {
        SharedMutex(words)
    }

    fn raw(self) -> *mut libc::pthread_mutex_t {
        self.0.as_ptr().cast_mut().cast()
    }

    /// Waits for it. A thread that already holds it waits for ever.
    pub fn lock(self) -> Taken {
        // SAFETY: the words hold an initialised mutex, and last.
        let answer = unsafe { libc::pthread_mutex_lock(self.raw()) };
        self.taken(answer).unwrap_or(Taken::Properly)
    }

    /// Takes it if nobody has it.
    pub fn try_lock(self) -> Option<Taken> {
        // SAFETY: as in `lock`.
        let answer = unsafe { libc::pthread_mutex_trylock(self.raw()) };
        self.taken(answer)
    }

    fn taken(self, answer: libc::c_int) -> Option<Taken> {
        match answer {
            0 => Some(Taken::Properly),
            libc::EOWNERDEAD => {
                self.mend();
                Some(Taken::FromTheDead)
            }
            _ => None,
        }
    }

    /// Makes a mutex that this thread has from the dead one like any other.
    fn mend(self) {
        let mutex = self.raw();
        #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
        // SAFETY: the words hold an initialised mutex, which this thread holds.
        unsafe {
            libc::pthread_mutex_consistent(mutex);
        }
        // Elsewhere nobody is told that an owner is dead.
        let _ = mutex;
    }

    /// Lets go of it; nothing happens where this thread does not hold it.
    pub fn unlock(self) {
        // SAFETY: the words hold an initialised mutex; a robust one refuses whoever does not own it.
        unsafe { libc::pthread_mutex_unlock(self.raw()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> SharedMutex {
        SharedMutex::create(Box::leak(Box::new([const { AtomicU64::new(0) }; MUTEX_WORDS])))
    }

    #[test]
    fn one_has_it_and_the_other_waits() {
        let mutex = some();
        assert_eq!(mutex.lock(), Taken::Properly);
        std::thread::scope(|s| {
            let other = s.spawn(|| {
                assert_eq!(mutex.try_lock(), None);
                mutex.unlock();
                assert_eq!(mutex.try_lock(), None);
            });
            other.join().expect("no panic");
            let waiting = s.spawn(|| mutex.lock());
            mutex.unlock();
            assert_eq!(waiting.join().expect("no panic"), Taken::Properly);
        });
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_dead_leave_it_to_the_next() {
        let mutex = some();
        std::thread::spawn(move || mutex.lock()).join().expect("no panic");
        assert_eq!(mutex.try_lock(), Some(Taken::FromTheDead));
        mutex.unlock();
        assert_eq!(mutex.lock(), Taken::Properly);
    }
}
