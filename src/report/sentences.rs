//! What happens in a run, told in sentences: for screen readers and for logs. Tells what a listener can follow: a
//! task's first steps, its waits (of each kind the first, then at most one a second) and its end.

use std::fmt::Write as _;

use super::Run;
use super::document::outcome;
use super::table::{Profile, clean, ending, totals};
use crate::state::{Outcome, State};
use crate::text::report::{self as words, Told, Wait};
use crate::text::{counted, percent};
use crate::trace::{Begin, Event, Record};
use crate::units::{Ns, Stamp, TaskId, WorkerId};

/// After so long a task that goes on waiting and working is heard of again.
const AGAIN: Ns = Ns::from_millis(1_000);
/// From so long on, the end of a wait is worth a sentence.
const LONG: Ns = Ns::from_millis(100);

/// Tells a run while it goes on.
#[derive(Clone, Debug)]
pub struct Narrator {
    names: Vec<String>,
    t0: Stamp,
    voices: Vec<Voice>,
}

/// What has been said of one task.
#[derive(Clone, Copy, Debug, Default)]
struct Voice {
    begun: bool,
    ended: bool,
    /// The wait it is in, and since when.
    waits: Option<(Wait, Ns)>,
    /// When a wait of this kind was told last.
    told: [Option<Ns>; State::COUNT],
}

impl Narrator {
    /// For a run of the tasks called `names`.
    pub fn new(names: impl IntoIterator<Item = String>) -> Narrator {
        let names: Vec<String> = names.into_iter().map(|n| clean(&n)).collect();
        let voices = vec![Voice::default(); names.len()];
        Narrator { names, t0: Stamp::default(), voices }
    }

    /// The run begins.
    pub fn begin(&mut self, begin: &Begin) -> String {
        self.t0 = begin.t0;
        let told = Told::Submitted { tasks: self.names.len(), workers: begin.workers, cores: begin.cores.len() };
        told.sentence(Ns::ZERO)
    }

    /// What the next `records` tell, in the order in which it happened.
    pub fn tell(&mut self, records: &[Record]) -> Vec<String> {
        let mut records = records.to_vec();
        records.sort_by_key(|r| r.at);
        let mut sentences = Vec::new();
        for record in &records {
            let at = record.at.since(self.t0);
            sentences.extend(self.one(at, record).iter().map(|told| told.sentence(at)));
        }
        sentences
    }

    fn one(&mut self, at: Ns, record: &Record) -> Vec<Told> {
        match record.event {
            Event::Enter { task, state, due, .. } => self.enters(at, task, state, due, record.worker),
            Event::Ended { task, outcome, signal, .. } => self.ends(task, outcome, signal),
            Event::WorkerStarted { pid, tid } => vec![Told::WorkerReady { worker: record.worker.0 + 1, pid, tid }],
            Event::WorkerEnded { who, outcome: Outcome::Killed, signal } => {
                vec![Told::WorkerKilled { worker: who.0 + 1, signal }]
            }
            Event::WorkerEnded { who, outcome: Outcome::Failed, .. } => {
                vec![Told::WorkerFailed { worker: who.0 + 1 }]
            }
            Event::Lost { count } => vec![Told::Lost { worker: record.worker.0 + 1, count }],
            Event::Suspended { spent } => vec![Told::StoodStill { time: spent }],
            _ => Vec::new(),
        }
    }

    fn enters(&mut self, at: Ns, task: TaskId, state: State, due: Option<Ns>, worker: WorkerId) -> Vec<Told> {
        let Some(voice) = self.voices.get_mut(task.index()) else { return Vec::new() };
        let name = || self.names[task.index()].clone();
        let wait = Wait::of(state);
        let mut said = Vec::new();
        if let Some((waited, since)) = voice.waits.take_if(|(w, _)| Some(*w) != wait)
            && at.less(since) >= LONG
        {
            said.push(Told::GoesOn { task: name(), after: at.less(since), wait: waited });
        }
        if !voice.begun && state.is_in_flight() {
            voice.begun = true;
            said.push(Told::Starts { task: name(), worker: worker.0 + 1 });
        }
        if let Some(wait) = wait {
            voice.waits.get_or_insert((wait, at));
            let told = &mut voice.told[state as usize];
            if told.is_none_or(|t| at.less(t) >= AGAIN) {
                *told = Some(at);
                said.push(Told::Waits { task: name(), wait, due: due.filter(|_| wait == Wait::Timer) });
            }
        }
        said
    }

    fn ends(&mut self, task: TaskId, outcome: Outcome, signal: u8) -> Vec<Told> {
        let Some(voice) = self.voices.get_mut(task.index()).filter(|v| !v.ended) else { return Vec::new() };
        voice.ended = true;
        vec![Told::Ended { task: self.names[task.index()].clone(), outcome, signal }]
    }
}

/// The result of `run`, a sentence for each task and then what they come to. Empty if the run is not over.
pub fn summary(run: Run<'_>) -> String {
    let Some(totals) = totals(run) else { return String::new() };
    let mut text = String::from("The run is over.\n");
    for (index, name) in run.trace.names.iter().enumerate() {
        let profile = Profile::of(run, index);
        let running = (State::Running, profile.running);
        let shares = [running].into_iter().chain(profile.waits).filter(|(_, share)| *share >= 0.005);
        let shares: Vec<_> =
            shares.map(|(state, share)| format!("{} {}", words::state(state), percent(share))).collect();
        let after = run.trace.tasks[index].ended_at().map_or_else(String::new, |at| format!(" after {at}"));
        let name = clean(&name.name);
        let _ = writeln!(text, "{name}: {}{after}; {}.", ending(run, index), shares.join(", "));
    }
    for line in totals {
        let _ = writeln!(text, "{line}.");
    }
    text
}

/// Why the run did not do what it should: a sentence if a foreground task failed or was killed.
pub fn shortfall(run: Run<'_>) -> Option<String> {
    let ended = |i: usize| outcome(run.trace, TaskId(i as u32));
    let broken = (0..run.trace.tasks.len()).filter(|i| matches!(ended(*i), Outcome::Failed | Outcome::Killed));
    let names: Vec<String> =
        broken.map(|i| format!("{} ({})", clean(&run.trace.names[i].name), ending(run, i))).collect();
    let count = names.len();
    let shown = names.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
    let more = if count > 4 { format!(" and {} more", count - 4) } else { String::new() };
    (count > 0).then(|| format!("{} did not come to the end: {shown}{more}", counted(count as u64, "task", "tasks")))
}
