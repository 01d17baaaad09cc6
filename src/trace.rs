//! The record of a run: events as they were stamped, and what is derived from them (spans, lock ownership,
//! statistics). Knows no models, no clocks and no threads; the wire format around events lives here too.

mod event;
mod lock;
mod stats;
mod store;
mod track;
mod wire;

pub use event::{Direction, Event, RECORD_BYTES, RECORD_WORDS, Record};
pub use lock::{Hold, LockTrack};
pub use stats::{LockStats, Stats};
pub use store::{KEPT_MARKS, Loss, TaskName, Trace, WorkerTrack};
pub use track::{Mark, Span, StateSums, Track};
pub use wire::{
    Begin, End, FileSystem, Frame, FrameError, FrameReader, Overhead, Switches, TaskResult, WorkerUse, write_frame,
};
