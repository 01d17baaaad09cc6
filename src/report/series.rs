//! Several runs of the same plan together: the median, the extremes and the spread of their figures.

use super::BUSY;
use super::fields::{Document, LatencySpread, Percentiles, Spread, Summary};

/// The figures of the runs so far. Only runs that came to their end belong in here.
#[derive(Clone, Debug, Default)]
pub struct Series {
    runs: Vec<Figures>,
}

/// The figures that are kept of a run.
#[derive(Clone, Copy, Debug)]
struct Figures {
    makespan: f64,
    parallelism: f64,
    cpu: f64,
    latency: Option<Percentiles>,
    busy: bool,
    lost: bool,
}

impl Series {
    /// Adds a run; a run that is not over has no figures, and is left out.
    pub fn push(&mut self, run: &Document) {
        let (Some(makespan), Some(parallelism), Some(cpu)) = (run.makespan_s, run.parallelism, run.cpu_s) else {
            return;
        };
        self.runs.push(Figures {
            makespan,
            parallelism,
            cpu,
            latency: run.latency_s,
            busy: run.busy_machine.is_some_and(|share| share >= BUSY),
            lost: run.recorder.lost.is_some_and(|lost| lost > 0),
        });
    }

    /// How many runs there are.
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// In how many runs other programs took more of the cores than a fair measurement allows.
    pub fn busy(&self) -> usize {
        self.runs.iter().filter(|r| r.busy).count()
    }

    /// In how many runs events were lost.
    pub fn lost(&self) -> usize {
        self.runs.iter().filter(|r| r.lost).count()
    }

    /// Their figures together.
    pub fn summary(&self) -> Summary {
        let of = |figure: fn(&Figures) -> f64| Spread::of(self.runs.iter().map(figure).collect());
        let latency =
            |part: fn(Percentiles) -> f64| Spread::of(self.runs.iter().filter_map(|r| r.latency).map(part).collect());
        let latency_s = latency(|p| p.p50).zip(latency(|p| p.p95)).zip(latency(|p| p.p99)).zip(latency(|p| p.max));
        Summary {
            count: self.runs.len(),
            makespan_s: of(|r| r.makespan),
            parallelism: of(|r| r.parallelism),
            cpu_s: of(|r| r.cpu),
            latency_s: latency_s.map(|(((p50, p95), p99), max)| LatencySpread { p50, p95, p99, max }),
        }
    }
}

impl Spread {
    /// The spread of `values`; `None` if there are none.
    pub fn of(mut values: Vec<f64>) -> Option<Spread> {
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let median = median(&values);
        let mut away: Vec<f64> = values.iter().map(|v| (v - median).abs()).collect();
        away.sort_by(f64::total_cmp);
        Some(Spread { median, min, max, mad: self::median(&away) })
    }
}

/// The median of at least one sorted value: the middle one, or the mean of the two in the middle.
fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { f64::midpoint(sorted[half - 1], sorted[half]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_spread_is_the_median_distance_from_the_median() {
        let spread = |values: &[f64]| Spread::of(values.to_vec());
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&[3.0]), Some(Spread { median: 3.0, min: 3.0, max: 3.0, mad: 0.0 }));
        assert_eq!(spread(&[4.0, 1.0]), Some(Spread { median: 2.5, min: 1.0, max: 4.0, mad: 1.5 }));
        // One run that went wrong moves neither the median nor the spread by much.
        assert_eq!(spread(&[1.0, 100.0, 3.0, 2.0, 4.0]), Some(Spread { median: 3.0, min: 1.0, max: 100.0, mad: 1.0 }));
    }

    proptest! {
        #[test]
        fn half_of_all_lie_within_the_spread(values in proptest::collection::vec(0.0f64..1e3, 1..40)) {
            let Spread { median, min, max, mad } = Spread::of(values.clone()).expect("values");
            prop_assert!(min <= median && median <= max && mad <= max - min);
            let within = values.iter().filter(|v| (**v - median).abs() <= mad + 1e-9).count();
            prop_assert!(2 * within >= values.len());
        }
    }
}
