//! The findings themselves: which sentence fits which run.

use super::{Bound, Change, Cure, Facts, Finding, Ratio, broken, convoy, shared, sharing};
use crate::model::{GlobalLock, Model, ModelKind};
use crate::state::State;
use crate::text::{Here, Sentence, Try, Waiters, Waits};
use crate::units::Ns;

/// While it goes on: what is happening. No cures: nobody should be told to leave before the end.
pub(super) fn meanwhile(facts: &Facts<'_>) -> Finding {
    let tasks = facts.trace.tasks.len();
    let stats = facts.stats;
    let done = stats.ended;
    let going = stats.in_flight;
    let say = match (facts.model.kind, facts.model.lock) {
        _ if stats.elapsed == Ns::ZERO => Sentence::Starting { tasks },
        (ModelKind::Serial, _) => Sentence::SerialWorks { done, tasks },
        (ModelKind::Async, _) if bound(facts) == Bound::Cpu => Sentence::LoopTurns { done, tasks },
        (ModelKind::Threads, GlobalLock::Gil { .. } | GlobalLock::GilLegacy { .. })
            if bound(facts) == Bound::Cpu && !computes_without_the_lock(facts) =>
        {
            let hand_overs = stats.lock.map_or(0, |l| l.hand_overs);
            Sentence::TakingTurns { waiting: going.saturating_sub(1), hand_overs }
        }
        (ModelKind::Threads | ModelKind::Processes | ModelKind::Async, _)
            if facts.cores < 1.05 && bound(facts) == Bound::Cpu =>
        {
            Sentence::Here(Here::TurnsOnOneCore { going, cores: facts.cores })
        }
        (ModelKind::Threads | ModelKind::Processes | ModelKind::Async, _) => {
            Sentence::AtOnce { going, cores_busy: stats.busy, cores: facts.cores }
        }
    };
    Finding { say, cure: None }
}

/// After its end: what it showed, and what to try next.
pub(super) fn afterwards(facts: &Facts<'_>) -> Finding {
    let tasks = facts.trace.tasks.len();
    if let Some((count, how)) = broken(facts.trace) {
        let cure = Some(Cure { change: Change::Again, why: Try::Again });
        return Finding { say: Sentence::TasksBroke { broken: count, tasks, how }, cure };
    }
    // What tasks make of a counter, or of a queue, is what such a workload is there to show.
    if let Some(say) = shared::found(facts) {
        let differently = Cure { change: Change::Variant, why: Try::Variant };
        let lost = matches!(say, Sentence::Lost { .. });
        return Finding { say, cure: Some(if lost && facts.varied { differently } else { cure(facts) }) };
    }
    if let Some(late) = sharing::late(facts) {
        return Finding { say: Sentence::Sharing(late), cure: Some(cure(facts)) };
    }
    if let Some(rounds) = convoy::found(facts) {
        return Finding { say: Sentence::Sharing(rounds), cure: Some(the_lock_first(facts)) };
    }
    // Where nothing can run in parallel, a lock or a full loop is not what keeps it from doing so.
    let sharing = sharing::found(facts).filter(|_| !has_one_core(facts));
    let say = sharing.map_or_else(
        || match bound(facts) {
            Bound::Cpu => worked(facts),
            Bound::Waits => waited(facts),
        },
        Sentence::Sharing,
    );
    let next = || if matches!(say, Sentence::NobodyAsks { .. }) { the_lock_first(facts) } else { cure(facts) };
    let next = anew(facts).unwrap_or_else(next);
    Finding { say, cure: Some(next) }
}

fn worked(facts: &Facts<'_>) -> Sentence {
    let (time, busy, cores) = (facts.stats.elapsed, facts.stats.busy, facts.cores);
    let tasks = facts.trace.tasks.len();
    let speedup = facts.ratio.map(|ratio| ratio.speedup);
    let workers = usize::from(facts.workers);
    let hand_overs = facts.stats.lock.map_or(0, |l| l.hand_overs);
    let one = has_one_core(facts);
    let alone = tasks == 1 || workers == 1;
    match (facts.model.kind, facts.model.lock.is_on()) {
        _ if cores < 0.95 => Sentence::Here(Here::PartOfACore { cores }),
        (ModelKind::Threads, true) if alone => Sentence::NobodyAsks { hand_overs },
        (ModelKind::Threads, true) if one => Sentence::Here(Here::OneCoreOneLock { hand_overs }),
        (ModelKind::Threads | ModelKind::Processes, _) if one => Sentence::Here(Here::OneUsableCore { cores, time }),
        (ModelKind::Threads, true) if computes_without_the_lock(facts) => {
            Sentence::WithoutTheLock { busy, cores, speedup }
        }
        (ModelKind::Serial, false) => Sentence::SerialCpu { tasks, time, busy, cores },
        (ModelKind::Serial, true) if computes_without_the_lock(facts) => Sentence::LoneLoopWithLock { time },
        (ModelKind::Serial, true) => Sentence::SerialWithLock { time },
        (ModelKind::Threads, true) if facts.model.lock.is_legacy() => {
            Sentence::OldLock { busy, cores, hand_overs, speedup }
        }
        (ModelKind::Threads, true) => Sentence::OneLock { waiting: workers.min(tasks) - 1, busy, cores },
        (ModelKind::Threads, false) => Sentence::CoresBusy { cores, busy, speedup },
        (ModelKind::Processes, false) => Sentence::OwnProcess { speedup, processes: workers, busy, cores },
        (ModelKind::Processes, true) => Sentence::LockEach { speedup },
        (ModelKind::Async, false) => Sentence::LoopTurnByTurn { time },
        (ModelKind::Async, true) => Sentence::LoneLoopWithLock { time },
    }
}

fn waited(facts: &Facts<'_>) -> Sentence {
    let time = facts.stats.elapsed;
    let waits = waits(facts);
    let serial = facts.serial.filter(|s| s.0 > time.0 + time.0 / 10);
    let workers = usize::from(facts.workers);
    let at_once = |kind| Sentence::WaitsAtOnce { waits, workers, kind, time, serial };
    match (facts.model.kind, facts.model.lock.is_on()) {
        (ModelKind::Serial, _) => Sentence::SerialWaits { waits, time, working: facts.stats.busy },
        (ModelKind::Threads, false) => at_once(Waiters::Threads),
        (ModelKind::Threads, true) => Sentence::WaitsLetGo { time, serial },
        (ModelKind::Processes, _) => at_once(Waiters::Processes),
        (ModelKind::Async, _) => match facts.trace.longest_block(time) {
            Some(block) if block.ready > 0 => {
                let name = facts.trace.names.get(block.task.index());
                let task = name.map_or_else(String::new, |n| n.name.clone());
                Sentence::LoopBlocked { task, blocked: block.range.len(), ready: block.ready as u32 }
            }
            _ => at_once(Waiters::Loop),
        },
    }
}

/// How to count what waits: waits, where each task has one; the tasks, where they wait again and again.
fn waits(facts: &Facts<'_>) -> Waits {
    let tasks = facts.trace.tasks.len();
    let sum = |state: State| facts.stats.sums[state as usize];
    if sum(State::Io) > sum(State::Sleep) { Waits::Tasks(tasks) } else { Waits::Single(tasks) }
}

/// Whether nothing can run in parallel here, whatever the model: there is one core, or little more.
fn has_one_core(facts: &Facts<'_>) -> bool {
    facts.cores < 1.5
}

/// The run to be made again where nobody can tell from these two what the model is worth: the serial one, or this one.
fn anew(facts: &Facts<'_>) -> Option<Cure> {
    let doubt = facts.ratio.and_then(Ratio::unsettled).filter(|_| !has_one_core(facts))?;
    Some(if doubt.baseline {
        Cure { change: Change::Model(ModelKind::Serial), why: Try::SerialAgain }
    } else {
        Cure { change: Change::Again, why: Try::Again }
    })
}

/// Whether there is a global lock, and tasks computed for most of their time without it.
fn computes_without_the_lock(facts: &Facts<'_>) -> bool {
    let sum = |state: State| facts.stats.sums[state as usize];
    // A holder that is off its core keeps the lock without computing.
    facts.stats.lock.is_some_and(|lock| sum(State::Running) > lock.held.less(sum(State::Preempted)).times(2, 1))
}

/// What to try where the lock decides: with it or without it, whichever has not been seen; then what is next anyway.
fn the_lock_first(facts: &Facts<'_>) -> Cure {
    let kind = facts.model.kind;
    let other = if facts.model.lock.is_on() {
        Look { model: Model::plain(kind), why: Try::DropGil }
    } else {
        Look { model: Model { kind, lock: NEWER }, why: Try::AddGil }
    };
    if kind == ModelKind::Threads && !(facts.seen)(other.model) { other.cure() } else { cure(facts) }
}

/// The lock that is tried where there is none.
const NEWER: GlobalLock = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);

/// A model that is worth a look, and what it shows.
#[derive(Clone, Copy)]
struct Look {
    model: Model,
    why: Try,
}

impl Look {
    fn cure(self) -> Cure {
        let kind = self.model.kind;
        let change = self.model.lock.generation().map_or(Change::Model(kind), |lock| Change::Locked(kind, lock));
        Cure { change, why: self.why }
    }

    /// Whether it is another row than that of `model`.
    fn is_other(self, model: Model) -> bool {
        (self.model.kind, self.model.lock.generation()) != (model.kind, model.lock.generation())
    }
}

/// The next model worth a look: serial first, with which all others are compared, then the models in the order of the
/// story, as far as they have not been seen. With a lock the story stays with that lock until all have been seen.
fn cure(facts: &Facts<'_>) -> Cure {
    use ModelKind::{Async, Processes, Serial, Threads};
    let (kind, lock) = (facts.model.kind, facts.model.lock);
    let plain = |kind, why| Look { model: Model::plain(kind), why };
    let same_lock = |kind, why| Look { model: Model { kind, lock }, why };
    let story: [Look; 4] = match (bound(facts), kind, lock.is_on()) {
        (_, _, true) => [
            same_lock(Processes, Try::LockEach),
            same_lock(Threads, Try::ThreadEach),
            same_lock(Async, Try::OneLoop),
            plain(kind, Try::DropGil),
        ],
        (Bound::Cpu, Threads, false) => [
            Look { model: Model { kind: Threads, lock: NEWER }, why: Try::AddGil },
            plain(Processes, Try::ProcessEach),
            plain(Async, Try::OneLoop),
            plain(Serial, Try::OneByOne),
        ],
        (Bound::Cpu, Serial | Processes | Async, false) => [
            plain(Threads, Try::ThreadEach),
            plain(Processes, Try::ProcessEach),
            plain(Async, Try::OneLoop),
            plain(Serial, Try::OneByOne),
        ],
        (Bound::Waits, _, false) => [
            plain(Threads, Try::ThreadEach),
            plain(Async, Try::OneThread),
            plain(Processes, Try::ProcessEach),
            plain(Serial, Try::OneByOne),
        ],
    };
    // Under the lock one thread goes one by one too: what is new without it is that there is none.
    let serial = plain(Serial, if kind == Serial { Try::DropGil } else { Try::OneByOne });
    let tasks = facts.trace.tasks.len();
    let default = |kind: ModelKind| kind.default_workers(tasks, facts.cores.ceil() as usize);
    // Where there are more tasks than workers, no task has a worker to itself.
    let shared = |look: Look| match look.why {
        Try::ThreadEach if default(Threads) < tasks => Look { why: Try::ManyThreads, ..look },
        Try::ProcessEach if default(Processes) < tasks => Look { why: Try::SomeProcesses, ..look },
        _ => look,
    };
    let mut worth = [serial].into_iter().chain(story.map(shared));
    let unseen = worth.find(|look| look.is_other(facts.model) && !(facts.seen)(look.model));
    unseen.map_or_else(|| when_all_is_seen(facts), Look::cure)
}

fn when_all_is_seen(facts: &Facts<'_>) -> Cure {
    let why = if bound(facts) == Bound::Cpu { Try::WaitingWorkload } else { Try::CountingWorkload };
    Cure { change: Change::Workload, why }
}

/// Whether its tasks work or wait: by the time they would take on a core of their own.
fn bound(facts: &Facts<'_>) -> Bound {
    let sum = |state: State| facts.stats.sums[state as usize];
    let works = sum(State::Running);
    let waits = sum(State::Sleep) + sum(State::Io);
    if works >= waits { Bound::Cpu } else { Bound::Waits }
}
