//! The scoreboard: a bar for each model, in the lanes' own columns. Its length is the time, its height the cores
//! kept busy, so its area is the work done.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::theme::{Look, Role};
use super::{lane, paint};
use crate::app::{App, Compare, Phase, Row, RowKey, Source, way, written};
use crate::model::{Generation, Model, ModelKind};
use crate::recording::Score;
use crate::scene::{Grid, level};
use crate::text::{self, Additions, Doubt, Label, percent};
use crate::units::{Ns, Range};

/// The height, in eighths of a row, that stands for all cores busy: less than a row, so that rows do not touch.
const FULL: u32 = 7;

/// The name of `model` in at most `room` columns.
pub fn model_name(model: Model, room: u16) -> String {
    fitting(RowKey::of(model), None, room)
}

/// The name of the row `key`, which is of `variant`, in at most `room` columns. The model comes first: it is whole as long as
/// there is room for a part of the variant.
fn fitting(key: RowKey, variant: Option<&str>, room: u16) -> String {
    let short = super::kind_label(key.kind, true);
    let short = match key.lock {
        None => short.to_owned(),
        Some(Generation::Newer) => format!("{short}+{}", Label::GilShort.text()),
        Some(Generation::Older) => format!("{short}+{}", Label::OldShort.text()),
    };
    let with = |model: &str| variant.map_or_else(|| model.to_owned(), |variant| format!("{model} {variant}"));
    let [whole, short] = [with(model(key)), with(&short)];
    if paint::width(&whole) <= room { whole } else { paint::shorten(&short, room) }
}

/// The variant of the row `key`, by its name; nothing where there are no variants.
fn variant(app: &App, key: RowKey) -> Option<&str> {
    app.variants().get(key.variant).copied().filter(|name| !name.is_empty())
}

/// A row's name: its model, and its variant.
fn name(app: &App, key: RowKey) -> String {
    variant(app, key).map_or_else(|| model(key).to_owned(), |variant| format!("{} {variant}", model(key)))
}

/// The name of a row's model.
fn model(key: RowKey) -> &'static str {
    use Generation::{Newer, Older};
    match (key.kind, key.lock) {
        (ModelKind::Serial, None) => Label::Serial,
        (ModelKind::Serial, Some(Newer)) => Label::SerialGil,
        (ModelKind::Serial, Some(Older)) => Label::SerialOld,
        (ModelKind::Threads, None) => Label::Threads,
        (ModelKind::Threads, Some(Newer)) => Label::ThreadsGil,
        (ModelKind::Threads, Some(Older)) => Label::ThreadsOld,
        (ModelKind::Processes, None) => Label::Processes,
        (ModelKind::Processes, Some(Newer)) => Label::ProcessesGil,
        (ModelKind::Processes, Some(Older)) => Label::ProcessesOld,
        (ModelKind::Async, None) => Label::Async,
        (ModelKind::Async, Some(Newer)) => Label::AsyncGil,
        (ModelKind::Async, Some(Older)) => Label::AsyncOld,
    }
    .text()
}

/// The rows that have room, and how many more there are. Where not all have room, the last row says how many others
/// there are. The one with which the chosen one is compared is always shown, and with it those that end with the chosen
/// one.
fn shown(app: &App, layout: &Layout) -> (Vec<Row>, usize) {
    let rows = app.rows();
    let most = usize::from(layout.board_rows);
    if rows.len() <= most {
        return (rows, 0);
    }
    let (all, count) = (rows.len(), most.saturating_sub(1));
    let chosen = rows.iter().position(|row| row.current).unwrap_or(0);
    let baseline = rows.get(chosen).map(|row| row.key.baseline());
    let baseline = rows.iter().position(|row| Some(row.key) == baseline).unwrap_or(0);
    let end = (chosen + 1).max(count).min(all);
    let mut shown = rows[end - count..end].to_vec();
    if count > 1 && baseline < end - count {
        shown[0] = rows[baseline];
    }
    (shown, all - count)
}

/// Whether rows say which variant they are of: where all are of the same, which is named on top, only if all names have
/// room.
fn tells_variants(app: &App, layout: &Layout) -> bool {
    let (rows, room) = (app.rows(), layout.plot.0 - layout.area.x - 2);
    let alike = rows.iter().all(|row| row.key.variant == rows[0].key.variant);
    !alike || rows.iter().all(|row| paint::width(&name(app, row.key)) <= room)
}

/// The row of the scoreboard at `y`.
pub fn row_at(app: &App, layout: &Layout, y: u16) -> Option<Row> {
    let index = y.checked_sub(layout.board?)? / layout.board_pitch;
    shown(app, layout).0.get(usize::from(index)).copied()
}

/// The rows, as many as there is room for.
pub fn draw(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some(top) = layout.board else { return };
    let grid = Grid::over(Range::new(Ns::ZERO, app.axis), layout.columns());
    let (rows, more) = shown(app, layout);
    let y = |index: usize| top + index as u16 * layout.board_pitch;
    let told = tells_variants(app, layout);
    for (index, row) in rows.iter().enumerate() {
        draw_row(app, (row, told), &grid, y(index), look, layout, buffer);
    }
    if more > 0 {
        let text = format!("{more} {}", Label::More.text());
        paint::put(buffer, layout.area.x + 1, y(rows.len()), layout.area.right(), &text, look.fg(Role::Faint));
    }
}

fn draw_row(
    app: &App,
    (row, told): (&Row, bool),
    grid: &Grid,
    y: u16,
    look: Look,
    layout: &Layout,
    buffer: &mut Buffer,
) {
    let live = live(app, row);
    let text = if row.current { look.fg(Role::Text).add_modifier(Modifier::BOLD) } else { look.fg(Role::Dim) };
    let room = layout.plot.0 - layout.area.x - 2;
    let shown = fitting(row.key, variant(app, row.key).filter(|_| told), room);
    paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, &shown, text);
    if let (None, None, Some(said)) = (live, row.score, stuck(app, row.key)) {
        let room = layout.area.right() - layout.plot.0;
        paint::put(buffer, layout.plot.0, y, layout.area.right(), &paint::shorten(&said, room), look.fg(Role::Dim));
        return;
    }
    let Some(score) = live.or(row.score) else {
        let (hint, role) = match app.source {
            Source::Live(_) => {
                (format!("{} {}", Label::PressToRun.text(), written(&app.way_to(row.key))), Role::Accent)
            }
            Source::Files(_) => (Label::NotInFile.text().to_owned(), Role::Faint),
        };
        paint::put(buffer, layout.plot.0, y, layout.area.right(), &hint, look.fg(role));
        return;
    };
    // Where the lanes are zoomed, the bars, which show the whole axis, are dimmed.
    let bar = match (row.current, app.focus.zoom) {
        (true, None) => Role::Accent,
        (false, None) | (true, Some(_)) => Role::Bar,
        (false, Some(_)) => Role::Faint,
    };
    draw_bar(&score, (grid, app.cores()), y, look, layout, bar, buffer);
    let end = layout.area.right();
    let time = score.time.like(app.scoreboard.slowest().unwrap_or(score.time));
    let known = app.scoreboard.ratio(row.key, score, app.cores()).filter(|_| live.is_none());
    // The ratio has a column of its own, as far as there is room. Part of a ratio would be another number: it is not
    // cut.
    let least = paint::put(buffer, layout.right, y, end, &time, text) + 1;
    let fits = |text: &String| least + paint::width(text) <= end;
    let forms = known.map(|ratio| [text::speedup(ratio.speedup), text::short_speedup(ratio.speedup)]);
    if let Some(ratio) = forms.and_then(|forms| forms.into_iter().find(fits)) {
        let after = least.max(layout.right + 8).min(end - paint::width(&ratio));
        paint::put(buffer, after, y, end, &ratio, text);
    }
    let behind = layout.plot.0 + grid.place(score.time).unwrap_or(f64::from(grid.columns)).ceil() as u16 + 1;
    let counter = score.additions.map(Additions::word).filter(|said| behind + paint::width(said) < layout.right);
    let counter = counter.map_or(0, |said| {
        paint::put(buffer, behind, y, layout.right, &said, text);
        paint::width(&said) + 2
    });
    if let Some(doubt) = known.and_then(|ratio| ratio.doubt) {
        draw_doubt(app, row, doubt, behind + counter, y, look, layout, buffer);
    }
}

/// Why the runs of the row `key` come to nothing, if they are stuck; of serial also which row stands in for it.
fn stuck(app: &App, key: RowKey) -> Option<String> {
    let why = app.scoreboard.stuck(key)?;
    if key.kind != ModelKind::Serial {
        return Some(text::failure(why));
    }
    let than = app.scoreboard.baseline_key(key);
    let than = (than != key).then(|| name(app, than));
    Some(text::screen::cannot(&text::cannot(why), than.as_deref()))
}

/// Behind a row's bar, as far as there is room: why its ratio has bounds, and the keys that measure both runs again.
#[expect(clippy::too_many_arguments, reason = "drawing needs what, where and how")]
fn draw_doubt(app: &App, row: &Row, doubt: Doubt, x: u16, y: u16, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let end = layout.right.saturating_sub(1);
    let keys = match app.source {
        Source::Live(_) => Some(keys_for_both(app, row.key)),
        Source::Files(_) => None,
    };
    let forms = text::screen::doubt(doubt, keys.as_deref());
    if let Some(said) = forms.into_iter().find(|said| x + paint::width(said) <= end) {
        paint::put(buffer, x, y, end, &said, look.fg(Role::Dim));
    }
}

/// The keys that measure the baseline, mostly serial, and then the row `key` again.
fn keys_for_both(app: &App, key: RowKey) -> String {
    let serial = app.scoreboard.baseline_key(key);
    let then = way(serial, app.setup.lock.generation(), key, app.variants().len());
    written(&[app.way_to(serial), then].concat())
}

/// A row's bar on an axis of `grid`, where there are so many `cores`.
fn draw_bar(
    score: &Score,
    (grid, cores): (&Grid, f64),
    y: u16,
    look: Look,
    layout: &Layout,
    role: Role,
    buffer: &mut Buffer,
) {
    let length = grid.place(score.time).unwrap_or(f64::from(grid.columns));
    let eighths = level(score.busy / cores.max(1.0), FULL).max(1);
    for x in 0..(length.round() as u16).clamp(1, grid.columns) {
        draw_cell(buffer, look, (layout.plot.0 + x, y), eighths, role);
    }
}

/// A cell of a bar: its body stands for the time, the ink in it, so many `eighths` high, for the cores that were busy.
/// Without colours a cell shows one of both: the body wherever the ink is low, in every other column.
pub fn draw_cell(buffer: &mut Buffer, look: Look, (x, y): (u16, u16), eighths: u32, role: Role) {
    let ink = eighths >= 4 || (eighths > 0 && x.is_multiple_of(2));
    let body = if look.ascii { ':' } else { '░' };
    let symbol = if ink || !look.is_plain() { lane::eighths(look, eighths) } else { body };
    paint::cell(buffer, x, y, symbol, look.within(role));
}

/// The ratio to serial for people to read elsewhere, with a word where it has bounds; empty where it is unknown.
fn ratio(app: &App, key: RowKey, score: Score) -> String {
    app.scoreboard.ratio(key, score, app.cores()).map_or_else(String::new, |ratio| {
        let doubt = ratio.doubt.map_or_else(String::new, |doubt| format!(" ({})", doubt.word()));
        text::speedup(ratio.speedup) + &doubt
    })
}

/// The figures of the run that goes on or is replayed, on its own row.
fn live(app: &App, row: &Row) -> Option<Score> {
    let run = app.run()?;
    let until = app.until();
    let over = run.trace().makespan().is_some_and(|m| until >= m) || run.phase == Phase::Failed;
    if run.row() != row.key || over || !row.current {
        return None;
    }
    let busy = run.trace().stats(until).busy;
    Some(Score { time: until, busy, ..Score::default() })
}

/// One row of further figures.
pub fn draw_figures(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some(y) = layout.figures else { return };
    let Some(run) = app.run().filter(|r| r.trace().t0().is_some()) else { return };
    let stats = run.trace().stats(app.until());
    let busy = run.trace().busy(app.until());
    let mut parts = vec![format!(
        "{} {busy:.2} {} ({}), {:.1} {}",
        Label::OnAverage.text(),
        Label::CoresBusy.text(),
        percent(busy / app.cores().max(1.0)),
        stats.concurrency,
        Label::TasksUnderWay.text(),
    )];
    if stats.lost > 0 {
        parts.insert(0, format!("{} {}", stats.lost, Label::EventsLost.text()));
    }
    if run.trace().forgotten > Ns::ZERO {
        parts.insert(0, format!("{} {}", Label::DetailsFrom.text(), run.trace().forgotten));
    }
    if stats.spawned > 0 {
        parts.push(format!("{} {}", Ns(stats.spawning.0 / stats.spawned as u64), Label::StartEach.text()));
    }
    if stats.copied > 0 {
        parts.push(format!("{} B {} {}", stats.copied, Label::CopiedIn.text(), stats.copying));
    }
    if let Some(lock) = stats.lock.filter(|l| l.hand_overs > 0) {
        let (held, waited) = (Label::GilHeld.text(), Label::GilWaited.text());
        parts.push(format!("{held} {}, {waited} {}", lock.held, lock.wait));
        parts.push(text::screen::hand_overs(lock.hand_overs, lock.forced));
    }
    if let Some(throttled) = run.recording.conditions.throttled.filter(|t| *t > Ns::ZERO) {
        parts.push(format!("{} {throttled}", Label::QuotaHeldBack.text()));
    }
    if let Some(files) = run.trace().report.as_ref().and_then(|end| end.files.as_ref()).filter(|f| f.in_memory) {
        parts.push(format!("{} {} ({})", Label::FilesInMemory.text(), files.folder, files.kind));
    }
    if let Some(end) = &run.trace().report {
        let told = run.trace().switches();
        let all = told.voluntary + told.involuntary;
        let (switches, forced) = (Label::Switches.text(), Label::Forced.text());
        parts.push(format!("{all} {switches} ({} {forced})", told.involuntary));
        let watching = run.recording.conditions.watching / app.cores().max(1.0);
        if watching > 0.0 {
            parts.push(format!("{} {:.1} %", Label::WatchingCosts.text(), watching * 100.0));
        }
        let server = end.overhead.server.share_of(app.until()) / app.cores().max(1.0);
        if server > 0.0 {
            parts.push(format!("{} {:.1} %", Label::ServerTakes.text(), server * 100.0));
        }
        if end.peak_rss_bytes > 0 {
            parts.push(format!("{} {:.1} MB", Label::Memory.text(), end.peak_rss_bytes as f64 / 1e6));
        }
    }
    let mut line = String::new();
    for part in parts {
        if paint::width(&line) + paint::width(&part) + 4 > layout.area.width {
            break;
        }
        line += &part;
        line += "   ";
    }
    paint::put(buffer, layout.area.x + 1, y, layout.area.right(), line.trim_end(), look.fg(Role::Dim));
}

/// The scoreboard as text, for the shell after the program has left: nothing where nothing was measured.
pub fn text(app: &App) -> String {
    let mut out = String::new();
    for row in app.rows() {
        let Some(score) = row.score else { continue };
        let known = app.scoreboard.ratio(row.key, score, app.cores());
        let (speedup, doubt) = (known.map(|ratio| ratio.speedup), known.and_then(|ratio| ratio.doubt));
        let line = text::screen::score(&name(app, row.key), score.time, speedup, score.busy, doubt);
        out += line.trim_end();
        out.push('\n');
    }
    if out.is_empty() { out } else { format!("{}: {}\n{out}", app.work(), app.title()) }
}

/// The result in five lines for a chat: what was run, the models' times and ratios in two lines, what this run shows,
/// and the command that repeats it.
pub fn result(app: &App) -> String {
    let scored = |row: &Row| {
        let score = row.score?;
        let (ratio, time) = (ratio(app, row.key, score), score.time);
        let ratio = if ratio.is_empty() { ratio } else { format!(", {ratio}") };
        Some(format!("{} {time}{ratio}", name(app, row.key)))
    };
    let rows: Vec<String> = app.rows().iter().filter_map(scored).collect();
    let (first, second) = rows.split_at(rows.len().div_ceil(2).max(3).min(rows.len()));
    let title = format!("concviz {}: {}", app.work(), app.title());
    let said = app.finding().map_or_else(String::new, |found| found.say.text());
    let compared = app.shown.comparison().and_then(Compare::result);
    let said = compared.map_or(said, |comparison| comparison.verdict.text());
    let command = if compared.is_some() { app.setup.comparison_command() } else { app.setup.command() };
    [title, first.join("; "), second.join("; "), said, command].join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::Depth;
    use ratatui::layout::Rect;

    #[test]
    fn a_bar_has_a_body_for_its_time_however_little_work_is_in_it() {
        let area = Rect::new(0, 0, 2, 1);
        for eighths in 0..=8 {
            let mut buffer = Buffer::empty(area);
            let look = Look::default();
            draw_cell(&mut buffer, look, (0, 0), eighths, Role::Bar);
            let body = look.within(Role::Bar).bg;
            assert!(body.is_some() && body != look.ground().bg && body != look.fg(Role::Bar).fg);
            assert_eq!(Some(buffer[(0, 0)].bg), body, "the whole row is in the body's colour");
            assert_eq!(buffer[(0, 0)].symbol(), lane::eighths(look, eighths).to_string());
            for ascii in [false, true] {
                let look = Look { depth: Depth::None, ascii, ..look };
                (0..2).for_each(|x| draw_cell(&mut buffer, look, (x, 0), eighths, Role::Bar));
                let body = if ascii { ":" } else { "░" };
                assert!(eighths >= 4 || buffer[(1, 0)].symbol() == body, "{eighths}");
                assert!(eighths == 0 || buffer[(0, 0)].symbol() == lane::eighths(look, eighths).to_string());
            }
        }
    }
}
