//! The tables that benches print, read again; and the rows of two of them that belong together.

use crate::benches::{Bench, Part};
use crate::statistics::Reading;

/// A row with its figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub label: String,
    /// By the names of their columns.
    pub figures: Vec<(&'static str, Reading)>,
}

/// The rows of `text` that are in a form of `bench`. A row that is indented belongs to the line before that is not, and
/// is called by both.
pub fn rows(bench: &Bench, text: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut section = String::new();
    for line in text.lines() {
        let indented = line.starts_with(' ');
        let found = bench.forms.iter().find_map(|form| row(line, form));
        if !indented {
            let head = || line.rsplit_once(':').map_or(line, |(head, _)| head).trim().to_owned();
            section = found.as_ref().map_or_else(head, |row| row.label.clone());
        }
        let Some(mut row) = found else { continue };
        if indented && !section.is_empty() {
            row.label = format!("{section}: {}", row.label);
        }
        rows.push(row);
    }
    number_the_same(&mut rows);
    rows
}

/// Rows of the same name are told apart by a number.
fn number_the_same(rows: &mut [Row]) {
    for at in 1..rows.len() {
        let (before, rest) = rows.split_at_mut(at);
        let label = rest[0].label.clone();
        let numbered = |n: usize| if n == 1 { label.clone() } else { format!("{label} ({n})") };
        let free = (1..=at + 1).map(numbered).find(|name| before.iter().all(|row| row.label != *name));
        rest[0].label = free.unwrap_or(label);
    }
}

/// The row in `line`, if it ends as `form` says after a label. Labels hold numbers too: it is the whole rest of the
/// line that decides where the label ends.
fn row(line: &str, form: &[Part]) -> Option<Row> {
    let words: Vec<(usize, &str)> = line
        .split_whitespace()
        // Where a word lies in its line.
        .map(|word| (word.as_ptr() as usize - line.as_ptr() as usize, word))
        .collect();
    (1..words.len()).find_map(|at| {
        let rest: Vec<&str> = words[at..].iter().map(|(_, word)| *word).collect();
        let figures = figures(&rest, form)?;
        Some(Row { label: line[..words[at].0].trim().to_owned(), figures })
    })
}

/// The figures of `words`, if they are all that `form` says, and nothing more.
fn figures(words: &[&str], form: &[Part]) -> Option<Vec<(&'static str, Reading)>> {
    let mut words = words.iter();
    let mut found = Vec::new();
    for part in form {
        match part {
            Part::Rest => return Some(found),
            Part::Word(wanted) => {
                words.next().filter(|word| *word == wanted)?;
            }
            Part::Number => {
                reading(words.next()?)?;
            }
            Part::Figure(name, _) => found.push((*name, reading(words.next()?)?)),
        }
    }
    words.next().is_none().then_some(found)
}

/// A number as it was printed. What is not a number, as `NaN` in a place where nothing was measured, reads as such.
fn reading(word: &str) -> Option<Reading> {
    let value: f64 = word.parse().ok()?;
    let decimals = word.split_once('.').map_or(0, |(_, after)| after.len());
    Some(Reading { value, half: 0.5 * 0.1f64.powf(decimals as f64) })
}

/// Which rows of two tables belong together, by their places; and the labels of those that are left over.
#[derive(Debug, Default, PartialEq)]
pub struct Matched {
    pub pairs: Vec<(usize, usize)>,
    pub left: Vec<String>,
}

/// Rows of the same label belong together. Of the others those at the same place do, if there are as many rows here as
/// there: they were given another name.
pub fn matched(before: &[Row], after: &[Row]) -> Matched {
    let same = |row: &Row| after.iter().position(|other| other.label == row.label);
    let mut pairs: Vec<(usize, usize)> =
        before.iter().enumerate().filter_map(|(at, row)| Some((at, same(row)?))).collect();
    let mut alone: [Vec<usize>; 2] = [
        (0..before.len()).filter(|at| pairs.iter().all(|pair| pair.0 != *at)).collect(),
        (0..after.len()).filter(|at| pairs.iter().all(|pair| pair.1 != *at)).collect(),
    ];
    if before.len() == after.len() {
        pairs.extend(std::mem::take(&mut alone[0]).into_iter().zip(std::mem::take(&mut alone[1])));
    }
    pairs.sort_unstable();
    let label = |rows: &[Row], at: &[usize]| at.iter().map(|at| rows[*at].label.clone()).collect::<Vec<_>>();
    let left = [label(before, &alone[0]), label(after, &alone[1])].concat();
    Matched { pairs, left }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benches::BENCHES;

    fn read(name: &str, text: &str) -> Vec<Row> {
        let bench = BENCHES.iter().find(|bench| bench.name == name).expect("a known bench");
        for row in rows(bench, text) {
            assert!(row.figures.iter().all(|(column, _)| bench.unit(column).is_some()), "{row:?}");
        }
        rows(bench, text)
    }

    fn values(row: &Row) -> Vec<f64> {
        row.figures.iter().map(|(_, reading)| reading.value).collect()
    }

    #[test]
    fn medians_with_their_spread() {
        let rows = read(
            "events",
            "the clock alone                                 23.0 ns  (p10 23.0, p90 24.6)\n\
             an event, ring emptied between the rounds       33.1 ns  (p10 33.1, p90 33.5)\n\
             5616 of 3293185 events refused\nabove the limit of 60 ns\n",
        );
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].label, "an event, ring emptied between the rounds");
        assert_eq!(rows[1].figures[0].1, Reading { value: 33.1, half: 0.05 });
        let rows = read(
            "record",
            "recording a hand-over of a lock                       106.4 ns  (p10 99.5, p90 114.8)  four events\n\
             the kernel keeps no record here: concviz doctor says why\n\
             merging a switch, workers silent                      108.8 ns  (p10 106.9, p90 111.4)  \n",
        );
        assert_eq!(rows.iter().map(values).collect::<Vec<_>>(), [[106.4], [108.8]]);
        assert_eq!(rows[1].label, "merging a switch, workers silent");
    }

    #[test]
    fn labels_hold_numbers_and_commas() {
        let rows = read(
            "frame",
            "ms a frame, 200x60                                       live   closer     over   closer     some    cores    usage\n\
             threads, 64 tasks, 10,000 marks                          0.58     0.35     0.52     0.37     0.29     0.55     0.25   92 ns and 62 bytes an event\n\
             threads, 4,096 tasks, GIL, 100,000 hand-overs            0.42     0.66     0.42     0.65     2.83     0.38     0.37   93 ns and 0 bytes an event\n",
        );
        assert_eq!(rows[0].label, "threads, 64 tasks, 10,000 marks");
        assert_eq!(values(&rows[0]), [0.58, 0.35, 0.52, 0.37, 0.29, 0.55, 0.25, 92.0, 62.0]);
        assert_eq!(rows[1].label, "threads, 4,096 tasks, GIL, 100,000 hand-overs");
        assert_eq!(rows[1].figures[8], ("memory of an event", Reading { value: 0.0, half: 0.5 }));
    }

    #[test]
    fn a_row_may_have_a_view_more_than_before() {
        let rows = read(
            "frame",
            "threads, 64 tasks, 10,000 marks       1.36     0.35     0.52     0.37     0.29     0.88     0.55     0.25   92 ns and 62 bytes an event\n\
             async, 4,096 tasks, 500,000 marks     0.45     0.66     0.42     0.65     2.83     0.07     0.38     0.37   93 ns an event\n",
        );
        assert_eq!(
            rows.iter().map(|row| row.label.as_str()).collect::<Vec<_>>(),
            ["threads, 64 tasks, 10,000 marks", "async, 4,096 tasks, 500,000 marks"]
        );
        assert_eq!(values(&rows[0]), [1.36, 0.35, 0.52, 0.37, 0.29, 0.88, 0.55, 0.25, 92.0, 62.0]);
        assert_eq!((rows[1].figures[5].0, values(&rows[1])[5]), ("workers", 0.07));
    }

    #[test]
    fn of_messages_it_is_their_own_time_that_counts() {
        let rows = read(
            "queue",
            "a put or a get that need not wait      110.2 ns, 25.9 of it its event   at most 150 and its event\n\
             a hand-over to a parked thread          5112 ns, crossbeam 5001 ns\n    \
             ours to crossbeam's                 1.02                             at most 1.2\n\
             a million messages                      4100 ms\n    put 1000000, got 1000000, events recorded 2000000, lost 0\n",
        );
        assert_eq!(rows.iter().map(values).collect::<Vec<_>>(), [[110.2], [5112.0], [4100.0]]);
        assert_eq!(rows[2].label, "a million messages");
    }

    #[test]
    fn a_label_may_end_with_a_number() {
        let line = "as many tasks as 64        30       293        79       313       173\n";
        assert_eq!(read("picture", line)[0].label, "as many tasks as 64");
        let rows = read(
            "picture",
            "1200 pixels                                     SVG ms        kB    PNG ms        kB     2x ms\n\
             40 tasks, 1,000,000 spans, tasks                    30       293        79       313       173\n",
        );
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].label.as_str(), values(&rows[0])),
            ("40 tasks, 1,000,000 spans, tasks", vec![30.0, 293.0, 79.0, 313.0, 173.0])
        );
    }

    #[test]
    fn counts_are_no_figures() {
        let rows = read(
            "file",
            "                                      events   bytes  write ns  check ns to trace msbytes a span\n\
             threads, 160 tasks                   1000320    7.72      29.1      15.1         118          44   1166987 spans\n\
             threads, 16 tasks, kernel's record   1333408    4.66      32.0      13.3         199          58   1000028 spans\n",
        );
        assert_eq!(
            rows.iter().map(values).collect::<Vec<_>>(),
            [[7.72, 29.1, 15.1, 118.0, 44.0], [4.66, 32.0, 13.3, 199.0, 58.0]]
        );
        assert_eq!(rows[1].label, "threads, 16 tasks, kernel's record");
    }

    #[test]
    fn indented_rows_are_called_after_what_they_belong_to() {
        let rows = read(
            "export",
            "work and sleep: 1000064 spans\n  Chrome JSON      118 ms     299 MB    2539 MB/s\n\
             a lock handed round: 1000064 spans\n  Chrome JSON      686 ms     509 MB     743 MB/s\n",
        );
        assert_eq!(rows[0].label, "work and sleep: Chrome JSON");
        assert_eq!(rows[1].label, "a lock handed round: Chrome JSON");
        assert_eq!(values(&rows[1]), [686.0, 743.0]);
        let rows = read(
            "observing",
            "% of all cores, medians                                        all  program  collector  dispatcher   server  others\n\
             recording: threads that compute                              0.551    0.285      0.261       0.005    0.000    39.0   at most 0.5\n    \
             without the kernel's record                              0.478    0.240      0.236       0.003    0.000    48.2\n\
             recording: the GIL, every 0.5 ms                             0.990    0.576      0.406       0.007    0.000    47.9   at most 0.5\n    \
             without the kernel's record                                NaN      NaN        NaN         NaN      NaN     NaN\n\
             above its limit\n",
        );
        let labels: Vec<&str> = rows.iter().map(|row| row.label.as_str()).collect();
        assert_eq!(
            labels,
            [
                "recording: threads that compute",
                "recording: threads that compute: without the kernel's record",
                "recording: the GIL, every 0.5 ms",
                "recording: the GIL, every 0.5 ms: without the kernel's record"
            ]
        );
        assert_eq!(values(&rows[1]), [0.478]);
        assert!(values(&rows[3])[0].is_nan());
    }

    fn named(labels: &[&str]) -> Vec<Row> {
        labels.iter().map(|label| Row { label: (*label).to_owned(), figures: Vec::new() }).collect()
    }

    #[test]
    fn rows_belong_together_by_their_labels_or_else_by_their_places() {
        let of = |before: &[&str], after: &[&str]| matched(&named(before), &named(after));
        assert_eq!(of(&["a", "b"], &["b", "a"]).pairs, [(0, 1), (1, 0)]);
        let renamed = of(&["a", "b", "c"], &["a", "B", "c"]);
        assert_eq!((renamed.pairs, renamed.left.len()), (vec![(0, 0), (1, 1), (2, 2)], 0));
        let added = of(&["a", "c"], &["a", "b", "C"]);
        assert_eq!((added.pairs, added.left), (vec![(0, 0)], vec!["c".to_owned(), "b".to_owned(), "C".to_owned()]));
        assert_eq!(of(&[], &["a"]).left, ["a"]);
    }

    #[test]
    fn rows_of_the_same_name_are_told_apart() {
        let mut rows = named(&["a", "b", "a", "a"]);
        number_the_same(&mut rows);
        let labels: Vec<&str> = rows.iter().map(|row| row.label.as_str()).collect();
        assert_eq!(labels, ["a", "b", "a (2)", "a (3)"]);
    }
}
