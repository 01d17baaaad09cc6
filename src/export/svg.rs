//! The screen as a vector picture. Blocks, dots and shades become shapes that tile without seams; everything else is
//! selectable text, one element for each run of words, at absolute places (not every viewer stretches text).

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::text::markup::xml;

/// What a picture says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caption {
    /// Its title.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: String,
    /// The command that shows the same.
    pub command: String,
    /// Why runs in it failed; none where all came to their end.
    pub failures: Vec<String>,
}

/// Width and height of a cell, in the picture's units.
const CELL: (f64, f64) = (10.0, 21.0);
const FONT: &str = "ui-monospace,'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace";

/// The colours of the text and of the ground of cells that name none.
const GROUND: (u32, u32) = (0x00d7_dee7, 0x000f_1318);

/// `buffer` as an SVG document.
pub fn svg(buffer: &Buffer, caption: &Caption) -> String {
    let area = buffer.area;
    let (width, height) = (f64::from(area.width) * CELL.0, f64::from(area.height) * CELL.1);
    let first = buffer.cell((area.x, area.y + 1)).map_or(hex(GROUND.1), |c| color(c.bg, GROUND.1));
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\">\n<title>{}</title>\n<desc>{} ({})</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"{first}\"/>\n",
        xml(&caption.title),
        xml(&caption.description),
        xml(&caption.command),
    );
    let _ = writeln!(out, "<g shape-rendering=\"crispEdges\">");
    for y in area.top()..area.bottom() {
        backgrounds(buffer, y, &first, &mut out);
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell((x, y)) {
                shape(cell, f64::from(x - area.x) * CELL.0, f64::from(y - area.y) * CELL.1, &mut out);
            }
        }
    }
    let _ = writeln!(out, "</g>\n<g font-family=\"{FONT}\" font-size=\"16\" xml:space=\"preserve\">");
    for y in area.top()..area.bottom() {
        words(buffer, y, &mut out);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// Draws the stretches of one background in a row, except the ground's own.
fn backgrounds(buffer: &Buffer, y: u16, ground: &str, out: &mut String) {
    let area = buffer.area;
    let bg = |x: u16| buffer.cell((x, y)).map_or(String::new(), |c| colors(c).1);
    let mut x = area.left();
    while x < area.right() {
        let color = bg(x);
        let mut end = x + 1;
        while end < area.right() && bg(end) == color {
            end += 1;
        }
        if color != ground && !color.is_empty() {
            let (left, top) = (f64::from(x - area.x) * CELL.0, f64::from(y - area.y) * CELL.1);
            rect(out, (left, top), (f64::from(end - x) * CELL.0, CELL.1), &color);
        }
        x = end;
    }
}

fn rect(out: &mut String, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str) {
    let _ = writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>");
}

/// Whether a symbol is drawn as a shape.
fn is_shape(c: char) -> bool {
    matches!(c, '▀'..='▟' | '╱' | '─' | '│' | '┌' | '┐' | '└' | '┘' | '⠀'..='⣿')
}

/// A block, a shade, a dotted or a hatched cell, at `x`, `y`.
fn shape(cell: &Cell, x: f64, y: f64, out: &mut String) {
    let Some(symbol) = cell.symbol().chars().next().filter(|c| is_shape(*c)) else { return };
    let (fg, _) = colors(cell);
    let (w, h) = CELL;
    let (mid_x, mid_y) = (x + w / 2.0, y + h / 2.0);
    let mut line = |x1: f64, y1: f64, x2: f64, y2: f64| {
        let _ = writeln!(
            out,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{fg}\" shape-rendering=\"auto\"/>"
        );
    };
    match symbol {
        '▁'..='█' => {
            let eighths = f64::from(symbol as u32 - '▁' as u32 + 1);
            let tall = h * eighths / 8.0;
            rect(out, (x, y + h - tall), (w, tall), &fg);
        }
        '▀' => rect(out, (x, y), (w, h / 2.0), &fg),
        '▉'..='▏' => {
            let eighths = f64::from('▏' as u32 - symbol as u32 + 1);
            rect(out, (x, y), (w * eighths / 8.0, h), &fg);
        }
        '▐' => rect(out, (mid_x, y), (w / 2.0, h), &fg),
        '▕' => rect(out, (x + w * 7.0 / 8.0, y), (w / 8.0, h), &fg),
        '▚' => {
            rect(out, (x, y), (w / 2.0, h / 2.0), &fg);
            rect(out, (mid_x, mid_y), (w / 2.0, h / 2.0), &fg);
        }
        '▖' => rect(out, (x, mid_y), (w / 2.0, h / 2.0), &fg),
        '▗' => rect(out, (mid_x, mid_y), (w / 2.0, h / 2.0), &fg),
        '░'..='▓' => {
            let opacity = f64::from(symbol as u32 - '░' as u32 + 1) / 4.0;
            let _ = writeln!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"{fg}\" fill-opacity=\"{opacity}\"/>"
            );
        }
        '⠀'..='⣿' => dots(symbol, x, y, &fg, out),
        '╱' => line(x, y + h, x + w, y),
        '─' => line(x, mid_y, x + w, mid_y),
        '│' => line(mid_x, y, mid_x, y + h),
        corner => {
            let (right, down) = (matches!(corner, '┌' | '└'), matches!(corner, '┌' | '┐'));
            line(mid_x, mid_y, if right { x + w } else { x }, mid_y);
            line(mid_x, mid_y, mid_x, if down { y + h } else { y });
        }
    }
}

/// The dots of a braille cell.
fn dots(symbol: char, x: f64, y: f64, fg: &str, out: &mut String) {
    const PLACES: [(f64, f64); 8] =
        [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (1.0, 0.0), (1.0, 1.0), (1.0, 2.0), (0.0, 3.0), (1.0, 3.0)];
    let bits = symbol as u32 - 0x2800;
    for (bit, (column, row)) in PLACES.into_iter().enumerate() {
        if bits >> bit & 1 == 1 {
            let left = x + CELL.0 * (2.0 * column + 1.0) / 4.0 - 1.0;
            let top = y + CELL.1 * (2.0 * row + 1.0) / 8.0 - 1.0;
            rect(out, (left, top), (2.0, 2.0), fg);
        }
    }
}

/// Words of one style, each run at its own place.
fn words(buffer: &Buffer, y: u16, out: &mut String) {
    let area = buffer.area;
    let mut run: Option<(u16, String, String, Modifier)> = None;
    for x in area.left()..=area.right() {
        let cell = buffer.cell((x, y)).filter(|_| x < area.right());
        let symbol = cell.map_or(" ", Cell::symbol);
        let visible = symbol != " " && !symbol.starts_with(is_shape);
        let style = cell.map(|c| (colors(c).0, c.modifier));
        match (&mut run, style) {
            (Some((_, text, color, modifier)), Some((fg, m))) if visible && *color == fg && *modifier == m => {
                text.push_str(symbol);
            }
            (current, style) => {
                if let Some(done) = current.take() {
                    word(&done, area.x, y - area.y, out);
                }
                *current = style.filter(|_| visible).map(|(fg, m)| (x, symbol.to_owned(), fg, m));
            }
        }
    }
}

fn word((x, text, fill, modifier): &(u16, String, String, Modifier), left: u16, row: u16, out: &mut String) {
    let x = f64::from(x - left) * CELL.0;
    let y = f64::from(row) * CELL.1 + 15.5;
    let bold = if modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let line = if modifier.contains(Modifier::UNDERLINED) { " text-decoration=\"underline\"" } else { "" };
    let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\" fill=\"{fill}\"{bold}{line}>{}</text>", xml(text));
}

/// Foreground and background, the modifiers applied.
fn colors(cell: &Cell) -> (String, String) {
    let (fg, bg) = (color(cell.fg, GROUND.0), color(cell.bg, GROUND.1));
    if cell.modifier.contains(Modifier::REVERSED) { (bg, fg) } else { (fg, bg) }
}

fn hex(rgb: u32) -> String {
    format!("#{rgb:06x}")
}

fn color(color: Color, default: u32) -> String {
    const ANSI: [u32; 16] = [
        0x0000_0000,
        0x00cd_3131,
        0x000d_bc79,
        0x00e5_e510,
        0x0024_72c8,
        0x00bc_3fbc,
        0x0011_a8cd,
        0x00e5_e5e5,
        0x0066_6666,
        0x00f1_4c4c,
        0x0023_d18b,
        0x00f5_f543,
        0x003b_8eea,
        0x00d6_70d6,
        0x0029_b8db,
        0x00ff_ffff,
    ];
    hex(match color {
        Color::Reset => default,
        Color::Rgb(r, g, b) => u32::from(r) << 16 | u32::from(g) << 8 | u32::from(b),
        Color::Black => ANSI[0],
        Color::Red => ANSI[1],
        Color::Green => ANSI[2],
        Color::Yellow => ANSI[3],
        Color::Blue => ANSI[4],
        Color::Magenta => ANSI[5],
        Color::Cyan => ANSI[6],
        Color::Gray => ANSI[7],
        Color::DarkGray => ANSI[8],
        Color::LightRed => ANSI[9],
        Color::LightGreen => ANSI[10],
        Color::LightYellow => ANSI[11],
        Color::LightBlue => ANSI[12],
        Color::LightMagenta => ANSI[13],
        Color::LightCyan => ANSI[14],
        Color::White => ANSI[15],
        Color::Indexed(n @ 0..16) => ANSI[usize::from(n)],
        Color::Indexed(n @ 232..) => (u32::from(n) - 232) * 0x000a_0a0a + 0x0008_0808,
        Color::Indexed(n) => {
            let n = u32::from(n) - 16;
            let step = |v: u32| if v == 0 { 0 } else { 55 + 40 * v };
            step(n / 36) << 16 | step(n / 6 % 6) << 8 | step(n % 6)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn text_stays_text_and_blocks_become_shapes() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        buffer.set_string(0, 0, "a <b> & █▄⣀", Style::new().fg(Color::Rgb(1, 2, 3)));
        let caption =
            Caption { title: "t \"1\"".into(), description: "d".into(), command: "c".into(), ..Caption::default() };
        let svg = svg(&buffer, &caption);
        assert!(svg.contains("<title>t &quot;1&quot;</title>"));
        assert!(svg.contains(">&lt;b&gt;</text>") && svg.contains(">&amp;</text>"));
        assert!(!svg.contains('█') && !svg.contains('⣀'));
        // The full block covers its cell, the lower half its half.
        assert!(svg.contains("<rect x=\"80\" y=\"0\" width=\"10\" height=\"21\" fill=\"#010203\"/>"));
        assert!(svg.contains("<rect x=\"90\" y=\"10.5\" width=\"10\" height=\"10.5\" fill=\"#010203\"/>"));
    }
}
