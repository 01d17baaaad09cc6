//! How long a task's laps took, if its record tells one from the next: if its program has one `repeat` whose steps wait
//! exactly once, so that a lap lasts from the begin of a wait to that of the next. For other programs there are no
//! figures. A task that the run's end stopped has those of its laps until then.

use super::fields::Laps;
use crate::insight;
use crate::recording::Recording;
use crate::units::Ns;

/// The percentiles of the laps of the task `index`, by nearest rank; `None` where they cannot be told apart, or where
/// the record is not whole.
pub(super) fn of(run: &Recording, index: usize) -> Option<Laps> {
    let program = &run.planned()?.plan.tasks.get(index)?.ops;
    let begun = insight::waits_begun(&run.trace, index, program)?;
    let mut times: Vec<Ns> = begun.windows(2).map(|pair| pair[1] - pair[0]).collect();
    times.sort_unstable();
    let max = times.last()?.as_secs();
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100).saturating_sub(1)].as_secs();
    Some(Laps { p50: at(50), p99: at(99), max })
}
