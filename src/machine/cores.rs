//! Which cores of this machine a run may use: those that this process is allowed on, and how much of them its control
//! groups grant.

use std::fs;
use std::path::Path;

use super::sys;
use crate::state::Failure;

mod groups;

pub use groups::{Quota, Throttling, most_tasks};

/// The cores this process may run on, by the kernel's numbers, ascending; never empty.
pub fn allowed() -> Vec<u16> {
    let guess = || (0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u16).collect();
    let cores: Vec<u16> = sys::affinity().unwrap_or_else(guess);
    if cores.is_empty() { vec![0] } else { cores }
}

/// How many cores' worth of time this process can get: those it is allowed on, or less where a control group has a
/// quota.
pub fn usable() -> f64 {
    let allowed = allowed().len() as f64;
    Quota::smallest().map_or(allowed, |q| q.cores.min(allowed))
}

/// The type of the file system that `folder` lies on, in the system's words; `None` where the system does not say.
pub fn file_system(folder: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let real = fs::canonicalize(folder).ok()?;
    file_system_in(&mounts, &real)
}

/// Whether a file system of that type keeps everything in memory: nothing there ever waits for a disk.
pub fn is_in_memory(file_system: &str) -> bool {
    matches!(file_system, "tmpfs" | "ramfs")
}

/// The type of the file system in `mounts` with the longest path above `folder`; of several, the one mounted last.
fn file_system_in(mounts: &str, folder: &Path) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let mut words = line.split(' ').skip(1);
        let (Some(at), Some(kind)) = (words.next(), words.next()) else { continue };
        if folder.starts_with(at) && best.is_none_or(|(length, _)| at.len() >= length) {
            best = Some((at.len(), kind));
        }
    }
    best.map(|(_, kind)| kind.to_owned())
}

/// The cores to keep workers on, if `wished` of the allowed cores are asked for; empty if no number is asked for.
///
/// # Errors
/// [`Failure::Cores`], if this system cannot keep a thread on some of its cores.
pub fn kept_on(wished: Option<u16>) -> Result<Vec<u16>, Failure> {
    let Some(wished) = wished else { return Ok(Vec::new()) };
    if !sys::HAS_AFFINITY {
        return Err(Failure::Cores { wanted: wished, system: std::env::consts::OS.to_owned() });
    }
    let mut cores = allowed();
    cores.truncate(usize::from(wished.max(1)));
    Ok(cores)
}

/// Restricts the calling thread, and all that it starts from now, to `cores`; does nothing if `cores` is empty. A
/// failure is ignored: the run goes on without it.
pub fn pin(cores: &[u16]) {
    if cores.is_empty() {
        return;
    }
    let _ = sys::set_affinity(cores);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_are_kept_on_as_many_cores_as_there_are_or_told_that_they_cannot_be() {
        assert_eq!(kept_on(None), Ok(Vec::new()));
        match kept_on(Some(u16::MAX)) {
            Ok(cores) => assert_eq!(cores, allowed()),
            Err(why) => {
                assert!(!sys::HAS_AFFINITY && matches!(why, Failure::Cores { wanted: u16::MAX, .. }), "{why:?}");
            }
        }
    }

    #[test]
    fn there_is_something_to_run_on() {
        let cores = allowed();
        assert!(!cores.is_empty() && cores.is_sorted());
        let usable = usable();
        assert!(usable > 0.0 && usable <= cores.len() as f64);
    }

    #[test]
    fn the_file_system_is_that_of_the_nearest_mount() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\nx /tmp/deep xfs rw 0 0\n";
        let of = |path| file_system_in(mounts, Path::new(path));
        assert_eq!(of("/tmp").as_deref(), Some("tmpfs"));
        assert_eq!(of("/tmp/deep/er").as_deref(), Some("xfs"));
        assert_eq!(of("/tmpish").as_deref(), Some("ext4"));
        assert_eq!(file_system_in("", Path::new("/tmp")), None);
        assert!(is_in_memory("tmpfs") && !is_in_memory("ext4"));
    }
}
