//! What a page knows: the document that its script reads.

use serde::Serialize;

use super::levels::{self, LevelData, RawLevels};
use super::pack::{self, KINDS, LISTENS, LaneTurn, Packed, SOMEBODY, TASKS, WATCHER, fitting};
use super::{Page, PageRun, PageWork};
use crate::scene::axis_for;
use crate::state::State;
use crate::text::handout::WORDS;
use crate::text::{Label, turn_length};
use crate::trace::{self, Flag, Owner, Trace};
use crate::units::{LockId, Ns, Range, TaskId};

/// The version of the data's own format.
const FORMAT: u32 = 2;
/// How many bytes, before they become text, all runs of a page may take: the page then stays below 8 MB.
pub(super) const ROOM: usize = 5_000_000;
/// The most locks that have a lane.
const LOCKS: usize = 8;

/// The whole document.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    format: u32,
    concviz: &'static str,
    title: &'a str,
    /// At least one.
    works: Vec<WorkData<'a>>,
    words: std::collections::BTreeMap<&'static str, &'static str>,
    states: Vec<Words>,
    runs: Vec<RunData<'a>>,
}

/// What runs did.
#[derive(Serialize)]
struct WorkData<'a> {
    title: &'a str,
    sentence: &'a str,
    /// The end of the axis that all its runs share, in nanoseconds.
    axis: u64,
    ideal: Option<IdealData<'a>>,
}

#[derive(Serialize)]
struct IdealData<'a> {
    time: u64,
    words: &'a str,
}

/// What a state is called.
#[derive(Serialize)]
struct Words {
    name: &'static str,
    letter: char,
    /// Its name in the legend, where a worker is kept occupied and where none is.
    legend: [&'static str; 2],
}

#[derive(Serialize)]
struct RunData<'a> {
    name: &'a str,
    work: usize,
    key: char,
    locked: bool,
    sentence: &'a str,
    badge: &'a str,
    ratio: &'a str,
    /// The cores it may use, and the mean number of those it kept busy.
    cores: f64,
    busy: f64,
    /// The last instant of the run in nanoseconds, and whether that is its makespan.
    end: u64,
    whole: bool,
    tasks: Vec<&'a str>,
    background: Vec<usize>,
    /// How each task ended: the name of the outcome, and the signal that killed its worker.
    outcomes: Vec<Option<(&'static str, u8)>>,
    /// Process and thread of each worker.
    workers: Vec<(u32, u32)>,
    spans: Packed,
    lanes: Vec<LaneData>,
    /// Queues, counters, and locks that several tasks may hold at a time.
    shared: Vec<LevelData>,
    /// The cores of the run on which nothing of it was seen.
    idle: Vec<u16>,
    /// Stretches of which little is known: why, from when to when, and how many events are missing.
    gaps: Vec<(&'static str, u64, u64, u64)>,
    flags: Vec<(u64, String)>,
}

/// The lane of a thing that only one task has at a time.
#[derive(Serialize)]
struct LaneData {
    kind: &'static str,
    name: String,
    turns: Packed,
}

/// A part of the document that has to find room.
enum Piece {
    Spans(usize),
    Turns(usize, usize),
    Levels(usize, usize),
}

/// The document of `page`, in at most `room` bytes before they become text, or about that.
pub(super) fn document<'a>(page: &'a Page<'_>, room: usize) -> Document<'a> {
    let raw: Vec<Raw> = page.runs.iter().map(|run| Raw::of(run.trace)).collect();
    let mut pieces: Vec<(usize, Piece)> = Vec::new();
    for (index, raw) in raw.iter().enumerate() {
        pieces.push((raw.spans.len(), Piece::Spans(index)));
        pieces.extend(raw.lanes.iter().enumerate().map(|(lane, l)| (l.exact.len(), Piece::Turns(index, lane))));
        pieces.extend(raw.shared.iter().enumerate().map(|(lane, l)| (l.exact.len(), Piece::Levels(index, lane))));
    }
    // The small pieces first: the room they leave is for the large ones.
    pieces.sort_by_key(|piece| piece.0);
    let mut packed: Vec<PackedRun> = raw.iter().map(PackedRun::of).collect();
    let (mut left, mut count) = (room, pieces.len());
    for (size, piece) in pieces {
        let share = left / count.max(1);
        let (bytes, out) = match piece {
            Piece::Spans(run) => {
                let out = raw[run].pack_spans(page.runs[run].trace, share);
                (&mut packed[run].spans, out)
            }
            Piece::Turns(run, lane) => {
                let out = raw[run].lanes[lane].pack(raw[run].end, share);
                (&mut packed[run].turns[lane], out)
            }
            Piece::Levels(run, lane) => {
                let out = raw[run].shared[lane].pack(raw[run].end, share);
                (&mut packed[run].levels[lane], out)
            }
        };
        left = left.saturating_sub(size.min(out.bytes.len() / 4 * 3));
        count -= 1;
        *bytes = Some(out);
    }
    let runs = page.runs.iter().zip(raw).zip(packed).map(|((run, raw), packed)| raw.run(run, packed));
    Document {
        format: FORMAT,
        concviz: env!("CARGO_PKG_VERSION"),
        title: page.title,
        works: works(page),
        words: WORDS.iter().copied().collect(),
        states: State::ALL.into_iter().map(words).collect(),
        runs: runs.collect(),
    }
}

/// The works of `page`; where it names none, the one that all its runs did.
fn works<'a>(page: &Page<'a>) -> Vec<WorkData<'a>> {
    let only = [PageWork { title: page.subtitle, sentence: page.sentence, ideal: None }];
    let works = if page.works.is_empty() { &only[..] } else { &page.works };
    let ends = |place: usize| page.runs.iter().filter(move |run| run.work == place).map(|run| end(run.trace));
    let work = |(place, work): (usize, &PageWork<'a>)| WorkData {
        title: work.title,
        sentence: work.sentence,
        axis: axis_for(ends(place).max().unwrap_or_default()).0,
        ideal: work.ideal.map(|(time, words)| IdealData { time: time.0, words }),
    };
    works.iter().enumerate().map(work).collect()
}

/// The last instant of the run.
pub(super) fn end(trace: &Trace) -> Ns {
    trace.makespan().unwrap_or_else(|| trace.latest())
}

fn words(state: State) -> Words {
    let word = |holds: bool| Label::of_state(state, holds).text();
    Words { name: state.name(), letter: state.letter(), legend: [word(true), word(false)] }
}

/// A run before it is known how much room there is for it.
struct Raw {
    end: Ns,
    spans: Vec<u8>,
    count: u64,
    lanes: Vec<RawLane>,
    shared: Vec<RawLevels>,
    idle: Vec<u16>,
}

/// What was packed of a run.
struct PackedRun {
    spans: Option<Packed>,
    turns: Vec<Option<Packed>>,
    levels: Vec<Option<Packed>>,
}

impl PackedRun {
    /// Nothing yet.
    fn of(raw: &Raw) -> PackedRun {
        let nothing = |lanes: usize| (0..lanes).map(|_| None).collect();
        PackedRun { spans: None, turns: nothing(raw.lanes.len()), levels: nothing(raw.shared.len()) }
    }
}

struct RawLane {
    kind: &'static str,
    name: String,
    turns: Vec<LaneTurn>,
    exact: Vec<u8>,
}

impl RawLane {
    fn new(kind: &'static str, name: String, turns: Vec<LaneTurn>) -> RawLane {
        let turns = pack::settled(turns);
        let exact = pack::turns(&turns);
        RawLane { kind, name, turns, exact }
    }

    fn pack(&self, end: Ns, room: usize) -> Packed {
        let count = self.turns.len() as u64;
        if self.exact.len() <= room {
            return Packed { count, cell: 0, columns: 0, bytes: pack::base64(&self.exact) };
        }
        fitting(end, room, count, |cell, columns| pack::turn_sums(&self.turns, cell, columns))
    }
}

impl Raw {
    fn of(trace: &Trace) -> Raw {
        let end = end(trace);
        let (spans, count) = pack::spans(trace, end);
        let mut lanes = locks(trace, end);
        let (the_loop, cores) = turns(trace, end);
        lanes.extend(the_loop);
        let seen: Vec<u16> = cores.iter().map(|(core, _)| *core).collect();
        let named = |(core, lane): (u16, Vec<LaneTurn>)| RawLane::new("core", core.to_string(), lane);
        lanes.extend(cores.into_iter().map(named));
        let mut idle: Vec<u16> = trace.cores.iter().copied().filter(|core| !seen.contains(core)).collect();
        idle.sort_unstable();
        Raw { end, spans, count, lanes, shared: levels::lanes(trace, end), idle }
    }

    fn pack_spans(&self, trace: &Trace, room: usize) -> Packed {
        if self.spans.len() <= room {
            return Packed { count: self.count, cell: 0, columns: 0, bytes: pack::base64(&self.spans) };
        }
        fitting(self.end, room, self.count, |cell, columns| pack::sums(trace, self.end, cell, columns))
    }

    fn run<'a>(self, run: &'a PageRun<'_>, packed: PackedRun) -> RunData<'a> {
        let trace = run.trace;
        let nothing = || Packed { count: 0, cell: 0, columns: 0, bytes: String::new() };
        let lanes = self.lanes.into_iter().zip(packed.turns).map(|(lane, turns)| LaneData {
            kind: lane.kind,
            name: lane.name,
            turns: turns.unwrap_or_else(nothing),
        });
        let shared = self.shared.into_iter().zip(packed.levels).map(|(lane, changes)| lane.packed(changes));
        RunData {
            name: run.name,
            work: run.work,
            key: run.key,
            locked: run.locked,
            sentence: run.sentence,
            badge: run.badge,
            ratio: run.ratio,
            cores: run.cores,
            busy: trace.busy(self.end),
            end: self.end.0,
            whole: trace.makespan().is_some(),
            tasks: trace.names.iter().map(|task| task.name.as_str()).collect(),
            background: (0..trace.names.len()).filter(|task| trace.names[*task].background).collect(),
            outcomes: trace.tasks.iter().map(|t| t.end.map(|(outcome, signal)| (outcome.name(), signal))).collect(),
            workers: trace.workers.iter().map(|worker| (worker.pid, worker.tid)).collect(),
            spans: packed.spans.unwrap_or_else(nothing),
            lanes: lanes.collect(),
            shared: shared.collect(),
            idle: self.idle,
            gaps: gaps(trace),
            flags: trace.flags.iter().map(|(at, Flag::Interval(length))| (at.0, turn_length(*length))).collect(),
        }
    }
}

/// The locks that were taken: the global one, where there is one for all; then those of the workload's own, by the
/// time for which tasks waited for them.
fn locks(trace: &Trace, end: Ns) -> Vec<RawLane> {
    let taken = |id: LockId| trace.locks.get(&id).is_some_and(|lock| !lock.is_empty());
    let mut named: Vec<LockId> =
        (0u16..).take(trace.lock_names.len()).map(LockId::named).filter(|id| taken(*id)).collect();
    let waited = |id: &LockId| trace.locks.get(id).map_or(Ns::ZERO, |lock| lock.figures(end).waited);
    named.sort_by_cached_key(|id| std::cmp::Reverse(waited(id)));
    let global = [LockId(0)].into_iter().filter(|id| taken(*id) && !taken(LockId(1)));
    let lane = |id: LockId| {
        let lock = trace.locks.get(&id)?;
        let own = id.name_index().and_then(|index| trace.lock_names.get(index));
        let name = own.cloned().unwrap_or_else(|| Label::GilShort.text().to_owned());
        let turn = |hold: trace::Hold| LaneTurn { range: hold.range, who: task(hold.task, hold.forced) };
        let turns = lock.holds(Range::new(Ns::ZERO, end)).map(turn).collect();
        Some(RawLane::new(if own.is_some() { "lock" } else { "gil" }, name, turns))
    };
    global.chain(named).take(LOCKS).filter_map(lane).collect()
}

/// The event loop's lane, where there is one, and who was on each core, by the kernel's number.
fn turns(trace: &Trace, end: Ns) -> (Option<RawLane>, Vec<(u16, Vec<LaneTurn>)>) {
    let aggregate = trace.aggregate();
    let mut cores: Vec<(u16, Vec<LaneTurn>)> = aggregate.cores().iter().map(|core| (*core, Vec::new())).collect();
    let mut on_loop = Vec::new();
    let mut listens = false;
    aggregate.turns(Range::new(Ns::ZERO, end), |range, turn| match turn {
        trace::Turn::Core(place, owner) => cores[place].1.push(LaneTurn { range, who: who(owner, false) }),
        trace::Turn::OffTask(place, owner) => cores[place].1.push(LaneTurn { range, who: who(owner, true) }),
        trace::Turn::Loop(owner) => on_loop.push(LaneTurn { range, who: who(owner, false) }),
        trace::Turn::Listens => {
            listens = true;
            on_loop.push(LaneTurn { range, who: LISTENS });
        }
    });
    cores.sort_by_key(|(core, _)| *core);
    // A task that computes counts as having the loop, also in a run without one: only a loop listens.
    let the_loop = listens.then(|| RawLane::new("loop", Label::TheLoop.text().to_owned(), on_loop));
    (the_loop, cores)
}

fn task(task: TaskId, second: bool) -> u64 {
    TASKS + 2 * u64::from(task.0) + u64::from(second)
}

fn who(owner: Owner, off_task: bool) -> u64 {
    match owner {
        Owner::Task(id) => task(id, off_task),
        Owner::Helper => LISTENS,
        Owner::Watcher => WATCHER,
        Owner::Nobody | Owner::Somebody => SOMEBODY,
    }
}

fn gaps(trace: &Trace) -> Vec<(&'static str, u64, u64, u64)> {
    let forgotten = (trace.forgotten > Ns::ZERO).then_some(("forgotten", 0, trace.forgotten.0, 0));
    let suspended = trace.suspended.iter().map(|range| ("suspended", range.from.0, range.to.0, 0));
    let lost = trace.losses.iter().map(|loss| ("lost", loss.at.0, loss.at.0, loss.count));
    forgotten.into_iter().chain(suspended).chain(lost).collect()
}

// A mask of all kinds must stay exact where the script reads it.
const _: () = assert!(KINDS < 31);
