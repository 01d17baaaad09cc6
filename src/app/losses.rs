//! From one lost addition, or refused try to take a lock, to the next.

use super::{App, viewport};
use crate::text::Label;
use crate::trace::CounterTrack;
use crate::units::{Ns, Range, TaskId};

impl App {
    /// Whether an addition was lost or a try to take a lock was refused, up to the playhead.
    pub fn has_losses(&self) -> bool {
        self.loss(Ns::ZERO, true).is_some()
    }

    /// The first loss or refusal after `at` (`next`) or the last before it: whose it was, and when.
    fn loss(&self, at: Ns, next: bool) -> Option<(Ns, TaskId)> {
        let sharing = &self.run()?.trace().sharing;
        let until = self.until();
        let lost = sharing.counters.values().filter_map(CounterTrack::shared).filter_map(|counter| {
            let found = if next { counter.next_loss(at) } else { counter.last_loss(at) };
            found.map(|addition| (addition.at, addition.task))
        });
        let range = if next { Range::new(at + Ns(1), Ns::MAX) } else { Range::new(Ns::ZERO, at) };
        let refused = sharing.refused_locks().filter_map(|lock| {
            let all = sharing.refusals(lock, range);
            if next { all.first() } else { all.last() }.copied()
        });
        let all = lost.chain(refused).filter(|(at, _)| *at <= until);
        if next { all.min() } else { all.max() }
    }
}

/// Selects what the task did that lost an addition next, or was refused, or the one before; brings it into view.
pub(super) fn go(app: &mut App, next: bool) {
    let here = app.focus.instant();
    let at = here.unwrap_or(if next { Ns::ZERO } else { app.until() + Ns(1) });
    match app.loss(at, next) {
        Some((at, task)) => {
            app.focus.explain(task, at);
            viewport::bring(app, at);
        }
        None if !app.has_losses() => app.say_of_run(Label::NoLosses.text()),
        None => {}
    }
}
