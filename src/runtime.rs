//! The impure shell around the screen: terminal, clock, channels, child processes, files. Decides nothing and draws
//! nothing: messages go into `app::update`, effects come out and are carried out here.

use std::io::{self, Write};
use std::process::ExitCode;

use rustix::io::Errno;
use signal_hook::consts::SIGHUP;

use crate::app::{App, Effect};
use crate::look;
use crate::machine::{Machine, calibrate, sys};
use crate::recorder::{self, Recorder};
use crate::settings::{Settings, Viewing};
use crate::text;
use crate::ui::Look;
use crate::units::Stamp;

mod cores;
mod effects;
mod hands;
mod news;
mod pictures;
mod runs;
mod session;
mod terminal;

use effects::Leave;
use session::Session;
use terminal::Terminal;

fn now() -> Stamp {
    sys::now()
}

/// Runs the screen until the user leaves it. The exit code is 0, or 128 and the number of the signal that ended it.
pub fn screen(settings: &Settings) -> ExitCode {
    // Opened before anything runs, so that a file that cannot be recorded into is known at once.
    match settings.trace.as_deref().map(Recorder::open).transpose() {
        Ok(recorder) => finish(attempt(settings, recorder)),
        Err(why) => {
            let _ = writeln!(io::stderr(), "error: {why}");
            ExitCode::from(1)
        }
    }
}

fn finish(left: io::Result<(Leave, String)>) -> ExitCode {
    match left {
        Ok((Leave::Asked, farewell)) => {
            let _ = io::stdout().write_all(farewell.as_bytes());
            ExitCode::SUCCESS
        }
        Ok((Leave::Signal(number), _)) => ExitCode::from(128 + number as u8),
        Err(e) => {
            let _ = writeln!(io::stderr(), "error: {}", text::storing::no_terminal(&e));
            ExitCode::from(1)
        }
    }
}

/// Shows what was recorded until the user leaves it. The exit code as of [`screen`], or 1 where there is nothing to
/// show.
pub fn view(viewing: &Viewing) -> ExitCode {
    let mut opened = Vec::new();
    for file in &viewing.files {
        match recorder::read(file) {
            Ok(found) => opened.push((file.display().to_string(), found)),
            Err(why) => {
                let _ = writeln!(io::stderr(), "error: {why}");
                return ExitCode::from(1);
            }
        }
    }
    let look = look::of(viewing.color, viewing.theme, viewing.ascii);
    let app = terminal::size().map(|size| App::viewing(opened, now(), size));
    let left = app.and_then(|app| match app {
        Some(mut app) => show(&mut app, look, viewing.mouse, Vec::new(), None).map(|leave| (leave, String::new())),
        None => Ok((Leave::Asked, String::new())),
    });
    finish(left)
}

fn attempt(settings: &Settings, recorder: Option<Recorder>) -> io::Result<(Leave, String)> {
    let look = look::of(settings.color, settings.theme, settings.ascii);
    let machine = Machine::here();
    let size = terminal::size()?;
    let mut app = App::new(settings.setup.clone(), machine, Some(calibrate::cached()), now(), size);
    // The first run is under way before the terminal is touched.
    let first = app.launch();
    let leave = show(&mut app, look, settings.mouse, first, recorder)?;
    Ok((leave, farewell(&app, look)))
}

/// Takes the terminal and shows `app` on it until it is left; the effects `first` come before that.
fn show(app: &mut App, look: Look, mouse: bool, first: Vec<Effect>, recorder: Option<Recorder>) -> io::Result<Leave> {
    // The screen answers soon even while a run keeps all cores busy; it takes no more of them.
    sys::take_short_turns();
    sys::keep_freed_memory();
    app.coloring = look::coloring(look);
    let mut session = Session::new(recorder, look)?;
    let left = session.begin(app, first)?;
    let terminal = Terminal::enter(mouse)?;
    let leave = match left {
        Some(leave) => leave,
        None => match session.run(app, terminal) {
            // The window was closed; the signal that says so may come later.
            Err(e) if e.raw_os_error() == Some(Errno::IO.raw_os_error()) => Leave::Signal(SIGHUP),
            other => other?,
        },
    };
    session.end();
    Ok(leave)
}

/// What stands on the shell's screen afterwards: the scoreboard, and the command that repeats the last run.
fn farewell(app: &App, look: Look) -> String {
    let board = crate::ui::scoreboard_text(app);
    let text = format!("{board}{}\n", app.setup.command());
    if look.ascii { text.chars().map(text::to_ascii).collect() } else { text }
}
