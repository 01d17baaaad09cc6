//! The kernel's record of a run: a ring for each core, opened before the first worker exists, so that the record covers
//! everything that the run starts. What the switches mean is decided by the trace, not here.

use std::io;

use rustix::io::Errno;

use super::cores;
use super::process::lacks_descriptors;
use super::sys::{self, Noted, SwitchRing};
use crate::state::NoRecord;
use crate::trace::{Event, Stamped, Switch};
use crate::units::Stamp;

/// Pages of a ring, at most: room for 16,384 switches between two sweeps, and just what a user may lock for each core.
const MOST_PAGES: usize = 128;
/// Pages of a ring, at least: with fewer, switches would be lost at once.
const LEAST_PAGES: usize = 4;
/// Pages of all rings together, at most.
const ALL_PAGES: usize = 2048;

/// The kernel's record while it is kept.
#[derive(Debug)]
pub struct KernelRings {
    rings: Vec<SwitchRing>,
    /// When the record began, with the thread that began it and the core of that thread.
    begun: Stamped,
    told: bool,
    /// How many switches were read so far.
    pub count: u64,
    lost_told: u64,
}

impl KernelRings {
    /// Begins to record the calling thread and all it starts from now on.
    ///
    /// # Errors
    /// If there is no record: why.
    pub fn open() -> Result<KernelRings, NoRecord> {
        let cores = cores::allowed();
        let each = (ALL_PAGES / cores.len()).clamp(LEAST_PAGES, MOST_PAGES);
        let mut pages = 1 << each.ilog2();
        let rings = loop {
            match cores.iter().map(|core| SwitchRing::open(*core, pages)).collect::<io::Result<Vec<_>>>() {
                Ok(rings) => break rings,
                // Other programs that record have locked memory too: smaller rings may still fit.
                Err(e) if is_short_of_memory(&e) && pages > LEAST_PAGES => pages /= 2,
                Err(e) => return Err(refusal(&e)),
            }
        };
        let begun = presence();
        Ok(KernelRings { rings, begun, told: false, count: 0, lost_told: 0 })
    }

    /// Appends everything that the kernel has written to `out`, core by core.
    pub fn drain(&mut self, out: &mut Vec<Stamped>) {
        if !std::mem::replace(&mut self.told, true) {
            out.push(self.begun);
        }
        for ring in &mut self.rings {
            ring.drain(|noted| match noted {
                // This thread may have been switched between the opening of two rings: then only half of that switch is
                // recorded.
                Noted::Switch { at, .. } if at < self.begun.at => {}
                Noted::Switch { at, tid, core, switch } => {
                    self.count += 1;
                    out.push(Stamped { at, worker: Stamped::NO_WORKER, core, event: Event::Switched { tid, switch } });
                }
                Noted::Lost { at, count } => {
                    self.lost_told += count;
                    out.push(lost(at, count));
                }
            });
        }
    }

    /// How many switches found no room.
    pub fn lost(&self) -> u64 {
        self.rings.iter().map(SwitchRing::lost).sum::<u64>().max(self.lost_told)
    }

    /// An event for the lost switches that the rings have not reported: they can report only once they have room again.
    pub fn untold(&self, at: Stamp) -> Option<Stamped> {
        let count = self.lost() - self.lost_told;
        (count > 0).then(|| lost(at, count))
    }
}

/// The record that the calling thread is on its core now. The core is read twice, since the thread may move meanwhile.
fn presence() -> Stamped {
    let event = Event::Switched { tid: sys::thread_id(), switch: Switch::In };
    loop {
        let (core, at) = (sys::core(), sys::now());
        if sys::core() == core {
            return Stamped { at, worker: Stamped::NO_WORKER, core, event };
        }
    }
}

fn lost(at: Stamp, count: u64) -> Stamped {
    Stamped { at, worker: Stamped::NO_WORKER, core: Stamped::NO_CORE, event: Event::Lost { count } }
}

/// Whether this machine's kernel records the switches of what this program starts.
///
/// # Errors
/// If it does not: why.
pub fn is_permitted() -> Result<(), NoRecord> {
    // On a thread of its own: the record follows the thread that opens it, and must not go on for this one.
    let tried = std::thread::spawn(|| KernelRings::open().map(|_| ()));
    tried.join().unwrap_or(Err(NoRecord::Untried))
}

fn is_short_of_memory(e: &io::Error) -> bool {
    matches!(e.raw_os_error().map(Errno::from_raw_os_error), Some(Errno::PERM | Errno::NOMEM | Errno::AGAIN))
}

fn refusal(e: &io::Error) -> NoRecord {
    let level = std::fs::read_to_string("/proc/sys/kernel/perf_event_paranoid").ok();
    let level = level.and_then(|text| text.trim().parse::<i32>().ok());
    match (e.raw_os_error().map(Errno::from_raw_os_error), level) {
        (None, _) => NoRecord::System,
        (Some(Errno::NOSYS | Errno::NODEV | Errno::OPNOTSUPP | Errno::INVAL | Errno::NOENT), _) => {
            NoRecord::Kernel { said: e.to_string() }
        }
        (Some(Errno::ACCESS | Errno::PERM), Some(level)) if level > OPEN_TO_ALL => NoRecord::Restricted { level },
        (Some(Errno::ACCESS | Errno::PERM), _) => NoRecord::Contained,
        _ if lacks_descriptors(e) => NoRecord::Descriptors,
        _ => NoRecord::Refused { said: e.to_string() },
    }
}

/// Up to this `perf_event_paranoid` level users may record their own switches.
const OPEN_TO_ALL: i32 = 2;

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::text;

    #[test]
    fn each_refusal_is_a_reason_and_what_to_do() {
        let of = |errno: Errno| text::no_record(&refusal(&io::Error::from_raw_os_error(errno.raw_os_error())));
        assert!(of(Errno::NOSYS).starts_with("this kernel keeps none"));
        assert!(of(Errno::MFILE).ends_with("raise `ulimit -n`"));
        let denied = of(Errno::ACCESS);
        assert!(denied.contains("perf_event_paranoid=2") || denied.contains("allow perf_event_open"), "{denied}");
        assert_eq!(text::no_record_cure(&refusal(&ErrorKind::Unsupported.into())), None);
    }
}
