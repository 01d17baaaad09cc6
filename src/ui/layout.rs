//! Where everything stands, for a terminal of a given size: computed once, used for drawing and for the mouse.
//!
//! ```text
//!  header      cpu 4 tasks × 500 ms of counting, 2 cores          MEASURED  done ■
//!  tabs        1 serial  2 threads  3 processes  4 async    g GIL off
//!  sentence    Both cores busy: 1.95× as fast as serial.  try g: CPython's lock
//!  axis                    0        0.5        1        1.5        2     s
//!  lanes       ▌task 1     ██████████████████████               waits 49 %
//!  lock, loop  GIL held    1234123412341234
//!  waiting at once         ▇▇▇▇▇▇▄▄▄▄▄▄▂▂▂▂▂▂▂▂▂                3 at best
//!  cores busy              ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇                1.9 of 2
//!  scoreboard  serial      ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄      2.00 s  1.00×
//!  legend      █ runs 50 %  ▄ waits for a core 49 %
//!  footer      1-4 model  g GIL  o workload  r again  z slow motion  ? help
//! ```

use std::ops::Range;

use ratatui::layout::Rect;

use crate::app::{Action, App, Run, View};
use crate::model::ModelKind;
use crate::scene::{Folding, MOST_LOCKS, OUTSIDE, Rows, SPARE, Shared, folding, shared_things};
use crate::trace::Trace;
use crate::units::{Ns, TaskId};
use crate::workload::{Op, walk};

/// The least size that everything essential fits in: columns, rows.
pub const LEAST: (u16, u16) = (40, 12);

/// A lane on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The place in the order of the first task that it stands for.
    pub first: usize,
    /// How many tasks it stands for.
    pub count: usize,
    /// Its first row.
    pub y: u16,
}

impl Slot {
    /// The places in the order of its tasks.
    pub fn tasks(&self) -> Range<usize> {
        self.first..self.first + self.count
    }
}

/// The layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The whole screen.
    pub area: Rect,
    /// First column and width of the timeline.
    pub plot: (u16, u16),
    /// First column of the figures to the right of the timeline.
    pub right: u16,
    /// Row of the sentence.
    pub sentence: u16,
    /// Row of the axis.
    pub axis: u16,
    /// The tasks that have a place, from top to bottom.
    pub order: Vec<TaskId>,
    /// How these tasks share the rows.
    pub folding: Option<Folding>,
    /// The lanes.
    pub lanes: Vec<Slot>,
    /// First row and number of rows of the band that stands for all tasks.
    pub band: Option<(u16, u16)>,
    /// Rows a lane is high, without the gap below it.
    pub lane_rows: u16,
    /// Whether there is a gap between lanes.
    pub airy: bool,
    /// Row of the lock's or the loop's lane.
    pub special: Option<u16>,
    /// Row that says how many are ready behind the loop, or wait for the lock.
    pub ready: Option<u16>,
    /// Rows of further locks.
    pub locks: Vec<u16>,
    /// First row and number of rows of each lane of what tasks share beside locks with one holder.
    pub shared: Vec<(u16, u16)>,
    /// First of the rows that tell how an addition to a counter was lost.
    pub first_loss: Option<u16>,
    /// First row and number of rows that say how many tasks wait for something outside the program.
    pub waiting: Option<(u16, u16)>,
    /// Row that says how many cores are busy.
    pub busy: u16,
    /// First row and number of rows that another view has in place of the lanes and the rows below them.
    pub pane: Option<(u16, u16)>,
    /// Rows of single cores; the last may stand for several.
    pub cores: Vec<u16>,
    /// First row of the scoreboard.
    pub board: Option<u16>,
    /// How many rows of the scoreboard have room.
    pub board_rows: u16,
    /// Rows from one row of the scoreboard to the next.
    pub board_pitch: u16,
    /// Row of the figures.
    pub figures: Option<u16>,
    /// Row of the legend.
    pub legend: Option<u16>,
    /// Rows that the detail may cover.
    pub detail: Rect,
    /// Row of the footer.
    pub footer: u16,
    /// The actions that the footer offers, the most important first.
    pub keys: Vec<Action>,
}

/// How many rows of the scoreboard come before all but the essential; further ones take the rows that are left.
const BOARD_ROWS: u16 = 5;
/// How often a lane is made two rows higher, at most.
const MOST_STOREYS: u16 = 3;
/// Rows that the band takes before anything else but the essential gets one.
const BAND: usize = 8;
/// Rows that tell how an addition was lost: two lines, and one of ground above them.
const LOSS: u16 = 3;
/// The most single cores that get a row.
const MOST_CORES: u16 = 8;

/// Rows still free, given away piece by piece.
struct Room(u16);

impl Room {
    fn take(&mut self, rows: u16) -> bool {
        let fits = rows <= self.0;
        if fits {
            self.0 -= rows;
        }
        fits
    }
}

impl Layout {
    /// The lane of `task`, if it has one.
    pub fn slot_of(&self, task: TaskId) -> Option<Slot> {
        let place = self.order.iter().position(|other| *other == task)?;
        self.lanes.iter().find(|slot| slot.tasks().contains(&place)).copied()
    }

    /// The layout of `app` on `area`; nothing where that is too small.
    pub fn of(app: &App, area: Rect) -> Option<Layout> {
        if area.width < LEAST.0 || area.height < LEAST.1 {
            return None;
        }
        let order = app.order();
        let kind = app.run().map(|r| r.model.kind);
        let locked = app.run().is_some_and(has_lock_lane);
        let looped = kind == Some(ModelKind::Async);
        let cores = app.run().map_or(0, |r| r.trace().cores.len() as u16).min(MOST_CORES);
        let selected = app.focus.selection.and_then(|s| order.iter().position(|task| *task == s.task));
        let special = locked || looped;
        let locks = app.run().map_or(0, |r| own_locks(r.trace())).min(MOST_LOCKS - 1) as u16;
        let lanes = app.run().map_or(0, lock_lanes);
        let rows = app.rows().len() as u16;
        let waits = app.run().is_some_and(waits);
        let shared: Vec<Shared> = app.run().map_or_else(Vec::new, |r| shared_things(r.trace()));
        let loss = if app.run().is_some_and(|r| can_lose(r, &shared)) { LOSS } else { 0 };
        let shared = shared.len() as u16;
        let wants =
            Wants { tasks: order.len(), selected, special, locked, locks, lanes, shared, loss, waits, cores, rows };

        let (label, right) = match area.width {
            ..64 => (9, 13),
            64..100 => (12, 16),
            100..160 => (20, 16),
            _ => (22, 28),
        };
        let plot = (area.x + label, area.width - label - right);
        let mut layout = Layout { area, plot, right: plot.0 + plot.1 + 1, order, ..Layout::default() };
        layout.place(&wants);
        layout.keys = app.footer(layout.folding.is_some_and(|how| how != Folding::Alone));
        if app.shown.view().is_none_or(View::is_pane) {
            layout.clear_for_pane();
        }
        Some(layout)
    }

    /// Another view takes the rows of the lanes, the lock, the loop and the cores. Everything else stays where it is.
    fn clear_for_pane(&mut self) {
        let top = self.axis + 1;
        let bottom = self.cores.last().map_or(self.busy, |last| self.busy.max(*last));
        self.pane = Some((top, bottom + 1 - top));
        self.lanes.clear();
        self.locks.clear();
        self.shared.clear();
        self.cores.clear();
        (self.band, self.special, self.ready, self.waiting) = (None, None, None, None);
        self.first_loss = None;
    }

    fn place(&mut self, wants: &Wants) {
        let mut room = Room(self.area.height - 6);
        let least = wants.tasks.clamp(1, 3) as u16;
        room.take(least);
        let mut rows = wants.rows.min(BOARD_ROWS);
        let board = rows > 0 && room.take(rows);
        // The row of the lock's or the loop's lane: kept free where there is none, so that nothing jumps when the model
        // changes.
        let special = room.take(1);
        let legend = room.take(1);
        let mut shared: Vec<u16> = (0..wants.shared).map_while(|_| room.take(1).then_some(1)).collect();
        let how = folding(wants.tasks, usize::from(least + room.0));
        let mut shown = match how {
            Folding::Alone => wants.tasks.max(1),
            Folding::Groups(size) => wants.tasks.div_ceil(size) + SPARE,
            Folding::Band => BAND,
        } as u16;
        shown = shown.min(least + room.0).max(least);
        room.take(shown - least);
        let band = how == Folding::Band;
        // An area says little in one row: it gets a second one before the tasks do.
        let mut higher = |room: &mut Room| shared.iter_mut().for_each(|rows| *rows += u16::from(room.take(1)));
        higher(&mut room);
        let tall = !band && room.take(shown);
        // The row of a further lock, below the first: it too is kept free where a model has no such lock.
        let first = self.area.height >= 30 && wants.locks > 0 && room.take(1);
        let above_board = room.take(1);
        while board && rows < wants.rows && room.take(1) {
            rows += 1;
        }
        let mut gaps = [above_board, room.take(1), room.take(1)];
        // How many wait has a row before the legend has a free one around it, or the scoreboard above it.
        let mut waiting = u16::from(wants.waits && (room.take(1) || gaps.iter_mut().rev().any(std::mem::take)));
        let cores = wants.cores > 0 && room.take(wants.cores + 1);
        let ready = special && room.take(1);
        let figures = self.area.height >= 30 && room.take(2);
        let loss = wants.loss > 0 && self.area.height >= 36 && room.take(wants.loss);
        let airy = tall && room.take(shown);
        if airy {
            higher(&mut room);
        }
        waiting += u16::from(waiting > 0 && airy && room.take(1));
        let mut more = u16::from(first);
        while more < wants.locks && room.take(1) {
            more += 1;
        }
        // A row kept for a lock that this model does not have tells who waits for the first one.
        let spare = wants.locked && !ready && more > 0 && wants.lanes <= more;
        let ready = ready || spare;
        more -= u16::from(spare);
        let below_shared = airy && wants.shared > 0 && !loss && room.take(1);
        let below_sentence = room.take(1);
        let above_sentence = room.take(1);
        let above_busy = room.take(1);
        let above_cores = cores && room.take(1);
        let mut storeys = 0;
        while airy && storeys < MOST_STOREYS && room.take(2 * shown) {
            storeys += 1;
            higher(&mut room);
        }
        self.board_pitch = 1 + u16::from(board && room.take(rows - 1));
        if band {
            shown += std::mem::take(&mut room.0);
        }

        self.airy = airy;
        self.lane_rows = 1 + u16::from(tall) + 2 * storeys;
        self.folding = Some(how);
        let mut y = self.area.y + 2 + u16::from(above_sentence);
        let mut next = |rows: u16| {
            let at = y;
            y += rows;
            at
        };
        self.sentence = next(1 + u16::from(below_sentence));
        self.axis = next(1);
        let pitch = self.lane_rows + u16::from(airy);
        let top = next(shown * pitch);
        self.place_lanes(how, wants, top, shown);
        self.special = special.then(|| next(1)).filter(|_| wants.special);
        self.ready = ready.then(|| next(1)).filter(|_| wants.special);
        self.locks = (0..more).map(|_| next(1)).filter(|_| wants.locked).collect();
        self.shared = shared.iter().map(|rows| (next(*rows), *rows)).collect();
        self.first_loss = loss.then(|| next(wants.loss));
        next(u16::from(below_shared));
        self.waiting = (waiting > 0).then(|| (next(waiting), waiting));
        if above_busy {
            next(1);
        }
        self.busy = next(1);
        if above_cores {
            next(1);
        }
        if cores {
            self.cores = (0..wants.cores).map(|_| next(1)).collect();
            next(1);
        }
        let detail_top = if gaps[0] { next(1) } else { self.busy + 1 };
        self.board = board.then(|| next(rows * self.board_pitch - (self.board_pitch - 1)));
        self.board_rows = if board { rows } else { 0 };
        if figures {
            next(1);
        }
        self.figures = figures.then(|| next(1));
        self.place_bottom(legend, gaps, detail_top);
    }

    /// Places the footer and the legend, with or without the `gaps` around the legend: rows left over lie above it.
    fn place_bottom(&mut self, legend: bool, gaps: [bool; 3], detail_top: u16) {
        let bottom = self.area.bottom();
        self.footer = bottom - 1;
        let legend_row = bottom - 2 - u16::from(gaps[1]);
        self.legend = legend.then_some(legend_row);
        let top = if gaps[2] { legend_row - 1 } else { legend_row };
        let top = if legend { top } else { detail_top.min(self.footer - 1) };
        self.detail = Rect::new(self.area.x, top, self.area.width, self.footer - top);
    }

    /// Places the lanes, from `top` on, in room for `rows` lanes. Where there is a band, the selected task's lane
    /// stands below it.
    fn place_lanes(&mut self, how: Folding, wants: &Wants, top: u16, rows: u16) {
        let pitch = self.lane_rows + u16::from(self.airy);
        let lanes = how.lanes(wants.tasks, wants.selected);
        let mut y = top;
        if how == Folding::Band {
            // A row of ground below the band and below the lane, where there are enough.
            let ground = u16::from(rows > 8);
            let lane = if lanes.is_empty() { 0 } else { 1 + u16::from(rows > 4) };
            self.band = Some((top, rows - ground - lane));
            y = top + rows - ground - 1;
        }
        for lane in lanes {
            self.lanes.push(Slot { first: lane.start, count: lane.len(), y });
            y += pitch;
        }
    }

    /// The tasks, the lanes and the band, as the scene needs them.
    pub fn rows(&self) -> Rows<'_> {
        let lanes = self.lanes.iter().map(Slot::tasks).collect();
        Rows { order: &self.order, lanes, band: self.band.is_some() }
    }

    /// Whether names and figures must be short.
    pub fn is_narrow(&self) -> bool {
        self.area.width < 64
    }

    /// The columns of the timeline.
    pub fn columns(&self) -> u16 {
        self.plot.1
    }
}

/// Whether there is one lock to look at: the GIL, where all share one, or the workload's own, where they compete for
/// it.
fn has_lock_lane(run: &Run) -> bool {
    let many = run.model.kind.rules().many_workers;
    let gil = run.model.lock.is_on() && run.model.kind != ModelKind::Processes;
    gil || (many && own_locks(run.trace()) > 0)
}

/// How many of the workload's own locks only one task may hold at a time. The others have lanes of another kind.
fn own_locks(trace: &Trace) -> usize {
    let several = trace.sharing.limits.iter().filter(|limit| **limit > 1).count();
    trace.lock_names.len().saturating_sub(several)
}

/// Whether an addition to one of the `shared` counters can be lost: they are no copies, and tasks store what they
/// computed from a value that they had loaded.
fn can_lose(run: &Run, shared: &[Shared]) -> bool {
    let trace = run.trace();
    shared.iter().any(|shared| match shared {
        Shared::Counter(id) => trace.sharing.counter_names.get(id.index()).is_some_and(|name| !name.apart),
        Shared::Queue(_) | Shared::Permits(_) => false,
    }) && run.recording.planned().is_some_and(|of| {
        let mut ops = of.plan.tasks.iter().flat_map(|task| walk(&task.ops));
        ops.any(|visit| matches!(visit.op, Op::Add(..)))
    })
}

/// Whether tasks of `run` wait for something outside the program: they did, or it is planned.
fn waits(run: &Run) -> bool {
    fn in_steps(ops: &[Op]) -> bool {
        ops.iter()
            .any(|op| op.expected_wait().is_some_and(|time| time > Ns::ZERO) || op.bodies().into_iter().any(in_steps))
    }
    let trace = run.trace();
    let times = trace.aggregate().totals(trace.latest()).states();
    let planned = run.recording.planned().is_some_and(|of| of.plan.tasks.iter().any(|task| in_steps(&task.ops)));
    planned || OUTSIDE.iter().any(|state| times[*state as usize] > Ns::ZERO)
}

/// How many locks can have a lane.
fn lock_lanes(run: &Run) -> u16 {
    let gil = run.model.lock.is_on() && run.model.kind != ModelKind::Processes;
    u16::from(gil) + own_locks(run.trace()).min(MOST_LOCKS) as u16
}

struct Wants {
    tasks: usize,
    /// The selected task's place in the order.
    selected: Option<usize>,
    special: bool,
    /// Whether that lane is a lock's.
    locked: bool,
    /// How many more locks there can be.
    locks: u16,
    /// How many there are, the first one included.
    lanes: u16,
    /// How many lanes there are of what tasks share beside locks with one holder.
    shared: u16,
    /// Rows that tell how an addition to a counter was lost; none where that cannot be.
    loss: u16,
    /// Whether tasks wait for something outside the program.
    waits: bool,
    cores: u16,
    /// How many rows the scoreboard has.
    rows: u16,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn placed(height: u16, wants: &Wants) -> Layout {
        let mut layout = Layout { area: Rect::new(0, 0, 80, height), plot: (12, 52), ..Layout::default() };
        layout.place(wants);
        layout
    }

    proptest! {
        #[test]
        fn how_many_wait_pushes_neither_lanes_nor_the_board_out(
            height in LEAST.1..80, tasks in 1usize..100, cores in 0u16..9, rows in 1u16..9, special: bool,
        ) {
            let wants = |waits| {
                let (selected, locked, locks, lanes, shared, loss) = (None, false, 0, 0, 0, 0);
                Wants { tasks, selected, special, locked, locks, lanes, shared, loss, waits, cores, rows }
            };
            let (without, with) = (placed(height, &wants(false)), placed(height, &wants(true)));
            prop_assert_eq!(without.waiting, None);
            prop_assert_eq!(with.lanes.len(), without.lanes.len());
            prop_assert!(with.lane_rows.min(2) == without.lane_rows.min(2));
            prop_assert_eq!((with.board_rows, with.folding), (without.board_rows, without.folding));
            prop_assert!(height < 24 || tasks > 5 || rows > 5 || with.waiting.is_some());
            if let Some((y, rows)) = with.waiting {
                prop_assert!(with.lanes.iter().all(|lane| lane.y + with.lane_rows <= y));
                prop_assert!(y + rows <= with.busy && with.board.is_none_or(|board| y + rows < board));
            }
        }
    }
}
