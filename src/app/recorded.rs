//! Runs that were recorded: everything but running them again.

use super::board::RowKey;
use super::run::{Run, RunId};
use super::{Action, App, Effect, Playhead, Toast, View, compare};
use crate::recording::{Comparison, Entry, Machine, Opened, sources};
use crate::scene::axis_ahead;
use crate::text::Label;
use crate::units::{Ns, Stamp};

/// What becomes of a key where nothing is run.
pub(super) enum Instead {
    /// It does what it always does.
    Usual,
    /// Another run is shown.
    Shown,
    /// It cannot be done, for this reason.
    Refused(Label),
}

/// What `action` does where nothing is run.
pub(super) fn instead(app: &mut App, action: Action) -> Instead {
    if !app.is_recorded() {
        return Instead::Usual;
    }
    let found = match action {
        Action::Model(kind) => {
            let row = RowKey { kind, ..RowKey::of(app.setup.model) };
            turn(app, |run| run.row() == row) || turn(app, |run| run.model.kind == kind)
        }
        Action::Lock => {
            let RowKey { kind, locked } = RowKey::of(app.setup.model);
            turn(app, |run| run.row() == RowKey { kind, locked: !locked })
        }
        Action::Generation => {
            let model = app.setup.model;
            turn(app, |run| run.model.lock.is_on() && run.model.lock.is_legacy() != model.lock.is_legacy())
        }
        Action::Again | Action::Open | Action::Dials => return Instead::Refused(Label::RecordedOnly),
        _ => return Instead::Usual,
    };
    if found { Instead::Shown } else { Instead::Refused(Label::NotRecorded) }
}

/// Stores the runs that are over, the one that is watched and those that are kept beside it.
pub(super) fn store(app: &mut App) {
    let mut runs: Vec<RunId> = app.runs().filter(|run| run.is_over()).map(|run| run.id).collect();
    runs.sort_unstable();
    let why = match (&app.recorded, runs.is_empty()) {
        (Some(_), _) => Label::StoredAlready,
        (None, true) => Label::NothingToStore,
        (None, false) => {
            app.ask(Effect::Store(format!("concviz-{}", app.setup.workload.name), runs));
            return;
        }
    };
    app.say(why.text());
}

/// Shows the next of the runs that fit, after the one that is shown; from the last on to the first.
fn turn(app: &mut App, fits: impl Fn(&Run) -> bool) -> bool {
    let here = app.run.as_ref().map(|run| run.id);
    let mut ids: Vec<RunId> = app.runs().filter(|run| fits(run)).map(|run| run.id).collect();
    ids.sort_unstable();
    let next = ids.iter().find(|id| Some(**id) > here).or(ids.first()).copied();
    let Some(next) = next else { return false };
    if app.view == View::Compare {
        app.view = View::Tasks;
    }
    app.playhead = Playhead::Live;
    compare::show(app, |run| run.id == next)
}

/// Fills the scoreboard anew with the runs that did the same work in the same file; of several under one model with the
/// median one. The axis reaches to the longest of them.
pub(super) fn score(app: &mut App) {
    let origin = app.run.as_ref().and_then(|run| run.origin.clone());
    let same = |run: &&Run| run.origin == origin && run.setup.same_work(&app.setup);
    let mut runs: Vec<&Run> = app.runs().filter(same).collect();
    runs.sort_by_key(|run| run.id);
    let longest = runs.iter().map(|run| run.trace.latest()).max().unwrap_or_default();
    let entries: Vec<Entry<'_>> = runs.iter().map(|run| Entry { source: None, ..run.entry() }).collect();
    let rows = Comparison::of(&entries).rows;
    let scores: Vec<_> = rows.iter().filter_map(|row| Some((row.model, runs[row.shown?].score?))).collect();
    app.scoreboard.clear();
    for (model, score) in scores {
        app.scoreboard.enter(model, score);
    }
    app.axis = axis_ahead(Ns::ZERO, longest);
}

/// The axis of all runs, for holding them against each other.
pub(super) fn stretch(app: &mut App) {
    let longest = app.runs().map(|run| run.trace.latest()).max().unwrap_or_default();
    app.axis = axis_ahead(Ns::ZERO, longest);
}

/// How long it is said what is wrong with a file.
const LONG: Ns = Ns::from_millis(10_000);

impl App {
    /// The state in which the runs of `files`, each with its name, can be looked at; nothing where there is none. What is
    /// wrong with a file is said first.
    pub fn viewing(files: Vec<(String, Opened)>, now: Stamp, size: (u16, u16)) -> Option<App> {
        let from = files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let sources = sources(&names);
        let damage = files.iter().find_map(|(name, opened)| Some(format!("{name}: {}", opened.damage.as_ref()?)));
        let mut runs: Vec<Run> = Vec::new();
        for ((_, opened), source) in files.into_iter().zip(sources) {
            for recording in opened.recordings {
                let mut run = Run::recorded(RunId(runs.len() as u64 + 1), recording);
                run.origin.clone_from(&source);
                runs.push(run);
            }
        }
        if runs.is_empty() {
            return None;
        }
        let first = runs.remove(0);
        let (setup, machine) = (first.setup.clone(), Machine { ..first.machine.clone() });
        let mut app = App::new(setup, machine, Some(first.rates), now, size);
        app.recorded = Some(from);
        app.kept = runs;
        app.run = Some(first);
        score(&mut app);
        app.toast = damage.map(|text| Toast { text, until: app.now + LONG });
        super::lanes::arrange(&mut app);
        Some(app)
    }

    /// Shows the run at this place, from 0, of those that were recorded.
    pub fn open_run(&mut self, place: usize) {
        let mut ids: Vec<RunId> = self.runs().map(|run| run.id).collect();
        ids.sort_unstable();
        if let Some(id) = ids.get(place).copied() {
            compare::show(self, |run| run.id == id);
        }
    }

    /// Whether nothing is run here: everything that is shown was recorded before.
    pub fn is_recorded(&self) -> bool {
        self.recorded.is_some()
    }

    /// What the runs were read from.
    pub fn recorded_in(&self) -> Option<&str> {
        self.recorded.as_deref()
    }
}
