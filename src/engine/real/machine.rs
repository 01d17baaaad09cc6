//! What of this machine a run may use: the cores this process is allowed on, and how much of them its control groups
//! grant.

use super::sys;

mod groups;

pub use groups::{Quota, Throttling, most_tasks};

/// The cores this process may run on, by the kernel's numbers, ascending; never empty.
pub fn allowed_cores() -> Vec<u16> {
    let guess = || (0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u16).collect();
    let cores: Vec<u16> = sys::affinity().unwrap_or_else(guess);
    if cores.is_empty() { vec![0] } else { cores }
}

/// How many cores' worth of time this process can get: those it is allowed on, or less where a control group has a
/// quota.
pub fn usable_cores() -> f64 {
    let allowed = allowed_cores().len() as f64;
    Quota::smallest().map_or(allowed, |q| q.cores.min(allowed))
}

/// Restricts the calling thread, and what it starts from now, to `cores`; to nothing if there are none. That this fails
/// is no reason not to run.
pub(super) fn pin(cores: &[u16]) {
    if cores.is_empty() {
        return;
    }
    let _ = sys::set_affinity(cores);
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
}
