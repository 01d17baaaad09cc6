use crate::cli::tests::Fake;
use crate::cli::{Exit, Invocation, parse};
use crate::model::{GlobalLock, LockSettings, Model, ModelKind};
use crate::recording::usual_models;
use crate::report::ComparisonFormat;
use crate::settings::Comparing;
use crate::units::Ns;
use crate::workload::Value;

fn parsed(line: &str) -> Result<Invocation, Exit> {
    parse(std::iter::once("concviz").chain(line.split_whitespace()), &Fake)
}

fn comparing(line: &str) -> (Comparing, ComparisonFormat) {
    match parsed(line) {
        Ok(Invocation::Compare(comparing, format)) => (comparing, format),
        other => panic!("{line}: {other:?}"),
    }
}

fn refused(line: &str) -> String {
    match parsed(line) {
        Err(exit) if exit.code == 2 => exit.text,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn without_options_all_models_run_the_usual_work_once() {
    let (comparing, format) = comparing("compare");
    assert_eq!(comparing.setup.workload.name, "cpu");
    assert_eq!(comparing.models, usual_models(LockSettings::default().lock()));
    assert_eq!((comparing.repeat, comparing.plain, format), (1, false, ComparisonFormat::Table));
}

#[test]
fn options_of_a_run_are_those_of_a_comparison() {
    let (comparing, format) = comparing(
        "compare --tasks 200 --cpu 5ms --wait 50ms --workers 8 --cores 2 --scale 0.5 --seed 7 --repeat 5 \
         --switch-interval 1ms --format markdown --no-kernel-record",
    );
    assert_eq!(comparing.setup.workload.name, "mixed");
    assert_eq!(comparing.setup.workload.param("wait"), Some(Value::Time(Ns::from_millis(50))));
    let wishes = comparing.setup.wishes;
    assert_eq!((wishes.workers, wishes.cores, wishes.seed, wishes.no_kernel_record), (Some(8), Some(2), 7, true));
    assert_eq!((comparing.repeat, format), (5, ComparisonFormat::Markdown));
    assert_eq!(comparing.models[4].lock, GlobalLock::gil(Ns::from_millis(1)));
}

#[test]
fn the_rows_of_a_comparison_stay_whatever_a_workload_starts_with_but_the_lock_is_of_its_generation() {
    let models = |line: &str| comparing(line).0.models;
    let (newer, older) = (LockSettings::default(), LockSettings { legacy: true, ..LockSettings::default() });
    assert_eq!(models("compare -w gil.toml"), usual_models(newer.lock()));
    assert_eq!(models("compare -w old.toml"), usual_models(older.lock()));
    assert_eq!(models("compare -w old.toml --global-lock gil"), usual_models(newer.lock()));
    assert_eq!(comparing("compare -w gil.toml").0.setup.model, Model::plain(ModelKind::Serial));
}

#[test]
fn models_are_a_list_and_the_lock_has_its_generations() {
    let (comparing, _) =
        comparing("compare -m threads+gil,threads,threads --global-lock gil-legacy --check-interval 7");
    let threads = ModelKind::Threads;
    let lock = GlobalLock::GilLegacy { check_interval: 7 };
    assert_eq!(comparing.models, [Model { kind: threads, lock }, Model::plain(threads)]);
    assert!(refused("compare -m fibers").contains("serial, threads, processes, async, threads+gil"));
    assert!(refused("compare --global-lock off").contains("gil-legacy"));
    assert!(refused("compare --check-interval 7").contains("--global-lock gil-legacy"));
    assert!(refused("compare --plain --format json").contains("choose one"));
    assert!(refused("compare --repeat 0").contains("1 to 100"));
    assert!(refused("compare -w cpuu").contains("did you mean `cpu`?"));
    assert!(refused("compare --cores 3").contains("only 2 cores"));
    assert!(refused("compare --global-lock gil-legacy --switch-interval 5ms").contains("newer lock"));
}
