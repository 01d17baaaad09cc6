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
    let room = layout.plot.0 - layout.area.x - 2;
    if fits && idle > 0 {
        name(&core_names(&scene.idle, room), *y, buffer);
        paint::put(buffer, layout.right, *y, layout.area.right(), Label::Idle.text(), look.fg(Role::Dim));
    } else if !fits {
        let rest = &scene.cores[own..];
        let count = rest.len() + scene.idle.len();
        name(&more_cores(count, room), *y, buffer);
        draw_holders(buffer, look, layout.plot.0, *y, &together(rest, count));
        let share = rest.iter().map(|c| c.share).sum::<f64>() / count as f64;
        paint::put(buffer, layout.right, *y, layout.area.right(), &percent(share), look.fg(Role::Dim));
    }
}

/// `core 3`, `cores 2-7`, or how many they are, whichever has `room`.
pub fn core_names(cores: &[u16], room: u16) -> String {
    let count = format!("{} {}", cores.len(), Label::CoresShort.text());
    match cores {
        [one] => fitting(&[format!("{} {one}", Label::Core.text()), one.to_string()], room),
        [first, .., last] if usize::from(last.saturating_sub(*first)) + 1 == cores.len() => {
            fitting(&[format!("{} {first}-{last}", Label::CoresShort.text()), count, cores.len().to_string()], room)
        }
        _ => fitting(&[count, cores.len().to_string()], room),
    }
}

/// How many cores there are besides those that have a row, in as many words as have `room`.
pub fn more_cores(count: usize, room: u16) -> String {
    fitting(&[format!("{count} {}", Label::MoreCores.text()), format!("{count} {}", Label::More.text())], room)
}

/// The first of `names` that is not cut in `room` columns, else the last.
fn fitting(names: &[String], room: u16) -> String {
    let fits = names.iter().find(|name| paint::width(name) <= room);
    fits.or(names.last()).cloned().unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_cores_are_never_cut_in_the_columns_that_they_have() {
        for room in [7, 10, 18, 20] {
            for (first, count) in [(0, 1), (63, 1), (0, 2), (2, 6), (10, 6), (100, 28)] {
                let cores: Vec<u16> = (first..first + count).collect();
                let apart: Vec<u16> = cores.iter().map(|core| core * 2).collect();
                for name in [core_names(&cores, room), core_names(&apart, room), more_cores(cores.len(), room)] {
                    assert!(paint::width(&name) <= room, "{name} in {room} columns");
                }
            }
        }
        assert_eq!(core_names(&[0], 10), "core 0");
        assert_eq!(
            (core_names(&[2, 3, 4], 10), core_names(&[2, 4], 10)),
            ("cores 2-4".to_owned(), "2 cores".to_owned())
        );
        assert_eq!((more_cores(3, 12), more_cores(3, 10)), ("3 more cores".to_owned(), "3 more".to_owned()));
    }
}
