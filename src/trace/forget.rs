//! What a trace drops where it must not grow.

use super::lock::LockTrack;
use super::store::Trace;
use super::track::Track;

impl Trace {
    /// Drops the older half of the longest task's record, and everything else that is as old.
    pub(super) fn forget(&mut self) {
        let longest = self.tasks.iter().map(Track::marks).max_by_key(|m| m.len());
        let middle = longest.and_then(|m| m.get(m.len() / 2)).map(|m| m.at);
        // Where most of what is kept is not in tasks' records, most of it says who was on the cores, or what the tasks did
        // with something that they share: the middles of these count too.
        let of_tasks: usize = self.tasks.iter().map(|t| t.marks().len()).sum();
        let cut = if of_tasks * 2 < self.kept {
            middle.max(self.aggregate.middle()).max(self.sharing.middle())
        } else {
            middle
        };
        let Some(cut) = cut else { return };
        self.forgotten = cut.max(self.forgotten);
        for track in &mut self.tasks {
            self.kept -= track.forget(cut).min(self.kept);
        }
        for lock in self.locks.values_mut() {
            self.kept -= lock.forget(cut).min(self.kept);
        }
        self.kept -= self.sharing.forget(cut).min(self.kept);
        self.kept -= self.aggregate.forget(self.forgotten).min(self.kept);
        self.kept -= self.switched.forget(self.forgotten).min(self.kept);
    }

    /// How many records had to move to make room for late ones: what the disorder of the events costs.
    pub(super) fn moved(&self) -> u64 {
        let tracks = self.tasks.iter().map(|t| t.moved);
        let locks = self.locks.values().map(LockTrack::moved);
        tracks.chain(locks).sum::<u64>() + self.sharing.moved() + self.switched.moved() + self.threads.moved
    }
}
