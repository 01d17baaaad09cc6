//! Making a run, from the outside: starting a runner, reading what it says, stopping it at any point.

use std::io::{self, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};

use super::message;
use crate::machine::process::{introduction, own_executable};
use crate::plan::Plan;
use crate::trace::FrameReader;
use crate::units::TurnLength;

/// A run under way in a process group of its own. Dropping it kills everything that belongs to it.
#[derive(Debug)]
pub struct Runner {
    child: Child,
    /// Held open: its end tells the runner to die. Never waited for once the plan is written.
    stdin: ChildStdin,
    frames: Option<FrameReader<BufReader<ChildStdout>>>,
}

/// Why there is no run.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The program could not be executed again.
    #[error("the run cannot be started: executing {} failed: {source}; try again, or with fewer processes on the machine", exe.display())]
    Spawn {
        /// What was executed.
        exe: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The runner went away before it had read its plan.
    #[error("the run cannot be started: its process {pid} did not take the plan: {source}; try again")]
    Plan {
        /// The runner's process.
        pid: u32,
        /// What the system says.
        source: io::Error,
    },
}

impl Runner {
    /// Starts a run of `plan`; returns as soon as its process exists.
    ///
    /// To be called from the main thread, or another one that lasts: the kernel kills the runner when the *thread* that
    /// started it ends.
    ///
    /// # Errors
    /// If the system allows no further process.
    pub fn spawn(plan: &Plan) -> Result<Runner, RunnerError> {
        Runner::spawn_with(&own_executable(), plan)
    }

    /// As [`Runner::spawn`], with `exe` as this program.
    ///
    /// # Errors
    /// If the system allows no further process, or `exe` is none.
    pub fn spawn_with(exe: &Path, plan: &Plan) -> Result<Runner, RunnerError> {
        let mut child = Command::new(exe)
            .args([super::RUNNER, &introduction()])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| RunnerError::Spawn { exe: exe.to_owned(), source })?;
        let pid = child.id();
        let gone = || RunnerError::Plan { pid, source: io::ErrorKind::BrokenPipe.into() };
        let mut stdin = child.stdin.take().ok_or_else(gone)?;
        let stdout = child.stdout.take().ok_or_else(gone)?;
        let frames = Some(FrameReader::new(BufReader::with_capacity(1 << 16, stdout)));
        let sent = message::send(&mut stdin, plan);
        // From here on, dropping it cleans up.
        let unblocked = rustix::io::ioctl_fionbio(&stdin, true).map_err(io::Error::from);
        let runner = Runner { child, stdin, frames };
        sent.and(unblocked).map_err(|source| RunnerError::Plan { pid, source })?;
        Ok(runner)
    }

    /// Tells the run that its global lock has another interval from now; a lock of the other generation takes no notice.
    /// Never waits: a runner that does not read is not told.
    ///
    /// # Errors
    /// If the runner is gone, or has not read what it was told before.
    pub fn turn_lock(&mut self, length: TurnLength) -> io::Result<()> {
        // So short a message goes into a pipe whole or not at all.
        message::send(&mut self.stdin, &message::Command::Interval(length))
    }

    /// The runner's process, and its group.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What the runner says, for whoever reads it; to be had once.
    pub fn frames(&mut self) -> Option<FrameReader<BufReader<ChildStdout>>> {
        self.frames.take()
    }

    /// Ends the run at once, at whatever point it is, also when it is stopped; returns when its process is gone.
    pub fn kill(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
    }

    /// Stops everything that belongs to the run, until [`Runner::resume`].
    pub fn suspend(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(Signal::STOP);
        }
    }

    /// Lets the run go on.
    pub fn resume(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(Signal::CONT);
        }
    }

    /// To the whole group. The runner has not been reaped, so the number is still its own.
    fn signal(&self, signal: Signal) {
        if let Some(group) = Pid::from_raw(self.child.id().cast_signed()) {
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.kill();
    }
}
