//! Lanes that say whose work was done there: work stands tall in its task's colour and carries the task's digit, all else
//! lies low.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;
use smallvec::SmallVec;

use super::theme::{Look, Role};
use super::turns::digit;
use super::{paint, stack};
use crate::units::TaskId;

/// So many eighths of the lowest row are filled with work where a digit may stand for it.
const ENOUGH: u32 = 5;

/// What half a column shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownHalf {
    /// Its colour.
    pub role: Role,
    /// Whether it stands tall.
    pub stands: bool,
    /// What fills it where that is not colour alone; else the sign of its colour tells it without colours.
    pub sign: Option<char>,
}

impl ShownHalf {
    /// Work.
    pub const fn tall(role: Role) -> ShownHalf {
        ShownHalf { role, stands: true, sign: None }
    }

    /// What is no work.
    pub const fn low(role: Role) -> ShownHalf {
        ShownHalf { role, stands: false, sign: None }
    }
}

/// What a column shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// Where nothing is folded: its halves; nothing where nobody has them.
    pub halves: Option<[Option<ShownHalf>; 2]>,
    /// The task whose work fills it; where it is folded, the one that its work is told as, if its digit is to be.
    pub task: Option<TaskId>,
    /// Where it is folded: its colours with their shares of the height, from the bottom up.
    pub layers: Layers,
}

/// Colours with their shares of a column's height, from the bottom up. There are few, and columns by the thousand.
pub type Layers = SmallVec<[(Role, f64); 4]>;

/// Draws `cells` from `x`, `y` on in a lane of so many `rows`. `touches` says whether another lane follows without a gap:
/// then a little ground stays above what is as high as the lane.
pub fn draw(buffer: &mut Buffer, look: Look, (x, y): (u16, u16), rows: u16, (cells, touches): (&[Shown], bool)) {
    let levels = u32::from(rows) * 8;
    let digits = digit_places(cells, levels);
    let trace = |cell: &Shown| stack::is_trace(cell.layers.iter().map(|(_, share)| share).sum(), levels);
    let traced = |at: usize| cells.get(at).is_some_and(|cell| cell.halves.is_none() && trace(cell));
    for (index, cell) in cells.iter().enumerate() {
        let x = x + index as u16;
        let Some(halves) = cell.halves else {
            if stack::is_thinned(index, traced) {
                continue;
            }
            let shown = stack::layers(&cell.layers, levels);
            stack::draw(buffer, look, (x, y), rows, &shown, touches);
            if let (Some(task), Some(work)) = (cell.task.filter(|_| digits.contains(&index)), shown.first()) {
                let bold = look.field(work.role).add_modifier(Modifier::BOLD);
                paint::cell(buffer, x, y + rows - 1, digit(task), bold);
            }
            continue;
        };
        let low = (rows / 2).max(1);
        for row in 0..rows {
            let tall = rows > 1 && row < rows - low;
            let at_row = halves.map(|half| half.filter(|half| half.stands || !tall));
            let flat = rows == 1 && halves.iter().flatten().all(|half| !half.stands);
            let top = row == 0 && touches;
            pure(
                buffer,
                look,
                (x, y + row),
                at_row,
                if flat {
                    Form::Low
                } else if top {
                    Form::Gap
                } else {
                    Form::Full
                },
            );
        }
        let told = digits.contains(&index) || look.is_mono() || look.ascii;
        if let (Some(task), Some(half)) = (cell.task.filter(|_| told), halves[0]) {
            let bold = look.field(half.role).add_modifier(Modifier::BOLD);
            paint::cell(buffer, x, y + rows / 2, digit(task), bold);
        }
    }
}

/// How much of a cell's height is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Full,
    Gap,
    Low,
}

/// Two halves in one cell.
fn pure(buffer: &mut Buffer, look: Look, (x, y): (u16, u16), halves: [Option<ShownHalf>; 2], form: Form) {
    let plain = look.is_mono() || look.ascii;
    let whole = |half: ShownHalf| match form {
        _ if half.sign.is_some() => half.sign.unwrap_or(' '),
        _ if plain => stack::sign(look, half.role),
        Form::Full => '█',
        Form::Gap => '▇',
        Form::Low => '▄',
    };
    let (symbol, style) = match halves {
        [None, None] => return,
        [Some(l), Some(r)] if l == r => (whole(l), look.fg(l.role)),
        [Some(l), _] if plain => (whole(l), look.fg(l.role)),
        [None, Some(r)] if plain => (whole(r), look.fg(r.role)),
        [Some(l), Some(r)] => ('▌', look.on(l.role, r.role)),
        [Some(l), None] => (if form == Form::Low { '▖' } else { '▌' }, look.fg(l.role)),
        [None, Some(r)] => (if form == Form::Low { '▗' } else { '▐' }, look.fg(r.role)),
    };
    paint::cell(buffer, x, y, symbol, style);
}

/// Where digits stand: in the middles of all stretches of one task that fill two or more cells. In a stretch that is
/// folded, the cell nearest to it in which work fills most of the lowest row, if there is one: a digit takes that row.
fn digit_places(cells: &[Shown], levels: u32) -> Vec<usize> {
    let mut places = Vec::new();
    let mut start = 0;
    let is_pure = |cell: &Shown| cell.halves.is_some();
    let has_room = |cell: &Shown| {
        let work = cell.layers.first().map_or(0.0, |(_, share)| share * f64::from(levels));
        is_pure(cell) || work >= f64::from(ENOUGH)
    };
    for run in cells.chunk_by(|a, b| a.task == b.task && is_pure(a) == is_pure(b)) {
        let middle = (run.len() - 1) / 2;
        if run[0].task.is_some() && run.len() >= 2 {
            let fits = (0..run.len()).filter(|at| has_room(&run[*at]));
            places.extend(fits.min_by_key(|at| at.abs_diff(middle)).map(|at| start + at));
        }
        start += run.len();
    }
    places
}
