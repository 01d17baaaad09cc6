//! Doing what a step asks for on the calling thread, which waits meanwhile. The caller decides which thread that is,
//! and whether any thread may wait.

use super::request::Line;
use super::scratch::Scratch;
use crate::interpreter::Action;
use crate::machine::sys;
use crate::state::Failure;
use crate::units::Stamp;

/// A task's connection and its file, each made when it is first needed.
#[derive(Default)]
pub(super) struct Means {
    line: Line,
    scratch: Scratch,
}

impl Means {
    /// Whether the task has a file, which is removed when this is dropped.
    pub(super) fn has_file(&self) -> bool {
        self.scratch.is_there()
    }

    /// Does `action`, which began at `began`, with the run's server at `port`. Between sending a request and waiting
    /// for its answer it calls `between`, which returns the instant from which on an answer counts. Returns since when
    /// the task could go on, if that is known.
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
            // These take no time here: giving way, computing, and all that has to do with other tasks are done elsewhere.
            Action::GiveWay | Action::Compute { .. } | Action::Take { .. } | Action::Try { .. } => Ok(None),
            Action::Put { .. } | Action::Get { .. } => Ok(None),
            Action::Load(_) | Action::Store(..) | Action::Increment(_) => Ok(None),
        }
    }
}
