//! A map of who is fastest as a picture: a field for each cell, in the winner's colour and with its letter.

use crate::export::picture::{Anchor, Element, Fill, Ink, Picture, Words, width_of};
use crate::insight;
use crate::palette::Role;
use crate::recording::map::{Map, Winner};
use crate::report::{map_letter, map_sentence};
use crate::text;
use crate::text::report::compare::MapLine;
use crate::units::TaskId;

/// The space around everything, and the height of the strip with the title.
const MARGIN: f64 = 32.0;
const HEAD: f64 = 46.0;
/// The room for the numbers of tasks.
const NAMES: f64 = 90.0;
/// Width and height of a field at most, and the space between two.
const FIELD: (f64, f64) = (150.0, 56.0);
const GAP: f64 = 4.0;
/// Sizes of texts.
const TITLE: f64 = 15.0;
const SENTENCE: f64 = 22.0;
const SMALL: f64 = 14.0;
const LETTER: f64 = 26.0;
const FOOT: f64 = 12.0;
/// The narrowest picture.
const LEAST: f64 = 640.0;

/// The colour of the model at `place`. Those of tasks: states have no place in it.
fn role(place: usize) -> Role {
    Role::Task(TaskId(place as u32))
}

/// `map` as a picture; `command` makes it again.
pub fn of_map(map: &Map, command: &str) -> Picture {
    let columns = map.waits.len().max(1) as f64;
    let sentence = map_sentence(map);
    let wide = ((1_200.0 - 2.0 * MARGIN - NAMES) / columns - GAP).clamp(24.0, FIELD.0);
    let fields = NAMES + columns * (wide + GAP);
    // A long sentence is set smaller rather than cut.
    let said = SENTENCE.min((1_200.0 - 2.0 * MARGIN) / (width_of(&sentence, 1.0)).max(1.0));
    let width = (fields.max(width_of(&sentence, said)) + 2.0 * MARGIN).max(LEAST).round();
    let mut page = Page { still: Vec::new(), y: HEAD };
    page.rect((0.0, 0.0), (width, HEAD), Fill::Solid(Ink::Strip));
    let title = MapLine::Head { length: map.length, cores: map.cores, rounds: map.rounds() }.text();
    page.words((MARGIN, 29.0), Anchor::Start, (TITLE, true), Role::Text.into(), title.clone());
    page.y += 44.0;
    page.words((MARGIN, page.y), Anchor::Start, (said, true), Role::Text.into(), sentence.clone());
    page.y += 40.0;
    let left = MARGIN + NAMES;
    page.words((left, page.y), Anchor::Start, (SMALL, false), Role::Dim.into(), MapLine::Waiting.text());
    page.y += 24.0;
    let tasks = MapLine::Tasks.text();
    page.words((left - 16.0, page.y), Anchor::End, (SMALL, false), Role::Dim.into(), tasks);
    for (column, wait) in map.waits.iter().enumerate() {
        let x = left + (wide + GAP) * column as f64 + wide / 2.0;
        page.words((x, page.y), Anchor::Middle, (SMALL, false), Role::Dim.into(), format!("{wait} %"));
    }
    page.y += 12.0;
    for (row, tasks) in map.tasks.iter().enumerate() {
        let base = page.y + FIELD.1 / 2.0 + 5.0;
        page.words((left - 16.0, base), Anchor::End, (TITLE, false), Role::Text.into(), tasks.to_string());
        for column in 0..map.waits.len() {
            let Some(cell) = map.cell(row, column) else { continue };
            page.field(map, &cell.winner(), (left + (wide + GAP) * column as f64, page.y), (wide, FIELD.1));
        }
        page.y += FIELD.1 + GAP;
    }
    page.y += 30.0;
    page.legend(map, left);
    page.y += 36.0;
    page.words((MARGIN, page.y), Anchor::Start, (FOOT, false), Role::Dim.into(), text::picture::command(command));
    Picture {
        size: (width, (page.y + 20.0).round()),
        title,
        description: sentence,
        command: command.to_owned(),
        still: page.still,
        moving: Vec::new(),
        plot: ((left, HEAD), (fields - NAMES, page.y)),
    }
}

/// A picture under construction.
struct Page {
    still: Vec<Element>,
    y: f64,
}

impl Page {
    fn rect(&mut self, at: (f64, f64), size: (f64, f64), fill: Fill) {
        self.still.push(Element::Rect(at, size, fill));
    }

    fn words(&mut self, at: (f64, f64), anchor: Anchor, (size, bold): (f64, bool), ink: Ink, text: String) {
        self.still.push(Element::Words(Words { at, anchor, size, bold, ink, text }));
    }

    /// A cell: a tie is empty, what nobody knows is hatched.
    fn field(&mut self, map: &Map, winner: &Winner, at: (f64, f64), size: (f64, f64)) {
        let fill = match winner {
            Winner::One(place) => Fill::Solid(role(*place).into()),
            Winner::Tie(_) => Fill::Solid(Ink::Strip),
            Winner::Unknown => Fill::Hatched(Role::Faint.into()),
        };
        self.rect(at, size, fill);
        if let Winner::One(place) = winner {
            let middle = (at.0 + size.0 / 2.0, at.1 + size.1 / 2.0 + LETTER * 0.36);
            let letter = map_letter(map, winner).to_string();
            self.words(middle, Anchor::Middle, (LETTER, true), Ink::On(role(*place)), letter);
        }
    }

    fn legend(&mut self, map: &Map, left: f64) {
        let mut x = left;
        for (place, model) in map.models.iter().enumerate() {
            let who = insight::who(*model);
            self.rect((x, self.y - 14.0), (20.0, 18.0), Fill::Solid(role(place).into()));
            let letter = who.letter().to_string();
            self.words((x + 10.0, self.y), Anchor::Middle, (SMALL, true), Ink::On(role(place)), letter);
            let name = who.row();
            let wide = width_of(&name, SMALL);
            self.words((x + 28.0, self.y), Anchor::Start, (SMALL, false), Role::Dim.into(), name);
            x += 28.0 + wide + 26.0;
        }
        self.rect((x, self.y - 14.0), (20.0, 18.0), Fill::Solid(Ink::Strip));
        self.words((x + 28.0, self.y), Anchor::Start, (SMALL, false), Role::Dim.into(), MapLine::Tie.text());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Model, ModelKind};
    use crate::palette::Theme;
    use crate::recording::map::Cell;
    use crate::units::Ns;

    #[test]
    fn a_map_has_a_letter_for_each_winner_and_nothing_for_a_tie() {
        let ms = Ns::from_millis;
        let cell = |serial: u64, threads: u64| Cell {
            times: vec![vec![ms(serial); 3], vec![ms(threads); 3]],
            failures: vec![None, None],
        };
        let models = vec![Model::plain(ModelKind::Serial), Model::plain(ModelKind::Threads)];
        let cells = vec![cell(10, 10), cell(20, 10), cell(10, 20), Cell::of(2)];
        let map =
            Map { length: ms(20), cores: 2.0, models, tasks: vec![1, 8], waits: vec![0, 90], cells, others: None };
        let picture = of_map(&map, "concviz map");
        let letters: Vec<&str> = picture
            .elements()
            .filter_map(|e| match e {
                Element::Words(words) if (words.size - LETTER).abs() < 0.1 => Some(words.text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(letters, ["T", "S"]);
        let svg = picture.svg(None);
        assert!(svg.contains("concviz map") && svg.contains(&picture.description), "{svg}");
        assert!(picture.png(Theme::Light, 1.0).is_ok_and(|png| png.starts_with(b"\x89PNG")));
        let inside = |at: (f64, f64)| at.0 >= 0.0 && at.0 <= picture.size.0 && at.1 <= picture.size.1;
        assert!(picture.elements().all(|e| match e {
            Element::Rect(at, size, _) => inside((at.0 + size.0, at.1 + size.1)),
            Element::Words(words) => inside(words.at),
            _ => false,
        }));
    }
}
