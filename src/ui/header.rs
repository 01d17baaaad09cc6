//! The top of the screen: what runs, how, and the one sentence.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::layout::Layout;
use super::paint;
use super::theme::{Look, Role};
use crate::app::{Action, App, Phase, Playhead, keys};
use crate::insight::is_comparable;
use crate::model::ModelKind;
use crate::state::State;
use crate::text::{Label, counted};

/// Workload and machine on the left, the kind of record and how far it is on the right.
pub fn draw(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let area = Rect { height: 1, ..layout.area };
    let strip = look.strip();
    paint::fill(buffer, area, strip);
    let badge = badge(app);
    let stage = stage(app, look);
    let right_width = paint::width(badge) + 2 + paint::width(&stage.0) + 1;
    let end = area.right().saturating_sub(right_width + 2);
    let bold = strip.patch(look.fg(Role::Text)).add_modifier(Modifier::BOLD);
    let dim = strip.patch(look.fg(Role::Dim));
    let cores = cores(app);
    let name = format!(" {} ", app.setup.workload.name);
    let title = format!("{}, {cores}", app.setup.title());
    paint::parts(buffer, area.x, area.y, end, &[(&name, bold), (&title, dim)]);
    let x = area.right() - right_width;
    let x = paint::put(buffer, x, area.y, area.right(), badge, strip.patch(look.fg(Role::Text)));
    paint::put(buffer, x + 2, area.y, area.right(), &stage.0, strip.patch(stage.1));
}

fn cores(app: &App) -> String {
    let (usable, allowed) = (app.cores(), app.machine.allowed.len());
    if (usable - usable.round()).abs() < 0.05 {
        counted(usable.round() as u64, "core", "cores")
    } else {
        format!("{usable:.1} of {allowed} cores")
    }
}

fn badge(app: &App) -> &'static str {
    match app.playhead {
        Playhead::Replay { .. } => Label::Replay.text(),
        _ => Label::Measured.text(),
    }
}

/// How far it is, and in which style.
fn stage(app: &App, look: Look) -> (String, Style) {
    let text = look.fg(Role::Text);
    let mark = |unicode: char, ascii: char| if look.ascii { ascii } else { unicode };
    if app.is_calibrating() {
        return (Label::Calibrating.text().to_owned(), look.fg(Role::Dim));
    }
    let Some(run) = &app.run else { return (Label::NoRunYet.text().to_owned(), look.fg(Role::Dim)) };
    let at = format!("{:.2} s", app.until().as_secs());
    match (app.playhead, &run.phase) {
        (Playhead::Frozen(_) | Playhead::Replay { paused: true, .. }, _) => {
            (format!("{at} {} {}", Label::Paused.text(), mark('‖', '=')), look.fg(Role::Accent))
        }
        (Playhead::Replay { slower, .. }, _) => (format!("{at} 1/{slower} {}", mark('▶', '>')), look.fg(Role::Accent)),
        (_, Phase::Starting) => (Label::StartingRun.text().to_owned(), look.fg(Role::Dim)),
        (_, Phase::Running) => (format!("{at} {}", mark('▶', '>')), text),
        (_, Phase::Over) => (format!("{} {}", Label::Done.text(), mark('■', '*')), text),
        (_, Phase::Failed(_)) => (Label::Failed.text().to_owned(), look.fg(Role::Alarm)),
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
    let on = app.setup.model.lock.is_on();
    let label = match (on, narrow) {
        (true, _) => Label::GilOn,
        (false, true) => Label::KeyGil,
        (false, false) => Label::GilOff,
    };
    add(&mut tabs, Action::Lock, label.text(), on, if narrow { 0 } else { 2 });
    tabs
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
    draw_load(app, look, layout, (x + 2, y), buffer);
}

/// A bar for each core of the machine, live, and who else uses them.
fn draw_load(app: &App, look: Look, layout: &Layout, (start, y): (u16, u16), buffer: &mut Buffer) {
    let end = layout.area.right();
    let count = app.load.cores.len() as u16;
    let head = "cpu ";
    let others = app.run.as_ref().filter(|r| r.is_over() && !is_comparable(r.beside.others, app.machine.usable));
    let note = others.map_or_else(String::new, |r| format!("  {} {:.1}", Label::Others.text(), r.beside.others));
    let width = paint::width(head) + count + paint::width(&note) + 1;
    if count == 0 || start + width > end {
        return;
    }
    let mut x = paint::put(buffer, end - width, y, end, head, look.fg(Role::Faint));
    for (_, share) in &app.load.cores {
        let eighths = crate::scene::level(*share, 8).max(1);
        paint::cell(buffer, x, y, super::lane::eighths(look, eighths), look.fg(Role::Dim));
        x += 1;
    }
    paint::put(buffer, x, y, end, &note, look.fg(Role::Alarm));
}

/// The sentence: the fact in bold, then what to press.
pub fn draw_sentence(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (y, end) = (layout.sentence, layout.area.right());
    let bold = look.fg(Role::Text).add_modifier(Modifier::BOLD);
    if let Some(toast) = &app.toast {
        paint::put(buffer, layout.area.x + 1, y, end, &toast.text, look.fg(Role::Accent));
        return;
    }
    let Some(finding) = app.finding() else { return };
    let x = paint::put(buffer, layout.area.x + 1, y, end, &finding.say.text(), bold);
    let Some(cure) = finding.cure else { return };
    let accent = look.fg(Role::Accent);
    let key = App::key_for(cure.change);
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
