//! The screen as text with colours: what `cat` shows is the screen, cell by cell. Nothing in it moves the cursor, and
//! each line ends with the terminal's own colours.

use ratatui::buffer::Buffer;

use super::pen::{Glyph, Pen, glyphs};

/// `buffer` as text with SGR sequences, a line feed after each row. Blanks at the end of a row are left out where
/// nothing of them shows.
pub fn ansi(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let row = glyphs(buffer, y);
        let last = row.iter().rposition(|glyph| glyph.as_ref().is_some_and(|g| !is_nothing(g)));
        let mut pen = Pen::default();
        for glyph in row.iter().take(last.map_or(0, |last| last + 1)).flatten() {
            pen.change(glyph.pen, &mut out);
            out.push_str(glyph.symbol);
        }
        pen.change(Pen::default(), &mut out);
        out.push('\n');
    }
    out
}

fn is_nothing(glyph: &Glyph<'_>) -> bool {
    glyph.symbol == " " && glyph.pen == Pen::default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Modifier, Style};

    pub fn color() -> impl Strategy<Value = Color> {
        prop_oneof![
            3 => Just(Color::Reset),
            2 => any::<[u8; 3]>().prop_map(|[r, g, b]| Color::Rgb(r, g, b)),
            1 => (16u8..).prop_map(Color::Indexed),
            1 => proptest::sample::select(vec![
                Color::Black, Color::Red, Color::Gray, Color::DarkGray, Color::LightGreen, Color::White,
            ]),
        ]
    }

    /// Attributes that the emulator knows; it shows bold or dim, never both.
    fn modifier() -> impl Strategy<Value = Modifier> {
        let weight = prop_oneof![Just(Modifier::empty()), Just(Modifier::BOLD), Just(Modifier::DIM)];
        (weight, 0u8..8).prop_map(|(weight, bits)| {
            let all = [Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED];
            let set = all.into_iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1);
            set.fold(weight, |sum, (_, one)| sum | one)
        })
    }

    fn styled() -> impl Strategy<Value = (String, Style)> {
        let symbol = proptest::sample::select(vec![" ", " ", "a", "Z", "|", "█", "▁", "⣿", "é", "語", "▒"]);
        (symbol, color(), color(), color(), modifier()).prop_map(|(symbol, fg, bg, line, modifier)| {
            (symbol.to_owned(), Style::new().fg(fg).bg(bg).underline_color(line).add_modifier(modifier))
        })
    }

    /// Any screen of that size, wherever it lies; symbols of two columns among them.
    pub fn screens(width: u16, height: u16) -> impl Strategy<Value = Buffer> {
        let cells = proptest::collection::vec(styled(), usize::from(width * height));
        (cells, 0u16..3, 0u16..3).prop_map(move |(cells, x, y)| {
            let mut buffer = Buffer::empty(Rect::new(x, y, width, height));
            for (index, (symbol, style)) in cells.into_iter().enumerate() {
                buffer.content[index].set_symbol(&symbol).set_style(style);
            }
            buffer
        })
    }

    fn shown(color: Color) -> vt100::Color {
        let place = |c| vt100::Color::Idx(c);
        match color {
            Color::Reset => vt100::Color::Default,
            Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
            Color::Indexed(n) => place(n),
            Color::Black => place(0),
            Color::Red => place(1),
            Color::Gray => place(7),
            Color::DarkGray => place(8),
            Color::LightGreen => place(10),
            Color::White => place(15),
            other => panic!("{other} is not among those tested"),
        }
    }

    /// Where the emulated screen shows anything other than `buffer`.
    pub fn differs(screen: &vt100::Screen, buffer: &Buffer) -> Option<String> {
        let area = buffer.area;
        for y in 0..area.height {
            for (x, glyph) in (0u16..).zip(glyphs(buffer, area.y + y)) {
                let cell = screen.cell(y, x)?;
                let Some(glyph) = glyph else {
                    if !cell.is_wide_continuation() {
                        return Some(format!("{x},{y}: the symbol before should reach here"));
                    }
                    continue;
                };
                let source = buffer.cell((area.x + x, area.y + y))?;
                let symbol = if cell.has_contents() { cell.contents() } else { " " };
                let colors = (cell.fgcolor(), cell.bgcolor());
                let modifiers = [cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()];
                let wanted =
                    [Modifier::BOLD, Modifier::DIM, Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED]
                        .map(|m| source.modifier.contains(m));
                if symbol != glyph.symbol || colors != (shown(source.fg), shown(source.bg)) || modifiers != wanted {
                    return Some(format!("{x},{y}: {symbol:?} {colors:?} {modifiers:?} is not {source:?}"));
                }
            }
        }
        None
    }

    /// A screen of that size which has been sent `text`.
    pub fn emulated(width: u16, height: u16, text: &str) -> vt100::Parser {
        let size = |n: u16| std::num::NonZeroU16::new(n).expect("a size");
        let mut parser = vt100::Parser::new(size(height), size(width), 0);
        parser.process(text.as_bytes());
        parser
    }

    proptest! {
        #[test]
        fn what_a_terminal_shows_is_the_screen(buffer in screens(13, 4)) {
            // One row more, since the last line ends too; and as `cat` writes it, line feeds return as well.
            let parser = emulated(13, 5, &ansi(&buffer).replace('\n', "\r\n"));
            prop_assert_eq!(differs(parser.screen(), &buffer), None);
        }

        #[test]
        fn each_line_stands_for_itself_and_nothing_moves_the_cursor(buffer in screens(9, 3)) {
            let text = ansi(&buffer);
            prop_assert_eq!(text.lines().count(), 3);
            for line in text.lines() {
                let mut parts = line.split('\x1b');
                parts.next();
                let is_number = |c: char| c.is_ascii_digit() || ";:".contains(c);
                let colours = |part: &str| {
                    let rest = part.strip_prefix('[').map(|rest| rest.trim_start_matches(is_number));
                    rest.is_some_and(|rest| rest.starts_with('m'))
                };
                prop_assert!(parts.clone().all(colours), "{line:?}");
                prop_assert!(parts.next_back().is_none_or(|last| last.starts_with("[0m")), "{line:?}");
            }
        }
    }

    #[test]
    fn colours_change_only_where_they_do_and_what_moves_the_cursor_is_left_out() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 2));
        buffer.set_string(0, 0, "abc", Style::new().fg(Color::Red));
        buffer.set_string(3, 0, "d", Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
        buffer.set_string(4, 0, "e", Style::new().fg(Color::Red).add_modifier(Modifier::DIM));
        buffer.content[8].set_symbol("\x1b");
        buffer.content[9].set_symbol("x");
        assert_eq!(ansi(&buffer), "\x1b[31mabc\x1b[1md\x1b[22;2me\x1b[0m\n x\n");
        assert_eq!(ansi(&Buffer::empty(Rect::new(0, 0, 3, 2))), "\n\n");
    }
}
