//! Which tasks share a row: where there are more tasks than rows, consecutive ones fold into one, and where there are
//! far more, one band stands for all of them.

use std::ops::Range;

/// The most tasks that one row stands for. With more, a row no longer says anything about a single one of them, and the
/// band says more about all.
pub const MOST_IN_A_ROW: usize = 8;
/// Lanes kept free, so that the selected task's own finds room without moving anything: it is one more, and it may part
/// a group in two.
pub const SPARE: usize = 2;
/// How many rows high a lane of several tasks is: one row alone cannot tell both its work and what stands behind it.
const HIGH: usize = 2;

/// How tasks are spread over rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding {
    /// Each has its own.
    Alone,
    /// This many tasks share a lane; the last lane may have fewer.
    Groups(usize),
    /// All share one band.
    Band,
}

/// How `tasks` tasks are drawn where there are at most `rows` rows for them.
pub fn folding(tasks: usize, rows: usize) -> Folding {
    let groups = (rows / HIGH).saturating_sub(SPARE);
    if tasks <= rows {
        Folding::Alone
    } else if groups < 2 || tasks > MOST_IN_A_ROW * groups {
        Folding::Band
    } else {
        Folding::Groups(tasks.div_ceil(groups))
    }
}

impl Folding {
    /// The lanes of `tasks` tasks, as stretches of their order. The one at `selected` always has a lane of its own.
    pub fn lanes(self, tasks: usize, selected: Option<usize>) -> Vec<Range<usize>> {
        let own = selected.filter(|s| *s < tasks);
        let size = match self {
            Folding::Alone => 1,
            Folding::Groups(size) => size.max(1),
            Folding::Band => return own.map(|s| s..s + 1).into_iter().collect(),
        };
        let mut lanes = Vec::with_capacity(tasks.div_ceil(size) + SPARE);
        for from in (0..tasks).step_by(size) {
            let group = from..(from + size).min(tasks);
            match own.filter(|s| group.contains(s)) {
                Some(s) => lanes.extend([group.start..s, s..s + 1, s + 1..group.end]),
                None => lanes.push(group),
            }
        }
        lanes.retain(|lane| !lane.is_empty());
        lanes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn few_tasks_stand_alone_more_fold_and_many_become_a_band() {
        assert_eq!(folding(11, 11), Folding::Alone);
        assert_eq!(folding(12, 11), Folding::Groups(4));
        assert_eq!(folding(64, 23), Folding::Groups(8));
        assert_eq!(folding(24, 11), Folding::Groups(8));
        assert_eq!(folding(25, 11), Folding::Band);
        assert_eq!(folding(4_096, 47), Folding::Band);
        assert_eq!(folding(5, 4), Folding::Band, "a very low terminal");
    }

    proptest! {
        #[test]
        fn every_task_has_its_place_and_the_selected_one_its_own(
            tasks in 0usize..5_000,
            rows in 1usize..60,
            selected in proptest::option::of(0usize..5_000),
        ) {
            let how = folding(tasks, rows);
            let lanes = how.lanes(tasks, selected);
            let high = if matches!(how, Folding::Groups(_)) { HIGH } else { 1 };
            prop_assert!(lanes.len() * high <= rows);
            if how != Folding::Band {
                let all: Vec<usize> = lanes.iter().cloned().flatten().collect();
                prop_assert_eq!(all, (0..tasks).collect::<Vec<_>>());
            }
            if let Some(s) = selected.filter(|s| *s < tasks) {
                prop_assert!(lanes.contains(&(s..s + 1)));
            }
        }
    }
}
