//! Saving a picture of what is looked at, drawn anew from the run: as SVG and as PNG. Never overwrites, never leaves
//! half a file.

use std::io;
use std::path::Path;

use crate::app::{self, App, Saved, Shown, Unsaved};
use crate::export::picture::{self, Options, Picture};
use crate::files::write_new;
use crate::palette::Theme;
use crate::pictures::{self, Drawn, OrderedRow};
use crate::recording::Recording;
use crate::settings::ExportView;
use crate::text;
use crate::ui::Look;

/// Dots of a PNG for each pixel of the picture: enough for a projector and for sharp displays.
const SCALE: f64 = 2.0;

/// Saves a picture of what `app` shows in the working folder, under names that begin with `name`: what was saved, or
/// why not.
///
/// # Errors
/// If there is no run to draw, or the picture cannot be drawn or written.
pub fn save(app: &App, look: Look, name: &str) -> Result<Saved, Unsaved> {
    save_in(Path::new("."), app, look, name)
}

fn save_in(folder: &Path, app: &App, look: Look, name: &str) -> Result<Saved, Unsaved> {
    let picture = drawn(app).ok_or(Unsaved::NoRun)?;
    let refused = |e: io::Error| Unsaved::Picture { file: format!("{name}.svg"), system: e.into() };
    // A theme that the user chose is kept; else an SVG follows its viewer's theme.
    let theme = Some(look.theme).filter(|theme| *theme != Theme::default());
    let png = picture.png(look.theme, SCALE).map_err(|e| Unsaved::Undrawn(e.to_string()))?;
    let svg = write_new(folder, name, "svg", |out| out.write_all(picture.svg(theme).as_bytes())).map_err(refused)?;
    let stem = svg.file_stem().map_or(name.to_owned(), |s| s.to_string_lossy().into_owned());
    let png = write_new(folder, &stem, "png", |out| out.write_all(&png)).map_err(refused)?;
    let file = |p: &Path| p.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Ok(Saved::Picture { svg: file(&svg), png: file(&png) })
}

/// What `app` shows, drawn as a picture.
fn drawn(app: &App) -> Option<Picture> {
    let options = Options { range: app.focus.zoom, ..Options::default() };
    let shown = match app.shown {
        Shown::Comparison(_) => ExportView::Compare,
        Shown::Run(view) => view.picture(app.focus.lens),
    };
    let view = match pictures::drawn(shown) {
        Drawn::Lanes(view) => view,
        Drawn::Orders => return Some(orders(app, &options)),
        Drawn::Comparison => return comparison(app, options),
        Drawn::Screen => return None,
    };
    let run = app.run().filter(|run| run.trace().t0().is_some())?;
    let mut caption = pictures::caption(&run.recording, &app.work(), &run.recording.origin.command());
    if let Some(finding) = app.finding() {
        caption.description = finding.say.text();
    }
    let until = Some(app.until());
    Some(picture::picture(run.trace(), view, &caption, &Options { until, ..options }))
}

/// The orders as they stand on the screen: those of runs that came to their end.
fn orders(app: &App, options: &Options) -> Picture {
    let row = |row: app::RowOrders| OrderedRow {
        name: row.name,
        runs: row.runs.into_iter().map(|run| (run.number, run.tasks)).collect(),
    };
    let rows: Vec<OrderedRow> = app.orders().into_iter().map(row).filter(|row| !row.runs.is_empty()).collect();
    let title = text::picture_title(&app.work(), None, &app.title());
    let command = app.run().map_or_else(String::new, |run| run.recording.origin.command());
    pictures::of_orders(&rows, &title, options, &command)
}

/// The comparison as it stands on the screen: the same runs at the same instant, the same row pointed out.
fn comparison(app: &App, options: Options) -> Option<Picture> {
    let runs = app.comparable();
    let runs: Vec<&Recording> = runs.iter().map(|run| &run.recording).collect();
    let command = app.setup.comparison_command();
    let options = Options { until: Some(app.playhead.position(app.end())), ..options };
    (!runs.is_empty()).then(|| pictures::of_comparison(&runs, &options, &command, app.chosen_row()))
}
