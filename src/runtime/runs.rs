//! The run that is under way: its process, the thread that reads its pipe, and what others did meanwhile.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use crossbeam::channel::Sender;

use super::news::News;
use super::now;
use crate::app::{Message, RunId};
use crate::engine::real::Runner;
use crate::files;
use crate::machine::load::Watch;
use crate::machine::{self, cores::Throttling};
use crate::plan::Plan;
use crate::recorder::{self, Recorder, Scratch};
use crate::recording::{Conditions, Finished};
use crate::trace::{End, Frame, FrameError, Stamped};
use crate::units::{Ns, Stamp, TurnLength};

/// The one run there can be.
#[derive(Default)]
pub struct Runs {
    current: Option<Current>,
    /// What they sent, so that they can be stored afterwards.
    sent: BTreeMap<RunId, Sent>,
}

/// Events of a run.
pub type Quiet = (RunId, Vec<Stamped>);

/// What a run sent; written by the thread that reads its pipe.
type Sent = Arc<Mutex<Scratch>>;

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
    pub fn start(&mut self, id: RunId, plan: &Plan, to: Sender<News>, quiet: Sender<Quiet>) -> Result<(), String> {
        self.stop();
        let mut runner = Runner::spawn(plan).map_err(|e| e.to_string())?;
        let Some(mut frames) = runner.frames() else { return Ok(()) };
        let sent = self.keep_what_is_sent(id);
        let read = move || {
            let mut begun = false;
            loop {
                let next = frames.next_frame();
                keep(sent.as_ref(), &next);
                let news = match next {
                    Ok(Some(Frame::Events(events))) if std::mem::replace(&mut begun, true) => {
                        if quiet.send((id, events)).is_err() {
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

    fn keep_what_is_sent(&mut self, id: RunId) -> Option<Sent> {
        // Where there is no room for a file the run goes on all the same, and cannot be stored.
        let sent = Arc::new(Mutex::new(Scratch::new().ok()?));
        self.sent.insert(id, Arc::clone(&sent));
        Some(sent)
    }

    /// Of all runs only what these sent is still wanted.
    pub fn want(&mut self, ids: &[RunId]) {
        self.sent.retain(|id, _| ids.contains(id));
    }

    /// Stores `runs` in a new file whose name begins with `name`: what it is called.
    ///
    /// # Errors
    /// In a few words, where what they sent is not there or the file cannot be written.
    pub fn store(&self, name: &str, runs: &[(RunId, Finished<'_>)]) -> Result<PathBuf, String> {
        let sent: Vec<_> = runs.iter().filter_map(|(id, run)| Some((*run, self.sent.get(id)?.lock().ok()?))).collect();
        if sent.is_empty() {
            return Err("what the runs sent could not be kept, there was no room for temporary files".to_owned());
        }
        let whole = |out: &mut dyn Write| recorder::write(out, sent.iter().map(|(run, scratch)| (*run, &**scratch)));
        files::write_new(Path::new("."), name, "concviz", whole).map_err(|e| e.to_string())
    }

    /// Adds the run `id` to the file of `recorder`.
    ///
    /// # Errors
    /// In a sentence, where what it sent is not there or the file cannot be written.
    pub fn record(&self, recorder: &mut Recorder, id: RunId, run: &Finished<'_>) -> Result<(), String> {
        let sent = self.sent.get(&id).and_then(|sent| sent.lock().ok());
        let sent = sent.ok_or("what the run sent could not be kept, there is no room for temporary files")?;
        recorder.add(run, &sent)
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

    /// Notes for the file that the run `id` stood still from one instant to the other: its runner does not know of it.
    pub fn stood_still(&self, id: RunId, from: Stamp, to: Stamp) {
        let sent = self.sent.get(&id).and_then(|sent| sent.lock().ok());
        if let Some(mut sent) = sent {
            sent.events(&[Stamped::suspended(from, to)]);
        }
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
                current.watch = Some(Watch::begin(machine::cores::allowed(), now(), machine::process_cpu()));
                current.throttling = Some(Throttling::begin());
                Message::Begin(id, begin)
            }
            Frame::Events(events) => Message::Events(id, events),
            Frame::End(end) => {
                let conditions = current.conditions(&end);
                Message::End(id, Box::new(end), conditions)
            }
            Frame::Failed(reason) => Message::Failed(id, reason),
        })
    }

    /// The message that further events of the run `id` are; nothing if it was stopped.
    pub fn events(&self, id: RunId, events: Vec<Stamped>) -> Option<Message> {
        self.current.as_ref().filter(|c| c.id == id).map(|_| Message::Events(id, events))
    }

    /// The message that a cut pipe is: nothing if the run had said its last word.
    pub fn cut(&mut self, id: RunId, why: String, over: bool) -> Option<Message> {
        let current = self.current.as_ref().filter(|c| c.id == id && !over);
        current.map(|_| Message::Failed(id, why))
    }
}

/// Keeps what a run sent, as far as there is room.
fn keep(sent: Option<&Sent>, next: &Result<Option<Frame>, FrameError>) {
    let Some(Ok(mut sent)) = sent.map(|sent| sent.lock()) else { return };
    match next {
        Ok(Some(frame)) => {
            sent.frame(frame);
            if matches!(frame, Frame::End(_) | Frame::Failed(_)) {
                sent.close();
            }
        }
        Ok(None) | Err(_) => sent.close(),
    }
}

impl Current {
    /// What else the cores did from the begin of the run to now.
    fn conditions(&self, end: &End) -> Conditions {
        let Some(watch) = &self.watch else { return Conditions::default() };
        let (at, own) = (now(), machine::process_cpu());
        let overhead = end.overhead.all();
        // The server works for the run: it is no tasks' work, but without it there would be nothing to watch.
        let watching = end.overhead.collector + end.overhead.dispatcher;
        Conditions {
            others: watch.others(at, own, end.cpu + overhead),
            watching: watch.own(at, own, watching),
            screen: Some(watch.own(at, own, Ns::ZERO)),
            stolen: watch.stolen(at),
            throttled: self.throttling.as_ref().and_then(Throttling::so_far),
        }
    }
}
