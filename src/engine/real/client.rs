//! Making a run, from the outside: starting a runner, reading what it says, stopping it at any point.

use std::io::{self, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{self, Child, ChildStdin, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};

use super::message;
use crate::machine::process::{introduction, own_executable};
use crate::plan::Plan;
use crate::state::Failure;
use crate::trace::{Command, FrameReader, Frames, Source};

/// A run under way in a process group of its own. Dropping it kills everything that belongs to it.
#[derive(Debug)]
pub struct Runner {
    child: Child,
    /// Held open: when it closes, the runner dies. Writing to it never blocks once the plan is written.
    stdin: ChildStdin,
    frames: Option<FrameReader<BufReader<ChildStdout>>>,
}

impl Runner {
    /// Starts a run of `plan`; returns as soon as its process exists.
    ///
    /// Call this from the main thread, or another one that lasts: the kernel kills the runner when the *thread* that
    /// started it ends.
    ///
    /// # Errors
    /// If the system allows no further process.
    pub fn spawn(plan: &Plan) -> Result<Runner, Failure> {
        Runner::spawn_with(&own_executable(), plan)
    }

    /// As [`Runner::spawn`], with `exe` as this program.
    ///
    /// # Errors
    /// If the system allows no further process, or `exe` is no program.
    pub fn spawn_with(exe: &Path, plan: &Plan) -> Result<Runner, Failure> {
        let mut child = process::Command::new(exe)
            .args([super::RUNNER, &introduction()])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| Failure::Runner { program: exe.display().to_string(), system: e.into() })?;
        let pid = child.id();
        let refused = |e: io::Error| Failure::Refused { pid, system: e.into() };
        let gone = || refused(io::ErrorKind::BrokenPipe.into());
        let mut stdin = child.stdin.take().ok_or_else(gone)?;
        let stdout = child.stdout.take().ok_or_else(gone)?;
        let frames = Some(FrameReader::new(BufReader::with_capacity(1 << 16, stdout)));
        let sent = message::send(&mut stdin, plan);
        // From here on, dropping the `Runner` cleans up.
        let unblocked = rustix::io::ioctl_fionbio(&stdin, true).map_err(io::Error::from);
        let runner = Runner { child, stdin, frames };
        sent.and(unblocked).map_err(refused)?;
        Ok(runner)
    }

    /// The runner's process, and its group.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the run at once, at any point, even while it is stopped; returns when its process is gone.
    fn kill(&mut self) {
        if self.goes_on() {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
    }

    fn goes_on(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends `signal` to the whole group. The runner has not been reaped, so the number is still its own.
    fn signal(&self, signal: Signal) {
        if let Some(group) = Pid::from_raw(self.child.id().cast_signed()) {
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Source<'static> for Runner {
    fn frames(&mut self) -> Option<Box<dyn Frames>> {
        self.frames.take().map(|frames| Box::new(frames) as Box<dyn Frames>)
    }

    fn tell(&mut self, command: Command) -> io::Result<()> {
        match command {
            // So short a message goes into a pipe whole or not at all: sending it never blocks on a runner that does
            // not read.
            Command::Interval(length) => message::send(&mut self.stdin, &message::Told::Interval(length))?,
            Command::Looks(every) => message::send(&mut self.stdin, &message::Told::Looks(every))?,
            Command::Suspend if self.goes_on() => self.signal(Signal::STOP),
            Command::Resume if self.goes_on() => self.signal(Signal::CONT),
            Command::Suspend | Command::Resume => {}
            Command::Stop => self.kill(),
        }
        Ok(())
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.kill();
    }
}
