//! Who has each half of a column, where that says all there is to say about it.

use crate::units::{Ns, Range};

/// From this share on, a column counts as full: who had its halves says more than a height that hardly differs.
pub(super) const FULL: f64 = 0.97;

/// Who has each half of `column`, where at most two `stretches` lie in it, or where work fills it; nothing where its
/// share says more. `work` is the share of work in it, `works` tells work from the rest, and `nobody` has what no stretch
/// covers.
pub(super) fn halves<T: Copy + PartialEq>(
    stretches: &[(Range, T)],
    column: Range,
    work: f64,
    works: impl Fn(&T) -> bool,
    nobody: T,
) -> Option<[T; 2]> {
    let middle = Ns(u64::midpoint(column.from.0, column.to.0));
    let few = stretches.len() <= 2;
    if !few && work < FULL {
        return None;
    }
    let half = |part: Range| {
        let had = stretches.iter().map(|(range, who)| (range.and(part).len(), *who));
        let longest = had.max_by_key(|(time, _)| *time);
        longest.filter(|(time, _)| time.0 * 2 >= part.len().0.max(1)).map_or(nobody, |(_, who)| who)
    };
    let halves = [half(Range::new(column.from, middle)), half(Range::new(middle, column.to))];
    if !few {
        return halves.iter().all(works).then_some(halves);
    }
    // What is too short for half a column must not vanish, and nothing may grow by more than half of one half.
    let ink = halves.iter().filter(|who| works(who)).count() as f64 / 2.0;
    let shown = stretches.iter().all(|(_, who)| halves.contains(who));
    (shown && (ink - work).abs() <= 0.25).then_some(halves)
}
