//! Doing what a step asks for on the calling thread, which waits meanwhile. Whether a thread waits, and whose, is decided
//! by the caller.

use super::request::Line;
use super::scratch::Scratch;
use crate::interpreter::Action;
use crate::machine::sys;
use crate::state::Failure;
use crate::units::Stamp;

/// What a task has in hand: made when it is first needed.
#[derive(Default)]
pub(super) struct Means {
    line: Line,
    scratch: Scratch,
}

impl Means {
    /// Whether the task has a file, which goes with this.
    pub(super) fn has_file(&self) -> bool {
        self.scratch.is_there()
    }

    /// Does `action`, which began at `began`, with the run's server at `port`. Between sending a request and waiting for
    /// its answer `between` is called, which says from when on an answer counts. Gives back since when the task could go
    /// on, where that is known.
    ///
    /// # Errors
    /// If the system refuses what is needed.
    pub(super) fn act(
        &mut self,
        action: Action,
        began: Stamp,
        port: u16,
        between: impl FnOnce(Stamp) -> Stamp,
    ) -> Result<Option<Stamp>, Failure> {
        match action {
            Action::Wait(time) => {
                sys::sleep_until(began + time);
                Ok(Some(began + time))
            }
            Action::Request { latency, bytes } => {
                self.line.send(port, latency, bytes)?;
                let began = between(began);
                Ok(Some(self.line.receive(bytes)?.max(began)))
            }
            Action::Read(bytes) => self.scratch.read(bytes).map(|()| None),
            Action::Write(bytes) => self.scratch.write(bytes).map(|()| None),
            // Neither takes any time by itself: others are let in, and a lock is waited for, elsewhere.
            Action::GiveWay | Action::Take { .. } | Action::Compute { .. } => Ok(None),
        }
    }
}
