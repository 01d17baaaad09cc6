//! What is said of the global lock of a run.

use super::times;
use crate::text::counted;
use crate::units::Ns;

/// The global lock that a run had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gil {
    /// None.
    None,
    /// The newer one.
    Asked {
        /// How long a waiter waited before it asked.
        interval: Ns,
        /// Whether the holder then waited until somebody else had it.
        forced_switching: bool,
    },
    /// The older one.
    Ticking {
        /// After how many ticks the holder let go.
        check_interval: u32,
    },
}

impl Gil {
    pub(super) fn text(self) -> String {
        match self {
            Gil::None => String::new(),
            Gil::Asked { interval, forced_switching } => {
                let unforced = if forced_switching { "" } else { ", no forced switching" };
                format!(" with a GIL (switch interval {}{unforced})", interval.written())
            }
            Gil::Ticking { check_interval } => {
                format!(" with the old GIL (check interval {})", counted(check_interval.into(), "tick", "ticks"))
            }
        }
    }
}

/// A line about a global lock: for how long it was `held` and `waited` for, and how many times it was handed over, let
/// go of because somebody asked or its ticks were used up, and let go of by itself.
pub(super) fn line((each, ticks): (bool, bool), (held, waited): (Ns, Ns), counts: [u64; 3]) -> String {
    let who = if each { "GIL, one in each process" } else { "GIL" };
    let why = if ticks { "lost" } else { "let go" };
    let because = if ticks { "at a check" } else { "because asked" };
    if waited == Ns::ZERO {
        return format!("{who}: held {held}, and nobody waited for it");
    }
    let [over, forced, voluntary] = counts.map(times);
    format!(
        "{who}: held {held}, waited for {waited}, handed over {over}; {why} {forced} {because}, {voluntary} by itself"
    )
}
