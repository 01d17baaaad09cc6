use super::*;
use crate::model::{Model, ModelKind};
use crate::recording::map::Cell;
use crate::state::Failure;

fn made() -> Map {
    let models = ModelKind::ALL.map(Model::plain).to_vec();
    let cell = |times: [u64; 4]| {
        let mut cell = Cell::of(4);
        for (of, ms) in cell.times.iter_mut().zip(times) {
            *of = [0, 1, 2].map(|n| Ns::from_micros(ms * 1_000 + n)).to_vec();
        }
        cell
    };
    let cells = vec![
        cell([20, 20, 24, 20]),
        cell([20, 20, 22, 20]),
        Cell::of(4),
        cell([320, 161, 165, 320]),
        cell([320, 80, 100, 160]),
        cell([320, 24, 80, 21]),
    ];
    let (tasks, waits) = (vec![1, 16], vec![0, 50, 100]);
    Map { length: Ns::from_millis(20), cores: 2.0, models, tasks, waits, cells, others: None }
}

#[test]
fn a_map_is_letters_and_a_sentence() {
    insta::assert_snapshot!(map_table(&made(), false));
    assert_eq!(map_table(&made(), true).matches('\u{1b}').count(), 2);
}

#[test]
fn a_busy_machine_and_failures_are_said() {
    let mut map = made();
    map.others = Some(1.2);
    map.cells[4].failures[1] = Some(Reason::Broke(Failure::Told { sentence: "no more threads".to_owned() }));
    let text = map_table(&map, false);
    assert!(text.contains("note: other programs kept 1.2 of 2 cores busy"), "{text}");
    assert!(text.contains("threads, 16 tasks, 50 % waiting: no more threads"), "{text}");
    map.cells.iter_mut().for_each(|c| *c = Cell::of(4));
    assert!(map_sentence(&map).starts_with("Nobody wins"), "{}", map_sentence(&map));
}

#[test]
fn the_document_has_every_time() {
    let document: serde_json::Value =
        serde_json::from_str(&map_json(&made(), Some(&Reason::Broke(Failure::Signal { signal: 2 })))).expect("JSON");
    assert_eq!((&document["cells"][4]["winner"], &document["outcome"]), (&1.into(), &"interrupted".into()));
    assert_eq!(document["cells"][4]["times"][3]["times_s"].as_array().map(Vec::len), Some(3));
    assert!(document["cells"][2]["winner"].is_null() && document["cells"][2]["times"][0]["median_s"].is_null());
    assert_eq!(document["models"][3]["letter"], "A");
}
