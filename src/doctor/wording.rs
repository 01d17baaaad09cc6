//! The checks in words for people and as JSON for programs. The text needs no colour and no more than 80 columns.

use serde::Serialize;

use super::{Check, Facts, Verdict};
use crate::recording::SCHEMA;
use crate::text::{doctor as words, outside};

/// The width of the text, in columns.
const WIDTH: usize = 80;
/// The column at which the words begin.
const INDENT: usize = 23;

/// `checks` for people.
pub fn text(checks: &[Check]) -> String {
    let mut out = words::title(env!("CARGO_PKG_VERSION")) + "\n\n";
    for check in checks {
        let head = format!("{:<8} {:<13} ", word(check.verdict), check.topic);
        lay_out(&mut out, &head, &outside(&check.says));
        if let Some(improve) = &check.improve {
            lay_out(&mut out, "", &words::better(&outside(improve)));
        }
    }
    let count = |verdict| checks.iter().filter(|c| c.verdict == verdict).count() as u64;
    out + &format!("\n{}\n", words::summary(count(Verdict::Limits), count(Verdict::Unknown)))
}

/// `facts` and `checks` for programs. Facts are added, never renamed or removed, while `schema` stays the same.
pub fn json(facts: &Facts, checks: &[Check]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: u32,
        concviz: &'static str,
        checks: &'a [Check],
        facts: &'a Facts,
    }
    let document = Document { schema: SCHEMA, concviz: env!("CARGO_PKG_VERSION"), checks, facts };
    serde_json::to_string_pretty(&document).map_or_else(|_| "{}\n".to_owned(), |text| text + "\n")
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => words::GOOD,
        Verdict::Limits => words::LIMITS,
        Verdict::Unknown => words::UNKNOWN,
    }
}

/// Adds `text` after `head`, its words broken into lines that begin below each other. A word that is longer than a line
/// (a path) is not cut.
fn lay_out(out: &mut String, head: &str, text: &str) {
    let mut line = format!("{head:<INDENT$}");
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            *out += &line;
            out.push('\n');
            line = " ".repeat(INDENT);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line += word;
        empty = false;
    }
    *out += line.trim_end();
    out.push('\n');
}
