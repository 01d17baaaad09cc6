//! What others took of the machine while a round was going on: what it suffers from and cannot see in its own figures.

use std::fs;

use concviz::machine::load::Watch;
use concviz::machine::{cores, now, process_cpu};
use concviz::units::Ns;

/// The shares of all cores that others took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Others {
    /// Other programs.
    pub programs: f64,
    /// The host of a virtual machine.
    pub host: f64,
}

/// A look at others from the begin of a round to its end.
pub struct Load {
    cores: usize,
    watch: Watch,
    children: Ns,
}

impl Load {
    pub fn begin() -> Load {
        let cores = cores::allowed();
        let count = cores.len().max(1);
        Load { cores: count, watch: Watch::begin(cores, now(), process_cpu()), children: children() }
    }

    /// What others took since; nothing where the system does not say.
    pub fn end(&self) -> Option<Others> {
        let (at, ours) = (now(), children().less(self.children));
        let share = |cores: f64| cores / self.cores as f64;
        let programs = share(self.watch.others(at, process_cpu(), ours)?);
        Some(Others { programs, host: share(self.watch.stolen(at)?) })
    }
}

/// Time on cores of all children that have ended, and of theirs.
fn children() -> Ns {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    Ns(1_000_000_000).times(ticks_of_children(&stat).unwrap_or(0), rustix::param::clock_ticks_per_second())
}

/// From the text of `/proc/self/stat`.
fn ticks_of_children(stat: &str) -> Option<u64> {
    // The name stands in parentheses and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(13)?.parse::<u64>().ok()? + fields.get(14)?.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_children_stands_behind_ones_own() {
        let stat = "7 (a name) ) S 1 7 7 0 -1 4194304 1 2 3 4 100 200 31 42 20 0 1 0 5 6 7";
        assert_eq!(ticks_of_children(stat), Some(73));
        assert_eq!(ticks_of_children("nonsense"), None);
        assert!(ticks_of_children(&fs::read_to_string("/proc/self/stat").unwrap_or_default()).is_some());
    }
}
