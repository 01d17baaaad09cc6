//! Runs beside each other: those that were measured are kept, those that are missing are measured one after the other,
//! and then all are replayed together.

use std::collections::VecDeque;

use super::setup::Chosen;
use super::show::{self, score, show};
use super::start::{self, start};
use super::{App, Compare, Compared, Held, Layer, Playhead, RowKey, Run, Shown, Source, Speed};
use crate::model::Model;
use crate::scene::axis_ahead;
use crate::text::Label;
use crate::units::Ns;

/// Shows the comparison, and measures the runs that it lacks.
pub(super) fn open(app: &mut App) {
    let held = Held::of(&app.comparable());
    if matches!(app.source, Source::Files(_)) && held.rows().next().is_none() {
        return app.say(Label::NothingToCompare.text());
    }
    app.focus.widen();
    app.focus.detail = false;
    let (chosen, watched) = (RowKey::of(app.setup.model), app.run().map(|run| run.id));
    app.shown = Shown::Comparison(Box::new(Compare::of(keys(app, app.setup.model), held)));
    let rows = app.compared();
    // Where there are several files, the row of this very run, not that of another run under the same model.
    let own = rows.iter().position(|c| c.run.is_some_and(|run| Some(run.id) == watched));
    let row = own.or_else(|| rows.iter().position(|c| RowKey::of(c.model) == chosen)).unwrap_or(0);
    if let Shown::Comparison(compare) = &mut app.shown {
        compare.row = row;
    }
    match &app.source {
        Source::Live(_) => measure(app, false),
        Source::Files(files) => {
            app.axis = axis_ahead(Ns::ZERO, files.longest());
            replay(app);
        }
    }
}

/// The rows that are compared while `chosen` is chosen: those of the scoreboard that are of this variant.
fn keys(app: &App, chosen: Model) -> Vec<RowKey> {
    let chosen = app.row_of(RowKey::of(chosen));
    app.scoreboard.keys(chosen).into_iter().filter(|key| key.variant == chosen.variant).collect()
}

/// Measures the runs that are missing, or `all` of them anew.
pub(super) fn measure(app: &mut App, all: bool) {
    let (wishes, lock, chosen) = (app.setup.wishes, app.setup.lock, app.setup.chosen());
    let back = app.shown.comparison().and_then(Compare::back).unwrap_or(chosen);
    let keys = keys(app, back.model);
    if let Shown::Comparison(compare) = &mut app.shown {
        // Other work can have fewer rows.
        compare.row = compare.row.min(keys.len().saturating_sub(1));
        compare.keys = keys;
    }
    // Workers and the lock's interval change how the work is done, not which work it is: a run with others is kept, but
    // it does not count as the one that is asked for.
    let wished = |run: &Run| run.recording.planned().is_some_and(|planned| planned.setup.wishes == wishes);
    let asked = |run: &Run| wished(run) && run.model == run.row().model(lock);
    let missing = |c: &Compared<'_>| all || !c.run.is_some_and(|run| run.is_over() && asked(run));
    let wanted = |c: Compared<'_>| RowKey::of(c.model).model(lock);
    let models: VecDeque<Model> = app.compared().into_iter().filter(missing).map(wanted).collect();
    if let Shown::Comparison(compare) = &mut app.shown {
        compare.ask(models, chosen);
        make_next(app);
    }
}

/// Makes the next run that is asked for. Where none is, what was chosen before comes back, and all runs are replayed.
fn make_next(app: &mut App) {
    let Shown::Comparison(compare) = &mut app.shown else { return };
    if let Some(model) = compare.now() {
        app.setup.choose(model);
        // A user who reads the help meanwhile goes on reading.
        let layer = app.layer;
        start(app);
        app.layer = layer;
    } else {
        let back = compare.give_up();
        come_back(app, back);
        replay(app);
    }
}

/// The run that was made for the comparison is over, or broke off: makes the next one.
pub(super) fn next(app: &mut App) {
    refresh(app);
    if let Shown::Comparison(compare) = &mut app.shown
        && compare.done()
    {
        go_on(app);
    }
}

/// Goes on measuring where that had to wait: while the user turns numbers it is not known what is to be run.
pub(super) fn go_on(app: &mut App) {
    let turning = matches!(app.layer, Some(Layer::Dials(_)));
    let busy = app.run().is_some_and(|run| !run.is_over());
    let away = app.shown.comparison().is_some_and(|compare| compare.back().is_some());
    if away && !turning && !busy && !app.is_calibrating() {
        make_next(app);
    }
}

/// The setup has changed: measures the runs that the comparison now lacks.
pub(super) fn anew(app: &mut App) {
    app.playhead = Playhead::Live;
    start::take_up(app);
    refresh(app);
    measure(app, false);
}

/// Nothing can be measured: what was chosen before comes back.
pub(super) fn give_up(app: &mut App) {
    let Shown::Comparison(compare) = &mut app.shown else { return };
    let back = compare.give_up();
    come_back(app, back);
}

/// What was chosen before comes back with its run. Where it has no run, the model of the run that is shown is chosen.
fn come_back(app: &mut App, back: Option<Chosen>) {
    let Some(chosen) = back else { return };
    app.setup.choose_again(chosen);
    if let Source::Live(live) = &mut app.source {
        live.scored.choose_again(chosen);
    }
    let row = app.row_of(RowKey::of(chosen.model));
    if !show(app, |run| run.row() == row) {
        show(app, |_| true);
    }
}

fn replay(app: &mut App) {
    if app.compared().iter().filter(|c| c.run.is_some()).count() > 1 {
        app.playhead = Playhead::play(Speed::natural(app.end()), app.now);
    }
}

/// Stops measuring and gives the screen back to the run.
pub(super) fn leave(app: &mut App) {
    let Some(mut compare) = app.shown.leave_comparison() else { return };
    app.playhead = Playhead::Live;
    score(app);
    // The run that was under way is watched to its end: what was begun is not thrown away.
    if !compare.is_measuring() || app.run().is_none_or(Run::is_over) {
        come_back(app, compare.give_up());
    }
}

/// Another run was asked for: the comparison gives way to it.
pub(super) fn give_way(app: &mut App) {
    if let Some(chosen) = app.shown.leave_comparison().and_then(|mut compare| compare.give_up()) {
        app.setup.choose_again(chosen);
    }
}

/// Opens the chosen row's run.
pub(super) fn enter(app: &mut App) {
    let Some(compare) = app.shown.comparison().filter(|compare| !compare.is_measuring()) else { return };
    let chosen = app.compared().get(compare.row).and_then(|c| c.run).map(|run| run.id);
    if let Some(id) = chosen {
        app.shown = Shown::default();
        show::run(app, id);
        app.playhead = Playhead::Live;
    }
}

/// A press on the row `row`: it is chosen, or opened if it is chosen already.
pub(super) fn press(app: &mut App, row: usize) {
    let Shown::Comparison(compare) = &mut app.shown else { return };
    if std::mem::replace(&mut compare.row, row) == row {
        enter(app);
    }
}

/// Chooses the row that is `by` places further down; negative is up.
pub(super) fn walk(app: &mut App, by: isize) {
    let last = app.compared().len().saturating_sub(1);
    if let Shown::Comparison(compare) = &mut app.shown {
        compare.row = compare.row.saturating_add_signed(by).min(last);
    }
}

/// Compares the runs that there are so far.
fn refresh(app: &mut App) {
    if let Shown::Comparison(compare) = &mut app.shown {
        compare.held = Held::of(&app.source.comparable(&app.setup));
    }
}
