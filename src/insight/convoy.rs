//! A task that computes beside tasks that wait for something short, again and again: how many rounds these tasks make,
//! and how long each round waits for the computing task besides.

use super::Facts;
use crate::model::ModelKind;
use crate::state::State;
use crate::text::{Behind, Round, Sharing};
use crate::trace::{StateSums, Trace};
use crate::units::{Ns, Range};

/// A task that makes fewer rounds than this does not wait again and again.
const FEW: u64 = 10;
/// A task that waits for less than this share of its work only computes: now and then the system makes it wait.
const SELDOM: f64 = 0.02;
/// A task that works for this share of its life or more does more than wait.
const ASKS: f64 = 0.20;
/// With more tasks than this, none is looked at: that would be done anew for each frame of the screen.
const MANY: usize = 64;
/// From this share of the tasks' lives on, waiting for a core is what the finding says.
const CORE: f64 = 0.25;

/// The finding, if that is what the tasks did.
pub(super) fn found(facts: &Facts<'_>) -> Option<Sharing> {
    let (trace, until) = (facts.trace, facts.stats.elapsed);
    let whole = trace.forgotten == Ns::ZERO && trace.losses.is_empty();
    if facts.model.kind == ModelKind::Serial || !whole || trace.tasks.len() > MANY {
        return None;
    }
    let lives: Vec<Life> = (0..trace.tasks.len()).map(|index| Life::of(trace, index, until)).collect();
    lives.iter().find(|life| life.computes() && life.whole.len() > until.times(1, 2))?;
    let asks: Vec<&Life> = lives.iter().filter(|life| !life.background && !life.computes()).collect();
    if asks.is_empty() || !asks.iter().all(|life| life.mostly_waits()) {
        return None;
    }
    let rounds: Vec<u64> = asks.iter().map(|life| life.rounds(trace, until)).collect();
    if rounds.iter().any(|rounds| *rounds < FEW) {
        return None;
    }
    let rounds: u64 = rounds.into_iter().sum();
    let from = asks.iter().map(|life| life.whole.from).min()?;
    let to = asks.iter().map(|life| life.whole.to).max()?;
    let spent = |state: State| asks.iter().map(|life| life.sums[state as usize]).sum::<Ns>();
    let (gil, ready) = (spent(State::Gil), spent(State::Ready) + spent(State::Preempted));
    let lived: Ns = asks.iter().map(|life| life.whole.len()).sum();
    let (behind, waited) = match (facts.model.kind, facts.model.lock.is_on()) {
        (ModelKind::Threads, true) => (Behind::Gil, gil),
        (ModelKind::Async, _) => (Behind::Turn, ready),
        (ModelKind::Serial | ModelKind::Processes, _) | (ModelKind::Threads, false) => {
            if ready.share_of(lived) >= CORE { (Behind::Core, ready) } else { (Behind::Nobody, Ns::ZERO) }
        }
    };
    let round = if spent(State::Io) >= spent(State::Sleep) { Round::Answer } else { Round::Nap };
    let per_second = rounds as f64 / (to - from).as_secs().max(1e-9);
    Some(Sharing::Rounds { round, behind, each: waited.times(1, rounds), per_second })
}

/// What a task spent its life on.
struct Life {
    index: usize,
    background: bool,
    /// From its first step to its last.
    whole: Range,
    sums: StateSums,
}

impl Life {
    fn of(trace: &Trace, index: usize, until: Ns) -> Life {
        let track = &trace.tasks[index];
        let mut marks = track.marks().iter().take_while(|m| m.at < until);
        // What comes before its first step is no part of its rounds: a thread's start, the way to a process.
        let from = marks.find(|m| m.state == State::Running).map_or(until, |m| m.at);
        let to = track.ended_at().unwrap_or(until).min(until).max(from);
        Life {
            index,
            background: trace.names.get(index).is_some_and(|n| n.background),
            whole: Range::new(from, to),
            sums: track.sums(until),
        }
    }

    /// How many rounds it made up to `until`: as its result says, or else as often as it waited.
    fn rounds(&self, trace: &Trace, until: Ns) -> u64 {
        let told = trace.report.as_ref().and_then(|end| end.results.get(self.index)?.laps).filter(|laps| *laps > 0);
        let marks = || trace.tasks[self.index].marks().iter().take_while(|m| m.at < until);
        told.unwrap_or_else(|| marks().filter(|m| matches!(m.state, State::Io | State::Sleep)).count() as u64)
    }

    fn spent(&self, states: &[State]) -> Ns {
        states.iter().map(|state| self.sums[*state as usize]).sum()
    }

    /// Whether it does nothing but work, or wait for a chance to.
    fn computes(&self) -> bool {
        let work = self.spent(&[State::Running]);
        let waits = self.spent(&[State::Io, State::Sleep, State::Lock, State::Channel]);
        work > Ns::ZERO && waits.share_of(work) < SELDOM
    }

    fn mostly_waits(&self) -> bool {
        let at_work = self.spent(&[State::Running]).share_of(self.whole.len());
        self.spent(&[State::Lock, State::Channel]) == Ns::ZERO && at_work < ASKS
    }
}

#[cfg(test)]
mod tests;
