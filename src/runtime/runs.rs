//! The run that is under way: its process, the thread that reads its pipe, and what others did meanwhile.

use std::thread;

use crossbeam::channel::Sender;

use super::news::News;
use super::now;
use crate::app::{Message, RunId};
use crate::engine::real::machine::{self, Throttling};
use crate::engine::real::{Runner, sys};
use crate::load::Watch;
use crate::plan::Plan;
use crate::recording::Beside;
use crate::trace::{End, Frame, Record};
use crate::units::{Ns, TurnLength};

/// The one run there can be.
#[derive(Default)]
pub struct Runs {
    current: Option<Current>,
}

struct Current {
    id: RunId,
    runner: Runner,
    watch: Option<Watch>,
    throttling: Option<Throttling>,
}

impl Runs {
    /// Starts a run of `plan`; whatever ran before is killed. Its frames arrive as [`News`]; but events after the first
    /// go into `quiet`, where nobody waits for them: they are looked for with the next frame of the screen.
    ///
    /// Must be called from the main thread: the kernel kills the runner when the thread that started it ends.
    ///
    /// # Errors
    /// In a sentence, if the system allows no further process or thread.
    pub fn start(
        &mut self,
        id: RunId,
        plan: &Plan,
        to: Sender<News>,
        quiet: Sender<(RunId, Vec<Record>)>,
    ) -> Result<(), String> {
        self.stop();
        let mut runner = Runner::spawn(plan).map_err(|e| e.to_string())?;
        let Some(mut frames) = runner.frames() else { return Ok(()) };
        let read = move || {
            let mut begun = false;
            loop {
                let news = match frames.next_frame() {
                    Ok(Some(Frame::Events(records))) if std::mem::replace(&mut begun, true) => {
                        if quiet.send((id, records)).is_err() {
                            return;
                        }
                        continue;
                    }
                    Ok(Some(frame)) => News::Frame(id, frame),
                    Ok(None) => News::Cut(id, "the run's process was killed; press r to run again".to_owned()),
                    Err(e) => News::Cut(id, e.to_string()),
                };
                let last = matches!(&news, News::Cut(..));
                if to.send(news).is_err() || last {
                    return;
                }
            }
        };
        let builder = thread::Builder::new().name("frames".to_owned());
        builder.spawn(read).map_err(|e| format!("the run cannot be watched: {e}; close other programs"))?;
        self.current = Some(Current { id, runner, watch: None, throttling: None });
        Ok(())
    }

    /// Tells the run `id`, if it is under way, that its global lock has another interval.
    pub fn turn_lock(&mut self, id: RunId, length: TurnLength) {
        if let Some(current) = self.current.as_mut().filter(|c| c.id == id) {
            // A run that does not listen any more is over, or will be told so.
            let _ = current.runner.turn_lock(length);
        }
    }

    /// Kills the run that is under way, if any.
    pub fn stop(&mut self) {
        self.current = None;
    }

    /// Stops it until [`Runs::resume`].
    pub fn suspend(&mut self) {
        if let Some(current) = &mut self.current {
            current.runner.suspend();
        }
    }

    /// Lets it go on.
    pub fn resume(&mut self) {
        if let Some(current) = &mut self.current {
            current.runner.resume();
        }
    }

    /// The message that a frame is; nothing if the frame is of a run that was stopped.
    pub fn message(&mut self, id: RunId, frame: Frame) -> Option<Message> {
        let current = self.current.as_mut().filter(|c| c.id == id)?;
        Some(match frame {
            Frame::Begin(begin) => {
                current.watch = Some(Watch::begin(machine::allowed_cores(), now(), sys::process_cpu()));
                current.throttling = Some(Throttling::begin());
                Message::Begin(id, begin)
            }
            Frame::Events(records) => Message::Events(id, records),
            Frame::End(end) => {
                let beside = current.beside(&end);
                Message::End(id, Box::new(end), beside)
            }
            Frame::Failed(reason) => Message::Failed(id, reason),
        })
    }

    /// The message that further events of the run `id` are; nothing if it was stopped.
    pub fn events(&self, id: RunId, records: Vec<Record>) -> Option<Message> {
        self.current.as_ref().filter(|c| c.id == id).map(|_| Message::Events(id, records))
    }

    /// The message that a cut pipe is: nothing if the run had said its last word.
    pub fn cut(&mut self, id: RunId, why: String, over: bool) -> Option<Message> {
        let current = self.current.as_ref().filter(|c| c.id == id && !over);
        current.map(|_| Message::Failed(id, why))
    }
}

impl Current {
    /// What else the cores did from the begin of the run to now.
    fn beside(&self, end: &End) -> Beside {
        let Some(watch) = &self.watch else { return Beside::default() };
        let (at, own) = (now(), sys::process_cpu());
        let overhead = end.overhead.all();
        // The server works for the run: it is no tasks' work, but without it there would be nothing to watch.
        let watching = end.overhead.collector + end.overhead.dispatcher;
        Beside {
            others: watch.others(at, own, end.cpu + overhead),
            watching: watch.own(at, own, watching),
            screen: Some(watch.own(at, own, Ns::ZERO)),
            stolen: watch.stolen(at),
            throttled: self.throttling.as_ref().and_then(Throttling::so_far),
        }
    }
}
