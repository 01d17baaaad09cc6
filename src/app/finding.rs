//! What the run on the screen shows, in a sentence.

use super::{Action, App, Live, Phase, RowKey, Source, keys};
use crate::insight::{Facts, Finding, find};
use crate::model::{Model, ModelKind};
use crate::text::{self, Sentence};
use crate::units::Ns;

/// The serial run is not proposed where it would take longer than this, and much longer than the run just seen.
const LONGEST_LOOK: Ns = Ns::from_millis(20_000);

impl App {
    /// The finding of the run at the playhead.
    pub fn finding(&self) -> Option<Finding> {
        if self.is_calibrating() {
            return Some(Finding { say: Sentence::Calibrating, cure: None });
        }
        let run = self.run()?;
        if run.is_cut_off() {
            let reason = text::cut_off_here().to_owned();
            return Some(Finding { say: Sentence::RunFailed { reason }, cure: None });
        }
        if let Some(reason) = run.broken() {
            let reason = match self.source {
                Source::Live(_) => text::failure_here(reason, keys::shown(Action::Again)),
                Source::Files(_) => text::failure(reason),
            };
            return Some(Finding { say: Sentence::RunFailed { reason }, cure: None });
        }
        let until = self.until();
        let trace = run.trace();
        let mut stats = trace.stats(until);
        stats.busy = trace.busy(until);
        let over = run.phase == Phase::Over && trace.makespan().is_some_and(|m| until >= m);
        let serial = self.scoreboard.baseline(run.row());
        let plain = Model::plain(ModelKind::Serial);
        let ratio = run.score.filter(|_| over && run.model != plain);
        let ratio = ratio.and_then(|score| self.scoreboard.ratio(run.row(), score, self.cores()));
        // A serial run that would take too long counts as seen: it is not worth proposing.
        let too_long = |live: &Live| live.estimate > LONGEST_LOOK.max(until.times(8, 1));
        let too_long = matches!(&self.source, Source::Live(live) if too_long(live));
        let row = |model: Model| RowKey { variant: run.variant, ..RowKey::of(model) };
        let seen = |model: Model| self.scoreboard.get(row(model)).is_some() || (model == plain && too_long);
        let found = find(&Facts {
            trace,
            stats: &stats,
            model: run.model,
            workers: run.workers(),
            cores: self.cores(),
            serial: serial.map(|s| s.time),
            ratio,
            over,
            varied: self.has_variants(),
            seen: &seen,
        });
        match self.source {
            Source::Live(_) => Some(found),
            // With runs of files nothing can be run, so there is nothing to try.
            Source::Files(_) => Some(Finding { cure: None, ..found }),
        }
    }
}
