//! The impure shell around the screen: terminal, clock, channels, child processes, files. Decides nothing and draws
//! nothing: messages go into `app::update`, effects come out and are carried out here.

use std::io::{self, Write};
use std::process::ExitCode;

use rustix::io::Errno;
use signal_hook::consts::SIGHUP;

use crate::app::App;
use crate::engine::real::{calibrate, machine, sys};
use crate::recording::Machine;
use crate::settings::Settings;
use crate::text;
use crate::ui::Look;
use crate::units::Stamp;

mod cores;
mod look;
mod news;
mod pictures;
mod runs;
mod session;
mod terminal;

pub use look::terminal_facts;
use session::{Leave, Session};
use terminal::Terminal;

fn now() -> Stamp {
    sys::now()
}

/// Runs the screen until the user leaves it. The exit code is 0, or 128 and the number of the signal that ended it.
pub fn screen(settings: &Settings) -> ExitCode {
    match attempt(settings) {
        Ok((Leave::Asked, farewell)) => {
            let _ = io::stdout().write_all(farewell.as_bytes());
            ExitCode::SUCCESS
        }
        Ok((Leave::Signal(number), _)) => ExitCode::from(128 + number as u8),
        Err(e) => {
            let _ = writeln!(io::stderr(), "error: the terminal cannot be used: {e}");
            ExitCode::from(1)
        }
    }
}

fn attempt(settings: &Settings) -> io::Result<(Leave, String)> {
    // The screen answers soon even while a run keeps all cores busy; it takes no more of them.
    sys::take_short_turns();
    sys::keep_freed_memory();
    let look = look::of(settings);
    let machine = Machine { usable: machine::usable_cores(), allowed: machine::allowed_cores() };
    let size = terminal::size()?;
    let mut app = App::new(settings.setup.clone(), machine, Some(calibrate::cached()), now(), size);
    // The first run is under way before the terminal is touched.
    let first = app.launch();
    let mut session = Session::new()?;
    let leave = session.perform(&mut app, first);
    let mut terminal = Terminal::enter(settings.mouse)?;
    let leave = match leave {
        Some(leave) => leave,
        None => match session.run(&mut app, look, &mut terminal) {
            // The window was closed; the signal that says so may come later.
            Err(e) if e.raw_os_error() == Some(Errno::IO.raw_os_error()) => Leave::Signal(SIGHUP),
            other => other?,
        },
    };
    session.stop();
    terminal.leave();
    Ok((leave, farewell(&app, look)))
}

/// What stands on the shell's screen afterwards: the scoreboard, and the command that repeats the last run.
fn farewell(app: &App, look: Look) -> String {
    let board = crate::ui::scoreboard_text(app);
    let text = format!("{board}{}\n", app.setup.command());
    if look.ascii { text.chars().map(text::to_ascii).collect() } else { text }
}
