//! The facts that can be known without the engine, on systems on which it does not run.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Instant;

use super::super::facts::{Group, Limits, Load, RecordFacts, Speed};
use crate::text::doctor::system::NO_MEASURED_RUNS;
use crate::units::{Ns, Stamp};

/// This instant.
pub(super) fn now() -> Stamp {
    static START: OnceLock<Instant> = OnceLock::new();
    Stamp(Ns::from(START.get_or_init(Instant::now).elapsed()).0)
}

/// The numbers from 0 for as many cores as the system grants this process.
pub(super) fn allowed_cores() -> Vec<u16> {
    (0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u16).collect()
}

/// No quota: the system has no control groups.
pub(super) fn quota() -> Option<Group> {
    None
}

/// The load is unknown.
pub(super) fn load(_allowed: &[u16]) -> Load {
    Load::default()
}

/// The speed is unknown: the engine does not run here.
pub(super) fn speed() -> Speed {
    Speed::default()
}

/// There is no record, since no runs are made here.
pub(super) fn kernel_record() -> RecordFacts {
    RecordFacts { refused: Some(NO_MEASURED_RUNS.to_owned()), cure: None }
}

/// The system's limits are unknown.
pub(super) fn limits() -> Limits {
    Limits::default()
}

/// The file system of `folder` is unknown.
pub(super) fn file_system(_folder: &Path) -> Option<String> {
    None
}

/// The free space is unknown.
pub(super) fn room(_folder: &Path) -> Option<u64> {
    None
}
