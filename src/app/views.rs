//! From view to view.

use super::{App, Shown, View, comparing, viewport};
use crate::scene::first_turns;

impl App {
    /// The views that the run that is shown has, each with whether it is looked at under the lens. Under the lens there
    /// is something to see only where a lock was taken.
    pub fn views(&self) -> Vec<(View, bool)> {
        let has_turns = || self.run().and_then(|run| first_turns(run.trace(), 1)).is_some_and(|t| !t.is_empty());
        View::stops().into_iter().filter(|(_, lens)| !lens || self.focus.lens || has_turns()).collect()
    }
}

/// The next view, or the one before.
pub(super) fn turn(app: &mut App, forward: bool) {
    let stops = app.views();
    let here = app.shown.view().map(|view| (view, app.focus.lens));
    let here = stops.iter().position(|stop| Some(*stop) == here).unwrap_or(0);
    let step = if forward { 1 } else { stops.len() - 1 };
    let (view, lens) = stops[(here + step) % stops.len()];
    show(app, view, lens);
}

/// Shows `view`, under the `lens` or without.
pub(super) fn show(app: &mut App, view: View, lens: bool) {
    app.focus.leave_lens();
    comparing::leave(app);
    app.shown = Shown::Run(view);
    if lens {
        viewport::lens(app);
    }
}
