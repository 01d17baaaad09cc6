//! How busy other programs keep the machine, which disturbs a measurement and does not show in its own trace. Known on
//! Linux only; everywhere else it is unknown, which is not the same as idle.

use crate::units::{Ns, Stamp};

/// The shortest time to compare samples over: below it the kernel's clock ticks are too coarse to say anything.
const SHORTEST: Ns = Ns::from_millis(200);

/// How long the cores had been busy so far, at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When.
    pub at: Stamp,
    /// Time that all programs together have spent on the cores since the machine was started.
    pub busy: Ns,
    /// Time for which a virtual machine's host did not give it the cores although it had work for them.
    pub stolen: Ns,
}

/// How long `cores` had been busy so far, at the instant `at`, which is now; `None` where the system does not say.
pub fn sample(cores: &[u16], at: Stamp) -> Option<Sample> {
    times(cores).map(|(busy, stolen)| Sample { at, busy, stolen })
}

/// The share of `cores` cores that the host of a virtual machine kept for itself between two samples. `None` if the
/// samples are too close together to tell.
pub fn stolen_share(from: Sample, to: Sample, cores: usize) -> Option<f64> {
    let elapsed = to.at.since(from.at);
    let share = to.stolen.less(from.stolen).share_of(elapsed.times(cores as u64, 1));
    (elapsed >= SHORTEST && cores > 0).then_some(share.clamp(0.0, 1.0))
}

/// The share of `cores` cores that other programs took between two samples, while this program took `own`. `None` if
/// the samples are too close together to tell.
pub fn foreign_share(from: Sample, to: Sample, own: Ns, cores: usize) -> Option<f64> {
    let elapsed = to.at.since(from.at);
    let foreign = to.busy.less(from.busy).less(own);
    let share = foreign.share_of(elapsed.times(cores as u64, 1));
    (elapsed >= SHORTEST && cores > 0).then_some(share.clamp(0.0, 1.0))
}

/// Watches other programs from the start of a run to its end.
#[derive(Clone, Debug)]
pub struct Watch {
    cores: Vec<u16>,
    before: Option<Sample>,
    since: Stamp,
    own: Ns,
}

impl Watch {
    /// Begins at the instant `at`, which is now, to watch `cores`; this process has used `own` of CPU time so far.
    pub fn begin(cores: Vec<u16>, at: Stamp, own: Ns) -> Watch {
        let before = sample(&cores, at);
        Watch { cores, before, since: at, own }
    }

    /// How many cores were kept busy since by this process, whose CPU time is now `own`, and by `beside` of further CPU
    /// time.
    pub fn own(&self, at: Stamp, own: Ns, beside: Ns) -> f64 {
        (own - self.own + beside).share_of(at.since(self.since))
    }

    /// How many cores other programs have kept busy since, while this process used CPU time up to `own`, and the run
    /// used `run`. `None` where that cannot be told.
    pub fn others(&self, at: Stamp, own: Ns, run: Ns) -> Option<f64> {
        let after = sample(&self.cores, at)?;
        let share = foreign_share(self.before?, after, own - self.own + run, self.cores.len())?;
        Some(share * self.cores.len() as f64)
    }

    /// How many cores the host of a virtual machine has kept for itself since. `None` where that cannot be told.
    pub fn stolen(&self, at: Stamp) -> Option<f64> {
        let share = stolen_share(self.before?, sample(&self.cores, at)?, self.cores.len())?;
        Some(share * self.cores.len() as f64)
    }
}

/// The time that `cores` were busy, and the time that was stolen from them.
#[cfg(target_os = "linux")]
fn times(cores: &[u16]) -> Option<(Ns, Ns)> {
    let text = std::fs::read_to_string("/proc/stat").ok()?;
    let (busy, stolen) = ticks(&text, cores)?;
    let time = |ticks| Ns(1_000_000_000).times(ticks, rustix::param::clock_ticks_per_second());
    Some((time(busy), time(stolen)))
}

#[cfg(not(target_os = "linux"))]
fn times(_cores: &[u16]) -> Option<(Ns, Ns)> {
    None
}

/// From the text of `/proc/stat`: the ticks that `cores` were busy (user, nice, system, irq and softirq), and the
/// stolen ticks. Idle and waiting are left out.
#[cfg(target_os = "linux")]
fn ticks(text: &str, cores: &[u16]) -> Option<(u64, u64)> {
    let (mut busy, mut stolen) = (0u64, 0u64);
    for core in cores {
        let label = format!("cpu{core}");
        let line = text.lines().find_map(|l| l.strip_prefix(label.as_str()).filter(|rest| rest.starts_with(' ')))?;
        let ticks: Vec<u64> = line.split_whitespace().map_while(|n| n.parse().ok()).collect();
        let part = |i: usize| ticks.get(i).copied();
        busy += part(0)? + part(1)? + part(2)? + part(5).unwrap_or(0) + part(6).unwrap_or(0);
        stolen += part(7).unwrap_or(0);
    }
    Some((busy, stolen))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const STAT: &str =
        "cpu  99 0 99 99 0 0 0 0 0 0\ncpu0 10 1 2 100 7 3 4 5 6 0\ncpu1 20 0 0 50 0 0 0 0 0 0\ncpu10 1 1 1 1\n";

    #[test]
    fn only_the_asked_for_cores_count_and_only_their_work() {
        assert_eq!(ticks(STAT, &[0]), Some((20, 5)));
        assert_eq!(ticks(STAT, &[0, 1]), Some((40, 5)));
        assert_eq!(ticks(STAT, &[10]), Some((3, 0)));
        assert_eq!(ticks(STAT, &[2]), None);
        assert_eq!(ticks("", &[0]), None);
    }

    #[test]
    fn what_is_not_ones_own_is_foreign() {
        let sample = |at, busy| Sample { at: Stamp(at), busy: Ns(busy), stolen: Ns::ZERO };
        let second = 1_000_000_000;
        let share = |busy, own| foreign_share(sample(0, 0), sample(second, busy), Ns(own), 2);
        assert_eq!(share(second, second / 2), Some(0.25));
        assert_eq!(share(second, 2 * second), Some(0.0));
        assert_eq!(share(9 * second, 0), Some(1.0));
        assert_eq!(foreign_share(sample(0, 0), sample(1_000, 0), Ns::ZERO, 2), None);
    }

    #[test]
    fn what_the_host_kept_is_told_apart_from_what_others_did() {
        let sample = |at, stolen| Sample { at: Stamp(at), busy: Ns::ZERO, stolen: Ns(stolen) };
        let second = 1_000_000_000;
        assert_eq!(stolen_share(sample(0, 5), sample(second, second / 2 + 5), 2), Some(0.25));
        assert_eq!(stolen_share(sample(0, 5), sample(second, 0), 2), Some(0.0));
        assert_eq!(stolen_share(sample(0, 0), sample(1_000, 500), 2), None);
        assert_eq!(foreign_share(sample(0, 0), sample(second, second), Ns::ZERO, 2), Some(0.0));
    }

    #[test]
    fn this_machine_has_done_something() {
        assert!(sample(&[0], Stamp(1)).is_none_or(|s| s.busy > Ns::ZERO));
    }
}
