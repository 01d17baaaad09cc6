//! Samples of how busy all programs together kept the cores during a run. A sample without the run's own part is what
//! others had; at which instants within the sample, nobody knows.

use crate::scene::Sampled;
use crate::trace::Trace;
use crate::units::{Ns, Range, Stamp};

/// The load of the machine's cores, from outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CoreLoad {
    /// The kernel's number of each core, and the share of the last moments in which any program kept it busy.
    pub cores: Vec<(u16, f64)>,
}

/// How many samples are kept: with more, two that follow each other become one.
const KEPT: usize = 256;

/// A core of the kernel's number, and the share of the sample in which it was busy.
type Share = (u16, f64);

/// How busy the cores were from one look at them to the next.
#[derive(Clone, Debug, PartialEq)]
struct Sample {
    from: Stamp,
    to: Stamp,
    cores: Vec<Share>,
}

/// The samples of the run that is watched.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    kept: Vec<Sample>,
    /// When the cores were last looked at.
    last: Option<Stamp>,
    /// When this program last finished work of its own.
    ended: Stamp,
    /// Since when this program used the cores for nothing but the run that is watched.
    quiet: Stamp,
}

impl Samples {
    /// Another run begins; what went on before is over at `now` at the latest.
    pub(super) fn restart(&mut self, was_busy: bool, now: Stamp) {
        self.kept.clear();
        self.quiet = if was_busy { now } else { self.ended };
    }

    /// This program has finished work of its own.
    pub(super) fn is_quiet(&mut self, now: Stamp) {
        self.ended = now;
    }

    /// The cores were looked at; the run that is watched goes on, or went on up to `until`.
    pub(super) fn take(&mut self, load: &CoreLoad, until: Option<Stamp>, now: Stamp) {
        let Some(from) = self.last.replace(now).filter(|from| *from < now) else { return };
        if from < self.quiet || until.is_none_or(|until| until <= from) || load.cores.is_empty() {
            return;
        }
        if self.kept.len() >= KEPT {
            self.kept = self.kept.chunks(2).map(merged).collect();
        }
        self.kept.push(Sample { from, to: now, cores: load.cores.clone() });
    }

    /// What others had of the cores of `trace`, as far as that touches `window`.
    pub fn others(&self, trace: &Trace, window: Range) -> Vec<Sampled> {
        let Some(t0) = trace.t0() else { return Vec::new() };
        let known = |sample: &Sample| {
            let range = Range::new(sample.from.since(t0), sample.to.since(t0));
            if range.and(window).is_empty() {
                return None;
            }
            let aggregate = trace.aggregate();
            let had = aggregate.totals(range.to).since(&aggregate.totals(range.from));
            let length = sample.to.since(sample.from);
            let own = |core: u16| {
                let place = aggregate.place_of(core);
                place.map_or(Ns::ZERO, |p| had.on_core(p) + had.off_task(p) + had.overhead(p))
            };
            let share = |(core, busy): &Share| (*core, (busy - own(*core).share_of(length)).clamp(0.0, 1.0));
            let shares = sample.cores.iter().filter(|(core, _)| trace.cores.contains(core)).map(share).collect();
            Some(Sampled { range, shares })
        };
        self.kept.iter().filter_map(known).collect()
    }
}

/// One sample or two that follow each other, as one.
fn merged(samples: &[Sample]) -> Sample {
    let [first, second] = samples else { return samples[0].clone() };
    let (a, b) = (first.to.since(first.from).as_secs(), second.to.since(second.from).as_secs());
    let busy = |core: u16| second.cores.iter().find(|(other, _)| *other == core).map_or(0.0, |(_, busy)| *busy);
    let cores = first.cores.iter().map(|(core, busy_before)| (*core, (busy_before * a + busy(*core) * b) / (a + b)));
    Sample { from: first.from, to: second.to, cores: cores.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::State;
    use crate::trace::{Begin, Event, Stamped, TaskName};
    use crate::units::{CoreId, TaskId, WorkerId};

    const T0: Stamp = Stamp(1_000_000_000);

    fn at(ms: u64) -> Stamp {
        T0 + Ns::from_millis(ms)
    }

    /// A task that computes on core 0 for the first 300 ms.
    fn trace() -> Trace {
        let mut trace = Trace::new(vec![TaskName { name: "task 1".to_owned(), background: false }], 1);
        trace.begin(&Begin { t0: T0, pid: 1, workers: 1, cores: vec![0, 1], ..Begin::default() });
        for (ms, state) in [(0, State::Running), (300, State::Sleep)] {
            let event = Event::Enter { task: TaskId(0), state, holds: true, ago: Ns::ZERO, due: None };
            trace.push(&Stamped { at: at(ms), worker: WorkerId(0), core: CoreId(0), event });
        }
        trace
    }

    fn load(shares: [f64; 3]) -> CoreLoad {
        CoreLoad { cores: (0..).zip(shares).collect() }
    }

    fn ms(from: u64, to: u64) -> Range {
        Range::new(Ns::from_millis(from), Ns::from_millis(to))
    }

    #[test]
    fn what_the_run_had_is_not_others_and_other_cores_do_not_count() {
        let mut samples = Samples::default();
        samples.take(&CoreLoad::default(), None, at(0).before(Ns::from_millis(100)));
        for (to, shares) in [(400, [0.9, 0.2, 1.0]), (800, [0.25, 0.0, 1.0])] {
            samples.take(&load(shares), Some(at(to)), at(to));
        }
        let others = samples.others(&trace(), ms(0, 1_000));
        let [first, second] = others.as_slice() else { panic!("{others:?}") };
        // 300 of the 500 ms of the first look are the run's.
        assert_eq!((first.range, second.range), (ms(0, 400), ms(400, 800)));
        assert!((first.shares[0].1 - 0.3).abs() < 1e-9 && (first.shares[1].1 - 0.2).abs() < 1e-9, "{first:?}");
        assert_eq!(second.shares, [(0, 0.25), (1, 0.0)]);
        assert_eq!(samples.others(&trace(), ms(500, 600)).len(), 1);
    }

    #[test]
    fn a_look_that_saw_another_run_is_no_sample_of_this_one() {
        let mut samples = Samples::default();
        let look = |samples: &mut Samples, until: Option<u64>, now| {
            samples.take(&load([0.5; 3]), until.map(at), at(now));
            samples.others(&trace(), ms(0, 10_000)).len()
        };
        assert_eq!(look(&mut samples, Some(100), 100), 0, "nobody knows since when");
        assert_eq!(look(&mut samples, Some(300), 300), 1);
        samples.restart(true, at(400));
        assert_eq!(look(&mut samples, Some(500), 500), 0, "it begins before the run does");
        assert_eq!(look(&mut samples, Some(700), 700), 1);
        samples.is_quiet(at(800));
        assert_eq!(look(&mut samples, Some(800), 900), 2, "the run's end lies in it");
        assert_eq!(look(&mut samples, Some(800), 1_100), 2, "the run was over before");
        samples.restart(false, at(1_200));
        assert_eq!(look(&mut samples, Some(1_300), 1_300), 1, "nothing ran before the run began");
    }

    #[test]
    fn a_long_run_keeps_its_whole_history_in_bounds() {
        let mut samples = Samples::default();
        for n in 0..10_000u64 {
            samples.take(&load([(n % 2) as f64; 3]), Some(at(n * 100)), at(n * 100));
            assert!(samples.kept.len() <= KEPT);
        }
        let others = samples.others(&trace(), ms(0, 10_000_000));
        assert_eq!(others.first().map(|s| s.range.from), Some(Ns::ZERO));
        assert_eq!(others.last().map(|s| s.range.to), Some(Ns::from_millis(999_900)));
        assert!(others.windows(2).all(|two| two[0].range.to == two[1].range.from));
        let all: f64 = others.iter().map(|s| s.shares[1].1 * s.range.len().as_secs()).sum();
        assert!((all / 999.9 - 0.5).abs() < 0.01, "{all}");
    }
}
