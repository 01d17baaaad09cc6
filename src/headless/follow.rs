//! Following one run: takes its frames in, so that its trace grows, and puts out sentences and progress.

use crossbeam::channel::{Receiver, RecvTimeoutError};
use signal_hook::consts::{SIGCONT, SIGTSTP};

use super::progress::Progress;
use super::{Fault, News, Stop, print};
use crate::machine;
use crate::recorder::Recorder;
use crate::recording::Recording;
use crate::report::Narrator;
use crate::trace::{Command, Frame, Stamped};
use crate::units::Ns;
use crate::watching::{self, Watching, cut_short};

/// A run that is being followed.
pub(super) struct Following {
    /// What is known of it.
    pub recording: Recording,
    narrator: Option<Narrator>,
    progress: Progress,
}

/// The time between two looks for further events, which wake nobody, where a run is told in sentences as it happens.
const LOOK: Ns = Ns::from_millis(50);
/// The time between two looks where at most the progress is shown.
const SELDOM: Ns = Ns::from_millis(200);

impl Following {
    /// Begins to follow the run that fills `recording`. `what` names it while it goes on; if `plain`, it is told in
    /// sentences.
    pub(super) fn new(recording: Recording, what: String, plain: bool) -> Following {
        let names = || recording.trace.names.iter().map(|task| task.name.clone());
        let tell = |kind| Narrator::new(names(), kind).sharing(&recording.trace);
        let narrator = recording.model().filter(|_| plain).map(|model| tell(model.kind));
        Following { recording, narrator, progress: Progress::new(what, plain) }
    }

    /// Takes one frame in, and writes it to the file, if there is one; returns whether the run is over.
    fn take(&mut self, frame: Frame, recorder: Option<&mut Recorder>) -> Result<bool, Stop> {
        if let Some(recorder) = recorder {
            recorder.frame(&frame).map_err(Fault::File)?;
        }
        let narrator = self.narrator.as_mut();
        let told: Vec<String> = match &frame {
            Frame::Begin(begin) => narrator.map(|narrator| narrator.begin(begin)).unwrap_or_default(),
            Frame::Events(events) => narrator.map(|narrator| narrator.tell(events)).unwrap_or_default(),
            Frame::End(_) => Vec::new(),
            Frame::Failed(why) => return Err(Stop::Broke(why.clone())),
        };
        let over = matches!(frame, Frame::End(_));
        self.recording.take(frame);
        say(told)?;
        Ok(over)
    }

    /// Follows the run until it is over, or something ends it.
    pub(super) fn follow(
        &mut self,
        watching: &mut Watching,
        coming: &Receiver<News>,
        recorder: Option<&mut Recorder>,
    ) -> Result<(), Stop> {
        let look = if self.narrator.is_some() { LOOK } else { SELDOM };
        if look > LOOK {
            watching.tell(Command::Looks(look));
        }
        let followed = self.each_frame(watching, coming, recorder, look);
        self.progress.erase();
        followed
    }

    fn each_frame(
        &mut self,
        watching: &mut Watching,
        coming: &Receiver<News>,
        mut recorder: Option<&mut Recorder>,
        look: Ns,
    ) -> Result<(), Stop> {
        loop {
            let news = coming.recv_timeout(look.to_std());
            if self.take_all(watching, recorder.as_deref_mut())? {
                return Ok(());
            }
            match news {
                Ok(News::Run) | Err(RecvTimeoutError::Timeout) => {}
                Ok(News::Signal(SIGCONT)) => watching.tell(Command::Resume),
                Ok(News::Signal(SIGTSTP)) => self.suspend(watching, recorder.as_deref_mut())?,
                Ok(News::Signal(signal)) => {
                    watching.tell(Command::Stop);
                    return Err(Stop::Signal(signal));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Fault::Unfollowed.into());
                }
            }
            self.pause()?;
        }
    }

    /// Takes in all frames that have come; returns whether the run is over.
    fn take_all(&mut self, watching: &mut Watching, mut recorder: Option<&mut Recorder>) -> Result<bool, Stop> {
        for news in watching.news() {
            let frame = match news {
                watching::News::Frame(frame) => *frame,
                watching::News::Cut(why) => {
                    return Err(Stop::Broke(cut_short(why.as_ref())));
                }
            };
            match &frame {
                Frame::Begin(_) => watching.begun(),
                Frame::End(end) => self.recording.conditions = watching.conditions(end),
                Frame::Events(_) | Frame::Failed(_) => {}
            }
            if self.take(frame, recorder.as_deref_mut())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Stops with the run until both are continued.
    fn suspend(&mut self, watching: &mut Watching, recorder: Option<&mut Recorder>) -> Result<(), Stop> {
        self.progress.erase();
        watching.tell(Command::Suspend);
        let from = machine::now();
        // The program stops inside this call and returns from it when it is continued.
        let _ = signal_hook::low_level::emulate_default_handler(SIGTSTP);
        let to = machine::now();
        watching.tell(Command::Resume);
        // The runner does not know that it stood still.
        let stood_still = Stamped::suspended(from, to);
        self.recording.trace.push(&stood_still);
        if let Some(recorder) = recorder.filter(|_| self.recording.trace.t0().is_some()) {
            recorder.frame(&Frame::Events(vec![stood_still])).map_err(Fault::File)?;
        }
        Ok(())
    }

    /// Between two looks: says what is due though nothing happened, and shows the progress.
    fn pause(&mut self) -> Result<(), Stop> {
        let begun = self.recording.trace.t0().is_some();
        let said = self.narrator.as_mut().filter(|_| begun).and_then(|narrator| narrator.pause(machine::now()));
        self.progress.show(&self.recording.trace, machine::now());
        say(said)
    }
}

/// Prints `sentences`, each as a line, at once.
fn say(sentences: impl IntoIterator<Item = String>) -> Result<(), Stop> {
    let text: String = sentences.into_iter().map(|s| s + "\n").collect();
    if text.is_empty() { Ok(()) } else { print(&text) }
}
