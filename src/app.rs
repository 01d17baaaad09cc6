//! The program's state and how it changes: `update(&mut App, Message) -> Vec<Effect>`. No clocks, no channels, no
//! terminal: the time comes in with [`Message::Tick`], whatever is to be done goes out as an [`Effect`].

use crate::model::{Model, ModelKind};
use crate::plan::{Expected, Plan, Rates};
use crate::recording::{Conditions, Machine};
use crate::scene::{Grid, Rows, Scene, axis_ahead};
use crate::settings::Setup;
use crate::trace::{Begin, End, Stamped};
use crate::units::{Ns, Range, Stamp, TaskId, TurnLength};
use crate::workload::{Kernels, Workload};

mod compare;
pub mod filter;
pub mod keys;
mod lanes;
mod layers;
mod playhead;
mod playing;
mod recorded;
mod run;
mod samples;
mod setup;
mod update;
mod viewport;
mod views;

pub use compare::{Compare, Compared};
pub use keys::{Action, Key};
pub use lanes::{Lanes, Sort};
pub use playhead::{Playhead, Speed};
pub use run::{Phase, Row, Run, RunId, Scoreboard};
pub use samples::Samples;
pub use setup::Dial;
pub use update::update;
pub use views::View;

/// What is in front of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The help, scrolled down by so many rows.
    Help(u16),
    /// The list of workloads, with the chosen one.
    Picker(usize),
    /// The dials, with the chosen one.
    Dials(usize),
}

/// The selected place: a task, and an instant in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Whose lane.
    pub task: TaskId,
    /// Which segment: the one at this instant. Nothing while only the lane is selected.
    pub at: Option<Ns>,
}

/// A short message that goes away by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// When it goes.
    pub until: Stamp,
}

/// The load of the machine's cores, from outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CoreLoad {
    /// The kernel's number and the share of the last moments it was busy, by anybody.
    pub cores: Vec<(u16, f64)>,
}

/// Something happened.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// The mouse was pressed on something.
    Click(Target),
    /// The wheel was turned: so many steps down; with Ctrl, at this instant of the axis.
    Wheel {
        /// Positive is down.
        steps: i32,
        /// With Ctrl: zoom, around this instant.
        zoom_at: Option<Ns>,
    },
    /// The timeline was dragged by so many columns to the right.
    Drag(i32),
    /// Time has passed.
    Tick(Stamp),
    /// The terminal has another size: columns, rows.
    Resize(u16, u16),
    /// A run's first word.
    Begin(RunId, Begin),
    /// More of a run.
    Events(RunId, Vec<Stamped>),
    /// A run came to its end.
    End(RunId, Box<End>, Conditions),
    /// A run broke off.
    Failed(RunId, String),
    /// How fast this machine is.
    Calibrated(Rates),
    /// That cannot be measured now, for this reason.
    NotCalibrated(String),
    /// How busy the cores are.
    Load(CoreLoad),
    /// A picture was saved there, or could not be.
    Saved(Result<String, String>),
    /// The program was stopped from the first to the second instant.
    Stopped(Stamp, Stamp),
}

/// Something to be done by the shell around the program.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Stop whatever runs, and run this.
    Start(RunId, Plan),
    /// Tell this run, which goes on, that its global lock has another interval from now.
    TurnLock(RunId, TurnLength),
    /// Stop whatever runs.
    Stop,
    /// Find out how fast this machine is at these.
    Calibrate(Kernels),
    /// Save a picture of what is looked at under a name that begins so.
    Save(String),
    /// Store these runs in a file whose name begins so.
    Store(String, Vec<RunId>),
    /// Give the result, in a few lines, to the terminal's clipboard.
    Copy,
    /// Give the terminal back, and stop until continued.
    Suspend,
    /// Leave.
    Quit,
}

/// What the mouse can be pressed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// What a key does.
    Action(Action),
    /// A place in a task's lane.
    Lane(TaskId, Option<Ns>),
    /// The row of a list in front.
    Item(usize),
    /// The name of a view.
    View(View),
    /// A row of the comparison.
    Row(usize),
    /// An instant of the axis.
    Moment(Ns),
}

/// The whole state.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own, and any may be on with any other")]
pub struct App {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The machine.
    pub machine: Machine,
    /// What the user has chosen.
    pub setup: Setup,
    /// The shipped workloads, and the user's own if there is one.
    pub catalogue: Vec<Workload>,
    /// How fast the machine is, as far as that is known.
    pub rates: Option<Rates>,
    /// The run that is watched.
    pub run: Option<Run>,
    /// Those before it that can be held against it: the last of each model, or all that were recorded.
    pub kept: Vec<Run>,
    /// Holding them against each other.
    pub compare: Compare,
    /// The figures of those before.
    pub scoreboard: Scoreboard,
    /// Which instant is shown.
    pub playhead: Playhead,
    /// The end of the axis of this workload.
    pub axis: Ns,
    /// The stretch of time looked at closer, if any.
    pub zoom: Option<Range>,
    /// Whether the zoom is the lens.
    pub lens: bool,
    /// The zoom that was left for the lens.
    before_lens: Option<Range>,
    /// What the lanes' place shows.
    pub view: View,
    /// Which tasks have a lane, and in which order.
    pub lanes: Lanes,
    /// What is selected.
    pub selection: Option<Selection>,
    /// Whether the selection is explained.
    pub detail: bool,
    /// Whether a line says what watching costs.
    pub costs: bool,
    /// What is in front.
    pub layer: Option<Layer>,
    /// How busy the cores are.
    pub load: CoreLoad,
    /// How busy they were during the run.
    pub samples: Samples,
    /// The message that is shown for a while.
    pub toast: Option<Toast>,
    /// The time.
    pub now: Stamp,
    next_run: u64,
    /// How long the tasks of the last run would take one after the other.
    estimate: Ns,
    /// The setup the scoreboard belongs to.
    scored: Setup,
    /// Whether a run waits for the machine's rates.
    waiting: bool,
    /// What the runs were read from, where nothing is run here.
    recorded: Option<String>,
    /// What is to be done, since that was last given back: none of it can get lost on the way through the functions that
    /// ask for it.
    asked: Vec<Effect>,
}

/// How long a toast stands.
const TOAST: Ns = Ns::from_millis(4_000);

/// A run that would take longer than this, and much longer than what was just seen, is not what to try next.
const LONGEST_LOOK: Ns = Ns::from_millis(20_000);

impl App {
    /// The state at the start; nothing runs yet.
    pub fn new(setup: Setup, machine: Machine, rates: Option<Rates>, now: Stamp, size: (u16, u16)) -> App {
        let mut catalogue = crate::workload::shipped();
        if let Some(same) = catalogue.iter_mut().find(|w| w.name == setup.workload.name) {
            *same = setup.workload.clone();
        } else {
            catalogue.push(setup.workload.clone());
        }
        let known = rates.unwrap_or_default();
        let estimate = setup.tasks().map_or(Ns::ZERO, |tasks| Expected::of(&tasks, known).serial);
        let axis = axis_ahead(estimate, Ns::ZERO);
        App {
            size,
            machine,
            scored: setup.clone(),
            setup,
            catalogue,
            rates,
            run: None,
            kept: Vec::new(),
            compare: Compare::default(),
            recorded: None,
            scoreboard: Scoreboard::default(),
            playhead: Playhead::Live,
            axis,
            estimate,
            zoom: None,
            lens: false,
            before_lens: None,
            view: View::default(),
            lanes: Lanes::default(),
            selection: None,
            detail: false,
            costs: false,
            layer: None,
            load: CoreLoad::default(),
            samples: Samples::default(),
            toast: None,
            now,
            next_run: 0,
            waiting: false,
            asked: Vec::new(),
        }
    }

    /// Begins the first run: what the program does when it is launched.
    #[must_use = "what is to be done would be lost"]
    pub fn launch(&mut self) -> Vec<Effect> {
        update::start(self);
        self.take_asked()
    }

    /// Asks the shell for something.
    fn ask(&mut self, effect: Effect) {
        self.asked.push(effect);
    }

    /// All that was asked for since the last time.
    fn take_asked(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.asked)
    }

    /// Says `text` for a while.
    fn say(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), until: self.now + TOAST });
    }

    /// Whether a run waits until it is known how fast the machine is.
    pub fn is_calibrating(&self) -> bool {
        self.waiting
    }

    /// Whether something moves by itself, so that the screen wants a frame now and then.
    pub fn is_moving(&self) -> bool {
        let live = self.run.as_ref().is_some_and(|r| !r.is_over());
        match self.playhead {
            Playhead::Frozen(_) => false,
            Playhead::Replay { paused, .. } => !paused,
            Playhead::Live => live || self.waiting,
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
        let Some(run) = &self.run else { return Ns::ZERO };
        match (&run.phase, run.trace.makespan(), run.trace.t0()) {
            (_, Some(makespan), _) => makespan,
            (Phase::Running, None, Some(t0)) => self.now.since(t0),
            _ => run.trace.latest(),
        }
    }

    /// The stretch of time that is on the screen.
    pub fn visible(&self) -> Range {
        self.zoom.unwrap_or(Range::new(Ns::ZERO, self.axis))
    }

    /// The columns of the lanes, `columns` of them.
    pub fn grid(&self, columns: u16) -> Grid {
        Grid::over(self.visible(), columns)
    }

    /// What is to be drawn of the run on `columns` columns, with the tasks in `rows`.
    pub fn scene(&self, columns: u16, rows: &Rows<'_>) -> Option<Scene> {
        let run = self.run.as_ref()?;
        let view = self.looked_at(columns);
        Some(Scene::build(&run.trace, &view, rows, run.model.kind == ModelKind::Async))
    }

    /// The finding of the run at the playhead.
    pub fn finding(&self) -> Option<crate::insight::Finding> {
        use crate::insight::{Facts, Finding, find};
        use crate::text::Sentence;
        if self.waiting {
            return Some(Finding { say: Sentence::Calibrating, cure: None });
        }
        let run = self.run.as_ref()?;
        if run.is_cut_off() {
            let reason = crate::text::cut_off_here().to_owned();
            return Some(Finding { say: Sentence::RunFailed { reason }, cure: None });
        }
        if let Phase::Failed(reason) = &run.phase {
            return Some(Finding { say: Sentence::RunFailed { reason: reason.clone() }, cure: None });
        }
        let until = self.until();
        let mut stats = run.trace.stats(until);
        stats.busy = run.trace.busy(until);
        let over = run.phase == Phase::Over && run.trace.makespan().is_some_and(|m| until >= m);
        let serial = self.scoreboard.serial();
        let score = run.score;
        let pair = [serial, score].into_iter().flatten();
        let fair = serial.filter(|_| pair.clone().all(|s| self.scoreboard.speedup(s, self.cores()).is_some()));
        // What would take too long is not worth a look either.
        let too_long = self.estimate > LONGEST_LOOK.max(until.times(8, 1));
        let serial = Model::plain(ModelKind::Serial);
        let seen = |model: Model| self.scoreboard.get(model).is_some() || (model == serial && too_long);
        Some(find(&Facts {
            trace: &run.trace,
            stats: &stats,
            model: run.model,
            workers: run.workers,
            cores: self.cores(),
            serial: fair.map(|s| s.time),
            others: run.conditions.others.unwrap_or(0.0),
            disturbance: self.disturbance(run),
            over,
            seen: &seen,
        }))
    }

    /// What the machine did to `run`.
    fn disturbance(&self, run: &Run) -> crate::insight::Disturbance {
        use crate::insight::{Disturbance, Pace, speed};
        let score = run.score;
        let speed = run.planned.zip(score.and_then(|s| s.work)).and_then(|(planned, work)| speed(planned, work));
        let pace = score.map_or(Pace::Even, |s| self.scoreboard.pace(s));
        Disturbance { stolen: run.conditions.stolen.or(Some(0.0)), throttled: run.conditions.throttled, speed, pace }
    }

    /// The cores a run can use.
    pub fn cores(&self) -> f64 {
        self.setup.wishes.cores.map_or(self.machine.usable, |n| f64::from(n).min(self.machine.usable))
    }

    /// The whole cores a run can use, at least one.
    pub fn whole_cores(&self) -> u16 {
        (self.cores().round() as u16).max(1)
    }

    /// The key that makes `change`.
    pub fn key_for(change: crate::insight::Change) -> &'static str {
        use crate::insight::Change;
        keys::shown(match change {
            Change::Model(kind) => Action::Model(kind),
            Change::Lock => Action::Lock,
            Change::Again => Action::Again,
            Change::Workload => Action::Open,
            Change::Dials => Action::Dials,
        })
    }
}
