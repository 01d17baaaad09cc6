//! Which instant of a run is shown: one number over its trace.

use crate::units::{Ns, Stamp};

/// The playhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Playhead {
    /// The present, or the end of a run that is over.
    Live,
    /// Stopped there, while the run goes on.
    Frozen(Ns),
    /// Moving over a run that is over.
    Replay {
        /// Where it is.
        at: Ns,
        /// So many times slower than the run was.
        slower: u32,
        /// Whether it stands still.
        paused: bool,
        /// When it was last moved.
        moved: Stamp,
    },
}

/// The first replay is so many times slower than the run; each further one again.
const SLOWER: u32 = 4;
/// The slowest there is.
const SLOWEST: u32 = 1024;

impl Playhead {
    /// The instant shown, where the run is at `present`.
    pub fn position(self, present: Ns) -> Ns {
        match self {
            Playhead::Live => present,
            Playhead::Frozen(at) | Playhead::Replay { at, .. } => at.min(present),
        }
    }

    /// A slow replay from the start; slower where there was one already.
    pub fn slower(self, now: Stamp) -> Playhead {
        let slower = match self {
            Playhead::Replay { slower, .. } => slower.saturating_mul(SLOWER).min(SLOWEST),
            _ => SLOWER,
        };
        Playhead::Replay { at: Ns::ZERO, slower, paused: false, moved: now }
    }

    /// As time passes: it is `now`, and the run ends at `end`.
    pub fn advance(self, now: Stamp, end: Ns) -> Playhead {
        match self {
            Playhead::Replay { at, slower, paused: false, moved } => {
                let at = at + now.since(moved).times(1, u64::from(slower));
                if at >= end { Playhead::Live } else { Playhead::Replay { at, slower, paused: false, moved: now } }
            }
            other => other,
        }
    }

    /// Stopped where it was going, or going where it was stopped.
    pub fn toggle_pause(self, now: Stamp, present: Ns) -> Playhead {
        match self {
            Playhead::Live => Playhead::Frozen(present),
            Playhead::Frozen(_) => Playhead::Live,
            Playhead::Replay { at, slower, paused, .. } => Playhead::Replay { at, slower, paused: !paused, moved: now },
        }
    }
}
