//! Everything the session waits for arrives on one channel: keys, frames of the run, signals.

use std::io;
use std::thread;

use crossbeam::channel::{Receiver, Sender, unbounded};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use crate::app::Key;
use crate::plan::Rates;
use crate::state::NoRates;

/// One piece of news.
#[derive(Debug)]
pub enum News {
    /// From the terminal.
    Terminal(Event),
    /// The terminal is gone.
    TerminalGone,
    /// The run that is watched has sent something.
    Run,
    /// How fast this machine is, or why that cannot be measured.
    Calibrated(Result<Rates, NoRates>),
    /// A signal.
    Signal(i32),
}

/// The channel, with a thread that writes signals to it from the start.
///
/// # Errors
/// If signals cannot be listened for.
pub fn open() -> io::Result<(Sender<News>, Receiver<News>)> {
    let (send, receive) = unbounded();
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT])?;
    let to = send.clone();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            if to.send(News::Signal(signal)).is_err() {
                return;
            }
        }
    })?;
    Ok((send, receive))
}

/// Begins to read keys; only once the terminal is in raw mode.
///
/// # Errors
/// If the system allows no further thread.
pub fn listen_to_terminal(to: Sender<News>) -> io::Result<()> {
    thread::Builder::new().name("keys".to_owned()).spawn(move || {
        loop {
            let news = match crossterm::event::read() {
                Ok(event) => News::Terminal(event),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => News::TerminalGone,
            };
            let last = matches!(news, News::TerminalGone);
            if to.send(news).is_err() || last {
                return;
            }
        }
    })?;
    Ok(())
}

/// The terminal library's key in the program's own words.
pub fn key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    Some(match event.code {
        KeyCode::Char(c) if ctrl => Key::Ctrl(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::F(n) => Key::F(n),
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        _ => return None,
    })
}
