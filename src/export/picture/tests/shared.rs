//! The lanes of queues, counters and permits.

use super::*;
use crate::export::made;
use crate::units::QueueId;

/// The lane whose name begins with `name`.
fn lane<'a>(lanes: &'a [Seen], name: &str) -> &'a Seen {
    let names: Vec<&str> = lanes.iter().map(|lane| lane.name.as_str()).collect();
    lanes.iter().find(|lane| lane.name.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {names:?}"))
}

#[test]
fn a_queue_is_as_high_as_it_was_full_and_a_counter_shows_what_it_lacks() {
    let trace = made::shared().limiting_locks(vec![1, 2]);
    let svg = picture(&trace, Subject::Tasks, &caption(), &Options::default()).svg(Some(Theme::Dark));
    let lanes = lanes(&svg);
    let near = |height: u32, share: f64| (f64::from(height) - share * f64::from(UNITS)).abs() <= 1.0;
    let queue = lane(&lanes, "queue the ");
    let track = &trace.sharing.queues[&QueueId(0)];
    let mut full = 0;
    for column in 0..queue.columns() {
        let range = queue.range(column).and(Range::new(Ns::ZERO, trace.latest()));
        let levels = track.lengths(range);
        let [mean, more] = ["channel", "channel-behind"].map(|kind| queue.height(kind, column));
        assert!(near(mean, levels.mean / 3.0), "{column}: {mean} for {levels:?}");
        assert!(near(mean + more, f64::from(levels.most) / 3.0), "{column}: {mean} {more} for {levels:?}");
        full += levels.most;
    }
    assert!(full > 0);
    let (counter, permits) = (lane(&lanes, "counter the "), lane(&lanes, "lock seats"));
    let at = |lane: &Seen, ns: u64| (0..9_999).find(|column| lane.range(*column).contains(Ns(ns))).expect("a column");
    let held = |ns: u64| ["bar", "alarm"].map(|kind| counter.height(kind, at(counter, ns)));
    // Three were added to the 7 that it began with.
    assert_eq!([held(2_000), held(3_050), held(3_300), held(7_000)], [[0, 0], [333, 0], [333, 334], [667, 333]]);
    let taken = [3_000, 4_050, 4_600, 5_050, 7_000].map(|ns| permits.height("bar", at(permits, ns)));
    assert_eq!(taken, [0, 500, 1_000, 500, 0]);
    // One stands in the lane, one in the legend.
    assert_eq!(["×", "○"].map(|sign| svg.matches(&format!(">{sign}<")).count()), [2, 2]);
    for said in ["9 of 10", "of 3<", "lost updates 1", "refused tries 1", "first loss at 3.1 us", "overwrites: one"] {
        assert!(svg.contains(said), "no {said}");
    }
    assert!(svg.contains("maker 1: load 7, store 8<") && svg.contains(">maker 2: load 7, store 8, overwrites"));
}

#[test]
fn what_happens_later_is_not_drawn_before() {
    let trace = made::shared().limiting_locks(vec![1, 2]);
    let until = Options { until: Some(Ns(3_050)), ..Options::default() };
    let svg = picture(&trace, Subject::Tasks, &caption(), &until).svg(None);
    assert!(svg.contains("8, exact") && !svg.contains("first loss") && !svg.contains('○'));
    assert!(lane(&lanes(&svg), "counter the ").columns() > 0);
}

#[test]
fn runs_above_each_other_have_the_lanes_each_and_name_the_one_that_lost() {
    let trace = made::shared().limiting_locks(vec![1, 2]);
    let early = picture(&trace, Subject::Tasks, &caption(), &Options { until: Some(Ns(3_050)), ..Options::default() });
    assert!(!early.svg(None).contains("first loss"));
    let run = |name: &str| StackedRun { name: name.to_owned(), trace: &trace };
    let svg = stacked(&[run("plain"), run("locked")], Subject::Tasks, &caption(), &Options::default()).svg(None);
    let names: Vec<String> = lanes(&svg).into_iter().map(|lane| lane.name).collect();
    assert_eq!(names.iter().filter(|name| name.starts_with("queue ")).count(), 2, "{names:?}");
    assert!(names.iter().all(|name| name != "cores busy"));
    assert!(svg.contains(">lost updates<") && svg.contains("first loss"));
}

proptest! {
    #[test]
    fn whatever_is_shared_there_is_a_picture(trace in made::traces(), options in options()) {
        let trace = trace.limiting_locks(vec![1, 3]);
        let svg = picture(&trace, Subject::Tasks, &caption(), &options).svg(None);
        prop_assert!(svg.ends_with("</svg>\n"));
        for lane in lanes(&svg).iter().filter(|lane| lane.name.starts_with("queue") || lane.name.starts_with("counter")) {
            for column in 0..lane.columns() {
                let height: u32 = lane.heights.iter().filter_map(|(_, heights)| heights.get(column)).sum();
                prop_assert!(height <= UNITS + 1, "{}: {height}", lane.name);
            }
        }
    }
}
