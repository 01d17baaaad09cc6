//! Following one run: its frames come in, its trace grows, sentences and progress go out.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use signal_hook::consts::{SIGCONT, SIGTSTP};

use super::progress::Progress;
use super::{News, Stop, print};
use crate::engine::real::machine::{self, Throttling};
use crate::engine::real::{Runner, sys};
use crate::insight::{self, Around};
use crate::load::Watch;
use crate::plan::Plan;
use crate::report::Narrator;
use crate::settings::Settings;
use crate::trace::{Begin, Frame, TaskName, Trace};
use crate::units::Ns;

/// A run that is being followed.
pub(super) struct Following {
    round: u16,
    pub trace: Trace,
    narrator: Option<Narrator>,
    pub progress: Progress,
    cores: Vec<u16>,
    pub usable: f64,
    watch: Option<Watch>,
    throttling: Option<Throttling>,
    pub busy_machine: Option<f64>,
    stolen: Option<f64>,
    throttled: Option<Ns>,
    /// Cores that this program kept busy from the run's begin to its end.
    pub own: Option<f64>,
}

impl Following {
    /// The run number `round` of `of`, which has not begun.
    pub(super) fn new(settings: &Settings, plan: &Plan, (round, of): (u16, Option<u16>)) -> Following {
        let stage = plan.stage();
        let named = |t: &crate::workload::Task| TaskName { name: t.name.clone(), background: t.background };
        let trace = Trace::new(stage.tasks.iter().map(named).collect(), stage.workers);
        let trace = trace.naming_locks(stage.locks.clone());
        let narrator =
            settings.plain.then(|| Narrator::new(stage.tasks.iter().map(|t| t.name.clone()), stage.model.kind));
        let number = of.map_or_else(String::new, |of| format!(", run {round} of {of}"));
        let what = format!("{} as {}{number}", stage.workload, stage.model.kind.name());
        let cores = machine::allowed_cores();
        let progress = Progress::new(what, settings.plain);
        let wished = settings.wishes.cores.map_or(f64::INFINITY, f64::from);
        Following {
            round,
            trace,
            narrator,
            progress,
            cores,
            usable: machine::usable_cores().min(wished),
            watch: None,
            throttling: None,
            busy_machine: None,
            stolen: None,
            throttled: None,
            own: None,
        }
    }

    /// What the machine did to the run, whose tasks were `planned` to compute for so long.
    pub(super) fn around(&self, planned: Option<Ns>) -> Around {
        let speed = planned.zip(insight::worked(&self.trace)).and_then(|(plan, work)| insight::speed(plan, work));
        Around { stolen: self.stolen, throttled: self.throttled, speed, ..Around::default() }
    }

    fn begin(&mut self, begin: &Begin) -> Result<(), Stop> {
        self.watch = Some(Watch::begin(self.cores.clone(), sys::now(), sys::process_cpu()));
        self.throttling = Some(Throttling::begin());
        self.trace.begin(begin);
        let sentences = self.narrator.as_mut().map(|narrator| narrator.begin(begin));
        say(sentences.unwrap_or_default())
    }

    /// Takes one frame in; says whether the run is over.
    fn take(&mut self, frame: Frame) -> Result<bool, Stop> {
        match frame {
            Frame::Begin(begin) => self.begin(&begin)?,
            Frame::Events(records) => {
                records.iter().for_each(|record| self.trace.push(record));
                if let Some(narrator) = &mut self.narrator {
                    say(narrator.tell(&records))?;
                }
            }
            Frame::End(end) => {
                let run = end.cpu + end.overhead.all();
                self.throttled = self.throttling.as_ref().and_then(Throttling::so_far);
                self.stolen = self.watch.as_ref().and_then(|w| w.stolen(sys::now()));
                let others = self.watch.as_ref().and_then(|w| w.others(sys::now(), sys::process_cpu(), run));
                self.own = self.watch.as_ref().map(|w| w.own(sys::now(), sys::process_cpu(), Ns::ZERO));
                self.busy_machine = others.map(|cores| cores / self.cores.len().max(1) as f64);
                self.trace.end(end);
                return Ok(true);
            }
            Frame::Failed(reason) => return Err(Stop::Failed(format!("the run failed: {reason}"))),
        }
        Ok(false)
    }

    /// Until the run is over, or something ends it.
    pub(super) fn follow(&mut self, runner: &mut Runner, coming: &Receiver<News>) -> Result<(), Stop> {
        loop {
            match coming.recv_timeout(Duration::from_millis(100)) {
                // What an earlier run leaves behind is nobody's news.
                Ok(News::Frame(round, _) | News::Over(round, _)) if round != self.round => {}
                Ok(News::Frame(_, frame)) => {
                    if self.take(*frame)? {
                        return Ok(());
                    }
                }
                Ok(News::Over(_, None)) => {
                    return Err(Stop::Failed("the run broke off: its process ended before the tasks did".to_owned()));
                }
                Ok(News::Over(_, Some(e))) => return Err(Stop::Failed(format!("the run broke off: {e}"))),
                Ok(News::Signal(SIGCONT)) => runner.resume(),
                Ok(News::Signal(SIGTSTP)) => {
                    self.progress.erase();
                    runner.suspend();
                    let from = sys::now();
                    // The program stops inside this call and returns from it when it is continued.
                    let _ = signal_hook::low_level::emulate_default_handler(SIGTSTP);
                    runner.resume();
                    self.trace.suspend(from, sys::now());
                }
                Ok(News::Signal(signal)) => {
                    runner.kill();
                    return Err(Stop::Signal(signal));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Stop::Failed("the run cannot be followed".to_owned()));
                }
            }
            self.pause()?;
        }
    }

    /// Nothing happens at the moment.
    fn pause(&mut self) -> Result<(), Stop> {
        let begun = self.trace.t0().is_some();
        let said = self.narrator.as_mut().filter(|_| begun).and_then(|narrator| narrator.pause(sys::now()));
        self.progress.show(&self.trace, sys::now());
        say(said)
    }
}

/// Prints `sentences`, each as a line, at once.
fn say(sentences: impl IntoIterator<Item = String>) -> Result<(), Stop> {
    let text: String = sentences.into_iter().map(|s| s + "\n").collect();
    if text.is_empty() { Ok(()) } else { print(&text) }
}
