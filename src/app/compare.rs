//! Runs beside each other: those that were measured are kept, those that are missing are measured one after the other,
//! and then all are replayed together.

use std::collections::VecDeque;

use super::board::RowKey;
use super::playhead::{Playhead, Speed};
use super::run::RunId;
use super::show::{self, score, show};
use super::source::Source;
use super::start::start;
use super::{App, Layer, Run, View};
use crate::model::Model;
use crate::recording::{Comparison, Entry, Row};
use crate::scene::axis_ahead;
use crate::units::Ns;

/// A comparison on the screen.
#[derive(Clone, Debug, Default)]
pub struct Compare {
    /// Models that are still to be measured, and the one that is being.
    queue: VecDeque<Model>,
    /// How many there were at first.
    asked: usize,
    /// The chosen row.
    pub row: usize,
    /// The model that was chosen before.
    back: Option<Model>,
    /// What the runs so far come to, and which of them stands in each of its rows.
    result: Option<(Comparison, Vec<Option<RunId>>)>,
}

/// A row of it.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// How it was run, or would be.
    pub model: Model,
    /// The run, if there is one.
    pub run: Option<&'a Run>,
    /// Its figures, once it is over.
    pub row: Option<&'a Row>,
    /// Why there is none: it broke off.
    pub failure: Option<&'a str>,
}

impl Compare {
    /// Whether runs are being made for it.
    pub fn is_measuring(&self) -> bool {
        !self.queue.is_empty()
    }

    /// What the runs so far come to.
    pub fn result(&self) -> Option<&Comparison> {
        self.result.as_ref().map(|(comparison, _)| comparison)
    }

    /// Which of how many runs is being made.
    pub fn progress(&self) -> Option<(usize, usize)> {
        self.is_measuring().then(|| (self.asked + 1 - self.queue.len(), self.asked))
    }
}

/// The comparison, or back from it to what was looked at before.
pub(super) fn toggle(app: &mut App) {
    if app.view == View::Compare {
        leave(app);
        return;
    }
    app.focus.widen();
    app.focus.detail = false;
    app.view = View::Compare;
    refresh(app);
    let chosen = RowKey::of(app.setup.model);
    let watched = app.run().map(|run| run.id);
    let rows = app.compared();
    // Of several files the row of the run itself, not that of another of its model.
    let own = rows.iter().position(|c| c.run.is_some_and(|run| Some(run.id) == watched));
    app.compare.row = own.or_else(|| rows.iter().position(|c| RowKey::of(c.model) == chosen)).unwrap_or(0);
    match &app.source {
        Source::Live(_) => measure(app, false),
        Source::Files(files) => {
            app.axis = axis_ahead(Ns::ZERO, files.longest());
            replay(app);
        }
    }
}

/// Measures what is missing, or everything anew.
pub(super) fn measure(app: &mut App, all: bool) {
    app.compare.back = app.compare.back.or(Some(app.setup.model));
    let (wishes, lock) = (app.setup.wishes, app.setup.lock.lock());
    // Workers and the lock's interval change how it is done, not what: such a run is kept, and is not what was asked for.
    let asked = |run: &Run| run.setup.wishes == wishes && (run.model.lock == lock || !run.model.lock.is_on());
    let missing = |c: &Compared<'_>| all || !c.run.is_some_and(|run| run.is_over() && asked(run));
    app.compare.queue = app.compared().into_iter().filter(missing).map(|c| RowKey::of(c.model).model(lock)).collect();
    app.compare.asked = app.compare.queue.len();
    go_on_or_finish(app);
}

/// Makes the first run that is still to be made.
fn first(app: &mut App) {
    let Some(model) = app.compare.queue.front().copied() else { return };
    app.setup.model = model;
    // Who reads the help meanwhile goes on reading.
    let layer = app.layer;
    start(app);
    app.layer = layer;
}

/// The run that was made for it is over, or broke off: on to the next.
pub(super) fn next(app: &mut App) {
    if app.view != View::Compare {
        return;
    }
    refresh(app);
    if app.compare.queue.pop_front().is_some() {
        go_on(app);
    }
}

/// Goes on measuring where that waited: while numbers are turned it is not known what is to be run.
pub(super) fn go_on(app: &mut App) {
    let turning = matches!(app.layer, Some(Layer::Dials(_)));
    let busy = app.run().is_some_and(|run| !run.is_over());
    if app.view != View::Compare || turning || busy || app.is_calibrating() || app.compare.back.is_none() {
        return;
    }
    go_on_or_finish(app);
}

/// Makes the next run, or shows all of them where none is missing.
fn go_on_or_finish(app: &mut App) {
    if app.compare.queue.is_empty() {
        finish(app);
    } else {
        first(app);
    }
}

/// What is set up is another: what it lacks is measured.
pub(super) fn anew(app: &mut App) {
    app.playhead = Playhead::Live;
    refresh(app);
    measure(app, false);
}

/// Nothing can be measured: what was chosen before comes back.
pub(super) fn give_up(app: &mut App) {
    app.compare.queue.clear();
    come_back(app);
}

/// All are there: the model that was chosen before comes back, and all are replayed.
fn finish(app: &mut App) {
    come_back(app);
    replay(app);
}

/// The model that was chosen before comes back with its run. Where there is none, what is shown is what is chosen.
fn come_back(app: &mut App) {
    let Some(model) = app.compare.back.take() else { return };
    app.setup.model = model;
    if let Source::Live(live) = &mut app.source {
        live.scored.model = model;
    }
    if !show(app, |run| run.row() == RowKey::of(model)) {
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
    let measuring = app.compare.is_measuring();
    app.compare.queue.clear();
    app.view = View::Tasks;
    app.playhead = Playhead::Live;
    score(app);
    if measuring && app.run().is_some_and(|r| !r.is_over()) {
        // The run that was under way is watched to its end: what was begun is not thrown away.
        app.compare.back = None;
        return;
    }
    come_back(app);
}

/// A model was chosen: the comparison gives way to its run.
pub(super) fn drop_view(app: &mut App) {
    if app.view == View::Compare {
        app.compare.queue.clear();
        if let Some(model) = app.compare.back.take() {
            app.setup.model = model;
        }
        app.view = View::Tasks;
    }
}

/// Opens the chosen row's run.
pub(super) fn enter(app: &mut App) {
    if app.compare.is_measuring() {
        return;
    }
    let chosen = app.compared().get(app.compare.row).copied().and_then(|c| c.run).map(|run| run.id);
    if let Some(id) = chosen {
        app.view = View::Tasks;
        show::run(app, id);
        app.playhead = Playhead::Live;
        app.compare.back = None;
    }
}

/// So many rows down, or up.
pub(super) fn choose(app: &mut App, by: isize) {
    let last = app.compared().len().saturating_sub(1);
    app.compare.row = app.compare.row.saturating_add_signed(by).min(last);
}

impl App {
    /// The runs that are held against each other, in the order in which they were made: of files all, else the newest of
    /// each row that did the work that is set up.
    pub fn comparable(&self) -> Vec<&Run> {
        self.source.comparable(&self.setup)
    }

    /// The chosen row's place in what the runs come to.
    pub fn chosen_row(&self) -> Option<usize> {
        let chosen = self.compared().get(self.compare.row)?.run?.id;
        self.compare.result.as_ref()?.1.iter().position(|id| *id == Some(chosen))
    }

    /// The rows of the comparison: those of the scoreboard; of files a row for each model of each.
    pub fn compared(&self) -> Vec<Compared<'_>> {
        let result = self.compare.result.iter().flat_map(|(comparison, ids)| comparison.rows.iter().zip(ids));
        let run_of = |id: Option<RunId>| self.source.find(id?);
        if matches!(self.source, Source::Files(_)) {
            let row = |(row, id): (&'_ Row, &Option<RunId>)| (row.model, run_of(*id));
            return result.map(|found| (row(found), found.0)).map(with_row).collect();
        }
        let result: Vec<_> = result.collect();
        let fits = |run: &&Run| run.setup.same_work(&self.setup);
        let lock = self.setup.lock.lock();
        let row = |key: &RowKey| {
            let last = self.runs().filter(|run| run.row() == *key).max_by_key(|run| run.id).filter(fits);
            let failure = last.and_then(Run::broken);
            let run = last.filter(|_| failure.is_none());
            let row = result.iter().find(|(_, id)| id.is_some() && **id == run.map(|r| r.id)).map(|(row, _)| *row);
            Compared { model: last.map_or(key.model(lock), |run| run.model), run, row, failure }
        };
        self.scoreboard.keys().iter().map(row).collect()
    }
}

fn with_row<'a>(((model, run), row): ((Model, Option<&'a Run>), &'a Row)) -> Compared<'a> {
    Compared { model, run, row: Some(row), failure: None }
}

/// Adds up what the runs so far come to.
pub(super) fn refresh(app: &mut App) {
    let runs = app.comparable();
    let entries: Vec<Entry<'_>> = runs.iter().map(|run| run.entry()).collect();
    let result = (!entries.is_empty()).then(|| {
        let comparison = Comparison::of(&entries);
        let id = |row: &Row| Some(runs.get(row.shown.or(row.runs.first().copied())?)?.id);
        let ids = comparison.rows.iter().map(id).collect();
        (comparison, ids)
    });
    app.compare.result = result;
}
