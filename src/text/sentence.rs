//! The one sentence near the top of the screen: a fact with its number, and what to press next. At most 78 characters,
//! except why a run failed; no colour words, the words people use: time, GIL, turn, copies.

use super::report::grouped;
use super::{Here, Sharing, all_busy, bounds, cores_of, counted, number_word};
use crate::units::{Ns, Speedup};

/// What a run shows, with its figures.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "figures are named after what they are; see the sentences below")]
pub enum Sentence {
    Calibrating,
    NothingRan,
    Starting { tasks: usize },
    SerialWorks { done: usize, tasks: usize },
    AtOnce { going: usize, cores_busy: f64, cores: f64 },
    TakingTurns { waiting: usize, hand_overs: u64 },
    LoopTurns { done: usize, tasks: usize },
    SerialCpu { tasks: usize, time: Ns, busy: f64, cores: f64 },
    SerialWaits { waits: Waits, time: Ns, working: f64 },
    CoresBusy { cores: f64, busy: f64, speedup: Option<Speedup> },
    OwnProcess { speedup: Option<Speedup>, processes: usize, busy: f64, cores: f64 },
    LoopTurnByTurn { time: Ns },
    OneLock { waiting: usize, busy: f64, cores: f64 },
    OldLock { busy: f64, cores: f64, hand_overs: u64, speedup: Option<Speedup> },
    WithoutTheLock { busy: f64, cores: f64, speedup: Option<Speedup> },
    LockEach { speedup: Option<Speedup> },
    LoneLoopWithLock { time: Ns },
    SerialWithLock { time: Ns },
    NobodyAsks { hand_overs: u64 },
    WaitsAtOnce { waits: Waits, workers: usize, kind: Waiters, time: Ns, serial: Option<Ns> },
    WaitsLetGo { time: Ns, serial: Option<Ns> },
    LoopBlocked { task: String, blocked: Ns, ready: u32 },
    Here(Here),
    Sharing(Sharing),
    Lost { additions: u64, value: u64, lost: u64 },
    NoneLost { additions: u64, turns: bool },
    Apart,
    Queue { name: String, full: bool, share: f64 },
    TasksBroke { broken: usize, tasks: usize, how: &'static str },
    RunFailed { reason: String },
}

/// How many waits there are, or how many tasks that wait again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after what is counted")]
pub enum Waits {
    Single(usize),
    Tasks(usize),
}

/// What waits in [`Sentence::WaitsAtOnce`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after the models")]
pub enum Waiters {
    Threads,
    Processes,
    Loop,
}

/// What to press next, and what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after what they say")]
pub enum Try {
    ThreadEach,
    ManyThreads,
    SomeProcesses,
    OneThread,
    AddGil,
    DropGil,
    LockEach,
    ProcessEach,
    OneLoop,
    OneByOne,
    Again,
    SerialAgain,
    Dials,
    WaitingWorkload,
    CountingWorkload,
    Variant,
}

/// Who holds the global lock, and how many wait for it.
fn one_works(waiting: usize) -> String {
    let others = match waiting {
        0 => "nobody waits".to_owned(),
        1 => "one waits".to_owned(),
        n => format!("{} wait", number_word(n).to_lowercase()),
    };
    format!("One GIL: one works, {others}")
}

fn as_fast(speedup: Option<Speedup>) -> String {
    speedup.map_or_else(String::new, |x| {
        let than = if bounds(x).is_some() { "" } else { " as serial" };
        format!(": {} as fast{than}", super::speedup(x))
    })
}

/// `time`, and the serial time, in the same unit, that it is not.
fn not_serial(time: Ns, serial: Option<Ns>) -> String {
    match serial {
        Some(s) => format!("{}, not {}", time.like(s), s.like(time)),
        None => time.to_string(),
    }
}

/// That a counter says less than it should.
fn lost_updates(additions: u64, value: u64, lost: u64) -> String {
    let updates = if lost == 1 { "1 update was".to_owned() } else { format!("{} updates were", grouped(lost)) };
    format!("{} additions, the counter says {}: {updates} lost.", grouped(additions), grouped(value))
}

impl Sentence {
    /// The sentence.
    pub fn text(&self) -> String {
        let mut text = self.english();
        // Why a run failed may take a second row, or a wider one: at its end stands what to do.
        let longest = if matches!(self, Sentence::RunFailed { .. }) { 240 } else { 78 };
        if text.chars().count() > longest {
            text = text.chars().take(longest - 1).chain(['…']).collect();
        }
        text
    }

    fn english(&self) -> String {
        match self {
            Sentence::Calibrating => "Measuring how fast one core counts, once.".to_owned(),
            Sentence::NothingRan => "Nothing has run yet.".to_owned(),
            Sentence::Starting { tasks } => format!("{} submitted.", counted(*tasks as u64, "task", "tasks")),
            Sentence::SerialWorks { done, tasks } => {
                format!("One worker, one task at a time: {done} of {tasks} done.")
            }
            Sentence::AtOnce { going, cores_busy, cores } => {
                let who =
                    if *going == 1 { "One still at it".to_owned() } else { format!("{} at once", number_word(*going)) };
                format!("{who}: {} cores busy.", cores_of(*cores_busy, *cores))
            }
            Sentence::TakingTurns { waiting, hand_overs } => {
                format!("{}; {}.", one_works(*waiting), counted(*hand_overs, "hand-over", "hand-overs"))
            }
            Sentence::LoopTurns { done, tasks } => {
                format!("One loop, one thread: one task at a time works. {done} of {tasks} done.")
            }
            Sentence::SerialCpu { tasks, time, busy, cores } => {
                let queue = match tasks.saturating_sub(1) {
                    0 => "One worker, one task".to_owned(),
                    1 => "One worker, one task queues".to_owned(),
                    n => format!("One worker, {} tasks queue", number_word(n).to_lowercase()),
                };
                match cores.round() as u64 {
                    1 => format!("{queue}: {time} on the only core."),
                    _ => format!("{queue}: {time} on {} cores.", cores_of(*busy, *cores)),
                }
            }
            Sentence::SerialWaits { waits, time, working } => {
                let waits = counted_waits(*waits);
                format!("{waits}, one by one: {time}, at work {}.", super::percent(*working))
            }
            Sentence::CoresBusy { cores, busy, speedup } => {
                format!("{}{}.", all_busy(*busy, *cores, true), as_fast(*speedup))
            }
            Sentence::OwnProcess { speedup, processes, busy, cores } => {
                let n = counted(*processes as u64, "process", "processes");
                format!("{n}, {}{}.", all_busy(*busy, *cores, false), as_fast(*speedup))
            }
            Sentence::LoopTurnByTurn { time } => format!("Nobody sleeps or asks: one loop gains nothing. {time}."),
            Sentence::OneLock { waiting, busy, cores } => {
                format!("{}; {} cores busy.", one_works(*waiting), cores_of(*busy, *cores))
            }
            Sentence::OldLock { busy, cores, hand_overs, speedup } => {
                let busy = cores_of(*busy, *cores);
                let turns = || counted(*hand_overs, "hand-over", "hand-overs");
                let came_to = speedup.map_or_else(turns, |x| format!("{} serial", super::speedup(x)));
                format!("All fight for the old GIL: {busy} busy, {came_to}.")
            }
            Sentence::WithoutTheLock { busy, cores, speedup } => {
                let came_to = speedup.map_or_else(String::new, |x| format!(", {} serial", super::speedup(x)));
                format!("Calls let go of the GIL: {} busy{came_to}.", cores_of(*busy, *cores))
            }
            Sentence::Lost { additions, value, lost } => lost_updates(*additions, *value, *lost),
            Sentence::NoneLost { additions, turns } => {
                let why = if *turns { ": tasks add one after the other" } else { "" };
                format!("{} additions, none lost{why}.", grouped(*additions))
            }
            Sentence::Apart => "Each process adds to a copy of its own: nothing is shared.".to_owned(),
            Sentence::Queue { name, full, share } => {
                let (what, who) = if *full { ("full", "takers") } else { ("empty", "makers") };
                let (name, share) = (super::short(name, 20), super::percent(*share));
                format!("The queue {name} is {what} {share} of the time: its {who} are slow.")
            }
            Sentence::LockEach { speedup } => format!("Each process has its own GIL{}.", as_fast(*speedup)),
            Sentence::LoneLoopWithLock { time } => format!("One thread alone never waits for the GIL: {time}."),
            Sentence::SerialWithLock { time } => {
                format!("One thread holds the GIL, nobody asks for it: {time}.")
            }
            Sentence::NobodyAsks { hand_overs } => {
                let turns = counted(*hand_overs, "hand-over", "hand-overs");
                format!("One thread: nobody asks for the GIL, {turns}.")
            }
            Sentence::WaitsAtOnce { waits, workers, kind, time, serial } => {
                let who = match kind {
                    Waiters::Threads => counted(*workers as u64, "thread", "threads"),
                    Waiters::Processes => counted(*workers as u64, "process", "processes"),
                    Waiters::Loop => "one thread".to_owned(),
                };
                format!("{}, {who}: {}.", counted_waits(*waits), not_serial(*time, *serial))
            }
            Sentence::WaitsLetGo { time, serial } => {
                format!("Waiting tasks let go of the GIL: {}.", not_serial(*time, *serial))
            }
            Sentence::LoopBlocked { task, blocked, ready } => {
                format!("{task} blocked the loop for {blocked}: nobody else moved, {ready} waited.")
            }
            Sentence::TasksBroke { broken, tasks, how } => {
                format!("{broken} of {} {how}; the others went on.", counted(*tasks as u64, "task", "tasks"))
            }
            Sentence::RunFailed { reason } => without_numbers(reason),
            Sentence::Here(what) => what.text(),
            Sentence::Sharing(what) => what.text(),
        }
    }
}

/// `reason` without the system's number for an error that it also says in words: what to do about it must fit into the
/// row.
fn without_numbers(reason: &str) -> String {
    match reason.split_once(" (os error ") {
        Some((before, rest)) => format!("{before}{}", rest.split_once(')').map_or("", |(_, after)| after)),
        None => reason.to_owned(),
    }
}

fn counted_waits(waits: Waits) -> String {
    match waits {
        Waits::Single(1) => "One wait".to_owned(),
        Waits::Single(n) => format!("{} waits", number_word(n)),
        Waits::Tasks(1) => "One task waits".to_owned(),
        Waits::Tasks(n) => format!("{} tasks wait", number_word(n)),
    }
}

impl Try {
    /// What the key shows: what stands after `try KEY:`.
    pub const fn text(self) -> &'static str {
        match self {
            Try::ThreadEach => "a thread each",
            Try::ManyThreads => "threads",
            Try::SomeProcesses => "processes",
            Try::OneThread => "all on one thread",
            Try::AddGil => "CPython's lock",
            Try::DropGil => "without the GIL",
            Try::LockEach => "processes",
            Try::ProcessEach => "a process each",
            Try::OneLoop => "one loop",
            Try::OneByOne => "one by one",
            Try::Again => "again",
            Try::SerialAgain => "serial again",
            Try::Dials => "more tasks",
            Try::WaitingWorkload => "tasks that wait",
            Try::CountingWorkload => "tasks that work",
            Try::Variant => "another way",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tasks_share_has_one_short_sentence() {
        let said = |s: Sentence| s.text();
        assert_eq!(
            said(Sentence::Lost { additions: 2_000, value: 1_317, lost: 683 }),
            "2,000 additions, the counter says 1,317: 683 updates were lost."
        );
        assert_eq!(
            said(Sentence::Lost { additions: 20, value: 19, lost: 1 }),
            "20 additions, the counter says 19: 1 update was lost."
        );
        assert_eq!(said(Sentence::NoneLost { additions: 2_000, turns: false }), "2,000 additions, none lost.");
        assert_eq!(
            said(Sentence::NoneLost { additions: 20, turns: true }),
            "20 additions, none lost: tasks add one after the other."
        );
        let queue = |full| said(Sentence::Queue { name: "jobs".to_owned(), full, share: 0.52 });
        assert_eq!(queue(true), "The queue jobs is full 52 % of the time: its takers are slow.");
        assert_eq!(queue(false), "The queue jobs is empty 52 % of the time: its makers are slow.");
    }

    #[test]
    fn sentences_read_as_people_speak() {
        let two = 2.0;
        let time = Ns::from_millis(2_000);
        let said = |s: Sentence| s.text();
        assert_eq!(
            said(Sentence::SerialCpu { tasks: 4, time, busy: 1.0, cores: two }),
            "One worker, three tasks queue: 2 s on 1 of 2 cores."
        );
        assert_eq!(
            said(Sentence::OneLock { waiting: 3, busy: 1.0, cores: two }),
            "One GIL: one works, three wait; 1 of 2 cores busy."
        );
        assert_eq!(
            said(Sentence::TakingTurns { waiting: 1, hand_overs: 1 }),
            "One GIL: one works, one waits; 1 hand-over."
        );
        let exactly = Some(Speedup::exactly(1.95));
        assert_eq!(
            said(Sentence::CoresBusy { cores: two, busy: 1.96, speedup: exactly }),
            "Both cores busy: 1.95× as fast as serial."
        );
        let between = Some(Speedup { times: 1.8, low: 1.6, high: 2.0 });
        assert_eq!(
            said(Sentence::CoresBusy { cores: two, busy: 1.96, speedup: between }),
            "Both cores busy: 1.6–2.0× as fast."
        );
        assert_eq!(
            said(Sentence::WithoutTheLock { busy: 1.9, cores: two, speedup: Some(Speedup::exactly(1.85)) }),
            "Calls let go of the GIL: 1.9 of 2 busy, 1.85× serial."
        );
        assert_eq!(said(Sentence::NobodyAsks { hand_overs: 0 }), "One thread: nobody asks for the GIL, 0 hand-overs.");
        let serial = Some(Ns::from_millis(6_000));
        let time = Ns::from_millis(3_000);
        assert_eq!(
            said(Sentence::WaitsAtOnce { waits: Waits::Single(4), workers: 1, kind: Waiters::Loop, time, serial }),
            "Four waits, one thread: 3.00 s, not 6.00 s."
        );
    }

    #[test]
    fn every_sentence_leaves_room_for_what_to_press() {
        let time = Ns::from_millis(12_340);
        let serial = Some(Ns::from_millis(23_450));
        let speedup = Some(Speedup { times: 0.075, low: 0.061, high: 0.084 });
        let (busy, cores) = (1.9, 2.0);
        let at_once = |kind| Sentence::WaitsAtOnce { waits: Waits::Tasks(12), workers: 12, kind, time, serial };
        // Each with the longest hint it is said with.
        let said = [
            (Sentence::SerialCpu { tasks: 12, time, busy: 1.0, cores }, Try::ThreadEach),
            (Sentence::SerialWaits { waits: Waits::Tasks(12), time, working: 0.001 }, Try::ThreadEach),
            (Sentence::CoresBusy { cores, busy, speedup }, Try::WaitingWorkload),
            (Sentence::OwnProcess { speedup, processes: 12, busy, cores }, Try::WaitingWorkload),
            (Sentence::LoopTurnByTurn { time }, Try::OneByOne),
            (Sentence::OneLock { waiting: 11, busy: 1.0, cores }, Try::LockEach),
            (Sentence::OldLock { busy: 1.4, cores, hand_overs: 123_456, speedup: None }, Try::LockEach),
            (Sentence::OldLock { busy: 1.4, cores, hand_overs: 0, speedup }, Try::LockEach),
            (Sentence::WithoutTheLock { busy, cores, speedup }, Try::LockEach),
            (Sentence::LockEach { speedup }, Try::ThreadEach),
            (Sentence::LoneLoopWithLock { time }, Try::OneByOne),
            (Sentence::SerialWithLock { time }, Try::DropGil),
            (Sentence::NobodyAsks { hand_overs: 0 }, Try::ProcessEach),
            (at_once(Waiters::Threads), Try::CountingWorkload),
            (at_once(Waiters::Processes), Try::CountingWorkload),
            (at_once(Waiters::Loop), Try::OneByOne),
            (Sentence::WaitsLetGo { time, serial }, Try::DropGil),
            (Sentence::Here(Here::OneUsableCore { cores: 1.4, time }), Try::OneLoop),
            (Sentence::Here(Here::OneUsableCore { cores: 1.0, time }), Try::WaitingWorkload),
            (Sentence::Here(Here::PartOfACore { cores: 0.5 }), Try::WaitingWorkload),
            (Sentence::Here(Here::PartOfACore { cores: 0.3 }), Try::WaitingWorkload),
            (Sentence::Here(Here::OneCoreOneLock { hand_overs: 1_234 }), Try::WaitingWorkload),
        ];
        for (sentence, cure) in said {
            let row = format!(" {}  try 2: {}", sentence.text(), cure.text());
            assert!(row.chars().count() <= 80, "{} columns: {row}", row.chars().count());
        }
    }

    #[test]
    fn no_sentence_is_longer_than_its_row() {
        let reason = "no more threads: Resource temporarily unavailable (os error 11); try fewer workers".to_owned();
        let said = Sentence::RunFailed { reason }.text();
        assert_eq!(said, "no more threads: Resource temporarily unavailable; try fewer workers");
        let long = Sentence::RunFailed { reason: "x".repeat(300) };
        assert_eq!(long.text().chars().count(), 240);
    }
}
