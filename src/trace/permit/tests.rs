use super::*;

#[test]
fn a_permit_comes_from_whoever_gave_one_back_last() {
    let mut track = PermitTrack::default();
    let mut push = |at, task, taken, waited: Option<u64>| {
        track.changed(Permit { at: Ns(at), task: TaskId(task), taken, waited: waited.map(Ns) })
    };
    // Some arrive late.
    let records = [
        push(20, 0, 1, None),
        push(0, 0, 1, Some(0)),
        push(21, 2, 2, Some(11)),
        push(5, 1, 2, Some(0)),
        push(30, 2, 1, None),
    ];
    assert_eq!(records, [1, 1, 2, 1, 1], "a wait is one more");
    track.settle();
    let window = Range::new(Ns(0), Ns(40));
    assert_eq!(track.taken(window), Levels { least: 1, most: 2, mean: 1.6 });
    assert_eq!((track.taken_at(Ns(6)), track.taken_at(Ns(20)), track.taken_at(Ns(25))), (2, 1, 2));
    assert_eq!((track.waiting_at(Ns(10)), track.waiting_at(Ns(21)), track.waiting(window)), (1, 0, Ns(11)));
    let (index, at) = track.next_taking(TaskId(2), Ns(10)).expect("it got one");
    assert_eq!(at, Ns(21));
    assert_eq!(track.given_back(index), Some(GivenBack { holder: TaskId(0), hold: Range::new(Ns(0), Ns(20)) }));
    let (index, _) = track.next_taking(TaskId(1), Ns(0)).expect("it got one");
    assert_eq!(track.given_back(index), None, "there was one for it");
    assert_eq!(track.next_taking(TaskId(0), Ns(0)), None, "what it did next was to give it back");
    assert_eq!(track.forget(Ns(21)), 3);
    assert_eq!((track.taken_at(Ns(21)), track.changes_before(Ns(40))), (2, 5));
}
