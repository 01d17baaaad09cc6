//! Reading a workload file. Every refusal says the line, the column and what was expected there.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use super::quantity::{Quantity, Value, ValueError};
use super::refusal::{FileError, FileFault};
use super::{GilUse, Kernel, Param, RepeatSpec, Spread, StepSpec, TaskSpec, WorkerWish, Workload};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: Spanned<i64>,
    name: Spanned<String>,
    #[serde(default)]
    group: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    show: Vec<String>,
    workers: Option<Spanned<Number>>,
    #[serde(default)]
    params: BTreeMap<String, Spanned<Number>>,
    tasks: Spanned<Vec<FileTask>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTask {
    name: Spanned<String>,
    count: Option<Spanned<Number>>,
    #[serde(default)]
    background: bool,
    steps: Spanned<Vec<Spanned<FileStep>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum FileStep {
    Compute(FileCompute),
    Sleep(Spanned<Number>),
    BlockingSleep(Spanned<Number>),
    Yield,
    Await,
    Request(FileRequest),
    Read(Spanned<Number>),
    Write(Spanned<Number>),
    Lock(FileLock),
    Repeat(FileRepeat),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRequest {
    latency: Spanned<Number>,
    bytes: Option<Spanned<Number>>,
    #[serde(default)]
    spread: Spread,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLock {
    name: Spanned<String>,
    steps: Spanned<Vec<Spanned<FileStep>>>,
}

/// Bytes of an answer, if the file does not say.
const ANSWER: u64 = 512;
/// The most locks a workload may have.
const MOST_LOCKS: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCompute {
    #[serde(default = "count")]
    kernel: Kernel,
    amount: Spanned<Number>,
    gil: Option<Spanned<Word>>,
}

fn count() -> Kernel {
    Kernel::Count
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRepeat {
    times: Option<Spanned<Number>>,
    r#for: Option<Spanned<Number>>,
    until: Option<Spanned<String>>,
    steps: Spanned<Vec<Spanned<FileStep>>>,
}

/// A word, or something else that stands in its place.
#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Other(IgnoredAny),
}

/// A number or a text: both are quantities; anything else is refused as no "quantity".
#[derive(Clone, Deserialize)]
#[serde(untagged, expecting = "quantity")]
enum Number {
    Whole(u64),
    Text(String),
}

/// The version of the format that is read.
const FORMAT: i64 = 1;
/// The most workers a file may ask for.
const MOST_WORKERS: u16 = 4096;
/// Deepest nesting of `repeat` and `lock`.
const DEEPEST: usize = 8;

/// Reads the workload file `file`, whose text is `text`.
///
/// # Errors
/// At the first thing that is wrong, with its place in the file.
pub fn parse(file: &str, text: &str) -> Result<Workload, FileError> {
    let cx = Context { file, text };
    let read: File = toml::from_str(text).map_err(|e| {
        let at = e.span().map_or(0, |s| s.start);
        cx.error(at, FileFault::Toml(e.message().to_owned()))
    })?;
    cx.workload(read)
}

struct Context<'a> {
    file: &'a str,
    text: &'a str,
}

impl Context<'_> {
    fn error(&self, at: usize, why: FileFault) -> FileError {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        FileError { file: self.file.to_owned(), line, column, why }
    }

    fn workload(&self, read: File) -> Result<Workload, FileError> {
        if *read.format.get_ref() != FORMAT {
            let why = FileFault::Format { found: *read.format.get_ref(), read: FORMAT };
            return Err(self.error(read.format.span().start, why));
        }
        self.name(&read.name)?;
        let mut params = Vec::new();
        for (name, value) in &read.params {
            let value = self.param(value)?;
            params.push(Param { name: name.clone(), value });
        }
        params.sort_by_key(|p| p.name != "tasks");
        let names: Vec<&str> = read.tasks.get_ref().iter().map(|t| t.name.get_ref().as_str()).collect();
        if names.is_empty() {
            return Err(self.error(read.tasks.span().start, FileFault::NoTasks));
        }
        let names = Names { params: &params, tasks: &names };
        let tasks = read.tasks.get_ref().iter().map(|t| self.task(t, &names)).collect::<Result<Vec<_>, _>>()?;
        if let Some(index) = endless(&tasks) {
            let why = FileFault::Endless(tasks[index].name.clone());
            return Err(self.error(read.tasks.get_ref()[index].steps.span().start, why));
        }
        if let Some((index, name)) = taken_twice(&tasks) {
            let why = FileFault::LockTwice { task: tasks[index].name.clone(), lock: name.to_owned() };
            return Err(self.error(read.tasks.get_ref()[index].steps.span().start, why));
        }
        let workers = read.workers.as_ref().map(|w| self.workers(w)).transpose()?;
        let at = read.tasks.span().start;
        let workload = Workload {
            name: read.name.into_inner(),
            group: read.group,
            title: read.title,
            about: read.about,
            show: read.show,
            params,
            tasks,
            workers,
        };
        match workload.locks().len() {
            0..=MOST_LOCKS => Ok(workload),
            found => Err(self.error(at, FileFault::TooManyLocks { found, most: MOST_LOCKS })),
        }
    }

    fn name(&self, name: &Spanned<String>) -> Result<(), FileError> {
        let good = !name.get_ref().trim().is_empty() && !name.get_ref().contains(char::is_control);
        if good { Ok(()) } else { Err(self.error(name.span().start, FileFault::Name)) }
    }

    fn workers(&self, wish: &Spanned<Number>) -> Result<WorkerWish, FileError> {
        match wish.get_ref() {
            Number::Text(text) if text == "per-task" => Ok(WorkerWish::PerTask),
            Number::Whole(n) if (1..=u64::from(MOST_WORKERS)).contains(n) => Ok(WorkerWish::Count(*n as u16)),
            Number::Whole(_) | Number::Text(_) => {
                Err(self.error(wish.span().start, FileFault::Workers { least: 1, most: MOST_WORKERS }))
            }
        }
    }

    fn param(&self, value: &Spanned<Number>) -> Result<Value, FileError> {
        match value.get_ref() {
            Number::Whole(n) => Ok(Value::Count(*n)),
            Number::Text(text) => self.read(text, value.span().start),
        }
    }

    /// Parses `text`, which stands at the byte `at` of the file.
    fn read<T: FromStr<Err = ValueError>>(&self, text: &str, at: usize) -> Result<T, FileError> {
        text.parse().map_err(|why: ValueError| self.error(at, why.into()))
    }

    fn task(&self, task: &FileTask, names: &Names<'_>) -> Result<TaskSpec, FileError> {
        let count = match &task.count {
            Some(count) => self.quantity(count, names)?,
            None => Value::Count(1).into(),
        };
        self.name(&task.name)?;
        let steps = self.steps(&task.steps, names, 0)?;
        Ok(TaskSpec { name: task.name.get_ref().clone(), count, background: task.background, steps })
    }

    fn steps(
        &self,
        steps: &Spanned<Vec<Spanned<FileStep>>>,
        names: &Names<'_>,
        depth: usize,
    ) -> Result<Vec<StepSpec>, FileError> {
        if steps.get_ref().is_empty() {
            return Err(self.error(steps.span().start, FileFault::NoStep));
        }
        if depth > DEEPEST {
            return Err(self.error(steps.span().start, FileFault::TooDeep(DEEPEST)));
        }
        steps.get_ref().iter().map(|s| self.step(s, names, depth)).collect()
    }

    fn step(&self, step: &Spanned<FileStep>, names: &Names<'_>, depth: usize) -> Result<StepSpec, FileError> {
        Ok(match step.get_ref() {
            FileStep::Compute(c) => {
                let (kernel, gil) = (c.kernel, c.gil.as_ref().map_or(Ok(c.kernel.gil()), |word| self.gil(word))?);
                StepSpec::Compute { kernel, amount: self.quantity(&c.amount, names)?, gil }
            }
            FileStep::Sleep(t) => StepSpec::Sleep(self.quantity(t, names)?),
            FileStep::BlockingSleep(t) => StepSpec::BlockingSleep(self.quantity(t, names)?),
            FileStep::Yield => StepSpec::Yield,
            FileStep::Await => StepSpec::Await,
            FileStep::Request(r) => StepSpec::Request {
                latency: self.quantity(&r.latency, names)?,
                bytes: r.bytes.as_ref().map_or(Ok(Value::Bytes(ANSWER).into()), |b| self.quantity(b, names))?,
                spread: r.spread,
            },
            FileStep::Read(n) => StepSpec::Read(self.quantity(n, names)?),
            FileStep::Write(n) => StepSpec::Write(self.quantity(n, names)?),
            FileStep::Lock(l) => {
                self.name(&l.name)?;
                StepSpec::Lock { name: l.name.get_ref().clone(), steps: self.steps(&l.steps, names, depth + 1)? }
            }
            FileStep::Repeat(r) => {
                let rule = match (&r.times, &r.r#for, &r.until) {
                    (Some(n), None, None) => RepeatSpec::Times(self.quantity(n, names)?),
                    (None, Some(t), None) => RepeatSpec::For(self.quantity(t, names)?),
                    (None, None, Some(task)) => {
                        if !names.tasks.contains(&task.get_ref().as_str()) {
                            let why = FileFault::NoSuchTask { read: task.get_ref().clone(), known: names.tasks() };
                            return Err(self.error(task.span().start, why));
                        }
                        RepeatSpec::Until(task.get_ref().clone())
                    }
                    _ => return Err(self.error(step.span().start, FileFault::OneRule)),
                };
                StepSpec::Repeat { rule, steps: self.steps(&r.steps, names, depth + 1)? }
            }
        })
    }

    fn gil(&self, word: &Spanned<Word>) -> Result<GilUse, FileError> {
        let known = match word.get_ref() {
            Word::Text(text) => GilUse::named(text),
            Word::Other(_) => None,
        };
        known.ok_or_else(|| self.error(word.span().start, FileFault::Gil))
    }

    fn quantity(&self, number: &Spanned<Number>, names: &Names<'_>) -> Result<Quantity, FileError> {
        let at = number.span().start;
        let quantity: Quantity = match number.get_ref() {
            Number::Whole(n) => Value::Count(*n).into(),
            Number::Text(text) => self.read(text, at)?,
        };
        if let Some(stranger) = quantity.names().find(|n| !names.params.iter().any(|p| p.name == *n)) {
            let why = FileFault::NoSuchParam { read: stranger.to_owned(), known: names.params() };
            return Err(self.error(at, why));
        }
        Ok(quantity)
    }
}

/// The first group of tasks that waits for itself, directly or through others.
fn endless(tasks: &[TaskSpec]) -> Option<usize> {
    let mut awaited: Vec<Vec<&str>> = vec![Vec::new(); tasks.len()];
    for (names, task) in awaited.iter_mut().zip(tasks) {
        collect_awaited(&task.steps, names);
    }
    (0..tasks.len()).find(|start| {
        let mut seen = vec![false; tasks.len()];
        let mut open = vec![*start];
        while let Some(at) = open.pop() {
            for next in (0..tasks.len()).filter(|i| awaited[at].contains(&tasks[*i].name.as_str())) {
                if !std::mem::replace(&mut seen[next], true) {
                    open.push(next);
                }
            }
        }
        seen[*start]
    })
}

fn collect_awaited<'a>(steps: &'a [StepSpec], names: &mut Vec<&'a str>) {
    for step in steps {
        match step {
            StepSpec::Repeat { rule, steps } => {
                if let RepeatSpec::Until(name) = rule {
                    names.push(name);
                }
                collect_awaited(steps, names);
            }
            StepSpec::Lock { steps, .. } => collect_awaited(steps, names),
            StepSpec::Compute { .. } | StepSpec::Sleep(_) | StepSpec::BlockingSleep(_) | StepSpec::Yield => {}
            StepSpec::Await | StepSpec::Request { .. } | StepSpec::Read(_) | StepSpec::Write(_) => {}
        }
    }
}

/// The first group of tasks that takes a lock which it already holds, and that lock.
fn taken_twice(tasks: &[TaskSpec]) -> Option<(usize, &str)> {
    fn within<'a>(steps: &'a [StepSpec], held: &mut Vec<&'a str>) -> Option<&'a str> {
        steps.iter().find_map(|step| match step {
            StepSpec::Lock { name, .. } if held.contains(&name.as_str()) => Some(name.as_str()),
            StepSpec::Lock { name, steps } => {
                held.push(name);
                let found = within(steps, held);
                held.pop();
                found
            }
            StepSpec::Repeat { steps, .. } => within(steps, held),
            StepSpec::Compute { .. } | StepSpec::Sleep(_) | StepSpec::BlockingSleep(_) | StepSpec::Yield => None,
            StepSpec::Await | StepSpec::Request { .. } | StepSpec::Read(_) | StepSpec::Write(_) => None,
        })
    }
    tasks.iter().enumerate().find_map(|(index, task)| Some((index, within(&task.steps, &mut Vec::new())?)))
}

struct Names<'a> {
    params: &'a [Param],
    tasks: &'a [&'a str],
}

impl Names<'_> {
    fn params(&self) -> Vec<String> {
        self.params.iter().map(|p| p.name.clone()).collect()
    }

    fn tasks(&self) -> Vec<String> {
        self.tasks.iter().map(|&name| name.to_owned()).collect()
    }
}
