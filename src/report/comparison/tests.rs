use unicode_width::UnicodeWidthStr;

use super::*;
use crate::insight::{Gap, Ratio, Rounds, Timing, who};
use crate::model::{GlobalLock, Model};
use crate::recording::{Ideal, usual_models};
use crate::state::Failure;
use crate::text::{Cause, Clause, Doubt, Limit, NoRatio, Verdict, Who};
use crate::units::{Speedup, TaskId};

fn figures(ms: u64, busy: f64) -> Figures {
    let time = Ns::from_millis(ms);
    Figures {
        timing: Timing { time, spread: None, least: time },
        busy,
        start: None,
        copied: None,
        copying: Ns::ZERO,
        memory: Some(3_100_000),
        workers: 1,
        at_once: 1,
        threads: 1,
        processes: 1,
        p50: Some(time.times(1, 2)),
        p99: Some(time),
        locked: 0.0,
        turns: 0.0,
        additions: None,
        rounds: None,
    }
}

/// This many times as fast; `less` says that it may be a sixth less, the cores having been slower.
fn ratio(times: f64, less: bool) -> Ratio {
    if !less {
        return Ratio::exactly(times);
    }
    let doubt = Doubt { cause: Cause::Slow { speed: 0.84 }, baseline: true };
    Ratio { speedup: Speedup { times, low: 0.84 * times, high: times }, doubt: Some(doubt) }
}

/// The comparison that the mock-up of this table shows.
fn mocked() -> Comparison {
    let times = [(2_010, 1.0), (1_030, 1.95), (1_050, 1.91), (2_010, 1.0), (2_060, 0.98)];
    let row = |(index, (model, (ms, busy))): (usize, (Model, (u64, f64)))| Row {
        source: None,
        variant: None,
        model,
        who: who(model),
        figures: Some(figures(ms, busy)),
        ratio: (index > 0).then(|| Ok(ratio(2_010.0 / ms as f64, index == 1))),
        shown: Some(index),
        runs: vec![index],
        counted: 1,
        fair: true,
        failure: None,
    };
    let models = usual_models(GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL));
    let mut rows: Vec<Row> = models.into_iter().zip(times).enumerate().map(row).collect();
    for (row, threads, processes) in [(1, 4, 1), (2, 4, 4), (4, 4, 1)] {
        if let Some(figures) = &mut rows[row].figures {
            (figures.threads, figures.processes) = (threads, processes);
            figures.start = Some(Ns::from_micros(200 * processes as u64 * processes as u64));
            figures.copied = (processes > 1).then_some(2_048);
        }
    }
    let ideal = Ideal {
        time: Ns::from_millis(1_000),
        limit: Limit::Work,
        work: Ns::from_millis(2_000),
        waits: Ns::ZERO,
        longest: Ns::from_millis(500),
        lock: None,
    };
    let best =
        Clause::Best { who: vec![Who::Threads, Who::Processes], ratio: Speedup::exactly(1.95), one_thread: false };
    let verdict = Verdict { clauses: vec![best, Clause::WithGil { old: false, who: vec![Who::Processes] }] };
    Comparison { rows, baseline: Some(0), cores: 2.0, ideal: Some(ideal), work: SameWork::Exactly, verdict }
}

#[test]
fn the_table_is_as_it_was_drawn() {
    insta::assert_snapshot!(comparison_table(&mocked(), 80, false));
}

#[test]
fn where_the_others_did_other_work_no_row_has_a_ratio() {
    let mut other = mocked();
    other.work = SameWork::No;
    other.rows.iter_mut().skip(1).for_each(|row| row.ratio = Some(Err(NoRatio::OtherWork)));
    let cells: Vec<String> = other.rows.iter().map(|row| comparison_cell(&other, row, Column::Ratio)).collect();
    assert_eq!(cells, ["-"; 5]);
}

#[test]
fn the_markdown_is_a_table_of_pipes() {
    insta::assert_snapshot!(comparison_markdown(&mocked(), ""));
}

#[test]
fn the_sentences_can_be_listened_to() {
    let text = comparison_sentences(&mocked());
    insta::assert_snapshot!(text);
    let silent = |c: char| !c.is_ascii_alphanumeric() && !" .,:;%/'()\n".contains(c);
    assert_eq!(text.find(silent).map(|at| &text[at..]), None);
}

#[test]
fn a_table_fits_whatever_the_width() {
    let mut comparison = mocked();
    for (index, row) in comparison.rows.iter_mut().enumerate() {
        let figures = row.figures.as_mut().expect("figures");
        figures.timing.spread = Some(Ns::from_micros(12_300));
        figures.start = Some(Ns::from_micros(123_400));
        if index == 3 {
            row.ratio = Some(Err(NoRatio::OtherWork));
        }
    }
    for width in 36..200 {
        let text = comparison_table(&comparison, width, false);
        assert!(text.lines().all(|l| l.width() <= width), "{width}:\n{text}");
        assert!(text.lines().all(|l| l.trim_end() == l), "{text}");
        assert!(text.contains("2.01 s") && text.contains("1.6–2.0"), "{text}");
    }
    assert!(comparison_table(&comparison, 200, false).contains("p50"));
    assert!(!comparison_table(&comparison, 80, false).contains("p50"), "the least important goes first");
}

/// A line of a table without the blanks that fill its columns.
fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_goes_round_beside_the_work_has_columns_of_its_own() {
    let mut comparison = mocked();
    for (index, row) in comparison.rows.iter_mut().enumerate() {
        let gap = Gap { task: TaskId(0), length: Ns::from_millis(if index == 3 { 2_010 } else { 21 }), usual: Ns(1) };
        let rounds = Rounds { tasks: 1, made: Some(100 - 33 * index as u64 % 100), gap: Some(gap) };
        row.figures.as_mut().expect("figures").rounds = Some(rounds);
    }
    let text = comparison_table(&comparison, 100, false);
    assert!(text.lines().next().is_some_and(|head| head.contains("×  max gap  rounds  rounds/s  cores")), "{text}");
    assert!(text.lines().any(|l| words(l).starts_with("async 2.01 s 1.00 2.01 s 1 0.5 ")), "{text}");
    for width in 36..200 {
        let text = comparison_table(&comparison, width, false);
        assert!(text.lines().all(|l| l.width() <= width), "{width}:\n{text}");
    }
    assert!(comparison_table(&comparison, 40, false).contains("max gap"), "the last to go");
    let said = comparison_sentences(&comparison);
    assert!(said.contains("serial: 100 rounds, 50 a second, at most 21 ms between two of a task."), "{said}");
    let row = &ComparisonDocument::of(&comparison, &[], None).rows[3].row;
    assert_eq!((row.rounds, row.longest_gap_s, row.longest_gap_task.as_ref()), (Some(1), Some(2.01), None));
    comparison.rows[3].figures.as_mut().expect("figures").rounds = None;
    assert!(comparison_table(&comparison, 100, false).lines().any(|l| words(l).contains(" 1.00 - - - ")));
    for row in &mut comparison.rows {
        row.figures.as_mut().expect("figures").rounds = Some(Rounds { tasks: 1, made: Some(7), gap: None });
    }
    let text = comparison_table(&comparison, 100, false);
    assert!(text.contains("rounds/s") && !text.contains("gap"), "{text}");
}

#[test]
fn rows_that_rest_on_one_run_are_marked_where_others_rest_on_more() {
    let mut comparison = mocked();
    assert!(!comparison_table(&comparison, 200, false).contains("runs"), "all rest on one: the heading says so");
    comparison.rows.iter_mut().for_each(|row| row.counted = 3);
    assert!(!comparison_table(&comparison, 200, false).contains("runs"));
    comparison.rows[2].counted = 1;
    let text = comparison_table(&comparison, 60, false);
    let told = |row: &str| text.lines().any(|line| words(line).starts_with(row));
    assert!(told("time × runs") && told("processes 1.05 s 1.91 1 ") && told("threads 1.03 s 1.6–2.0 3 "), "{text}");
}

#[test]
fn bold_is_for_terminals_and_for_the_verdict_alone() {
    let text = comparison_table(&mocked(), 80, true);
    let last = text.lines().last().expect("a verdict");
    assert_eq!(last, "\u{1b}[1mThreads or processes: 1.9×. With the GIL: processes.\u{1b}[0m");
    assert_eq!(text.matches('\u{1b}').count(), 2);
    assert!(!comparison_table(&mocked(), 80, false).contains('\u{1b}'));
}

#[test]
fn what_failed_says_why_and_nothing_of_it_reaches_the_terminal_as_a_command() {
    let mut comparison = mocked();
    comparison.rows[2].figures = None;
    comparison.rows[2].ratio = None;
    let sentence = "no more \u{1b}[31mprocesses".to_owned();
    comparison.rows[2].failure = Some(Reason::Broke(Failure::Told { sentence }));
    comparison.rows[1].source = Some("evil\u{7}|name".to_owned());
    let text = comparison_table(&comparison, 80, false);
    assert!(text.contains("failed") && text.contains("processes: no more ?[31mprocesses"), "{text}");
    for text in [text, comparison_markdown(&comparison, ""), comparison_sentences(&comparison)] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text}");
    }
    assert!(comparison_markdown(&comparison, "").contains("evil?\\|name"));
    let csv = comparison_csv(&comparison, &[]);
    assert_eq!(csv.lines().count(), 6, "{csv}");
    assert!(csv.starts_with("source,model,global_lock,"), "{csv}");
    assert!(csv.lines().nth(3).is_some_and(|l| l.ends_with(",no more ?[31mprocesses")), "{csv}");
    let row = &ComparisonDocument::of(&comparison, &[], None).rows[0];
    let row = serde_json::to_value(row).expect("JSON");
    let mut columns: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').collect();
    assert_eq!(columns.pop(), Some("error"), "in JSON it is an object, the reason");
    assert!(columns.iter().all(|c| row.get(c).is_some()) && row.as_object().map_or(0, serde_json::Map::len) == 32);
}
