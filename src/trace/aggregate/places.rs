//! The cores that a run may use, and the place of each on which anything was seen. Knows nothing of what was seen.

/// How many cores are told apart, in the order in which anything is first seen on them. What happens on further cores
/// is counted, but not on which of them. No machine with one Linux has more than some thousands of usable cores, and a
/// file that claims more takes no more memory for it.
pub(super) const MOST: usize = 1_024;

/// The place of a core that has none so far.
const NONE: u16 = u16::MAX;

/// The cores of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// Those that it may use, by the kernel's number, each with its place among those seen.
    allowed: Vec<(u16, u16)>,
    /// The kernel's numbers of those that anything was seen on, in the order in which it was.
    seen: Vec<u16>,
    /// Whether there was a core for which no place was left.
    is_full: bool,
}

impl Places {
    /// Sets the cores that the run may use.
    pub(super) fn allow(&mut self, cores: &[u16]) {
        let place = |core: u16| self.seen.iter().position(|seen| *seen == core).map_or(NONE, |place| place as u16);
        self.allowed = cores.iter().map(|core| (*core, place(*core))).collect();
        self.allowed.sort_unstable();
        self.allowed.dedup();
    }

    fn index(&self, core: u16) -> Option<usize> {
        // Mostly a run may use all cores: then a core's number is its index.
        let guess = usize::from(core);
        if self.allowed.get(guess).is_some_and(|(number, _)| *number == core) {
            return Some(guess);
        }
        self.allowed.binary_search_by_key(&core, |(number, _)| *number).ok()
    }

    /// The place of `core`, if it has one.
    pub(super) fn get(&self, core: u16) -> Option<usize> {
        let (_, place) = self.allowed[self.index(core)?];
        (place != NONE).then_some(usize::from(place))
    }

    /// The place of `core`, which gets one if it has none. Nothing where the run may not use it, or no place is left.
    pub(super) fn take(&mut self, core: u16) -> Option<u16> {
        let index = self.index(core)?;
        let (_, place) = self.allowed[index];
        if place != NONE {
            return Some(place);
        }
        if self.seen.len() == MOST {
            self.is_full = true;
            return None;
        }
        let place = self.seen.len() as u16;
        self.seen.push(core);
        self.allowed[index].1 = place;
        Some(place)
    }

    /// The kernel's numbers of those that have a place, in the order of the places.
    pub(super) fn seen(&self) -> &[u16] {
        &self.seen
    }

    /// Whether every core that was seen got a place.
    pub(super) fn tells_all(&self) -> bool {
        !self.is_full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_have_places_in_the_order_in_which_they_are_seen() {
        let mut places = Places::default();
        assert_eq!(places.take(7), None);
        places.allow(&[9, 7, 0, 7, 65_535]);
        assert_eq!([7, 8, 65_535, 7, 0].map(|core| places.take(core)), [Some(0), None, Some(1), Some(0), Some(2)]);
        assert_eq!([0, 7, 8, 9].map(|core| places.get(core)), [Some(2), Some(0), None, None]);
        assert_eq!((places.seen(), places.tells_all()), ([7, 65_535, 0].as_slice(), true));
        places.allow(&[0, 1]);
        assert_eq!([0, 1, 7].map(|core| places.take(core)), [Some(2), Some(3), None]);
    }

    #[test]
    fn no_more_than_stated_are_told_apart_and_that_is_known() {
        let mut places = Places::default();
        places.allow(&(0..=u16::MAX).rev().collect::<Vec<_>>());
        let told = |places: &mut Places, cores: std::ops::RangeInclusive<u16>| {
            cores.filter(|core| places.take(*core).is_some()).count()
        };
        assert_eq!(told(&mut places, 1..=MOST as u16), MOST);
        assert!(places.tells_all());
        assert_eq!(told(&mut places, 0..=u16::MAX), MOST);
        assert!(!places.tells_all());
        assert_eq!((places.get(0), places.get(1), places.seen().len()), (None, Some(0), MOST));
    }
}
