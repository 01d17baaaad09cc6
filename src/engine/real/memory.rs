//! How much memory a run has, by the kernel's account: every page counted once, shared ones in parts (Pss).

use super::shared::Shared;
use crate::units::{Ns, Stamp};

/// The time between two looks at how much is resident; a look costs microseconds for each process.
const PERIOD: Ns = Ns::from_millis(250);
/// Telling shared pages apart costs hundreds of microseconds. It is done when the resident sum has changed by more than
/// this part (1/64) of itself, and after [`LONG_PERIOD`] in any case, since a page that gets copied changes no sum.
const NOTEWORTHY: u64 = 64;
const LONG_PERIOD: Ns = Ns::from_millis(2_000);

/// The most memory that was seen at any look.
#[derive(Default)]
pub(super) struct Memory {
    peak: u64,
    looked: Option<Stamp>,
    /// When shared pages were last told apart, and how many pages were resident then.
    told_apart: Option<(Stamp, u64)>,
}

impl Memory {
    /// Looks, if the last look is long enough ago.
    pub(super) fn sample(&mut self, shared: Shared, now: Stamp) {
        let looked = *self.looked.get_or_insert(now);
        if now.since(looked) < PERIOD {
            return;
        }
        self.looked = Some(now);
        let resident = processes(shared).map(resident_of).sum();
        if self.is_due(now, resident) {
            self.told_apart = Some((now, resident));
            self.sample_now(shared);
        }
    }

    /// Whether shared pages are to be told apart now, with `resident` pages resident.
    fn is_due(&self, now: Stamp, resident: u64) -> bool {
        self.told_apart.is_none_or(|(then, before)| {
            now.since(then) >= LONG_PERIOD || resident.abs_diff(before) > before / NOTEWORTHY
        })
    }

    /// Looks at the runner and at all worker processes there are.
    pub(super) fn sample_now(&mut self, shared: Shared) {
        self.peak = self.peak.max(processes(shared).map(pss_of).sum());
    }

    /// The peak in bytes; 0 if the kernel does not say.
    pub(super) fn peak(&self) -> u64 {
        self.peak
    }
}

/// How many bytes of memory programs can still have; nothing where the system does not say.
pub(super) fn free() -> Option<u64> {
    kib_in(&std::fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

/// The runner and all worker processes there are.
fn processes(shared: Shared) -> impl Iterator<Item = u32> {
    let own = std::process::id();
    shared.rings().map(|(_, ring)| ring.account().pid).filter(move |&pid| pid != 0 && pid != own).chain([own])
}

/// How many pages of a process are resident, shared ones included; 0 if the kernel does not say.
fn resident_of(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0)
}

fn pss_of(pid: u32) -> u64 {
    std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).map_or(0, |text| pss(&text).unwrap_or(0))
}

/// The sum that a `smaps_rollup` file states, in bytes.
fn pss(text: &str) -> Option<u64> {
    kib_in(text, "Pss:")
}

/// What the line that begins with `name` states in kB, in bytes.
fn kib_in(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_pages_are_told_apart_where_more_or_less_is_resident_and_now_and_then() {
        let at = |ms: u64| Stamp(Ns::from_millis(ms).0);
        let mut memory = Memory::default();
        assert!(memory.is_due(at(0), 6_400));
        memory.told_apart = Some((at(0), 6_400));
        for (ms, resident, due) in
            [(250, 6_400, false), (250, 6_500, false), (250, 6_501, true), (250, 6_299, true), (2_000, 6_400, true)]
        {
            assert_eq!(memory.is_due(at(ms), resident), due, "{resident} after {ms} ms");
        }
        assert!(!cfg!(target_os = "linux") || resident_of(std::process::id()) > 0);
    }

    #[test]
    fn the_right_line_is_read() {
        let text = "00400000-7fff [rollup]\nRss:   2000 kB\nPss:    1234 kB\nPss_Dirty:  7 kB\n";
        assert_eq!(pss(text), Some(1234 * 1024));
        assert_eq!(pss("Rss: 3 kB\n"), None);
    }
}
