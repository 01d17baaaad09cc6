//! The facts that `machine` finds out, and the limits that a Unix sets.

use std::path::Path;
use std::thread;
use std::time::Duration;

use super::super::facts::{Files, Group, Limit, Limits, Load, RecordFacts, Speed};
use crate::machine::calibrate;
use crate::machine::cores::{self, Quota};
use crate::machine::load::Watch;
use crate::machine::{kernel_record, sys};
use crate::text;
use crate::units::{Ns, Stamp};
use crate::workload::Kernel;

/// For how long other programs are watched.
const WATCHED: Duration = Duration::from_millis(500);
/// This instant.
pub(super) fn now() -> Stamp {
    sys::now()
}

/// The kernel's numbers of the cores that this process may run on.
pub(super) fn allowed_cores() -> Vec<u16> {
    cores::allowed()
}

/// The smallest quota of this process's control groups.
pub(super) fn quota() -> Option<Group> {
    Quota::smallest().map(|q| Group { cores: q.cores, folder: q.group })
}

/// What other programs do with the cores `allowed`, watched for [`WATCHED`].
pub(super) fn load(allowed: &[u16]) -> Load {
    let watch = Watch::begin(allowed.to_vec(), sys::now(), sys::process_cpu());
    thread::sleep(WATCHED);
    let at = sys::now();
    Load { others: watch.others(at, sys::process_cpu(), Ns::ZERO), stolen: watch.stolen(at) }
}

/// Whether the kernel records the switches of what this program starts.
pub(super) fn kernel_record() -> RecordFacts {
    match kernel_record::is_permitted() {
        Ok(()) => RecordFacts::default(),
        Err(why) => RecordFacts { refused: Some(text::no_record_reason(&why)), cure: text::no_record_cure(&why) },
    }
}

/// How fast a core computes.
pub(super) fn speed() -> Speed {
    let cached = calibrate::cached();
    let rates = calibrate::rates(Kernel::ALL.into_iter().collect()).unwrap_or(cached);
    let count = [Kernel::Count].into_iter().collect();
    let then = cached.known(Kernel::Count);
    let now = then.map(|then| calibrate::measure(count).per_ms(Kernel::Count) as f64 / then as f64);
    let known = Kernel::ALL.into_iter().filter_map(|kernel| Some((kernel.name(), rates.known(kernel)?)));
    Speed { per_ms: known.collect(), from_cache: then.is_some(), cache: calibrate::cache_file(), now }
}

/// How much this process may have.
pub(super) fn limits() -> Limits {
    use rustix::process::{Resource, getrlimit};
    let limit = |n: Option<u64>| n.map_or(Limit::None, Limit::Most);
    let (files, user) = (getrlimit(Resource::Nofile), getrlimit(Resource::Nproc));
    // The system sets a number for the superuser too, but does not apply it.
    let user = if rustix::process::geteuid().is_root() { Limit::None } else { limit(user.current) };
    Limits {
        files: Files { now: limit(files.current), at_most: limit(files.maximum) },
        user,
        group: cores::most_tasks().map_or(Limit::None, Limit::Most),
        system: super::number("/proc/sys/kernel/threads-max").map_or(Limit::Unknown, Limit::Most),
    }
}

/// The type of the file system that `folder` lies on.
pub(super) fn file_system(folder: &Path) -> Option<String> {
    cores::file_system(folder)
}

/// How many bytes are free where `folder` lies.
pub(super) fn room(folder: &Path) -> Option<u64> {
    let room = rustix::fs::statvfs(folder).ok()?;
    Some(room.f_bavail.saturating_mul(room.f_frsize))
}
