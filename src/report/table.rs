//! The result of a run as a table for people.

use unicode_width::UnicodeWidthStr;

use super::Run;
use super::document::{outcome, taken_up};
use crate::insight::STEADY;
use crate::model::{GlobalLock, ModelKind};
use crate::state::{Outcome, State};
use crate::text::{counted, percent};
use crate::trace::Stats;
use crate::units::{Ns, TaskId};
use crate::workload::Value;

/// From this share on, the times are known to be too long and the report says so.
const BUSY: f64 = 0.05;

/// `text` without what a terminal would obey.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// What was run, in two lines: the workload, and how it was executed.
pub fn heading(run: Run<'_>) -> String {
    let (workload, stage) = (&run.settings.workload, run.plan.stage());
    let mut title = workload.title.clone();
    for param in &workload.params {
        let shown = match param.value {
            Value::Time(t) => t.times(run.settings.scale.millionths, 1_000_000).to_string(),
            other => other.to_string(),
        };
        title = title.replace(&format!("{{{}}}", param.name), &shown);
    }
    let name = clean(&workload.name);
    let what = if title.is_empty() { name } else { format!("{name}: {}", clean(&title)) };
    let lock = match stage.model.lock {
        GlobalLock::Off => String::new(),
        GlobalLock::Gil { interval } => format!(" with a GIL (switch interval {})", interval.written()),
    };
    let workers = match stage.model.kind {
        ModelKind::Serial => "one thread".to_owned(),
        ModelKind::Async => "one event loop".to_owned(),
        ModelKind::Threads => counted(u64::from(stage.workers), "thread", "threads"),
        ModelKind::Processes => counted(u64::from(stage.workers), "process", "processes"),
    };
    let cores = cores(run);
    let (model, engine) = (stage.model.kind.name(), run.plan.engine.name());
    format!("{what}\n{model}{lock}: {workers}, {cores}, {engine}\n")
}

/// The result of `run`: a line for each task, then what they come to. Empty if the run is not over.
pub fn table(run: Run<'_>) -> String {
    let Some(totals) = totals(run) else { return String::new() };
    let head = ["task", "worker", "pid", "tid", "queued", "started", "finished", "running", "waiting", "outcome"];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend((0..run.trace.tasks.len()).map(|i| row(run, i)));
    let mut text = heading(run);
    text.push('\n');
    lay_out(&rows, &mut text);
    text.push('\n');
    for line in totals {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Columns of figures stand to the right, columns of words to the left.
const FIGURES: [bool; 10] = [false, false, true, true, true, true, true, true, false, false];

fn lay_out(rows: &[[String; 10]], text: &mut String) {
    let mut widths = [0; 10];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    for row in rows {
        let mut line = String::new();
        for ((cell, width), figure) in row.iter().zip(widths).zip(FIGURES) {
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            let (before, after) = if figure { (pad.as_str(), "") } else { ("", pad.as_str()) };
            line.extend([before, cell, after, "  "]);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

fn row(run: Run<'_>, index: usize) -> [String; 10] {
    let (trace, track) = (run.trace, &run.trace.tasks[index]);
    let worker = track.marks().iter().find(|m| m.state.is_in_flight()).map(|m| m.worker);
    let used = worker.and_then(|w| trace.report.as_ref()?.workers.get(w.index()));
    let number = |n: Option<u32>| n.filter(|n| *n > 0).map_or_else(|| "-".to_owned(), |n| n.to_string());
    let time = |t: Option<Ns>| t.map_or_else(|| "-".to_owned(), |t| t.to_string());
    let profile = Profile::of(run, index);
    let waits = profile.waits.iter().map(|(state, share)| format!("{} {}", word(*state), percent(*share)));
    [
        clean(&trace.names[index].name),
        used.map_or_else(|| "-".to_owned(), |u| clean(&u.name)),
        number(used.map(|u| u.pid)),
        number(used.map(|u| u.tid)),
        profile.queued.to_string(),
        time(taken_up(trace, track).map(|m| m.at)),
        time(track.ended_at()),
        percent(profile.running),
        waits.collect::<Vec<_>>().join(", "),
        ending(run, index),
    ]
}

/// How a task spent its time, from its submission to its end, in shares of that time.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub queued: Ns,
    pub running: f64,
    /// Waits that are at least half a percent, the longest first.
    pub waits: Vec<(State, f64)>,
}

impl Profile {
    pub(super) fn of(run: Run<'_>, index: usize) -> Profile {
        let sums = run.trace.tasks[index].sums(run.trace.makespan().unwrap_or(run.trace.latest()));
        let whole: Ns = sums.iter().copied().sum();
        let share = |state: State| sums[state as usize].share_of(whole);
        let waits = State::ALL.into_iter().filter(|s| *s != State::Running).map(|s| (s, share(s)));
        let mut waits: Vec<_> = waits.filter(|(_, share)| *share >= 0.005).collect();
        waits.sort_by(|a, b| b.1.total_cmp(&a.1));
        Profile { queued: sums[State::Queued as usize], running: share(State::Running), waits }
    }
}

/// The word for a state in tables and sentences.
pub(super) const fn word(state: State) -> &'static str {
    match state {
        State::Gil => "GIL",
        State::Io => "I/O",
        other => other.name(),
    }
}

/// How a task ended, in a few words.
pub(super) fn ending(run: Run<'_>, index: usize) -> String {
    let outcome = outcome(run.trace, TaskId(index as u32));
    let signal = run.trace.tasks[index].end.map_or(0, |(_, signal)| signal);
    match outcome {
        Outcome::Killed if signal > 0 => format!("killed by signal {signal}"),
        other => other.name().to_owned(),
    }
}

/// The cores it could use: `2 cores`, `0.5 of 2 cores`.
fn cores(run: Run<'_>) -> String {
    let allowed = run.trace.cores.len();
    let whole = counted(allowed as u64, "core", "cores");
    if run.usable < allowed as f64 - 0.05 { format!("{:.1} of {whole}", run.usable) } else { whole }
}

/// What the run comes to, in lines; nothing if it is not over.
pub(super) fn totals(run: Run<'_>) -> Option<Vec<String>> {
    let end = run.trace.report.as_ref()?;
    let makespan = run.trace.makespan()?;
    let stats = run.trace.stats(makespan);
    let cores = match run.usable {
        part if part < run.trace.cores.len() as f64 - 0.05 => format!("{part:.1} cores"),
        _ => cores(run),
    };
    let mut lines = vec![
        format!(
            "{makespan} in all: {} on cores, {:.2} of {cores} busy, {:.1} tasks under way on average",
            end.cpu,
            end.cpu.share_of(makespan),
            stats.concurrency
        ),
        format!("{}, {}", created(&stats), resources(run)),
    ];
    if stats.copied > 0 {
        lines.push(format!("{} copied between processes in {}", bytes(stats.copied), stats.copying));
    }
    lines.extend(lock_line(run, &stats));
    lines.extend(notes(run, &stats));
    Some(lines)
}

fn lock_line(run: Run<'_>, stats: &Stats) -> Option<String> {
    let stage = run.plan.stage();
    let lock = stats.lock.filter(|_| stage.model.lock.is_on())?;
    let who = if stage.model.kind.rules().own_lock { "GIL, one in each process" } else { "GIL" };
    Some(format!(
        "{who}: held {}, waited for {}, handed over {}; let go {} because asked, {} by itself",
        lock.held,
        lock.wait,
        times(lock.hand_overs),
        times(lock.forced),
        times(lock.voluntary)
    ))
}

fn created(stats: &Stats) -> String {
    if stats.spawned == 0 {
        return "no worker created".to_owned();
    }
    format!("{} created, starting took {}", counted(stats.spawned as u64, "worker", "workers"), stats.spawning)
}

fn resources(run: Run<'_>) -> String {
    let Some(end) = &run.trace.report else { return String::new() };
    let memory = match end.peak_rss_bytes {
        0 => "peak memory unknown".to_owned(),
        n => format!("{} of memory at the peak", bytes(n)),
    };
    let switches = end.switches;
    format!("{memory}, {} voluntary and {} involuntary switches", switches.voluntary, switches.involuntary)
}

fn notes(run: Run<'_>, stats: &Stats) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(share) = run.busy_machine.filter(|share| *share >= BUSY) {
        notes.push(format!(
            "note: other programs took {} of the cores meanwhile; on an idle machine times may be shorter",
            percent(share)
        ));
    }
    notes.extend(machine_notes(run));
    if stats.lost > 0 {
        notes.push(format!(
            "note: {} were lost; times in states are incomplete",
            counted(stats.lost, "event", "events")
        ));
    }
    let suspended: Ns = run.trace.suspended.iter().map(|gap| gap.len()).sum();
    if suspended > Ns::ZERO {
        notes.push(format!("note: the run was suspended for {suspended} of that time"));
    }
    if run.trace.forgotten > Ns::ZERO {
        notes.push(format!("note: details before {} are no longer kept; their sums are", run.trace.forgotten));
    }
    let is_ready = |index| Profile::of(run, index).waits.iter().any(|(state, _)| *state == State::Ready);
    if (0..run.trace.tasks.len()).any(is_ready) {
        notes.push("note: `ready` is what workers noticed themselves; the kernel's record is not read".to_owned());
    }
    notes
}

/// What the machine did to the run.
fn machine_notes(run: Run<'_>) -> Vec<String> {
    let around = run.around;
    let mut notes = Vec::new();
    if let Some(throttled) = around.throttled.filter(|t| *t > Ns::ZERO) {
        notes.push(format!("note: the quota held this run back for {throttled}, added up over the cores"));
    }
    let stolen = around.stolen.unwrap_or(0.0) / (run.trace.cores.len().max(1) as f64);
    if stolen >= BUSY {
        notes.push(format!("note: the host of this virtual machine kept {} of the cores for itself", percent(stolen)));
    }
    if let Some(speed) = around.speed.filter(|s| *s < 1.0 - STEADY) {
        notes.push(format!(
            "note: the cores computed at {speed:.2} of their calibrated speed; times are longer by that"
        ));
    }
    notes
}

fn times(n: u64) -> String {
    match n {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    }
}

/// A number of bytes, in decimal units.
fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        _ => format!("{:.1} GB", n as f64 / 1e9),
    }
}
