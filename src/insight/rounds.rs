//! The rounds of tasks that go round beside the work: a ticker, a spinner, a poller. How many they made, and the longest
//! time for which one of them made none, which is what its user sees as a freeze.

use crate::plan::Rates;
use crate::state::{Outcome, State};
use crate::text::{Clause, Who};
use crate::trace::Trace;
use crate::units::{Ns, TaskId};
use crate::workload::{Op, Spread, Task, Until, Visit, Work, walk};

/// A task keeps going where no two rounds lie further apart than this many usual ones, or this many times as far as under
/// the best model: a busy machine is late under every model.
const KEEPS: u64 = 3;
/// It is frozen where two rounds lie further apart than this many usual ones, and this many times as far as under the
/// best model.
const FREEZES: u64 = 5;
/// Nobody sees that a round comes later by this, unless it is many usual ones.
const UNSEEN: Ns = Ns::from_millis(20);
/// Everybody sees that a round comes later by this.
const SEEN: Ns = Ns::from_millis(100);
/// Figures that differ by less than this share are told as one.
const LIKE: f64 = 0.10;
/// How many times as many rounds as elsewhere are worth a sentence.
const MORE: f64 = 1.5;

/// The rounds that the tasks of a run made which go round beside its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// How many tasks these are.
    pub tasks: usize,
    /// How many rounds they made, all added up; nothing where a recording does not tell.
    pub made: Option<u64>,
    /// The longest time for which one of them made no round; nothing where the record does not tell rounds apart.
    pub gap: Option<Gap>,
}

/// A time for which a task made no round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Which task.
    pub task: TaskId,
    /// For how long.
    pub length: Ns,
    /// How long a round of it takes at most where nothing holds it up.
    pub usual: Ns,
}

impl Rounds {
    /// The rounds of those of `tasks` that go round, in a run that is over and left `trace`; `rates` say how long their
    /// computing takes. Where some of them wait in each round only these count: the others just compute. Nothing if no
    /// task goes round.
    pub fn of(trace: &Trace, tasks: &[Task], rates: Rates) -> Option<Rounds> {
        let until = trace.makespan()?;
        let going: Vec<usize> = (0..tasks.len()).filter(|index| goes_round(&tasks[*index])).collect();
        let waiting: Vec<usize> = going.iter().copied().filter(|i| wait_of_a_lap(&tasks[*i].ops).is_some()).collect();
        let counted = if waiting.is_empty() { &going } else { &waiting };
        if counted.is_empty() {
            return None;
        }
        let made = |index: &usize| made(trace, *index, &tasks[*index].ops);
        let gaps: Option<Vec<Gap>> = waiting.iter().map(|i| gap(trace, *i, &tasks[*i].ops, rates, until)).collect();
        Some(Rounds {
            tasks: counted.len(),
            made: counted.iter().map(made).sum(),
            gap: gaps.unwrap_or_default().into_iter().reduce(|most, g| if g.length > most.length { g } else { most }),
        })
    }
}

/// Whether `task` goes round beside others: it repeats in the background, or until a time or other tasks end it.
fn goes_round(task: &Task) -> bool {
    task.ops
        .iter()
        .filter_map(Op::until)
        .any(|until| task.background || matches!(until, Until::For(_) | Until::Tasks(_)))
}

/// The only step in `ops` that waits, if it stands in their one `repeat`, outside any lock: then each round waits once.
pub fn wait_of_a_lap(ops: &[Op]) -> Option<&Op> {
    // A task that takes a lock, or has a further `repeat`, waits an unknown number of times a lap.
    let containers: Vec<_> = walk(ops).filter(|visit| visit.op.encloses()).collect();
    let [Visit { op, depth: 0, .. }] = containers.as_slice() else { return None };
    let waits: Vec<_> = walk(ops).filter(|visit| visit.op.expected_wait().is_some()).collect();
    let [Visit { op: wait, depth: 1, .. }] = waits.as_slice() else { return None };
    op.until().map(|_| *wait)
}

/// When the task `index` of a run that is over, with this program, began the wait of each of its rounds, also of one
/// that the run's end cut off. Nothing where rounds cannot be told apart, or the record is not whole.
pub fn waits_begun(trace: &Trace, index: usize, ops: &[Op]) -> Option<Vec<Ns>> {
    let result = trace.report.as_ref()?.results.get(index)?;
    let wait = wait_of_a_lap(ops)?;
    if trace.forgotten > Ns::ZERO || !trace.losses.is_empty() {
        return None;
    }
    let sleeps = matches!(wait, Op::Sleep(_) | Op::BlockingSleep(_));
    let state = if sleeps { State::Sleep } else { State::Io };
    // A wait for the global lock may split the wait for an answer in two: the second part is no new wait.
    let pairs = trace.tasks.get(index)?.marks().windows(2);
    let new = pairs.filter(|pair| pair[0].state == State::Running && pair[1].state == state);
    let begun: Vec<Ns> = new.map(|pair| pair[1].at).collect();
    let count = begun.len() as u64;
    // The kernel's record may tell of further waits for data, of which the program knows nothing.
    let told = match (result.laps, result.outcome) {
        (Some(laps), Outcome::Stopped) => (laps..=laps + 1).contains(&count),
        (Some(laps), _) => count == laps,
        (None, outcome) => outcome == Outcome::Stopped && sleeps,
    };
    told.then_some(begun)
}

/// How many rounds the task `index` made: as its worker said, else as its waits tell.
fn made(trace: &Trace, index: usize, ops: &[Op]) -> Option<u64> {
    let told = trace.report.as_ref()?.results.get(index)?.laps;
    told.or_else(|| Some((waits_begun(trace, index, ops)?.len() as u64).saturating_sub(1)))
}

/// The longest time for which the task `index` made no round: from its submission to its first, between two, and from
/// its last until the run's end stopped it, or until the tasks were over for whose time it should have gone round.
fn gap(trace: &Trace, index: usize, ops: &[Op], rates: Rates, until: Ns) -> Option<Gap> {
    let begun = waits_begun(trace, index, ops)?;
    let track = trace.tasks.get(index)?;
    let outcome = trace.report.as_ref()?.results.get(index)?.outcome;
    let over = track.ended_at().unwrap_or(until).min(until);
    let due = match outcome {
        Outcome::Stopped => until,
        Outcome::Done => awaited(trace, ops).map_or(over, |at| at.min(until).max(over)),
        Outcome::Failed | Outcome::Killed | Outcome::Unknown => over,
    };
    // A round ends where the wait of the next begins, the last one of a task that came to its end with that.
    let last = (outcome == Outcome::Done).then_some(over);
    let ends = begun.iter().skip(1).copied().chain(last).chain([due]);
    let mut before = track.marks().first()?.at;
    let mut longest = Ns::ZERO;
    for end in ends {
        longest = longest.max(end - before);
        before = end.max(before);
    }
    Some(Gap { task: TaskId(index as u32), length: longest, usual: usual(ops, rates) })
}

/// When all tasks were over that a `repeat` of `ops` awaits; nothing where it awaits none, or some were not.
fn awaited(trace: &Trace, ops: &[Op]) -> Option<Ns> {
    let tasks = ops.iter().find_map(|op| match op.until()? {
        Until::Tasks(tasks) => Some(tasks),
        Until::Times(_) | Until::For(_) | Until::Each(..) | Until::Retry => None,
    })?;
    let ends: Option<Vec<Ns>> = tasks.iter().map(|task| trace.tasks.get(task.index())?.ended_at()).collect();
    ends?.into_iter().max()
}

/// How long a round takes at most where nothing holds it up.
fn usual(ops: &[Op], rates: Rates) -> Ns {
    let step = |op: &Op| match (op, op.work()) {
        (_, Some((_, Work::Time(time)))) => time,
        (_, Some((kernel, Work::Iterations(n)))) => rates.time(kernel, n),
        // Of two hundred answers one takes longer than this many times the mean.
        (Op::Request(request), None) => match request.spread {
            Spread::Constant => request.latency,
            Spread::Uniform => request.latency.times(2, 1),
            Spread::Exponential => request.latency.times(5, 1),
        },
        (_, None) => op.expected_wait().unwrap_or_default(),
    };
    walk(ops).filter(|visit| visit.depth == 1).map(|visit| step(visit.op)).sum()
}

/// How one model let tasks go round.
#[derive(Clone, Debug, PartialEq)]
pub struct Going {
    /// The task with the longest gap.
    pub task: String,
    /// Of how many tasks.
    pub of: usize,
    /// Its longest gap.
    pub gap: Ns,
    /// How long a round takes at most where nothing holds it up.
    pub usual: Ns,
    /// How many rounds the tasks made in a second of the run.
    pub rate: Option<f64>,
}

/// How far a task kept going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grade {
    Keeps,
    Stutters,
    Freezes,
}

impl Going {
    /// How it went where the shortest gap of all models is `best`.
    fn grade(&self, best: Ns) -> Grade {
        // Where even the best freezes it, that excuses nobody.
        let best = if best > self.still(Ns::ZERO) { Ns::ZERO } else { best };
        let unseen = (self.usual + UNSEEN).min(self.usual.times(FREEZES, 1));
        match self.gap {
            gap if gap <= self.usual.max(best).times(KEEPS, 1).max(unseen) => Grade::Keeps,
            gap if gap > self.still(best) => Grade::Freezes,
            _ => Grade::Stutters,
        }
    }

    fn still(&self, best: Ns) -> Ns {
        self.usual.max(best).times(FREEZES, 1).max(self.usual + SEEN)
    }
}

/// Under which models the tasks keep going, and under which they do not. Nothing where there are no such tasks. The
/// first clause names the task for those behind it. Also whether models differ in that.
pub fn judged(models: &[(Who, &Going)]) -> (Vec<Clause>, bool) {
    let Some((_, worst)) = models.iter().max_by_key(|(_, going)| going.gap) else { return (Vec::new(), false) };
    let best = models.iter().map(|(_, going)| going.gap).min().unwrap_or_default();
    let (task, of) = (worst.task.clone(), worst.of);
    let mut clauses = Vec::new();
    for grade in [Grade::Keeps, Grade::Freezes, Grade::Stutters] {
        let graded: Vec<_> = models.iter().filter(|(_, going)| going.grade(best) == grade).collect();
        let gaps = || graded.iter().map(|(_, going)| going.gap);
        let (Some(gap), Some(least)) = (gaps().max(), gaps().min()) else { continue };
        let one_thread = graded.iter().all(|(who, _)| who.is_one());
        let all = graded.len() == models.len() && models.len() > 1;
        let who = if all { Vec::new() } else { graded.iter().map(|(who, _)| *who).collect() };
        let named = clauses.is_empty().then(|| task.clone());
        clauses.push(match grade {
            Grade::Keeps => Clause::KeepGoing { who, task: task.clone(), of, gap },
            Grade::Stutters => Clause::Stutters { who, task: named, of, gap },
            Grade::Freezes => {
                let alike = gap.0 as f64 <= (1.0 + LIKE) * least.0 as f64;
                Clause::Freezes { who, task: named, of, gap, alike, one_thread }
            }
        });
    }
    let differ = clauses.len() > 1;
    if !clauses.iter().any(|clause| matches!(clause, Clause::Freezes { .. })) {
        clauses.extend(rates(models.iter().filter_map(|(who, going)| Some((*who, going.rate?)))));
    }
    (clauses, differ)
}

/// Under which models tasks make the most rounds in a second, and under which the fewest, where that is worth a word.
pub fn rates(models: impl Iterator<Item = (Who, f64)>) -> Option<Clause> {
    let rated: Vec<(Who, f64)> = models.collect();
    let most = rated.iter().map(|(_, rate)| *rate).max_by(f64::total_cmp)?;
    let fewest = rated.iter().map(|(_, rate)| *rate).min_by(f64::total_cmp)?;
    if most < MORE * fewest {
        return None;
    }
    let like = |a: f64, b: f64| (a - b).abs() <= LIKE * a.max(b);
    let of = |rate: f64| rated.iter().filter(|(_, other)| like(*other, rate)).map(|(who, _)| *who).collect();
    Some(Clause::Rounds { who: of(most), most, least: of(fewest), fewest })
}

#[cfg(test)]
mod tests;
