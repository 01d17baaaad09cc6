//! Several runs compared: a row of figures for each model, the ideal that none of them can beat, and a verdict in
//! words. Pure: runs are handed in, and the comparison is drawn or printed elsewhere.

use super::{Planned, Reason, Recording, RunOutcome, Score, Works};
use crate::insight::{self, Contender, Field, Gap, Going, Ratio, Timing, is_comparable};
use crate::model::{GlobalLock, Model, ModelKind};
use crate::state::State;
use crate::text::{self, Clause, NoRatio, Stop, Verdict, Who};
use crate::trace::Trace;
use crate::units::Ns;

mod figures;
mod ideal;

pub use figures::Figures;
pub use ideal::Ideal;

/// A comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// A row for each model of each source: sources in the order in which they were handed in, models in that of the
    /// scoreboard.
    pub rows: Vec<Row>,
    /// The row that the ratios refer to: the serial one, or the first where runs of several sources are compared; the
    /// first with figures where serial cannot do the work.
    pub baseline: Option<usize>,
    /// How many cores' worth of time there was: the most that any run had.
    pub cores: f64,
    /// The time that none of them can beat; `None` where the work is not the same or was never done.
    pub ideal: Option<Ideal>,
    /// Whether all runs did the same work.
    pub work: SameWork,
    /// What the comparison shows, in words.
    pub verdict: Verdict,
}

/// Whether runs did the same work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameWork {
    /// The same steps, to the last iteration.
    Exactly,
    /// The same amounts, but times of computing became other numbers of iterations: the cores were calibrated anew in
    /// between, or are other cores.
    Calibrated,
    /// Other workloads, other numbers, or another seed.
    No,
}

/// A model's runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where its runs come from, if there are several places.
    pub source: Option<String>,
    /// Which variant of their workload its runs are, if it has variants.
    pub variant: Option<String>,
    /// The model.
    pub model: Model,
    /// What it is called.
    pub who: Who,
    /// The figures of the run that stands for all of them: the one with the median time. `None` where no run counts.
    pub figures: Option<Figures>,
    /// How many times as fast as the baseline it is, or why there is nothing to compare; `None` for the baseline itself,
    /// and for rows without figures.
    pub ratio: Option<Result<Ratio, NoRatio>>,
    /// The place, among the runs handed in, of the run whose figures stand here.
    pub shown: Option<usize>,
    /// The places, among the runs handed in, of this row's runs, in order.
    pub runs: Vec<usize>,
    /// How many of them count.
    pub counted: usize,
    /// Whether other programs left the cores to it.
    pub fair: bool,
    /// Why one of them does not count, if one does not.
    pub failure: Option<Reason>,
}

impl Recording {
    /// Its score; `None` if it does not count in a comparison.
    fn counted(&self) -> Option<Score> {
        self.score().filter(|_| self.counts())
    }

    fn is_fair(&self) -> bool {
        self.counted().is_some_and(|score| score.is_fair())
    }
}

/// The models that are compared if the user names none, the last one with `lock`. The scoreboard has a row for each of
/// them from the start.
pub fn usual_models(lock: GlobalLock) -> [Model; 5] {
    use ModelKind::{Async, Processes, Serial, Threads};
    let [serial, threads, processes, r#async] = [Serial, Threads, Processes, Async].map(Model::plain);
    [serial, threads, processes, r#async, Model { kind: Threads, lock }]
}

/// The sort key of `model` among the rows: models without a global lock, then threads with one, then the others.
pub fn place(model: Model) -> (bool, bool, ModelKind, GlobalLock) {
    (model.lock.is_on(), model.kind != ModelKind::Threads && model.lock.is_on(), model.kind, model.lock)
}

impl Comparison {
    /// The comparison of `runs`: several runs of one model from one file are one row. A run that was not planned has no
    /// row, nor has one that a signal interrupted: it says nothing of its model.
    pub fn of(runs: &[&Recording]) -> Comparison {
        let work = same_work(runs);
        let cores = runs.iter().map(|r| r.cores()).fold(0.0, f64::max);
        let mut rows = rows(runs);
        let several = rows.iter().any(|r| r.source != rows[0].source);
        let serial = |r: &Row| r.model == Model::plain(ModelKind::Serial);
        let baseline = if several { (!rows.is_empty()).then_some(0) } else { rows.iter().position(serial) };
        let baseline = match baseline.filter(|b| rows[*b].shown.is_none()) {
            None => baseline,
            Some(serial) if rows[serial].stop() == Stop::Cannot => rows.iter().position(|row| row.shown.is_some()),
            Some(_) => None,
        };
        let score = |row: &Row| {
            let own = runs[row.shown?].counted()?;
            Some(Score { spread: row.figures?.timing.spread, ..own })
        };
        let base = baseline.and_then(|b| score(&rows[b]));
        for (index, row) in rows.iter_mut().enumerate() {
            if Some(index) != baseline {
                row.ratio = score(row).map(|own| match (base, work) {
                    (None, _) => Err(NoRatio::NoBaseline),
                    (Some(_), SameWork::No) => Err(NoRatio::OtherWork),
                    (Some(base), _) => Ok(own.ratio(&base, cores)),
                });
            }
        }
        let counted: Vec<&Recording> = runs.iter().copied().filter(|r| r.counted().is_some()).collect();
        let ideal = if work == SameWork::No { None } else { Ideal::of(&counted, cores) };
        let mut comparison = Comparison { rows, baseline, cores, ideal, work, verdict: Verdict::default() };
        comparison.verdict = if several { comparison.of_sources() } else { comparison.of_models(runs) };
        comparison
    }

    /// How many times as fast as the baseline the ideal is; `None` where the baseline was disturbed, or is slower than
    /// doing one thing after the other needs to be.
    pub fn ideal_ratio(&self) -> Option<f64> {
        let row = self.rows.get(self.baseline?).filter(|b| b.fair)?;
        let (base, ideal) = (row.figures.as_ref()?.timing.time, self.ideal.as_ref().filter(|i| i.time > Ns::ZERO)?);
        let slowed = row.who == Who::Serial && base > (ideal.work + ideal.waits).times(11, 10);
        (!slowed).then(|| base.share_of(ideal.time))
    }

    /// The row that the ratios refer to, if it stands in for serial, which cannot do the work.
    pub fn stand_in(&self) -> Option<&Row> {
        self.baseline.map(|place| &self.rows[place]).filter(|row| self.cannot_serial() && row.who != Who::Serial)
    }

    fn cannot_serial(&self) -> bool {
        self.rows.iter().any(|row| row.who == Who::Serial && row.shown.is_none() && row.stop() == Stop::Cannot)
    }

    /// Whether there are tasks that go round beside the work, and whether a row tells how far apart their rounds were.
    pub fn has_rounds(&self) -> (bool, bool) {
        let mut rounds = self.rows.iter().filter_map(|row| row.figures?.rounds);
        let gaps = rounds.clone().any(|r| r.gap.is_some());
        (rounds.any(|r| r.made.is_some()), gaps)
    }

    /// The longest time of all rows, which an axis must hold.
    pub fn slowest(&self) -> Option<Ns> {
        self.rows.iter().filter_map(|r| Some(r.figures.as_ref()?.timing.time)).max()
    }

    fn of_models(&self, runs: &[&Recording]) -> Verdict {
        let tasks = runs.first().map_or(0, |r| r.trace.names.len());
        let ideal = self.ideal.as_ref();
        let fastest = self.rows.iter().filter_map(|r| Some(r.figures.as_ref()?.timing.time)).min().unwrap_or_default();
        let lock = ideal.and_then(|i| i.lock.clone()).map(|(name, held)| (name, held.share_of(fastest)));
        let contender = |row: &Row| {
            let (figures, run) = (row.figures.as_ref()?, &runs[row.shown?]);
            let ratio = row.ratio.unwrap_or(Ok(Ratio::exactly(1.0)));
            Some(Contender {
                model: row.model,
                timing: figures.timing,
                ratio,
                workers: figures.workers,
                at_once: figures.at_once,
                memory: figures.memory,
                start: figures.start.unwrap_or_default(),
                copying: figures.copying,
                locked: figures.locked,
                turns: figures.turns,
                blocked: is_blocked(&run.trace, row.model),
                rate: figures
                    .rounds_a_second()
                    .filter(|_| run.fixed_work().is_none() && going(figures, &run.trace).is_none()),
                going: going(figures, &run.trace),
            })
        };
        insight::verdict(&Field {
            contenders: self.rows.iter().filter_map(contender).collect(),
            failed: self.rows.iter().filter(|r| r.figures.is_none()).map(|r| (r.model, r.stop())).collect(),
            stand_in: self.stand_in().map(|row| row.model),
            tasks,
            cores: self.cores,
            work: ideal.map_or(Ns::ZERO, |i| i.work),
            waiting: ideal.map_or(0.0, Ideal::waiting),
            lock,
            ideal: self.ideal_ratio(),
        })
    }

    /// The verdict on runs that come from several places: which is fastest, compared with the first.
    fn of_sources(&self) -> Verdict {
        let mut clauses = Vec::new();
        let timed = self.rows.iter().filter_map(|r| Some((r, r.figures.as_ref()?.timing)));
        let fastest = timed.clone().min_by_key(|(_, timing)| timing.time);
        let first = self.baseline.and_then(|b| Some((&self.rows[b], self.rows[b].figures.as_ref()?.timing)));
        match (fastest, first) {
            (None, _) => clauses.push(Clause::NothingMeasured),
            _ if self.work == SameWork::No => clauses.push(Clause::NoRatios(NoRatio::OtherWork)),
            (Some((best, own)), Some((base, timing))) if best != base => {
                let ratio = best.ratio.and_then(Result::ok).filter(|_| !own.ties(timing)).map(|r| r.speedup);
                clauses.push(Clause::FastestOf { what: best.name(), ratio, than: base.name() });
            }
            (Some((best, _)), _) => clauses.push(Clause::Fastest { who: vec![best.who] }),
        }
        let judged = |row: &Row| Some((row.who, row.ratio?.ok()?.doubt?));
        clauses.extend(insight::doubts(self.rows.iter().filter_map(judged)));
        if self.work == SameWork::Calibrated {
            clauses.push(Clause::Recalibrated);
        }
        Verdict { clauses }
    }
}

impl Row {
    /// How it came to nothing, if it has no figures.
    pub fn stop(&self) -> Stop {
        match &self.failure {
            Some(Reason::Broke(why)) => Stop::of(why, self.model.kind == ModelKind::Serial),
            Some(Reason::Uncounted(_)) | None => Stop::Failed,
        }
    }

    /// Whether its model is one that cannot do the work: that is an answer, no failure.
    pub fn is_answer(&self) -> bool {
        self.failure.is_some() && self.stop() == Stop::Cannot
    }

    /// Why a run of it does not count, in a sentence without an end mark; `None` if all do.
    pub fn trouble(&self) -> Option<String> {
        match self.failure.as_ref()? {
            Reason::Broke(why) if self.stop() == Stop::Cannot => Some(text::cannot(why)),
            why => Some(why.sentence()),
        }
    }

    /// Its name: its model, after its source where there are several.
    pub fn name(&self) -> String {
        let source = self.source.as_ref().map_or_else(String::new, |s| format!("{s} "));
        source + &self.who.row()
    }
}

/// The rows of `runs`, without ratios.
fn rows(runs: &[&Recording]) -> Vec<Row> {
    let planned = |run: &Recording| run.planned().is_some() && run.outcome() != RunOutcome::Interrupted;
    let compared: Vec<usize> = (0..runs.len()).filter(|i| planned(runs[*i])).collect();
    let works = Works::of(&compared.iter().map(|i| runs[*i]).collect::<Vec<_>>());
    let mut keys: Vec<(usize, Model)> = Vec::new();
    let mut sources: Vec<(Option<&str>, usize)> = Vec::new();
    let mut of: Vec<Option<(usize, Model)>> = vec![None; runs.len()];
    for (place, index) in compared.into_iter().enumerate() {
        let Some(Planned { plan, .. }) = runs[index].planned() else { continue };
        // Runs of other work are no repetitions, even in the same file.
        let own = (runs[index].file.as_deref(), works.place(place));
        let source = sources.iter().position(|source| *source == own).unwrap_or_else(|| {
            sources.push(own);
            sources.len() - 1
        });
        let key = (source, plan.model);
        of[index] = Some(key);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys.sort_by_key(|(source, model)| (*source, place(*model)));
    let row = |key: (usize, Model)| {
        let own: Vec<usize> = (0..runs.len()).filter(|i| of[*i] == Some(key)).collect();
        let all: Vec<usize> = own.iter().copied().filter(|i| runs[*i].counted().is_some()).collect();
        // Runs that other programs disturbed count only if there is no undisturbed one.
        let fair: Vec<usize> = all.iter().copied().filter(|i| runs[*i].is_fair()).collect();
        let standing = if fair.is_empty() { &all } else { &fair };
        let times: Vec<Ns> = standing.iter().filter_map(|i| runs[*i].trace.makespan()).collect();
        let timing = Timing::of(&times);
        let is_it = |i: &&usize| runs[**i].trace.makespan() == timing.map(|t| t.time);
        let shown = standing.iter().find(is_it).copied();
        let least = shown.and_then(|i| Some(runs[i].counted()?.least())).unwrap_or_default();
        let timing = timing.map(|timing| Timing { least, ..timing });
        Row {
            source: named(sources[key.0], &works),
            variant: own.first().and_then(|i| runs[*i].planned()?.setup.workload.variant.clone()),
            model: key.1,
            who: insight::who(key.1),
            figures: shown.zip(timing).and_then(|(i, timing)| Figures::of(runs[i], timing)),
            ratio: None,
            shown,
            counted: standing.len(),
            fair: !fair.is_empty(),
            failure: own.iter().find_map(|i| runs[*i].uncounted()),
            runs: own,
        }
    };
    keys.into_iter().map(row).collect()
}

/// What distinguishes the rows of a source: its file's name, and that of its work if there are several.
fn named((file, work): (Option<&str>, usize), works: &Works) -> Option<String> {
    let work = works.are_several().then(|| works.names()[work].as_str());
    let words: Vec<&str> = file.into_iter().chain(work).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn same_work(runs: &[&Recording]) -> SameWork {
    let planned: Vec<&Planned> = runs.iter().filter_map(|run| run.planned()).collect();
    let Some(first) = planned.first() else { return SameWork::Exactly };
    let same = |other: &&Planned| {
        let (a, b) = (&first.setup, &other.setup);
        let known = planned.len() == 1 || (first.known && other.known);
        known && a.workload == b.workload && a.scale == b.scale && first.plan.seed == other.plan.seed
    };
    match (planned.iter().all(same), planned.iter().all(|other| other.plan.tasks == first.plan.tasks)) {
        (false, _) => SameWork::No,
        (true, true) => SameWork::Exactly,
        (true, false) => SameWork::Calibrated,
    }
}

/// Whether calls that block held the loop for a good part of the time.
fn is_blocked(trace: &Trace, model: Model) -> bool {
    let time = trace.makespan().filter(|_| model.kind == ModelKind::Async).unwrap_or_default();
    let totals = trace.aggregate().totals(time);
    let asleep = State::Sleep as usize;
    let held = totals.states()[asleep].less(totals.free()[asleep]);
    held.share_of(time) >= 0.2
}

/// How the run that left `trace` let the tasks go round that do so beside its work.
fn going(figures: &Figures, trace: &Trace) -> Option<Going> {
    let rounds = figures.rounds?;
    let Gap { task, length, usual } = rounds.gap?;
    let task = trace.names.get(task.index())?.name.clone();
    Some(Going { task, of: rounds.tasks, gap: length, usual, rate: figures.rounds_a_second() })
}

/// The cores that other programs kept busy in the most disturbed of `runs`, if they are too many to compare it.
pub fn disturbed(runs: &[&Recording]) -> Option<f64> {
    let taken = |r: &&Recording| r.conditions.others.filter(|others| !is_comparable(*others, r.cores()));
    runs.iter().filter_map(taken).max_by(f64::total_cmp)
}

#[cfg(test)]
mod tests;
