//! What it costs to watch a run, as shares of everything that its cores could have done meanwhile.

use super::wire::End;
use crate::units::Ns;

/// What each part of watching took: its CPU time as a share of the run's cores times the makespan.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Observing {
    /// The thread that empties the rings and writes the record.
    pub collector: f64,
    /// The thread that answers requests.
    pub server: f64,
    /// The thread that hands tasks to workers.
    pub dispatcher: f64,
    /// The program that reads the record: the screen, or the command that follows a run without one. Nothing where it
    /// is not known.
    pub program: Option<f64>,
}

impl Observing {
    /// The shares of a run on `cores` cores that took `makespan` and ended with `end`, while the program that watched
    /// it kept `program` cores busy.
    pub fn of(end: &End, makespan: Ns, cores: usize, program: Option<f64>) -> Observing {
        let all = makespan.times(cores.max(1) as u64, 1);
        let share = |time: Ns| time.share_of(all);
        Observing {
            collector: share(end.overhead.collector),
            server: share(end.overhead.server),
            dispatcher: share(end.overhead.dispatcher),
            program: program.map(|busy| busy / cores.max(1) as f64),
        }
    }

    /// The sum of all parts that are known.
    pub fn all(&self) -> f64 {
        self.collector + self.server + self.dispatcher + self.program.unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Overhead;

    #[test]
    fn shares_are_of_all_cores_and_the_whole_time() {
        let ms = Ns::from_millis;
        let overhead = Overhead { collector: ms(4), dispatcher: ms(2), server: ms(8) };
        let end = End { overhead, ..End::default() };
        let observing = Observing::of(&end, ms(1_000), 2, Some(0.01));
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(observing.collector, 0.002);
        near(observing.server, 0.004);
        near(observing.dispatcher, 0.001);
        near(observing.all(), 0.012);
        near(Observing { program: None, ..observing }.all(), 0.007);
        near(Observing::of(&end, Ns::ZERO, 0, None).all(), 0.0);
    }
}
