//! What comes in front: the help, the lists of workloads, the dials.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::signs::Seen;
use super::theme::{Look, Role};
use super::{lane, paint};
use crate::app::keys::{self, Group, KEYS};
use crate::app::{Action, App, Layer};
use crate::insight::who;
use crate::state::State;
use crate::text::{self, Label};

/// Rows below the list of workloads, for what the chosen one is about.
const ABOUT: u16 = 4;

/// Where the layer in front stands.
pub fn area(app: &App, layer: Layer, screen: Rect) -> Rect {
    let (width, height) = match layer {
        // As high as the screen: how many signs there are to explain is seen only on the screen behind it.
        Layer::Help(_) => (78, screen.height),
        Layer::Picker(_) => (78, app.catalogue.all().len() as u16 + 5 + ABOUT),
        Layer::Works(_) => (78, app.works().len() as u16 + 5 + ABOUT),
        Layer::Dials(_) => (66, app.setup.dials().len() as u16 + 5),
    };
    let (width, height) = (width.min(screen.width), height.min(screen.height));
    Rect::new(screen.x + (screen.width - width) / 2, screen.y + (screen.height - height) / 2, width, height)
}

/// The part of a list that is shown.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// The first item, and how many there is room for.
    first: usize,
    room: usize,
    /// How many items the list has.
    all: usize,
}

impl Part {
    /// The part of the list that `layer` shows in `area`, the chosen item always in it; nothing where `layer` is no
    /// list.
    fn of(app: &App, layer: Layer, area: Rect) -> Option<Part> {
        let (chosen, all, below) = match layer {
            Layer::Help(_) => return None,
            Layer::Picker(chosen) => (chosen, app.catalogue.all().len(), about_rows(area, app.catalogue.all().len())),
            Layer::Works(chosen) => (chosen, app.works().len(), about_rows(area, app.works().len())),
            Layer::Dials(chosen) => (chosen, app.setup.dials().len(), 0),
        };
        let room = usize::from(area.height.saturating_sub(3 + below)).max(1);
        Some(Part { first: (chosen + 1).saturating_sub(room), room, all })
    }

    /// The items shown, each with its first row in `area`.
    fn shown(self, area: Rect) -> impl Iterator<Item = (usize, u16)> {
        (self.first..self.all).take(self.room).zip(area.y + 2..area.bottom().saturating_sub(1))
    }

    /// Which part it is, in words; nothing where it is the whole list.
    fn words(self) -> Option<String> {
        let last = (self.first + self.room).min(self.all);
        (self.room < self.all).then(|| format!(" {}-{last} {} {} ", self.first + 1, Label::Of.text(), self.all))
    }
}

/// The row of the list in front that is at `y`, if one is.
pub fn item_at(app: &App, layer: Layer, screen: Rect, y: u16) -> Option<usize> {
    let area = area(app, layer, screen);
    let part = Part::of(app, layer, area)?;
    part.shown(area).find(|(_, row)| *row == y).map(|(index, _)| index)
}

/// Draws the layer in front; `seen` are the signs that stand behind it.
pub fn draw(app: &App, layer: Layer, (look, seen): (Look, &[Seen]), screen: Rect, buffer: &mut Buffer) {
    let area = area(app, layer, screen);
    let ground = look.ground();
    paint::fill(buffer, area, ground);
    let (title, hint) = match layer {
        Layer::Help(_) => (Label::HelpTitle, Label::HelpScroll),
        Layer::Picker(_) => (Label::PickerTitle, Label::PickerHint),
        Layer::Works(_) => (Label::WorksTitle, Label::PickerHint),
        Layer::Dials(_) => (Label::DialsTitle, Label::DialsHint),
    };
    frame(buffer, look, area, title, hint);
    let part = Part::of(app, layer, area);
    match (layer, part) {
        (Layer::Picker(chosen), Some(part)) => picker(app, chosen, part, look, area, buffer),
        (Layer::Works(chosen), Some(part)) => works(app, chosen, part, look, area, buffer),
        (Layer::Dials(chosen), Some(part)) => dials(app, chosen, part, look, area, buffer),
        (Layer::Help(top), _) => help(app, top, (look, seen), area, buffer),
        (_, None) => {}
    }
    if let Some(words) = part.and_then(Part::words) {
        let x = area.right().saturating_sub(paint::width(&words) + 2);
        paint::put(buffer, x, area.y, area.right(), &words, look.fg(Role::Dim));
    }
}

fn frame(buffer: &mut Buffer, look: Look, area: Rect, title: Label, hint: Label) {
    let line = look.fg(Role::Accent);
    let [h, v, tl, tr, bl, br] =
        if look.ascii { ['-', '|', '+', '+', '+', '+'] } else { ['─', '│', '┌', '┐', '└', '┘'] };
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.x..=right {
        paint::cell(buffer, x, area.y, h, line);
        paint::cell(buffer, x, bottom, h, line);
    }
    for y in area.y..=bottom {
        paint::cell(buffer, area.x, y, v, line);
        paint::cell(buffer, right, y, v, line);
    }
    for (x, y, c) in [(area.x, area.y, tl), (right, area.y, tr), (area.x, bottom, bl), (right, bottom, br)] {
        paint::cell(buffer, x, y, c, line);
    }
    let bold = look.fg(Role::Text).add_modifier(Modifier::BOLD);
    paint::put(buffer, area.x + 2, area.y, right, &format!(" {} ", title.text()), bold);
    paint::put(buffer, area.x + 2, bottom, right, &format!(" {} ", hint.text()), look.fg(Role::Dim));
}

/// A line of the help: text with its style, in order.
type Line = Vec<(String, Style)>;

fn help_lines(app: &App, look: Look, seen: &[Seen], width: u16) -> Vec<Line> {
    let key = look.fg(Role::Accent).add_modifier(Modifier::BOLD);
    let text = look.fg(Role::Text);
    let is_loss = |action| matches!(action, Action::NextLoss | Action::PreviousLoss);
    let is_of_use =
        |action| (action != Action::Variant || app.has_variants()) && (!is_loss(action) || app.has_losses());
    let mut lines = sign_lines(look, seen);
    lines.extend(reading_lines(look));
    for group in Group::ALL {
        let rows: Vec<_> = KEYS.iter().filter(|b| b.group == group && is_of_use(b.action)).collect();
        lines.push(vec![(group.label().text().to_owned(), text.add_modifier(Modifier::BOLD))]);
        for pair in rows.chunks(if width < 74 { 1 } else { 2 }) {
            let mut line = Vec::new();
            for row in pair {
                line.push((format!("  {:<10}", row.shown), key));
                line.push((format!("{:<25}", row.label.text()), text));
            }
            lines.push(line);
        }
    }
    let dim = look.fg(Role::Dim);
    lines.extend([Label::HelpMouse, Label::HelpMouseMore].map(|label| vec![(label.text().to_owned(), dim)]));
    lines
}

/// What stands on the screen now, and what it means.
fn sign_lines(look: Look, seen: &[Seen]) -> Vec<Line> {
    let (text, dim) = (look.fg(Role::Text), look.fg(Role::Dim));
    let title = vec![(Label::HelpHere.text().to_owned(), text.add_modifier(Modifier::BOLD))];
    let line = |(symbol, style, words, sign): &Seen| {
        let words = if words.is_empty() { String::new() } else { format!(" {words}") };
        vec![
            ("  ".to_owned(), dim),
            (symbol.clone(), *style),
            (format!("{words}: "), text),
            (sign.means().to_owned(), dim),
        ]
    };
    let title = Some(title).filter(|_| !seen.is_empty());
    title.into_iter().chain(seen.iter().map(line)).collect()
}

/// How to read a lane: what a newcomer needs first.
fn reading_lines(look: Look) -> Vec<Line> {
    let (text, dim) = (look.fg(Role::Text), look.fg(Role::Dim));
    let running = look.fg(Role::State(State::Running));
    let [held, free] = [true, false].map(|holds| look.fg(Role::of(State::Sleep, holds)));
    let folded = if look.is_mono() { running } else { look.on(Role::State(State::Running), Role::State(State::Gil)) };
    let symbol = |state, holds| lane::symbol(look, state, holds).to_string();
    let steps: String = [3, 5, 2].iter().map(|n| lane::eighths(look, *n)).collect();
    let dotted = match symbol(State::Sleep, false) {
        letter if letter == State::Sleep.letter().to_string() => format!("{letter} {letter}"),
        body => body.repeat(3),
    };
    let title = vec![(Label::LegendTitle.text().to_owned(), text.add_modifier(Modifier::BOLD))];
    let shown = [
        (symbol(State::Running, true).repeat(3), running, Label::LegendTall),
        (symbol(State::Sleep, true).repeat(3), held, Label::LegendLow),
        (dotted, free, Label::LegendDotted),
        (steps, folded, Label::LegendFolded),
    ];
    let line = |(symbols, style, label): (String, Style, Label)| {
        vec![("  ".to_owned(), dim), (symbols, style), ("  ".to_owned(), dim), (label.text().to_owned(), text)]
    };
    std::iter::once(title).chain(shown.map(line)).collect()
}

fn help(app: &App, top: u16, (look, seen): (Look, &[Seen]), area: Rect, buffer: &mut Buffer) {
    let lines = help_lines(app, look, seen, area.width);
    let room = area.height.saturating_sub(3);
    let top = top.min((lines.len() as u16).saturating_sub(room));
    for (y, line) in (area.y + 2..area.bottom() - 1).zip(lines.iter().skip(top.into())) {
        let mut x = area.x + 2;
        for (text, style) in line {
            x = paint::put(buffer, x, y, area.right() - 1, text, *style);
        }
    }
}

fn picker(app: &App, chosen: usize, part: Part, look: Look, area: Rect, buffer: &mut Buffer) {
    for (index, y) in part.shown(area) {
        let workload = &app.catalogue.all()[index];
        let end = area.right() - 2;
        let (name, rest) = styles(look, index == chosen);
        let label = format!(" {:<12}", workload.name);
        let title = format!("  {}", app.setup.title_of(workload));
        let x = paint::parts(buffer, area.x + 2, y, end, &[(&label, name), (&title, rest)]);
        let at = end.saturating_sub(paint::width(&workload.group));
        if at > x + 1 {
            paint::put(buffer, at, y, end, &workload.group, look.fg(Role::Faint));
        }
    }
    let Some(workload) = app.catalogue.all().get(chosen) else { return };
    let variants = workload.variant_names();
    let about = if variants.len() > 1 {
        format!("{} {}", workload.about, text::screen::variants(&variants, keys::shown(Action::Variant)))
    } else {
        workload.about.clone()
    };
    put_about(&about, part.all, look, area, buffer);
}

/// The styles of the name and of the rest of an item, be it the chosen one or not.
fn styles(look: Look, chosen: bool) -> (Style, Style) {
    if chosen {
        (look.field(Role::Accent).add_modifier(Modifier::BOLD), look.fg(Role::Text))
    } else {
        (look.fg(Role::Text).add_modifier(Modifier::BOLD), look.fg(Role::Dim))
    }
}

/// The works of files, each with the number of its runs; below, the models and the files of the chosen one.
fn works(app: &App, chosen: usize, part: Part, look: Look, area: Rect, buffer: &mut Buffer) {
    let works = app.works();
    let end = area.right() - 2;
    let names = works.iter().map(|work| paint::width(work.name)).max().unwrap_or(0);
    let names = names.clamp(12, (area.width / 2).max(12));
    for (index, y) in part.shown(area) {
        let work = &works[index];
        let (name, rest) = styles(look, index == chosen);
        let runs = text::file::runs(work.runs.len());
        let at = end.saturating_sub(paint::width(&runs));
        let shown = paint::shorten(work.name, names);
        let label = format!(" {shown}{} ", " ".repeat(names.saturating_sub(paint::width(&shown)).into()));
        let x = paint::put(buffer, area.x + 2, y, at, &label, name) + 1;
        paint::put(buffer, x, y, at, &paint::shorten(&work.title, at.saturating_sub(x + 2)), rest);
        paint::put(buffer, at, y, end, &runs, look.fg(Role::Faint));
    }
    let Some(work) = works.get(chosen) else { return };
    let models: Vec<_> = work.rows().into_iter().map(|(model, count)| (who(model).row(), count)).collect();
    put_about(&text::file::holds(&models, &work.files()), part.all, look, area, buffer);
}

/// What the chosen one of `items` is about, below the list.
fn put_about(about: &str, items: usize, look: Look, area: Rect, buffer: &mut Buffer) {
    let rows = about_rows(area, items);
    let lines = wrap(about, area.width.saturating_sub(6).into());
    for (y, line) in (area.bottom() - rows..area.bottom() - 1).zip(lines) {
        paint::put(buffer, area.x + 3, y, area.right() - 2, &line, look.fg(Role::Text));
    }
}

/// Rows for what the chosen one of `items` is about, and a free one above, where `area` has them.
fn about_rows(area: Rect, items: usize) -> u16 {
    let all = items as u16 + 5 + ABOUT;
    if area.height >= all.min(15) { ABOUT } else { 0 }
}

/// `text` in lines of at most `width` columns, broken between words.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().filter(|l| l.is_empty() || l.width() + 1 + word.width() <= width);
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => line.extend([" ", word]),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

fn dials(app: &App, chosen: usize, part: Part, look: Look, area: Rect, buffer: &mut Buffer) {
    let dials = app.setup.dials();
    for (index, y) in part.shown(area) {
        let (name, value) = app.setup.dial(&dials[index]);
        let (style, arrows) = if index == chosen {
            (look.fg(Role::Accent).add_modifier(Modifier::BOLD), if look.ascii { ("<", ">") } else { ("◂", "▸") })
        } else {
            (look.fg(Role::Text), (" ", " "))
        };
        // A parameter can have any name: a long one must not move its value.
        let label = format!("  {:<16}", paint::shorten(&name, 15));
        let shown = format!("{} {value} {}", arrows.0, arrows.1);
        paint::parts(buffer, area.x + 2, y, area.right() - 1, &[(&label, style), (&shown, style)]);
    }
}
