//! Reading a workload file. Every refusal says the line, the column and what was expected there.

use std::str::FromStr;

use toml::Spanned;

use super::check::{endless, named_twice, taken_twice, try_any};
use super::quantity::{Quantity, Value, ValueError};
use super::refusal::{FileError, FileFault};
use super::shape::{File, FileAdd, FileLock, FilePut, FileQueue, FileRepeat, FileStep, FileTask, Number, Short, Word};
use super::{
    AddHow, CounterSpec, GilUse, Param, QueueSpec, RepeatSpec, StartLock, StepSpec, TaskSpec, WorkerWish, Workload,
    named,
};

mod variants;

/// The version of the format that is read.
const FORMAT: i64 = 1;
/// The most workers a file may ask for.
const MOST_WORKERS: u16 = 4096;
/// Deepest nesting of `repeat` and `lock`.
const DEEPEST: usize = 8;
/// Bytes of an answer, if the file does not say.
const ANSWER: u64 = 512;
/// The most locks a workload may have.
const MOST_LOCKS: usize = 64;
/// The most queues, and the most counters, that a workload may have.
const MOST_SHARED: usize = 64;

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
    cx.with_variants(read)
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
        let queues: Vec<&str> = read.queues.keys().map(String::as_str).collect();
        let counters: Vec<&str> = read.counters.keys().map(String::as_str).collect();
        let names = Names { params: &params, tasks: &names, queues: &queues, counters: &counters };
        let tasks = read.tasks.get_ref().iter().map(|t| self.task(t, &names)).collect::<Result<Vec<_>, _>>()?;
        if let Some(index) = endless(&tasks) {
            let why = FileFault::Endless(tasks[index].name.clone());
            return Err(self.error(read.tasks.get_ref()[index].steps.span().start, why));
        }
        if let Some((index, name)) = taken_twice(&tasks) {
            let why = FileFault::LockTwice { task: tasks[index].name.clone(), lock: name.to_owned() };
            return Err(self.error(read.tasks.get_ref()[index].steps.span().start, why));
        }
        if let Some(index) = named_twice(&tasks) {
            let why = FileFault::NamedTwice(tasks[index].name.clone());
            return Err(self.error(read.tasks.get_ref()[index].name.span().start, why));
        }
        let queues = self.queues(&read, &tasks, &names)?;
        let counters = self.counters(&read, &tasks, &names)?;
        let workers = read.workers.as_ref().map(|w| self.workers(w)).transpose()?;
        let lock = read.lock.as_ref().map_or(Ok(StartLock::Off), |word| self.start_lock(word))?;
        let at = read.tasks.span().start;
        let workload = Workload {
            name: read.name.into_inner(),
            group: read.group,
            title: read.title,
            about: read.about,
            show: read.show,
            params,
            queues,
            counters,
            tasks,
            workers,
            lock,
            variant: read.variant.map(Spanned::into_inner),
            variants: Vec::new(),
        };
        match workload.locks().len() {
            0..=MOST_LOCKS => Ok(workload),
            found => Err(self.error(at, FileFault::TooManyLocks { found, most: MOST_LOCKS })),
        }
    }

    fn name(&self, name: &Spanned<String>) -> Result<(), FileError> {
        self.name_at(name.get_ref(), name.span().start)
    }

    fn name_at(&self, name: &str, at: usize) -> Result<(), FileError> {
        let good = !name.trim().is_empty() && !name.contains(char::is_control);
        if good { Ok(()) } else { Err(self.error(at, FileFault::Name)) }
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

    /// The queues that the steps of the file name, in that order.
    fn queues(&self, read: &File, tasks: &[TaskSpec], names: &Names<'_>) -> Result<Vec<QueueSpec>, FileError> {
        let at = |name: &str| read.queues.get(name).map_or(0, |queue| queue.span().start);
        if let Some(over) = names.queues.get(MOST_SHARED) {
            let why = FileFault::TooManyShared { what: "queues", found: names.queues.len(), most: MOST_SHARED };
            return Err(self.error(at(over), why));
        }
        let got = named(tasks, StepSpec::gets_from);
        let put = named(tasks, StepSpec::puts_into);
        if let Some(lonely) = got.iter().find(|name| !put.contains(name)) {
            return Err(self.error(at(lonely), FileFault::NobodyPuts((*lonely).to_owned())));
        }
        let used = named(tasks, |step| step.puts_into().or(step.gets_from()));
        let queue = |name: &str, queue: &Spanned<Short<FileQueue>>| {
            let none = || Quantity::from(Value::Bytes(0));
            self.name_at(name, queue.span().start)?;
            let (room, payload) = match queue.get_ref() {
                Short::Number(room) => (self.amount(room, queue.span().start, names)?, none()),
                Short::Table(FileQueue { room, payload }) => {
                    let payload = payload.as_ref().map(|payload| self.quantity(payload, names)).transpose()?;
                    (self.quantity(room, names)?, payload.unwrap_or_else(none))
                }
            };
            if room == Quantity::from(Value::Count(0)) {
                return Err(self.error(queue.span().start, FileFault::NoRoom));
            }
            Ok(QueueSpec { name: name.to_owned(), room, payload })
        };
        let place = |name: &str| used.iter().position(|known| *known == name).unwrap_or(usize::MAX);
        let mut queues = read.queues.iter().map(|(name, q)| queue(name, q)).collect::<Result<Vec<_>, _>>()?;
        queues.retain(|queue| used.contains(&queue.name.as_str()));
        queues.sort_by_key(|queue| place(&queue.name));
        Ok(queues)
    }

    /// The same of its counters.
    fn counters(&self, read: &File, tasks: &[TaskSpec], names: &Names<'_>) -> Result<Vec<CounterSpec>, FileError> {
        if let Some(over) = names.counters.get(MOST_SHARED).and_then(|name| read.counters.get(*name)) {
            let why = FileFault::TooManyShared { what: "counters", found: names.counters.len(), most: MOST_SHARED };
            return Err(self.error(over.span().start, why));
        }
        let used = named(tasks, |step| match step {
            StepSpec::Add { counter, .. } => Some(counter),
            _ => None,
        });
        let counter = |(name, start): (&String, &Spanned<Number>)| {
            self.name_at(name, start.span().start)?;
            Ok(CounterSpec { name: name.clone(), start: self.quantity(start, names)? })
        };
        let place = |name: &str| used.iter().position(|known| *known == name).unwrap_or(usize::MAX);
        let mut counters = read.counters.iter().map(counter).collect::<Result<Vec<_>, _>>()?;
        counters.retain(|counter| used.contains(&counter.name.as_str()));
        counters.sort_by_key(|counter| place(&counter.name));
        Ok(counters)
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
            FileStep::Lock(l) => self.lock(l, names, depth)?,
            FileStep::Put(p) => self.put(p, names)?,
            FileStep::Get(queue) => StepSpec::Get(self.queue(queue.get_ref(), queue.span().start, names)?),
            FileStep::Add(a) => self.add(a, names, depth)?,
            FileStep::Repeat(r) => {
                let rule = self.rule(r, step.span().start, names)?;
                let steps = self.steps(&r.steps, names, depth + 1)?;
                if rule == RepeatSpec::Retry && !try_any(&steps) {
                    return Err(self.error(step.span().start, FileFault::RetryWithoutTry));
                }
                StepSpec::Repeat { rule, steps }
            }
        })
    }

    fn rule(&self, r: &FileRepeat, at: usize, names: &Names<'_>) -> Result<RepeatSpec, FileError> {
        let retry = r.retry.then_some(());
        Ok(match (&r.times, &r.r#for, &r.until, &r.each, retry) {
            (Some(n), None, None, None, None) => RepeatSpec::Times(self.quantity(n, names)?),
            (None, Some(t), None, None, None) => RepeatSpec::For(self.quantity(t, names)?),
            (None, None, Some(task), None, None) => {
                if !names.tasks.contains(&task.get_ref().as_str()) {
                    let why = FileFault::NoSuchTask { read: task.get_ref().clone(), known: owned(names.tasks) };
                    return Err(self.error(task.span().start, why));
                }
                RepeatSpec::Until(task.get_ref().clone())
            }
            (None, None, None, Some(queue), None) => {
                RepeatSpec::Each(self.queue(queue.get_ref(), queue.span().start, names)?)
            }
            (None, None, None, None, Some(())) => RepeatSpec::Retry,
            _ => return Err(self.error(at, FileFault::OneRule)),
        })
    }

    fn lock(&self, l: &FileLock, names: &Names<'_>, depth: usize) -> Result<StepSpec, FileError> {
        self.name(&l.name)?;
        let limit = l.limit.as_ref().map(|limit| self.quantity(limit, names)).transpose()?;
        let otherwise = match &l.otherwise {
            Some(steps) if !l.r#try => {
                return Err(self.error(steps.span().start, FileFault::OtherwiseWithoutTry));
            }
            Some(steps) => Some(self.steps(steps, names, depth + 1)?),
            None => l.r#try.then(Vec::new),
        };
        let steps = self.steps(&l.steps, names, depth + 1)?;
        Ok(StepSpec::Lock { name: l.name.get_ref().clone(), limit, steps, otherwise })
    }

    fn put(&self, put: &Spanned<Short<FilePut>>, names: &Names<'_>) -> Result<StepSpec, FileError> {
        let (queue, payload) = match put.get_ref() {
            Short::Number(Number::Text(queue)) => (self.queue(queue, put.span().start, names)?, None),
            Short::Number(Number::Whole(_)) => return Err(self.error(put.span().start, FileFault::Name)),
            Short::Table(FilePut { queue, payload }) => {
                let payload = payload.as_ref().map(|payload| self.quantity(payload, names)).transpose()?;
                (self.queue(queue.get_ref(), queue.span().start, names)?, payload)
            }
        };
        Ok(StepSpec::Put { queue, payload })
    }

    fn add(&self, add: &Spanned<Short<FileAdd>>, names: &Names<'_>, depth: usize) -> Result<StepSpec, FileError> {
        let at = add.span().start;
        let FileAdd { counter, how, gap, switch, steps } = match add.get_ref() {
            Short::Number(Number::Text(name)) => {
                let counter = self.counter(name, at, names)?;
                let (how, gap, switch, steps) = (AddHow::Plain, None, false, Vec::new());
                return Ok(StepSpec::Add { counter, how, gap, switch, steps });
            }
            Short::Number(Number::Whole(_)) => return Err(self.error(at, FileFault::Name)),
            Short::Table(table) => table,
        };
        if *how == AddHow::Atomic && (gap.is_some() || *switch || !steps.is_empty()) {
            return Err(self.error(at, FileFault::AtomicGap));
        }
        if depth >= DEEPEST {
            return Err(self.error(at, FileFault::TooDeep(DEEPEST)));
        }
        Ok(StepSpec::Add {
            counter: self.counter(counter.get_ref(), counter.span().start, names)?,
            how: *how,
            gap: gap.as_ref().map(|gap| self.quantity(gap, names)).transpose()?,
            switch: *switch,
            steps: steps.iter().map(|step| self.step(step, names, depth + 1)).collect::<Result<Vec<_>, _>>()?,
        })
    }

    fn queue(&self, name: &str, at: usize, names: &Names<'_>) -> Result<String, FileError> {
        self.declared("queue", name, at, names.queues)
    }

    fn counter(&self, name: &str, at: usize, names: &Names<'_>) -> Result<String, FileError> {
        self.declared("counter", name, at, names.counters)
    }

    fn declared(&self, what: &'static str, name: &str, at: usize, known: &[&str]) -> Result<String, FileError> {
        if known.contains(&name) {
            return Ok(name.to_owned());
        }
        Err(self.error(at, FileFault::NotDeclared { what, read: name.to_owned(), known: owned(known) }))
    }

    fn gil(&self, word: &Spanned<Word>) -> Result<GilUse, FileError> {
        self.word(word, GilUse::named, FileFault::Gil)
    }

    fn start_lock(&self, word: &Spanned<Word>) -> Result<StartLock, FileError> {
        self.word(word, StartLock::named, FileFault::Lock)
    }

    /// What `word` names, as `named` knows it; else it is refused as `fault`.
    fn word<T>(&self, word: &Spanned<Word>, named: fn(&str) -> Option<T>, fault: FileFault) -> Result<T, FileError> {
        let known = match word.get_ref() {
            Word::Text(text) => named(text),
            Word::Other(_) => None,
        };
        known.ok_or_else(|| self.error(word.span().start, fault))
    }

    fn quantity(&self, number: &Spanned<Number>, names: &Names<'_>) -> Result<Quantity, FileError> {
        self.amount(number.get_ref(), number.span().start, names)
    }

    fn amount(&self, number: &Number, at: usize, names: &Names<'_>) -> Result<Quantity, FileError> {
        let quantity: Quantity = match number {
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

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// What a file has names for.
struct Names<'a> {
    params: &'a [Param],
    tasks: &'a [&'a str],
    queues: &'a [&'a str],
    counters: &'a [&'a str],
}

impl Names<'_> {
    fn params(&self) -> Vec<String> {
        self.params.iter().map(|p| p.name.clone()).collect()
    }
}
