//! Lists of numbers of which the first stand in place, and the others, if there are any, in memory of their own. So
//! numbers for each core take memory as the cores ask for it, and none of their own where there are few cores. A number
//! that was never written is zero.

/// The first `N` numbers, and all others up to the last that was ever written.
#[derive(Clone, Debug)]
pub(super) struct Few<T, const N: usize> {
    first: [T; N],
    more: Vec<T>,
}

impl<T: Copy + Default, const N: usize> Default for Few<T, N> {
    fn default() -> Few<T, N> {
        Few { first: [T::default(); N], more: Vec::new() }
    }
}

/// A zero that was written equals one that was not.
impl<T: Copy + Default + PartialEq, const N: usize> PartialEq for Few<T, N> {
    fn eq(&self, other: &Few<T, N>) -> bool {
        (0..N + self.more.len().max(other.more.len())).all(|place| self.get(place) == other.get(place))
    }
}

impl<T: Copy + Default, const N: usize> Few<T, N> {
    /// Nothing but zeros, with room for `count` numbers.
    pub(super) fn with_room(count: usize) -> Few<T, N> {
        Few { more: Vec::with_capacity(count.saturating_sub(N)), ..Few::default() }
    }

    #[inline]
    pub(super) fn get(&self, place: usize) -> T {
        match place.checked_sub(N) {
            None => self.first[place],
            Some(rest) => self.more.get(rest).copied().unwrap_or_default(),
        }
    }

    #[inline]
    pub(super) fn slot(&mut self, place: usize) -> &mut T {
        match place.checked_sub(N) {
            None => &mut self.first[place],
            Some(rest) => {
                self.reach(rest + 1);
                &mut self.more[rest]
            }
        }
    }

    /// Every `step`th number from the one at `place` on, which is among the first `N`.
    pub(super) fn every(&self, step: usize, place: usize) -> impl Iterator<Item = T> + '_ {
        let rest = self.more.get((N - place).next_multiple_of(step) - (N - place)..).unwrap_or_default();
        self.first[place..].iter().step_by(step).chain(rest.iter().step_by(step)).copied()
    }

    /// Calls `each` with every number and the one of `other` in the same place.
    pub(super) fn with<U: Copy + Default>(&mut self, other: &Few<U, N>, mut each: impl FnMut(&mut T, U)) {
        self.reach(other.more.len());
        for (own, others) in self.first.iter_mut().zip(other.first) {
            each(own, others);
        }
        for (own, others) in self.more.iter_mut().zip(&other.more) {
            each(own, *others);
        }
    }

    #[inline]
    fn reach(&mut self, count: usize) {
        if self.more.len() < count {
            self.more.resize(count, T::default());
        }
    }

    /// The bytes that it takes outside its own value.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.more.capacity() * size_of::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_written_is_zero_and_nothing_is_kept_for_it() {
        let mut few = Few::<u16, 5>::default();
        *few.slot(4) = 7;
        assert_eq!((few.get(4), few.get(5), few.get(60_000), few.bytes()), (7, 0, 0, 0));
        let before = few.clone();
        *few.slot(9) = 3;
        assert_eq!((few.get(8), few.get(9)), (0, 3));
        assert_ne!(few, before);
        *few.slot(9) = 0;
        assert_eq!(few, before);
    }

    #[test]
    fn steps_go_on_from_the_first_to_the_others() {
        let mut few = Few::<usize, 5>::default();
        (0..12).for_each(|place| *few.slot(place) = place);
        for (place, step) in [(2, 3), (3, 3), (4, 3), (1, 2), (0, 5)] {
            let expected: Vec<usize> = (place..12).step_by(step).collect();
            assert_eq!(few.every(step, place).collect::<Vec<_>>(), expected, "{place} {step}");
        }
        assert_eq!(Few::<usize, 5>::default().every(3, 4).count(), 1);
    }

    #[test]
    fn all_are_met_with_those_of_another_that_reaches_farther_or_less_far() {
        let mut far = Few::<usize, 3>::default();
        (0..8).for_each(|place| *far.slot(place) = place);
        let mut sum = Few::<usize, 3>::default();
        *sum.slot(5) = 10;
        sum.with(&far, |own, other| *own += other);
        assert_eq!((0..9).map(|place| sum.get(place)).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 15, 6, 7, 0]);
        let near = Few::<usize, 3>::default();
        sum.with(&near, |own, other| *own -= other);
        assert_eq!(sum.get(7), 7);
    }
}
