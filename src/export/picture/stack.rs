//! The lanes of a run, or those of several runs one above the other on one axis, each under a heading with its time.

use super::list::{Anchor, Element, Picture, Words, width_of};
use super::page::{Below, Entry, MARGIN, Page, Wide, shorten};
use super::{Caption, Options, Subject};
use crate::palette::Role;
use crate::recording::badge;
use crate::trace::Trace;

/// One run of a picture.
#[derive(Clone, Debug)]
pub struct StackedRun<'a> {
    /// What it is called: its model.
    pub name: String,
    /// What was recorded of it.
    pub trace: &'a Trace,
}

/// The size of a heading, in pixels: it is read where the picture is small.
const HEADING: f64 = 36.0;
/// The space, in pixels, between a heading and its lanes, and between the lanes of a run and the next heading.
const AROUND: (f64, f64) = (18.0, 34.0);

pub(super) fn draw(runs: &[StackedRun<'_>], view: Subject, caption: &Caption, options: &Options, more: f64) -> Picture {
    let row = view.row();
    let several = runs.len() > 1;
    let count = runs.len().max(1);
    // All runs together have no more lanes than one run alone, and no strip stands between the lanes of two runs.
    let each = Options { lanes: (options.lanes() / count).max(1), strip: !several, ..options.clone() };
    let rooms = runs.iter().map(|run| (row.room)(run.trace, &each));
    let (names, beside) = rooms.fold((0.0, 0.0), |(a, b): (f64, f64), (names, beside)| (a.max(names), b.max(beside)));
    let latest = runs.iter().map(|run| run.trace.latest()).max().unwrap_or_default();
    let forgotten = runs.iter().map(|run| run.trace.forgotten).min().unwrap_or_default();
    let badge = badge(runs.iter().map(|run| run.trace)).text();
    let mut page = Page::over(caption, options, &Wide { latest, forgotten, badge, names, beside });
    page.axis();
    let mut below = Vec::new();
    for (place, run) in runs.iter().enumerate() {
        page.look_at(run.trace, options);
        if several {
            page.y += if place == 0 { AROUND.0 / 2.0 } else { AROUND.1 };
            heading(&mut page, run);
        }
        let top = page.y;
        below.push((run, (row.lanes)(&mut page, run.trace, &each, more / count as f64)));
        page.section(top, run.trace, several.then_some(run.name.as_str()));
    }
    page.finish_lanes(options.until.filter(|until| *until < latest));
    let together = together(&below);
    page.legend(&together.entries);
    caption.failures.iter().for_each(|why| page.say(why));
    together.notes.iter().for_each(|note| page.note(note));
    page.finish()
}

/// The name of a run, and its time where it ends: how much longer it took is seen before it is read.
fn heading(page: &mut Page, run: &StackedRun<'_>) {
    page.y += HEADING * 0.8;
    let (base, time) = (page.y, time(run.trace));
    let wide = width_of(&time, HEADING);
    let name = shorten(&run.name, page.edge - MARGIN - wide - 3.0 * HEADING, HEADING);
    let after = MARGIN + width_of(&name, HEADING) + HEADING;
    page.bold((MARGIN, base), Anchor::Start, HEADING, Role::Text, name);
    let x = page.place(run.trace.latest()).max(after + wide).min(page.edge);
    let words =
        Words { at: (x, base), anchor: Anchor::End, size: HEADING, bold: true, ink: Role::Accent.into(), text: time };
    // In a moving picture the time comes with the end of the run, if it stands where time passes.
    if x - wide >= page.left && x <= page.right {
        page.picture.moving.push(Element::Words(words));
    } else {
        page.still(Element::Words(words));
    }
    page.y += AROUND.0;
}

/// How long the run took; how far it is known, where it has no end.
fn time(trace: &Trace) -> String {
    trace.makespan().unwrap_or_else(|| trace.latest()).to_string()
}

/// What stands below the lanes of all runs: shared entries once, and without figures, which would be those of one run.
fn together(below: &[(&StackedRun<'_>, Below)]) -> Below {
    if let [(_, one)] = below {
        return one.clone();
    }
    let mut all = Below::default();
    for (_, of) in below {
        for entry in &of.entries {
            if !all.entries.iter().any(|known| known.fill == entry.fill && known.text == entry.text) {
                all.entries.push(Entry { share: String::new(), ..entry.clone() });
            }
        }
    }
    for (run, of) in below {
        for note in &of.notes {
            let of_all = below.iter().all(|(_, other)| other.notes.contains(note));
            let note = if of_all { note.clone() } else { format!("{}: {note}", run.name) };
            if !all.notes.contains(&note) {
                all.notes.push(note);
            }
        }
    }
    all
}
