//! The whole state of the screen, and the questions that other modules ask of it.

use std::borrow::Cow;

use super::{
    Action, Catalogue, Coloring, Compared, Effect, FileWork, Focus, InComparison, InFiles, Lanes, Layer, Live, Phase,
    Playhead, Pressed, Row, Run, RunId, Scoreboard, Shown, Source, keys,
};
use crate::machine::Machine;
use crate::plan::{Expected, Rates};
use crate::scene::{Grid, axis_ahead};
use crate::settings::Setup;
use crate::units::{Ns, Range, Stamp, TaskId};

/// A short message that goes away by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// When it goes.
    pub until: Stamp,
    /// The run that it speaks of: it goes as soon as another is looked at. Nothing where it speaks of no run.
    pub about: Option<RunId>,
}

/// The whole state.
#[derive(Clone, Debug)]
pub struct App {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The machine.
    pub machine: Machine,
    /// What the user has chosen.
    pub setup: Setup,
    /// The shipped workloads, and the user's own if there is one.
    pub catalogue: Catalogue,
    /// Where runs come from.
    pub source: Source,
    /// The figures of the runs so far.
    pub scoreboard: Scoreboard,
    /// Which instant is shown.
    pub playhead: Playhead,
    /// The end of the axis of this workload.
    pub axis: Ns,
    /// What is looked at closer.
    pub focus: Focus,
    /// What is shown.
    pub shown: Shown,
    /// Which tasks have a lane, and in which order.
    pub lanes: Lanes,
    /// Whether a line says what watching costs.
    pub costs: bool,
    /// Which colours all is drawn in.
    pub coloring: Coloring,
    /// What is in front.
    pub layer: Option<Layer>,
    /// The message that is shown for a while.
    pub toast: Option<Toast>,
    /// The key that was pressed a moment ago.
    pub pressed: Option<Pressed>,
    /// The time.
    pub now: Stamp,
    /// The effects that were asked for since they were last handed out. Kept here, none can get lost on the way through
    /// the functions that ask for them.
    pub(super) asked: Vec<Effect>,
}

/// How long a toast stands.
const TOAST: Ns = Ns::from_millis(4_000);

impl App {
    /// The state at the start; nothing runs yet.
    pub fn new(setup: Setup, machine: Machine, rates: Option<Rates>, now: Stamp, size: (u16, u16)) -> App {
        let known = rates.unwrap_or_default();
        let estimate = setup.tasks().map_or(Ns::ZERO, |tasks| Expected::of(&tasks, known).serial);
        let live = Live::new(setup.clone(), rates, estimate);
        App { axis: axis_ahead(estimate, Ns::ZERO), ..App::of(Source::Live(Box::new(live)), setup, machine, now, size) }
    }

    /// The same with runs from `source`; it has no axis yet.
    pub(super) fn of(source: Source, setup: Setup, machine: Machine, now: Stamp, size: (u16, u16)) -> App {
        App {
            size,
            machine,
            catalogue: Catalogue::with(setup.workload.clone()),
            setup,
            source,
            scoreboard: Scoreboard::default(),
            playhead: Playhead::Live,
            axis: Ns::ZERO,
            focus: Focus::default(),
            shown: Shown::default(),
            lanes: Lanes::default(),
            costs: false,
            coloring: Coloring::default(),
            layer: None,
            toast: None,
            pressed: None,
            now,
            asked: Vec::new(),
        }
    }

    /// The run that is watched.
    pub fn run(&self) -> Option<&Run> {
        self.source.run()
    }

    /// All runs there are, the watched one among them.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.source.runs()
    }

    /// The name of the workload that is set up, with its variant; of files, of the work that is looked at.
    pub fn work(&self) -> Cow<'_, str> {
        match &self.source {
            Source::Live(_) => self.setup.workload.full_name(),
            Source::Files(files) => files.work_name().into(),
        }
    }

    /// What it does, in a line.
    pub fn title(&self) -> String {
        match &self.source {
            Source::Live(_) => self.setup.title(),
            Source::Files(files) => files.run().recording.origin.title(),
        }
    }

    /// The works of files; none where runs are made.
    pub fn works(&self) -> Vec<FileWork<'_>> {
        match &self.source {
            Source::Live(_) => Vec::new(),
            Source::Files(files) => files.works(),
        }
    }

    /// Asks the shell for something.
    pub(super) fn ask(&mut self, effect: Effect) {
        self.asked.push(effect);
    }

    /// All that was asked for since the last time.
    pub(super) fn take_asked(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.asked)
    }

    /// Says `text` for a while, whatever is looked at meanwhile.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), until: self.now + TOAST, about: None });
    }

    /// Says `text` of the run that is looked at: for a while, but not beside another run.
    pub(super) fn say_of_run(&mut self, text: impl Into<String>) {
        let about = self.shown_run();
        self.toast = Some(Toast { text: text.into(), until: self.now + TOAST, about });
    }

    /// The one run that is looked at; nothing where several stand beside each other.
    pub(super) fn shown_run(&self) -> Option<RunId> {
        self.run().filter(|_| self.shown.view().is_some()).map(|run| run.id)
    }

    /// Takes away a toast about a run that is not looked at any more.
    pub(super) fn forget_stale_toast(&mut self) {
        let here = self.shown_run();
        self.toast.take_if(|toast| toast.about.is_some() && toast.about != here);
    }

    /// When something next goes from the screen by itself.
    pub fn fades(&self) -> Option<Stamp> {
        let toast = self.toast.as_ref().map(|toast| toast.until);
        toast.into_iter().chain(self.pressed.map(|pressed| pressed.until)).min()
    }

    /// Takes from the screen what has stood there for its time.
    pub(super) fn fade(&mut self) {
        let now = self.now;
        self.toast.take_if(|toast| toast.until <= now);
        self.pressed.take_if(|pressed| pressed.until <= now);
    }

    /// Whether a run waits until it is known how fast the machine is.
    pub fn is_calibrating(&self) -> bool {
        matches!(&self.source, Source::Live(live) if live.waiting)
    }

    /// Whether it is of use to know how busy the cores are.
    pub fn looks_at_cores(&self) -> bool {
        matches!(self.source, Source::Live(_)) && !self.is_paused()
    }

    /// Whether something moves by itself, so that the screen wants a frame now and then.
    pub fn is_moving(&self) -> bool {
        let live = self.run().is_some_and(|r| !r.is_over());
        match self.playhead {
            Playhead::Frozen(_) => false,
            Playhead::Replay { paused, .. } => !paused,
            Playhead::Live => live || self.is_calibrating(),
        }
    }

    /// Whether the picture stands still on purpose.
    pub fn is_paused(&self) -> bool {
        matches!(self.playhead, Playhead::Frozen(_) | Playhead::Replay { paused: true, .. })
    }

    /// The last instant that is drawn, from the start of the run.
    pub fn until(&self) -> Ns {
        self.playhead.position(self.present())
    }

    /// The present of the run that goes on, or the end of one that is over.
    pub fn present(&self) -> Ns {
        let Some(run) = self.run() else { return Ns::ZERO };
        match (&run.phase, run.trace().makespan(), run.trace().t0()) {
            (_, Some(makespan), _) => makespan,
            (Phase::Running, None, Some(t0)) => self.now.since(t0),
            _ => run.trace().latest(),
        }
    }

    /// Whether what is looked at is over, so that it can be played again.
    pub(super) fn can_replay(&self) -> bool {
        match &self.shown {
            Shown::Run(_) => self.run().is_some_and(Run::is_over),
            Shown::Comparison(compare) => {
                !compare.is_measuring() && self.compared().iter().any(|row| row.run.is_some())
            }
        }
    }

    /// Where a replay ends: with the run, or with the slowest of those that are compared. While numbers are turned nothing
    /// is compared that was run with the old ones; then it ends with the run too.
    pub fn end(&self) -> Ns {
        let compared = self.compared().into_iter().filter_map(|row| row.run).map(|run| run.trace().latest()).max();
        let run = || self.run().map_or(Ns::ZERO, |run| run.trace().makespan().unwrap_or(run.trace().latest()));
        compared.unwrap_or_else(run)
    }

    /// The instant of the playhead. In a comparison the slowest run sets the end.
    pub fn moment(&self) -> Ns {
        match self.shown {
            Shown::Comparison(_) if self.can_replay() => self.playhead.position(self.end()),
            Shown::Comparison(_) | Shown::Run(_) => self.until(),
        }
    }

    /// The stretch of time that is on the screen.
    pub fn visible(&self) -> Range {
        self.focus.zoom.unwrap_or(Range::new(Ns::ZERO, self.axis))
    }

    /// The columns of the lanes, `columns` of them.
    pub fn grid(&self, columns: u16) -> Grid {
        Grid::over(self.visible(), columns)
    }

    /// The tasks that have a lane, from top to bottom.
    pub fn order(&self) -> Vec<TaskId> {
        self.lanes.order().to_vec()
    }

    /// The first task that has a lane.
    pub(super) fn first_lane(&self) -> Option<TaskId> {
        self.lanes.order().first().copied()
    }

    /// How many tasks the run has, with a lane or without.
    pub fn tasks(&self) -> usize {
        self.run().map_or(0, |r| r.trace().tasks.len())
    }

    /// The runs that are compared, in the order in which they were made: of files, all that did the work that is looked
    /// at; else the newest run of each row that did the work that is set up.
    pub fn comparable(&self) -> Vec<&Run> {
        self.source.comparable(&self.setup)
    }

    /// The rows of the comparison, where it is shown.
    pub fn compared(&self) -> Vec<Compared<'_>> {
        let Shown::Comparison(compare) = &self.shown else { return Vec::new() };
        self.source.compared(&compare.held, &compare.keys, &self.setup)
    }

    /// The chosen row's place among the rows of the comparison's result.
    pub fn chosen_row(&self) -> Option<usize> {
        let compare = self.shown.comparison()?;
        let chosen = self.compared().get(compare.row)?.run?.id;
        compare.held.rows().position(|(_, id)| id == Some(chosen))
    }

    /// The actions that the footer offers: none that would do nothing here. `more` says whether there are more tasks
    /// than lanes.
    pub fn footer(&self, more: bool) -> Vec<Action> {
        let refused = |action| match &self.source {
            _ if action == Action::Variant => !self.has_variants(),
            _ if action == Action::NextLoss => !self.has_losses(),
            Source::Live(_) => false,
            Source::Files(files) => matches!(files.means(action), InFiles::Refused(_)),
        };
        let idle = |action| match self.shown {
            Shown::Run(_) => false,
            Shown::Comparison(_) => InComparison::of(action) == InComparison::Nothing,
        };
        keys::footer(more, |action| !refused(action) && !idle(action))
    }

    /// The rows of the scoreboard.
    pub fn rows(&self) -> Vec<Row> {
        self.scoreboard.rows(self.row())
    }

    /// The cores a run can use.
    pub fn cores(&self) -> f64 {
        self.setup.wishes.cores.map_or(self.machine.usable, |n| f64::from(n).min(self.machine.usable))
    }

    /// The whole cores a run can use, at least one.
    pub fn whole_cores(&self) -> u16 {
        (self.cores().round() as u16).max(1)
    }
}
