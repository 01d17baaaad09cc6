//! What a terminal shows: bytes in, whole frames out.

use std::collections::VecDeque;
use std::num::NonZeroU16;

use vt100::{Callbacks, Cell, MouseProtocolMode, Parser};

/// The most frames that are kept for somebody to look at.
const KEPT: usize = 4_000;

/// A terminal's inside.
pub struct Glass {
    parser: Parser<Updates>,
    /// Frames nobody has looked at yet, in order.
    frames: VecDeque<View>,
    /// Everything that was ever written.
    pub bytes: Vec<u8>,
    /// How many frames there were.
    pub count: usize,
    /// Whether the other side is gone.
    pub gone: bool,
}

/// Listens for synchronized updates, which the interpreter leaves to others: between their begin and their end a
/// terminal shows nothing new.
#[derive(Default)]
struct Updates {
    open: bool,
    ended: usize,
}

impl Callbacks for Updates {
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

/// Columns and rows as the interpreter wants them.
fn size((columns, rows): (u16, u16)) -> (NonZeroU16, NonZeroU16) {
    let positive = |n| NonZeroU16::new(n).expect("a terminal has rows and columns");
    (positive(rows), positive(columns))
}

impl Glass {
    /// A blank terminal of so many columns and rows.
    pub fn new(columns_rows: (u16, u16)) -> Glass {
        let (rows, columns) = size(columns_rows);
        let parser = Parser::new_with_callbacks(rows, columns, 0, Updates::default());
        Glass { parser, frames: VecDeque::new(), bytes: Vec::new(), count: 0, gone: false }
    }

    /// Shows `bytes`, and keeps each frame they complete.
    pub fn write(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        // A frame ends with an `l`: so no two of them end in one piece.
        for piece in bytes.split_inclusive(|b| *b == b'l') {
            let before = self.parser.callbacks().ended;
            self.parser.process(piece);
            if self.parser.callbacks().ended > before {
                self.count += 1;
                self.keep();
            }
        }
        // What is written outside of frames is shown as it comes.
        if !self.parser.callbacks().open {
            self.keep();
        }
    }

    fn keep(&mut self) {
        if self.frames.len() == KEPT {
            self.frames.pop_front();
        }
        self.frames.push_back(self.now());
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns_rows: (u16, u16)) {
        let (rows, columns) = size(columns_rows);
        self.parser.set_size(rows, columns);
    }

    /// Forgets the frames that nobody has looked at.
    pub fn forget(&mut self) {
        self.frames.clear();
    }

    /// The next frame that nobody has looked at.
    pub fn next(&mut self) -> Option<View> {
        self.frames.pop_front()
    }

    /// What is there at this moment, be it half a frame.
    pub fn now(&self) -> View {
        View { screen: self.parser.screen().clone(), count: self.count }
    }
}

/// What was to be seen at one moment.
#[derive(Clone)]
pub struct View {
    screen: vt100::Screen,
    /// How many frames there had been.
    pub count: usize,
}

impl View {
    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        let (rows, columns) = self.screen.size();
        (columns.get(), rows.get())
    }

    /// The symbol at a place, a blank where nothing was written.
    pub fn symbol(&self, x: u16, y: u16) -> &str {
        self.screen.cell(y, x).map(Cell::contents).filter(|s| !s.is_empty()).unwrap_or(" ")
    }

    /// A row, without the blanks at its end.
    pub fn row(&self, y: u16) -> String {
        let row: String = (0..self.size().0).map(|x| self.symbol(x, y)).collect();
        row.trim_end().to_owned()
    }

    /// All rows, from the top.
    pub fn rows(&self) -> Vec<String> {
        (0..self.size().1).map(|y| self.row(y)).collect()
    }

    /// The whole screen.
    pub fn text(&self) -> String {
        self.rows().join("\n")
    }

    /// Whether `text` stands in one of the rows.
    pub fn has(&self, text: &str) -> bool {
        self.find(text).is_some()
    }

    /// Column and row of the first place where `text` stands.
    pub fn find(&self, text: &str) -> Option<(u16, u16)> {
        (0..self.size().1).find_map(|y| self.find_in(y, text).map(|x| (x, y)))
    }

    /// The column of row `y` in which `text` begins.
    pub fn find_in(&self, y: u16, text: &str) -> Option<u16> {
        let row = self.row(y);
        row.find(text).map(|at| row[..at].chars().count() as u16)
    }

    /// The last row: the keys.
    pub fn footer(&self) -> String {
        self.row(self.size().1 - 1)
    }

    /// The first row: what runs, and how far it is.
    pub fn header(&self) -> String {
        self.row(0)
    }

    /// Whether the run that is shown has come to its end.
    pub fn is_done(&self) -> bool {
        self.header().contains("done")
    }

    /// The tabs that stand out, by the words on them.
    pub fn lit_tabs(&self) -> Vec<&'static str> {
        // The lock's own tab says which it is and its interval; its key is what is always there.
        [("serial", "serial"), ("threads", "threads"), ("processes", "processes"), ("async", "async"), ("GIL ON", "g ")]
            .into_iter()
            .filter(|(_, shown)| self.find_in(1, shown).is_some_and(|x| self.stands_out(x, 1)))
            .map(|(tab, _)| tab)
            .collect()
    }

    /// Whether the cell is drawn as something chosen: bold, on a ground other than its neighbours' or in reverse.
    pub fn stands_out(&self, x: u16, y: u16) -> bool {
        let cell = |x: u16| self.screen.cell(y, x);
        let ground = cell(self.size().0 - 1).map(Cell::bgcolor);
        cell(x).is_some_and(|c| c.bold() && (c.inverse() || Some(c.bgcolor()) != ground))
    }

    /// Whether a key that was pressed a moment ago is lit in the last row.
    pub fn has_lit_key(&self) -> bool {
        let (columns, rows) = self.size();
        let cell = |x: u16| self.screen.cell(rows - 1, x);
        let ground = cell(0).map(Cell::bgcolor);
        (1..columns).filter_map(cell).any(|c| c.inverse() || Some(c.bgcolor()) != ground)
    }

    /// Row of the lane of `task`.
    pub fn lane(&self, task: &str) -> Option<u16> {
        let named = |y: &u16| {
            let name = self.row(*y);
            let name = name.trim_start_matches(['▌', '|', '›', '>']);
            name.strip_prefix(task).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        (0..self.size().1).find(named)
    }

    /// Row of the axis: the one with the zero, above the lanes.
    pub fn axis(&self) -> String {
        let first = self.lane("task 1").unwrap_or(0);
        let rows = (3..first).map(|y| self.row(y)).rev();
        rows.into_iter().find(|row| row.contains(['0', '1', '2', '5'])).unwrap_or_default()
    }

    /// The row of the scoreboard that begins with `model`.
    pub fn score(&self, model: &str) -> Option<String> {
        let rows = self.rows();
        let own = |rest: &str| !rest.starts_with(char::is_alphanumeric) && !rest.trim_start().starts_with('+');
        let named = |row: &&String| row.strip_prefix(&format!(" {model}")).is_some_and(own);
        // The last of them: tabs begin in the same way.
        rows.iter().skip(2).rfind(named).cloned()
    }

    /// Whether everything is as a shell wants it: its own screen, a cursor, and the mouse left alone.
    pub fn is_given_back(&self) -> bool {
        let s = &self.screen;
        !s.alternate_screen() && !s.hide_cursor() && s.mouse_protocol_mode() == MouseProtocolMode::None
    }

    /// Whether the program has taken the screen.
    pub fn is_taken(&self) -> bool {
        self.screen.alternate_screen() && self.screen.hide_cursor()
    }

    /// Whether the mouse is reported.
    pub fn hears_mouse(&self) -> bool {
        self.screen.mouse_protocol_mode() != MouseProtocolMode::None
    }

    /// The places where the two look different, in symbol or in style.
    pub fn differences(&self, other: &View) -> Vec<(u16, u16)> {
        let (columns, rows) = self.size();
        let looks = |view: &View, x: u16, y: u16| {
            let style =
                view.screen.cell(y, x).map(|c| (c.fgcolor(), c.bgcolor(), c.bold(), c.underline(), c.inverse()));
            (view.symbol(x, y).to_owned(), style)
        };
        let places = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
        places.filter(|(x, y)| looks(self, *x, *y) != looks(other, *x, *y)).collect()
    }
}
