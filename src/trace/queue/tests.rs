use super::*;
use proptest::prelude::*;

/// What happens at a queue with room for `room`: who comes, and whether to put something in.
fn played(script: &[(u64, u32, bool)], room: u32) -> Vec<Passage> {
    let (mut at, mut put, mut got) = (0, 0u64, 0u64);
    let mut all = Vec::new();
    for (gap, task, wants_in) in script {
        at += gap;
        let length = (put - got) as u32;
        let goes_in = if length == 0 { true } else { *wants_in && length < room };
        let (end, number) = if goes_in { (QueueEnd::In, put) } else { (QueueEnd::Out, got) };
        (put, got) = if goes_in { (put + 1, got) } else { (put, got + 1) };
        let length = (put - got) as u32;
        all.push(Passage { at: Ns(at), end, task: TaskId(*task), number, length, waited: Ns(gap * 2 % 13) });
    }
    all
}

proptest! {
    #[test]
    fn messages_are_found_by_number_in_whatever_order_they_arrive(
        script in proptest::collection::vec((0u64..20, 0u32..4, any::<bool>()), 1..200),
        late in proptest::collection::vec(0u8..30, 200),
        room in 1u32..9,
        cut in 0u64..2_000,
        at in 0u64..3_000,
    ) {
        let all = played(&script, room);
        let mut arriving: Vec<(usize, Passage)> = all.iter().copied().enumerate().collect();
        arriving.sort_by_key(|(index, _)| index + usize::from(late[*index]));
        let mut queue = QueueTrack::default();
        let records: usize = arriving.into_iter().map(|(_, passage)| queue.passed(passage)).sum();
        queue.settle();
        let everything = Range::new(Ns::ZERO, Ns::MAX);
        prop_assert_eq!(queue.passages(everything).collect::<Vec<_>>(), all.clone());
        let mut dropped = 0;
        for cut in [0, cut] {
            dropped += queue.forget(Ns(cut));
            let kept = || all.iter().filter(|p| p.at.0 >= cut);
            prop_assert_eq!(queue.kept(), kept().count());
            for known in &all {
                let found = queue.passage(known.number, known.end);
                prop_assert_eq!(found, Some(*known).filter(|p| p.at.0 >= cut));
            }
            prop_assert_eq!(queue.passage(all.len() as u64, QueueEnd::In), None);
            if at >= cut {
                let before = |end| all.iter().filter(|p| p.at.0 < at && p.end == end).count() as u64;
                if kept().next().is_some() {
                    prop_assert_eq!(queue.counts(Ns(at)), (before(QueueEnd::In), before(QueueEnd::Out)));
                }
                let length = all.iter().rfind(|p| p.at.0 <= at).map_or(0, |p| p.length);
                prop_assert_eq!(queue.length_at(Ns(at)), length);
                for end in [QueueEnd::In, QueueEnd::Out] {
                    let waits = || all.iter().filter(|p| p.end == end).map(|p| Range::new(p.at.less(p.waited), p.at));
                    prop_assert_eq!(queue.waiting_at(end, Ns(at)), waits().filter(|w| w.contains(Ns(at))).count() as u64);
                    let range = Range::new(Ns(at), Ns(at + 100));
                    prop_assert_eq!(queue.waiting(end, range), waits().map(|w| w.and(range).len()).sum::<Ns>());
                }
            }
        }
        dropped += queue.forget(Ns::MAX);
        prop_assert_eq!(dropped, records, "what is dropped is what was kept");
    }
}

#[test]
fn a_wait_is_known_once_it_is_over_and_a_queue_closes_once() {
    let mut queue = QueueTrack::default();
    let passage = |at, end, number, length, waited| Passage {
        at: Ns(at),
        end,
        task: TaskId(u32::from(end == QueueEnd::Out)),
        number,
        length,
        waited: Ns(waited),
    };
    queue.passed(passage(10, QueueEnd::In, 0, 1, 0));
    queue.passed(passage(12, QueueEnd::Out, 0, 0, 8));
    queue.close(Ns(30));
    queue.close(Ns(40));
    queue.settle();
    assert_eq!(queue.wait_of(TaskId(1), Ns(3)), None);
    assert_eq!(queue.wait_of(TaskId(1), Ns(4)), Some(QueueEnd::Out));
    assert_eq!(queue.wait_of(TaskId(1), Ns(12)), None);
    assert_eq!(queue.wait_of(TaskId(0), Ns(9)), None, "it did not have to wait");
    assert_eq!(queue.closed_at(), Some(Ns(30)));
    assert_eq!(queue.lengths(Range::new(Ns(10), Ns(14))), Levels { least: 0, most: 1, mean: 0.5 });
    assert_eq!(queue.forget(Ns(50)), 3, "two passages and a wait");
    assert!(queue.kept() == 0 && !queue.is_unused());
}
