//! The loop's timers. The runtime's own timers come in steps of a millisecond, and up to two of them late. Here one
//! timer of the kernel is set to the next of all deadlines, and is as exact as a thread that sleeps. Waits that are due
//! at the same instant end in the order in which they began. Where a system has no such timer the runtime's are used.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::machine::sys::{self, Alarm};
use crate::units::Stamp;

/// All timers of a loop.
pub(super) struct Timers {
    /// `None` where the system has no exact timer.
    exact: Option<Arc<Exact>>,
}

struct Exact {
    alarm: Arc<Alarm>,
    queue: Mutex<Queue>,
}

/// The tasks that wait, by their deadlines.
#[derive(Default)]
struct Queue {
    due: BinaryHeap<Reverse<Due>>,
    begun: u64,
}

/// A deadline and the number of the wait for it: ordered by deadline, and for equal deadlines by when the wait began.
struct Due {
    at: Stamp,
    number: u64,
    wake: Waker,
}

impl Due {
    fn order(&self) -> (Stamp, u64) {
        (self.at, self.number)
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl Timers {
    /// Timers of which none is running.
    ///
    /// # Errors
    /// If the system allows no further file descriptor.
    pub(super) fn new() -> io::Result<Timers> {
        let exact = Alarm::new()?.map(|alarm| Arc::new(Exact { alarm: Arc::new(alarm), queue: Mutex::default() }));
        Ok(Timers { exact })
    }

    /// Whether they use the kernel's exact timer; if not, they need the runtime's.
    pub(super) fn are_exact(&self) -> bool {
        self.exact.is_some()
    }

    /// Begins to listen to the kernel's timer; to be called on the loop, once.
    ///
    /// # Errors
    /// If the loop cannot watch it.
    pub(super) fn start(&self) -> io::Result<()> {
        let Some(exact) = self.exact.clone() else { return Ok(()) };
        let watched = sys::on_the_loop(Arc::clone(&exact.alarm))?;
        tokio::spawn(async move {
            while let Ok(mut ready) = watched.readable().await {
                exact.alarm.silence();
                ready.clear_ready();
                exact.wake_due();
            }
        });
        Ok(())
    }

    /// Suspends the calling task until `at`; returns whether `at` was still to come.
    pub(super) async fn until(&self, at: Stamp) -> bool {
        let now = sys::now();
        if at <= now {
            return false;
        }
        match &self.exact {
            Some(exact) => Nap { exact, at, begun: false }.await,
            None => tokio::time::sleep(at.since(now).to_std()).await,
        }
        true
    }
}

impl Exact {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, at: Stamp, wake: Waker) {
        let mut queue = self.queue();
        let is_next = queue.due.peek().is_none_or(|Reverse(next)| at < next.at);
        let number = queue.begun;
        queue.begun += 1;
        queue.due.push(Reverse(Due { at, number, wake }));
        if is_next {
            self.alarm.set(at);
        }
    }

    /// Wakes all tasks whose deadlines have passed, in order, and sets the alarm for the next deadline.
    fn wake_due(&self) {
        let mut queue = self.queue();
        let now = sys::now();
        while let Some(Reverse(next)) = queue.due.peek() {
            if next.at > now {
                self.alarm.set(next.at);
                return;
            }
            if let Some(Reverse(due)) = queue.due.pop() {
                due.wake.wake();
            }
        }
    }
}

/// A wait for a deadline.
struct Nap<'a> {
    exact: &'a Exact,
    at: Stamp,
    begun: bool,
}

impl Future for Nap<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.begun && sys::now() >= self.at {
            return Poll::Ready(());
        }
        if !std::mem::replace(&mut self.begun, true) {
            self.exact.begin(self.at, context.waker().clone());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ns;

    fn on_a_loop<T>(timers: &Arc<Timers>, work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a loop");
        runtime.block_on(async {
            timers.start().expect("it can be watched");
            work.await
        })
    }

    #[test]
    fn those_due_at_once_end_in_the_order_in_which_they_were_begun_and_nobody_too_early() {
        let timers = Arc::new(Timers::new().expect("a descriptor"));
        let ended = Arc::new(Mutex::new(Vec::new()));
        let start = sys::now();
        let ms = |n| start + Ns::from_millis(n);
        let deadlines = [ms(4), ms(2), ms(4), ms(3), ms(2), ms(4)];
        on_a_loop(&timers, async {
            let naps: Vec<_> = deadlines
                .iter()
                .enumerate()
                .map(|(number, at)| {
                    let (timers, ended, at) = (Arc::clone(&timers), Arc::clone(&ended), *at);
                    tokio::spawn(async move {
                        timers.until(at).await;
                        assert!(sys::now() >= at);
                        ended.lock().expect("whole").push(number);
                    })
                })
                .collect();
            for nap in naps {
                nap.await.expect("no panic");
            }
        });
        assert_eq!(*ended.lock().expect("whole"), [1, 4, 3, 0, 2, 5]);
    }

    #[test]
    fn a_nap_that_is_given_up_keeps_nobody_from_the_next() {
        let timers = Arc::new(Timers::new().expect("a descriptor"));
        on_a_loop(&timers, async {
            let from = sys::now();
            let (first, second) = (from + Ns::from_millis(1), from + Ns::from_millis(3));
            {
                let mut given_up = std::pin::pin!(timers.until(first));
                let begun = std::future::poll_fn(|context| Poll::Ready(given_up.as_mut().poll(context).is_pending()));
                assert!(begun.await);
            }
            assert!(timers.until(second).await && sys::now() >= second);
            assert!(!timers.until(first).await, "that is past");
        });
    }
}
