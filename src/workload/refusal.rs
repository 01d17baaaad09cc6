//! Why a workload file is refused, and why a workload cannot be run with the given numbers. The sentences are in
//! [`text::workload`](crate::text::workload).

use super::StartLock;
use super::kernel::GilUse;
use super::quantity::{QuantityError, Unit, Value, ValueError};
use crate::text::workload as words;
use crate::units::Ns;

/// The most tasks a run may have.
pub const MAX_TASKS: usize = 4096;
/// The most steps that all tasks of a run may have together; a repeated step counts once.
pub const MAX_STEPS: u64 = 1_000_000;

/// Where and why a workload file was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", words::at(.file, *.line, *.column, &.why.to_string()))]
pub struct FileError {
    /// The file's name, as it was given.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What was expected.
    pub why: FileFault,
}

/// What is wrong in a workload file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// It is no TOML, or its keys and types are not those of a workload file; the TOML reader's message.
    #[error("{}", words::toml(.0))]
    Toml(String),
    /// It is of another version of the format.
    #[error("{}", words::format_not_known(*.found, *.read))]
    Format {
        /// Which.
        found: i64,
        /// The version that this program reads.
        read: i64,
    },
    /// A name is empty or has control characters in it.
    #[error("{}", words::NO_NAME)]
    Name,
    /// There are no tasks.
    #[error("{}", words::NO_TASKS)]
    NoTasks,
    /// A task, a `lock` or a `repeat` has no steps.
    #[error("{}", words::NO_STEP)]
    NoStep,
    /// A number of workers that is out of range.
    #[error("{}", words::workers(*.least, *.most))]
    Workers {
        /// The fewest.
        least: u16,
        /// The most.
        most: u16,
    },
    /// Something else than a word for what a step does with the global lock.
    #[error("{}", words::gil(&GilUse::ALL.map(GilUse::name)))]
    Gil,
    /// Something else than a word for the global lock with which the workload starts.
    #[error("{}", words::lock(&StartLock::ALL.map(StartLock::name)))]
    Lock,
    /// A text that is no amount.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// A parameter that the file does not name.
    #[error("{}", words::no_parameter(.read, .known))]
    NoSuchParam {
        /// What was read.
        read: String,
        /// The parameters that the file names.
        known: Vec<String>,
    },
    /// A task that the file does not have.
    #[error("{}", words::no_task(.read, .known))]
    NoSuchTask {
        /// What was read.
        read: String,
        /// Those it has.
        known: Vec<String>,
    },
    /// A `repeat` that has no rule for when it ends, or several.
    #[error("{}", words::ONE_RULE)]
    OneRule,
    /// Steps that are nested more deeply than this many levels.
    #[error("{}", words::too_deep(*.0))]
    TooDeep(usize),
    /// A group of tasks that waits for its own end.
    #[error("{}", words::endless(.0))]
    Endless(String),
    /// A group of tasks that takes a lock which it holds.
    #[error("{}", words::lock_twice(.task, .lock))]
    LockTwice {
        /// Which group.
        task: String,
        /// Which lock.
        lock: String,
    },
    /// A queue or a counter that the file does not have.
    #[error("{}", words::not_declared(.what, .read, .known))]
    NotDeclared {
        /// `queue` or `counter`.
        what: &'static str,
        /// What was read.
        read: String,
        /// Those it has.
        known: Vec<String>,
    },
    /// Two groups of tasks of the same name.
    #[error("{}", words::named_twice(.0))]
    NamedTwice(String),
    /// A queue that tasks take messages out of, and none puts one in.
    #[error("{}", words::nobody_puts(.0))]
    NobodyPuts(String),
    /// A queue without room.
    #[error("{}", words::NO_ROOM)]
    NoRoom,
    /// An atomic addition with something between its load and its store, which are one instruction.
    #[error("{}", words::ATOMIC_GAP)]
    AtomicGap,
    /// What is to be done otherwise, in a `lock` that does not only try.
    #[error("{}", words::NO_TRY)]
    OtherwiseWithoutTry,
    /// A `retry` without a `try` in its steps.
    #[error("{}", words::RETRY_WITHOUT_TRY)]
    RetryWithoutTry,
    /// More queues or counters than a workload may have.
    #[error("{}", words::too_many_shared(.what, *.found, *.most))]
    TooManyShared {
        /// `queues` or `counters`.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// There are `[[variants]]`, but what the file itself describes has no name beside theirs.
    #[error("{}", words::NO_VARIANT_NAME)]
    NoVariantName,
    /// The name of a variant is empty, or has control characters or a colon in it.
    #[error("{}", words::VARIANT_NAME)]
    VariantName,
    /// Two variants of this name.
    #[error("{}", words::variant_twice(.0))]
    VariantTwice(String),
    /// More variants than a workload may have.
    #[error("{}", words::too_many_variants(*.found, *.most))]
    TooManyVariants {
        /// How many.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// More locks than a workload may have.
    #[error("{}", words::too_many_locks(*.found, *.most))]
    TooManyLocks {
        /// How many.
        found: usize,
        /// How many there may be.
        most: usize,
    },
}

/// Why a workload cannot be run with these parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// A parameter that the workload does not have.
    #[error("{}", words::cannot_be_set(.workload, .name, &shown(.known)))]
    NoSuchParam {
        /// Whose.
        workload: String,
        /// Which.
        name: String,
        /// The parameters of the workload, each with the unit it takes.
        known: Vec<(String, Unit)>,
    },
    /// A value of another unit than the parameter takes, such as a count for a time.
    #[error("{}", words::other_unit(.workload, .name, .takes.text(), &.found.to_string(), &shown(.known)))]
    WrongUnit {
        /// Whose.
        workload: String,
        /// Which.
        name: String,
        /// What it takes.
        takes: Unit,
        /// The value that it was given.
        found: Value,
        /// All parameters, each with the unit it takes.
        known: Vec<(String, Unit)>,
    },
    /// An amount whose value cannot be used.
    #[error("{}", words::amount(.task, .keys, &.why.to_string()))]
    Amount {
        /// In which group of tasks.
        task: String,
        /// The keys of the file that lead to it.
        keys: &'static [&'static str],
        /// Why not.
        why: AmountFault,
    },
    /// An amount of a queue, a counter or a lock that cannot be used.
    #[error("{}", words::shared(.what, .name, &.why.to_string()))]
    Shared {
        /// `queue`, `counter` or `lock`.
        what: &'static str,
        /// Its name.
        name: String,
        /// Why not.
        why: AmountFault,
    },
    /// No task, or too many.
    #[error("{}", words::task_count(*.0, MAX_TASKS))]
    TaskCount(u64),
    /// More steps than [`MAX_STEPS`].
    #[error("{}", words::step_count(*.0, MAX_STEPS))]
    StepCount(u64),
    /// Only background tasks.
    #[error("{}", words::ONLY_BACKGROUND)]
    OnlyBackground,
}

/// Why the value of an amount cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    /// It must be of this kind, and is of another.
    #[error("{}", words::takes(.0.text()))]
    Takes(Unit),
    /// It is neither a time nor a number, which an amount of work must be.
    #[error("{}", words::TAKES_WORK)]
    TakesWork,
    /// It is an amount of data, and more than this.
    #[error("{}", words::more_than(&.0.to_string()))]
    MoreThan(Value),
    /// It is a time, and longer than this.
    #[error("{}", words::longer_than(*.0))]
    LongerThan(Ns),
    /// It is a number, and too small or too large.
    #[error("{}", words::out_of_range(*.least, *.most))]
    OutOfRange {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// It is one lock's limit, which is another elsewhere.
    #[error("{}", words::two_limits(*.0, *.1))]
    TwoLimits(u64, u64),
    /// It names a task that does not exist.
    #[error("{}", words::task_unknown(.0))]
    NoSuchTask(String),
    /// It cannot be computed.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
}

fn shown(known: &[(String, Unit)]) -> Vec<(String, &'static str)> {
    known.iter().map(|(name, unit)| (name.clone(), unit.text())).collect()
}
