//! Tables and documents say the same, and what the trace says.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::export::made;
use crate::trace::StateSums;
use crate::units::{Ns, Range};

fn table(write: impl FnOnce(&mut Vec<u8>)) -> Vec<csv::StringRecord> {
    let mut bytes = Vec::new();
    write(&mut bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
    reader.records().map(|line| line.expect("a line")).collect()
}

fn spans(runs: &[Portion<'_>]) -> Vec<csv::StringRecord> {
    table(|bytes| _ = super::csv(bytes, runs).expect("a vector takes everything"))
}

fn statistics(runs: &[Portion<'_>]) -> Vec<csv::StringRecord> {
    table(|bytes| statistics_csv(bytes, runs).expect("a vector takes everything"))
}

fn document(runs: &[Portion<'_>]) -> Value {
    let mut bytes = Vec::new();
    json(&mut bytes, runs).expect("a vector takes everything");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

proptest! {
    #[test]
    fn table_and_document_have_the_same_spans_and_the_sums_of_the_trace(trace in made::traces()) {
        let recording = made::run_of(&trace, false);
        let run = Portion::of("one, \"two\"", &recording);
        let (lines, document) = (spans(&[run]), document(&[run]));
        let listed = document["runs"][0]["spans"].as_array().expect("spans");
        prop_assert_eq!(lines.len() - 1, listed.len());
        let mut sums = vec![StateSums::default(); trace.tasks.len()];
        for (line, span) in lines[1..].iter().zip(listed) {
            prop_assert_eq!(&line[0], run.name);
            prop_assert_eq!(&line[1], span["task"].to_string());
            let task = number(&line[1]) as usize - 1;
            prop_assert_eq!(&line[2], &trace.names[task].name);
            prop_assert_eq!(&line[4], span["state"].as_str().expect("a state"));
            for (column, key) in [(5, "from_ns"), (6, "to_ns"), (8, "holds_worker"), (9, "worker"), (10, "core")] {
                let text = span[key].to_string();
                prop_assert_eq!(&line[column], if text == "null" { "" } else { &text });
            }
            prop_assert_eq!(number(&line[7]), number(&line[6]) - number(&line[5]));
            let state = State::ALL.into_iter().find(|s| s.name() == &line[4]).expect("a state");
            sums[task][state as usize] += Ns(number(&line[7]));
        }
        let all = Statistics::of(&run);
        for (index, figures) in all.tasks.iter().enumerate() {
            prop_assert_eq!(figures.states.map(|f| f.sum), sums[index]);
            if trace.forgotten == Ns::ZERO {
                prop_assert_eq!(sums[index], trace.tasks[index].sums(run.window().to));
            }
            for figures in figures.states {
                prop_assert!(figures.longest <= figures.sum && figures.sum.0 <= figures.longest.0 * figures.count);
            }
        }
    }

    #[test]
    fn figures_of_tasks_add_up_to_those_of_all_in_table_and_document(trace in made::traces()) {
        let recording = made::run_of(&trace, false);
        let run = Portion::of("", &recording);
        let (lines, document) = (statistics(&[run]), document(&[run]));
        prop_assert!(lines[1..].iter().all(|line| line.len() == STATISTICS.len()));
        let document = &document["runs"][0];
        for state in recording.origin.states() {
            let of = |what: &str| lines.iter().filter(|l| &l[1] == what && &l[4] == state.name()).collect::<Vec<_>>();
            let told = &document["states"][state.name()];
            prop_assert_eq!(told.is_null(), *state == State::Preempted && !run.has_kernel_record());
            prop_assert_eq!(of("all tasks").len(), usize::from(!told.is_null()));
            for line in of("all tasks") {
                let sum: u64 = of("task").iter().map(|l| number(&l[5])).sum();
                let longest = of("task").iter().map(|l| number(&l[6])).max().unwrap_or(0);
                prop_assert_eq!((number(&line[5]), number(&line[6])), (sum, longest));
                for (column, key) in [(5, "sum_ns"), (6, "longest_ns"), (7, "count")] {
                    prop_assert_eq!(&line[column], told[key].to_string());
                }
            }
        }
        for lock in document["locks"].as_array().expect("locks") {
            let line = lines.iter().find(|l| &l[1] == "lock" && &l[4] == "held" && lock["name"] == l[3]);
            prop_assert_eq!(&line.expect("a line")[5], lock["held"]["sum_ns"].to_string());
        }
        if trace.forgotten == Ns::ZERO {
            let until = run.window().to;
            for (lock, told) in trace.locks.values().zip(Statistics::of(&run).locks) {
                prop_assert_eq!(told.held.sum, lock.held(until));
            }
        }
    }

    #[test]
    fn a_part_is_cut_to_it(trace in made::traces(), from in 0u64..20_000, length in 0u64..9_000) {
        let part = Range::new(Ns(from), Ns(from + length));
        let recording = made::run_of(&trace, false);
        let run = Portion { part: Some(part), ..Portion::of("", &recording) };
        for line in &spans(&[run])[1..] {
            prop_assert!(number(&line[5]) >= from && number(&line[6]) <= from + length);
        }
    }
}

#[test]
fn golden() {
    let trace = made::three();
    let recording = made::run_of(&trace, false);
    let run = Portion { sentence: "They share a lock.", command: "concviz run", ..Portion::of("threads", &recording) };
    let text = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        write(&mut bytes);
        String::from_utf8(bytes).expect("text").replace(env!("CARGO_PKG_VERSION"), "VERSION")
    };
    insta::assert_snapshot!("spans_csv", text(&|out| drop(super::csv(out, &[run]))));
    insta::assert_snapshot!("statistics_csv", text(&|out| drop(statistics_csv(out, &[run]))));
    insta::assert_snapshot!("spans_json", text(&|out| drop(json(out, &[run]))));
}
