//! Waiting for many sockets at once, with a time limit finer than a millisecond; and for a timer on an event loop.

use std::io;
use std::ops::Deref;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Arc;

use polling::{Event, Events, PollMode};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::Alarm;
use crate::units::Ns;

/// A set of sources that are watched and waited for.
#[derive(Clone, Debug)]
pub struct Poller(Arc<polling::Poller>);

/// Something that a [`Poller`] watches, until this is dropped.
#[derive(Debug)]
pub struct Watched<S: AsFd> {
    source: S,
    poller: Arc<polling::Poller>,
}

impl Poller {
    /// A poller that watches nothing yet.
    ///
    /// # Errors
    /// If there is no file descriptor left.
    pub fn new() -> io::Result<Poller> {
        polling::Poller::new().map(|poller| Poller(Arc::new(poller)))
    }

    /// Watches `source` for `interest`, and reports it again and again for as long as it lasts.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn watch<S: AsFd + AsRawFd>(&self, source: S, interest: Event) -> io::Result<Watched<S>> {
        // SAFETY: a source must not be closed before it is deleted: `Watched` owns it, deletes it first when dropped,
        // and gives only shared references away.
        unsafe { self.0.add_with_mode(&source, interest, PollMode::Level)? };
        Ok(Watched { source, poller: Arc::clone(&self.0) })
    }

    /// Watches `source` for another `interest` from now on.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn change<S: AsFd>(&self, source: &Watched<S>, interest: Event) -> io::Result<()> {
        self.0.modify_with_mode(&source.source, interest, PollMode::Level)
    }

    /// Waits until something has happened, for `limit` at most if there is one, and puts it into `events`.
    ///
    /// # Errors
    /// As the kernel says.
    pub fn wait(&self, events: &mut Events, limit: Option<Ns>) -> io::Result<()> {
        match self.0.wait(events, limit.map(Ns::to_std)) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

/// Has the event loop that runs the caller wait for `alarm`.
///
/// # Errors
/// If the kernel refuses.
pub fn on_the_loop(alarm: Arc<Alarm>) -> io::Result<AsyncFd<Arc<Alarm>>> {
    // SAFETY: an alarm has one descriptor from its making to its end, and lasts for as long as this shares it.
    unsafe { AsyncFd::register_with_interest(alarm, Interest::READABLE) }.map_err(io::Error::from)
}

impl<S: AsFd> Deref for Watched<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.source
    }
}

impl<S: AsFd> Drop for Watched<S> {
    fn drop(&mut self) {
        let _ = self.poller.delete(&self.source);
    }
}
