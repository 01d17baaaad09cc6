use super::*;
use proptest::prelude::*;

fn lock(turns: &[(u64, u32, u8)]) -> LockTrack {
    let mut lock = LockTrack::named();
    for (at, task, what) in turns {
        match what {
            0 => lock.taken(Ns(*at), TaskId(*task), Ns(at % 97)),
            n => lock.released(Ns(*at), TaskId(*task), *n == 1),
        }
        // Sometimes several arrive before anybody looks.
        if at % 3 == 0 {
            lock.settle();
        }
    }
    lock.settle();
    lock
}

#[test]
fn holds_follow_from_turns_in_any_order_of_arrival() {
    let mut lock = LockTrack::default();
    lock.taken(Ns(5), TaskId(1), Ns(5));
    lock.taken(Ns(0), TaskId(0), Ns(0));
    lock.released(Ns(4), TaskId(0), true);
    lock.released(Ns(9), TaskId(1), false);
    lock.taken(Ns(12), TaskId(1), Ns(0));
    lock.settle();
    let holds: Vec<_> =
        lock.holds(Range::new(Ns(0), Ns(20))).map(|h| (h.range.from.0, h.range.to.0, h.task.0, h.forced)).collect();
    assert_eq!(holds, [(0, 4, 0, true), (5, 9, 1, false), (12, 20, 1, false)]);
    let figures = lock.figures(Ns(20));
    assert_eq!((figures.forced, figures.voluntary), (1, 1));
    assert_eq!(lock.hand_overs(Ns(20)), 1);
    assert_eq!(lock.held(Ns(20)), Ns(16));
    assert_eq!([0, 1, 2].map(|task| lock.held_by(TaskId(task), Ns(20))), [Ns(4), Ns(12), Ns(0)]);
    let tail: Vec<_> = lock.holds(Range::new(Ns(2), Ns(6))).map(|h| (h.range.from.0, h.range.to.0)).collect();
    assert_eq!(tail, [(2, 4), (5, 6)]);
}

#[test]
fn forgetting_keeps_what_was_held() {
    let mut lock = LockTrack::default();
    for i in 0..100u64 {
        lock.taken(Ns(i * 10), TaskId(i as u32 % 3), Ns(1));
        lock.asked(Ns(i * 10 + 8), TaskId(i as u32 % 3));
        lock.timed_out(Ns(i * 10 + 8), TaskId(i as u32 % 3));
        lock.released(Ns(i * 10 + 9), TaskId(i as u32 % 3), true);
    }
    lock.settle();
    let figures = |lock: &LockTrack| (lock.figures(Ns(2_000)), lock.held_by(TaskId(1), Ns(2_000)));
    let before = figures(&lock);
    assert_eq!((before.0.drop_requests, before.0.timeouts, before.0.forced), (100, 100, 100));
    let gone = lock.forget(Ns(500));
    assert_eq!(gone, 99 + 50 + 50, "what is dropped is counted");
    assert_eq!(figures(&lock), before);
    assert!(lock.len() < 110);
    assert_eq!(lock.drop_requests(Range::new(Ns::ZERO, Ns(520))), [(Ns(508), TaskId(2)), (Ns(518), TaskId(0))]);
}

#[test]
fn whose_turns_alternate_says_who_let_go() {
    let lock = lock(&[(0, 0, 0), (50, 0, 1), (52, 1, 0), (90, 1, 2), (92, 2, 0)]);
    let (index, at) = lock.next_turn(TaskId(2), Ns(10)).expect("it got it");
    assert_eq!(at, Ns(92));
    let opened = lock.opened(index).expect("somebody had it");
    let expected =
        Opened { holder: TaskId(1), hold: Range::new(Ns(52), Ns(90)), released: Some(Ns(90)), forced: false };
    assert_eq!(opened, expected);
    assert_eq!(lock.turns_between(Ns(10), Some(index)), 2);
    assert_eq!(lock.turns_between(Ns(50), Some(index)), 1, "its own letting go is no turn of others");
    assert_eq!(lock.next_turn(TaskId(2), Ns(92)), None);
    assert_eq!(lock.holder_at(Ns(100)).map(|h| h.task), Some(TaskId(2)));
    assert_eq!(lock.holder_at(Ns(51)).map(|h| h.task), None);
}

#[test]
fn a_turn_takes_no_more_memory_than_promised() {
    let turns = 100_000u64;
    let mut lock = LockTrack::default();
    for i in 0..turns / 2 {
        lock.taken(Ns(i * 10), TaskId(i as u32 % 4), Ns(1));
        lock.released(Ns(i * 10 + 9), TaskId(i as u32 % 4), true);
    }
    lock.settle();
    assert!(lock.bytes() as u64 <= 64 * turns, "{} bytes", lock.bytes());
}

proptest! {
    #[test]
    fn kept_sums_are_those_of_all_turns(
        turns in proptest::collection::vec((0u64..5_000, 0u32..4, 0u8..3), 1..120),
        cut in 0u64..4_000,
        until in 0u64..6_000,
    ) {
        let mut lock = lock(&turns);
        let naive = |until: Ns| {
            let holds: Vec<Hold> = lock.holds(Range::new(Ns::ZERO, until)).collect();
            let own = |task: u32| holds.iter().filter(|h| h.task.0 == task).map(|h| h.range.len()).sum::<Ns>();
            let before = || lock.turns.iter().filter(|t| t.at < until);
            let count = |what: What| before().filter(|t| t.what == what).count() as u64;
            let mut last = None;
            let takers = before().filter(|t| t.what == What::Taken);
            let changes = takers.clone().filter(|t| last.replace(t.task).is_some_and(|before| before != t.task));
            let figures = LockFigures {
                held: holds.iter().map(|h| h.range.len()).sum(),
                waited: takers.clone().map(|t| t.waited).sum(),
                hand_overs: changes.count() as u64,
                forced: count(What::Forced),
                voluntary: count(What::Released),
                drop_requests: 0,
                timeouts: 0,
            };
            (figures, [0, 1, 2, 3].map(own))
        };
        let figures = |lock: &LockTrack, until: Ns| {
            (lock.figures(until), [0, 1, 2, 3].map(|task| lock.held_by(TaskId(task), until)))
        };
        let known = figures(&lock, Ns(until));
        prop_assert_eq!(&known, &naive(Ns(until)));
        prop_assert_eq!(known.1.into_iter().sum::<Ns>(), known.0.held, "what each held is what was held");
        let after = Ns(until.max(cut));
        let before = figures(&lock, after);
        lock.forget(Ns(cut));
        prop_assert_eq!(figures(&lock, after), before);
    }

    #[test]
    fn waiting_is_that_of_all_waits(
        turns in proptest::collection::vec((0u64..5_000, 0u32..4, 0u8..3), 1..120),
        (from, to) in (0u64..6_000, 0u64..6_000),
        cut in 0u64..3_000,
    ) {
        let mut lock = lock(&turns);
        let range = Range::new(Ns(from.min(to)), Ns(from.max(to)));
        let waits = lock.turns.iter().map(|t| Range::new(t.at - t.waited, t.at).and(range).len());
        let naive: Ns = waits.sum();
        prop_assert_eq!(lock.waiting(range), naive);
        lock.forget(Ns(cut));
        if from.min(to) >= cut {
            prop_assert_eq!(lock.waiting(range), naive);
        }
    }

    #[test]
    fn the_next_turn_is_the_first_of_those_that_follow(
        turns in proptest::collection::vec((0u64..5_000, 0u32..4, 0u8..3), 1..120),
        at in 0u64..6_000,
        task in 0u32..4,
    ) {
        let lock = lock(&turns);
        let taken = |t: &&Turn| t.what == What::Taken && t.task.0 == task && t.at.0 > at;
        let naive = lock.turns.iter().find(taken).map(|t| t.at);
        prop_assert_eq!(lock.next_turn(TaskId(task), Ns(at)).map(|(_, at)| at), naive);
    }

    #[test]
    fn turns_between_are_those_that_lie_there(
        turns in proptest::collection::vec((0u64..5_000, 0u32..4, 0u8..3), 1..120), from in 0u64..6_000, place in 0usize..200,
    ) {
        let lock = lock(&turns);
        let index = (place < lock.turns.len()).then_some(place);
        let before = &lock.turns[..index.unwrap_or(lock.turns.len())];
        let naive = before.iter().filter(|t| t.at > Ns(from)).count();
        prop_assert_eq!(lock.turns_between(Ns(from), index), naive.div_ceil(2));
    }
}
