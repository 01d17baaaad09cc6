//! Waiting at a queue on the loop: tasks that wait for room or for a message queue up, and are woken in the order in
//! which they came.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Who waits at either end of one queue.
#[derive(Default)]
pub(super) struct Gates {
    /// For room.
    pub(super) room: Gate,
    /// For a message.
    pub(super) messages: Gate,
}

/// Tasks that wait at one end of a queue.
#[derive(Default)]
pub(super) struct Gate(Mutex<VecDeque<Waker>>);

impl Gate {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until this is the first in line and the gate is opened.
    pub(super) async fn wait(&self) {
        Entry { gate: self, came: false }.await;
    }

    /// Wakes the first in line.
    pub(super) fn open(&self) {
        let first = self.waiting().pop_front();
        first.into_iter().for_each(Waker::wake);
    }

    /// Wakes everybody.
    pub(super) fn open_wide(&self) {
        let all = std::mem::take(&mut *self.waiting());
        all.into_iter().for_each(Waker::wake);
    }
}

struct Entry<'a> {
    gate: &'a Gate,
    came: bool,
}

impl Future for Entry<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.came, true) {
            return Poll::Ready(());
        }
        self.gate.waiting().push_back(context.waker().clone());
        Poll::Pending
    }
}
