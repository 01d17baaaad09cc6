//! The record of a run: events as they were stamped, and what is derived from them (spans, lock ownership,
//! statistics). Knows no models, no clocks and no threads; the wire format around events lives here too.

mod aggregate;
mod changes;
mod circle;
mod codec;
mod counter;
mod event;
mod figures;
pub mod file;
mod forget;
mod instants;
mod intake;
mod lock;
mod mark;
mod merge;
mod observing;
mod permit;
mod provenance;
mod queue;
mod series;
mod sharing;
mod source;
mod stats;
mod store;
mod sums;
mod switched;
mod threads;
mod track;
mod unblock;
mod wire;

pub use aggregate::{Activity, Aggregate, Counts, Owner, Totals, Turn, Turns};
pub use circle::{Stuck, Wanted};
pub use codec::{EVENT_BYTES, EVENT_WORDS};
pub use counter::{Addition, CounterCopy, CounterTrack};
pub use event::{Direction, Event, Stamped, Switch};
pub use lock::{Hold, LockFigures, LockTrack};
pub use mark::Mark;
pub use observing::Observing;
pub use permit::{Permit, PermitTrack};
pub use provenance::Provenance;
pub use queue::{Passage, QueueEnd, QueueTrack};
pub use series::Levels;
pub use sharing::{CounterName, QueueName, Sharing};
pub use source::{Command, Frames, Source};
pub use stats::{LockStats, LongestBlock, Overdue, Stats};
pub use store::{Flag, KEPT_MARKS, LONGEST, Loss, TaskName, Trace, WorkerTrack};
pub use sums::{StateSums, Sums};
pub use switched::Switched;
pub use track::{Span, Track};
pub use unblock::{Means, Unblocker};
pub use wire::{
    Begin, CounterUse, End, FileSystem, Frame, FrameError, FrameReader, KernelRecord, Overhead, QueueUse, RecordUse,
    Switches, TaskResult, WorkerUse, write_events, write_frame,
};

use crate::units::Ns;

/// Makes room for one more element, a quarter of the list at a time: thousands of tracks must not all keep twice the
/// memory that they need.
fn grow<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact((list.len() / 4).max(4));
    }
}

/// The index at which an element with the time `at` belongs in a list sorted by time: behind all that are not later.
/// Mostly no element is late, so the end is tried first.
fn place_of<T>(list: &[T], at: Ns, when: impl Fn(&T) -> Ns) -> usize {
    let is_last = list.last().is_none_or(|last| when(last) <= at);
    if is_last { list.len() } else { list.partition_point(|x| when(x) <= at) }
}
