//! A run on the screen.

use super::RowKey;
use crate::model::{Model, ModelKind};
use crate::recording::{Recording, Score};
use crate::settings::Setup;
use crate::state::Failure;
use crate::trace::Trace;

/// Names a run. It tells late messages of a run that was stopped from those of the present one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It was started; its first message has not come yet.
    Starting,
    /// It goes on.
    Running,
    /// It came to its end.
    Over,
    /// It broke off; its recording says why.
    Failed,
}

/// A recording, of a run that is over or goes on, and what else the screen knows of it.
#[derive(Clone, Debug)]
pub struct Run {
    /// What names it.
    pub id: RunId,
    /// How far it is.
    pub phase: Phase,
    /// Its model, with the lock's interval as it was turned last. A run that nobody planned counts as threads without a
    /// lock of this program.
    pub model: Model,
    /// The place of its variant among those of its workload; 0 where that has none.
    pub variant: usize,
    /// All that is known of it.
    pub recording: Recording,
    /// Its figures for the scoreboard, once it is over.
    pub score: Option<Score>,
}

impl Run {
    /// A run that has just been asked for.
    pub fn new(id: RunId, recording: Recording) -> Run {
        let model = recording.model().unwrap_or(Model::plain(ModelKind::Threads));
        let variant = recording.planned().map_or(0, |planned| planned.setup.workload.variant_place());
        Run { id, phase: Phase::Starting, model, variant, recording, score: None }
    }

    /// A run that was read from a file.
    pub fn read(id: RunId, recording: Recording) -> Run {
        let phase = if recording.broken.is_some() { Phase::Failed } else { Phase::Over };
        let score = recording.score();
        Run { phase, score, ..Run::new(id, recording) }
    }

    /// What happened.
    pub fn trace(&self) -> &Trace {
        &self.recording.trace
    }

    /// The row it stands in.
    pub fn row(&self) -> RowKey {
        RowKey { variant: self.variant, ..RowKey::of(self.model) }
    }

    /// Whether it does, or did, what `setup` asks for.
    pub fn does(&self, setup: &Setup) -> bool {
        self.recording.planned().is_some_and(|planned| planned.setup.same_work(setup))
    }

    /// Whether it does, or did, what `setup` asks for, be it in another variant.
    pub fn is_kin(&self, setup: &Setup) -> bool {
        self.recording.planned().is_some_and(|planned| planned.setup.is_kin(setup))
    }

    /// On how many workers, as far as that is known.
    pub fn workers(&self) -> u16 {
        self.recording.planned().map_or_else(|| self.trace().workers.len() as u16, |planned| planned.plan.workers)
    }

    /// Whether the record of the run breaks off, and not the run itself.
    pub fn is_cut_off(&self) -> bool {
        self.recording.broken == Some(Failure::CutOff)
    }

    /// Why it broke off, if it did.
    pub fn broken(&self) -> Option<&Failure> {
        self.recording.broken.as_ref()
    }

    /// Whether nothing more will come.
    pub fn is_over(&self) -> bool {
        match self.phase {
            Phase::Starting | Phase::Running => false,
            Phase::Over | Phase::Failed => true,
        }
    }
}
