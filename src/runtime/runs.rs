//! The run that is under way, watched, and what the runs before it sent.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crossbeam::channel::Sender;

use super::news::News;
use crate::app::{Message, RunId, Unsaved};
use crate::engine::real::Runner;
use crate::files;
use crate::plan::Plan;
use crate::recorder::{self, Recorder, Scratch};
use crate::recording::Recording;
use crate::state::Failure;
use crate::trace::{Command, Frame, Stamped};
use crate::units::Stamp;
use crate::watching::{self, Watching, cut_short};

/// The run that is under way, of which there is at most one, and what all runs sent.
#[derive(Default)]
pub struct Runs {
    current: Option<Current>,
    /// What each run sent, so that it can be stored afterwards.
    sent: BTreeMap<RunId, Sent>,
}

/// What a run sent; written by the thread that reads its pipe.
type Sent = Arc<Mutex<Scratch>>;

struct Current {
    id: RunId,
    watching: Watching,
    /// Whether its last message has come.
    over: bool,
}

impl Runs {
    /// Starts a run of `plan`; the run before it, if any, is killed. [`Runs::messages`] fetches what the run sends;
    /// `to` hears whenever there is something to fetch.
    ///
    /// Must be called from the main thread: the kernel kills the runner when the thread that started it ends.
    ///
    /// # Errors
    /// If the system allows no further process or thread.
    pub fn start(&mut self, id: RunId, plan: &Plan, to: Sender<News>) -> Result<(), Failure> {
        self.stop();
        let runner = Runner::spawn(plan)?;
        let sent = self.keep_what_is_sent(id);
        let keep = move |frame: Option<&Frame>| keep(sent.as_ref(), frame);
        let watching = Watching::begin(Box::new(runner), keep, move || drop(to.send(News::Run)))?;
        self.current = Some(Current { id, watching, over: false });
        Ok(())
    }

    fn keep_what_is_sent(&mut self, id: RunId) -> Option<Sent> {
        // Where there is no room for a file the run goes on all the same, and cannot be stored.
        let sent = Arc::new(Mutex::new(Scratch::new().ok()?));
        self.sent.insert(id, Arc::clone(&sent));
        Some(sent)
    }

    /// Forgets what runs sent, except these.
    pub fn want(&mut self, ids: &[RunId]) {
        self.sent.retain(|id, _| ids.contains(id));
    }

    /// Stores `runs` in a new file whose name begins with `name`. Returns the file's name.
    ///
    /// # Errors
    /// If what the runs sent was not kept, or the file cannot be written.
    pub fn store(&self, name: &str, runs: &[(RunId, &Recording)]) -> Result<PathBuf, Unsaved> {
        let sent: Vec<_> = runs.iter().filter_map(|(id, run)| Some((*run, self.sent.get(id)?.lock().ok()?))).collect();
        if sent.is_empty() {
            return Err(Unsaved::NotKept);
        }
        let whole = |out: &mut dyn Write| recorder::write(out, sent.iter().map(|(run, scratch)| (*run, &**scratch)));
        files::write_new(Path::new("."), name, "concviz", whole).map_err(|e| Unsaved::Runs { system: e.into() })
    }

    /// Adds the run `id` to the file of `recorder`.
    ///
    /// # Errors
    /// If what the run sent was not kept, or the file cannot be written.
    pub fn record(&self, recorder: &mut Recorder, id: RunId, run: &Recording) -> Result<(), Unsaved> {
        let sent = self.sent.get(&id).and_then(|sent| sent.lock().ok());
        let sent = sent.ok_or(Unsaved::RunNotKept)?;
        recorder.add(run, &sent).map_err(Unsaved::NotRecorded)
    }

    /// Tells the run `id` something, if it is under way.
    pub fn tell(&mut self, id: RunId, command: Command) {
        if let Some(current) = self.current.as_mut().filter(|c| c.id == id) {
            current.watching.tell(command);
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

    /// Suspends the run that is under way until [`Runs::resume`].
    pub fn suspend(&mut self) {
        if let Some(current) = &mut self.current {
            current.watching.tell(Command::Suspend);
        }
    }

    /// Lets the suspended run go on.
    pub fn resume(&mut self) {
        if let Some(current) = &mut self.current {
            current.watching.tell(Command::Resume);
        }
    }

    /// What the run that is under way has sent since the last time.
    pub fn messages(&mut self) -> Vec<Message> {
        let Some(current) = &mut self.current else { return Vec::new() };
        current.watching.news().into_iter().filter_map(|news| current.message(news)).collect()
    }
}

impl Current {
    /// What the screen is told of `news`; nothing after the run's last message.
    fn message(&mut self, news: watching::News) -> Option<Message> {
        let id = self.id;
        let message = match news {
            watching::News::Frame(frame) => match *frame {
                Frame::Begin(begin) => {
                    self.watching.begun();
                    Message::Begin(id, begin)
                }
                Frame::Events(events) => Message::Events(id, events),
                Frame::End(end) => {
                    let conditions = self.watching.conditions(&end);
                    Message::End(id, Box::new(end), conditions)
                }
                Frame::Failed(reason) => Message::Failed(id, reason),
            },
            watching::News::Cut(why) => Message::Failed(id, cut_short(why.as_ref())),
        };
        let last = matches!(message, Message::End(..) | Message::Failed(..));
        let over = self.over || last;
        let was_over = std::mem::replace(&mut self.over, over);
        (!was_over).then_some(message)
    }
}

/// Keeps what a run sent, as far as there is room.
fn keep(sent: Option<&Sent>, frame: Option<&Frame>) {
    let Some(Ok(mut sent)) = sent.map(|sent| sent.lock()) else { return };
    match frame {
        Some(frame) => {
            sent.frame(frame);
            if matches!(frame, Frame::End(_) | Frame::Failed(_)) {
                sent.close();
            }
        }
        None => sent.close(),
    }
}
