//! What keys and presses do in the layer in front of the timeline: a workload is opened, a dial is turned.

use super::start::start;
use super::{App, Compare, Effect, Layer, Shown, Source, comparing, order, show};

/// The last row of the help that can be the first one shown.
const LAST_OF_HELP: usize = 60;

/// Moves `by` rows further down in `layer`; negative is up.
pub(super) fn walk(app: &mut App, layer: Layer, by: isize) {
    let moved = |from: usize, last: usize| from.saturating_add_signed(by).min(last);
    app.layer = Some(match layer {
        Layer::Help(top) => Layer::Help(moved(top.into(), LAST_OF_HELP) as u16),
        Layer::Picker(n) => Layer::Picker(moved(n, app.catalogue.all().len().saturating_sub(1))),
        Layer::Works(n) => Layer::Works(moved(n, app.works().len().saturating_sub(1))),
        Layer::Dials(n) => Layer::Dials(moved(n, app.setup.dials().len().saturating_sub(1))),
    });
}

/// A press on the item at this place of the layer in front.
pub(super) fn press(app: &mut App, item: usize) {
    match app.layer {
        Some(Layer::Picker(_) | Layer::Works(_)) => open(app, item),
        Some(Layer::Dials(_)) => app.layer = Some(Layer::Dials(item)),
        Some(Layer::Help(_)) | None => app.layer = None,
    }
}

/// Turns the dial at this place. A run under way that has this global lock takes up its new interval at once: it need
/// not be run again.
pub(super) fn turn(app: &mut App, dial: usize, up: bool) {
    let allowed = app.machine.allowed.len().max(1) as u16;
    let dials = app.setup.dials();
    let Some(dial) = dials.get(dial) else { return };
    let before = app.setup.turn_length(dial);
    app.setup.turn(dial, up, allowed);
    let after = app.setup.turn_length(dial).filter(|after| Some(*after) != before);
    let Source::Live(live) = &mut app.source else { return };
    let told = after.and_then(|length| Some((live.turn_lock(length, app.setup.lock)?, length)));
    if let Some((run, length)) = told {
        app.ask(Effect::TurnLock(run, length));
    }
}

/// Closes the layer in front. Where dials were turned, what is set up now is run.
pub(super) fn close(app: &mut App, layer: Layer) {
    app.layer = None;
    let Source::Live(live) = &app.source else { return };
    match (layer, &app.shown) {
        (Layer::Help(_) | Layer::Picker(_) | Layer::Works(_), _) => {}
        (Layer::Dials(_), _) if app.setup == live.scored => comparing::go_on(app),
        (Layer::Dials(_), Shown::Comparison(_)) => comparing::anew(app),
        (Layer::Dials(_), Shown::Run(_)) => start(app),
    }
}

/// Closes the dials, and takes back what was turned and not run.
pub(super) fn take_back(app: &mut App) {
    app.layer = None;
    let Source::Live(live) = &app.source else { return };
    app.setup = live.scored.clone();
    comparing::go_on(app);
}

/// The list of what can be opened: workloads, or the works of files.
pub(super) fn list(app: &App) -> Layer {
    match &app.source {
        Source::Live(_) => {
            let name = &app.setup.workload.name;
            Layer::Picker(app.catalogue.all().iter().position(|w| w.name == *name).unwrap_or(0))
        }
        Source::Files(files) => Layer::Works(files.work()),
    }
}

/// Shows the first run of the work at this place of the files, or its runs beside each other where others were.
fn open_work(app: &mut App, place: usize) {
    let Source::Files(files) = &app.source else { return };
    let first = files.works().get(place).and_then(|work| work.runs.first()).map(|run| run.id);
    let Some(first) = first.filter(|_| place != files.work()) else { return };
    order::clear(app);
    app.focus.selection = None;
    let compares = app.shown.comparison().is_some();
    show::turn(app, first);
    if compares {
        comparing::open(app);
    }
}

/// Opens the workload, or the work of files, at this place of the list.
pub(super) fn open(app: &mut App, place: usize) {
    app.layer = None;
    if matches!(app.source, Source::Files(_)) {
        return open_work(app, place);
    }
    let Some(workload) = app.catalogue.all().get(place).cloned() else { return };
    app.setup.workload = workload;
    order::clear(app);
    // A new workload is a new story: it begins as its file says, whatever was chosen before.
    app.setup.begin();
    match &mut app.shown {
        Shown::Comparison(compare) => {
            **compare = Compare::default();
            comparing::anew(app);
        }
        Shown::Run(_) => start(app),
    }
}
