//! The whole state of the screen, and what everybody asks of it.

use super::board::{Row, Scoreboard};
use super::compare::Compare;
use super::focus::Focus;
use super::lanes::Lanes;
use super::layer::Layer;
use super::message::Effect;
use super::playhead::Playhead;
use super::run::{Phase, Run};
use super::source::{Live, Source};
use super::views::View;
use crate::plan::{Expected, Rates};
use crate::recording::Machine;
use crate::scene::{Grid, axis_ahead};
use crate::settings::Setup;
use crate::units::{Ns, Range, Stamp, TaskId};
use crate::workload::Workload;

/// A short message that goes away by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// When it goes.
    pub until: Stamp,
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
    pub catalogue: Vec<Workload>,
    /// Where runs come from.
    pub source: Source,
    /// Holding them against each other.
    pub compare: Compare,
    /// The figures of those before.
    pub scoreboard: Scoreboard,
    /// Which instant is shown.
    pub playhead: Playhead,
    /// The end of the axis of this workload.
    pub axis: Ns,
    /// What is looked at closer.
    pub focus: Focus,
    /// What the lanes' place shows.
    pub view: View,
    /// Which tasks have a lane, and in which order.
    pub lanes: Lanes,
    /// Whether a line says what watching costs.
    pub costs: bool,
    /// What is in front.
    pub layer: Option<Layer>,
    /// The message that is shown for a while.
    pub toast: Option<Toast>,
    /// The time.
    pub now: Stamp,
    /// What is to be done, since that was last given back: none of it can get lost on the way through the functions that
    /// ask for it.
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
        let mut catalogue = crate::workload::shipped();
        if let Some(same) = catalogue.iter_mut().find(|w| w.name == setup.workload.name) {
            *same = setup.workload.clone();
        } else {
            catalogue.push(setup.workload.clone());
        }
        App {
            size,
            machine,
            setup,
            catalogue,
            source,
            compare: Compare::default(),
            scoreboard: Scoreboard::default(),
            playhead: Playhead::Live,
            axis: Ns::ZERO,
            focus: Focus::default(),
            view: View::default(),
            lanes: Lanes::default(),
            costs: false,
            layer: None,
            toast: None,
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

    /// Asks the shell for something.
    pub(super) fn ask(&mut self, effect: Effect) {
        self.asked.push(effect);
    }

    /// All that was asked for since the last time.
    pub(super) fn take_asked(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.asked)
    }

    /// Says `text` for a while.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), until: self.now + TOAST });
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
        match (&run.phase, run.trace.makespan(), run.trace.t0()) {
            (_, Some(makespan), _) => makespan,
            (Phase::Running, None, Some(t0)) => self.now.since(t0),
            _ => run.trace.latest(),
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
        self.run().map_or(0, |r| r.trace.tasks.len())
    }

    /// The rows of the scoreboard.
    pub fn rows(&self) -> Vec<Row> {
        self.scoreboard.rows(self.setup.model)
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
