//! A factor on the amounts of a workload, which shrinks or stretches it as a whole.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::amount;
use crate::units::Ns;

/// A factor on all amounts, in millionths: 300 000 is 0.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// Millionths of one.
    pub millionths: u64,
}

impl Scale {
    /// Everything as the file says.
    pub const ONE: Scale = Scale { millionths: 1_000_000 };

    pub(super) fn time(self, t: Ns) -> Ns {
        t.times(self.millionths, 1_000_000)
    }

    pub(super) fn number(self, n: u64) -> u64 {
        Ns(n).times(self.millionths, 1_000_000).0
    }
}

impl Default for Scale {
    fn default() -> Scale {
        Scale::ONE
    }
}

/// Why a text is not accepted as a factor.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScaleError {
    /// It is no number; what was read.
    #[error("{}", amount::no_factor(.0))]
    NotANumber(String),
    /// It is too small or too large.
    #[error("{}", amount::factor_out_of_range(.read, *.least, *.most))]
    OutOfRange {
        /// What was read.
        read: String,
        /// The least factor.
        least: f64,
        /// The largest.
        most: f64,
    },
}

impl FromStr for Scale {
    type Err = ScaleError;

    fn from_str(text: &str) -> Result<Scale, ScaleError> {
        const LEAST: f64 = 0.000_1;
        const MOST: f64 = 1_000.0;
        let factor: f64 = text.trim().parse().map_err(|_| ScaleError::NotANumber(text.to_owned()))?;
        if (LEAST..=MOST).contains(&factor) {
            Ok(Scale { millionths: (factor * 1e6).round() as u64 })
        } else {
            Err(ScaleError::OutOfRange { read: text.to_owned(), least: LEAST, most: MOST })
        }
    }
}
