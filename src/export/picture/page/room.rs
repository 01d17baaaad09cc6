//! How much room texts need, and what is done where there is less.

use super::{NAME, SMALL};
use crate::export::picture::list::width_of;

/// The most characters of a lane's name.
const LONGEST: usize = 22;

/// As much of `text` as fits into `room` pixels.
pub(in super::super) fn shorten(text: &str, room: f64, size: f64) -> String {
    if width_of(text, size) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        if width_of(&short, size) + width_of(&c.to_string(), size) + width_of("…", size) > room {
            break;
        }
        short.push(c);
    }
    short.trim_end().to_owned() + "…"
}

/// The room that a scale up to `steps` needs beside a name.
pub(in super::super) fn room_for_scale(name: &str, steps: u32) -> f64 {
    width_of(name, NAME) + 16.0 + width_of(&steps.to_string(), SMALL)
}

/// The room that the longest of `names` needs.
pub(in super::super) fn room_for<'a>(names: impl Iterator<Item = &'a str>) -> f64 {
    names.map(|n| width_of(n, NAME)).fold(0.0, f64::max).min(LONGEST as f64 * width_of("x", NAME)).ceil()
}

/// `text` in lines of at most `room` pixels.
pub(super) fn wrapped(text: &str, room: f64, size: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width_of(line, size) + width_of(word, size) + width_of(" ", size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.truncate(3);
    lines
}
