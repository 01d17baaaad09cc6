//! One run without a screen: starts it, follows it, prints what it came to. stdout carries only what was asked for;
//! progress and errors go to stderr. Draws nothing and decides nothing about the run.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use crate::engine::real::calibrate::{self, Calibration};
use crate::engine::real::{Runner, machine, sys};
use crate::load::Watch;
use crate::plan::Plan;
use crate::report::{self, Format, Narrator};
use crate::settings::Settings;
use crate::trace::{Begin, Frame, FrameError, TaskName, Trace};

mod progress;

use progress::Progress;

/// Why there is no result to print.
enum Stop {
    /// For this reason.
    Failed(String),
    /// A signal asked the program to end.
    Signal(i32),
    /// Nobody reads stdout any more.
    NobodyReads,
}

/// What the run's loop waits for.
enum News {
    Frame(Frame),
    /// The runner's pipe is at its end, or broke.
    Over(Option<FrameError>),
    Signal(i32),
}

/// Makes the run that `settings` describe and prints its result in `format`, or in sentences. The code to exit with is
/// 0, or 1 if the run failed or a task did not come to its end, or 128 and the number of the signal that ended it.
pub fn run(settings: &Settings, format: Format) -> ExitCode {
    let code = match attempt(settings, format) {
        Ok(None) | Err(Stop::NobodyReads) => 0,
        Ok(Some(shortfall)) => {
            complain(&shortfall);
            1
        }
        Err(Stop::Failed(reason)) => {
            complain(&reason);
            1
        }
        Err(Stop::Signal(number)) => 128 + number as u8,
    };
    ExitCode::from(code)
}

fn complain(sentence: &str) {
    // Where stderr is closed, the exit code has to do.
    let _ = writeln!(io::stderr(), "error: {sentence}");
}

fn attempt(settings: &Settings, format: Format) -> Result<Option<String>, Stop> {
    let (news, coming) = channel();
    listen_for_signals(news.clone())?;
    let plan = plan(settings)?;
    let mut runner = Runner::spawn(&plan).map_err(|e| Stop::Failed(e.to_string()))?;
    let frames = runner.frames().ok_or_else(|| Stop::Failed("the runner has no output".to_owned()))?;
    thread::spawn(move || forward(frames, &news));
    let mut following = Following::new(settings, &plan);
    let followed = follow(&mut following, &mut runner, &coming);
    following.progress.erase();
    followed?;
    runner.kill();
    let run = report::Run { settings, plan: &plan, trace: &following.trace, busy_machine: following.busy_machine };
    let text = match format {
        _ if settings.plain => Some(report::summary(run)),
        Format::Table => Some(report::table(run)),
        Format::Json => report::json(run),
        Format::Csv => report::csv_rows(run, None).map(|rows| report::csv_head(false) + &rows),
    };
    let text = text.ok_or_else(|| Stop::Failed("the runner ended without an account of the run".to_owned()))?;
    print(&text)?;
    Ok(report::shortfall(run))
}

fn plan(settings: &Settings) -> Result<Plan, Stop> {
    let failed = |e: &dyn std::fmt::Display| Stop::Failed(e.to_string());
    let tasks = settings.workload.resolve(settings.scale).map_err(|e| failed(&e))?;
    let rates = match calibrate::cached() {
        Some(rates) => rates,
        None => Calibration::start().wait().map_err(|e| failed(&e))?,
    };
    let usable = machine::usable_cores().ceil().max(1.0) as u16;
    Ok(Plan::new(&settings.workload, tasks, settings.model, settings.wishes, usable, rates))
}

fn listen_for_signals(news: Sender<News>) -> Result<(), Stop> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT])
        .map_err(|e| Stop::Failed(format!("signals cannot be listened for: {e}")))?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if news.send(News::Signal(signal)).is_err() {
                break;
            }
        }
    });
    Ok(())
}

fn forward<R: io::Read>(mut frames: crate::trace::FrameReader<R>, news: &Sender<News>) {
    loop {
        let next = match frames.next_frame() {
            Ok(Some(frame)) => News::Frame(frame),
            Ok(None) => News::Over(None),
            Err(e) => News::Over(Some(e)),
        };
        let last = matches!(next, News::Over(_));
        if news.send(next).is_err() || last {
            return;
        }
    }
}

/// A run that is being followed.
struct Following {
    trace: Trace,
    narrator: Option<Narrator>,
    progress: Progress,
    cores: Vec<u16>,
    watch: Option<Watch>,
    busy_machine: Option<f64>,
}

impl Following {
    fn new(settings: &Settings, plan: &Plan) -> Following {
        let stage = plan.stage();
        let named = |t: &crate::workload::Task| TaskName { name: t.name.clone(), background: t.background };
        let trace = Trace::new(stage.tasks.iter().map(named).collect(), stage.workers);
        let narrator = settings.plain.then(|| Narrator::new(stage.tasks.iter().map(|t| t.name.clone())));
        let what = format!("{} as {}", stage.workload, stage.model.kind.name());
        let cores = machine::allowed_cores();
        let progress = Progress::new(what, settings.plain);
        Following { trace, narrator, progress, cores, watch: None, busy_machine: None }
    }

    fn begin(&mut self, begin: &Begin) -> Result<(), Stop> {
        self.watch = Some(Watch::begin(self.cores.clone(), sys::now(), sys::process_cpu()));
        self.trace.begin(begin);
        match &mut self.narrator {
            Some(narrator) => print(&(narrator.begin(begin) + "\n")),
            None => Ok(()),
        }
    }

    /// Takes one frame in; says whether the run is over.
    fn take(&mut self, frame: Frame) -> Result<bool, Stop> {
        match frame {
            Frame::Begin(begin) => self.begin(&begin)?,
            Frame::Events(records) => {
                records.iter().for_each(|record| self.trace.push(record));
                if let Some(narrator) = &mut self.narrator {
                    let text: String = narrator.tell(&records).into_iter().map(|s| s + "\n").collect();
                    print(&text)?;
                }
            }
            Frame::End(end) => {
                let run = end.cpu + end.overhead.collector + end.overhead.dispatcher;
                let others = self.watch.as_ref().and_then(|w| w.others(sys::now(), sys::process_cpu(), run));
                self.busy_machine = others.map(|cores| cores / self.cores.len().max(1) as f64);
                self.trace.end(end);
                return Ok(true);
            }
            Frame::Failed(reason) => return Err(Stop::Failed(format!("the run failed: {reason}"))),
        }
        Ok(false)
    }
}

fn follow(following: &mut Following, runner: &mut Runner, coming: &Receiver<News>) -> Result<(), Stop> {
    loop {
        match coming.recv_timeout(Duration::from_millis(100)) {
            Ok(News::Frame(frame)) => {
                if following.take(frame)? {
                    return Ok(());
                }
            }
            Ok(News::Over(None)) => {
                return Err(Stop::Failed("the run broke off: its process ended before the tasks did".to_owned()));
            }
            Ok(News::Over(Some(e))) => return Err(Stop::Failed(format!("the run broke off: {e}"))),
            Ok(News::Signal(SIGCONT)) => runner.resume(),
            Ok(News::Signal(SIGTSTP)) => {
                following.progress.erase();
                runner.suspend();
                let from = sys::now();
                // The program stops inside this call and returns from it when it is continued.
                let _ = signal_hook::low_level::emulate_default_handler(SIGTSTP);
                runner.resume();
                following.trace.suspend(from, sys::now());
            }
            Ok(News::Signal(signal)) => {
                runner.kill();
                return Err(Stop::Signal(signal));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(Stop::Failed("the run cannot be followed".to_owned())),
        }
        following.progress.show(&following.trace, sys::now());
    }
}

/// Prints `text` on stdout, where there is any.
fn print(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Err(Stop::NobodyReads),
        Err(e) => Err(Stop::Failed(format!("the result cannot be written to standard output: {e}"))),
    }
}
