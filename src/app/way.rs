//! The keys that lead from what is chosen to another row of the scoreboard: as few as there can be, two at most. Every
//! hint that names a model asks here.

use super::{Action, App, RowKey, keys};
use crate::insight::Change;
use crate::model::{Generation, ModelKind};

/// The keys that lead to the row `to` from the row `from`, where `set` is the generation of the lock that its key turns
/// on. Each of them starts a run. To the same row leads the key of its model: it runs it again.
pub fn way(from: RowKey, set: Generation, to: RowKey) -> Vec<Action> {
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
        way(RowKey::of(self.setup.model), self.setup.lock.generation(), key)
    }

    /// The keys that make `change` from here.
    pub fn keys_for(&self, change: Change) -> Vec<Action> {
        match change {
            Change::Model(kind) => self.way_to(RowKey { kind, lock: None }),
            Change::Locked(kind, generation) => self.way_to(RowKey { kind, lock: Some(generation) }),
            Change::Again => vec![Action::Again],
            Change::Workload => vec![Action::Open],
            Change::Dials => vec![Action::Dials],
        }
    }
}
