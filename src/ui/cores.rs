//! The rows that say, below the tasks' lanes, how many cores are busy and who is on each of them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::layout::Layout;
use super::theme::{Look, Role};
use super::turns::draw_holders;
use super::{lane, paint};
use crate::app::{App, Run};
use crate::scene::{CoreLane, Holder, HolderCell, Scene, level};
use crate::state::State;
use crate::text::{Label, percent};
use crate::units::Ns;

/// How many cores are busy over time.
pub fn draw_busy(app: &App, run: &Run, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let y = layout.busy;
    let cores = app.cores().max(1.0);
    let label = if layout.is_narrow() { Label::CoresShort } else { Label::CoresBusy };
    paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, label.text(), look.fg(Role::Text));
    for (x, busy) in (layout.plot.0..).zip(&scene.busy) {
        let eighths = level(busy / cores, 8);
        if eighths > 0 {
            paint::cell(buffer, x, y, lane::eighths(look, eighths), look.fg(Role::State(State::Running)));
        }
    }
    let until = app.until();
    if until > Ns::ZERO {
        let busy = run.trace().busy(until);
        let all = app.cores();
        let of = if (all - all.round()).abs() < 0.05 { format!("{all:.0}") } else { format!("{all:.1}") };
        let text = format!("{busy:.1} of {of}");
        let bold = look.fg(Role::Text).add_modifier(Modifier::BOLD);
        paint::put(buffer, layout.right, y, layout.area.right(), &text, bold);
    }
}

/// A row for each core that worked; those that did nothing so far share one. Where rows are short, the last stands for
/// all that are left.
pub fn draw_cores(app: &App, scene: &Scene, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let rows = layout.cores.len();
    let idle = usize::from(!scene.idle.is_empty());
    let fits = scene.cores.len() + idle <= rows;
    let own = if fits { scene.cores.len() } else { rows.saturating_sub(1) };
    let name = |text: &str, y: u16, buffer: &mut Buffer| {
        paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, text, look.fg(Role::Dim));
    };
    for (core, y) in scene.cores.iter().take(own).zip(&layout.cores) {
        name(&format!("{} {}", Label::Core.text(), core.core), *y, buffer);
        draw_shares(buffer, look, layout.plot.0, *y, &core.cells);
        let live = app.source.load().iter().find(|(c, _)| *c == core.core).map(|(_, share)| *share);
        let now = live.map_or_else(String::new, |l| format!(", now {}", percent(l)));
        let own = percent(core.share);
        let fits = layout.right + paint::width(&own) + paint::width(&now) <= layout.area.right();
        let text = if fits { own + &now } else { own };
        paint::put(buffer, layout.right, *y, layout.area.right(), &text, look.fg(Role::Dim));
    }
    let Some(y) = layout.cores.get(own) else { return };
    if fits && idle > 0 {
        name(&format!("{} {}", core_names(&scene.idle), Label::Idle.text()), *y, buffer);
    } else if !fits {
        let rest = &scene.cores[own..];
        let count = rest.len() + scene.idle.len();
        name(&format!("{count} {}", Label::MoreCores.text()), *y, buffer);
        draw_holders(buffer, look, layout.plot.0, *y, &together(rest, count));
        let share = rest.iter().map(|c| c.share).sum::<f64>() / count as f64;
        paint::put(buffer, layout.right, *y, layout.area.right(), &percent(share), look.fg(Role::Dim));
    }
}

/// `core 3`, `cores 2-7`, or how many they are.
pub fn core_names(cores: &[u16]) -> String {
    match cores {
        [one] => format!("{} {one}", Label::Core.text()),
        [first, .., last] if usize::from(last.saturating_sub(*first)) + 1 == cores.len() => {
            format!("{} {first}-{last}", Label::CoresShort.text())
        }
        _ => format!("{} {}", cores.len(), Label::CoresShort.text()),
    }
}

/// Several cores as one: how much of all `count` of them was used.
fn together(lanes: &[CoreLane], count: usize) -> Vec<HolderCell> {
    let columns = lanes.first().map_or(0, |lane| lane.cells.len());
    let share = |index: usize| lanes.iter().map(|lane| lane.cells[index].share).sum::<f64>() / count as f64;
    let cell = |share: f64| HolderCell { halves: [Holder::Many; 2], share, turns: 2, longest: None };
    (0..columns).map(share).map(|s| if s > 0.0 { cell(s) } else { HolderCell::default() }).collect()
}

/// As [`draw_holders`], but a column of several turns that was used in part only is as high as that part: the row for
/// all cores together shows how much of them was used.
fn draw_shares(buffer: &mut Buffer, look: Look, x: u16, y: u16, cells: &[HolderCell]) {
    draw_holders(buffer, look, x, y, cells);
    for (x, cell) in (x..).zip(cells) {
        let folded = cell.turns > 1 && cell.share < 0.95;
        let Some(task) = cell.longest.filter(|_| folded) else { continue };
        let eighths = level(cell.share, 8);
        paint::fill(buffer, Rect::new(x, y, 1, 1), look.ground());
        paint::cell(buffer, x, y, lane::eighths(look, eighths), look.fg(Role::Task(task)));
    }
}
