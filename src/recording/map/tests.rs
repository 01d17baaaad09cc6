use proptest::prelude::*;

use super::*;
use crate::model::{GlobalLock, Model};
use crate::plan::Wishes;
use crate::state::Failure;
use crate::workload::{Op, Work};

fn mapping() -> Mapping {
    Mapping {
        tasks: vec![1, 4, 64],
        waits: vec![0, 50, 100],
        length: None,
        time: Ns::from_millis(60_000),
        repeat: None,
        models: ModelKind::ALL.map(Model::plain).to_vec(),
        lock: LockSettings::default(),
        wishes: Wishes { seed: 1, ..Wishes::default() },
        picture: None,
        force: false,
    }
}

fn ms(n: u64) -> Ns {
    Ns::from_millis(n)
}

fn cell(times: &[&[u64]]) -> Cell {
    let times = times.iter().map(|of| of.iter().map(|t| ms(*t)).collect()).collect::<Vec<_>>();
    Cell { failures: vec![None; times.len()], times }
}

#[test]
fn a_task_of_a_cell_waits_for_its_part_and_computes_the_rest() {
    let sums = |wait| {
        let tasks = work(3, ms(20), wait).resolve(Scale::ONE).expect("programs");
        assert_eq!(tasks.len(), 3);
        let all = Expected::of(&tasks, Rates::all(1_000));
        let computes = tasks[0].ops.iter().any(|op| matches!(op, Op::Compute(_, Work::Time(_))));
        (all.cpu, all.serial, computes, tasks[0].ops.len())
    };
    assert_eq!(sums(0), (ms(60), ms(60), true, 1));
    assert_eq!(sums(25), (ms(45), ms(60), true, 3));
    assert_eq!(sums(100), (ms(0), ms(60), false, 2));
}

#[test]
fn who_wins_must_beat_the_second_by_more_than_the_spread() {
    assert_eq!(cell(&[&[100, 101, 102], &[50, 51, 52]]).winner(), Winner::One(1));
    assert_eq!(cell(&[&[50, 60, 70], &[55, 65, 75]]).winner(), Winner::Tie(vec![0, 1]));
    assert_eq!(cell(&[&[100, 100, 100], &[51, 51, 51], &[50, 50, 50]]).winner(), Winner::Tie(vec![2, 1]));
    let once_behind = cell(&[&[100, 100, 100], &[60, 60, 130]]);
    assert_eq!(once_behind.winner(), Winner::Tie(vec![1, 0]), "ahead in two of three rounds is not enough");
    assert_eq!(cell(&[&[100, 100, 100, 100], &[60, 60, 60, 130]]).winner(), Winner::One(1));
    assert_eq!(cell(&[&[100], &[60]]).winner(), Winner::One(1), "one round: a quarter decides");
    assert_eq!(cell(&[&[100, 100], &[85, 85]]).winner(), Winner::Tie(vec![1, 0]), "which less than a quarter does not");
    let overlap = cell(&[&[100, 110, 120, 108], &[90, 101, 104, 107]]);
    assert_eq!(overlap.winner(), Winner::Tie(vec![1, 0]), "ahead in all rounds, but of times that overlap");
    assert_eq!(cell(&[&[100], &[]]).winner(), Winner::Unknown);
    assert_eq!(Cell::of(3).winner(), Winner::Unknown);
    let mut failed = cell(&[&[100, 101], &[50, 51], &[70, 71]]);
    failed.failures[1] = Some(Reason::Broke(Failure::Killed));
    assert_eq!(failed.winner(), Winner::One(2), "who fails is out");
}

#[test]
fn equal_models_win_hardly_a_cell() {
    // Times of one distribution, from a generator of fixed numbers: four models that are the same.
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1_000 + (state >> 33) % 300
    };
    let mut won = 0;
    for _ in 0..1_000 {
        let times: Vec<Vec<u64>> = (0..4).map(|_| (0..3).map(|_| next()).collect()).collect();
        let cell = cell(&times.iter().map(Vec::as_slice).collect::<Vec<_>>());
        won += usize::from(matches!(cell.winner(), Winner::One(_)));
    }
    assert!(won < 30, "{won} of a thousand cells have a winner, and none has one");
}

#[test]
fn a_schedule_fits_into_its_time_or_is_as_short_as_it_can_be() {
    let usual = Schedule::of(&mapping(), 2.0);
    assert!(usual.time() <= ms(60_000) && (3..=9).contains(&usual.rounds), "{usual:?}");
    let short = Schedule::of(&Mapping { time: ms(1), ..mapping() }, 2.0);
    assert_eq!((short.length, short.rounds), (ms(2), 3));
    let long = Schedule::of(&Mapping { time: ms(10_000_000), ..mapping() }, 2.0);
    assert_eq!((long.length, long.rounds), (ms(20), 9));
    let asked = Schedule::of(&Mapping { length: Some(ms(300)), repeat: Some(1), time: ms(1), ..mapping() }, 2.0);
    assert_eq!((asked.length, asked.rounds), (ms(300), 1));
}

#[test]
fn a_map_counts_who_wins() {
    let mut map = Map::new(&mapping(), ms(10), 2.0);
    assert_eq!((map.cells.len(), map.rounds(), map.place(5)), (9, 0, Some((4, 100))));
    assert!(map.cell(2, 2).is_some() && map.cell(3, 0).is_none() && map.cell(0, 3).is_none());
    map.cells[0] = cell(&[&[100], &[50], &[70], &[90]]);
    map.cells[8] = cell(&[&[100], &[50], &[51], &[90]]);
    assert_eq!((map.won(), map.rounds()), (vec![0, 1, 0, 0], 1));
}

proptest! {
    #[test]
    fn the_winner_is_never_slower_than_anybody(
        times in proptest::collection::vec(proptest::collection::vec(1u64..1_000, 0..6), 0..6),
    ) {
        let cell = cell(&times.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let known: Vec<_> = (0..times.len()).filter_map(|place| cell.timing(place)).collect();
        let fastest = known.iter().map(|t| t.time).min();
        match cell.winner() {
            Winner::One(place) => prop_assert_eq!(cell.timing(place).map(|t| t.time), fastest),
            Winner::Tie(tied) => {
                prop_assert!(tied.len() > 1);
                prop_assert_eq!(cell.timing(tied[0]).map(|t| t.time), fastest);
            }
            Winner::Unknown => prop_assert!(known.len() < 2),
        }
    }

    #[test]
    fn any_task_takes_its_length(tasks in 1u16..100, us in 100u64..1_000_000, wait in 0u8..=100) {
        let length = Ns::from_micros(us);
        let programs = work(tasks, length, wait).resolve(Scale::ONE).expect("programs");
        let all = Expected::of(&programs, Rates::all(1_000));
        prop_assert_eq!(programs.len(), usize::from(tasks));
        // Halving an odd number of nanoseconds loses one.
        prop_assert!((all.serial.0).abs_diff(length.0 * u64::from(tasks)) <= u64::from(tasks));
    }

    #[test]
    fn a_schedule_always_ends(time in 1u64..1 << 50, repeat in proptest::option::of(1u16..100), cores in 0.1f64..256.0) {
        let schedule = Schedule::of(&Mapping { time: Ns(time), repeat, ..mapping() }, cores);
        prop_assert!(schedule.rounds >= 1 && schedule.round > Ns::ZERO);
        prop_assert!(repeat.is_none_or(|n| usize::from(n) == schedule.rounds));
    }
}

#[test]
fn the_lock_of_a_map_is_as_it_is_set() {
    let lock = LockSettings { legacy: true, ..LockSettings::default() };
    let model = Model { kind: ModelKind::Threads, lock: lock.lock() };
    let setup = setup(&Mapping { lock, ..mapping() }, work(1, ms(1), 0), model);
    assert_eq!(setup.model.lock, GlobalLock::GilLegacy { check_interval: 100 });
}
