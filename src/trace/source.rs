//! Where runs come from: something that begins, gives frames, takes commands, and ends. The engine's runner is one, a
//! run in a file another; a watcher need not know which.

use std::io;

use super::wire::{Frame, FrameError, FrameReader};
use crate::units::{Ns, TurnLength};

/// What is asked of a run while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Its global lock is to have this interval from now.
    Interval(TurnLength),
    /// The watcher looks no more often than once in this time: the run may report what happens in between together.
    Looks(Ns),
    /// The whole run is to stand still.
    Suspend,
    /// It is to go on.
    Resume,
    /// It is to end at once, at whatever point it is.
    Stop,
}

/// A run that has begun, wherever it comes from; its frames can be read for `'a` at least. Dropping it ends it.
pub trait Source<'a> {
    /// Its frames, to be read on this thread or on another. Only the first call gives them.
    fn frames(&mut self) -> Option<Box<dyn Frames + 'a>>;

    /// Gives it a command. Never waits; a command that has no meaning for it, or comes too late, is ignored.
    ///
    /// # Errors
    /// If it could not be given the command.
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
