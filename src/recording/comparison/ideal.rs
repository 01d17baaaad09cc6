//! The time that no model can beat: from the time that the work was measured to need, not from what was planned.

use super::figures::locks_held;
use crate::insight;
use crate::recording::Recording;
use crate::state::State;
use crate::text::Limit;
use crate::units::Ns;

/// The shortest time in which the work can be done on a given number of cores, whatever the model. It is the longest of
/// three times: all computing spread over all cores, the longest task alone, and all that is done under one lock. Each
/// is the least that any of the runs needed for it; so no run can have been faster, and a run that was slowed down does
/// not make it longer.
#[derive(Clone, Debug, PartialEq)]
pub struct Ideal {
    /// The time.
    pub time: Ns,
    /// What takes that long.
    pub limit: Limit,
    /// For how long all foreground tasks compute, added up.
    pub work: Ns,
    /// For how long they wait for timers and data, added up.
    pub waits: Ns,
    /// How long the longest task computes and waits.
    pub longest: Ns,
    /// The lock of the workload's own that is held longest, and for how long.
    pub lock: Option<(String, Ns)>,
}

impl Ideal {
    /// The ideal of `runs`, which did the same work, on `cores` cores; `None` where none of them is over.
    pub fn of(runs: &[&Recording], cores: f64) -> Option<Ideal> {
        let fastest = runs.iter().filter_map(|r| r.trace.makespan()).min()?;
        let tasks = needs(runs);
        let work: Ns = tasks.iter().map(|n| n.work).sum();
        let waits: Ns = tasks.iter().map(|n| n.waits).sum();
        let longest = tasks.iter().max_by_key(|n| n.work + n.waits).copied().unwrap_or_default();
        let alone = longest.work + longest.waits;
        // Work that the plan does not fix grows with the time there is: it sets no limit.
        let fixed =
            runs.iter().all(|r| r.fixed_work().is_some() || r.model().is_some_and(|model| model.lock.is_legacy()));
        let shared = if fixed { Ns((work.0 as f64 / cores.max(0.01)) as u64) } else { Ns::ZERO };
        let lock = lock(runs);
        let mut limits = vec![(shared, Limit::Work)];
        limits.push((alone, if longest.waits >= longest.work { Limit::Wait } else { Limit::Task }));
        limits.extend(lock.clone().map(|(name, held)| (held, Limit::Lock(name))));
        // If limits are equal the first one counts: the work says most.
        let (time, limit) = limits.into_iter().reduce(|most, next| if next.0 > most.0 { next } else { most })?;
        // On a machine with a quota a short run can have had more than its share of the cores.
        Some(Ideal { time: time.min(fastest), limit, work, waits, longest: alone, lock })
    }

    /// The share of their own time for which tasks wait.
    pub fn waiting(&self) -> f64 {
        self.waits.share_of(self.waits + self.work)
    }
}

/// The time that a task needs.
#[derive(Clone, Copy, Debug, Default)]
struct Need {
    work: Ns,
    waits: Ns,
}

/// The time that each foreground task needs: the least that it took in any of `runs`.
fn needs(runs: &[&Recording]) -> Vec<Need> {
    let mut least: Vec<Option<Need>> = Vec::new();
    for run in runs {
        let Some(until) = run.trace.makespan() else { continue };
        // Where the trace has gaps, what happened in them is unknown.
        let whole = insight::worked(&run.trace).is_some();
        let foreground = run.trace.tasks.iter().zip(&run.trace.names).filter(|(_, name)| !name.background);
        for (index, (track, _)) in foreground.filter(|_| whole).enumerate() {
            let sums = track.sums(until);
            let own = Need {
                work: sums[State::Running as usize],
                waits: sums[State::Sleep as usize] + sums[State::Io as usize],
            };
            if index >= least.len() {
                least.push(None);
            }
            let known = least[index].get_or_insert(own);
            *known = Need { work: known.work.min(own.work), waits: known.waits.min(own.waits) };
        }
    }
    least.into_iter().flatten().collect()
}

/// The lock that was held longest; for each lock the run counts in which it was held least.
fn lock(runs: &[&Recording]) -> Option<(String, Ns)> {
    let mut least: Vec<(String, Ns)> = Vec::new();
    for run in runs {
        let Some(until) = run.trace.makespan() else { continue };
        for (name, held) in locks_held(&run.trace, until) {
            match least.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = held.min(*known),
                None => least.push((name, held)),
            }
        }
    }
    least.into_iter().filter(|(_, held)| *held > Ns::ZERO).max_by_key(|(_, held)| *held)
}
