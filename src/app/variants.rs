//! The variants of the workload that is set up, or of that whose runs come from files: which there are, and going from one
//! to another.

use super::{App, RowKey, Source};

/// Chooses the variant at `place`, with the numbers as they are now; nothing else is chosen with it.
pub(super) fn turn(app: &mut App, place: usize) {
    if place != app.setup.workload.variant_place()
        && let Some(workload) = app.setup.workload.at_variant(place)
    {
        app.setup.workload = workload;
    }
}

/// Chooses the next variant; after the last comes the first.
pub(super) fn next(app: &mut App) {
    let workload = &app.setup.workload;
    turn(app, (workload.variant_place() + 1) % workload.variants.len().max(1));
}

/// Another variant is looked at: a task that it does not have is chosen no more.
pub(super) fn settle(app: &mut App) {
    let tasks = app.tasks();
    app.focus.selection.take_if(|selection| selection.task.index() >= tasks);
}

impl App {
    /// What names the row of the model and the variant that are chosen.
    pub fn row(&self) -> RowKey {
        self.row_of(RowKey::of(self.setup.model))
    }

    /// The row `key` of the variant that is chosen.
    pub(super) fn row_of(&self, key: RowKey) -> RowKey {
        let variant = match &self.source {
            Source::Live(_) => self.setup.workload.variant_place(),
            Source::Files(files) => files.run().variant,
        };
        RowKey { variant, ..key }
    }

    /// The names of the variants, in order; none where there are none. One that has no name stands for runs from the time
    /// before the workload had variants.
    pub fn variants(&self) -> Vec<&str> {
        match &self.source {
            Source::Live(_) => self.setup.workload.variant_names(),
            Source::Files(files) => files.variants(),
        }
    }

    /// Whether a key leads to another variant.
    pub fn has_variants(&self) -> bool {
        match &self.source {
            Source::Live(_) => self.setup.workload.variants.len() > 1,
            Source::Files(files) => files.has_other_variant(),
        }
    }
}
