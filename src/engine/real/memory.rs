//! How much memory a run has, by the kernel's account: every page counted once, shared ones in parts (Pss).

use super::shared::Shared;
use crate::units::{Ns, Stamp};

/// Between two looks; one costs tens of microseconds for each process.
const PERIOD: Ns = Ns::from_millis(250);

/// The most that was seen at any look.
#[derive(Default)]
pub(super) struct Memory {
    peak: u64,
    looked: Option<Stamp>,
}

impl Memory {
    /// Looks, if the last look is long enough ago.
    pub(super) fn sample(&mut self, shared: Shared, now: Stamp) {
        let looked = *self.looked.get_or_insert(now);
        if now.since(looked) >= PERIOD {
            self.looked = Some(now);
            self.sample_now(shared);
        }
    }

    /// Looks at the runner and at all worker processes there are.
    pub(super) fn sample_now(&mut self, shared: Shared) {
        let own = std::process::id();
        let others = shared.rings().map(|(_, ring)| ring.account().pid).filter(|&pid| pid != 0 && pid != own);
        let sum = others.chain([own]).map(pss_of).sum();
        self.peak = self.peak.max(sum);
    }

    /// In bytes; 0 if the kernel does not say.
    pub(super) fn peak(&self) -> u64 {
        self.peak
    }
}

fn pss_of(pid: u32) -> u64 {
    std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).map_or(0, |text| pss(&text).unwrap_or(0))
}

/// The sum that a `smaps_rollup` file states, in bytes.
fn pss(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_line_is_read() {
        let text = "00400000-7fff [rollup]\nRss:   2000 kB\nPss:    1234 kB\nPss_Dirty:  7 kB\n";
        assert_eq!(pss(text), Some(1234 * 1024));
        assert_eq!(pss("Rss: 3 kB\n"), None);
    }
}
