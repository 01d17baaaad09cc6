//! Moving pictures: screens one after the other as an asciicast (version 2), made without a terminal. Same screens,
//! same bytes: the file names no instant of the outside world.
//!
//! The first screen is written whole, of each later one only what changed; now and then one is whole again, so that a
//! player that jumps has little to catch up with.

use std::borrow::Borrow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use ratatui::buffer::Buffer;

use super::json::quote;
use super::pen::{Glyph, Pen, glyphs};

/// What a recording says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Columns and rows.
    pub size: (u16, u16),
    /// Its title; may be empty.
    pub title: String,
    /// The command that shows the same; may be empty.
    pub command: String,
    /// For how long the last screen is held.
    pub hold: Duration,
}

/// The most time from one whole screen to the next.
const WHOLE: Duration = Duration::from_secs(10);

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Screens that differ from the one before.
    pub frames: u64,
    /// Those of these screens that were written whole.
    pub whole: u64,
    /// From the first screen to the end, the hold of the last one included.
    pub length: Duration,
    /// Bytes.
    pub bytes: u64,
}

/// Writes `frames`, each with its instant from the start, to `out`. A frame whose instant comes before its
/// predecessor's is shown together with that one. What lies outside the size is cut off, what is missing is blank.
///
/// # Errors
/// If writing to `out` fails.
pub fn cast<B: Borrow<Buffer>>(
    out: &mut impl Write,
    header: &Header,
    frames: impl IntoIterator<Item = (Duration, B)>,
) -> io::Result<Tally> {
    let mut file = File { out, tally: Tally::default() };
    file.head(header)?;
    let mut shown: Option<B> = None;
    let (mut now, mut whole_at) = (Duration::ZERO, Duration::ZERO);
    for (at, frame) in frames {
        now = now.max(at);
        let mut text = String::new();
        let due = shown.is_none() || now.saturating_sub(whole_at) >= WHOLE;
        if shown.is_none() {
            text.push_str("\x1b[?25l\x1b[0m\x1b[2J");
        }
        // Even where a whole screen is due, nothing is written if nothing changed.
        let before = shown.as_ref().map(B::borrow);
        let changed = before.is_none_or(|before| differs(before, frame.borrow(), header.size));
        if changed {
            draw(before.filter(|_| !due), frame.borrow(), header.size, &mut text);
            file.event(now, &text)?;
            file.tally.frames += 1;
            if due {
                file.tally.whole += 1;
                whole_at = now;
            }
        }
        shown = Some(frame);
    }
    // The cursor ends below the picture, where there is room: that is where a shell goes on.
    let end = format!("\x1b[0m\x1b[{};1H\x1b[?25h", u32::from(header.size.1) + 1);
    file.tally.length = now.saturating_add(header.hold);
    file.event(file.tally.length, &end)?;
    file.out.flush()?;
    Ok(file.tally)
}

struct File<'o, W: Write> {
    out: &'o mut W,
    tally: Tally,
}

impl<W: Write> File<'_, W> {
    fn head(&mut self, header: &Header) -> io::Result<()> {
        let (width, height) = header.size;
        let mut line = format!("{{\"version\":2,\"width\":{width},\"height\":{height}").into_bytes();
        for (key, text) in [("title", &header.title), ("command", &header.command)] {
            if !text.is_empty() {
                line.extend_from_slice(format!(",\"{key}\":").as_bytes());
                quote(text, &mut line);
            }
        }
        line.extend_from_slice(b",\"env\":{\"TERM\":\"xterm-256color\"}}\n");
        self.put(&line)
    }

    fn event(&mut self, at: Duration, text: &str) -> io::Result<()> {
        let mut line = format!("[{}.{:06},\"o\",", at.as_secs(), at.subsec_micros()).into_bytes();
        quote(text, &mut line);
        line.extend_from_slice(b"]\n");
        self.put(&line)
    }

    fn put(&mut self, line: &[u8]) -> io::Result<()> {
        self.tally.bytes += line.len() as u64;
        self.out.write_all(line)
    }
}

/// The row `y` of `buffer`, from 0, cut or filled with blanks to `width` columns.
fn row(buffer: &Buffer, y: u16, width: u16) -> Vec<Option<Glyph<'_>>> {
    let mut row = if y < buffer.area.height { glyphs(buffer, buffer.area.y + y) } else { Vec::new() };
    let blank = Some(Glyph { symbol: " ", width: 1, pen: Pen::default() });
    row.truncate(usize::from(width));
    if let Some(last) = row.last_mut().filter(|g| g.as_ref().is_some_and(|g| g.width > 1)) {
        *last = blank;
    }
    row.resize(usize::from(width), blank);
    row
}

fn differs(before: &Buffer, after: &Buffer, (width, height): (u16, u16)) -> bool {
    (0..height).any(|y| row(before, y, width) != row(after, y, width))
}

/// Draws all cells in which `after` differs from `before`, or all of `after`.
fn draw(before: Option<&Buffer>, after: &Buffer, (width, height): (u16, u16), out: &mut String) {
    let mut pen = Pen::default();
    for y in 0..height {
        let new = row(after, y, width);
        let old = before.map(|before| row(before, y, width));
        // Where the cursor is in this row, if it is.
        let mut cursor = None;
        for (x, glyph) in (0u16..).zip(&new) {
            let Some(glyph) = glyph else { continue };
            let place = usize::from(x)..usize::from(x + glyph.width);
            if old.as_ref().is_some_and(|old| old[place.clone()] == new[place]) {
                continue;
            }
            match cursor {
                Some(at) if at == x => {}
                Some(at) if at < x => drop(write!(out, "\x1b[{}C", x - at)),
                _ => drop(write!(out, "\x1b[{};{}H", u32::from(y) + 1, u32::from(x) + 1)),
            }
            pen.change(glyph.pen, out);
            out.push_str(glyph.symbol);
            // Terminals do not agree on the width of every symbol: the cursor's place is certain only behind a plain
            // one.
            let certain = glyph.width == 1 && glyph.symbol.chars().nth(1).is_none();
            cursor = certain.then_some(x + 1);
        }
    }
    pen.change(Pen::default(), out);
}

#[cfg(test)]
mod tests {
    use super::super::ansi::tests::{differs, emulated, screens};
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};

    fn header(width: u16, height: u16) -> Header {
        Header {
            size: (width, height),
            title: "threads, \"GIL\"".to_owned(),
            command: "concviz run -w cpu".to_owned(),
            hold: Duration::from_secs(2),
        }
    }

    fn written<B: Borrow<Buffer>>(header: &Header, frames: Vec<(Duration, B)>) -> (Tally, String) {
        let mut bytes = Vec::new();
        let tally = cast(&mut bytes, header, frames).expect("a vector takes everything");
        assert_eq!(tally.bytes, bytes.len() as u64);
        (tally, String::from_utf8(bytes).expect("text"))
    }

    /// The events of a recording: at which millisecond, and what is sent to the terminal.
    fn events(text: &str) -> Vec<(u64, String)> {
        let event = |line: &str| {
            let (at, kind, text): (f64, String, String) = serde_json::from_str(line).expect("an event");
            assert_eq!(kind, "o");
            ((at * 1e3).round() as u64, text)
        };
        text.lines().skip(1).map(event).collect()
    }

    /// Screens of which each changes some cells of the one before.
    fn films() -> impl Strategy<Value = Vec<(u64, Buffer)>> {
        let step = (screens(11, 4), proptest::collection::vec(any::<bool>(), 44), 0u64..9_000);
        proptest::collection::vec(step, 1..8).prop_map(|steps| {
            let (mut at, mut film): (u64, Vec<(u64, Buffer)>) = (0, Vec::new());
            for (mut screen, keeps, pause) in steps {
                screen.area = Rect::new(0, 0, 11, 4);
                if let Some((_, last)) = film.last() {
                    for (index, _) in keeps.iter().enumerate().filter(|(_, keep)| **keep) {
                        screen.content[index] = last.content[index].clone();
                    }
                }
                film.push((at, screen));
                at += pause;
            }
            film
        })
    }

    proptest! {
        #[test]
        fn after_each_event_the_terminal_shows_the_frame(film in films()) {
            let frames = film.iter().map(|(ms, screen)| (Duration::from_millis(*ms), screen)).collect();
            let (tally, text) = written(&header(11, 4), frames);
            // Whatever the screen showed before.
            let mut parser = emulated(11, 4, "\x1b[41mrubbish\r\n\x1b[1mmore of it");
            let mut events = events(&text).into_iter();
            let mut before: Option<&Buffer> = None;
            for (ms, screen) in &film {
                if before.is_none_or(|before| super::differs(before, screen, (11, 4))) {
                    let (at, text) = events.next().expect("an event for each change");
                    prop_assert_eq!(at, *ms);
                    parser.process(text.as_bytes());
                    prop_assert!(parser.screen().hide_cursor());
                }
                before = Some(screen);
                prop_assert_eq!(differs(parser.screen(), screen), None);
            }
            let (last, text) = events.next().expect("the last one is held");
            parser.process(text.as_bytes());
            let end = &film[film.len() - 1];
            prop_assert_eq!(last, end.0 + 2_000);
            prop_assert_eq!(differs(parser.screen(), &end.1), None);
            prop_assert!(!parser.screen().hide_cursor() && events.next().is_none());
            prop_assert!(tally.frames >= 1 && tally.whole >= 1);
        }

        #[test]
        fn screens_of_another_size_are_cut_and_filled(screens in proptest::collection::vec(screens(9, 3), 1..4), width in 1u16..14, height in 1u16..6) {
            let frames = screens.iter().enumerate().map(|(i, s)| (Duration::from_secs(i as u64), s)).collect();
            let (_, text) = written(&header(width, height), frames);
            let mut parser = emulated(width, height, "");
            events(&text).iter().for_each(|(_, text)| parser.process(text.as_bytes()));
            let last = &screens[screens.len() - 1];
            for y in 0..height.min(3) {
                let shown: String = (0..width).map(|x| parser.screen().cell(y, x).map_or("", vt100::Cell::contents)).collect();
                let wanted: String = row(last, y, width).iter().flatten().map(|g| g.symbol).collect();
                prop_assert_eq!(shown.replace(' ', ""), wanted.replace(' ', ""));
            }
        }
    }

    #[test]
    fn golden() {
        let mut screens = vec![Buffer::empty(Rect::new(0, 0, 12, 3)); 4];
        for (index, screen) in screens.iter_mut().enumerate() {
            screen.set_string(0, 0, "task 1", Style::new().fg(Color::Rgb(86, 180, 233)));
            let bar = "█".repeat(index.min(2) * 2 + 2);
            screen.set_string(0, 1, bar, Style::new().fg(Color::Green).bg(Color::Indexed(236)));
            screen.set_string(0, 2, format!("{index} s"), Style::new());
        }
        let times = [0, 1_000, 2_000, 13_500].map(Duration::from_millis);
        let (tally, text) = written(&header(12, 3), times.into_iter().zip(screens).collect());
        assert_eq!((tally.frames, tally.whole, tally.length), (4, 2, Duration::from_millis(15_500)));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_recording_of_nothing_is_one_too() {
        let (tally, text) = written(&header(4, 2), Vec::<(Duration, Buffer)>::new());
        assert_eq!((tally.frames, text.lines().count()), (0, 2));
    }
}
