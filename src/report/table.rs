//! The result of a run as a table for people.

use unicode_width::UnicodeWidthStr;

use super::document::{Executor, ns_per_event, outcome, taken_up, until};
use super::{BUSY, NOTEWORTHY};
use crate::insight::STEADY;
use crate::model::{GlobalLock, ModelKind};
use crate::recording::{Planned, Recording, SharedCounter, SharedQueue};
use crate::state::State;
use crate::text::report::{self as words, Cores, Line, SharedLine, Workers};
use crate::text::{self, Recorded, outside, percent};
use crate::trace::{KernelRecord, LockStats, Observing, Stats, TaskResult};
use crate::units::{LockId, Ns, Range, TaskId};

/// `text` from outside, cleaned for a report.
pub(super) fn clean(text: &str) -> String {
    outside(text).into_owned()
}

/// What was run, in two lines: the workload, and how it was executed.
pub fn heading(run: &Recording) -> String {
    let (name, title) = (clean(&run.origin.name()), run.origin.title());
    let what = if title.is_empty() { name } else { format!("{name}: {}", clean(&title)) };
    let Some(Planned { plan, .. }) = run.planned() else { return format!("{what}\n") };
    let lock = match plan.model.lock {
        GlobalLock::Off => words::Gil::None,
        GlobalLock::Gil { interval, forced_switching } => words::Gil::Asked { interval, forced_switching },
        GlobalLock::GilLegacy { check_interval } => words::Gil::Ticking { check_interval },
    };
    let workers = match plan.model.kind {
        ModelKind::Serial => Workers::OneThread,
        ModelKind::Async => Workers::OneLoop(plan.at_once),
        ModelKind::Threads => Workers::Threads(plan.workers),
        ModelKind::Processes => Workers::Processes(plan.workers),
    };
    let (model, engine) = (plan.model.kind.name(), run.trace.made_by.name());
    let how = words::how(model, lock, workers, cores(run), engine);
    format!("{what}\n{how}\n")
}

/// The result of `run`: a line for each task, then the totals. If the run is not over: what is known of its tasks, and
/// why it ended. Empty if it never began.
pub fn table(run: &Recording) -> String {
    if run.trace.t0().is_none() {
        return String::new();
    }
    let totals = totals(run).unwrap_or_else(|| broken_off(run).into_iter().collect());
    let mut rows = vec![words::COLUMNS.map(str::to_owned)];
    rows.extend((0..run.trace.tasks.len()).map(|i| row(run, i)));
    let mut text = heading(run);
    text.push('\n');
    let made = |r: &TaskResult| r.laps.is_some_and(|laps| laps > 0);
    let laps = run.trace.report.as_ref().is_some_and(|end| end.results.iter().any(made));
    lay_out(&rows, |column| column != LAPS || laps, &mut text);
    text.push('\n');
    for line in totals {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// For each column whether it holds figures, which are aligned to the right; words are aligned to the left.
const FIGURES: [bool; 11] = [false, false, true, true, true, true, true, true, false, true, false];
/// The column that is empty for tasks without a `repeat`.
const LAPS: usize = 9;

/// Writes the columns of `rows` that are `shown`.
fn lay_out(rows: &[[String; 11]], shown: impl Fn(usize) -> bool, text: &mut String) {
    let mut widths = [0; 11];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    for row in rows {
        let mut line = String::new();
        let cells = row.iter().zip(widths).zip(FIGURES).enumerate().filter(|(column, _)| shown(*column));
        for (_, ((cell, width), figure)) in cells {
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            let (before, after) = if figure { (pad.as_str(), "") } else { ("", pad.as_str()) };
            line.extend([before, cell, after, "  "]);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

fn row(run: &Recording, index: usize) -> [String; 11] {
    let (trace, track) = (&run.trace, &run.trace.tasks[index]);
    let executor = Executor::of(run, index);
    let number = |n: Option<u32>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let worker = executor.name.or(executor.worker.map(|n| n.to_string()));
    let time = |t: Option<Ns>| t.map_or_else(|| "-".to_owned(), |t| t.to_string());
    let profile = Profile::of(run, index);
    let holds = holds(run);
    let wait = |(state, share): &(State, f64)| format!("{} {}", words::short_state(*state, holds), percent(*share));
    let waits = profile.waits.iter().map(wait);
    [
        clean(&trace.names[index].name),
        worker.map_or_else(|| "-".to_owned(), |name| clean(&name)),
        number(executor.pid),
        number(executor.tid),
        profile.queued.to_string(),
        time(taken_up(trace, track).map(|m| m.at)),
        time(track.ended_at()),
        percent(profile.running),
        waits.collect::<Vec<_>>().join(", "),
        laps(run, index).unwrap_or_else(|| "-".to_owned()),
        ending(run, index),
    ]
}

/// How many laps the task made; `None` where that is not known.
fn laps(run: &Recording, index: usize) -> Option<String> {
    let laps = run.trace.report.as_ref()?.results.get(index)?.laps?;
    let track = &run.trace.tasks[index];
    let began = taken_up(&run.trace, track).map(|m| m.at);
    let time = track.ended_at().zip(began).map_or(Ns::ZERO, |(to, from)| to - from);
    Some(text::laps(laps, time))
}

/// Whether the tasks of `run` keep a worker each: then what is ready waits for a core, else for the loop.
pub(super) fn holds(run: &Recording) -> bool {
    run.model().is_none_or(|model| model.kind != ModelKind::Async)
}

/// How a task spent its time, from its submission to its end, in shares of that time.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub queued: Ns,
    pub running: f64,
    /// Waits of at least half a percent of the time, the longest first.
    pub waits: Vec<(State, f64)>,
}

impl Profile {
    pub(super) fn of(run: &Recording, index: usize) -> Profile {
        let sums = run.trace.tasks[index].sums(until(&run.trace));
        let whole: Ns = sums.iter().copied().sum();
        let share = |state: State| sums[state as usize].share_of(whole);
        let waits = State::ALL.into_iter().filter(|s| *s != State::Running).map(|s| (s, share(s)));
        let mut waits: Vec<_> = waits.filter(|(_, share)| *share >= NOTEWORTHY).collect();
        waits.sort_by(|a, b| b.1.total_cmp(&a.1));
        Profile { queued: sums[State::Queued as usize], running: share(State::Running), waits }
    }
}

/// How a task ended, in a few words.
pub(super) fn ending(run: &Recording, index: usize) -> String {
    let outcome = outcome(&run.trace, TaskId(index as u32));
    let signal = run.trace.tasks[index].end.map_or(0, |(_, signal)| signal);
    words::ending(outcome, signal)
}

/// Why `run` did not come to its end, in a sentence without an end mark; `None` if it did.
pub(super) fn unfinished(run: &Recording) -> Option<String> {
    run.reason().filter(|_| run.trace.report.is_none()).map(|why| clean(&why.sentence()))
}

/// The same as [`unfinished`], with how far the run came.
pub(super) fn broken_off(run: &Recording) -> Option<String> {
    let after = run.trace.t0().map(|_| run.trace.latest());
    unfinished(run).map(|why| Line::Unfinished { after, why }.text())
}

/// The cores that `run` could use.
fn cores(run: &Recording) -> Cores {
    let allowed = run.trace.cores.len();
    Cores { allowed, usable: run.cores() }
}

/// The totals of the run, in lines; `None` if it is not over.
pub(super) fn totals(run: &Recording) -> Option<Vec<String>> {
    let end = run.trace.report.as_ref()?;
    let time = run.trace.makespan()?;
    let stats = run.trace.stats(time);
    let (cpu, cores, switches) = (end.cpu, cores(run), run.trace.switches());
    let mut lines = vec![
        Line::Whole { time, cpu, busy: cpu.share_of(time), cores, under_way: stats.concurrency },
        Line::Cost {
            created: stats.spawned,
            starting: stats.spawning,
            memory: (end.peak_rss_bytes > 0).then_some(end.peak_rss_bytes),
            voluntary: switches.voluntary,
            involuntary: switches.involuntary,
        },
    ];
    if stats.copied > 0 {
        lines.push(Line::Copied { amount: stats.copied, time: stats.copying });
    }
    lines.extend(lock_line(run, &stats));
    lines.extend(named_locks(run, time));
    lines.extend(shared(run));
    if end.overhead.server > Ns::ZERO {
        let cpu = end.overhead.server;
        lines.push(Line::Server { cpu, share: cpu.share_of(time.times(cores.allowed as u64, 1)) });
    }
    let per_second = |n: u64| n as f64 / time.as_secs().max(1e-9);
    let observing = Observing::of(end, time, cores.allowed, run.conditions.screen);
    lines.push(Line::Recorded(Recorded {
        events: per_second(end.events),
        each: ns_per_event(end),
        switches: end.kernel.map(|kernel| per_second(kernel.switches)),
        watching: observing.all(),
    }));
    if end.helpers > Ns::ZERO {
        lines.push(Line::Helpers { cpu: end.helpers });
    }
    let files = end.files.clone();
    lines.extend(files.map(|f| Line::Files { folder: clean(&f.folder), kind: clean(&f.kind), in_memory: f.in_memory }));
    lines.extend(notes(run, &stats));
    Some(lines.iter().map(Line::text).collect())
}

fn lock_line(run: &Recording, stats: &Stats) -> Option<Line> {
    let Planned { plan, .. } = run.planned()?;
    let LockStats { held, wait, hand_overs, forced, voluntary, .. } = stats.lock.filter(|_| plan.model.lock.is_on())?;
    let each = plan.model.kind.rules().own_lock;
    let ticks = plan.model.lock.is_legacy();
    Some(Line::Lock { each, ticks, held, waited: wait, hand_overs, forced, voluntary })
}

/// The workload's own locks that a task took.
fn named_locks(run: &Recording, until: Ns) -> Vec<Line> {
    let trace = &run.trace;
    let taken = (0u16..).zip(&trace.lock_names).filter_map(|(index, name)| {
        let id = LockId::named(index);
        let refused = trace.sharing.refused(id, until);
        if let Some(permits) = trace.sharing.permits.get(&id) {
            let limit = run.planned().map_or(0, |planned| planned.plan.limit(id.name_index().unwrap_or_default()));
            let all = Range::new(Ns::ZERO, until);
            let (taken, waited) = (permits.taken(all), permits.waiting(all));
            return Some(Line::Shared(SharedLine::Permits {
                name: clean(name),
                limit,
                mean: taken.mean,
                most: taken.most,
                waited,
                refused,
            }));
        }
        let lock = trace.locks.get(&id)?;
        let (held, hand_overs) = (lock.held(until), lock.hand_overs(until));
        let (name, abandoned) = (clean(name), lock.abandoned);
        Some(Line::NamedLock { name, held, share: held.share_of(until), hand_overs, abandoned, refused })
    });
    taken.collect()
}

/// What tasks shared: queues and counters.
fn shared(run: &Recording) -> Vec<Line> {
    let queue = |SharedQueue { name, put, got, bytes, .. }: SharedQueue| {
        Some(SharedLine::Queue { name: clean(&name), put: put?, got: got?, carried: bytes.unwrap_or(0) })
    };
    let counter = |counter: SharedCounter| {
        let (name, value) = (clean(&counter.name), counter.used.as_ref()?.value);
        Some(match counter.lost() {
            Some(lost) => SharedLine::Counter { name, expected: counter.expected()?, value: value.into(), lost },
            None => SharedLine::Copies { name, copies: counter.changed_copies() },
        })
    };
    let queues = run.queues().into_iter().filter_map(queue);
    queues.chain(run.counters().into_iter().filter_map(counter)).map(Line::Shared).collect()
}

/// What tasks shared beside locks, in a line for each queue and counter, as far as that is known.
pub fn shared_lines(run: &Recording) -> Vec<String> {
    shared(run).iter().map(Line::text).collect()
}

fn notes(run: &Recording, stats: &Stats) -> Vec<Line> {
    let mut notes = Vec::new();
    notes.extend(run.busy_machine().filter(|share| *share >= BUSY).map(|share| Line::Busy { share }));
    notes.extend(machine_notes(run));
    if stats.lost > 0 {
        notes.push(Line::Lost { count: stats.lost });
    }
    let time: Ns = run.trace.suspended.iter().map(|gap| gap.len()).sum();
    if time > Ns::ZERO {
        notes.push(Line::Suspended { time });
    }
    if run.trace.forgotten > Ns::ZERO {
        notes.push(Line::Forgotten { before: run.trace.forgotten });
    }
    if let KernelRecord::None(why) = &run.trace.kernel_record {
        notes.push(Line::NoRecord { why: clean(why) });
    }
    notes
}

/// What the machine did to the run.
fn machine_notes(run: &Recording) -> Vec<Line> {
    let throttled = run.conditions.throttled.filter(|t| *t > Ns::ZERO).map(|time| Line::Throttled { time });
    let share = run.conditions.stolen.unwrap_or(0.0) / (run.trace.cores.len().max(1) as f64);
    let stolen = (share >= BUSY).then_some(Line::Stolen { share });
    let slow =
        run.score().and_then(|score| score.speed).filter(|s| *s < 1.0 - STEADY).map(|speed| Line::Slow { speed });
    [throttled, stolen, slow].into_iter().flatten().collect()
}
