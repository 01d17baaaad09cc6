//! Times, ranges and ids as types, so that an instant is never added to an instant and a task is never
//! mistaken for a worker. Knows no clock: stamps are handed in by the caller.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

mod duration;
mod speedup;

pub use duration::{DurationError, Shown};
pub use speedup::Speedup;

/// How long the holder of a global lock may keep it while others want it: the two generations of the lock count it
/// differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TurnLength {
    /// A time: how long a waiter waits before it asks for the lock.
    Time(Ns),
    /// Ticks of the interpreter: how much the holder does before it offers the lock.
    Ticks(u32),
}

/// An instant of `CLOCK_MONOTONIC`, in nanoseconds since an arbitrary origin that is one per boot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamp(pub u64);

/// A length of time, in nanoseconds; on a timeline also the distance from the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ns(pub u64);

impl Stamp {
    /// How long after `earlier` this is; 0 if it is not after.
    pub fn since(self, earlier: Stamp) -> Ns {
        Ns(self.0.saturating_sub(earlier.0))
    }

    /// The instant `by` earlier.
    #[must_use]
    pub fn before(self, by: Ns) -> Stamp {
        Stamp(self.0.saturating_sub(by.0))
    }
}

impl Add<Ns> for Stamp {
    type Output = Stamp;
    fn add(self, by: Ns) -> Stamp {
        Stamp(self.0.saturating_add(by.0))
    }
}

impl Ns {
    /// No time at all.
    pub const ZERO: Ns = Ns(0);
    /// The longest time there is.
    pub const MAX: Ns = Ns(u64::MAX);

    /// `n` microseconds.
    pub const fn from_micros(n: u64) -> Ns {
        Ns(n.saturating_mul(1_000))
    }

    /// `n` milliseconds.
    pub const fn from_millis(n: u64) -> Ns {
        Ns(n.saturating_mul(1_000_000))
    }

    /// In seconds, for printing and for ratios only.
    pub fn as_secs(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// In milliseconds, for printing and for ratios only.
    pub fn as_millis(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The part of `whole` that this is; 0 where `whole` is nothing.
    pub fn share_of(self, whole: Ns) -> f64 {
        if whole.0 == 0 { 0.0 } else { self.0 as f64 / whole.0 as f64 }
    }

    /// This less `other`; 0 where `other` is larger.
    #[must_use]
    pub fn less(self, other: Ns) -> Ns {
        Ns(self.0.saturating_sub(other.0))
    }

    /// `self * num / den` without overflow on the way.
    #[must_use]
    pub fn times(self, num: u64, den: u64) -> Ns {
        let wide = u128::from(self.0) * u128::from(num) / u128::from(den.max(1));
        Ns(u64::try_from(wide).unwrap_or(u64::MAX))
    }

    /// As the standard library's type, to be handed to it.
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_nanos(self.0)
    }
}

impl From<std::time::Duration> for Ns {
    fn from(d: std::time::Duration) -> Ns {
        Ns(u64::try_from(d.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl Add for Ns {
    type Output = Ns;
    fn add(self, other: Ns) -> Ns {
        Ns(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Ns {
    fn add_assign(&mut self, other: Ns) {
        *self = *self + other;
    }
}

impl Sub for Ns {
    type Output = Ns;
    fn sub(self, other: Ns) -> Ns {
        self.less(other)
    }
}

impl std::iter::Sum for Ns {
    fn sum<I: Iterator<Item = Ns>>(iter: I) -> Ns {
        iter.fold(Ns::ZERO, Add::add)
    }
}

/// A half-open stretch of time `[from, to)` on the run's own axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Range {
    /// First instant inside.
    pub from: Ns,
    /// First instant after it.
    pub to: Ns,
}

impl Range {
    /// From `from` to `to`; empty where `to` is not later.
    pub fn new(from: Ns, to: Ns) -> Range {
        Range { from, to: to.max(from) }
    }

    /// How long it lasts.
    pub fn len(self) -> Ns {
        self.to - self.from
    }

    /// Whether no instant lies inside.
    pub fn is_empty(self) -> bool {
        self.to <= self.from
    }

    /// The stretch both have in common, possibly empty.
    #[must_use]
    pub fn and(self, other: Range) -> Range {
        Range::new(self.from.max(other.from), self.to.min(other.to))
    }

    /// Whether `at` lies inside.
    pub fn contains(self, at: Ns) -> bool {
        self.from <= at && at < self.to
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// As an index into a table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id! {
    /// A task: its place in the plan, from 0.
    TaskId(u32)
}
id! {
    /// A worker: what executes tasks. In the plan's order, from 0.
    WorkerId(u16)
}
id! {
    /// A core: a logical CPU, by the kernel's number.
    CoreId(u16)
}
id! {
    /// A queue of the workload: its place in the plan, from 0.
    QueueId(u8)
}
id! {
    /// A counter of the workload: its place in the plan, from 0.
    CounterId(u8)
}
id! {
    /// A lock: the global lock of one process has that process's first worker's number; the locks that a workload
    /// names come after all of these.
    LockId(u32)
}

impl LockId {
    /// The first number that is no worker's.
    const NAMED: u32 = 1 << 16;

    /// The workload's own lock number `index`.
    pub const fn named(index: u16) -> LockId {
        LockId(LockId::NAMED + index as u32)
    }

    /// Which of the workload's own locks it is; nothing if it is a global lock.
    pub fn name_index(self) -> Option<usize> {
        self.0.checked_sub(LockId::NAMED).map(|index| index as usize)
    }
}

impl fmt::Display for Ns {
    /// With the unit that reads best, three significant digits: `1.95 s`, `5.1 ms`, `250 us`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown::of(*self).fmt(f)
    }
}
