//! Steps from one change to the next, as a playhead does.

use super::store::Trace;
use super::track::Track;
use crate::units::Ns;

impl Trace {
    /// The first change of any task after `at`.
    pub fn change_after(&self, at: Ns) -> Option<Ns> {
        let next = |track: &Track| {
            let marks = track.marks();
            marks.get(marks.partition_point(|m| m.at <= at)).map(|m| m.at)
        };
        self.tasks.iter().filter_map(next).min()
    }

    /// The last change of any task before `at`.
    pub fn change_before(&self, at: Ns) -> Option<Ns> {
        let before = |track: &Track| {
            let marks = track.marks();
            marks.partition_point(|m| m.at < at).checked_sub(1).map(|n| marks[n].at)
        };
        self.tasks.iter().filter_map(before).max()
    }
}
