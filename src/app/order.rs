//! The order of the lanes on the screen: brought up to date as something is chosen or time passes, filtered and sorted
//! by keys.

use super::filter::{Edit, Filter, Prompt};
use super::keys::{self, Line};
use super::{Action, App, Key, Selection, workers};

/// Brings the order up to date now: something was chosen, or another run is watched.
pub(super) fn arrange(app: &mut App) {
    let until = app.until();
    app.lanes.arrange(app.source.run(), until, app.now);
}

/// The run that is watched sent something: tasks that appear get lanes.
pub(super) fn see(app: &mut App) {
    if app.run().is_some_and(|run| app.lanes.is_stale(run)) {
        arrange(app);
    }
}

/// As time passes: brings the order up to date where it can have changed, and not too often.
pub(super) fn tick(app: &mut App) {
    let due = |run| app.lanes.is_due(run, app.until(), app.now, app.is_paused());
    if app.lanes.is_moving() && app.run().is_some_and(due) {
        arrange(app);
    }
}

/// The playhead was set somewhere: what is shown from now on, perhaps for long, is in the order of that instant.
pub(super) fn settle(app: &mut App) {
    if app.lanes.is_moving() {
        arrange(app);
    }
}

/// Sorts the lanes by the next key of `Sort`.
pub(super) fn sort(app: &mut App) {
    app.lanes.sort = app.lanes.sort.next();
    arrange(app);
}

/// Opens the prompt, with the filter there is.
pub(super) fn open(app: &mut App) {
    app.lanes.prompt = Some(Prompt::new(app.lanes.filter(), app.focus.selection));
}

/// Takes the filter away; whether there was one.
pub(super) fn clear(app: &mut App) -> bool {
    app.lanes.prompt = None;
    let was = !app.lanes.filter().is_empty();
    if was {
        set(app, Filter::default());
    }
    was
}

fn set(app: &mut App, filter: Filter) {
    app.lanes.let_through(filter, app.source.run());
    arrange(app);
}

/// Whether a filter is being written.
pub(super) fn is_writing(app: &App) -> bool {
    app.layer.is_none() && app.lanes.prompt().is_some()
}

/// Whether `key`, which asks for `action`, is meant for the line while a filter is written: every character is, and so
/// is every action except those that work everywhere.
pub(super) const fn is_for_line(key: Key, action: Action) -> bool {
    match action {
        Action::Redraw | Action::Suspend | Action::Quit => matches!(key, Key::Char(_)),
        Action::Model(_) | Action::Lock | Action::Generation | Action::Again | Action::Open | Action::Dials => true,
        Action::Variant | Action::Slow | Action::Fast | Action::Pause | Action::ScrubBack | Action::ScrubOn => true,
        Action::PreviousEvent | Action::NextEvent | Action::Start | Action::End | Action::Compare => true,
        Action::LaneUp | Action::LaneDown | Action::LanesUp | Action::LanesDown | Action::Filter => true,
        Action::Sort | Action::Previous | Action::Next | Action::Unblocker | Action::Detail => true,
        Action::NextLoss | Action::PreviousLoss => true,
        Action::PanLeft | Action::PanRight | Action::ZoomIn | Action::ZoomOut | Action::Fit => true,
        Action::NextView | Action::PreviousView | Action::Costs | Action::Help | Action::Close => true,
        Action::Picture | Action::Store | Action::Copy | Action::Theme => true,
    }
}

/// A key while a filter is written.
pub(super) fn press(app: &mut App, key: Key) {
    let Some(prompt) = &mut app.lanes.prompt else { return };
    match (keys::line(key), key) {
        (Some(Line::Edit(edit)), _) => {
            prompt.edit(edit);
            if !matches!(edit, Edit::Left | Edit::Right | Edit::Start | Edit::End) {
                written(app);
            }
        }
        (Some(Line::Keep), _) => keep(app),
        (Some(Line::Cancel), _) => cancel(app),
        (Some(Line::Lane(by)), _) => workers::lane(app, by),
        (None, Key::Char(c)) => {
            prompt.insert(c);
            written(app);
        }
        (None, _) => {}
    }
}

fn written(app: &mut App) {
    let text = app.lanes.prompt().map(Prompt::text);
    set(app, Filter::new(&text.unwrap_or_default()));
}

/// Closes the prompt; the filter and the selection from before it come back.
fn cancel(app: &mut App) {
    let Some(prompt) = app.lanes.prompt.take() else { return };
    let (filter, selection) = prompt.before;
    app.focus.selection = selection;
    set(app, filter);
}

/// Closes the prompt. The selected task stays selected if it has a lane; else the first task that the filter lets
/// through is.
fn keep(app: &mut App) {
    app.lanes.prompt = None;
    let seen = app.focus.task().is_some_and(|task| app.lanes.place(task).is_some());
    if let Some(first) = app.first_lane().filter(|_| !seen && !app.lanes.filter().is_empty()) {
        app.focus.selection = Some(Selection { task: first, at: None });
    }
}
