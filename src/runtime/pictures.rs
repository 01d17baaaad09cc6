//! Saving what is on the screen: as a vector picture and as text. Never overwrites, never leaves half a file.

use std::io;
use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::export::{self, Caption};
use crate::files::write_new;
use crate::ui::{self, Look};

/// Saves the screen of `app` in the working folder, under names that begin with `name`: what was saved, or why not.
///
/// # Errors
/// In a sentence.
pub fn save(app: &App, look: Look, name: &str) -> Result<String, String> {
    save_in(Path::new("."), app, look, name)
}

fn save_in(folder: &Path, app: &App, look: Look, name: &str) -> Result<String, String> {
    let mut still = app.clone();
    still.toast = None;
    let buffer = draw(&still, look);
    let caption = Caption {
        title: format!("concviz: {}", still.setup.title()),
        description: still.finding().map_or_else(String::new, |f| f.say.text()),
        command: still.setup.command(),
    };
    let refused = |e: io::Error| format!("No picture: {name}.svg cannot be written here ({e}).");
    let svg = write_new(folder, name, "svg", |out| out.write_all(export::svg(&buffer, &caption).as_bytes()))
        .map_err(refused)?;
    let stem = svg.file_stem().map_or(name.to_owned(), |s| s.to_string_lossy().into_owned());
    let text =
        write_new(folder, &stem, "txt", |out| out.write_all(export::text(&buffer).as_bytes())).map_err(refused)?;
    let file = |p: &Path| p.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Ok(format!("Saved {} and {}.", file(&svg), file(&text)))
}

/// The screen of `app`, drawn anew.
pub fn draw(app: &App, look: Look) -> Buffer {
    let area = Rect::new(0, 0, app.size.0, app.size.1);
    let mut buffer = Buffer::empty(area);
    ui::render(app, look, area, &mut buffer);
    buffer
}
