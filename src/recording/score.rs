//! The score of a finished run, and how many times as fast as another it was.
//!
//! A time is what the work takes and what the machine did to it. The second part is not known, but it is bounded: a run
//! cannot have lost more than other programs and the host took while it wanted a core, and slower cores cannot have cost
//! more than the computing took longer than the same computing in the other run. So each time has a least value, and a
//! ratio of two times has bounds.

use super::Recording;
use crate::insight::{self, Pace, Ratio};
use crate::state::State;
use crate::text::{Additions, Cause, Doubt};
use crate::trace::KernelRecord;
use crate::units::{Ns, Speedup};

/// A run that lost no more than this share of its time to others stands for its model: no other run of it is needed.
const UNDISTURBED: f64 = 0.10;
/// A ratio may exceed what is possible by this share: two times are never measured at once.
const BEYOND: f64 = 0.05;

/// A finished run's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// How long it took.
    pub time: Ns,
    /// How far the times of its repetitions lie from that, where there were several.
    pub spread: Option<Ns>,
    /// What other programs cost it at most.
    pub crowded: Ns,
    /// What the host of a virtual machine cost it at most.
    pub robbed: Ns,
    /// Cores it kept busy, on average.
    pub busy: f64,
    /// Cores that other programs kept busy meanwhile.
    pub others: f64,
    /// Cores that the host of a virtual machine kept for itself meanwhile.
    pub stolen: f64,
    /// For how long its tasks computed, all added up, where that is fixed work: it shows the cores' speed.
    pub work: Option<Ns>,
    /// The cores' speed as a share of the calibrated speed, where it can be told.
    pub speed: Option<f64>,
    /// For how long its tasks waited for timers and data, all added up.
    pub waits: Ns,
    /// What became of the additions to its counters, if it has any.
    pub additions: Option<Additions>,
    /// How many of its tasks can compute at a time: one, or as many as there are cores.
    pub lanes: f64,
}

impl Score {
    /// The figures of `run`; `None` if it is not over.
    pub(super) fn of(run: &Recording) -> Option<Score> {
        let (trace, conditions) = (&run.trace, run.conditions);
        let time = trace.makespan()?;
        let stats = trace.stats(time);
        let fixed = run.fixed_work();
        let work = fixed.and_then(|_| insight::worked(trace));
        let lanes = if computes_one_at_a_time(run) { 1.0 } else { run.cores().max(1.0) };
        let sum = |state: State| stats.sums[state as usize];
        let off = sum(State::Preempted);
        // The share of its time for which it wanted a core, and how many cores it wanted then.
        let wanted = (sum(State::Running) + sum(State::Ready) + off).share_of(time);
        let (share, cores) = (wanted.min(1.0), wanted.clamp(1.0, lanes));
        let lost = |taken: f64| Ns((time.0 as f64 * share * (taken / cores).min(1.0)) as u64);
        // Where one task computes at a time, the time it was off its core is known: it was the others' doing.
        let alone = (lanes <= 1.0).then(|| match &trace.kernel_record {
            KernelRecord::Switches => off,
            KernelRecord::None(_) => Ns((time.0 as f64 * (share - stats.busy).max(0.0)) as u64),
        });
        // For a short run the kernel's ticks are too coarse, but its record of switches is not.
        let crowded = match (conditions.others, alone) {
            (Some(others), Some(off)) => lost(others).min(off),
            (Some(others), None) => lost(others),
            // Of several workers each may have left the core to another one.
            (None, Some(off)) if trace.kernel_record == KernelRecord::Switches && trace.workers.len() == 1 => off,
            (None, _) => Ns::ZERO,
        };
        let stolen = conditions.stolen.unwrap_or(0.0);
        Some(Score {
            time,
            spread: None,
            crowded,
            robbed: lost(stolen),
            busy: stats.busy,
            others: conditions.others.unwrap_or(crowded.share_of(time)),
            stolen,
            work,
            speed: fixed.zip(work).and_then(|(planned, work)| insight::speed(planned, work)),
            waits: sum(State::Sleep) + sum(State::Io),
            additions: run.additions(),
            lanes,
        })
    }

    /// The time that it would have taken at least if nobody had disturbed it.
    pub fn least(&self) -> Ns {
        (self.time - self.crowded - self.robbed).max(self.time.times(1, 20))
    }

    /// Whether other programs, and the host, left the machine to it.
    pub fn is_fair(&self) -> bool {
        self.least().0 as f64 >= (1.0 - UNDISTURBED) * self.time.0 as f64
    }

    /// How many times as fast as `base` it is, on a machine with `cores`.
    pub fn ratio(&self, base: &Score, cores: f64) -> Ratio {
        let times = base.time.share_of(self.time);
        let longer = |by: &Score, than: Option<Ns>| {
            by.work.zip(than).map_or(Ns::ZERO, |(own, other)| (own - other).times(1, by.parallel()))
        };
        // Equal work that took longer to compute was computed by slower cores, for whatever reason.
        let (slow, own_late, base_late) = match insight::compare(self.work, base.work) {
            Pace::Even => (1.0, Ns::ZERO, Ns::ZERO),
            Pace::Slower(speed) => (speed, longer(self, base.work), Ns::ZERO),
            Pace::BaselineSlower(speed) => (speed, Ns::ZERO, longer(base, self.work)),
        };
        let (own, base_bounds) = (self.bounds(own_late), base.bounds(base_late));
        let (mut low, mut high) = (base_bounds.0.share_of(own.1), base_bounds.1.share_of(own.0));
        let mut causes = self.causes(own_late, slow, cores, false);
        causes.extend(base.causes(base_late, slow, cores, true));
        if let Some(most) = self.most(base).filter(|most| high > *most) {
            // Where no known cause explains a run that was faster than it can be, something unknown drew the ratio out of
            // reach; it may as well have acted the other way.
            if low > most * (1.0 + BEYOND) {
                causes.push((low / most, Doubt { cause: Cause::Unknown, baseline: true }));
                low = most * most / low;
            }
            high = most.max(low);
        }
        let speedup = Speedup { times: times.clamp(low, high), low, high };
        let worst = causes.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, doubt)| doubt);
        Ratio { speedup, doubt: worst.filter(|_| speedup.is_wide()) }
    }

    /// How many cores computed for it at a time, as a whole number.
    fn parallel(&self) -> u64 {
        self.busy.clamp(1.0, self.lanes.max(1.0)).round() as u64
    }

    /// The least and the most that its time can be, if its cores, being slow, cost it `late`.
    fn bounds(&self, late: Ns) -> (Ns, Ns) {
        let spread = self.spread.unwrap_or_default();
        ((self.least() - late - spread).max(self.time.times(1, 20)), self.time + spread)
    }

    /// What may have changed its time, each with the share of the time that it may have changed.
    fn causes(&self, late: Ns, speed: f64, cores: f64, baseline: bool) -> Vec<(f64, Doubt)> {
        let Score { others, stolen, .. } = *self;
        let causes = [
            (self.crowded, Cause::Busy { others, cores }),
            (self.robbed, Cause::Host { stolen, cores }),
            (late, Cause::Slow { speed }),
            (self.spread.unwrap_or_default().times(2, 1), Cause::Spread),
        ];
        let share = |(time, cause): (Ns, Cause)| (time.share_of(self.time), Doubt { cause, baseline });
        causes.into_iter().map(share).collect()
    }

    /// The most times as fast as `base`, which does one thing after the other, that it can be: all waits at once, and
    /// its work on as many cores as it can use. Nothing where the work is not fixed.
    fn most(&self, base: &Score) -> Option<f64> {
        let work = self.work.zip(base.work).map(|(own, other)| own.min(other)).filter(|work| *work > Ns::ZERO)?;
        Some(self.lanes * (base.waits + work).share_of(work))
    }
}

/// Whether only one task at a time computes in `run`, whatever its workers.
fn computes_one_at_a_time(run: &Recording) -> bool {
    run.planned().is_some_and(|planned| {
        // Where the steps are not known, threads may have computed in calls that let go of the lock.
        let knows = planned.known || !planned.plan.model.kind.rules().many_workers;
        knows && !planned.plan.computes_in_parallel()
    })
}
