//! Watching a run, wherever it comes from. A thread reads the run's frames, and the machine is observed from the run's
//! begin to its end. All frames wait in one queue for the watcher. It is woken only for frames other than further
//! events: those it fetches when it next looks. It decides nothing, prints nothing, draws nothing.

use std::io;
use std::thread;

use crossbeam::channel::{Receiver, Sender, unbounded};

use crate::machine::cores::{self, Throttling};
use crate::machine::load::Watch;
use crate::machine::{now, process_cpu};
use crate::recording::Conditions;
use crate::state::{Failure, ThreadPurpose};
use crate::trace::{Command, End, Frame, FrameError, Frames, Source};
use crate::units::Ns;

/// What a run says to its watcher.
#[derive(Debug)]
pub enum News {
    /// The next frame, unchanged.
    Frame(Box<Frame>),
    /// The run sends nothing more; with an error if its frames could not be read.
    Cut(Option<FrameError>),
}

/// A run that is being watched. Dropping it ends the run.
pub struct Watching {
    source: Box<dyn Source<'static>>,
    news: Receiver<News>,
    machine: Option<(Watch, Throttling)>,
}

impl Watching {
    /// Begins to read the frames of `source`, on a thread of its own: it shows every frame, and the end, first to
    /// `keep`. It then calls `wake` for the run's begin, its first events, and every later frame that is not events.
    ///
    /// # Errors
    /// If the system allows no further thread.
    pub fn begin(
        mut source: Box<dyn Source<'static>>,
        keep: impl FnMut(Option<&Frame>) + Send + 'static,
        wake: impl FnMut() + Send + 'static,
    ) -> Result<Watching, Failure> {
        let (to, news) = unbounded();
        if let Some(frames) = source.frames() {
            let builder = thread::Builder::new().name("frames".to_owned());
            let read = move || read(frames, keep, wake, &to);
            let refused =
                |e: io::Error| Failure::Thread { purpose: ThreadPurpose::Watcher, number: None, system: e.into() };
            builder.spawn(read).map_err(refused)?;
        }
        Ok(Watching { source, news, machine: None })
    }

    /// Notes that the run has begun: observing the machine starts now.
    pub fn begun(&mut self) {
        self.machine = Some((Watch::begin(cores::allowed(), now(), process_cpu()), Throttling::begin()));
    }

    /// The frames that have come since the last call, unchanged.
    pub fn news(&self) -> Vec<News> {
        self.news.try_iter().collect()
    }

    /// Sends the run a command. An error is ignored: the run is over, or its end will be reported.
    pub fn tell(&mut self, command: Command) {
        let _ = self.source.tell(command);
    }

    /// What the machine did from the begin of the run, which is now over.
    pub fn conditions(&self, end: &End) -> Conditions {
        let Some((watch, throttling)) = &self.machine else { return Conditions::default() };
        let (at, own) = (now(), process_cpu());
        // The server's time does not count as watching: no task's work could be done without it.
        let watching = end.overhead.collector + end.overhead.dispatcher;
        Conditions {
            others: watch.others(at, own, end.cpu + end.overhead.all()),
            watching: watch.own(at, own, watching),
            screen: Some(watch.own(at, own, Ns::ZERO)),
            stolen: watch.stolen(at),
            throttled: throttling.so_far(),
        }
    }
}

/// Reads frames until the end, or until nobody watches any more.
fn read(mut frames: Box<dyn Frames>, mut keep: impl FnMut(Option<&Frame>), mut wake: impl FnMut(), to: &Sender<News>) {
    let mut shown = false;
    loop {
        let next = frames.next_frame();
        keep(next.as_ref().ok().and_then(Option::as_ref));
        let further = matches!(next, Ok(Some(Frame::Events(_)))) && std::mem::replace(&mut shown, true);
        let (news, last) = match next {
            Ok(Some(frame)) => (News::Frame(Box::new(frame)), false),
            Ok(None) => (News::Cut(None), true),
            Err(e) => (News::Cut(Some(e)), true),
        };
        let watched = to.send(news).is_ok();
        if !further {
            wake();
        }
        if last || !watched {
            return;
        }
    }
}

/// Why a run sends nothing more although it is not over.
pub fn cut_short(why: Option<&FrameError>) -> Failure {
    why.map_or(Failure::Killed, |e| Failure::Garbled { said: e.to_string() })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::trace::{Begin, Event, Stamped};
    use crate::units::{Stamp, TaskId};

    /// A source of given frames, which passes on the commands that it is told.
    struct Script {
        frames: Option<Vec<Result<Frame, FrameError>>>,
        told: Sender<Command>,
    }

    struct Lines(std::vec::IntoIter<Result<Frame, FrameError>>);

    impl Source<'static> for Script {
        fn frames(&mut self) -> Option<Box<dyn Frames>> {
            self.frames.take().map(|frames| Box::new(Lines(frames.into_iter())) as Box<dyn Frames>)
        }

        fn tell(&mut self, command: Command) -> std::io::Result<()> {
            self.told.send(command).map_err(std::io::Error::other)
        }
    }

    impl Frames for Lines {
        fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
            self.0.next().transpose()
        }
    }

    fn events(task: u32) -> Frame {
        let event = Event::Submitted { task: TaskId(task) };
        Frame::Events(vec![Stamped { at: Stamp(1), worker: Stamped::NO_WORKER, core: Stamped::NO_CORE, event }])
    }

    /// Watches `frames`: returns the frames and the error at the end, how often `wake` was called, and what `keep` was
    /// shown.
    fn watch(frames: &[Frame], cut: Option<FrameError>) -> (Vec<Frame>, Option<FrameError>, usize, Vec<Option<Frame>>) {
        let (told, _hear) = unbounded();
        let frames = frames.iter().cloned().map(Ok).chain(cut.map(Err)).collect();
        let ((wake, woken), (kept, seen)) = (channel(), channel());
        let keep = move |frame: Option<&Frame>| drop(kept.send(frame.cloned()));
        let source = Script { frames: Some(frames), told };
        let watching =
            Watching::begin(Box::new(source), keep, move || wake.send(()).unwrap_or_default()).expect("a thread");
        // Both ends are dropped when there is nothing more to be read.
        let (wakes, seen) = (woken.iter().count(), seen.iter().collect());
        let (mut said, mut why) = (Vec::new(), None);
        for news in watching.news() {
            match news {
                News::Frame(frame) => said.push(*frame),
                News::Cut(cut) => why = cut,
            }
        }
        assert_eq!(watching.conditions(&End::default()), Conditions::default(), "it never began");
        (said, why, wakes, seen)
    }

    #[test]
    fn only_the_first_events_wake_anybody_and_everything_comes_in_its_order() {
        let frames = [Frame::Begin(Begin::default()), events(0), events(1), events(2), Frame::Failed(Failure::CutOff)];
        let (said, why, wakes, seen) = watch(&frames, None);
        assert_eq!(said, frames);
        assert!(why.is_none());
        assert_eq!(wakes, 4, "its begin, its first events, its last word, its end");
        assert_eq!(seen, frames.into_iter().map(Some).chain([None]).collect::<Vec<_>>(), "what is kept is all of it");
    }

    #[test]
    fn what_breaks_is_said() {
        let (said, why, wakes, _) = watch(&[], Some(FrameError::Kind(9)));
        assert!(said.is_empty() && wakes == 1);
        assert!(matches!(cut_short(why.as_ref()), Failure::Garbled { said } if said.contains("kind 9")));
        assert_eq!(cut_short(None), Failure::Killed);
    }

    #[test]
    fn what_it_is_told_arrives() {
        let (told, hear) = unbounded();
        let source = Script { frames: None, told };
        let mut watching = Watching::begin(Box::new(source), |_| (), || ()).expect("nothing to read");
        for command in [Command::Suspend, Command::Resume, Command::Stop] {
            watching.tell(command);
        }
        assert_eq!(hear.try_iter().collect::<Vec<_>>(), [Command::Suspend, Command::Resume, Command::Stop]);
    }
}
