use proptest::prelude::*;

use super::*;
use crate::text::Cause;

fn ms(n: u64) -> Ns {
    Ns::from_millis(n)
}

const GIL: Model = Model { kind: ModelKind::Threads, lock: GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL) };

/// `model` took `time`, of which `serial` took 2 s.
fn took(model: Model, time: u64, serial: u64) -> Contender {
    let workers = match model.kind {
        ModelKind::Serial | ModelKind::Async => 1,
        ModelKind::Threads => 64,
        ModelKind::Processes => 4,
    };
    Contender {
        model,
        timing: Timing { time: ms(time), spread: None, least: ms(time) },
        ratio: Ok(Ratio::exactly(serial as f64 / time as f64)),
        workers,
        at_once: if model.kind == ModelKind::Async { usize::MAX } else { workers },
        memory: Some(2_500_000),
        start: Ns::ZERO,
        copying: Ns::ZERO,
        locked: 0.0,
        turns: 0.0,
        blocked: false,
        rate: None,
        going: None,
    }
}

/// The field in which serial, threads, processes, async and threads with the GIL took so many milliseconds.
fn field(times: [u64; 5], waiting: f64) -> Field {
    use ModelKind::{Async, Processes, Serial, Threads};
    let models = [Serial, Threads, Processes, Async].map(Model::plain).into_iter().chain([GIL]);
    Field {
        contenders: models.zip(times).map(|(m, t)| took(m, t, times[0])).collect(),
        tasks: 4,
        cores: 2.0,
        waiting,
        ..Field::default()
    }
}

fn said(field: &Field) -> String {
    verdict(field).text()
}

#[test]
fn work_alone_goes_to_threads_and_processes_and_with_the_gil_to_processes() {
    let text = said(&field([2_010, 1_030, 1_050, 2_010, 2_060], 0.0));
    assert_eq!(text, "Threads or processes: 2.0×. Async gains nothing: nothing here waits. With the GIL: processes.");
}

#[test]
fn waiting_alone_goes_to_one_thread_where_others_cost_more() {
    let mut field = field([24_000, 1_000, 6_000, 1_000, 1_010], 0.99);
    field.tasks = 64;
    field.contenders[1].memory = Some(42_500_000);
    let text = said(&field);
    assert_eq!(
        text,
        "Async: 24× with one thread. Threads gain as much, with 64 threads and 40.0 MB more. \
         Processes: 4.0×, 4 at a time. There were 64 threads, 4 processes for 64 tasks: `--workers 64` makes them equal. \
         The GIL costs nothing here."
    );
    field.contenders[1].memory = Some(2_600_000);
    assert!(said(&field).starts_with("Threads or async: 24×. Processes: 4.0×, 4 at a time."), "{}", said(&field));
}

#[test]
fn pools_are_named_only_where_they_are_unequal_and_decide() {
    let named = |field: &Field| said(field).contains("--workers");
    let mut five = field([2_500, 1_250, 1_500, 2_500, 2_500], 0.0);
    (five.tasks, five.work) = (5, ms(2_500));
    five.contenders[1].at_once = 5;
    five.contenders[1].workers = 5;
    assert_eq!(
        said(&five),
        "Threads: 2.0×. Processes: 1.7×, 4 at a time. Async gains nothing: nothing here waits. \
         There were 5 threads, 4 processes for 5 tasks: `--workers 5` makes them equal. With the GIL: processes."
    );
    let mut even = five.clone();
    (even.tasks, even.contenders[1].at_once) = (8, 8);
    assert!(!named(&even), "all processes have as many tasks: {}", said(&even));
    let mut equal = field([24_000, 6_000, 7_000, 6_000, 6_000], 0.99);
    equal.tasks = 64;
    equal.contenders.iter_mut().filter(|c| !c.is_baseline()).for_each(|c| c.at_once = 4);
    assert!(!named(&equal), "{}", said(&equal));
    assert!(!said(&equal).contains("at a time"), "{}", said(&equal));
    let mut thousand = field([24_000, 1_000, 6_000, 400, 1_000], 0.99);
    thousand.tasks = 1_000;
    let text = said(&thousand);
    assert!(text.contains("64 threads, 4 processes for 1000 tasks: `--workers 64`"), "{text}");
    thousand.contenders[3].at_once = 3;
    thousand.contenders[3].timing.time = ms(8_000);
    let text = said(&thousand);
    assert!(text.contains("64 threads, 4 processes, 3 at a time on the loop for 1000 tasks"), "{text}");
}

#[test]
fn handlers_that_wait_and_compute_say_what_the_loop_lacks() {
    let mut field = field([840, 110, 210, 140, 142], 0.95);
    field.work = ms(40);
    let text = said(&field);
    assert_eq!(
        text,
        "Threads: 7.6×. Async: 6.0×, one thread does all the computing. Processes: 4.0×. \
         With the GIL threads still gain 5.9×."
    );
}

#[test]
fn a_loop_that_has_nothing_to_compute_is_not_late_for_that() {
    let text = said(&field([600, 300, 300, 330, 300], 1.0));
    assert!(text.contains("Async: 1.8×."), "{text}");
}

#[test]
fn whoever_waits_for_a_turn_on_the_loop_loses_by_that() {
    let mut field = field([100, 100, 110, 2_000, 2_000], 0.8);
    field.contenders[3].turns = 0.9;
    assert_eq!(
        said(&field),
        "No model gains anything. Async loses, 20× serial's time: tasks wait for their turn on the loop. \
         With the GIL threads take 20× serial's time."
    );
}

#[test]
fn a_blocked_loop_is_the_reason_why_async_gains_nothing() {
    let mut field = field([800, 100, 100, 800, 100], 1.0);
    field.contenders[3].blocked = true;
    assert!(said(&field).contains("Async gains nothing: blocking calls hold the loop."), "{}", said(&field));
}

#[test]
fn a_lock_that_is_always_held_lets_nobody_gain() {
    let mut locked = field([1_000, 1_020, 1_030, 1_000, 1_010], 0.0);
    locked.lock = Some(("account".to_owned(), 0.98));
    assert_eq!(said(&locked), "No model gains anything: the lock `account` is held 98 % of the time.");
    let mut part = field([1_000, 700, 710, 1_000, 1_010], 0.0);
    (part.lock, part.ideal) = (Some(("account".to_owned(), 0.6)), Some(2.0));
    part.contenders[1].locked = 0.3;
    let text = said(&part);
    assert!(text.contains("More is not there: the lock `account` is held 60 % of the time."), "{text}");
}

#[test]
fn one_core_and_one_task_are_reasons_too() {
    let mut one = field([1_000, 1_010, 1_020, 1_000, 1_030], 0.0);
    one.cores = 1.0;
    assert_eq!(said(&one), "No model gains anything: there is one core.");
    (one.cores, one.tasks) = (2.0, 1);
    assert_eq!(said(&one), "No model gains anything: there is one task.");
    one.contenders[2] = took(Model::plain(ModelKind::Processes), 1_240, 1_000);
    one.contenders[2].start = ms(150);
    let text = said(&one);
    assert!(text.ends_with("Processes lose, 1.2× serial's time: starting them takes 150 ms."), "{text}");
}

#[test]
fn what_processes_pay_for_their_start_is_named() {
    let mut field = field([20, 10, 16, 20, 20], 0.0);
    field.contenders[2].start = ms(5);
    let text = said(&field);
    assert!(text.contains("Processes: 1.2×, starting them takes 5 ms."), "{text}");
    field.contenders[2].copying = ms(6);
    assert!(said(&field).contains("copying takes 6 ms."), "{}", said(&field));
}

/// A ratio between `low` and `high`, drawn apart by other programs.
fn between(low: f64, high: f64) -> Ratio {
    let doubt = Doubt { cause: Cause::Busy { others: 1.2, cores: 2.0 }, baseline: false };
    Ratio { speedup: Speedup { times: f64::midpoint(low, high), low, high }, doubt: Some(doubt) }
}

#[test]
fn a_large_loss_that_one_run_shows_is_no_law() {
    let mut field = field([1_000, 510, 20_000, 1_000, 1_000], 0.0);
    let lost = |field: &Field| said(field).contains("Processes lost once, 20× serial's time; repeat it to be sure.");
    assert!(lost(&field), "nothing explains it: {}", said(&field));
    field.contenders[2].timing.spread = Some(ms(200));
    assert!(said(&field).contains("Processes lose, 20× serial's time."), "{}", said(&field));
    field.contenders[2] = took(Model::plain(ModelKind::Processes), 4_000, 1_000);
    assert!(said(&field).contains("Processes lose, 4.0× serial's time."), "{}", said(&field));
    field.contenders[2].start = ms(2_900);
    let text = said(&field);
    assert!(text.contains("Processes lost once, 4.0× serial's time: starting them takes 2.90 s; repeat"), "{text}");
    field.contenders[2] = took(Model::plain(ModelKind::Processes), 2_000, 1_000);
    field.contenders[2].start = ms(900);
    assert!(
        said(&field).contains("Processes lose, 2.0× serial's time: starting them takes 900 ms."),
        "{}",
        said(&field)
    );
}

#[test]
fn beside_others_a_ratio_has_bounds_and_no_verdict_only_where_it_would_change_within_them() {
    let mut field = field([2_010, 1_030, 1_050, 2_010, 2_060], 0.0);
    field.contenders[1].ratio = Ok(between(1.6, 2.0));
    field.contenders[2].ratio = Ok(between(1.6, 2.0));
    let text = said(&field);
    assert!(text.starts_with("Threads or processes: 1.6–2.0×. Async gains nothing"), "{text}");
    assert!(text.ends_with("A range for threads and processes: other programs kept 1.2 of 2 cores busy."), "{text}");
    field.contenders[2].ratio = Ok(between(0.9, 1.9));
    let text = said(&field);
    assert!(text.starts_with("Threads: 1.6–2.0×."), "{text}");
    assert!(text.contains("Processes: 0.90–1.9×, no verdict: other programs kept 1.2 of 2 cores busy."), "{text}");
    field.contenders[3].ratio = Ok(between(0.9, 1.1));
    assert!(!said(&field).contains("nothing gains"), "nobody knows what processes gain: {}", said(&field));
    field.contenders[3].ratio = Ok(Ratio::exactly(1.0));
    // If that is the fastest, nobody is best; the others are told all the same.
    field.contenders[1].ratio = Ok(between(0.9, 1.9));
    let text = said(&field);
    assert!(text.starts_with("Async gains nothing: nothing here waits. Threads: 0.90–1.9×, no verdict"), "{text}");
    // So slow that it is slow in any case.
    field.contenders[3].ratio = Ok(between(0.04, 0.055));
    assert!(said(&field).contains("Async loses, 18–25× serial's time"), "{}", said(&field));
    field.contenders.iter_mut().skip(1).for_each(|c| c.ratio = Err(NoRatio::OtherWork));
    assert_eq!(said(&field), "No ratios: the runs did not do the same work.");
}

#[test]
fn failed_runs_are_named_and_the_rest_is_said_all_the_same() {
    let mut field = field([2_010, 1_030, 1_050, 2_010, 2_060], 0.0);
    field.contenders.remove(2);
    field.failed = vec![(Model::plain(ModelKind::Processes), Stop::Failed)];
    let text = said(&field);
    assert!(text.starts_with("Threads: 2.0×.") && text.ends_with("Processes: failed."), "{text}");
    field.contenders.remove(0);
    assert!(said(&field).contains("there is no serial run"), "{}", said(&field));
    field.contenders.clear();
    assert!(said(&field).starts_with("Nothing was measured."), "{}", said(&field));
}

#[test]
fn the_gil_may_leave_something_or_make_it_worse() {
    let without = |mut field: Field| {
        field.contenders.retain(|c| c.model.kind != ModelKind::Processes && c.model.kind != ModelKind::Async);
        said(&field)
    };
    assert!(without(field([1_000, 500, 0, 0, 700], 0.0)).ends_with("With the GIL threads still gain 1.4×."));
    assert!(without(field([1_000, 500, 0, 0, 1_000], 0.0)).ends_with("With the GIL nothing gains."));
    assert!(without(field([1_000, 500, 0, 0, 1_500], 0.0)).ends_with("With the GIL threads take 1.5× serial's time."));
}

#[test]
fn whoever_asks_for_the_lock_alone_hears_of_it() {
    let mut field = field([1_000, 500, 500, 1_000, 500], 0.5);
    field.contenders.retain(|c| c.is_baseline() || c.model.lock.is_on());
    assert_eq!(said(&field), "Threads with the GIL: 2.0×.");
    field.contenders.truncate(1);
    assert_eq!(said(&field), "One row alone is no comparison.");
}

#[test]
fn what_goes_round_beside_the_work_comes_before_the_times() {
    let mut field = field([520, 500, 504, 500, 500], 1.0);
    for (contender, gap) in field.contenders.iter_mut().zip([500, 21, 23, 500, 24]) {
        contender.going = Some(Going { task: "spin".to_owned(), of: 1, gap: ms(gap), usual: ms(20), rate: None });
    }
    assert_eq!(
        said(&field),
        "Threads, processes and threads with the GIL keep `spin` going: gaps up to 24 ms. \
         Serial and async freeze it for 500 ms: another task keeps the one thread. \
         In time no model gains anything."
    );
    field.contenders.iter_mut().filter_map(|c| c.going.as_mut()).for_each(|going| going.gap = ms(22));
    let text = said(&field);
    assert_eq!(text, "Every model keeps `spin` going: gaps up to 22 ms. No model gains anything.");
    field.contenders.iter_mut().for_each(|c| c.ratio = Err(NoRatio::OtherWork));
    assert!(said(&field).starts_with("Every model keeps `spin` going"), "without ratios too: {}", said(&field));
    field.contenders.clear();
    assert_eq!(said(&field), "Nothing was measured.");
}

#[test]
fn of_tasks_that_compute_for_a_time_rounds_are_told_and_the_lock_is_not_called_free() {
    let mut field = field([2_040, 510, 515, 2_040, 520], 0.0);
    let rates = [19_000.0, 37_000.0, 38_000.0, 19_500.0, 18_000.0];
    field.contenders.iter_mut().zip(rates).for_each(|(c, rate)| c.rate = Some(rate));
    let text = said(&field);
    assert!(
        text.starts_with("Most rounds: 38000 a second under threads and processes; fewest: 18000 under serial"),
        "{text}"
    );
    assert!(text.contains("Threads or processes: 4.0×.") && !text.contains("costs nothing"), "{text}");
}

#[test]
fn ties_are_within_the_spread() {
    let timing = |time, spread: Option<u64>| Timing { time: ms(time), spread: spread.map(ms), least: ms(time) };
    assert!(timing(1_000, None).ties(timing(1_040, None)));
    assert!(!timing(1_000, None).ties(timing(1_060, None)));
    assert!(!timing(1_000, Some(5)).ties(timing(1_051, Some(5))));
    assert!(timing(1_000, Some(50)).ties(timing(1_090, Some(40))));
    assert!(timing(1_000, Some(0)).ties(timing(1_049, Some(0))));
    let owes = Timing { least: ms(1_000), ..timing(1_500, None) };
    assert!(owes.ties(timing(1_100, None)) && timing(1_100, None).ties(owes), "it may have been as fast");
    assert!(!owes.ties(timing(900, None)));
    assert_eq!(Timing::of(&[ms(3), ms(1), ms(9)]), Some(timing(3, Some(2))));
    assert_eq!(Timing::of(&[ms(3)]), Some(timing(3, None)));
    assert_eq!(Timing::of(&[]), None);
}

fn any_contender() -> impl Strategy<Value = Contender> {
    let ratio = prop_oneof![
        4 => (0.01f64..100.0).prop_map(|times| Ok(Ratio::exactly(times))),
        2 => (0.01f64..100.0, 1.0f64..10.0).prop_map(|(low, wider)| Ok(between(low, low * wider))),
        1 => Just(Err(NoRatio::OtherWork)),
    ];
    let model = (0usize..4, 0usize..3).prop_map(|(kind, lock)| {
        let locks = [GlobalLock::Off, GlobalLock::gil(ms(5)), GlobalLock::GilLegacy { check_interval: 100 }];
        Model { kind: ModelKind::ALL[kind], lock: locks[lock] }
    });
    let figures = (1u64..10_000, proptest::option::of(0u64..500), 1usize..5_000, proptest::option::of(0u64..1 << 40));
    let going = proptest::option::of((0u64..5_000, 1u64..500, 1usize..4, proptest::option::of(0.0f64..1e6)));
    let going = going.prop_map(|going| {
        let of = |(gap, usual, of, rate)| Going { task: "ticker".to_owned(), of, gap: ms(gap), usual: ms(usual), rate };
        going.map(of)
    });
    (model, ratio, figures, 0u64..5_000, 0u64..5_000, 0.0f64..1.0, any::<bool>(), going).prop_map(
        |(model, ratio, (time, spread, workers, memory), start, copying, locked, blocked, going)| Contender {
            model,
            timing: Timing { time: ms(time), spread: spread.map(ms), least: ms(time) },
            ratio,
            workers,
            at_once: workers,
            memory,
            start: ms(start),
            copying: ms(copying),
            locked,
            turns: locked,
            blocked,
            rate: None,
            going,
        },
    )
}

proptest! {
    #[test]
    fn whatever_was_measured_there_is_a_short_verdict(
        contenders in proptest::collection::vec(any_contender(), 0..7),
        tasks in 0usize..5_000,
        (cores, waiting, share, work) in (0.1f64..64.0, 0.0f64..=1.0, 0.0f64..=1.0, 0u64..1 << 50),
        ideal in proptest::option::of(0.1f64..64.0),
    ) {
        let lock = Some(("a lock with a rather long name".to_owned(), share));
        let field = Field { contenders, failed: Vec::new(), stand_in: None, tasks, cores, work: Ns(work), waiting, lock, ideal };
        let verdict = verdict(&field);
        let text = verdict.text();
        prop_assert!(text.ends_with('.'), "{text}");
        prop_assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        prop_assert!(verdict.spoken().is_ascii(), "{}", verdict.spoken());
        for width in [40, 60, 80, 200] {
            let lines = verdict.lines(width);
            prop_assert!(lines.iter().all(|l| l.chars().count() <= width), "{lines:?}");
            prop_assert_eq!(lines.join(" "), text.clone());
        }
        for word in ["green", "red", "blue", "yellow", "gray", "grey"] {
            prop_assert!(!text.split(|c: char| !c.is_alphanumeric()).any(|w| w == word), "{text}");
        }
    }

    #[test]
    fn a_tie_has_no_order(a in 1u64..10_000, b in 1u64..10_000, spreads in proptest::option::of((0u64..500, 0u64..500))) {
        let timing = |time, spread: Option<u64>| Timing { time: ms(time), spread: spread.map(ms), least: ms(time) };
        let (x, y) = (timing(a, spreads.map(|s| s.0)), timing(b, spreads.map(|s| s.1)));
        prop_assert_eq!(x.ties(y), y.ties(x));
        prop_assert!(x.ties(x));
    }
}
