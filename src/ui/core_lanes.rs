//! The view of the cores: a lane for each, in the colours of the tasks that computed there. Work is drawn tall; a
//! thread that is on the core without computing is drawn low. What others had stands below, as far as samples tell it.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;

use super::cores::{core_names, more_cores};
use super::layout::Layout;
use super::theme::{Look, Role};
use super::whose::{self, Layers, Shown, ShownHalf};
use super::{lane, paint, stack, timeline};
use crate::app::{App, Run};
use crate::scene::{Core, CoreCell, Cores, Occupant, Shares};
use crate::state::State;
use crate::text::{self, Label, percent};
use crate::trace::{KernelRecord, Owner, Turn};
use crate::units::{Ns, Range, TaskId};

/// The most rows a lane is high.
const HIGHEST: u16 = 12;
/// How many tasks' colours stand for all of them in the legend.
const SWATCHES: usize = 4;
/// A task has a figure of its own where its share of a core is at least this, or at least a tenth of the work on that
/// core: smaller ones would fill the room where tasks are many. Less than one per cent is never a figure.
const WORTH: f64 = 0.03;
/// More changes than this under the pointer say nothing about one task.
const TOO_MANY: u64 = 1_024;

/// Where the lanes stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The cores that have a lane: the place of each among the run's cores by number, and its first row.
    pub lanes: Vec<(usize, u16)>,
    /// Rows of a lane.
    pub rows: u16,
    /// Whether what others had stands in a row below each lane.
    pub others: bool,
    /// Whether a free row follows each lane.
    airy: bool,
    /// The row that stands for all cores without a lane.
    pub rest: Option<u16>,
    /// The row that says what the lanes are based on.
    pub note: Option<u16>,
}

/// Where the lanes stand; `seen` says for each core whether the run was seen on it.
pub fn places((top, rows): (u16, u16), seen: &[bool]) -> Places {
    let mut places = Places { note: (rows >= 3).then(|| top + rows - 1), ..Places::default() };
    let room = rows - u16::from(places.note.is_some());
    let all = seen.len() as u16;
    // Where there is room, a core keeps its lane though nothing was seen on it: nothing moves when it begins to work.
    let mut shown: Vec<usize> = (0..seen.len()).filter(|i| seen[*i] || all * 3 <= room).collect();
    if shown.len() < seen.len() || shown.len() > usize::from(room) {
        shown.truncate(usize::from(room.saturating_sub(1)));
    }
    let rest = u16::from(shown.len() < seen.len());
    let count = (shown.len() as u16).max(1);
    let high =
        |others: u16, gap: u16| ((room + gap).saturating_sub(rest * (1 + gap)) / count).saturating_sub(others + gap);
    let (others, gap, least) =
        [(1, 1, 2), (1, 0, 2), (0, 0, 1)].into_iter().find(|(o, g, least)| high(*o, *g) >= *least).unwrap_or((0, 0, 1));
    (places.others, places.airy) = (others > 0, gap > 0);
    places.rows = high(others, gap).clamp(least, HIGHEST);
    let pitch = places.rows + others + gap;
    places.lanes = (top..).step_by(usize::from(pitch)).zip(shown).map(|(y, core)| (core, y)).collect();
    places.rest = (rest > 0).then(|| top + places.lanes.len() as u16 * pitch);
    places
}

/// Draws the view.
pub fn draw(app: &App, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (Some(pane), Some(run)) = (layout.pane, app.run()) else { return };
    let Some(scene) = app.cores_scene(layout.columns()) else { return };
    let seen: Vec<bool> = scene.cores.iter().map(|core| core.seen).collect();
    let places = places(pane, &seen);
    let touches = !places.airy && !places.others;
    let chosen = app.focus.task();
    for (index, y) in &places.lanes {
        let core = &scene.cores[*index];
        draw_name(core, *y, &places, look, layout, buffer);
        whose::draw(buffer, look, (layout.plot.0, *y), places.rows, (&shown(&core.cells, chosen), touches));
        if places.others {
            draw_others(buffer, look, (layout.plot.0, *y + places.rows), &core.cells, past(&scene, app, layout));
        }
        draw_shares(core, *y, &places, look, layout, buffer);
    }
    if let Some(y) = places.rest {
        draw_rest(&scene, &places, y, look, layout, buffer);
    }
    timeline::draw_gaps(
        &scene.gaps,
        (pane.0, pane.0 + pane.1 - u16::from(places.note.is_some())),
        look,
        layout,
        buffer,
    );
    if let Some(y) = places.note {
        draw_note(run, scene.window, y, look, layout, buffer);
    }
    let work = chosen.map_or_else(|| swatches(&scene), |task| vec![Role::Task(task)]);
    draw_legend(&scene.shares, (Label::CoreComputes, &work), look, layout, buffer);
}

/// The colours of work in the legend: of the first tasks that are drawn, and the one of several in turn if that is.
fn swatches(scene: &Cores) -> Vec<Role> {
    let drawn = scene.cores.iter().flat_map(|core| &core.cells).filter(|cell| cell.work > 0.0);
    let (mut tasks, mut many) = (BTreeSet::new(), false);
    for who in drawn.flat_map(|cell| cell.halves.unwrap_or([cell.whose; 2])) {
        match who {
            Occupant::Work(task) => _ = tasks.insert(task),
            Occupant::Many => many = true,
            Occupant::Nobody | Occupant::OffTask(_) | Occupant::Helper | Occupant::Watcher => {}
        }
    }
    let several = Some(Role::State(State::Running)).filter(|_| many || tasks.is_empty());
    tasks.into_iter().take(SWATCHES).map(Role::Task).chain(several).collect()
}

/// How many columns lie in the past, at least in part.
fn past(scene: &Cores, app: &App, layout: &Layout) -> usize {
    let grid = app.grid(layout.columns());
    scene.window.to.less(grid.from).0.div_ceil(grid.cell.0) as usize
}

fn draw_name(core: &Core, y: u16, places: &Places, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (x, end) = (layout.area.x + 1, layout.plot.0 - 1);
    let name = format!("{} {}", Label::Core.text(), core.core);
    let style = if core.seen { look.fg(Role::Text) } else { look.fg(Role::Dim) };
    paint::put(buffer, x, y + places.rows / 2, end, &name, style);
    if places.others {
        let label = Some(Label::OtherPrograms.text()).filter(|l| x + paint::width(l) <= end);
        let label = label.unwrap_or(Label::Others.text());
        paint::put(buffer, x, y + places.rows, end, label, look.fg(Role::Dim));
    }
}

/// The roles of a column, from the bottom up, with their shares: the selected task first.
fn folded(cell: &CoreCell, chosen: Option<TaskId>) -> Layers {
    let work = match (cell.whose, chosen) {
        (Occupant::Work(task), None) => Role::Task(task),
        (Occupant::Work(task), Some(_)) => Role::Shade(task),
        _ => Role::State(State::Running),
    };
    let of_chosen = chosen.map(|task| (Role::Task(task), cell.chosen));
    let rest = [(work, cell.work - cell.chosen), (Role::Dim, cell.off_task), (Role::Bar, cell.overhead)];
    of_chosen.into_iter().chain(rest).filter(|(_, share)| *share > 0.0).collect()
}

/// What a half shows.
fn half(who: Occupant, chosen: Option<TaskId>) -> Option<ShownHalf> {
    match who {
        Occupant::Nobody => None,
        Occupant::Work(task) if chosen.is_none_or(|c| c == task) => Some(ShownHalf::tall(Role::Task(task))),
        Occupant::Work(task) => Some(ShownHalf::tall(Role::Shade(task))),
        Occupant::OffTask(task) => Some(ShownHalf::low(Role::Shade(task))),
        Occupant::Helper => Some(ShownHalf::low(Role::Dim)),
        Occupant::Watcher => Some(ShownHalf::low(Role::Bar)),
        Occupant::Many => Some(ShownHalf::tall(Role::State(State::Running))),
    }
}

/// The columns as they are drawn.
fn shown(cells: &[CoreCell], chosen: Option<TaskId>) -> Vec<Shown> {
    let whole = |halves: [Occupant; 2]| match halves {
        [Occupant::Work(left), Occupant::Work(right)] if left == right => Some(left),
        _ => None,
    };
    let one = |cell: &CoreCell| Shown {
        halves: cell.halves.map(|halves| halves.map(|who| half(who, chosen))),
        task: cell.halves.and_then(whole),
        layers: if cell.halves.is_none() { folded(cell, chosen) } else { Layers::new() },
    };
    cells.iter().map(one).collect()
}

/// What others had of a core: the height is the share, and a sign stands where no sample was taken. An eighth of ground
/// stays between it and the lane above.
fn draw_others(buffer: &mut Buffer, look: Look, (x, y): (u16, u16), cells: &[CoreCell], past: usize) {
    for (x, cell) in (x..).zip(cells.iter().take(past)) {
        let symbol = match cell.others {
            Some(share) => lane::eighths(look, (share * 7.0).round() as u32),
            None if look.ascii => '?',
            None => '┈',
        };
        if symbol != ' ' {
            paint::cell(buffer, x, y, symbol, look.fg(Role::Faint));
        }
    }
}

/// The figures to the right of a lane: what was used of the core, by whom where there is room, and what others had.
fn draw_shares(core: &Core, y: u16, places: &Places, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (x, end) = (layout.right, layout.area.right());
    let used = if core.seen {
        format!("{} {}", Label::Used.text(), percent(core.shares.run()))
    } else {
        Label::Idle.text().to_owned()
    };
    let tasks = core.tasks.as_deref().unwrap_or_default();
    let below = if places.rows >= 2 && !tasks.is_empty() { places.rows - 1 } else { 0 };
    let first = if below > 0 { y } else { y + places.rows / 2 };
    paint::put(buffer, x, first, end, &used, look.fg(if core.seen { Role::Text } else { Role::Dim }));
    let worth = WORTH.min(core.shares.work / 10.0).max(0.01);
    let mut rest = tasks.iter().filter(|(_, share)| *share >= worth).peekable();
    'rows: for row in 1..=below {
        let mut at = x;
        while let Some((task, share)) = rest.peek() {
            let text = format!("{} {}", task.0 + 1, percent(*share));
            if at + 1 + paint::width(&text) > end {
                if at == x {
                    break 'rows;
                }
                continue 'rows;
            }
            let swatch = if look.ascii { '|' } else { '▌' };
            paint::cell(buffer, at, y + row, swatch, look.fg(Role::Task(*task)));
            at = paint::put(buffer, at + 1, y + row, end, &text, look.fg(Role::Dim)) + 2;
            rest.next();
        }
    }
    if places.others {
        let text = core.shares.others.map_or_else(|| Label::Unknown.text().to_owned(), percent);
        paint::put(buffer, x, y + places.rows, end, &text, look.fg(Role::Dim));
    }
}

/// One row for all cores that have no lane.
fn draw_rest(scene: &Cores, places: &Places, y: u16, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let has_lane = |index: usize| places.lanes.iter().any(|(shown, _)| *shown == index);
    let rest: Vec<&Core> = scene.cores.iter().enumerate().filter(|(i, _)| !has_lane(*i)).map(|(_, c)| c).collect();
    let idle = rest.iter().all(|core| !core.seen);
    let room = layout.plot.0 - layout.area.x - 2;
    let name = if idle {
        let numbers: Vec<u16> = rest.iter().map(|core| core.core).collect();
        core_names(&numbers, room)
    } else {
        more_cores(rest.len(), room)
    };
    paint::put(buffer, layout.area.x + 1, y, layout.plot.0 - 1, &name, look.fg(Role::Dim));
    let count = rest.len().max(1) as f64;
    for index in 0..layout.columns() {
        let mean =
            |of: fn(&CoreCell) -> f64| rest.iter().map(|c| of(&c.cells[usize::from(index)])).sum::<f64>() / count;
        let shares = [
            (Role::State(State::Running), mean(|c| c.work)),
            (Role::Dim, mean(|c| c.off_task)),
            (Role::Bar, mean(|c| c.overhead)),
        ];
        let shown: Vec<_> = shares.into_iter().filter(|(_, share)| *share > 0.0).collect();
        stack::draw(buffer, look, (layout.plot.0 + index, y), 1, &stack::layers(&shown, 8), false);
    }
    let used = rest.iter().map(|core| core.shares.run()).sum::<f64>() / count;
    let used = format!("{} {}", Label::Used.text(), percent(used));
    let text = if idle { Label::Idle.text() } else { &used };
    paint::put(buffer, layout.right, y, layout.area.right(), text, look.fg(Role::Dim));
}

/// What the lanes are based on: how often threads were switched, or why nobody knows.
pub fn draw_note(run: &Run, window: Range, y: u16, look: Look, layout: &Layout, buffer: &mut Buffer) {
    let (x, end) = (layout.area.x + 1, layout.area.right());
    let room = usize::from(end - x);
    let text = match (run.trace().switched(window), &run.trace().kernel_record) {
        (Some(s), _) => text::cores::switches(s.voluntary, s.forced, s.migrations, room),
        (None, KernelRecord::None(reason)) if run.trace().t0().is_some() => Some(text::cores::no_record(reason, room)),
        (None, _) => None,
    };
    paint::put(buffer, x, y, end, &text.unwrap_or_default(), look.fg(Role::Dim));
}

/// The legend: what each colour is, and its share of the cores in what is visible.
pub fn draw_legend(shares: &Shares, (label, work): (Label, &[Role]), look: Look, layout: &Layout, buffer: &mut Buffer) {
    let Some(y) = layout.legend else { return };
    let parts = |off_task: Label| {
        [
            (work, label, Some(shares.work).filter(|s| *s > 0.0)),
            (&[Role::Dim][..], off_task, Some(shares.off_task).filter(|s| *s > 0.0)),
            (&[Role::Bar], Label::CoreOverhead, Some(shares.overhead).filter(|s| *s > 0.0)),
            (&[Role::Faint], Label::CoreOthersSampled, shares.others.filter(|s| *s > 0.0)),
        ]
    };
    let said = |(roles, label, share): (&'_ [Role], Label, Option<f64>)| {
        share.map(|share| (roles.len() as u16 + 1, format!("{} {}", label.text(), percent(share))))
    };
    let width =
        |off_task| parts(off_task).into_iter().filter_map(said).map(|(n, text)| n + paint::width(&text) + 3).sum();
    let (mut x, end) = (layout.area.x + 1, layout.area.right());
    let wide: u16 = width(Label::CoreOffTask);
    let off_task = if x + wide <= end + 2 { Label::CoreOffTask } else { Label::CoreOffTaskShort };
    for part in parts(off_task) {
        let Some((signs, text)) = said(part) else { continue };
        if x + signs + paint::width(&text) > end {
            break;
        }
        for (x, role) in (x..).zip(part.0) {
            let symbol = match (look.is_mono() || look.ascii, role) {
                (true, _) => stack::sign(look, *role),
                (false, Role::Dim | Role::Bar) => '▄',
                (false, _) => '█',
            };
            paint::cell(buffer, x, y, symbol, look.fg(*role));
        }
        x = paint::put(buffer, x + signs, y, end, &text, look.fg(Role::Dim)) + 3;
    }
}

/// The task that a press at row `y` of the pane means at the instant `at`: the one on that core then, or else the one
/// that was there for longest in the column around it.
pub fn task_at(app: &App, layout: &Layout, y: u16, at: Ns) -> Option<TaskId> {
    let trace = app.run()?.trace();
    let aggregate = trace.aggregate();
    let mut cores = trace.cores.clone();
    cores.sort_unstable();
    let seen: Vec<bool> = cores.iter().map(|core| aggregate.place_of(*core).is_some()).collect();
    let places = places(layout.pane?, &seen);
    let (index, _) = places.lanes.iter().find(|(_, top)| (*top..*top + places.rows).contains(&y))?;
    let place = aggregate.place_of(cores[*index])?;
    let cell = app.grid(layout.columns()).cell;
    let from = Ns(at.0 / cell.0 * cell.0);
    let column = Range::new(from, (from + cell).min(app.until()));
    if aggregate.changes(column) > TOO_MANY {
        return None;
    }
    let mut best: Option<(bool, Ns, TaskId)> = None;
    aggregate.turns(column, |range, turn| {
        if let Turn::Core(here, Owner::Task(task)) | Turn::OffTask(here, Owner::Task(task)) = turn {
            let found = (range.contains(at), range.len(), task);
            if here == place && best.is_none_or(|known| (known.0, known.1) < (found.0, found.1)) {
                best = Some(found);
            }
        }
    });
    best.map(|(_, _, task)| task)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;

    fn cell(halves: Option<[Occupant; 2]>, work: f64, off_task: f64) -> CoreCell {
        CoreCell { halves, whose: Occupant::Work(TaskId(0)), work, off_task, ..CoreCell::default() }
    }

    fn drawn(cells: &[CoreCell], rows: u16, chosen: Option<TaskId>, look: Look) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, cells.len() as u16, rows));
        whose::draw(&mut buffer, look, (0, 0), rows, (&shown(cells, chosen), false));
        buffer
    }

    fn rows(buffer: &Buffer) -> Vec<String> {
        let row = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
        (0..buffer.area.height).map(row).collect()
    }

    #[test]
    fn work_stands_tall_and_what_computes_nothing_lies_low() {
        let (work, wake) = (Occupant::Work(TaskId(1)), Occupant::OffTask(TaskId(1)));
        let cells = [
            cell(Some([work; 2]), 1.0, 0.0),
            cell(Some([wake; 2]), 0.0, 1.0),
            cell(Some([Occupant::Nobody; 2]), 0.0, 0.0),
            cell(Some([Occupant::Nobody, Occupant::Watcher]), 0.0, 0.0),
            cell(None, 0.25, 0.25),
        ];
        assert_eq!(rows(&drawn(&cells, 2, None, Look::default())), ["█    ", "██ ▐▄"]);
        assert_eq!(rows(&drawn(&cells, 1, None, Look::default())), ["█▄ ▗▂"]);
        let mono = Look { depth: crate::ui::Depth::None, ..Look::default() };
        assert_eq!(rows(&drawn(&cells, 2, None, mono)), ["█    ", "2█ ░▄"]);
    }

    #[test]
    fn whoever_is_not_selected_is_drawn_back() {
        let look = Look::default();
        let of = |task| cell(Some([Occupant::Work(TaskId(task)); 2]), 1.0, 0.0);
        let buffer = drawn(&[of(0), of(1)], 3, Some(TaskId(0)), look);
        assert_eq!(buffer[(0, 0)].style().fg, look.fg(Role::Task(TaskId(0))).fg);
        assert_eq!(buffer[(1, 0)].style().fg, look.fg(Role::Shade(TaskId(1))).fg);
        let part = CoreCell { chosen: 0.25, ..cell(None, 1.0, 0.0) };
        let buffer = drawn(&[part], 2, Some(TaskId(3)), look);
        assert_eq!(rows(&buffer), ["█", "▄"]);
        assert_eq!(buffer[(0, 1)].style().fg, look.fg(Role::Task(TaskId(3))).fg);
    }

    #[test]
    fn cores_keep_their_lanes_where_there_is_room_and_idle_ones_share_a_row_elsewhere() {
        let two = places((5, 10), &[true, false]);
        assert_eq!(two.lanes, [(0, 5), (1, 10)]);
        assert_eq!((two.rows, two.others, two.rest, two.note), (3, true, None, Some(14)));
        let seen = [true, false, true, false, false, false, false, false];
        let eight = places((5, 10), &seen);
        assert_eq!(eight.lanes.iter().map(|l| l.0).collect::<Vec<_>>(), [0, 2]);
        assert!(eight.rest.is_some());
        let crowded = places((5, 5), &[true; 64]);
        assert_eq!((crowded.lanes.len(), crowded.rest), (3, Some(8)));
        assert_eq!(places((5, 1), &[true; 2]).rest, Some(5));
    }

    proptest! {
        #[test]
        fn every_lane_has_its_rows_and_none_lies_on_another(
            rows in 1u16..50, seen in proptest::collection::vec(any::<bool>(), 1..100),
        ) {
            let places = places((3, rows), &seen);
            let mut free = 3;
            for (_, y) in &places.lanes {
                prop_assert!(*y >= free);
                free = y + places.rows + u16::from(places.others);
            }
            for row in [places.rest, places.note].into_iter().flatten() {
                prop_assert!(row >= free, "{:?}", places);
                free = row + 1;
            }
            prop_assert!(free <= 3 + rows, "{:?}", places);
            prop_assert_eq!(places.rest.is_none(), places.lanes.len() == seen.len());
        }

        #[test]
        fn what_is_folded_has_the_height_of_its_share(work in 0.0f64..1.0, off_task in 0.0f64..1.0, rows in 1u16..8) {
            let off_task = off_task * (1.0 - work);
            let buffer = drawn(&[cell(None, work, off_task)], rows, None, Look::default());
            let green = Look::default().fg(Role::Task(TaskId(0))).fg;
            let steps = |y| {
                let cell: &ratatui::buffer::Cell = &buffer[(0, y)];
                let height = stack::EIGHTHS.iter().position(|c| cell.symbol() == c.to_string()).unwrap_or(0);
                if cell.style().fg == green { height as f64 } else { 0.0 }
            };
            let ink: f64 = (0..rows).map(steps).sum();
            let exact = work * f64::from(rows) * 8.0;
            prop_assert!((ink - exact).abs() <= if exact < 0.5 { 1.0 } else { 0.5 }, "{} for {}", ink, exact);
        }
    }
}
