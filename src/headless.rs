//! Runs without a screen: starts them, follows them, prints their results. stdout carries only what was asked for;
//! progress and errors go to stderr. Draws nothing and decides nothing about a run.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use crossbeam::channel::{Receiver, Sender, unbounded};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use crate::engine::real::Runner;
use crate::machine::{self, Machine, calibrate};
use crate::plan::{Plan, Rates};
use crate::recorder::Recorder;
use crate::recording::{Reason, RecorderError, Recording};
use crate::report::{self, Format, Printout};
use crate::settings::{Settings, Setup};
use crate::state::Failure;
use crate::text;
use crate::watching::Watching;
use crate::workload::Kernels;

mod compare;
mod export;
mod fault;
mod follow;
mod map;
mod progress;

pub use compare::compare;
pub use export::export;
use fault::Fault;
use follow::Following;
pub use map::map;

/// What ended the program before its runs were over.
#[derive(Debug)]
enum Stop {
    /// Something could not be done.
    Failed(Fault),
    /// The run could not be made, or broke off.
    Broke(Failure),
    /// A signal asked the program to end.
    Signal(i32),
    /// Nobody reads stdout any more.
    NobodyReads,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Failed(fault)
    }
}

impl Stop {
    /// Why there are no more runs, for the reader of the document; `None` where nobody reads it.
    fn failure(&self) -> Option<Failure> {
        Some(match self {
            Stop::Failed(fault) => Failure::Told { sentence: fault.to_string() },
            Stop::Broke(why) => why.clone(),
            Stop::Signal(signal) => Failure::Signal { signal: *signal },
            Stop::NobodyReads => return None,
        })
    }

    /// The same as [`Stop::failure`], as a reason.
    fn reason(&self) -> Option<Reason> {
        self.failure().map(Reason::Broke)
    }
}

/// What a run's loop waits for.
enum News {
    /// A run has sent frames.
    Run,
    Signal(i32),
}

/// Makes the run that `settings` describe and prints its result in `format`, or in sentences. With `repeat` it makes
/// that many runs of the same plan, one after the other, and prints their summary. The exit code is 0; or 1 if a run
/// failed or a task did not come to its end, which also ends a repetition; or 128 plus the number of the signal that
/// ended it. The output printed until then is always completed to a valid document.
pub fn run(settings: &Settings, format: Format, repeat: Option<u16>) -> ExitCode {
    code(attempt(settings, format, repeat))
}

/// The exit code for `outcome`; if `outcome` has a reason, it is written to stderr first.
fn code(outcome: Result<(), Stop>) -> ExitCode {
    let said = match outcome {
        Ok(()) | Err(Stop::NobodyReads) => return ExitCode::SUCCESS,
        Err(Stop::Signal(number)) => return ExitCode::from(128 + number as u8),
        Err(Stop::Failed(fault)) => fault.to_string(),
        Err(Stop::Broke(why)) => text::run_failed(&why),
    };
    // If stderr is closed, the exit code has to do.
    let _ = writeln!(io::stderr(), "error: {}", text::outside(&said));
    ExitCode::FAILURE
}

fn attempt(settings: &Settings, format: Format, repeat: Option<u16>) -> Result<(), Stop> {
    let runs = Runs::open(settings.trace.as_deref())?;
    let mut printout = Printout::new(format, settings.plain, repeat);
    let outcome = each(settings, &mut printout, repeat, &runs);
    if matches!(outcome, Err(Stop::NobodyReads)) {
        return outcome;
    }
    let reason = outcome.as_ref().err().and_then(Stop::reason);
    // What ended the runs matters more than a failure to write the rest.
    let closed = print(&printout.close(reason.as_ref()));
    outcome.and(closed)
}

/// Makes all runs and prints each.
fn each(settings: &Settings, printout: &mut Printout, repeat: Option<u16>, runs: &Runs) -> Result<(), Stop> {
    let (plan, rates) = match plan(&settings.setup) {
        Ok(planned) => planned,
        Err(stop) => {
            print(&(printout.begin(1) + &unplanned(&settings.setup, &stop, printout)))?;
            return Err(stop);
        }
    };
    (1..=repeat.unwrap_or(1)).try_for_each(|round| once(settings, (&plan, rates), printout, (round, repeat), runs))
}

/// The output for a run that `stop` kept from being planned: all that was asked for is known, but not the iterations.
fn unplanned(setup: &Setup, stop: &Stop, printout: &mut Printout) -> String {
    let Ok(tasks) = setup.tasks() else { return String::new() };
    let (rates, machine) = (Rates::default(), Machine::here());
    let plan = setup.plan(tasks, machine.whole_cores(), rates);
    let mut recording = Recording::of_plan(setup.clone(), plan, rates, machine);
    recording.break_off(stop.failure());
    printout.end(&recording, 1)
}

/// Makes the run number `round` of `of` and prints it.
fn once(
    settings: &Settings,
    (plan, rates): (&Plan, Rates),
    printout: &mut Printout,
    (round, of): (u16, Option<u16>),
    runs: &Runs,
) -> Result<(), Stop> {
    print(&printout.begin(round))?;
    let number = of.map_or_else(String::new, |of| format!(", run {round} of {of}"));
    let what = format!("{} as {}{number}", settings.setup.workload.full_name(), plan.model.kind.name());
    let Made { recording, stop } = runs.make((&settings.setup, plan, rates), what, settings.plain);
    if matches!(stop, Some(Stop::NobodyReads)) {
        return stop.map_or(Ok(()), Err);
    }
    let printed = print(&printout.end(&recording, round));
    // What ended the run matters more than a failure to print it.
    stop.map_or(printed, Err)?;
    report::shortfall(&recording).map_or(Ok(()), |shortfall| Err(Fault::Incomplete(shortfall).into()))
}

/// A run that was made, or the part of it until it broke off.
struct Made {
    recording: Recording,
    /// What ended it before it was over; or why it could not be kept.
    stop: Option<Stop>,
}

/// Makes runs, one after the other.
struct Runs {
    news: Sender<News>,
    coming: Receiver<News>,
    /// The file to which they are added.
    recorder: RefCell<Option<Recorder>>,
}

impl Runs {
    /// Begins to listen for signals. Runs are added to the file `trace`, if one is given.
    fn open(trace: Option<&Path>) -> Result<Runs, Stop> {
        let recorder = RefCell::new(trace.map(Recorder::open).transpose().map_err(Fault::File)?);
        let (news, coming) = unbounded();
        listen_for_signals(news.clone())?;
        Ok(Runs { news, coming, recorder })
    }

    /// Makes a run of `plan`, which was made for `setup`. `what` names it while it goes on; if `plain`, it is told in
    /// sentences. A run that fails or breaks off is a recording too: of the part that happened, and why it ended.
    fn make(&self, (setup, plan, rates): (&Setup, &Plan, Rates), what: String, plain: bool) -> Made {
        let recording = Recording::of_plan(setup.clone(), plan.clone(), rates, Machine::here());
        let begun = self.note(|recorder| recorder.begin(&recording));
        let mut following = Following::new(recording, what, plain);
        let followed = begun.and_then(|()| self.follow(&mut following, plan));
        let mut recording = following.recording;
        if let Err(stop) = &followed {
            recording.trace.fail(machine::now());
            recording.break_off(stop.failure());
        }
        let kept = self.note(|recorder| recorder.end(&recording));
        Made { recording, stop: followed.and(kept).err() }
    }

    /// Calls `tell` with the file's recorder, if there is one.
    fn note(&self, tell: impl FnOnce(&mut Recorder) -> Result<(), RecorderError>) -> Result<(), Stop> {
        self.recorder.borrow_mut().as_mut().map_or(Ok(()), tell).map_err(|e| Fault::File(e).into())
    }

    fn follow(&self, following: &mut Following, plan: &Plan) -> Result<(), Stop> {
        let runner = Runner::spawn(plan).map_err(Stop::Broke)?;
        let to = self.news.clone();
        let wake = move || drop(to.send(News::Run));
        // A run that is kept in a file is written there as it is followed.
        let mut watching = Watching::begin(Box::new(runner), |_| (), wake).map_err(Stop::Broke)?;
        following.follow(&mut watching, &self.coming, self.recorder.borrow_mut().as_mut())
    }
}

fn plan(setup: &Setup) -> Result<(Plan, Rates), Stop> {
    let tasks = setup.tasks().map_err(Fault::Workload)?;
    let rates = calibrate::rates(Kernels::of_all(&tasks)).map_err(Fault::Rates)?;
    let usable = Machine::here().whole_cores();
    Ok((setup.plan(tasks, usable, rates), rates))
}

fn listen_for_signals(news: Sender<News>) -> Result<(), Stop> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT]).map_err(Fault::Signals)?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if news.send(News::Signal(signal)).is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// Prints `text` on stdout at once.
fn print(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Err(Stop::NobodyReads),
        Err(e) => Err(Fault::Output(e).into()),
    }
}
