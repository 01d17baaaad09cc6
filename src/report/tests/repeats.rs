//! Several runs of one plan, and what they come to.

use super::*;

/// The texts of a printout: two rounds, the second being the run of `records`, and then the end.
fn printed(format: Format, plain: bool, repeat: Option<u16>, broken: Option<&Reason>) -> Vec<String> {
    let good: Vec<Stamped> = events()
        .into_iter()
        .map(|r| {
            if let Event::Ended { task, .. } = r.event {
                Stamped { event: ended(task.0, Outcome::Done, 0), ..r }
            } else {
                r
            }
        })
        .collect();
    let mut printout = Printout::new(format, plain, repeat);
    let mut pieces = Vec::new();
    with_run(GIL, &good, Some(0.5), |run| {
        run.trace.report.as_mut().expect("a report").results[1].outcome = Outcome::Done;
        pieces.push(printout.begin(1) + &printout.end(run, 1));
    });
    if repeat.is_some() {
        with_run(GIL, &events(), None, |run| {
            pieces.push(printout.begin(2) + &printout.end(run, 2));
        });
    }
    pieces.push(printout.close(broken));
    pieces
}

#[test]
fn without_repetition_each_format_is_what_it_is_alone() {
    for format in [Format::Table, Format::Json, Format::Csv] {
        let pieces = printed(format, false, None, None);
        assert_eq!((pieces.len(), pieces[1].as_str()), (2, ""), "{format:?}");
    }
    let document: serde_json::Value = serde_json::from_str(&printed(Format::Json, false, None, None)[0]).expect("JSON");
    assert_eq!((&document["schema"], &document["workload"]), (&2.into(), &"pair".into()));
}

#[test]
fn whatever_ends_a_repetition_its_document_is_whole() {
    let read = |pieces: &[String]| -> serde_json::Value { serde_json::from_str(&pieces.concat()).expect("JSON") };
    let pieces = printed(Format::Json, false, Some(5), Some(&Reason::Broke(Failure::Killed)));
    let all = read(&pieces);
    assert_eq!((all["repeat"].as_u64(), all["runs"].as_array().map(Vec::len)), (Some(5), Some(2)));
    assert_eq!((&all["outcome"], &all["reason"]["reason"]), (&"incomplete".into(), &"tasks".into()));
    assert_eq!(all["reason"], all["runs"][1]["reason"], "the run itself says more than what it ended");
    assert_eq!(all["summary"]["count"], 1, "a run with a killed task is shown, but not counted");
    assert_eq!(us(all["summary"]["makespan_s"]["median"].as_f64().expect("a number")), 20_000);
    let alone: serde_json::Value = serde_json::from_str(&printed(Format::Json, false, None, None)[0]).expect("JSON");
    assert_eq!(all["runs"][0], alone);
    let none = Printout::new(Format::Json, false, Some(3)).close(Some(&Reason::Broke(told())));
    let none = read(&[none]);
    assert_eq!((none["runs"].as_array().map(Vec::len), &none["summary"]["count"]), (Some(0), &0.into()));
    assert!(none["summary"]["makespan_s"].is_null() && none["reason"]["sentence"] == "no \"more\" processes");
    assert_eq!(none["outcome"], "failed");
    assert_eq!(Printout::new(Format::Csv, false, Some(3)).close(None), csv_head(&State::PLANNED, true));
    assert_eq!(Printout::new(Format::Table, false, Some(3)).close(None), "");
    let rows = printed(Format::Csv, false, Some(5), None).concat();
    let first: Vec<&str> = rows.lines().map(|l| l.split(',').next().unwrap_or("")).collect();
    assert_eq!(first, ["repeat", "1", "1", "2", "2"]);
}

#[test]
fn repeated_runs_read_like_this() {
    let expected = "\
pair: 2 tasks of 5 ms
threads with a GIL (switch interval 5ms): 2 threads, 2 cores, measured

run          time  cores busy  CPU time       p50       p95       p99   longest
1         20.0 ms        0.90   18.0 ms   11.0 ms   20.0 ms   20.0 ms   20.0 ms
2         20.0 ms        0.90   18.0 ms   11.0 ms   11.0 ms   11.0 ms   11.0 ms

median    20.0 ms        0.90   18.0 ms   11.0 ms   20.0 ms   20.0 ms   20.0 ms
minimum   20.0 ms        0.90   18.0 ms   11.0 ms   20.0 ms   20.0 ms   20.0 ms
maximum   20.0 ms        0.90   18.0 ms   11.0 ms   20.0 ms   20.0 ms   20.0 ms
spread        0 s        0.00       0 s       0 s       0 s       0 s       0 s

p50, p95, p99, longest: latency of the tasks, from submission to end
spread: half of the runs lie this close to the median (median absolute deviation)
note: other programs took 5 % of the cores or more in 1 of 1 runs; on an idle machine times may be shorter
";
    assert_eq!(printed(Format::Table, false, Some(2), None).concat(), expected);
    let plain = printed(Format::Table, true, Some(2), None);
    assert!(
        plain[0].starts_with("Run 1 of 2.\nThe run is over.\n") && plain[1].starts_with("Run 2 of 2.\n"),
        "{plain:?}"
    );
    assert!(
        plain[2].starts_with("1 run is over: 20 ms in the median, 20 ms at least and 20 ms at most.\n"),
        "{plain:?}"
    );
}
