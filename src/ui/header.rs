//! The top of the screen: what runs, how, and the one sentence.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::layout::Layout;
use super::theme::{Look, Role};
use super::{paint, prompt};
use crate::app::{Action, App, Compare, Phase, Playhead, Source, Speed, keys, written};
use crate::insight::{is_comparable, who};
use crate::model::ModelKind;
use crate::recording;
use crate::state::State;
use crate::text::{self, Label, measuring, percent, turn_length};
use crate::units::TurnLength;

/// The fewest columns in which a shortened title still says something.
const LEAST_TITLE: u16 = 8;

/// Workload and machine on the left, the kind of record and how far it is on the right.
pub fn draw(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let area = Rect { height: 1, ..layout.area };
    let strip = look.strip();
    paint::fill(buffer, area, strip);
    let badge = badge(app, layout.is_narrow());
    let progress = progress(app, look);
    let right_width = paint::width(badge) + 2 + paint::width(&progress.0) + 1;
    let end = area.right().saturating_sub(right_width + 2);
    let bold = strip.patch(look.fg(Role::Text)).add_modifier(Modifier::BOLD);
    let dim = strip.patch(look.fg(Role::Dim));
    let accent = strip.patch(look.fg(Role::Accent)).add_modifier(Modifier::BOLD);
    let file = app.run().and_then(|run| run.recording.file.as_deref());
    let name = file.map_or_else(String::new, |file| format!(" {file}:"));
    let name = format!("{name} {} ", app.work());
    let mut x = paint::put(buffer, area.x, area.y, end, &paint::shorten(&name, end - area.x), bold);
    // Which lanes are shown comes first: without it the screen would seem to show all there is.
    if let Some(shown) = prompt::shown(app, end.saturating_sub(x)) {
        x = paint::put(buffer, x, area.y, end, &paint::shorten(&shown, end.saturating_sub(x)), accent) + 3;
    }
    paint::put(buffer, x, area.y, end, &title(app, end.saturating_sub(x)), dim);
    let x = area.right() - right_width;
    let x = paint::put(buffer, x, area.y, area.right(), badge, strip.patch(look.fg(Role::Text)));
    paint::put(buffer, x + 2, area.y, area.right(), &progress.0, strip.patch(progress.1));
}

/// What the workload does and on how many cores, as far as there is room: whole, without the cores, or shortened; and
/// nothing where hardly a word would be left.
fn title(app: &App, room: u16) -> String {
    let title = app.title();
    let whole = format!("{title}, {}", cores(app));
    match [whole, title.clone()].into_iter().find(|t| paint::width(t) <= room) {
        Some(fits) => fits,
        None if room < LEAST_TITLE => String::new(),
        None => cut(&title, room),
    }
}

fn cores(app: &App) -> String {
    text::screen::cores(app.cores(), app.machine.allowed.len())
}

fn badge(app: &App, narrow: bool) -> &'static str {
    match (recording::badge(app.run().map(|run| &run.recording.trace)), &app.source, app.playhead) {
        // Whatever is done with such a run, nobody here knows how its figures came about.
        (unknown @ Label::UnknownMaker, ..) => unknown.text(),
        (_, Source::Files(_), Playhead::Live) => Label::FromFile.text(),
        (_, _, Playhead::Replay { .. }) => Label::Replay.text(),
        (Label::NoKernelRecord, ..) if narrow => Label::NoKernelRecordShort.text(),
        (badge, ..) => badge.text(),
    }
}

/// How fast a replay is, compared with the run.
fn pace(speed: Speed) -> String {
    match speed {
        Speed { run, real: 1 } => format!("{run}×"),
        Speed { run, real } => format!("{run}/{real}"),
    }
}

/// How far the run or its replay is, and the style of these words.
fn progress(app: &App, look: Look) -> (String, Style) {
    let text = look.fg(Role::Text);
    let mark = |unicode: char, ascii: char| if look.ascii { ascii } else { unicode };
    if app.is_calibrating() {
        return (Label::Calibrating.text().to_owned(), look.fg(Role::Dim));
    }
    let Some(run) = app.run() else { return (Label::NoRunYet.text().to_owned(), look.fg(Role::Dim)) };
    // A playhead that stands still goes from event to event: microseconds tell them apart.
    let at = if app.is_paused() {
        format!("{:.6} s", app.moment().as_secs())
    } else {
        format!("{:.2} s", app.moment().as_secs())
    };
    match (app.playhead, &run.phase) {
        (Playhead::Frozen(_) | Playhead::Replay { paused: true, .. }, _) => {
            (format!("{at} {} {}", Label::Paused.text(), mark('‖', '=')), look.fg(Role::Accent))
        }
        (Playhead::Replay { speed, .. }, _) => {
            (format!("{at} {} {}", pace(speed), mark('▶', '>')), look.fg(Role::Accent))
        }
        (_, Phase::Starting) => (Label::StartingRun.text().to_owned(), look.fg(Role::Dim)),
        (_, Phase::Running) => (format!("{at} {}", mark('▶', '>')), text),
        (_, Phase::Over) => (format!("{} {}", Label::Done.text(), mark('■', '*')), text),
        (_, Phase::Failed) if run.is_cut_off() => (Label::Incomplete.text().to_owned(), look.fg(Role::Alarm)),
        (_, Phase::Failed) => (Label::Failed.text().to_owned(), look.fg(Role::Alarm)),
    }
}

/// One tab of the second row.
pub struct Tab {
    /// Its first column and its width.
    pub at: (u16, u16),
    /// What a press on it does.
    pub action: Action,
    text: String,
    chosen: bool,
}

/// The tabs, placed.
pub fn tabs(app: &App, layout: &Layout) -> Vec<Tab> {
    let narrow = layout.area.width < 64;
    let mut x = layout.area.x;
    let mut tabs = Vec::new();
    let mut add = |tabs: &mut Vec<Tab>, action: Action, label: &str, chosen: bool, gap: u16| {
        let key = keys::shown(action);
        let text = if narrow { format!("{key} {label}") } else { format!(" {key} {label} ") };
        let width = paint::width(&text);
        tabs.push(Tab { at: (x + gap, width), action, text, chosen });
        x += gap + width + 1;
    };
    for kind in ModelKind::ALL {
        let label = super::kind_label(kind, narrow);
        add(&mut tabs, Action::Model(kind), label, app.setup.model.kind == kind, 0);
    }
    let lock = app.setup.model.lock;
    let label = match lock.turn_length() {
        Some(length) => gil(length, layout.area.width < 72),
        None if narrow => Label::KeyGil.text().to_owned(),
        None => Label::GilOff.text().to_owned(),
    };
    add(&mut tabs, Action::Lock, &label, lock.is_on(), if narrow { 0 } else { 2 });
    tabs
}

/// Which generation of the lock is on, and its interval.
fn gil(length: TurnLength, narrow: bool) -> String {
    match length {
        TurnLength::Time(_) => format!("{} {}", Label::GilShort.text(), turn_length(length)),
        // Ticks are told by their having no unit.
        TurnLength::Ticks(ticks) if narrow => format!("{} {ticks}", Label::OldShort.text()),
        TurnLength::Ticks(_) => format!("{} {}", Label::OldGil.text(), turn_length(length)),
    }
}

/// The second row: the models and the lock, and how busy the machine is.
pub fn draw_tabs(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let y = layout.area.y + 1;
    let mut x = layout.area.x;
    for tab in tabs(app, layout) {
        let style = match (tab.chosen, tab.action) {
            (true, Action::Lock) => look.field(Role::State(State::Gil)).add_modifier(Modifier::BOLD),
            (true, _) => look.field(Role::Accent).add_modifier(Modifier::BOLD),
            (false, _) => look.strip().patch(look.fg(Role::Dim)),
        };
        x = paint::put(buffer, tab.at.0, y, layout.area.right(), &tab.text, style);
    }
    let x = super::views::draw(app, look, layout, (x, load_room(app)), buffer);
    draw_load(app, look, layout, (x + 1, y), buffer);
}

/// Who else uses the cores, in many words and in few; nothing where that does not matter or is not known.
fn others(app: &App) -> Option<[String; 2]> {
    let others = app.run().filter(|r| r.is_over()).and_then(|r| r.recording.conditions.others);
    let others = others.filter(|others| !is_comparable(*others, app.machine.usable))?;
    Some(text::screen::other_programs(others))
}

/// The columns for what matters most of how busy the machine is, with a free one on each side: also before it is looked
/// at for the first time, so that nothing moves then.
pub fn load_room(app: &App) -> u16 {
    if let Source::Files(_) = app.source {
        return 0;
    }
    let mean = || format!("{} {}", Label::MachineLoadShort.text(), percent(1.0));
    paint::width(&others(app).map_or_else(mean, |[_, short]| short)) + 2
}

/// A bar for each core of the machine, live, and who else uses them.
fn draw_load(app: &App, look: Look, layout: &Layout, (start, y): (u16, u16), buffer: &mut Buffer) {
    let end = layout.area.right();
    let cores = &app.source.load();
    if cores.is_empty() {
        return;
    }
    let others = others(app);
    let gap = if others.is_none() { "" } else { "  " };
    let notes = others.unwrap_or_default();
    let eighths = |share: f64| super::lane::eighths(look, crate::scene::level(share, 8).max(1));
    let bars: String = cores.iter().map(|(_, share)| eighths(*share)).collect();
    let mean = cores.iter().map(|(_, share)| share).sum::<f64>() / cores.len() as f64;
    let (head, short) = (Label::MachineLoad.text(), Label::MachineLoadShort.text());
    // Where there is no room for every core, their mean stands for them. Who else uses the cores comes before how busy
    // they are.
    let gauges = [
        format!("{head} {bars}{gap}"),
        format!("{short} {bars}{gap}"),
        format!("{head} {}{gap}", percent(mean)),
        format!("{short} {}{gap}", percent(mean)),
        String::new(),
    ];
    let width = |gauge: &str, note: &str| paint::width(gauge) + paint::width(note) + 1;
    let all = notes.iter().flat_map(|note| gauges.iter().map(move |gauge| (gauge, note)));
    if let Some((gauge, note)) = all.into_iter().find(|(gauge, note)| start + width(gauge, note) <= end) {
        let x = paint::put(buffer, end - width(gauge, note), y, end, gauge, look.fg(Role::Dim));
        paint::put(buffer, x, y, end, note, look.fg(Role::Alarm));
    }
}

/// The words of `text` that fit into `room` columns, with a sign that there were more; a single long word is shortened.
/// No number stands without the word that it counts.
fn cut(text: &str, room: u16) -> String {
    if paint::width(text) <= room {
        return text.to_owned();
    }
    let bare = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | '×');
    let whole = text.match_indices(' ').map(|(at, _)| text[..at].trim_end_matches(bare));
    let words = whole.take_while(|words| paint::width(words) < room).last().filter(|words| !words.is_empty());
    words.map_or_else(|| paint::shorten(text, room), |words| format!("{words}…"))
}

/// A sentence that may be longer than its row: the rest of it stands in the `second` row where there is one, and what
/// does not fit there either is marked as left out.
fn put_wrapped(buffer: &mut Buffer, layout: &Layout, text: &str, style: Style, second: Option<u16>) {
    let (x, end) = (layout.area.x + 1, layout.area.right());
    let room = end - x;
    let fits = |at: &usize| paint::width(&text[..*at]) <= room;
    let breaks = text.match_indices(' ').map(|(at, _)| at);
    let (first, rest) = match (second, breaks.take_while(fits).last()) {
        (Some(_), Some(at)) if paint::width(text) > room => (&text[..at], text[at..].trim_start()),
        _ => (text, ""),
    };
    paint::put(buffer, x, layout.sentence, end, &cut(first, room), style);
    if let Some(y) = second {
        paint::put(buffer, x, y, end, &cut(rest, room), style);
    }
}

/// Draws the verdict of the comparison, or which run is being made for it; whether there was something to say.
fn draw_verdict(
    app: &App,
    compare: &Compare,
    bold: Style,
    layout: &Layout,
    second: Option<u16>,
    buffer: &mut Buffer,
) -> bool {
    let progress = compare.progress().zip(app.run());
    let said = match (progress, compare.result()) {
        (Some(((number, of), run)), _) => measuring(&who(run.model).row(), number, of),
        (None, Some(comparison)) => comparison.verdict.text(),
        (None, None) => return false,
    };
    put_wrapped(buffer, layout, &said, bold, second);
    true
}

/// The sentence: the fact in bold, then what to press.
pub fn draw_sentence(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (y, end) = (layout.sentence, layout.area.right());
    let bold = look.fg(Role::Text).add_modifier(Modifier::BOLD);
    let second = (layout.axis > y + 1).then_some(y + 1);
    if let Some(toast) = &app.toast {
        put_wrapped(buffer, layout, &toast.text, look.fg(Role::Accent), second);
        return;
    }
    let below = (layout.area.height >= 20).then_some(y + 1);
    let compare = app.shown.comparison();
    if compare.is_some_and(|compare| draw_verdict(app, compare, bold, layout, below, buffer)) {
        return;
    }
    let Some(finding) = app.finding() else { return };
    let say = finding.say.text();
    if layout.area.x + 1 + paint::width(&say) > end {
        put_wrapped(buffer, layout, &say, bold, second);
        return;
    }
    let x = paint::put(buffer, layout.area.x + 1, y, end, &say, bold);
    let Some(cure) = finding.cure else { return };
    let accent = look.fg(Role::Accent);
    let keys = written(&app.keys_for(cure.change));
    let key = keys.as_str();
    let why = format!(": {}", cure.why.text());
    let long = [("  try ", accent), (key, accent.add_modifier(Modifier::BOLD)), (why.as_str(), accent)];
    let short = [("  ", accent), (key, accent.add_modifier(Modifier::BOLD)), (why.as_str(), accent)];
    let fits = |parts: &[(&str, Style)]| x + parts.iter().map(|p| paint::width(p.0)).sum::<u16>() <= end;
    if let Some(parts) = [long, short].iter().find(|p| fits(p.as_slice())) {
        paint::parts(buffer, x, y, end, parts);
    } else if layout.axis > y + 1 {
        paint::parts(buffer, layout.area.x + 1, y + 1, end, &[("try ", accent), long[1], long[2]]);
    }
}
