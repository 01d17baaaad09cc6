//! How many times as fast one run is as another, with the bounds within which that is known.

/// How many times as fast: as measured, and between which bounds it would lie on a machine that nothing disturbs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speedup {
    /// As measured: one time over the other.
    pub times: f64,
    /// The least that it can be.
    pub low: f64,
    /// The most that it can be.
    pub high: f64,
}

impl Speedup {
    /// Bounds that differ by no more than this share are not worth a word: two runs of the same work differ by as much
    /// on a quiet machine.
    pub const CLOSE: f64 = 0.10;

    /// A speedup of exactly `times`.
    pub const fn exactly(times: f64) -> Speedup {
        Speedup { times, low: times, high: times }
    }

    /// Whether its bounds are so far apart that both must be said.
    pub fn is_wide(self) -> bool {
        self.high > (1.0 + Self::CLOSE) * self.low
    }

    /// Whether all of it lies on the same side of each of these `limits`, so that it can be called one thing.
    pub fn is_settled(self, limits: &[f64]) -> bool {
        !self.is_wide() || limits.iter().all(|limit| (self.low >= *limit) == (self.high >= *limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_a_tenth_apart_are_one_figure_and_no_verdict_changes_within_settled_ones() {
        let between = |low, high| Speedup { times: high, low, high };
        assert!(!Speedup::exactly(2.0).is_wide() && !between(1.0, 1.1).is_wide() && between(1.0, 1.11).is_wide());
        let limits = [0.85, 1.05];
        assert!(between(1.2, 2.0).is_settled(&limits) && between(0.04, 0.06).is_settled(&limits));
        assert!(between(0.88, 1.0).is_settled(&limits), "nothing is gained anywhere in it");
        assert!(!between(0.9, 1.6).is_settled(&limits) && !between(0.6, 0.9).is_settled(&limits));
        assert!(between(1.0, 1.06).is_settled(&limits), "so close that it counts as one figure");
    }
}
