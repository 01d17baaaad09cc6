//! Broken workload files as data: each file of `tests/broken` is refused, with the sentence that stands beside it in
//! `expected.tsv`. And whatever happens to a file, it is read or refused with a place inside it, never with a panic.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use concviz::workload::{FileError, SHIPPED, Scale, Workload, parse};
use proptest::prelude::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

/// Why the file `name` cannot be run; its place in the file before that, where it has one.
fn refusal(name: &str, text: &str) -> Option<String> {
    match parse(name, text) {
        Err(error) => Some(error.to_string()),
        Ok(workload) => {
            let variants = workload.variants.iter().map(|variant| &variant.workload);
            let refused = |workload: &Workload| workload.resolve(Scale::ONE).err();
            std::iter::once(&workload).chain(variants).find_map(refused).map(|e| e.to_string())
        }
    }
}

#[test]
fn every_broken_file_is_refused_with_its_sentence() {
    let listed = fs::read_to_string(folder().join("expected.tsv")).expect("the list of sentences");
    let mut expected: BTreeMap<&str, &str> = listed.lines().filter_map(|l| l.split_once('\t')).collect();
    let mut names: Vec<String> = fs::read_dir(folder())
        .expect("the folder of broken files")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|n| n != "expected.tsv")
        .collect();
    names.sort();
    let mut wrong = Vec::new();
    for name in &names {
        let text = fs::read_to_string(folder().join(name)).expect("a text");
        let said = refusal(name, &text).unwrap_or_else(|| "(accepted)".to_owned()).replace('\n', " / ");
        match expected.remove(name.as_str()) {
            Some(sentence) if sentence == said => {}
            other => wrong.push(format!("{name}\t{said}\n    expected: {}", other.unwrap_or("(not listed)"))),
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(expected.is_empty(), "listed without a file: {expected:?}");
}

/// Where a text of somebody else's can stand in a file, `@` being that text.
const PLACES: &[&str] = &[
    "format = 1\nname = \"w\"\n\"@\" = 1\n",
    "format = 1\nname = 1\n\"@\" = 1\n\"@\" = 2\n",
    "format = \"@\"\nname = \"w\"\n",
    "format = 1\nname = \"w\"\nworkers = \"@\"\n[[tasks]]\nname = \"t\"\nsteps = [\"yield\"]\n",
    "format = 1\nname = \"w\"\n[params]\n\"@\" = 1\n[[tasks]]\nname = \"t\"\nsteps = [{ sleep = \"@\" }, { sleep = \"wait\" }]\n",
    "format = 1\nname = \"w\"\n[params]\n\"@\" = 1\n[[tasks]]\nname = \"t\"\nsteps = [{ sleep = \"wait\" }]\n",
    "format = 1\nname = \"w\"\n[params]\ncpu = \"@\"\n[[tasks]]\nname = \"t\"\nsteps = [\"yield\"]\n",
    "format = 1\nname = \"w\"\n[[tasks]]\nname = \"@\"\nsteps = [{ repeat = { until = \"@\", steps = [\"yield\"] } }]\n",
    "format = 1\nname = \"w\"\n[[tasks]]\nname = \"@\"\nsteps = [{ repeat = { until = \"u\", steps = [\"yield\"] } }]\n",
    "format = 1\nname = \"w\"\n[[tasks]]\nname = \"t\"\nsteps = [{ repeat = { until = \"@\", steps = [\"yield\"] } }]\n",
    "format = 1\nname = \"w\"\n[[tasks]]\nname = \"@\"\nsteps = [{ sleep = 5 }]\n",
    "format = 1\nname = \"w\"\n[[tasks]]\nname = \"t\"\nsteps = [\"@\"]\n",
    "format = 1\nname = \"w\"\n[[tasks]]\nname = \"t\"\nsteps = [{ \"@\" = 1 }]\n",
    "format = 1\nname = \"w\"\n[[tasks]]\nname = \"t\"\nsteps = [{ compute = { amount = 1, kernel = \"@\" } }]\n",
    "format = 1\nname = \"w\"\n[[tasks]]\nname = \"t\"\nbackground = \"@\"\nsteps = [\"yield\"]\n",
    "format = 1\nname = \"w\"\n[[tasks]]\nname = \"t\"\nsteps = [{ lock = { name = \"@\", steps = \
        [{ lock = { name = \"@\", steps = [\"yield\"] } }] } }]\n",
    "format = 1\nname = \"w\"\nlock = \"@\"\n[[tasks]]\nname = \"t\"\nsteps = [\"yield\"]\n",
    "format = 1\nname = \"w\"\nvariant = \"v@\"\n[[tasks]]\nname = \"t\"\nsteps = [\"yield\"]\n\
        [[variants]]\nname = \"v@\"\n[[variants]]\nname = \"v@\"\n",
    "format = 1\nname = \"w\"\nvariant = \"v\"\n[[tasks]]\nname = \"t\"\nsteps = [\"yield\"]\n\
        [[variants]]\nname = \"u\"\n\"@\" = 1\n",
];

/// Whether a terminal would obey it, or nobody would see it.
fn is_harmful(c: char) -> bool {
    let hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || hidden
}

#[test]
fn what_a_file_holds_is_repeated_harmlessly_and_in_part() {
    let escape = |text: &str| -> String {
        let escaped =
            |c: char| if c == '"' || c == '\\' || is_harmful(c) { format!("\\U{:08x}", c as u32) } else { c.into() };
        text.chars().map(escaped).collect()
    };
    let (long, wide) = ("x".repeat(100_000), "\u{202e}\u{1b}".repeat(50_000));
    let hostile = [
        "\u{1b}[2J",
        "\0",
        "a\nb",
        "\u{9b}31m",
        "gnp.\u{202e}exe",
        "pass\u{200b}word",
        "<script>",
        "`a`",
        &long,
        &wide,
    ];
    for text in hostile {
        for place in PLACES {
            let file = place.replace('@', &escape(text));
            let said = refusal(&format!("{text}.toml"), &file).unwrap_or_else(|| panic!("{place} is refused"));
            assert!(!said.contains(is_harmful), "{place}: {said:?}");
            assert!(said.chars().count() <= 1_000, "{place}: {} characters", said.chars().count());
        }
    }
    // Also where it is no part of a text, and the reader stops at it.
    for text in ["\u{1b}[2J", "\0", "\u{9b}", "\u{202e}", "\u{200b}", &long] {
        let said = refusal("w.toml", &format!("format = 1\n{text} = 1\nname = {text}")).expect("it is refused");
        assert!(!said.contains(is_harmful) && said.chars().count() <= 1_000, "{said:?}");
    }
}

fn lies_within(error: &FileError, text: &str) -> bool {
    let lines = text.matches('\n').count() + 1;
    let line = text.split('\n').nth(error.line.saturating_sub(1)).unwrap_or("");
    (1..=lines).contains(&error.line) && (1..=line.chars().count() + 1).contains(&error.column)
}

/// What may happen to a text.
#[derive(Clone, Debug)]
enum Mutation {
    Delete(usize, usize),
    Insert(usize, String),
    Repeat(usize, usize, usize),
    Swap(usize, usize),
}

/// Words that mean something in such a file, and some that mean nothing anywhere.
const WORDS: &[&str] = &[
    "[[tasks]]",
    "[params]",
    "steps",
    " = ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'''",
    "repeat",
    "times",
    "until",
    "for",
    "-1",
    "0",
    "99999999999999999999",
    "1e308",
    "nan",
    "5ms",
    "index",
    " * ",
    "\n",
    "\r\n",
    "\t",
    "#",
    ",",
    ".",
    "\u{feff}",
    "\u{0}",
    "é",
    "🦀",
    "\\u0000",
    "true",
    "1979-05-27",
    "yield",
    "await",
];

fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let at = || any::<proptest::sample::Index>().prop_map(|i| i.index(1 << 16));
    let word = proptest::sample::select(WORDS).prop_map(str::to_owned);
    let one = prop_oneof![
        (at(), 0usize..20).prop_map(|(a, n)| Mutation::Delete(a, n)),
        (at(), prop_oneof![word, any::<String>()]).prop_map(|(a, w)| Mutation::Insert(a, w)),
        (at(), 0usize..60, 1usize..5).prop_map(|(a, n, k)| Mutation::Repeat(a, n, k)),
        (at(), at()).prop_map(|(a, b)| Mutation::Swap(a, b)),
    ];
    proptest::collection::vec(one, 1..8)
}

fn mutate(text: &str, mutations: &[Mutation]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for mutation in mutations {
        let place = |at: usize| at % (chars.len() + 1);
        match mutation {
            Mutation::Delete(at, n) => {
                let from = place(*at);
                chars.drain(from..(from + n).min(chars.len()));
            }
            Mutation::Insert(at, word) => {
                let at = place(*at);
                chars.splice(at..at, word.chars());
            }
            Mutation::Repeat(at, n, k) => {
                let from = place(*at);
                let piece = chars[from..(from + n).min(chars.len())].repeat(*k);
                chars.splice(from..from, piece);
            }
            Mutation::Swap(a, b) => {
                let (a, b) = (place(*a), place(*b));
                if a < chars.len() && b < chars.len() {
                    chars.swap(a, b);
                }
            }
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_file_is_read_or_refused_with_its_place(file in proptest::sample::select(SHIPPED), changes in mutations()) {
        let text = mutate(file.text, &changes);
        match parse("mutated.toml", &text) {
            Ok(workload) => {
                // Whether it can be run is another question; it must be answered without a panic.
                let _ = workload.resolve(Scale::ONE);
            }
            Err(error) => {
                prop_assert!(!error.why.to_string().is_empty());
                prop_assert!(lies_within(&error, &text), "{error} in {text:?}");
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        if let Err(error) = parse("any.toml", &text) {
            prop_assert!(lies_within(&error, &text), "{error} in {text:?}");
        }
    }
}
