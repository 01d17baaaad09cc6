//! A program on a terminal of its own: spoken to, and watched frame by frame.
//!
//! Bytes are stamped by a thread that does nothing else, before anybody reads what they say. The program asks its
//! terminal no questions, so none are answered.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use concviz::machine::sys::take_short_turns;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use vt100::{Callbacks, Parser};

use crate::process::{self, Group};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Listens for synchronized updates, which the interpreter leaves to others: between their begin and their end a
/// terminal shows nothing new.
#[derive(Default)]
struct Frames {
    open: bool,
    ended: usize,
}

impl Callbacks for Frames {
    fn unhandled_csi(&mut self, _: &mut vt100::Screen, i1: Option<u8>, _: Option<u8>, params: &[&[u16]], c: char) {
        if i1 != Some(b'?') || !params.iter().any(|p| p.contains(&2026)) {
            return;
        }
        match c {
            'h' => self.open = true,
            'l' => {
                self.ended += usize::from(self.open);
                self.open = false;
            }
            _ => {}
        }
    }
}

/// Bytes, and when they came.
type Piece = (Instant, Vec<u8>);

/// The program and its terminal. Dropped, it ends.
pub struct Terminal {
    program: Group,
    side: File,
    from: Receiver<Piece>,
    /// What has come and was not shown yet.
    pending: VecDeque<Piece>,
    glass: Parser<Frames>,
    /// When it was started.
    pub started: Instant,
}

impl Terminal {
    /// Starts `command` on a terminal of so many columns and rows.
    ///
    /// # Errors
    /// If there is no terminal to be had, or the program cannot be started.
    pub fn start(command: &mut Command, (columns, rows): (u16, u16)) -> Result<Terminal, String> {
        let positive = |n| NonZeroU16::new(n).ok_or("a terminal has rows and columns");
        let glass = Parser::new_with_callbacks(positive(rows)?, positive(columns)?, 0, Frames::default());
        let (ours, theirs) = open(columns, rows).map_err(|e| format!("there is no terminal to be had: {e}"))?;
        let one_more = || theirs.try_clone().map_err(|e| e.to_string());
        command.stdin(one_more()?).stdout(one_more()?).stderr(one_more()?);
        drop(theirs);
        let mut reader = ours.try_clone().map_err(|e| e.to_string())?;
        let (to, from) = channel();
        // It ends with the last who has the terminal open.
        std::thread::spawn(move || {
            // Also where the program keeps all cores busy.
            take_short_turns();
            let mut buffer = vec![0; 1 << 16];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if to.send((Instant::now(), buffer[..n].to_vec())).is_err() {
                    break;
                }
            }
        });
        let started = Instant::now();
        let program = Group::start(command, true)?;
        // The terminal must be nobody's but the program's, or its end is never seen.
        command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        Ok(Terminal { program, side: ours, from, pending: VecDeque::new(), glass, started })
    }

    pub fn pid(&self) -> u32 {
        self.program.pid()
    }

    /// Types `keys`: when.
    ///
    /// # Errors
    /// If the program is gone.
    pub fn press(&mut self, keys: &str) -> Result<Instant, String> {
        let at = Instant::now();
        self.side.write_all(keys.as_bytes()).map_err(|e| e.to_string())?;
        Ok(at)
    }

    /// When the first frame was complete that is as `what` says, of those that nobody has looked at.
    ///
    /// # Errors
    /// If none comes, or the race was stopped.
    pub fn until(&mut self, wanted: &str, what: impl Fn(&vt100::Screen) -> bool) -> Result<Instant, String> {
        let end = Instant::now() + PATIENCE;
        loop {
            while let Some(piece) = self.pending.pop_front() {
                if let Some(at) = self.show(piece)
                    && what(self.screen())
                {
                    return Ok(at);
                }
            }
            if !self.hear(end.saturating_duration_since(Instant::now()))? {
                return Err(format!("waited in vain for {wanted}"));
            }
        }
    }

    /// Waits for the next piece, no longer than `patience`: whether one came.
    fn hear(&mut self, patience: Duration) -> Result<bool, String> {
        let heard = self.from.recv_timeout(patience);
        process::go_on()?;
        match heard {
            Ok(piece) => self.pending.push_back(piece),
            Err(RecvTimeoutError::Timeout) => return Ok(false),
            Err(RecvTimeoutError::Disconnected) => return Err("the program ended by itself".to_owned()),
        }
        Ok(true)
    }

    /// Shows all that has come.
    fn show_all(&mut self) {
        while let Some(piece) = self.pending.pop_front() {
            self.show(piece);
        }
    }

    /// Shows a piece up to the end of its first frame, if one ends in it: when that was. The rest is left for later.
    fn show(&mut self, (at, bytes): Piece) -> Option<Instant> {
        let before = self.glass.callbacks().ended;
        let mut shown = 0;
        // A frame ends with an `l`.
        for part in bytes.split_inclusive(|b| *b == b'l') {
            self.glass.process(part);
            shown += part.len();
            if self.glass.callbacks().ended > before {
                if shown < bytes.len() {
                    self.pending.push_front((at, bytes[shown..].to_vec()));
                }
                return Some(at);
            }
        }
        None
    }

    /// What is on the screen.
    pub fn screen(&self) -> &vt100::Screen {
        self.glass.screen()
    }

    /// Shows all that comes for so long.
    ///
    /// # Errors
    /// If the program ends, or the race was stopped.
    pub fn watch(&mut self, time: Duration) -> Result<(), String> {
        let end = Instant::now() + time;
        while self.hear(end.saturating_duration_since(Instant::now()))? {
            self.show_all();
        }
        Ok(())
    }

    /// Waits until nothing has come for so long.
    ///
    /// # Errors
    /// If the program never comes to rest or ends, or the race was stopped.
    pub fn rest(&mut self, time: Duration) -> Result<(), String> {
        let end = Instant::now() + PATIENCE;
        self.show_all();
        while self.hear(time)? {
            self.show_all();
            if Instant::now() > end {
                return Err("the screen never comes to rest".to_owned());
            }
        }
        Ok(())
    }

    /// Quits with `q`: how long that takes.
    ///
    /// # Errors
    /// If it does not end, or not as it should.
    pub fn quit(mut self) -> Result<Duration, String> {
        let asked = self.press("q")?;
        let (status, at): (ExitStatus, Instant) = self.program.wait(PATIENCE)?;
        if status.success() { Ok(at - asked) } else { Err(format!("quitting ended with {status}")) }
    }
}

/// Both sides of a new terminal: ours, and that of a program.
fn open(columns: u16, rows: u16) -> std::io::Result<(File, File)> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?.into_string().unwrap_or_default();
    tcsetwinsize(&ours, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 })?;
    let theirs = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NOCTTY).open(name)?;
    Ok((File::from(ours), theirs))
}
