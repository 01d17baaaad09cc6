//! What of this machine a run may use: the cores this process is allowed on, and how much of them its control groups
//! grant.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The cores this process may run on, by the kernel's numbers, ascending; never empty.
pub fn allowed_cores() -> Vec<u16> {
    let all = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let set = sched_getaffinity(None).unwrap_or_else(|_| {
        let mut set = CpuSet::new();
        (0..all.min(CpuSet::MAX_CPU)).for_each(|core| set.set(core));
        set
    });
    let cores: Vec<u16> = (0..CpuSet::MAX_CPU).filter(|&core| set.is_set(core)).map(|core| core as u16).collect();
    if cores.is_empty() { vec![0] } else { cores }
}

/// How many cores' worth of time this process can get: those it is allowed on, or less where a control group has a
/// quota.
pub fn usable_cores() -> f64 {
    let allowed = allowed_cores().len() as f64;
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    quota(Path::new("/sys/fs/cgroup"), &groups).map_or(allowed, |q| q.min(allowed))
}

/// What the file system of `folder` is called, and whether it is in memory; nothing where the system does not say.
#[cfg(target_os = "linux")]
pub fn file_system(folder: &Path) -> Option<(String, bool)> {
    // Numbers from linux/magic.h.
    const KNOWN: [(i64, &str); 9] = [
        (0x0102_1994, "tmpfs"),
        (0x8584_58f6, "ramfs"),
        (0xef53, "ext4"),
        (0x9123_683e, "btrfs"),
        (0x5846_5342, "xfs"),
        (0x794c_7630, "overlayfs"),
        (0x2fc1_2fc1, "zfs"),
        (0x6969, "nfs"),
        (0xf2f5_2010, "f2fs"),
    ];
    let number = rustix::fs::statfs(folder).ok()?.f_type as i64;
    let name =
        KNOWN.iter().find(|(known, _)| *known == number).map_or_else(|| format!("{number:#x}"), |k| k.1.to_owned());
    let in_memory = matches!(name.as_str(), "tmpfs" | "ramfs");
    Some((name, in_memory))
}

/// What the file system of `folder` is called, and whether it is in memory; nothing where the system does not say.
#[cfg(not(target_os = "linux"))]
pub fn file_system(_folder: &Path) -> Option<(String, bool)> {
    None
}

/// Restricts the calling thread, and what it starts from now, to `cores`; to nothing if there are none. That this fails
/// is no reason not to run.
pub(super) fn pin(cores: &[u16]) {
    if cores.is_empty() {
        return;
    }
    let mut set = CpuSet::new();
    for &core in cores {
        set.set(core as usize);
    }
    let _ = sched_setaffinity(None, &set);
}

/// The smallest quota, in cores, on the path of any control group in `groups` (the text of `/proc/self/cgroup`), under
/// the file system at `root`; both versions of control groups are looked at.
fn quota(root: &Path, groups: &str) -> Option<f64> {
    let mut least: Option<f64> = None;
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let (mount, read): (PathBuf, fn(&Path) -> Option<f64>) = if controllers.is_empty() {
            (root.to_owned(), version2)
        } else if controllers.split(',').any(|c| c == "cpu") {
            let own = root.join(controllers);
            (if own.is_dir() { own } else { root.join("cpu") }, version1)
        } else {
            continue;
        };
        let group = mount.join(path.trim_start_matches('/'));
        // Inside a container the path may be the host's, and only the mount's own files are there.
        for dir in group.ancestors().take_while(|dir| dir.starts_with(&mount)) {
            least = match (read(dir), least) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
    }
    least
}

/// `cpu.max`: the time in each period, or `max`, and the period.
fn version2(dir: &Path) -> Option<f64> {
    let text = fs::read_to_string(dir.join("cpu.max")).ok()?;
    let (time, period) = text.trim().split_once(' ')?;
    ratio(time.parse().ok()?, period.parse().ok()?)
}

/// The same in two files; no quota is -1.
fn version1(dir: &Path) -> Option<f64> {
    let number = |name| fs::read_to_string(dir.join(name)).ok()?.trim().parse::<f64>().ok();
    ratio(number("cpu.cfs_quota_us")?, number("cpu.cfs_period_us")?)
}

fn ratio(time: f64, period: f64) -> Option<f64> {
    (time > 0.0 && period > 0.0).then(|| time / period)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_something_to_run_on() {
        let cores = allowed_cores();
        assert!(!cores.is_empty() && cores.is_sorted());
        let usable = usable_cores();
        assert!(usable > 0.0 && usable <= cores.len() as f64);
    }

    #[test]
    fn the_smallest_quota_on_the_path_counts() {
        let root = tempfile::tempdir().expect("a folder");
        let inner = root.path().join("a/b");
        fs::create_dir_all(&inner).expect("folders");
        fs::write(inner.join("cpu.max"), "max 100000\n").expect("a file");
        assert_eq!(quota(root.path(), "0::/a/b\n"), None);
        fs::write(root.path().join("a/cpu.max"), "150000 100000\n").expect("a file");
        assert_eq!(quota(root.path(), "0::/a/b\n"), Some(1.5));
        fs::write(inner.join("cpu.max"), "50000 100000\n").expect("a file");
        assert_eq!(quota(root.path(), "0::/a/b\n"), Some(0.5));
        assert_eq!(quota(root.path(), "nonsense\n"), None);
    }

    #[test]
    fn the_older_version_has_its_own_files() {
        let root = tempfile::tempdir().expect("a folder");
        let dir = root.path().join("cpu/x");
        fs::create_dir_all(&dir).expect("folders");
        fs::write(dir.join("cpu.cfs_quota_us"), "-1\n").expect("a file");
        fs::write(dir.join("cpu.cfs_period_us"), "100000\n").expect("a file");
        assert_eq!(quota(root.path(), "4:cpu,cpuacct:/x\n0::/x\n"), None);
        fs::write(dir.join("cpu.cfs_quota_us"), "250000\n").expect("a file");
        assert_eq!(quota(root.path(), "4:cpu,cpuacct:/x\n0::/x\n"), Some(2.5));
    }
}
