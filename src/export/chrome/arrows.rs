//! Arrows from the end of a turn with a lock to the task that had waited for it, and from those who put messages into
//! a queue to those who took them out.

use std::collections::BTreeMap;
use std::io;

use super::Writer;
use crate::export::Portion;
use crate::export::json::Json;
use crate::trace::{Passage, QueueEnd, Span};
use crate::units::{LockId, Ns, QueueId, Range, TaskId};

/// The most messages of a run that have an arrow. Viewers draw no more of them in a time that anybody waits.
const MOST_MESSAGES: usize = 10_000;

/// The end of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    /// The lock that was let go of, and the last moment before that. The arrow begins in the lock's turn, which ends
    /// then: what the holder did may go on, and viewers draw an arrow from the end of the slice that it begins in.
    from: (LockId, Ns),
    /// The task that had waited, and the first moment after its wait.
    to: (TaskId, Ns),
    forced: bool,
}

impl Arrow {
    /// The arrow for the wait `span` of `task`, if both its ends have a place within `window`.
    pub fn of(run: &Portion<'_>, task: TaskId, span: &Span, window: Range) -> Option<Arrow> {
        // A turn without length is no slice that an arrow could begin in.
        let found = run.trace().unblocker(task, span, window.to).filter(|found| !found.hold.is_empty())?;
        // Only turns with a lock have a row of their own.
        let lock = found.means.lock()?;
        let released = found.released?;
        let before = Ns(released.0.checked_sub(1)?);
        // What the task noted as its wait may be over a moment before the lock was let go of.
        let after = span.range.to.max(released);
        if !window.contains(before) || !window.contains(after) {
            return None;
        }
        run.trace().tasks.get(task.index())?.span_at(after, window.to)?;
        Some(Arrow { from: (lock, before), to: (task, after), forced: found.forced })
    }
}

/// A message that was put into a queue and taken out.
#[derive(Clone, Copy, Debug)]
struct Message {
    queue: QueueId,
    number: u64,
    /// Who put it in, and when.
    from: (TaskId, Ns),
    /// Who took it out, and when.
    to: (TaskId, Ns),
}

/// The messages of a run that have an arrow.
#[derive(Clone, Debug, Default)]
pub(super) struct Messages {
    list: Vec<Message>,
    /// How many were put in, those without an arrow included.
    pub all: u64,
}

impl Messages {
    /// The messages of `run`; where they are too many, every second of each queue, or every third, and so on.
    pub fn of(run: &Portion<'_>) -> Messages {
        let (trace, window) = (run.trace(), run.window());
        // What a task did counts as part of the stretch that it was in then: without one an arrow would hang in the air.
        let has_place = |(task, at): (TaskId, Ns)| {
            let track = trace.tasks.get(task.index()).filter(|_| window.contains(at));
            track.is_some_and(|track| track.span_at(at, window.to).is_some())
        };
        let (mut all, mut list) = (0, Vec::new());
        for queue in trace.sharing.queues.values() {
            all += queue.passages(window).filter(|p| p.end == QueueEnd::In).count();
        }
        let each = all.div_ceil(MOST_MESSAGES).max(1) as u64;
        for (id, queue) in &trace.sharing.queues {
            let kept = || queue.passages(window).filter(|p| p.number.is_multiple_of(each));
            let got = kept().filter(|p| p.end == QueueEnd::Out).map(|got| (got.number, got));
            let got: BTreeMap<u64, Passage> = got.collect();
            list.extend(kept().filter(|p| p.end == QueueEnd::In).filter_map(|put| {
                let got = got.get(&put.number)?;
                // The instants are taken after the acts: what comes out may have an earlier one than what goes in.
                let (from, to) = ((put.task, put.at), (got.task, got.at.max(put.at + Ns(1))));
                Some(Message { queue: *id, number: put.number, from, to })
            }));
        }
        list.retain(|message| has_place(message.from) && has_place(message.to));
        list.truncate(MOST_MESSAGES);
        Messages { list, all: all as u64 }
    }

    /// How many have no arrow.
    pub fn left_out(&self) -> u64 {
        self.all - self.list.len() as u64
    }
}

impl Writer<'_, '_, '_> {
    /// From each put to the get of the same message.
    pub(super) fn messages(&mut self, messages: &Messages) -> io::Result<()> {
        let run = self.run;
        for message in &messages.list {
            let task = |(task, at): (TaskId, Ns)| (self.tids.tasks + u64::from(task.0), at);
            let ends = [task(message.from), task(message.to)];
            self.flow(ends, "message", "message", |json| {
                json.raw("\"queue\":").text(&run.queue_name(message.queue)).raw(",\"message\":").int(message.number);
            })?;
        }
        Ok(())
    }

    pub(super) fn arrows(&mut self, arrows: &[Arrow]) -> io::Result<()> {
        let locks: Vec<LockId> = self.run.trace().locks.keys().copied().collect();
        // A wait that was parted in two has only one end, and one arrow.
        let is_parted = |pair: &[Arrow]| pair[0].from == pair[1].from && pair[0].to.0 == pair[1].to.0;
        let last = arrows.len().saturating_sub(1);
        for (index, arrow) in arrows.iter().enumerate() {
            if index < last && is_parted(&arrows[index..index + 2]) {
                continue;
            }
            let lock = locks.binary_search(&arrow.from.0).unwrap_or(0) as u64;
            let ends =
                [(self.tids.locks + lock, arrow.from.1), (self.tids.tasks + u64::from(arrow.to.0.0), arrow.to.1)];
            self.flow(ends, "unblocks", "unblock", |json| {
                json.raw("\"forced\":").raw(if arrow.forced { "true" } else { "false" });
            })?;
        }
        Ok(())
    }

    /// An arrow between two places, each a track and an instant.
    fn flow(
        &mut self,
        ends: [(u64, Ns); 2],
        name: &str,
        category: &str,
        args: impl Fn(&mut Json<'_>),
    ) -> io::Result<()> {
        let pid = self.pid;
        self.tally.flows += 1;
        // Flows are numbered through the whole file too.
        let id = self.tally.flows;
        for ((tid, at), phase) in ends.into_iter().zip(["\"s\"", "\"f\",\"bp\":\"e\""]) {
            self.json.next()?.raw("{\"ph\":").raw(phase).raw(",\"pid\":").int(pid).raw(",\"tid\":").int(tid);
            self.json.raw(",\"ts\":").micros(at).raw(",\"id\":").int(id);
            self.json.raw(",\"name\":\"").raw(name).raw("\",\"cat\":\"").raw(category).raw("\",\"args\":{");
            args(self.json);
            self.json.raw("}}");
        }
        Ok(())
    }
}
