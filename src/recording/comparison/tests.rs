use proptest::prelude::*;

use super::*;
use crate::machine::Machine;
use crate::model::LockSettings;
use crate::plan::{Rates, Wishes};
use crate::recording::{Conditions, Origin};
use crate::settings::Setup;
use crate::state::{Awaited, Failure, Outcome, Waiting};
use crate::text::Doubt;
use crate::trace::{Begin, End, Event, Stamped, WorkerUse};
use crate::units::{CoreId, Stamp, TaskId, WorkerId};
use crate::workload::{Scale, parse};

const GIL: GlobalLock = GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL);

/// Milliseconds that a task computes, and then waits.
type Need = (u64, u64);

/// A run of tasks with these `needs` under `model`, one after the other or all at once, everything `slower` times.
fn made(model: Model, needs: &[Need], at_once: bool, slower: u64) -> Recording {
    let text = format!(
        "format = 1\nname = \"made\"\n[params]\ntasks = {}\n[[tasks]]\nname = \"task\"\ncount = \"tasks\"\nsteps = [{{ \
         compute = {{ amount = \"1ms\" }} }}]\n",
        needs.len()
    );
    let setup = Setup {
        workload: parse("made.toml", &text).expect("a workload"),
        model,
        lock: LockSettings::default(),
        wishes: Wishes { seed: 1, workers: at_once.then_some(needs.len() as u16), ..Wishes::default() },
        scale: Scale::ONE,
    };
    let rates = Rates::all(1_000);
    let plan = setup.plan(setup.tasks().expect("programs"), 2, rates);
    let machine = Machine { usable: 2.0, allowed: vec![0, 1] };
    let workers = plan.workers;
    let mut made = Recording::of_plan(setup, plan, rates, machine);
    let trace = &mut made.trace;
    trace.begin(&Begin { t0: Stamp(0), pid: 7, workers, cores: vec![0, 1], ..Begin::default() });
    let mut events = Vec::new();
    let (mut from, mut last) = (0, 0);
    for (index, (work, wait)) in needs.iter().enumerate() {
        let (task, worker) = (TaskId(index as u32), WorkerId(if at_once { index as u16 } else { 0 }));
        let at = |ms: u64, event| Stamped { at: Stamp(ms * 1_000_000), worker, core: CoreId(0), event };
        let enter = |state| Event::Enter { task, state, holds: true, ago: Ns::ZERO, due: None };
        let (begin, computed) = (if at_once { 0 } else { from }, work * slower);
        let end = begin + computed + wait;
        events.push(at(0, Event::Submitted { task }));
        events.push(at(begin, enter(State::Running)));
        events.push(at(begin + computed, enter(State::Sleep)));
        events.push(at(end, Event::Ended { task, outcome: Outcome::Done, signal: 0, cpu: Ns::ZERO }));
        from = end;
        last = last.max(end);
    }
    events.sort_by_key(|r| r.at);
    events.iter().for_each(|r| trace.push(r));
    let cpu = Ns::from_millis(needs.iter().map(|n| n.0 * slower).sum());
    let workers = (0..workers).map(|n| WorkerUse { pid: 7, tid: 7 + u32::from(n), ..WorkerUse::default() });
    trace.end(End { at: Stamp(last * 1_000_000), cpu, workers: workers.collect(), ..End::default() });
    made
}

fn compared(recordings: &[Recording]) -> Comparison {
    Comparison::of(&recordings.iter().collect::<Vec<_>>())
}

/// Runs of the five usual models, with the times that two cores would give.
fn five(needs: &[Need]) -> Vec<Recording> {
    let run = |model: Model| {
        let at_once = matches!(model.kind, ModelKind::Threads | ModelKind::Processes) && !model.lock.is_on();
        made(model, needs, at_once, 1)
    };
    usual_models(GIL).map(run).to_vec()
}

#[test]
fn rows_stand_in_the_order_of_the_scoreboard_whatever_was_measured_first() {
    let mut runs = five(&[(500, 0), (500, 0)]);
    runs.reverse();
    let comparison = compared(&runs);
    let names: Vec<String> = comparison.rows.iter().map(Row::name).collect();
    assert_eq!(names, ["serial", "threads", "processes", "async", "threads+GIL"]);
    assert_eq!((comparison.baseline, comparison.work, comparison.cores), (Some(0), SameWork::Exactly, 2.0));
    assert_eq!(comparison.rows[0].shown, Some(4), "as it was handed in");
    let ratio = |row: usize| comparison.rows[row].ratio.and_then(Result::ok).map(|r| r.speedup.times);
    assert_eq!((ratio(0), ratio(1), ratio(3)), (None, Some(2.0), Some(1.0)));
    let text = comparison.verdict.text();
    assert_eq!(text, "Threads or processes: 2.0×. Async gains nothing: nothing here waits. With the GIL: processes.");
}

#[test]
fn figures_are_those_of_the_trace() {
    let comparison = compared(&five(&[(300, 100), (100, 0)]));
    let [serial, threads, ..] = comparison.rows.as_slice() else { panic!("rows") };
    let (serial, threads) = (serial.figures.expect("over"), threads.figures.expect("over"));
    let ms = Ns::from_millis;
    assert_eq!((serial.timing, threads.timing.time), (Timing { time: ms(500), spread: None, least: ms(500) }, ms(400)));
    assert_eq!((serial.p50, serial.p99, threads.p50), (Some(ms(400)), Some(ms(500)), Some(ms(100))));
    assert_eq!((serial.threads, threads.threads, threads.processes), (1, 2, 1));
    assert!((threads.busy - 1.0).abs() < 1e-9 && serial.start.is_none() && serial.copied.is_none());
    assert_eq!(comparison.rows[2].figures.expect("over").copied, Some(0), "processes could have copied");
    assert_eq!(comparison.slowest(), Some(ms(500)));
}

#[test]
fn the_ideal_is_bounded_by_work_or_by_the_longest() {
    let ms = Ns::from_millis;
    let ideal = |needs: &[Need]| {
        let ideal = compared(&five(needs)).ideal.expect("measured");
        (ideal.time, ideal.limit.text())
    };
    assert_eq!(ideal(&[(500, 0), (500, 0), (500, 0), (500, 0)]).1, "work / cores");
    assert_eq!(ideal(&[(1, 400), (1, 100)]), (ms(401), "the longest wait".to_owned()));
    assert_eq!(ideal(&[(400, 0), (100, 0)]), (ms(400), "the longest task".to_owned()));
    // A run on slow cores does not make the ideal longer.
    let needs = [(500, 0), (500, 0)];
    let slow = [made(Model::plain(ModelKind::Serial), &needs, false, 2), made(usual_models(GIL)[1], &needs, true, 1)];
    let comparison = compared(&slow);
    assert_eq!(comparison.ideal.as_ref().map(|i| i.time), Some(ms(500)));
    let ratio = comparison.rows[1].ratio.and_then(Result::ok).expect("it is bounded");
    assert!((ratio.speedup.low - 2.0).abs() < 1e-6 && (ratio.speedup.high - 2.0).abs() < 1e-6, "{ratio:?}");
}

#[test]
fn of_several_runs_the_median_one_stands_for_all() {
    let serial = Model::plain(ModelKind::Serial);
    let runs = [700, 500, 900, 510, 490].map(|work| made(serial, &[(work, 0)], false, 1));
    let comparison = compared(&runs);
    let [row] = comparison.rows.as_slice() else { panic!("one row") };
    assert_eq!((row.shown, row.counted, row.runs.len()), (Some(3), 5, 5));
    let timing = row.figures.expect("over").timing;
    assert_eq!(
        timing,
        Timing { time: Ns::from_millis(510), spread: Some(Ns::from_millis(20)), least: Ns::from_millis(510) }
    );
}

#[test]
fn a_run_that_others_disturbed_counts_only_where_there_is_no_other() {
    let serial = Model::plain(ModelKind::Serial);
    let mut runs = vec![made(serial, &[(900, 0)], false, 1), made(serial, &[(500, 0)], false, 1)];
    runs[0].conditions = Conditions { others: Some(1.0), stolen: Some(0.9), ..Conditions::default() };
    let row = compared(&runs).rows.remove(0);
    assert_eq!((row.shown, row.counted), (Some(1), 1));
    assert!(row.fair);
    assert!(disturbed(&[&runs[0]]).is_some());
}

/// The ratio of the second run to the first, with its bounds, as hundredths.
fn bounds(runs: &[Recording]) -> (u64, u64, Option<&'static str>) {
    let ratio = compared(runs).rows[1].ratio.and_then(Result::ok).expect("a ratio");
    let hundredths = |x: f64| (x * 100.0).round() as u64;
    (hundredths(ratio.speedup.low), hundredths(ratio.speedup.high), ratio.doubt.map(Doubt::name))
}

/// A serial run of `needs`, and one under `model` with all of them at once, or one at a time.
fn pair(needs: &[Need], model: Model, at_once: bool) -> [Recording; 2] {
    [made(Model::plain(ModelKind::Serial), needs, false, 1), made(model, needs, at_once, 1)]
}

#[test]
fn what_others_took_bounds_a_ratio_from_both_sides() {
    let [threads, r#async] = [ModelKind::Threads, ModelKind::Async].map(Model::plain);
    let needs = [(500, 0), (500, 0)];
    let mut runs = pair(&needs, threads, true);
    runs[1] = made(threads, &[(750, 0), (250, 0)], true, 1);
    assert_eq!(bounds(&runs), (133, 133, None));
    // They may have cost a run that wanted both cores much of its time, but it cannot be twice as fast as two cores are.
    runs[1].conditions.others = Some(1.0);
    assert_eq!(bounds(&runs), (133, 200, Some("busy machine")));
    runs[1] = made(threads, &needs, true, 1);
    runs[0].conditions.others = Some(1.0);
    assert_eq!(bounds(&runs), (200, 200, None), "serial was never off its core, says the record");
    runs[0].conditions = Conditions { stolen: Some(0.5), ..Conditions::default() };
    assert_eq!(bounds(&runs), (100, 200, Some("busy host")), "what the host takes no record shows");
    let text = compared(&runs).verdict.text();
    assert!(text.contains("no verdict: the host took 0.5 of 2 cores away beside the baseline."), "{text}");
    // Where tasks hardly need a core, others cost hardly anything, whatever they take.
    let mut waits = pair(&[(5, 500), (5, 500)], r#async, true);
    waits.iter_mut().for_each(|run| run.conditions.others = Some(1.9));
    let (low, high, doubt) = bounds(&waits);
    assert!(low >= 195 && high <= 206 && doubt.is_none(), "{low} {high} {doubt:?}");
}

#[test]
fn slower_cores_bound_a_ratio_by_what_they_can_have_cost() {
    let [threads, r#async] = [ModelKind::Threads, ModelKind::Async].map(Model::plain);
    let needs = [(500, 0), (500, 0)];
    let at = |model, at_once, slower: u64| {
        [made(Model::plain(ModelKind::Serial), &needs, false, 1), made(model, &needs, at_once, slower)]
    };
    assert_eq!(bounds(&at(threads, true, 2)), (100, 200, Some("uneven cores")), "with serial's cores it takes half");
    assert_eq!(bounds(&at(r#async, false, 2)), (50, 100, Some("uneven cores")));
    // Short bursts after naps are slower than the same on a warm loop: of what waits that changes little.
    let naps: Vec<Need> = vec![(10, 100); 20];
    let warm = made(threads, &naps, true, 1);
    let serial = made(Model::plain(ModelKind::Serial), &naps, false, 2);
    let (low, high, doubt) = bounds(&[serial, warm]);
    assert!(low > 1_900 && high < 2_200 && doubt.is_none(), "{low} {high} {doubt:?}");
}

#[test]
fn nothing_is_called_impossible_that_the_work_allows() {
    let threads = Model::plain(ModelKind::Threads);
    // A thousand waits at once, and hardly any work.
    let sleepers = vec![(0, 1); 1_000];
    let (low, high, doubt) = bounds(&pair(&sleepers, Model::plain(ModelKind::Async), true));
    assert_eq!((low, high, doubt), (100_000, 100_000, None));
    // Twice as fast on one core: some run was disturbed by something unknown, and by as much at least.
    let mut runs = pair(&[(500, 0), (500, 0)], threads, true);
    runs.iter_mut().for_each(|run| run.machine = Machine { usable: 1.0, allowed: vec![0] });
    let (low, high, doubt) = bounds(&runs);
    assert_eq!((low, high, doubt), (50, 100, Some("impossible")));
}

#[test]
fn repetitions_that_differ_widen_a_ratio() {
    let [serial, threads] = [ModelKind::Serial, ModelKind::Threads].map(Model::plain);
    let times = |model, times: [u64; 3], at_once| times.map(|ms| made(model, &[(ms, 0), (ms, 0)], at_once, 1));
    let mut runs = times(serial, [400, 500, 600], false).to_vec();
    runs.extend(times(threads, [500, 500, 500], true));
    let comparison = compared(&runs);
    let ratio = comparison.rows[1].ratio.and_then(Result::ok).expect("a ratio").speedup;
    assert!((ratio.low - 1.6).abs() < 1e-9 && ratio.high >= 2.0, "{ratio:?}");
}

#[test]
fn where_serial_cannot_do_the_work_the_first_row_that_ran_stands_in_for_it() {
    let mut runs = five(&[(500, 0), (500, 0)]);
    let message = Awaited::Message("jobs".to_owned());
    let waiting = vec![Waiting { task: "task 1".to_owned(), awaits: message }];
    let stuck = Failure::Stuck { waiting, pool: None };
    runs[0].broken = Some(stuck.clone());
    runs[2].broken = Some(Failure::Deadlock { circle: Vec::new() });
    let comparison = compared(&runs);
    assert_eq!(
        (comparison.baseline, comparison.rows[0].stop(), comparison.rows[2].stop()),
        (Some(1), Stop::Cannot, Stop::Deadlock)
    );
    assert_eq!(comparison.rows[0].trouble().as_deref(), Some("cannot: task 1 waits for a message in `jobs`"));
    assert_eq!(comparison.stand_in().map(|row| row.who), Some(Who::Threads));
    let ratios: Vec<Option<f64>> = comparison.rows.iter().map(|row| Some(row.ratio?.ok()?.speedup.times)).collect();
    assert_eq!(ratios, [None, None, None, Some(0.5), Some(0.5)]);
    assert_eq!(
        comparison.verdict.text(),
        "Fastest: threads. Serial cannot do this work: ratios are to threads. Processes: deadlock."
    );
    // Another failure of serial leaves the others without a ratio, as before.
    runs[0].broken = Some(Failure::Killed);
    let comparison = compared(&runs);
    assert_eq!((comparison.baseline, comparison.stand_in()), (None, None));
    // Nothing stands in for it where nothing ran.
    for run in &mut runs {
        run.broken = Some(stuck.clone());
    }
    let comparison = compared(&runs);
    assert_eq!((comparison.baseline, comparison.stand_in()), (None, None));
    assert!(comparison.verdict.text().starts_with("Nothing was measured. Serial cannot do this work. Threads"));
}

#[test]
fn runs_that_broke_have_a_row_that_says_so_and_the_others_their_ratios() {
    let mut runs = five(&[(500, 0), (500, 0)]);
    runs[2].broken = Some(Failure::CutOff);
    let comparison = compared(&runs);
    let row = &comparison.rows[2];
    assert_eq!((row.figures, row.shown, row.ratio), (None, None, None));
    assert_eq!(row.failure, Some(Reason::Broke(Failure::CutOff)));
    assert!(comparison.verdict.text().ends_with("Processes: failed."), "{}", comparison.verdict.text());
    assert!(comparison.rows[1].ratio.is_some_and(|r| r.is_ok()));
    runs[0].broken = Some(Failure::Killed);
    let comparison = compared(&runs);
    assert_eq!(comparison.baseline, None);
    assert!(comparison.verdict.text().contains("there is no serial run"), "{}", comparison.verdict.text());
    runs[4].broken = Some(Failure::Signal { signal: 2 });
    let models = compared(&runs).rows.iter().map(|row| row.model.lock.is_on()).collect::<Vec<_>>();
    assert_eq!(models, [false; 4], "who was interrupted has no row");
    let nothing = compared(&[]);
    assert!(nothing.rows.is_empty() && nothing.ideal.is_none());
    assert_eq!(nothing.verdict.text(), "Nothing was measured.");
}

#[test]
fn two_sources_are_held_against_the_first_and_other_work_against_nothing() {
    let [a, b] =
        [made(Model::plain(ModelKind::Serial), &[(500, 0), (500, 0)], false, 1), five(&[(500, 0), (500, 0)]).remove(1)];
    let from = |file: &str, run: Recording| Recording { file: Some(file.to_owned()), ..run };
    let (a, b) = (from("a.cvz", a), from("b.cvz", b));
    let comparison = Comparison::of(&[&a, &b]);
    assert_eq!(comparison.rows.iter().map(Row::name).collect::<Vec<_>>(), ["a.cvz serial", "b.cvz threads"]);
    assert_eq!(comparison.verdict.text(), "Fastest: b.cvz threads, 2.0× as fast as a.cvz serial.");
    let other = from("b.cvz", made(Model::plain(ModelKind::Serial), &[(500, 0)], false, 1));
    let differ = Comparison::of(&[&a, &other]);
    assert_eq!((differ.work, differ.ideal.is_none()), (SameWork::No, true));
    assert_eq!(differ.rows[1].ratio, Some(Err(NoRatio::OtherWork)));
    assert_eq!(differ.verdict.text(), "No ratios: the runs did not do the same work.");
    let mut anew = from("b.cvz", five(&[(500, 0), (500, 0)]).remove(1));
    let Origin::Planned(planned) = &mut anew.origin else { panic!("it is planned") };
    planned.plan = planned.setup.plan(planned.setup.tasks().expect("programs"), 2, Rates::all(1_001));
    let calibrated = Comparison::of(&[&a, &anew]);
    assert_eq!(calibrated.work, SameWork::Calibrated);
    assert!(calibrated.verdict.text().ends_with("The cores were calibrated anew in between."));
}

#[test]
fn rows_of_several_works_name_theirs_and_no_ratio_leaves_its_work() {
    let needs = [(500, 0), (500, 0)];
    let (mut scaled, mut numbered) = (five(&needs).remove(1), five(&needs).remove(1));
    let setup = |run: &mut Recording, change: &dyn Fn(&mut Setup)| {
        let Origin::Planned(planned) = &mut run.origin else { panic!("it is planned") };
        change(&mut planned.setup);
    };
    setup(&mut scaled, &|setup| setup.scale = "0.5".parse().expect("a scale"));
    setup(&mut numbered, &|setup| setup.workload.set("tasks", crate::workload::Value::Count(3)).expect("a parameter"));
    let usual = five(&needs);
    let (serial, threads) = (&usual[0], &usual[1]);
    let names = |runs: &[&Recording]| Comparison::of(runs).rows.iter().map(Row::name).collect::<Vec<_>>();
    assert_eq!(names(&[serial, threads]), ["serial", "threads"], "one work needs no name");
    assert_eq!(
        names(&[serial, &scaled, threads, threads]),
        ["made scale=1 serial", "made scale=1 threads", "made scale=0.5 threads"]
    );
    let comparison = Comparison::of(&[serial, threads, &scaled, &numbered]);
    assert_eq!(comparison.rows.iter().map(|row| row.runs.len()).collect::<Vec<_>>(), [1; 4], "no repetitions");
    let told: Vec<Option<&str>> = comparison.rows.iter().map(|row| row.source.as_deref()).collect();
    let [plain, half, three] = ["made tasks=2 scale=1", "made tasks=2 scale=0.5", "made tasks=3 scale=1"].map(Some);
    assert_eq!(told, [plain, plain, half, three]);
    assert_eq!((comparison.work, comparison.ideal.is_none()), (SameWork::No, true));
    assert!(comparison.rows[1..].iter().all(|row| row.ratio == Some(Err(NoRatio::OtherWork))));
    // An interrupted run is compared with nothing: its work makes no difference to the names.
    numbered.broken = Some(Failure::Signal { signal: 2 });
    assert_eq!(names(&[serial, &numbered]), ["serial"]);
}

proptest! {
    #[test]
    fn no_run_is_faster_than_the_ideal_and_every_run_has_its_row(
        needs in proptest::collection::vec((0u64..400, 0u64..400), 1..6),
        which in proptest::collection::vec((0usize..5, any::<bool>(), 1u64..3), 1..12),
    ) {
        let models = usual_models(GIL);
        let runs: Vec<Recording> = which.iter().map(|(m, at_once, slower)| {
            made(models[*m], &needs, *at_once && models[*m].kind.rules().many_workers, *slower)
        }).collect();
        let comparison = compared(&runs);
        let ideal = comparison.ideal.clone().expect("all are over");
        let mut seen: Vec<usize> = comparison.rows.iter().flat_map(|r| r.runs.clone()).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..runs.len()).collect::<Vec<_>>());
        for row in &comparison.rows {
            let figures = row.figures.expect("it is over");
            prop_assert!(ideal.time <= figures.timing.time);
            prop_assert!(figures.p50 <= figures.p99 && figures.p99 <= Some(figures.timing.time));
            prop_assert!(row.runs.contains(&row.shown.expect("one stands there")));
        }
        let again: Vec<&Recording> = runs.iter().collect();
        prop_assert_eq!(&comparison, &Comparison::of(&again), "the same runs, the same comparison");
    }
}

#[test]
fn another_variant_is_other_work_even_where_its_steps_are_the_same() {
    let of = |variant: &str, run: &Recording| {
        let mut run = run.clone();
        let Origin::Planned(planned) = &mut run.origin else { panic!("it was planned") };
        planned.setup.workload.variant = Some(variant.to_owned());
        run
    };
    let [serial, threads] = [&five(&[(500, 0), (500, 0)])[0], &five(&[(500, 0), (500, 0)])[1]];
    let one = compared(&[of("plain", serial), of("plain", threads)]);
    assert!(one.rows[1].ratio.is_some_and(|ratio| ratio.is_ok()) && one.rows[1].name() == "threads");
    assert!(one.rows.iter().all(|row| row.variant.as_deref() == Some("plain")));
    let both = compared(&[of("plain", serial), of("locked", threads)]);
    assert_eq!(both.rows.iter().map(Row::name).collect::<Vec<_>>(), ["made:plain serial", "made:locked threads"]);
    assert_eq!(both.rows[1].ratio, Some(Err(NoRatio::OtherWork)));
    let variants: Vec<Option<&str>> = both.rows.iter().map(|row| row.variant.as_deref()).collect();
    assert_eq!(variants, ["plain", "locked"].map(Some));
}
