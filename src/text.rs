//! Every text a person reads of a run, on the screen and without it: labels as an enum, sentences as values with named
//! figures. A second language is a second arm here and nothing anywhere else; what is missing does not compile.

pub mod amount;
pub mod cli;
pub mod cores;
mod costs;
pub mod doctor;
mod doubt;
pub mod exported;
mod failure;
pub mod file;
pub mod handout;
mod here;
mod label;
mod link;
pub mod made;
pub mod markup;
mod no_rates;
mod no_record;
pub mod orders;
mod outside;
pub mod picture;
mod quoted;
mod recording;
pub mod report;
mod rounds;
pub mod screen;
mod sentence;
pub mod shared;
mod sharing;
mod sign;
pub mod storing;
pub mod to_come;
mod uncounted;
mod verdict;
pub mod wire;
pub mod workers;
pub mod workload;

use crate::units::TurnLength;

pub use costs::{Costs, Recorded};
pub use doubt::{Cause, Doubt, bounds, short_speedup, speedup};
pub use failure::{Stop, cannot, failure, failure_here, run_failed};
pub use here::Here;
pub use label::Label;
pub use link::{Link, NoLink};
pub use no_rates::no_rates;
pub use no_record::{no_record, no_record_cure, no_record_reason};
pub use outside::{outside, outside_within};
pub use quoted::{listed, quoted, said};
pub use recording::{
    comparison_title, cut_off_here, machine, measuring, named_run, no_dots_of_the_screen, no_file, no_picture,
    no_room_for_it, no_such_run, no_such_screen, not_exported, not_stored, nothing_in_range, of_row, of_works,
    picture_title, run_of_work, same_ink, saved, several_runs, stored, unreadable_run, work, work_again,
};
pub use report::Additions;
pub use sentence::{Sentence, Try, Waiters, Waits};
pub use sharing::{Behind, Reason, Round, Sharing};
pub use sign::Sign;
pub use uncounted::Uncounted;
pub use verdict::{Base, Clause, Limit, NoRatio, Verdict, Who, Why};

use crate::units::Ns;

/// That a stored plan plans nothing.
pub const NO_STAGE: &str = "the plan has no stage";

/// As much of `name` as leaves room for the rest of a sentence: `longest` characters at most.
fn short(name: &str, longest: usize) -> String {
    if name.chars().count() <= longest {
        return name.to_owned();
    }
    name.chars().take(longest - 1).chain(['…']).collect()
}

/// `n` with its noun, in the singular or the plural.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// The interval of a global lock, in the unit in which its generation counts.
pub fn turn_length(length: TurnLength) -> String {
    match length {
        TurnLength::Time(time) => time.to_string(),
        TurnLength::Ticks(ticks) => counted(ticks.into(), "tick", "ticks"),
    }
}

/// A small number as a word, as a sentence begins: `Four`.
pub fn number_word(n: usize) -> String {
    const WORDS: [&str; 13] =
        ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];
    WORDS.get(n).map_or_else(|| n.to_string(), |w| (*w).to_owned())
}

/// `text` on lines of `width` columns, broken between words; a longer word has a line to itself.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => *line += &format!(" {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The ASCII character that comes nearest to `c`.
pub fn to_ascii(c: char) -> char {
    match c {
        c if c.is_ascii() => c,
        '×' => 'x',
        '…' => '~',
        '–' => '-',
        _ => '?',
    }
}

/// A factor as people say it: `1.95×`, `12×`.
pub fn factor(x: f64) -> String {
    if x >= 10.0 { format!("{x:.0}×") } else { format!("{x:.2}×") }
}

/// How many rounds a task made, and how many of them in a second, where that can be said.
pub fn laps(laps: u64, time: Ns) -> String {
    let per_second = laps as f64 / time.as_secs();
    if time > Ns::ZERO { format!("{laps} ({per_second:.0}/s)") } else { laps.to_string() }
}

/// Rounds in a second, with a digit after the point where there are few.
pub fn rate_of(rate: f64) -> String {
    if rate < 9.95 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

/// A share in per cent, never rounded up to all or down to nothing.
pub fn percent(share: f64) -> String {
    let rounded = (share * 100.0).round();
    match rounded as i64 {
        0 if share > 0.0 => "<1 %".to_owned(),
        100 if share < 0.999 => "99 %".to_owned(),
        n => format!("{n} %"),
    }
}

/// `2`, but `1.5` where it is not whole.
fn whole(x: f64) -> String {
    if (x - x.round()).abs() < 0.05 { format!("{x:.0}") } else { format!("{x:.1}") }
}

/// `2 cores`, `1 core`.
fn of_cores(cores: f64) -> String {
    let one = (cores - 1.0).abs() < 0.05;
    format!("{} {}", whole(cores), if one { "core" } else { "cores" })
}

/// `1.5 of 2`: how many cores were busy.
fn cores_of(busy: f64, cores: f64) -> String {
    format!("{} of {}", whole(busy), whole(cores))
}

/// `Both cores busy`, or how many of them.
fn all_busy(busy: f64, cores: f64, begins: bool) -> String {
    match (busy > 0.9 * cores && (cores - 2.0).abs() < 0.05, begins) {
        (true, true) => "Both cores busy".to_owned(),
        (true, false) => "both cores busy".to_owned(),
        (false, _) => format!("{} cores busy", cores_of(busy, cores)),
    }
}
