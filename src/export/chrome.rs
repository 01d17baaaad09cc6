//! Runs in the trace event format of Chrome, which Perfetto, speedscope and Chrome itself open: a track for each task,
//! core and lock, arrows from the end of a turn with a lock to the task that had waited for it and from who put a message
//! into a queue to who took it out, counters, and marks.
//!
//! What becomes what:
//!
//! | of the run | in the file |
//! |---|---|
//! | a run | a process |
//! | a core, the event loop, a lock, a task | a thread of it, with a name and its place in the order |
//! | a task's stretch in one state | a slice, category `task`, named after the state |
//! | a turn on a core, on the event loop | one of category `core` or `loop`, named after the task |
//! | a turn with a lock | one of category `lock`, named after the holder |
//! | the end of a wait for a lock | a flow of category `unblock`, from the last moment of the turn with it to what the
//! task does next |
//! | a message | a flow of category `message`, from the task that put it in to the one that took it out; of more than
//! 10,000 every second, or third, and so on |
//! | cores used; tasks ready, waiting, in flight | counters: the mean from one sample to the next |
//! | messages in a queue; what a counter holds, and should hold; permits taken of a lock | counters: each change; of more
//! than 20,000 changes the mean from one sample to the next, or what is held then |
//! | a turned interval, lost events, a broken task, a lost addition, a refused try | an instant |
//! | the run stood still | a slice of category `run` |
//!
//! Times are microseconds from the start of the run with three decimals: every nanosecond is there. A slice is a begin
//! and an end, each with its own instant, and no complete event with a length: viewers that add up instants and lengths
//! as binary fractions find some slices longer than they are by the last digit, and so one within the other. Details
//! stand at the end, where they are no part of what some viewers take for the name. Slices of a track never overlap. A
//! thread's number is its own in the whole file, never 0 and never a process's: viewers take numbers that occur twice
//! for one.

use std::io::{self, Write};

use super::Portion;
use super::json::Json;
use crate::state::{Outcome, State};
use crate::units::{Ns, Range, TaskId};

mod arrows;
mod counters;
mod marks;
mod sharing;
mod tracks;

use arrows::{Arrow, Messages};
use sharing::Deeds;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Slices: stretches of tasks.
    pub spans: u64,
    /// Slices: turns on cores and on the event loop.
    pub turns: u64,
    /// Slices: turns with locks.
    pub holds: u64,
    /// Slices: stretches in which the run stood still.
    pub pauses: u64,
    /// Instants.
    pub instants: u64,
    /// Flows, of two events each.
    pub flows: u64,
    /// Samples of counters.
    pub samples: u64,
    /// Messages without a flow, and what happened to tasks without an instant.
    pub left_out: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Writes `runs` to `out`, side by side: each begins at 0.
///
/// # Errors
/// If writing to `out` fails; what was written until then is no valid file.
pub fn chrome(out: &mut impl Write, runs: &[Portion<'_>]) -> io::Result<Tally> {
    let mut tally = Tally::default();
    let mut json = Json::new(out);
    json.raw("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"program\":\"concviz\",\"version\":");
    json.text(env!("CARGO_PKG_VERSION")).raw(",\"runs\":").list();
    let shared: Vec<(Messages, Deeds)> = runs.iter().map(|run| (Messages::of(run), Deeds::of(run))).collect();
    for (run, (messages, deeds)) in runs.iter().zip(&shared) {
        about(&mut json, run)?;
        if !run.trace().sharing.queues.is_empty() {
            json.raw(",\"messages\":").int(messages.all).raw(",\"messages_without_arrow\":").int(messages.left_out());
        }
        json.known(",\"marks_left_out\":", (deeds.left_out > 0).then_some(deeds.left_out)).raw("}");
        tally.left_out += messages.left_out() + deeds.left_out;
    }
    json.raw("]},\"traceEvents\":").list();
    // Threads have numbers of their own, beyond those of all processes.
    let mut tid = (runs.len() as u64 + 1).next_multiple_of(1_000) + 1;
    for ((pid, run), (messages, deeds)) in (1..).zip(runs).zip(&shared) {
        let tids = Tids::of(run, &mut tid);
        let mut writer = Writer { json: &mut json, run, pid, tids, window: run.window(), tally: &mut tally };
        writer.write(messages, deeds)?;
    }
    json.raw("\n]}\n");
    tally.bytes = json.finish()?;
    Ok(tally)
}

/// What is said of a run as a whole.
fn about(json: &mut Json<'_>, run: &Portion<'_>) -> io::Result<()> {
    let (trace, window) = (run.trace(), run.window());
    json.next()?.raw("{\"name\":").text(run.name).raw(",\"sentence\":").text(run.sentence);
    json.raw(",\"command\":").text(run.command);
    json.raw(",\"tasks\":").int(trace.tasks.len() as u64).raw(",\"workers\":").int(trace.workers.len() as u64);
    json.raw(",\"cores\":").int(trace.cores.len() as u64).raw(",\"kernel_record\":").text(&run.record());
    json.known(",\"makespan_ns\":", run.makespan().map(|end| end.0));
    json.raw(",\"from_ns\":").int(window.from.0).raw(",\"to_ns\":").int(window.to.0);
    json.raw(",\"kept_from_ns\":").int(trace.forgotten.0).raw(",\"lost_events\":").int(run.lost());
    Ok(())
}

/// The numbers of a run's tracks, in the order in which they should stand: tracks of which there may be thousands come
/// last.
#[derive(Clone, Copy)]
struct Tids {
    marks: u64,
    cores: u64,
    event_loop: u64,
    locks: u64,
    tasks: u64,
}

impl Tids {
    /// Takes the numbers from `next` on; `next` is then the first one left.
    fn of(run: &Portion<'_>, next: &mut u64) -> Tids {
        let mut threads = |count: usize| {
            let first = *next;
            *next += count as u64;
            first
        };
        Tids {
            marks: threads(1),
            cores: threads(run.trace().cores.len()),
            event_loop: threads(1),
            locks: threads(run.trace().locks.len()),
            tasks: threads(run.trace().tasks.len()),
        }
    }
}

/// Writes one run.
struct Writer<'w, 'j, 'r> {
    json: &'w mut Json<'j>,
    run: &'w Portion<'r>,
    pid: u64,
    tids: Tids,
    window: Range,
    tally: &'w mut Tally,
}

impl<'j> Writer<'_, 'j, '_> {
    fn write(&mut self, messages: &Messages, deeds: &Deeds) -> io::Result<()> {
        self.process()?;
        self.marks()?;
        self.counters()?;
        self.sharing()?;
        self.cores()?;
        self.locks()?;
        let mut arrows = Vec::new();
        for task in self.run.tasks() {
            self.task(task, deeds, &mut arrows)?;
        }
        // Arrows come behind the slices that they begin and end in: of two events at one instant viewers read the
        // earlier one first.
        self.arrows(&arrows)?;
        self.messages(messages)
    }

    fn process(&mut self) -> io::Result<()> {
        let name = if self.run.name.is_empty() { "concviz" } else { self.run.name };
        self.metadata(None, "process_name")?.text(name).raw("}}");
        let place = self.pid;
        self.metadata(None, "process_sort_index")?.int(place).raw("}}");
        Ok(())
    }

    /// Names a track and gives it its place; its events begin with what this gives back.
    fn track(&mut self, tid: u64, name: &str) -> io::Result<Track> {
        self.metadata(Some(tid), "thread_name")?.text(name).raw("}}");
        self.metadata(Some(tid), "thread_sort_index")?.int(tid).raw("}}");
        let place = format!("\"pid\":{},\"tid\":{tid},\"ts\":", self.pid);
        let event = |kind: &str| format!("{{\"ph\":{kind},{place}");
        Ok(Track { begin: event("\"B\""), end: event("\"E\""), instant: event("\"i\",\"s\":\"t\"") })
    }

    /// Begins the metadata `what` (`..._name` or `..._sort_index`) of the process, or of a thread: the caller writes
    /// the value.
    fn metadata(&mut self, tid: Option<u64>, what: &str) -> io::Result<&mut Json<'j>> {
        let (_, key) = what.split_once('_').unwrap_or(("", what));
        self.json.next()?.raw("{\"ph\":\"M\",\"pid\":").int(self.pid).known(",\"tid\":", tid);
        Ok(self.json.raw(",\"name\":\"").raw(what).raw("\",\"args\":{\"").raw(key).raw("\":"))
    }

    /// Writes a slice: `name` is a JSON string, `kind` follows it in the begin event. The end event stays open for
    /// arguments.
    fn slice(&mut self, track: &Track, range: Range, name: &str, kind: &str) -> io::Result<&mut Json<'j>> {
        self.json.next()?.raw(&track.begin).micros(range.from);
        self.json.raw(",\"name\":").raw(name).raw(kind).raw("}");
        self.json.next()?.raw(&track.end).micros(range.to);
        Ok(self.json.raw(",\"name\":").raw(name))
    }

    /// Begins the event of an instant, which stays open in the same way.
    fn instant(&mut self, track: &Track, at: Ns) -> io::Result<&mut Self> {
        self.tally.instants += 1;
        self.json.next()?.raw(&track.instant).micros(at);
        Ok(self)
    }

    /// A task's track.
    fn task(&mut self, task: TaskId, deeds: &Deeds, arrows: &mut Vec<Arrow>) -> io::Result<()> {
        let run = self.run;
        let Some(known) = run.trace().tasks.get(task.index()) else { return Ok(()) };
        let track = self.track(self.tids.tasks + u64::from(task.0), &run.task_name(task))?;
        for span in known.spans(self.window) {
            let (name, kind) = look(span.state);
            self.slice(&track, span.range, name, kind)?.raw(",\"args\":{\"holds_worker\":");
            self.json.raw(if span.holds { "true" } else { "false" });
            self.json.known(",\"worker\":", run.worker_in(&span)).known(",\"core\":", Portion::core(&span)).raw("}}");
            self.tally.spans += 1;
            if matches!(span.state, State::Lock | State::Gil) {
                arrows.extend(Arrow::of(run, task, &span, self.window));
            }
        }
        self.deeds(&track, task, deeds)?;
        let end = known.ended_at().filter(|at| self.window.from <= *at && *at <= self.window.to);
        if let (Some(at), Some((outcome, signal))) = (end, known.end)
            && outcome != Outcome::Done
        {
            self.instant(&track, at)?.json.raw(",\"name\":").text(outcome.name()).raw(",\"cat\":\"end\",\"args\":{");
            self.json.known("\"signal\":", (signal > 0).then_some(u64::from(signal))).raw("}}");
        }
        Ok(())
    }
}

/// What the events of a track begin with, up to their time.
struct Track {
    /// The begin of a slice.
    begin: String,
    /// The end of one.
    end: String,
    /// An instant.
    instant: String,
}

/// The name of a stretch in `state`, and what stands behind it: the category, and one of the colours that viewers know.
const fn look(state: State) -> (&'static str, &'static str) {
    macro_rules! look {
        ($name:literal, $colour:literal) => {
            (concat!("\"", $name, "\""), concat!(",\"cat\":\"task\",\"cname\":\"", $colour, "\""))
        };
    }
    match state {
        State::Queued => look!("queued", "white"),
        State::Starting => look!("starting", "startup"),
        State::Copying => look!("copying", "rail_load"),
        State::Running => look!("running", "thread_state_running"),
        State::Ready => look!("ready", "thread_state_runnable"),
        State::Preempted => look!("preempted", "thread_state_runnable"),
        State::Lock => look!("lock", "terrible"),
        State::Channel => look!("channel", "background_memory_dump"),
        State::Gil => look!("gil", "bad"),
        State::Io => look!("io", "thread_state_iowait"),
        State::Sleep => look!("sleep", "thread_state_sleeping"),
        State::Unknown => look!("unknown", "grey"),
        State::Ended => look!("ended", "white"),
    }
}

#[cfg(test)]
mod tests;
