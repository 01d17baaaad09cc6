//! Arrows from whoever let go of a lock to whoever had waited for it.

use std::io;

use super::Writer;
use crate::export::Run;
use crate::trace::Span;
use crate::units::{LockId, Ns, Range, TaskId};

/// The end of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    /// Who let go, and the last moment before.
    from: (TaskId, Ns),
    /// Who had waited, and the first moment after.
    to: (TaskId, Ns),
    lock: LockId,
    forced: bool,
}

impl Arrow {
    /// What ended the wait `span` of `task`, where both ends of it have a place within `window` to stand in.
    pub fn of(run: &Run<'_>, task: TaskId, span: &Span, window: Range) -> Option<Arrow> {
        // What is cut at the window's end goes on, and so no end of it is to be seen.
        let found = run.trace.unblocker(task, span, window.to).filter(|found| found.released.is_some())?;
        let released = found.released?;
        // The stretch in which it let go ends at that very instant, and an arrow must begin within it.
        let before = Ns(released.0.checked_sub(1)?);
        let after = span.range.to.max(released);
        if !window.contains(before) || !window.contains(after) {
            return None;
        }
        let held = run.trace.tasks.get(found.holder.index())?.span_at(before, window.to)?;
        let goes_on = run.trace.tasks.get(task.index())?.span_at(after, window.to)?;
        // Whoever waits on does so for another turn, whose end has an arrow of its own.
        let ended = goes_on.state != span.state || goes_on.range.from >= span.range.to;
        (ended && !held.range.is_empty()).then_some(Arrow {
            from: (found.holder, before),
            to: (task, after),
            lock: found.lock,
            forced: found.forced,
        })
    }
}

impl Writer<'_, '_, '_> {
    pub(super) fn arrows(&mut self, arrows: &[Arrow]) -> io::Result<()> {
        let pid = self.pid;
        // A wait that was parted in two has one end.
        let parted =
            |i: usize| arrows.get(i + 1).is_some_and(|next| next.from == arrows[i].from && next.to.0 == arrows[i].to.0);
        for (_, arrow) in arrows.iter().enumerate().filter(|(i, _)| !parted(*i)) {
            self.tally.flows += 1;
            // Numbers of flows are of the whole file too.
            let id = self.tally.flows;
            for (ph, (task, at)) in [("s", arrow.from), ("f\",\"bp\":\"e", arrow.to)] {
                let tid = self.tids.tasks + u64::from(task.0);
                self.json.next()?.raw("{\"ph\":\"").raw(ph).raw("\",\"pid\":").int(pid).raw(",\"tid\":").int(tid);
                self.json.raw(",\"ts\":").micros(at).raw(",\"id\":").int(id);
                self.json.raw(",\"name\":\"unblocks\",\"cat\":\"unblock\",\"args\":{\"lock\":");
                self.json.text(&self.run.lock_name(arrow.lock)).raw(",\"forced\":");
                self.json.raw(if arrow.forced { "true}}" } else { "false}}" });
            }
        }
        Ok(())
    }
}
