//! Giving way to all other tasks that are ready, in order. The runtime's own way wakes the tasks that gave way in
//! reverse order. Here they queue, and one task, the usher, gives way in their stead and then wakes them in the order
//! they came.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// The tasks that have given way and wait for their turn.
#[derive(Default)]
pub(super) struct Yields(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    tasks: Vec<Waker>,
    /// The usher that wakes them, while it sleeps because there are none.
    usher: Option<Waker>,
}

impl Yields {
    /// Lets all other ready tasks run, and the loop look for new events.
    pub(super) async fn give_way(&self) {
        GiveWay { yields: self, gave: false }.await;
    }

    /// Wakes the tasks that gave way, for ever; to be run on the loop.
    pub(super) async fn usher(&self) {
        loop {
            SomebodyWaits(self).await;
            tokio::task::yield_now().await;
            let tasks = std::mem::take(&mut self.waiting().tasks);
            tasks.into_iter().for_each(Waker::wake);
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct GiveWay<'a> {
    yields: &'a Yields,
    gave: bool,
}

impl Future for GiveWay<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.gave, true) {
            return Poll::Ready(());
        }
        let mut waiting = self.yields.waiting();
        waiting.tasks.push(context.waker().clone());
        if let Some(usher) = waiting.usher.take() {
            usher.wake();
        }
        Poll::Pending
    }
}

/// Waits until there is a task to be woken.
struct SomebodyWaits<'a>(&'a Yields);

impl Future for SomebodyWaits<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut waiting = self.0.waiting();
        if !waiting.tasks.is_empty() {
            return Poll::Ready(());
        }
        waiting.usher = Some(context.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn who_gave_way_first_goes_on_first_and_everybody_else_before() {
        let (yields, seen) = (Arc::new(Yields::default()), Arc::new(Mutex::new(Vec::new())));
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a loop");
        runtime.block_on(async {
            let usher = Arc::clone(&yields);
            tokio::spawn(async move { usher.usher().await });
            let tasks: Vec<_> = (0..4)
                .map(|number| {
                    let (yields, seen) = (Arc::clone(&yields), Arc::clone(&seen));
                    tokio::spawn(async move {
                        for round in 0..3 {
                            seen.lock().expect("whole").push((round, number));
                            yields.give_way().await;
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.expect("no panic");
            }
        });
        let expected: Vec<(u8, u8)> = (0..3).flat_map(|round| (0..4).map(move |number| (round, number))).collect();
        assert_eq!(*seen.lock().expect("whole"), expected);
    }
}
