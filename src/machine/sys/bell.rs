//! A word on which threads wait, also those of other processes, until somebody rings.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::system;

/// A bell in memory that processes share. Whoever wants to wait counts the rings first, then looks whether there is
/// still something to wait for, and only then waits: a ring in between is not missed.
#[derive(Clone, Copy)]
pub struct Bell(&'static AtomicU64);

impl Bell {
    /// The bell in `word`, which nobody uses for anything else and which is zero at first.
    pub const fn new(word: &'static AtomicU64) -> Bell {
        Bell(word)
    }

    /// The half of the word that counts rings.
    fn half(self) -> &'static AtomicU32 {
        let halves: *const AtomicU32 = self.0.as_ptr().cast();
        let low = usize::from(cfg!(target_endian = "big"));
        // SAFETY: both halves of the word are aligned as an AtomicU32 is and live as long; nobody uses the word as a
        // whole once there is a bell in it.
        unsafe { &*halves.add(low) }
    }

    /// How often it was rung, modulo 2^32.
    pub fn rings(self) -> u32 {
        self.half().load(Ordering::Acquire)
    }

    /// Waits until it was rung more often than `seen` times. It may also return without a ring.
    pub fn wait(self, seen: u32) {
        system::wait_while(self.half(), seen);
    }

    /// Counts a ring, without waking anybody.
    pub fn count(self) {
        self.half().fetch_add(1, Ordering::Release);
    }

    /// Wakes up to `most` of those who wait.
    pub fn wake(self, most: u32) {
        system::wake(self.half(), most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_who_wait_are_woken_at_once() {
        let words: &'static [AtomicU64; 1] = Box::leak(Box::default());
        let bell = Bell::new(&words[0]);
        std::thread::scope(|s| {
            let listeners: Vec<_> = (0..5)
                .map(|_| {
                    s.spawn(move || {
                        while bell.rings() == 0 {
                            bell.wait(0);
                        }
                    })
                })
                .collect();
            // Most of them sleep by the time they are woken; those who do not have nothing to wait for.
            for _ in 0..1_000 {
                std::thread::yield_now();
            }
            bell.count();
            bell.wake(u32::MAX);
            listeners.into_iter().for_each(|listener| listener.join().expect("no panic"));
        });
    }

    #[test]
    fn no_ring_is_missed_and_one_wakes_one() {
        const ROUNDS: u32 = 10_000;
        let words: &'static [AtomicU64; 2] = Box::leak(Box::default());
        let bell = Bell::new(&words[0]);
        std::thread::scope(|s| {
            let listener = s.spawn(move || {
                let mut heard = 0;
                while heard < ROUNDS {
                    bell.wait(heard);
                    heard = bell.rings();
                }
                heard
            });
            for _ in 0..ROUNDS {
                bell.count();
                bell.wake(1);
            }
            assert_eq!(listener.join().expect("no panic"), ROUNDS);
        });
        assert_eq!(words[1].load(Ordering::Relaxed), 0);
    }
}
