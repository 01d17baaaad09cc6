//! The state of a comparison: what the runs come to that are held against each other, which of them is chosen, and which
//! are still to be made.

use std::collections::VecDeque;

use super::{Action, Run, RunId};
use crate::model::Model;
use crate::recording::{Comparison, Recording, Row};
use crate::state::Failure;

/// A comparison on the screen.
#[derive(Clone, Debug, Default)]
pub struct Compare {
    /// The chosen row.
    pub row: usize,
    /// What the runs so far come to.
    pub(super) held: Held,
    /// Models that are still to be measured, and the one that is being.
    queue: VecDeque<Model>,
    /// How many there were at first.
    asked: usize,
    /// The model that was chosen before, until what is missing is measured.
    back: Option<Model>,
}

/// Runs held against each other: what they come to, and which of them stands in each of its rows.
#[derive(Clone, Debug, Default)]
pub struct Held(Option<(Comparison, Vec<Option<RunId>>)>);

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
    pub failure: Option<&'a Failure>,
}

/// What an action does where runs stand beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InComparison {
    /// What it does anywhere.
    Usual,
    /// The same, but the comparison gives way to the run that is made.
    GivesWay,
    /// All runs are made anew.
    Anew,
    /// Another row is chosen, so many further down.
    Choose(isize),
    /// The chosen row's run is shown.
    Open,
    /// What was shown before comes back.
    Leave,
    /// Nothing: it looks closer at the lanes of one run.
    Nothing,
}

impl InComparison {
    /// What `action` does.
    pub const fn of(action: Action) -> InComparison {
        match action {
            Action::Model(_) | Action::Lock | Action::Generation => InComparison::GivesWay,
            Action::Again => InComparison::Anew,
            Action::LaneUp => InComparison::Choose(-1),
            Action::LaneDown => InComparison::Choose(1),
            Action::LanesUp => InComparison::Choose(-10),
            Action::LanesDown => InComparison::Choose(10),
            Action::Detail => InComparison::Open,
            Action::Compare => InComparison::Leave,
            Action::Filter | Action::Sort | Action::Previous | Action::Next => InComparison::Nothing,
            Action::PanLeft | Action::PanRight | Action::ZoomIn | Action::ZoomOut => InComparison::Nothing,
            Action::Fit | Action::Unblocker => InComparison::Nothing,
            Action::Open | Action::Dials | Action::Help | Action::Close => InComparison::Usual,
            Action::Slow | Action::Fast | Action::Pause | Action::ScrubBack | Action::ScrubOn => InComparison::Usual,
            Action::PreviousEvent | Action::NextEvent | Action::Start | Action::End => InComparison::Usual,
            Action::NextView | Action::PreviousView | Action::Costs | Action::Picture => InComparison::Usual,
            Action::Store | Action::Copy | Action::Suspend | Action::Quit => InComparison::Usual,
        }
    }
}

impl Compare {
    /// One of which `held` is known, with the row `row` chosen.
    pub(super) fn of(held: Held, row: usize) -> Compare {
        Compare { row, held, ..Compare::default() }
    }

    /// Whether runs are being made for it.
    pub fn is_measuring(&self) -> bool {
        !self.queue.is_empty()
    }

    /// What the runs so far come to.
    pub fn result(&self) -> Option<&Comparison> {
        self.held.0.as_ref().map(|(comparison, _)| comparison)
    }

    /// Which of how many runs is being made.
    pub fn progress(&self) -> Option<(usize, usize)> {
        self.is_measuring().then(|| (self.asked + 1 - self.queue.len(), self.asked))
    }

    /// `models` are to be measured, and then `chosen` comes back, or what was chosen before runs were made.
    pub(super) fn ask(&mut self, models: VecDeque<Model>, chosen: Model) {
        self.back = self.back.or(Some(chosen));
        self.asked = models.len();
        self.queue = models;
    }

    /// The model to be measured now.
    pub(super) fn now(&self) -> Option<Model> {
        self.queue.front().copied()
    }

    /// What is measured now is over, or broke off; whether anything was.
    pub(super) fn done(&mut self) -> bool {
        self.queue.pop_front().is_some()
    }

    /// Whether what was chosen before is still to come back.
    pub(super) fn is_away(&self) -> bool {
        self.back.is_some()
    }

    /// Measures nothing more: the model that comes back, if another was measured.
    pub(super) fn give_up(&mut self) -> Option<Model> {
        self.queue.clear();
        self.back.take()
    }
}

impl Held {
    /// What `runs` come to.
    pub(super) fn of(runs: &[&Run]) -> Held {
        let recordings: Vec<&Recording> = runs.iter().map(|run| &run.recording).collect();
        Held((!recordings.is_empty()).then(|| {
            let comparison = Comparison::of(&recordings);
            let id = |row: &Row| Some(runs.get(row.shown.or(row.runs.first().copied())?)?.id);
            let ids = comparison.rows.iter().map(id).collect();
            (comparison, ids)
        }))
    }

    /// The rows, each with the run that stands in it.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&Row, Option<RunId>)> {
        self.0.iter().flat_map(|(comparison, ids)| comparison.rows.iter().zip(ids.iter().copied()))
    }
}
