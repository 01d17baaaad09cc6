//! Processes that leave nothing behind: each leads a group of its own, and the group is killed when the process has
//! ended, when nobody wants it any more, and when the race is stopped.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, set_parent_process_death_signal, setpgid,
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// What a stopped race says.
pub const STOPPED: &str = "stopped";
/// The lines of a failed process's last words.
const LAST_WORDS: usize = 30;

static IS_STOPPED: AtomicBool = AtomicBool::new(false);
/// The groups that are there.
static GROUPS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

fn groups() -> MutexGuard<'static, BTreeSet<i32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on Ctrl-C and the like end all groups, and let nobody start another: whoever waits for one hears of its
/// end, and the race ends in its usual way, cleaning up.
///
/// # Errors
/// If the system does not let us listen.
pub fn listen() -> Result<(), String> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(|e| e.to_string())?;
    std::thread::spawn(move || {
        for _ in &mut signals {
            let groups = groups();
            IS_STOPPED.store(true, Ordering::SeqCst);
            groups.iter().for_each(|group| kill(*group));
        }
    });
    Ok(())
}

fn kill(group: i32) {
    if let Some(group) = Pid::from_raw(group) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// An error once the race was stopped.
///
/// # Errors
/// [`STOPPED`].
pub fn go_on() -> Result<(), String> {
    if IS_STOPPED.load(Ordering::SeqCst) { Err(STOPPED.to_owned()) } else { Ok(()) }
}

/// A process and all in its group. Dropped, they are killed.
pub struct Group {
    child: Child,
    status: Option<ExitStatus>,
}

impl Group {
    /// Starts `command`; with the terminal on its standard input as its own if it is to have `a_terminal`.
    ///
    /// # Errors
    /// If it cannot be started, or the race was stopped.
    pub fn start(command: &mut Command, a_terminal: bool) -> Result<Group, String> {
        lead(command, a_terminal);
        // Held until its group is known: a signal kills it then, or has come before.
        let mut groups = groups();
        go_on()?;
        let name = command.get_program().to_owned();
        let child = command.spawn().map_err(|e| format!("{}: {e}", name.display()))?;
        groups.insert(child.id().cast_signed());
        Ok(Group { child, status: None })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end, no longer than `patience`: how it ended, and when that was known.
    ///
    /// # Errors
    /// If it does not end, or the race was stopped.
    pub fn wait(&mut self, patience: Duration) -> Result<(ExitStatus, Instant), String> {
        let pid = Pid::from_child(&self.child);
        let gone = pidfd_open(pid, PidfdFlags::empty()).map_err(|e| e.to_string())?;
        let until = Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let left = Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
            match poll(&mut [PollFd::new(&gone, PollFlags::IN)], Some(&left)) {
                Err(Errno::INTR) => {}
                Err(e) => return Err(e.to_string()),
                Ok(0) => return Err(format!("it does not end, after {} s", patience.as_secs())),
                Ok(_) => break,
            }
        }
        let at = Instant::now();
        let status = self.end()?;
        go_on()?;
        Ok((status, at))
    }

    /// Kills what is left of the group, and asks how its leader ended. In this order: until then nobody else gets its
    /// number.
    fn end(&mut self) -> Result<ExitStatus, String> {
        if let Some(status) = self.status {
            return Ok(status);
        }
        kill(self.child.id().cast_signed());
        groups().remove(&self.child.id().cast_signed());
        let status = self.child.wait().map_err(|e| e.to_string())?;
        self.status = Some(status);
        Ok(status)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// Has `command` lead a group of its own, or a session with the terminal on its standard input; and die with the race,
/// should that be killed.
#[expect(unsafe_code, reason = "std has no other way to become a session's first process")]
fn lead(command: &mut Command, a_terminal: bool) {
    // SAFETY: between fork and exec the child makes a few system calls and touches no memory that others could hold.
    unsafe {
        command.pre_exec(move || {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            if a_terminal {
                rustix::process::setsid()?;
                rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
            } else {
                setpgid(None, None)?;
            }
            Ok(())
        });
    }
}

/// Runs `command` to its end: what it has printed.
///
/// # Errors
/// In a sentence with its last words, if it fails, or does not end in time.
pub fn output(command: &mut Command, patience: Duration) -> Result<String, String> {
    // Files take everything at once: nobody waits for a reader.
    let file = || tempfile::tempfile().map_err(|e| e.to_string());
    let again = |file: &File| file.try_clone().map(Stdio::from).map_err(|e| e.to_string());
    let (out, err) = (file()?, file()?);
    command.stdin(Stdio::null()).stdout(again(&out)?).stderr(again(&err)?);
    let said = |mut file: File| {
        let mut bytes = Vec::new();
        let _ = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let ended = Group::start(command, false)?.wait(patience);
    match ended {
        Ok((status, _)) if status.success() => Ok(said(out)),
        Ok((status, _)) => Err(failure(status, &said(err))),
        Err(why) => Err(why),
    }
}

fn failure(status: ExitStatus, words: &str) -> String {
    let lines: Vec<&str> = words.trim_end().lines().collect();
    let last = lines[lines.len().saturating_sub(LAST_WORDS)..].join("\n");
    let how = match status.signal() {
        Some(signal) => format!("it was ended by signal {signal}"),
        None => format!("it ended with code {}", status.code().unwrap_or(-1)),
    };
    if last.is_empty() { how } else { format!("{how}:\n{last}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_it_prints_comes_back_and_a_failure_with_its_last_words() {
        assert_eq!(output(&mut shell("echo out; echo err >&2"), SOON), Ok("out\n".to_owned()));
        let failed = output(&mut shell("echo no bench >&2; exit 3"), SOON);
        assert_eq!(failed, Err("it ended with code 3:\nno bench".to_owned()));
        assert_eq!(output(&mut shell("kill -9 $$"), SOON), Err("it was ended by signal 9".to_owned()));
    }

    #[test]
    fn nothing_of_a_group_is_left_behind() {
        let text = output(&mut shell("sleep 1000 & echo $!"), SOON).expect("it ends");
        let pid: i32 = text.trim().parse().expect("a number");
        let gone = || match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
            // Dead, and nobody has asked yet.
            Ok(stat) => stat.contains(") Z "),
            Err(_) => true,
        };
        let since = Instant::now();
        while !gone() {
            assert!(since.elapsed() < SOON, "the process {pid} is still there");
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_does_not_end_is_ended() {
        let mut group = Group::start(&mut shell("sleep 1000"), false).expect("it starts");
        assert!(group.wait(Duration::from_millis(10)).is_err());
        let (pid, since) = (group.pid(), Instant::now());
        drop(group);
        assert!(since.elapsed() < SOON && !std::path::Path::new(&format!("/proc/{pid}")).exists());
    }
}
