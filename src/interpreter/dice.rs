//! Random latencies that repeat from run to run.

use crate::units::Ns;
use crate::workload::{Request, Spread};

/// The latencies that a task's requests get: the same ones in the same order under every model, on every host.
#[derive(Clone, Debug)]
pub struct Dice(fastrand::Rng);

impl Dice {
    /// The latencies of the task number `task` in a run with `seed`.
    pub fn new(seed: u64, task: u32) -> Dice {
        // Neighbouring task numbers should give unlike latencies: the golden ratio spreads the seeds.
        Dice(fastrand::Rng::with_seed(seed ^ (u64::from(task) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// The latency of the task's next request, which is `request`.
    pub fn latency(&mut self, request: &Request) -> Ns {
        let mean = request.latency.0 as f64;
        match request.spread {
            Spread::Constant => request.latency,
            Spread::Uniform => Ns((mean * 2.0 * self.0.f64()) as u64),
            Spread::Exponential => Ns((mean * -(1.0 - self.0.f64()).ln()) as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(spread: Spread) -> (f64, Ns) {
        let request = Request { latency: Ns::from_millis(10), spread, bytes: 1 };
        let mut dice = Dice::new(7, 3);
        let all: Vec<Ns> = (0..20_000).map(|_| dice.latency(&request)).collect();
        let longest = all.iter().copied().max().expect("some");
        (all.iter().map(|t| t.0 as f64).sum::<f64>() / 20_000.0 / 1e6, longest)
    }

    #[test]
    fn spreads_keep_their_mean_and_each_has_its_shape() {
        assert_eq!(mean(Spread::Constant), (10.0, Ns::from_millis(10)));
        let (uniform, longest) = mean(Spread::Uniform);
        assert!((uniform - 10.0).abs() < 0.2 && longest < Ns::from_millis(20), "{uniform} {longest}");
        let (exponential, longest) = mean(Spread::Exponential);
        assert!((exponential - 10.0).abs() < 0.3 && longest > Ns::from_millis(60), "{exponential} {longest}");
    }

    #[test]
    fn the_same_seed_and_task_get_the_same_latencies_and_others_do_not() {
        let request = Request { latency: Ns::from_millis(10), spread: Spread::Exponential, bytes: 1 };
        let some = |seed, task| {
            let mut dice = Dice::new(seed, task);
            std::array::from_fn::<Ns, 4, _>(|_| dice.latency(&request))
        };
        assert_eq!(some(1, 5), some(1, 5));
        assert_ne!(some(1, 5), some(1, 6));
        assert_ne!(some(1, 5), some(2, 5));
    }
}
