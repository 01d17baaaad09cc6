//! Programs of steps as data: what a workload file says, checked, and the programs that come out of it for
//! given parameters. Touches no files (texts are handed in) and knows no models.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::text::workload as words;
use crate::units::Ns;

mod catalogue;
mod check;
mod commons;
mod kernel;
mod parse;
mod program;
mod quantity;
mod refusal;
mod resolve;
mod scale;
mod shape;
mod start;
mod sum;
mod variant;
mod walk;

pub use catalogue::{SHIPPED, ShippedFile, find, nearest, nearest_of, shipped};
pub use commons::{Counter, Queue};
pub use kernel::{GilUse, Kernel, Kernels};
pub use parse::parse;
pub use program::{Addition, Facility, LockIndex, Op, Request, Spread, StepKind, Task, Until, Work};
pub use quantity::{Factor, Quantity, QuantityError, Unit, Value, ValueError};
pub use refusal::{AmountFault, FileError, FileFault, MAX_STEPS, MAX_TASKS, ResolveError};
pub use scale::{Scale, ScaleError};
pub use start::StartLock;
pub use sum::WorkSum;
pub use variant::{MAX_VARIANTS, Variant, full_name};
pub use walk::{Rounds, Visit, walk, walk_mut};

/// A workload: a group of tasks, each a program of steps, with the numbers a user may change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Workload {
    /// What it is called on the command line.
    pub name: String,
    /// The heading it stands under in the picker.
    pub group: String,
    /// One line: what it does.
    pub title: String,
    /// A sentence or two: what it stands for.
    pub about: String,
    /// Names of the models to try to see its point, in order.
    pub show: Vec<String>,
    /// The numbers that can be changed, `tasks` first, the others by name.
    pub params: Vec<Param>,
    /// The queues between its tasks, in the order in which its steps first name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<QueueSpec>,
    /// The counters that its tasks add to, in the order in which its steps first name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<CounterSpec>,
    /// The groups of tasks.
    pub tasks: Vec<TaskSpec>,
    /// Whether it asks for a worker for each task, or for a number of them.
    pub workers: Option<WorkerWish>,
    /// The global lock with which it starts.
    #[serde(default, skip_serializing_if = "StartLock::is_off")]
    pub lock: StartLock,
    /// Which variant it is, where its file has variants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// All variants of its file, in order, this one among them; none where it has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
}

/// A number of a workload that a user may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// Its name in the file, and for `--set`.
    pub name: String,
    /// Its value: a count, a time or an amount of data.
    pub value: Value,
}

/// A queue, as the file says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSpec {
    /// Its name.
    pub name: String,
    /// For how many messages it has room.
    pub room: Quantity,
    /// How many bytes a message carries where the `put` does not say.
    pub payload: Quantity,
}

/// A counter, as the file says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterSpec {
    /// Its name.
    pub name: String,
    /// Its value at first.
    pub start: Quantity,
}

/// The number of workers a workload file asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerWish {
    /// One for each task.
    PerTask,
    /// Exactly this many.
    Count(u16),
}

/// A group of tasks that run the same program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskSpec {
    /// The group's name; its tasks are numbered where there is more than one.
    pub name: String,
    /// How many there are.
    pub count: Quantity,
    /// Whether the run may end before they do.
    pub background: bool,
    /// The program.
    pub steps: Vec<StepSpec>,
}

/// A step as the file says it, amounts still unresolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepSpec {
    /// Keep a core busy.
    Compute {
        /// With which work.
        kernel: Kernel,
        /// How long it takes on an idle core, or how many iterations it has.
        amount: Quantity,
        /// What it does with the global lock.
        #[serde(default, skip_serializing_if = "GilUse::is_python")]
        gil: GilUse,
    },
    /// Wait for a timer, giving way.
    Sleep(Quantity),
    /// Wait for a timer without giving way, even in async code.
    BlockingSleep(Quantity),
    /// Give way once.
    Yield,
    /// Give way once on an event loop; elsewhere nothing.
    Await,
    /// Ask a server over a socket and wait for its answer.
    Request {
        /// How long the server takes, on average.
        latency: Quantity,
        /// Bytes of the answer.
        bytes: Quantity,
        /// How the latency differs from one request to the next.
        spread: Spread,
    },
    /// Read this many bytes of the task's own file.
    Read(Quantity),
    /// Write this many bytes to the task's own file.
    Write(Quantity),
    /// Do steps while holding a lock.
    Lock {
        /// Which: the same name is the same lock for all tasks.
        name: String,
        /// How many tasks may hold it at a time; one, if the file does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<Quantity>,
        /// What.
        steps: Vec<StepSpec>,
        /// What is done instead where the lock is taken, if the step only tries.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<Vec<StepSpec>>,
    },
    /// Put a message into a queue, waiting for room.
    Put {
        /// Which queue.
        queue: String,
        /// How many bytes it carries; as many as the queue says, if the step does not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload: Option<Quantity>,
    },
    /// Take a message out of this queue, waiting for one.
    Get(String),
    /// Add one to a counter.
    Add {
        /// Which counter.
        counter: String,
        /// How.
        how: AddHow,
        /// How long the task computes between the load and the store.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gap: Option<Quantity>,
        /// Whether an interpreter may switch to another thread between the load and the store.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        switch: bool,
        /// What else is done between the load and the store.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        steps: Vec<StepSpec>,
    },
    /// Do steps over and over.
    Repeat {
        /// Until when.
        rule: RepeatSpec,
        /// What.
        steps: Vec<StepSpec>,
    },
}

/// How long a `repeat` goes on, as the file says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatSpec {
    /// This many times.
    Times(Quantity),
    /// For this time.
    For(Quantity),
    /// Until all tasks of that group are over.
    Until(String),
    /// For each message of that queue, until it is closed and empty.
    Each(String),
    /// Until a round in which no `try` found its lock taken.
    Retry,
}

/// How a task adds to a counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AddHow {
    /// It loads the value, adds to it, and stores the sum: whatever others stored in between is overwritten.
    #[default]
    Plain,
    /// The same while it holds the lock that has the counter's name.
    Locked,
    /// In one instruction.
    Atomic,
}

impl StepSpec {
    /// The steps inside it, as up to two lists.
    fn bodies(&self) -> [&[StepSpec]; 2] {
        match self {
            StepSpec::Lock { steps, otherwise, .. } => [steps, otherwise.as_deref().unwrap_or_default()],
            StepSpec::Repeat { steps, .. } | StepSpec::Add { steps, .. } => [steps, &[]],
            StepSpec::Compute { .. } | StepSpec::Sleep(_) | StepSpec::BlockingSleep(_) | StepSpec::Yield => [&[], &[]],
            StepSpec::Await | StepSpec::Request { .. } | StepSpec::Read(_) | StepSpec::Write(_) => [&[], &[]],
            StepSpec::Put { .. } | StepSpec::Get(_) => [&[], &[]],
        }
    }

    /// The lock that it takes, if it takes one: an addition under a lock takes the one that has the counter's name.
    fn lock(&self) -> Option<&str> {
        match self {
            StepSpec::Lock { name, .. } | StepSpec::Add { counter: name, how: AddHow::Locked, .. } => Some(name),
            _ => None,
        }
    }

    /// The queue that it takes messages out of, if it does.
    fn gets_from(&self) -> Option<&str> {
        match self {
            StepSpec::Get(queue) | StepSpec::Repeat { rule: RepeatSpec::Each(queue), .. } => Some(queue),
            _ => None,
        }
    }

    /// The queue that it puts messages into, if it does.
    fn puts_into(&self) -> Option<&str> {
        if let StepSpec::Put { queue, .. } = self { Some(queue) } else { None }
    }
}

/// What `name` says of each step of `tasks`, each name once, in the order of the file.
fn named<'a>(tasks: &'a [TaskSpec], name: impl Fn(&'a StepSpec) -> Option<&'a str>) -> Vec<&'a str> {
    let mut names = Vec::new();
    for task in tasks {
        each_step(&task.steps, &mut |step| names.extend(name(step).filter(|name| !names.contains(name))));
    }
    names
}

/// Calls `visit` for every step of `steps` and all steps inside them, in the order of the file.
fn each_step<'a>(steps: &'a [StepSpec], visit: &mut impl FnMut(&'a StepSpec)) {
    for step in steps {
        visit(step);
        step.bodies().into_iter().for_each(|body| each_step(body, visit));
    }
}

impl Workload {
    /// A workload of these `tasks`, and nothing else.
    pub fn of(name: String, tasks: Vec<TaskSpec>) -> Workload {
        Workload {
            name,
            group: String::new(),
            title: String::new(),
            about: String::new(),
            show: Vec::new(),
            params: Vec::new(),
            queues: Vec::new(),
            counters: Vec::new(),
            tasks,
            workers: None,
            lock: StartLock::Off,
            variant: None,
            variants: Vec::new(),
        }
    }

    /// The value of the parameter `name`.
    pub fn param(&self, name: &str) -> Option<Value> {
        self.params.iter().find(|p| p.name == name).map(|p| p.value)
    }

    /// Sets the parameter `name` to `value`.
    ///
    /// # Errors
    /// If there is no such parameter, or it takes another unit (a count instead of a time).
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), ResolveError> {
        let known = || self.params.iter().map(|p| (p.name.clone(), p.value.unit())).collect();
        let Some(at) = self.params.iter().position(|p| p.name == name) else {
            let (workload, name) = (self.full_name().into_owned(), name.to_owned());
            return Err(ResolveError::NoSuchParam { workload, name, known: known() });
        };
        let takes = self.params[at].value.unit();
        // Nothing is nothing, in whatever unit.
        let value = match (value, takes) {
            (Value::Count(0), Unit::Time) => Value::Time(Ns::ZERO),
            (Value::Count(0), Unit::Size) => Value::Bytes(0),
            (value, _) => value,
        };
        if takes != value.unit() {
            let (workload, name) = (self.full_name().into_owned(), name.to_owned());
            return Err(ResolveError::WrongUnit { workload, name, takes, found: value, known: known() });
        }
        self.params[at].value = value;
        self.set_in_variants(name, value);
        Ok(())
    }

    /// What it does, in one line with its numbers, every amount of time scaled by `scale`. Empty if the file has no
    /// title.
    pub fn title_at(&self, scale: Scale) -> String {
        let mut title = self.title.clone();
        for param in &self.params {
            if param.name == "tasks" && param.value == Value::Count(1) {
                title = words::of_one_task(&title);
            }
            title = title.replace(&format!("{{{}}}", param.name), &param.value.shown(scale));
        }
        title
    }

    /// The names of its locks, in the order in which the file first names them.
    pub fn locks(&self) -> Vec<&str> {
        named(&self.tasks, StepSpec::lock)
    }

    /// The programs of all its tasks, in order, every amount scaled by `scale`.
    ///
    /// # Errors
    /// If an amount names what does not exist, is of the wrong unit or too large, or there are no or too many tasks.
    pub fn resolve(&self, scale: Scale) -> Result<Vec<Task>, ResolveError> {
        resolve::programs(self, scale)
    }

    fn values(&self) -> BTreeMap<&str, Value> {
        self.params.iter().map(|p| (p.name.as_str(), p.value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_does_with_the_gil_is_left_out_where_older_recordings_say_nothing() {
        let kernel = Kernel::Sha256;
        let step = |gil| StepSpec::Compute { kernel, amount: Value::Count(7).into(), gil };
        for gil in GilUse::ALL {
            let text = serde_json::to_string(&step(gil)).expect("JSON");
            assert_eq!(text.contains("gil"), gil != GilUse::Python, "{text}");
            let read: StepSpec = serde_json::from_str(&text).expect("a step");
            assert_eq!(read, step(gil));
        }
        let work = Work::Iterations(7);
        let ops = [Op::Compute(kernel, work), Op::HoldingCall(kernel, work), Op::ReleasingCall(kernel, work)];
        let text = serde_json::to_string(&ops).expect("JSON");
        let words = ["compute", "holding_call", "releasing_call"];
        let expected = words.map(|word| format!("{{\"{word}\":[\"sha256\",{{\"iterations\":7}}]}}"));
        assert_eq!(text, format!("[{}]", expected.join(",")));
    }

    #[test]
    fn a_parameter_can_be_set_to_nothing_without_its_unit() {
        let text = "format = 1\nname = \"w\"\n[params]\nn = 3\nwait = \"5ms\"\nsize = \"2kB\"\n[[tasks]]\nname = \"t\"\n\
                    steps = [\"yield\"]\n";
        let mut workload = parse("w.toml", text).expect("a workload");
        for (name, nothing) in [("n", Value::Count(0)), ("wait", Value::Time(Ns::ZERO)), ("size", Value::Bytes(0))] {
            workload.set(name, Value::Count(0)).expect("nothing");
            assert_eq!(workload.param(name), Some(nothing));
        }
        assert!(workload.set("wait", Value::Count(1)).is_err() && workload.set("n", Value::Time(Ns::ZERO)).is_err());
    }

    #[test]
    fn a_step_that_does_not_say_what_it_does_with_the_gil_does_what_its_kernel_does() {
        let steps = |compute: &str| {
            let text =
                format!("format = 1\nname = \"w\"\n[[tasks]]\nname = \"t\"\nsteps = [{{ compute = {compute} }}]\n");
            parse("w.toml", &text).expect("a workload").resolve(Scale::ONE).expect("a program")[0].ops.clone()
        };
        let work = Work::Iterations(7);
        for kernel in Kernel::ALL {
            let of = |gil| match gil {
                GilUse::Python => Op::Compute(kernel, work),
                GilUse::Held => Op::HoldingCall(kernel, work),
                GilUse::Released => Op::ReleasingCall(kernel, work),
            };
            let name = kernel.name();
            assert_eq!(steps(&format!("{{ kernel = \"{name}\", amount = 7 }}")), [of(kernel.gil())]);
            for gil in GilUse::ALL {
                let word = gil.name();
                assert_eq!(steps(&format!("{{ kernel = \"{name}\", amount = 7, gil = \"{word}\" }}")), [of(gil)]);
            }
        }
        assert_eq!(steps("{ amount = 7 }"), [Op::Compute(Kernel::Count, work)]);
    }
}
