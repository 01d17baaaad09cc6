//! The loop: wait for news, apply them, draw when there is something new to see.

use std::io;
use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, unbounded};
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;
use rustix::process::{Signal, getpgrp, kill_process_group};
use signal_hook::consts::{SIGCONT, SIGTSTP};

use super::cores::Cores;
use super::news::{self, News};
use super::runs::Runs;
use super::terminal::Terminal;
use super::{now, pictures};
use crate::app::{App, CoreLoad, Effect, Message, Phase, RunId, update};
use crate::machine::calibrate::Calibration;
use crate::recorder::Recorder;
use crate::text::{self, Label};
use crate::trace::{Frame, Stamped};
use crate::ui::{self, Look};
use crate::units::{Ns, Stamp};

/// Why the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// The user wants to.
    Asked,
    /// A signal of this number.
    Signal(i32),
}

/// The time between two frames while something moves.
const FRAME: Ns = Ns::from_millis(50);
/// The time between two looks at the cores.
const LOOK: Ns = Ns::from_millis(500);
/// The same while a run goes on: what others had is known from these looks alone.
const LOOK_AT_RUN: Ns = Ns::from_millis(250);

/// The first frames do not wait for the first look.
const FIRST_LOOK: Ns = Ns::from_millis(100);

/// Events of a run.
type Quiet = (RunId, Vec<Stamped>);

/// The session.
pub struct Session {
    to: Sender<News>,
    from: Receiver<News>,
    /// Events of runs that nobody is woken for.
    quiet: (Sender<Quiet>, Receiver<Quiet>),
    runs: Runs,
    cores: Option<Cores>,
    /// The file to which runs are added.
    recorder: Option<Recorder>,
    next_look: Stamp,
    last_frame: Stamp,
    dragged: Option<u16>,
}

/// What a piece of news asks of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Draw {
    /// Nothing.
    Not,
    /// With the next frame.
    Soon,
    /// At once.
    Now,
}

impl Session {
    /// A session in which nothing runs yet. Runs are added to the file of `recorder`, where there is one.
    ///
    /// # Errors
    /// If signals cannot be listened for.
    pub fn new(recorder: Option<Recorder>) -> io::Result<Session> {
        let (to, from) = news::open()?;
        let start = now();
        Ok(Session {
            to,
            from,
            quiet: unbounded(),
            runs: Runs::default(),
            cores: None,
            recorder,
            next_look: start + FIRST_LOOK,
            last_frame: start,
            dragged: None,
        })
    }

    /// Stops whatever runs.
    pub fn stop(&mut self) {
        self.runs.stop();
    }

    /// Runs until the user or a signal ends it.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn run(&mut self, app: &mut App, look: Look, terminal: &mut Terminal) -> io::Result<Leave> {
        news::listen_to_terminal(self.to.clone())?;
        self.draw(app, look, terminal)?;
        let mut wanted = Draw::Not;
        loop {
            let first = self.from.recv_timeout(self.patience(app, wanted)).ok();
            let time = now();
            let toast = app.toast.is_some();
            update(app, Message::Tick(time));
            if app.is_moving() || toast != app.toast.is_some() {
                wanted = wanted.max(Draw::Soon);
            }
            for news in first.into_iter().chain(self.from.clone().try_iter()) {
                let (draw, leave) = self.apply(app, look, terminal, news)?;
                wanted = wanted.max(draw);
                if let Some(leave) = leave {
                    return Ok(leave);
                }
            }
            wanted = wanted.max(self.hear_quiet(app));
            if time >= self.next_look && !app.is_paused() && !app.is_recorded() {
                wanted = wanted.max(self.look_at_cores(app, time));
            }
            let due = time.since(self.last_frame) >= FRAME;
            if wanted == Draw::Now || (wanted == Draw::Soon && due) {
                self.draw(app, look, terminal)?;
                wanted = Draw::Not;
            }
        }
    }

    /// How long to wait for news: until the next frame, the next look at the cores, or the end of a toast.
    fn patience(&self, app: &App, wanted: Draw) -> Duration {
        let time = now();
        let frame = (app.is_moving() || wanted != Draw::Not).then(|| self.last_frame + FRAME);
        let look = (!app.is_paused() && !app.is_recorded()).then_some(self.next_look);
        let live = app.run.as_ref().is_some_and(|run| !run.is_over());
        // Also when the picture stands still: what happened up to then is still on its way.
        let events = live.then(|| time + FRAME);
        let toast = app.toast.as_ref().map(|t| t.until);
        let next = [frame, look, toast, events].into_iter().flatten().min();
        next.map_or(Duration::from_hours(1), |at| at.since(time).to_std())
    }

    /// Takes the events that nobody was woken for. They come after a run's first words, and before its last.
    fn hear_quiet(&mut self, app: &mut App) -> Draw {
        let mut draw = Draw::Not;
        while let Ok((id, events)) = self.quiet.1.try_recv() {
            if let Some(message) = self.runs.events(id, events) {
                update(app, message);
                draw = Draw::Soon;
            }
        }
        draw
    }

    fn draw(&mut self, app: &mut App, look: Look, terminal: &mut Terminal) -> io::Result<()> {
        self.last_frame = now();
        terminal.draw(|area, buffer| {
            app.size = (area.width, area.height);
            ui::render(app, look, area, buffer);
        })
    }

    fn look_at_cores(&mut self, app: &mut App, time: Stamp) -> Draw {
        let live = app.run.as_ref().is_some_and(|run| !run.is_over());
        self.next_look = time + if live { LOOK_AT_RUN } else { LOOK };
        let Some(cores) = &mut self.cores else {
            // Only now: the first frame does not wait for it.
            self.cores = Some(Cores::new());
            update(app, Message::Load(CoreLoad::default()));
            return Draw::Not;
        };
        match cores.look() {
            Some(load) => {
                update(app, Message::Load(load));
                Draw::Soon
            }
            None => Draw::Not,
        }
    }

    fn apply(
        &mut self,
        app: &mut App,
        look: Look,
        terminal: &mut Terminal,
        news: News,
    ) -> io::Result<(Draw, Option<Leave>)> {
        let mut urgency = Draw::Now;
        let message = match news {
            News::Terminal(event) => self.input(app, &event),
            News::TerminalGone => return Ok((Draw::Not, Some(Leave::Signal(signal_hook::consts::SIGHUP)))),
            News::Frame(id, frame) => {
                if matches!(frame, Frame::End(_) | Frame::Failed(_)) {
                    self.hear_quiet(app);
                }
                self.runs.message(id, frame)
            }
            News::Cut(id, why) => {
                self.hear_quiet(app);
                let over = app.run.as_ref().is_none_or(crate::app::Run::is_over);
                self.runs.cut(id, why, over)
            }
            News::Calibrated(Ok(rates)) => Some(Message::Calibrated(rates)),
            News::Calibrated(Err(why)) => Some(Message::NotCalibrated(why)),
            News::Signal(SIGTSTP) => return self.suspend(app, terminal).map(|()| (Draw::Now, None)),
            News::Signal(SIGCONT) => {
                terminal.repaint();
                return Ok((Draw::Now, None));
            }
            News::Signal(number) => return Ok((Draw::Not, Some(Leave::Signal(number)))),
        };
        let Some(message) = message else { return Ok((Draw::Not, None)) };
        if app.is_paused() && matches!(message, Message::Begin(..) | Message::Events(..) | Message::End(..)) {
            urgency = Draw::Not;
        }
        let ended = match &message {
            Message::End(id, ..) | Message::Failed(id, _) => Some(*id),
            _ => None,
        };
        // Another run may follow at once: what this one was is stored before.
        let effects = update(app, message);
        if let Some(id) = ended {
            self.record(app, id);
        }
        for effect in &effects {
            match effect {
                Effect::Suspend => self.suspend(app, terminal)?,
                Effect::Save(name) => {
                    let result = pictures::save(app, look, name);
                    update(app, Message::Saved(result));
                }
                Effect::Store(name, ids) => {
                    let stored = self.store(app, name, ids);
                    update(app, Message::Saved(stored));
                }
                Effect::Copy => {
                    let copied = terminal.copy(&ui::result_text(app)).map(|()| Label::Copied.text().to_owned());
                    update(app, Message::Saved(copied.map_err(|e| e.to_string())));
                }
                _ => {}
            }
        }
        let leave = self.perform(app, effects);
        Ok((urgency, leave))
    }

    /// Stores runs in a file whose name begins with `name`: what is said of it.
    fn store(&self, app: &App, name: &str, ids: &[RunId]) -> Result<String, String> {
        let wanted = |run: &&crate::app::Run| ids.contains(&run.id);
        let mut runs: Vec<_> = app.runs().filter(wanted).map(|run| (run.id, run.finished())).collect();
        runs.sort_by_key(|(id, _)| *id);
        let path = self.runs.store(name, &runs).map_err(|why| text::not_stored(&why))?;
        let file = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        Ok(text::stored(runs.len(), &file))
    }

    /// Adds a run that is over to the file that was asked for.
    fn record(&mut self, app: &mut App, id: RunId) {
        let Some(recorder) = &mut self.recorder else { return };
        let Some(run) = app.runs().find(|run| run.id == id) else { return };
        if let Err(why) = self.runs.record(recorder, id, &run.finished()) {
            // Said once: the next run would not fare better.
            self.recorder = None;
            update(app, Message::Saved(Err(why)));
        }
    }

    /// Carries out what does not need the terminal.
    pub fn perform(&mut self, app: &mut App, effects: Vec<Effect>) -> Option<Leave> {
        for effect in effects {
            match effect {
                Effect::Start(id, plan) => {
                    let wanted: Vec<RunId> = app.runs().map(|run| run.id).collect();
                    self.runs.want(&wanted);
                    if let Err(why) = self.runs.start(id, &plan, self.to.clone(), self.quiet.0.clone()) {
                        update(app, Message::Failed(id, why));
                    }
                }
                Effect::TurnLock(id, length) => self.runs.turn_lock(id, length),
                Effect::Stop => self.runs.stop(),
                Effect::Calibrate(kernels) => {
                    let to = self.to.clone();
                    let wait = move || {
                        let rates = Calibration::start(kernels).wait().map_err(|e| e.to_string());
                        let _ = to.send(News::Calibrated(rates));
                    };
                    if let Err(e) = std::thread::Builder::new().name("calibration".to_owned()).spawn(wait) {
                        update(app, Message::NotCalibrated(format!("this machine's speed cannot be measured: {e}")));
                    }
                }
                Effect::Quit => return Some(Leave::Asked),
                Effect::Save(_) | Effect::Store(..) | Effect::Copy | Effect::Suspend => {}
            }
        }
        None
    }

    fn input(&mut self, app: &App, event: &Event) -> Option<Message> {
        match *event {
            Event::Key(key) => {
                #[cfg(debug_assertions)]
                assert!(
                    key.code != crossterm::event::KeyCode::F(12) || std::env::var_os("CONCVIZ_PANIC").is_none(),
                    "asked for by CONCVIZ_PANIC"
                );
                news::key(key).map(Message::Key)
            }
            Event::Resize(columns, rows) => Some(Message::Resize(columns, rows)),
            Event::Mouse(mouse) => self.mouse(app, mouse),
            _ => None,
        }
    }

    fn mouse(&mut self, app: &App, mouse: MouseEvent) -> Option<Message> {
        let area = Rect::new(0, 0, app.size.0, app.size.1);
        let wheel = |steps| {
            let zoom = mouse.modifiers.contains(KeyModifiers::CONTROL);
            let zoom_at = if zoom { Some(ui::instant(app, area, mouse.column)?) } else { None };
            Some(Message::Wheel { steps, zoom_at })
        };
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                self.dragged = Some(mouse.column);
                ui::hit(app, area, mouse.column, mouse.row)
            }
            MouseEventKind::Drag(MouseButton::Left) => {
                let from = self.dragged.replace(mouse.column)?;
                let by = i32::from(mouse.column) - i32::from(from);
                (by != 0).then_some(Message::Drag(by))
            }
            MouseEventKind::Up(_) => {
                self.dragged = None;
                None
            }
            MouseEventKind::ScrollDown => wheel(1),
            MouseEventKind::ScrollUp => wheel(-1),
            _ => None,
        }
    }

    /// To the shell, with everything that runs; back when the shell says so.
    fn suspend(&mut self, app: &mut App, terminal: &mut Terminal) -> io::Result<()> {
        self.runs.suspend();
        terminal.leave();
        let from = now();
        // The whole job, as Ctrl-Z on a terminal would: a program that started this one must not wait for it in vain.
        // SIGSTOP, since the system drops a SIGTSTP that a program without a job-control shell sends itself.
        let _ = kill_process_group(getpgrp(), Signal::STOP);
        let to = now();
        if let Some(run) = app.run.as_ref().filter(|run| run.phase == Phase::Running) {
            self.runs.stood_still(run.id, from, to);
        }
        self.runs.resume();
        terminal.resume()?;
        update(app, Message::Stopped(from, to));
        Ok(())
    }
}
