//! Columns of layers: each is as high as its share, in eighths of a row, so that areas can be compared.

use ratatui::buffer::Buffer;

use super::paint;
use super::theme::{Look, Role};

/// Eighths of a cell, from nothing to all of it.
pub const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The same in ASCII, coarser.
const ASCII: [char; 9] = [' ', '.', '.', '-', '-', '=', '=', '#', '#'];

/// The symbol for `eighths` of a cell.
pub fn eighths(look: Look, eighths: u32) -> char {
    let at = eighths.min(8) as usize;
    if look.ascii { ASCII[at] } else { EIGHTHS[at] }
}

/// A stretch of a column, from the end of the one below it up to `to` eighths of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it stands for.
    pub role: Role,
    /// Its upper end.
    pub to: u32,
}

/// Layers for `shares` of the whole height of `levels` steps, from the bottom up. The first has one step at least where
/// it is not nothing; the ends of the others are rounded one by one, so that all together are right.
pub fn layers(shares: &[(Role, f64)], levels: u32) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::with_capacity(shares.len());
    let (mut sum, mut to) = (0.0, 0);
    for (role, share) in shares {
        sum += share.max(0.0);
        let rounded = (sum.clamp(0.0, 1.0) * f64::from(levels)).round() as u32;
        let least = if layers.is_empty() && *share > 0.0 { 1 } else { to };
        let end = rounded.clamp(least, levels);
        if end > to {
            layers.push(Layer { role: *role, to: end });
            to = end;
        }
    }
    layers
}

/// Of neighbouring columns that all hold a trace, one in this many shows it.
const TRACE_EVERY: usize = 4;

/// Whether `share` is so little that its height in so many `levels` would be none.
pub fn is_trace(share: f64, levels: u32) -> bool {
    share > 0.0 && share * f64::from(levels) < 0.5
}

/// Whether the column at `index` is left free: it holds a trace, and so do both beside it, as `traced` tells. A little in
/// every column is not to look like much all the time.
pub fn is_thinned(index: usize, traced: impl Fn(usize) -> bool) -> bool {
    let in_a_row = index > 0 && traced(index - 1) && traced(index) && traced(index + 1);
    in_a_row && !index.is_multiple_of(TRACE_EVERY)
}

/// The symbol that tells a layer without colours.
pub fn sign(look: Look, role: Role) -> char {
    let signs = match role {
        Role::Dim => ['▒', '+'],
        Role::Bar => ['░', '-'],
        Role::Faint => ['·', ':'],
        _ => ['█', '#'],
    };
    signs[usize::from(look.ascii)]
}

/// The most layers a column has, and the ground above them.
const MOST: usize = 16;

/// What the eight steps of height from `from` on show: the lowest of `layers` there, up to which step, and what stands
/// above it. A cell has two colours: the lowest keeps its height, and of the others the smallest give way. Of layers
/// the upper ends are given, from the bottom up; nothing stands for the ground.
pub fn two<T: Copy>(
    layers: impl Iterator<Item = (T, u32)> + Clone,
    from: u32,
    top: u32,
) -> Option<(T, u32, Option<T>)> {
    // Nearly every cell shows two colours at most, and there are many cells.
    let mut shown: [Option<(T, u32)>; 2] = [None; 2];
    let (mut below, mut empty, mut more) = (0, 8, false);
    for (what, to) in layers.clone() {
        let part = to.min(from + 8).min(top).saturating_sub(below.max(from));
        below = to;
        if part > 0 {
            empty -= part;
            match &mut shown {
                [first @ None, _] => *first = Some((what, part)),
                [_, second @ None] => *second = Some((what, part)),
                [Some(_), Some(_)] => more = true,
            }
        }
    }
    let (lower, height) = shown[0]?;
    if !more && (empty == 0 || shown[1].is_none()) {
        return Some((lower, height, shown[1].map(|(upper, _)| upper)));
    }
    two_of_many(layers, from, top)
}

/// As [`two`], where there are more than two.
fn two_of_many<T: Copy>(layers: impl Iterator<Item = (T, u32)>, from: u32, top: u32) -> Option<(T, u32, Option<T>)> {
    let mut parts: [(Option<T>, u32); MOST] = [(None, 0); MOST];
    let (mut count, mut below, mut empty) = (0, 0, 8);
    for (what, to) in layers.into_iter().take(MOST - 1) {
        let part = to.min(from + 8).min(top).saturating_sub(below.max(from));
        if part > 0 {
            parts[count] = (Some(what), part);
            (count, empty) = (count + 1, empty - part);
        }
        below = to;
    }
    if empty > 0 {
        parts[count] = (None, empty);
        count += 1;
    }
    while count > 2 {
        let smallest = (1..count).min_by_key(|index| parts[*index].1).unwrap_or(1);
        let part = parts[smallest].1;
        parts.copy_within(smallest + 1..count, smallest);
        count -= 1;
        let heir = if smallest > 1 { smallest - 1 } else { 1 };
        parts[heir].1 += part;
    }
    let (lower, height) = parts[0];
    let upper = if count > 1 { parts[1].0 } else { None };
    lower.map(|lower| (lower, height, upper))
}

/// Draws `layers` in `rows` rows from `y` on. `touches` leaves an eighth of ground above a full column.
pub fn draw(buffer: &mut Buffer, look: Look, (x, y): (u16, u16), rows: u16, layers: &[Layer], touches: bool) {
    let top = if touches { u32::from(rows) * 8 - 1 } else { u32::from(rows) * 8 };
    for row in 0..rows {
        let from = u32::from(rows - 1 - row) * 8;
        let shown = two(layers.iter().map(|layer| (layer.role, layer.to)), from, top);
        let Some((lower, height, upper)) = shown else { continue };
        if look.is_mono() || look.ascii {
            let role = if height >= 4 || upper.is_none() { lower } else { upper.unwrap_or(lower) };
            let whole = sign(look, lower);
            let solid = matches!(whole, '█' | '#');
            let symbol = if solid && role == lower { eighths(look, height) } else { sign(look, role) };
            paint::cell(buffer, x, y + row, symbol, look.fg(role));
        } else if let Some(upper) = upper {
            paint::cell(buffer, x, y + row, eighths(look, height), look.on(lower, upper));
        } else {
            paint::cell(buffer, x, y + row, eighths(look, height), look.fg(lower));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;

    #[test]
    fn layers_stand_on_each_other_and_each_keeps_its_height() {
        let area = Rect::new(0, 0, 1, 2);
        let mut buffer = Buffer::empty(area);
        let shown = layers(&[(Role::Text, 0.25), (Role::Dim, 0.5), (Role::Faint, 0.0)], 16);
        assert_eq!(shown, [Layer { role: Role::Text, to: 4 }, Layer { role: Role::Dim, to: 12 }]);
        draw(&mut buffer, Look::default(), (0, 0), 2, &shown, false);
        let symbols: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(symbols, "▄▄");
    }

    #[test]
    fn a_trace_in_every_column_shows_in_some_and_more_in_all() {
        let shown = |share: f64| (0..9).filter(|i| !is_thinned(*i, |at| at < 9 && is_trace(share, 16))).count();
        assert_eq!((shown(0.01), shown(0.1), shown(0.0)), (3, 9, 9));
        assert!(!is_thinned(5, |at| is_trace(if at == 5 { 0.01 } else { 0.0 }, 16)), "a lone one stays");
    }

    proptest! {
        #[test]
        fn all_layers_together_are_as_high_as_their_sum(
            a in 0.0f64..0.5, b in 0.0f64..0.3, c in 0.0f64..0.2, rows in 1u32..12,
        ) {
            let shown = layers(&[(Role::Text, a), (Role::Dim, b), (Role::Faint, c)], rows * 8);
            let to = shown.last().map_or(0, |l| l.to);
            let exact = (a + b + c) * f64::from(rows * 8);
            prop_assert!((f64::from(to) - exact).abs() <= 1.0, "{} for {}", to, exact);
            prop_assert!(shown.windows(2).all(|two| two[0].to < two[1].to));
        }
    }
}
