//! The C library's mutex in memory that processes share. It outlives its owner: if a process dies while it holds the
//! mutex, the next thread that asks for it gets it, and is told so.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

/// The place of a mutex in shared memory: a cache line, which is more than any C library here needs. Nothing but a
/// [`SharedMutex`] reads or writes what is in it.
#[repr(C, align(64))]
pub(super) struct Slot(UnsafeCell<MaybeUninit<libc::pthread_mutex_t>>);

const _: () = assert!(size_of::<Slot>() == 64);

// SAFETY: what is in it is touched by the C library's calls alone, which are made for many threads and processes.
unsafe impl Sync for Slot {}

/// A mutex in shared memory. Copies are the same mutex. There is one only where [`super::SharedMemory`] has made it.
#[derive(Clone, Copy)]
pub struct SharedMutex(&'static Slot);

/// How a mutex was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was let go of.
    Properly,
    /// Its holder died.
    FromTheDead,
}

impl SharedMutex {
    /// Makes a mutex in `slot`, which nobody uses as one yet.
    pub(super) fn create(slot: &'static Slot) -> SharedMutex {
        let mutex = SharedMutex(slot);
        let mut attributes = MaybeUninit::<libc::pthread_mutexattr_t>::uninit();
        // SAFETY: the attributes are initialised before they are used and destroyed after; the slot is large and
        // aligned enough, lives for ever, does not move, and may be written through a shared reference, being a cell.
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

    /// The mutex in `slot`.
    ///
    /// # Safety
    /// [`SharedMutex::create`] has made one there, in this process or another.
    pub(super) unsafe fn at(slot: &'static Slot) -> SharedMutex {
        SharedMutex(slot)
    }

    fn raw(self) -> *mut libc::pthread_mutex_t {
        self.0.0.get().cast()
    }

    /// Waits for it. A thread that already holds it waits for ever.
    pub fn lock(self) -> Taken {
        // SAFETY: the slot holds an initialised mutex, and last.
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

    /// Makes a mutex whose last holder died usable again; this thread holds it now.
    fn mend(self) {
        let mutex = self.raw();
        #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
        // SAFETY: the slot holds an initialised mutex, which this thread holds.
        unsafe {
            libc::pthread_mutex_consistent(mutex);
        }
        // Other systems do not report that an owner is dead.
        let _ = mutex;
    }

    /// Lets go of it; does nothing if this thread does not hold it.
    pub fn unlock(self) {
        // SAFETY: the slot holds an initialised mutex; a robust one refuses a thread that does not own it.
        unsafe { libc::pthread_mutex_unlock(self.raw()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> SharedMutex {
        SharedMutex::create(Box::leak(Box::new(Slot(UnsafeCell::new(MaybeUninit::zeroed())))))
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
