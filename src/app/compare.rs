//! The state of a comparison: the figures of the runs that are compared, which row is chosen, and which runs are still
//! to be made.

use std::collections::VecDeque;

use super::setup::Chosen;
use super::{Action, RowKey, Run, RunId};
use crate::model::Model;
use crate::recording::{Comparison, Recording, Row};
use crate::state::Failure;

/// A comparison on the screen.
#[derive(Clone, Debug, Default)]
pub struct Compare {
    /// The chosen row.
    pub row: usize,
    /// What names its rows, where runs are made: those that the scoreboard had when measuring was asked for.
    pub(super) keys: Vec<RowKey>,
    /// The result of the runs so far.
    pub(super) held: Held,
    /// Models that are still to be measured; the first of them is being measured now.
    queue: VecDeque<Model>,
    /// How many models there were to be measured at first.
    asked: usize,
    /// What was chosen before the measuring; it comes back when no run is missing any more.
    back: Option<Chosen>,
}

/// The result of comparing runs, and which run stands in each of its rows.
#[derive(Clone, Debug, Default)]
pub struct Held(Option<(Comparison, Vec<Option<RunId>>)>);

/// A row of the comparison.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// The model of its run, or of the run that is still missing.
    pub model: Model,
    /// The run, if there is one.
    pub run: Option<&'a Run>,
    /// The run's figures, once it is over.
    pub row: Option<&'a Row>,
    /// Why the row has no run to show: it broke off.
    pub failure: Option<&'a Failure>,
}

/// What an action does where runs stand beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InComparison {
    /// The same as anywhere else.
    Usual,
    /// The same, but the comparison gives way to the run that is made.
    GivesWay,
    /// All runs are made anew.
    Anew,
    /// The row this many places further down is chosen; negative is up.
    Choose(isize),
    /// The chosen row's run is shown.
    Open,
    /// What was shown before comes back.
    Leave,
    /// Nothing: the action is about the lanes of one run.
    Nothing,
}

impl InComparison {
    /// What `action` does.
    pub const fn of(action: Action) -> InComparison {
        match action {
            Action::Model(_) | Action::Lock | Action::Generation | Action::Variant => InComparison::GivesWay,
            Action::Again => InComparison::Anew,
            Action::LaneUp => InComparison::Choose(-1),
            Action::LaneDown => InComparison::Choose(1),
            Action::LanesUp => InComparison::Choose(-10),
            Action::LanesDown => InComparison::Choose(10),
            Action::Detail => InComparison::Open,
            Action::Compare => InComparison::Leave,
            Action::Filter | Action::Sort | Action::Previous | Action::Next => InComparison::Nothing,
            Action::PanLeft | Action::PanRight | Action::ZoomIn | Action::ZoomOut => InComparison::Nothing,
            Action::Fit | Action::Unblocker | Action::NextLoss | Action::PreviousLoss => InComparison::Nothing,
            Action::Open | Action::Dials | Action::Help | Action::Close => InComparison::Usual,
            Action::Slow | Action::Fast | Action::Pause | Action::ScrubBack | Action::ScrubOn => InComparison::Usual,
            Action::PreviousEvent | Action::NextEvent | Action::Start | Action::End => InComparison::Usual,
            Action::NextView | Action::PreviousView | Action::Costs | Action::Picture => InComparison::Usual,
            Action::Store | Action::Copy | Action::Theme | Action::Redraw => InComparison::Usual,
            Action::Suspend | Action::Quit => InComparison::Usual,
        }
    }
}

impl Compare {
    /// A comparison of the rows `keys` with the result `held`.
    pub(super) fn of(keys: Vec<RowKey>, held: Held) -> Compare {
        Compare { keys, held, ..Compare::default() }
    }

    /// Whether runs are being made for it.
    pub fn is_measuring(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The result of the runs so far.
    pub fn result(&self) -> Option<&Comparison> {
        self.held.0.as_ref().map(|(comparison, _)| comparison)
    }

    /// Which of how many runs is being made.
    pub fn progress(&self) -> Option<(usize, usize)> {
        self.is_measuring().then(|| (self.asked + 1 - self.queue.len(), self.asked))
    }

    /// Asks for `models` to be measured. Then `chosen` comes back, or what is already to come back.
    pub(super) fn ask(&mut self, models: VecDeque<Model>, chosen: Chosen) {
        self.back = self.back.or(Some(chosen));
        self.asked = models.len();
        self.queue = models;
    }

    /// The model to be measured now.
    pub(super) fn now(&self) -> Option<Model> {
        self.queue.front().copied()
    }

    /// Takes out the model that is measured now: its run is over or broke off. Whether there was one.
    pub(super) fn done(&mut self) -> bool {
        self.queue.pop_front().is_some()
    }

    /// What was chosen before, if it is still to come back.
    pub(super) const fn back(&self) -> Option<Chosen> {
        self.back
    }

    /// Measures nothing more. Returns what is to come back, if there is something.
    pub(super) fn give_up(&mut self) -> Option<Chosen> {
        self.queue.clear();
        self.back.take()
    }
}

impl Held {
    /// The result of comparing `runs`.
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
