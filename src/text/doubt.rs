//! How sure a ratio of two times is: its bounds in words, and what drew them apart.

use super::of_cores;
use crate::units::Speedup;

/// What keeps a ratio from being a single figure, and where it happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Doubt {
    /// What it was.
    pub cause: Cause,
    /// Whether it was the run that the other is held against.
    pub baseline: bool,
}

/// What happened to a run from outside.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Cause {
    /// Other programs had a part of the cores.
    Busy { others: f64, cores: f64 },
    /// The host of a virtual machine had.
    Host { stolen: f64, cores: f64 },
    /// Its cores came only to this share of the other run's speed.
    Slow { speed: f64 },
    /// It was faster than this machine can be, or slower than it need be, and nobody knows why.
    Unknown,
    /// Its repetitions took times that differ.
    Spread,
}

impl Doubt {
    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self.cause {
            Cause::Busy { .. } => "busy machine",
            Cause::Host { .. } => "busy host",
            Cause::Slow { .. } => "uneven cores",
            Cause::Unknown => "impossible",
            Cause::Spread => "spread",
        }
    }

    /// A word for it, where there is room for no more.
    pub const fn word(self) -> &'static str {
        match self.cause {
            Cause::Busy { .. } => "busy",
            Cause::Host { .. } => "host busy",
            Cause::Slow { .. } => "uneven cores",
            Cause::Unknown => "disturbed",
            Cause::Spread => "unsteady",
        }
    }

    /// The sentence, without a full stop.
    pub fn text(self) -> String {
        let beside = if self.baseline { " beside the baseline" } else { "" };
        match (self.cause, self.baseline) {
            (Cause::Busy { others, cores }, _) => {
                format!("other programs kept {others:.1} of {} busy{beside}", of_cores(cores))
            }
            (Cause::Host { stolen, cores }, _) => {
                format!("the host took {stolen:.1} of {} away{beside}", of_cores(cores))
            }
            (Cause::Slow { speed }, true) => format!("the baseline's cores ran at {speed:.1} of this speed"),
            (Cause::Slow { speed }, false) => format!("its cores ran at {speed:.1} of the baseline's speed"),
            (Cause::Unknown, _) => "it is faster than it can be, so a run was disturbed".to_owned(),
            (Cause::Spread, true) => "the baseline's repetitions differ".to_owned(),
            (Cause::Spread, false) => "its repetitions differ".to_owned(),
        }
    }
}

/// A speedup as people say it: `1.95×`, and `1.6–2.0×` where its bounds are far apart.
pub fn speedup(x: Speedup) -> String {
    bounds(x).map_or_else(|| super::factor(x.times), |(low, high)| format!("{low}–{high}×"))
}

/// The same in fewer columns: `~1.8×` where there are bounds.
pub fn short_speedup(x: Speedup) -> String {
    match bounds(x) {
        Some(_) => format!("~{}×", figure(x.times.clamp(x.low, x.high))),
        None => super::factor(x.times),
    }
}

/// The two bounds as they are printed; nothing where one figure is enough.
pub fn bounds(x: Speedup) -> Option<(String, String)> {
    let (low, high) = (figure(x.low), figure(x.high));
    (x.is_wide() && low != high).then_some((low, high))
}

/// A bound, with as many digits as it deserves.
fn figure(x: f64) -> String {
    match x {
        9.95.. => format!("{x:.0}"),
        0.95.. => format!("{x:.1}"),
        0.0095.. => format!("{x:.2}"),
        _ => format!("{x:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speedup_is_one_figure_or_two() {
        let between = |low, high| Speedup { times: f64::midpoint(low, high), low, high };
        assert_eq!(speedup(Speedup::exactly(1.95)), "1.95×");
        assert_eq!(speedup(between(1.6, 2.0)), "1.6–2.0×");
        assert_eq!(speedup(between(9.0, 12.0)), "9.0–12×");
        assert_eq!(speedup(between(0.04, 0.055)), "0.04–0.06×");
        assert_eq!(speedup(between(1.9, 2.0)), "1.95×", "so close that one figure says it");
        assert_eq!(
            (short_speedup(between(1.6, 2.0)), short_speedup(Speedup::exactly(12.0))),
            ("~1.8×".into(), "12×".into())
        );
    }

    #[test]
    fn a_doubt_says_what_happened_and_to_which_run() {
        let busy = |baseline| Doubt { cause: Cause::Busy { others: 1.2, cores: 2.0 }, baseline }.text();
        assert_eq!(busy(false), "other programs kept 1.2 of 2 cores busy");
        assert_eq!(busy(true), "other programs kept 1.2 of 2 cores busy beside the baseline");
        let slow = |baseline| Doubt { cause: Cause::Slow { speed: 0.75 }, baseline }.text();
        assert_eq!(slow(true), "the baseline's cores ran at 0.8 of this speed");
        assert_eq!(slow(false), "its cores ran at 0.8 of the baseline's speed");
    }
}
