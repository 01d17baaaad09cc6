//! Memory that processes share: words that any of them may read and write, and mutexes, which can be used only as
//! mutexes. It is one nameless file that all of them map; it disappears with the last of them.
//!
//! ```text
//!   a line with the mark and the counts | a line for each mutex | words
//! ```

use std::io;
use std::mem::size_of;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use super::mutex::{SharedMutex, Slot};
use super::system;

/// The first word of such a file, once all of it is made.
const MARK: u64 = u64::from_le_bytes(*b"concviz1");
/// Words of the first line: the mark, and how many mutexes and words there are.
const LINE: usize = 8;
const MARK_AT: usize = 0;
const MUTEXES_AT: usize = 1;
const WORDS_AT: usize = 2;

const _: () = assert!(size_of::<Slot>() == LINE * size_of::<AtomicU64>());

/// A view of the memory. Copies see the same memory; it stays mapped until the process ends.
#[derive(Clone, Copy)]
pub struct SharedMemory {
    mutexes: &'static [Slot],
    words: &'static [AtomicU64],
}

impl SharedMemory {
    /// New memory with this many `mutexes` and `words`, which are all zero; and the file behind it, called `name` in
    /// the system's lists.
    ///
    /// # Errors
    /// If the kernel has no memory or no file left.
    pub fn create(name: &str, mutexes: usize, words: usize) -> io::Result<(SharedMemory, OwnedFd)> {
        let bytes = length(mutexes, words).ok_or(io::ErrorKind::InvalidInput)?;
        let file = system::shared_memory(name, bytes as u64)?;
        let start = map(file.as_fd(), bytes)?;
        // SAFETY: the mapping is as long as the layout says, page-aligned and never unmapped; nobody else has it yet.
        let (head, memory) = unsafe { parts(start, mutexes, words) };
        for slot in memory.mutexes {
            SharedMutex::create(slot);
        }
        head[MUTEXES_AT].store(mutexes as u64, Ordering::Relaxed);
        head[WORDS_AT].store(words as u64, Ordering::Relaxed);
        head[MARK_AT].store(MARK, Ordering::Release);
        Ok((memory, file))
    }

    /// The memory behind `file`, which [`SharedMemory::create`] has made in another process.
    ///
    /// # Errors
    /// If it is no such file, or can become shorter: touching memory that is gone would kill the process.
    pub fn open(file: BorrowedFd<'_>) -> io::Result<SharedMemory> {
        let refused = || io::Error::from(io::ErrorKind::InvalidData);
        let bytes = rustix::fs::fstat(file)?.st_size as usize;
        if !system::keeps_its_length(file)? || bytes < LINE * size_of::<AtomicU64>() {
            return Err(refused());
        }
        let start = map(file, bytes)?;
        // SAFETY: the mapping is at least a line long, page-aligned and never unmapped.
        let (head, _) = unsafe { parts(start, 0, 0) };
        let [mark, mutexes, words] = [MARK_AT, MUTEXES_AT, WORDS_AT].map(|at| head[at].load(Ordering::Acquire));
        if mark != MARK || length(mutexes as usize, words as usize) != Some(bytes) {
            return Err(refused());
        }
        // SAFETY: it is as long as that, and its mark says that its maker has made its mutexes.
        Ok(unsafe { parts(start, mutexes as usize, words as usize) }.1)
    }

    /// Its words.
    pub fn words(self) -> &'static [AtomicU64] {
        self.words
    }

    /// The mutex of that number.
    pub fn mutex(self, number: usize) -> Option<SharedMutex> {
        // SAFETY: both ways to come by this memory have made sure that its mutexes are made.
        self.mutexes.get(number).map(|slot| unsafe { SharedMutex::at(slot) })
    }
}

/// How many bytes a file with this many mutexes and words has.
fn length(mutexes: usize, words: usize) -> Option<usize> {
    let lines = mutexes.checked_add(1)?.checked_mul(LINE)?;
    lines.checked_add(words)?.checked_mul(size_of::<AtomicU64>())
}

fn map(file: BorrowedFd<'_>, bytes: usize) -> io::Result<*mut u8> {
    use rustix::mm::{MapFlags, ProtFlags};
    let rw = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: no address is asked for, so the kernel picks one that nothing else uses.
    Ok(unsafe { rustix::mm::mmap(ptr::null_mut(), bytes, rw, MapFlags::SHARED, file, 0)? }.cast())
}

/// The first line of the memory that is mapped at `start`, and the rest.
///
/// # Safety
/// So much is mapped there, page-aligned, for as long as the process lasts.
unsafe fn parts(start: *mut u8, mutexes: usize, words: usize) -> (&'static [AtomicU64], SharedMemory) {
    let line = LINE * size_of::<AtomicU64>();
    // SAFETY: all lies within the mapping and is aligned as a line is; other processes write to it too, which is what
    // atomics and cells allow; any bits are an AtomicU64, and a slot may be uninitialised.
    unsafe {
        let head = std::slice::from_raw_parts(start.cast(), LINE);
        let slots = std::slice::from_raw_parts(start.add(line).cast(), mutexes);
        let words = std::slice::from_raw_parts(start.add(line * (1 + mutexes)).cast(), words);
        (head, SharedMemory { mutexes: slots, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_writes_the_other_reads_and_their_mutexes_are_the_same() {
        let (a, file) = SharedMemory::create("concviz-test", 2, 64).expect("memory");
        let b = SharedMemory::open(file.as_fd()).expect("a view");
        assert_eq!((a.words().len(), b.words().len()), (64, 64));
        assert!(a.words().iter().all(|word| word.load(Ordering::Relaxed) == 0));
        a.words()[63].store(7, Ordering::Relaxed);
        assert_eq!(b.words()[63].load(Ordering::Relaxed), 7);
        let both = (a.mutex(1).expect("one"), b.mutex(1).expect("one"));
        both.0.lock();
        std::thread::scope(|s| {
            s.spawn(|| assert_eq!(both.1.try_lock(), None));
        });
        both.0.unlock();
        assert!(both.1.try_lock().is_some());
        assert!(a.mutex(2).is_none() && b.mutex(2).is_none());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_nobody_made_for_this_is_refused() {
        let plain = |bytes: u64| system::shared_memory("concviz-test", bytes).expect("memory");
        for bytes in [0, 8, 64, 64 * 9, 1 << 16] {
            assert!(SharedMemory::open(plain(bytes).as_fd()).is_err(), "{bytes} zero bytes");
        }
        // A file whose first line gives other counts than the file has room for.
        let (memory, file) = SharedMemory::create("concviz-test", 1, 8).expect("memory");
        let start = map(file.as_fd(), 64).expect("a view");
        // SAFETY: a line is mapped there.
        let (head, _) = unsafe { parts(start, 0, 0) };
        for (mutexes, words) in [(1, 9), (2, 8), (0, 8), (u64::MAX, 8), (1, u64::MAX), (2, 0)] {
            head[MUTEXES_AT].store(mutexes, Ordering::Relaxed);
            head[WORDS_AT].store(words, Ordering::Relaxed);
            // The last pair divides the same number of bytes otherwise: only the file's maker could write it.
            let as_long = (mutexes, words) == (2, 0);
            assert_eq!(SharedMemory::open(file.as_fd()).is_ok(), as_long, "{mutexes} {words}");
        }
        assert_eq!(memory.words().len(), 8);
        let ordinary = tempfile::tempfile().expect("a file");
        ordinary.set_len(4_096).expect("room");
        assert!(SharedMemory::open(ordinary.as_fd()).is_err(), "it could become shorter");
    }
}
