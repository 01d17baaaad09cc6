//! What several runs of the same work teach together: who gains, how much, and why the others do not. Sees figures
//! only, never a trace.

use super::Timing;
use super::ratio::{GAIN, LOSS, Ratio};
use super::rounds::{self, Going};
use crate::model::{GlobalLock, Model, ModelKind};
use crate::text::{Base, Clause, Doubt, NoRatio, Stop, Verdict, Who, Why};
use crate::units::{Ns, Speedup};

/// A loss down from this ratio for which there is no reason needs more than one run.
const RASH: f64 = 0.20;
/// Tasks that wait for a smaller share of their time count as tasks that do not wait.
const WAITING: f64 = 0.05;
/// Waiting for a lock is a reason from this share of what tasks did.
const LOCKED: f64 = 0.10;
/// Waiting for a turn is a reason from this share of what tasks did.
const TURNS: f64 = 0.20;
/// From this share on, a figure counts as all that is possible.
const NEARLY: f64 = 0.85;
/// Memory is worth a word from this many bytes and this ratio on.
const MEMORY: (u64, f64) = (1_000_000, 1.25);

/// A model that was measured, as far as the verdict must know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Contender {
    /// The model.
    pub model: Model,
    /// How long it took.
    pub timing: Timing,
    /// How many times as fast as the baseline it is, or why there is nothing to compare. The baseline itself is 1.
    pub ratio: Result<Ratio, NoRatio>,
    /// How many threads or processes it had for the tasks.
    pub workers: usize,
    /// How many tasks it could have under way at a time.
    pub at_once: usize,
    /// Peak memory, in bytes.
    pub memory: Option<u64>,
    /// How long it took until all its workers were there.
    pub start: Ns,
    /// How long was spent on copies.
    pub copying: Ns,
    /// The share of what its tasks did that they waited for a lock of the workload's own.
    pub locked: f64,
    /// The share of what its tasks did that they were ready and waited for a core, or their turn on the loop.
    pub turns: f64,
    /// Whether calls that block held its loop.
    pub blocked: bool,
    /// How many rounds its tasks made in a second, where they compute for a given time.
    pub rate: Option<f64>,
    /// How it let tasks go round beside the work, where there are such.
    pub going: Option<Going>,
}

/// All that were measured on the same work.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// The models with a time, the baseline among them.
    pub contenders: Vec<Contender>,
    /// The models without a time, and how each came to nothing.
    pub failed: Vec<(Model, Stop)>,
    /// The model that the ratios refer to where serial cannot do the work.
    pub stand_in: Option<Model>,
    /// How many tasks there are.
    pub tasks: usize,
    /// How many cores there are.
    pub cores: f64,
    /// For how long the tasks compute, all added up.
    pub work: Ns,
    /// The share of their own time, on a core of their own, for which tasks wait.
    pub waiting: f64,
    /// The lock of the workload's own that is held longest, with the share of the fastest time for which it is held.
    pub lock: Option<(String, f64)>,
    /// How many times as fast as the baseline a model could be at best.
    pub ideal: Option<f64>,
}

/// What `model` is called in a verdict.
pub const fn who(model: Model) -> Who {
    let base = match model.kind {
        ModelKind::Serial => Base::Serial,
        ModelKind::Threads => Base::Threads,
        ModelKind::Processes => Base::Processes,
        ModelKind::Async => Base::Async,
    };
    match (model.lock, model.kind) {
        (GlobalLock::Off, ModelKind::Serial) => Who::Serial,
        (GlobalLock::Off, ModelKind::Threads) => Who::Threads,
        (GlobalLock::Off, ModelKind::Processes) => Who::Processes,
        (GlobalLock::Off, ModelKind::Async) => Who::Async,
        (GlobalLock::Gil { .. }, _) => Who::Gil(base),
        (GlobalLock::GilLegacy { .. }, _) => Who::OldGil(base),
    }
}

/// The verdict on the runs in `field`.
pub fn verdict(field: &Field) -> Verdict {
    let mut clauses = Vec::new();
    match field.contenders.as_slice() {
        [] => clauses.push(Clause::NothingMeasured),
        _ if !field.contenders.iter().any(Contender::is_baseline) => without_baseline(field, &mut clauses),
        _ => against_serial(field, &mut clauses),
    }
    what_goes_round(field, &mut clauses);
    let said = |stop: Stop| field.stand_in.is_some() && stop == Stop::Cannot;
    for how in [Stop::Cannot, Stop::Deadlock, Stop::Stuck, Stop::Failed].into_iter().filter(|how| !said(*how)) {
        let who: Vec<Who> =
            field.failed.iter().filter(|(_, stop)| *stop == how).map(|(model, _)| who(*model)).collect();
        if !who.is_empty() {
            clauses.push(Clause::Failed { who, how });
        }
    }
    Verdict { clauses }
}

impl Contender {
    fn is_baseline(&self) -> bool {
        self.model == Model::plain(ModelKind::Serial)
    }

    fn who(&self) -> Who {
        who(self.model)
    }

    fn ratio(&self) -> Ratio {
        self.ratio.unwrap_or(Ratio::exactly(1.0))
    }

    fn gain(&self) -> f64 {
        self.ratio().speedup.times
    }

    /// Whether one word, a gain or a loss or neither, holds for all of its ratio.
    fn is_settled(&self) -> bool {
        self.ratio.is_ok_and(|ratio| ratio.unsettled().is_none())
    }

    fn gains(&self) -> bool {
        self.gain() >= GAIN
    }
}

/// Says first which models keep tasks going that go round beside the work: where models differ in that, it is why
/// somebody would choose one, and times come second.
fn what_goes_round(field: &Field, clauses: &mut Vec<Clause>) {
    let going: Vec<(Who, &Going)> =
        field.contenders.iter().filter_map(|c| Some((c.who(), c.going.as_ref()?))).collect();
    let (told, differ) = rounds::judged(&going);
    if differ {
        for clause in clauses.iter_mut() {
            if let Clause::NobodyGains { why } = clause {
                *clause = Clause::NobodyFaster { why: why.take() };
            }
        }
    }
    // Of tasks that compute for a given time the time says little: how many rounds they come to does.
    let by_time = rounds::rates(field.contenders.iter().filter_map(|c| Some((c.who(), c.rate?))));
    clauses.splice(0..0, told.into_iter().chain(by_time));
}

fn without_baseline(field: &Field, clauses: &mut Vec<Clause>) {
    let Some(fastest) = field.contenders.iter().min_by_key(|c| c.timing.time) else { return };
    if field.contenders.len() > 1 {
        let tied = field.contenders.iter().filter(|c| c.timing.ties(fastest.timing));
        clauses.push(Clause::Fastest { who: tied.map(Contender::who).collect() });
    }
    clauses.push(match field.stand_in {
        Some(model) => Clause::InPlaceOfSerial { than: who(model) },
        None => Clause::NoRatios(NoRatio::NoBaseline),
    });
}

fn against_serial(field: &Field, clauses: &mut Vec<Clause>) {
    let others = || field.contenders.iter().filter(|c| !c.is_baseline());
    let without: Vec<&Contender> = others().filter(|c| c.ratio.is_err()).collect();
    let why = without.first().and_then(|c| c.ratio.err());
    if let Some(why) = why.filter(|_| without.len() == others().count()) {
        clauses.push(Clause::NoRatios(why));
        return;
    }
    let known: Vec<&Contender> = field.contenders.iter().filter(|c| c.is_settled()).collect();
    let plain: Vec<&Contender> = known.iter().filter(|c| !c.model.lock.is_on()).copied().collect();
    let gil = |c: &&&Contender| c.model.lock.is_on() && c.model.kind == ModelKind::Threads;
    let fastest = field.contenders.iter().filter(|c| !c.model.lock.is_on()).min_by_key(|c| c.timing.time);
    match (known.len(), plain.len()) {
        // Where nobody can say what the fastest model gains, it is pointless to name the best of the others.
        _ if let Some(best) = fastest.filter(|f| !f.is_settled()) => {
            let behind = |c: &&&Contender| !c.is_baseline();
            clauses.extend(plain.iter().filter(behind).map(|c| self::behind(field, c, best)));
        }
        (0 | 1, _) => {}
        // A user who asked for nothing but the lock wants to hear of it.
        (_, 0 | 1) => headline(field, &known, clauses),
        _ => {
            headline(field, &plain, clauses);
            for locked in known.iter().filter(gil) {
                with_the_gil(field, &plain, locked, clauses);
            }
        }
    }
    let open =
        |c: &Contender| Some(Clause::Open { who: c.who(), ratio: c.ratio().speedup, why: c.ratio().unsettled()? });
    clauses.extend(others().filter_map(open));
    clauses.extend(doubts(others().filter(|c| c.is_settled()).filter_map(|c| Some((c.who(), c.ratio().doubt?)))));
    if let Some(why) = why {
        clauses.push(Clause::NoRatioFor { who: without.iter().map(|c| c.who()).collect(), why });
    }
    if clauses.is_empty() {
        clauses.push(Clause::Alone);
    }
}

/// Why ratios have bounds: a clause for each thing that happened, with all whom it concerns.
pub fn doubts(of: impl IntoIterator<Item = (Who, Doubt)>) -> Vec<Clause> {
    let mut all: Vec<(Vec<Who>, Doubt)> = Vec::new();
    for (who, doubt) in of {
        let alike = |known: &Doubt| (known.name(), known.baseline) == (doubt.name(), doubt.baseline);
        match all.iter_mut().find(|(_, known)| alike(known)) {
            Some((names, _)) if names.contains(&who) => {}
            Some((names, _)) => names.push(who),
            None => all.push((vec![who], doubt)),
        }
    }
    all.into_iter().map(|(who, why)| Clause::Range { who, why }).collect()
}

/// Who is fastest, and what there is to say of the others.
fn headline(field: &Field, plain: &[&Contender], clauses: &mut Vec<Clause>) {
    let Some(fastest) = plain.iter().min_by_key(|c| c.timing.time) else { return };
    let serial = plain.iter().find(|c| c.is_baseline());
    // One task alone can gain nothing: what seems so is chance.
    let nobody = field.tasks <= 1 || !fastest.gains() || serial.is_some_and(|s| s.timing.ties(fastest.timing));
    if nobody {
        clauses.push(Clause::NobodyGains { why: nobody_gains(field) });
        let losers = plain.iter().filter(|c| c.gain() < LOSS && !c.timing.ties(fastest.timing));
        clauses.extend(all_behind(field, plain, losers.copied(), fastest));
        return;
    }
    let rivals = || plain.iter().filter(|c| !c.is_baseline());
    let best: Vec<&Contender> = rivals().filter(|c| c.timing.ties(fastest.timing)).copied().collect();
    first_of(&best, fastest.ratio().speedup, clauses);
    let mut others: Vec<&Contender> = rivals().filter(|c| !c.timing.ties(fastest.timing)).copied().collect();
    others.sort_by_key(|c| c.timing.time);
    clauses.extend(all_behind(field, plain, others.into_iter(), fastest));
    let far = field.ideal.is_some_and(|ideal| fastest.gain() < NEARLY * ideal);
    if let Some((name, share)) = field.lock.clone().filter(|_| far && fastest.locked >= LOCKED) {
        clauses.push(Clause::Held { why: Why::Lock { name, share } });
    }
}

/// Names the best models. Where the one thread of async is among them and others take more memory for the same, async
/// comes first.
fn first_of(best: &[&Contender], ratio: Speedup, clauses: &mut Vec<Clause>) {
    let one = best.iter().find(|c| c.model.kind == ModelKind::Async);
    let dearer = |c: &&&Contender| {
        let more = one.and_then(|o| o.memory).zip(c.memory);
        more.is_some_and(|(own, other)| other.saturating_sub(own) >= MEMORY.0 && other as f64 >= MEMORY.1 * own as f64)
    };
    let dear: Vec<&Contender> = best.iter().filter(dearer).copied().collect();
    let cheap: Vec<Who> = best.iter().filter(|c| !dearer(c)).map(|c| c.who()).collect();
    let one_thread = cheap == [Who::Async];
    clauses.push(Clause::Best { who: cheap, ratio, one_thread });
    for other in dear {
        let more = other.memory.zip(one.and_then(|o| o.memory)).map(|(a, b)| a.saturating_sub(b));
        clauses.push(Clause::AsMuch { who: vec![other.who()], workers: other.workers, more });
    }
}

/// What there is to say of `others`, and of the pools if these decide.
fn all_behind<'a>(
    field: &Field,
    plain: &[&Contender],
    others: impl Iterator<Item = &'a Contender>,
    fastest: &Contender,
) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = others.map(|other| behind(field, other, fastest)).collect();
    if clauses.iter().any(|c| matches!(c.why(), Some(Why::AtATime(_)))) {
        clauses.extend(unequal(field, plain));
    }
    clauses
}

/// Whether `other` had fewer tasks under way at a time than `fastest`, and may be behind for that: tasks wait, or the
/// last of them compute while other cores have nothing left to do.
fn is_queue(field: &Field, other: &Contender, fastest: &Contender) -> bool {
    let half = (other.timing.time - fastest.timing.time).times(1, 2);
    let mean = field.work.times(1, field.tasks.max(1) as u64);
    let idle = 1.0 - 1.0 / field.cores.max(1.0);
    let lasts = !field.tasks.is_multiple_of(other.at_once.max(1)) && mean.0 as f64 * idle >= half.0 as f64;
    other.at_once < fastest.at_once.min(field.tasks) && (field.waiting >= WAITING || lasts)
}

/// The most workers that are proposed to a user: as many as threads get if nobody asks for a number.
const MANY: usize = 64;

/// That `plain` had unequal pools, and how to make them equal.
fn unequal(field: &Field, plain: &[&Contender]) -> Option<Clause> {
    let pools: Vec<(Who, usize)> = plain
        .iter()
        .filter(|c| c.model.kind != ModelKind::Serial)
        .filter(|c| c.model.kind != ModelKind::Async || c.at_once < field.tasks)
        .map(|c| (c.who(), c.at_once))
        .collect();
    let workers = plain.iter().map(|c| c.at_once.min(field.tasks)).filter(|n| *n <= MANY).max()?;
    Some(Clause::Pools { pools, tasks: field.tasks, workers })
}

fn behind(field: &Field, other: &Contender, fastest: &Contender) -> Clause {
    let (who, ratio) = (other.who(), other.ratio().speedup);
    let queue = is_queue(field, other, fastest);
    // The time that the one computing thread would have saved if all cores had shared its work.
    let alone = field.work - Ns((field.work.0 as f64 / field.cores.max(1.0)) as u64);
    let half = (other.timing.time - fastest.timing.time).times(1, 2);
    let why = match other.model.kind {
        ModelKind::Async if other.blocked => Some(Why::BlockingCalls),
        ModelKind::Async if field.waiting < WAITING => Some(Why::NothingWaits),
        ModelKind::Async if alone >= half => Some(Why::OneThreadComputes),
        ModelKind::Async if queue => Some(Why::AtATime(other.at_once)),
        ModelKind::Async => (other.turns >= TURNS).then_some(Why::Turns),
        ModelKind::Serial | ModelKind::Threads | ModelKind::Processes => {
            price(field, other, fastest).or_else(|| queue.then_some(Why::AtATime(other.at_once)))
        }
    };
    if other.gains() {
        Clause::Less { who, ratio, why }
    } else if other.gain() < LOSS && is_rash(field, other, why.as_ref()) {
        Clause::LostOnce { who, ratio, why }
    } else if other.gain() < LOSS {
        Clause::Loses { who, ratio, why }
    } else {
        Clause::Nothing { who, why }
    }
}

/// Whether a loss rests on one run and is more than that can tell: its reason took longer than all the work, or there is
/// none and it is large. A stopped or starved run looks like this, and a repetition shows it.
fn is_rash(field: &Field, loser: &Contender, why: Option<&Why>) -> bool {
    let all = field.contenders.iter().find(|c| c.is_baseline()).map_or(Ns::MAX, |serial| serial.timing.time);
    let much = match why {
        Some(Why::Starting(time) | Why::Copying(time)) => *time > all,
        Some(_) => false,
        None => loser.gain() < RASH,
    };
    much && loser.timing.spread.is_none()
}

/// What explains at least half of the time by which `other` is behind: its start, or its copies, which several processes
/// can make at a time.
fn price(field: &Field, other: &Contender, fastest: &Contender) -> Option<Why> {
    let half = (other.timing.time - fastest.timing.time).times(1, 2);
    let copying = Ns((other.copying.0 as f64 / field.cores.max(1.0)) as u64);
    if copying >= half && other.copying > other.start {
        return Some(Why::Copying(other.copying));
    }
    (other.start >= half && other.start > Ns::ZERO).then_some(Why::Starting(other.start))
}

fn nobody_gains(field: &Field) -> Option<Why> {
    let lock = field.lock.clone().filter(|(_, share)| *share >= NEARLY);
    match lock {
        _ if field.tasks <= 1 => Some(Why::OneTask),
        _ if field.cores < 1.5 && field.waiting < WAITING => Some(Why::OneCore { cores: field.cores }),
        Some((name, share)) => Some(Why::Lock { name, share }),
        None => None,
    }
}

/// What the global lock changes for threads, and which other models do without them and are faster.
fn with_the_gil(field: &Field, plain: &[&Contender], locked: &Contender, clauses: &mut Vec<Clause>) {
    let old = locked.model.lock.is_legacy();
    let Some(fastest) = plain.iter().min_by_key(|c| c.timing.time) else { return };
    let threads = plain.iter().find(|c| c.model.kind == ModelKind::Threads);
    let (gain, ratio) = (locked.gain(), locked.ratio().speedup);
    let slower = threads.and_then(|t| t.rate).zip(locked.rate).is_some_and(|(free, own)| own < LOSS * free);
    if slower {
        // It costs rounds, not time, and the rounds are told.
        return;
    }
    if locked.timing.time <= fastest.timing.time || locked.timing.ties(fastest.timing) {
        let costs_nothing = threads.is_some() && locked.gains();
        clauses.extend(costs_nothing.then_some(Clause::GilCostsNothing { old }));
        return;
    }
    let unhindered = || {
        let kinds = [ModelKind::Processes, ModelKind::Async];
        let faster = |c: &&&Contender| c.timing.time < locked.timing.time && !c.timing.ties(locked.timing);
        plain.iter().filter(move |c| kinds.contains(&c.model.kind) && c.gains()).filter(faster)
    };
    let best = unhindered().min_by_key(|c| c.timing.time);
    let loses = gain < LOSS;
    clauses.extend(loses.then_some(Clause::WithGilLoses { old, ratio }));
    if let Some(best) = best {
        let who = unhindered().filter(|c| c.timing.ties(best.timing)).map(|c| c.who()).collect();
        clauses.push(Clause::WithGil { old, who });
    } else if threads.is_some_and(|t| t.timing.ties(locked.timing)) {
        clauses.extend(locked.gains().then_some(Clause::GilCostsNothing { old }));
    } else if locked.gains() {
        clauses.push(Clause::WithGilStill { old, ratio });
    } else if fastest.gains() && !loses && field.contenders.iter().all(Contender::is_settled) {
        clauses.push(Clause::WithGilNobody { old });
    }
}

#[cfg(test)]
mod tests;
