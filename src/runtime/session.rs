//! The loop: wait for news, apply them, draw when there is something new to see.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};
use std::time::Duration;

use crossbeam::channel::Receiver;
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGTSTP};

use super::cores::Cores;
use super::effects::{Effects, Leave};
use super::hands::Hands;
use super::news::{self, News};
use super::now;
use super::runs::Runs;
use super::terminal::Terminal;
use crate::app::{App, CoreLoad, Effect, Message};
use crate::recorder::Recorder;
use crate::ui::{self, Look};
use crate::units::{Ns, Stamp};

/// The time between two frames while something moves.
const FRAME: Ns = Ns::from_millis(50);
/// The time between two looks at the cores.
const LOOK: Ns = Ns::from_millis(500);
/// The same while a run goes on: what others had is known from these looks alone.
const LOOK_AT_RUN: Ns = Ns::from_millis(250);

/// The time until the first look: the first frames do not wait for it.
const FIRST_LOOK: Ns = Ns::from_millis(100);

/// The session.
pub struct Session {
    hands: Hands,
    effects: Effects,
    from: Receiver<News>,
    cores: Option<Cores>,
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
    /// A session without a terminal, in which nothing runs yet. Runs are added to the file of `recorder`, where there
    /// is one.
    ///
    /// # Errors
    /// If signals cannot be listened for.
    pub fn new(recorder: Option<Recorder>, look: Look) -> io::Result<Session> {
        let (to, from) = news::open()?;
        let start = now();
        Ok(Session {
            hands: Hands { terminal: None, look, runs: Runs::default(), to, recorder },
            effects: Effects::default(),
            from,
            cores: None,
            next_look: start + FIRST_LOOK,
            last_frame: start,
            dragged: None,
        })
    }

    /// Carries out `first`, as far as that needs no terminal; whether the screen is to be left already.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn begin(&mut self, app: &mut App, first: Vec<Effect>) -> io::Result<Option<Leave>> {
        self.effects.ask(first);
        self.perform(app)
    }

    /// Runs on `terminal` until the user or a signal ends it.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn run(&mut self, app: &mut App, terminal: Terminal) -> io::Result<Leave> {
        self.hands.terminal = Some(terminal);
        news::listen_to_terminal(self.hands.to.clone())?;
        self.draw(app)?;
        let mut wanted = Draw::Not;
        loop {
            let first = self.from.recv_timeout(self.patience(app, wanted)).ok();
            let time = now();
            let fades = app.fades();
            self.effects.tell(app, Message::Tick(time));
            if app.is_moving() || fades != app.fades() {
                wanted = wanted.max(Draw::Soon);
            }
            for news in first.into_iter().chain(self.from.clone().try_iter()) {
                match self.apply(app, news) {
                    Continue(draw) => wanted = wanted.max(draw),
                    Break(leave) => return Ok(leave),
                }
                if let Some(leave) = self.perform(app)? {
                    return Ok(leave);
                }
            }
            if self.hear(app) {
                wanted = wanted.max(Draw::Soon);
            }
            if time >= self.next_look && app.looks_at_cores() {
                wanted = wanted.max(self.look_at_cores(app, time));
            }
            if let Some(leave) = self.perform(app)? {
                return Ok(leave);
            }
            let due = time.since(self.last_frame) >= FRAME;
            if wanted == Draw::Now || (wanted == Draw::Soon && due) {
                self.draw(app)?;
                wanted = Draw::Not;
            }
        }
    }

    /// Stops the run under way, if any, and gives the terminal back.
    pub fn end(mut self) {
        self.hands.runs.stop();
        drop(self.hands.terminal.take());
    }

    fn perform(&mut self, app: &mut App) -> io::Result<Option<Leave>> {
        self.effects.perform(app, &mut self.hands)
    }

    /// How long to wait for news: until the next frame, the next look at the cores, or until something goes from the
    /// screen by itself.
    fn patience(&self, app: &App, wanted: Draw) -> Duration {
        let time = now();
        let frame = (app.is_moving() || wanted != Draw::Not).then(|| self.last_frame + FRAME);
        let look = app.looks_at_cores().then_some(self.next_look);
        let live = app.run().is_some_and(|run| !run.is_over());
        // Also when the picture stands still: what happened up to then is still on its way.
        let events = live.then(|| time + FRAME);
        let next = [frame, look, app.fades(), events].into_iter().flatten().min();
        next.map_or(Duration::from_hours(1), |at| at.since(time).to_std())
    }

    /// Takes in the messages of the run; whether they change the screen.
    fn hear(&mut self, app: &mut App) -> bool {
        let mut shows = false;
        for message in self.hands.runs.messages() {
            let (ended, failed) = match &message {
                Message::End(id, ..) => (Some(*id), false),
                Message::Failed(id, _) => (Some(*id), true),
                _ => (None, false),
            };
            shows |= failed || !app.is_paused();
            self.effects.tell(app, message);
            // Another run may follow at once: this one is recorded before it does.
            if let Some(Err(why)) = ended.map(|id| self.hands.record(app, id)) {
                self.effects.tell(app, Message::Saved(Err(why)));
            }
        }
        shows
    }

    fn draw(&mut self, app: &mut App) -> io::Result<()> {
        self.last_frame = now();
        self.hands.draw(app)
    }

    fn look_at_cores(&mut self, app: &mut App, time: Stamp) -> Draw {
        let live = app.run().is_some_and(|run| !run.is_over());
        self.next_look = time + if live { LOOK_AT_RUN } else { LOOK };
        let Some(cores) = &mut self.cores else {
            // Only now: the first frame does not wait for it.
            self.cores = Some(Cores::new());
            self.effects.tell(app, Message::Load(CoreLoad::default()));
            return Draw::Not;
        };
        match cores.look() {
            Some(load) => {
                self.effects.tell(app, Message::Load(load));
                Draw::Soon
            }
            None => Draw::Not,
        }
    }

    /// Tells the screen what `news` say. Returns how soon that is to be drawn, or why the screen is left.
    fn apply(&mut self, app: &mut App, news: News) -> ControlFlow<Leave, Draw> {
        let message = match news {
            News::Terminal(event) => self.input(app, &event),
            News::TerminalGone => return Break(Leave::Signal(SIGHUP)),
            News::Run => return Continue(if self.hear(app) { Draw::Now } else { Draw::Not }),
            News::Calibrated(Ok(rates)) => Some(Message::Calibrated(rates)),
            News::Calibrated(Err(why)) => Some(Message::NotCalibrated(why)),
            News::Signal(SIGTSTP) => {
                self.effects.ask([Effect::Suspend]);
                return Continue(Draw::Now);
            }
            News::Signal(SIGCONT) => {
                if let Some(terminal) = &mut self.hands.terminal {
                    terminal.repaint();
                }
                return Continue(Draw::Now);
            }
            News::Signal(number) => return Break(Leave::Signal(number)),
        };
        let Some(message) = message else { return Continue(Draw::Not) };
        self.effects.tell(app, message);
        Continue(Draw::Now)
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
}
