//! Shows another of the runs there are.

use super::{App, Files, Playhead, Run, RunId, Source, Toast, order};
use crate::insight;
use crate::recording::Opened;
use crate::scene::axis_ahead;
use crate::text;
use crate::units::{Ns, Stamp};

/// Shows the newest run that `fits`, with what was chosen for it, unless the run that is watched fits; whether any run
/// does.
pub(super) fn show(app: &mut App, fits: impl Fn(&Run) -> bool) -> bool {
    if !app.source.show(fits) {
        return false;
    }
    match &mut app.source {
        Source::Live(live) => {
            if let Some(run) = live.run() {
                app.setup.choose(run.model);
                // Where the chosen variant has no run, that of another one is shown.
                let there = app.setup.workload.at_variant(run.variant);
                app.setup.workload = there.unwrap_or_else(|| app.setup.workload.clone());
            }
            if live.belongs_to(&app.setup) {
                app.scoreboard.clear();
            }
        }
        Source::Files(files) => {
            let recording = &files.run().recording;
            // A run that nobody planned was never set up: the setup from before stays.
            if let Some(planned) = recording.planned() {
                app.setup = planned.setup.clone();
            }
            app.machine = recording.machine.clone();
            score(app);
        }
    }
    app.focus.widen();
    app.focus.forget_segment();
    order::arrange(app);
    true
}

/// Shows the run `id` of the files, from its end.
pub(super) fn turn(app: &mut App, id: RunId) {
    app.shown.leave_comparison();
    app.playhead = Playhead::Live;
    run(app, id);
}

/// The same on a key that leads from run to run: says which of several it is.
pub(super) fn next(app: &mut App, id: RunId) {
    turn(app, id);
    if let Source::Files(files) = &app.source
        && let (number, of @ 2..) = files.repetition()
    {
        let named = files.run().recording.model().map(|model| insight::who(model).row());
        let who = named.unwrap_or_else(|| files.work_name().to_owned());
        app.say_of_run(text::file::run_of(&who, number, of));
    }
}

/// Shows the run `id`.
pub(super) fn run(app: &mut App, id: RunId) {
    show(app, |run| run.id == id);
}

/// Fills the scoreboard anew with the runs of the same file that did the same work. The axis reaches to the longest of
/// them.
pub(super) fn score(app: &mut App) {
    let Source::Files(files) = &app.source else { return };
    let (rows, longest) = files.rows();
    app.scoreboard.clear();
    rows.into_iter().for_each(|(key, came)| app.scoreboard.enter(key, came));
    app.axis = axis_ahead(Ns::ZERO, longest);
}

/// How long a message about what is wrong with a file stands.
const LONG: Ns = Ns::from_millis(10_000);

impl App {
    /// The state in which the runs of `files`, each with its name, can be looked at; nothing where none was planned. The
    /// first thing that is wrong with a file is said at once, with the number of such things.
    pub fn viewing(files: Vec<(String, Opened)>, now: Stamp, size: (u16, u16)) -> Option<App> {
        let said = |(name, opened): &(String, Opened)| -> Vec<String> {
            opened.notes.iter().map(|note| format!("{name}: {}", note.text())).collect()
        };
        let notes: Vec<String> = files.iter().flat_map(said).collect();
        let note = notes.first().map(|first| text::file::first_note(first, notes.len()));
        let files = Files::of(files)?;
        let (first, machine) = (files.run().id, files.run().recording.machine.clone());
        let setup = files.runs().iter().find_map(|run| run.recording.planned())?.setup.clone();
        let mut app = App::of(Source::Files(files), setup, machine, now, size);
        run(&mut app, first);
        // Who turns to another run has read it.
        app.toast = note.map(|text| Toast { text, until: now + LONG, about: Some(first) });
        Some(app)
    }

    /// Shows the run at this place, from 0, of all there are.
    pub fn open_run(&mut self, place: usize) {
        let mut ids: Vec<RunId> = self.runs().map(|run| run.id).collect();
        ids.sort_unstable();
        if let Some(id) = ids.get(place) {
            run(self, *id);
        }
    }
}
