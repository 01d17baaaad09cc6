//! The program's own screen as a file: one picture, or a whole run as a cast.

use std::io::{self, Write};
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Failure, Wish, chosen, seen};
use crate::app::{App, Key, Message, Playhead, Shown, Speed, View, update};
use crate::export::{self, Caption, ansi as colored, cast as played};
use crate::recording::{Opened, Recording};
use crate::settings::{ExportView, Exporting};
use crate::text;
use crate::ui::{self, Depth, Look};
use crate::units::{Ns, Range, Stamp};

/// The shortest time between two pictures of the screen in a cast.
const FRAME: Ns = Ns::from_millis(50);
/// The most pictures in a cast.
const MOST_FRAMES: u64 = 20_000;
/// For how long the last picture is held.
const HOLD: Duration = Duration::from_secs(3);

/// The names of files with what was read of each.
type Files = Vec<(String, Opened)>;

/// The screen as words: states are told by shapes and letters.
pub(super) fn text(wish: &Exporting, files: Files, out: &mut dyn Write) -> Result<(), Failure> {
    let Some(app) = opened(wish, files)? else { return Ok(()) };
    Ok(out.write_all(export::text(&drawn(&app, wish, Depth::None)).as_bytes())?)
}

/// The screen as words, with colours for terminals.
pub(super) fn ansi(wish: &Exporting, files: Files, out: &mut dyn Write) -> Result<(), Failure> {
    let Some(app) = opened(wish, files)? else { return Ok(()) };
    Ok(out.write_all(colored::ansi(&drawn(&app, wish, Depth::True)).as_bytes())?)
}

/// The screen as a picture.
pub(super) fn svg(wish: &Exporting, files: Files, out: &mut dyn Write) -> Result<(), Failure> {
    let Some(app) = opened(wish, files)? else { return Ok(()) };
    let title = wish.title.clone().unwrap_or_else(|| titled(&app));
    let description = app.finding().map_or_else(String::new, |found| found.say.text());
    let caption = Caption { title, description, command: wish.command(), ..Caption::default() };
    Ok(out.write_all(export::svg(&drawn(&app, wish, Depth::True), &caption).as_bytes())?)
}

/// The screen during a whole run, to be played.
pub(super) fn cast(wish: &Exporting, files: Files, out: &mut dyn Write) -> Result<(), Failure> {
    let Some(mut app) = opened(wish, files)? else { return Ok(()) };
    let title = wish.title.clone().unwrap_or_else(|| titled(&app));
    let clean = |text: &str| text::outside(text).into_owned();
    let header =
        played::Header { size: wish.screen, title: clean(&title), command: clean(&wish.command()), hold: HOLD };
    let mut out = io::BufWriter::new(out);
    played::cast(&mut out, &header, frames(&mut app, wish, |app| drawn(app, wish, Depth::True)))?;
    Ok(out.flush()?)
}

/// The title of what `app` shows: what its workload does, with its name where files hold several.
fn titled(app: &App) -> String {
    if app.works().len() > 1 { text::picture_title(&app.work(), None, &app.title()) } else { app.title() }
}

/// The screen that shows what `wish` names; `None` where there is no run.
fn opened(wish: &Exporting, files: Files) -> Result<Option<App>, Failure> {
    let Some(mut app) = App::viewing(files, Stamp(0), wish.screen) else { return Ok(None) };
    app.toast = None;
    look_at(&mut app, wish)?;
    Ok(Some(app))
}

fn drawn(app: &App, wish: &Exporting, depth: Depth) -> Buffer {
    let look = Look { theme: wish.theme.unwrap_or_default(), depth, ..Look::default() };
    let area = Rect::new(0, 0, wish.screen.0, wish.screen.1);
    let mut buffer = Buffer::empty(area);
    ui::render(app, look, area, &mut buffer);
    buffer
}

/// What the screen shows of a view.
enum Seen {
    /// One run.
    Run(View),
    /// All runs beside each other.
    Comparison,
    /// Nothing: it has no such view.
    Nothing,
}

const fn on_screen(view: ExportView) -> Seen {
    match view {
        ExportView::Tasks | ExportView::Screen => Seen::Run(View::Tasks),
        ExportView::Workers => Seen::Run(View::Workers),
        ExportView::Order => Seen::Run(View::Order),
        ExportView::Cores => Seen::Run(View::Cores),
        ExportView::Utilization => Seen::Run(View::Utilization),
        ExportView::Compare => Seen::Comparison,
        ExportView::Lock => Seen::Nothing,
    }
}

/// Makes the screen show the run and the view that `wish` names.
fn look_at(app: &mut App, wish: &Exporting) -> Result<(), Failure> {
    let number = {
        let mut runs: Vec<_> = app.runs().collect();
        runs.sort_by_key(|run| run.id);
        let runs: Vec<&Recording> = runs.iter().map(|run| &run.recording).collect();
        // Where nothing is named runs are compared that can be.
        let usual = match on_screen(wish.view) {
            Seen::Comparison => runs.iter().position(|run| run.model().is_some()).unwrap_or(0),
            Seen::Run(_) | Seen::Nothing => 0,
        };
        let named = wish.which.first().map(|which| chosen(&runs, which)).transpose()?;
        let number = named.and_then(|places| places.first().copied()).unwrap_or(usual);
        seen(wish, [runs[number]])?;
        number
    };
    app.open_run(number);
    match on_screen(wish.view) {
        Seen::Run(view) => app.shown = Shown::Run(view),
        Seen::Comparison => {
            // Runs from files are compared at once, without a question.
            drop(update(app, Message::Key(Key::Char('x'))));
            app.playhead = Playhead::Live;
            app.pressed = None;
        }
        Seen::Nothing => {
            let known = ExportView::names(|view| !matches!(on_screen(view), Seen::Nothing));
            return Err(Failure::Wish(Wish::View { view: wish.view, known }));
        }
    }
    app.focus.zoom = wish.range.map(|range| range.and(Range::new(Ns::ZERO, app.end())));
    Ok(())
}

/// The run played from its start, picture by picture, each as `drawn` draws it.
fn frames(app: &mut App, wish: &Exporting, drawn: impl Fn(&App) -> Buffer) -> impl Iterator<Item = (Duration, Buffer)> {
    let end = app.end();
    let natural = Speed::natural(end);
    let speed = wish.speed.unwrap_or(f64::from(natural.run) / f64::from(natural.real));
    let lasts = (end.0 as f64 / speed) as u64;
    // If playing would take hours there are fewer pictures, so that the file stays bounded.
    let each = FRAME.0.max(lasts / MOST_FRAMES).max(1);
    let count = lasts.div_ceil(each);
    (0..=count).map(move |n| {
        let at = Ns((n as f64 * each as f64 * speed) as u64);
        app.playhead = if n == count || at >= end {
            Playhead::Live
        } else {
            Playhead::Replay { at, speed: near(speed), paused: false, moved: app.now }
        };
        (Duration::from_nanos(n * each), drawn(app))
    })
}

/// The nearest speed that the screen can name.
fn near(speed: f64) -> Speed {
    if speed >= 1.0 {
        Speed { run: speed.round().clamp(1.0, 1e9) as u32, real: 1 }
    } else {
        Speed { run: 1, real: (1.0 / speed.max(1e-9)).round().clamp(1.0, 1e9) as u32 }
    }
}
