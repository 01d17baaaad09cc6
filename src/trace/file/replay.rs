//! From a recorded run to its trace.

use std::collections::BTreeMap;

use super::super::event::{Event, Stamped};
use super::super::store::{LONGEST, TaskName, Trace};
use super::RecordedRun;
use super::events::Unpacker;
use crate::units::{Ns, Stamp, TaskId};

/// So many marks may make room for each event on average. Runs stay far below; where none of a file's instants can be
/// believed, sorting it first is what keeps opening it from taking for ever.
const PATIENCE: u64 = 512;
/// And so many more, so that short runs are never looked at.
const START: u64 = 1 << 20;

impl RecordedRun<'_> {
    /// Hands its events to `each`, some thousands at a time, in the order in which they were written, for as long as it
    /// says that it wants more.
    pub fn batches(&self, mut each: impl FnMut(&[Stamped]) -> bool) {
        let mut unpacker = Unpacker::default();
        let mut events = Vec::new();
        for payload in &self.packed {
            events.clear();
            unpacker.unpack(payload, |stamped| events.push(stamped));
            if !each(&events) {
                return;
            }
        }
    }

    /// All of its events.
    pub fn events(&self) -> Vec<Stamped> {
        let mut all = Vec::new();
        self.batches(|batch| {
            all.extend_from_slice(batch);
            true
        });
        all
    }

    /// Its trace, as it was when the run was over, or as far as it is known. Nothing of it is dropped, however much
    /// there is: a change takes at most 64 bytes. `names` are its tasks, `locks` what the workload's own locks are called.
    pub fn trace(&self, names: Vec<TaskName>, locks: Vec<String>) -> Trace {
        let workers = self.begin.as_ref().map_or(0, |begin| begin.workers);
        let mut trace = Trace::new(names, workers).naming_locks(locks).keeping_everything();
        let Some(begin) = &self.begin else { return trace };
        trace.begin(begin);
        let blank = trace.clone();
        let (mut count, mut believed) = (0, true);
        self.batches(|batch| {
            trace.extend(batch);
            count += batch.len() as u64;
            believed = trace.moved() <= PATIENCE * count + START;
            believed
        });
        if !believed {
            trace = blank;
            trace.extend(&self.in_order(begin.t0));
        }
        if let Some(end) = &self.end {
            trace.end(end.clone());
        }
        trace
    }

    /// Its events by their instants, within the longest run from `t0`, where nothing reaches back behind the last word
    /// about the same task.
    fn in_order(&self, t0: Stamp) -> Vec<Stamped> {
        let mut events = self.events();
        events.iter_mut().for_each(|stamped| stamped.at = stamped.at.clamp(t0, t0 + LONGEST));
        events.sort_by_key(|stamped| stamped.at);
        let mut last: BTreeMap<TaskId, Stamp> = BTreeMap::new();
        for stamped in &mut events {
            let at = stamped.at;
            let mut cut = |task: TaskId, reach: &mut Ns| {
                let before = last.insert(task, at).unwrap_or(at);
                *reach = (*reach).min(at.since(before));
            };
            match &mut stamped.event {
                Event::Enter { task, ago, .. } => cut(*task, ago),
                Event::WasOff { task, spent } => cut(*task, spent),
                Event::LockTaken { task, waited, .. } => cut(*task, waited),
                _ => {}
            }
        }
        events
    }
}
