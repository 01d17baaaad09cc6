//! The time of a model's runs, and, for every comparison, when two such times are a tie.

use crate::units::Ns;

/// Times that differ by no more than this share of the shorter one are a tie: two runs of the same work differ by as
/// much on a quiet machine, and nobody would choose a model for it.
const LIKE: f64 = 0.05;

/// A time, and how it is spread over several runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// The time.
    pub time: Ns,
    /// The median distance from it over all runs; nothing where there was one run.
    pub spread: Option<Ns>,
    /// What it would have been at least if nobody had disturbed the run.
    pub least: Ns,
}

impl Timing {
    /// Of the runs that took `times`: the one in the middle (the lower of two there) and the median absolute deviation.
    /// Nothing if there are none.
    pub fn of(times: &[Ns]) -> Option<Timing> {
        let mut sorted = times.to_vec();
        sorted.sort_unstable();
        let time = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
        let exact = middle(&sorted);
        let mut away: Vec<Ns> = sorted.iter().map(|t| Ns(t.0.abs_diff(exact.0))).collect();
        away.sort_unstable();
        Some(Timing { time, spread: (sorted.len() > 1).then(|| middle(&away)), least: time })
    }

    /// Whether nobody can tell which of the two is shorter: they differ by no more than a twentieth of the shorter one,
    /// or, where that is more, by no more than both spreads together, or than what the longer one may owe to others.
    pub fn ties(self, other: Timing) -> bool {
        let (shorter, longer) = if self.time <= other.time { (self, other) } else { (other, self) };
        let apart = (longer.time - shorter.time).0 as f64;
        let spreads = self.spread.unwrap_or_default() + other.spread.unwrap_or_default();
        let owed = longer.time - longer.least;
        apart <= (LIKE * shorter.time.0 as f64).max(spreads.max(owed).0 as f64)
    }
}

/// The median of sorted values, at least one: the value in the middle, or the mean of the two there.
fn middle(sorted: &[Ns]) -> Ns {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { (sorted[half - 1] + sorted[half]).times(1, 2) }
}
