//! Which workers were taken off a core while they computed, from the kernel's record as it comes in.

use std::collections::BTreeMap;

use crate::state::State;
use crate::trace::{Event, Stamped, Switch};
use crate::units::{Ns, Stamp, TaskId};

/// The threads of workers, and which task each computes for.
#[derive(Clone, Debug, Default)]
pub(super) struct Offs {
    /// By the kernel's number of the thread: which worker it is.
    threads: BTreeMap<u32, u16>,
    /// By worker: the task that it computes for.
    computing: BTreeMap<u16, TaskId>,
    /// By worker: since when it is off its core though it computes.
    off: BTreeMap<u16, Stamp>,
}

impl Offs {
    /// Takes note of an event; returns the task that comes back to a core with it, and for how long it had none.
    pub(super) fn note(&mut self, stamped: &Stamped) -> Option<(TaskId, Ns)> {
        let who = stamped.worker.0;
        match stamped.event {
            Event::WorkerStarted { tid, .. } => {
                self.threads.insert(tid, who);
            }
            Event::Enter { task, state: State::Running, .. } => {
                self.computing.insert(who, task);
            }
            Event::Enter { task, .. } | Event::Ended { task, .. } if self.computing.get(&who) == Some(&task) => {
                self.computing.remove(&who);
                // The worker stamped this event before it lost its core: the time without a core belongs to its wait.
                self.off.remove(&who);
            }
            Event::Switched { tid, switch } => {
                let worker = *self.threads.get(&tid)?;
                match switch {
                    Switch::Preempted if self.computing.contains_key(&worker) => {
                        self.off.insert(worker, stamped.at);
                    }
                    Switch::In => {
                        let since = self.off.remove(&worker)?;
                        return Some((*self.computing.get(&worker)?, stamped.at.since(since)));
                    }
                    Switch::Preempted | Switch::Blocked | Switch::Gone => {}
                }
            }
            _ => {}
        }
        None
    }
}
