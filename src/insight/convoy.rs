//! A task that computes beside tasks that wait for something short, again and again: how many rounds they make, and
//! what each of these has to wait for besides.

use super::Facts;
use crate::model::ModelKind;
use crate::state::State;
use crate::text::{Behind, Round, Sharing};
use crate::trace::Track;
use crate::units::{Ns, Range};

/// A task that waits fewer times does not do so again and again.
const FEW: usize = 10;
/// One that is at work for more than this share of its life does more than ask.
const ASKS: f64 = 0.20;
/// Waiting for a core is what there is to say from this share of a round.
const CORE: f64 = 0.25;

/// The finding, if that is what the tasks did.
pub(super) fn found(facts: &Facts<'_>) -> Option<Sharing> {
    let (trace, until) = (facts.trace, facts.stats.elapsed);
    if facts.model.kind == ModelKind::Serial || trace.forgotten > Ns::ZERO || !trace.losses.is_empty() {
        return None;
    }
    let lives: Vec<(Life, bool)> =
        trace.tasks.iter().zip(&trace.names).map(|(t, n)| (Life::of(t, until), n.background)).collect();
    let beside = |(life, _): &&(Life, bool)| life.computes() && life.whole.len() > until.times(1, 2);
    lives.iter().find(beside)?;
    let asks: Vec<&Life> = lives.iter().filter(|(l, background)| !background && !l.computes()).map(|l| &l.0).collect();
    if asks.is_empty() || !asks.iter().all(|life| life.waits_again_and_again()) {
        return None;
    }
    let (answers, naps) = asks.iter().fold((0, 0), |sum, life| (sum.0 + life.answers, sum.1 + life.naps));
    let rounds = (answers + naps) as u64;
    let from = asks.iter().map(|life| life.whole.from).min()?;
    let to = asks.iter().map(|life| life.whole.to).max()?;
    let spent = |state: State| asks.iter().map(|life| life.sums[state as usize]).sum::<Ns>();
    let (gil, ready) = (spent(State::Gil), spent(State::Ready) + spent(State::Preempted));
    let lived: Ns = asks.iter().map(|life| life.whole.len()).sum();
    let (behind, waited) = match (facts.model.kind, facts.model.lock.is_on()) {
        (ModelKind::Threads, true) => (Behind::Gil, gil),
        (ModelKind::Async, _) => (Behind::Turn, ready),
        _ if ready.share_of(lived) >= CORE => (Behind::Core, ready),
        _ => (Behind::Nobody, Ns::ZERO),
    };
    let round = if answers >= naps { Round::Answer } else { Round::Nap };
    let per_second = rounds as f64 / (to - from).as_secs().max(1e-9);
    Some(Sharing::Rounds { round, behind, each: waited.times(1, rounds), per_second })
}

/// What a task spent its life on.
struct Life {
    /// From its first step to its last.
    whole: Range,
    sums: [Ns; State::COUNT],
    /// How often it waited for an answer, and how often for a timer.
    answers: usize,
    naps: usize,
    /// Whether it waited for a lock.
    locks: bool,
}

impl Life {
    fn of(track: &Track, until: Ns) -> Life {
        let marks = || track.marks().iter().filter(|m| m.at < until);
        let count = |state: State| marks().filter(|m| m.state == state).count();
        // What comes before its first step is no part of its rounds: a thread's start, the way to a process.
        let from = marks().find(|m| m.state == State::Running).map_or(until, |m| m.at);
        let to = track.ended_at().unwrap_or(until).min(until).max(from);
        let (answers, naps, locks) = (count(State::Io), count(State::Sleep), count(State::Lock) > 0);
        Life { whole: Range::new(from, to), sums: track.sums(until), answers, naps, locks }
    }

    /// It only ever works, or wants to.
    fn computes(&self) -> bool {
        let never_waits = self.answers + self.naps == 0 && !self.locks;
        never_waits && self.sums[State::Running as usize] > Ns::ZERO
    }

    fn waits_again_and_again(&self) -> bool {
        let at_work = self.sums[State::Running as usize].share_of(self.whole.len());
        self.answers + self.naps >= FEW && !self.locks && at_work < ASKS
    }
}

#[cfg(test)]
mod tests;
