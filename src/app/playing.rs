//! Moving the playhead: slow motion, faster, stop and go, scrubbing, from event to event. Where several runs are
//! compared it moves over all of them at once.

use super::{App, Playhead, Shown, Source, Speed, order, viewport};
use crate::units::{Ns, Stamp};

/// How many presses scrub over all that is visible.
const PARTS: u64 = 40;

/// A replay in slow motion; again: slower.
pub(super) fn slower(app: &mut App) {
    if app.can_replay() {
        app.playhead = app.playhead.slower(app.now);
        order::settle(app);
    }
}

/// A replay as fast as the run was; again: faster.
pub(super) fn faster(app: &mut App) {
    if app.can_replay() {
        app.playhead = app.playhead.faster(app.now);
        order::settle(app);
    }
}

/// Stops the picture, or lets it go on. At the end of what was recorded, where nothing goes on by itself, a replay from
/// the start begins.
pub(super) fn pause(app: &mut App) {
    let (present, end) = (app.until(), app.end());
    let goes_on = matches!((&app.source, &app.shown), (Source::Live(_), Shown::Run(_)));
    app.playhead = match app.playhead {
        Playhead::Live if !goes_on && app.can_replay() => Playhead::play(Speed::natural(end), app.now),
        playhead => playhead.toggle_pause(app.now, present),
    };
    order::settle(app);
}

/// To the end, or the present.
pub(super) fn follow(app: &mut App) {
    app.playhead = Playhead::Live;
    order::settle(app);
}

/// A little on, or back.
pub(super) fn scrub(app: &mut App, on: bool) {
    let step = Ns((app.visible().len().0 / PARTS).max(1));
    let at = app.moment();
    to(app, if on { at + step } else { at - step });
}

/// To the next change of any task, or the one before.
pub(super) fn event(app: &mut App, next: bool) {
    let at = app.moment();
    let found = app.run().and_then(|r| if next { r.trace().change_after(at) } else { r.trace().change_before(at) });
    match found {
        Some(found) => to(app, found),
        None if next => follow(app),
        None => to(app, Ns::ZERO),
    }
}

/// Stops the playhead at `at`; at the end it follows the run again.
pub(super) fn to(app: &mut App, at: Ns) {
    let over = app.can_replay();
    app.playhead = if over && at >= app.end() {
        Playhead::Live
    } else {
        let at = if over { at } else { at.min(app.present()) };
        app.playhead.scrub(at, app.now, over)
    };
    viewport::bring(app, at);
    order::settle(app);
}

/// Moves the playhead as time passes.
pub(super) fn advance(app: &mut App, now: Stamp) {
    let end = if app.can_replay() { app.end() } else { Ns::MAX };
    let (before, was) = (app.playhead, app.moment());
    app.playhead = app.playhead.advance(now, end);
    // A replay that leaves the visible stretch takes the view along; one that has not come to it yet does not.
    if matches!(app.playhead, Playhead::Replay { .. }) && app.visible().contains(was) {
        viewport::bring(app, app.moment());
    }
    if app.playhead == Playhead::Live && before != Playhead::Live {
        order::settle(app);
    }
}
