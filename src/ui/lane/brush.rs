//! Drawing a single column of a lane.

use ratatui::buffer::Buffer;
use smallvec::SmallVec;

use super::super::paint;
use super::super::stack::{self, eighths};
use super::super::theme::{Depth, Look, Role};
use crate::palette::STACK;
use crate::scene::{Column, Half, Lone, level};
use crate::state::State;
use crate::units::Ns;

/// Eighths of a cell's width, from the left.
const WIDE: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// The symbol of a state in a lane one row high; also in the legend.
pub fn symbol(look: Look, state: State, holds: bool) -> char {
    let shape = Shape { state, holds };
    shape.sign(look).unwrap_or_else(|| eighths(look, shape.levels(1)))
}

/// A state that has a place to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    state: State,
    holds: bool,
}

impl Shape {
    fn of(half: Half) -> Option<Shape> {
        half.state.filter(|state| *state != State::Ended).map(|state| Shape { state, holds: half.holds })
    }

    fn role(self) -> Role {
        Role::of(self.state, self.holds)
    }

    /// Its height in a lane of so many rows: work is tall, a wait half as high, the queue half of that.
    fn levels(self, rows: u32) -> u32 {
        match self.state {
            State::Running => rows * 8,
            State::Queued => rows * 2,
            State::Ended => 0,
            State::Starting | State::Copying | State::Ready | State::Preempted => rows * 4,
            State::Lock | State::Channel | State::Gil | State::Io | State::Sleep | State::Unknown => rows * 4,
        }
    }

    /// What fills its body where that is not colour alone.
    fn sign(self, look: Look) -> Option<char> {
        let plain = look.is_plain();
        // Sixteen colours are too few for a dim one of each.
        let dim = look.depth == Depth::Sixteen && matches!(self.role(), Role::Behind(_));
        match self.state {
            State::Running | State::Ended => None,
            State::Queued => look.ascii.then_some('_'),
            State::Unknown if !plain => Some('▚'),
            State::Starting if !plain => Some('▒'),
            State::Starting | State::Copying | State::Ready | State::Preempted | State::Lock if plain => {
                Some(self.state.letter())
            }
            State::Channel | State::Gil | State::Io | State::Sleep | State::Unknown if plain => {
                Some(self.state.letter())
            }
            State::Starting | State::Copying | State::Ready | State::Preempted | State::Lock => dim.then_some('▒'),
            State::Channel | State::Gil | State::Io | State::Sleep | State::Unknown => dim.then_some('▒'),
        }
    }
}

/// How a lane is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Brush {
    /// What the terminal can show.
    pub look: Look,
    /// Rows of the lane.
    pub rows: u32,
    /// Whether another lane follows without a gap: then a thin line of ground stays above what is as high as the lane.
    pub touches: bool,
    /// Whether waits are as high as the lane where they are alone: where much is folded, only so do they look the same
    /// as they do upon work.
    pub field: bool,
}

/// Where a column is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// Its column on the screen.
    pub x: u16,
    /// The lane's first row.
    pub y: u16,
    /// Whether the column is an odd one: letters of dim waits stand in even columns only.
    pub odd: bool,
    /// Whether work and waits alternate around the column.
    pub dense: bool,
}

impl Brush {
    /// Whether `column` holds so little work that its height or its width would round to nothing.
    pub fn is_trace(self, column: &Column, whole: Ns) -> bool {
        let steps = if column.lone.is_some() { 8.0 } else { f64::from(self.rows) * 8.0 };
        let share = column.running().share_of(whole);
        share > 0.0 && share * steps < 0.5
    }

    /// The first of the eight steps of height that `row` shows.
    fn from(self, row: u32) -> u32 {
        (self.rows - 1 - row) * 8
    }

    /// How much of `row` what is `levels` high takes.
    fn part(self, row: u32, levels: u32) -> u32 {
        let most = if row == 0 && self.touches { 7 } else { 8 };
        levels.saturating_sub(self.from(row)).min(most)
    }

    /// The height of `shape` where it has a place to itself.
    fn body(self, shape: Shape) -> u32 {
        let fills = self.field && shape.state != State::Queued;
        if fills { self.rows * 8 } else { shape.levels(self.rows) }
    }

    /// The symbol for `part` eighths of a cell of `shape`, if it shows any.
    fn cell(self, shape: Shape, part: u32, odd: bool) -> Option<char> {
        let sign = shape.sign(self.look);
        let dim = matches!(shape.role(), Role::Behind(_));
        match sign {
            _ if part == 0 => None,
            Some('_') => Some('_'),
            Some(_) if part < 4 => None,
            Some(letter) if self.look.is_plain() && dim && odd && letter == shape.state.letter() => None,
            Some(sign) => Some(sign),
            None => Some(eighths(self.look, part)),
        }
    }

    /// One or two states, each with its half of the column.
    pub fn halves(self, buffer: &mut Buffer, spot: Spot, halves: [Half; 2]) {
        let shapes = halves.map(Shape::of);
        for row in 0..self.rows {
            let part = |shape: Shape| self.part(row, self.body(shape));
            let shown = shapes.map(|shape| shape.filter(|shape| part(*shape) > 0));
            let (shape, half): (Shape, Option<[char; 2]>) = match shown {
                [None, None] => continue,
                [Some(left), Some(right)] if left == right => (left, None),
                [Some(left), Some(right)] if part(left) == part(right) && part(left) >= 7 => {
                    self.beside(buffer, (spot.x, spot.y + row as u16), left, right);
                    continue;
                }
                [Some(left), Some(right)] if part(left) >= part(right) => (left, None),
                [Some(_), Some(right)] => (right, None),
                [Some(left), None] => (left, Some(['▌', '▖'])),
                [None, Some(right)] => (right, Some(['▐', '▗'])),
            };
            let Some(mut symbol) = self.cell(shape, part(shape), spot.odd) else { continue };
            if let (Some([whole, low]), None, false) = (half, shape.sign(self.look), self.look.ascii) {
                symbol = if part(shape) > 6 { whole } else { low };
            }
            paint::cell(buffer, spot.x, spot.y + row as u16, symbol, self.look.fg(shape.role()));
        }
    }

    /// Two states as high as a row, in one cell.
    fn beside(self, buffer: &mut Buffer, (x, y): (u16, u16), left: Shape, right: Shape) {
        let (symbol, style) = match (left.sign(self.look), right.sign(self.look)) {
            (None, None) if !self.look.is_plain() => ('▌', self.look.on(left.role(), right.role())),
            (None, _) => (if self.look.ascii { '#' } else { '▌' }, self.look.fg(left.role())),
            (Some(_), None) => (if self.look.ascii { '#' } else { '▐' }, self.look.fg(right.role())),
            (Some(sign), Some(_)) => (sign, self.look.fg(left.role())),
        };
        paint::cell(buffer, x, y, symbol, style);
    }

    /// One stretch of work where it lies, so many eighths `wide`, and the wait's body beside it.
    pub fn lone(self, buffer: &mut Buffer, spot: Spot, lone: Lone, wide: usize) {
        let look = self.look;
        let work = Role::State(State::Running);
        let wide = wide.min(if lone.beside.is_some() { 7 } else { 8 });
        let wait = lone.beside.and_then(Shape::of);
        for row in 0..self.rows {
            // In a lane of one row the wait is as high as the work beside it: a cell has two colours.
            let least = if self.rows == 1 { 1 } else { 7 };
            let beside = wait.filter(|wait| self.part(row, self.body(*wait)) >= least);
            let (symbol, style) = match beside {
                Some(wait) if look.is_plain() => match self.cell(wait, 8, spot.odd) {
                    Some(sign) if wide < 4 => (sign, look.fg(wait.role())),
                    _ => (alone(look, wide, lone.first), look.fg(work)),
                },
                Some(wait) if lone.first => (WIDE[wide], look.on(work, wait.role())),
                Some(wait) => (WIDE[8 - wide], look.on(wait.role(), work)),
                None => (alone(look, wide, lone.first), look.fg(work)),
            };
            paint::cell(buffer, spot.x, spot.y + row as u16, symbol, style);
        }
    }

    /// More than one change, or more than one task: work at the bottom, as high as its share, and the waits upon it.
    pub fn folded(self, buffer: &mut Buffer, spot: Spot, column: &Column, whole: Ns) {
        let layers = Layers::of(self, column, whole);
        let top = if self.touches { self.rows * 8 - 1 } else { self.rows * 8 };
        for row in 0..self.rows {
            if self.look.is_plain() {
                self.plain(buffer, spot, row, &layers, column);
                continue;
            }
            let shown = stack::two(layers.iter(), self.from(row), top);
            let Some((lower, height, upper)) = shown else { continue };
            let (symbol, style) = match upper {
                Some(upper) => (eighths(self.look, height), self.look.on(lower, upper)),
                None => (eighths(self.look, height), self.look.fg(lower)),
            };
            paint::cell(buffer, spot.x, spot.y + row as u16, symbol, style);
        }
    }

    /// A row of a folded column without colours: work as height, and above it the letter of the commonest wait.
    fn plain(self, buffer: &mut Buffer, spot: Spot, row: u32, layers: &Layers, column: &Column) {
        let (x, y) = (spot.x, spot.y + row as u16);
        let work = self.part(row, layers.work());
        // Where one row must tell both, and most of it is waiting, every other column shows the wait.
        let turn = self.rows == 1 && spot.dense && spot.odd && work < 4 && layers.to() > layers.work();
        if work > 0 && !turn {
            paint::cell(buffer, x, y, eighths(self.look, work), self.look.fg(Role::State(State::Running)));
            return;
        }
        let Some(state) = column.commonest_wait().filter(|_| layers.to() > self.from(row)) else { return };
        let wait = Shape { state, holds: column.holds() };
        let part = if layers.work() > 0 { 8 } else { self.part(row, self.body(wait)) };
        if let Some(sign) = self.cell(wait, part, spot.odd && !turn) {
            paint::cell(buffer, x, y, sign, self.look.fg(wait.role()));
        }
    }
}

/// Work of that many eighths of a cell's width with nothing beside it.
fn alone(look: Look, wide: usize, first: bool) -> char {
    match (look.ascii, first) {
        (true, _) if wide < 4 => '|',
        (true, _) => '#',
        (false, true) => WIDE[wide],
        (false, false) if wide < 3 => '▕',
        (false, false) if wide < 7 => '▐',
        (false, false) => '█',
    }
}

/// What a folded column is made of, from the bottom up.
struct Layers {
    /// Most columns hold few states.
    ends: SmallVec<[(Role, u32); 4]>,
}

impl Layers {
    /// The layers of `column`: work has its share of the height, one step at least, and waits have theirs; where there is
    /// no work, no more than half of the height.
    fn of(brush: Brush, column: &Column, whole: Ns) -> Layers {
        let levels = brush.rows * 8;
        let work = column.height(whole, levels);
        let (waiting, holds) = (column.waiting(), column.holds());
        let most = if brush.field || work > 0 { 1.0 } else { 0.5 };
        let share = waiting.share_of(whole).min(most);
        let high = level(share, levels).min(levels - work);
        let mut layers = Layers { ends: SmallVec::new() };
        layers.ends.extend((work > 0).then_some((Role::State(State::Running), work)));
        let mut time = Ns::ZERO;
        // Most columns hold few states, and there are many columns: those that are not there cost nothing.
        let there = |state: &State| *state != State::Running && column.sums.states[*state as usize] > Ns::ZERO;
        for state in STACK.into_iter().filter(there) {
            time += column.sums.states[state as usize];
            let to = work + (time.share_of(waiting) * f64::from(high) + 0.5) as u32;
            if to > layers.to() {
                layers.ends.push((Role::of(state, holds), to));
            }
        }
        layers
    }

    fn iter(&self) -> impl Iterator<Item = (Role, u32)> + Clone + '_ {
        self.ends.iter().copied()
    }

    /// The upper end of the work.
    fn work(&self) -> u32 {
        self.iter().next().filter(|layer| layer.0 == Role::State(State::Running)).map_or(0, |layer| layer.1)
    }

    /// The upper end of all.
    fn to(&self) -> u32 {
        self.ends.last().map_or(0, |layer| layer.1)
    }
}
