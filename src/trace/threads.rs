//! The threads that the kernel's record speaks of: whose each is, where it is, what it has in hand, and how to take
//! back what it was last seen to do. Knows neither tasks' records nor what is added up of them; two records are merged
//! elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::aggregate::{HELPER, SOMEBODY, WATCHER, short};
use super::event::Switch;
use super::mark::Mark;
use super::switched::Counted;
use crate::units::{CoreId, Ns, TaskId, WorkerId};

/// The most threads of which anything is kept. No run has as many; a damaged record may name any number.
const MOST: usize = 1 << 16;

/// All threads that the kernel's record speaks of.
#[derive(Clone, Debug, Default)]
pub(super) struct Threads {
    known: BTreeMap<u32, Thread>,
    /// The thread of each worker, once it has said so.
    of_worker: BTreeMap<u16, u32>,
    /// Which threads compute for which task.
    busy: BTreeSet<(TaskId, u32)>,
    /// How many switches had to be merged anew.
    pub(super) moved: u64,
}

impl Threads {
    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Sets the threads that watch or serve the run.
    pub(super) fn set_watchers(&mut self, watchers: &[u32]) {
        for tid in watchers {
            if let Some(thread) = self.take(*tid) {
                self.put_back(*tid, Thread { role: Role::Watcher, ..thread });
            }
        }
    }

    /// Takes a thread out of its place. An unknown one is new, as long as there are not too many.
    pub(super) fn take(&mut self, tid: u32) -> Option<Thread> {
        if let Some(known) = self.take_known(tid) {
            return Some(known);
        }
        (self.known.len() < MOST).then(|| self.known.entry(tid).or_default().clone())
    }

    /// Takes a thread out of its place, if it is known already.
    pub(super) fn take_known(&mut self, tid: u32) -> Option<Thread> {
        self.known.get_mut(&tid).map(std::mem::take)
    }

    /// The thread of `worker`, once it has said so.
    pub(super) fn of_worker(&self, worker: WorkerId) -> Option<u32> {
        self.of_worker.get(&worker.0).copied()
    }

    /// `worker` says that `tid` is its thread.
    pub(super) fn is_of_worker(&mut self, worker: WorkerId, tid: u32) {
        self.of_worker.insert(worker.0, tid);
    }

    /// A thread that computes or copies for `task`.
    pub(super) fn busy(&self, task: TaskId) -> Option<u32> {
        self.busy.range((task, 0)..=(task, u32::MAX)).next().map(|(_, tid)| *tid)
    }

    /// Puts a thread back that was taken out of its place.
    pub(super) fn put_back(&mut self, tid: u32, mut thread: Thread) {
        let busy = thread.computing.or(thread.copying);
        if thread.listed != busy {
            thread.listed.map(|task| self.busy.remove(&(task, tid)));
            busy.map(|task| self.busy.insert((task, tid)));
            thread.listed = busy;
        }
        if let Some(place) = self.known.get_mut(&tid) {
            *place = thread;
        }
    }
}

/// Whose thread it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// No worker's, as far as is known: a helper, or a worker that has not said so yet.
    #[default]
    Helper,
    Watcher,
    Worker(WorkerId),
}

/// One thread.
#[derive(Clone, Debug, Default)]
pub(super) struct Thread {
    pub(super) role: Role,
    pub(super) place: Whereabouts,
    /// The task that it computes for.
    pub(super) computing: Option<TaskId>,
    /// The task whose message or result it copies.
    pub(super) copying: Option<TaskId>,
    /// The task for which [`Threads`] lists it as busy.
    listed: Option<TaskId>,
    /// The task that it has in hand, computing or not.
    pub(super) minds: Option<TaskId>,
    /// The switches since its last own event.
    pub(super) tail: Vec<Merged>,
}

/// Where a thread is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Whereabouts {
    /// The core that it is on.
    pub(super) on: Option<CoreId>,
    /// Since when it is there and does nothing but what it does now.
    pub(super) since: Ns,
    /// The core that it was on last.
    pub(super) last: Option<CoreId>,
    /// Whether it was forced off its core.
    pub(super) forced: bool,
}

/// A switch, and how to take it back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Merged {
    pub(super) at: Ns,
    pub(super) core: CoreId,
    pub(super) switch: Switch,
    pub(super) before: Whereabouts,
    pub(super) mark: Option<(TaskId, Mark)>,
    pub(super) counted: Option<Counted>,
}

impl Thread {
    /// The owner that the aggregate names, where the thread is on a core without computing.
    pub(super) fn owner(&self) -> u16 {
        match self.role {
            Role::Helper => HELPER,
            Role::Watcher => WATCHER,
            Role::Worker(_) => self.minds.map_or(SOMEBODY, short),
        }
    }
}

/// A thread that is about to have an event of its own, and the switches that must be merged again behind that event.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) tid: u32,
    pub(super) thread: Thread,
    pub(super) again: Vec<Merged>,
}

impl Own {
    /// The core that the thread is on.
    pub(super) fn core(&self) -> Option<CoreId> {
        self.thread.place.on
    }
}
