//! The models of execution, each a row of rules. Knows nothing of workloads or of how a rule is carried out.

use serde::{Deserialize, Serialize};

use crate::units::{Ns, TurnLength, WorkerId};

/// How the tasks of a workload are executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelKind {
    /// One after the other on one thread.
    Serial,
    /// On OS threads of one process.
    Threads,
    /// On child processes, which share nothing.
    Processes,
    /// On one thread with an event loop.
    Async,
}

/// The rules of a model, as far as the plan must know them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a rule of its own")]
pub struct Rules {
    /// How many workers there are when neither the workload nor the user says.
    pub workers: DefaultWorkers,
    /// Whether arguments and results cross a process boundary, by value.
    pub by_value: bool,
    /// Whether tasks can be under way on more than one worker at a time: only then does a global lock change anything.
    pub many_workers: bool,
    /// Whether one worker can have several tasks under way, of which all but one are suspended.
    pub interleaves: bool,
    /// Whether each worker has a global lock of its own.
    pub own_lock: bool,
}

impl Rules {
    const ONE_WORKER: Rules = Rules {
        workers: DefaultWorkers::One,
        by_value: false,
        many_workers: false,
        interleaves: false,
        own_lock: false,
    };
}

/// The default number of workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultWorkers {
    /// Exactly one.
    One,
    /// One for each task, 64 at most.
    PerTask,
    /// One for each task, at most the number of cores, but up to 4 in any case.
    PerCore,
}

impl ModelKind {
    /// All of them, in the order of their keys.
    pub const ALL: [ModelKind; 4] = [ModelKind::Serial, ModelKind::Threads, ModelKind::Processes, ModelKind::Async];

    /// The name on the command line, in JSON and on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            ModelKind::Serial => "serial",
            ModelKind::Threads => "threads",
            ModelKind::Processes => "processes",
            ModelKind::Async => "async",
        }
    }

    /// What its worker of this number, from 0, is called among the system's threads.
    pub fn worker_name(self, worker: WorkerId) -> String {
        match self {
            ModelKind::Serial => "main".to_owned(),
            ModelKind::Async => "loop".to_owned(),
            ModelKind::Threads | ModelKind::Processes => format!("worker {}", worker.0 + 1),
        }
    }

    /// The model's row of rules.
    pub const fn rules(self) -> Rules {
        match self {
            ModelKind::Serial => Rules::ONE_WORKER,
            ModelKind::Async => Rules { interleaves: true, ..Rules::ONE_WORKER },
            ModelKind::Threads => Rules { workers: DefaultWorkers::PerTask, many_workers: true, ..Rules::ONE_WORKER },
            ModelKind::Processes => Rules {
                workers: DefaultWorkers::PerCore,
                by_value: true,
                many_workers: true,
                own_lock: true,
                ..Rules::ONE_WORKER
            },
        }
    }

    /// Workers for `tasks` tasks on `cores` cores, where nobody asked for a number.
    pub fn default_workers(self, tasks: usize, cores: usize) -> usize {
        match self.rules().workers {
            DefaultWorkers::One => 1,
            DefaultWorkers::PerTask => tasks.clamp(1, 64),
            DefaultWorkers::PerCore => tasks.clamp(1, cores.max(4)),
        }
    }

    /// How many of `tasks` tasks are under way at a time, at most, on `cores` cores. `wished` is the number of workers
    /// that somebody asked for, if anybody did.
    pub fn at_once(self, wished: Option<u16>, tasks: usize, cores: usize) -> usize {
        let rules = self.rules();
        match wished.map(usize::from) {
            Some(limit) if rules.many_workers || rules.interleaves => limit.clamp(1, tasks.max(1)),
            None if rules.interleaves => tasks.max(1),
            Some(_) | None => self.default_workers(tasks, cores),
        }
    }
}

/// The global lock, as `CPython` has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GlobalLock {
    /// There is none.
    #[default]
    Off,
    /// The lock of `CPython` 3.2 and later: a waiter asks for it after the switch interval.
    Gil {
        /// How long a waiter waits before it asks the holder to let go.
        interval: Ns,
        /// Whether a holder that was asked to let go waits until somebody else has the lock.
        forced_switching: bool,
    },
    /// The lock of `CPython` 2: the holder lets go after so many ticks and takes it again at once, if it can.
    GilLegacy {
        /// How many ticks of work lie between two such moments.
        check_interval: u32,
    },
}

impl GlobalLock {
    /// `CPython`'s own switch interval.
    pub const DEFAULT_INTERVAL: Ns = Ns::from_millis(5);
    /// `CPython` 2's own check interval, in ticks.
    pub const DEFAULT_CHECK_INTERVAL: u32 = 100;

    /// The lock of `CPython` 3.2 and later with this switch interval.
    pub const fn gil(interval: Ns) -> GlobalLock {
        GlobalLock::Gil { interval, forced_switching: true }
    }

    /// Whether there is one.
    pub const fn is_on(self) -> bool {
        !matches!(self, GlobalLock::Off)
    }

    /// Whether it is the one of `CPython` 2.
    pub const fn is_legacy(self) -> bool {
        matches!(self, GlobalLock::GilLegacy { .. })
    }

    /// Which of the two it is; nothing where there is none.
    pub const fn generation(self) -> Option<Generation> {
        match self {
            GlobalLock::Off => None,
            GlobalLock::Gil { .. } => Some(Generation::Newer),
            GlobalLock::GilLegacy { .. } => Some(Generation::Older),
        }
    }

    /// The name on the command line and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            GlobalLock::Off => "off",
            GlobalLock::Gil { .. } => "gil",
            GlobalLock::GilLegacy { .. } => "gil-legacy",
        }
    }

    /// Its interval, in its own unit; nothing where there is no lock.
    pub const fn turn_length(self) -> Option<TurnLength> {
        match self {
            GlobalLock::Off => None,
            GlobalLock::Gil { interval, .. } => Some(TurnLength::Time(interval)),
            GlobalLock::GilLegacy { check_interval } => Some(TurnLength::Ticks(check_interval)),
        }
    }

    /// The same lock with the interval `length`; unchanged where `length` is not in the lock's unit.
    #[must_use]
    pub const fn with_turn_length(self, length: TurnLength) -> GlobalLock {
        match (self, length) {
            (GlobalLock::Gil { forced_switching, .. }, TurnLength::Time(interval)) => {
                GlobalLock::Gil { interval, forced_switching }
            }
            (GlobalLock::GilLegacy { .. }, TurnLength::Ticks(check_interval)) => {
                GlobalLock::GilLegacy { check_interval }
            }
            (GlobalLock::Off | GlobalLock::Gil { .. } | GlobalLock::GilLegacy { .. }, _) => self,
        }
    }
}

/// Which of `CPython`'s two global locks, whatever its interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// That of `CPython` 3.2 and later.
    Newer,
    /// That of `CPython` 2.
    Older,
}

/// How the global lock is set, whether it is on or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockSettings {
    /// Whether it is the one of `CPython` 2.
    pub legacy: bool,
    /// The switch interval of the newer one.
    pub interval: Ns,
    /// Whether the newer one makes the holder wait until somebody else has it.
    pub forced_switching: bool,
    /// The check interval of the older one, in ticks.
    pub check_interval: u32,
}

impl Default for LockSettings {
    fn default() -> LockSettings {
        LockSettings {
            legacy: false,
            interval: GlobalLock::DEFAULT_INTERVAL,
            forced_switching: true,
            check_interval: GlobalLock::DEFAULT_CHECK_INTERVAL,
        }
    }
}

impl LockSettings {
    /// Which of the two locks is set.
    pub const fn generation(self) -> Generation {
        if self.legacy { Generation::Older } else { Generation::Newer }
    }

    /// The lock that is set like this.
    pub const fn lock(self) -> GlobalLock {
        self.lock_of(self.generation())
    }

    /// The lock of this `generation`, whichever is set.
    pub const fn lock_of(self, generation: Generation) -> GlobalLock {
        match generation {
            Generation::Newer => GlobalLock::Gil { interval: self.interval, forced_switching: self.forced_switching },
            Generation::Older => GlobalLock::GilLegacy { check_interval: self.check_interval },
        }
    }

    /// These settings, changed so that `lock` is set like them; unchanged where it is off.
    #[must_use]
    pub const fn like(self, lock: GlobalLock) -> LockSettings {
        match lock {
            GlobalLock::Off => self,
            GlobalLock::Gil { interval, forced_switching } => {
                LockSettings { legacy: false, interval, forced_switching, ..self }
            }
            GlobalLock::GilLegacy { check_interval } => LockSettings { legacy: true, check_interval, ..self },
        }
    }
}

/// A model as it is chosen with the keys: how, and with or without the global lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Model {
    /// How tasks are executed.
    pub kind: ModelKind,
    /// The lock that a task must hold to compute.
    pub lock: GlobalLock,
}

impl Model {
    /// `kind` without a global lock.
    pub const fn plain(kind: ModelKind) -> Model {
        Model { kind, lock: GlobalLock::Off }
    }
}
