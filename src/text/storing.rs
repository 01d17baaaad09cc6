//! What is said of files that are written, and of pictures and runs that are saved, or are not.

use std::path::Path;

use super::{counted, outside};

/// A path as a part of a sentence.
fn shown(path: &Path) -> String {
    outside(&path.to_string_lossy()).into_owned()
}

/// That there is a file at `path` already.
pub fn is_there(path: &Path) -> String {
    format!("{} is there already: choose another name, or add --force to replace it", shown(path))
}

/// That `path` cannot be written, for the reason `why`.
pub fn not_written(path: &Path, why: &str) -> String {
    format!("{} cannot be written: {why}", shown(path))
}

/// That all names that a file could have are taken.
pub const fn all_names_taken() -> &'static str {
    "too many files of that name"
}

/// That the picture `file` cannot be written into the working folder, as the system says.
pub fn picture_not_written(file: &str, why: &str) -> String {
    super::no_picture(&format!("{} cannot be written here, {why}", outside(file)))
}

/// That there is no run that a picture could show.
pub fn nothing_to_draw() -> String {
    super::no_picture("there is no run yet")
}

/// Why runs cannot be stored: what they sent was not kept.
pub const fn not_kept() -> &'static str {
    "what the runs sent could not be kept, there was no room for temporary files"
}

/// Why a run cannot be added to a file: what it sent was not kept.
pub const fn run_not_kept() -> &'static str {
    "what the run sent could not be kept, there is no room for temporary files"
}

/// That the terminal cannot be used, as the system says.
pub fn no_terminal(why: &std::io::Error) -> String {
    format!("the terminal cannot be used: {why}")
}

/// Where a text goes that is sent to the clipboard (OSC 52). No terminal says whether it took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clipboard {
    /// To the terminal.
    Terminal,
    /// Through ssh, to the terminal at the other end.
    Ssh,
    /// To tmux, which drops it unless it is set up to take it.
    Tmux,
    /// To GNU screen, which does not know such texts.
    Screen,
}

/// That so many lines were sent to a clipboard, and what is known of whether they arrive there.
pub fn sent(lines: usize, to: Clipboard) -> String {
    let lines = counted(lines as u64, "line", "lines");
    match to {
        Clipboard::Terminal => format!("Sent to the terminal's clipboard: {lines} (some terminals refuse it)."),
        Clipboard::Ssh => format!("Sent through ssh to your terminal's clipboard: {lines} (some terminals refuse it)."),
        Clipboard::Tmux => format!("Sent to tmux: {lines}. It passes them on only if set-clipboard is on."),
        Clipboard::Screen => format!("Sent to GNU screen: {lines}. It hardly ever passes them on to the clipboard."),
    }
}

/// That nothing was sent to the clipboard of a terminal that has none.
pub const fn no_clipboard() -> &'static str {
    "Nothing copied: the Linux console has no clipboard."
}
