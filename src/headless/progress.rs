//! How far the run is, on one line of stderr that is erased at the end: only where stderr is a terminal.

use std::io::{self, IsTerminal, Write};

use crate::text::{self, outside_within};
use crate::trace::Trace;
use crate::units::{Ns, Stamp};

/// The shortest time between two updates of the line.
const EVERY: Ns = Ns::from_millis(100);

/// The line.
pub(super) struct Progress {
    what: String,
    visible: bool,
    shown: Option<Stamp>,
}

impl Progress {
    /// The progress line of a run of `what`; never shown if `silent`, where sentences are printed anyway.
    pub(super) fn new(what: String, silent: bool) -> Progress {
        let dumb = std::env::var_os("TERM").is_none_or(|t| t == "dumb");
        Progress { what, visible: !silent && !dumb && io::stderr().is_terminal(), shown: None }
    }

    /// Shows how far `trace` is `now`, if the line is due for an update.
    pub(super) fn show(&mut self, trace: &Trace, now: Stamp) {
        if !self.visible || self.shown.is_some_and(|then| now.since(then) < EVERY) {
            return;
        }
        self.shown = Some(now);
        let line = line(&self.what, trace, now);
        let _ = write!(io::stderr(), "\r\u{1b}[K{line}");
    }

    /// Removes the line.
    pub(super) fn erase(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

/// The text of the line, at most 78 columns, so that it does not wrap.
fn line(what: &str, trace: &Trace, now: Stamp) -> String {
    let ended = trace.tasks.iter().filter(|t| t.ended_at().is_some()).count();
    let so_far = trace.t0().map(|t0| (now.since(t0), ended));
    outside_within(&text::screen::progress(what, so_far, trace.tasks.len()), 78).into_owned()
}
