//! What was read from outside, as a sentence repeats it: shown harmlessly, and never longer than a reader needs to find
//! it again.

use super::{outside, outside_within};

/// The widest name, or value, that is repeated, in columns.
const NAME: usize = 60;
/// The widest path of a file, in columns: its end is what tells it from others.
const PATH: usize = 200;
/// The most names of a list.
const NAMES: usize = 20;
/// The widest sentence of somebody else, in columns.
const SENTENCE: usize = 300;

/// `text` between backquotes.
pub fn quoted(text: &str) -> String {
    format!("`{}`", name(text))
}

/// A name, or a value, as it was read.
pub fn name(text: &str) -> String {
    outside_within(text, NAME).into_owned()
}

/// The path of a file; of one that is too long, its end.
pub fn path(text: &str) -> String {
    if text.len() <= PATH {
        return outside_within(text, PATH).into_owned();
    }
    // A character of four bytes may take no column at all: this many characters are always enough, and never all of a
    // megabyte.
    let from = text.char_indices().rev().take(PATH).last().map_or(0, |(at, _)| at);
    let end: Vec<char> = outside(&text[from..]).chars().collect();
    let shown = (0..end.len()).map(|skip| end[skip..].iter().collect::<String>());
    let fits = |shown: &String| *outside_within(shown, PATH - 1) == *shown;
    format!("…{}", shown.into_iter().find(fits).unwrap_or_default())
}

/// What the system, or a library, says of a failure.
pub fn said(sentence: &str) -> String {
    outside_within(sentence, SENTENCE).into_owned()
}

/// Names with commas between, each as `shown` says; of very many, the first ones and how many more there are.
pub fn listed<T>(all: &[T], shown: impl Fn(&T) -> String) -> String {
    let named: Vec<String> = all.iter().take(NAMES).map(shown).collect();
    let more = match all.len().saturating_sub(NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    named.join(", ") + &more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_is_harmless_and_short() {
        assert_eq!(quoted("wait"), "`wait`");
        assert_eq!(quoted("\u{1b}[2J\u{202e}"), "`?[2J?`");
        assert_eq!(quoted(&"x".repeat(100_000)).chars().count(), NAME + 2);
        assert_eq!(said(&"no ".repeat(100_000)).chars().count(), SENTENCE);
    }

    #[test]
    fn a_long_path_keeps_its_end() {
        assert_eq!(path("/home/me/w.toml"), "/home/me/w.toml");
        let long = path(&format!("{}/last/w\u{1b}.toml", "folder/".repeat(1_000)));
        assert!(long.starts_with('…') && long.ends_with("/last/w?.toml"), "{long}");
        assert_eq!(long.chars().count(), PATH);
        let wide = path(&"任务".repeat(1_000));
        assert!(wide.chars().count() <= PATH / 2 + 1 && wide.ends_with("任务"), "{wide}");
    }

    #[test]
    fn a_list_names_a_few_and_counts_the_rest() {
        let names = |n: usize| listed(&vec!["a"; n], |name| quoted(name));
        assert_eq!(names(2), "`a`, `a`");
        assert!(names(1_000).ends_with("`a` and 980 more"));
    }
}
