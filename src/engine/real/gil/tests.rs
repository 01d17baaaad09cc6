use super::*;
use crate::engine::real::ring::{CAPACITY, Ring, ring_words};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

fn tracer(who: u16) -> (Ring, Tracer) {
    let words: Vec<AtomicU64> = std::iter::repeat_with(AtomicU64::default).take(ring_words(CAPACITY)).collect();
    let ring = Ring::new(words.leak()).expect("as many words as a ring has");
    (ring, Tracer::new(ring, WorkerId(who)))
}

fn events(ring: Ring) -> Vec<Event> {
    let mut records = Vec::new();
    ring.drain(&mut records);
    records.into_iter().map(|r| r.event).collect()
}

fn word(value: u64) -> &'static AtomicU64 {
    Box::leak(Box::new(AtomicU64::new(value)))
}

fn asked(interval: Ns, forced_switching: bool) -> Arc<Gil> {
    let id = LockId(0);
    Arc::new(Gil { id, kind: Generation::Asked(Asked::new(id, word(interval.0), forced_switching)) })
}

fn ticking(ticks: &'static AtomicU64) -> Arc<Gil> {
    let id = LockId(0);
    Arc::new(Gil { id, kind: Generation::Ticking(Ticking::new(id, ticks)) })
}

#[test]
fn alone_nobody_waits_and_taking_it_again_is_counted() {
    for gil in [asked(Ns::from_millis(5), true), ticking(word(100))] {
        let (ring, tracer) = tracer(0);
        let mut turn = Turn::new(Arc::clone(&gil));
        assert!(!turn.take(&tracer, TaskId(0)));
        assert!(!turn.look(&tracer, TaskId(0), |_| ()));
        turn.release(&tracer);
        turn.release(&tracer);
        assert!(!turn.take(&tracer, TaskId(0)));
        assert_eq!(ring.account().lock_retaken, 1);
        assert_eq!(events(ring).len(), 3);
        // Another task of the same worker: the lock stays, its name changes.
        assert!(!turn.take(&tracer, TaskId(1)));
        assert!(matches!(events(ring)[..], [Event::LockReleased { .. }, Event::LockTaken { .. }]));
        assert_eq!(ring.account().lock_retaken, 1);
    }
}

#[test]
fn a_holder_that_is_asked_does_not_get_it_back_before_the_other_had_it() {
    let gil = asked(Ns::from_micros(200), true);
    let (mine, recorder_a) = tracer(0);
    let (theirs, recorder_b) = tracer(1);
    let mut a = Turn::new(Arc::clone(&gil));
    let mut b = Turn::new(Arc::clone(&gil));
    a.take(&recorder_a, TaskId(0));
    std::thread::scope(|s| {
        s.spawn(|| {
            assert!(b.take(&recorder_b, TaskId(1)), "it is held");
            b.release(&recorder_b);
        });
        while !a.look(&recorder_a, TaskId(0), |_| ()) {}
    });
    let theirs = events(theirs);
    let waits = matches!(theirs[0], Event::Enter { state: State::Gil, holds: true, .. });
    assert!(waits && matches!(theirs[1], Event::DropRequest { .. }), "{theirs:?}");
    let mine = events(mine);
    assert!(matches!(mine[1], Event::LockReleased { forced: true, .. }), "{mine:?}");
    assert!(matches!(mine[2], Event::Enter { state: State::Gil, .. }), "{mine:?}");
    assert!(matches!(mine[3], Event::LockTaken { .. }), "{mine:?}");
    assert_eq!(recorder_a.worker(), WorkerId(0));
}

#[test]
fn without_forced_switching_a_holder_that_is_asked_need_not_wait_for_the_other() {
    let gil = asked(Ns::from_micros(50), false);
    let (_ring, recorder_a) = tracer(0);
    let (_theirs, recorder_b) = tracer(1);
    let (mut a, mut b) = (Turn::new(Arc::clone(&gil)), Turn::new(Arc::clone(&gil)));
    a.take(&recorder_a, TaskId(0));
    std::thread::scope(|s| {
        let other = s.spawn(|| {
            b.take(&recorder_b, TaskId(1));
            b.release(&recorder_b);
        });
        while !gil.wanted().load(Relaxed) {
            std::hint::spin_loop();
        }
        // It lets go while nobody takes the lock from it: if it had to wait for that, it would wait for ever.
        a.release(&recorder_a);
        a.take(&recorder_a, TaskId(0));
        a.release(&recorder_a);
        other.join().expect("the other got it all the same");
    });
}

#[test]
fn an_interval_that_is_turned_counts_from_the_next_wait_on() {
    let interval = word(Ns::from_millis(10_000).0);
    let id = LockId(0);
    let gil = Arc::new(Gil { id, kind: Generation::Asked(Asked::new(id, interval, true)) });
    interval.store(1_000, Relaxed);
    let (_ring, recorder_a) = tracer(0);
    let (theirs, recorder_b) = tracer(1);
    let (mut a, mut b) = (Turn::new(Arc::clone(&gil)), Turn::new(Arc::clone(&gil)));
    a.take(&recorder_a, TaskId(0));
    std::thread::scope(|s| {
        s.spawn(|| {
            b.take(&recorder_b, TaskId(1));
            b.release(&recorder_b);
        });
        while !a.look(&recorder_a, TaskId(0), |_| ()) {}
    });
    assert!(events(theirs).iter().any(|e| matches!(e, Event::DropRequest { .. })));
}

#[test]
fn ticks_are_used_up_by_work_and_by_rounds() {
    // 20 us of work are 20,000 iterations: one is a nanosecond, and a tick 4.2 of them.
    const PIECE: u64 = 20_000;
    let ticks = word(100);
    let gil = ticking(ticks);
    let (ring, tracer) = tracer(0);
    let mut turn = Turn::new(Arc::clone(&gil));
    turn.take(&tracer, TaskId(0));
    assert_eq!(turn.until_check(PIECE), Some(420));
    let work = |turn: &mut Turn, done| {
        assert!(!turn.work(&tracer, TaskId(0), (done, PIECE), |_| ()), "nobody else takes it");
        ring.account().lock_retaken
    };
    assert_eq!(work(&mut turn, 420), 0, "without a second worker there is nothing to let go of");
    let _other = Turn::new(gil);
    assert_eq!(work(&mut turn, 400), 0);
    assert_eq!(turn.until_check(PIECE), Some(19));
    assert_eq!(work(&mut turn, 19), 1, "the lock was let go of and taken again");
    assert_eq!(turn.until_check(PIECE), Some(420), "from the start");
    ticks.store(10, Relaxed);
    assert_eq!(turn.until_check(PIECE), Some(42), "a shorter interval counts at once");
    assert!(!(0..4).any(|_| turn.round(&tracer, TaskId(0))));
    assert_eq!(ring.account().lock_retaken, 2, "four rounds are twelve ticks of ten");
    assert_eq!(turn.until_check(1), Some(1), "never less than an iteration, however long it is");
    assert_eq!(events(ring).len(), 1, "only the first taking is recorded");
}

#[test]
fn the_older_lock_has_one_holder_at_a_time_and_everybody_comes_to_an_end() {
    const PIECE: u64 = 20_000;
    const ROUNDS: u64 = 20_000;
    let gil = ticking(word(10));
    let counter = AtomicU64::new(0);
    let rings: Vec<Ring> = std::thread::scope(|s| {
        let work = |who: u16| {
            let (gil, counter) = (Arc::clone(&gil), &counter);
            move || {
                let (ring, tracer) = tracer(who);
                let (task, mut turn) = (TaskId(who.into()), Turn::new(gil));
                turn.take(&tracer, task);
                for _ in 0..ROUNDS {
                    // Load and store are two steps: two threads at a time would lose some counts.
                    counter.store(counter.load(Relaxed) + 1, Relaxed);
                    turn.work(&tracer, task, (20, PIECE), |_| ());
                }
                turn.release(&tracer);
                ring
            }
        };
        let threads: Vec<_> = (0..3).map(|who| s.spawn(work(who))).collect();
        threads.into_iter().map(|t| t.join().expect("no panic")).collect()
    });
    assert_eq!(counter.load(Relaxed), 3 * ROUNDS);
    let retaken: u64 = rings.iter().map(|r| r.account().lock_retaken).sum();
    assert!(retaken > 0, "with nobody in between, at least at the end");
    for ring in rings.iter().filter(|r| r.dropped() == 0) {
        let taken = events(*ring);
        let count = |what: fn(&Event) -> bool| taken.iter().filter(|e| what(e)).count();
        assert_eq!(count(|e| matches!(e, Event::LockTaken { .. })), count(|e| matches!(e, Event::LockReleased { .. })));
    }
}
