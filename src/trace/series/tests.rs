use super::*;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    at: Ns,
    task: TaskId,
    level: u32,
    order: u64,
    missing: i64,
}

impl Change for Step {
    fn at(&self) -> Ns {
        self.at
    }

    fn moved_to(self, at: Ns) -> Step {
        Step { at, ..self }
    }

    fn task(&self) -> TaskId {
        self.task
    }

    fn level(&self) -> u32 {
        self.level
    }

    fn order(&self) -> u64 {
        self.order
    }

    fn missing(&self) -> Option<i64> {
        Some(self.missing).filter(|n| *n != 0)
    }
}

const START: u32 = 7;

/// Steps in the order in which they happened.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0u64..2_000, 0u32..4, 0u32..50, -1i64..4);
    proptest::collection::vec(step, 0..200).prop_map(|mut all| {
        all.sort_by_key(|step| step.0);
        let step = |(order, (at, task, level, missing)): (u64, (u64, u32, u32, i64))| Step {
            at: Ns(at),
            task: TaskId(task),
            level,
            order,
            // Most of them lack nothing.
            missing: if level < 10 { missing } else { 0 },
        };
        (0..).zip(all).map(step).collect()
    })
}

/// The series of `steps`, which arrive as late as `late` says.
fn series(steps: &[Step], late: &[u8]) -> Series<Step> {
    let mut arriving: Vec<(usize, Step)> = steps.iter().copied().enumerate().collect();
    arriving.sort_by_key(|(index, _)| index + usize::from(late.get(*index).copied().unwrap_or(0)));
    let mut series = Series::new(START);
    for (index, step) in arriving {
        series.insert(step);
        // Sometimes several arrive before anybody looks.
        if index % 3 == 0 {
            series.settle();
        }
    }
    series.settle();
    series
}

fn level_at(steps: &[Step], at: Ns) -> u32 {
    steps.iter().rfind(|s| s.at <= at).map_or(START, |s| s.level)
}

fn naive(steps: &[Step], range: Range) -> Levels {
    let first = level_at(steps, range.from);
    let inside = steps.iter().filter(|s| s.at > range.from && s.at < range.to).map(|s| s.level);
    let all = || inside.clone().chain([first]);
    let area: u64 = (range.from.0..range.to.0).map(|at| u64::from(level_at(steps, Ns(at)))).sum();
    Levels {
        least: all().min().unwrap_or(first),
        most: all().max().unwrap_or(first),
        mean: area as f64 / range.len().0 as f64,
    }
}

fn same(a: Levels, b: Levels) -> bool {
    (a.least, a.most) == (b.least, b.most) && (a.mean - b.mean).abs() < 1e-6
}

proptest! {
    #[test]
    fn levels_and_sums_are_those_of_all_changes_in_whatever_order_they_arrive(
        steps in steps(),
        late in proptest::collection::vec(0u8..40, 200),
        (from, length) in (0u64..2_200, 1u64..400),
        cut in 0u64..2_200,
    ) {
        let mut series = series(&steps, &late);
        prop_assert_eq!(series.all(), steps.as_slice());
        let range = Range::new(Ns(from), Ns(from + length));
        let lacking = |at: u64| {
            let before = || steps.iter().filter(|s| s.at.0 < at && s.missing != 0);
            (before().count() as u64, before().map(|s| s.missing).sum::<i64>())
        };
        let inside: Vec<Step> = steps.iter().copied().filter(|s| range.contains(s.at)).collect();
        for forgotten in [false, true] {
            if forgotten {
                let gone = series.forget(Ns(cut));
                prop_assert_eq!(gone, steps.iter().filter(|s| s.at.0 < cut).count());
                if from < cut {
                    break;
                }
            }
            prop_assert_eq!(series.level(range.from), level_at(&steps, range.from));
            let (known, expected) = (series.levels(range), naive(&steps, range));
            prop_assert!(same(known, expected), "{:?} for {:?}", known, expected);
            prop_assert_eq!(series.before(range.to), steps.iter().filter(|s| s.at < range.to).count() as u64);
            prop_assert_eq!(series.missing(range.to), lacking(range.to.0));
            prop_assert_eq!(series.within(range), inside.as_slice());
        }
    }

    #[test]
    fn what_is_next_is_the_first_of_those_that_follow(
        steps in steps(),
        late in proptest::collection::vec(0u8..40, 200),
        at in 0u64..2_200,
        cut in 0u64..1_500,
    ) {
        let mut series = series(&steps, &late);
        for cut in [0, cut] {
            series.forget(Ns(cut));
            let kept = || steps.iter().filter(|s| s.at.0 >= cut);
            let one = |s: &&Step| s.missing != 0;
            prop_assert_eq!(series.next_missing(Ns(at)), kept().filter(|s| s.at.0 > at).find(one));
            prop_assert_eq!(series.last_missing(Ns(at)), kept().filter(|s| s.at.0 < at).rfind(one));
            for task in (0..4).map(TaskId) {
                let own = |s: &&Step| s.task == task;
                let at_of = |found: Option<usize>| found.map(|index| (series.all()[index].at, series.all()[index].task));
                let next = kept().filter(own).find(|s| s.at.0 > at).map(|s| (s.at, task));
                prop_assert_eq!(at_of(series.next_of(task, Ns(at))), next);
                let last = kept().filter(own).rfind(|s| s.at.0 < at).map(|s| (s.at, task));
                prop_assert_eq!(at_of(series.last_of(task, Ns(at))), last);
            }
        }
    }

    #[test]
    fn who_waits_is_counted_at_any_time(
        all in proptest::collection::vec((0u64..2_000, 0u64..500), 0..100),
        (from, length) in (0u64..2_200, 0u64..600),
        cut in 0u64..2_000,
    ) {
        let mut waits = Waits::default();
        let all: Vec<Range> = all.iter().map(|(at, waited)| Range::new(Ns(at.saturating_sub(*waited)), Ns(*at))).collect();
        for wait in &all {
            waits.insert(wait.to, wait.len());
        }
        waits.settle();
        let range = Range::new(Ns(from), Ns(from + length));
        for forgotten in [false, true] {
            if forgotten {
                waits.forget(Ns(cut));
                if from < cut {
                    break;
                }
            }
            prop_assert_eq!(waits.at(range.from), all.iter().filter(|w| w.contains(range.from)).count() as u64);
            prop_assert_eq!(waits.within(range), all.iter().map(|w| w.and(range).len()).sum::<Ns>());
        }
    }
}

#[test]
fn a_change_that_arrives_behind_what_is_dropped_counts_from_there() {
    let step = |at, level, order| Step { at: Ns(at), task: TaskId(0), level, order, missing: 0 };
    let mut series = Series::new(0);
    [step(10, 1, 0), step(20, 2, 1), step(40, 4, 3)].into_iter().for_each(|s| series.insert(s));
    assert_eq!(series.forget(Ns(30)), 2);
    series.insert(step(25, 3, 2));
    series.settle();
    assert_eq!((series.level(Ns(30)), series.level(Ns(40)), series.before(Ns(50))), (3, 4, 4));
}
