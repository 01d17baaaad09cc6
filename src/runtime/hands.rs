//! Carries out what the screen asks for: runs are started and stopped, the machine is measured, files are written, the
//! terminal is given back and taken again.

use std::io;
use std::thread;

use crossbeam::channel::Sender;
use rustix::process::{Signal, getpgrp, kill_process_group};

use super::effects::Shell;
use super::news::News;
use super::runs::Runs;
use super::terminal::Terminal;
use super::{now, pictures};
use crate::app::{App, Phase, Run, RunId, Saved, Unsaved};
use crate::look;
use crate::machine::calibrate::Calibration;
use crate::plan::Plan;
use crate::recorder::Recorder;
use crate::state::{Failure, NoRates};
use crate::trace::Command;
use crate::ui::{self, Look};
use crate::units::{Stamp, TurnLength};
use crate::workload::Kernels;

/// Everything that carrying out an effect touches.
pub struct Hands {
    /// Nothing before the first run is under way.
    pub terminal: Option<Terminal>,
    /// How the screen is drawn, but for what the user chose since.
    pub look: Look,
    /// The run that is under way, and what all runs sent.
    pub runs: Runs,
    /// Where news of runs goes.
    pub to: Sender<News>,
    /// The file to which runs are added.
    pub recorder: Option<Recorder>,
}

impl Hands {
    /// Draws a frame.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn draw(&mut self, app: &mut App) -> io::Result<()> {
        let look = look::chosen(self.look, app.coloring);
        let Some(terminal) = &mut self.terminal else { return Ok(()) };
        terminal.draw(|area, buffer| {
            app.size = (area.width, area.height);
            ui::render(app, look, area, buffer);
        })
    }

    /// Adds a run that is over to the file that was asked for.
    ///
    /// # Errors
    /// If the run cannot be added; then no further run is added.
    pub fn record(&mut self, app: &App, id: RunId) -> Result<(), Unsaved> {
        let Some(recorder) = &mut self.recorder else { return Ok(()) };
        let Some(run) = app.runs().find(|run| run.id == id) else { return Ok(()) };
        // The error is said only once: the next run would not fare better.
        self.runs.record(recorder, id, &run.recording).inspect_err(|_| self.recorder = None)
    }
}

impl Shell for Hands {
    fn has_terminal(&self) -> bool {
        self.terminal.is_some()
    }

    fn start(&mut self, app: &App, id: RunId, plan: &Plan) -> Result<(), Failure> {
        let wanted: Vec<RunId> = app.runs().map(|run| run.id).collect();
        self.runs.want(&wanted);
        self.runs.start(id, plan, self.to.clone())
    }

    fn turn_lock(&mut self, id: RunId, length: TurnLength) {
        self.runs.tell(id, Command::Interval(length));
    }

    fn stop(&mut self) {
        self.runs.stop();
    }

    fn calibrate(&mut self, kernels: Kernels) -> Result<(), NoRates> {
        let to = self.to.clone();
        let wait = move || {
            let rates = Calibration::start(kernels).wait();
            let _ = to.send(News::Calibrated(rates));
        };
        let waiting = thread::Builder::new().name("calibration".to_owned()).spawn(wait);
        waiting.map(drop).map_err(NoRates::from)
    }

    fn save(&mut self, app: &App, name: &str) -> Result<Saved, Unsaved> {
        pictures::save(app, look::chosen(self.look, app.coloring), name)
    }

    fn store(&mut self, app: &App, name: &str, runs: &[RunId]) -> Result<Saved, Unsaved> {
        let wanted = |run: &&Run| runs.contains(&run.id);
        let mut runs: Vec<_> = app.runs().filter(wanted).map(|run| (run.id, &run.recording)).collect();
        runs.sort_by_key(|(id, _)| *id);
        let path = self.runs.store(name, &runs)?;
        let file = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        Ok(Saved::Runs { count: runs.len(), file })
    }

    fn copy(&mut self, app: &App) -> Result<Saved, Unsaved> {
        let text = ui::result_text(app);
        let to = look::clipboard().ok_or(Unsaved::NoClipboard)?;
        let sent = self.terminal.as_mut().map_or(Ok(()), |terminal| terminal.copy(&text));
        sent.map(|()| Saved::Sent { lines: text.lines().count(), to })
            .map_err(|e| Unsaved::Clipboard { system: e.into() })
    }

    fn repaint(&mut self) {
        if let Some(terminal) = &mut self.terminal {
            terminal.repaint();
        }
    }

    fn suspend(&mut self, app: &App) -> io::Result<(Stamp, Stamp)> {
        self.runs.suspend();
        if let Some(terminal) = &mut self.terminal {
            terminal.leave();
        }
        let from = now();
        // The whole job, as Ctrl-Z on a terminal would: a program that started this one must not wait for it in vain.
        // SIGSTOP, since the system drops a SIGTSTP that a program without a job-control shell sends itself.
        let _ = kill_process_group(getpgrp(), Signal::STOP);
        let to = now();
        if let Some(run) = app.run().filter(|run| run.phase == Phase::Running) {
            self.runs.stood_still(run.id, from, to);
        }
        self.runs.resume();
        self.terminal.as_mut().map_or(Ok(()), Terminal::resume)?;
        Ok((from, to))
    }
}
