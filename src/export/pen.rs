//! How cells are put into words that a terminal understands: colours and attributes as SGR sequences, no more of them
//! than change, and symbols with the columns that they take.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use crate::text::outside;

/// The colours and attributes that a terminal writes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pen {
    fg: Color,
    bg: Color,
    line: Color,
    modifier: Modifier,
}

/// A symbol, where it stands in its row, and how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Glyph<'a> {
    pub symbol: &'a str,
    /// How many columns it takes: 1 or 2.
    pub width: u16,
    pub pen: Pen,
}

/// Each attribute with the numbers that switch it on and off.
const ATTRIBUTES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

impl Pen {
    pub fn of(cell: &Cell) -> Pen {
        Pen { fg: cell.fg, bg: cell.bg, line: cell.underline_color, modifier: cell.modifier }
    }

    /// Takes up the pen `next` instead, saying so in `out`.
    pub fn change(&mut self, next: Pen, out: &mut String) {
        if *self == next {
            return;
        }
        let mut codes = String::new();
        if next == Pen::default() {
            codes.push('0');
        } else {
            self.attributes(next, &mut codes);
            if self.fg != next.fg {
                color(next.fg, 30, &mut codes);
            }
            if self.bg != next.bg {
                color(next.bg, 40, &mut codes);
            }
            if self.line != next.line {
                underline(next.line, &mut codes);
            }
        }
        let _ = write!(out, "\x1b[{}m", codes.trim_end_matches(';'));
        *self = next;
    }

    fn attributes(self, next: Pen, codes: &mut String) {
        let mut is = self.modifier;
        // A code that switches one attribute off may switch another off with it.
        for (attribute, _, off) in ATTRIBUTES {
            if is.contains(attribute) && !next.modifier.contains(attribute) {
                let _ = write!(codes, "{off};");
                let both = ATTRIBUTES.iter().filter(|(_, _, other)| *other == off);
                both.for_each(|(gone, _, _)| is.remove(*gone));
            }
        }
        for (attribute, on, _) in ATTRIBUTES {
            if next.modifier.contains(attribute) && !is.contains(attribute) {
                let _ = write!(codes, "{on};");
            }
        }
    }
}

/// The numbers of `color`, in front (`base` 30) or behind (40).
fn color(color: Color, base: u8, codes: &mut String) {
    let _ = match color {
        Color::Reset => write!(codes, "{};", base + 9),
        Color::Rgb(r, g, b) => write!(codes, "{};2;{r};{g};{b};", base + 8),
        Color::Indexed(n) => write!(codes, "{};5;{n};", base + 8),
        named => match number(named) {
            n @ 0..8 => write!(codes, "{};", base + n),
            n => write!(codes, "{};", base + 60 + n - 8),
        },
    };
}

/// The numbers of an underline's colour: with colons, since terminals that do not know the code would take the rest for
/// attributes.
fn underline(color: Color, codes: &mut String) {
    let _ = match color {
        Color::Reset => write!(codes, "59;"),
        Color::Rgb(r, g, b) => write!(codes, "58:2::{r}:{g}:{b};"),
        Color::Indexed(n) => write!(codes, "58:5:{n};"),
        named => write!(codes, "58:5:{};", number(named)),
    };
}

/// The place of a named colour among the terminal's sixteen.
const fn number(color: Color) -> u8 {
    match color {
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        _ => 0,
    }
}

/// The row `y` of `buffer`, column by column: a symbol where one begins, nothing where the one before goes on. What
/// would move the cursor, or takes no room or more than there is, becomes a blank.
pub(super) fn glyphs(buffer: &Buffer, y: u16) -> Vec<Option<Glyph<'_>>> {
    let area = buffer.area;
    let mut row = vec![None; usize::from(area.width)];
    let mut column = 0;
    while column < area.width {
        let Some(cell) = buffer.cell((area.x + column, y)) else { break };
        let symbol = cell.symbol();
        let width = if outside(symbol) == symbol { symbol.width() as u16 } else { 0 };
        let fits = (1..=2).contains(&width) && width <= area.width - column;
        let (symbol, width) = if fits { (symbol, width) } else { (" ", 1) };
        row[usize::from(column)] = Some(Glyph { symbol, width, pen: Pen::of(cell) });
        column += width;
    }
    row
}
