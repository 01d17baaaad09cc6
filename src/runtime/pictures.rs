//! Saving what is on the screen: as a vector picture and as text. Never overwrites, never leaves half a file.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::export::{self, Caption};
use crate::ui::{self, Look};

/// How many names are tried.
const TRIES: u32 = 10_000;

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
    let svg = write_new(folder, name, "svg", export::svg(&buffer, &caption).as_bytes()).map_err(refused)?;
    let stem = svg.file_stem().map_or(name.to_owned(), |s| s.to_string_lossy().into_owned());
    let text = write_new(folder, &stem, "txt", export::text(&buffer).as_bytes()).map_err(refused)?;
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

/// Writes to the first of `name.suffix`, `name-2.suffix` ... that does not exist; what cannot be written whole is removed.
fn write_new(folder: &Path, name: &str, suffix: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    for n in 1..TRIES {
        let file = if n == 1 { format!("{name}.{suffix}") } else { format!("{name}-{n}.{suffix}") };
        let path = folder.join(file);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                return file.write_all(bytes).map(|()| path.clone()).inspect_err(|_| {
                    let _ = std::fs::remove_file(&path);
                });
            }
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many pictures of that name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_picture_does_not_overwrite_the_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = write_new(folder.path(), "p", "svg", b"one").expect("written");
        let second = write_new(folder.path(), "p", "svg", b"two").expect("written");
        assert_ne!(first, second);
        assert_eq!(std::fs::read(first).expect("read"), b"one");
        let nowhere = write_new(&folder.path().join("missing"), "p", "svg", b"three");
        assert!(nowhere.is_err());
    }
}
