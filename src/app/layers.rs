//! What is in front of the timeline: keys move in it, close it, or are not meant for it.

use super::keys::Action;
use super::source::Source;
use super::start::start;
use super::update::{close, perform};
use super::{App, Compare, Effect, Layer, View, compare, order};
use crate::units::TurnLength;

/// Keys while something is in front: they move in it, close it, or are not meant for it.
pub(super) fn in_layer(app: &mut App, layer: Layer, action: Option<Action>) {
    let last = |n: usize| n.saturating_sub(1);
    match (layer, action) {
        // What was turned is taken back: the picture shows what was run.
        (Layer::Dials(_), Some(Action::Close)) => {
            take_back(app);
            app.layer = None;
            compare::go_on(app);
        }
        (Layer::Help(_), Some(Action::Help))
        | (Layer::Picker(_), Some(Action::Open))
        | (Layer::Dials(_), Some(Action::Dials | Action::Detail))
        | (_, Some(Action::Close)) => close(app),
        (Layer::Picker(n), Some(Action::Detail)) => open(app, n),
        (Layer::Dials(n), Some(Action::PanLeft)) => turn(app, n, false),
        (Layer::Dials(n), Some(Action::PanRight)) => turn(app, n, true),
        // A model key is what people came for: it works from everywhere.
        (_, Some(action @ (Action::Model(_) | Action::Lock | Action::Generation | Action::Again))) => {
            app.layer = None;
            perform(app, action);
        }
        (layer, action) => {
            let by = action.map_or(0, steps);
            app.layer = Some(match layer {
                Layer::Help(top) => Layer::Help(moved(top.into(), by, LAST_OF_HELP) as u16),
                Layer::Picker(n) => Layer::Picker(moved(n, by, last(app.catalogue.len()))),
                Layer::Dials(n) => Layer::Dials(moved(n, by, last(app.setup.dials().len()))),
            });
        }
    }
}

/// What was turned and not run is forgotten.
fn take_back(app: &mut App) {
    if let Source::Live(live) = &app.source {
        app.setup = live.scored.clone();
    }
}

/// The row of the help that can be the first one shown, at most.
const LAST_OF_HELP: usize = 60;

/// How many rows down a list an action goes, or up.
pub(super) fn steps(action: Action) -> isize {
    match action {
        Action::LaneUp => -1,
        Action::LaneDown => 1,
        Action::LanesUp => -10,
        Action::LanesDown => 10,
        _ => 0,
    }
}

fn moved(from: usize, by: isize, last: usize) -> usize {
    from.saturating_add_signed(by).min(last)
}

fn turn(app: &mut App, dial: usize, up: bool) {
    let allowed = app.machine.allowed.len().max(1) as u16;
    let dials = app.setup.dials();
    let Some(dial) = dials.get(dial) else { return };
    let before = app.setup.turn_length(dial);
    app.setup.turn(dial, up, allowed);
    let after = app.setup.turn_length(dial);
    if let Some(length) = after.filter(|_| after != before) {
        turn_live(app, length);
    }
}

/// The global lock's interval was turned: a run under way that has this lock takes it up at once, and need not be run
/// again for it.
fn turn_live(app: &mut App, length: TurnLength) {
    let Source::Live(live) = &mut app.source else { return };
    if let Some(id) = live.turn_lock(length, app.setup.lock) {
        app.ask(Effect::TurnLock(id, length));
    }
}

/// The dials are closed: run if one was turned.
pub(super) fn turned(app: &mut App) {
    let same = matches!(&app.source, Source::Live(live) if live.scored == app.setup);
    match app.view {
        _ if same => compare::go_on(app),
        View::Compare => compare::anew(app),
        _ => start(app),
    }
}

pub(super) fn open(app: &mut App, index: usize) {
    app.layer = None;
    let Some(workload) = app.catalogue.get(index).cloned() else { return };
    app.setup.workload = workload;
    order::clear(app);
    // A new workload is a new story: it begins with one worker and no lock.
    app.setup.model = crate::model::Model::plain(crate::model::ModelKind::Serial);
    app.setup.lock.legacy = false;
    if app.view == View::Compare {
        app.compare = Compare::default();
        compare::anew(app);
    } else {
        start(app);
    }
}
