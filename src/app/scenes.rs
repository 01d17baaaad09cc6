//! What is to be drawn of the run that is watched, at the playhead.

use super::App;
use crate::model::ModelKind;
use crate::scene::{Cores, Rows, Scene, Usage, Viewport, WorkerRow, Workers};

impl App {
    /// What is looked at on `columns` columns.
    fn looked_at(&self, columns: u16) -> Viewport {
        Viewport { grid: self.grid(columns), until: self.until() }
    }

    /// What is to be drawn of the run on `columns` columns, with the tasks in `rows`.
    pub fn scene(&self, columns: u16, rows: &Rows<'_>) -> Option<Scene> {
        let run = self.run()?;
        Some(Scene::build(run.trace(), &self.looked_at(columns), rows, run.model.kind == ModelKind::Async))
    }

    /// Who was on each core, on `columns` columns.
    pub fn cores_scene(&self, columns: u16) -> Option<Cores> {
        let view = self.looked_at(columns);
        let sampled = self.source.others(view.grid.range());
        Some(Cores::build(self.run()?.trace(), &view, &sampled, self.focus.task()))
    }

    /// Whose task each worker of `rows` had, on `columns` columns.
    pub fn workers_scene(&self, columns: u16, rows: &[WorkerRow]) -> Option<Workers> {
        let run = self.run()?;
        Some(Workers::build(run.trace(), &self.looked_at(columns), rows, run.is_looped()))
    }

    /// How many cores were used and by what, on `columns` columns.
    pub fn usage_scene(&self, columns: u16) -> Option<Usage> {
        let view = self.looked_at(columns);
        let sampled = self.source.others(view.grid.range());
        Some(Usage::build(self.run()?.trace(), &view, &sampled))
    }
}
