//! What the run on the screen shows, in a sentence.

use super::{Action, App, Live, Phase, RowKey, Run, Source, keys};
use crate::insight::{Change, Disturbance, Facts, Finding, Pace, find, speed};
use crate::model::{Model, ModelKind};
use crate::text::{self, Sentence};
use crate::units::Ns;

/// A run that would take longer than this, and much longer than what was just seen, is not what to try next.
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
        if let Phase::Failed(reason) = &run.phase {
            return Some(Finding { say: Sentence::RunFailed { reason: reason.clone() }, cure: None });
        }
        let until = self.until();
        let mut stats = run.trace.stats(until);
        stats.busy = run.trace.busy(until);
        let over = run.phase == Phase::Over && run.trace.makespan().is_some_and(|m| until >= m);
        let serial = self.scoreboard.serial();
        let score = run.score;
        let pair = [serial, score].into_iter().flatten();
        let fair = serial.filter(|_| pair.clone().all(|s| self.scoreboard.speedup(s, self.cores()).is_some()));
        // What would take too long is not worth a look either.
        let too_long = |live: &Live| live.estimate > LONGEST_LOOK.max(until.times(8, 1));
        let too_long = matches!(&self.source, Source::Live(live) if too_long(live));
        let serial = Model::plain(ModelKind::Serial);
        let seen = |model: Model| self.scoreboard.get(RowKey::of(model)).is_some() || (model == serial && too_long);
        let found = find(&Facts {
            trace: &run.trace,
            stats: &stats,
            model: run.model,
            workers: run.workers,
            cores: self.cores(),
            serial: fair.map(|s| s.time),
            others: run.conditions.others.unwrap_or(0.0),
            disturbance: self.disturbance(run),
            over,
            seen: &seen,
        });
        match self.source {
            Source::Live(_) => Some(found),
            // Where nothing is run there is nothing to try.
            Source::Files(_) => Some(Finding { cure: None, ..found }),
        }
    }

    /// What the machine did to `run`.
    fn disturbance(&self, run: &Run) -> Disturbance {
        let score = run.score;
        let speed = run.planned.zip(score.and_then(|s| s.work)).and_then(|(planned, work)| speed(planned, work));
        let pace = score.map_or(Pace::Even, |s| self.scoreboard.pace(s));
        Disturbance { stolen: run.conditions.stolen.or(Some(0.0)), throttled: run.conditions.throttled, speed, pace }
    }

    /// The key that makes `change`.
    pub fn key_for(change: Change) -> &'static str {
        keys::shown(match change {
            Change::Model(kind) => Action::Model(kind),
            Change::Lock => Action::Lock,
            Change::Again => Action::Again,
            Change::Workload => Action::Open,
            Change::Dials => Action::Dials,
        })
    }
}
