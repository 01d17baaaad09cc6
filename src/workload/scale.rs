//! A factor on every amount of a workload: how far it is shrunk or stretched as a whole.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

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

impl FromStr for Scale {
    type Err = String;

    fn from_str(text: &str) -> Result<Scale, String> {
        let factor: f64 = text.trim().parse().map_err(|_| format!("`{text}` is not a number"))?;
        if (0.000_1..=1_000.0).contains(&factor) {
            Ok(Scale { millionths: (factor * 1e6).round() as u64 })
        } else {
            Err(format!("`{text}` is out of range: from 0.0001 to 1000"))
        }
    }
}
