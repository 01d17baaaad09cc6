//! The balance of what is written: nothing is lost, nothing overlaps, every arrow begins and ends in something.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::export::made;
use crate::trace::StateSums;

fn written(runs: &[Portion<'_>]) -> (Tally, Value) {
    let mut bytes = Vec::new();
    let tally = chrome(&mut bytes, runs).expect("a vector takes everything");
    assert_eq!(tally.bytes, bytes.len() as u64);
    (tally, serde_json::from_slice(&bytes).expect("JSON"))
}

fn events(file: &Value) -> &Vec<Value> {
    file["traceEvents"].as_array().expect("events")
}

/// Microseconds as they are written, in nanoseconds: by their digits, since no rounding is to help.
fn ns(value: &Value) -> u64 {
    let text = value.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{part:0<3}").parse().unwrap_or_else(|_| panic!("{text} is no time"))
}

fn kind<'v>(event: &'v Value, key: &str) -> &'v str {
    event[key].as_str().unwrap_or("")
}

fn track(event: &Value) -> (u64, u64) {
    (event["pid"].as_u64().expect("a process"), event["tid"].as_u64().expect("a thread"))
}

type Slices<'v> = BTreeMap<(u64, u64), Vec<(u64, u64, &'v Value)>>;

/// Slices by track, in the order of the file: each has its end before another begins.
fn slices(file: &Value) -> Slices<'_> {
    let mut tracks = Slices::new();
    let mut open: BTreeMap<(u64, u64), &Value> = BTreeMap::new();
    for event in events(file) {
        match kind(event, "ph") {
            "B" => assert!(open.insert(track(event), event).is_none(), "{event} begins within another"),
            "E" => {
                let begin = open.remove(&track(event)).expect("something has begun");
                assert_eq!(begin["name"], event["name"]);
                tracks.entry(track(event)).or_default().push((ns(&begin["ts"]), ns(&event["ts"]), begin));
            }
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    tracks
}

/// What must hold in every file.
fn laws(runs: &[Portion<'_>]) -> Result<(), TestCaseError> {
    let (tally, file) = written(runs);
    let tracks = slices(&file);
    for slices in tracks.values() {
        prop_assert!(slices.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{:?}", slices);
        prop_assert!(slices.iter().all(|(from, to, _)| from < to));
    }
    let mut threads: BTreeMap<u64, u64> = BTreeMap::new();
    let pids: Vec<u64> = events(&file).iter().filter_map(|e| e["pid"].as_u64()).collect();
    for event in events(&file).iter().filter(|e| !e["tid"].is_null()) {
        let (pid, tid) = track(event);
        prop_assert!(tid > 0 && !pids.contains(&tid), "{}", event);
        prop_assert_eq!(*threads.entry(tid).or_insert(pid), pid, "a thread has one process");
    }
    let of = |category: &str| tracks.values().flatten().filter(|(.., e)| kind(e, "cat") == category).count() as u64;
    prop_assert_eq!(
        (of("task"), of("core") + of("loop"), of("lock"), of("run")),
        (tally.spans, tally.turns, tally.holds, tally.pauses)
    );
    let phase = |ph: &str| events(&file).iter().filter(|e| kind(e, "ph") == ph).count() as u64;
    prop_assert_eq!(
        [phase("i"), phase("C"), phase("s"), phase("f")],
        [tally.instants, tally.samples, tally.flows, tally.flows]
    );
    arrows(&file, &tracks)?;
    for (index, run) in runs.iter().enumerate() {
        prop_assert_eq!(sums(&file, index), summed(run));
    }
    Ok(())
}

/// Each flow begins within a stretch and ends within a later one.
fn arrows(file: &Value, tracks: &Slices<'_>) -> Result<(), TestCaseError> {
    let mut begun: BTreeMap<u64, u64> = BTreeMap::new();
    for event in events(file).iter().filter(|e| matches!(kind(e, "ph"), "s" | "f")) {
        let (at, id) = (ns(&event["ts"]), event["id"].as_u64().expect("a number"));
        let within =
            tracks.get(&track(event)).is_some_and(|all| all.iter().any(|(from, to, _)| (*from..*to).contains(&at)));
        prop_assert!(within, "{} is in no stretch", event);
        if kind(event, "ph") == "s" {
            prop_assert!(begun.insert(id, at).is_none());
        } else {
            prop_assert!(begun.remove(&id).is_some_and(|from| from < at), "{}", event);
        }
    }
    prop_assert!(begun.is_empty());
    Ok(())
}

/// Time in each state, by the run's slices.
fn sums(file: &Value, run: usize) -> StateSums {
    let mut sums = StateSums::default();
    let tracks = slices(file);
    for (from, to, begin) in tracks.iter().filter(|((pid, _), _)| *pid == run as u64 + 1).flat_map(|(_, all)| all) {
        let state = State::ALL.into_iter().find(|s| s.name() == kind(begin, "name"));
        if let Some(state) = state.filter(|_| kind(begin, "cat") == "task") {
            sums[state as usize] += Ns(to - from);
        }
    }
    sums
}

/// The same by the trace's own sums, less what is no longer kept.
fn summed(run: &Portion<'_>) -> StateSums {
    let window = run.window();
    let mut sums = StateSums::default();
    for track in &run.trace().tasks {
        let (all, gone) = (track.sums(window.to), dropped(track, window));
        sums.iter_mut().zip(all).zip(gone).for_each(|((sum, all), gone)| *sum += all - gone);
    }
    sums
}

/// What lies before the window: what happened before a task's first kept change is in its sums only.
fn dropped(track: &crate::trace::Track, window: Range) -> StateSums {
    let marks = track.marks();
    let first = marks.first().map_or(window.from, |m| m.at);
    if first >= window.from {
        return track.sums_after(usize::from(!marks.is_empty()), first).states;
    }
    track.sums_after(marks.partition_point(|m| m.at < window.from), window.from).states
}

proptest! {
    #[test]
    fn any_run_is_written_in_balance(trace in made::traces(), event_loop in any::<bool>()) {
        laws(&[Portion::of("", &made::run_of(&trace, event_loop))])?;
    }

    #[test]
    fn several_stand_side_by_side(one in made::traces(), other in made::traces()) {
        let (one, other) = (made::run_of(&one, false), made::run_of(&other, true));
        laws(&[Portion::of("one", &one), Portion::of("other", &other)])?;
    }

    #[test]
    fn a_part_of_a_run_is_in_balance_too(trace in made::traces(), from in 0u64..20_000, length in 0u64..20_000) {
        let part = Range::new(Ns(from), Ns(from + length));
        let recording = made::run_of(&trace, true);
        let run = Portion { part: Some(part), ..Portion::of("part", &recording) };
        let (_, file) = written(&[run]);
        for (from, to, event) in slices(&file).values().flatten() {
            prop_assert!(part.from.0 <= *from && *to <= part.to.0, "{}", event);
        }
        arrows(&file, &slices(&file))?;
    }

    #[test]
    fn counters_are_the_time_there_was(trace in made::traces()) {
        let recording = made::run_of(&trace, false);
        let run = Portion::of("", &recording);
        let (_, file) = written(&[run]);
        let mut samples: Vec<(u64, f64)> = events(&file)
            .iter()
            .filter(|e| kind(e, "ph") == "C" && e["name"] == "cores")
            .map(|e| (ns(&e["ts"]), e["args"]["working"].as_f64().expect("a number")))
            .collect();
        samples.sort_by_key(|s| s.0);
        let area: f64 = samples.windows(2).map(|pair| pair[0].1 * (pair[1].0 - pair[0].0) as f64).sum();
        let window = run.window();
        let aggregate = trace.aggregate();
        let totals = aggregate.totals(window.to).since(&aggregate.totals(window.from)).states();
        let ran = totals[State::Running as usize].0 as f64;
        prop_assert!((area - ran).abs() <= 1.0 + window.len().0 as f64 / 1e5, "{} {}", area, ran);
    }
}

#[test]
fn golden() {
    let recording = made::run_of(&made::three(), false);
    let mut bytes = Vec::new();
    let (sentence, command) = ("They share a lock.", "concviz run -w locks");
    let run = Portion { sentence, command, ..Portion::of("threads", &recording) };
    chrome(&mut bytes, &[run]).expect("a vector takes everything");
    // Of the counters, which are many and alike, the first and the last.
    let text = String::from_utf8(bytes).expect("text").replace(env!("CARGO_PKG_VERSION"), "VERSION");
    let is_counter = |line: &str| line.starts_with("{\"ph\":\"C\"");
    let all: Vec<&str> = text.lines().collect();
    let edge = |i: usize| i == 0 || !is_counter(all[i - 1]) || !is_counter(all[i + 1]);
    let shown: Vec<&str> = (0..all.len()).filter(|i| !is_counter(all[*i]) || edge(*i)).map(|i| all[i]).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn an_arrow_leads_from_the_end_of_a_turn_to_the_one_who_waited() {
    let recording = made::run_of(&made::three(), false);
    let (tally, file) = written(&[Portion::of("", &recording)]);
    assert_eq!(tally.flows, 1);
    let ends: Vec<&Value> = events(&file).iter().filter(|e| matches!(kind(e, "ph"), "s" | "f")).collect();
    assert_eq!((track(ends[0]), ns(&ends[0]["ts"])), ((1, 1_005), 5_998), "the lock, just before task 1 lets go");
    assert_eq!((track(ends[1]), ns(&ends[1]["ts"])), ((1, 1_007), 6_100), "task 2, as it goes on");
    assert_eq!(ends[0]["args"]["forced"], true);
}

/// What the events named `name` say of a counter, as written: instants and values.
fn counted<'v>(file: &'v Value, name: &str) -> Vec<(u64, &'v Value)> {
    let of = events(file).iter().filter(|e| kind(e, "ph") == "C" && kind(e, "name") == name);
    of.map(|e| (ns(&e["ts"]), &e["args"])).collect()
}

#[test]
fn what_is_shared_is_written_change_by_change_with_its_marks_and_messages() {
    let recording = made::run_of(&made::shared(), false);
    let (tally, file) = written(&[Portion::of("", &recording)]);
    let levels = |name: &str, part: &str| -> Vec<(u64, u64)> {
        counted(&file, name).into_iter().map(|(at, args)| (at, args[part].as_u64().expect("a number"))).collect()
    };
    let belt = levels("queue the \"belt\"\n", "messages");
    assert_eq!(belt, [(0, 0), (990, 0), (1_000, 1), (1_200, 1), (2_000, 0), (2_500, 1)]);
    let sum = "counter the \"sum\"\n";
    assert_eq!(levels(sum, "value"), [(0, 7), (3_000, 8), (3_100, 8), (3_500, 9)]);
    assert_eq!(levels(sum, "expected"), [(0, 7), (3_000, 8), (3_100, 9), (3_500, 10)]);
    assert_eq!(levels("lock seats", "taken"), [(0, 0), (4_000, 1), (4_100, 2), (5_000, 1), (5_100, 0)]);
    let marks: Vec<_> = events(&file).iter().filter(|e| kind(e, "ph") == "i").collect();
    let told: Vec<_> = marks.iter().map(|e| (kind(e, "name"), track(e).1 - 1_005, ns(&e["ts"]))).collect();
    assert_eq!(told, [("lost update", 1, 3_100), ("try refused", 2, 4_200)]);
    let args = serde_json::json!(
        { "counter": "the \"sum\"\n", "stored": 8, "over": 8, "of": "maker 1", "loaded_ns_ago": 300 }
    );
    assert_eq!((&marks[0]["args"], &marks[1]["args"]["lock"]), (&args, &"seats".into()));
    let flows: Vec<_> = events(&file).iter().filter(|e| kind(e, "cat") == "message").collect();
    let ends: Vec<_> = flows.iter().map(|e| (track(e).1 - 1_005, ns(&e["ts"]), &e["args"]["message"])).collect();
    // The first message has the earlier instant where it comes out; the third stays in the queue.
    assert_eq!(ends, [(0, 1_000, &0.into()), (2, 1_001, &0.into()), (1, 1_200, &1.into()), (2, 2_000, &1.into())]);
    let about = &file["otherData"]["runs"][0];
    assert_eq!((&about["messages"], &about["messages_without_arrow"]), (&3.into(), &1.into()));
    assert_eq!((tally.flows, tally.left_out), (2, 1));
}

#[test]
fn of_too_many_messages_and_changes_fewer_are_written_and_that_is_said() {
    let mut trace = made::empty(&["maker", "user"], crate::trace::KernelRecord::Switches).with_limit(1_000_000);
    let push = |trace: &mut crate::trace::Trace, at: u64, task: u32, event| {
        let (worker, core) = (crate::units::WorkerId(task as u16), crate::units::CoreId(0));
        let at = crate::units::Stamp(made::T0 + at);
        trace.push(&crate::trace::Stamped { at, worker, core, event });
    };
    let (queue, counter) = (crate::units::QueueId(0), crate::units::CounterId(0));
    for task in 0..2 {
        let (id, state) = (TaskId(task), State::Running);
        push(
            &mut trace,
            0,
            task,
            crate::trace::Event::Enter { task: id, state, holds: true, ago: Ns::ZERO, due: None },
        );
    }
    for number in 0..25_000u64 {
        let (at, waited) = (10 + number * 100, Ns::ZERO);
        let maker = TaskId(0);
        push(&mut trace, at, 0, crate::trace::Event::Put { queue, task: maker, number, length: 1, waited });
        push(&mut trace, at + 50, 1, crate::trace::Event::Got { queue, task: TaskId(1), number, length: 0, waited });
        // Every addition destroys the one before it.
        let (value, found, overwrote, since) = (8, 8, Some(TaskId(1)), Ns(5));
        let added = crate::trace::Event::Added { counter, task: maker, value, found, overwrote, since };
        push(&mut trace, at + 60, 0, added);
    }
    trace.end(crate::trace::End { at: crate::units::Stamp(made::T0 + 2_500_010), ..Default::default() });
    let recording = made::run_of(&trace, false);
    let (tally, file) = written(&[Portion::of("", &recording)]);
    assert_eq!((tally.flows, tally.instants), (8_334, 10_000), "every third message, the first losses");
    let about = &file["otherData"]["runs"][0];
    assert_eq!((&about["messages"], &about["messages_without_arrow"]), (&25_000.into(), &16_666.into()));
    assert_eq!(about["marks_left_out"], 15_000);
    let belt = counted(&file, "queue the \"belt\"\n");
    assert_eq!(belt.len(), 2_000);
    assert!(belt[1..].iter().all(|(_, args)| (args["messages"].as_f64().expect("a mean") - 0.5).abs() < 0.05));
    let sum = counted(&file, "counter the \"sum\"\n");
    assert_eq!((sum.len(), &sum[2_000].1["value"], &sum[2_000].1["expected"]), (2_001, &8.into(), &25_007.into()));
}

#[test]
fn nothing_is_a_file_too() {
    let (_, file) = written(&[]);
    assert!(events(&file).is_empty());
    let recording = made::run_of(&crate::trace::Trace::new(Vec::new(), 0), false);
    let (tally, _) = written(&[Portion::of("", &recording)]);
    assert_eq!((tally.spans, tally.samples), (0, 0));
}
