//! The views of a run: the same axis, the same instant, other lanes.

use super::{App, compare, viewport};
use crate::scene::first_turns;
use crate::text::Label;

/// What the lanes' place shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// What each task does.
    #[default]
    Tasks,
    /// Who is on each core.
    Cores,
    /// How many cores are used, and by what.
    Utilization,
    /// The runs beside each other. No stop on the way through the views of one run.
    Compare,
}

impl View {
    /// Those of one run, in the order in which a key goes through them.
    pub const ALL: [View; 3] = [View::Tasks, View::Cores, View::Utilization];

    /// Its name.
    pub const fn label(self) -> Label {
        match self {
            View::Tasks => Label::ManyTasks,
            View::Cores => Label::CoresShort,
            View::Utilization => Label::Utilization,
            View::Compare => Label::Compare,
        }
    }
}

/// Where a key stops on its way through the views: the lens is the tasks' view looked at closer.
const STOPS: [(View, bool); 4] =
    [(View::Tasks, false), (View::Tasks, true), (View::Cores, false), (View::Utilization, false)];

/// The next view, or the one before. The lens is one of them where a lock was taken.
pub(super) fn turn(app: &mut App, forward: bool) {
    let here = STOPS.iter().position(|stop| *stop == (app.view, app.focus.lens)).unwrap_or(0);
    let step = if forward { 1 } else { STOPS.len() - 1 };
    let mut next = (here + step) % STOPS.len();
    if STOPS[next].1 && !has_turns(app) {
        next = (next + step) % STOPS.len();
    }
    let (view, lens) = STOPS[next];
    show(app, view);
    if lens {
        viewport::lens(app);
    }
}

/// Shows `view`; the lens belongs to none but its own.
pub(super) fn show(app: &mut App, view: View) {
    app.focus.leave_lens();
    if app.view == View::Compare {
        compare::leave(app);
    }
    app.view = view;
}

fn has_turns(app: &App) -> bool {
    app.run().and_then(|run| first_turns(&run.trace, 1)).is_some_and(|turns| !turns.is_empty())
}
