//! How one run's time compares with another's: the ratio, how sure it is, and what may be said of it.

use crate::text::Doubt;
use crate::units::Speedup;

/// A gain below this is none.
pub(super) const GAIN: f64 = 1.05;
/// From this ratio down a model loses; between that and a gain it gains nothing.
pub(super) const LOSS: f64 = 0.85;

/// How many times as fast as the baseline a run is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// This many times, within these bounds.
    pub speedup: Speedup,
    /// What drew the bounds apart most, where both of them must be said.
    pub doubt: Option<Doubt>,
}

impl Ratio {
    /// A ratio of exactly `times`.
    pub const fn exactly(times: f64) -> Ratio {
        Ratio { speedup: Speedup::exactly(times), doubt: None }
    }

    /// Why it cannot be called a gain, a loss or neither: these words would change within its bounds. Nothing where one
    /// of them holds for all of it.
    pub fn unsettled(self) -> Option<Doubt> {
        self.doubt.filter(|_| !self.speedup.is_settled(&[LOSS, GAIN]))
    }
}
