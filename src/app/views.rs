//! From view to view.

use super::{App, Shown, View, comparing, viewport};
use crate::scene::first_turns;

/// The next view, or the one before. The lens is one of them where a lock was taken.
pub(super) fn turn(app: &mut App, forward: bool) {
    let stops = View::stops();
    let here = app.shown.view().map(|view| (view, app.focus.lens));
    let here = stops.iter().position(|stop| Some(*stop) == here).unwrap_or(0);
    let step = if forward { 1 } else { stops.len() - 1 };
    let mut next = (here + step) % stops.len();
    if stops[next].1 && !has_turns(app) {
        next = (next + step) % stops.len();
    }
    let (view, lens) = stops[next];
    show(app, view);
    if lens {
        viewport::lens(app);
    }
}

/// Shows `view`, without the lens.
pub(super) fn show(app: &mut App, view: View) {
    app.focus.leave_lens();
    comparing::leave(app);
    app.shown = Shown::Run(view);
}

fn has_turns(app: &App) -> bool {
    app.run().and_then(|run| first_turns(run.trace(), 1)).is_some_and(|turns| !turns.is_empty())
}
