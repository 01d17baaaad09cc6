//! Bytes for others to read, from what was drawn. Touches no files and knows no application.

pub mod ansi;
pub mod cast;
pub mod chrome;
mod html;
mod json;
#[cfg(test)]
mod made;
pub mod markdown;
mod pen;
pub mod picture;
mod portion;
pub mod spans;
mod svg;

use ratatui::buffer::Buffer;

pub use html::{Page, PageRun, PageWork, html};
pub use portion::Portion;
pub use svg::{Caption, svg};

/// The screen as text: its rows, without trailing blanks.
pub fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let row: String = pen::glyphs(buffer, y).iter().flatten().map(|glyph| glyph.symbol).collect();
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}
