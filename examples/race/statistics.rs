//! From pairs of measurements to a verdict. Nothing here assumes how noise is distributed: only that a round's ratio is
//! as likely above the true one as below it.

/// A median ratio surely above this is a slowdown. Below it, what a compiler places elsewhere costs as much.
pub const MARGIN: f64 = 1.03;
/// How sure the interval of a median ratio is to hold the true one, where there are rounds enough.
const SURE: f64 = 0.95;

/// One figure of a bench, as it was printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// In its unit.
    pub value: f64,
    /// Half of the last digit that was printed: the truth is as far away at most. Zero for what the tool itself
    /// measured.
    pub half: f64,
}

impl Reading {
    /// A figure that was rounded by nobody.
    pub fn exact(value: f64) -> Reading {
        Reading { value, half: 0.0 }
    }
}

/// What both commits said in the same round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    pub before: Reading,
    pub after: Reading,
}

/// Which figures are the good ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    Lower,
    Higher,
}

impl Pair {
    /// Whether both are numbers: what could not be measured is printed as none.
    pub fn is_measured(self) -> bool {
        self.before.value.is_finite() && self.after.value.is_finite()
    }

    /// How many times as bad it was after, at least, as printed, and at most.
    fn ratios(self, better: Better) -> [f64; 3] {
        let (bad, good) = match better {
            Better::Lower => (self.after, self.before),
            Better::Higher => (self.before, self.after),
        };
        let ratio = |above: f64, below: f64| match (above <= 0.0, below <= 0.0) {
            (true, true) => 1.0,
            _ => above.max(0.0) / below.max(0.0),
        };
        [
            ratio(bad.value - bad.half, good.value + good.half),
            ratio(bad.value, good.value),
            ratio(bad.value + bad.half, good.value - good.half),
        ]
    }
}

/// What the rounds say of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Slower,
    Faster,
    Alike,
    /// Below what can be told apart.
    TooSmall,
}

/// A figure, judged. Ratios are of the same round, and above 1 where it is worse after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// The median before.
    pub before: f64,
    /// The median after.
    pub after: f64,
    /// The median ratio.
    pub ratio: f64,
    /// Where the interval of the median ratio begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    pub verdict: Verdict,
}

/// Judges a figure by its rounds, of which there must be one at least. Below `floor`, and below two steps of what is
/// printed, it is too small to be judged.
pub fn judge(pairs: &[Pair], better: Better, floor: f64) -> Judged {
    let of = |what: &dyn Fn(&Pair) -> f64| {
        let mut all: Vec<f64> = pairs.iter().map(what).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let (before, after) = (median(&of(&|p| p.before.value)), median(&of(&|p| p.after.value)));
    let (rank, _) = rank(pairs.len());
    let [low, middle, high] = [0, 1, 2].map(|n| of(&|p| p.ratios(better)[n]));
    let (low, high) = (low[rank - 1], high[high.len() - rank]);
    let step = pairs.iter().map(|p| p.before.half.max(p.after.half) * 2.0).fold(0.0, f64::max);
    let verdict = if before.max(after) < floor.max(step * 2.0) {
        Verdict::TooSmall
    } else if low > MARGIN {
        Verdict::Slower
    } else if high < 1.0 / MARGIN {
        Verdict::Faster
    } else {
        Verdict::Alike
    };
    Judged { before, after, ratio: median(&middle), low, high, verdict }
}

/// The median of what is in order; not a number where there is nothing.
pub fn median(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    match n {
        0 => f64::NAN,
        _ if n % 2 == 1 => sorted[n / 2],
        _ => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// The median of what is in no order.
pub fn median_of(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    median(&values)
}

/// Which of `n` ordered ratios, counted from 1 and from either end, bound an interval that holds the true median; and
/// how surely. It misses where fewer than that many ratios fall on one side of the median, as with coins: the largest
/// rank for which this is rare enough. Where even the first and the last are too few, they are taken all the same.
pub fn rank(n: usize) -> (usize, f64) {
    // How likely k of n coins show heads; and that so many or fewer do.
    let mut exactly = 0.5f64.powi(i32::try_from(n).unwrap_or(i32::MAX));
    let mut at_most = exactly;
    let mut best = (1, 1.0 - 2.0 * at_most);
    for k in 1..n.div_ceil(2) {
        exactly *= (n - k + 1) as f64 / k as f64;
        at_most += exactly;
        let sure = 1.0 - 2.0 * at_most;
        if sure < SURE {
            break;
        }
        best = (k + 1, sure);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(of: &[(f64, f64)], half: f64) -> Vec<Pair> {
        let reading = |value| Reading { value, half };
        of.iter().map(|(b, a)| Pair { before: reading(*b), after: reading(*a) }).collect()
    }

    #[test]
    fn the_interval_is_that_of_the_sign_test() {
        let is = |n, rank_of, sure: f64| {
            let (rank, covered) = rank(n);
            assert_eq!(rank, rank_of, "{n} rounds");
            assert!((covered - sure).abs() < 1e-3, "{n} rounds: {covered}");
        };
        is(1, 1, 0.0);
        is(3, 1, 0.75);
        is(5, 1, 0.9375);
        is(6, 1, 0.969);
        is(9, 2, 0.961);
        is(12, 3, 0.961);
        is(15, 4, 0.965);
        is(25, 8, 0.957);
        is(100, 40, 0.965);
    }

    #[test]
    fn slower_is_what_is_surely_above_the_margin() {
        let with = |slow: usize, by: f64| {
            let of: Vec<_> = (0..9).map(|n| (100.0, if n < slow { 100.0 * by } else { 100.0 })).collect();
            judge(&pairs(&of, 0.0), Better::Lower, 0.0).verdict
        };
        assert_eq!(with(9, 1.05), Verdict::Slower);
        assert_eq!(with(8, 1.05), Verdict::Slower);
        assert_eq!(with(7, 1.05), Verdict::Alike, "two rounds of nine say otherwise");
        assert_eq!(with(9, 1.02), Verdict::Alike);
        assert_eq!(with(9, 0.9), Verdict::Faster);
        assert_eq!(with(0, 1.0), Verdict::Alike);
    }

    #[test]
    fn where_more_is_better_less_is_slower() {
        let judged = judge(&pairs(&[(200.0, 100.0); 9], 0.0), Better::Higher, 0.0);
        assert_eq!((judged.before, judged.after, judged.ratio), (200.0, 100.0, 2.0));
        assert_eq!(judged.verdict, Verdict::Slower);
        assert_eq!(judge(&pairs(&[(100.0, 200.0); 9], 0.0), Better::Higher, 0.0).verdict, Verdict::Faster);
    }

    #[test]
    fn a_step_of_what_is_printed_is_no_slowdown() {
        // 0.2349 and 0.2351 are printed so.
        assert_eq!(judge(&pairs(&[(0.23, 0.24); 9], 0.005), Better::Lower, 0.0).verdict, Verdict::Alike);
        assert_eq!(judge(&pairs(&[(0.23, 0.26); 9], 0.005), Better::Lower, 0.0).verdict, Verdict::Slower);
        assert_eq!(judge(&pairs(&[(1.0, 1.0); 9], 0.5), Better::Lower, 0.0).verdict, Verdict::TooSmall);
        assert_eq!(judge(&pairs(&[(0.0, 5.0); 9], 0.5), Better::Lower, 0.0).verdict, Verdict::Slower);
    }

    #[test]
    fn what_is_too_small_is_not_judged() {
        assert_eq!(judge(&pairs(&[(0.0, 0.0); 9], 0.0), Better::Lower, 1e-9).verdict, Verdict::TooSmall);
        assert_eq!(judge(&pairs(&[(0.001, 0.004); 9], 0.0), Better::Lower, 0.005).verdict, Verdict::TooSmall);
        assert_eq!(judge(&pairs(&[(0.004, 0.008); 9], 0.0), Better::Lower, 0.005).verdict, Verdict::Slower);
        let none = judge(&pairs(&[(0.0, 0.0); 9], 0.0), Better::Lower, 0.0);
        assert_eq!((none.ratio, none.verdict), (1.0, Verdict::Alike));
    }

    #[test]
    fn wide_noise_is_no_verdict() {
        let of = [
            (1.0, 1.6),
            (1.5, 1.2),
            (1.1, 1.7),
            (1.0, 1.5),
            (1.6, 1.1),
            (1.0, 1.4),
            (1.2, 1.8),
            (1.3, 1.2),
            (1.0, 1.3),
        ];
        let judged = judge(&pairs(&of, 0.0), Better::Lower, 0.0);
        assert!(judged.ratio > MARGIN && judged.low < 1.0, "{judged:?}");
        assert_eq!(judged.verdict, Verdict::Alike);
    }

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert!(median(&[]).is_nan());
        let medians = (median(&[1.0, 2.0, 4.0]), median_of(vec![4.0, 1.0, 2.0, 3.0]));
        assert_eq!(medians, (2.0, 2.5));
    }
}
