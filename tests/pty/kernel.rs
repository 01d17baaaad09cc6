//! What the kernel knows of processes, read from `/proc`.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A process that was there when somebody looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: i32,
    /// Who started it.
    parent: i32,
    /// When it was started: numbers are used again, this tells it apart.
    born: u64,
    /// Its arguments, separated by blanks.
    pub command: String,
}

/// State, parent and birth of `pid`.
fn stat(pid: i32) -> Option<(char, i32, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold anything.
    let rest = text.rsplit_once(')')?.1;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    Some((fields.first()?.chars().next()?, fields.get(1)?.parse().ok()?, fields.get(19)?.parse().ok()?))
}

fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").expect("/proc is there");
    let pids = entries.filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok());
    let process = |pid| {
        let (_, parent, born) = stat(pid)?;
        let command = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        Some(Process { pid, parent, born, command })
    };
    pids.filter_map(process).collect()
}

/// The process `pid`, all it has started, and all those have.
pub fn family(pid: i32) -> Vec<Process> {
    let all = all();
    let mut family: Vec<Process> = all.iter().filter(|p| p.pid == pid).cloned().collect();
    let mut next = 0;
    while let Some(elder) = family.get(next).map(|p| p.pid) {
        family.extend(all.iter().filter(|p| p.parent == elder).cloned());
        next += 1;
    }
    family
}

impl Process {
    /// Its state as a letter: `R`, `S`, `T` when stopped. Nothing once it is gone.
    pub fn state(&self) -> Option<char> {
        let (state, _, born) = stat(self.pid)?;
        // The dead wait for somebody to ask for them; that nobody does is not their fault.
        (born == self.born && !matches!(state, 'Z' | 'X')).then_some(state)
    }

    /// Whether it is no more.
    pub fn is_gone(&self) -> bool {
        self.state().is_none()
    }

    /// Sends it `signal`, if it is still there.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.pid).filter(|_| !self.is_gone()) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Whether it makes a run.
    pub fn is_runner(&self) -> bool {
        self.command.contains("__runner")
    }

    /// Whether it measures the machine.
    pub fn is_measuring(&self) -> bool {
        self.command.contains("__calibrate")
    }

    /// Whether it is a run's worker.
    pub fn is_worker(&self) -> bool {
        self.command.contains("__worker")
    }
}

/// Looks again and again until `look` finds something.
///
/// # Panics
/// If it does not, for a long time.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        // Nobody tells when a process changes its state: there is only looking, and this is the time between two looks.
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until all of `processes` are gone.
///
/// # Panics
/// If one stays.
pub fn all_gone(processes: &[Process]) {
    eventually(&format!("the end of {processes:?}"), || processes.iter().all(Process::is_gone).then_some(()));
}
