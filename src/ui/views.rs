//! The names of the views, in the row of the models; each can be pressed. Where not all have room, the one that is shown
//! stands there with its number and a way to the one before and the next; where even that has none, the number alone.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::paint;
use super::theme::{Look, Role};
use crate::app::{Action, App, Target, View};
use crate::text::Label;

/// Columns between the models and the views.
const APART: u16 = 3;
/// Columns that are kept free behind them where names can be shorter instead, for how busy the machine is.
const KEPT: u16 = 22;

/// A view, and whether it is looked at under the lens.
type Stop = (View, bool);

/// What stands there.
#[derive(Clone, Copy)]
enum Form {
    /// All views, by their names.
    Names,
    /// All views, by their short names.
    ShortNames,
    /// The view that is shown and its number, with marks for those before and after it.
    Shown,
    /// The same without the number.
    ShownName,
    /// Its number alone.
    ShownNumber,
}

/// A part of it that can be pressed.
pub struct Tab {
    /// Its first column and its width.
    pub at: (u16, u16),
    /// What a press on it means.
    pub target: Target,
    text: String,
    role: Role,
}

/// The tabs after column `from`, in the first form that has room beside `least` columns, which are given up last.
pub fn tabs(app: &App, layout: &Layout, from: u16, least: u16) -> Vec<Tab> {
    let wide = KEPT.max(least);
    let forms = [
        (Form::Names, APART, wide),
        (Form::ShortNames, APART, wide),
        (Form::ShortNames, APART, least),
        (Form::Shown, APART, least),
        (Form::ShownName, 1, least),
        (Form::ShownNumber, 1, least),
        (Form::ShownName, 1, 0),
        (Form::ShownNumber, 1, 0),
    ];
    let stops = app.views();
    let placed = forms.map(|(form, apart, kept)| (placed(app, &stops, form, from + apart), kept));
    let fits = |(tabs, kept): &(Vec<Tab>, u16)| end(tabs, from) + kept <= layout.area.right();
    placed.into_iter().find(fits).map(|(tabs, _)| tabs).unwrap_or_default()
}

/// The column after the tabs.
fn end(tabs: &[Tab], from: u16) -> u16 {
    tabs.last().map_or(from, |tab| tab.at.0 + tab.at.1)
}

/// What a tab is called: the lens over a view has a name of its own.
fn name((view, lens): Stop, short: bool) -> &'static str {
    let row = view.row();
    match (lens, short) {
        (true, _) => Label::LensShort,
        (false, true) => row.short,
        (false, false) => row.label,
    }
    .text()
}

/// The tabs of `stops` in this form, from column `x` on.
fn placed(app: &App, stops: &[Stop], form: Form, mut x: u16) -> Vec<Tab> {
    let shown = app.shown.view().map(|view| (view, app.focus.lens));
    let role = |stop| if shown == Some(stop) { Role::Accent } else { Role::Dim };
    let mut tabs = Vec::new();
    let mut add = |text: String, target: Target, role: Role, gap: u16| {
        let width = paint::width(&text);
        tabs.push(Tab { at: (x, width), target, text, role });
        x += width + gap;
    };
    // Runs beside each other are no view: a press leads to the first one.
    let here = shown.unwrap_or_default();
    let number = stops.iter().position(|stop| Some(*stop) == shown);
    let number = format!("{}/{}", number.map_or_else(|| "-".to_owned(), |n| (n + 1).to_string()), stops.len());
    let (one, air) = match form {
        Form::Names | Form::ShortNames => {
            let short = matches!(form, Form::ShortNames);
            for stop in stops {
                add(format!(" {} ", name(*stop, short)), Target::View(stop.0, stop.1), role(*stop), 1);
            }
            return tabs;
        }
        Form::Shown => (format!("{} {number}", name(here, true)), " "),
        Form::ShownName => (name(here, true).to_owned(), ""),
        Form::ShownNumber => (number, ""),
    };
    add(format!("‹{air}"), Target::Action(Action::PreviousView), Role::Accent, 0);
    add(one, Target::View(here.0, here.1), role(here), 0);
    add(format!("{air}›"), Target::Action(Action::NextView), Role::Accent, 0);
    tabs
}

/// Draws the tabs, placed as [`tabs`] does; gives back the column after them.
pub fn draw(app: &App, look: Look, layout: &Layout, (from, least): (u16, u16), buffer: &mut Buffer) -> u16 {
    let y = layout.area.y + 1;
    let tabs = tabs(app, layout, from, least);
    for tab in &tabs {
        let style = match (tab.target, tab.role) {
            (Target::View(..), Role::Accent) => look.strip().patch(look.fg(Role::Accent)).add_modifier(Modifier::BOLD),
            (_, role) => look.fg(role),
        };
        let text = if look.ascii { tab.text.replace('‹', "<").replace('›', ">") } else { tab.text.clone() };
        paint::put(buffer, tab.at.0, y, layout.area.right(), &text, style);
    }
    end(&tabs, from)
}
