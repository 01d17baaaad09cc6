//! Every text a person reads of a run, on the screen and without it: labels as an enum, sentences as values with named
//! figures. A second language is a second arm here and nothing anywhere else; what is missing does not compile.

mod costs;
mod here;
mod label;
pub mod report;
mod sentence;
mod sharing;

pub use costs::{Costs, Recorded};
pub use here::Here;
pub use label::Label;
pub use sentence::{Sentence, Try, Waiters, Waits};
pub use sharing::{Reason, Sharing};

/// `n` with its noun, in the singular or the plural.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// A small number as a word, as a sentence begins: `Four`.
pub fn number_word(n: usize) -> String {
    const WORDS: [&str; 13] =
        ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];
    WORDS.get(n).map_or_else(|| n.to_string(), |w| (*w).to_owned())
}

/// A character as near as ASCII comes to it.
pub fn to_ascii(c: char) -> char {
    match c {
        c if c.is_ascii() => c,
        '×' => 'x',
        '…' => '~',
        _ => '?',
    }
}

/// A factor as people say it: `1.95×`, `12×`.
pub fn factor(x: f64) -> String {
    if x >= 10.0 { format!("{x:.0}×") } else { format!("{x:.2}×") }
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
