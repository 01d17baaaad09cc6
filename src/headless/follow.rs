//! Following one run: its frames come in, its trace grows, sentences and progress go out.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use signal_hook::consts::{SIGCONT, SIGTSTP};

use super::progress::Progress;
use super::{News, Stop, print};
use crate::engine::real::Runner;
use crate::machine::cores::Throttling;
use crate::machine::load::Watch;
use crate::machine::{self, Machine};
use crate::plan::{Plan, Rates};
use crate::recorder::Recorder;
use crate::recording::{Conditions, Finished, Recording, empty_trace};
use crate::report::Narrator;
use crate::settings::Setup;
use crate::trace::{Begin, End, Frame, Stamped, Trace};
use crate::units::Ns;

/// A run that is being followed.
pub(super) struct Following {
    round: u16,
    trace: Trace,
    narrator: Option<Narrator>,
    progress: Progress,
    machine: Machine,
    watch: Option<Watch>,
    throttling: Option<Throttling>,
    pub conditions: Conditions,
}

impl Following {
    /// The run number `round` of `plan`, called `what` while it goes on; told in sentences where it is `plain`.
    pub(super) fn new(plan: &Plan, what: String, plain: bool, round: u16) -> Following {
        let narrator = plain.then(|| Narrator::new(plan.tasks.iter().map(|t| t.name.clone()), plan.model.kind));
        Following {
            round,
            trace: empty_trace(plan),
            narrator,
            progress: Progress::new(what, plain),
            machine: Machine::here(),
            watch: None,
            throttling: None,
            conditions: Conditions::default(),
        }
    }

    /// What is known of it before it begins.
    pub(super) fn begun<'a>(&'a self, setup: &'a Setup, plan: &'a Plan, rates: Rates) -> Finished<'a> {
        Finished { setup, plan, rates, machine: &self.machine, trace: &self.trace, conditions: self.conditions }
    }

    /// All that came of it, for which `setup` asked and which was planned with `rates`.
    pub(super) fn recording(self, setup: &Setup, plan: &Plan, rates: Rates) -> Recording {
        let Following { trace, machine, conditions, .. } = self;
        Recording { setup: setup.clone(), plan: plan.clone(), rates, machine, trace, conditions, broken: None }
    }

    fn begin(&mut self, begin: &Begin) -> Result<(), Stop> {
        self.watch = Some(Watch::begin(self.machine.allowed.clone(), machine::now(), machine::process_cpu()));
        self.throttling = Some(Throttling::begin());
        self.trace.begin(begin);
        let sentences = self.narrator.as_mut().map(|narrator| narrator.begin(begin));
        say(sentences.unwrap_or_default())
    }

    /// Takes one frame in; says whether the run is over.
    fn take(&mut self, frame: Frame) -> Result<bool, Stop> {
        match frame {
            Frame::Begin(begin) => self.begin(&begin)?,
            Frame::Events(events) => {
                events.iter().for_each(|stamped| self.trace.push(stamped));
                if let Some(narrator) = &mut self.narrator {
                    say(narrator.tell(&events))?;
                }
            }
            Frame::End(end) => {
                self.conditions = self.conditions(&end);
                self.trace.end(end);
                return Ok(true);
            }
            Frame::Failed(reason) => return Err(Stop::Failed(format!("the run failed: {reason}"))),
        }
        Ok(false)
    }

    /// What the machine did from the begin of the run, which is over, to now.
    fn conditions(&self, end: &End) -> Conditions {
        let Some(watch) = &self.watch else { return Conditions::default() };
        let (at, own) = (machine::now(), machine::process_cpu());
        Conditions {
            others: watch.others(at, own, end.cpu + end.overhead.all()),
            watching: watch.own(at, own, end.overhead.collector + end.overhead.dispatcher),
            screen: Some(watch.own(at, own, Ns::ZERO)),
            stolen: watch.stolen(at),
            throttled: self.throttling.as_ref().and_then(Throttling::so_far),
        }
    }

    /// Until the run is over, or something ends it.
    pub(super) fn follow(
        &mut self,
        runner: &mut Runner,
        coming: &Receiver<News>,
        recorder: Option<&mut Recorder>,
    ) -> Result<(), Stop> {
        let followed = self.each_frame(runner, coming, recorder);
        self.progress.erase();
        followed
    }

    fn each_frame(
        &mut self,
        runner: &mut Runner,
        coming: &Receiver<News>,
        mut recorder: Option<&mut Recorder>,
    ) -> Result<(), Stop> {
        loop {
            match coming.recv_timeout(Duration::from_millis(100)) {
                // What an earlier run leaves behind is nobody's news.
                Ok(News::Frame(round, _) | News::Over(round, _)) if round != self.round => {}
                Ok(News::Frame(_, frame)) => {
                    if let Some(recorder) = recorder.as_deref_mut() {
                        recorder.frame(&frame).map_err(Stop::Failed)?;
                    }
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
                    let from = machine::now();
                    // The program stops inside this call and returns from it when it is continued.
                    let _ = signal_hook::low_level::emulate_default_handler(SIGTSTP);
                    let to = machine::now();
                    runner.resume();
                    self.trace.suspend(from, to);
                    // The runner does not know of it.
                    if let Some(recorder) = recorder.as_deref_mut().filter(|_| self.trace.t0().is_some()) {
                        let stood_still = Frame::Events(vec![Stamped::suspended(from, to)]);
                        recorder.frame(&stood_still).map_err(Stop::Failed)?;
                    }
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
        let said = self.narrator.as_mut().filter(|_| begun).and_then(|narrator| narrator.pause(machine::now()));
        self.progress.show(&self.trace, machine::now());
        say(said)
    }
}

/// Prints `sentences`, each as a line, at once.
fn say(sentences: impl IntoIterator<Item = String>) -> Result<(), Stop> {
    let text: String = sentences.into_iter().map(|s| s + "\n").collect();
    if text.is_empty() { Ok(()) } else { print(&text) }
}
