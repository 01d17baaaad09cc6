//! Which instant is shown: one number over a trace, whether the run goes on or is over.

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
        /// How fast it moves.
        speed: Speed,
        /// Whether it stands still.
        paused: bool,
        /// When it was last moved.
        moved: Stamp,
    },
}

/// The speed of a replay: while `real` nanoseconds pass for the watcher, `run` nanoseconds of the run are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    /// Nanoseconds of the run.
    pub run: u32,
    /// Nanoseconds of the watcher's time.
    pub real: u32,
}

/// The first slow replay is this many times slower than the run, and each further one this many times slower than the
/// last; a faster one is this many times faster.
const STEP: u32 = 4;
/// How many times slower or faster than the run a replay is at most.
const MOST: u32 = 1024;
/// How long a replay at its natural speed should last, at least and at most: a shorter one is not seen, for a longer
/// one nobody waits.
const LASTS: (Ns, Ns) = (Ns::from_millis(2_000), Ns::from_millis(6_000));

impl Speed {
    /// As fast as the run was.
    pub const NORMAL: Speed = Speed { run: 1, real: 1 };

    /// The speed at which a run that lasts for `length` is replayed where nobody chose one: its own, if that can be
    /// watched.
    pub fn natural(length: Ns) -> Speed {
        let mut speed = Speed::NORMAL;
        while length.times(u64::from(speed.real), u64::from(speed.run)) < LASTS.0 && speed.real < MOST {
            speed.real *= 2;
        }
        while length.times(u64::from(speed.real), u64::from(speed.run)) > LASTS.1 && speed.run < MOST {
            speed.run *= 2;
        }
        speed
    }

    /// A step slower.
    #[must_use]
    pub fn slower(self) -> Speed {
        Speed { run: self.run, real: self.real.saturating_mul(STEP) }.reduced()
    }

    /// A step faster.
    #[must_use]
    pub fn faster(self) -> Speed {
        Speed { run: self.run.saturating_mul(STEP), real: self.real }.reduced()
    }

    fn reduced(self) -> Speed {
        let common = self.run.min(self.real).max(1);
        // Both are powers of two.
        Speed { run: (self.run / common).clamp(1, MOST), real: (self.real / common).clamp(1, MOST) }
    }
}

impl Playhead {
    /// The instant shown, where the run is at `present`.
    pub fn position(self, present: Ns) -> Ns {
        match self {
            Playhead::Live => present,
            Playhead::Frozen(at) | Playhead::Replay { at, .. } => at.min(present),
        }
    }

    /// From the start, at `speed`.
    pub fn play(speed: Speed, now: Stamp) -> Playhead {
        Playhead::Replay { at: Ns::ZERO, speed, paused: false, moved: now }
    }

    /// A slow replay from the start; slower where there was one already.
    pub fn slower(self, now: Stamp) -> Playhead {
        let speed = match self {
            Playhead::Replay { speed, .. } => speed.slower(),
            _ => Speed::NORMAL.slower(),
        };
        Playhead::play(speed, now)
    }

    /// A replay from the start as fast as the run was; where there was one already, a faster one from where it is.
    pub fn faster(self, now: Stamp) -> Playhead {
        match self {
            Playhead::Replay { at, speed, .. } => {
                Playhead::Replay { at, speed: speed.faster(), paused: false, moved: now }
            }
            _ => Playhead::play(Speed::NORMAL, now),
        }
    }

    /// Standing still at `at`, in a run that is `over` or goes on.
    pub fn scrub(self, at: Ns, now: Stamp, over: bool) -> Playhead {
        match self {
            _ if !over => Playhead::Frozen(at),
            Playhead::Replay { speed, .. } => Playhead::Replay { at, speed, paused: true, moved: now },
            _ => Playhead::Replay { at, speed: Speed::NORMAL, paused: true, moved: now },
        }
    }

    /// As time passes: it is `now`, and the run ends at `end`.
    pub fn advance(self, now: Stamp, end: Ns) -> Playhead {
        match self {
            Playhead::Replay { at, speed, paused: false, moved } => {
                let at = at + now.since(moved).times(u64::from(speed.run), u64::from(speed.real));
                if at >= end { Playhead::Live } else { Playhead::Replay { at, speed, paused: false, moved: now } }
            }
            other => other,
        }
    }

    /// Stops a playhead that moves, or lets one that is stopped move on.
    pub fn toggle_pause(self, now: Stamp, present: Ns) -> Playhead {
        match self {
            Playhead::Live => Playhead::Frozen(present),
            Playhead::Frozen(_) => Playhead::Live,
            Playhead::Replay { at, speed, paused, .. } => Playhead::Replay { at, speed, paused: !paused, moved: now },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_go_up_and_down_in_steps_and_stay_within_their_bounds() {
        let speed = |run, real| Speed { run, real };
        assert_eq!(Speed::NORMAL.slower(), speed(1, 4));
        assert_eq!(Speed::NORMAL.slower().faster(), Speed::NORMAL);
        assert_eq!(speed(1, 8).faster(), speed(1, 2));
        assert_eq!(speed(1, 2).faster(), speed(2, 1));
        assert_eq!((0..20).fold(Speed::NORMAL, |s, _| s.slower()), speed(1, MOST));
        assert_eq!((0..20).fold(Speed::NORMAL, |s, _| s.faster()), speed(MOST, 1));
    }

    #[test]
    fn a_replay_by_itself_is_neither_over_at_once_nor_long() {
        for ms in [1, 3, 40, 500, 2_000, 5_000, 7_000, 60_000, 3_000_000] {
            let speed = Speed::natural(Ns::from_millis(ms));
            let lasts = Ns::from_millis(ms).times(u64::from(speed.real), u64::from(speed.run));
            assert!(lasts >= Ns::from_millis(1_000) && lasts <= LASTS.1, "{ms} ms: {lasts}");
        }
        assert_eq!(Speed::natural(Ns::from_millis(2_500)), Speed::NORMAL);
    }

    #[test]
    fn the_playhead_moves_by_its_speed_and_follows_again_at_the_end() {
        let second = |s: u64| Stamp(s * 1_000_000_000);
        let end = Ns::from_millis(1_000);
        let playing = Playhead::Live.slower(second(0)).advance(second(2), end);
        assert_eq!(playing.position(end), Ns::from_millis(500));
        assert_eq!(playing.advance(second(4), end), Playhead::Live);
        let still = playing.scrub(Ns::from_millis(100), second(3), true);
        assert_eq!(still.advance(second(9), end), still);
        assert_eq!(still.toggle_pause(second(9), end).advance(second(10), end).position(end), Ns::from_millis(350));
        assert_eq!(Playhead::Live.scrub(Ns(7), second(1), false), Playhead::Frozen(Ns(7)), "a run that goes on");
        assert_eq!(Playhead::Frozen(Ns(7)).toggle_pause(second(1), end), Playhead::Live);
    }
}
