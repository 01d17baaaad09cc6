//! Arrows from the end of a turn with a lock to the task that had waited for it.

use std::io;

use super::Writer;
use crate::export::Portion;
use crate::trace::Span;
use crate::units::{LockId, Ns, Range, TaskId};

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

impl Writer<'_, '_, '_> {
    pub(super) fn arrows(&mut self, arrows: &[Arrow]) -> io::Result<()> {
        let pid = self.pid;
        let locks: Vec<LockId> = self.run.trace().locks.keys().copied().collect();
        // A wait that was parted in two has only one end, and one arrow.
        let is_parted = |pair: &[Arrow]| pair[0].from == pair[1].from && pair[0].to.0 == pair[1].to.0;
        let last = arrows.len().saturating_sub(1);
        for (index, arrow) in arrows.iter().enumerate() {
            if index < last && is_parted(&arrows[index..index + 2]) {
                continue;
            }
            let lock = locks.binary_search(&arrow.from.0).unwrap_or(0) as u64;
            self.tally.flows += 1;
            // Flows are numbered through the whole file too.
            let id = self.tally.flows;
            let ends = [
                ("\"s\"", self.tids.locks + lock, arrow.from.1),
                ("\"f\",\"bp\":\"e\"", self.tids.tasks + u64::from(arrow.to.0.0), arrow.to.1),
            ];
            for (phase, tid, at) in ends {
                self.json.next()?.raw("{\"ph\":").raw(phase).raw(",\"pid\":").int(pid).raw(",\"tid\":").int(tid);
                self.json.raw(",\"ts\":").micros(at).raw(",\"id\":").int(id);
                self.json.raw(",\"name\":\"unblocks\",\"cat\":\"unblock\",\"args\":{\"forced\":");
                self.json.raw(if arrow.forced { "true}}" } else { "false}}" });
            }
        }
        Ok(())
    }
}
