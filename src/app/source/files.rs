//! Runs that were read from files: all can be done with them but running them again. They stay in the order of their
//! files.

use super::families::Families;
use crate::app::{Action, Came, Compared, Held, RowKey, Run, RunId, keys};
use crate::model::{Generation, Model};
use crate::recording::{Comparison, Opened, Reason, Recording, Row, Works, sources};
use crate::text::{self, Label};
use crate::units::Ns;

/// Runs of files.
#[derive(Clone, Debug)]
pub struct Files {
    names: Vec<String>,
    /// Never empty.
    runs: Vec<Run>,
    /// What they did. One work at a time is looked at: that of the run that is watched.
    works: Works,
    /// The place of the one that is watched.
    watched: usize,
    families: Families,
}

/// A work of the files, and the runs that did it.
#[derive(Clone, Debug)]
pub struct FileWork<'a> {
    /// The workload's name, with the numbers that tell it from others of this name.
    pub name: &'a str,
    /// What it does, in a line.
    pub title: String,
    /// Its runs, in their order.
    pub runs: Vec<&'a Run>,
}

impl FileWork<'_> {
    /// The model of each row of its runs, in order, and how many runs are in it; nothing of runs that nobody planned.
    pub fn rows(&self) -> Vec<(Model, usize)> {
        let mut rows: Vec<(Model, usize)> = Vec::new();
        for run in self.runs.iter().filter(|run| run.recording.model().is_some()) {
            match rows.iter_mut().find(|(model, _)| RowKey::of(*model) == RowKey::of(run.model)) {
                Some((_, count)) => *count += 1,
                None => rows.push((run.model, 1)),
            }
        }
        rows
    }

    /// The files that its runs come from, if there are several files.
    pub fn files(&self) -> Vec<&str> {
        let mut files: Vec<&str> = self.runs.iter().filter_map(|run| run.recording.file.as_deref()).collect();
        files.dedup();
        files
    }
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
        let mut runs: Vec<Run> = (1..).zip(recordings).map(|(n, run)| Run::read(RunId(n), run)).collect();
        let families = Families::of(&runs);
        runs.iter_mut().for_each(|run| run.variant = families.place(run));
        let works = Works::of(&runs.iter().map(|run| &run.recording).collect::<Vec<_>>());
        (!runs.is_empty()).then_some(Files { names, runs, works, watched: 0, families })
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

    /// The works, in the order in which the files name them first.
    pub fn works(&self) -> Vec<FileWork<'_>> {
        let runs = |place: usize| self.of_work(place).map(|run| &self.runs[run]).collect::<Vec<_>>();
        let title = |runs: &[&Run]| runs.first().map_or_else(String::new, |run| run.recording.origin.title());
        let named = self.works.names().iter().enumerate().map(|(place, name)| (name.as_str(), runs(place)));
        named.map(|(name, runs)| FileWork { name, title: title(&runs), runs }).collect()
    }

    /// The place, among the works, of that which is looked at.
    pub fn work(&self) -> usize {
        self.works.place(self.watched)
    }

    /// Its name.
    pub fn work_name(&self) -> &str {
        self.works.name(self.watched)
    }

    /// The places of the runs that did the work at `place`.
    fn of_work(&self, place: usize) -> impl Iterator<Item = usize> {
        (0..self.runs.len()).filter(move |run| self.works.place(*run) == place)
    }

    /// The runs that are compared: those that did the work that is looked at.
    pub(super) fn comparable(&self) -> Vec<&Run> {
        self.of_work(self.work()).map(|run| &self.runs[run]).collect()
    }

    /// Which of how many runs the watched one is, among those in its row that did the same work.
    pub(in crate::app) fn repetition(&self) -> (usize, usize) {
        let alike = || self.of_work(self.work()).filter(|run| self.runs[*run].row() == self.run().row());
        (alike().filter(|run| *run <= self.watched).count(), alike().count())
    }

    /// That the work that is looked at has no run as it was asked for.
    pub(in crate::app) fn lacks(&self) -> String {
        let name = self.works.are_several().then(|| self.work_name());
        name.map_or_else(
            || Label::NoSuchRun.text().to_owned(),
            |name| text::file::no_such_run_of(name, keys::shown(Action::Open)),
        )
    }

    /// The names of the variants of the workload that is looked at, in order; empty where it has none.
    pub(in crate::app) fn variants(&self) -> Vec<&str> {
        self.families.names(self.run())
    }

    /// Whether there are runs of another variant.
    pub(in crate::app) fn has_other_variant(&self) -> bool {
        self.next_variant().is_some()
    }

    /// A run of the next variant that has runs: one with the same numbers and in the row that is looked at, as far as there
    /// is one.
    fn next_variant(&self) -> Option<RunId> {
        let here = self.run();
        let name = |run: &Run| run.recording.planned().map(|planned| planned.setup.workload.name.clone());
        let (own, setup) = (name(here)?, &here.recording.planned()?.setup);
        let others: Vec<&Run> = self.runs.iter().filter(|run| name(run).as_ref() == Some(&own)).collect();
        let all = self.variants().len().max(1);
        let steps = |run: &&Run| (run.variant + all - here.variant) % all;
        let next = others.iter().map(steps).filter(|steps| *steps > 0).min()?;
        let row = RowKey { variant: (here.variant + next) % all, ..here.row() };
        let unlike = |run: &&&Run| {
            let file = run.recording.file != here.recording.file;
            (run.row() != row, run.row().kind != row.kind, !run.is_kin(setup), file)
        };
        others.iter().filter(|run| run.variant == row.variant).min_by_key(unlike).map(|run| run.id)
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
            Action::Variant => {
                self.next_variant().map_or(InFiles::Refused(Label::NoVariants), |run| InFiles::Show(Some(run)))
            }
            Action::Open if !self.works.are_several() => InFiles::Refused(Label::OneWorkload),
            Action::Again | Action::Dials => InFiles::Refused(Label::NothingRunsHere),
            Action::Store => InFiles::Refused(Label::InFileAlready),
            Action::Slow | Action::Fast | Action::Pause | Action::ScrubBack | Action::ScrubOn => InFiles::Usual,
            Action::PreviousEvent | Action::NextEvent | Action::Start | Action::End | Action::Compare => InFiles::Usual,
            Action::LaneUp | Action::LaneDown | Action::LanesUp | Action::LanesDown => InFiles::Usual,
            Action::Filter | Action::Sort | Action::Previous | Action::Next | Action::Unblocker => InFiles::Usual,
            Action::NextLoss | Action::PreviousLoss => InFiles::Usual,
            Action::PanLeft | Action::PanRight | Action::ZoomIn | Action::ZoomOut | Action::Fit => InFiles::Usual,
            Action::Detail | Action::NextView | Action::PreviousView | Action::Costs | Action::Help => InFiles::Usual,
            Action::Open | Action::Picture | Action::Copy | Action::Close | Action::Theme => InFiles::Usual,
            Action::Redraw | Action::Suspend | Action::Quit => InFiles::Usual,
        }
    }

    /// The run of the row `key` of the scoreboard, which has the figures of the file of the run that is watched.
    pub(in crate::app) fn of_row(&self, key: RowKey) -> Option<RunId> {
        let here = self.run();
        let is_it = |run: &Run| run.row() == key && run.recording.file == here.recording.file;
        let setup = here.recording.planned().map(|planned| &planned.setup);
        let kin = |run: &&Run| is_it(run) && setup.is_some_and(|setup| run.is_kin(setup));
        let other = || self.runs.iter().find(kin).map(|run| run.id);
        self.next(is_it).or_else(|| other().filter(|_| key.variant != here.variant))
    }

    /// The next of the runs that fit and did the work that is looked at, after the one that is watched; from the last on
    /// to the first.
    fn next(&self, fits: impl Fn(&Run) -> bool) -> Option<RunId> {
        let before = |run: &usize| *run <= self.watched;
        let (after, up_to) = self.of_work(self.work()).partition::<Vec<_>, _>(|run| !before(run));
        after.into_iter().chain(up_to).map(|run| &self.runs[run]).find(|run| fits(run)).map(|run| run.id)
    }

    /// What the runs in the same file came to that did the same work, and those that did it in another variant; where
    /// several are in one row the median run, or, if none counts, why they were stuck; and the length of the longest of
    /// these runs.
    pub(in crate::app) fn rows(&self) -> (Vec<(RowKey, Came)>, Ns) {
        let here = self.run();
        let Some(planned) = here.recording.planned() else { return (Vec::new(), longest([here])) };
        let same = |run: &&Run| run.recording.file == here.recording.file && run.is_kin(&planned.setup);
        let runs: Vec<&Run> = self.runs.iter().filter(same).collect();
        let mut came = Vec::new();
        for variant in 0..self.variants().len().max(1) {
            let runs: Vec<&Run> = runs.iter().copied().filter(|run| run.variant == variant).collect();
            let recordings: Vec<&Recording> = runs.iter().map(|run| &run.recording).collect();
            let of_row = |row: &Row| match (row.shown, &row.failure) {
                (Some(place), _) => runs[place].score.map(|score| (runs[place].row(), Ok(score))),
                (None, Some(Reason::Broke(why))) if why.is_stuck() => Some((runs[row.runs[0]].row(), Err(why.clone()))),
                (None, _) => None,
            };
            came.extend(Comparison::of(&recordings).rows.iter().filter_map(of_row));
        }
        (came, longest(runs))
    }

    /// The rows of a comparison with the result `held`.
    pub(super) fn compared<'a>(&'a self, held: &'a Held) -> Vec<Compared<'a>> {
        let run = |id: Option<RunId>| self.runs.iter().find(|run| Some(run.id) == id);
        let row = |(row, id): (&'a Row, _)| Compared { model: row.model, run: run(id), row: Some(row), failure: None };
        held.rows().map(row).collect()
    }

    /// The length of the longest run that did the work that is looked at.
    pub(in crate::app) fn longest(&self) -> Ns {
        longest(self.comparable())
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
