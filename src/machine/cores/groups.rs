//! Control groups: what part of the cores the kernel grants this process, and for how long the kernel has held it back.
//! It reads both versions of control groups, and their mixture, where the newer one is mounted in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::units::Ns;

/// Where the file system of control groups is mounted.
const ROOT: &str = "/sys/fs/cgroup";

/// A control group that grants only part of the cores.
#[derive(Clone, Debug, PartialEq)]
pub struct Quota {
    /// How many cores' worth of time it grants.
    pub cores: f64,
    /// Its folder, as it is seen from here.
    pub group: PathBuf,
    newer: bool,
}

impl Quota {
    /// The smallest quota of all groups that this process is in; `None` where no group has one.
    pub fn smallest() -> Option<Quota> {
        smallest(Path::new(ROOT), &own_groups())
    }

    /// For how long the group's quota has kept work from running so far, added up over the cores: while it stops two
    /// cores, this grows by two seconds in a second. `None` where the kernel does not say.
    pub fn throttled(&self) -> Option<Ns> {
        let text = fs::read_to_string(self.group.join("cpu.stat")).ok()?;
        let number = |name: &str| text.lines().find_map(|l| l.strip_prefix(name)?.trim().parse::<u64>().ok());
        if self.newer { number("throttled_usec ").map(Ns::from_micros) } else { number("throttled_time ").map(Ns) }
    }
}

/// Watches a quota from the start of a run to its end.
#[derive(Clone, Debug)]
pub struct Throttling(Option<(Quota, Ns)>);

impl Throttling {
    /// Begins to watch this process's smallest quota, if it has one.
    pub fn begin() -> Throttling {
        let quota = Quota::smallest();
        Throttling(quota.and_then(|q| q.throttled().map(|before| (q, before))))
    }

    /// For how long the quota has kept work from running since, added up over the cores; `None` where there is no
    /// quota.
    pub fn so_far(&self) -> Option<Ns> {
        let (quota, before) = self.0.as_ref()?;
        quota.throttled().map(|now| now - *before)
    }
}

/// The most processes and threads that all of this process's groups allow; `None` where no group sets a limit.
pub fn most_tasks() -> Option<u64> {
    let of = |(dir, _): (PathBuf, bool)| fs::read_to_string(dir.join("pids.max")).ok()?.trim().parse().ok();
    folders(Path::new(ROOT), &own_groups(), "pids").into_iter().filter_map(of).min()
}

fn own_groups() -> String {
    fs::read_to_string("/proc/self/cgroup").unwrap_or_default()
}

fn smallest(root: &Path, groups: &str) -> Option<Quota> {
    let quota = |(group, newer): (PathBuf, bool)| {
        let cores = if newer { version2(&group) } else { version1(&group) }?;
        Some(Quota { cores, group, newer })
    };
    let quotas = folders(root, groups, "cpu").into_iter().filter_map(quota);
    quotas.min_by(|a, b| a.cores.total_cmp(&b.cores))
}

/// The folders, under the file system at `root`, of the groups in `groups` (the text of `/proc/self/cgroup`) that can
/// limit what `controller` counts, the inner ones first; and whether each is of the newer version.
fn folders(root: &Path, groups: &str, controller: &str) -> Vec<(PathBuf, bool)> {
    let mut found = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let newer = controllers.is_empty();
        let own = root.join(if newer { "unified" } else { controllers });
        let mount = match own.is_dir() {
            true => own,
            false if newer => root.to_owned(),
            false => root.join(controller),
        };
        if !newer && controllers.split(',').all(|c| c != controller) {
            continue;
        }
        let group = mount.join(path.trim_start_matches('/'));
        // Inside a container the path may be the host's, and only the files of the mount itself are there.
        let dirs = group.ancestors().take_while(|dir| dir.starts_with(&mount));
        found.extend(dirs.map(|dir| (dir.to_owned(), newer)));
    }
    found
}

/// Cores granted by `cpu.max`, which holds the time in each period, or `max`, and the period.
fn version2(dir: &Path) -> Option<f64> {
    let text = fs::read_to_string(dir.join("cpu.max")).ok()?;
    let (time, period) = text.trim().split_once(' ')?;
    ratio(time.parse().ok()?, period.parse().ok()?)
}

/// Cores granted by the older version, which has two files; a time of -1 means no quota.
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

    fn folder(path: &Path, files: &[(&str, &str)]) {
        fs::create_dir_all(path).expect("folders");
        files.iter().for_each(|(name, text)| fs::write(path.join(name), text).expect("a file"));
    }

    fn cores(root: &Path, groups: &str) -> Option<f64> {
        smallest(root, groups).map(|q| q.cores)
    }

    #[test]
    fn the_smallest_quota_on_the_path_counts_and_its_group_is_told() {
        let root = tempfile::tempdir().expect("a folder");
        let (outer, inner) = (root.path().join("a"), root.path().join("a/b"));
        folder(&inner, &[("cpu.max", "max 100000\n")]);
        assert_eq!(cores(root.path(), "0::/a/b\n"), None);
        folder(&outer, &[("cpu.max", "150000 100000\n")]);
        assert_eq!(smallest(root.path(), "0::/a/b\n").map(|q| (q.cores, q.group)), Some((1.5, outer)));
        folder(&inner, &[("cpu.max", "50000 100000\n")]);
        assert_eq!(smallest(root.path(), "0::/a/b\n").map(|q| (q.cores, q.group)), Some((0.5, inner)));
        assert_eq!(cores(root.path(), "nonsense\n"), None);
    }

    #[test]
    fn the_older_version_has_its_own_files() {
        let root = tempfile::tempdir().expect("a folder");
        let dir = root.path().join("cpu/x");
        folder(&dir, &[("cpu.cfs_quota_us", "-1\n"), ("cpu.cfs_period_us", "100000\n")]);
        assert_eq!(cores(root.path(), "4:cpu,cpuacct:/x\n0::/x\n"), None);
        folder(&dir, &[("cpu.cfs_quota_us", "250000\n")]);
        assert_eq!(cores(root.path(), "4:cpu,cpuacct:/x\n0::/x\n"), Some(2.5));
    }

    #[test]
    fn of_a_mixture_each_version_has_its_own_folder() {
        let root = tempfile::tempdir().expect("a folder");
        folder(&root.path().join("unified/x"), &[("cpu.max", "70000 100000\n")]);
        folder(&root.path().join("cpu"), &[]);
        assert_eq!(cores(root.path(), "1:cpu:/\n0::/x\n"), Some(0.7));
    }

    #[test]
    fn the_time_held_back_is_read_in_either_unit() {
        let root = tempfile::tempdir().expect("a folder");
        folder(root.path(), &[("cpu.stat", "usage_usec 9\nnr_throttled 21\nthrottled_usec 1500\n")]);
        let quota = |newer| Quota { cores: 0.5, group: root.path().to_owned(), newer };
        assert_eq!(quota(true).throttled(), Some(Ns::from_micros(1_500)));
        assert_eq!(quota(false).throttled(), None);
        folder(root.path(), &[("cpu.stat", "nr_periods 22\nnr_throttled 21\nthrottled_time 3017645180\n")]);
        assert_eq!(quota(false).throttled(), Some(Ns(3_017_645_180)));
        let gone = Quota { cores: 0.5, group: root.path().join("gone"), newer: true };
        assert_eq!(gone.throttled(), None);
    }
}
