//! Runs that were read from files: all can be done with them but running them again. They stay in the order of their
//! files.

use crate::app::{Action, Compared, Held, RowKey, Run, RunId};
use crate::model::{Generation, Model};
use crate::recording::{Comparison, Opened, Recording, Row, Score, sources};
use crate::text::Label;
use crate::units::Ns;

/// Runs of files.
#[derive(Clone, Debug)]
pub struct Files {
    names: Vec<String>,
    /// Never empty.
    runs: Vec<Run>,
    /// The place of the one that is watched.
    watched: usize,
}

/// What an action does where runs come from files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InFiles {
    /// The same as anywhere else.
    Usual,
    /// This other run is shown, if there is one.
    Show(Option<RunId>),
    /// It cannot be done, for this reason.
    Refused(Label),
}

impl Files {
    /// The runs of `files`, each with its name, of which the first is watched; nothing where there is none.
    pub(in crate::app) fn of(files: Vec<(String, Opened)>) -> Option<Files> {
        let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        let sources = sources(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let recordings = files.into_iter().zip(sources).flat_map(|((_, opened), source)| {
            opened.recordings.into_iter().map(move |recording| Recording { file: source.clone(), ..recording })
        });
        let runs: Vec<Run> = (1..).zip(recordings).map(|(n, run)| Run::read(RunId(n), run)).collect();
        (!runs.is_empty()).then_some(Files { names, runs, watched: 0 })
    }

    /// What the files are called.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The run that is watched.
    pub fn run(&self) -> &Run {
        &self.runs[self.watched]
    }

    /// All runs, in their order.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// What `action` does here.
    pub fn means(&self, action: Action) -> InFiles {
        let here = self.run().row();
        match action {
            Action::Model(kind) => {
                let same_lock = self.next(|run| run.row() == RowKey { kind, ..here });
                InFiles::Show(same_lock.or_else(|| self.next(|run| run.row().kind == kind)))
            }
            Action::Lock => {
                let other = |key: RowKey| key.kind == here.kind && key.lock.is_some() != here.lock.is_some();
                InFiles::Show(self.next(|run| other(run.row())))
            }
            Action::Generation => {
                let from = here.lock.unwrap_or(Generation::Newer);
                let other = |key: RowKey| key.lock.is_some_and(|lock| lock != from);
                let same_model = self.next(|run| other(run.row()) && run.row().kind == here.kind);
                InFiles::Show(same_model.or_else(|| self.next(|run| other(run.row()))))
            }
            Action::Again | Action::Open | Action::Dials => InFiles::Refused(Label::NothingRunsHere),
            Action::Store => InFiles::Refused(Label::InFileAlready),
            Action::Slow | Action::Fast | Action::Pause | Action::ScrubBack | Action::ScrubOn => InFiles::Usual,
            Action::PreviousEvent | Action::NextEvent | Action::Start | Action::End | Action::Compare => InFiles::Usual,
            Action::LaneUp | Action::LaneDown | Action::LanesUp | Action::LanesDown => InFiles::Usual,
            Action::Filter | Action::Sort | Action::Previous | Action::Next | Action::Unblocker => InFiles::Usual,
            Action::PanLeft | Action::PanRight | Action::ZoomIn | Action::ZoomOut | Action::Fit => InFiles::Usual,
            Action::Detail | Action::NextView | Action::PreviousView | Action::Costs | Action::Help => InFiles::Usual,
            Action::Picture | Action::Copy | Action::Close | Action::Theme | Action::Redraw => InFiles::Usual,
            Action::Suspend | Action::Quit => InFiles::Usual,
        }
    }

    /// The run of the row `key` of the scoreboard, which has the figures of the file of the run that is watched.
    pub(in crate::app) fn of_row(&self, key: RowKey) -> Option<RunId> {
        let file = &self.run().recording.file;
        self.next(|run| run.row() == key && run.recording.file == *file)
    }

    /// The next of the runs that fit, after the one that is watched; from the last on to the first.
    fn next(&self, fits: impl Fn(&Run) -> bool) -> Option<RunId> {
        let (before, after) = self.runs.split_at(self.watched + 1);
        after.iter().chain(before).find(|run| fits(run)).map(|run| run.id)
    }

    /// The scores of the runs in the same file that did the same work, where several are under one model that of the
    /// median run; and the length of the longest of these runs.
    pub(in crate::app) fn scores(&self) -> (Vec<(Model, Score)>, Ns) {
        let here = self.run();
        let Some(planned) = here.recording.planned() else { return (Vec::new(), longest([here])) };
        let same = |run: &&Run| run.recording.file == here.recording.file && run.does(&planned.setup);
        let runs: Vec<&Run> = self.runs.iter().filter(same).collect();
        let recordings: Vec<&Recording> = runs.iter().map(|run| &run.recording).collect();
        let rows = Comparison::of(&recordings).rows;
        let scores = rows.iter().filter_map(|row| Some((row.model, runs[row.shown?].score?))).collect();
        (scores, longest(runs))
    }

    /// The rows of a comparison with the result `held`.
    pub(super) fn compared<'a>(&'a self, held: &'a Held) -> Vec<Compared<'a>> {
        let run = |id: Option<RunId>| self.runs.iter().find(|run| Some(run.id) == id);
        let row = |(row, id): (&'a Row, _)| Compared { model: row.model, run: run(id), row: Some(row), failure: None };
        held.rows().map(row).collect()
    }

    /// The length of the longest run of all.
    pub(in crate::app) fn longest(&self) -> Ns {
        longest(&self.runs)
    }

    /// As [`super::Source::show`].
    pub(super) fn show(&mut self, fits: impl Fn(&Run) -> bool) -> bool {
        if !fits(self.run()) {
            let Some(newest) = self.runs.iter().rposition(fits) else { return false };
            self.watched = newest;
        }
        true
    }
}

fn longest<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Ns {
    runs.into_iter().map(|run| run.trace().latest()).max().unwrap_or_default()
}
