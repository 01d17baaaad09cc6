//! The result of a run in sentences: for screen readers and for logs.

use super::NOTEWORTHY;
use super::document::{outcome, until};
use super::fields::Document;
use super::narrator::FEW;
use super::rounds::seconds;
use super::table::{Profile, broken_off, clean, ending, holds, totals};
use crate::recording::Recording;
use crate::state::{Outcome, State};
use crate::text::percent;
use crate::text::report::{self as words, Line};
use crate::units::TaskId;

/// The result of `run`: a sentence for each task, or a few for all if they are many, and then the totals. If the run is
/// not over: why, and what is known of its tasks.
pub fn summary(run: &Recording) -> String {
    let first = broken_off(run).map_or_else(|| Line::Over.text(), |why| why.replace('`', ""));
    let tasks = match run.trace.t0() {
        None => Vec::new(),
        Some(_) if run.trace.tasks.len() <= FEW => each(run),
        Some(_) => together(run),
    };
    let lines = [first].into_iter().chain(tasks).chain(totals(run).unwrap_or_default());
    lines.map(|line| line + ".\n").collect()
}

fn each(run: &Recording) -> Vec<String> {
    let of = |index: usize| {
        let profile = Profile::of(run, index);
        let running = (State::Running, profile.running);
        let shares: Vec<_> = [running].into_iter().chain(profile.waits).collect();
        let name = clean(&run.trace.names[index].name);
        words::task(&name, &ending(run, index), run.trace.tasks[index].ended_at(), &self::shares(&shares, holds(run)))
    };
    (0..run.trace.tasks.len()).map(of).collect()
}

fn together(run: &Recording) -> Vec<String> {
    let tasks = run.trace.tasks.len();
    let ended =
        |as_this: Option<Outcome>| (0..tasks).filter(|i| outcome(&run.trace, TaskId(*i as u32)) == as_this).count();
    let outcomes = [Outcome::Done, Outcome::Failed, Outcome::Killed, Outcome::Stopped, Outcome::Unknown].map(Some);
    let ends = outcomes.into_iter().chain([None]).map(|o| (o, ended(o)));
    let mut lines = vec![Line::Ends { tasks, ends: ends.filter(|(_, n)| *n > 0).collect() }.text()];
    if let Some(latency) = Document::of(run).latency_s {
        let [half, most, longest] = [latency.p50, latency.p95, latency.max].map(seconds);
        lines.push(Line::Latency { half, most, longest }.text());
    }
    let stats = run.trace.stats(until(&run.trace));
    let whole = stats.sums.iter().copied().sum();
    let mut shares: Vec<_> = State::ALL.into_iter().map(|s| (s, stats.sums[s as usize].share_of(whole))).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    lines.push(Line::Shares { of: self::shares(&shares, holds(run)) }.text());
    lines
}

/// States with the share of the time that tasks which keep a worker (`holds`) or none spent in each, without those below [`NOTEWORTHY`].
fn shares(of: &[(State, f64)], holds: bool) -> String {
    let worth = of.iter().filter(|(_, share)| *share >= NOTEWORTHY);
    worth
        .map(|(state, share)| format!("{} {}", words::state(*state, holds), percent(*share)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Why the run did not do what it should: a sentence if a foreground task failed or was killed.
pub fn shortfall(run: &Recording) -> Option<String> {
    let ended = |i: usize| outcome(&run.trace, TaskId(i as u32));
    let broken = (0..run.trace.tasks.len()).filter(|i| ended(*i).is_some_and(Outcome::is_broken));
    let told: Vec<_> = broken.map(|i| (clean(&run.trace.names[i].name), ending(run, i))).collect();
    (!told.is_empty()).then(|| words::shortfall(&told))
}
