//! How fast the cores were: the same work can cost half as much time again on a machine that is slow at the moment,
//! because its host is busy, it is hot, or two of its cores are really one. A ratio of two runs is known only between
//! bounds where one of them was slowed down.

use crate::plan::{Plan, Rates};
use crate::state::State;
use crate::trace::Trace;
use crate::units::Ns;
use crate::workload::{Op, Visit, Work, walk};

/// The ratio of two runs whose cores differ by more than this share in speed has bounds.
pub const STEADY: f64 = 0.10;

/// Less work than this tells nothing of a core's speed.
const LEAST: Ns = Ns::from_millis(100);

/// How the time of computing in one run compares with that in another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// Both had cores as fast, or nobody knows better.
    Even,
    /// The run's cores came only to this share of the baseline's speed.
    Slower(f64),
    /// The baseline's cores came only to this share of the run's speed.
    BaselineSlower(f64),
}

/// How long the foreground tasks of `plan` compute at `rates`, all added up; nothing where that depends on more than
/// the plan: a time or other tasks end a `repeat`, or threads fight for the older global lock, which is work too.
pub fn planned(plan: &Plan, rates: Rates) -> Option<Ns> {
    if plan.model.lock.is_legacy() {
        return None;
    }
    let mut sum = Ns::ZERO;
    for task in plan.tasks.iter().filter(|t| !t.background) {
        sum += computing(&task.ops, rates)?;
    }
    Some(sum)
}

fn computing(ops: &[Op], rates: Rates) -> Option<Ns> {
    let mut sum = Ns::ZERO;
    for Visit { op, rounds, .. } in walk(ops) {
        let once = match op.work() {
            Some((_, Work::Time(time))) => time,
            Some((kernel, Work::Iterations(n))) => rates.time(kernel, n),
            None => continue,
        };
        if once > Ns::ZERO && !rounds.are_fixed() {
            return None;
        }
        sum += once.times(rounds.times, 1);
    }
    Some(sum)
}

/// For how long the foreground tasks of `trace` computed, all added up; nothing where the trace has holes.
pub fn worked(trace: &Trace) -> Option<Ns> {
    let until = trace.makespan()?;
    if !trace.losses.is_empty() || !trace.suspended.is_empty() {
        return None;
    }
    let foreground = trace.tasks.iter().zip(&trace.names).filter(|(_, name)| !name.background);
    Some(foreground.map(|(track, _)| track.sums(until)[State::Running as usize]).sum())
}

/// The speed of the cores as a share of the calibrated one, where `planned` work took them `worked`; nothing where it
/// was too little to tell.
pub fn speed(planned: Ns, worked: Ns) -> Option<f64> {
    (planned >= LEAST && worked >= LEAST).then(|| planned.share_of(worked))
}

/// How the cores compare where the same work took `worked`, and `baseline` in the run it is compared with.
pub fn compare(worked: Option<Ns>, baseline: Option<Ns>) -> Pace {
    let (Some(own), Some(other)) = (worked, baseline) else { return Pace::Even };
    if own < LEAST || other < LEAST {
        return Pace::Even;
    }
    match other.share_of(own) {
        share if share < 1.0 - STEADY => Pace::Slower(share),
        share if share > 1.0 / (1.0 - STEADY) => Pace::BaselineSlower(1.0 / share),
        _ => Pace::Even,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Model, ModelKind};
    use crate::workload::{Kernel, Task, Until};

    const RATES: Rates = Rates::all(1_000);

    fn plan(ops: &[Op]) -> Plan {
        let task = |background| Task { name: "task".to_owned(), background, ops: ops.to_vec() };
        Plan {
            workload: "made up".to_owned(),
            tasks: vec![task(false), task(true)],
            model: Model::plain(ModelKind::Serial),
            workers: 1,
            at_once: None,
            cores: None,
            poll_every: [20; Kernel::COUNT],
            locks: Vec::new(),
            limits: Vec::new(),
            queues: Vec::new(),
            counters: Vec::new(),
            seed: 1,
            no_kernel_record: false,
        }
    }

    #[test]
    fn planned_work_is_added_up_where_the_plan_fixes_it() {
        let count = |n| Op::Compute(Kernel::Count, Work::Iterations(n));
        let thrice = Op::Repeat(Until::Times(3), vec![count(2_000), Op::Sleep(Ns::from_millis(9))]);
        let half_a_ms = Op::Compute(Kernel::Count, Work::Time(Ns(500_000)));
        assert_eq!(planned(&plan(&[half_a_ms, thrice, Op::Yield]), RATES), Some(Ns(6_500_000)));
        let polls = Op::Repeat(Until::Tasks(Vec::new()), vec![Op::Sleep(Ns(1))]);
        assert_eq!(planned(&plan(&[count(1_000), polls]), RATES), Some(Ns::from_millis(1)));
        let as_long = Op::Repeat(Until::For(Ns::from_millis(5)), vec![count(1)]);
        assert_eq!(planned(&plan(&[as_long]), RATES), None);
    }

    #[test]
    fn a_tenth_is_even_and_more_is_somebodys_slowness() {
        let ms = |n| Some(Ns::from_millis(n));
        assert_eq!(compare(ms(1_000), ms(1_000)), Pace::Even);
        assert_eq!(compare(ms(1_090), ms(1_000)), Pace::Even);
        assert_eq!(compare(ms(1_250), ms(1_000)), Pace::Slower(0.8));
        assert_eq!(compare(ms(1_000), ms(1_250)), Pace::BaselineSlower(0.8));
        assert_eq!(compare(ms(10), ms(90)), Pace::Even, "too little to tell");
        assert_eq!(compare(None, ms(1_000)), Pace::Even);
    }

    #[test]
    fn speed_is_a_share_of_the_calibrated_one() {
        assert_eq!(speed(Ns::from_millis(2_000), Ns::from_millis(2_500)), Some(0.8));
        assert_eq!(speed(Ns::from_millis(20), Ns::from_millis(25)), None);
    }
}
