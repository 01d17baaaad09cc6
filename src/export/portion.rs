//! A recording, or a part of it, as exporters get it: borrowed, with its name.

use crate::model::ModelKind;
use crate::recording::Recording;
use crate::state::State;
use crate::trace::{KernelRecord, Span, Stamped, Trace};
use crate::units::{CoreId, CounterId, LockId, Ns, QueueId, Range, TaskId, WorkerId};

/// A recording to be written, or a part of it, and what is to be said with it.
#[derive(Clone, Copy, Debug)]
pub struct Portion<'a> {
    /// What it is called where there are several: `threads`. May be empty where there is one.
    pub name: &'a str,
    /// The recording.
    pub run: &'a Recording,
    /// What it shows, in a sentence; may be empty.
    pub sentence: &'a str,
    /// The command that makes a run like it; may be empty.
    pub command: &'a str,
    /// The part of it to be written, on its own axis; nothing for all there is.
    pub part: Option<Range>,
}

impl<'a> Portion<'a> {
    /// All of `run`, called `name`.
    pub fn of(name: &'a str, run: &'a Recording) -> Portion<'a> {
        Portion { name, run, sentence: "", command: "", part: None }
    }

    /// What happened.
    pub fn trace(&self) -> &'a Trace {
        &self.run.trace
    }

    /// Whether it has an event loop, which then has a track.
    pub(super) fn has_loop(&self) -> bool {
        self.run.model().is_some_and(|model| model.kind == ModelKind::Async)
    }

    /// The stretch that is written: from where the record is kept to the end of the run, or of what is known where it
    /// has none.
    pub fn window(&self) -> Range {
        let until = self.trace().makespan().unwrap_or_else(|| self.trace().latest());
        let kept = Range::new(self.trace().forgotten, until);
        self.part.map_or(kept, |part| part.and(kept))
    }

    /// Its tasks' numbers.
    pub(super) fn tasks(&self) -> impl Iterator<Item = TaskId> + use<> {
        (0u32..).take(self.trace().tasks.len()).map(TaskId)
    }

    /// What the task `id` is called.
    pub(super) fn task_name(&self, id: TaskId) -> String {
        let name = self.trace().names.get(id.index()).map(|n| n.name.clone());
        name.unwrap_or_else(|| format!("task {}", u64::from(id.0) + 1))
    }

    /// What the lock `id` is called: those without a name are global ones, of which there may be one in each process.
    pub(super) fn lock_name(&self, id: LockId) -> String {
        match id.name_index() {
            Some(index) => {
                let name = self.trace().lock_names.get(index).cloned();
                name.unwrap_or_else(|| format!("lock {}", index + 1))
            }
            None if self.trace().locks.range(..LockId::named(0)).nth(1).is_some() => format!("GIL {}", id.0 + 1),
            None => "GIL".to_owned(),
        }
    }

    /// What the queue `id` is called.
    pub(super) fn queue_name(&self, id: QueueId) -> String {
        let name = self.trace().sharing.queue_names.get(id.index()).map(|queue| queue.name.clone());
        name.unwrap_or_else(|| (id.index() + 1).to_string())
    }

    /// What the counter `id` is called.
    pub(super) fn counter_name(&self, id: CounterId) -> String {
        let name = self.trace().sharing.counter_names.get(id.index()).map(|counter| counter.name.clone());
        name.unwrap_or_else(|| (id.index() + 1).to_string())
    }

    /// The number of the worker `id`, from 1; nothing where it is none.
    pub(super) fn worker(&self, id: WorkerId) -> Option<u64> {
        (id.index() < self.trace().workers.len()).then(|| u64::from(id.0) + 1)
    }

    /// The worker that has the task in `span`, from 1. As long as it is queued none has.
    pub(super) fn worker_in(&self, span: &Span) -> Option<u64> {
        self.worker(span.worker).filter(|_| span.state != State::Queued)
    }

    /// The core that the task computes on in `span`. While it waits it is on none.
    pub(super) fn core(span: &Span) -> Option<u64> {
        let CoreId(core) = Some(span.core).filter(|core| *core != Stamped::NO_CORE)?;
        (span.state == State::Running).then_some(u64::from(core))
    }

    /// Whether the kernel told who was on which core: only then is `preempted` known.
    pub(super) fn has_kernel_record(&self) -> bool {
        self.trace().kernel_record == KernelRecord::Switches
    }

    /// The states that an export lists, and whether it is known how long the run was in each.
    pub(super) fn states(&self) -> impl Iterator<Item = (State, bool)> {
        let has_record = self.has_kernel_record();
        self.run.origin.states().iter().map(move |s| (*s, *s != State::Preempted || has_record))
    }

    /// Why the kernel told nothing; `switches` where it did.
    pub(super) fn record(&self) -> String {
        match &self.trace().kernel_record {
            KernelRecord::Switches => "switches".to_owned(),
            KernelRecord::None(reason) => format!("none: {reason}"),
        }
    }

    /// How many events are missing.
    pub(super) fn lost(&self) -> u64 {
        self.trace().losses.iter().map(|loss| loss.count).fold(0, u64::saturating_add)
    }

    /// The end of the run, where it has one.
    pub(super) fn makespan(&self) -> Option<Ns> {
        self.trace().makespan()
    }
}
