//! What is run next: the workload with its numbers, the model, and the dials that turn them.

use crate::model::{GlobalLock, Model, ModelKind};
use crate::plan::Expected;
use crate::settings::Setup;
use crate::text::{self, Label};
use crate::units::{Ns, TurnLength};
use crate::workload::{MAX_TASKS, StartLock, Value};

/// A number that can be turned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dial {
    /// A parameter of the workload.
    Param(String),
    /// How many workers.
    Workers,
    /// How many cores.
    Cores,
    /// The newer global lock's switch interval.
    Interval,
    /// Whether the newer global lock makes the holder wait until somebody else has it.
    ForcedSwitching,
    /// The older global lock's check interval.
    CheckInterval,
}

/// The values of a count up to the most tasks there can be, each about half more than the last. Beyond them come 1, 2,
/// 5, 10 ...
const COUNTS: [u64; 22] =
    [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, MAX_TASKS as u64];
/// The largest count a dial turns to.
const MOST: u64 = 1_000_000_000;
/// The shortest and the longest time a dial turns to, in nanoseconds.
const TIMES: (u64, u64) = (Ns::from_micros(100).0, Ns::from_millis(60_000).0);
/// The same for amounts of data, in bytes.
const SIZES: (u64, u64) = (1, 1_000_000_000);
/// The same for the switch interval, in nanoseconds.
const INTERVALS: (u64, u64) = (Ns::from_micros(100).0, Ns::from_millis(1_000).0);
/// The same for the check interval, in ticks.
const CHECK_INTERVALS: (u64, u64) = (1, 1_000_000);
/// The most workers a dial asks for.
const MOST_WORKERS: u16 = 1024;

/// What the keys of the models and of the lock have chosen: a model, and which lock is turned on next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    pub(super) model: Model,
    legacy: bool,
}

impl Setup {
    /// What is chosen.
    pub(super) const fn chosen(&self) -> Chosen {
        Chosen { model: self.model, legacy: self.lock.legacy }
    }

    /// Chooses again what was `chosen` before.
    pub(super) const fn choose_again(&mut self, chosen: Chosen) {
        (self.model, self.lock.legacy) = (chosen.model, chosen.legacy);
    }

    /// Chooses `model`, and its lock as the one that is turned on next.
    pub(super) const fn choose(&mut self, model: Model) {
        self.lock = self.lock.like(model.lock);
        self.model = model;
    }

    /// Chooses what a workload begins with: one worker, and the lock that its file names.
    pub(super) fn begin(&mut self) {
        self.lock.legacy = self.workload.lock == StartLock::GilLegacy;
        let lock = if self.workload.lock.is_off() { GlobalLock::Off } else { self.lock.lock() };
        self.model = Model { kind: ModelKind::Serial, lock };
    }

    /// How long the work takes at least as it is set up, on `cores` cores.
    pub fn at_least(&self, expected: &Expected, tasks: usize, cores: f64) -> Ns {
        let at_once = self.model.kind.at_once(self.wishes.workers, tasks, cores.ceil() as usize);
        expected.under(self.model, at_once, cores)
    }

    /// Turns the global lock on or off.
    pub fn toggle_lock(&mut self) {
        self.model.lock = if self.model.lock.is_on() { GlobalLock::Off } else { self.lock.lock() };
    }

    /// Takes the other generation of the global lock, and turns it on.
    pub fn toggle_generation(&mut self) {
        self.lock.legacy = !self.lock.legacy;
        self.model.lock = self.lock.lock();
    }

    /// The interval of the global lock that `dial` turns, as it is now; nothing if it turns something else.
    pub fn turn_length(&self, dial: &Dial) -> Option<TurnLength> {
        match dial {
            Dial::Interval => Some(TurnLength::Time(self.lock.interval)),
            Dial::CheckInterval => Some(TurnLength::Ticks(self.lock.check_interval)),
            _ => None,
        }
    }

    /// The dials it has.
    pub fn dials(&self) -> Vec<Dial> {
        let params = self.workload.params.iter().map(|p| Dial::Param(p.name.clone()));
        let of_lock: &[Dial] =
            if self.lock.legacy { &[Dial::CheckInterval] } else { &[Dial::Interval, Dial::ForcedSwitching] };
        params.chain([Dial::Workers, Dial::Cores]).chain(of_lock.iter().cloned()).collect()
    }

    /// The dial's name and value, as they are shown.
    pub fn dial(&self, dial: &Dial) -> (String, String) {
        let automatic = || Label::Automatic.text().to_owned();
        match dial {
            Dial::Param(name) => {
                let label = match name.as_str() {
                    "tasks" => Label::DialTasks.text(),
                    "cpu" => Label::DialCpu.text(),
                    "wait" => Label::DialWait.text(),
                    other => other,
                };
                let value = self.workload.param(name).map_or_else(String::new, |v| v.shown(self.scale));
                (label.to_owned(), value)
            }
            Dial::Workers => {
                (Label::DialWorkers.text().to_owned(), self.wishes.workers.map_or_else(automatic, |n| n.to_string()))
            }
            Dial::Cores => {
                let all = || Label::AllCores.text().to_owned();
                (Label::DialCores.text().to_owned(), self.wishes.cores.map_or_else(all, |n| n.to_string()))
            }
            Dial::Interval => (Label::DialInterval.text().to_owned(), self.lock.interval.to_string()),
            Dial::CheckInterval => {
                let ticks = TurnLength::Ticks(self.lock.check_interval);
                (Label::DialCheckInterval.text().to_owned(), text::turn_length(ticks))
            }
            Dial::ForcedSwitching => {
                let value = if self.lock.forced_switching { Label::Forced } else { Label::NotForced };
                (Label::DialForcedSwitching.text().to_owned(), value.text().to_owned())
            }
        }
    }

    /// Turns `dial` by one step, up or down, on a machine with `allowed` cores. Stays where it is at either end.
    pub fn turn(&mut self, dial: &Dial, up: bool, allowed: u16) {
        match dial {
            Dial::Param(name) => {
                let Some(value) = self.workload.param(name) else { return };
                let next = turned(value, up);
                let before = self.workload.clone();
                let set = self.workload.set(name, next).and_then(|()| self.workload.resolve(self.scale));
                if set.is_err() {
                    self.workload = before;
                }
            }
            Dial::Workers => {
                self.wishes.workers = step_option(self.wishes.workers, up, |n| step(counts(), n.into(), up) as u16);
                self.wishes.workers = self.wishes.workers.map(|n| n.min(MOST_WORKERS));
            }
            Dial::Cores => {
                let next = step_option(self.wishes.cores, up, |n| if up { n + 1 } else { n - 1 });
                self.wishes.cores = next.filter(|n| *n <= allowed);
                if up && next.is_some() && self.wishes.cores.is_none() {
                    self.wishes.cores = Some(allowed);
                }
            }
            Dial::Interval => {
                self.lock.interval = Ns(step(one_two_five(INTERVALS), self.lock.interval.0, up));
            }
            Dial::CheckInterval => {
                let ticks = step(one_two_five(CHECK_INTERVALS), self.lock.check_interval.into(), up);
                self.lock.check_interval = u32::try_from(ticks).unwrap_or(u32::MAX);
            }
            Dial::ForcedSwitching => self.lock.forced_switching = !self.lock.forced_switching,
        }
        if self.model.lock.is_on() {
            self.model.lock = self.lock.lock();
        }
    }

    /// Whether this and `other` are the same but for the variant, and for what changes only how the work is done: their runs
    /// stand on one scoreboard.
    pub fn is_kin(&self, other: &Setup) -> bool {
        self.workload.is_kin(&other.workload) && self.scale == other.scale && self.wishes.cores == other.wishes.cores
    }

    /// Whether runs of this and of `other` do the same work on the same cores, so that their times can be compared.
    pub fn same_work(&self, other: &Setup) -> bool {
        self.workload == other.workload && self.scale == other.scale && self.wishes.cores == other.wishes.cores
    }
}

/// The value of a parameter one step up or down.
fn turned(value: Value, up: bool) -> Value {
    match value {
        Value::Count(n) => Value::Count(step(counts(), n, up)),
        Value::Time(t) => Value::Time(Ns(step([0].into_iter().chain(one_two_five(TIMES)), t.0, up))),
        Value::Bytes(n) => Value::Bytes(step([0].into_iter().chain(one_two_five(SIZES)), n, up)),
    }
}

/// The step above `from`, or below it; `from` itself at either end.
fn step(mut steps: impl DoubleEndedIterator<Item = u64>, from: u64, up: bool) -> u64 {
    let next = if up { steps.find(|s| *s > from) } else { steps.rfind(|s| *s < from) };
    next.unwrap_or(from)
}

/// The values of a count, from 0 on.
fn counts() -> impl DoubleEndedIterator<Item = u64> {
    [0].into_iter().chain(COUNTS).chain(one_two_five((MAX_TASKS as u64 + 1, MOST)))
}

/// 1, 2, 5, 10 ... within `bounds`.
fn one_two_five(bounds: (u64, u64)) -> impl DoubleEndedIterator<Item = u64> {
    let all = (0..19).flat_map(|exponent| [1, 2, 5].map(|first| first * 10u64.pow(exponent)));
    all.filter(move |s| (bounds.0..=bounds.1).contains(s))
}

/// One step up or down from `value`. Below 1 lies none: the program chooses.
fn step_option(value: Option<u16>, up: bool, step: impl Fn(u16) -> u16) -> Option<u16> {
    match (value, up) {
        (None, true) => Some(1),
        (None | Some(1), false) => None,
        (Some(n), _) => Some(step(n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LockSettings;
    use crate::plan::Wishes;
    use crate::workload::Scale;

    fn setup() -> Setup {
        Setup {
            workload: crate::workload::find("cpu").expect("a shipped workload"),
            model: Model::plain(ModelKind::Serial),
            lock: LockSettings::default(),
            wishes: Wishes::default(),
            scale: Scale::ONE,
        }
    }

    #[test]
    fn every_dial_turns_up_and_back_to_where_it_was() {
        let mut older = setup();
        older.toggle_generation();
        for start in [setup(), older] {
            for dial in start.dials() {
                let mut turned = start.clone();
                turned.turn(&dial, true, 8);
                assert_ne!(turned, start, "{dial:?} does not turn");
                turned.turn(&dial, false, 8);
                assert_eq!(turned, start, "{dial:?} does not turn back");
            }
        }
    }

    #[test]
    fn each_generation_keeps_what_it_was_set_to_and_the_command_names_one() {
        let mut setup = setup();
        setup.turn(&Dial::Interval, false, 2);
        setup.turn(&Dial::ForcedSwitching, true, 2);
        let newer = "concviz -w cpu -m serial --switch-interval 2ms --no-forced-switching";
        assert_eq!(setup.command(), newer);
        setup.toggle_generation();
        assert_eq!(setup.model.lock, GlobalLock::GilLegacy { check_interval: 100 });
        setup.turn(&Dial::CheckInterval, true, 2);
        assert_eq!(setup.model.lock, GlobalLock::GilLegacy { check_interval: 200 });
        assert_eq!(setup.command(), "concviz -w cpu -m serial --global-lock gil-legacy --check-interval 200");
        setup.toggle_lock();
        assert_eq!(setup.model.lock, GlobalLock::Off);
        setup.toggle_generation();
        let interval = Ns::from_millis(2);
        assert_eq!(setup.model.lock, GlobalLock::Gil { interval, forced_switching: false });
        assert_eq!(setup.turn_length(&Dial::Interval), Some(TurnLength::Time(interval)));
    }

    #[test]
    fn dials_stop_at_their_ends() {
        let mut setup = setup();
        let dials = setup.dials();
        for dial in &dials {
            (0..100).for_each(|_| setup.turn(dial, true, 2));
        }
        assert_eq!(setup.wishes.cores, Some(2));
        assert_eq!(setup.workload.param("tasks"), Some(Value::Count(MAX_TASKS as u64)));
        assert!(setup.tasks().is_ok());
        for dial in &dials {
            (0..100).for_each(|_| setup.turn(dial, false, 2));
        }
        assert_eq!(setup.wishes.cores, None);
        assert_eq!(setup.workload.param("tasks"), Some(Value::Count(1)));
    }

    #[test]
    fn a_dial_turns_any_parameter_to_its_largest_value_and_its_smallest() {
        let text = "format = 1\nname = \"own\"\n[params]\ntasks = 4\nrounds = 7000\nwait = \"3ms\"\n\
                    [[tasks]]\nname = \"task\"\ncount = \"tasks\"\n\
                    steps = [{ repeat = { times = \"rounds\", steps = [{ sleep = \"wait\" }] } }]";
        let mut setup = Setup { workload: crate::workload::parse("own.toml", text).expect("a workload"), ..setup() };
        let rounds = Dial::Param("rounds".to_owned());
        setup.turn(&rounds, true, 2);
        assert_eq!(setup.workload.param("rounds"), Some(Value::Count(10_000)));
        (0..100).for_each(|_| setup.turn(&rounds, true, 2));
        let most = setup.workload.param("rounds");
        assert!(matches!(most, Some(Value::Count(n)) if n >= 1_000_000), "{most:?}");
        (0..100).for_each(|_| setup.turn(&rounds, false, 2));
        assert_eq!(setup.workload.param("rounds"), Some(Value::Count(0)));
        let wait = Dial::Param("wait".to_owned());
        (0..100).for_each(|_| setup.turn(&wait, false, 2));
        assert!(setup.command().contains("--set rounds=0 --set wait=0"), "{}", setup.command());
        assert!(setup.tasks().is_ok());
    }

    #[test]
    fn the_command_repeats_what_was_changed_and_no_more() {
        let mut setup = setup();
        assert_eq!(setup.command(), "concviz -w cpu -m serial");
        setup.toggle_lock();
        setup.turn(&Dial::Param("tasks".to_owned()), true, 2);
        assert_eq!(setup.command(), "concviz -w cpu -m serial --global-lock gil --set tasks=6");
    }

    #[test]
    fn the_title_holds_its_numbers() {
        assert_eq!(setup().title(), "4 tasks × 500 ms of counting");
    }
}
