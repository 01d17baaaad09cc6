//! Where runs come from: something that begins, gives frames, takes commands, and ends. The engine's runner is one, a run
//! in a file another; who watches a run need not know which.

use std::io;

use super::wire::{Frame, FrameError, FrameReader};
use crate::units::{Ns, TurnLength};

/// What is asked of a run while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Its global lock is to have this interval from now.
    Interval(TurnLength),
    /// The watcher looks no more often than this: what happens in between can be told together.
    Looks(Ns),
    /// It is to stand still, all of it.
    Suspend,
    /// It is to go on.
    Resume,
    /// It is to end at once, at whatever point it is.
    Stop,
}

/// A run that has begun, wherever it comes from; what it says lasts for `'a` at least. Dropping it ends it.
pub trait Source<'a> {
    /// What it says; the reader may have a thread of its own or not. To be had once.
    fn frames(&mut self) -> Option<Box<dyn Frames + 'a>>;

    /// Tells it something. Never waits; what has no meaning for it, or comes too late, is passed over.
    ///
    /// # Errors
    /// If it could not be told.
    fn tell(&mut self, command: Command) -> io::Result<()>;
}

/// What a run says, one frame after the other.
pub trait Frames: Send {
    /// The next frame; nothing at the end. Waits until there is one.
    ///
    /// # Errors
    /// If it breaks off, or what comes is no frame.
    fn next_frame(&mut self) -> Result<Option<Frame>, FrameError>;
}

impl<F: Frames + ?Sized> Frames for Box<F> {
    fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        (**self).next_frame()
    }
}

impl<R: io::Read + Send> Frames for FrameReader<R> {
    fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        FrameReader::next_frame(self)
    }
}
