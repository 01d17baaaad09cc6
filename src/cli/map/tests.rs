use crate::cli::{Exit, Invocation, ThisMachine, parse};
use crate::model::{GlobalLock, Model, ModelKind};
use crate::report::ListFormat;
use crate::settings::Mapping;
use crate::units::Ns;

fn parsed(line: &str) -> Result<Invocation, Exit> {
    parse(std::iter::once("concviz").chain(line.split_whitespace()), &ThisMachine { allowed_cores: 2 })
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
