//! What is told of a race: a table of all figures, what came of it in a sentence, and everything that was measured as
//! JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::courses::Name;
use crate::load::Others;
use crate::race::{Figure, Outcome, Round};
use crate::sides::Runner;
use crate::statistics::{Better, MARGIN, Verdict, rank};

/// Above this share of the cores for others their figures are doubtful.
const BUSY: f64 = 0.05;

/// The names of the figures that are slower.
pub fn slower(outcome: &Outcome) -> Vec<Name> {
    let slower = outcome.figures.iter().filter(|figure| figure.judged().verdict == Verdict::Slower);
    slower.map(|figure| figure.name.clone()).collect()
}

/// Those of `names` that are slower in a second race too. What was not measured again is not forgiven.
pub fn slower_again(mut names: Vec<Name>, second: &Outcome) -> Vec<Name> {
    names.retain(|name| {
        let again = second.figures.iter().find(|figure| figure.name == *name);
        again.is_none_or(|figure| figure.judged().verdict == Verdict::Slower)
    });
    names
}

/// Who races, and how to read what follows.
pub fn head(runners: &[Runner; 2], rounds: usize) -> String {
    let (rank, sure) = rank(rounds);
    let title = |n: usize| &runners[n].entry.title;
    let bounds = format!("between number {rank} and number {} of {rounds} ratios in order", rounds + 1 - rank);
    format!(
        "before  {}\nafter   {}\n\n\
         {rounds} rounds, both in turn. A ratio is that of one round, above 1 where it is worse after. Its interval lies\n\
         {bounds}, and holds the true median in {:.1} % of all\n\
         races, whatever the noise is like. SLOWER is what lies above {MARGIN} with all of its interval.\n",
        title(0),
        title(1),
        sure * 100.0,
    )
}

/// A line for each figure.
pub fn table(outcome: &Outcome) -> String {
    let shorts: Vec<String> = outcome.figures.iter().map(|figure| format!("  {}", figure.name.short())).collect();
    let width = shorts.iter().map(|short| short.chars().count()).max().unwrap_or(0).max(24) + 2;
    let mut text = String::new();
    let mut group = "";
    for (figure, short) in outcome.figures.iter().zip(&shorts) {
        if figure.name.group != group {
            group = figure.name.group;
            let title = format!("{group:width$}{:>12}{:>12}{:>6}", "before", "after", "");
            let _ = writeln!(text, "\n{title}{:>7}   interval", "ratio");
        }
        let judged = figure.judged();
        let (before, after) = (number(judged.before, figure), number(judged.after, figure));
        let interval = format!("{} to {}", ratio(judged.low), ratio(judged.high));
        let verdict = match judged.verdict {
            Verdict::Slower => "SLOWER",
            Verdict::Faster => "faster",
            Verdict::Alike => "",
            Verdict::TooSmall => "too small",
        };
        let unit = figure.unit.name();
        let line = format!("{short:width$}{before:>12}{after:>12} {unit:5}{:>7}   {interval:15}", ratio(judged.ratio));
        let _ = writeln!(text, "{}", format!("{line} {verdict}").trim_end());
    }
    text
}

/// A figure with as many decimals as it was printed with, and what was measured here with three digits or more.
fn number(value: f64, figure: &Figure) -> String {
    let printed = figure.pairs.iter().map(|pair| pair.before.half.max(pair.after.half)).fold(0.0, f64::max);
    let decimals = if printed > 0.0 { -(printed * 2.0).log10() } else { 2.0 - value.abs().max(0.001).log10().floor() };
    format!("{value:.*}", decimals.round().clamp(0.0, 4.0) as usize)
}

/// Ratios without an end come from figures that were nothing.
fn ratio(ratio: f64) -> String {
    if ratio < 100.0 { format!("{ratio:.3}") } else { "> 100".to_owned() }
}

/// What others took of the machine in each round, with a warning where it was much.
pub fn machine(rounds: &[Round]) -> String {
    let percent = |others: Option<Others>| match others {
        None => "?".to_owned(),
        Some(others) if others.host >= 0.0005 => {
            format!("{:.1} + {:.1}", others.programs * 100.0, others.host * 100.0)
        }
        Some(others) => format!("{:.1}", others.programs * 100.0),
    };
    let all: Vec<String> = rounds.iter().map(|round| percent(round.others)).collect();
    let host = if all.iter().any(|text| text.contains('+')) { " + the host" } else { "" };
    let mut text = format!("\nOther programs{host} took of the cores, in % by round: {}\n", all.join("  "));
    let busy = rounds.iter().filter(|round| round.others.is_some_and(|o| o.programs + o.host > BUSY)).count();
    if busy > 0 {
        let _ = writeln!(
            text,
            "WARNING: above {:.0} % in {busy} of {} rounds. Times are doubtful: race again when the machine is idle.",
            BUSY * 100.0,
            rounds.len()
        );
    }
    text
}

/// What came of it, in sentences. `again` is the second race of what was slower in the first, if there was one, and
/// `failed` what is slower in both.
pub fn summary(first: &Outcome, again: Option<&Outcome>, failed: &[Name]) -> String {
    let mut text = String::new();
    for why in &first.left_out {
        let _ = writeln!(text, "Left out: {why}.");
    }
    let count = |verdict| first.figures.iter().filter(|figure| figure.judged().verdict == verdict).count();
    let _ = writeln!(
        text,
        "{} figures: {} slower, {} faster, {} too small to be judged.",
        first.figures.len(),
        count(Verdict::Slower),
        count(Verdict::Faster),
        count(Verdict::TooSmall)
    );
    if let Some(again) = again {
        let _ = writeln!(
            text,
            "Those that were slower were raced again, in {} rounds: {} of them are slower in both races, and only these count.",
            again.rounds.len(),
            failed.len()
        );
    }
    if failed.is_empty() {
        text.push_str("Nothing is slower.\n");
    } else {
        text.push_str("SLOWER after:\n");
        failed.iter().for_each(|name| {
            let _ = writeln!(text, "  {}", name.whole());
        });
    }
    text
}

/// Everything that was measured.
pub fn document(runners: &[Runner; 2], first: &Outcome, again: Option<&Outcome>, failed: &[Name]) -> Value {
    let runner = |n: usize| json!({ "asked": runners[n].entry.asked, "title": runners[n].entry.title });
    json!({
        "before": runner(0),
        "after": runner(1),
        "margin": MARGIN,
        "race": outcome(first),
        "again": again.map(outcome),
        "slower": failed.iter().map(Name::whole).collect::<Vec<_>>(),
    })
}

fn outcome(of: &Outcome) -> Value {
    let round = |round: &Round| {
        json!({
            "first": if round.before_first { "before" } else { "after" },
            "seconds": round.took.as_secs_f64(),
            "other_programs": round.others.map(|others| others.programs),
            "host": round.others.map(|others| others.host),
        })
    };
    json!({
        "rounds": of.rounds.iter().map(round).collect::<Vec<_>>(),
        "figures": of.figures.iter().map(figure).collect::<Vec<_>>(),
        "left_out": of.left_out,
    })
}

fn figure(of: &Figure) -> Value {
    let judged = of.judged();
    let verdict = match judged.verdict {
        Verdict::Slower => "slower",
        Verdict::Faster => "faster",
        Verdict::Alike => "alike",
        Verdict::TooSmall => "too small",
    };
    json!({
        "bench": of.name.group,
        "row": of.name.row,
        "column": of.name.column,
        "unit": of.unit.name(),
        "better": if of.unit.better() == Better::Lower { "lower" } else { "higher" },
        "before": of.pairs.iter().map(|pair| pair.before.value).collect::<Vec<_>>(),
        "after": of.pairs.iter().map(|pair| pair.after.value).collect::<Vec<_>>(),
        "ratio": judged.ratio,
        "interval": [judged.low, judged.high],
        "verdict": verdict,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benches::Unit;
    use crate::statistics::{Pair, Reading};
    use std::time::Duration;

    fn outcome_of(figures: &[(&'static str, &str, Unit, [f64; 2], f64)]) -> Outcome {
        let figure = |(group, row, unit, [before, after], half): &(&'static str, &str, Unit, [f64; 2], f64)| {
            let reading = |value: f64| Reading { value, half: *half };
            let pair = Pair { before: reading(*before), after: reading(*after) };
            let name = Name { group, row: (*row).to_owned(), column: "" };
            Figure { name, unit: *unit, pairs: vec![pair; 9] }
        };
        Outcome { figures: figures.iter().map(figure).collect(), ..Outcome::default() }
    }

    fn some() -> Outcome {
        outcome_of(&[
            ("events", "the clock alone", Unit::Nanoseconds, [23.0, 23.1], 0.05),
            ("events", "an event", Unit::Nanoseconds, [33.0, 40.0], 0.05),
            ("screen", "quit", Unit::Milliseconds, [12.0, 6.0], 0.0),
            ("screen", "--version", Unit::Milliseconds, [0.001, 0.002], 0.0),
        ])
    }

    #[test]
    fn the_table_marks_what_is_slower() {
        let text = table(&some());
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["events", "before", "after", "ratio", "interval"]);
        assert_eq!(lines[2], ["the", "clock", "alone", "23.0", "23.1", "ns", "1.004", "1.000", "to", "1.009"]);
        assert_eq!(lines[3][2..], ["33.0", "40.0", "ns", "1.212", "1.209", "to", "1.215", "SLOWER"]);
        assert_eq!(lines[6][1..4], ["12.0", "6.00", "ms"]);
        assert_eq!(lines[6].last(), Some(&"faster"));
        assert!(lines[7].ends_with(&["too", "small"]));
        assert_eq!(slower(&some()), [Name { group: "events", row: "an event".to_owned(), column: "" }]);
    }

    #[test]
    fn only_what_is_slower_twice_fails() {
        let again = outcome_of(&[("events", "an event", Unit::Nanoseconds, [33.0, 33.1], 0.05)]);
        assert_eq!(slower_again(slower(&some()), &again), []);
        assert_eq!(slower_again(slower(&some()), &some()), slower(&some()));
        assert_eq!(slower_again(slower(&some()), &outcome_of(&[])), slower(&some()), "it was not measured again");
        let once = summary(&some(), Some(&again), &[]);
        assert!(once.contains("4 figures: 1 slower, 1 faster, 1 too small"), "{once}");
        assert!(once.contains("0 of them are slower in both") && once.ends_with("Nothing is slower.\n"), "{once}");
        let twice = summary(&some(), Some(&some()), &slower(&some()));
        assert!(twice.ends_with("SLOWER after:\n  events: an event\n"), "{twice}");
    }

    #[test]
    fn a_busy_machine_is_warned_of() {
        let round = |programs, host| Round {
            before_first: true,
            took: Duration::from_secs(1),
            others: Some(Others { programs, host }),
        };
        assert!(!machine(&[round(0.01, 0.0)]).contains("WARNING"));
        let busy = machine(&[round(0.01, 0.0), round(0.02, 0.04)]);
        assert!(busy.contains("1.0  2.0 + 4.0") && busy.contains("above 5 % in 1 of 2 rounds"), "{busy}");
    }

    #[test]
    fn the_document_has_every_round() {
        let value = outcome(&some());
        assert_eq!(value["figures"][1]["after"].as_array().map(Vec::len), Some(9));
        assert_eq!(value["figures"][1]["verdict"], "slower");
    }
}
