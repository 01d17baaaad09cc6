//! The keys that lead from what is chosen to another row of the scoreboard: as few as there can be, two at most for the
//! model and its lock, and one for each step from variant to variant. Every
//! hint that names a model asks here.

use super::{Action, App, RowKey, keys};
use crate::insight::Change;
use crate::model::{Generation, ModelKind};

/// The keys that lead to the row `to` from the row `from`, where `set` is the generation of the lock that its key turns
/// on, and there are so many `variants`. Each of them starts a run. To the same row leads the key of its model: it runs it
/// again.
pub fn way(from: RowKey, set: Generation, to: RowKey, variants: usize) -> Vec<Action> {
    let steps = (to.variant + variants.max(1)).saturating_sub(from.variant) % variants.max(1);
    let steps = vec![Action::Variant; steps];
    let model = RowKey { variant: from.variant, ..to };
    match (steps.is_empty(), from == model) {
        (true, _) => way_to_model(from, set, model),
        (false, true) => steps,
        // What runs on the way should not keep anybody waiting.
        (false, false) if detour(from) < detour(to) => [steps, way_to_model(from, set, model)].concat(),
        (false, false) => [way_to_model(from, set, model), steps].concat(),
    }
}

/// The same where both are of one variant.
fn way_to_model(from: RowKey, set: Generation, to: RowKey) -> Vec<Action> {
    let lock = match (from.lock, to.lock) {
        (None, Some(wanted)) if wanted == set => Some(Action::Lock),
        (None, Some(_)) => Some(Action::Generation),
        (Some(_), None) => Some(Action::Lock),
        (Some(old), Some(new)) => (old != new).then_some(Action::Generation),
        (None, None) => None,
    };
    let model = Action::Model(to.kind);
    match lock {
        None => vec![model],
        Some(lock) if from.kind == to.kind => vec![lock],
        Some(lock) => {
            // Either key can come first. What the first one runs must not keep anybody waiting.
            let [model_first, lock_first] = [RowKey { kind: to.kind, ..from }, RowKey { lock: to.lock, ..from }];
            if detour(model_first) <= detour(lock_first) { vec![model, lock] } else { vec![lock, model] }
        }
    }
}

/// How much longer runs of the row `via` take than others, as a rule; of two that take as long the one without the lock
/// is less of a detour.
const fn detour(via: RowKey) -> (u8, bool) {
    let length = match (via.kind, via.lock) {
        (ModelKind::Threads, None) | (ModelKind::Processes, _) => 0,
        (ModelKind::Threads, Some(_)) | (ModelKind::Async, _) => 1,
        (ModelKind::Serial, _) => 2,
    };
    (length, via.lock.is_some())
}

/// How these keys are written, one after the other.
pub fn written(keys: &[Action]) -> String {
    keys.iter().map(|action| keys::shown(*action)).collect::<Vec<_>>().join(" ")
}

impl App {
    /// The keys that lead to the row `key` from here.
    pub fn way_to(&self, key: RowKey) -> Vec<Action> {
        way(self.row(), self.setup.lock.generation(), key, self.variants().len())
    }

    /// The keys that make `change` from here.
    pub fn keys_for(&self, change: Change) -> Vec<Action> {
        match change {
            Change::Model(kind) => self.way_to(RowKey { kind, lock: None, ..self.row() }),
            Change::Locked(kind, generation) => self.way_to(RowKey { kind, lock: Some(generation), ..self.row() }),
            Change::Again => vec![Action::Again],
            Change::Workload => vec![Action::Open],
            Change::Dials => vec![Action::Dials],
            Change::Variant => vec![Action::Variant],
        }
    }
}
