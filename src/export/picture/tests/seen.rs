//! Reads the lanes of a picture back from its SVG document.

use super::*;

/// A lane as a document has it.
pub(super) struct Seen {
    pub(super) name: String,
    pub(super) from: Ns,
    pub(super) column: Ns,
    /// How each kind is filled, and how high it stands in each column, from the lowest kind to the highest.
    pub(super) heights: Vec<(String, Vec<u32>)>,
}

impl Seen {
    pub(super) fn range(&self, column: usize) -> Range {
        let from = self.from + self.column.times(column as u64, 1);
        Range::new(from, from + self.column)
    }

    pub(super) fn height(&self, kind: &str, column: usize) -> u32 {
        let of = |(_, heights): &(String, Vec<u32>)| heights.get(column).copied().unwrap_or(0);
        self.heights.iter().filter(|(name, _)| name == kind).map(of).sum()
    }

    pub(super) fn columns(&self) -> usize {
        self.heights.iter().map(|(_, heights)| heights.len()).max().unwrap_or(0)
    }

    /// The columns that are looked at, and one or two behind them where there are any.
    pub(super) fn seen(&self, options: &Options) -> usize {
        let end = options.range.map_or(Ns::MAX, |range| range.to);
        (0..self.columns() + 2).take_while(|column| self.range(*column).to <= end).count()
    }
}

fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let begin = line.find(&format!("{name}=\""))? + name.len() + 2;
    line[begin..].split('"').next()
}

/// The tops of a staircase, column by column, from the commands of its path.
fn tops(path: &str) -> Vec<u32> {
    let mut tops: Vec<u32> = Vec::new();
    let mut height = 0i64;
    let mut rest = path;
    while let Some(command) = rest.chars().next() {
        let end = rest[1..].find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |at| at + 1);
        let numbers: Vec<i64> = rest[1..end].split_whitespace().map(|n| n.parse().expect("a whole number")).collect();
        match (command, numbers.as_slice()) {
            ('M', [x, 0]) => tops.extend((0..*x).map(|_| 0)),
            ('V', [y]) => height = *y,
            ('v', [by]) => height += by,
            ('h', [columns]) => tops.extend((0..*columns).map(|_| height as u32)),
            ('z', []) => assert_eq!(height, 0, "closed above the ground"),
            other => panic!("{other:?} in {path}"),
        }
        rest = &rest[end..];
    }
    tops
}

/// The lanes of a document, read from its own attributes.
pub(super) fn lanes(svg: &str) -> Vec<Seen> {
    let mut lanes: Vec<Seen> = Vec::new();
    let mut inside = false;
    for line in svg.lines() {
        let number = |name: &str| attribute(line, name).and_then(|n| n.parse().ok()).map(Ns);
        if let (Some(from), Some(column)) = (number("data-from"), number("data-column")) {
            let name = line.split("<title>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
            lanes.push(Seen { name: name.to_owned(), from, column, heights: Vec::new() });
            inside = true;
        } else if line.starts_with("</g>") {
            inside = false;
        } else if let (true, Some(path)) = (inside, attribute(line, " d")) {
            let fill = attribute(line, "class").or_else(|| attribute(line, "fill")).expect("it is filled");
            // Patterns of lanes of different heights have numbers.
            let fill = fill.trim_end_matches(|c: char| c.is_ascii_digit() || c == ')').trim_end_matches('-');
            let fill = if fill.starts_with("task") { attribute(line, "class").unwrap_or(fill) } else { fill };
            lanes.last_mut().expect("a lane").heights.insert(0, (fill.to_owned(), tops(path)));
        }
    }
    for lane in &mut lanes {
        // What is drawn last stands lowest; what is above it begins where it ends.
        let mut below = vec![0; lane.columns()];
        for (_, tops) in &mut lane.heights {
            for (top, below) in tops.iter_mut().zip(&mut below) {
                let height = top.saturating_sub(*below);
                *below = (*below).max(*top);
                *top = height;
            }
        }
    }
    lanes
}
