//! Runs that are made here: the one that is watched, those kept beside it, and what is known of the machine they are
//! made on.

use crate::app::{Compared, CoreLoad, Held, Orders, Phase, RowKey, Run, RunId, Samples};
use crate::machine::Machine;
use crate::model::{LockSettings, ModelKind};
use crate::plan::{Plan, Rates};
use crate::recording::Recording;
use crate::settings::Setup;
use crate::units::{Ns, Stamp, TurnLength};
use crate::workload::MAX_VARIANTS;

/// The most runs that are kept beside the one that is watched: one for each other row.
const MOST_KEPT: usize = 3 * ModelKind::ALL.len() * MAX_VARIANTS - 1;

/// Where runs are made.
#[derive(Clone, Debug)]
pub struct Live {
    /// How fast the machine is, as far as that is known.
    pub rates: Option<Rates>,
    /// How busy the cores are.
    pub load: CoreLoad,
    /// How busy they were during the run that is watched.
    pub samples: Samples,
    /// The runs before the one that is watched: the newest of each row, as far as it can be compared with others.
    pub kept: Vec<Run>,
    /// In which order tasks finished in the last runs of each row.
    pub(in crate::app) orders: Orders,
    run: Option<Run>,
    /// Whether a run waits for the machine's rates.
    pub(in crate::app) waiting: bool,
    /// How long the tasks of the last run would take one after the other.
    pub(in crate::app) estimate: Ns,
    /// The setup the scoreboard belongs to.
    pub(in crate::app) scored: Setup,
    last: u64,
}

impl Live {
    /// The state before the first run. The tasks of `setup` would take `estimate` one after the other.
    pub(in crate::app) fn new(setup: Setup, rates: Option<Rates>, estimate: Ns) -> Live {
        Live {
            rates,
            load: CoreLoad::default(),
            samples: Samples::default(),
            kept: Vec::new(),
            orders: Orders::default(),
            run: None,
            waiting: false,
            estimate,
            scored: setup,
            last: 0,
        }
    }

    /// The run that is watched.
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// The same, to be changed.
    pub fn run_mut(&mut self) -> Option<&mut Run> {
        self.run.as_mut()
    }

    /// The run `id`, if it is the one that is watched: messages of any other run came too late.
    pub(in crate::app) fn awaited(&mut self, id: RunId) -> Option<&mut Run> {
        self.run.as_mut().filter(|run| run.id == id)
    }

    /// Whether a run goes on.
    pub fn is_busy(&self) -> bool {
        self.run.as_ref().is_some_and(|run| !run.is_over())
    }

    /// Watches a new run of `plan`, for which `setup` asks, in place of the one before.
    pub(in crate::app) fn begin(&mut self, setup: Setup, plan: Plan, machine: Machine) -> RunId {
        self.last += 1;
        let id = RunId(self.last);
        self.run = Some(Run::new(id, Recording::of_plan(setup, plan, self.rates.unwrap_or_default(), machine)));
        id
    }

    /// Waits for the machine's rates, with no run to watch; whether this wait is new.
    pub(in crate::app) fn wait(&mut self) -> bool {
        self.run = None;
        !std::mem::replace(&mut self.waiting, true)
    }

    /// Keeps the run that was watched, if it is over and did the work of `setup`, in whichever variant. It has to be fit for a comparison,
    /// unless `whatever` came of it is kept. It takes the place of the run before it in its row.
    pub(in crate::app) fn keep(&mut self, setup: &Setup, whatever: bool) {
        let Some(run) = self.run.take_if(|run| run.is_over()) else { return };
        let counts = run.phase == Phase::Over && run.recording.counts();
        if !(counts || whatever) || !run.is_kin(setup) {
            return;
        }
        self.kept.retain(|kept| kept.row() != run.row());
        self.kept.push(run);
        if self.kept.len() > MOST_KEPT {
            self.kept.remove(0);
        }
    }

    /// The run that is watched is over.
    pub(in crate::app) fn note_order(&mut self) {
        if let Some(run) = &self.run {
            self.orders.enter(run);
        }
    }

    /// What is shown belongs to `setup` from now on; whether that is other work than before, and not only another variant.
    pub(in crate::app) fn belongs_to(&mut self, setup: &Setup) -> bool {
        let other = !setup.is_kin(&self.scored);
        self.scored = setup.clone();
        if other {
            self.orders.clear();
        }
        other
    }

    /// Gives the global lock of the run that goes on another interval from now; `lock` are the settings of the lock.
    /// Nothing where that does not change the run's lock.
    pub(in crate::app) fn turn_lock(&mut self, length: TurnLength, lock: LockSettings) -> Option<RunId> {
        let run = self.run.as_mut().filter(|run| !run.is_over())?;
        let turned = run.model.lock.with_turn_length(length);
        if turned == run.model.lock {
            return None;
        }
        run.model.lock = turned;
        let scored = &mut self.scored;
        (scored.lock.interval, scored.lock.check_interval) = (lock.interval, lock.check_interval);
        scored.model.lock = scored.model.lock.with_turn_length(length);
        Some(run.id)
    }

    /// Takes in how busy the cores are `now`.
    pub(in crate::app) fn take_load(&mut self, load: CoreLoad, now: Stamp) {
        let until = self.run.as_ref().and_then(|run| match (run.trace().t0(), run.trace().makespan()) {
            (Some(t0), Some(makespan)) => Some(t0 + makespan),
            (t0, _) => t0.map(|_| now).filter(|_| run.phase == Phase::Running),
        });
        self.samples.take(&load, until, now);
        self.load = load;
    }

    /// As [`super::Source::comparable`]: the newest of each row that did the work of `setup`.
    pub(super) fn comparable(&self, setup: &Setup) -> Vec<&Run> {
        let over = || self.kept.iter().chain(&self.run).filter(|run| run.is_over());
        // The run before it in its row is kept until the newer one is over.
        let newest = |run: &&Run| over().all(|other| other.id <= run.id || other.row() != run.row());
        let mut runs: Vec<&Run> = over().filter(|run| run.does(setup)).filter(newest).collect();
        runs.sort_by_key(|run| run.id);
        runs
    }

    /// The row `key` of a comparison with the result `held`: the newest run, if it did the work of `setup`.
    pub(super) fn compared<'a>(&'a self, key: RowKey, held: &'a Held, setup: &Setup) -> Compared<'a> {
        let of_row = self.kept.iter().chain(&self.run).filter(|run| run.row() == key);
        let last = of_row.max_by_key(|run| run.id).filter(|run| run.does(setup));
        let failure = last.and_then(Run::broken);
        let run = last.filter(|_| failure.is_none());
        let row = held.rows().find(|(_, id)| id.is_some() && *id == run.map(|r| r.id)).map(|(row, _)| row);
        Compared { model: last.map_or(key.model(setup.lock), |run| run.model), run, row, failure }
    }

    /// As [`super::Source::show`]; not while a run goes on.
    pub(super) fn show(&mut self, fits: impl Fn(&Run) -> bool) -> bool {
        if self.is_busy() {
            return false;
        }
        if !self.run.as_ref().is_some_and(&fits) {
            let newest = self.kept.iter().enumerate().filter(|(_, run)| fits(run)).max_by_key(|(_, run)| run.id);
            let Some(place) = newest.map(|(place, _)| place) else { return false };
            match &mut self.run {
                Some(run) => std::mem::swap(run, &mut self.kept[place]),
                none => *none = Some(self.kept.remove(place)),
            }
        }
        true
    }
}
