//! A change of a task's state, and what it changes where it is put among the others. Knows neither who keeps them in
//! order nor what is added up of them.

use crate::state::State;
use crate::units::{CoreId, Ns, WorkerId};

/// From `at` on, the task is in `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Since when, from the start of the run.
    pub at: Ns,
    /// What it does.
    pub state: State,
    /// Whether it keeps its worker occupied.
    pub holds: bool,
    /// The worker that recorded it.
    pub worker: WorkerId,
    /// The core it was recorded on.
    pub core: CoreId,
}

/// The marks around one that was put into its track: the last at an earlier instant, the one that held at the new
/// mark's instant until it came, and the last at the next instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) before: Option<Mark>,
    pub(super) was: Option<Mark>,
    pub(super) next: Option<Mark>,
}
