//! The score of a finished run, and the rules for when two runs may be compared.

use super::Conditions;
use crate::insight::{self, Pace, is_comparable};
use crate::state::State;
use crate::trace::Trace;
use crate::units::Ns;

/// A finished run's figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// How long it took.
    pub time: Ns,
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
}

impl Score {
    /// The figures of `trace`; `None` if its run is not over. `fixed` is how long its tasks compute at the calibrated
    /// speed, where the plan fixes that.
    pub fn of(trace: &Trace, fixed: Option<Ns>, conditions: Conditions) -> Option<Score> {
        let time = trace.makespan()?;
        let stats = trace.stats(time);
        let work = fixed.and_then(|_| insight::worked(trace));
        let speed = fixed.zip(work).and_then(|(planned, work)| insight::speed(planned, work));
        let waits = stats.sums[State::Sleep as usize] + stats.sums[State::Io as usize];
        let (others, stolen) = (conditions.others.unwrap_or(0.0), conditions.stolen.unwrap_or(0.0));
        Some(Score { time, busy: stats.busy, others, stolen, work, speed, waits })
    }

    /// Whether its tasks do little but compute.
    fn only_works(&self) -> bool {
        let work = self.work.unwrap_or(Ns((self.time.0 as f64 * self.busy) as u64));
        self.waits <= work.times(1, 10)
    }

    /// Whether other programs, and the host, left the machine's `cores` to it. A run that hardly needs a core counts as
    /// fair in any case.
    pub fn is_fair(&self, cores: f64) -> bool {
        is_comparable(self.others + self.stolen, cores) || self.busy < 0.2
    }

    /// How many times as fast as `serial` it is, on a machine with `cores`; `None` where other programs, the host or
    /// uneven cores make the ratio worthless.
    pub fn speedup(&self, serial: Score, cores: f64) -> Option<f64> {
        let fair = self.is_fair(cores) && serial.is_fair(cores);
        let ratio = serial.time.share_of(self.time);
        // Work that keeps one core busy cannot go faster than on all cores, and with less than one whole core not
        // faster than serial: a larger ratio means that one of the two runs was disturbed.
        let possible = !serial.only_works() || ratio <= 1.05 * cores.max(1.0);
        let steady = match insight::compare(self.work, serial.work) {
            Pace::Even => true,
            // Several busy cores are often slower each than one alone; one core at a time should not be.
            Pace::Slower(_) => self.busy > 1.2 * serial.busy || !self.only_works(),
            Pace::BaselineSlower(_) => !self.only_works(),
        };
        (fair && possible && steady && self.time > Ns::ZERO).then_some(ratio)
    }

    /// Whether its cores were slower than those of `serial`: then the ratio is true, but not due to the model alone.
    pub fn is_slowed(&self, serial: Score) -> bool {
        matches!(insight::compare(self.work, serial.work), Pace::Slower(_)) && self.only_works()
    }
}
