//! Time by state, added up.

use crate::state::State;
use crate::units::Ns;

/// Time spent in each state, by `State as usize`.
pub type StateSums = [Ns; State::COUNT];

/// Time spent in each state, and how much of what was not work kept a worker occupied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Time in each state.
    pub states: StateSums,
    /// Time in which the task waited and its worker could do nothing else.
    pub held: Ns,
}

impl Sums {
    /// Adds `time` in `state`.
    #[inline]
    pub fn add(&mut self, state: State, holds: bool, time: Ns) {
        if state == State::Ended {
            return;
        }
        self.states[state as usize] += time;
        if holds && state != State::Running {
            self.held += time;
        }
    }

    /// Adds all of `other`.
    #[inline]
    pub fn add_all(&mut self, other: &Sums) {
        for (sum, more) in self.states.iter_mut().zip(other.states) {
            *sum += more;
        }
        self.held += other.held;
    }

    /// The time that was added after `earlier`.
    #[must_use]
    #[inline]
    pub fn since(&self, earlier: &Sums) -> Sums {
        let mut rest = *self;
        for (rest, then) in rest.states.iter_mut().zip(earlier.states) {
            *rest = *rest - then;
        }
        rest.held = self.held - earlier.held;
        rest
    }
}
