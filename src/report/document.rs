//! The JSON document of a run, whether it is over or not. `assets/run.schema.json` describes it and a test checks one
//! against the other. Fields are added, never renamed or removed, while `schema` stays the same. Unknown is `null`,
//! never 0.

use std::collections::BTreeMap;

use super::fields::{
    self, Counter, Document, EventFields, Files, IntervalChange, Ipc, Lock, NamedLock, Overhead, Percentiles, Queue,
    Spawn, States, Switches, Task, params,
};
use super::laps;
use crate::insight::{self, Facts};
use crate::model::GlobalLock;
use crate::recording::{Planned, Recording, RunOutcome, SCHEMA};
use crate::state::{Outcome, State};
use crate::text::{self, markup};
use crate::trace::{
    self, End, Flag, KernelRecord, LockFigures, LockStats, Mark, Observing, PermitTrack, Stats, Trace, Track,
};
use crate::units::{CoreId, LockId, Ns, Range, TaskId, TurnLength, WorkerId};

/// The document of `run` as text, with a line break at its end.
pub fn json(run: &Recording) -> String {
    // Only texts and numbers: serializing them cannot fail.
    markup::json(&serde_json::to_string_pretty(&Document::of(run)).unwrap_or_default()).into_owned() + "\n"
}

impl Document {
    /// The document of `run`; if it is not over, of what is known until now.
    pub fn of(run: &Recording) -> Document {
        let (trace, end) = (&run.trace, run.trace.report.as_ref());
        let (reason, planned) = (run.reason(), run.planned());
        let plan = planned.map(|planned| &planned.plan);
        let lock = plan.map_or(GlobalLock::Off, |plan| plan.model.lock);
        let (makespan, until) = (trace.makespan(), until(trace));
        let (stats, begun) = (trace.stats(until), trace.t0().is_some());
        let (core_ids, core_busy_s) = core_busy(trace, until);
        let mut tasks: Vec<Task> = (0..trace.tasks.len()).map(|i| task(run, i)).collect();
        if lock.is_on() {
            note_lock(&mut tasks, trace, until);
        }
        Document {
            schema: SCHEMA,
            concviz: env!("CARGO_PKG_VERSION"),
            origin: run.origin.kind(),
            outcome: RunOutcome::of(reason.as_ref()).name(),
            reason,
            workload: plan.map(|plan| plan.workload.clone()),
            variant: planned.and_then(|planned| planned.setup.workload.variant.clone()),
            model: plan.map(|plan| plan.model.kind.name()),
            global_lock: plan.map(|plan| plan.model.lock.name()),
            switch_interval_s: match lock {
                GlobalLock::Gil { interval, .. } => Some(interval.as_secs()),
                GlobalLock::Off | GlobalLock::GilLegacy { .. } => None,
            },
            engine: trace.made_by.name(),
            workers: plan.map(|plan| plan.at_once.unwrap_or(plan.workers)),
            cores: begun.then_some(trace.cores.len()),
            usable_cores: run.cores(),
            seed: plan.map(|plan| plan.seed),
            scale: planned.map(|planned| planned.setup.scale.millionths as f64 / 1e6),
            params: planned.map(|planned| params(&planned.setup.workload)),
            until_s: begun.then(|| until.as_secs()),
            makespan_s: makespan.map(Ns::as_secs),
            cpu_s: end.map(|end| end.cpu.as_secs()),
            parallelism: end.zip(makespan).map(|(end, makespan)| end.cpu.share_of(makespan)),
            concurrency: begun.then_some(stats.concurrency),
            latency_s: percentiles(&tasks),
            peak_rss_bytes: end.map(|end| end.peak_rss_bytes).filter(|bytes| *bytes > 0),
            switches: switches(trace, until),
            spawn: Spawn { count: stats.spawned, total_s: stats.spawning.as_secs() },
            ipc: Ipc { bytes: stats.copied, serialize_s: stats.copying.as_secs() },
            lock: global_lock(run, &stats),
            locks: named_locks(run, until),
            queues: run.queues().into_iter().map(Queue::from).collect(),
            files: end.and_then(|end| end.files.clone()).map(|f| Files {
                folder: f.folder,
                file_system: f.kind,
                in_memory: f.in_memory,
            }),
            tasks,
            order: order(trace),
            core_ids,
            core_busy_s,
            kernel_record: kernel_record(trace),
            recorder: recorder(trace),
            overhead_cpu_s: end.map(|end| Overhead {
                collector: end.overhead.collector.as_secs(),
                server: end.overhead.server.as_secs(),
                dispatcher: end.overhead.dispatcher.as_secs(),
            }),
            observing: end.zip(makespan).map(|(end, makespan)| observing(run, end, makespan)),
            busy_machine: run.busy_machine(),
            stolen_cores: run.conditions.stolen,
            throttled_s: run.conditions.throttled.map(Ns::as_secs),
            speed: run.score().and_then(|score| score.speed),
            findings: finding_of(run).into_iter().collect(),
            counters: run
                .counters()
                .into_iter()
                .map(|counter| (counter.name.clone(), Counter::from(counter)))
                .collect(),
        }
    }
}

/// Up to which instant the run is known: its end, if it has one.
pub(super) fn until(trace: &Trace) -> Ns {
    trace.makespan().unwrap_or(trace.latest())
}

/// The names of the tasks that were done, in the order in which they finished.
fn order(trace: &Trace) -> Vec<String> {
    let name = |task: TaskId| trace.names.get(task.index()).map(|name| name.name.clone());
    trace.finished(until(trace)).into_iter().filter_map(name).collect()
}

fn switches(trace: &Trace, until: Ns) -> Switches {
    let trace::Switches { voluntary, involuntary } = trace.switches();
    // Without the kernel's record the counts come from the workers' accounts at the end of the run.
    let known = trace.report.is_some() || trace.kernel_record == KernelRecord::Switches;
    let migrations = trace.switched(Range::new(Ns::ZERO, until)).map(|s| s.migrations);
    Switches { voluntary: known.then_some(voluntary), involuntary: known.then_some(involuntary), migrations }
}

fn recorder(trace: &Trace) -> EventFields {
    let (end, makespan) = (trace.report.as_ref(), trace.makespan());
    EventFields {
        events: end.map(|end| end.events),
        events_per_s: end.zip(makespan).map(|(end, time)| end.events as f64 / time.as_secs().max(1e-9)),
        ns_per_event: end.and_then(ns_per_event),
        lost: end.map(|end| end.lost),
        kept_from_s: trace.forgotten.as_secs(),
        switches: end.and_then(|end| end.kernel).map(|k| k.switches),
        switches_lost: end.and_then(|end| end.kernel).map(|k| k.lost),
    }
}

/// What recording one event cost, in nanoseconds; `None` where it was not measured.
pub(super) fn ns_per_event(end: &End) -> Option<f64> {
    (end.thousand_events > Ns::ZERO).then(|| end.thousand_events.0 as f64 / 1e3)
}

/// What watching took of a run without a screen: this program's part counts as the follower's.
fn observing(run: &Recording, end: &End, makespan: Ns) -> fields::Observing {
    let told = Observing::of(end, makespan, run.trace.cores.len(), run.conditions.screen);
    let Observing { collector, server, dispatcher, program } = told;
    fields::Observing { collector, server, dispatcher, screen: None, follower: program, all: told.all() }
}

/// The finding about `run`, in a sentence; `None` if the run is not over, or was not planned.
pub fn finding_of(run: &Recording) -> Option<String> {
    let Planned { plan, .. } = run.planned()?;
    let stats = run.trace.stats(run.trace.makespan()?);
    let allowed = run.trace.cores.len().max(1) as f64;
    let facts = Facts {
        trace: &run.trace,
        stats: &Stats { busy: run.trace.busy(stats.elapsed), ..stats },
        model: plan.model,
        workers: plan.workers,
        cores: run.cores().min(allowed),
        serial: None,
        ratio: None,
        over: true,
        varied: false,
        seen: &|_| true,
    };
    Some(insight::find(&facts).say.text())
}

/// The workload's own locks, in the order of the file, also those that no task took.
fn named_locks(run: &Recording, until: Ns) -> Vec<NamedLock> {
    let trace = &run.trace;
    let named = (0u16..).zip(&trace.lock_names);
    let account = |(index, name): (u16, &String)| {
        let id = LockId::named(index);
        let lock = trace.locks.get(&id);
        let figures = lock.map(|l| l.figures(until)).unwrap_or_default();
        // A lock with several permits has a record of its own.
        let permits = trace.sharing.permits.get(&id).map(|permits| permit_figures(permits, until)).unwrap_or_default();
        NamedLock {
            name: name.clone(),
            limit: run.planned().map(|planned| planned.plan.limit(id.name_index().unwrap_or_default())),
            held_s: (figures.held + permits.held).as_secs(),
            wait_s: (figures.waited + permits.waited).as_secs(),
            hand_overs: figures.hand_overs + permits.hand_overs,
            releases: figures.voluntary + permits.voluntary,
            abandoned: lock.map_or(0, |l| l.abandoned),
            refused: trace.sharing.refused(id, until),
        }
    };
    named.map(account).collect()
}

/// The figures of a lock with `permits`, up to `until`: each permit counts for itself.
fn permit_figures(permits: &PermitTrack, until: Ns) -> LockFigures {
    let all = Range::new(Ns::ZERO, until);
    let (changes, taken) = (permits.changes_before(until), u64::from(permits.taken_at(until)));
    let takers: Vec<TaskId> = permits.changes(all).iter().filter(|p| p.waited.is_some()).map(|p| p.task).collect();
    LockFigures {
        held: Ns((permits.taken(all).mean * until.0 as f64) as u64),
        waited: permits.waiting(all),
        hand_overs: takers.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64,
        voluntary: changes.saturating_sub(taken) / 2,
        ..LockFigures::default()
    }
}

fn global_lock(run: &Recording, stats: &Stats) -> Option<Lock> {
    let Planned { plan, .. } = run.planned()?;
    if !plan.model.lock.is_on() {
        return None;
    }
    let LockStats { held, wait, hand_overs, drop_requests, timeouts, forced, voluntary, .. } =
        stats.lock.unwrap_or_default();
    let (check_interval, forced_switching) = match plan.model.lock {
        GlobalLock::Off => (None, None),
        GlobalLock::Gil { forced_switching, .. } => (None, Some(forced_switching)),
        GlobalLock::GilLegacy { check_interval } => (Some(check_interval), None),
    };
    Some(Lock {
        generation: plan.model.lock.name(),
        check_interval,
        forced_switching,
        instances: if plan.model.kind.rules().own_lock { plan.workers } else { 1 },
        held_s: held.as_secs(),
        wait_s: wait.as_secs(),
        hand_overs,
        drop_requests,
        timeouts,
        forced_switches: forced,
        voluntary_releases: voluntary,
        retaken: run.trace.report.as_ref().map(|end| end.lock_retaken),
        interval_changes: run.trace.flags.iter().map(|(at, flag)| interval_change(*at, *flag)).collect(),
    })
}

fn interval_change(at: Ns, Flag::Interval(length): Flag) -> IntervalChange {
    let (interval_s, check_interval) = match length {
        TurnLength::Time(time) => (Some(time.as_secs()), None),
        TurnLength::Ticks(ticks) => (None, Some(ticks)),
    };
    IntervalChange { at_s: at.as_secs(), interval_s, check_interval }
}

/// The change of state with which a worker took the task up; `None` if none did, or if that change is no longer kept.
pub(super) fn taken_up(trace: &Trace, track: &Track) -> Option<Mark> {
    let whole = trace.forgotten == Ns::ZERO;
    track.marks().iter().find(|m| m.state.is_in_flight()).filter(|m| whole || m.at > trace.forgotten).copied()
}

/// The worker that first took the task up. A dispatcher that sends the task away does not count.
pub(super) fn worker_of(trace: &Trace, track: &Track) -> Option<WorkerId> {
    let is_worker = |m: &&Mark| m.state.is_in_flight() && m.worker.index() < trace.workers.len();
    track.marks().iter().find(is_worker).map(|m| m.worker)
}

/// The worker that executed a task, as far as that is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Executor {
    /// From 1.
    pub worker: Option<u16>,
    pub name: Option<String>,
    pub pid: Option<u32>,
    pub tid: Option<u32>,
}

impl Executor {
    /// The executor of the task `index`: from the runner's report, or before there is one, from the worker's own start.
    pub fn of(run: &Recording, index: usize) -> Executor {
        let trace = &run.trace;
        let Some(worker) = worker_of(trace, &trace.tasks[index]) else { return Executor::default() };
        let known = |n: u32| (n > 0).then_some(n);
        let (name, pid, tid) = if let Some(end) = &trace.report {
            let Some(used) = end.workers.get(worker.index()) else { return Executor::default() };
            (Some(used.name.clone()), used.pid, used.tid)
        } else {
            let name = run.model().map(|model| model.kind.worker_name(worker));
            trace.workers.get(worker.index()).map_or((None, 0, 0), |began| (name, began.pid, began.tid))
        };
        Executor { worker: Some(worker.0 + 1), name, pid: known(pid), tid: known(tid) }
    }
}

fn task(run: &Recording, index: usize) -> Task {
    let trace = &run.trace;
    let (track, name) = (&trace.tasks[index], &trace.names[index]);
    let result = trace.report.as_ref().and_then(|end| end.results.get(index));
    let submitted = track.marks().first().filter(|_| trace.forgotten == Ns::ZERO).map(|m| m.at);
    let finished = track.ended_at();
    let executor = Executor::of(run, index);
    let seconds = |t: Option<Ns>| t.map(Ns::as_secs);
    Task {
        name: name.name.clone(),
        background: name.background,
        worker: executor.worker,
        worker_name: executor.name,
        pid: executor.pid,
        tid: executor.tid,
        outcome: outcome(trace, TaskId(index as u32)).map(Outcome::name),
        signal: track.end.and_then(|(_, signal)| (signal > 0).then_some(signal)),
        queued_s: seconds(submitted),
        started_s: seconds(taken_up(trace, track).map(|m| m.at)),
        finished_s: seconds(finished),
        latency_s: seconds(finished.zip(submitted).map(|(to, from)| to - from)),
        states_s: states(run, track),
        lock_held_s: None,
        lock_wait_s: None,
        result: result.and_then(|r| r.value),
        laps: result.and_then(|r| r.laps),
        lap_s: laps::of(run, index),
    }
}

/// Adds to each task for how long it held the global lock and waited for it.
fn note_lock(tasks: &mut [Task], trace: &Trace, until: Ns) {
    for (id, task) in (0..).map(TaskId).zip(tasks) {
        task.lock_held_s = Some(trace.held_by(id, until).as_secs());
        task.lock_wait_s = task.states_s.of(State::Gil);
    }
}

/// How the task `id` ended: from the runner's report, or from the trace if the report does not say; `None` where the
/// task had not ended when the run broke off.
pub(super) fn outcome(trace: &Trace, id: TaskId) -> Option<Outcome> {
    let told = trace.report.as_ref().and_then(|end| end.results.get(id.index())).map(|r| r.outcome);
    let seen = trace.tasks.get(id.index()).and_then(|t| t.end).map(|(outcome, _)| outcome);
    told.or(seen).or(trace.report.as_ref().map(|_| Outcome::Stopped))
}

fn states(run: &Recording, track: &Track) -> States {
    let sums = track.sums(until(&run.trace));
    // Only the kernel's record could tell this state from `ready`.
    let known = |state: State| state != State::Preempted || run.trace.kernel_record == KernelRecord::Switches;
    let time = |state: &State| (*state, known(*state).then(|| sums[*state as usize].as_secs()));
    States(run.origin.states().iter().map(time).collect())
}

/// The source of the figures of running and waiting.
fn kernel_record(trace: &Trace) -> String {
    match &trace.kernel_record {
        KernelRecord::Switches => "switches".to_owned(),
        KernelRecord::None(reason) => text::report::by_own_clock(reason),
    }
}

/// The cores, and for how long the run was on each. With the kernel's record that includes everything but what watches
/// and serves the run; without it, only what tasks were seen executing. Where some of the execution was recorded
/// without its core, a core on which none was seen is unknown rather than idle; where the trace is not whole, all cores
/// are unknown.
fn core_busy(trace: &Trace, until: Ns) -> (Vec<u16>, Vec<Option<f64>>) {
    if trace.kernel_record == KernelRecord::Switches {
        let totals = trace.aggregate().totals(until);
        let used = |place: usize| totals.on_core(place) + totals.off_task(place);
        let all_told = trace.aggregate().tells_all_cores();
        let busy =
            |core: u16| trace.aggregate().place_of(core).map_or(all_told.then_some(0.0), |p| Some(used(p).as_secs()));
        return trace.cores.iter().map(|core| (*core, busy(*core))).unzip();
    }
    let mut busy: BTreeMap<u16, Ns> = trace.cores.iter().map(|c| (*c, Ns::ZERO)).collect();
    let mut all_placed = true;
    let spans = trace.tasks.iter().flat_map(|t| t.spans(Range::new(Ns::ZERO, until)));
    for span in spans.filter(|s| s.state == State::Running) {
        match Trace::core_of(span.core) {
            Some(CoreId(core)) => *busy.entry(core).or_default() += span.range.len(),
            None => all_placed = false,
        }
    }
    let whole = trace.forgotten == Ns::ZERO;
    let known = |time: Ns| whole && (all_placed || time > Ns::ZERO);
    busy.into_iter().map(|(core, time)| (core, known(time).then(|| time.as_secs()))).unzip()
}

fn percentiles(tasks: &[Task]) -> Option<Percentiles> {
    let done = tasks.iter().filter(|t| t.outcome == Some(Outcome::Done.name()) && !t.background);
    let mut times: Vec<f64> = done.filter_map(|t| t.latency_s).collect();
    times.sort_by(f64::total_cmp);
    let max = *times.last()?;
    // The nearest rank: the smallest value that this percentage of all values does not exceed.
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100).saturating_sub(1)];
    Some(Percentiles { p50: at(50), p95: at(95), p99: at(99), max })
}
