//! The result of a comparison of runs, in words: clauses with named figures, each a short sentence with its reason.
//! Says only what was measured.

use super::doubt::bounds;
use super::{Doubt, Stop, counted, percent, rounds, short, whole, wrapped};
use crate::units::{Ns, Speedup};

/// Who ran: a model as sentences name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "named after the models; of each generation of the global lock one")]
pub enum Who {
    Serial,
    Threads,
    Processes,
    Async,
    Gil(Base),
    OldGil(Base),
}

/// A model that runs with a global lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "named after the models, threads first: with them it makes the difference")]
pub enum Base {
    Threads,
    Serial,
    Processes,
    Async,
}

impl Base {
    const fn name(self) -> &'static str {
        match self {
            Base::Serial => "serial",
            Base::Threads => "threads",
            Base::Processes => "processes",
            Base::Async => "async",
        }
    }
}

impl Who {
    /// As the name of a row: `threads+GIL`.
    pub fn row(self) -> String {
        match self {
            Who::Gil(base) => format!("{}+GIL", base.name()),
            Who::OldGil(base) => format!("{}+old GIL", base.name()),
            _ => self.name(),
        }
    }

    /// Within a sentence: `threads with the GIL`.
    pub fn name(self) -> String {
        match self {
            Who::Serial => "serial".to_owned(),
            Who::Threads => "threads".to_owned(),
            Who::Processes => "processes".to_owned(),
            Who::Async => "async".to_owned(),
            Who::Gil(base) => format!("{} with the GIL", base.name()),
            Who::OldGil(base) => format!("{} with the old GIL", base.name()),
        }
    }

    /// The letter of it on a map.
    pub const fn letter(self) -> char {
        match self {
            Who::Serial => 'S',
            Who::Threads => 'T',
            Who::Processes => 'P',
            Who::Async => 'A',
            Who::Gil(Base::Threads) | Who::OldGil(Base::Threads) => 'G',
            Who::Gil(Base::Serial) | Who::OldGil(Base::Serial) => 's',
            Who::Gil(Base::Processes) | Who::OldGil(Base::Processes) => 'p',
            Who::Gil(Base::Async) | Who::OldGil(Base::Async) => 'a',
        }
    }

    /// Whether it has one thread for all tasks.
    pub(crate) const fn is_one(self) -> bool {
        matches!(self, Who::Serial | Who::Async | Who::Gil(Base::Serial | Base::Async))
    }
}

/// Why there is no ratio of two times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after what is missing; see the sentences below")]
pub enum NoRatio {
    OtherWork,
    NoBaseline,
}

impl NoRatio {
    /// The word that stands in a table in place of a ratio.
    pub const fn word(self) -> &'static str {
        match self {
            NoRatio::OtherWork | NoRatio::NoBaseline => "-",
        }
    }

    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            NoRatio::OtherWork => "other work",
            NoRatio::NoBaseline => "no baseline",
        }
    }

    fn text(self) -> &'static str {
        match self {
            NoRatio::OtherWork => "the runs did not do the same work",
            NoRatio::NoBaseline => "there is no serial run to hold the others against",
        }
    }
}

/// Why a model gains no more, or nothing.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Why {
    NothingWaits,
    OneThreadComputes,
    Turns,
    BlockingCalls,
    OneCore { cores: f64 },
    OneTask,
    Lock { name: String, share: f64 },
    AtATime(usize),
    Starting(Ns),
    Copying(Ns),
}

impl Why {
    fn text(&self) -> String {
        match self {
            Why::NothingWaits => "nothing here waits".to_owned(),
            Why::OneThreadComputes => "one thread does all the computing".to_owned(),
            Why::Turns => "tasks wait for their turn on the loop".to_owned(),
            Why::BlockingCalls => "blocking calls hold the loop".to_owned(),
            Why::OneCore { cores } if *cores < 0.95 => format!("there is {} of a core", whole(*cores)),
            Why::OneCore { cores } if *cores < 1.05 => "there is one core".to_owned(),
            Why::OneCore { cores } => format!("there are {} cores", whole(*cores)),
            Why::OneTask => "there is one task".to_owned(),
            Why::Lock { name, share } => {
                format!("the lock `{}` is held {} of the time", short(name, 16), percent(*share))
            }
            Why::AtATime(n) => format!("{n} at a time"),
            Why::Starting(time) => format!("starting them takes {time}"),
            Why::Copying(time) => format!("copying takes {time}"),
        }
    }
}

/// A sentence of the verdict. Ratios are to the baseline's time; amounts of memory in bytes.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Clause {
    Best { who: Vec<Who>, ratio: Speedup, one_thread: bool },
    AsMuch { who: Vec<Who>, workers: usize, more: Option<u64> },
    Less { who: Who, ratio: Speedup, why: Option<Why> },
    Nothing { who: Who, why: Option<Why> },
    Loses { who: Who, ratio: Speedup, why: Option<Why> },
    Pools { pools: Vec<(Who, usize)>, tasks: usize, workers: usize },
    LostOnce { who: Who, ratio: Speedup, why: Option<Why> },
    NobodyGains { why: Option<Why> },
    NobodyFaster { why: Option<Why> },
    KeepGoing { who: Vec<Who>, task: String, of: usize, gap: Ns },
    Stutters { who: Vec<Who>, task: Option<String>, of: usize, gap: Ns },
    Freezes { who: Vec<Who>, task: Option<String>, of: usize, gap: Ns, alike: bool, one_thread: bool },
    Rounds { who: Vec<Who>, most: f64, least: Vec<Who>, fewest: f64 },
    Held { why: Why },
    GilCostsNothing { old: bool },
    WithGil { old: bool, who: Vec<Who> },
    WithGilStill { old: bool, ratio: Speedup },
    WithGilLoses { old: bool, ratio: Speedup },
    WithGilNobody { old: bool },
    Fastest { who: Vec<Who> },
    FastestOf { what: String, ratio: Option<Speedup>, than: String },
    NoRatios(NoRatio),
    NoRatioFor { who: Vec<Who>, why: NoRatio },
    Open { who: Who, ratio: Speedup, why: Doubt },
    Range { who: Vec<Who>, why: Doubt },
    Failed { who: Vec<Who>, how: Stop },
    InPlaceOfSerial { than: Who },
    NothingMeasured,
    Alone,
    Recalibrated,
}

impl Clause {
    /// The reason that it gives for a model's time, if it gives one.
    pub const fn why(&self) -> Option<&Why> {
        match self {
            Clause::Less { why, .. } | Clause::Nothing { why, .. } => why.as_ref(),
            Clause::Loses { why, .. } | Clause::LostOnce { why, .. } => why.as_ref(),
            Clause::NobodyGains { why } => why.as_ref(),
            _ => None,
        }
    }

    /// The sentence, with its full stop.
    pub fn text(&self) -> String {
        match self {
            Clause::Best { who, ratio, one_thread } => {
                let with = if *one_thread { " with one thread" } else { "" };
                format!("{}: {}{with}.", begun(&any_of(who)), times(*ratio))
            }
            Clause::AsMuch { who, workers, more } => {
                let gain = if who.len() > 1 || !who.iter().all(|w| w.is_one()) { "gain" } else { "gains" };
                let (who, each) = (begun(&all_of(who)), count_of(who, *workers));
                match more {
                    Some(bytes) => {
                        format!("{who} {gain} as much, with {each} and {} more.", super::report::bytes(*bytes))
                    }
                    None => format!("{who} {gain} as much, with {each}."),
                }
            }
            Clause::Less { who, ratio, why } => {
                let why = why.as_ref().map_or_else(String::new, |why| format!(", {}", why.text()));
                format!("{}: {}{why}.", begun(&who.name()), times(*ratio))
            }
            Clause::Nothing { who, why } => {
                let why = why.as_ref().map_or_else(String::new, |why| format!(": {}", why.text()));
                format!("{} {} nothing{why}.", begun(&who.name()), if who.is_one() { "gains" } else { "gain" })
            }
            Clause::Loses { who, ratio, why } => {
                let why = why.as_ref().map_or_else(String::new, |why| format!(": {}", why.text()));
                let lose = if who.is_one() { "loses" } else { "lose" };
                format!("{} {lose}, {} serial's time{why}.", begun(&who.name()), longer(*ratio))
            }
            Clause::Pools { pools, tasks, workers } => {
                let each = pools.iter().map(|(who, n)| pool(*who, *n)).collect::<Vec<_>>().join(", ");
                let tasks = counted(*tasks as u64, "task", "tasks");
                format!("There were {each} for {tasks}: `--workers {workers}` makes them equal.")
            }
            Clause::LostOnce { who, ratio, why } => {
                let why = why.as_ref().map_or_else(String::new, |why| format!(": {}", why.text()));
                let (who, times) = (begun(&who.name()), longer(*ratio));
                format!("{who} lost once, {times} serial's time{why}; repeat it to be sure.")
            }
            Clause::NobodyGains { why } => {
                let why = why.as_ref().map_or_else(String::new, |why| format!(": {}", why.text()));
                format!("No model gains anything{why}.")
            }
            Clause::NobodyFaster { why } => {
                let why = why.as_ref().map_or_else(String::new, |why| format!(": {}", why.text()));
                format!("In time no model gains anything{why}.")
            }
            Clause::KeepGoing { who, task, of, gap } => {
                let (who, one) = subject(who);
                rounds::keep_going((&who, one), task, *of, *gap)
            }
            Clause::Stutters { who, task, of, gap } => {
                let (who, one) = subject(who);
                rounds::stutters((&who, one), task.as_deref(), *of, *gap)
            }
            Clause::Freezes { who, task, of, gap, alike, one_thread } => {
                let (who, one) = subject(who);
                rounds::freezes((&who, one), task.as_deref(), *of, *gap, (*alike, *one_thread))
            }
            Clause::Rounds { who, most, least, fewest } => {
                rounds::most((&all_of(who), *most), (&all_of(least), *fewest))
            }
            Clause::Held { why } => format!("More is not there: {}.", why.text()),
            Clause::GilCostsNothing { old } => format!("The {} costs nothing here.", gil(*old)),
            Clause::WithGil { old, who } => format!("With the {}: {}.", gil(*old), any_of(who)),
            Clause::WithGilStill { old, ratio } => {
                format!("With the {} threads still gain {}.", gil(*old), times(*ratio))
            }
            Clause::WithGilLoses { old, ratio } => {
                format!("With the {} threads take {} serial's time.", gil(*old), longer(*ratio))
            }
            Clause::WithGilNobody { old } => format!("With the {} nothing gains.", gil(*old)),
            Clause::Fastest { who } => format!("Fastest: {}.", any_of(who)),
            Clause::FastestOf { what, ratio: Some(ratio), than } => {
                format!("Fastest: {what}, {} as fast as {than}.", times(*ratio))
            }
            Clause::FastestOf { what, ratio: None, than } => format!("{what} and {than} take as long."),
            Clause::NoRatios(why) => format!("No ratios: {}.", why.text()),
            Clause::NoRatioFor { who, why } => format!("No ratio for {}: {}.", any_of(who), why.text()),
            Clause::Open { who, ratio, why } => {
                format!("{}: {}, no verdict: {}.", begun(&who.name()), times(*ratio), why.text())
            }
            Clause::Range { who, why } => {
                format!("A range for {}: {}.", all_of(who), why.text())
            }
            Clause::Failed { who, how: Stop::Cannot } => format!("{} cannot do this work.", begun(&all_of(who))),
            Clause::Failed { who, how } => format!("{}: {}.", begun(&all_of(who)), how.word()),
            Clause::InPlaceOfSerial { than } => {
                format!("Serial cannot do this work: ratios are to {}.", than.name())
            }
            Clause::NothingMeasured => "Nothing was measured.".to_owned(),
            Clause::Alone => "One row alone is no comparison.".to_owned(),
            Clause::Recalibrated => "The cores were calibrated anew in between.".to_owned(),
        }
    }
}

const fn gil(old: bool) -> &'static str {
    if old { "old GIL" } else { "GIL" }
}

/// A ratio, as short as it can be said: `1.9×`, `24×`, `1.6–2.0×`.
fn times(ratio: Speedup) -> String {
    match bounds(ratio) {
        Some((low, high)) => format!("{low}–{high}×"),
        None if ratio.times >= 9.95 => format!("{:.0}×", ratio.times),
        None => format!("{:.1}×", ratio.times),
    }
}

/// The same of how many times as long it takes.
fn longer(ratio: Speedup) -> String {
    let over = |x: f64| 1.0 / x.max(f64::MIN_POSITIVE);
    times(Speedup { times: over(ratio.times), low: over(ratio.high), high: over(ratio.low) })
}

/// `threads, processes or async`.
fn any_of(who: &[Who]) -> String {
    let names: Vec<String> = who.iter().map(|w| w.name()).collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}

/// `threads, processes and async`.
fn all_of(who: &[Who]) -> String {
    any_of(who).replace(" or ", " and ")
}

/// As a sentence begins that says something of `who`, or of every model if that is empty; and whether that is in the
/// singular.
fn subject(who: &[Who]) -> (String, bool) {
    match who {
        [] => ("Every model".to_owned(), true),
        [one] => (begun(&one.name()), one.is_one()),
        several => (begun(&all_of(several)), false),
    }
}

/// `64 threads`, or `64 workers` where `who` is not one kind of worker.
fn count_of(who: &[Who], workers: usize) -> String {
    let (one, many) = match who {
        [Who::Processes] => ("process", "processes"),
        [Who::Threads | Who::Gil(Base::Threads) | Who::OldGil(Base::Threads)] => ("thread", "threads"),
        _ => ("worker", "workers"),
    };
    counted(workers as u64, one, many)
}

/// `4 processes`, or what an event loop had: `3 at a time on the loop`.
fn pool(who: Who, workers: usize) -> String {
    match who {
        Who::Async => format!("{workers} at a time on the loop"),
        _ => count_of(&[who], workers),
    }
}

/// `text` as a sentence begins.
fn begun(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The result of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// Its sentences, the most important first.
    pub clauses: Vec<Clause>,
}

impl Verdict {
    /// All of it on one line.
    pub fn text(&self) -> String {
        self.clauses.iter().map(Clause::text).collect::<Vec<_>>().join(" ")
    }

    /// The same to be listened to: without symbols.
    pub fn spoken(&self) -> String {
        self.text().replace('×', " times").replace('–', " to ").replace(['`', '…'], "")
    }

    /// On lines of `width` columns: a sentence is broken only where it is wider than a line itself.
    pub fn lines(&self, width: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for sentence in self.clauses.iter().map(Clause::text) {
            let length = sentence.chars().count();
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + length <= width => *line += &format!(" {sentence}"),
                _ => lines.extend(wrapped(&sentence, width)),
            }
        }
        lines
    }
}

/// What bounds the time of all models together: why none can be faster.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after what takes so long at least")]
pub enum Limit {
    Work,
    Wait,
    Task,
    Lock(String),
}

impl Limit {
    /// In a few words.
    pub fn text(&self) -> String {
        match self {
            Limit::Work => "work / cores".to_owned(),
            Limit::Wait => "the longest wait".to_owned(),
            Limit::Task => "the longest task".to_owned(),
            Limit::Lock(name) => format!("all under the lock `{}`", short(name, 24)),
        }
    }
}
