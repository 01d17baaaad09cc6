//! One self-contained page of all runs of a comparison: the handout for those who have no installation. It asks for
//! nothing over any network and says so itself, and its words can be read without its script.
//!
//! The page's sources lie in `assets/html`; they are plain, and put together here.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::palette::Theme;
use crate::text::{handout, markup, outside};
use crate::trace::Trace;
use crate::units::Ns;

mod data;
mod levels;
mod pack;
#[cfg(test)]
mod tests;

const PAGE: &str = include_str!("../../assets/html/page.html");
const STYLE: &str = include_str!("../../assets/html/style.css");
/// The script, in the order in which its parts build on each other.
const SCRIPT: [&str; 7] = [
    include_str!("../../assets/html/data.js"),
    include_str!("../../assets/html/draw.js"),
    include_str!("../../assets/html/levels.js"),
    include_str!("../../assets/html/state.js"),
    include_str!("../../assets/html/timeline.js"),
    include_str!("../../assets/html/board.js"),
    include_str!("../../assets/html/page.js"),
];

/// What a page shows.
#[derive(Clone, Debug, Default)]
pub struct Page<'a> {
    /// The name of what is compared, as it stands in the title.
    pub title: &'a str,
    /// What the workload does, in a line.
    pub subtitle: &'a str,
    /// The verdict; empty where there is none.
    pub sentence: &'a str,
    /// The command that makes the same again; empty where nobody knows it.
    pub command: &'a str,
    /// What it was measured on; empty where nobody knows.
    pub machine: &'a str,
    /// What the runs did; where this is empty, they all did what the page says.
    pub works: Vec<PageWork<'a>>,
    /// The runs, in the order in which they are listed.
    pub runs: Vec<PageRun<'a>>,
}

/// A work of a page: its runs stand beside each other on one axis.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageWork<'a> {
    /// What it does, in a line.
    pub title: &'a str,
    /// The verdict on its runs; empty where there is none.
    pub sentence: &'a str,
    /// The shortest time that is possible, and why; nothing where that cannot be said.
    pub ideal: Option<(Ns, &'a str)>,
}

/// One run of a page.
#[derive(Clone, Debug)]
pub struct PageRun<'a> {
    /// What it is called: `threads+GIL`, with the name of its work where there are several.
    pub name: &'a str,
    /// The place of its work.
    pub work: usize,
    /// The key that leads to it, as in the program: `1` to `4`. Runs of one work may share one: pressed again it leads to
    /// the next.
    pub key: char,
    /// Whether it is the variant with a global lock, which `g` leads to.
    pub locked: bool,
    /// What happened.
    pub trace: &'a Trace,
    /// What is to be seen in it; empty where there is nothing.
    pub sentence: &'a str,
    /// Where it comes from: `MEASURED`.
    pub badge: &'a str,
    /// How much faster it was than serial, in words: `1.95×`; empty where that cannot be said.
    pub ratio: &'a str,
    /// How many cores it may use; 0 where nobody knows.
    pub cores: f64,
    /// Its figures: what each is called, and how much. They become the columns of one table.
    pub figures: Vec<(String, String)>,
    /// Reservations that a reader has to know before the figures are believed.
    pub notes: Vec<String>,
}

/// `page` as an HTML document: in `theme`, or in light or dark as the reader's system is.
///
/// Spans are exact to the nanosecond as long as those of all runs take less than about 8 MB; of runs with more there
/// are sums over a fine grid, and the page says so.
pub fn html(page: &Page<'_>, theme: Option<Theme>) -> String {
    html_within(page, theme, data::ROOM)
}

fn html_within(page: &Page<'_>, theme: Option<Theme>, room: usize) -> String {
    let script = format!("\"use strict\";\n(() => {{\n{}}})();\n", SCRIPT.concat());
    // Structures of numbers and texts can always be written.
    let data = serde_json::to_string(&data::document(page, room)).unwrap_or_default();
    fill(PAGE, |name, out| match name {
        "theme" => out.push_str(theme.map_or("auto", Theme::name)),
        "policy" => {
            let _ = write!(
                out,
                "default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
                fingerprint(STYLE),
                fingerprint(&script)
            );
        }
        "title" => escape(page.title, out),
        "subtitle" => escape(page.subtitle, out),
        "sentence" => escape(page.sentence, out),
        "command" => escape(page.command, out),
        "machine" => escape(page.machine, out),
        "figures" => figures(page, out),
        "notes" => notes(page, out),
        "style" => out.push_str(STYLE),
        "script" => out.push_str(&script),
        "data" => inert(&data, out),
        "version" => out.push_str(env!("CARGO_PKG_VERSION")),
        word => escape(handout::word(word), out),
    })
}

/// `template` with each `{{name}}` replaced by what `put` adds for it. The text that `put` adds is not searched for
/// names.
fn fill(template: &str, mut put: impl FnMut(&str, &mut String)) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once("}}") else { break };
        put(name, &mut out);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Adds `text` so that it is text in an element and in a quoted attribute.
fn escape(text: &str, out: &mut String) {
    out.push_str(&markup::xml(text));
}

/// Adds JSON so that nothing in it can end the element that it stands in, or begin another.
fn inert(json: &str, out: &mut String) {
    // Control characters are escaped in it already. Other characters that must not be shown are not, but they stand
    // inside of texts only.
    for c in outside(json).chars() {
        match c {
            // These too stand inside of texts only.
            '<' | '>' | '&' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

/// How the page's policy names the one script or style sheet that it allows.
fn fingerprint(text: &str) -> String {
    // A browser makes each line end of a document one character; these texts have no others.
    format!("sha256-{}", pack::base64(&Sha256::digest(text.as_bytes())))
}

/// Adds the rows of the table of figures: a column for each that any run has.
fn figures(page: &Page<'_>, out: &mut String) {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in page.runs.iter().flat_map(|run| &run.figures) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let _ = write!(out, "<thead><tr><th scope=\"col\">{}</th>", handout::word("model"));
    for name in &names {
        out.push_str("<th scope=\"col\">");
        escape(name, out);
        out.push_str("</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for run in &page.runs {
        out.push_str("<tr><th scope=\"row\">");
        escape(run.name, out);
        out.push_str("</th>");
        for name in &names {
            let figure = run.figures.iter().find(|(known, _)| known == name).map_or("", |(_, figure)| figure);
            out.push_str("<td>");
            escape(if figure.is_empty() { "-" } else { figure }, out);
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>");
}

/// Adds what each run says of itself.
fn notes(page: &Page<'_>, out: &mut String) {
    for run in page.runs.iter().filter(|run| !run.sentence.is_empty() || !run.notes.is_empty()) {
        out.push_str("<li><b>");
        escape(run.name, out);
        out.push_str("</b>");
        for text in [run.sentence].into_iter().chain(run.notes.iter().map(String::as_str)).filter(|t| !t.is_empty()) {
            out.push_str(" <span>");
            escape(text, out);
            out.push_str("</span>");
        }
        out.push_str("</li>\n");
    }
}
