//! In which order tasks finished, in several runs of the same work: whether that is always the same, and where it begins
//! to differ.

use crate::text;
use crate::units::TaskId;

/// The most runs of one row whose orders are kept and looked at together.
pub const KEPT_ORDERS: usize = 5;

/// What the orders of several runs have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// How many runs there are.
    pub runs: usize,
    /// How many different orders they have.
    pub different: usize,
    /// The first place, counted from 0, on which not all agree; nothing where all orders are the same.
    pub parts: Option<usize>,
}

impl Orders {
    /// What `orders` have in common; each has the tasks of a run as they finished.
    pub fn of(orders: &[&[TaskId]]) -> Orders {
        let mut known: Vec<&[TaskId]> = Vec::new();
        for order in orders {
            if !known.contains(order) {
                known.push(order);
            }
        }
        let parts = known.split_first().and_then(|(first, rest)| rest.iter().map(|other| parted(first, other)).min());
        Orders { runs: orders.len(), different: known.len(), parts }
    }

    /// The same in a sentence about the row `who`, of which `newest` is the order of the newest run.
    pub fn text(&self, who: &str, newest: &[TaskId]) -> String {
        let numbers: Vec<u32> = newest.iter().take(text::orders::MOST_NAMED + 1).map(|task| task.0 + 1).collect();
        text::orders::told(who, (self.runs, self.different), self.parts, &numbers)
    }
}

/// The first place on which two orders differ; the shorter one's end, where they do not.
pub fn parted(one: &[TaskId], other: &[TaskId]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(orders: &[&[u32]]) -> Orders {
        let orders: Vec<Vec<TaskId>> = orders.iter().map(|order| order.iter().copied().map(TaskId).collect()).collect();
        Orders::of(&orders.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn orders_are_counted_and_the_first_place_where_they_part_is_found() {
        assert_eq!(of(&[]), Orders::default());
        assert_eq!(of(&[&[0, 1]]), Orders { runs: 1, different: 1, parts: None });
        assert_eq!(of(&[&[0, 1, 2][..]; 5]), Orders { runs: 5, different: 1, parts: None });
        assert_eq!(of(&[&[0, 1, 2], &[0, 2, 1], &[0, 1, 2]]), Orders { runs: 3, different: 2, parts: Some(1) });
        assert_eq!(of(&[&[0, 1, 2], &[0, 1, 3], &[1, 0, 2]]), Orders { runs: 3, different: 3, parts: Some(0) });
        assert_eq!(of(&[&[0, 1, 2], &[0, 1]]), Orders { runs: 2, different: 2, parts: Some(2) }, "one was not done");
        assert_eq!(of(&[&[], &[]]), Orders { runs: 2, different: 1, parts: None });
    }

    #[test]
    fn a_sentence_tells_whether_the_order_is_always_the_same() {
        let tasks: Vec<TaskId> = (0..4).map(TaskId).collect();
        let told = |runs, different, parts| Orders { runs, different, parts }.text("threads", &tasks);
        assert_eq!(told(1, 1, None), "threads: 1 run: 1 2 3 4.");
        assert_eq!(told(5, 1, None), "threads: 5 runs, always the same order: 1 2 3 4.");
        assert_eq!(told(5, 4, Some(0)), "threads: 5 runs, 4 different orders.");
        assert_eq!(told(5, 4, Some(1)), "threads: 5 runs, 4 different orders; place 1 is always the same.");
        assert_eq!(told(2, 2, Some(3)), "threads: 2 runs, 2 different orders; places 1-3 are always the same.");
        let many: Vec<TaskId> = (0..1_000).map(TaskId).collect();
        let told = Orders { runs: 2, different: 1, parts: None }.text("async", &many);
        assert_eq!(told, "async: 2 runs, always the same order: 1 2 3 4 5 6 7 8 9 10 11 12 ...");
        assert_eq!(
            Orders { runs: 2, different: 1, parts: None }.text("async", &[]),
            "async: 2 runs, no task was done."
        );
    }

    proptest! {
        #[test]
        fn all_agree_up_to_where_they_part_and_not_beyond(
            orders in proptest::collection::vec(proptest::collection::vec(0u32..3, 0..6), 1..6),
        ) {
            let orders: Vec<Vec<TaskId>> = orders.iter().map(|o| o.iter().copied().map(TaskId).collect()).collect();
            let lent: Vec<&[TaskId]> = orders.iter().map(Vec::as_slice).collect();
            let found = Orders::of(&lent);
            prop_assert!(found.different >= 1 && found.different <= found.runs && found.runs == lent.len());
            prop_assert_eq!(found.parts.is_none(), found.different == 1);
            if let Some(place) = found.parts {
                prop_assert!(lent.iter().all(|order| order.get(..place) == lent[0].get(..place)));
                prop_assert!(lent.iter().any(|order| order.get(place) != lent[0].get(place)));
            }
        }
    }
}
