//! What is looked at: a stretch of time, and what is chosen in it.

use crate::units::{Ns, Range, TaskId};

/// The selected place: a task, and an instant in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The task.
    pub task: TaskId,
    /// Which segment: the one at this instant. Nothing while only the lane is selected.
    pub at: Option<Ns>,
}

/// The zoom, the lens and the selection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Focus {
    /// The stretch of time that fills the screen, if it is not the whole axis.
    pub zoom: Option<Range>,
    /// Whether that stretch is the lens.
    pub lens: bool,
    /// The zoom from before the lens.
    before_lens: Option<Range>,
    /// What is selected.
    pub selection: Option<Selection>,
    /// Whether the selection is explained.
    pub detail: bool,
}

impl Focus {
    /// The whole axis again.
    pub fn widen(&mut self) {
        (self.zoom, self.before_lens, self.lens) = (None, None, false);
    }

    /// Turns the lens on, over `turns`.
    pub fn enter_lens(&mut self, turns: Range) {
        self.before_lens = self.zoom.replace(turns);
        self.lens = true;
    }

    /// Leaves the lens for the zoom from before it; whether the lens was on.
    pub fn leave_lens(&mut self) -> bool {
        if self.lens {
            self.zoom = self.before_lens.take();
        }
        std::mem::take(&mut self.lens)
    }

    /// The selected task.
    pub fn task(&self) -> Option<TaskId> {
        self.selection.map(|s| s.task)
    }

    /// The instant of the selected segment.
    pub fn instant(&self) -> Option<Ns> {
        self.selection.and_then(|s| s.at)
    }

    /// Selects what `task` does at `at`, and explains it.
    pub fn explain(&mut self, task: TaskId, at: Ns) {
        (self.selection, self.detail) = (Some(Selection { task, at: Some(at) }), true);
    }

    /// Forgets the segment and keeps the task: another run is shown, and its segments are others.
    pub fn forget_segment(&mut self) {
        self.selection = self.selection.map(|s| Selection { at: None, ..s });
    }
}
