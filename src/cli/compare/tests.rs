use crate::cli::{Exit, Here, Invocation, parse};
use crate::model::{GlobalLock, LockSettings, Model, ModelKind};
use crate::recording::usual_models;
use crate::report::{ComparisonFormat, ListFormat};
use crate::settings::{Comparing, Mapping};
use crate::units::Ns;
use crate::workload::Value;

fn parsed(line: &str) -> Result<Invocation, Exit> {
    parse(std::iter::once("concviz").chain(line.split_whitespace()), &Here { allowed_cores: 2 })
}

fn comparing(line: &str) -> (Comparing, ComparisonFormat) {
    match parsed(line) {
        Ok(Invocation::Compare(comparing, format)) => (comparing, format),
        other => panic!("{line}: {other:?}"),
    }
}

fn mapping(line: &str) -> (Mapping, ListFormat) {
    match parsed(line) {
        Ok(Invocation::Map(mapping, format)) => (mapping, format),
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

#[test]
fn a_map_has_rows_columns_and_a_time() {
    let (usual, format) = mapping("map");
    assert_eq!(
        (usual.tasks.as_slice(), usual.waits.as_slice()),
        (&[1, 2, 4, 8, 16, 32, 64][..], &[0, 25, 50, 75, 90, 100][..])
    );
    assert_eq!(
        (usual.length, usual.repeat, usual.time, format),
        (None, None, Ns::from_millis(60_000), ListFormat::Table)
    );
    assert_eq!(usual.models, ModelKind::ALL.map(Model::plain));
    let (own, format) = mapping(
        "map --tasks 8,2,8 --waits 100%,10 --length 5ms --time 10s --repeat 2 --models serial,threads+gil --format json",
    );
    assert_eq!((own.tasks, own.waits, own.repeat), (vec![2, 8], vec![10, 100], Some(2)));
    assert_eq!((own.length, own.time, format), (Some(Ns::from_millis(5)), Ns::from_millis(10_000), ListFormat::Json));
    assert_eq!(own.models[1], Model { kind: ModelKind::Threads, lock: GlobalLock::gil(GlobalLock::DEFAULT_INTERVAL) });
}

#[test]
fn a_map_that_cannot_be_is_refused_with_a_reason() {
    assert!(refused("map --waits 101").contains("0 to 100"));
    assert!(refused("map --tasks 0").contains("1 to 1024"));
    assert!(refused("map --models serial").contains("two models"));
    assert!(refused("map --length 11s").contains("100us to 10s"));
    assert!(refused("map --time 0s").contains("out of range"));
    let many = (1..=33).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert!(refused(&format!("map --tasks {many}")).contains("at most 32 rows"));
}
