//! Putting text and cells into the buffer, clipped: the only place that writes to it.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

/// Writes `text` at `x`, `y`, at most up to column `end`; gives back the column after it.
pub fn put(buffer: &mut Buffer, x: u16, y: u16, end: u16, text: &str, style: Style) -> u16 {
    let end = end.min(buffer.area.right());
    if y >= buffer.area.bottom() || x >= end {
        return x.min(end);
    }
    let (next, _) = buffer.set_stringn(x, y, text, usize::from(end - x), style);
    next
}

/// Draws one cell.
pub fn cell(buffer: &mut Buffer, x: u16, y: u16, symbol: char, style: Style) {
    if let Some(cell) = buffer.cell_mut((x, y)) {
        cell.set_char(symbol).set_style(style);
    }
}

/// Fills `area` with one style and blanks its symbols.
pub fn fill(buffer: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let mut blank = Cell::EMPTY;
    blank.set_style(style);
    for row in area.rows() {
        let from = buffer.index_of(row.left(), row.top());
        buffer.content[from..from + usize::from(row.width)].fill(blank.clone());
    }
}

/// Text of several parts, each in its own style.
pub fn parts(buffer: &mut Buffer, x: u16, y: u16, end: u16, parts: &[(&str, Style)]) -> u16 {
    parts.iter().fold(x, |x, (text, style)| put(buffer, x, y, end, text, *style))
}

/// `text` in at most `room` columns: a text that is too long loses its middle, and keeps the number at its end.
pub fn shorten(text: &str, room: u16) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let tail: String =
        text.chars().rev().take_while(char::is_ascii_digit).collect::<Vec<_>>().into_iter().rev().collect();
    let tail = if tail.is_empty() || width(&tail) + 2 > room { String::new() } else { format!(" {tail}") };
    let mut head = String::new();
    for c in text.chars() {
        if width(&head) + width(c.encode_utf8(&mut [0; 4])) + 1 + width(&tail) > room {
            break;
        }
        head.push(c);
    }
    format!("{}…{tail}", head.trim_end())
}

/// How many columns `text` takes.
pub fn width(text: &str) -> u16 {
    text.width() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_filled_where_it_lies_in_the_buffer_and_nowhere_else() {
        let inside = Rect::new(2, 1, 5, 3);
        for x in 0..10 {
            for (y, width, height) in [(0, 3, 9), (1, 0, 2), (2, 4, 0), (2, 1, 1), (3, 9, 9), (4, 2, 2)] {
                let mut buffer = Buffer::filled(inside, Cell::new("x"));
                let area = Rect::new(x, y, width, height);
                fill(&mut buffer, area, Style::default());
                for place in inside.positions() {
                    assert_eq!(buffer[place].symbol() == " ", area.contains(place), "{area} {place}");
                }
            }
        }
    }
}
