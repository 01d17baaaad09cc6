use super::*;
use proptest::prelude::*;

/// What happens where tasks load a value and store one more, some time later and with nothing to keep others out: each
/// entry says which task does its next step, and after which time.
fn raced(script: &[(u64, u32)], start: u32) -> Vec<Addition> {
    let (mut at, mut value, mut by) = (0, start, None);
    let mut loaded: BTreeMap<u32, (u32, u64)> = BTreeMap::new();
    let mut all = Vec::new();
    for (gap, task) in script {
        at += gap;
        match loaded.remove(task) {
            None => {
                loaded.insert(*task, (value, at));
            }
            Some((was, since)) => {
                let overwrote = by.filter(|_| value != was);
                let since = Ns(at - since);
                all.push(Addition { at: Ns(at), task: TaskId(*task), value: was + 1, found: value, overwrote, since });
                (value, by) = (was + 1, Some(TaskId(*task)));
            }
        }
    }
    all
}

proptest! {
    #[test]
    fn what_was_lost_is_what_the_value_falls_short_of(
        script in proptest::collection::vec((1u64..20, 0u32..4), 0..300),
        late in proptest::collection::vec(0u8..30, 300),
        start in 0u32..50,
        at in 0u64..4_000,
        cut in 0u64..3_000,
    ) {
        let all = raced(&script, start);
        let mut arriving: Vec<(usize, Addition)> = all.iter().copied().enumerate().collect();
        arriving.sort_by_key(|(index, _)| index + usize::from(late[*index]));
        let mut track = CounterTrack::new(start, false);
        for (_, addition) in arriving {
            track.added(WorkerId(addition.task.0 as u16), addition);
        }
        track.settle();
        let first = all.iter().find(|a| a.lost() != 0).copied();
        for cut in [0, cut] {
            track.forget(Ns(cut));
            let Some(copy) = track.shared() else {
                prop_assert!(all.is_empty());
                return Ok(());
            };
            let value = all.iter().rfind(|a| a.at.0 < at).map_or(start, |a| a.value);
            let additions = all.iter().filter(|a| a.at.0 < at).count() as u64;
            if at > cut {
                prop_assert_eq!(copy.value_at(Ns(at - 1)), value);
                prop_assert_eq!(copy.additions(Ns(at)), additions);
                let (count, lost) = copy.lost(Ns(at));
                prop_assert_eq!(copy.expected(Ns(at)).cast_signed() - i64::from(value), lost);
                prop_assert_eq!(count, all.iter().filter(|a| a.at.0 < at && a.lost() != 0).count() as u64);
            }
            // The first loss stays known, and with it whose addition it was that is lost.
            prop_assert_eq!(copy.first_loss().map(|(by, _)| by), first);
            if let Some((by, Some(other))) = copy.first_loss() {
                prop_assert_eq!((Some(other.task), other.value), (by.overwrote, by.found));
                prop_assert!(by.loaded_at() <= other.at && other.at < by.at);
            }
            prop_assert_eq!(copy.first_loss().map(|(_, other)| other.is_some()), first.map(|by| by.overwrote.is_some()));
        }
    }
}

#[test]
fn whoever_has_a_copy_of_its_own_loses_nothing() {
    let mut track = CounterTrack::new(10, true);
    let addition = |at, task, value| Addition {
        at: Ns(at),
        task: TaskId(task),
        value,
        found: value - 1,
        overwrote: None,
        since: Ns(1),
    };
    for (at, worker, value) in [(1, 0, 11), (2, 1, 11), (3, 0, 12)] {
        track.added(WorkerId(worker), addition(at, u32::from(worker), value));
    }
    track.settle();
    let values: Vec<_> = track.copies().map(|(w, c)| (w.0, c.value_at(Ns(5)), c.lost(Ns(5)))).collect();
    assert_eq!(values, [(0, 12, (0, 0)), (1, 11, (0, 0))]);
    assert!(track.shared().is_none());
}

#[test]
fn a_store_whose_instant_is_late_is_still_known_as_the_one_that_was_overwritten() {
    let mut track = CounterTrack::new(0, false);
    let addition = |at, task, overwrote, found| Addition {
        at: Ns(at),
        task: TaskId(task),
        value: 1,
        found,
        overwrote,
        since: Ns(5),
    };
    // Task 0 stored first, and looked at the clock after task 1 did.
    track.added(WorkerId(1), addition(10, 1, Some(TaskId(0)), 1));
    track.added(WorkerId(0), addition(11, 0, None, 0));
    track.settle();
    let copy = track.shared().expect("somebody added");
    let (by, other) = copy.first_loss().expect("one is lost");
    assert_eq!((by.lost(), by.loaded(), other.map(|o| o.task)), (1, 0, Some(TaskId(0))));
}
