//! The runner: reads a plan, makes the run, and ends. Everything that is the same under every model is here.

use std::ffi::OsString;
use std::io::{self, Read, stdin, stdout};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

use super::carriers::Queues;
use super::collector::Collector;
use super::deadlock::Names;
use super::message::Told;
use super::run::{Finish, Run};
use super::server::Server;
use super::shared::Shared;
use super::{event_loop, message, processes, ring, scratch, serial, threads};
use crate::machine::kernel_record::KernelRings;
use crate::machine::{cores, process, sys};
use crate::model::ModelKind;
use crate::plan::Plan;
use crate::semantics::TABLE;
use crate::state::{Failure, NoRecord, Outcome, PlanFault, ThreadPurpose};
use crate::text;
use crate::trace::{Begin, End, Event, Frame, KernelRecord, Overhead, Provenance, Switches, TaskResult, write_frame};
use crate::units::{Ns, TaskId, WorkerId};
use crate::workload::{Facility, walk};

/// A runner's `main`.
pub(super) fn main(args: &[OsString]) -> ExitCode {
    process::die_with_parent(args.first());
    process::lead_a_group();
    // The screen runs with short scheduler turns, which its children inherit: the runner takes the usual ones.
    sys::take_usual_turns();
    sys::name_thread(c"concviz-runner");
    match prepare() {
        Ok((run, collector)) => {
            perform(&Arc::new(run), collector);
            ExitCode::SUCCESS
        }
        Err(reason) => {
            let _ = write_frame(&mut stdout(), &Frame::Failed(reason));
            ExitCode::FAILURE
        }
    }
}

/// Everything before the first task is submitted.
fn prepare() -> Result<(Run, Collector), Failure> {
    let unfit = |fault| Failure::Plan { fault };
    let plan: Plan = message::receive(&mut stdin().lock())
        .map_err(|e| unfit(PlanFault::Unreadable(e.to_string())))?
        .ok_or_else(|| unfit(PlanFault::Missing))?
        .value;
    if plan.tasks.is_empty() || plan.workers == 0 {
        return Err(unfit(PlanFault::Empty));
    }
    check_processes(&plan)?;
    let needs = Needs::of(&plan);
    make_room_for_files(needs.descriptors(&plan));
    let thread = |e: io::Error| Failure::Thread { purpose: ThreadPurpose::Runner, number: None, system: e.into() };
    process::survive_size_limits();
    // The kernel's record covers every thread and process that is started from here on.
    let (kernel, record) = if plan.no_kernel_record {
        (None, KernelRecord::None(text::no_record(&NoRecord::Unwanted)))
    } else {
        match KernelRings::open() {
            Ok(rings) => (Some(rings), KernelRecord::Switches),
            Err(why) => (None, KernelRecord::None(text::no_record(&why))),
        }
    };
    let (shared, memory) = Shared::create(&plan).map_err(|e| Failure::SharedMemory { system: e.into() })?;
    let dispatcher = shared.tracer(WorkerId(plan.workers)).ok_or_else(|| unfit(PlanFault::Workers))?;
    let pinned = cores::kept_on(plan.cores)?;
    let server = if needs.requests { Some(Server::start(&pinned)?) } else { None };
    shared.set_kernel_record(kernel.is_some());
    shared.set_port(server.map_or(0, |s| s.port));
    let files = if needs.files { scratch::file_system() } else { None };
    let queues = Queues::create(&plan, shared).map_err(|e| Failure::SharedMemory { system: e.into() })?;
    let collector = Collector::start(shared, Names::of(&plan), kernel, Unbuffered).map_err(thread)?;
    let listener = listen(collector.obeying(shared)).map_err(thread)?;
    let run = Run { plan, table: &TABLE, record, listener, shared, queues, memory, server, files, dispatcher, pinned };
    Ok((run, collector))
}

/// The most worker processes for tasks that wait for each other.
const MOST_PROCESSES: u64 = 64;

/// Refuses a plan whose tasks wait for each other and would need too many processes.
fn check_processes(plan: &Plan) -> Result<(), Failure> {
    let needed = u64::from(plan.workers).min(plan.tasks.len() as u64);
    let too_many = plan.model.kind.rules().by_value && !plan.queues.is_empty() && needed > MOST_PROCESSES;
    if too_many { Err(Failure::TooManyProcesses { needed, most: MOST_PROCESSES }) } else { Ok(()) }
}

/// Starts the thread that carries out the commands on stdin; returns its number in the kernel.
fn listen(obey: impl FnMut(Told) + Send + 'static) -> io::Result<u32> {
    let (say, hear) = channel();
    thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        let _ = say.send(sys::thread_id());
        hear_commands(stdin().lock(), obey)
    })?;
    hear.recv().map_err(io::Error::other)
}

/// Reads commands from `stdin` and hands them to `obey`. When `stdin` ends, the process at its other end is gone, and
/// the runner dies; so it does after a message that is no command.
fn hear_commands(mut stdin: impl Read, mut obey: impl FnMut(Told)) -> ! {
    while let Ok(Some(command)) = message::receive(&mut stdin) {
        obey(command.value);
    }
    process::die_with_children()
}

/// Raises the limit of open files to what the system allows, and has the kernel make its table of them large enough for
/// `count`. Later, when the process has threads, growing the table stops each thread that opens a file for some ten
/// milliseconds.
fn make_room_for_files(count: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let allowed = maximum.and_then(|n| i32::try_from(n).ok()).unwrap_or(i32::MAX);
    let highest = i32::try_from(count).unwrap_or(i32::MAX).min(allowed - 1);
    // If the kernel refuses, opening files is only slower.
    let _ = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), highest);
}

/// What tasks need beyond cores.
#[derive(Default)]
struct Needs {
    requests: bool,
    files: bool,
}

impl Needs {
    fn of(plan: &Plan) -> Needs {
        let mut needs = Needs::default();
        let steps = plan.tasks.iter().flat_map(|task| walk(&task.ops));
        for facility in steps.filter_map(|visit| visit.op.facility()) {
            match facility {
                Facility::Server => needs.requests = true,
                Facility::File => needs.files = true,
            }
        }
        needs
    }

    /// How many file descriptors the runner will need, about: each task that is under way may have a connection and a
    /// file, and the server has the other end of the connection.
    fn descriptors(&self, plan: &Plan) -> usize {
        const BESIDES: usize = 32;
        let own = usize::from(self.requests) + usize::from(self.files);
        let (own, at_once) = match plan.model.kind {
            ModelKind::Serial => (own, 1),
            ModelKind::Threads => (own, usize::from(plan.workers)),
            ModelKind::Processes => (1, usize::from(plan.workers)),
            ModelKind::Async => (own, plan.tasks.len()),
        };
        BESIDES + at_once.min(plan.tasks.len()) * (own + usize::from(self.requests))
    }
}

fn perform(run: &Arc<Run>, collector: Collector) {
    let cores = if run.pinned.is_empty() { cores::allowed() } else { run.pinned.clone() };
    let kind = run.plan.model.kind;
    let mut watchers: Vec<u32> = run.server.map(Server::tid).into_iter().chain([run.listener]).collect();
    if kind.rules().many_workers {
        watchers.push(sys::thread_id());
    }
    let cpu = sys::thread_cpu();
    let t0 = sys::now();
    let (pid, workers, kernel_record) = (std::process::id(), run.plan.workers, run.record.clone());
    collector.begin(Begin { made_by: Provenance::Measured, t0, pid, workers, cores, kernel_record, watchers });
    for task in (0..run.plan.tasks.len() as u32).map(TaskId) {
        run.dispatcher.emit_at(t0, Event::Submitted { task });
    }
    let finished = match kind {
        ModelKind::Serial => serial::run(run),
        ModelKind::Threads => threads::run(run),
        ModelKind::Processes => processes::run(run),
        ModelKind::Async => event_loop::run(run),
    };
    match finished {
        Ok(finish) => {
            let dispatcher = if kind.rules().many_workers { sys::thread_cpu().less(cpu) } else { Ns::ZERO };
            collector.end(account_for(run, &finish, dispatcher));
        }
        Err(reason) => collector.fail(reason),
    }
}

fn account_for(run: &Run, finish: &Finish, dispatcher: Ns) -> End {
    let workers = run.workers();
    for task in finish.unfinished() {
        let stopped = Event::Ended { task, outcome: Outcome::Stopped, signal: 0, cpu: Ns::ZERO };
        run.dispatcher.emit_at(finish.end, stopped);
    }
    let add = |a: Switches, b: Switches| Switches {
        voluntary: a.voluntary + b.voluntary,
        involuntary: a.involuntary + b.involuntary,
    };
    let server = run.server.map_or(Ns::ZERO, Server::cpu);
    let stopped = |task: TaskId| TaskResult::stopped(run.shared.laps(task));
    let results = (0..).map(TaskId).zip(&finish.results);
    End {
        at: finish.end,
        cpu: workers.iter().map(|w| w.cpu).sum::<Ns>() + finish.helpers,
        helpers: finish.helpers,
        overhead: Overhead { dispatcher, server, ..Overhead::default() },
        files: run.files.clone(),
        thousand_events: ring::cost_of_a_thousand(),
        switches: workers.iter().map(|w| w.switches).fold(Switches::default(), add),
        workers,
        results: results.map(|(task, r)| r.unwrap_or_else(|| stopped(task))).collect(),
        queues: run.shared.queue_accounts(),
        counters: run.shared.counter_accounts(run.workers_needed(), run.plan.model.kind.rules().by_value),
        ..End::default()
    }
}

/// Standard output without the line buffer in between.
struct Unbuffered;

impl io::Write for Unbuffered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(rustix::stdio::stdout(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
