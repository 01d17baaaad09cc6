//! The order in which tasks finished as a picture: a line for each run, a field for each place in the colour of the task
//! that finished there.

use crate::export::picture::{ADVANCE, Anchor, Element, Fill, Ink, Options, Picture, Words, width_of};
use crate::insight::{KEPT_ORDERS, Orders, parted};
use crate::palette::Role;
use crate::recording::{Comparison, Recording};
use crate::text::{self, Label};
use crate::trace::Track;
use crate::units::{Ns, TaskId};

/// The space around everything, and the height of the strip with the title.
const MARGIN: f64 = 32.0;
const HEAD: f64 = 46.0;
/// The room for the names of runs, and for the texts beside their lines.
const NAMES: f64 = 80.0;
const BESIDE: f64 = 140.0;
/// Width and height of a field at most, and the least width in which a field is seen.
const FIELD: (f64, f64) = (64.0, 30.0);
const LEAST: f64 = 4.0;
/// Sizes of texts.
const TITLE: f64 = 15.0;
const SENTENCE: f64 = 19.0;
const SMALL: f64 = 13.0;
const FOOT: f64 = 12.0;

/// The orders of the runs of one row, the newest first, each with the number of its run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderedRow {
    /// What the row is called.
    pub name: String,
    /// The runs.
    pub runs: Vec<(usize, Vec<TaskId>)>,
}

impl OrderedRow {
    /// The rows of `runs`, each with its last runs that came to their end; of tasks that finished in `options.range`, if
    /// one is asked for.
    pub fn of(runs: &[&Recording], options: &Options) -> Vec<OrderedRow> {
        let order = |run: &Recording| {
            let trace = &run.trace;
            let within = |task: &TaskId| {
                let ended = trace.tasks.get(task.index()).and_then(Track::ended_at).unwrap_or(Ns::ZERO);
                options.range.is_none_or(|range| range.contains(ended))
            };
            let until = options.until.unwrap_or(Ns::MAX);
            trace.finished(until).into_iter().filter(within).collect::<Vec<_>>()
        };
        let row = |row: &crate::recording::Row| {
            let over =
                row.runs.iter().filter_map(|place| runs.get(*place)).filter(|run| run.trace.makespan().is_some());
            let mut runs: Vec<(usize, Vec<TaskId>)> = (1..).zip(over.map(|run| order(run))).collect();
            runs.reverse();
            runs.truncate(KEPT_ORDERS);
            OrderedRow { name: row.name(), runs }
        };
        Comparison::of(runs).rows.iter().map(row).filter(|row| !row.runs.is_empty()).collect()
    }

    /// What all its orders have in common, in a sentence.
    fn sentence(&self) -> String {
        let orders: Vec<&[TaskId]> = self.runs.iter().map(|(_, tasks)| tasks.as_slice()).collect();
        Orders::of(&orders).text(&self.name, orders.first().copied().unwrap_or_default())
    }
}

/// `rows` as a picture called `title`; `command` makes it again.
pub fn of_orders(rows: &[OrderedRow], title: &str, options: &Options, command: &str) -> Picture {
    let width = if options.width.is_finite() { options.width.clamp(480.0, 8_000.0).round() } else { 1_200.0 };
    let left = MARGIN + NAMES;
    let places = rows.iter().flat_map(|row| &row.runs).map(|(_, tasks)| tasks.len()).max().unwrap_or(0);
    let room = width - left - BESIDE - MARGIN;
    let wide = (room / places.max(1) as f64).clamp(LEAST, FIELD.0);
    let fields = Fields { left, wide, count: ((room / wide) as usize).min(places), beside: width - BESIDE };
    let mut page = Page { still: Vec::new(), y: HEAD };
    page.still.push(Element::Rect((0.0, 0.0), (width, HEAD), Fill::Solid(Ink::Strip)));
    let title = options.title.clone().unwrap_or_else(|| title.to_owned());
    let most = ((width - 2.0 * MARGIN) / (TITLE * ADVANCE)) as usize;
    let head = if title.chars().count() > most { title.chars().take(most).collect() } else { title.clone() };
    page.words((MARGIN, 29.0), Anchor::Start, (TITLE, true), Role::Text.into(), head);
    page.y += 8.0;
    for row in rows {
        page.row(row, &fields, width);
    }
    if rows.is_empty() {
        page.y += 34.0;
        page.words(
            (MARGIN, page.y),
            Anchor::Start,
            (SENTENCE, true),
            Role::Text.into(),
            text::orders::none().to_owned(),
        );
    }
    page.y += 34.0;
    page.words((MARGIN, page.y), Anchor::Start, (SMALL, false), Role::Dim.into(), text::orders::places()[0].to_owned());
    if !command.is_empty() {
        page.y += 28.0;
        page.words((MARGIN, page.y), Anchor::Start, (FOOT, false), Role::Dim.into(), text::picture::command(command));
    }
    let description = rows.iter().map(OrderedRow::sentence).collect::<Vec<_>>().join(" ");
    let picture = Picture {
        size: (width, (page.y + 22.0).round()),
        title,
        description,
        command: command.to_owned(),
        still: page.still,
        moving: Vec::new(),
        plot: ((left, HEAD), (room, page.y - HEAD)),
    };
    match options.height.filter(|height| height.is_finite()) {
        Some(height) => picture.fit(width, height.clamp(200.0, 8_000.0)),
        None => picture,
    }
}

/// Where fields stand.
struct Fields {
    left: f64,
    wide: f64,
    count: usize,
    beside: f64,
}

/// A picture under construction.
struct Page {
    still: Vec<Element>,
    y: f64,
}

impl Page {
    fn words(&mut self, at: (f64, f64), anchor: Anchor, (size, bold): (f64, bool), ink: Ink, text: String) {
        self.still.push(Element::Words(Words { at, anchor, size, bold, ink, text }));
    }

    fn row(&mut self, row: &OrderedRow, fields: &Fields, width: f64) {
        self.y += 34.0;
        let sentence = row.sentence();
        // A long sentence is set smaller rather than cut.
        let size = SENTENCE.min((width - 2.0 * MARGIN) / width_of(&sentence, 1.0).max(1.0));
        self.words((MARGIN, self.y), Anchor::Start, (size, true), Role::Text.into(), sentence);
        self.y += 22.0;
        self.places(fields);
        let newest = row.runs.first().map(|(_, tasks)| tasks.as_slice()).unwrap_or_default();
        for (place, (number, tasks)) in row.runs.iter().enumerate() {
            self.line((place == 0, *number, tasks), newest, fields);
        }
    }

    /// The numbers of the places.
    fn places(&mut self, fields: &Fields) {
        let label = width_of(&fields.count.to_string(), SMALL) + 8.0;
        let every = [1usize, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];
        let every = every.into_iter().find(|n| *n as f64 * fields.wide >= label).unwrap_or(1_000);
        let dim: Ink = Role::Dim.into();
        for place in (1..=fields.count).filter(|place| *place == 1 || place.is_multiple_of(every)) {
            let x = fields.left + (place as f64 - 0.5) * fields.wide;
            self.words((x, self.y), Anchor::Middle, (SMALL, false), dim, place.to_string());
        }
        self.words((fields.beside, self.y), Anchor::Start, (SMALL, false), dim, Label::Place.text().to_owned());
        self.y += 8.0;
    }

    fn line(&mut self, (is_newest, number, tasks): (bool, usize, &[TaskId]), newest: &[TaskId], fields: &Fields) {
        let base = self.y + FIELD.1 / 2.0 + 5.0;
        let ink: Ink = if is_newest { Role::Text } else { Role::Dim }.into();
        self.words((MARGIN, base), Anchor::Start, (TITLE, false), ink, text::orders::run(number));
        let gap = if fields.wide >= 12.0 { 2.0 } else { 0.0 };
        for (place, task) in tasks.iter().take(fields.count).enumerate() {
            let x = fields.left + place as f64 * fields.wide;
            let role = Role::Task(*task);
            let field = ((x, self.y), (fields.wide - gap, FIELD.1 - 1.0));
            self.still.push(Element::Rect(field.0, field.1, Fill::Solid(role.into())));
            let text = (task.0 + 1).to_string();
            if width_of(&text, SMALL) + 4.0 <= fields.wide - gap {
                let at = (x + (fields.wide - gap) / 2.0, base);
                self.words(at, Anchor::Middle, (SMALL, true), Ink::On(role), text);
            }
        }
        let more = tasks.len().saturating_sub(fields.count);
        let beside = if more > 0 {
            Some(text::orders::more(more))
        } else {
            let parts = (newest != tasks).then(|| parted(newest, tasks));
            (!is_newest).then(|| text::orders::beside(parts)[0].clone())
        };
        if let Some(text) = beside {
            self.words((fields.beside, base), Anchor::Start, (SMALL, false), Role::Dim.into(), text);
        }
        self.y += FIELD.1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, orders: &[&[u32]]) -> OrderedRow {
        let tasks = |order: &&[u32]| order.iter().copied().map(TaskId).collect();
        OrderedRow { name: name.to_owned(), runs: (1..).zip(orders.iter().map(tasks)).collect() }
    }

    #[test]
    fn every_place_of_every_run_has_a_field_and_nothing_lies_outside() {
        let many: Vec<u32> = (0..1_000).collect();
        for (rows, fields) in [
            (vec![row("threads", &[&[0, 1, 2], &[1, 0, 2]]), row("async", &[&[0, 1, 2]])], 9),
            (vec![row("threads", &[&many])], 229),
            (Vec::new(), 0),
        ] {
            let picture = of_orders(&rows, "a title", &Options::default(), "concviz export");
            let tasks = picture.elements().filter(|e| matches!(e, Element::Rect(_, _, Fill::Solid(Ink::Role(_)))));
            assert_eq!(tasks.count(), fields);
            let inside =
                |at: (f64, f64)| at.0 >= 0.0 && at.0 <= picture.size.0 && at.1 >= 0.0 && at.1 <= picture.size.1;
            assert!(picture.elements().all(|element| match element {
                Element::Rect(at, size, _) => inside((at.0 + size.0, at.1 + size.1)),
                Element::Words(words) => inside(words.at),
                _ => false,
            }));
        }
        let picture = of_orders(&[row("threads", &[&[0, 1], &[1, 0]])], "", &Options::post(), "");
        assert_eq!(
            (picture.size, picture.description.as_str()),
            ((1_200.0, 675.0), "threads: 2 runs, 2 different orders.")
        );
    }
}
