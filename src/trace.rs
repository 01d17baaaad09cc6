//! The record of a run: events as they were stamped, and what is derived from them (spans, lock ownership,
//! statistics). Knows no models, no clocks and no threads; the wire format around events lives here too.

mod event;
mod wire;

pub use event::{Direction, Event, RECORD_BYTES, RECORD_WORDS, Record};
pub use wire::{Begin, End, Frame, FrameError, FrameReader, Overhead, Switches, TaskResult, WorkerUse, write_frame};
